/*
 * Libraries made here: the order in which folders are searched, forwarders, ordinals, thread-local callbacks, bound
 * imports, delayed ones, entry points that refuse.
 */
#include <stddef.h>
#include <wchar.h>

#include "tests/nt/check.h"
#include "tests/nt/module/pe_maker.h"

static WCHAR root[MAX_PATH];
static struct made m;
static const WCHAR *const folders[] = {L"", L"set", L"added", L"current", L"path", L"own"};

static const WCHAR *at(const WCHAR *name)
{
    static WCHAR path[4][MAX_PATH];
    static int turn;

    turn = (turn + 1) % 4;
    swprintf(path[turn], MAX_PATH, L"%ls\\%ls", root, name);
    return path[turn];
}

static DWORD call(HMODULE module, const char *name)
{
    DWORD(WINAPI *f)(void) = (void *)GetProcAddress(module, name);

    return f ? f() : 0;
}

/* Loads, asks which one it is, frees. 0: not found. */
static DWORD which(const WCHAR *name, DWORD flags)
{
    HMODULE module = LoadLibraryExW(name, NULL, flags);
    DWORD value = module ? call(module, "which") : 0;

    CHECK(!module || FreeLibrary(module));
    return value;
}

static void make(const WCHAR *path, DWORD value)
{
    made_begin(&m, 1);
    made_export(&m, "which", value, NULL);
    CHECK(made_write(&m, path));
}

/* A library whose `which` is that of srch.dll, wherever that is found. */
static void make_user(const WCHAR *path)
{
    unsigned char code[] = {0xff, 0x25, 0, 0, 0, 0}; /* jmp [rip + x] */
    DWORD place, entry;

    made_begin(&m, 1);
    place = made_import(&m, "srch.dll", "which");
    entry = MADE_RVA + ((m.used + 15) & ~15u);
    *(DWORD *)(code + 2) = place - (entry + sizeof(code));
    made_export(&m, "which", 0, NULL);
    memcpy(made_at(&m, m.functions[0]), code, sizeof(code));
    CHECK(m.functions[0] == entry);
    CHECK(made_write(&m, path));
}

static void prepare(void)
{
    WCHAR temp[MAX_PATH];

    GetTempPathW(MAX_PATH, temp);
    swprintf(root, MAX_PATH, L"%lssearch %lu", temp, GetCurrentProcessId());
    CHECK(CreateDirectoryW(root, NULL));
    for (int i = 1; i < 6; i++) {
        WCHAR name[40];
        CHECK(CreateDirectoryW(at(folders[i]), NULL));
        swprintf(name, 40, L"%ls\\srch.dll", folders[i]);
        make(at(name), (DWORD)i);
    }
    make_user(at(L"own\\user.dll"));
    make(at(L"set\\shlwapi.dll"), 77);
    CHECK(SetCurrentDirectoryW(at(L"current")));
    CHECK(SetEnvironmentVariableW(L"PATH", at(L"path")));
}

static void order(void)
{
    DLL_DIRECTORY_COOKIE cookie;
    WCHAR path[MAX_PATH];
    HMODULE module;

    CHECK_EQ(which(L"srch.dll", 0), 3);
    CHECK_EQ(which(L"srch", 0), 3);
    CHECK_EQ(which(L"srch.", 0), 0); /* a final dot: no suffix is added */
    CHECK_EQ(GetLastError(), ERROR_MOD_NOT_FOUND);
    CHECK_EQ(which(at(L"own\\srch.dll"), 0), 5);
    CHECK_EQ(which(L"..\\path\\srch.dll", 0), 4);
    /* The folder set takes the current folder's place; "" only removes that. */
    CHECK(SetDllDirectoryW(at(L"set")));
    CHECK_EQ(which(L"srch.dll", 0), 1);
    /* What Windows knows is not looked for. */
    module = LoadLibraryW(L"shlwapi.dll");
    CHECK(module != NULL);
    GetModuleFileNameW(module, path, MAX_PATH);
    CHECK(wcsstr(path, L"ystem32\\") != NULL && GetProcAddress(module, "which") == NULL);
    FreeLibrary(module);
    CHECK(SetDllDirectoryW(L""));
    CHECK_EQ(which(L"srch.dll", 0), 4);
    CHECK(SetDllDirectoryW(NULL));
    CHECK_EQ(which(L"srch.dll", 0), 3);

    CHECK_EQ(which(L"srch.dll", LOAD_LIBRARY_SEARCH_SYSTEM32), 0);
    CHECK_EQ(GetLastError(), ERROR_MOD_NOT_FOUND);
    CHECK_EQ(which(L"srch.dll", LOAD_LIBRARY_SEARCH_USER_DIRS), 0);
    cookie = AddDllDirectory(at(L"added"));
    CHECK(cookie != NULL);
    CHECK_EQ(which(L"srch.dll", LOAD_LIBRARY_SEARCH_USER_DIRS), 2);
    CHECK_EQ(which(L"srch.dll", LOAD_LIBRARY_SEARCH_DEFAULT_DIRS), 2);
    CHECK_EQ(which(L"srch.dll", 0), 3); /* added folders are for these flags alone */
    CHECK(RemoveDllDirectory(cookie));
    CHECK_EQ(which(L"srch.dll", LOAD_LIBRARY_SEARCH_DEFAULT_DIRS), 0);

    /* Where a library's own imports are looked for */
    CHECK_EQ(which(at(L"own\\user.dll"), 0), 3);
    CHECK_EQ(which(at(L"own\\user.dll"), LOAD_WITH_ALTERED_SEARCH_PATH), 5);
    CHECK_EQ(which(at(L"own\\user.dll"), LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR), 5);
    CHECK_EQ(which(at(L"own\\user.dll"), LOAD_LIBRARY_SEARCH_SYSTEM32), 0);
    CHECK_EQ(GetLastError(), ERROR_MOD_NOT_FOUND);
    CHECK_EQ(which(L"user.dll", LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR), 0);
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK(GetModuleHandleW(L"srch.dll") == NULL);
}

static void exports(void)
{
    HMODULE module;

    made_begin(&m, 1);
    made_export(&m, "beta", 22, NULL);
    made_export(&m, NULL, 33, NULL); /* ordinal 6 */
    CHECK(made_write(&m, at(L"current\\fwdc.dll")));
    made_begin(&m, 1);
    made_export(&m, "alpha", 0, "fwdc.beta");
    made_export(&m, "gamma", 0, "fwdc.#6");
    CHECK(made_write(&m, at(L"current\\fwdb.dll")));
    made_begin(&m, 1);
    made_export(&m, "alpha", 0, "fwdb.alpha");
    made_export(&m, "gamma", 0, "fwdb.gamma");
    made_export(&m, "nodll", 0, "nosuchlibrary.alpha");
    made_export(&m, "noname", 0, "fwdb.nosuchname");
    made_export(&m, NULL, 44, NULL); /* ordinal 9 */
    CHECK(made_write(&m, at(L"current\\fwda.dll")));

    module = LoadLibraryW(L"fwda.dll");
    CHECK(module != NULL);
    CHECK_EQ(call(module, "alpha"), 22);
    CHECK_EQ(call(module, "gamma"), 33);
    CHECK(GetModuleHandleW(L"fwdc.dll") != NULL);
    CHECK(GetProcAddress(module, "nodll") == NULL);
    CHECK(GetProcAddress(module, "noname") == NULL);
    CHECK_EQ(GetLastError(), ERROR_PROC_NOT_FOUND);
    CHECK(GetProcAddress(module, "ALPHA") == NULL);
    CHECK_EQ(call(module, MAKEINTRESOURCEA(5)), 22);
    CHECK_EQ(call(module, MAKEINTRESOURCEA(9)), 44);
    CHECK(GetProcAddress(module, MAKEINTRESOURCEA(10)) == NULL);
    CHECK_EQ(GetLastError(), ERROR_INVALID_ORDINAL);
    CHECK(GetProcAddress(module, MAKEINTRESOURCEA(4)) == NULL);
    CHECK(FreeLibrary(module));
    CHECK(GetModuleHandleW(L"fwda.dll") == NULL);
}

static volatile LONG tls[4], entry[4];

static DWORD WINAPI nothing(void *unused)
{
    (void)unused;
    return 0;
}

static void run_thread(void)
{
    HANDLE t = CreateThread(NULL, 0, nothing, NULL, 0, NULL);

    CHECK_EQ(WaitForSingleObject(t, 30000), 0);
    CloseHandle(t);
}

static void entry_points(void)
{
    HMODULE module;

    made_begin(&m, 1);
    made_tls(&m, tls);
    made_nt(&m)->OptionalHeader.AddressOfEntryPoint = made_counter(&m, entry);
    CHECK(made_write(&m, at(L"current\\tls.dll")));
    module = LoadLibraryW(L"tls.dll");
    CHECK(module != NULL);
    CHECK_EQ(tls[DLL_PROCESS_ATTACH], 1);
    CHECK_EQ(entry[DLL_PROCESS_ATTACH], 1);
    run_thread();
    CHECK_EQ(tls[DLL_THREAD_ATTACH], 1);
    CHECK_EQ(tls[DLL_THREAD_DETACH], 1);
    CHECK_EQ(entry[DLL_THREAD_ATTACH], 1);
    CHECK_EQ(entry[DLL_THREAD_DETACH], 1);
    CHECK(LoadLibraryW(L"tls.dll") == module);
    CHECK(FreeLibrary(module));
    CHECK_EQ(entry[DLL_PROCESS_DETACH], 0);
    CHECK(FreeLibrary(module));
    CHECK_EQ(entry[DLL_PROCESS_DETACH], 1);
    CHECK_EQ(tls[DLL_PROCESS_DETACH], 1);
    CHECK_EQ(entry[DLL_PROCESS_ATTACH], 1);

    /* Without thread calls */
    made_begin(&m, 1);
    made_nt(&m)->OptionalHeader.AddressOfEntryPoint = made_counter(&m, entry);
    CHECK(made_write(&m, at(L"current\\quiet.dll")));
    module = LoadLibraryW(L"quiet.dll");
    CHECK(DisableThreadLibraryCalls(module));
    run_thread();
    CHECK_EQ(entry[DLL_THREAD_ATTACH], 1);
    CHECK(FreeLibrary(module));

    /* Mapped, but neither entered nor bound */
    entry[DLL_PROCESS_ATTACH] = entry[DLL_PROCESS_DETACH] = 0;
    made_begin(&m, 1);
    made_import(&m, "nosuchlibrary.dll", "nothing");
    made_nt(&m)->OptionalHeader.AddressOfEntryPoint = made_counter(&m, entry);
    made_export(&m, "which", 5, NULL);
    CHECK(made_write(&m, at(L"current\\inert.dll")));
    CHECK(LoadLibraryW(L"inert.dll") == NULL);
    CHECK_EQ(GetLastError(), ERROR_MOD_NOT_FOUND);
    module = LoadLibraryExW(L"inert.dll", NULL, DONT_RESOLVE_DLL_REFERENCES);
    CHECK(module != NULL);
    CHECK_EQ(call(module, "which"), 5);
    CHECK_EQ(entry[DLL_PROCESS_ATTACH], 0);
    CHECK(!module || FreeLibrary(module));
    CHECK_EQ(entry[DLL_PROCESS_DETACH], 0);

    /* An entry point that refuses */
    made_begin(&m, 0);
    CHECK(made_write(&m, at(L"current\\refuse.dll")));
    CHECK(LoadLibraryW(L"refuse.dll") == NULL);
    CHECK_EQ(GetLastError(), ERROR_DLL_INIT_FAILED);
    CHECK(GetModuleHandleW(L"refuse.dll") == NULL);
}

/* What a linker bound is a promise about another machine's libraries. */
static void bound(void)
{
    IMAGE_BOUND_IMPORT_DESCRIPTOR b[2] = {{.TimeDateStamp = 0x12345678, .OffsetModuleName = 16}};
    IMAGE_IMPORT_DESCRIPTOR *d;
    unsigned char list[32] = {0};
    DWORD place, entry_rva;
    unsigned char code[] = {0xff, 0x25, 0, 0, 0, 0};

    memcpy(list, b, sizeof(b));
    memcpy(list + 16, "srch.dll", 9);
    made_begin(&m, 1);
    place = made_import(&m, "srch.dll", "which");
    d = made_at(&m, made_nt(&m)->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT].VirtualAddress);
    d->TimeDateStamp = 0xffffffff;
    *(ULONGLONG *)made_at(&m, place) = 0x7ff812345678;
    /* The directory lies in the headers. */
    memcpy(m.file + 0x300, list, sizeof(list));
    made_directory(&m, IMAGE_DIRECTORY_ENTRY_BOUND_IMPORT, 0x300, sizeof(list));
    entry_rva = MADE_RVA + ((m.used + 15) & ~15u);
    *(DWORD *)(code + 2) = place - (entry_rva + sizeof(code));
    made_export(&m, "which", 0, NULL);
    memcpy(made_at(&m, m.functions[0]), code, sizeof(code));
    CHECK(made_write(&m, at(L"current\\bound.dll")));
    CHECK_EQ(which(L"bound.dll", 0), 3);
}

static void images(void)
{
    static const unsigned char text[] = "MZ but not a library, only some text that begins like one";
    DWORD written;
    HANDLE f = CreateFileW(at(L"current\\text.dll"), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);

    CHECK(WriteFile(f, text, sizeof(text), &written, NULL));
    CloseHandle(f);
    CHECK(LoadLibraryW(L"text.dll") == NULL);
    CHECK_EQ(GetLastError(), ERROR_BAD_EXE_FORMAT);
    made_begin(&m, 1);
    made_nt(&m)->FileHeader.Machine = IMAGE_FILE_MACHINE_ARM64;
    CHECK(made_write(&m, at(L"current\\arm.dll")));
    CHECK(LoadLibraryW(L"arm.dll") == NULL);
    CHECK_EQ(GetLastError(), ERROR_BAD_EXE_FORMAT);
    made_begin(&m, 1);
    made_directory(&m, IMAGE_DIRECTORY_ENTRY_IMPORT, 0x7ffffff0, 40);
    CHECK(made_write(&m, at(L"current\\far.dll")));
    f = LoadLibraryW(L"far.dll"); /* no import that can be read, or no library: never a crash */
    CHECK(!f || FreeLibrary((HMODULE)f));
    CHECK(LoadLibraryW(at(L"current")) == NULL);
    CHECK(GetLastError() == ERROR_MOD_NOT_FOUND || GetLastError() == ERROR_ACCESS_DENIED);
}

/* The last, as it cannot be taken back. */
static void defaults(void)
{
    DLL_DIRECTORY_COOKIE cookie;

    CHECK(!SetDefaultDllDirectories(0));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK(!SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK(SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_USER_DIRS | LOAD_LIBRARY_SEARCH_SYSTEM32));
    CHECK_EQ(which(L"srch.dll", 0), 0);
    cookie = AddDllDirectory(at(L"added"));
    CHECK_EQ(which(L"srch.dll", 0), 2);
    CHECK_EQ(which(at(L"own\\user.dll"), LOAD_WITH_ALTERED_SEARCH_PATH), 5);
    CHECK(RemoveDllDirectory(cookie));
}

static void clean_up(void)
{
    static const WCHAR *const files[] = {L"fwda", L"fwdb", L"fwdc", L"tls", L"quiet", L"inert", L"refuse", L"bound",
                                         L"text", L"arm", L"far"};
    WCHAR name[60];

    SetCurrentDirectoryW(root);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        swprintf(name, 60, L"current\\%ls.dll", files[i]);
        CHECK(DeleteFileW(at(name)));
    }
    DeleteFileW(at(L"own\\user.dll"));
    DeleteFileW(at(L"set\\shlwapi.dll"));
    for (int i = 1; i < 6; i++) {
        swprintf(name, 60, L"%ls\\srch.dll", folders[i]);
        CHECK(DeleteFileW(at(name)));
        CHECK(RemoveDirectoryW(at(folders[i])));
    }
    SetCurrentDirectoryW(L"C:\\");
    CHECK(RemoveDirectoryW(root));
}

int main(void)
{
    prepare();
    order();
    exports();
    entry_points();
    bound();
    images();
    defaults();
    clean_up();
    return check_done();
}
