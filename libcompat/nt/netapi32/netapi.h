/* Common to the sources of netapi32. */
#ifndef NETAPI_H
#define NETAPI_H

#include "libcompat/nt/include/win32.h"
#include <lm.h>

#endif
