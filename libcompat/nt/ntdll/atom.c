/*
 * Atom tables: names of up to 255 characters, compared without case, for 16-bit numbers from 0xc000;
 * numbers below (also as "#123") stand for themselves and are not stored.
 */
#include "crt_private.h"

#define FIRST_ATOM 0xc000u
#define ATOMS 0x4000u
#define NAME_MAX_CHARS 255u
#define SIGNATURE 0x6d6f7441u

struct atom {
    struct atom *next; /* of the bucket */
    ULONG references;
    BOOLEAN pinned;
    RTL_ATOM number;
    USHORT chars;
    WCHAR name[];
};

struct atom_table {
    ULONG signature, buckets;
    RTL_SRWLOCK lock; /* guards what follows */
    struct atom **by_number; /* grows by doubling */
    ULONG slots;
    struct atom *heads[];
};

NTSTATUS NTAPI RtlCreateAtomTable(ULONG buckets, PVOID *result)
{
    struct atom_table *t;

    if (*result)
        return STATUS_SUCCESS; /* made before */
    if (!buckets)
        buckets = 37;
    if (buckets > 0x10000)
        return STATUS_INVALID_PARAMETER;
    t = RtlAllocateHeap(rtl_heap(), HEAP_ZERO_MEMORY,
                        sizeof(*t) + buckets * sizeof(struct atom *));
    if (!t)
        return STATUS_NO_MEMORY;
    t->signature = SIGNATURE;
    t->buckets = buckets;
    *result = t;
    return STATUS_SUCCESS;
}

static BOOLEAN is_table(const struct atom_table *t)
{
    return t && t->signature == SIGNATURE;
}

/* STATUS_SUCCESS: *number is what the name or pointer stands for by itself, 0: a name to store. */
static NTSTATUS integer_atom(PCWSTR name, ULONG *number)
{
    ULONG value = 0;

    *number = 0;
    if ((ULONG_PTR)name < 0x10000) {
        *number = (ULONG)(ULONG_PTR)name;
        return *number && *number < FIRST_ATOM ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
    }
    if (!*name)
        return STATUS_OBJECT_NAME_INVALID;
    if (*name != '#' || !name[1])
        return STATUS_SUCCESS;
    for (PCWSTR p = name + 1; *p; p++) {
        if (*p < '0' || *p > '9')
            return STATUS_SUCCESS;
        value = value < 0x100000 ? value * 10 + *p - '0' : value;
    }
    *number = value;
    return value && value < FIRST_ATOM ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

static struct atom **find(struct atom_table *t, PCWSTR name, SIZE_T chars)
{
    UNICODE_STRING s = {(USHORT)(chars * sizeof(WCHAR)), (USHORT)(chars * sizeof(WCHAR)),
                        (PWSTR)name};
    struct atom **link;
    ULONG hash;

    RtlHashUnicodeString(&s, TRUE, HASH_STRING_ALGORITHM_X65599, &hash);
    for (link = &t->heads[hash % t->buckets]; *link; link = &(*link)->next)
        if (!rtl_compare_nocase((*link)->name, (*link)->chars, name, chars))
            break;
    return link;
}

static NTSTATUS add(struct atom_table *t, PCWSTR name, SIZE_T chars, struct atom **link,
                    PRTL_ATOM number)
{
    struct atom *a;
    ULONG slot = 0;

    while (slot < t->slots && t->by_number[slot])
        slot++;
    if (slot == t->slots) {
        ULONG slots = t->slots ? t->slots * 2 : 64;
        struct atom **more;

        if (slot == ATOMS)
            return STATUS_NO_MEMORY;
        more = RtlAllocateHeap(rtl_heap(), HEAP_ZERO_MEMORY, slots * sizeof(*more));
        if (!more)
            return STATUS_NO_MEMORY;
        if (t->slots)
            memcpy(more, t->by_number, t->slots * sizeof(*more));
        RtlFreeHeap(rtl_heap(), 0, t->by_number);
        t->by_number = more;
        t->slots = slots;
    }
    a = RtlAllocateHeap(rtl_heap(), 0, sizeof(*a) + (chars + 1) * sizeof(WCHAR));
    if (!a)
        return STATUS_NO_MEMORY;
    a->next = NULL;
    a->references = 1;
    a->pinned = FALSE;
    a->number = (RTL_ATOM)(FIRST_ATOM + slot);
    a->chars = (USHORT)chars;
    memcpy(a->name, name, chars * sizeof(WCHAR));
    a->name[chars] = 0;
    t->by_number[slot] = a;
    *link = a;
    *number = a->number;
    return STATUS_SUCCESS;
}

static NTSTATUS look_up(struct atom_table *t, PCWSTR name, PRTL_ATOM number, BOOLEAN create)
{
    struct atom **link;
    ULONG integer;
    SIZE_T chars;
    NTSTATUS status;

    if (!is_table(t))
        return STATUS_INVALID_PARAMETER;
    status = integer_atom(name, &integer);
    if (status < 0)
        return status;
    if (integer) {
        if (number)
            *number = (RTL_ATOM)integer;
        return STATUS_SUCCESS;
    }
    chars = wcslen(name);
    if (chars > NAME_MAX_CHARS)
        return STATUS_INVALID_PARAMETER;
    RtlAcquireSRWLockExclusive(&t->lock);
    link = find(t, name, chars);
    if (*link) {
        if (create)
            (*link)->references++;
        if (number)
            *number = (*link)->number;
    } else if (create) {
        RTL_ATOM made = 0;

        status = add(t, name, chars, link, &made);
        if (status >= 0 && number)
            *number = made;
    } else {
        status = STATUS_OBJECT_NAME_NOT_FOUND;
    }
    RtlReleaseSRWLockExclusive(&t->lock);
    return status;
}

NTSTATUS NTAPI RtlAddAtomToAtomTable(PVOID table, PCWSTR name, PRTL_ATOM atom)
{
    return look_up(table, name, atom, TRUE);
}

NTSTATUS NTAPI RtlLookupAtomInAtomTable(PVOID table, PCWSTR name, PRTL_ATOM atom)
{
    return look_up(table, name, atom, FALSE);
}

static struct atom *by_number(struct atom_table *t, RTL_ATOM number)
{
    ULONG slot = number - FIRST_ATOM;

    return number >= FIRST_ATOM && slot < t->slots ? t->by_number[slot] : NULL;
}

static void remove_atom(struct atom_table *t, struct atom *a)
{
    struct atom **link = find(t, a->name, a->chars);

    *link = a->next;
    t->by_number[a->number - FIRST_ATOM] = NULL;
    RtlFreeHeap(rtl_heap(), 0, a);
}

NTSTATUS NTAPI RtlDeleteAtomFromAtomTable(PVOID table, RTL_ATOM number)
{
    struct atom_table *t = table;
    NTSTATUS status = STATUS_SUCCESS;
    struct atom *a;

    if (!is_table(t))
        return STATUS_INVALID_PARAMETER;
    if (number < FIRST_ATOM)
        return number ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
    RtlAcquireSRWLockExclusive(&t->lock);
    a = by_number(t, number);
    if (!a)
        status = STATUS_INVALID_HANDLE;
    else if (a->pinned)
        status = STATUS_WAS_LOCKED;
    else if (--a->references == 0)
        remove_atom(t, a);
    RtlReleaseSRWLockExclusive(&t->lock);
    return status;
}

NTSTATUS NTAPI RtlPinAtomInAtomTable(PVOID table, RTL_ATOM number)
{
    struct atom_table *t = table;
    NTSTATUS status = STATUS_SUCCESS;
    struct atom *a;

    if (!is_table(t))
        return STATUS_INVALID_PARAMETER;
    if (number < FIRST_ATOM)
        return number ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
    RtlAcquireSRWLockExclusive(&t->lock);
    a = by_number(t, number);
    if (a)
        a->pinned = TRUE;
    else
        status = STATUS_INVALID_HANDLE;
    RtlReleaseSRWLockExclusive(&t->lock);
    return status;
}

/* *name_bytes: in, the room; out, the length without terminator (needed, where it does not fit). */
NTSTATUS NTAPI RtlQueryAtomInAtomTable(PVOID table, RTL_ATOM number, PULONG references,
                                       PULONG pinned, PWSTR name, PULONG name_bytes)
{
    struct atom_table *t = table;
    WCHAR integer[8];
    const WCHAR *text;
    ULONG chars, refs = 1, pins = 1;
    NTSTATUS status = STATUS_SUCCESS;
    struct atom *a;

    if (!is_table(t))
        return STATUS_INVALID_PARAMETER;
    if (!number)
        return STATUS_INVALID_PARAMETER;
    RtlAcquireSRWLockShared(&t->lock);
    if (number < FIRST_ATOM) {
        chars = (ULONG)_snwprintf(integer, COUNT_OF(integer), L"#%u", number);
        text = integer;
    } else {
        a = by_number(t, number);
        if (!a) {
            RtlReleaseSRWLockShared(&t->lock);
            return STATUS_INVALID_HANDLE;
        }
        chars = a->chars;
        text = a->name;
        refs = a->references;
        pins = a->pinned;
    }
    if (references)
        *references = refs;
    if (pinned)
        *pinned = pins;
    if (name && name_bytes) {
        ULONG room = *name_bytes / sizeof(WCHAR);

        if (!room) {
            *name_bytes = chars * sizeof(WCHAR);
            status = STATUS_BUFFER_TOO_SMALL;
        } else { /* what fits, with its terminator */
            if (chars > room - 1)
                chars = room - 1;
            memcpy(name, text, chars * sizeof(WCHAR));
            name[chars] = 0;
            *name_bytes = chars * sizeof(WCHAR);
        }
    }
    RtlReleaseSRWLockShared(&t->lock);
    return status;
}

NTSTATUS NTAPI RtlEmptyAtomTable(PVOID table, BOOLEAN include_pinned)
{
    struct atom_table *t = table;

    if (!is_table(t))
        return STATUS_INVALID_PARAMETER;
    RtlAcquireSRWLockExclusive(&t->lock);
    for (ULONG i = 0; i < t->slots; i++)
        if (t->by_number[i] && (include_pinned || !t->by_number[i]->pinned))
            remove_atom(t, t->by_number[i]);
    RtlReleaseSRWLockExclusive(&t->lock);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlDestroyAtomTable(PVOID table)
{
    struct atom_table *t = table;
    NTSTATUS status = RtlEmptyAtomTable(table, TRUE);

    if (status < 0)
        return status;
    t->signature = 0;
    RtlFreeHeap(rtl_heap(), 0, t->by_number);
    RtlFreeHeap(rtl_heap(), 0, t);
    return STATUS_SUCCESS;
}
