/* NtAllocateVirtualMemory and its family. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "syscalls/nt/process.h"
#include "syscalls/nt/section.h"
#include "syscalls/nt/vm.h"
#include "nt_handlers.h"

static NTSTATUS this_process(HANDLE process, ACCESS_MASK access)
{
    struct nt_object *o;

    if (process == NtCurrentProcess())
        return STATUS_SUCCESS;
    NTSTATUS status = nt_handle_get(process, &nt_process_type, access, &o, NULL);
    if (!NT_SUCCESS(status))
        return status;
    bool self = o == nt_process_self();
    nt_object_release(o);
    return self ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED;
}

static bool valid_protect(ULONG protect)
{
    return vm_prot(protect) >= 0 && (protect & 0xff) != PAGE_WRITECOPY &&
           (protect & 0xff) != PAGE_EXECUTE_WRITECOPY;
}

/* ZeroBits: below 32 a count of high bits that must be zero; above, a mask of bits that may be. */
static bool limit_of_zero_bits(ULONG_PTR zero_bits, uintptr_t *limit)
{
    if (zero_bits == 0) {
        *limit = 0;
    } else if (zero_bits < 32) {
        if (zero_bits > 21)
            return false;
        *limit = (uintptr_t)1 << (32 - zero_bits);
    } else {
        *limit = (~(uintptr_t)0 >> __builtin_clzl(zero_bits)) + 1;
    }
    return true;
}

static NTSTATUS allocate(PVOID *BaseAddress, SIZE_T *RegionSize, uintptr_t low, uintptr_t limit,
                         SIZE_T alignment, ULONG type, ULONG protect)
{
    PVOID base_ptr;
    SIZE_T size;
    NTSTATUS status;

    if (!guest_get(&base_ptr, BaseAddress) || !guest_get(&size, RegionSize))
        return STATUS_ACCESS_VIOLATION;
    uintptr_t base = (uintptr_t)base_ptr;
    if (size == 0)
        return STATUS_INVALID_PARAMETER_4;
    if (base >= GUEST_END || size > GUEST_END - base)
        return base >= GUEST_END ? STATUS_INVALID_PARAMETER_2 : STATUS_NO_MEMORY;
    if (!valid_protect(protect))
        return STATUS_INVALID_PAGE_PROTECTION;
    if ((type & ~(MEM_COMMIT | MEM_RESERVE | MEM_RESET | MEM_RESET_UNDO | MEM_TOP_DOWN |
                  MEM_WRITE_WATCH | MEM_LARGE_PAGES | MEM_PHYSICAL)) ||
        !(type & (MEM_COMMIT | MEM_RESERVE | MEM_RESET | MEM_RESET_UNDO)))
        return STATUS_INVALID_PARAMETER_5;
    if ((type & MEM_RESET) && type != MEM_RESET)
        return STATUS_INVALID_PARAMETER_5;
    if (type & (MEM_PHYSICAL | MEM_LARGE_PAGES))
        return STATUS_PRIVILEGE_NOT_HELD;
    if (type & MEM_WRITE_WATCH) /* as on machines that cannot watch: programs have another way */
        return STATUS_INVALID_PARAMETER_5;

    if (type & (MEM_RESET | MEM_RESET_UNDO)) {
        uintptr_t from = VM_PAGE_DOWN(base), to = VM_PAGE_UP(base + size);
        struct vm_info info;
        if (!vm_query(base, &info) || info.state != MEM_COMMIT || to > info.alloc_end)
            return STATUS_CONFLICTING_ADDRESSES;
        if (type & MEM_RESET)
            madvise((void *)from, to - from, MADV_FREE); /* a hint; refusing it changes nothing */
        base = from;
        size = to - from;
    } else if ((type & MEM_RESERVE) || base == 0) {
        struct vm_where where = vm_anywhere;
        const struct vm_where *w = &vm_anywhere;
        uintptr_t at = base & ~(VM_GRANULARITY - 1);
        size = VM_PAGE_UP(base ? base + size - at : size);
        if (limit || low || (type & MEM_TOP_DOWN) || alignment > VM_GRANULARITY) {
            where.low = low ? low : limit ? GUEST_LOWEST : vm_anywhere.low;
            where.high = limit ? limit : vm_anywhere.high;
            where.top_down = (type & MEM_TOP_DOWN) != 0;
            w = &where;
        }
        struct vm_region *region;
        status = vm_reserve_aligned(&at, size, alignment, w, MEM_PRIVATE, protect, &region);
        if (!NT_SUCCESS(status))
            return status;
        if (type & MEM_COMMIT) {
            status = vm_commit(at, size, protect);
            if (!NT_SUCCESS(status)) {
                vm_release(at, 0);
                return status;
            }
        }
        base = at;
    } else {
        uintptr_t from = VM_PAGE_DOWN(base);
        size = VM_PAGE_UP(base + size) - from;
        status = vm_commit(from, size, protect);
        if (!NT_SUCCESS(status))
            return status;
        base = from;
    }
    if (!guest_put(BaseAddress, (PVOID)base) || !guest_put(RegionSize, size))
        return STATUS_ACCESS_VIOLATION;
    return STATUS_SUCCESS;
}

NTSTATUS NtAllocateVirtualMemory(struct nt_thread *t, HANDLE ProcessHandle, PVOID *BaseAddress,
                                 SIZE_T ZeroBits, SIZE_T *RegionSize, ULONG AllocationType,
                                 ULONG Protect)
{
    uintptr_t limit;
    NTSTATUS status = this_process(ProcessHandle, PROCESS_VM_OPERATION);

    (void)t;
    if (!NT_SUCCESS(status))
        return status;
    if (!limit_of_zero_bits(ZeroBits, &limit))
        return STATUS_INVALID_PARAMETER_3;
    return allocate(BaseAddress, RegionSize, 0, limit, 0, AllocationType, Protect);
}

NTSTATUS NtFreeVirtualMemory(struct nt_thread *t, HANDLE ProcessHandle, PVOID *BaseAddress,
                             SIZE_T *RegionSize, ULONG FreeType)
{
    PVOID base_ptr;
    SIZE_T size;
    NTSTATUS status = this_process(ProcessHandle, PROCESS_VM_OPERATION);

    (void)t;
    if (!NT_SUCCESS(status))
        return status;
    if (!guest_get(&base_ptr, BaseAddress) || !guest_get(&size, RegionSize))
        return STATUS_ACCESS_VIOLATION;
    uintptr_t base = (uintptr_t)base_ptr;
    if (base >= GUEST_END || size > GUEST_END - base)
        return STATUS_INVALID_PARAMETER_2;
    struct vm_info info;
    if (!vm_query(base, &info) || info.state == MEM_FREE)
        return STATUS_MEMORY_NOT_ALLOCATED;
    if (info.type != MEM_PRIVATE)
        return STATUS_UNABLE_TO_DELETE_SECTION;
    uintptr_t from = VM_PAGE_DOWN(base);
    uintptr_t to = size ? VM_PAGE_UP(base + size) : info.alloc_end;
    if (FreeType == MEM_RELEASE)
        status = vm_release(from, size ? to - from : 0);
    else if (FreeType == MEM_DECOMMIT)
        status = vm_decommit(from, size ? to - from : 0);
    else if (FreeType == (MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER))
        status = size ? vm_placeholder_split(from, to - from) : STATUS_INVALID_PARAMETER_3;
    else if (FreeType == (MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS))
        status = size ? vm_placeholder_merge(from, to - from) : STATUS_INVALID_PARAMETER_3;
    else
        return STATUS_INVALID_PARAMETER_4;
    if (!NT_SUCCESS(status))
        return status;
    if (!guest_put(BaseAddress, (PVOID)from) || !guest_put(RegionSize, (SIZE_T)(to - from)))
        return STATUS_ACCESS_VIOLATION;
    return STATUS_SUCCESS;
}

NTSTATUS NtProtectVirtualMemory(struct nt_thread *t, HANDLE ProcessHandle, PVOID *BaseAddress,
                                SIZE_T *RegionSize, ULONG NewProtect, ULONG *OldProtect)
{
    PVOID base_ptr;
    SIZE_T size;
    uint32_t old = 0;
    NTSTATUS status = this_process(ProcessHandle, PROCESS_VM_OPERATION);

    (void)t;
    if (!NT_SUCCESS(status))
        return status;
    if (!guest_get(&base_ptr, BaseAddress) || !guest_get(&size, RegionSize) ||
        !guest_probe(OldProtect, sizeof(*OldProtect), true))
        return STATUS_ACCESS_VIOLATION;
    uintptr_t base = (uintptr_t)base_ptr;
    if (base >= GUEST_END || size > GUEST_END - base)
        return STATUS_INVALID_PARAMETER_2;
    if (size == 0)
        return STATUS_INVALID_PARAMETER_3;
    status = vm_protect(base, size, NewProtect, &old);
    if (!NT_SUCCESS(status))
        return status;
    uintptr_t from = VM_PAGE_DOWN(base);
    if (!guest_put(BaseAddress, (PVOID)from) ||
        !guest_put(RegionSize, (SIZE_T)(VM_PAGE_UP(base + size) - from)) ||
        !guest_put(OldProtect, old))
        return STATUS_ACCESS_VIOLATION;
    return STATUS_SUCCESS;
}

static NTSTATUS query_basic(uintptr_t address, void *out, SIZE_T length, SIZE_T *returned)
{
    struct vm_info info;
    MEMORY_BASIC_INFORMATION mbi = {0};

    if (length < sizeof(mbi))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!vm_query(address, &info))
        return STATUS_INVALID_PARAMETER;
    mbi.BaseAddress = (PVOID)info.base;
    mbi.RegionSize = info.end - info.base;
    mbi.State = info.state;
    mbi.Protect = info.protect;
    if (info.state != MEM_FREE) {
        mbi.AllocationBase = (PVOID)info.alloc_base;
        mbi.AllocationProtect = info.alloc_protect;
        mbi.Type = info.type;
    }
    if (!guest_write(out, &mbi, sizeof(mbi)) || (returned && !guest_put(returned, sizeof(mbi))))
        return STATUS_ACCESS_VIOLATION;
    return STATUS_SUCCESS;
}

static NTSTATUS query_file_name(uintptr_t address, void *out, SIZE_T length, SIZE_T *returned)
{
    struct vm_info info;

    if (!vm_query(address, &info))
        return STATUS_INVALID_PARAMETER;
    if (info.state == MEM_FREE || !info.section)
        return STATUS_INVALID_ADDRESS;
    const struct nt_section *s = (const struct nt_section *)info.section;
    if (!s->name)
        return STATUS_FILE_INVALID;
    UNICODE_STRING us = {(USHORT)s->name_length, (USHORT)(s->name_length + sizeof(WCHAR)),
                         (WCHAR *)((char *)out + sizeof(us))};
    SIZE_T need = sizeof(us) + us.MaximumLength;
    if (returned && !guest_put(returned, need))
        return STATUS_ACCESS_VIOLATION;
    if (length < sizeof(us))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (length < need)
        return STATUS_BUFFER_OVERFLOW;
    WCHAR zero = 0;
    if (!guest_write(out, &us, sizeof(us)) || !guest_write(us.Buffer, s->name, us.Length) ||
        !guest_write((char *)us.Buffer + us.Length, &zero, sizeof(zero)))
        return STATUS_ACCESS_VIOLATION;
    return STATUS_SUCCESS;
}

NTSTATUS NtQueryVirtualMemory(struct nt_thread *t, HANDLE ProcessHandle, PVOID BaseAddress,
                              ULONG MemoryInformationClass, void *MemoryInformation,
                              SIZE_T MemoryInformationLength, SIZE_T *ReturnLength)
{
    NTSTATUS status = this_process(ProcessHandle, PROCESS_QUERY_LIMITED_INFORMATION);

    (void)t;
    if (!NT_SUCCESS(status))
        return status;
    switch (MemoryInformationClass) {
    case MemoryBasicInformation:
        return query_basic((uintptr_t)BaseAddress, MemoryInformation, MemoryInformationLength,
                           ReturnLength);
    case MemoryMappedFilenameInformation:
        return query_file_name((uintptr_t)BaseAddress, MemoryInformation, MemoryInformationLength,
                               ReturnLength);
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

/* No memory is watched, as NtAllocateVirtualMemory does not give any such. */
static NTSTATUS not_watched(HANDLE process, PVOID base, SIZE_T size)
{
    NTSTATUS status = this_process(process, PROCESS_VM_OPERATION);

    if (!NT_SUCCESS(status))
        return status;
    if ((uintptr_t)base >= GUEST_END)
        return STATUS_INVALID_PARAMETER_2;
    if (size == 0 || size > GUEST_END - (uintptr_t)base)
        return STATUS_INVALID_PARAMETER_3;
    return STATUS_INVALID_PARAMETER_1;
}

NTSTATUS NtGetWriteWatch(struct nt_thread *t, HANDLE ProcessHandle, ULONG Flags, PVOID BaseAddress,
                         SIZE_T RegionSize, PVOID *UserAddressArray,
                         SIZE_T *EntriesInUserAddressArray, ULONG *Granularity)
{
    (void)t;
    (void)UserAddressArray;
    (void)EntriesInUserAddressArray;
    (void)Granularity;
    if (Flags & ~1u) /* WRITE_WATCH_FLAG_RESET */
        return STATUS_INVALID_PARAMETER_2;
    return not_watched(ProcessHandle, BaseAddress, RegionSize);
}

NTSTATUS NtResetWriteWatch(struct nt_thread *t, HANDLE ProcessHandle, PVOID BaseAddress,
                           SIZE_T RegionSize)
{
    (void)t;
    return not_watched(ProcessHandle, BaseAddress, RegionSize);
}

/* --- extended parameters (winnt.h: MEM_EXTENDED_PARAMETER) ------------------------------------- */

struct extended {
    uint64_t type; /* low 8 bits */
    uint64_t value;
};

struct address_requirements {
    PVOID LowestStartingAddress, HighestEndingAddress;
    SIZE_T Alignment;
};

NTSTATUS vm_extended_parameters(const void *list, ULONG count, uintptr_t *low, uintptr_t *high,
                                SIZE_T *alignment)
{
    if (count > 16)
        return STATUS_INVALID_PARAMETER;
    for (ULONG i = 0; i < count; i++) {
        struct extended e;
        struct address_requirements r;
        if (!guest_read(&e, (const struct extended *)list + i, sizeof(e)))
            return STATUS_ACCESS_VIOLATION;
        switch (e.type & 0xff) {
        case 1: /* MemExtendedParameterAddressRequirements */
            if (!guest_read(&r, (const void *)e.value, sizeof(r)))
                return STATUS_ACCESS_VIOLATION;
            if (r.Alignment && (r.Alignment & (r.Alignment - 1) || r.Alignment < VM_GRANULARITY))
                return STATUS_INVALID_PARAMETER;
            *low = (uintptr_t)r.LowestStartingAddress;
            *high = r.HighestEndingAddress ? (uintptr_t)r.HighestEndingAddress + 1 : 0;
            *alignment = r.Alignment;
            if ((*low & (VM_GRANULARITY - 1)) || (*high & (VM_PAGE - 1)) || *high > GUEST_END ||
                (*high && *low >= *high))
                return STATUS_INVALID_PARAMETER;
            break;
        case 2: /* NUMA node: a preference */
        case 5: /* attribute flags */
            break;
        default:
            return STATUS_INVALID_PARAMETER;
        }
    }
    return STATUS_SUCCESS;
}

/* A new placeholder, or private memory in place of one. */
static NTSTATUS placeholder(PVOID *BaseAddress, SIZE_T *RegionSize, uintptr_t low, uintptr_t limit,
                            SIZE_T alignment, ULONG type, ULONG protect)
{
    PVOID base_ptr;
    SIZE_T size;
    struct vm_region *region;
    NTSTATUS status;

    if (!guest_get(&base_ptr, BaseAddress) || !guest_get(&size, RegionSize))
        return STATUS_ACCESS_VIOLATION;
    uintptr_t base = (uintptr_t)base_ptr;
    if (size == 0)
        return STATUS_INVALID_PARAMETER_4;
    if (base >= GUEST_END || size > GUEST_END - base)
        return base >= GUEST_END ? STATUS_INVALID_PARAMETER_2 : STATUS_NO_MEMORY;
    if ((base | size) & (VM_PAGE - 1))
        return STATUS_INVALID_PARAMETER;
    if (type & MEM_RESERVE_PLACEHOLDER) {
        struct vm_where where = vm_anywhere;
        if ((type & ~MEM_TOP_DOWN) != (MEM_RESERVE | MEM_RESERVE_PLACEHOLDER) ||
            protect != PAGE_NOACCESS || (base & (VM_GRANULARITY - 1)))
            return STATUS_INVALID_PARAMETER;
        bool choose = low || limit || (type & MEM_TOP_DOWN);
        where.low = low ? low : limit ? GUEST_LOWEST : vm_anywhere.low;
        where.high = limit ? limit : vm_anywhere.high;
        where.top_down = (type & MEM_TOP_DOWN) != 0;
        status = vm_reserve_aligned(&base, size, alignment, choose ? &where : &vm_anywhere,
                                    MEM_PRIVATE, protect, &region);
        if (!NT_SUCCESS(status))
            return status;
        region->placeholder = true;
    } else {
        if ((type & ~MEM_COMMIT) != (MEM_RESERVE | MEM_REPLACE_PLACEHOLDER) || !base)
            return STATUS_INVALID_PARAMETER;
        if (!valid_protect(protect))
            return STATUS_INVALID_PAGE_PROTECTION;
        status = vm_placeholder_replace(base, size, MEM_PRIVATE, protect, &region);
        if (NT_SUCCESS(status) && (type & MEM_COMMIT)) {
            status = vm_commit(base, size, protect);
            if (!NT_SUCCESS(status))
                vm_placeholder_split(base, size);
        }
        if (!NT_SUCCESS(status))
            return status;
    }
    if (!guest_put(BaseAddress, (PVOID)base) || !guest_put(RegionSize, size))
        return STATUS_ACCESS_VIOLATION;
    return STATUS_SUCCESS;
}

NTSTATUS NtAllocateVirtualMemoryEx(struct nt_thread *t, HANDLE ProcessHandle, PVOID *BaseAddress,
                                   SIZE_T *RegionSize, ULONG AllocationType, ULONG PageProtection,
                                   const void *ExtendedParameters,
                                   ULONG ExtendedParameterCount)
{
    uintptr_t low = 0, high = 0;
    SIZE_T alignment = 0;
    PVOID base;
    NTSTATUS status = this_process(ProcessHandle, PROCESS_VM_OPERATION);

    (void)t;
    if (!NT_SUCCESS(status))
        return status;
    status = vm_extended_parameters(ExtendedParameters, ExtendedParameterCount, &low, &high, &alignment);
    if (!NT_SUCCESS(status))
        return status;
    if (!guest_get(&base, BaseAddress))
        return STATUS_ACCESS_VIOLATION;
    if (base && (low || high || alignment))
        return STATUS_INVALID_PARAMETER;
    if (AllocationType & (MEM_RESERVE_PLACEHOLDER | MEM_REPLACE_PLACEHOLDER))
        return placeholder(BaseAddress, RegionSize, low, high, alignment, AllocationType,
                           PageProtection);
    return allocate(BaseAddress, RegionSize, low, high, alignment, AllocationType, PageProtection);
}
