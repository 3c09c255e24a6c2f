/* What the files of oleaut32 share. */
#ifndef LIBCOMPAT_NT_OLEAUT_H
#define LIBCOMPAT_NT_OLEAUT_H

#define _OLEAUT32_
#define COBJMACROS
#include "libcompat/nt/include/win32.h"
#include <objbase.h>
#include <oleauto.h>

#endif
