/*
 * Function tables of x64: those of images, and those that programs register for code they make.
 */
#include "eh.h"

/* ---- tables of images ------------------------------------------------------------------------ */

/* Linear when a program's table is not sorted; images' tables are. */
static RUNTIME_FUNCTION *search(RUNTIME_FUNCTION *table, ULONG count, ULONG rva, bool sorted)
{
    ULONG low = 0, high = count;

    if (!sorted) {
        for (ULONG i = 0; i < count; i++)
            if (rva >= table[i].BeginAddress && rva < table[i].EndAddress)
                return &table[i];
        return NULL;
    }
    while (low < high) {
        ULONG middle = low + (high - low) / 2;

        if (rva < table[middle].BeginAddress)
            high = middle;
        else if (rva >= table[middle].EndAddress)
            low = middle + 1;
        else
            return &table[middle];
    }
    return NULL;
}

/* An indirect entry stands for another one, whose place its UnwindData tells. */
static RUNTIME_FUNCTION *resolve(RUNTIME_FUNCTION *entry, ULONG_PTR base, ULONG image_size)
{
    ULONG rva;

    if (!entry || !(entry->UnwindData & RUNTIME_FUNCTION_INDIRECT))
        return entry;
    rva = entry->UnwindData & ~(ULONG)RUNTIME_FUNCTION_INDIRECT;
    if (image_size && (rva > image_size || image_size - rva < sizeof(*entry)))
        return NULL;
    return (RUNTIME_FUNCTION *)(base + rva);
}

/* ---- tables of programs ---------------------------------------------------------------------- */

enum table_kind { TABLE_SORTED, TABLE_UNSORTED, TABLE_CALLBACK };

struct dynamic_table {
    enum table_kind kind;
    bool growable;
    ULONG count, maximum;
    ULONG_PTR base;
    ULONG_PTR low, high;         /* the code it speaks of */
    RUNTIME_FUNCTION *functions; /* the program's memory */
    ULONG_PTR identifier;        /* what RtlDeleteFunctionTable names it by */
    PGET_RUNTIME_FUNCTION_CALLBACK callback;
    PVOID context;
};

/* Sorted by `low`; reach[i] is the highest `high` of dynamic[0..i], so that a search may stop
 * early although ranges overlap. Guarded by dynamic_lock. */
static struct dynamic_table **dynamic;
static ULONG_PTR *reach;
static ULONG dynamic_count, dynamic_room;
static RTL_SRWLOCK dynamic_lock = RTL_SRWLOCK_INIT;

static void update_reach(ULONG from)
{
    for (ULONG i = from; i < dynamic_count; i++) {
        reach[i] = dynamic[i]->high;
        if (i && reach[i - 1] > reach[i])
            reach[i] = reach[i - 1];
    }
}

static ULONG dynamic_upper_bound(ULONG_PTR address)
{
    ULONG low = 0, high = dynamic_count;

    while (low < high) {
        ULONG middle = low + (high - low) / 2;

        if (dynamic[middle]->low <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* With the lock held; the heap is not used then, since it may raise. */
static void insert_dynamic(struct dynamic_table *table)
{
    ULONG at = dynamic_upper_bound(table->low);

    __builtin_memmove(&dynamic[at + 1], &dynamic[at], (dynamic_count - at) * sizeof(dynamic[0]));
    dynamic[at] = table;
    dynamic_count++;
    update_reach(at);
}

static bool add_dynamic(const struct dynamic_table *model, struct dynamic_table **added)
{
    HANDLE heap = eh_teb()->ProcessEnvironmentBlock->ProcessHeap;
    struct dynamic_table *table = RtlAllocateHeap(heap, 0, sizeof(*table));

    if (!table)
        return false;
    *table = *model;
    for (;;) {
        struct dynamic_table **larger;
        void *old = NULL;
        ULONG_PTR *larger_reach;
        ULONG room;

        RtlAcquireSRWLockExclusive(&dynamic_lock);
        room = dynamic_room;
        if (dynamic_count < room) {
            insert_dynamic(table);
            RtlReleaseSRWLockExclusive(&dynamic_lock);
            if (added)
                *added = table;
            return true;
        }
        RtlReleaseSRWLockExclusive(&dynamic_lock);

        room = room ? room * 2 : 16;
        larger = RtlAllocateHeap(heap, 0, room * (sizeof(*larger) + sizeof(*larger_reach)));
        if (!larger) {
            RtlFreeHeap(heap, 0, table);
            return false;
        }
        larger_reach = (ULONG_PTR *)(larger + room);
        RtlAcquireSRWLockExclusive(&dynamic_lock);
        if (dynamic_room < room) {
            __builtin_memcpy(larger, dynamic, dynamic_count * sizeof(*larger));
            old = dynamic;
            dynamic = larger;
            reach = larger_reach;
            dynamic_room = room;
            update_reach(0);
        } else {
            old = larger; /* another thread was quicker */
        }
        RtlReleaseSRWLockExclusive(&dynamic_lock);
        if (old)
            RtlFreeHeap(heap, 0, old);
    }
}

/* Takes out the table that `match` names: by handle, or by the program's identifier. */
static bool remove_dynamic(const struct dynamic_table *handle, ULONG_PTR identifier)
{
    struct dynamic_table *table = NULL;

    RtlAcquireSRWLockExclusive(&dynamic_lock);
    for (ULONG i = 0; i < dynamic_count; i++) {
        if (handle ? dynamic[i] != handle || !dynamic[i]->growable
                   : dynamic[i]->growable || dynamic[i]->identifier != identifier)
            continue;
        table = dynamic[i];
        dynamic_count--;
        __builtin_memmove(&dynamic[i], &dynamic[i + 1],
                          (dynamic_count - i) * sizeof(dynamic[0]));
        update_reach(i);
        break;
    }
    RtlReleaseSRWLockExclusive(&dynamic_lock);
    if (!table)
        return false;
    RtlFreeHeap(eh_teb()->ProcessEnvironmentBlock->ProcessHeap, 0, table);
    return true;
}

static bool find_dynamic(ULONG_PTR pc, struct eh_function *function)
{
    PGET_RUNTIME_FUNCTION_CALLBACK callback = NULL;
    PVOID context = NULL;
    bool found = false;

    if (!__atomic_load_n(&dynamic_count, __ATOMIC_RELAXED))
        return false;
    RtlAcquireSRWLockShared(&dynamic_lock);
    for (ULONG i = dynamic_upper_bound(pc); i-- > 0 && reach[i] > pc && !found;) {
        struct dynamic_table *table = dynamic[i];

        if (pc >= table->high)
            continue;
        function->base = table->base;
        function->image_size = 0;
        if (table->kind == TABLE_CALLBACK) {
            callback = table->callback;
            context = table->context;
            break;
        }
        function->entry = resolve(search(table->functions, table->count, (ULONG)(pc - table->base),
                                         table->kind == TABLE_SORTED),
                                  table->base, 0);
        found = function->entry != NULL;
    }
    RtlReleaseSRWLockShared(&dynamic_lock);
    if (callback) { /* without the lock: it may raise, or look up functions itself */
        function->entry = resolve(callback(pc, context), function->base, 0);
        found = function->entry != NULL;
    }
    return found;
}

BOOLEAN RtlAddFunctionTable(PRUNTIME_FUNCTION functions, DWORD count, DWORD64 base)
{
    struct dynamic_table table = {.kind = TABLE_SORTED, .count = count, .maximum = count,
                                  .base = base, .functions = functions,
                                  .identifier = (ULONG_PTR)functions};
    ULONG low = ~0u, high = 0;

    for (DWORD i = 0; i < count; i++) {
        if (functions[i].BeginAddress < low)
            low = functions[i].BeginAddress;
        if (functions[i].EndAddress > high)
            high = functions[i].EndAddress;
        if (i && functions[i].BeginAddress < functions[i - 1].BeginAddress)
            table.kind = TABLE_UNSORTED;
    }
    if (count) {
        table.low = base + low;
        table.high = base + high;
    }
    return add_dynamic(&table, NULL);
}

/* The identifier's low two bits mark a callback, so it can never be a table's address. */
BOOLEAN RtlInstallFunctionTableCallback(DWORD64 identifier, DWORD64 base, DWORD length,
                                        PGET_RUNTIME_FUNCTION_CALLBACK callback, PVOID context,
                                        PCWSTR out_of_process_dll)
{
    struct dynamic_table table = {.kind = TABLE_CALLBACK, .base = base, .low = base,
                                  .high = base + length, .identifier = identifier,
                                  .callback = callback, .context = context};

    (void)out_of_process_dll; /* for debuggers */
    if ((identifier & 3) != 3)
        return FALSE;
    return add_dynamic(&table, NULL);
}

BOOLEAN RtlDeleteFunctionTable(PRUNTIME_FUNCTION functions)
{
    return remove_dynamic(NULL, (ULONG_PTR)functions);
}

DWORD NTAPI RtlAddGrowableFunctionTable(PVOID *handle, PRUNTIME_FUNCTION functions, DWORD count,
                                        DWORD maximum, ULONG_PTR range_base, ULONG_PTR range_end)
{
    struct dynamic_table table = {.kind = TABLE_SORTED, .growable = true, .count = count,
                                  .maximum = maximum, .base = range_base, .low = range_base,
                                  .high = range_end, .functions = functions};
    struct dynamic_table *added;

    if (count > maximum || range_base >= range_end)
        return (DWORD)STATUS_INVALID_PARAMETER;
    if (!add_dynamic(&table, &added))
        return (DWORD)STATUS_NO_MEMORY;
    *handle = added;
    return STATUS_SUCCESS;
}

void NTAPI RtlGrowFunctionTable(PVOID handle, DWORD count)
{
    struct dynamic_table *table = handle;

    RtlAcquireSRWLockExclusive(&dynamic_lock);
    if (count > table->count && count <= table->maximum)
        table->count = count;
    RtlReleaseSRWLockExclusive(&dynamic_lock);
}

void NTAPI RtlDeleteGrowableFunctionTable(PVOID handle)
{
    if (handle)
        remove_dynamic(handle, 0);
}

/* ---- look-up --------------------------------------------------------------------------------- */

bool eh_function_find(ULONG_PTR pc, struct eh_function *function)
{
    struct eh_module module;

    if (!eh_module_find(pc, &module))
        return find_dynamic(pc, function);
    if (!module.table_rva)
        return false;
    function->base = module.base;
    function->image_size = module.size;
    function->entry = resolve(search((RUNTIME_FUNCTION *)(module.base + module.table_rva),
                                     module.table_bytes / sizeof(RUNTIME_FUNCTION),
                                     (ULONG)(pc - module.base), true),
                              module.base, module.size);
    return function->entry != NULL;
}

static bool find_in_history(const UNWIND_HISTORY_TABLE *history, ULONG_PTR pc, ULONG_PTR *base,
                            RUNTIME_FUNCTION **entry)
{
    ULONG count = history->Count;

    if (history->Search == UNWIND_HISTORY_TABLE_NONE || count > UNWIND_HISTORY_TABLE_SIZE ||
        pc < history->LowAddress || pc >= history->HighAddress)
        return false;
    for (ULONG i = 0; i < count; i++) {
        const UNWIND_HISTORY_TABLE_ENTRY *known = &history->Entry[i];

        if (pc - known->ImageBase >= known->FunctionEntry->BeginAddress &&
            pc - known->ImageBase < known->FunctionEntry->EndAddress) {
            *base = known->ImageBase;
            *entry = known->FunctionEntry;
            return true;
        }
    }
    return false;
}

static void remember(UNWIND_HISTORY_TABLE *history, const struct eh_function *function)
{
    ULONG_PTR low = function->base + function->entry->BeginAddress;
    ULONG_PTR high = function->base + function->entry->EndAddress;

    if (history->Search == UNWIND_HISTORY_TABLE_NONE ||
        history->Count >= UNWIND_HISTORY_TABLE_SIZE)
        return;
    if (!history->Count || low < history->LowAddress)
        history->LowAddress = low;
    if (!history->Count || high > history->HighAddress)
        history->HighAddress = high;
    history->Entry[history->Count].ImageBase = function->base;
    history->Entry[history->Count].FunctionEntry = function->entry;
    history->Count++;
}

PRUNTIME_FUNCTION NTAPI RtlLookupFunctionEntry(DWORD64 pc, PDWORD64 base,
                                               PUNWIND_HISTORY_TABLE history)
{
    struct eh_function function;

    if (history && find_in_history(history, pc, base, &function.entry))
        return function.entry;
    if (!eh_function_find(pc, &function)) {
        struct eh_module module;

        *base = eh_module_find(pc, &module) ? module.base : 0;
        return NULL;
    }
    if (history)
        remember(history, &function);
    *base = function.base;
    return function.entry;
}

RUNTIME_FUNCTION *NTAPI RtlLookupFunctionTable(ULONG_PTR pc, ULONG_PTR *base, ULONG *length)
{
    struct eh_module module;

    if (!eh_module_find(pc, &module) || !module.table_rva)
        return NULL;
    *base = module.base;
    *length = module.table_bytes;
    return (RUNTIME_FUNCTION *)(module.base + module.table_rva);
}
