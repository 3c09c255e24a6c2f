/* What the files of shlwapi share. */
#ifndef LIBCOMPAT_NT_SHLW_H
#define LIBCOMPAT_NT_SHLW_H

#define _SHLWAPI_
#define NO_SHLWAPI_STRFCNS_INLINE
#include "libcompat/nt/include/win32.h"
/* The header has it without its result. */
#define PathUnquoteSpacesW header_PathUnquoteSpacesW
#include <shlwapi.h>
#undef PathUnquoteSpacesW
BOOL WINAPI PathUnquoteSpacesW(LPWSTR path);

#endif
