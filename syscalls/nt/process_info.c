/* NtQueryInformationProcess and NtSetInformationProcess. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <unistd.h>

#include "syscalls/nt/child.h"
#include "syscalls/nt/drive.h"
#include "syscalls/nt/process.h"
#include "syscalls/nt/section.h"
#include "syscalls/nt/system.h"
#include "syscalls/nt/vm.h"
#include "nt_handlers.h"

/* Settings that this process only remembers; atomic words. */
static ULONG error_mode = 1;     /* SEM_* inverted in bit 0, as the class has it */
static ULONG execute_flags = 0x32 | 0x40; /* DEP on, permanent: what x64 always answers */
static ULONG priority_boost;
static ULONG break_on_termination;
static int64_t create_time; /* 100 ns since 1601 */

NTSTATUS nt_process_answer(const void *from, ULONG size, void *out, ULONG length, ULONG *returned)
{
    if (returned && !guest_put(returned, size))
        return STATUS_ACCESS_VIOLATION;
    if (length != size)
        return STATUS_INFO_LENGTH_MISMATCH;
    return guest_write(out, from, size) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

/* A value from /proc/self/status in bytes; 0 if it is not there. */
static uint64_t status_kib(const char *text, const char *key)
{
    const char *p = strstr(text, key);

    return p ? strtoull(p + strlen(key), NULL, 10) * 1024 : 0;
}

static NTSTATUS query_vm_counters(void *out, ULONG length, ULONG *returned)
{
    struct {
        SIZE_T PeakVirtualSize, VirtualSize;
        ULONG PageFaultCount;
        SIZE_T PeakWorkingSetSize, WorkingSetSize;
        SIZE_T QuotaPeakPagedPoolUsage, QuotaPagedPoolUsage;
        SIZE_T QuotaPeakNonPagedPoolUsage, QuotaNonPagedPoolUsage;
        SIZE_T PagefileUsage, PeakPagefileUsage;
        SIZE_T PrivateUsage;
    } i = {0};
    char text[4096] = "";
    struct rusage ru;
    FILE *f = fopen("/proc/self/status", "re");

    _Static_assert(sizeof(i) == 96, "VM_COUNTERS_EX");
    if (f) {
        size_t n = fread(text, 1, sizeof(text) - 1, f);
        text[n] = 0;
        fclose(f);
    }
    getrusage(RUSAGE_SELF, &ru);
    i.PeakVirtualSize = status_kib(text, "VmPeak:");
    i.VirtualSize = status_kib(text, "VmSize:");
    i.PageFaultCount = (ULONG)(ru.ru_minflt + ru.ru_majflt);
    i.PeakWorkingSetSize = status_kib(text, "VmHWM:");
    i.WorkingSetSize = status_kib(text, "VmRSS:");
    i.PagefileUsage = i.PrivateUsage =
        status_kib(text, "RssAnon:") + status_kib(text, "VmSwap:");
    i.PeakPagefileUsage = i.PagefileUsage;
    ULONG size = length == sizeof(i) ? sizeof(i) : sizeof(i) - sizeof(SIZE_T);
    return nt_process_answer(&i, size, out, length, returned);
}

static LONGLONG of_timeval(struct timeval tv)
{
    return tv.tv_sec * 10000000ll + tv.tv_usec * 10;
}

static NTSTATUS query_times(void *out, ULONG length, ULONG *returned)
{
    struct rusage ru;
    KERNEL_USER_TIMES i = {0};

    getrusage(RUSAGE_SELF, &ru);
    i.CreateTime.QuadPart = create_time;
    i.KernelTime.QuadPart = of_timeval(ru.ru_stime);
    i.UserTime.QuadPart = of_timeval(ru.ru_utime);
    return nt_process_answer(&i, sizeof(i), out, length, returned);
}

static NTSTATUS query_io_counters(void *out, ULONG length, ULONG *returned)
{
    ULONGLONG i[6] = {0}; /* read, write, other operations; then bytes */
    char line[128];
    FILE *f = fopen("/proc/self/io", "re");

    while (f && fgets(line, sizeof(line), f)) {
        unsigned long long v;
        if (sscanf(line, "syscr: %llu", &v) == 1)
            i[0] = v;
        else if (sscanf(line, "syscw: %llu", &v) == 1)
            i[1] = v;
        else if (sscanf(line, "rchar: %llu", &v) == 1)
            i[3] = v;
        else if (sscanf(line, "wchar: %llu", &v) == 1)
            i[4] = v;
    }
    if (f)
        fclose(f);
    return nt_process_answer(i, sizeof(i), out, length, returned);
}

/* The name of the program's image, as a UNICODE_STRING in front of its text. */
static NTSTATUS query_image_name(bool dos, void *out, ULONG length, ULONG *returned)
{
    struct vm_info info;
    const WCHAR *name = NULL;
    WCHAR host[520];
    size_t bytes = 0;
    UNICODE_STRING us;

    if (dos) {
        if (!guest_get(&us, &nt_process.parameters->ImagePathName) || us.Length > sizeof(host) ||
            !guest_read(host, us.Buffer, us.Length))
            return STATUS_UNSUCCESSFUL;
        name = host;
        bytes = us.Length;
    } else if (vm_query(nt_process.image_base, &info) && info.section) {
        const struct nt_section *s = (const struct nt_section *)info.section;
        name = s->name;
        bytes = s->name_length;
    }
    ULONG need = (ULONG)(sizeof(us) + bytes + sizeof(WCHAR));
    if (returned && !guest_put(returned, need))
        return STATUS_ACCESS_VIOLATION;
    if (length < need)
        return STATUS_INFO_LENGTH_MISMATCH;
    us = (UNICODE_STRING){(USHORT)bytes, (USHORT)(bytes + sizeof(WCHAR)),
                          (WCHAR *)((uintptr_t)out + sizeof(us))};
    WCHAR zero = 0;
    if (!guest_write(out, &us, sizeof(us)) || !guest_write(us.Buffer, name, bytes) ||
        !guest_write((char *)us.Buffer + bytes, &zero, sizeof(zero)))
        return STATUS_ACCESS_VIOLATION;
    return STATUS_SUCCESS;
}

static NTSTATUS query_command_line(void *out, ULONG length, ULONG *returned)
{
    UNICODE_STRING us;

    if (!guest_get(&us, &nt_process.parameters->CommandLine))
        return STATUS_UNSUCCESSFUL;
    ULONG need = (ULONG)(sizeof(us) + us.Length + sizeof(WCHAR));
    if (returned && !guest_put(returned, need))
        return STATUS_ACCESS_VIOLATION;
    if (length < need)
        return STATUS_INFO_LENGTH_MISMATCH;
    WCHAR *text = malloc(us.Length + sizeof(WCHAR));
    if (!text)
        return STATUS_NO_MEMORY;
    NTSTATUS status = STATUS_ACCESS_VIOLATION;
    if (guest_read(text, us.Buffer, us.Length)) {
        text[us.Length / sizeof(WCHAR)] = 0;
        UNICODE_STRING to = {us.Length, (USHORT)(us.Length + sizeof(WCHAR)),
                             (WCHAR *)((uintptr_t)out + sizeof(us))};
        if (guest_write(out, &to, sizeof(to)) &&
            guest_write(to.Buffer, text, to.MaximumLength))
            status = STATUS_SUCCESS;
    }
    free(text);
    return status;
}

static NTSTATUS query_self(ULONG class, void *out, ULONG n, ULONG *returned)
{
    ULONG_PTR pointer = 0;
    ULONG word;

    switch (class) {
    case ProcessBasicInformation: {
        PROCESS_BASIC_INFORMATION i = {
            .ExitStatus = STATUS_PENDING,
            .PebBaseAddress = nt_process.peb,
            .AffinityMask = nt_affinity_process(nt_process_page),
            .BasePriority = 8,
            .UniqueProcessId = nt_process.id,
            .InheritedFromUniqueProcessId = (ULONG_PTR)getppid() * 4,
        };
        return nt_process_answer(&i, sizeof(i), out, n, returned);
    }
    case ProcessIoCounters:
        return query_io_counters(out, n, returned);
    case ProcessVmCounters:
        return query_vm_counters(out, n, returned);
    case ProcessTimes:
        return query_times(out, n, returned);
    case ProcessDebugPort:
    case ProcessWow64Information:
        return nt_process_answer(&pointer, sizeof(pointer), out, n, returned);
    case ProcessDebugObjectHandle:
        if (n == sizeof(pointer) && !guest_write(out, &pointer, sizeof(pointer)))
            return STATUS_ACCESS_VIOLATION;
        return n == sizeof(pointer) ? STATUS_PORT_NOT_SET : STATUS_INFO_LENGTH_MISMATCH;
    case ProcessDebugFlags:
        word = 1;
        return nt_process_answer(&word, sizeof(word), out, n, returned);
    case ProcessDefaultHardErrorMode:
        return nt_process_answer(&error_mode, sizeof(error_mode), out, n, returned);
    case ProcessPriorityClass: {
        UCHAR i[2] = {FALSE, (UCHAR)atomic_load(&nt_process_page->priority_class)};
        return nt_process_answer(i, sizeof(i), out, n, returned);
    }
    case ProcessHandleCount: {
        ULONG i[2] = {nt_handle_count(), nt_handle_count()};
        return nt_process_answer(i, n == sizeof(i) ? sizeof(i) : sizeof(i[0]), out, n, returned);
    }
    case ProcessAffinityMask: {
        KAFFINITY mask = nt_affinity_process(nt_process_page);
        return nt_process_answer(&mask, sizeof(mask), out, n, returned);
    }
    case ProcessPriorityBoost:
        return nt_process_answer(&priority_boost, sizeof(priority_boost), out, n, returned);
    case ProcessSessionInformation:
        word = 1;
        return nt_process_answer(&word, sizeof(word), out, n, returned);
    case ProcessImageFileName:
        return query_image_name(false, out, n, returned);
    case ProcessImageFileNameWin32:
        return query_image_name(true, out, n, returned);
    case ProcessBreakOnTermination:
        return nt_process_answer(&break_on_termination, sizeof(break_on_termination), out, n,
                                 returned);
    case ProcessExecuteFlags:
        return nt_process_answer(&execute_flags, sizeof(execute_flags), out, n, returned);
    case ProcessCookie:
        word = (ULONG)(create_time * 2654435761u) | 1;
        return nt_process_answer(&word, sizeof(word), out, n, returned);
    case ProcessImageInformation: {
        struct vm_info info;
        SECTION_IMAGE_INFORMATION i;
        if (!vm_query(nt_process.image_base, &info) || !info.section)
            return STATUS_UNSUCCESSFUL;
        nt_section_image_information((const struct nt_section *)info.section, &i);
        return nt_process_answer(&i, sizeof(i), out, n, returned);
    }
    case ProcessCycleTime: {
        ULONGLONG i[2] = {__builtin_ia32_rdtsc(), 0};
        return nt_process_answer(i, sizeof(i), out, n, returned);
    }
    case ProcessGroupInformation: {
        USHORT group = 0;
        return nt_process_answer(&group, sizeof(group), out, n, returned);
    }
    case ProcessConsoleHostProcess:
        return nt_process_answer(&pointer, sizeof(pointer), out, n, returned);
    case ProcessCommandLineInformation:
        return query_command_line(out, n, returned);
    case ProcessMitigationPolicy: {
        ULONG i[2]; /* policy (in), flags */
        if (n < sizeof(i))
            return STATUS_INFO_LENGTH_MISMATCH;
        if (!guest_read(i, out, sizeof(i)))
            return STATUS_ACCESS_VIOLATION;
        if (i[0] > 20)
            return STATUS_INVALID_PARAMETER;
        i[1] = i[0] == 0 ? 3 : i[0] == 1 ? 7 : 0; /* DEP permanent; ASLR; nothing else is on */
        if (returned && !guest_put(returned, n))
            return STATUS_ACCESS_VIOLATION;
        return guest_write(out, i, sizeof(i)) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
    }
    case ProcessDeviceMap: {
        struct {
            ULONG drives;
            UCHAR types[32]; /* DRIVE_FIXED for each that is there */
        } i = {.drives = nt_volume_mask()};
        for (int k = 0; k < 26; k++)
            i.types[k] = (i.drives >> k & 1) ? 3 : 0;
        return nt_process_answer(&i, sizeof(i), out, n, returned);
    }
    case ProcessSubsystemInformation:
        word = 0; /* Win32 */
        return nt_process_answer(&word, sizeof(word), out, n, returned);
    case ProcessProtectionInformation: {
        UCHAR none = 0;
        return nt_process_answer(&none, sizeof(none), out, n, returned);
    }
    case ProcessQuotaLimits: {
        struct {
            SIZE_T paged, nonpaged, minimum_working_set, maximum_working_set, pagefile;
            LARGE_INTEGER time;
            SIZE_T reserved[4];
            ULONG flags, cpu_rate;
        } i = {~(SIZE_T)0, ~(SIZE_T)0, 0x32000, 0x159000, ~(SIZE_T)0, {.QuadPart = -1}, {0}, 0, 0};
        /* With or without the limits on processor time that newer callers ask for. */
        return nt_process_answer(&i, n == sizeof(i) ? sizeof(i) : 48, out, n, returned);
    }
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

NTSTATUS NtQueryInformationProcess(struct nt_thread *t, HANDLE ProcessHandle,
                                   ULONG ProcessInformationClass, void *ProcessInformation,
                                   ULONG ProcessInformationLength, ULONG *ReturnLength)
{
    struct nt_object *o;
    NTSTATUS status = nt_handle_get(ProcessHandle, &nt_process_type, 0, &o, NULL);

    (void)t;
    if (!NT_SUCCESS(status))
        return status;
    if (o == nt_process_self())
        status = query_self(ProcessInformationClass, ProcessInformation, ProcessInformationLength,
                            ReturnLength);
    else
        status = nt_process_query_other(o, ProcessInformationClass, ProcessInformation,
                                        ProcessInformationLength, ReturnLength);
    nt_object_release(o);
    return status;
}

static NTSTATUS take_word(ULONG *to, const void *from, ULONG n)
{
    if (n != sizeof(*to))
        return STATUS_INFO_LENGTH_MISMATCH;
    return guest_read(to, from, n) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

static NTSTATUS set_affinity(const void *from, ULONG n)
{
    KAFFINITY mask;

    if (n != sizeof(mask))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!guest_read(&mask, from, n))
        return STATUS_ACCESS_VIOLATION;
    return nt_affinity_bind_process(getpid(), nt_process_page, mask);
}

static NTSTATUS set_priority(const void *from, ULONG n)
{
    static const int nice_of[] = {0, 19, 0, -10, -15, 10, -5}; /* by PROCESS_PRIORITY_CLASS_* */
    UCHAR i[2];

    if (n != sizeof(i))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!guest_read(i, from, n))
        return STATUS_ACCESS_VIOLATION;
    if (i[1] == 0 || i[1] > 6)
        return STATUS_INVALID_PARAMETER;
    atomic_store(&nt_process_page->priority_class, i[1]);
    /* Raising needs a privilege that users seldom have; the class is remembered all the same. */
    if (setpriority(PRIO_PROCESS, 0, nice_of[i[1]]) != 0 && errno != EACCES && errno != EPERM)
        return nt_status_of_errno(errno);
    return STATUS_SUCCESS;
}

static NTSTATUS set_self(ULONG class, const void *in, ULONG n)
{
    ULONG word;
    NTSTATUS status;

    switch (class) {
    case ProcessDefaultHardErrorMode:
        return take_word(&error_mode, in, n);
    case ProcessPriorityClass:
        return set_priority(in, n);
    case ProcessPriorityBoost:
        return take_word(&priority_boost, in, n);
    case ProcessAffinityMask:
        return set_affinity(in, n);
    case ProcessBreakOnTermination:
        return STATUS_PRIVILEGE_NOT_HELD;
    case ProcessExecuteFlags:
        status = take_word(&word, in, n);
        return NT_SUCCESS(status) ? STATUS_ACCESS_DENIED : status; /* permanent on x64 */
    case ProcessQuotaLimits: /* working-set sizes are the host's affair */
    case ProcessIoPriority:
    case ProcessPagePriority:
    case ProcessPowerThrottlingState:
        return n ? STATUS_SUCCESS : STATUS_INFO_LENGTH_MISMATCH;
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

NTSTATUS NtSetInformationProcess(struct nt_thread *t, HANDLE ProcessHandle,
                                 ULONG ProcessInformationClass, const void *ProcessInformation,
                                 ULONG ProcessInformationLength)
{
    struct nt_object *o;
    NTSTATUS status =
        nt_handle_get(ProcessHandle, &nt_process_type, PROCESS_SET_INFORMATION, &o, NULL);

    (void)t;
    if (!NT_SUCCESS(status))
        return status;
    status = o == nt_process_self()
                 ? set_self(ProcessInformationClass, ProcessInformation, ProcessInformationLength)
                 : nt_process_set_other(o, ProcessInformationClass, ProcessInformation,
                                        ProcessInformationLength);
    nt_object_release(o);
    return status;
}

void nt_process_info_init(void)
{
    create_time = nt_system_time();
}

/* --- memory of processes ------------------------------------------------------------------- */

/* Copies within this process, page by page, so that what is reachable gets through. */
static NTSTATUS copy_self(char *to, const char *from, SIZE_T n, SIZE_T *done)
{
    char buffer[4096];

    *done = 0;
    while (*done < n) {
        SIZE_T step = n - *done < sizeof(buffer) ? n - *done : sizeof(buffer);
        SIZE_T to_page = VM_PAGE - ((uintptr_t)(from + *done) & (VM_PAGE - 1));
        if (step > to_page)
            step = to_page;
        if (!guest_read(buffer, from + *done, step) || !guest_write(to + *done, buffer, step))
            return STATUS_PARTIAL_COPY;
        *done += step;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS transfer(HANDLE process, ACCESS_MASK access, PVOID remote, void *local, SIZE_T n,
                         SIZE_T *count, bool write)
{
    struct nt_object *o;
    SIZE_T done = 0;
    NTSTATUS status = nt_handle_get(process, &nt_process_type, access, &o, NULL);

    if (!NT_SUCCESS(status))
        return status;
    if (!guest_range_ok(remote, n) || !guest_range_ok(local, n)) {
        status = STATUS_ACCESS_VIOLATION;
    } else if (o == nt_process_self()) {
        status = copy_self(write ? remote : local, write ? local : remote, n, &done);
    } else {
        struct iovec l = {local, n}, r = {remote, n};
        int pid = nt_process_host_pid(o);
        ssize_t got = write ? process_vm_writev(pid, &l, 1, &r, 1, 0)
                            : process_vm_readv(pid, &l, 1, &r, 1, 0);
        done = got > 0 ? (SIZE_T)got : 0;
        status = got < 0 && errno == ESRCH ? STATUS_PROCESS_IS_TERMINATING
                 : got < 0 && errno == EPERM ? STATUS_ACCESS_DENIED
                 : done < n                 ? STATUS_PARTIAL_COPY
                                            : STATUS_SUCCESS;
    }
    nt_object_release(o);
    if (count && !guest_put(count, done))
        return STATUS_ACCESS_VIOLATION;
    return status;
}

NTSTATUS NtReadVirtualMemory(struct nt_thread *t, HANDLE ProcessHandle, PVOID BaseAddress,
                             void *Buffer, SIZE_T NumberOfBytesToRead, SIZE_T *NumberOfBytesRead)
{
    (void)t;
    return transfer(ProcessHandle, PROCESS_VM_READ, BaseAddress, Buffer, NumberOfBytesToRead,
                    NumberOfBytesRead, false);
}

NTSTATUS NtWriteVirtualMemory(struct nt_thread *t, HANDLE ProcessHandle, PVOID BaseAddress,
                              const void *Buffer, SIZE_T NumberOfBytesToWrite,
                              SIZE_T *NumberOfBytesWritten)
{
    (void)t;
    return transfer(ProcessHandle, PROCESS_VM_WRITE, BaseAddress, (void *)Buffer,
                    NumberOfBytesToWrite, NumberOfBytesWritten, true);
}

/* x86 keeps instruction fetch coherent with stores. */
NTSTATUS NtFlushInstructionCache(struct nt_thread *t, HANDLE ProcessHandle, PVOID BaseAddress,
                                 SIZE_T Length)
{
    struct nt_object *o;
    NTSTATUS status =
        nt_handle_get(ProcessHandle, &nt_process_type, PROCESS_VM_WRITE, &o, NULL);

    (void)t;
    (void)BaseAddress;
    (void)Length;
    if (NT_SUCCESS(status))
        nt_object_release(o);
    return status;
}

static NTSTATUS lock_pages(HANDLE process, PVOID *base, SIZE_T *size, bool lock)
{
    struct nt_object *o;
    PVOID at;
    SIZE_T n;
    struct vm_info info;
    NTSTATUS status = nt_handle_get(process, &nt_process_type, PROCESS_VM_OPERATION, &o, NULL);

    if (!NT_SUCCESS(status))
        return status;
    bool self = o == nt_process_self();
    nt_object_release(o);
    if (!self)
        return STATUS_NOT_SUPPORTED;
    if (!guest_get(&at, base) || !guest_get(&n, size))
        return STATUS_ACCESS_VIOLATION;
    if (!guest_range_ok(at, n) || n == 0)
        return STATUS_INVALID_PARAMETER_2;
    uintptr_t from = VM_PAGE_DOWN((uintptr_t)at), to = VM_PAGE_UP((uintptr_t)at + n);
    if (!vm_query(from, &info) || info.state != MEM_COMMIT || to > info.alloc_end)
        return STATUS_ACCESS_VIOLATION;
    if ((lock ? mlock((void *)from, to - from) : munlock((void *)from, to - from)) != 0)
        return errno == ENOMEM || errno == EPERM || errno == EAGAIN ? STATUS_WORKING_SET_QUOTA
                                                                    : nt_status_of_errno(errno);
    if (!guest_put(base, (PVOID)from) || !guest_put(size, (SIZE_T)(to - from)))
        return STATUS_ACCESS_VIOLATION;
    return STATUS_SUCCESS;
}

NTSTATUS NtLockVirtualMemory(struct nt_thread *t, HANDLE ProcessHandle, PVOID *BaseAddress,
                             SIZE_T *RegionSize, ULONG MapType)
{
    (void)t;
    if (MapType == 0 || (MapType & ~3u))
        return STATUS_INVALID_PARAMETER;
    return lock_pages(ProcessHandle, BaseAddress, RegionSize, true);
}

NTSTATUS NtUnlockVirtualMemory(struct nt_thread *t, HANDLE ProcessHandle, PVOID *BaseAddress,
                               SIZE_T *RegionSize, ULONG MapType)
{
    (void)t;
    if (MapType == 0 || (MapType & ~3u))
        return STATUS_INVALID_PARAMETER;
    return lock_pages(ProcessHandle, BaseAddress, RegionSize, false);
}
