/* NtCreateSection and its family: checks of arguments, data sections, views. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syscalls/host/utf.h"
#include "syscalls/nt/file.h"
#include "syscalls/nt/process.h"
#include "syscalls/nt/section.h"
#include "syscalls/nt/vm.h"
#include "nt_handlers.h"

/* What a mapping of this protection needs of the section's own protection. */
static bool protect_fits(uint32_t section, uint32_t view)
{
    bool s_write = section & (PAGE_READWRITE | PAGE_EXECUTE_READWRITE);
    bool s_exec = section & (PAGE_EXECUTE | PAGE_EXECUTE_READ | PAGE_EXECUTE_READWRITE |
                             PAGE_EXECUTE_WRITECOPY);

    switch (view & 0xff) {
    case PAGE_NOACCESS:
    case PAGE_READONLY:
    case PAGE_WRITECOPY:
        return true;
    case PAGE_READWRITE:
        return s_write;
    case PAGE_EXECUTE:
    case PAGE_EXECUTE_READ:
    case PAGE_EXECUTE_WRITECOPY:
        return s_exec;
    case PAGE_EXECUTE_READWRITE:
        return s_exec && s_write;
    default:
        return false;
    }
}

static ACCESS_MASK file_access_for(uint32_t protect)
{
    switch (protect & 0xff) {
    case PAGE_READWRITE:
        return FILE_READ_DATA | FILE_WRITE_DATA;
    case PAGE_EXECUTE:
    case PAGE_EXECUTE_READ:
    case PAGE_EXECUTE_WRITECOPY:
        return FILE_EXECUTE;
    case PAGE_EXECUTE_READWRITE:
        return FILE_EXECUTE | FILE_WRITE_DATA;
    default:
        return FILE_READ_DATA;
    }
}

static NTSTATUS new_data_section(struct nt_file *f, int64_t maximum, uint32_t protect,
                                 uint32_t attributes, struct nt_section **out)
{
    int fd;
    uint64_t size;

    if (f) {
        struct stat st;
        if (fstat(f->fd, &st) != 0)
            return nt_status_of_errno(errno);
        if (!S_ISREG(st.st_mode))
            return STATUS_INVALID_FILE_FOR_SECTION;
        size = maximum ? (uint64_t)maximum : (uint64_t)st.st_size;
        if (size == 0)
            return STATUS_MAPPED_FILE_SIZE_ZERO;
        if (size > (uint64_t)st.st_size) {
            if (!(protect & (PAGE_READWRITE | PAGE_EXECUTE_READWRITE)))
                return STATUS_SECTION_TOO_BIG;
            if (ftruncate(f->fd, (off_t)size) != 0)
                return nt_status_of_errno(errno);
        }
        fd = fcntl(f->fd, F_DUPFD_CLOEXEC, 3);
        if (fd < 0)
            return nt_status_of_errno(errno);
    } else {
        size = (uint64_t)maximum;
        if (maximum <= 0)
            return STATUS_INVALID_PARAMETER_4;
        fd = memfd_create("section", MFD_CLOEXEC);
        if (fd < 0)
            return nt_status_of_errno(errno);
        if (ftruncate(fd, (off_t)VM_PAGE_UP(size)) != 0) {
            close(fd);
            return STATUS_SECTION_TOO_BIG;
        }
        size = VM_PAGE_UP(size);
    }
    struct nt_section *s = nt_section_alloc(fd, protect, attributes | (f ? SEC_FILE : 0));
    if (!s) {
        close(fd);
        return STATUS_NO_MEMORY;
    }
    s->size = size;
    *out = s;
    return STATUS_SUCCESS;
}

static NTSTATUS create(HANDLE *handle, ACCESS_MASK access, const OBJECT_ATTRIBUTES *oattr,
                       const LARGE_INTEGER *maximum_size, ULONG protect, ULONG attributes,
                       HANDLE file)
{
    struct nt_section *s = NULL;
    struct nt_file *f = NULL;
    LARGE_INTEGER maximum = {.QuadPart = 0};
    NTSTATUS status;

    if (maximum_size && !guest_get(&maximum, maximum_size))
        return STATUS_ACCESS_VIOLATION;
    if (vm_prot(protect) < 0 || (protect & PAGE_GUARD))
        return STATUS_INVALID_PAGE_PROTECTION;
    ULONG kind = attributes & (SEC_IMAGE | SEC_COMMIT | SEC_RESERVE);
    if (kind != SEC_IMAGE && kind != SEC_COMMIT && kind != SEC_RESERVE)
        return STATUS_INVALID_PARAMETER_6;
    if (kind == SEC_IMAGE && !file)
        return STATUS_INVALID_FILE_FOR_SECTION;
    if (file) {
        status = nt_file_get(file, kind == SEC_IMAGE ? FILE_EXECUTE : file_access_for(protect), &f,
                             NULL);
        if (!NT_SUCCESS(status))
            return status;
        if (f->fd < 0 || f->directory) {
            nt_file_release(f);
            return STATUS_INVALID_FILE_FOR_SECTION;
        }
    }
    if (kind == SEC_IMAGE) {
        struct pe_error err;
        status = nt_section_new_image(f->fd, &s, &err);
    } else {
        status = new_data_section(f, maximum.QuadPart, protect, attributes, &s);
    }
    if (NT_SUCCESS(status) && f) {
        size_t units;
        s->name = nt_file_name(f, NT_NAME_DEVICE, &units);
        s->name_length = s->name ? (uint32_t)(units * sizeof(WCHAR)) : 0;
    }
    if (f)
        nt_file_release(f);
    if (!NT_SUCCESS(status))
        return status;
    return nt_section_publish(s, access, oattr, handle);
}

NTSTATUS NtCreateSection(struct nt_thread *t, HANDLE *SectionHandle, ACCESS_MASK DesiredAccess,
                         const OBJECT_ATTRIBUTES *ObjectAttributes,
                         const LARGE_INTEGER *MaximumSize, ULONG SectionPageProtection,
                         ULONG AllocationAttributes, HANDLE FileHandle)
{
    (void)t;
    return create(SectionHandle, DesiredAccess, ObjectAttributes, MaximumSize,
                  SectionPageProtection, AllocationAttributes, FileHandle);
}

/* What a partition or an enclave would change is not there to be changed. */
static NTSTATUS check_parameters(const void *parameters, ULONG count)
{
    if (!count)
        return parameters ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
    return parameters ? STATUS_NOT_SUPPORTED : STATUS_INVALID_PARAMETER;
}

NTSTATUS NtCreateSectionEx(struct nt_thread *t, HANDLE *SectionHandle, ACCESS_MASK DesiredAccess,
                           const OBJECT_ATTRIBUTES *ObjectAttributes,
                           const LARGE_INTEGER *MaximumSize, ULONG SectionPageProtection,
                           ULONG AllocationAttributes, HANDLE FileHandle,
                           const void *ExtendedParameters, ULONG ExtendedParameterCount)
{
    NTSTATUS status = check_parameters(ExtendedParameters, ExtendedParameterCount);

    if (!NT_SUCCESS(status))
        return status;
    return NtCreateSection(t, SectionHandle, DesiredAccess, ObjectAttributes, MaximumSize,
                           SectionPageProtection, AllocationAttributes, FileHandle);
}

/* A library of the system folder, by its name in \KnownDlls. */
static NTSTATUS open_known_dll(const uint16_t *name, size_t n, struct nt_section **out)
{
    char path[sizeof(nt_system32_dir) + 256], file[200];
    size_t len = host_from_utf16(file, sizeof(file) - 1, name, n);
    struct pe_error err;

    if (len == 0 || len >= sizeof(file))
        return STATUS_OBJECT_NAME_NOT_FOUND;
    for (size_t i = 0; i < len; i++) {
        if (file[i] == '/' || file[i] == '\\')
            return STATUS_OBJECT_PATH_NOT_FOUND;
        if (file[i] >= 'A' && file[i] <= 'Z')
            file[i] += 'a' - 'A';
    }
    file[len] = 0;
    snprintf(path, sizeof(path), "%s/%s", nt_system32_dir, file);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    NTSTATUS status = nt_section_new_image(fd, out, &err);
    close(fd);
    if (!NT_SUCCESS(status))
        return status;
    size_t units;
    (*out)->name = nt_name_of_host_path(path, NULL, NT_NAME_DEVICE, &units);
    (*out)->name_length = (*out)->name ? (uint32_t)(units * sizeof(WCHAR)) : 0;
    return STATUS_SUCCESS;
}

NTSTATUS NtOpenSection(struct nt_thread *t, HANDLE *SectionHandle, ACCESS_MASK DesiredAccess,
                       const OBJECT_ATTRIBUTES *ObjectAttributes)
{
    static const char known[] = "\\knowndlls\\";
    OBJECT_ATTRIBUTES oa;
    UNICODE_STRING us;
    WCHAR name[512];

    (void)t;
    if (!guest_get(&oa, ObjectAttributes))
        return STATUS_ACCESS_VIOLATION;
    if (!oa.ObjectName)
        return STATUS_OBJECT_PATH_SYNTAX_BAD;
    if (!guest_get(&us, oa.ObjectName) || us.Length > sizeof(name) ||
        !guest_read(name, us.Buffer, us.Length))
        return STATUS_ACCESS_VIOLATION;
    size_t n = us.Length / sizeof(WCHAR), i = 0;
    while (known[i] && i < n &&
           (name[i] == known[i] || (name[i] >= 'A' && name[i] <= 'Z' && name[i] + 32 == known[i])))
        i++;
    if (!known[i] && !oa.RootDirectory) {
        struct nt_section *s;
        NTSTATUS status = open_known_dll(name + i, n - i, &s);
        if (!NT_SUCCESS(status))
            return status;
        return nt_handle_return(&s->object, &nt_section_type, DesiredAccess, oa.Attributes,
                                SectionHandle);
    }
    return nt_section_open_named(ObjectAttributes, DesiredAccess, SectionHandle);
}

/* How a view is asked for, by either call. */
struct view {
    const struct vm_where *where;
    size_t alignment;
    bool replace; /* it takes the place of a placeholder */
};

static NTSTATUS unmap(uintptr_t base, bool keep_placeholder)
{
    return keep_placeholder ? vm_placeholder_restore(base) : vm_release(base, 0);
}

static NTSTATUS map_data(struct nt_section *s, uintptr_t *base, uint64_t offset, SIZE_T *size,
                         const struct view *view, uint32_t protect)
{
    struct vm_region *region;

    if (offset >= s->size)
        return STATUS_INVALID_VIEW_SIZE;
    SIZE_T want = *size ? *size : s->size - offset;
    if (want > VM_PAGE_UP(s->size) - offset)
        return STATUS_INVALID_VIEW_SIZE;
    want = VM_PAGE_UP(want);
    NTSTATUS status =
        view->replace ? vm_placeholder_replace(*base, want, MEM_MAPPED, protect, &region)
                      : vm_reserve_aligned(base, want, view->alignment, view->where, MEM_MAPPED,
                                           protect, &region);
    if (!NT_SUCCESS(status))
        return status;
    region->section = nt_object_ref(&s->object);
    region->section_offset = offset;
    uint32_t low = protect & 0xff;
    int flags = low == PAGE_WRITECOPY || low == PAGE_EXECUTE_WRITECOPY ? MAP_PRIVATE : MAP_SHARED;
    status = vm_map_file(*base, want, protect, flags, s->fd, offset);
    if (!NT_SUCCESS(status)) {
        unmap(*base, view->replace);
        return status;
    }
    *size = want;
    return STATUS_SUCCESS;
}

static NTSTATUS this_process(HANDLE process)
{
    struct nt_object *o;

    if (process == NtCurrentProcess())
        return STATUS_SUCCESS;
    NTSTATUS status = nt_handle_get(process, &nt_process_type, PROCESS_VM_OPERATION, &o, NULL);
    if (!NT_SUCCESS(status))
        return status;
    bool self = o == nt_process_self();
    nt_object_release(o);
    return self ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED;
}

static NTSTATUS map_view(HANDLE SectionHandle, HANDLE ProcessHandle, PVOID *BaseAddress,
                         LARGE_INTEGER *SectionOffset, SIZE_T *ViewSize, const struct view *view,
                         ULONG Win32Protect)
{
    struct nt_object *o;
    PVOID base_ptr;
    SIZE_T size;
    LARGE_INTEGER offset = {.QuadPart = 0};
    ACCESS_MASK access;
    NTSTATUS status;

    if (!guest_get(&base_ptr, BaseAddress) || !guest_get(&size, ViewSize) ||
        (SectionOffset && !guest_get(&offset, SectionOffset)))
        return STATUS_ACCESS_VIOLATION;
    if (vm_prot(Win32Protect) < 0)
        return STATUS_INVALID_PAGE_PROTECTION;
    uintptr_t base = (uintptr_t)base_ptr;
    if (base >= GUEST_END || size > GUEST_END - base)
        return base >= GUEST_END ? STATUS_INVALID_PARAMETER_3 : STATUS_INVALID_VIEW_SIZE;
    uintptr_t granularity = view->replace ? VM_PAGE : VM_GRANULARITY;
    if ((base & (granularity - 1)) || (offset.QuadPart & (LONGLONG)(granularity - 1)) ||
        offset.QuadPart < 0)
        return STATUS_MAPPED_ALIGNMENT;
    if (view->replace && (!base || !size || (size & (VM_PAGE - 1))))
        return STATUS_INVALID_PARAMETER;
    status = this_process(ProcessHandle);
    if (!NT_SUCCESS(status))
        return status;
    status = nt_handle_get(SectionHandle, &nt_section_type, 0, &o, &access);
    if (!NT_SUCCESS(status))
        return status;
    struct nt_section *s = (struct nt_section *)o;
    if (s->image) {
        if (view->replace)
            status = STATUS_INVALID_PARAMETER;
        else if (!(access & (SECTION_MAP_EXECUTE | SECTION_MAP_READ)))
            status = STATUS_ACCESS_DENIED;
        else
            status = nt_section_map_image(s, &base, &size);
    } else {
        bool write = (Win32Protect & (PAGE_READWRITE | PAGE_EXECUTE_READWRITE)) != 0;
        bool exec = (vm_prot(Win32Protect & ~PAGE_GUARD) & PROT_EXEC) != 0;
        if ((write && !(access & SECTION_MAP_WRITE)) ||
            (!write && !(access & (SECTION_MAP_READ | SECTION_MAP_WRITE))) ||
            (exec && !(access & (SECTION_MAP_EXECUTE | SECTION_MAP_EXECUTE_EXPLICIT))))
            status = STATUS_ACCESS_DENIED;
        else if (!protect_fits(s->protect, Win32Protect))
            status = STATUS_SECTION_PROTECTION;
        else
            status = map_data(s, &base, (uint64_t)offset.QuadPart, &size, view, Win32Protect);
    }
    nt_object_release(o);
    if (!NT_SUCCESS(status))
        return status;
    if (!guest_put(BaseAddress, (PVOID)base) || !guest_put(ViewSize, size) ||
        (SectionOffset && !guest_put(SectionOffset, offset))) {
        unmap(base, view->replace);
        return STATUS_ACCESS_VIOLATION;
    }
    return status;
}

NTSTATUS NtMapViewOfSection(struct nt_thread *t, HANDLE SectionHandle, HANDLE ProcessHandle,
                            PVOID *BaseAddress, SIZE_T ZeroBits, SIZE_T CommitSize,
                            LARGE_INTEGER *SectionOffset, SIZE_T *ViewSize,
                            ULONG InheritDisposition, ULONG AllocationType, ULONG Win32Protect)
{
    struct vm_where where = vm_anywhere;
    struct view view = {.where = &vm_anywhere};

    (void)t;
    (void)CommitSize;
    if (InheritDisposition != ViewShare && InheritDisposition != ViewUnmap)
        return STATUS_INVALID_PARAMETER_8;
    if (ZeroBits) {
        where.low = GUEST_LOWEST;
        where.high = ZeroBits < 32 ? (uintptr_t)1 << (32 - ZeroBits)
                                   : (~(uintptr_t)0 >> __builtin_clzl(ZeroBits)) + 1;
    }
    where.top_down = (AllocationType & MEM_TOP_DOWN) != 0;
    if (ZeroBits || where.top_down)
        view.where = &where;
    return map_view(SectionHandle, ProcessHandle, BaseAddress, SectionOffset, ViewSize, &view,
                    Win32Protect);
}

NTSTATUS NtMapViewOfSectionEx(struct nt_thread *t, HANDLE SectionHandle, HANDLE ProcessHandle,
                              PVOID *BaseAddress, LARGE_INTEGER *SectionOffset, SIZE_T *ViewSize,
                              ULONG AllocationType, ULONG PageProtection,
                              const void *ExtendedParameters, ULONG ExtendedParameterCount)
{
    struct vm_where where = vm_anywhere;
    struct view view = {.where = &vm_anywhere};
    uintptr_t low = 0, high = 0;
    PVOID base;

    (void)t;
    if (!ExtendedParameterCount != !ExtendedParameters)
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = vm_extended_parameters(ExtendedParameters, ExtendedParameterCount, &low,
                                             &high, &view.alignment);
    if (!NT_SUCCESS(status))
        return status;
    view.replace = (AllocationType & MEM_REPLACE_PLACEHOLDER) != 0;
    if (!guest_get(&base, BaseAddress))
        return STATUS_ACCESS_VIOLATION;
    if ((base || view.replace) && (low || high || view.alignment))
        return STATUS_INVALID_PARAMETER;
    if (AllocationType & ~(MEM_REPLACE_PLACEHOLDER | MEM_RESERVE | MEM_TOP_DOWN | MEM_LARGE_PAGES))
        return STATUS_INVALID_PARAMETER;
    where.low = low ? low : high ? GUEST_LOWEST : vm_anywhere.low;
    where.high = high ? high : vm_anywhere.high;
    where.top_down = (AllocationType & MEM_TOP_DOWN) != 0;
    if (low || high || where.top_down)
        view.where = &where;
    return map_view(SectionHandle, ProcessHandle, BaseAddress, SectionOffset, ViewSize, &view,
                    PageProtection);
}

NTSTATUS NtUnmapViewOfSectionEx(struct nt_thread *t, HANDLE ProcessHandle, PVOID BaseAddress,
                                ULONG Flags)
{
    struct vm_info info;

    (void)t;
    if (Flags & ~(1u | MEM_PRESERVE_PLACEHOLDER)) /* 1: MEM_UNMAP_WITH_TRANSIENT_BOOST, a hint */
        return STATUS_INVALID_PARAMETER_3;
    NTSTATUS status = this_process(ProcessHandle);
    if (!NT_SUCCESS(status))
        return status;
    if (!vm_query((uintptr_t)BaseAddress, &info) || info.state == MEM_FREE ||
        info.type == MEM_PRIVATE)
        return STATUS_NOT_MAPPED_VIEW;
    return unmap(info.alloc_base, (Flags & MEM_PRESERVE_PLACEHOLDER) != 0);
}

NTSTATUS NtUnmapViewOfSection(struct nt_thread *t, HANDLE ProcessHandle, PVOID BaseAddress)
{
    return NtUnmapViewOfSectionEx(t, ProcessHandle, BaseAddress, 0);
}

static NTSTATUS query_basic(const struct nt_section *s, void *out, SIZE_T length, SIZE_T *returned)
{
    SECTION_BASIC_INFORMATION info = {
        .AllocationAttributes = s->attributes,
        .MaximumSize.QuadPart = (LONGLONG)s->size,
    };

    if (length < sizeof(info))
        return STATUS_INFO_LENGTH_MISMATCH;
    return guest_write(out, &info, sizeof(info)) &&
                   (!returned || guest_put(returned, sizeof(info)))
               ? STATUS_SUCCESS
               : STATUS_ACCESS_VIOLATION;
}

static NTSTATUS query_image(const struct nt_section *s, void *out, SIZE_T length, SIZE_T *returned)
{
    SECTION_IMAGE_INFORMATION info;

    if (length < sizeof(info))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!s->image)
        return STATUS_SECTION_NOT_IMAGE;
    nt_section_image_information(s, &info);
    return guest_write(out, &info, sizeof(info)) &&
                   (!returned || guest_put(returned, sizeof(info)))
               ? STATUS_SUCCESS
               : STATUS_ACCESS_VIOLATION;
}

NTSTATUS NtQuerySection(struct nt_thread *t, HANDLE SectionHandle, ULONG SectionInformationClass,
                        void *SectionInformation, SIZE_T SectionInformationLength,
                        SIZE_T *ReturnLength)
{
    struct nt_object *o;
    NTSTATUS status = nt_handle_get(SectionHandle, &nt_section_type, SECTION_QUERY, &o, NULL);

    (void)t;
    if (!NT_SUCCESS(status))
        return status;
    switch (SectionInformationClass) {
    case SectionBasicInformation:
        status = query_basic((struct nt_section *)o, SectionInformation, SectionInformationLength,
                             ReturnLength);
        break;
    case SectionImageInformation:
        status = query_image((struct nt_section *)o, SectionInformation, SectionInformationLength,
                             ReturnLength);
        break;
    default:
        status = STATUS_INVALID_INFO_CLASS;
        break;
    }
    nt_object_release(o);
    return status;
}

NTSTATUS NtExtendSection(struct nt_thread *t, HANDLE SectionHandle, LARGE_INTEGER *NewSectionSize)
{
    struct nt_object *o;
    LARGE_INTEGER size;
    NTSTATUS status;

    (void)t;
    if (!guest_get(&size, NewSectionSize))
        return STATUS_ACCESS_VIOLATION;
    status = nt_handle_get(SectionHandle, &nt_section_type, SECTION_EXTEND_SIZE, &o, NULL);
    if (!NT_SUCCESS(status))
        return status;
    struct nt_section *s = (struct nt_section *)o;
    if (!(s->attributes & SEC_FILE) || s->image)
        status = STATUS_SECTION_NOT_EXTENDED;
    else if (size.QuadPart > (LONGLONG)s->size) {
        if (ftruncate(s->fd, size.QuadPart) != 0)
            status = nt_status_of_errno(errno);
        else
            s->size = (uint64_t)size.QuadPart;
    }
    nt_object_release(o);
    return status;
}

NTSTATUS NtFlushVirtualMemory(struct nt_thread *t, HANDLE ProcessHandle, PVOID *BaseAddress,
                              SIZE_T *RegionSize, IO_STATUS_BLOCK *IoStatus)
{
    PVOID base_ptr;
    SIZE_T size;
    struct vm_info info;
    IO_STATUS_BLOCK iosb = {.Status = STATUS_SUCCESS, .Information = 0};

    (void)t;
    if (ProcessHandle != NtCurrentProcess())
        return STATUS_NOT_SUPPORTED;
    if (!guest_get(&base_ptr, BaseAddress) || !guest_get(&size, RegionSize))
        return STATUS_ACCESS_VIOLATION;
    uintptr_t base = VM_PAGE_DOWN((uintptr_t)base_ptr);
    if (!vm_query(base, &info) || info.state == MEM_FREE || info.type == MEM_PRIVATE)
        return STATUS_NOT_MAPPED_DATA;
    uintptr_t end = size ? VM_PAGE_UP((uintptr_t)base_ptr + size) : info.alloc_end;
    if (end > info.alloc_end || end <= base)
        return STATUS_INVALID_PARAMETER_3;
    if (msync((void *)base, end - base, MS_SYNC) != 0)
        iosb.Status = nt_status_of_errno(errno);
    if (!guest_put(BaseAddress, (PVOID)base) || !guest_put(RegionSize, (SIZE_T)(end - base)) ||
        !guest_put(IoStatus, iosb))
        return STATUS_ACCESS_VIOLATION;
    return iosb.Status;
}
