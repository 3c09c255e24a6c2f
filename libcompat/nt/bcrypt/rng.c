/*
 * The random number generators of CNG. Other algorithms are not there, and BCryptOpenAlgorithmProvider
 * says so.
 */
#include "libcompat/nt/include/win32.h"
#include <bcrypt.h>

BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size);

#define PROVIDER_MAGIC 0x50474e52u

struct provider {
    ULONG magic;
    const WCHAR *name;
};

static const WCHAR *const algorithms[] = {BCRYPT_RNG_ALGORITHM, BCRYPT_RNG_FIPS186_DSA_ALGORITHM,
                                          L"DUALECRNG"};

static BOOL same(const WCHAR *a, const WCHAR *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

NTSTATUS WINAPI BCryptOpenAlgorithmProvider(BCRYPT_ALG_HANDLE *handle, LPCWSTR algorithm,
                                            LPCWSTR implementation, ULONG flags)
{
    struct provider *provider;

    if (!handle || !algorithm)
        return STATUS_INVALID_PARAMETER;
    if (flags & ~(ULONG)(BCRYPT_PROV_DISPATCH | BCRYPT_ALG_HANDLE_HMAC_FLAG | 0x20))
        return STATUS_INVALID_PARAMETER;
    *handle = NULL;
    if (implementation && !same(implementation, MS_PRIMITIVE_PROVIDER))
        return STATUS_NOT_FOUND;
    for (ULONG i = 0; i < ARRAYSIZE(algorithms); i++) {
        if (!same(algorithm, algorithms[i]))
            continue;
        if (flags & BCRYPT_ALG_HANDLE_HMAC_FLAG)
            return STATUS_NOT_SUPPORTED;
        provider = heap_alloc(sizeof(*provider));
        if (!provider)
            return STATUS_NO_MEMORY;
        provider->magic = PROVIDER_MAGIC;
        provider->name = algorithms[i];
        *handle = provider;
        return STATUS_SUCCESS;
    }
    return STATUS_NOT_FOUND;
}

NTSTATUS WINAPI BCryptCloseAlgorithmProvider(BCRYPT_ALG_HANDLE handle, ULONG flags)
{
    struct provider *provider = handle;

    (void)flags;
    if (!provider || provider->magic != PROVIDER_MAGIC)
        return STATUS_INVALID_HANDLE;
    provider->magic = 0;
    heap_free(provider);
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptGetProperty(BCRYPT_HANDLE object, LPCWSTR property, PUCHAR output,
                                  ULONG size, ULONG *result, ULONG flags)
{
    struct provider *provider = object;
    ULONG needed;

    if (!provider || provider->magic != PROVIDER_MAGIC)
        return STATUS_INVALID_HANDLE;
    if (!property || !result || flags)
        return STATUS_INVALID_PARAMETER;
    if (!same(property, BCRYPT_ALGORITHM_NAME))
        return STATUS_NOT_SUPPORTED;
    needed = (wide_length(provider->name) + 1) * sizeof(WCHAR);
    *result = needed;
    if (!output)
        return STATUS_SUCCESS;
    if (size < needed)
        return STATUS_BUFFER_TOO_SMALL;
    memcpy(output, provider->name, needed);
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptGenRandom(BCRYPT_ALG_HANDLE handle, PUCHAR buffer, ULONG size, ULONG flags)
{
    struct provider *provider = handle;

    /* BCRYPT_RNG_USE_ENTROPY_IN_BUFFER is ignored since Windows 8. */
    if (flags & ~(ULONG)(BCRYPT_RNG_USE_ENTROPY_IN_BUFFER | BCRYPT_USE_SYSTEM_PREFERRED_RNG))
        return STATUS_INVALID_PARAMETER;
    if (flags & BCRYPT_USE_SYSTEM_PREFERRED_RNG) {
        if (handle)
            return STATUS_INVALID_PARAMETER;
    } else if ((ULONG_PTR)handle == 0x81) { /* BCRYPT_RNG_ALG_HANDLE, a pseudo-handle */
    } else if (!provider || provider->magic != PROVIDER_MAGIC) {
        return STATUS_INVALID_HANDLE;
    }
    if (!buffer)
        return size ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
    ProcessPrng(buffer, size);
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptGetFipsAlgorithmMode(BOOLEAN *enabled)
{
    if (!enabled)
        return STATUS_INVALID_PARAMETER;
    *enabled = FALSE;
    return STATUS_SUCCESS;
}
