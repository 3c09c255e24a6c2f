/*
 * Snapshots of processes, threads and modules. A snapshot is a section, so that its handle is
 * closed by CloseHandle and can be inherited.
 */
/* The headers give the plain names to the narrow structures and functions only without UNICODE. */
#undef UNICODE
#undef _UNICODE
#include "file.h"
#include "process.h"

#include <tlhelp32.h>

struct snapshot {
    ULONG processes, threads, modules;           /* how many there are */
    ULONG first_thread, first_module;            /* offsets of their arrays */
    LONG next_process, next_thread, next_module; /* where Next goes on */
    PROCESSENTRY32W process[];
};

struct module_array {
    MODULEENTRY32W *entries;
    ULONG count, capacity;
    DWORD process_id;
    BOOL failed;
};

static BOOL add_module(void *context, const struct module_info *info)
{
    struct module_array *array = context;
    MODULEENTRY32W *entry;

    if (array->count == array->capacity) {
        ULONG capacity = array->capacity ? array->capacity * 2 : 64;
        MODULEENTRY32W *grown = heap_realloc(array->entries, capacity * sizeof(*grown));

        if (!grown) {
            array->failed = TRUE;
            return FALSE;
        }
        array->entries = grown;
        array->capacity = capacity;
    }
    entry = &array->entries[array->count++];
    memset(entry, 0, sizeof(*entry));
    entry->dwSize = sizeof(*entry);
    entry->th32ModuleID = 1;
    entry->th32ProcessID = array->process_id;
    entry->GlblcntUsage = entry->ProccntUsage = info->references;
    entry->modBaseAddr = info->base;
    entry->modBaseSize = info->size;
    entry->hModule = info->base;
    for (ULONG i = 0; i < ARRAYSIZE(entry->szModule) - 1 && info->name[i]; i++)
        entry->szModule[i] = info->name[i];
    for (ULONG i = 0; i < ARRAYSIZE(entry->szExePath) - 1 && info->path[i]; i++)
        entry->szExePath[i] = info->path[i];
    return TRUE;
}

static BOOL collect_modules(DWORD id, struct module_array *array)
{
    HANDLE process = NtCurrentProcess();
    BOOL done;

    array->process_id = id ? id : GetCurrentProcessId();
    if (array->process_id != GetCurrentProcessId()) {
        process = OpenProcess(PROCESS_QUERY_INFORMATION | PROCESS_VM_READ, FALSE, id);
        if (!process)
            return FALSE;
    }
    done = for_each_module(process, add_module, array) && !array->failed;
    if (process != NtCurrentProcess())
        NtClose(process);
    return done;
}

static void count_system(const SYSTEM_PROCESS_INFORMATION *list, ULONG *processes, ULONG *threads)
{
    for (*processes = *threads = 0; list;) {
        ++*processes;
        *threads += list->NumberOfThreads;
        list = list->NextEntryOffset ? (PVOID)((char *)list + list->NextEntryOffset) : NULL;
    }
}

static void fill_system(struct snapshot *snapshot, const SYSTEM_PROCESS_INFORMATION *list)
{
    PROCESSENTRY32W *process = snapshot->process;
    THREADENTRY32 *thread = (PVOID)((char *)snapshot + snapshot->first_thread);

    while (list) {
        if (snapshot->processes) {
            ULONG length = list->ImageName.Length / sizeof(WCHAR);
            const WCHAR *name = list->ImageName.Buffer;

            process->dwSize = sizeof(*process);
            process->th32ProcessID = (DWORD)(ULONG_PTR)list->UniqueProcessId;
            process->th32ParentProcessID = (DWORD)(ULONG_PTR)list->InheritedFromUniqueProcessId;
            process->cntThreads = list->NumberOfThreads;
            process->pcPriClassBase = list->BasePriority;
            if (!name && !process->th32ProcessID) {
                name = L"[System Process]";
                length = (ULONG)wcslen(name);
            }
            if (length > ARRAYSIZE(process->szExeFile) - 1)
                length = ARRAYSIZE(process->szExeFile) - 1;
            memcpy(process->szExeFile, name, length * sizeof(WCHAR));
            process++;
        }
        for (ULONG i = 0; snapshot->threads && i < list->NumberOfThreads; i++, thread++) {
            thread->dwSize = sizeof(*thread);
            thread->th32ThreadID = (DWORD)(ULONG_PTR)list->Threads[i].ClientId.UniqueThread;
            thread->th32OwnerProcessID = (DWORD)(ULONG_PTR)list->UniqueProcessId;
            thread->tpBasePri = list->Threads[i].BasePriority;
        }
        list = list->NextEntryOffset ? (PVOID)((char *)list + list->NextEntryOffset) : NULL;
    }
}

static BOOL map_snapshot(HANDLE handle, struct snapshot **snapshot)
{
    PVOID base = NULL;
    SIZE_T size = 0;

    if (!set_status(NtMapViewOfSection(handle, NtCurrentProcess(), &base, 0, 0, NULL, &size,
                                       ViewUnmap, 0, PAGE_READWRITE)))
        return FALSE;
    *snapshot = base;
    return TRUE;
}

HANDLE WINAPI CreateToolhelp32Snapshot(DWORD flags, DWORD id)
{
    SYSTEM_PROCESS_INFORMATION *list = NULL;
    struct module_array modules = {0};
    struct snapshot header = {0}, *snapshot;
    OBJECT_ATTRIBUTES attributes;
    LARGE_INTEGER size;
    HANDLE handle = INVALID_HANDLE_VALUE, section;
    ULONG processes, threads;

    if (!(flags & (TH32CS_SNAPPROCESS | TH32CS_SNAPTHREAD | TH32CS_SNAPMODULE |
                   TH32CS_SNAPMODULE32 | TH32CS_SNAPHEAPLIST))) {
        fail(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    if (flags & TH32CS_SNAPHEAPLIST) {
        fail(ERROR_NOT_SUPPORTED);
        return INVALID_HANDLE_VALUE;
    }
    if ((flags & TH32CS_SNAPMODULE) && !collect_modules(id, &modules))
        goto out;
    if (flags & (TH32CS_SNAPPROCESS | TH32CS_SNAPTHREAD)) {
        list = system_processes();
        if (!list)
            goto out;
        count_system(list, &processes, &threads);
        header.processes = flags & TH32CS_SNAPPROCESS ? processes : 0;
        header.threads = flags & TH32CS_SNAPTHREAD ? threads : 0;
    }
    header.modules = modules.count;
    header.first_module =
        (ULONG)((sizeof(header) + header.processes * sizeof(PROCESSENTRY32W) + 15) & ~15u);
    header.first_thread = header.first_module + header.modules * (ULONG)sizeof(MODULEENTRY32W);
    size.QuadPart =
        header.first_thread + (LONGLONG)header.threads * (LONGLONG)sizeof(THREADENTRY32);
    object_attributes(&attributes, NULL, NULL, flags & TH32CS_INHERIT ? OBJ_INHERIT : 0, NULL);
    if (!set_status(NtCreateSection(&section, SECTION_ALL_ACCESS, &attributes, &size,
                                    PAGE_READWRITE, SEC_COMMIT, NULL)))
        goto out;
    if (!map_snapshot(section, &snapshot)) {
        NtClose(section);
        goto out;
    }
    *snapshot = header;
    fill_system(snapshot, list);
    if (modules.count)
        memcpy((char *)snapshot + header.first_module, modules.entries,
               modules.count * sizeof(MODULEENTRY32W));
    NtUnmapViewOfSection(NtCurrentProcess(), snapshot);
    handle = section;
out:
    heap_free(list);
    heap_free(modules.entries);
    return handle;
}

enum kind { PROCESSES, THREADS, MODULES };

/* The next (or first) entry of a kind, copied out. */
static BOOL next_entry(HANDLE handle, enum kind kind, BOOL restart, void *result, SIZE_T size)
{
    struct snapshot *snapshot;
    ULONG count, offset;
    LONG *next, index;

    if (!map_snapshot(handle, &snapshot))
        return FALSE;
    switch (kind) {
    case PROCESSES:
        count = snapshot->processes;
        offset = sizeof(*snapshot);
        next = &snapshot->next_process;
        break;
    case THREADS:
        count = snapshot->threads;
        offset = snapshot->first_thread;
        next = &snapshot->next_thread;
        break;
    default:
        count = snapshot->modules;
        offset = snapshot->first_module;
        next = &snapshot->next_module;
        break;
    }
    if (restart)
        InterlockedExchange(next, 0);
    index = InterlockedIncrement(next) - 1;
    if (index >= 0 && (ULONG)index < count)
        memcpy(result, (char *)snapshot + offset + (SIZE_T)index * size, size);
    else
        InterlockedExchange(next, (LONG)count);
    NtUnmapViewOfSection(NtCurrentProcess(), snapshot);
    return (index >= 0 && (ULONG)index < count) || fail(ERROR_NO_MORE_FILES);
}

static BOOL next_process(HANDLE snapshot, PROCESSENTRY32W *entry, BOOL restart)
{
    if (entry->dwSize < sizeof(*entry))
        return fail(ERROR_INSUFFICIENT_BUFFER);
    return next_entry(snapshot, PROCESSES, restart, entry, sizeof(*entry));
}

BOOL WINAPI Process32FirstW(HANDLE snapshot, LPPROCESSENTRY32W entry)
{
    return next_process(snapshot, entry, TRUE);
}

BOOL WINAPI Process32NextW(HANDLE snapshot, LPPROCESSENTRY32W entry)
{
    return next_process(snapshot, entry, FALSE);
}

static BOOL next_process_narrow(HANDLE snapshot, PROCESSENTRY32 *entry, BOOL restart)
{
    PROCESSENTRY32W wide;

    if (entry->dwSize < sizeof(*entry))
        return fail(ERROR_INSUFFICIENT_BUFFER);
    if (!next_entry(snapshot, PROCESSES, restart, &wide, sizeof(wide)))
        return FALSE;
    memcpy(entry, &wide, offsetof(PROCESSENTRY32, szExeFile));
    entry->dwSize = sizeof(*entry);
    if (narrow_file(wide.szExeFile, (DWORD)wcslen(wide.szExeFile), entry->szExeFile,
                    sizeof(entry->szExeFile)) >= sizeof(entry->szExeFile))
        entry->szExeFile[0] = 0;
    return TRUE;
}

BOOL WINAPI Process32First(HANDLE snapshot, LPPROCESSENTRY32 entry)
{
    return next_process_narrow(snapshot, entry, TRUE);
}

BOOL WINAPI Process32Next(HANDLE snapshot, LPPROCESSENTRY32 entry)
{
    return next_process_narrow(snapshot, entry, FALSE);
}

BOOL WINAPI Thread32First(HANDLE snapshot, LPTHREADENTRY32 entry)
{
    if (entry->dwSize < sizeof(*entry))
        return fail(ERROR_INSUFFICIENT_BUFFER);
    return next_entry(snapshot, THREADS, TRUE, entry, sizeof(*entry));
}

BOOL WINAPI Thread32Next(HANDLE snapshot, LPTHREADENTRY32 entry)
{
    if (entry->dwSize < sizeof(*entry))
        return fail(ERROR_INSUFFICIENT_BUFFER);
    return next_entry(snapshot, THREADS, FALSE, entry, sizeof(*entry));
}

static BOOL next_module(HANDLE snapshot, MODULEENTRY32W *entry, BOOL restart)
{
    if (entry->dwSize < sizeof(*entry))
        return fail(ERROR_INSUFFICIENT_BUFFER);
    return next_entry(snapshot, MODULES, restart, entry, sizeof(*entry));
}

BOOL WINAPI Module32FirstW(HANDLE snapshot, LPMODULEENTRY32W entry)
{
    return next_module(snapshot, entry, TRUE);
}

BOOL WINAPI Module32NextW(HANDLE snapshot, LPMODULEENTRY32W entry)
{
    return next_module(snapshot, entry, FALSE);
}

static BOOL next_module_narrow(HANDLE snapshot, MODULEENTRY32 *entry, BOOL restart)
{
    MODULEENTRY32W wide;

    if (entry->dwSize < sizeof(*entry))
        return fail(ERROR_INSUFFICIENT_BUFFER);
    if (!next_entry(snapshot, MODULES, restart, &wide, sizeof(wide)))
        return FALSE;
    memcpy(entry, &wide, offsetof(MODULEENTRY32, szModule));
    entry->dwSize = sizeof(*entry);
    if (narrow_file(wide.szModule, (DWORD)wcslen(wide.szModule), entry->szModule,
                    sizeof(entry->szModule)) >= sizeof(entry->szModule))
        entry->szModule[0] = 0;
    if (narrow_file(wide.szExePath, (DWORD)wcslen(wide.szExePath), entry->szExePath,
                    sizeof(entry->szExePath)) >= sizeof(entry->szExePath))
        entry->szExePath[0] = 0;
    return TRUE;
}

BOOL WINAPI Module32First(HANDLE snapshot, LPMODULEENTRY32 entry)
{
    return next_module_narrow(snapshot, entry, TRUE);
}

BOOL WINAPI Module32Next(HANDLE snapshot, LPMODULEENTRY32 entry)
{
    return next_module_narrow(snapshot, entry, FALSE);
}

BOOL WINAPI Toolhelp32ReadProcessMemory(DWORD id, LPCVOID address, LPVOID buffer, SIZE_T size,
                                        SIZE_T *count)
{
    HANDLE process = id ? OpenProcess(PROCESS_VM_READ, FALSE, id) : NtCurrentProcess();
    BOOL done;

    if (!process)
        return FALSE;
    done = ReadProcessMemory(process, address, buffer, size, count);
    if (process != NtCurrentProcess())
        NtClose(process);
    return done;
}
