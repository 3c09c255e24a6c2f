/* Common to the sources of dbghelp. */
#ifndef DBGHELP_PRIVATE_H
#define DBGHELP_PRIVATE_H

#include "libcompat/nt/include/win32.h"
#include <psapi.h>
/* The header has no other way to say that its functions are one's own. */
#undef DECLSPEC_IMPORT
#define DECLSPEC_IMPORT
#include <dbghelp.h>

#endif
