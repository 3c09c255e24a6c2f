/* What the files of combase share. */
#ifndef LIBCOMPAT_NT_COM_H
#define LIBCOMPAT_NT_COM_H

#define _OLE32_
#define _COMBASEAPI_
#define COBJMACROS
#include "libcompat/nt/include/win32.h"
#include <objbase.h>

BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size); /* bcryptprimitives */

/* Is COM initialised for the calling thread, or a multithreaded apartment there for all? */
BOOL com_initialized(void);

#endif
