/*
 * Activation contexts: manifests that are well formed, wrong and damaged; private assemblies; what is active;
 * queries; a program with a manifest beside it.
 */
#include <setjmp.h>
#include <wchar.h>

#include "tests/nt/check.h"

#define ASM "<assembly xmlns=\"urn:schemas-microsoft-com:asm.v1\" manifestVersion=\"1.0\">"
#define ID(name) "<assemblyIdentity type=\"win32\" name=\"" name "\" version=\"1.0.0.0\" processorArchitecture=\"amd64\"/>"
#define NEEDS(name) "<dependency><dependentAssembly>" ID(name) "</dependentAssembly></dependency>"

static WCHAR folder[MAX_PATH];

static const WCHAR *in_folder(const WCHAR *name)
{
    static WCHAR path[4][MAX_PATH];
    static int turn;

    turn = (turn + 1) % 4;
    swprintf(path[turn], MAX_PATH, L"%ls\\%ls", folder, name);
    return path[turn];
}

static void put(const WCHAR *name, const void *bytes, size_t size)
{
    DWORD written = 0;
    HANDLE f = CreateFileW(in_folder(name), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);

    CHECK(f != INVALID_HANDLE_VALUE);
    CHECK(WriteFile(f, bytes, (DWORD)size, &written, NULL) && written == size);
    CloseHandle(f);
}

static HANDLE create(const WCHAR *name)
{
    ACTCTXW a = {.cbSize = sizeof(a)};

    a.dwFlags = ACTCTX_FLAG_ASSEMBLY_DIRECTORY_VALID;
    a.lpSource = in_folder(name);
    a.lpAssemblyDirectory = folder;
    return CreateActCtxW(&a);
}

static const char app[] =
    "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\r\n<!-- a <comment> -->\r\n" ASM ID("test.app")
    "<file name=\"sxsone.dll\"/>" NEEDS("test.private")
    "<trustInfo xmlns=\"urn:schemas-microsoft-com:asm.v3\"><security><requestedPrivileges>"
    "<requestedExecutionLevel level='asInvoker' uiAccess='false'/></requestedPrivileges></security></trustInfo>"
    "<compatibility xmlns=\"urn:schemas-microsoft-com:compatibility.v1\"><application>"
    "<supportedOS Id=\"{8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a}\"/></application></compatibility>"
    "<asmv3:application xmlns:asmv3=\"urn:schemas-microsoft-com:asm.v3\"><asmv3:windowsSettings>"
    "<activeCodePage xmlns=\"http://schemas.microsoft.com/SMI/2019/WindowsSettings\">UTF-8</activeCodePage>"
    "<w:longPathAware xmlns:w=\"http://schemas.microsoft.com/SMI/2016/WindowsSettings\"> true </w:longPathAware>"
    "</asmv3:windowsSettings></asmv3:application></assembly>\r\n";

static const char private_assembly[] = ASM ID("test.private") "<file name=\"sxstwo.dll\"/></assembly>";

static void prepare(void)
{
    WCHAR temp[MAX_PATH], system[MAX_PATH];

    GetTempPathW(MAX_PATH, temp);
    swprintf(folder, MAX_PATH, L"%lsactctx \u00e4 %lu", temp, GetCurrentProcessId());
    CHECK(CreateDirectoryW(folder, NULL));
    CHECK(CreateDirectoryW(in_folder(L"test.private"), NULL));
    GetSystemDirectoryW(system, MAX_PATH);
    wcscat(system, L"\\version.dll");
    CHECK(CopyFileW(system, in_folder(L"sxsone.dll"), FALSE));
    CHECK(CopyFileW(system, in_folder(L"test.private\\sxstwo.dll"), FALSE));
    put(L"app.manifest", app, sizeof(app) - 1);
    put(L"test.private\\test.private.manifest", private_assembly, sizeof(private_assembly) - 1);
}

static void clean_up(void)
{
    static const WCHAR *const names[] = {
        L"test.private\\sxstwo.dll", L"test.private\\test.private.manifest", L"sxsone.dll", L"app.manifest",
        L"bad.manifest", L"child.exe", L"child.exe.manifest"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        DeleteFileW(in_folder(names[i]));
    CHECK(RemoveDirectoryW(in_folder(L"test.private")));
    CHECK(RemoveDirectoryW(folder));
}

static void find(HANDLE context)
{
    ACTCTX_SECTION_KEYED_DATA data = {.cbSize = sizeof(data)};
    GUID guid = {0};

    CHECK(FindActCtxSectionStringW(0, NULL, ACTIVATION_CONTEXT_SECTION_DLL_REDIRECTION, L"SXSTWO.dll", &data));
    CHECK(data.lpData != NULL && data.lpSectionBase != NULL && data.ulLength >= 20);
    CHECK_EQ(data.ulAssemblyRosterIndex, 2);
    CHECK_EQ(data.ulDataFormatVersion, 1);
    CHECK(data.hActCtx == NULL);
    CHECK(FindActCtxSectionStringA(FIND_ACTCTX_SECTION_KEY_RETURN_HACTCTX, NULL,
                                   ACTIVATION_CONTEXT_SECTION_DLL_REDIRECTION, "sxsone.dll", &data));
    CHECK(data.hActCtx == context);
    CHECK_EQ(data.ulAssemblyRosterIndex, 1);
    ReleaseActCtx(data.hActCtx);
    CHECK(!FindActCtxSectionStringW(0, NULL, ACTIVATION_CONTEXT_SECTION_DLL_REDIRECTION, L"sxsthree.dll", &data));
    CHECK_EQ(GetLastError(), ERROR_SXS_KEY_NOT_FOUND);
    CHECK(!FindActCtxSectionStringW(0, NULL, ACTIVATION_CONTEXT_SECTION_WINDOW_CLASS_REDIRECTION, L"Button", &data));
    CHECK(GetLastError() == ERROR_SXS_SECTION_NOT_FOUND || GetLastError() == ERROR_SXS_KEY_NOT_FOUND);
    CHECK(!FindActCtxSectionGuid(0, NULL, ACTIVATION_CONTEXT_SECTION_COM_SERVER_REDIRECTION, &guid, &data));
    CHECK(GetLastError() == ERROR_SXS_SECTION_NOT_FOUND || GetLastError() == ERROR_SXS_KEY_NOT_FOUND);
    data.cbSize = 8;
    CHECK(!FindActCtxSectionStringW(0, NULL, ACTIVATION_CONTEXT_SECTION_DLL_REDIRECTION, L"sxstwo.dll", &data));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
}

static void activation(void)
{
    HANDLE context = create(L"app.manifest"), current = (HANDLE)1;
    ULONG_PTR cookie = 0, second = 0;
    WCHAR path[MAX_PATH];
    HMODULE module;

    CHECK(context != INVALID_HANDLE_VALUE);
    CHECK(GetCurrentActCtx(&current) && current == NULL);
    CHECK(LoadLibraryW(L"sxstwo.dll") == NULL);
    CHECK_EQ(GetLastError(), ERROR_MOD_NOT_FOUND);
    CHECK(ActivateActCtx(context, &cookie) && cookie != 0);
    CHECK(GetCurrentActCtx(&current) && current == context);
    ReleaseActCtx(current);
    find(context);
    module = LoadLibraryW(L"sxstwo.dll");
    CHECK(module != NULL);
    GetModuleFileNameW(module, path, MAX_PATH);
    CHECK(!_wcsicmp(path, in_folder(L"test.private\\sxstwo.dll")));
    CHECK(LoadLibraryA("SXSTWO") == module);
    CHECK(GetModuleHandleW(L"sxstwo.dll") == module);
    CHECK(FreeLibrary(module) && FreeLibrary(module));
    CHECK(SearchPathW(NULL, L"sxstwo.dll", NULL, MAX_PATH, path, NULL) > 0);
    CHECK(!_wcsicmp(path, in_folder(L"test.private\\sxstwo.dll")));
    /* The program's own context, which has nothing of all this, hides nothing but ours. */
    CHECK(ActivateActCtx(NULL, &second) && second != cookie);
    CHECK(GetCurrentActCtx(&current) && current == NULL);
    CHECK(LoadLibraryW(L"sxsone.dll") == NULL);
    CHECK(DeactivateActCtx(0, second));
    module = LoadLibraryW(L"sxsone.dll");
    CHECK(module != NULL && FreeLibrary(module));
    /* What is active lives, whoever else has let go. */
    ReleaseActCtx(context);
    module = LoadLibraryW(L"sxsone.dll");
    CHECK(module != NULL && FreeLibrary(module));
    CHECK(DeactivateActCtx(0, cookie));
    CHECK(LoadLibraryW(L"sxsone.dll") == NULL);
}

static jmp_buf back;
static volatile DWORD raised;

static LONG WINAPI handler(EXCEPTION_POINTERS *e)
{
    raised = e->ExceptionRecord->ExceptionCode;
    if (raised >> 16 != 0xc015)
        return EXCEPTION_CONTINUE_SEARCH;
    longjmp(back, 1);
}

static DWORD deactivation_raises(DWORD flags, ULONG_PTR cookie)
{
    raised = 0;
    if (!setjmp(back))
        DeactivateActCtx(flags, cookie);
    return raised;
}

static void order(void)
{
    HANDLE context = create(L"app.manifest"), current;
    PVOID vectored = AddVectoredExceptionHandler(1, handler);
    ULONG_PTR first, second;

    CHECK(ActivateActCtx(context, &first));
    CHECK(ActivateActCtx(context, &second));
    CHECK_EQ(deactivation_raises(0, first), 0xc015000f);
    CHECK_EQ(deactivation_raises(0, 0x12345), 0xc0150010);
    CHECK_EQ(deactivation_raises(DEACTIVATE_ACTCTX_FLAG_FORCE_EARLY_DEACTIVATION, first), 0);
    CHECK(GetCurrentActCtx(&current) && current == NULL);
    CHECK_EQ(deactivation_raises(0, second), 0xc0150010);
    CHECK(!DeactivateActCtx(0x80, first));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    RemoveVectoredExceptionHandler(vectored);
    ReleaseActCtx(context);
}

static void queries(void)
{
    union {
        ACTIVATION_CONTEXT_BASIC_INFORMATION basic;
        ACTIVATION_CONTEXT_DETAILED_INFORMATION all;
        ACTIVATION_CONTEXT_ASSEMBLY_DETAILED_INFORMATION assembly;
        ASSEMBLY_FILE_DETAILED_INFORMATION file;
        ACTIVATION_CONTEXT_RUN_LEVEL_INFORMATION level;
        ACTIVATION_CONTEXT_COMPATIBILITY_INFORMATION compatibility;
        char bytes[2048];
    } u;
    static const GUID ten = {0x8e0f7a12, 0xbfb3, 0x4fe8, {0xb9, 0xa5, 0x48, 0xfd, 0x50, 0xa1, 0x5a, 0x9a}};
    HANDLE context = create(L"app.manifest");
    ACTIVATION_CONTEXT_QUERY_INDEX index = {2, 0};
    ULONG number = 2;
    SIZE_T size = 0;
    WCHAR text[32];

    CHECK(QueryActCtxW(0, context, NULL, ActivationContextBasicInformation, &u, sizeof(u), &size));
    CHECK(u.basic.hActCtx == context && size == sizeof(u.basic));
    ReleaseActCtx(context);
    CHECK(!QueryActCtxW(0, context, NULL, ActivationContextDetailedInformation, NULL, 0, &size));
    CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    CHECK(size > sizeof(u.all) && size < sizeof(u));
    CHECK(!QueryActCtxW(0, context, NULL, ActivationContextDetailedInformation, &u, size - 1, NULL));
    CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    CHECK(QueryActCtxW(0, context, NULL, ActivationContextDetailedInformation, &u, sizeof(u), &size));
    CHECK_EQ(u.all.ulAssemblyCount, 2);
    CHECK_EQ(u.all.ulRootManifestPathType, ACTIVATION_CONTEXT_PATH_TYPE_WIN32_FILE);
    CHECK(!_wcsicmp(u.all.lpRootManifestPath, in_folder(L"app.manifest")));
    CHECK_EQ(u.all.ulRootManifestPathChars, wcslen(in_folder(L"app.manifest")));
    CHECK(u.all.lpAppDirPath && wcslen(u.all.lpAppDirPath) == u.all.ulAppDirPathChars);

    CHECK(QueryActCtxW(0, context, &number, AssemblyDetailedInformationInActivationContext, &u, sizeof(u), NULL));
    CHECK(!wcscmp(u.assembly.lpAssemblyEncodedAssemblyIdentity,
                  L"test.private,processorArchitecture=\"amd64\",type=\"win32\",version=\"1.0.0.0\""));
    CHECK(!_wcsicmp(u.assembly.lpAssemblyManifestPath, in_folder(L"test.private\\test.private.manifest")));
    CHECK_EQ(u.assembly.ulFileCount, 1);
    number = 3;
    CHECK(!QueryActCtxW(0, context, &number, AssemblyDetailedInformationInActivationContext, &u, sizeof(u), NULL));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    memset(&u, 0, sizeof(u));
    CHECK(QueryActCtxW(0, context, &index, FileInformationInAssemblyOfAssemblyInActivationContext, &u, sizeof(u),
                       NULL));
    CHECK(u.file.ulFilenameLength == 20 && !wcscmp(u.file.lpFileName, L"sxstwo.dll"));
    index.ulFileIndexInAssembly = 1;
    CHECK(!QueryActCtxW(0, context, &index, FileInformationInAssemblyOfAssemblyInActivationContext, &u, sizeof(u),
                        NULL));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);

    CHECK(QueryActCtxW(0, context, NULL, RunlevelInformationInActivationContext, &u, sizeof(u), NULL));
    CHECK_EQ(u.level.RunLevel, ACTCTX_RUN_LEVEL_AS_INVOKER);
    CHECK_EQ(u.level.UiAccess, 0);
    CHECK(QueryActCtxW(0, context, NULL, CompatibilityInformationInActivationContext, &u, sizeof(u), NULL));
    CHECK_EQ(u.compatibility.ElementCount, 1);
    /* Elements begin on 8 bytes since they end with a version. */
    CHECK(!memcmp(u.bytes + 8, &ten, sizeof(ten)));

    CHECK(QueryActCtxSettingsW(0, context, L"http://schemas.microsoft.com/SMI/2016/WindowsSettings", L"longPathAware",
                               text, 32, &size));
    CHECK(!wcscmp(text, L"true") && size == 5);
    CHECK(QueryActCtxSettingsW(0, context, L"http://schemas.microsoft.com/SMI/2019/WindowsSettings",
                               L"activeCodePage", text, 32, &size));
    CHECK(!wcscmp(text, L"UTF-8"));
    CHECK(!QueryActCtxSettingsW(0, context, L"http://schemas.microsoft.com/SMI/2019/WindowsSettings",
                                L"activeCodePage", text, 3, &size));
    CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    CHECK(!QueryActCtxSettingsW(0, context, NULL, L"dpiAware", text, 32, &size));
    CHECK_EQ(GetLastError(), ERROR_SXS_KEY_NOT_FOUND);
    CHECK(!QueryActCtxW(0, context, NULL, 99, &u, sizeof(u), NULL));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    ReleaseActCtx(context);
}

static void wrong(void)
{
    static const char *const manifests[] = {
        "no xml", "<", "<assembly>", "<assembly/>", ASM, ASM "</assemblz>", ASM "</assembly><x/>",
        ASM "<file/></assembly>", ASM "<assemblyIdentity/></assembly>", ASM "&amp;</assembly", ASM "<a b=c/></assembly>",
        "<assembly xmlns=\"urn:schemas-microsoft-com:asm.v1\" manifestVersion=\"2.0\"></assembly>",
        "<assembly xmlns=\"urn:other\" manifestVersion=\"1.0\"></assembly>",
        ASM ID("test.app") NEEDS("test.nowhere") "</assembly>", "MZ"};
    ACTCTXW a = {.cbSize = sizeof(a)};

    for (size_t i = 0; i < sizeof(manifests) / sizeof(manifests[0]); i++) {
        put(L"bad.manifest", manifests[i], strlen(manifests[i]));
        SetLastError(0);
        CHECK(create(L"bad.manifest") == INVALID_HANDLE_VALUE);
        if (GetLastError() != ERROR_SXS_CANT_GEN_ACTCTX)
            printf("manifest %d:\n", (int)i);
        CHECK_EQ(GetLastError(), ERROR_SXS_CANT_GEN_ACTCTX);
    }
    CHECK(create(L"none.manifest") == INVALID_HANDLE_VALUE);
    CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
    CHECK(CreateActCtxW(NULL) == INVALID_HANDLE_VALUE);
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK(CreateActCtxW(&a) == INVALID_HANDLE_VALUE);
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    a.lpSource = in_folder(L"app.manifest");
    a.dwFlags = 0x80000000;
    CHECK(CreateActCtxW(&a) == INVALID_HANDLE_VALUE);
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    a.dwFlags = 0;
    a.cbSize = 4;
    CHECK(CreateActCtxW(&a) == INVALID_HANDLE_VALUE);
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    a.cbSize = sizeof(a);
    a.dwFlags = ACTCTX_FLAG_HMODULE_VALID | ACTCTX_FLAG_RESOURCE_NAME_VALID;
    a.hModule = GetModuleHandleW(L"kernel32.dll");
    a.lpResourceName = MAKEINTRESOURCEW(123);
    a.lpSource = NULL;
    CHECK(CreateActCtxW(&a) == INVALID_HANDLE_VALUE);
    CHECK(GetLastError() == ERROR_RESOURCE_TYPE_NOT_FOUND || GetLastError() == ERROR_RESOURCE_NAME_NOT_FOUND ||
          GetLastError() == ERROR_RESOURCE_DATA_NOT_FOUND);
}

/* Other encodings of the same text. */
static void encodings(void)
{
    static WCHAR wide[sizeof(app) + 1];
    char swapped[2 * sizeof(app) + 2], marked[sizeof(app) + 3] = "\xef\xbb\xbf";
    size_t n = 1;
    HANDLE h;

    wide[0] = 0xfeff;
    for (const char *p = strstr(app, "<assembly "); *p; p++)
        wide[n++] = (unsigned char)*p;
    put(L"bad.manifest", wide, n * sizeof(WCHAR));
    h = create(L"bad.manifest");
    CHECK(h != INVALID_HANDLE_VALUE);
    ReleaseActCtx(h);
    for (size_t i = 0; i < n; i++) {
        swapped[2 * i] = (char)(wide[i] >> 8);
        swapped[2 * i + 1] = (char)wide[i];
    }
    put(L"bad.manifest", swapped, n * sizeof(WCHAR));
    h = create(L"bad.manifest");
    CHECK(h != INVALID_HANDLE_VALUE);
    ReleaseActCtx(h);
    memcpy(marked + 3, app, sizeof(app));
    put(L"bad.manifest", marked, sizeof(app) + 2);
    h = create(L"bad.manifest");
    CHECK(h != INVALID_HANDLE_VALUE);
    ReleaseActCtx(h);
}

/* Whatever a manifest holds, there is a context or an error. */
static void damaged(void)
{
    static const char bytes[] = {0, '<', '>', '"', '&', '/', ':', '\xff', ' ', '='};
    char copy[sizeof(app)];
    unsigned seed = 1, made = 0, refused = 0;

    for (size_t i = 0; i < 400; i++) {
        size_t size = sizeof(app) - 1;
        memcpy(copy, app, sizeof(app));
        if (i % 4 == 0) {
            size = size * i / 400;
        } else {
            for (size_t k = 0; k < i % 4; k++) {
                seed = seed * 1664525 + 1013904223;
                copy[(seed >> 8) % size] = bytes[(seed >> 3) % sizeof(bytes)];
            }
        }
        put(L"bad.manifest", copy, size);
        HANDLE h = create(L"bad.manifest");
        if (h != INVALID_HANDLE_VALUE)
            made++, ReleaseActCtx(h);
        else
            refused++;
    }
    CHECK(refused > 100 && made > 20);
    /* Deeper and longer than anyone means it. */
    char *deep = malloc(400000);
    size_t n = (size_t)sprintf(deep, ASM);
    for (int i = 0; i < 60000; i++)
        n += (size_t)sprintf(deep + n, "<a>");
    put(L"bad.manifest", deep, n);
    CHECK(create(L"bad.manifest") == INVALID_HANDLE_VALUE);
    free(deep);
}

static DWORD run(WCHAR *command)
{
    STARTUPINFOW si = {.cb = sizeof(si)};
    PROCESS_INFORMATION pi;
    DWORD code = (DWORD)-1;

    if (!CreateProcessW(in_folder(L"child.exe"), command, NULL, NULL, FALSE, 0, NULL, NULL, &si, &pi))
        return GetLastError();
    CHECK_EQ(WaitForSingleObject(pi.hProcess, 30000), 0);
    GetExitCodeProcess(pi.hProcess, &code);
    CloseHandle(pi.hThread);
    CloseHandle(pi.hProcess);
    return code;
}

static int child(void)
{
    ACTCTX_SECTION_KEYED_DATA data = {.cbSize = sizeof(data)};
    HANDLE current;
    HMODULE module = LoadLibraryW(L"sxstwo.dll");
    WCHAR path[MAX_PATH];

    if (!module)
        return 1;
    GetModuleFileNameW(module, path, MAX_PATH);
    if (!wcsstr(path, L"\\test.private\\sxstwo.dll"))
        return 2;
    if (!GetCurrentActCtx(&current) || current)
        return 3;
    return FindActCtxSectionStringW(0, NULL, ACTIVATION_CONTEXT_SECTION_DLL_REDIRECTION, L"sxsone.dll", &data) ? 42 : 4;
}

static void program(void)
{
    WCHAR self[MAX_PATH], command[] = L"child.exe child";

    GetModuleFileNameW(NULL, self, MAX_PATH);
    CHECK(CopyFileW(self, in_folder(L"child.exe"), FALSE));
    CHECK_EQ(run(command), 1);
    put(L"child.exe.manifest", app, sizeof(app) - 1);
    CHECK_EQ(run(command), 42);
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return child();
    prepare();
    activation();
    order();
    queries();
    wrong();
    encodings();
    damaged();
    program();
    clean_up();
    return check_done();
}
