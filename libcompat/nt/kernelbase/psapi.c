/*
 * The K32 functions: processes, their modules and memory (psapi.dll forwards to them).
 */
#include "file.h"
#include "process.h"

#include <psapi.h>

/* ---- Processes ---- */

SYSTEM_PROCESS_INFORMATION *system_processes(void)
{
    ULONG size = 0x8000, needed;

    for (;;) {
        SYSTEM_PROCESS_INFORMATION *processes = heap_alloc(size);
        NTSTATUS status;

        if (!processes)
            return NULL;
        needed = 0;
        status = NtQuerySystemInformation(SystemProcessInformation, processes, size, &needed);
        if (NT_SUCCESS(status))
            return processes;
        heap_free(processes);
        if (status != STATUS_INFO_LENGTH_MISMATCH || size > 0x4000000) {
            set_status(status);
            return NULL;
        }
        size = needed > size ? needed + 0x1000 : size * 2; /* the list may grow meanwhile */
    }
}

BOOL WINAPI K32EnumProcesses(DWORD *ids, DWORD size, DWORD *needed)
{
    SYSTEM_PROCESS_INFORMATION *processes = system_processes(), *process = processes;
    DWORD count = 0;

    if (!processes)
        return FALSE;
    for (;;) {
        if (count == size / sizeof(*ids))
            break;
        ids[count++] = (DWORD)(ULONG_PTR)process->UniqueProcessId;
        if (!process->NextEntryOffset)
            break;
        process = (PVOID)((char *)process + process->NextEntryOffset);
    }
    heap_free(processes);
    *needed = count * sizeof(*ids);
    return TRUE;
}

BOOL WINAPI K32GetProcessMemoryInfo(HANDLE process, PPROCESS_MEMORY_COUNTERS counters, DWORD size)
{
    PROCESS_MEMORY_COUNTERS_EX *extended = (PROCESS_MEMORY_COUNTERS_EX *)counters;
    VM_COUNTERS_EX vm;

    if (size < sizeof(*counters))
        return fail(ERROR_INSUFFICIENT_BUFFER);
    if (!set_status(NtQueryInformationProcess(process, ProcessVmCounters, &vm, sizeof(vm), NULL)))
        return FALSE;
    counters->cb = size >= sizeof(*extended) ? sizeof(*extended) : sizeof(*counters);
    counters->PageFaultCount = vm.PageFaultCount;
    counters->PeakWorkingSetSize = vm.PeakWorkingSetSize;
    counters->WorkingSetSize = vm.WorkingSetSize;
    counters->QuotaPeakPagedPoolUsage = vm.QuotaPeakPagedPoolUsage;
    counters->QuotaPagedPoolUsage = vm.QuotaPagedPoolUsage;
    counters->QuotaPeakNonPagedPoolUsage = vm.QuotaPeakNonPagedPoolUsage;
    counters->QuotaNonPagedPoolUsage = vm.QuotaNonPagedPoolUsage;
    counters->PagefileUsage = vm.PagefileUsage;
    counters->PeakPagefileUsage = vm.PeakPagefileUsage;
    if (size >= sizeof(*extended))
        extended->PrivateUsage = vm.PrivateUsage;
    return TRUE;
}

/* Of the kernel's own memory nothing is told; caches count as what is free. */
BOOL WINAPI K32GetPerformanceInfo(PPERFORMANCE_INFORMATION info, DWORD size)
{
    MEMORYSTATUSEX memory = {.dwLength = sizeof(memory)};
    SYSTEM_PROCESS_INFORMATION *processes, *process;
    SYSTEM_INFO system;

    if (size < sizeof(*info))
        return fail(ERROR_BAD_LENGTH);
    GetSystemInfo(&system);
    if (!GlobalMemoryStatusEx(&memory) || !(processes = system_processes()))
        return FALSE;
    *info = (PERFORMANCE_INFORMATION){
        .cb = sizeof(*info),
        .PageSize = system.dwPageSize,
        .CommitLimit = memory.ullTotalPageFile / system.dwPageSize,
        .CommitTotal = (memory.ullTotalPageFile - memory.ullAvailPageFile) / system.dwPageSize,
        .PhysicalTotal = memory.ullTotalPhys / system.dwPageSize,
        .PhysicalAvailable = memory.ullAvailPhys / system.dwPageSize,
    };
    info->CommitPeak = info->CommitTotal;
    for (process = processes;;) {
        info->ProcessCount++;
        info->ThreadCount += process->NumberOfThreads;
        info->HandleCount += process->HandleCount;
        if (!process->NextEntryOffset)
            break;
        process = (PVOID)((char *)process + process->NextEntryOffset);
    }
    heap_free(processes);
    return TRUE;
}

BOOL WINAPI K32EmptyWorkingSet(HANDLE process)
{
    return SetProcessWorkingSetSize(process, (SIZE_T)-1, (SIZE_T)-1);
}

/* ProcessImageFileName: the NT form of the name. */
static UNICODE_STRING *nt_image_name(HANDLE process)
{
    ULONG size = sizeof(UNICODE_STRING) + 0x10000;
    UNICODE_STRING *name = heap_alloc(size);

    if (name &&
        !set_status(NtQueryInformationProcess(process, ProcessImageFileName, name, size, NULL))) {
        heap_free(name);
        name = NULL;
    }
    return name;
}

DWORD WINAPI K32GetProcessImageFileNameW(HANDLE process, LPWSTR buffer, DWORD size)
{
    UNICODE_STRING *name = nt_image_name(process);
    DWORD length;

    if (!name)
        return 0;
    length = copy_wide(name->Buffer, name->Length / sizeof(WCHAR), buffer, size);
    heap_free(name);
    return length < size ? length : (DWORD)fail(ERROR_INSUFFICIENT_BUFFER);
}

DWORD WINAPI K32GetProcessImageFileNameA(HANDLE process, LPSTR buffer, DWORD size)
{
    UNICODE_STRING *name = nt_image_name(process);
    DWORD length;

    if (!name)
        return 0;
    length = narrow_file(name->Buffer, name->Length / sizeof(WCHAR), buffer, size);
    heap_free(name);
    return length < size ? length : (DWORD)fail(ERROR_INSUFFICIENT_BUFFER);
}

/* ---- Modules ---- */

/* A string of another process, NUL-terminated on the heap. */
static WCHAR *remote_string(HANDLE process, const UNICODE_STRING *string)
{
    WCHAR *text = heap_alloc(string->Length + sizeof(WCHAR));

    if (!text)
        return NULL;
    if (!ReadProcessMemory(process, string->Buffer, text, string->Length, NULL)) {
        heap_free(text);
        return NULL;
    }
    text[string->Length / sizeof(WCHAR)] = 0;
    return text;
}

static BOOL visit_entry(HANDLE process, const LDR_DATA_TABLE_ENTRY *entry,
                        BOOL (*callback)(void *, const struct module_info *), void *context,
                        BOOL *more)
{
    struct module_info info = {
        .base = entry->DllBase,
        .entry = entry->EntryPoint,
        .size = entry->SizeOfImage,
        .references = entry->ReferenceCount,
    };
    WCHAR *path = remote_string(process, &entry->FullDllName);
    WCHAR *name = path ? remote_string(process, &entry->BaseDllName) : NULL;

    if (name) {
        info.path = path;
        info.name = name;
        *more = callback(context, &info);
    }
    heap_free(path);
    heap_free(name);
    return name != NULL;
}

BOOL for_each_module(HANDLE process, BOOL (*callback)(void *, const struct module_info *),
                     void *context)
{
    BOOL own = process == NtCurrentProcess() || GetProcessId(process) == GetCurrentProcessId();
    PROCESS_BASIC_INFORMATION basic;
    LDR_DATA_TABLE_ENTRY entry;
    PEB_LDR_DATA *ldr;
    LIST_ENTRY *head, *link;
    ULONG_PTR cookie;
    BOOL done = FALSE, more = TRUE;

    if (own && !set_status(LdrLockLoaderLock(0, NULL, &cookie)))
        return FALSE;
    if (!set_status(NtQueryInformationProcess(process, ProcessBasicInformation, &basic,
                                              sizeof(basic), NULL)) ||
        !ReadProcessMemory(process, &basic.PebBaseAddress->Ldr, &ldr, sizeof(ldr), NULL))
        goto out;
    if (!ldr) {
        fail(ERROR_PARTIAL_COPY); /* the process has not started its loader yet */
        goto out;
    }
    head = &ldr->InLoadOrderModuleList;
    if (!ReadProcessMemory(process, &head->Flink, &link, sizeof(link), NULL))
        goto out;
    /* The bound ends the walk through a list that another process damages or changes. */
    for (int count = 0; more && link != head && count < 0x10000; count++) {
        if (!ReadProcessMemory(process,
                               CONTAINING_RECORD(link, LDR_DATA_TABLE_ENTRY, InLoadOrderLinks),
                               &entry, sizeof(entry), NULL) ||
            !visit_entry(process, &entry, callback, context, &more))
            goto out;
        link = entry.InLoadOrderLinks.Flink;
    }
    done = TRUE;
out:
    if (own)
        LdrUnlockLoaderLock(0, cookie);
    return done;
}

struct module_list {
    HMODULE *modules;
    DWORD capacity, count;
};

static BOOL add_module(void *context, const struct module_info *info)
{
    struct module_list *list = context;

    if (list->count < list->capacity)
        list->modules[list->count] = info->base;
    list->count++;
    return TRUE;
}

BOOL WINAPI K32EnumProcessModules(HANDLE process, HMODULE *modules, DWORD size, LPDWORD needed)
{
    struct module_list list = {modules, size / sizeof(HMODULE), 0};

    if (!for_each_module(process, add_module, &list))
        return FALSE;
    *needed = list.count * sizeof(HMODULE);
    return TRUE;
}

BOOL WINAPI K32EnumProcessModulesEx(HANDLE process, HMODULE *modules, DWORD size, LPDWORD needed,
                                    DWORD filter)
{
    switch (filter) {
    case LIST_MODULES_DEFAULT:
    case LIST_MODULES_64BIT:
    case LIST_MODULES_ALL:
        return K32EnumProcessModules(process, modules, size, needed);
    case LIST_MODULES_32BIT:
        *needed = 0;
        return TRUE;
    }
    return fail(ERROR_INVALID_PARAMETER);
}

struct module_search {
    PVOID base;
    struct module_info info;
    WCHAR *text; /* path or name, on the heap */
    BOOL want_path, want_text, found;
};

static BOOL match_module(void *context, const struct module_info *info)
{
    struct module_search *search = context;
    const WCHAR *text = search->want_path ? info->path : info->name;

    if (info->base != search->base)
        return TRUE;
    search->found = TRUE;
    search->info = *info;
    if (search->want_text)
        search->text = heap_wide_copy(text, wcslen(text));
    return FALSE;
}

static BOOL find_module(HANDLE process, HMODULE module, struct module_search *search)
{
    PROCESS_BASIC_INFORMATION basic;

    search->base = module;
    if (!module) {
        if (!set_status(NtQueryInformationProcess(process, ProcessBasicInformation, &basic,
                                                  sizeof(basic), NULL)) ||
            !ReadProcessMemory(process, &basic.PebBaseAddress->ImageBaseAddress, &search->base,
                               sizeof(search->base), NULL))
            return FALSE;
    }
    if (!for_each_module(process, match_module, search))
        return FALSE;
    if (!search->found)
        return fail(ERROR_INVALID_HANDLE);
    return !search->want_text || search->text;
}

BOOL WINAPI K32GetModuleInformation(HANDLE process, HMODULE module, LPMODULEINFO info, DWORD size)
{
    struct module_search search = {0};

    if (size < sizeof(*info))
        return fail(ERROR_INSUFFICIENT_BUFFER);
    if (!find_module(process, module, &search))
        return FALSE;
    info->lpBaseOfDll = search.info.base;
    info->SizeOfImage = search.info.size;
    info->EntryPoint = search.info.entry;
    return TRUE;
}

/* Names that do not fit are cut, with their NUL, and the size is returned. */
static DWORD module_text(HANDLE process, HMODULE module, BOOL path, WCHAR *wide, char *narrow,
                         DWORD size)
{
    struct module_search search = {.want_text = TRUE, .want_path = path};
    DWORD length;

    if (!size) {
        fail(ERROR_INSUFFICIENT_BUFFER);
        return 0;
    }
    if (!find_module(process, module, &search))
        return 0;
    length = (DWORD)wcslen(search.text);
    if (wide) {
        if (length >= size) {
            length = size;
            fail(ERROR_INSUFFICIENT_BUFFER);
        }
        memcpy(wide, search.text, length * sizeof(WCHAR));
        wide[length < size ? length : size - 1] = 0;
    } else {
        length = narrow_file(search.text, length, narrow, size);
        if (length >= size) {
            fail(ERROR_INSUFFICIENT_BUFFER);
            length = 0;
        }
    }
    heap_free(search.text);
    return length;
}

DWORD WINAPI K32GetModuleBaseNameW(HANDLE process, HMODULE module, LPWSTR buffer, DWORD size)
{
    return module_text(process, module, FALSE, buffer, NULL, size);
}

DWORD WINAPI K32GetModuleBaseNameA(HANDLE process, HMODULE module, LPSTR buffer, DWORD size)
{
    return module_text(process, module, FALSE, NULL, buffer, size);
}

DWORD WINAPI K32GetModuleFileNameExW(HANDLE process, HMODULE module, LPWSTR buffer, DWORD size)
{
    return module_text(process, module, TRUE, buffer, NULL, size);
}

DWORD WINAPI K32GetModuleFileNameExA(HANDLE process, HMODULE module, LPSTR buffer, DWORD size)
{
    return module_text(process, module, TRUE, NULL, buffer, size);
}

/* ---- Memory ---- */

DWORD WINAPI K32GetMappedFileNameW(HANDLE process, LPVOID address, LPWSTR buffer, DWORD size)
{
    SIZE_T room = sizeof(UNICODE_STRING) + 0x10000;
    UNICODE_STRING *name = heap_alloc(room);
    DWORD length = 0;

    if (!name)
        return 0;
    if (set_status(NtQueryVirtualMemory(process, address, MemoryMappedFilenameInformation, name,
                                        room, NULL))) {
        length = copy_wide(name->Buffer, name->Length / sizeof(WCHAR), buffer, size);
        if (length >= size)
            length = (DWORD)fail(ERROR_INSUFFICIENT_BUFFER);
    }
    heap_free(name);
    return length;
}

DWORD WINAPI K32GetMappedFileNameA(HANDLE process, LPVOID address, LPSTR buffer, DWORD size)
{
    WCHAR *wide = heap_alloc(0x8000 * sizeof(WCHAR));
    DWORD length = 0;

    if (wide && (length = K32GetMappedFileNameW(process, address, wide, 0x8000))) {
        length = narrow_file(wide, length, buffer, size);
        if (length >= size)
            length = (DWORD)fail(ERROR_INSUFFICIENT_BUFFER);
    }
    heap_free(wide);
    return length;
}

BOOL WINAPI K32QueryWorkingSet(HANDLE process, PVOID buffer, DWORD size)
{
    return set_status(
        NtQueryVirtualMemory(process, NULL, MemoryWorkingSetInformation, buffer, size, NULL));
}

BOOL WINAPI K32QueryWorkingSetEx(HANDLE process, PVOID buffer, DWORD size)
{
    return set_status(
        NtQueryVirtualMemory(process, NULL, MemoryWorkingSetExInformation, buffer, size, NULL));
}
