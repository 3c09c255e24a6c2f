/*
 * Atoms: numbers for strings. Local ones are the process's, in a table of ntdll's; global ones are
 * the session's. An atom below C000h is its own number, written "#123" as a string.
 */
#include "kernelbase.h"

#define FIRST_STRING_ATOM 0xc000u
#define LONGEST_NAME 255u

/* Owner: this file; set once by an interlocked exchange, or by InitAtomTable before first use. */
static PVOID local_table;

static PVOID table(void)
{
    PVOID made = NULL;

    if (local_table)
        return local_table;
    if (!set_status(RtlCreateAtomTable(37, &made)))
        return NULL;
    if (InterlockedCompareExchangePointer(&local_table, made, NULL))
        RtlDestroyAtomTable(made);
    return local_table;
}

BOOL WINAPI InitAtomTable(DWORD buckets)
{
    PVOID made = NULL;

    if (local_table)
        return TRUE;
    if (!set_status(RtlCreateAtomTable(buckets > 4 && buckets < 512 ? buckets : 37, &made)))
        return FALSE;
    if (InterlockedCompareExchangePointer(&local_table, made, NULL))
        RtlDestroyAtomTable(made);
    return TRUE;
}

/* "#123" or a number in place of a pointer. 0: it is a name; FALSE: last error set. */
static BOOL integer_atom(const WCHAR *name, ATOM *atom)
{
    ULONG value = 0;

    *atom = 0;
    if ((ULONG_PTR)name <= 0xffff) {
        value = (ULONG)(ULONG_PTR)name;
    } else if (name[0] == L'#' && name[1]) {
        for (const WCHAR *at = name + 1; *at; at++) {
            if (*at < L'0' || *at > L'9')
                return TRUE;
            if (value < 0x10000)
                value = value * 10 + (ULONG)(*at - L'0');
        }
    } else {
        if (!*name)
            return fail(ERROR_INVALID_NAME);
        return wcslen(name) <= LONGEST_NAME ? TRUE : fail(ERROR_INVALID_PARAMETER);
    }
    if (!value || value >= FIRST_STRING_ATOM)
        return fail(ERROR_INVALID_PARAMETER);
    *atom = (ATOM)value;
    return TRUE;
}

static ATOM local_atom(const WCHAR *name, BOOL add)
{
    RTL_ATOM atom = 0;

    if (!integer_atom(name, &atom) || atom || !table())
        return atom;
    return set_status(add ? RtlAddAtomToAtomTable(local_table, name, &atom)
                          : RtlLookupAtomInAtomTable(local_table, name, &atom))
               ? atom
               : 0;
}

static ATOM global_atom(const WCHAR *name, BOOL add)
{
    USHORT atom = 0;
    ULONG bytes;

    if (!integer_atom(name, &atom) || atom)
        return atom;
    bytes = (ULONG)(wcslen(name) * sizeof(*name));
    return set_status(add ? NtAddAtom((PWSTR)name, bytes, &atom)
                          : NtFindAtom((PWSTR)name, bytes, &atom))
               ? atom
               : 0;
}

ATOM WINAPI AddAtomW(LPCWSTR name)
{
    return local_atom(name, TRUE);
}

ATOM WINAPI FindAtomW(LPCWSTR name)
{
    return local_atom(name, FALSE);
}

ATOM WINAPI GlobalAddAtomW(LPCWSTR name)
{
    return global_atom(name, TRUE);
}

ATOM WINAPI GlobalAddAtomExW(LPCWSTR name, DWORD flags)
{
    if (flags) {
        fail(ERROR_INVALID_PARAMETER);
        return 0;
    }
    return global_atom(name, TRUE);
}

ATOM WINAPI GlobalFindAtomW(LPCWSTR name)
{
    return global_atom(name, FALSE);
}

static ATOM narrow_name(LPCSTR name, ATOM (*function)(const WCHAR *, BOOL), BOOL add)
{
    if ((ULONG_PTR)name <= 0xffff)
        return function((const WCHAR *)name, add);
    WIDE_ANSI(wide, name, 0);
    return function(wide.text, add);
}

ATOM WINAPI AddAtomA(LPCSTR name)
{
    return narrow_name(name, local_atom, TRUE);
}

ATOM WINAPI FindAtomA(LPCSTR name)
{
    return narrow_name(name, local_atom, FALSE);
}

ATOM WINAPI GlobalAddAtomA(LPCSTR name)
{
    return narrow_name(name, global_atom, TRUE);
}

ATOM WINAPI GlobalFindAtomA(LPCSTR name)
{
    return narrow_name(name, global_atom, FALSE);
}

/* These two give 0 for success and the atom back for a failure. */
ATOM WINAPI DeleteAtom(ATOM atom)
{
    if (atom < FIRST_STRING_ATOM)
        return 0;
    if (!local_table) {
        fail(ERROR_INVALID_HANDLE);
        return atom;
    }
    return set_status(RtlDeleteAtomFromAtomTable(local_table, atom)) ? 0 : atom;
}

ATOM WINAPI GlobalDeleteAtom(ATOM atom)
{
    if (atom < FIRST_STRING_ATOM)
        return 0;
    return set_status(NtDeleteAtom(atom)) ? 0 : atom;
}

/* The name with its NUL, at most 256 units; its length, 0 with the last error set. */
static UINT atom_name(ATOM atom, BOOL global, WCHAR *name)
{
    if (!atom) {
        fail(ERROR_INVALID_PARAMETER);
        return 0;
    }
    if (atom < FIRST_STRING_ATOM) {
        WCHAR digits[6];
        UINT n = 0, length = 0;

        name[length++] = L'#';
        for (UINT value = atom; value; value /= 10)
            digits[n++] = (WCHAR)(L'0' + value % 10);
        while (n)
            name[length++] = digits[--n];
        name[length] = 0;
        return length;
    }
    if (global) {
        /* ATOM_BASIC_INFORMATION: use count, flags, bytes of the name, the name */
        struct {
            USHORT uses, flags, bytes;
            WCHAR name[LONGEST_NAME + 1];
        } information;

        if (!set_status(NtQueryInformationAtom(atom, 0, &information, sizeof(information), NULL)))
            return 0;
        memcpy(name, information.name, information.bytes);
        name[information.bytes / sizeof(WCHAR)] = 0;
        return information.bytes / sizeof(WCHAR);
    } else {
        ULONG bytes = (LONGEST_NAME + 1) * sizeof(WCHAR);

        if (!local_table) {
            fail(ERROR_INVALID_HANDLE);
            return 0;
        }
        if (!set_status(RtlQueryAtomInAtomTable(local_table, atom, NULL, NULL, name, &bytes)))
            return 0;
        return bytes / sizeof(WCHAR);
    }
}

static UINT give(ATOM atom, BOOL global, WCHAR *buffer, int size)
{
    WCHAR name[LONGEST_NAME + 1];
    UINT length;

    if (size <= 0 || !buffer) {
        fail(ERROR_MORE_DATA);
        return 0;
    }
    length = atom_name(atom, global, name);
    if (!length)
        return 0;
    if (length >= (UINT)size) { /* cut, with a NUL */
        length = (UINT)size - 1;
        fail(ERROR_MORE_DATA);
    }
    memcpy(buffer, name, length * sizeof(*buffer));
    buffer[length] = 0;
    return length;
}

static UINT give_narrow(ATOM atom, BOOL global, CHAR *buffer, int size)
{
    WCHAR name[LONGEST_NAME + 1];
    UINT length;

    if (size <= 0 || !buffer) {
        fail(ERROR_MORE_DATA);
        return 0;
    }
    length = atom_name(atom, global, name);
    if (!length)
        return 0;
    length = narrow_ansi(name, length, buffer, (DWORD)size);
    if (length >= (UINT)size) {
        fail(ERROR_MORE_DATA);
        return 0;
    }
    return length;
}

UINT WINAPI GetAtomNameW(ATOM atom, LPWSTR buffer, int size)
{
    return give(atom, FALSE, buffer, size);
}

UINT WINAPI GlobalGetAtomNameW(ATOM atom, LPWSTR buffer, int size)
{
    return give(atom, TRUE, buffer, size);
}

UINT WINAPI GetAtomNameA(ATOM atom, LPSTR buffer, int size)
{
    return give_narrow(atom, FALSE, buffer, size);
}

UINT WINAPI GlobalGetAtomNameA(ATOM atom, LPSTR buffer, int size)
{
    return give_narrow(atom, TRUE, buffer, size);
}
