/*
 * The guest's address space: regions (one per allocation, view or image) made of blocks (runs of
 * pages with one state and protection). The tree is the truth; the kernel's mapping follows it.
 * Nothing but this module maps or unmaps below GUEST_END. Reserved pages are not mapped at all:
 * a reservation of terabytes costs one node.
 *
 * All functions take vm's own lock and may be called from any thread that holds no lock which a
 * fault handler could want. Addresses and sizes are bytes; "page" is 4096, granularity 65536.
 */
#ifndef SYSCALLS_NT_VM_H
#define SYSCALLS_NT_VM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <bsd/sys/tree.h>

#include "abi/nt/status.h"

#define VM_PAGE 4096ull
#define VM_GRANULARITY 65536ull
#define VM_PAGE_DOWN(x) ((x) & ~(VM_PAGE - 1))
#define VM_PAGE_UP(x) (((x) + VM_PAGE - 1) & ~(VM_PAGE - 1))

struct nt_object;

struct vm_region {
    RB_ENTRY(vm_region) link;
    uintptr_t base, end;
    uint32_t type;          /* MEM_PRIVATE, MEM_MAPPED, MEM_IMAGE */
    uint32_t alloc_protect; /* PAGE_* */
    bool permanent;         /* the guest cannot free it (KUSER_SHARED_DATA) */
    bool placeholder; /* reserved for something that replaces it as a whole */
    bool replaced;    /* it took the place of a placeholder, and can become one again */
    struct nt_object *section; /* one reference, for views; NULL otherwise */
    uint64_t section_offset;
};

struct vm_block {
    RB_ENTRY(vm_block) link;
    uintptr_t start, end;
    struct vm_region *region;
    uint32_t state;   /* MEM_RESERVE or MEM_COMMIT */
    uint32_t protect; /* PAGE_*, with PAGE_GUARD; 0 when reserved */
};

/* What to look for when the address is free to choose. */
struct vm_where {
    uintptr_t low, high; /* [low, high) */
    bool top_down;
};

extern const struct vm_where vm_anywhere, vm_low_2g, vm_images;

/* PROT_* for a PAGE_* value; -1 for an invalid one. A guard page has no access. */
int vm_prot(uint32_t protect);

/* Makes a region of reserved pages. *base 0: chooses. STATUS_CONFLICTING_ADDRESSES,
 * STATUS_NO_MEMORY, STATUS_INVALID_PARAMETER. */
NTSTATUS vm_reserve(uintptr_t *base, size_t size, const struct vm_where *where, uint32_t type,
                    uint32_t protect, struct vm_region **region);

NTSTATUS vm_reserve_aligned(uintptr_t *base, size_t size, size_t alignment,
                            const struct vm_where *where, uint32_t type, uint32_t protect,
                            struct vm_region **region);

/* Commits private pages of a range that lies in one region; committed pages get the protection. */
NTSTATUS vm_commit(uintptr_t start, size_t size, uint32_t protect);
NTSTATUS vm_decommit(uintptr_t start, size_t size);
NTSTATUS vm_release(uintptr_t base, size_t size); /* size 0: the whole region at base */

/* Placeholders. A part of one, or of private memory that replaced one, or a whole view that did,
 * becomes a placeholder of its own; neighbours become one; one becomes a region of reserved pages of
 * that type. STATUS_CONFLICTING_ADDRESSES unless the range fits. */
NTSTATUS vm_placeholder_split(uintptr_t start, size_t size);
NTSTATUS vm_placeholder_restore(uintptr_t base); /* the view at base */
NTSTATUS vm_placeholder_merge(uintptr_t start, size_t size);
NTSTATUS vm_placeholder_replace(uintptr_t start, size_t size, uint32_t type, uint32_t protect,
                                struct vm_region **region);

/* What a guest's list of MEM_EXTENDED_PARAMETER asks for; low, high (exclusive) and alignment stay
 * as they are where it says nothing. Defined in memory.c. */
NTSTATUS vm_extended_parameters(const void *list, uint32_t count, uintptr_t *low, uintptr_t *high,
                                size_t *alignment);

/* Maps part of a file (flags MAP_SHARED or MAP_PRIVATE) over reserved pages of a region. */
NTSTATUS vm_map_file(uintptr_t start, size_t size, uint32_t protect, int flags, int fd,
                     uint64_t offset);

/* Records as committed what the caller has mapped over reserved pages itself. */
NTSTATUS vm_note_commit(uintptr_t start, size_t size, uint32_t protect);

/* Changes protection of committed pages in one region; *old is that of the first page. */
NTSTATUS vm_protect(uintptr_t start, size_t size, uint32_t protect, uint32_t *old);

/* The region that holds an address: base and section (with a reference), for unmapping. */
struct vm_info {
    uintptr_t base, end;             /* of the run of equal pages */
    uintptr_t alloc_base, alloc_end; /* of the region */
    uint32_t state, protect, type, alloc_protect;
    struct nt_object *section; /* borrowed: valid while the caller keeps the view mapped */
    uint64_t section_offset;
};
bool vm_query(uintptr_t address, struct vm_info *info); /* false: outside the address space */

/* After a fault: what is to be done. */
enum vm_fault { VM_FAULT_NOT_OURS, VM_FAULT_RETRY, VM_FAULT_GUARD, VM_FAULT_STACK_OVERFLOW };
enum vm_fault vm_handle_fault(uintptr_t address, bool write);

/* Calls fn once when the guest first reads the range, which is unmapped until then; fn must make
 * it present and must not call vm. One range is enough: KUSER_SHARED_DATA. */
void vm_set_lazy(uintptr_t start, size_t size, void (*fn)(void));

void vm_init(void);
void vm_fork_prepare(void), vm_fork_parent(void), vm_fork_child(void);

#endif
