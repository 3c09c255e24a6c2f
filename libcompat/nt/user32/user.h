/* What the files of user32 share. */
#ifndef LIBCOMPAT_NT_USER_H
#define LIBCOMPAT_NT_USER_H

#define _USER32_
#include "libcompat/nt/include/win32.h"

#endif
