/*
 * \Device\CNG: where bcrypt has its algorithms carried out. The codes and layouts are our own; on
 * NT they are not documented. An open file is one object: a hash or a key, set by its first
 * request.
 */
#ifndef ABI_NT_CNG_H
#define ABI_NT_CNG_H

#include <stdint.h>

#define CNG_CODE(n) (0x390800u | (n) << 2 | 3) /* FILE_DEVICE_KSEC, METHOD_NEITHER */
#define CNG_HASH_BEGIN CNG_CODE(0)             /* in: struct cng_hash_begin */
#define CNG_HASH_DATA CNG_CODE(1)              /* in: bytes */
#define CNG_HASH_END CNG_CODE(2)               /* out: the digest; the object begins anew */
#define CNG_HASH_COPY CNG_CODE(3)              /* in: a handle of another hash, 8 bytes */
#define CNG_KEY_BEGIN CNG_CODE(4)              /* in: the bytes of an AES key */
#define CNG_CRYPT CNG_CODE(5)                  /* in: struct cng_crypt; out: as long as its data */
#define CNG_PBKDF2 CNG_CODE(6)                 /* in: struct cng_pbkdf2; out: the key; any object */

enum cng_hash { CNG_MD4 = 1, CNG_MD5, CNG_SHA1, CNG_SHA256, CNG_SHA384, CNG_SHA512 };
enum cng_mode { CNG_ECB = 1, CNG_CBC, CNG_CFB8, CNG_CFB, CNG_GCM, CNG_CCM };

/* Addresses are the guest's. */
struct cng_hash_begin {
    uint32_t algorithm; /* enum cng_hash */
    uint32_t hmac;      /* with a secret */
    uint64_t secret;
    uint32_t secret_size;
    uint32_t reserved;
};

struct cng_crypt {
    uint32_t mode; /* enum cng_mode */
    uint32_t decrypt;
    uint64_t data;
    uint32_t data_size; /* ECB, CBC, CFB: whole blocks */
    uint32_t iv_size;
    uint64_t iv; /* 16 bytes, in and out; GCM, CCM: the nonce, in */
    uint64_t aad;
    uint32_t aad_size;
    uint32_t tag_size;
    uint64_t tag; /* out, also when decrypting: to compare */
};

struct cng_pbkdf2 {
    uint32_t algorithm;
    uint32_t password_size;
    uint64_t password;
    uint64_t salt;
    uint32_t salt_size;
    uint32_t iterations;
};

_Static_assert(sizeof(struct cng_hash_begin) == 24, "cng_hash_begin");
_Static_assert(sizeof(struct cng_crypt) == 56, "cng_crypt");
_Static_assert(sizeof(struct cng_pbkdf2) == 32, "cng_pbkdf2");

#endif
