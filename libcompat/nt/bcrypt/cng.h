/*
 * Common to the sources of bcrypt: algorithms, the objects that handles stand for, the device that does the
 * work. A handle is the address of an object that begins with a magic number; small numbers stand for
 * providers of well-known algorithms.
 */
#ifndef BCRYPT_CNG_H
#define BCRYPT_CNG_H

#include "libcompat/nt/include/win32.h"
#include <bcrypt.h>

#include "abi/nt/cng.h"

#ifndef STATUS_AUTH_TAG_MISMATCH
#define STATUS_AUTH_TAG_MISMATCH ((NTSTATUS)0xc000a002)
#endif

enum kind { KIND_RNG, KIND_HASH, KIND_CIPHER, KIND_KDF };

struct algorithm {
    const WCHAR *name;
    enum kind kind;
    ULONG cng;                 /* of a hash: enum cng_hash */
    ULONG digest, block;       /* bytes */
    ULONG handle, hmac_handle; /* pseudo-handles; 0: none */
};

#define PROVIDER_MAGIC 0x50474e52u
#define HASH_MAGIC 0x48474e52u
#define KEY_MAGIC 0x4b474e52u

struct provider {
    ULONG magic;
    const struct algorithm *algorithm;
    BOOL hmac, reusable;
    ULONG mode;    /* of a cipher: enum cng_mode */
    ULONG message; /* bytes that CFB handles at a time */
};

struct hash {
    ULONG magic;
    struct provider provider;
    HANDLE device;
    BOOL finished;
};

struct key {
    ULONG magic;
    struct provider provider;
    HANDLE device;
    ULONG size;
    BYTE bytes[32];
    BYTE iv[16]; /* BCRYPT_INITIALIZATION_VECTOR */
};

/* FALSE: no handle of a provider. */
BOOL provider_of(BCRYPT_ALG_HANDLE handle, struct provider *provider);
struct hash *hash_of(BCRYPT_HANDLE handle);
struct key *key_of(BCRYPT_HANDLE handle);
BOOL same_text(const WCHAR *a, const WCHAR *b);
/* The mode by its name; 0: none. */
ULONG mode_of(const WCHAR *name);
const WCHAR *mode_name(ULONG mode);

/* A new object of the device. STATUS_NOT_SUPPORTED where there is no such device. */
NTSTATUS device_open(HANDLE *device);
NTSTATUS device_call(HANDLE device, ULONG code, const void *in, ULONG in_size, void *out, ULONG out_size);

#endif
