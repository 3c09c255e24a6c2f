/*
 * Sessions and symbols. The files that compilers write about a program are not read: symbols are the
 * names that modules export, as Windows says them when it has no such file. Of the own process only.
 */
#include "dbghelp.h"

struct session {
    struct session *next;
    HANDLE process;
    WCHAR *path;
};

static RTL_SRWLOCK lock = RTL_SRWLOCK_INIT; /* guards the list and what is in it */
static struct session *sessions;

/* Under the lock. NULL with last error ERROR_INVALID_HANDLE. */
static struct session *session_of(HANDLE process)
{
    for (struct session *s = sessions; s; s = s->next)
        if (s->process == process)
            return s;
    fail(ERROR_INVALID_HANDLE);
    return NULL;
}

static BOOL has_session(HANDLE process)
{
    BOOL found;

    RtlAcquireSRWLockShared(&lock);
    found = session_of(process) != NULL;
    RtlReleaseSRWLockShared(&lock);
    return found;
}

static WCHAR *copy(const WCHAR *text)
{
    SIZE_T size = (wide_length(text) + 1) * sizeof(WCHAR);
    WCHAR *mine = heap_alloc(size);

    if (mine)
        memcpy(mine, text, size);
    else
        fail(ERROR_NOT_ENOUGH_MEMORY);
    return mine;
}

BOOL WINAPI SymInitializeW(HANDLE process, PCWSTR path, BOOL invade)
{
    struct session *session, *old;

    (void)invade; /* modules are looked up when they are asked for */
    if (!process)
        return fail(ERROR_INVALID_HANDLE);
    session = heap_zalloc(sizeof(*session));
    if (!session)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    session->process = process;
    session->path = copy(path ? path : L".");
    if (!session->path) {
        heap_free(session);
        return FALSE;
    }
    RtlAcquireSRWLockExclusive(&lock);
    for (old = sessions; old && old->process != process; old = old->next)
        continue;
    if (!old) {
        session->next = sessions;
        sessions = session;
    }
    RtlReleaseSRWLockExclusive(&lock);
    if (!old)
        return TRUE;
    heap_free(session->path);
    heap_free(session);
    return fail(ERROR_INVALID_PARAMETER);
}

BOOL WINAPI SymInitialize(HANDLE process, PCSTR path, BOOL invade)
{
    WCHAR *wide = wide_copy(path);
    BOOL done = path && !wide ? FALSE : SymInitializeW(process, wide, invade);

    heap_free(wide);
    return done;
}

BOOL WINAPI SymCleanup(HANDLE process)
{
    struct session **link, *session;

    RtlAcquireSRWLockExclusive(&lock);
    for (link = &sessions; *link && (*link)->process != process; link = &(*link)->next)
        continue;
    session = *link;
    if (session)
        *link = session->next;
    RtlReleaseSRWLockExclusive(&lock);
    if (!session)
        return fail(ERROR_INVALID_HANDLE);
    heap_free(session->path);
    heap_free(session);
    return TRUE;
}

BOOL WINAPI SymSetSearchPathW(HANDLE process, PCWSTR path)
{
    WCHAR *fresh = copy(path ? path : L".");
    struct session *session;

    if (!fresh)
        return FALSE;
    RtlAcquireSRWLockExclusive(&lock);
    session = session_of(process);
    if (session) {
        WCHAR *old = session->path;

        session->path = fresh;
        fresh = old;
    }
    RtlReleaseSRWLockExclusive(&lock);
    heap_free(fresh);
    return session != NULL;
}

BOOL WINAPI SymSetSearchPath(HANDLE process, PCSTR path)
{
    WCHAR *wide = wide_copy(path);
    BOOL done = path && !wide ? FALSE : SymSetSearchPathW(process, wide);

    heap_free(wide);
    return done;
}

/* What does not fit is cut. */
BOOL WINAPI SymGetSearchPathW(HANDLE process, PWSTR path, DWORD size)
{
    struct session *session;

    if (!path || !size)
        return fail(ERROR_INVALID_PARAMETER);
    RtlAcquireSRWLockShared(&lock);
    session = session_of(process);
    if (session) {
        DWORD n = (DWORD)wide_length(session->path);

        n = n < size ? n : size - 1;
        memcpy(path, session->path, n * sizeof(WCHAR));
        path[n] = 0;
    }
    RtlReleaseSRWLockShared(&lock);
    return session != NULL;
}

BOOL WINAPI SymGetSearchPath(HANDLE process, PSTR path, DWORD size)
{
    WCHAR wide[1024];
    char *narrow;
    SIZE_T n;

    if (!path || !size)
        return fail(ERROR_INVALID_PARAMETER);
    if (!SymGetSearchPathW(process, wide, ARRAYSIZE(wide)) || !(narrow = ansi_copy(wide)))
        return FALSE;
    n = ansi_length(narrow);
    n = n < size ? n : size - 1;
    memcpy(path, narrow, n);
    path[n] = 0;
    heap_free(narrow);
    return TRUE;
}

BOOL WINAPI SymRefreshModuleList(HANDLE process)
{
    return has_session(process);
}

/* Not a last error that tells: 0 is an answer. */
DWORD64 WINAPI SymGetModuleBase64(HANDLE process, DWORD64 address)
{
    PVOID base = NULL;

    if (!has_session(process))
        return 0;
    if (!RtlPcToFileHeader((PVOID)address, &base))
        fail(ERROR_MOD_NOT_FOUND);
    return (DWORD64)base;
}

PVOID WINAPI SymFunctionTableAccess64(HANDLE process, DWORD64 address)
{
    DWORD64 base;

    (void)process;
    return RtlLookupFunctionEntry(address, &base, NULL);
}

/* The export that begins last at or before the address; its name and its own address. */
static const char *nearest(char *base, DWORD64 address, DWORD64 *start)
{
    ULONG size;
    const IMAGE_EXPORT_DIRECTORY *directory =
        RtlImageDirectoryEntryToData(base, TRUE, IMAGE_DIRECTORY_ENTRY_EXPORT, &size);
    const char *best = NULL;
    const ULONG *functions, *names;
    const USHORT *ordinals;

    if (!directory)
        return NULL;
    functions = (const ULONG *)(base + directory->AddressOfFunctions);
    names = (const ULONG *)(base + directory->AddressOfNames);
    ordinals = (const USHORT *)(base + directory->AddressOfNameOrdinals);
    for (ULONG i = 0; i < directory->NumberOfNames; i++) {
        const char *at;

        if (ordinals[i] >= directory->NumberOfFunctions)
            continue;
        at = base + functions[ordinals[i]];
        if (at >= (const char *)directory && at < (const char *)directory + size)
            continue; /* a forwarder */
        if ((DWORD64)at <= address && (!best || (DWORD64)at > *start)) {
            best = base + names[i];
            *start = (DWORD64)at;
        }
    }
    return best;
}

struct found {
    DWORD64 base, start;
    const char *name;
};

static BOOL find(HANDLE process, DWORD64 address, struct found *found)
{
    PVOID base;

    if (!has_session(process))
        return FALSE;
    if (!RtlPcToFileHeader((PVOID)address, &base))
        return fail(ERROR_MOD_NOT_FOUND);
    found->base = (DWORD64)base;
    found->name = nearest(base, address, &found->start);
    return found->name ? TRUE : fail(ERROR_INVALID_ADDRESS);
}

BOOL WINAPI SymFromAddr(HANDLE process, DWORD64 address, PDWORD64 displacement, PSYMBOL_INFO symbol)
{
    struct found found;
    SIZE_T n;

    if (!symbol || symbol->SizeOfStruct != sizeof(SYMBOL_INFO))
        return fail(ERROR_INVALID_PARAMETER);
    if (!find(process, address, &found))
        return FALSE;
    symbol->TypeIndex = symbol->info = symbol->Size = symbol->Register = symbol->Scope = 0;
    symbol->ModBase = found.base;
    symbol->Flags = SYMFLAG_EXPORT;
    symbol->Value = 0;
    symbol->Address = found.start;
    symbol->Tag = 10; /* SymTagPublicSymbol */
    n = ansi_length(found.name);
    symbol->NameLen = (ULONG)n;
    if (symbol->MaxNameLen) {
        if (n >= symbol->MaxNameLen)
            n = symbol->MaxNameLen - 1;
        memcpy(symbol->Name, found.name, n);
        symbol->Name[n] = 0;
    }
    if (displacement)
        *displacement = address - found.start;
    return TRUE;
}

BOOL WINAPI SymFromAddrW(HANDLE process, DWORD64 address, PDWORD64 displacement, PSYMBOL_INFOW symbol)
{
    struct found found;
    SIZE_T n;

    if (!symbol || symbol->SizeOfStruct != sizeof(SYMBOL_INFOW))
        return fail(ERROR_INVALID_PARAMETER);
    if (!find(process, address, &found))
        return FALSE;
    symbol->TypeIndex = symbol->info = symbol->Size = symbol->Register = symbol->Scope = 0;
    symbol->ModBase = found.base;
    symbol->Flags = SYMFLAG_EXPORT;
    symbol->Value = 0;
    symbol->Address = found.start;
    symbol->Tag = 10;
    n = ansi_length(found.name);
    symbol->NameLen = (ULONG)n;
    if (symbol->MaxNameLen) {
        if (n >= symbol->MaxNameLen)
            n = symbol->MaxNameLen - 1;
        for (SIZE_T i = 0; i < n; i++)
            symbol->Name[i] = (BYTE)found.name[i];
        symbol->Name[n] = 0;
    }
    if (displacement)
        *displacement = address - found.start;
    return TRUE;
}

/* Lines are known from the files that are not read. */
static BOOL no_line(HANDLE process)
{
    return has_session(process) ? fail(ERROR_INVALID_ADDRESS) : FALSE;
}

BOOL WINAPI SymGetLineFromAddr64(HANDLE process, DWORD64 address, PDWORD displacement,
                                 PIMAGEHLP_LINE64 line)
{
    (void)address, (void)displacement, (void)line;
    return no_line(process);
}

BOOL WINAPI SymGetLineFromAddrW64(HANDLE process, DWORD64 address, PDWORD displacement,
                                  PIMAGEHLP_LINEW64 line)
{
    (void)address, (void)displacement, (void)line;
    return no_line(process);
}

/* ---------------------------------------------------------------------------------- modules */

struct call {
    PENUMLOADED_MODULES_CALLBACK64 narrow;
    PENUMLOADED_MODULES_CALLBACKW64 wide;
    PVOID user;
};

static BOOL each_module(HANDLE process, const struct call *call)
{
    HMODULE modules[1024];
    DWORD needed;

    if (!K32EnumProcessModules(process, modules, sizeof(modules), &needed))
        return FALSE;
    for (DWORD i = 0; i < needed / sizeof(modules[0]) && i < ARRAYSIZE(modules); i++) {
        WCHAR name[MAX_PATH];
        char *narrow;
        PIMAGE_NT_HEADERS headers = RtlImageNtHeader(modules[i]);
        BOOL more;

        if (!headers || !K32GetModuleFileNameExW(process, modules[i], name, ARRAYSIZE(name)))
            continue;
        if (call->wide) {
            more = call->wide(name, (DWORD64)modules[i], headers->OptionalHeader.SizeOfImage,
                              call->user);
        } else {
            narrow = ansi_copy(name);
            if (!narrow)
                return FALSE;
            more = call->narrow(narrow, (DWORD64)modules[i], headers->OptionalHeader.SizeOfImage,
                                call->user);
            heap_free(narrow);
        }
        if (!more)
            break;
    }
    return TRUE;
}

BOOL WINAPI EnumerateLoadedModules64(HANDLE process, PENUMLOADED_MODULES_CALLBACK64 callback, PVOID user)
{
    return each_module(process, &(struct call){.narrow = callback, .user = user});
}

BOOL WINAPI EnumerateLoadedModulesW64(HANDLE process, PENUMLOADED_MODULES_CALLBACKW64 callback,
                                      PVOID user)
{
    return each_module(process, &(struct call){.wide = callback, .user = user});
}

BOOL WINAPI EnumerateLoadedModulesEx(HANDLE process, PENUMLOADED_MODULES_CALLBACK64 callback, PVOID user)
{
    return EnumerateLoadedModules64(process, callback, user);
}

BOOL WINAPI EnumerateLoadedModulesExW(HANDLE process, PENUMLOADED_MODULES_CALLBACKW64 callback, PVOID user)
{
    return EnumerateLoadedModulesW64(process, callback, user);
}
