/* Hashes, with a secret (HMAC) or without. */
#include "cng.h"

struct hash *hash_of(BCRYPT_HANDLE handle)
{
    struct hash *hash = handle;

    return (ULONG_PTR)handle >= 0x10000 && hash->magic == HASH_MAGIC ? hash : NULL;
}

static NTSTATUS begin(HANDLE *device, const struct provider *p, const void *secret, ULONG size)
{
    struct cng_hash_begin request = {.algorithm = p->algorithm->cng,
                                     .hmac = p->hmac != FALSE,
                                     .secret = (ULONG_PTR)secret,
                                     .secret_size = size};
    NTSTATUS status = device_open(device);

    if (!NT_SUCCESS(status))
        return status;
    status = device_call(*device, CNG_HASH_BEGIN, &request, sizeof(request), NULL, 0);
    if (!NT_SUCCESS(status))
        NtClose(*device);
    return status;
}

NTSTATUS WINAPI BCryptCreateHash(BCRYPT_ALG_HANDLE algorithm, BCRYPT_HASH_HANDLE *handle, PUCHAR object,
                                 ULONG object_size, PUCHAR secret, ULONG secret_size, ULONG flags)
{
    struct provider provider;
    struct hash *hash;
    NTSTATUS status;

    if (!provider_of(algorithm, &provider))
        return STATUS_INVALID_HANDLE;
    if (!handle || (flags & ~(ULONG)BCRYPT_HASH_REUSABLE_FLAG) || (!secret && secret_size))
        return STATUS_INVALID_PARAMETER;
    if (provider.algorithm->kind != KIND_HASH)
        return STATUS_NOT_SUPPORTED;
    if (secret && !provider.hmac)
        return STATUS_INVALID_PARAMETER;
    if (object && object_size && object_size < sizeof(*hash))
        return STATUS_BUFFER_TOO_SMALL;
    hash = heap_zalloc(sizeof(*hash));
    if (!hash)
        return STATUS_NO_MEMORY;
    hash->provider = provider;
    hash->provider.reusable |= flags & BCRYPT_HASH_REUSABLE_FLAG ? TRUE : FALSE;
    status = begin(&hash->device, &provider, secret, secret_size);
    if (!NT_SUCCESS(status)) {
        heap_free(hash);
        return status;
    }
    hash->magic = HASH_MAGIC;
    *handle = hash;
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptHashData(BCRYPT_HASH_HANDLE handle, PUCHAR input, ULONG size, ULONG flags)
{
    struct hash *hash = hash_of(handle);

    if (!hash || hash->finished)
        return STATUS_INVALID_HANDLE;
    if (flags || (!input && size))
        return STATUS_INVALID_PARAMETER;
    return size ? device_call(hash->device, CNG_HASH_DATA, input, size, NULL, 0) : STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptFinishHash(BCRYPT_HASH_HANDLE handle, PUCHAR output, ULONG size, ULONG flags)
{
    struct hash *hash = hash_of(handle);
    NTSTATUS status;

    if (!hash || hash->finished)
        return STATUS_INVALID_HANDLE;
    if (!output || flags || size != hash->provider.algorithm->digest)
        return STATUS_INVALID_PARAMETER;
    status = device_call(hash->device, CNG_HASH_END, NULL, 0, output, size);
    if (NT_SUCCESS(status))
        hash->finished = !hash->provider.reusable;
    return status;
}

NTSTATUS WINAPI BCryptDuplicateHash(BCRYPT_HASH_HANDLE handle, BCRYPT_HASH_HANDLE *copy, PUCHAR object,
                                    ULONG object_size, ULONG flags)
{
    struct hash *hash = hash_of(handle), *fresh;
    NTSTATUS status;

    if (!hash)
        return STATUS_INVALID_HANDLE;
    if (!copy || flags)
        return STATUS_INVALID_PARAMETER;
    if (object && object_size && object_size < sizeof(*hash))
        return STATUS_BUFFER_TOO_SMALL;
    fresh = heap_alloc(sizeof(*fresh));
    if (!fresh)
        return STATUS_NO_MEMORY;
    *fresh = *hash;
    status = device_open(&fresh->device);
    if (NT_SUCCESS(status)) {
        status = device_call(fresh->device, CNG_HASH_COPY, &hash->device, sizeof(hash->device), NULL, 0);
        if (!NT_SUCCESS(status))
            NtClose(fresh->device);
    }
    if (!NT_SUCCESS(status)) {
        heap_free(fresh);
        return status;
    }
    *copy = fresh;
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptDestroyHash(BCRYPT_HASH_HANDLE handle)
{
    struct hash *hash = hash_of(handle);

    if (!hash)
        return STATUS_INVALID_HANDLE;
    NtClose(hash->device);
    hash->magic = 0;
    heap_free(hash);
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptHash(BCRYPT_ALG_HANDLE algorithm, PUCHAR secret, ULONG secret_size, PUCHAR input,
                           ULONG size, PUCHAR output, ULONG output_size)
{
    struct provider provider;
    HANDLE device;
    NTSTATUS status;

    if (!provider_of(algorithm, &provider))
        return STATUS_INVALID_HANDLE;
    if (provider.algorithm->kind != KIND_HASH)
        return STATUS_NOT_SUPPORTED;
    if (!output || output_size != provider.algorithm->digest || (!input && size) ||
        (secret && !provider.hmac))
        return STATUS_INVALID_PARAMETER;
    status = begin(&device, &provider, secret, secret_size);
    if (!NT_SUCCESS(status))
        return status;
    if (size)
        status = device_call(device, CNG_HASH_DATA, input, size, NULL, 0);
    if (NT_SUCCESS(status))
        status = device_call(device, CNG_HASH_END, NULL, 0, output, output_size);
    NtClose(device);
    return status;
}

NTSTATUS WINAPI BCryptDeriveKeyPBKDF2(BCRYPT_ALG_HANDLE prf, PUCHAR password, ULONG password_size,
                                      PUCHAR salt, ULONG salt_size, ULONGLONG iterations, PUCHAR output,
                                      ULONG size, ULONG flags)
{
    struct provider provider;
    struct cng_pbkdf2 request = {.password = (ULONG_PTR)password,
                                 .password_size = password_size,
                                 .salt = (ULONG_PTR)salt,
                                 .salt_size = salt_size,
                                 .iterations = (ULONG)iterations};
    HANDLE device;
    NTSTATUS status;

    if (!provider_of(prf, &provider))
        return STATUS_INVALID_HANDLE;
    if (provider.algorithm->kind != KIND_HASH || !provider.hmac)
        return STATUS_INVALID_PARAMETER;
    if (flags || !output || !size || !iterations || iterations > MAXLONG ||
        (!password && password_size) || (!salt && salt_size))
        return STATUS_INVALID_PARAMETER;
    request.algorithm = provider.algorithm->cng;
    status = device_open(&device);
    if (!NT_SUCCESS(status))
        return status;
    status = device_call(device, CNG_PBKDF2, &request, sizeof(request), output, size);
    NtClose(device);
    return status;
}
