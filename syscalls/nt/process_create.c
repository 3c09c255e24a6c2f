/* NtCreateUserProcess: starts compatrun again for a foreign program, or a native one. */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loader/detect.h"
#include "syscalls/nt/file.h"
#include "syscalls/nt/job.h"
#include "syscalls/nt/native.h"
#include "syscalls/nt/process_create.h"
#include "syscalls/nt/share.h"
#include "syscalls/nt/section.h"
#include "syscalls/nt/sync.h"
#include "syscalls/nt/thread.h"
#include "nt_handlers.h"

#define PAGE 4096u

#define CREATE_BREAKAWAY 0x1u
#define CREATE_INHERIT_HANDLES 0x4u

#define STD_NEVER 0u
#define STD_REQUEST 1u
#define STD_ALWAYS 2u

#define MOST_HANDLES 65536u
#define LARGEST_ENVIRONMENT 0x4000000u

/* ---- What the caller gives ---- */

static NTSTATUS take(struct text *to, const void *guest, uint32_t n)
{
    to->bytes = malloc(n + 2u);
    if (!to->bytes)
        return STATUS_NO_MEMORY;
    if (n && !guest_read(to->bytes, guest, n))
        return STATUS_ACCESS_VIOLATION;
    memset((char *)to->bytes + n, 0, 2);
    to->n = n;
    return STATUS_SUCCESS;
}

/* A string of the parameters: its address, or its distance from their beginning. */
static NTSTATUS take_string(struct text *to, const UNICODE_STRING *us, const void *base,
                            bool normalized)
{
    const char *at = (const char *)us->Buffer;

    if (!normalized && at)
        at = (const char *)base + (uintptr_t)at;
    return take(to, at, at ? us->Length : 0);
}

/* The block ends with an empty string; EnvironmentSize need not be right. */
static NTSTATUS take_environment(struct text *to, const uint16_t *guest)
{
    uint16_t *block = NULL;
    size_t n = 0, room = 0;

    if (!guest)
        return STATUS_INVALID_PARAMETER;
    for (;;) {
        if (n == room) {
            if (room * 2 >= LARGEST_ENVIRONMENT)
                goto too_long;
            room = room ? room * 2 : 2048;
            uint16_t *p = realloc(block, room * 2 + 2);
            if (!p) {
                free(block);
                return STATUS_NO_MEMORY;
            }
            block = p;
        }
        /* Never past the page of a unit that is known to be there. */
        size_t part = (PAGE - ((uintptr_t)(guest + n) & (PAGE - 1))) / 2;
        if (part == 0)
            part = 1;
        if (part > room - n)
            part = room - n;
        if (!guest_read(block + n, guest + n, part * 2)) {
            free(block);
            return STATUS_ACCESS_VIOLATION;
        }
        for (size_t end = n + part; n < end; n++)
            if (block[n] == 0 && (n == 0 || block[n - 1] == 0)) {
                block[n + 1] = 0;
                to->bytes = block;
                to->n = (uint32_t)(n + 1) * 2;
                return STATUS_SUCCESS;
            }
    }
too_long:
    free(block);
    return STATUS_INVALID_PARAMETER;
}

static NTSTATUS take_parameters(struct creation *c, const RTL_USER_PROCESS_PARAMETERS *guest)
{
    RTL_USER_PROCESS_PARAMETERS *p = &c->parameters;

    if (!guest)
        return STATUS_INVALID_PARAMETER;
    if (!guest_get(p, guest))
        return STATUS_ACCESS_VIOLATION;
    bool normalized = p->Flags & RTL_USER_PROC_PARAMS_NORMALIZED;
    const struct {
        int to;
        const UNICODE_STRING *from;
    } strings[] = {
        {NT_CHILD_IMAGE, &p->ImagePathName}, {NT_CHILD_LINE, &p->CommandLine},
        {NT_CHILD_DIRECTORY, &p->CurrentDirectory.DosPath}, {NT_CHILD_DLL_PATH, &p->DllPath},
        {NT_CHILD_TITLE, &p->WindowTitle}, {NT_CHILD_DESKTOP, &p->DesktopInfo},
        {NT_CHILD_SHELL, &p->ShellInfo}, {NT_CHILD_RUNTIME, &p->RuntimeData},
    };
    for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
        struct text *to = &c->text[strings[i].to];
        NTSTATUS status = take_string(to, strings[i].from, guest, normalized);
        if (!NT_SUCCESS(status))
            return status;
        if (strings[i].to != NT_CHILD_RUNTIME)
            to->n &= ~1u;
    }
    return take_environment(&c->text[NT_CHILD_ENVIRONMENT], p->Environment);
}

static NTSTATUS take_jobs(struct creation *c, const HANDLE *guest, size_t n)
{
    if (n > sizeof(c->jobs) / sizeof(c->jobs[0]))
        return STATUS_INVALID_PARAMETER;
    for (size_t i = 0; i < n; i++) {
        HANDLE h;
        if (!guest_get(&h, guest + i))
            return STATUS_ACCESS_VIOLATION;
        NTSTATUS status = nt_handle_get(h, &nt_job_type, JOB_OBJECT_ASSIGN_PROCESS,
                                        &c->jobs[c->job_n], NULL);
        if (!NT_SUCCESS(status))
            return status;
        c->job_n++;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS check_parent(HANDLE handle)
{
    struct nt_object *o;
    NTSTATUS status = nt_handle_get(handle, &nt_process_type, PROCESS_CREATE_PROCESS, &o, NULL);

    if (!NT_SUCCESS(status))
        return status;
    bool self = o == nt_process_self();
    nt_object_release(o);
    return self ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED;
}

/* The only tokens there are stand for this process's user. */
static NTSTATUS check_token(HANDLE handle)
{
    struct nt_object *o;
    NTSTATUS status = nt_handle_get(handle, NULL, 0x1 /* TOKEN_ASSIGN_PRIMARY */, &o, NULL);

    if (!NT_SUCCESS(status))
        return status;
    if (strcmp(o->type->name, "Token") != 0)
        status = STATUS_OBJECT_TYPE_MISMATCH;
    nt_object_release(o);
    return status;
}

static NTSTATUS take_attribute(struct creation *c, const PS_ATTRIBUTE *a)
{
    uint8_t byte;

    switch (a->Attribute) {
    case PS_ATTRIBUTE_IMAGE_NAME:
        if (a->Size > 0xfffe || a->Size % 2 || c->image_name.bytes)
            return STATUS_INVALID_PARAMETER;
        return take(&c->image_name, a->ValuePtr, (uint32_t)a->Size);
    case PS_ATTRIBUTE_CLIENT_ID:
        if (a->Size < sizeof(CLIENT_ID))
            return STATUS_INFO_LENGTH_MISMATCH;
        c->client = a->ValuePtr;
        return STATUS_SUCCESS;
    case PS_ATTRIBUTE_TEB_ADDRESS:
        c->teb = a->ValuePtr;
        return STATUS_SUCCESS;
    case PS_ATTRIBUTE_IMAGE_INFO:
        if (a->Size < sizeof(SECTION_IMAGE_INFORMATION))
            return STATUS_INFO_LENGTH_MISMATCH;
        c->image = a->ValuePtr;
        return STATUS_SUCCESS;
    case PS_ATTRIBUTE_STD_HANDLE_INFO:
        if (a->Size != sizeof(c->std))
            return STATUS_INFO_LENGTH_MISMATCH;
        c->has_std = true;
        return guest_read(&c->std, a->ValuePtr, sizeof(c->std)) ? STATUS_SUCCESS
                                                                : STATUS_ACCESS_VIOLATION;
    case PS_ATTRIBUTE_HANDLE_LIST:
        c->list_n = a->Size / sizeof(HANDLE);
        if (a->Size % sizeof(HANDLE) || c->list_n > MOST_HANDLES || c->list)
            return STATUS_INVALID_PARAMETER;
        c->has_list = true;
        c->list = calloc(c->list_n + 1, sizeof(HANDLE));
        if (!c->list)
            return STATUS_NO_MEMORY;
        return guest_read(c->list, a->ValuePtr, a->Size) ? STATUS_SUCCESS
                                                         : STATUS_ACCESS_VIOLATION;
    case PS_ATTRIBUTE_PRIORITY_CLASS:
        /* One byte: as the value itself or behind a pointer, as programs do both. */
        if (a->Value <= 6)
            byte = (uint8_t)a->Value;
        else if (!guest_read(&byte, a->ValuePtr, 1))
            return STATUS_ACCESS_VIOLATION;
        c->priority = byte <= 6 ? byte : 0;
        return STATUS_SUCCESS;
    case PS_ATTRIBUTE_ERROR_MODE:
        c->has_error_mode = true;
        return a->Size == sizeof(ULONG) && guest_read(&c->error_mode, a->ValuePtr, sizeof(ULONG))
                   ? STATUS_SUCCESS
                   : STATUS_INVALID_PARAMETER;
    case PS_ATTRIBUTE_PARENT_PROCESS:
        return check_parent((HANDLE)a->Value);
    case PS_ATTRIBUTE_TOKEN:
        return check_token((HANDLE)a->Value);
    case PS_ATTRIBUTE_JOB_LIST:
        return take_jobs(c, a->ValuePtr, a->Size / sizeof(HANDLE));
    case PS_ATTRIBUTE_DEBUG_OBJECT:
        return STATUS_NOT_SUPPORTED;
    default:
        /* Affinities, nodes, reserves, mitigations: hints, and restrictions for a system that
         * could be attacked from inside the program. */
        return STATUS_SUCCESS;
    }
}

static NTSTATUS take_attributes(struct creation *c, const PS_ATTRIBUTE_LIST *guest)
{
    SIZE_T total;

    if (!guest)
        return STATUS_INVALID_PARAMETER; /* there must be the name of an image */
    if (!guest_get(&total, &guest->TotalLength))
        return STATUS_ACCESS_VIOLATION;
    if (total < offsetof(PS_ATTRIBUTE_LIST, Attributes) || total > 0x10000 ||
        (total - offsetof(PS_ATTRIBUTE_LIST, Attributes)) % sizeof(PS_ATTRIBUTE))
        return STATUS_INVALID_PARAMETER;
    size_t n = (total - offsetof(PS_ATTRIBUTE_LIST, Attributes)) / sizeof(PS_ATTRIBUTE);
    for (size_t i = 0; i < n; i++) {
        PS_ATTRIBUTE a;
        if (!guest_get(&a, &guest->Attributes[i]))
            return STATUS_ACCESS_VIOLATION;
        NTSTATUS status = take_attribute(c, &a);
        if (!NT_SUCCESS(status))
            return status;
    }
    return c->image_name.bytes ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

/* ---- The image ---- */

/* Sets *state to what went wrong, PsCreateFail*. */
static NTSTATUS check_image(struct creation *c, ULONG *state)
{
    static const uint16_t machines[] = {IMAGE_FILE_MACHINE_AMD64, 0};
    struct nt_open how = {.access = FILE_READ_DATA | FILE_EXECUTE | SYNCHRONIZE,
                          .share = FILE_SHARE_READ | FILE_SHARE_DELETE,
                          .disposition = FILE_OPEN,
                          .options = FILE_SYNCHRONOUS_IO_NONALERT | FILE_NON_DIRECTORY_FILE};
    struct detected kind;
    struct nt_section *section;
    struct pe_error err = {0};

    *state = PsCreateFailOnFileOpen;
    NTSTATUS status = nt_file_open_name(NULL, c->image_name.bytes, c->image_name.n / 2, &how,
                                        &c->file);
    if (NT_SUCCESS(status))
        status = nt_file_host_path(c->file, c->path);
    if (!NT_SUCCESS(status))
        return status;
    *state = PsCreateFailOnSectionCreate;
    int error = detect_fd(c->file->fd, &kind);
    if (error)
        return nt_status_of_errno(error);
    switch (kind.kind) {
    case DETECT_PE:
        break;
    case DETECT_ELF:
    case DETECT_SCRIPT:
        /* The host knows what to do with it, if anybody may run it here. */
        if (kind.kind == DETECT_ELF && kind.role != DETECT_ROLE_PROGRAM &&
            kind.role != DETECT_ROLE_UNKNOWN && kind.role != DETECT_ROLE_LIBRARY)
            return STATUS_INVALID_IMAGE_NOT_MZ;
        if (access(c->path, X_OK) != 0)
            return errno == EACCES ? STATUS_INVALID_IMAGE_NOT_MZ : nt_status_of_errno(errno);
        c->native = true;
        *state = PsCreateSuccess;
        return STATUS_SUCCESS;
    case DETECT_DOS:
        return STATUS_INVALID_IMAGE_PROTECT;
    case DETECT_NE:
        return STATUS_INVALID_IMAGE_NE_FORMAT;
    case DETECT_LE:
        return STATUS_INVALID_IMAGE_LE_FORMAT;
    default:
        return STATUS_INVALID_IMAGE_NOT_MZ;
    }
    status = nt_section_new_image(c->file->fd, &section, &err);
    if (!NT_SUCCESS(status))
        return status;
    switch (pe_check(section->image, PE_USE_PROGRAM, machines, &err)) {
    case PE_OK:
        nt_section_image_information(section, &c->info);
        *state = PsCreateSuccess;
        break;
    case PE_WRONG_MACHINE:
        *state = PsCreateFailMachineMismatch;
        status = STATUS_INVALID_IMAGE_FORMAT;
        break;
    default:
        *state = PsCreateFailExeFormat;
        status = STATUS_INVALID_IMAGE_FORMAT;
        break;
    }
    nt_object_release(&section->object);
    return status;
}

static int open_directory(const struct creation *c)
{
    const struct text *t = &c->text[NT_CHILD_DIRECTORY];
    char *path = nt_host_path_of_dos(t->bytes, t->n / 2);
    int fd = path ? open(path, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;

    free(path);
    return fd;
}

/* ---- Handles ---- */

static NTSTATUS add_handle(struct creation *c, HANDLE h, struct nt_object *o, ACCESS_MASK access,
                           uint32_t attributes)
{
    struct nt_child_handle row = {.value = (uintptr_t)h, .access = access,
                                  .attributes = attributes, .what = {.fd = -1}};

    for (size_t i = 0; i < c->handle_n; i++)
        if (c->handles[i].value == row.value)
            return STATUS_SUCCESS;
    if (o->type->export_to) {
        if (!o->type->export_to(o, &row.what))
            return STATUS_SUCCESS; /* it has no form outside this process */
    } else {
        uint32_t slot;
        if (c->native || !c->has_arena || !nt_sync_export(o, c->arena_process, &slot))
            return STATUS_SUCCESS;
        row.what.kind = NT_TRAVEL_SLOT;
        row.what.word[0] = slot;
    }
    if (c->handle_n == c->handle_room) {
        size_t room = c->handle_room * 2 + 16;
        void *handles = realloc(c->handles, room * sizeof(*c->handles));
        if (handles)
            c->handles = handles;
        void *held = realloc(c->held, room * sizeof(*c->held));
        if (held)
            c->held = held;
        if (!handles || !held)
            return STATUS_NO_MEMORY;
        c->handle_room = room;
    }
    c->held[c->handle_n] = nt_object_ref(o);
    c->handles[c->handle_n++] = row;
    return STATUS_SUCCESS;
}

struct each {
    struct creation *c;
    NTSTATUS status;
};

static bool add_inherited(void *ctx, HANDLE h, struct nt_object *o, ACCESS_MASK access)
{
    struct each *e = ctx;

    e->status = add_handle(e->c, h, o, access, NT_HANDLE_INHERIT);
    return NT_SUCCESS(e->status);
}

static NTSTATUS collect_handles(struct creation *c, bool inherit)
{
    struct each e = {c, STATUS_SUCCESS};
    const HANDLE std[] = {c->parameters.StandardInput, c->parameters.StandardOutput,
                          c->parameters.StandardError};
    unsigned which = c->has_std ? c->std.flags >> 2 & 7 : 0;

    if (inherit && c->has_list) {
        for (size_t i = 0; i < c->list_n; i++) {
            struct nt_object *o;
            ACCESS_MASK access;
            uint32_t attributes = 0;
            NTSTATUS status = nt_handle_get(c->list[i], NULL, 0, &o, &access);
            if (!NT_SUCCESS(status))
                return status;
            nt_handle_attributes(c->list[i], &attributes);
            status = attributes & NT_HANDLE_INHERIT
                         ? add_handle(c, c->list[i], o, access, NT_HANDLE_INHERIT)
                         : STATUS_INVALID_PARAMETER;
            nt_object_release(o);
            if (!NT_SUCCESS(status))
                return status;
        }
    } else if (inherit) {
        nt_handle_each_inherited(add_inherited, &e);
        if (!NT_SUCCESS(e.status))
            return e.status;
    }
    /* Standard handles come along when that is asked for, inheritable or not. */
    if (!c->has_std || (c->std.flags & 3) == STD_NEVER)
        return STATUS_SUCCESS;
    for (int i = 0; i < 3; i++) {
        struct nt_object *o;
        ACCESS_MASK access;
        if ((which && !(which >> i & 1)) ||
            !NT_SUCCESS(nt_handle_get(std[i], NULL, 0, &o, &access)))
            continue;
        uint32_t attributes = 0;
        nt_handle_attributes(std[i], &attributes);
        NTSTATUS status = add_handle(c, std[i], o, access, attributes & NT_HANDLE_INHERIT);
        nt_object_release(o);
        if (!NT_SUCCESS(status))
            return status;
    }
    return STATUS_SUCCESS;
}

static void free_creation(struct creation *c)
{
    if (c->has_arena)
        nt_arena_child_failed(c->arena_process, STATUS_UNSUCCESSFUL);
    if (c->arena_exit)
        nt_slot_free(c->arena_exit);
    free(c->image_name.bytes);
    for (int i = 0; i < NT_CHILD_TEXTS; i++)
        free(c->text[i].bytes);
    free(c->list);
    if (c->file)
        nt_file_release(c->file);
    if (c->directory >= 0)
        close(c->directory);
    for (size_t i = 0; i < c->handle_n; i++)
        nt_object_release(c->held[i]);
    for (unsigned i = 0; i < c->job_n; i++)
        nt_object_release(c->jobs[i]);
    free(c->handles);
    free(c->held);
    free(c);
}

static uint32_t inherit_attribute(const OBJECT_ATTRIBUTES *guest, bool *ok)
{
    OBJECT_ATTRIBUTES oa;

    if (!guest)
        return 0;
    *ok = *ok && guest_get(&oa, guest);
    return *ok && (oa.Attributes & OBJ_INHERIT) ? NT_HANDLE_INHERIT : 0;
}

/* Stores what the caller wants to know; on a bad pointer nothing is left but a dead child. */
static NTSTATUS hand_out(const struct creation *c, struct nt_other *p,
                         ACCESS_MASK process_access, ACCESS_MASK thread_access,
                         uint32_t process_attributes, uint32_t thread_attributes,
                         HANDLE *process_out, HANDLE *thread_out)
{
    uint32_t thread_id = nt_first_thread_id((uint32_t)p->pid * 4);
    CLIENT_ID id = {(HANDLE)((uintptr_t)p->pid * 4), (HANDLE)(uintptr_t)thread_id};
    HANDLE process = NULL, thread = NULL;
    struct nt_thread *t = nt_other_thread_new(p, thread_id);
    NTSTATUS status = t ? STATUS_SUCCESS : STATUS_NO_MEMORY;

    if (NT_SUCCESS(status))
        status = nt_handle_create(&p->object, nt_map_access(&nt_process_type, process_access),
                                  process_attributes, &process);
    if (NT_SUCCESS(status))
        status = nt_handle_create(&t->object, nt_map_access(&nt_thread_type, thread_access),
                                  thread_attributes, &thread);
    if (t)
        nt_object_release(&t->object);
    if (NT_SUCCESS(status) &&
        (!guest_put(process_out, process) || !guest_put(thread_out, thread) ||
         (c->client && !guest_put(c->client, id)) || (c->image && !guest_put(c->image, c->info)) ||
         (c->teb && !guest_put(c->teb, NULL))))
        status = STATUS_ACCESS_VIOLATION;
    if (!NT_SUCCESS(status)) {
        nt_other_terminate(p, status);
        if (thread)
            nt_handle_close(thread);
        if (process)
            nt_handle_close(process);
    }
    return status;
}

NTSTATUS NtCreateUserProcess(struct nt_thread *t, HANDLE *ProcessHandle, HANDLE *ThreadHandle,
                             ACCESS_MASK ProcessDesiredAccess, ACCESS_MASK ThreadDesiredAccess,
                             const OBJECT_ATTRIBUTES *ProcessObjectAttributes,
                             const OBJECT_ATTRIBUTES *ThreadObjectAttributes, ULONG ProcessFlags,
                             ULONG ThreadFlags,
                             const void *ProcessParameters, void *CreateInfo, void *AttributeList)
{
    struct creation *c = calloc(1, sizeof(*c));
    struct nt_other *p = NULL;
    ULONG state = PsCreateInitialState;
    PS_CREATE_INFO info;
    bool ok = true;

    (void)t;
    if (!c)
        return STATUS_NO_MEMORY;
    c->directory = -1;
    uint32_t process_attributes = inherit_attribute(ProcessObjectAttributes, &ok);
    uint32_t thread_attributes = inherit_attribute(ThreadObjectAttributes, &ok);
    NTSTATUS status = ok && guest_read(&info, CreateInfo, sizeof(info)) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
    if (NT_SUCCESS(status) && (info.Size != sizeof(info) || info.State != PsCreateInitialState))
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status))
        status = take_attributes(c, AttributeList);
    if (NT_SUCCESS(status))
        status = take_parameters(c, ProcessParameters);
    if (NT_SUCCESS(status))
        status = check_image(c, &state);
    if (NT_SUCCESS(status)) {
        c->directory = open_directory(c);
        /* Guests of one family share their named objects. */
        c->has_arena = !c->native && nt_arena_fd() >= 0 &&
                       nt_arena_child_new(&c->arena_process, &c->arena_exit);
        if (c->has_arena)
            nt_share_publish(); /* before there is somebody to know */
        status = collect_handles(c, ProcessFlags & CREATE_INHERIT_HANDLES);
    }
    bool suspended = ThreadFlags & THREAD_CREATE_FLAGS_CREATE_SUSPENDED;
    if (NT_SUCCESS(status) && c->native && suspended)
        status = STATUS_NOT_SUPPORTED; /* there is no thread of ours that could wait in it */
    if (NT_SUCCESS(status))
        status = nt_job_inherit(c->jobs, &c->job_n, sizeof(c->jobs) / sizeof(c->jobs[0]),
                                ProcessFlags & CREATE_BREAKAWAY);
    if (NT_SUCCESS(status))
        status = nt_process_start(c, suspended, &p);
    if (NT_SUCCESS(status)) {
        status = nt_job_started(c->jobs, c->job_n, p);
        if (NT_SUCCESS(status))
            status = hand_out(c, p, ProcessDesiredAccess, ThreadDesiredAccess,
                              process_attributes, thread_attributes, ProcessHandle, ThreadHandle);
        else
            nt_other_terminate(p, status);
        nt_object_release(&p->object);
    }
    memset(&info.SuccessState, 0, sizeof(info.SuccessState));
    info.State = NT_SUCCESS(status) ? (ULONG)PsCreateSuccess : state;
    if (info.State == PsCreateSuccess && !NT_SUCCESS(status))
        info.State = PsCreateInitialState;
    if (info.State == PsCreateFailExeFormat)
        info.ExeFormat.DllCharacteristics = c->info.DllCharacteristics;
    if (info.State != PsCreateInitialState)
        guest_write(CreateInfo, &info, sizeof(info)); /* was readable; the status says more */
    free_creation(c);
    return status;
}
