/* 8.3 names: is a name one already? (wdm.h: RtlIsNameLegalDOS8Dot3) */
#include "abi/nt/nt.h"

static BOOLEAN legal_character(WCHAR c)
{
    if (c < 0x20 || c > 0x7e)
        return FALSE;
    return wcschr(L"\"*+,/:;<=>?[\\]|", c) == NULL;
}

BOOLEAN NTAPI RtlIsNameLegalDOS8Dot3(const UNICODE_STRING *name, POEM_STRING oem,
                                     PBOOLEAN has_spaces)
{
    ULONG n = name->Length / sizeof(WCHAR), dot = n;
    BOOLEAN spaces = FALSE;

    if (n == 0 || n > 12)
        return FALSE;
    if (name->Buffer[0] == '.' && (n == 1 || (n == 2 && name->Buffer[1] == '.'))) {
        dot = 0;
    } else {
        for (ULONG i = 0; i < n; i++) {
            WCHAR c = name->Buffer[i];
            if (c == '.') {
                if (dot != n || i == 0 || i + 1 == n)
                    return FALSE;
                dot = i;
            } else if (c == ' ') {
                if (i == 0 || i + 1 == n || name->Buffer[i + 1] == '.' ||
                    name->Buffer[i - 1] == '.')
                    return FALSE;
                spaces = TRUE;
            } else if (!legal_character(c)) {
                return FALSE;
            }
        }
        if (dot > 8 || (dot < n && n - dot - 1 > 3))
            return FALSE;
    }
    if (oem) {
        if (oem->MaximumLength < n)
            return FALSE;
        for (ULONG i = 0; i < n; i++)
            oem->Buffer[i] = (CHAR)RtlUpcaseUnicodeChar(name->Buffer[i]);
        oem->Length = (USHORT)n;
    }
    if (has_spaces)
        *has_spaces = spaces;
    return TRUE;
}
