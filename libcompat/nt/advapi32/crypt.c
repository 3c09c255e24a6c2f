/*
 * The old cryptography interface: contexts, which are good for random bytes and hashes (crypt_hash.c). Keys
 * are not there.
 */
#include "crypt.h"

struct context *context_of(HCRYPTPROV provider)
{
    struct context *context = (struct context *)provider;

    if (context && context->magic == CONTEXT_MAGIC)
        return context;
    fail(ERROR_INVALID_PARAMETER);
    return NULL;
}

BOOL WINAPI CryptAcquireContextW(HCRYPTPROV *provider, LPCWSTR container, LPCWSTR name, DWORD type,
                                 DWORD flags)
{
    struct context *context;

    (void)name;
    if (!provider)
        return fail(ERROR_INVALID_PARAMETER);
    if (!type || type > 999)
        return fail((DWORD)NTE_BAD_PROV_TYPE);
    if (type != PROV_RSA_FULL && type != PROV_RSA_AES && type != PROV_RNG && type != PROV_RSA_SCHANNEL)
        return fail((DWORD)NTE_PROV_TYPE_NOT_DEF);
    /* there are no stored keys: only a context that needs none can be had */
    if (!(flags & CRYPT_VERIFYCONTEXT))
        return fail((DWORD)(flags & CRYPT_NEWKEYSET ? NTE_PERM : NTE_BAD_KEYSET));
    if (container && *container)
        return fail((DWORD)NTE_BAD_FLAGS);
    context = heap_alloc(sizeof(*context));
    if (!context)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    context->magic = CONTEXT_MAGIC;
    context->references = 1;
    context->type = type;
    *provider = (HCRYPTPROV)context;
    return TRUE;
}

BOOL WINAPI CryptAcquireContextA(HCRYPTPROV *provider, LPCSTR container, LPCSTR name, DWORD type,
                                 DWORD flags)
{
    WCHAR *wide = wide_copy(container);
    BOOL done = container && !wide ? FALSE
                                   : CryptAcquireContextW(provider, wide, NULL, type, flags);

    (void)name;
    heap_free(wide);
    return done;
}

BOOL WINAPI CryptContextAddRef(HCRYPTPROV provider, DWORD *reserved, DWORD flags)
{
    struct context *context = context_of(provider);

    if (!context || reserved || flags)
        return fail(ERROR_INVALID_PARAMETER);
    InterlockedIncrement(&context->references);
    return TRUE;
}

BOOL WINAPI CryptReleaseContext(HCRYPTPROV provider, DWORD flags)
{
    struct context *context = context_of(provider);

    if (!context)
        return FALSE;
    if (!InterlockedDecrement(&context->references)) {
        context->magic = 0;
        heap_free(context);
    }
    /* documented: the context is released all the same */
    return flags ? fail((DWORD)NTE_BAD_FLAGS) : TRUE;
}

BOOL WINAPI CryptGenRandom(HCRYPTPROV provider, DWORD size, BYTE *buffer)
{
    if (!context_of(provider))
        return FALSE;
    if (!buffer)
        return fail(ERROR_INVALID_PARAMETER);
    return ProcessPrng(buffer, size);
}
