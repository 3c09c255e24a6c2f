/* Everything of the NT personality's layouts and constants. */
#ifndef ABI_NT_NT_H
#define ABI_NT_NT_H

#include "abi/nt/types.h"
#include "abi/nt/winnt.h"
#include "abi/nt/status.h"
#include "abi/nt/ex.h"
#include "abi/nt/io.h"
#include "abi/nt/ps.h"
#include "abi/nt/kuser.h"
#ifdef _WIN32
#include "libcompat/nt/include/ntapi.h"
#endif

#endif
