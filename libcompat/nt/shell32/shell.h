/* What the files of shell32 share. */
#ifndef LIBCOMPAT_NT_SHELL_H
#define LIBCOMPAT_NT_SHELL_H

#define _SHELL32_
#define _SHFOLDER_
#include "libcompat/nt/include/win32.h"

#endif
