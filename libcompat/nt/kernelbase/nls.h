/*
 * What the text files of kernelbase share: characters (unicode.c), code pages (codepage.c), locales
 * (locale.c). Stateless; callable from any thread.
 */
#ifndef LIBCOMPAT_NT_KERNELBASE_NLS_H
#define LIBCOMPAT_NT_KERNELBASE_NLS_H

#define _NORMALIZE_
#define _USER32_
#include "kernelbase.h"

/* CT_CTYPE1..3 of a UTF-16 unit. */
WORD char_type(DWORD kind, WCHAR c);

/* Canonical combining class of a code point; 0 for a starter. */
BYTE combining_class(DWORD c);

/*
 * The full decomposition of a code point, canonical or also compatible. Writes up to 18 units to
 * `out`; returns their number, 0 when the character is its own decomposition.
 */
#define MAXIMUM_DECOMPOSITION 18
UINT decompose(DWORD c, BOOL compatible, WCHAR *out);

/* The composition of two code points, 0 when there is none. */
DWORD compose(DWORD first, DWORD second);

/* The code page that a CP_* value stands for; what is none of them as it is. */
UINT real_code_page(UINT page);

static inline BOOL is_high_surrogate(WCHAR c)
{
    return (c & 0xfc00) == 0xd800;
}

static inline BOOL is_low_surrogate(WCHAR c)
{
    return (c & 0xfc00) == 0xdc00;
}

#endif
