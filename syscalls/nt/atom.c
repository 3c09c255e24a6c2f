/*
 * Atoms: NtAddAtom and its family. NT has one table for each window station; here it is this
 * process's.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "syscalls/nt/filename.h"
#include "syscalls/nt/nt.h"

#include "nt_handlers.h"

#define FIRST_STRING 0xc000u
#define STRINGS 0x4000u
#define NAME_UNITS 255u
#define BUCKETS 256u

#define ATOM_PINNED 1 /* flags of ATOM_BASIC_INFORMATION */

struct atom {
    uint16_t next; /* in its bucket: index + 1 */
    uint16_t uses, units;
    uint16_t name[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards all below */
static struct atom *atoms[STRINGS];
static uint16_t buckets[BUCKETS]; /* index + 1 */

/* A name as the calls get it. *atom is not 0 for a number: "#123", or an address that is one. */
static NTSTATUS get_name(const void *guest, ULONG length, uint16_t name[NAME_UNITS], size_t *units,
                         uint16_t *atom)
{
    uintptr_t value = (uintptr_t)guest;

    *atom = 0;
    if (!guest)
        return STATUS_INVALID_PARAMETER;
    if (value <= 0xffff) {
        if (value >= FIRST_STRING)
            return STATUS_INVALID_PARAMETER;
        *atom = (uint16_t)value;
        return STATUS_SUCCESS;
    }
    *units = length / sizeof(*name);
    if (length > NAME_UNITS * sizeof(*name))
        return STATUS_INVALID_PARAMETER;
    if (!guest_read(name, guest, *units * sizeof(*name)))
        return STATUS_ACCESS_VIOLATION;
    for (size_t i = 0; i < *units; i++)
        if (!name[i])
            *units = i;
    if (*units == 0)
        return STATUS_OBJECT_NAME_INVALID;
    if (name[0] != '#' || *units == 1)
        return STATUS_SUCCESS;
    uint32_t number = 0;
    for (size_t i = 1; i < *units; i++) {
        if (name[i] < '0' || name[i] > '9')
            return STATUS_SUCCESS;
        number = number * 10 + name[i] - '0';
        if (number >= FIRST_STRING)
            return STATUS_INVALID_PARAMETER;
    }
    if (!number)
        return STATUS_INVALID_PARAMETER;
    *atom = (uint16_t)number;
    return STATUS_SUCCESS;
}

/* Under the lock: its index, or STRINGS. */
static uint32_t find(const uint16_t *name, size_t units)
{
    for (uint32_t i = buckets[nt_name_hash(name, units) % BUCKETS]; i; i = atoms[i - 1]->next)
        if (nt_name_equal(atoms[i - 1]->name, atoms[i - 1]->units, name, units))
            return i - 1;
    return STRINGS;
}

static NTSTATUS add(const uint16_t *name, size_t units, uint32_t *index)
{
    uint32_t i = find(name, units);

    if (i < STRINGS) {
        if (atoms[i]->uses < UINT16_MAX) /* one that was added so often stays */
            atoms[i]->uses++;
        *index = i;
        return STATUS_SUCCESS;
    }
    for (i = 0; i < STRINGS && atoms[i]; i++)
        ;
    struct atom *a = i < STRINGS ? malloc(sizeof(*a) + units * sizeof(*name)) : NULL;
    if (!a)
        return STATUS_NO_MEMORY;
    uint16_t *bucket = &buckets[nt_name_hash(name, units) % BUCKETS];
    a->next = *bucket;
    a->uses = 1;
    a->units = (uint16_t)units;
    memcpy(a->name, name, units * sizeof(*name));
    *bucket = (uint16_t)(i + 1);
    atoms[i] = a;
    *index = i;
    return STATUS_SUCCESS;
}

static void drop(uint32_t i)
{
    struct atom *a = atoms[i];

    if (a->uses == UINT16_MAX || --a->uses)
        return;
    uint16_t *link = &buckets[nt_name_hash(a->name, a->units) % BUCKETS];
    while (*link != i + 1)
        link = &atoms[*link - 1]->next;
    *link = a->next;
    atoms[i] = NULL;
    free(a);
}

static NTSTATUS add_or_find(const void *guest, ULONG length, USHORT *out, bool adding)
{
    uint16_t name[NAME_UNITS], atom;
    uint32_t index = 0;
    size_t units;
    NTSTATUS status = get_name(guest, length, name, &units, &atom);

    if (!NT_SUCCESS(status))
        return status;
    if (!atom) {
        pthread_mutex_lock(&lock);
        if (adding)
            status = add(name, units, &index);
        else if ((index = find(name, units)) == STRINGS)
            status = STATUS_OBJECT_NAME_NOT_FOUND;
        pthread_mutex_unlock(&lock);
        if (!NT_SUCCESS(status))
            return status;
        atom = (uint16_t)(FIRST_STRING + index);
    }
    return !out || guest_put(out, atom) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

NTSTATUS NtAddAtom(struct nt_thread *t, const void *AtomName, ULONG Length, USHORT *Atom)
{
    (void)t;
    return add_or_find(AtomName, Length, Atom, true);
}

NTSTATUS NtAddAtomEx(struct nt_thread *t, const void *AtomName, ULONG Length, USHORT *Atom,
                     ULONG Flags)
{
    if (Flags & ~2u) /* 2: in the global table, of which there is one */
        return STATUS_INVALID_PARAMETER;
    return NtAddAtom(t, AtomName, Length, Atom);
}

NTSTATUS NtFindAtom(struct nt_thread *t, const void *AtomName, ULONG Length, USHORT *Atom)
{
    (void)t;
    return add_or_find(AtomName, Length, Atom, false);
}

NTSTATUS NtDeleteAtom(struct nt_thread *t, USHORT Atom)
{
    NTSTATUS status = STATUS_SUCCESS;

    (void)t;
    if (Atom < FIRST_STRING)
        return Atom ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
    pthread_mutex_lock(&lock);
    if (atoms[Atom - FIRST_STRING])
        drop(Atom - FIRST_STRING);
    else
        status = STATUS_INVALID_HANDLE;
    pthread_mutex_unlock(&lock);
    return status;
}

/* USHORT uses, flags, bytes of the name; the name with a NUL. */
static NTSTATUS query_basic(USHORT atom, void *out, ULONG length, ULONG *returned)
{
    uint16_t info[3 + NAME_UNITS + 1] = {1, ATOM_PINNED};
    size_t units = 0;

    if (atom == 0)
        return STATUS_INVALID_PARAMETER;
    if (atom < FIRST_STRING) {
        uint16_t digits[5];
        size_t n = 0;
        info[3 + units++] = '#';
        for (unsigned value = atom; value; value /= 10)
            digits[n++] = (uint16_t)('0' + value % 10);
        while (n)
            info[3 + units++] = digits[--n];
    } else {
        pthread_mutex_lock(&lock);
        const struct atom *a = atoms[atom - FIRST_STRING];
        if (a) {
            info[0] = a->uses;
            info[1] = a->uses == UINT16_MAX ? ATOM_PINNED : 0;
            units = a->units;
            memcpy(info + 3, a->name, units * sizeof(*info));
        }
        pthread_mutex_unlock(&lock);
        if (!units)
            return STATUS_INVALID_HANDLE;
    }
    info[2] = (uint16_t)(units * sizeof(*info));
    ULONG size = (ULONG)((3 + units + 1) * sizeof(*info));
    if (returned && !guest_put(returned, size))
        return STATUS_ACCESS_VIOLATION;
    if (length < 4 * sizeof(*info))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (length < size)
        return STATUS_BUFFER_TOO_SMALL;
    return guest_write(out, info, size) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

/* ULONG count; the atoms. */
static NTSTATUS query_table(void *out, ULONG length, ULONG *returned)
{
    struct {
        ULONG count;
        uint16_t atoms[STRINGS];
    } *info = malloc(sizeof(*info));

    if (!info)
        return STATUS_NO_MEMORY;
    info->count = 0;
    pthread_mutex_lock(&lock);
    for (uint32_t i = 0; i < STRINGS; i++)
        if (atoms[i])
            info->atoms[info->count++] = (uint16_t)(FIRST_STRING + i);
    pthread_mutex_unlock(&lock);
    ULONG size = (ULONG)(sizeof(info->count) + info->count * sizeof(info->atoms[0]));
    NTSTATUS status = STATUS_SUCCESS;
    if (returned && !guest_put(returned, size))
        status = STATUS_ACCESS_VIOLATION;
    else if (length < size)
        status = STATUS_INFO_LENGTH_MISMATCH;
    else if (!guest_write(out, info, size))
        status = STATUS_ACCESS_VIOLATION;
    free(info);
    return status;
}

NTSTATUS NtQueryInformationAtom(struct nt_thread *t, USHORT Atom, ULONG AtomInformationClass,
                                void *AtomInformation, ULONG AtomInformationLength,
                                ULONG *ReturnLength)
{
    (void)t;
    switch (AtomInformationClass) {
    case 0: /* AtomBasicInformation */
        return query_basic(Atom, AtomInformation, AtomInformationLength, ReturnLength);
    case 1: /* AtomTableInformation */
        return query_table(AtomInformation, AtomInformationLength, ReturnLength);
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}
