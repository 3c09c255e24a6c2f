/*
 * Which image holds an address: the question of every exception, asked at any instruction, also
 * inside of the loader. So readers take no lock: the table is sorted, and a sequence number tells
 * a reader that it changed under him.
 */
#include "eh.h"

#define MODULES_MAX 1024

/* Written by eh_module_add/remove, which the loader lock serializes; `sequence` is odd meanwhile. */
static struct eh_module modules[MODULES_MAX];
static ULONG module_count;
static ULONG sequence;
static bool overflowed; /* some image found no room: the loader's list has it */

static void change_begins(void)
{
    __atomic_store_n(&sequence, sequence + 1, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static void change_ends(void)
{
    __atomic_store_n(&sequence, sequence + 1, __ATOMIC_RELEASE);
}

/* Reads the headers of a mapped image, which the loader has checked. */
static struct eh_module describe(ULONG_PTR base, ULONG size)
{
    struct eh_module module = {base, size, 0, 0};
    const IMAGE_DOS_HEADER *dos = (const void *)base;
    const IMAGE_NT_HEADERS *nt = (const void *)(base + (ULONG)dos->e_lfanew);
    const IMAGE_DATA_DIRECTORY *dir;

    if (dos->e_magic != IMAGE_DOS_SIGNATURE || (ULONG)dos->e_lfanew > size - sizeof(*nt) ||
        nt->Signature != IMAGE_NT_SIGNATURE ||
        nt->OptionalHeader.Magic != IMAGE_NT_OPTIONAL_HDR_MAGIC ||
        nt->OptionalHeader.NumberOfRvaAndSizes <= IMAGE_DIRECTORY_ENTRY_EXCEPTION)
        return module;
    dir = &nt->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_EXCEPTION];
    if (dir->VirtualAddress < size && dir->Size <= size - dir->VirtualAddress) {
        module.table_rva = dir->VirtualAddress;
        module.table_bytes = dir->Size;
    }
    return module;
}

/* The number of images at or below the address. Bounded whatever a writer does meanwhile. */
static ULONG upper_bound(ULONG_PTR address, ULONG count)
{
    ULONG low = 0, high = count;

    while (low < high) {
        ULONG middle = low + (high - low) / 2;

        if (__atomic_load_n(&modules[middle].base, __ATOMIC_RELAXED) <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void eh_module_add(void *base, ULONG size)
{
    struct eh_module module = describe((ULONG_PTR)base, size);
    ULONG at;

    if (module_count == MODULES_MAX) {
        overflowed = true;
        return;
    }
    at = upper_bound(module.base, module_count);
    change_begins();
    __builtin_memmove(&modules[at + 1], &modules[at], (module_count - at) * sizeof(modules[0]));
    modules[at] = module;
    module_count++;
    change_ends();
}

void eh_module_remove(void *base)
{
    ULONG at = upper_bound((ULONG_PTR)base, module_count);

    if (at == 0 || modules[at - 1].base != (ULONG_PTR)base)
        return;
    change_begins();
    __builtin_memmove(&modules[at - 1], &modules[at], (module_count - at) * sizeof(modules[0]));
    module_count--;
    change_ends();
}

/* Before the loader has registered anything, and for what found no room. */
static bool find_in_loader_list(ULONG_PTR address, struct eh_module *module)
{
    PEB_LDR_DATA *ldr = eh_teb()->ProcessEnvironmentBlock->Ldr;
    LIST_ENTRY *head, *link;
    unsigned steps = 0;

    if (!ldr || !ldr->InLoadOrderModuleList.Flink)
        return false;
    head = &ldr->InLoadOrderModuleList;
    for (link = head->Flink; link && link != head && steps < 65536; link = link->Flink, steps++) {
        LDR_DATA_TABLE_ENTRY *entry = CONTAINING_RECORD(link, LDR_DATA_TABLE_ENTRY,
                                                        InLoadOrderLinks);

        if (address - (ULONG_PTR)entry->DllBase < entry->SizeOfImage) {
            *module = describe((ULONG_PTR)entry->DllBase, entry->SizeOfImage);
            return true;
        }
    }
    return false;
}

bool eh_module_find(ULONG_PTR address, struct eh_module *module)
{
    for (;;) {
        ULONG before = __atomic_load_n(&sequence, __ATOMIC_ACQUIRE);
        ULONG count = __atomic_load_n(&module_count, __ATOMIC_RELAXED);
        ULONG at = upper_bound(address, count < MODULES_MAX ? count : MODULES_MAX);
        struct eh_module found = {0};

        if (at)
            found = modules[at - 1];
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        if (before & 1 || before != __atomic_load_n(&sequence, __ATOMIC_RELAXED)) {
            __builtin_ia32_pause();
            continue;
        }
        if (at && address - found.base < found.size) {
            *module = found;
            return true;
        }
        if (count == 0 || overflowed)
            return find_in_loader_list(address, module);
        return false;
    }
}

PVOID NTAPI RtlPcToFileHeader(PVOID pc, PVOID *base)
{
    struct eh_module module;

    *base = eh_module_find((ULONG_PTR)pc, &module) ? (PVOID)module.base : NULL;
    return *base;
}
