/*
 * The C library part of ntdll. The header's inline and macro forms of these functions are put away, so
 * that the files can define them.
 */
#ifndef NTDLL_CRT_PRIVATE_H
#define NTDLL_CRT_PRIVATE_H

#define __CRT__NO_INLINE
#define _CTYPE_DISABLE_MACROS
#include "rtl_private.h"
#include <string.h>
#include <wchar.h>
#include <ctype.h>
#include <stdlib.h>
#undef wcschr
#undef wcsrchr
#undef wcsstr
#undef wcspbrk
#undef _strcmpi

int __cdecl _snwprintf(WCHAR *dst, size_t room, const WCHAR *format, ...);

#undef iswdigit
#undef iswalpha
#undef iswlower
#undef iswspace
#undef iswxdigit
#undef iswctype

#endif
