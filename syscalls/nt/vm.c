#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "syscalls/host/layout.h"
#include "syscalls/nt/nt.h"
#include "syscalls/nt/vm.h"

/* Ordinary allocations start high enough to leave the preferred bases of programs free; images
 * that must move go to a range of their own, above which are the bases of our own libraries. */
#ifdef __SANITIZE_ADDRESS__
/* AddressSanitizer keeps its shadow in the middle of the guests' band: programs must move. */
static bool taken(uintptr_t start, uintptr_t end)
{
    return start < 0x10007fff8000ull && end > 0x7fff8000ull;
}
const struct vm_where vm_anywhere = {0x200000000000ull, 0x300000000000ull, false};
#else
static bool taken(uintptr_t start, uintptr_t end)
{
    (void)start;
    (void)end;
    return false;
}
const struct vm_where vm_anywhere = {0x200000000ull, 0x300000000000ull, false};
#endif
const struct vm_where vm_low_2g = {0x20000ull, 0x7ffe0000ull, false};
const struct vm_where vm_images = {0x300000000000ull, 0x3ff000000000ull, false};

static pthread_mutex_t vm_lock = PTHREAD_MUTEX_INITIALIZER; /* guards everything below */
static RB_HEAD(region_tree, vm_region) regions = RB_INITIALIZER(&regions);
static RB_HEAD(block_tree, vm_block) blocks = RB_INITIALIZER(&blocks);
static uintptr_t next_free; /* where the last search for vm_anywhere ended */
static uintptr_t lazy_start, lazy_end;
static void (*lazy_fn)(void);

static int compare_regions(const struct vm_region *a, const struct vm_region *b)
{
    return a->base < b->base ? -1 : a->base > b->base;
}

static int compare_blocks(const struct vm_block *a, const struct vm_block *b)
{
    return a->start < b->start ? -1 : a->start > b->start;
}

RB_GENERATE_INTERNAL(region_tree, vm_region, link, compare_regions,
                     __attribute__((unused)) static)
RB_GENERATE_INTERNAL(block_tree, vm_block, link, compare_blocks, __attribute__((unused)) static)

void vm_init(void)
{
    next_free = vm_anywhere.low;
}

void vm_fork_prepare(void)
{
    pthread_mutex_lock(&vm_lock);
}

void vm_fork_parent(void)
{
    pthread_mutex_unlock(&vm_lock);
}

void vm_fork_child(void)
{
    pthread_mutex_unlock(&vm_lock);
}

int vm_prot(uint32_t protect)
{
    int prot;

    switch (protect & 0xff) {
    case PAGE_NOACCESS:
        prot = PROT_NONE;
        break;
    case PAGE_READONLY:
        prot = PROT_READ;
        break;
    case PAGE_READWRITE:
    case PAGE_WRITECOPY:
        prot = PROT_READ | PROT_WRITE;
        break;
    case PAGE_EXECUTE:
    case PAGE_EXECUTE_READ:
        prot = PROT_READ | PROT_EXEC;
        break;
    case PAGE_EXECUTE_READWRITE:
    case PAGE_EXECUTE_WRITECOPY:
        prot = PROT_READ | PROT_WRITE | PROT_EXEC;
        break;
    default:
        return -1;
    }
    if (protect & ~(0xffu | PAGE_GUARD | PAGE_NOCACHE | PAGE_WRITECOMBINE | PAGE_TARGETS_INVALID))
        return -1;
    /* About targets of indirect calls, which nobody checks here: it goes with executable pages. */
    if ((protect & PAGE_TARGETS_INVALID) && !(prot & PROT_EXEC))
        return -1;
    if ((protect & PAGE_GUARD) && prot == PROT_NONE)
        return -1;
    return (protect & PAGE_GUARD) ? PROT_NONE : prot;
}

/* The last region that begins at or below the address, if it reaches above it. */
static struct vm_region *region_at(uintptr_t address)
{
    struct vm_region key = {.base = address};
    struct vm_region *r = RB_NFIND(region_tree, &regions, &key);

    if (r && r->base == address)
        return r;
    r = r ? RB_PREV(region_tree, &regions, r) : RB_MAX(region_tree, &regions);
    return r && address < r->end ? r : NULL;
}

static struct vm_block *block_at(uintptr_t address)
{
    struct vm_block key = {.start = address};
    struct vm_block *b = RB_NFIND(block_tree, &blocks, &key);

    if (b && b->start == address)
        return b;
    b = b ? RB_PREV(block_tree, &blocks, b) : RB_MAX(block_tree, &blocks);
    return b && address < b->end ? b : NULL;
}

static bool range_free(uintptr_t start, uintptr_t end)
{
    struct vm_region key = {.base = start};

    if (region_at(start))
        return false;
    struct vm_region *next = RB_NFIND(region_tree, &regions, &key);
    return !next || next->base >= end;
}

static uintptr_t find_free_up(uintptr_t from, uintptr_t high, size_t size, uintptr_t align)
{
#define align_up(x) (((x) + align - 1) & ~(align - 1))
    uintptr_t at = align_up(from);
    struct vm_region *r = region_at(at);

    if (!r) {
        struct vm_region key = {.base = at};
        r = RB_NFIND(region_tree, &regions, &key);
    }
    for (; r; r = RB_NEXT(region_tree, &regions, r)) {
        if (r->base >= at && r->base - at >= size)
            break;
        at = align_up(r->end);
    }
#undef align_up
    return at < high && high - at >= size ? at : 0;
}

static uintptr_t find_free_down(uintptr_t low, uintptr_t high, size_t size, uintptr_t align)
{
    uintptr_t end = high & ~(align - 1);
    struct vm_region key = {.base = end};
    struct vm_region *r = RB_NFIND(region_tree, &regions, &key);

    r = r ? RB_PREV(region_tree, &regions, r) : RB_MAX(region_tree, &regions);
    for (; r; r = RB_PREV(region_tree, &regions, r)) {
        if (end < size)
            return 0;
        if (((end - size) & ~(align - 1)) >= r->end)
            break;
        if (r->base < end)
            end = r->base & ~(align - 1);
    }
    if (end < size)
        return 0;
    uintptr_t at = (end - size) & ~(align - 1);
    return at >= low ? at : 0;
}

static uintptr_t find_free(const struct vm_where *where, size_t size, uintptr_t align)
{
    if (where->top_down)
        return find_free_down(where->low, where->high, size, align);
    if (where != &vm_anywhere)
        return find_free_up(where->low, where->high, size, align);
    uintptr_t at = find_free_up(next_free, where->high, size, align);
    if (!at)
        at = find_free_up(where->low, where->high, size, align);
    if (at)
        next_free = at + size;
    return at;
}

/* Makes an address the border of two blocks. */
static bool split_at(uintptr_t address)
{
    struct vm_block *b = block_at(address);

    if (!b || b->start == address)
        return true;
    struct vm_block *right = malloc(sizeof(*right));
    if (!right)
        return false;
    *right = *b;
    right->start = address;
    b->end = address;
    RB_INSERT(block_tree, &blocks, right);
    return true;
}

static void merge_around(uintptr_t start, uintptr_t end)
{
    struct vm_block *b = block_at(start);

    if (!b)
        return;
    struct vm_block *prev = RB_PREV(block_tree, &blocks, b);
    if (prev && prev->region == b->region)
        b = prev;
    while (b && b->start < end) {
        struct vm_block *next = RB_NEXT(block_tree, &blocks, b);
        if (next && next->region == b->region && next->start == b->end && next->state == b->state &&
            next->protect == b->protect) {
            b->end = next->end;
            RB_REMOVE(block_tree, &blocks, next);
            free(next);
        } else if (b->end > end) {
            break;
        } else {
            b = next;
        }
    }
}

/* The blocks of [start, end) get a state; the range lies in one region. */
static bool set_range(uintptr_t start, uintptr_t end, uint32_t state, uint32_t protect)
{
    if (!split_at(start) || !split_at(end))
        return false;
    for (struct vm_block *b = block_at(start); b && b->start < end;
         b = RB_NEXT(block_tree, &blocks, b)) {
        b->state = state;
        b->protect = protect;
    }
    merge_around(start, end);
    return true;
}

NTSTATUS vm_reserve(uintptr_t *base, size_t size, const struct vm_where *where, uint32_t type,
                    uint32_t protect, struct vm_region **region)
{
    return vm_reserve_aligned(base, size, VM_GRANULARITY, where, type, protect, region);
}

NTSTATUS vm_reserve_aligned(uintptr_t *base, size_t size, size_t alignment,
                            const struct vm_where *where, uint32_t type, uint32_t protect,
                            struct vm_region **region)
{
    if (alignment < VM_GRANULARITY)
        alignment = VM_GRANULARITY;
    size = VM_PAGE_UP(size);
    if (size == 0 || size > GUEST_END)
        return STATUS_NO_MEMORY;
    struct vm_region *r = calloc(1, sizeof(*r));
    struct vm_block *b = calloc(1, sizeof(*b));
    NTSTATUS status = STATUS_NO_MEMORY;
    if (!r || !b)
        goto fail;

    pthread_mutex_lock(&vm_lock);
    uintptr_t at = *base;
    if (at == 0) {
        at = find_free(where, size, alignment);
        if (at == 0) {
            pthread_mutex_unlock(&vm_lock);
            goto fail;
        }
    } else if (at < GUEST_LOWEST || at > GUEST_END - size || !range_free(at, at + size) ||
               taken(at, at + size)) {
        pthread_mutex_unlock(&vm_lock);
        status = STATUS_CONFLICTING_ADDRESSES;
        goto fail;
    }
    r->base = b->start = at;
    r->end = b->end = at + size;
    r->type = type;
    r->alloc_protect = protect & ~PAGE_TARGETS_INVALID;
    b->region = r;
    b->state = MEM_RESERVE;
    RB_INSERT(region_tree, &regions, r);
    RB_INSERT(block_tree, &blocks, b);
    pthread_mutex_unlock(&vm_lock);
    *base = at;
    if (region)
        *region = r;
    return STATUS_SUCCESS;
fail:
    free(r);
    free(b);
    return status;
}

static NTSTATUS status_of_errno(void)
{
    return errno == ENOMEM ? STATUS_COMMITMENT_LIMIT : STATUS_INVALID_PARAMETER;
}

static NTSTATUS commit_locked(uintptr_t start, uintptr_t end, uint32_t protect)
{
    struct vm_region *r = region_at(start);
    int prot = vm_prot(protect);

    if (!r || end > r->end)
        return STATUS_CONFLICTING_ADDRESSES;
    if (r->permanent || r->placeholder)
        return STATUS_CONFLICTING_ADDRESSES;
    if (r->type == MEM_IMAGE)
        return STATUS_INVALID_PAGE_PROTECTION;
    for (struct vm_block *b = block_at(start); b && b->start < end;
         b = RB_NEXT(block_tree, &blocks, b)) {
        uintptr_t from = b->start > start ? b->start : start;
        uintptr_t to = b->end < end ? b->end : end;
        if (b->state == MEM_COMMIT) {
            if (b->protect != protect && mprotect((void *)from, to - from, prot) != 0)
                return status_of_errno();
        } else if (mmap((void *)from, to - from, prot,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1,
                        0) == MAP_FAILED) {
            return status_of_errno();
        }
    }
    return set_range(start, end, MEM_COMMIT, protect) ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

NTSTATUS vm_commit(uintptr_t start, size_t size, uint32_t protect)
{
    pthread_mutex_lock(&vm_lock);
    NTSTATUS status =
        commit_locked(VM_PAGE_DOWN(start), VM_PAGE_UP(start + size),
                               protect & ~(PAGE_NOCACHE | PAGE_TARGETS_INVALID));
    pthread_mutex_unlock(&vm_lock);
    return status;
}

NTSTATUS vm_map_file(uintptr_t start, size_t size, uint32_t protect, int flags, int fd,
                     uint64_t offset)
{
    NTSTATUS status = STATUS_SUCCESS;

    pthread_mutex_lock(&vm_lock);
    struct vm_region *r = region_at(start);
    if (!r || start + size > r->end)
        status = STATUS_CONFLICTING_ADDRESSES;
    else if (mmap((void *)start, size, vm_prot(protect), flags | MAP_FIXED, fd, (off_t)offset) ==
             MAP_FAILED)
        status = errno == EACCES || errno == EPERM ? STATUS_ACCESS_DENIED : status_of_errno();
    else if (!set_range(start, VM_PAGE_UP(start + size), MEM_COMMIT, protect))
        status = STATUS_NO_MEMORY;
    pthread_mutex_unlock(&vm_lock);
    return status;
}

NTSTATUS vm_note_commit(uintptr_t start, size_t size, uint32_t protect)
{
    pthread_mutex_lock(&vm_lock);
    bool ok = set_range(start, VM_PAGE_UP(start + size), MEM_COMMIT, protect);
    pthread_mutex_unlock(&vm_lock);
    return ok ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

NTSTATUS vm_decommit(uintptr_t start, size_t size)
{
    NTSTATUS status = STATUS_SUCCESS;

    pthread_mutex_lock(&vm_lock);
    struct vm_region *r = region_at(start);
    uintptr_t from = VM_PAGE_DOWN(start), to = VM_PAGE_UP(start + size);
    if (!r) {
        status = STATUS_MEMORY_NOT_ALLOCATED;
    } else {
        if (size == 0) {
            if (start != r->base)
                status = STATUS_FREE_VM_NOT_AT_BASE;
            to = r->end;
        }
        if (to > r->end)
            status = STATUS_UNABLE_TO_FREE_VM;
        else if (r->permanent || r->type != MEM_PRIVATE)
            status = STATUS_UNABLE_TO_DELETE_SECTION;
    }
    if (NT_SUCCESS(status)) {
        munmap((void *)from, to - from);
        if (!set_range(from, to, MEM_RESERVE, 0))
            status = STATUS_NO_MEMORY;
    }
    pthread_mutex_unlock(&vm_lock);
    return status;
}

/* Takes [start, end) out of a region; what is left and right of it stays. */
static NTSTATUS cut_region(struct vm_region *r, uintptr_t start, uintptr_t end,
                           struct nt_object **dropped)
{
    struct vm_region *right = NULL;

    if (end < r->end && start > r->base) {
        right = malloc(sizeof(*right));
        if (!right)
            return STATUS_NO_MEMORY;
    }
    if (!split_at(start) || !split_at(end)) {
        free(right);
        return STATUS_NO_MEMORY;
    }
    struct vm_block *b = block_at(start);
    while (b && b->start < end) {
        struct vm_block *next = RB_NEXT(block_tree, &blocks, b);
        RB_REMOVE(block_tree, &blocks, b);
        free(b);
        b = next;
    }
    munmap((void *)start, end - start);
    if (right) {
        *right = *r;
        right->base = end;
        r->end = start;
        RB_INSERT(region_tree, &regions, right);
        for (b = block_at(end); b && b->start < right->end; b = RB_NEXT(block_tree, &blocks, b))
            b->region = right;
    } else if (start > r->base) {
        r->end = start;
    } else if (end < r->end) {
        RB_REMOVE(region_tree, &regions, r);
        r->base = end;
        RB_INSERT(region_tree, &regions, r);
    } else {
        RB_REMOVE(region_tree, &regions, r);
        *dropped = r->section;
        free(r);
    }
    return STATUS_SUCCESS;
}

NTSTATUS vm_release(uintptr_t base, size_t size)
{
    struct nt_object *dropped = NULL;
    NTSTATUS status;

    pthread_mutex_lock(&vm_lock);
    struct vm_region *r = region_at(base);
    if (!r)
        status = STATUS_MEMORY_NOT_ALLOCATED;
    else if (r->permanent)
        status = STATUS_UNABLE_TO_DELETE_SECTION;
    else if (size == 0 && base != r->base)
        status = STATUS_FREE_VM_NOT_AT_BASE;
    else if (size != 0 && VM_PAGE_UP(base + size) > r->end)
        status = STATUS_UNABLE_TO_FREE_VM;
    else
        status = cut_region(r, VM_PAGE_DOWN(base), size ? VM_PAGE_UP(base + size) : r->end,
                            &dropped);
    if (NT_SUCCESS(status) && base >= vm_anywhere.low && base < next_free)
        next_free = base;
    pthread_mutex_unlock(&vm_lock);
    if (dropped)
        nt_object_release(dropped);
    return status;
}

/* --- placeholders ------------------------------------------------------------------------------ */

/* Cuts a region, so that [start, end) is one of its own, which is returned; NULL without memory. */
static struct vm_region *isolate(struct vm_region *r, uintptr_t start, uintptr_t end)
{
    struct vm_region *middle = start > r->base ? malloc(sizeof(*middle)) : NULL;
    struct vm_region *right = end < r->end ? malloc(sizeof(*right)) : NULL;

    if ((start > r->base && !middle) || (end < r->end && !right) || !split_at(start) ||
        !split_at(end)) {
        free(middle);
        free(right);
        return NULL;
    }
    struct vm_region *cut[2] = {middle, right}, *result = middle ? middle : r;
    uintptr_t at[2] = {start, end};
    for (int i = 0; i < 2; i++) {
        if (!cut[i])
            continue;
        *cut[i] = *r;
        cut[i]->base = at[i];
        r->end = at[i];
        RB_INSERT(region_tree, &regions, cut[i]);
        for (struct vm_block *b = block_at(at[i]); b && b->start < cut[i]->end;
             b = RB_NEXT(block_tree, &blocks, b))
            b->region = cut[i];
        r = cut[i];
    }
    return result;
}

static void make_placeholder(struct vm_region *r)
{
    munmap((void *)r->base, r->end - r->base);
    r->placeholder = true;
    r->replaced = false;
    r->type = MEM_PRIVATE;
    r->alloc_protect = PAGE_NOACCESS;
    r->section = NULL;
    r->section_offset = 0;
    set_range(r->base, r->end, MEM_RESERVE, 0); /* whole: needs no memory */
}

NTSTATUS vm_placeholder_split(uintptr_t start, size_t size)
{
    uintptr_t from = VM_PAGE_DOWN(start), to = VM_PAGE_UP(start + size);
    NTSTATUS status = STATUS_SUCCESS;

    pthread_mutex_lock(&vm_lock);
    struct vm_region *r = region_at(from);
    bool whole = r && from == r->base && to == r->end;
    if (!r)
        status = STATUS_MEMORY_NOT_ALLOCATED;
    else if (to > r->end || !(r->placeholder ? !whole : r->replaced && r->type == MEM_PRIVATE))
        status = STATUS_CONFLICTING_ADDRESSES;
    else if (!(r = isolate(r, from, to)))
        status = STATUS_NO_MEMORY;
    else
        make_placeholder(r);
    pthread_mutex_unlock(&vm_lock);
    return status;
}

NTSTATUS vm_placeholder_restore(uintptr_t base)
{
    struct nt_object *dropped = NULL;
    NTSTATUS status = STATUS_SUCCESS;

    pthread_mutex_lock(&vm_lock);
    struct vm_region *r = region_at(base);
    if (!r || r->type == MEM_PRIVATE) {
        status = STATUS_NOT_MAPPED_VIEW;
    } else if (!r->replaced) {
        status = STATUS_CONFLICTING_ADDRESSES;
    } else {
        dropped = r->section;
        make_placeholder(r);
    }
    pthread_mutex_unlock(&vm_lock);
    if (dropped)
        nt_object_release(dropped);
    return status;
}

NTSTATUS vm_placeholder_merge(uintptr_t start, size_t size)
{
    uintptr_t end = start + size;
    NTSTATUS status = STATUS_CONFLICTING_ADDRESSES;

    pthread_mutex_lock(&vm_lock);
    struct vm_region *first = region_at(start), *r = first;
    while (r && r->placeholder && r->end < end) {
        struct vm_region *next = RB_NEXT(region_tree, &regions, r);
        r = next && next->base == r->end ? next : NULL;
    }
    if (r && r != first && first->base == start && r->placeholder && r->end == end) {
        while (first->end < end) {
            struct vm_region *next = RB_NEXT(region_tree, &regions, first);
            for (struct vm_block *b = block_at(next->base); b && b->start < next->end;
                 b = RB_NEXT(block_tree, &blocks, b))
                b->region = first;
            first->end = next->end;
            RB_REMOVE(region_tree, &regions, next);
            free(next);
        }
        merge_around(start, end);
        status = STATUS_SUCCESS;
    }
    pthread_mutex_unlock(&vm_lock);
    return status;
}

NTSTATUS vm_placeholder_replace(uintptr_t start, size_t size, uint32_t type, uint32_t protect,
                                struct vm_region **region)
{
    NTSTATUS status = STATUS_CONFLICTING_ADDRESSES;

    pthread_mutex_lock(&vm_lock);
    struct vm_region *r = region_at(start);
    if (r && r->placeholder && r->base == start && r->end == start + size) {
        r->placeholder = false;
        r->replaced = true;
        r->type = type;
        r->alloc_protect = protect & ~PAGE_TARGETS_INVALID;
        *region = r;
        status = STATUS_SUCCESS;
    }
    pthread_mutex_unlock(&vm_lock);
    return status;
}

NTSTATUS vm_protect(uintptr_t start, size_t size, uint32_t protect, uint32_t *old)
{
    uintptr_t from = VM_PAGE_DOWN(start), to = VM_PAGE_UP(start + size);
    int prot = vm_prot(protect);
    NTSTATUS status = STATUS_SUCCESS;

    if (prot < 0)
        return STATUS_INVALID_PAGE_PROTECTION;
    protect &= ~PAGE_TARGETS_INVALID;
    pthread_mutex_lock(&vm_lock);
    struct vm_region *r = region_at(from);
    if (!r || to > r->end || to <= from) {
        status = STATUS_CONFLICTING_ADDRESSES;
        goto out;
    }
    /* Private copies of a file's pages are written under the copy-on-write kinds. */
    if (r->type == MEM_IMAGE) {
        uint32_t low = protect & 0xff;
        if (low == PAGE_READWRITE)
            protect = (protect & ~0xffu) | PAGE_WRITECOPY;
        else if (low == PAGE_EXECUTE_READWRITE)
            protect = (protect & ~0xffu) | PAGE_EXECUTE_WRITECOPY;
    } else if (r->type == MEM_PRIVATE &&
               ((protect & 0xff) == PAGE_WRITECOPY || (protect & 0xff) == PAGE_EXECUTE_WRITECOPY)) {
        status = STATUS_INVALID_PAGE_PROTECTION;
        goto out;
    }
    struct vm_block *b = block_at(from);
    *old = b->protect;
    for (; b && b->start < to; b = RB_NEXT(block_tree, &blocks, b)) {
        if (b->state != MEM_COMMIT) {
            status = STATUS_NOT_COMMITTED;
            goto out;
        }
    }
    if (mprotect((void *)from, to - from, prot) != 0)
        status = errno == EACCES ? STATUS_SECTION_PROTECTION : status_of_errno();
    else if (!set_range(from, to, MEM_COMMIT, protect))
        status = STATUS_NO_MEMORY;
out:
    pthread_mutex_unlock(&vm_lock);
    return status;
}

bool vm_query(uintptr_t address, struct vm_info *info)
{
    address = VM_PAGE_DOWN(address);
    if (address >= GUEST_END)
        return false;
    *info = (struct vm_info){0};
    pthread_mutex_lock(&vm_lock);
    struct vm_region *r = region_at(address);
    if (r) {
        struct vm_block *b = block_at(address);
        info->base = address;
        info->end = b->end;
        info->alloc_base = r->base;
        info->alloc_end = r->end;
        info->state = b->state;
        info->protect = b->state == MEM_COMMIT ? b->protect : 0;
        info->type = r->type;
        info->alloc_protect = r->alloc_protect;
        info->section = r->section;
        info->section_offset = r->section_offset;
    } else {
        struct vm_region key = {.base = address};
        struct vm_region *next = RB_NFIND(region_tree, &regions, &key);
        info->base = address;
        info->end = next ? next->base : GUEST_END;
        info->state = MEM_FREE;
        info->protect = PAGE_NOACCESS;
    }
    pthread_mutex_unlock(&vm_lock);
    return true;
}

void vm_set_lazy(uintptr_t start, size_t size, void (*fn)(void))
{
    lazy_start = start;
    lazy_end = start + size;
    lazy_fn = fn;
}

/* The stack that the thread runs on now, as its TEB says: fibers have others than the thread's. */
struct stack {
    uintptr_t bottom, top;
    uint32_t guarantee; /* bytes, of SetThreadStackGuarantee */
    uintptr_t new_limit;
};

static struct stack current_stack(const struct nt_thread *t)
{
    PVOID bottom, top;
    ULONG guarantee;

    if (!t || !guest_get(&bottom, &t->teb->DeallocationStack) ||
        !guest_get(&top, &t->teb->NtTib.StackBase) ||
        !guest_get(&guarantee, &t->teb->GuaranteedStackBytes))
        return (struct stack){0};
    return (struct stack){(uintptr_t)bottom, (uintptr_t)top, guarantee, 0};
}

/* One page of a stack's guard was touched: the guard moves down, within the reservation. */
static enum vm_fault grow_stack(struct stack *t, uintptr_t page, uintptr_t bottom)
{
    /* The last page is never committed; above it, what SetThreadStackGuarantee asked for, and a
     * page for the handler, are kept back until the overflow is raised. */
    uintptr_t keep = bottom + VM_PAGE + VM_PAGE_UP((uintptr_t)t->guarantee) + VM_PAGE;
    uint32_t protect = PAGE_READWRITE;

    if (page <= keep) {
        commit_locked(bottom + VM_PAGE, page + VM_PAGE, protect);
        t->new_limit = bottom + VM_PAGE;
        return VM_FAULT_STACK_OVERFLOW;
    }
    if (commit_locked(page, page + VM_PAGE, protect) != STATUS_SUCCESS ||
        commit_locked(page - VM_PAGE, page, protect | PAGE_GUARD) != STATUS_SUCCESS)
        return VM_FAULT_STACK_OVERFLOW;
    t->new_limit = page;
    return VM_FAULT_RETRY;
}

enum vm_fault vm_handle_fault(uintptr_t address, bool write)
{
    enum vm_fault result = VM_FAULT_NOT_OURS;
    uintptr_t page = VM_PAGE_DOWN(address);
    struct nt_thread *t = nt_self();
    struct stack stack;

    if (address >= GUEST_END)
        return VM_FAULT_NOT_OURS;
    stack = current_stack(t);
    pthread_mutex_lock(&vm_lock);
    struct vm_block *b = block_at(page);
    if (page >= lazy_start && page < lazy_end && !write) {
        if (lazy_fn)
            lazy_fn();
        lazy_fn = NULL;
        result = VM_FAULT_RETRY; /* also for a thread that faulted while another made it present */
    } else if (b && b->state == MEM_COMMIT && (b->protect & PAGE_GUARD)) {
        uint32_t protect = b->protect & ~PAGE_GUARD;
        if (page >= stack.bottom && page < stack.top) {
            result = grow_stack(&stack, page, stack.bottom);
        } else {
            result = mprotect((void *)page, VM_PAGE, vm_prot(protect)) == 0 &&
                             set_range(page, page + VM_PAGE, MEM_COMMIT, protect)
                         ? VM_FAULT_GUARD
                         : VM_FAULT_NOT_OURS;
        }
    }
    pthread_mutex_unlock(&vm_lock);
    if (stack.new_limit)
        guest_put(&t->teb->NtTib.StackLimit, (PVOID)stack.new_limit);
    return result;
}
