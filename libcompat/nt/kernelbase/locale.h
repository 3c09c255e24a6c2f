/*
 * What locale.c gives to locale_format.c.
 */
#ifndef LIBCOMPAT_NT_KERNELBASE_LOCALE_H
#define LIBCOMPAT_NT_KERNELBASE_LOCALE_H

#include "nls.h"

/* Locale by name (NULL: the user's) or id; NULL: there is none, last error untouched. */
const WCHAR *locale_name_of(LCID id);

/* The text of an LCTYPE without user overrides; 0 units: last error set. `buffer` has `size`. */
int locale_text(LPCWSTR locale, LCTYPE type, WCHAR *buffer, int size);

/* The number of an LCTYPE that is one. */
DWORD locale_number(LPCWSTR locale, LCTYPE type);

#endif
