/* Random bytes. */
#include "cng.h"

BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size);

NTSTATUS WINAPI BCryptGenRandom(BCRYPT_ALG_HANDLE handle, PUCHAR buffer, ULONG size, ULONG flags)
{
    struct provider provider;

    /* BCRYPT_RNG_USE_ENTROPY_IN_BUFFER is ignored since Windows 8. */
    if (flags & ~(ULONG)(BCRYPT_RNG_USE_ENTROPY_IN_BUFFER | BCRYPT_USE_SYSTEM_PREFERRED_RNG))
        return STATUS_INVALID_PARAMETER;
    if (flags & BCRYPT_USE_SYSTEM_PREFERRED_RNG) {
        if (handle)
            return STATUS_INVALID_PARAMETER;
    } else if (!provider_of(handle, &provider) || provider.algorithm->kind != KIND_RNG) {
        return STATUS_INVALID_HANDLE;
    }
    if (!buffer)
        return size ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
    ProcessPrng(buffer, size);
    return STATUS_SUCCESS;
}
