/* What the files of advapi32 share. */
#ifndef LIBCOMPAT_NT_ADVAPI_H
#define LIBCOMPAT_NT_ADVAPI_H

#define _ADVAPI32_
#define WINIMPM
#include "libcompat/nt/include/win32.h"

/* bcryptprimitives: always fills the buffer. */
BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size);

#endif
