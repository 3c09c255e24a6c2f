/* The old cryptography interface: what its sources share. */
#ifndef ADVAPI_CRYPT_H
#define ADVAPI_CRYPT_H

#include "advapi.h"

#include <wincrypt.h>

#define CONTEXT_MAGIC 0x70797243u

struct context {
    ULONG magic;
    LONG references;
    DWORD type;
};

/* NULL with last error ERROR_INVALID_PARAMETER. */
struct context *context_of(HCRYPTPROV provider);

#endif
