#include "loader/nt_start.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "loader/nt_params.h"
#include "loader/pe.h"
#include "loader/where.h"
#include "syscalls/gate/trap.h"
#include "syscalls/host/guest_mem.h"
#include "syscalls/nt/child.h"
#include "syscalls/nt/kuser.h"
#include "syscalls/nt/file.h"
#include "syscalls/nt/process.h"
#include "syscalls/nt/section.h"
#include "syscalls/nt/signal.h"
#include "syscalls/nt/system.h"
#include "syscalls/nt/thread.h"
#include "syscalls/nt/trace.h"
#include "syscalls/nt/vm.h"

static const uint16_t machines[] = {IMAGE_FILE_MACHINE_AMD64, 0};

static int fail(int status, const char *what, const char *detail)
{
    nt_warn("%s: %s", what, detail);
    return status;
}

/* The guest looks no further: most programs have none, and a name that is not there costs a walk
 * through the whole folder. */
static bool manifest_beside(const char *program)
{
    char name[PATH_MAX];
    int n = snprintf(name, sizeof(name), "%s.manifest", program);

    return n > 0 && (size_t)n < sizeof(name) && access(name, F_OK) == 0;
}

static int make_peb(const struct pe_image *pe)
{
    uintptr_t base = 0;
    NTSTATUS status = vm_reserve(&base, VM_PAGE, &vm_low_2g, MEM_PRIVATE, PAGE_READWRITE, NULL);

    if (NT_SUCCESS(status))
        status = vm_commit(base, VM_PAGE, PAGE_READWRITE);
    if (!NT_SUCCESS(status))
        return 125;
    PEB *peb = (PEB *)base;
    peb->ImageBaseAddress = (PVOID)nt_process.image_base;
    peb->ProcessParameters = nt_process.parameters;
    peb->NumberOfProcessors = nt_processor_count();
    peb->ActiveProcessAffinityMask = nt_affinity_process(nt_process_page);
    peb->OSMajorVersion = nt_version.major;
    peb->OSMinorVersion = nt_version.minor;
    peb->OSBuildNumber = (USHORT)nt_version.build;
    peb->OSPlatformId = 2; /* NT */
    peb->ImageSubsystem = pe->subsystem;
    peb->ImageSubsystemMajorVersion = pe->subsystem_major;
    peb->ImageSubsystemMinorVersion = pe->subsystem_minor;
    peb->SessionId = 1;
    peb->CriticalSectionTimeout.QuadPart = -25920000000000ll; /* 30 days, as NT's default */
    peb->HeapSegmentReserve = 0x100000;
    peb->HeapSegmentCommit = 0x2000;
    peb->HeapDeCommitTotalFreeThreshold = 0x10000;
    peb->HeapDeCommitFreeBlockThreshold = 0x1000;
    peb->MaximumNumberOfHeaps = 16;
    nt_process.peb = peb;
    return 0;
}

static bool find_exports(struct nt_section *s)
{
    const struct {
        const char *name;
        uintptr_t *to;
    } wanted[] = {
        {"LdrInitializeThunk", &nt_process.ldr_initialize_thunk},
        {"KiUserExceptionDispatcher", &nt_process.user_exception_dispatcher},
        {"KiUserApcDispatcher", &nt_process.user_apc_dispatcher},
        {"RtlUserThreadStart", &nt_process.user_thread_start},
    };

    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        uint32_t rva =
            pe_find_export((const void *)nt_process.ntdll_base, s->size, s->image, wanted[i].name);
        if (!rva)
            return false;
        *wanted[i].to = nt_process.ntdll_base + rva;
    }
    return true;
}

/* Maps an image and gives the section a name for messages and queries. */
static int map_program(int fd, const char *path, struct nt_section **s, uintptr_t *base)
{
    struct pe_error err = {0};
    size_t size;
    NTSTATUS status = nt_section_new_image(fd, s, &err);

    if (!NT_SUCCESS(status))
        return fail(126, path, err.text[0] ? err.text : nt_status_name(status));
    (*s)->name = nt_path_name_of_host(path, &(*s)->name_length);
    *base = 0;
    status = nt_section_map_image(*s, base, &size);
    if (!NT_SUCCESS(status))
        return fail(126, path, "the image cannot be mapped at an address that it accepts");
    return 0;
}

/* What was closed at start gets the null device, so that no file of the guest lands on a number
 * that children take for a standard stream. */
static void fill_standard_descriptors(void)
{
    int fd;

    do {
        fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    } while (fd >= 0 && fd < 3);
    if (fd >= 3)
        close(fd);
}

/* For those who ask about this process from outside. */
static void describe_process(const struct nt_section *program)
{
    struct nt_process_page *page = nt_process_page;
    const UNICODE_STRING *name = &nt_process.parameters->ImagePathName;

    nt_section_image_information(program, &page->image);
    page->name_length = name->Length < sizeof(page->name) ? name->Length : sizeof(page->name);
    memcpy(page->name, name->Buffer, page->name_length);
    atomic_store(&page->peb, (uintptr_t)nt_process.peb);
}

/* The options that hold for children as well. Where the trace goes is a descriptor by now. */
static bool pass_options(const struct run_options *o)
{
    size_t n = 0;
    const char **list = calloc(o->drive_count * 2 + 16, sizeof(*list));

    if (!list)
        return false;
    for (unsigned i = 0; i < o->drive_count; i++) {
        /* Absolute by now: a child has another current folder. */
        struct nt_volume *v = nt_volume_of_letter((unsigned char)o->drives[i][0]);
        char *drive = NULL;
        if (!v || !v->host || asprintf(&drive, "%c=%s", v->letter, v->host[0] ? v->host : "/") < 0)
            return false;
        list[n++] = "--drive";
        list[n++] = drive;
    }
    if (o->state)
        list[n++] = "--state", list[n++] = nt_system_drive_path();
    if (o->session)
        list[n++] = "--session", list[n++] = o->session;
    if (o->os_version)
        list[n++] = "--os-version", list[n++] = o->os_version;
    if (o->case_exact)
        list[n++] = "--case", list[n++] = "exact";
    if (!options_pass(o, list, &n))
        return false;
    nt_child_options = list;
    return true;
}

int nt_start(const struct run_options *o, int fd, const char *path)
{
    const struct nt_child_message *message = NULL;
    struct nt_section *program, *ntdll;
    char ntdll_path[PATH_MAX + 16];
    struct nt_thread *t;
    const char *why;
    int result;

    if (o->os_version && strcmp(o->os_version, "11") == 0)
        nt_version.build = 22631;
    nt_verbose = o->verbose;
    nt_process.id = ((uint32_t)getpid()) * 4;
    vm_init();
    nt_kuser_init();
    nt_process_info_init();
    if (!where_guest_libraries(nt_system32_dir, sizeof(nt_system32_dir)))
        return fail(125, "guest libraries",
                    access("/proc/self/exe", F_OK) == 0
                        ? "not found; is compatrun installed completely?"
                        : "not found: /proc, which tells where compatrun is, is not mounted");
    snprintf(ntdll_path, sizeof(ntdll_path), "%s/ntdll.dll", nt_system32_dir);

    nt_case_exact = o->case_exact;
    for (unsigned i = 0; i < o->drive_count; i++)
        if (!nt_drive_set(o->drives[i][0], o->drives[i] + 2))
            return fail(125, o->drives[i], strerror(errno));
    if (o->state && !nt_system_drive_set(o->state, nt_user_name()))
        return fail(125, o->state, strerror(errno));
    if (o->child >= 0) {
        message = nt_child_take(o->child);
        if (!message)
            return fail(125, "--child", "not what a parent process hands over");
        /* The family has one drive C:. */
        if (!o->state && message->system_drive[0] &&
            !nt_system_drive_join(message->system_drive, nt_user_name()))
            return fail(125, "C:", "no memory");
    } else if (!nt_process_page_new(o->session)) {
        return fail(125, "the shared page of the process", strerror(errno));
    }
    nt_file_init();

    result = map_program(fd, path, &program, &nt_process.image_base);
    if (result)
        return result;
    struct pe_error err;
    if (pe_check(program->image, PE_USE_PROGRAM, machines, &err) != PE_OK)
        return fail(126, path, err.text);
    close(fd);
    fd = open(ntdll_path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(125, ntdll_path, strerror(errno));
    result = map_program(fd, ntdll_path, &ntdll, &nt_process.ntdll_base);
    close(fd);
    if (result)
        return 125;
    if (!find_exports(ntdll))
        return fail(125, ntdll_path, "not a library of this compatrun");

    if (message)
        nt_child_install_handles(message);
    if (!(message ? nt_params_make_child(message) : nt_params_make(o, path)) ||
        make_peb(program->image) != 0)
        return fail(125, path, "no memory for the process parameters");
    if (manifest_beside(path))
        nt_process.parameters->Flags |= RTL_USER_PROC_APP_MANIFEST_PRESENT;
    if (!message)
        fill_standard_descriptors();
    describe_process(program);
    if (nt_thread_new(program->image->stack_reserve, program->image->stack_commit, &t) !=
        STATUS_SUCCESS)
        return fail(125, path, "no memory for the first thread");
    if (o->trace) {
        int trace_fd = where_trace_goes(o->trace_file);
        if (trace_fd < 0)
            return fail(125, o->trace_file, strerror(errno));
        nt_child_trace_fd = fcntl(trace_fd, F_DUPFD_CLOEXEC, 3);
        if (!nt_trace_start(o->trace_filter, trace_fd))
            return fail(125, "--trace", "the filter names no call");
    }
    if (!pass_options(o))
        return fail(125, path, "no memory");
    if (message)
        nt_child_drop(message);
    nt_signal_init();
    if (!trap_init(o->intercept, &why))
        return fail(125, "--intercept", why);
    nt_child_wait_start();
    uintptr_t entry = nt_process.image_base + program->image->entry_rva;
    nt_thread_run(t, nt_process.user_thread_start, entry, (uintptr_t)nt_process.peb);
    nt_exit_process(t->exit_status);
}
