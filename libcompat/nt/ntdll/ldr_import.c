/* Exports and imports: looking names up, filling import tables, delay loads, what is missing. */
#include "libcompat/nt/ntdll/ldr.h"

static PVOID at_rva(const struct ldr_module *m, ULONG rva, ULONG bytes)
{
    if (rva >= m->e.SizeOfImage || bytes > m->e.SizeOfImage - rva)
        return NULL;
    return (char *)m->e.DllBase + rva;
}

/* A string inside the image that ends inside it. */
static const char *string_at(const struct ldr_module *m, ULONG rva)
{
    const char *s = at_rva(m, rva, 1);

    if (!s || !memchr(s, 0, m->e.SizeOfImage - rva))
        return NULL;
    return s;
}

static int compare_names(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return (unsigned char)*a - (unsigned char)*b;
}

/* The index into the address table, or ~0. hint: tried first, as linkers leave it. */
static ULONG find_name(const struct ldr_module *m, const char *name, ULONG hint)
{
    const IMAGE_EXPORT_DIRECTORY *x = m->exports;
    ULONG n = x->NumberOfNames;
    const ULONG *names = n < 0x1000000 ? at_rva(m, x->AddressOfNames, n * 4) : NULL;
    const USHORT *ordinals = names ? at_rva(m, x->AddressOfNameOrdinals, n * 2) : NULL;
    ULONG low = 0, high = n;

    if (!ordinals)
        return ~0u;
    if (hint < n) {
        const char *s = string_at(m, names[hint]);
        if (s && compare_names(name, s) == 0)
            return ordinals[hint];
    }
    while (low < high) {
        ULONG mid = low + (high - low) / 2;
        const char *s = at_rva(m, names[mid], 1);
        if (!s)
            return ~0u;
        int c = compare_names(name, s);
        if (c == 0)
            return ordinals[mid];
        if (c < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return ~0u;
}

static BOOLEAN remember_need(struct ldr_module *user, struct ldr_module *needed)
{
    for (ULONG i = 0; i < user->needs_count; i++)
        if (user->needs[i] == needed)
            return FALSE; /* one reference is enough */
    if (user->needs_count == user->needs_room) {
        ULONG room = user->needs_room * 2 + 8;
        struct ldr_module **p =
            user->needs
                ? RtlReAllocateHeap(RtlProcessHeap(), 0, user->needs, room * sizeof(*p))
                : RtlAllocateHeap(RtlProcessHeap(), 0, room * sizeof(*p));
        if (!p)
            return FALSE;
        user->needs = p;
        user->needs_room = room;
    }
    user->needs[user->needs_count++] = needed;
    return TRUE;
}

static PVOID export_at(struct ldr_module *m, const char *name, ULONG ordinal, ULONG hint,
                       struct ldr_module *user, int depth);

/* "DLL.Name" or "DLL.#12" */
static PVOID follow(const char *forward, struct ldr_module *user, int depth)
{
    const char *dot = NULL;
    WCHAR dll[128];
    UNICODE_STRING us = {0, sizeof(dll), dll};
    struct ldr_module *target;
    PVOID result;

    for (const char *p = forward; *p; p++)
        if (*p == '.')
            dot = p;
    if (!dot || dot == forward || dot - forward > 120 || depth > 16)
        return NULL;
    for (const char *p = forward; p < dot; p++)
        dll[us.Length / 2] = (unsigned char)*p, us.Length += 2;
    memcpy(dll + us.Length / 2, L".dll", 10);
    us.Length += 8;
    target = ldr_find_name(&us);
    if (!target) {
        if (!NT_SUCCESS(ldr_load(NULL, &us, &target)))
            return NULL;
        if (!user || !remember_need(user, target)) {
            /* Nobody to keep it for: a forwarder's target stays. */
            if (!user)
                target->references = LDR_PINNED;
            else
                ldr_release(target);
        }
    }
    if (dot[1] == '#') {
        ULONG ordinal = 0;
        for (const char *p = dot + 2; *p >= '0' && *p <= '9'; p++)
            ordinal = ordinal * 10 + (ULONG)(*p - '0');
        result = export_at(target, NULL, ordinal, ~0u, user, depth + 1);
    } else {
        result = export_at(target, dot + 1, 0, ~0u, user, depth + 1);
    }
    return result;
}

static PVOID export_at(struct ldr_module *m, const char *name, ULONG ordinal, ULONG hint,
                       struct ldr_module *user, int depth)
{
    const IMAGE_EXPORT_DIRECTORY *x = m->exports;
    ULONG index;

    if (!x)
        return NULL;
    index = name ? find_name(m, name, hint) : ordinal - x->Base;
    if (index >= x->NumberOfFunctions)
        return NULL;
    const ULONG *functions =
        x->NumberOfFunctions < 0x1000000 ? at_rva(m, x->AddressOfFunctions, (index + 1) * 4) : NULL;
    if (!functions || functions[index] == 0)
        return NULL;
    if (functions[index] - m->exports_rva < m->exports_size) {
        const char *forward = string_at(m, functions[index]);
        return forward ? follow(forward, user, depth) : NULL;
    }
    return at_rva(m, functions[index], 1);
}

PVOID ldr_export(struct ldr_module *m, const char *name, ULONG ordinal, struct ldr_module *user)
{
    return export_at(m, name, ordinal, ~0u, user, 0);
}

/* --- what is missing ---------------------------------------------------------- */

struct missing {
    const char *dll, *name; /* in images and heap memory that stay as long as the entry */
    ULONG ordinal;
};

/* One entry of code for each missing function; all are the same but for their number. */
#define MISSING_ENTRIES 2048
static struct missing missing[MISSING_ENTRIES]; /* under ldr_lock */
static ULONG missing_count;

__attribute__((used, noreturn)) static void raise_missing(ULONG number, PVOID caller)
{
    const struct missing *what = &missing[number];
    EXCEPTION_RECORD record = {.ExceptionCode = (DWORD)STATUS_ENTRYPOINT_NOT_FOUND,
                               .ExceptionFlags = EXCEPTION_NONCONTINUABLE,
                               .ExceptionAddress = caller,
                               .NumberParameters = 2};
    UNICODE_STRING dll = {0}, name = {0};
    ANSI_STRING a;
    char ordinal[16] = "#", digits[12];

    RtlInitAnsiString(&a, what->dll ? what->dll : "a library");
    RtlAnsiStringToUnicodeString(&dll, &a, TRUE);
    if (!what->name) {
        int n = 0, at = 1;
        for (ULONG v = what->ordinal; v || n == 0; v /= 10)
            digits[n++] = (char)('0' + v % 10);
        while (n > 0)
            ordinal[at++] = digits[--n];
        ordinal[at] = 0;
    }
    RtlInitAnsiString(&a, what->name ? what->name : ordinal);
    RtlAnsiStringToUnicodeString(&name, &a, TRUE);
    ldr_complain(LDR_NO_EXPORT_CALLED, &dll, &name, caller);
    record.ExceptionInformation[0] = (ULONG_PTR)what->dll;
    record.ExceptionInformation[1] = what->name ? (ULONG_PTR)what->name : what->ordinal;
    for (;;)
        RtlRaiseException(&record);
}

/* Each entry is 10 bytes: push its number (5), jump (5). */
#define MISSING_ENTRY_SIZE 10
extern const char missing_entries[] __asm__("missing_entries");
__asm__("\t.text\n"
        "missing_common:\n"
        "\tpopq %rcx\n"
        "\tmovq (%rsp), %rdx\n"
        "\tsubq $40, %rsp\n"
        "\tcall raise_missing\n"
        "\tint3\n"
        "missing_entries:\n"
        "\t.set i, 0\n"
        "\t.rept 2048\n"
        "\t.byte 0x68\n\t.long i\n"
        "\t.byte 0xe9\n\t.long missing_common - . - 4\n"
        "\t.set i, i + 1\n"
        "\t.endr\n");

PVOID ldr_missing(const char *dll, const char *name, ULONG ordinal)
{
    ULONG i = missing_count;

    /* The last entry stands for all that do not fit: it says that much. */
    if (i < MISSING_ENTRIES - 1) {
        SIZE_T n = strlen(dll) + 1;
        char *copy = RtlAllocateHeap(RtlProcessHeap(), 0, n);
        if (copy)
            missing[i] = (struct missing){memcpy(copy, dll, n), name, ordinal};
        missing_count++;
    } else {
        missing[i] = (struct missing){"one of more than 2047 missing functions", "", 0};
    }
    return (PVOID)(missing_entries + i * MISSING_ENTRY_SIZE);
}

/* --- import tables -------------------------------------------------------------- */

/* The protection of a module's import address table while we write to it. */
struct writable {
    PVOID base;
    SIZE_T size;
    ULONG old;
    BOOLEAN changed;
};

static NTSTATUS make_writable(struct writable *w, PVOID base, SIZE_T size)
{
    MEMORY_BASIC_INFORMATION mbi;

    w->changed = FALSE;
    NTSTATUS status = NtQueryVirtualMemory(NtCurrentProcess(), base, MemoryBasicInformation, &mbi,
                                           sizeof(mbi), NULL);
    if (!NT_SUCCESS(status))
        return status;
    if ((mbi.Protect & (PAGE_READWRITE | PAGE_WRITECOPY | PAGE_EXECUTE_READWRITE |
                        PAGE_EXECUTE_WRITECOPY)) &&
        (char *)base + size <= (char *)mbi.BaseAddress + mbi.RegionSize)
        return STATUS_SUCCESS;
    w->base = base;
    w->size = size;
    status = NtProtectVirtualMemory(NtCurrentProcess(), &w->base, &w->size,
                                    mbi.Protect & (PAGE_EXECUTE | PAGE_EXECUTE_READ)
                                        ? PAGE_EXECUTE_READWRITE
                                        : PAGE_READWRITE,
                                    &w->old);
    w->changed = NT_SUCCESS(status);
    return status;
}

static void restore_protection(struct writable *w)
{
    ULONG old;

    if (w->changed)
        NtProtectVirtualMemory(NtCurrentProcess(), &w->base, &w->size, w->old, &old);
}

static PVOID resolve(struct ldr_module *user, struct ldr_module *from, const char *dll,
                     const IMAGE_THUNK_DATA *look)
{
    PVOID p;

    if (IMAGE_SNAP_BY_ORDINAL(look->u1.Ordinal)) {
        ULONG ordinal = (ULONG)IMAGE_ORDINAL(look->u1.Ordinal);
        p = export_at(from, NULL, ordinal, ~0u, user, 0);
        return p ? p : ldr_missing(dll, NULL, ordinal);
    }
    if (look->u1.AddressOfData > 0x7fffffff)
        return NULL;
    const IMAGE_IMPORT_BY_NAME *by_name = at_rva(user, (ULONG)look->u1.AddressOfData, 3);
    const char *name = by_name ? string_at(user, (ULONG)look->u1.AddressOfData + 2) : NULL;
    if (!name)
        return NULL;
    p = export_at(from, name, 0, by_name->Hint, user, 0);
    return p ? p : ldr_missing(dll, name, 0);
}

static NTSTATUS snap_one(struct ldr_module *m, const IMAGE_IMPORT_DESCRIPTOR *d, const char *dll,
                         struct ldr_module *from)
{
    ULONG first = d->FirstThunk, names = d->OriginalFirstThunk ? d->OriginalFirstThunk : first;
    ULONG count = 0;
    const IMAGE_THUNK_DATA *look;
    struct writable w;

    for (;; count++) {
        look = at_rva(m, names + count * sizeof(*look), sizeof(*look));
        if (!look || !at_rva(m, first + count * sizeof(*look), sizeof(*look)))
            return STATUS_INVALID_IMAGE_FORMAT;
        if (look->u1.AddressOfData == 0)
            break;
    }
    if (count == 0)
        return STATUS_SUCCESS;
    IMAGE_THUNK_DATA *table = at_rva(m, first, sizeof(*table));
    NTSTATUS status = make_writable(&w, table, count * sizeof(*table));
    if (!NT_SUCCESS(status))
        return status;
    look = at_rva(m, names, sizeof(*look));
    for (ULONG i = 0; i < count; i++) {
        PVOID p = resolve(m, from, dll, &look[i]);
        if (!p) {
            status = STATUS_INVALID_IMAGE_FORMAT;
            break;
        }
        table[i].u1.Function = (ULONG_PTR)p;
    }
    restore_protection(&w);
    return status;
}

NTSTATUS ldr_snap(struct ldr_module *m, PCWSTR search_path)
{
    ULONG size;
    const IMAGE_IMPORT_DESCRIPTOR *d =
        RtlImageDirectoryEntryToData(m->e.DllBase, TRUE, IMAGE_DIRECTORY_ENTRY_IMPORT, &size);
    NTSTATUS status = STATUS_SUCCESS;
    ULONG rva = d ? (ULONG)((const char *)d - (char *)m->e.DllBase) : 0;

    m->state = LDR_SNAPPED; /* before its imports: they may import from it */
    for (; d && NT_SUCCESS(status); d++, rva += sizeof(*d)) {
        UNICODE_STRING name;
        ANSI_STRING ansi;
        struct ldr_module *from;
        const char *dll;

        if (!at_rva(m, rva, sizeof(*d)))
            return STATUS_INVALID_IMAGE_FORMAT;
        if (d->Name == 0 || d->FirstThunk == 0)
            break;
        dll = string_at(m, d->Name);
        if (!dll || !*dll)
            return STATUS_INVALID_IMAGE_FORMAT;
        RtlInitAnsiString(&ansi, dll);
        status = RtlAnsiStringToUnicodeString(&name, &ansi, TRUE);
        if (!NT_SUCCESS(status))
            return status;
        status = ldr_load(search_path, &name, &from);
        /* Once the program runs, it has asked for the library and gets the error. */
        if (!NT_SUCCESS(status) && ldr_program->state != LDR_READY)
            ldr_complain(status == STATUS_DLL_NOT_FOUND ? LDR_NO_LIBRARY : LDR_BAD_IMAGE, &name,
                         &m->e.BaseDllName, (PVOID)(LONG_PTR)status);
        RtlFreeUnicodeString(&name);
        if (!NT_SUCCESS(status))
            return status;
        if (!remember_need(m, from))
            ldr_release(from);
        status = snap_one(m, d, dll, from);
    }
    return status;
}

/* --- the calls -------------------------------------------------------------------- */

NTSTATUS NTAPI LdrGetProcedureAddressForCaller(PVOID base, PCANSI_STRING name, ULONG ordinal,
                                               PVOID *address, ULONG flags, PVOID caller)
{
    NTSTATUS status = STATUS_DLL_NOT_FOUND;
    char text[512];

    (void)flags;
    (void)caller;
    if (name && name->Length >= sizeof(text))
        return STATUS_PROCEDURE_NOT_FOUND;
    if (name) {
        memcpy(text, name->Buffer, name->Length);
        text[name->Length] = 0;
    }
    RtlEnterCriticalSection(&ldr_lock);
    struct ldr_module *m = ldr_find_base(base);
    if (m) {
        PVOID p = ldr_export(m, name && name->Length ? text : NULL, ordinal, NULL);
        status = p ? STATUS_SUCCESS
                   : name && name->Length ? STATUS_ENTRYPOINT_NOT_FOUND : STATUS_ORDINAL_NOT_FOUND;
        if (p) {
            struct ldr_module *target = ldr_find_address(p);
            if (target && target->state == LDR_SNAPPED)
                ldr_initialise(target);
            *address = p;
        }
    }
    RtlLeaveCriticalSection(&ldr_lock);
    return status;
}

NTSTATUS NTAPI LdrGetProcedureAddressEx(PVOID base, PCANSI_STRING name, ULONG ordinal,
                                        PVOID *address, ULONG flags)
{
    return LdrGetProcedureAddressForCaller(base, name, ordinal, address, flags, NULL);
}

NTSTATUS NTAPI LdrGetProcedureAddress(PVOID base, PCANSI_STRING name, ULONG ordinal,
                                      PVOID *address)
{
    return LdrGetProcedureAddressForCaller(base, name, ordinal, address, 0, NULL);
}

/* Called by the helper that linkers put into programs with delayed imports. */
PVOID NTAPI LdrResolveDelayLoadedAPI(PVOID base, const IMAGE_DELAYLOAD_DESCRIPTOR *d,
                                     PVOID failure_dll_hook, PVOID failure_system_hook,
                                     IMAGE_THUNK_DATA *thunk, ULONG flags)
{
    PVOID result = NULL;
    PVOID dll_base;

    (void)failure_dll_hook;
    (void)failure_system_hook;
    (void)flags;
    RtlEnterCriticalSection(&ldr_lock);
    struct ldr_module *m = ldr_find_base(base);
    const char *dll = m ? string_at(m, d->DllNameRVA) : NULL;
    if (dll) {
        ANSI_STRING ansi;
        UNICODE_STRING name;
        RtlInitAnsiString(&ansi, dll);
        if (NT_SUCCESS(RtlAnsiStringToUnicodeString(&name, &ansi, TRUE))) {
            if (NT_SUCCESS(LdrLoadDll(NULL, NULL, &name, &dll_base))) {
                ULONG i = (ULONG)(thunk - (IMAGE_THUNK_DATA *)((char *)base +
                                                               d->ImportAddressTableRVA));
                const IMAGE_THUNK_DATA *look = at_rva(
                    m, d->ImportNameTableRVA + i * (ULONG)sizeof(*look), sizeof(*look));
                if (look)
                    result = resolve(m, ldr_find_base(dll_base), dll, look);
            } else {
                ldr_complain(LDR_NO_LIBRARY, &name, &m->e.BaseDllName, NULL);
            }
            RtlFreeUnicodeString(&name);
        }
    }
    if (result) {
        struct writable w;
        if (NT_SUCCESS(make_writable(&w, thunk, sizeof(*thunk)))) {
            thunk->u1.Function = (ULONG_PTR)result;
            restore_protection(&w);
        }
    }
    RtlLeaveCriticalSection(&ldr_lock);
    return result;
}
