/*
 * Hashes of the old interface, carried out by bcrypt, which is loaded when the first is made: most
 * programs that link this library never make one.
 */
#include "crypt.h"

#include <bcrypt.h>

#define HASH_MAGIC 0x68737243u

struct hash {
    ULONG magic;
    ALG_ID algorithm;
    DWORD size;
    BCRYPT_HASH_HANDLE handle;
    BOOL finished;
    BYTE value[64]; /* when finished */
};

static const struct {
    ALG_ID id;
    DWORD size;
    const WCHAR *name;
    BOOL enhanced; /* not of PROV_RSA_FULL */
} algorithms[] = {
    {CALG_MD4, 16, BCRYPT_MD4_ALGORITHM, FALSE},       {CALG_MD5, 16, BCRYPT_MD5_ALGORITHM, FALSE},
    {CALG_SHA1, 20, BCRYPT_SHA1_ALGORITHM, FALSE},     {CALG_SHA_256, 32, BCRYPT_SHA256_ALGORITHM, TRUE},
    {CALG_SHA_384, 48, BCRYPT_SHA384_ALGORITHM, TRUE}, {CALG_SHA_512, 64, BCRYPT_SHA512_ALGORITHM, TRUE},
};

struct functions {
    __typeof__(&BCryptOpenAlgorithmProvider) open;
    __typeof__(&BCryptCloseAlgorithmProvider) close;
    __typeof__(&BCryptCreateHash) create;
    __typeof__(&BCryptHashData) data;
    __typeof__(&BCryptFinishHash) finish;
    __typeof__(&BCryptDuplicateHash) duplicate;
    __typeof__(&BCryptDestroyHash) destroy;
};

/* NULL: the library is not there. Filled in whole before `ready` is set, always with the same. */
static const struct functions *bcrypt(void)
{
    static struct functions f;
    static LONG ready;
    struct functions found;
    HMODULE library;

    if (InterlockedCompareExchange(&ready, 0, 0))
        return &f;
    library = LoadLibraryExW(L"bcrypt.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
    if (!library)
        return NULL;
    found.open = (PVOID)GetProcAddress(library, "BCryptOpenAlgorithmProvider");
    found.close = (PVOID)GetProcAddress(library, "BCryptCloseAlgorithmProvider");
    found.create = (PVOID)GetProcAddress(library, "BCryptCreateHash");
    found.data = (PVOID)GetProcAddress(library, "BCryptHashData");
    found.finish = (PVOID)GetProcAddress(library, "BCryptFinishHash");
    found.duplicate = (PVOID)GetProcAddress(library, "BCryptDuplicateHash");
    found.destroy = (PVOID)GetProcAddress(library, "BCryptDestroyHash");
    f = found;
    InterlockedExchange(&ready, 1);
    return &f;
}

static struct hash *hash_of(HCRYPTHASH handle)
{
    struct hash *hash = (struct hash *)handle;

    if (hash && hash->magic == HASH_MAGIC)
        return hash;
    fail(ERROR_INVALID_HANDLE);
    return NULL;
}

BOOL WINAPI CryptCreateHash(HCRYPTPROV provider, ALG_ID id, HCRYPTKEY key, DWORD flags, HCRYPTHASH *handle)
{
    struct context *context = context_of(provider);
    const struct functions *f;
    BCRYPT_ALG_HANDLE algorithm;
    struct hash *hash;
    ULONG i;
    NTSTATUS status;

    if (!context)
        return FALSE;
    if (!handle)
        return fail(ERROR_INVALID_PARAMETER);
    if (flags)
        return fail((DWORD)NTE_BAD_FLAGS);
    if (key)
        return fail((DWORD)NTE_BAD_KEY);
    for (i = 0; i < ARRAYSIZE(algorithms) && algorithms[i].id != id; i++)
        continue;
    if (i == ARRAYSIZE(algorithms) || context->type == PROV_RNG ||
        (algorithms[i].enhanced && context->type == PROV_RSA_FULL))
        return fail((DWORD)NTE_BAD_ALGID);
    f = bcrypt();
    if (!f)
        return FALSE;
    hash = heap_zalloc(sizeof(*hash));
    if (!hash)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    hash->algorithm = id;
    hash->size = algorithms[i].size;
    status = f->open(&algorithm, algorithms[i].name, NULL, 0);
    if (NT_SUCCESS(status)) {
        status = f->create(algorithm, &hash->handle, NULL, 0, NULL, 0, 0);
        f->close(algorithm, 0);
    }
    if (!NT_SUCCESS(status)) {
        heap_free(hash);
        return status == STATUS_NOT_FOUND ? fail((DWORD)NTE_BAD_ALGID) : set_status(status);
    }
    hash->magic = HASH_MAGIC;
    *handle = (HCRYPTHASH)hash;
    return TRUE;
}

BOOL WINAPI CryptHashData(HCRYPTHASH handle, const BYTE *data, DWORD size, DWORD flags)
{
    struct hash *hash = hash_of(handle);

    if (!hash)
        return FALSE;
    if (flags)
        return fail((DWORD)NTE_BAD_FLAGS);
    if (hash->finished)
        return fail((DWORD)NTE_BAD_HASH_STATE);
    if (!data && size)
        return fail(ERROR_INVALID_PARAMETER);
    return set_status(bcrypt()->data(hash->handle, (PUCHAR)data, size, 0));
}

BOOL WINAPI CryptGetHashParam(HCRYPTHASH handle, DWORD parameter, BYTE *data, DWORD *size, DWORD flags)
{
    struct hash *hash = hash_of(handle);
    const void *from;
    DWORD needed = sizeof(DWORD);

    if (!hash)
        return FALSE;
    if (flags)
        return fail((DWORD)NTE_BAD_FLAGS);
    if (!size)
        return fail(ERROR_INVALID_PARAMETER);
    switch (parameter) {
    case HP_ALGID:
        from = &hash->algorithm;
        break;
    case HP_HASHSIZE:
        from = &hash->size;
        break;
    case HP_HASHVAL:
        needed = hash->size;
        from = hash->value;
        break;
    default:
        return fail((DWORD)NTE_BAD_TYPE);
    }
    if (!data) {
        *size = needed;
        return TRUE;
    }
    if (*size < needed) {
        *size = needed;
        return fail(ERROR_MORE_DATA);
    }
    /* asking for the value ends the hash */
    if (parameter == HP_HASHVAL && !hash->finished) {
        if (!set_status(bcrypt()->finish(hash->handle, hash->value, hash->size, 0)))
            return FALSE;
        hash->finished = TRUE;
    }
    memcpy(data, from, needed);
    *size = needed;
    return TRUE;
}

BOOL WINAPI CryptDuplicateHash(HCRYPTHASH handle, DWORD *reserved, DWORD flags, HCRYPTHASH *copy)
{
    struct hash *hash = hash_of(handle), *fresh;
    NTSTATUS status;

    if (!hash)
        return FALSE;
    if (reserved || flags || !copy)
        return fail(ERROR_INVALID_PARAMETER);
    fresh = heap_alloc(sizeof(*fresh));
    if (!fresh)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    *fresh = *hash;
    status = bcrypt()->duplicate(hash->handle, &fresh->handle, NULL, 0, 0);
    if (!NT_SUCCESS(status)) {
        heap_free(fresh);
        return set_status(status);
    }
    *copy = (HCRYPTHASH)fresh;
    return TRUE;
}

BOOL WINAPI CryptDestroyHash(HCRYPTHASH handle)
{
    struct hash *hash = hash_of(handle);

    if (!hash)
        return FALSE;
    bcrypt()->destroy(hash->handle);
    hash->magic = 0;
    heap_free(hash);
    return TRUE;
}
