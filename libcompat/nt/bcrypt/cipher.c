/* Keys of AES, and what is done with them. */
#include "cng.h"

#define BLOCK 16u

struct key *key_of(BCRYPT_HANDLE handle)
{
    struct key *key = handle;

    return (ULONG_PTR)handle >= 0x10000 && key->magic == KEY_MAGIC ? key : NULL;
}

static NTSTATUS new_key(const struct provider *provider, const void *bytes, ULONG size, const BYTE *iv,
                        BCRYPT_KEY_HANDLE *handle)
{
    struct key *key;
    NTSTATUS status;

    if (size != 16 && size != 24 && size != 32)
        return STATUS_INVALID_PARAMETER;
    key = heap_zalloc(sizeof(*key));
    if (!key)
        return STATUS_NO_MEMORY;
    key->provider = *provider;
    key->size = size;
    memcpy(key->bytes, bytes, size);
    if (iv)
        memcpy(key->iv, iv, sizeof(key->iv));
    status = device_open(&key->device);
    if (NT_SUCCESS(status)) {
        status = device_call(key->device, CNG_KEY_BEGIN, key->bytes, size, NULL, 0);
        if (!NT_SUCCESS(status))
            NtClose(key->device);
    }
    if (!NT_SUCCESS(status)) {
        heap_free(key);
        return status;
    }
    key->magic = KEY_MAGIC;
    *handle = key;
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptGenerateSymmetricKey(BCRYPT_ALG_HANDLE algorithm, BCRYPT_KEY_HANDLE *handle,
                                           PUCHAR object, ULONG object_size, PUCHAR secret, ULONG size,
                                           ULONG flags)
{
    struct provider provider;

    if (!provider_of(algorithm, &provider))
        return STATUS_INVALID_HANDLE;
    if (!handle || !secret || flags)
        return STATUS_INVALID_PARAMETER;
    if (provider.algorithm->kind != KIND_CIPHER)
        return STATUS_NOT_SUPPORTED;
    if (object && object_size && object_size < sizeof(struct key))
        return STATUS_BUFFER_TOO_SMALL;
    return new_key(&provider, secret, size, NULL, handle);
}

NTSTATUS WINAPI BCryptImportKey(BCRYPT_ALG_HANDLE algorithm, BCRYPT_KEY_HANDLE wrapping, LPCWSTR type,
                                BCRYPT_KEY_HANDLE *handle, PUCHAR object, ULONG object_size, PUCHAR input,
                                ULONG size, ULONG flags)
{
    struct provider provider;
    BCRYPT_KEY_DATA_BLOB_HEADER header;

    if (!provider_of(algorithm, &provider))
        return STATUS_INVALID_HANDLE;
    if (!type || !handle || !input || flags)
        return STATUS_INVALID_PARAMETER;
    if (provider.algorithm->kind != KIND_CIPHER || wrapping || !same_text(type, BCRYPT_KEY_DATA_BLOB))
        return STATUS_NOT_SUPPORTED;
    if (object && object_size && object_size < sizeof(struct key))
        return STATUS_BUFFER_TOO_SMALL;
    if (size < sizeof(header))
        return STATUS_BUFFER_TOO_SMALL;
    memcpy(&header, input, sizeof(header));
    if (header.dwMagic != BCRYPT_KEY_DATA_BLOB_MAGIC || header.dwVersion != BCRYPT_KEY_DATA_BLOB_VERSION1 ||
        header.cbKeyData > size - sizeof(header))
        return STATUS_INVALID_PARAMETER;
    return new_key(&provider, input + sizeof(header), header.cbKeyData, NULL, handle);
}

NTSTATUS WINAPI BCryptExportKey(BCRYPT_KEY_HANDLE handle, BCRYPT_KEY_HANDLE wrapping, LPCWSTR type,
                                PUCHAR output, ULONG size, ULONG *result, ULONG flags)
{
    struct key *key = key_of(handle);
    BCRYPT_KEY_DATA_BLOB_HEADER header = {BCRYPT_KEY_DATA_BLOB_MAGIC, BCRYPT_KEY_DATA_BLOB_VERSION1, 0};

    if (!key)
        return STATUS_INVALID_HANDLE;
    if (!type || !result || flags)
        return STATUS_INVALID_PARAMETER;
    if (wrapping || !same_text(type, BCRYPT_KEY_DATA_BLOB))
        return STATUS_NOT_SUPPORTED;
    header.cbKeyData = key->size;
    *result = sizeof(header) + key->size;
    if (!output)
        return STATUS_SUCCESS;
    if (size < *result)
        return STATUS_BUFFER_TOO_SMALL;
    memcpy(output, &header, sizeof(header));
    memcpy(output + sizeof(header), key->bytes, key->size);
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptDuplicateKey(BCRYPT_KEY_HANDLE handle, BCRYPT_KEY_HANDLE *copy, PUCHAR object,
                                   ULONG object_size, ULONG flags)
{
    struct key *key = key_of(handle);

    if (!key)
        return STATUS_INVALID_HANDLE;
    if (!copy || flags)
        return STATUS_INVALID_PARAMETER;
    if (object && object_size && object_size < sizeof(struct key))
        return STATUS_BUFFER_TOO_SMALL;
    return new_key(&key->provider, key->bytes, key->size, key->iv, copy);
}

NTSTATUS WINAPI BCryptDestroyKey(BCRYPT_KEY_HANDLE handle)
{
    struct key *key = key_of(handle);

    if (!key)
        return STATUS_INVALID_HANDLE;
    NtClose(key->device);
    RtlSecureZeroMemory(key, sizeof(*key));
    heap_free(key);
    return STATUS_SUCCESS;
}

/* The modes that make a tag: all of the data in one call. */
static NTSTATUS authenticated(struct key *key, BOOL decrypt, PUCHAR input, ULONG input_size, PVOID padding,
                              PUCHAR output, ULONG size, ULONG *result)
{
    const BCRYPT_AUTHENTICATED_CIPHER_MODE_INFO *info = padding;
    BYTE tag[BLOCK], difference = 0;
    struct cng_crypt request = {.mode = key->provider.mode, .decrypt = decrypt != FALSE};
    NTSTATUS status;

    if (!info || info->cbSize != sizeof(*info) ||
        info->dwInfoVersion != BCRYPT_AUTHENTICATED_CIPHER_MODE_INFO_VERSION || !info->pbNonce)
        return STATUS_INVALID_PARAMETER;
    if (info->dwFlags)
        return STATUS_NOT_SUPPORTED; /* a message in several calls */
    *result = input_size;
    if (!output && input_size)
        return STATUS_SUCCESS;
    if (size < input_size)
        return STATUS_BUFFER_TOO_SMALL;
    if (!info->pbTag || info->cbTag > BLOCK ||
        (key->provider.mode == CNG_GCM && (info->cbTag < 12 || info->cbNonce != 12)) ||
        (key->provider.mode == CNG_CCM && (info->cbTag < 4 || info->cbTag % 2 || info->cbNonce < 7 ||
                                           info->cbNonce > 13)))
        return STATUS_INVALID_PARAMETER;
    request.data = (ULONG_PTR)input;
    request.data_size = input_size;
    request.iv = (ULONG_PTR)info->pbNonce;
    request.iv_size = info->cbNonce;
    request.aad = (ULONG_PTR)info->pbAuthData;
    request.aad_size = info->cbAuthData;
    request.tag = (ULONG_PTR)tag;
    request.tag_size = info->cbTag;
    status = device_call(key->device, CNG_CRYPT, &request, sizeof(request), output, size);
    if (!NT_SUCCESS(status))
        return status;
    if (!decrypt) {
        memcpy(info->pbTag, tag, info->cbTag);
        return STATUS_SUCCESS;
    }
    for (ULONG i = 0; i < info->cbTag; i++)
        difference |= tag[i] ^ info->pbTag[i];
    if (!difference)
        return STATUS_SUCCESS;
    RtlSecureZeroMemory(output, input_size);
    return STATUS_AUTH_TAG_MISMATCH;
}

static NTSTATUS run(struct key *key, BOOL decrypt, const void *input, ULONG n, BYTE *iv, void *output)
{
    struct cng_crypt request = {.mode = key->provider.mode,
                                .decrypt = decrypt != FALSE,
                                .data = (ULONG_PTR)input,
                                .data_size = n};

    if (request.mode == CNG_CFB8 && key->provider.message != 1)
        request.mode = CNG_CFB;
    if (request.mode != CNG_ECB) {
        request.iv = (ULONG_PTR)iv;
        request.iv_size = BLOCK;
    }
    return n ? device_call(key->device, CNG_CRYPT, &request, sizeof(request), output, n) : STATUS_SUCCESS;
}

static NTSTATUS check_iv(const struct key *key, const BYTE *iv, ULONG size, BYTE mine[BLOCK])
{
    if (key->provider.mode == CNG_ECB)
        return STATUS_SUCCESS;
    if (iv && size != BLOCK)
        return STATUS_INVALID_PARAMETER;
    memcpy(mine, iv ? iv : key->iv, BLOCK);
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptEncrypt(BCRYPT_KEY_HANDLE handle, PUCHAR input, ULONG input_size, PVOID padding,
                              PUCHAR iv, ULONG iv_size, PUCHAR output, ULONG size, ULONG *result,
                              ULONG flags)
{
    struct key *key = key_of(handle);
    ULONG step, whole, rest;
    BYTE mine[BLOCK], last[BLOCK];
    NTSTATUS status;

    if (!key)
        return STATUS_INVALID_HANDLE;
    if (!result || (flags & ~(ULONG)BCRYPT_BLOCK_PADDING) || (!input && input_size))
        return STATUS_INVALID_PARAMETER;
    if (key->provider.mode == CNG_GCM || key->provider.mode == CNG_CCM)
        return flags ? STATUS_INVALID_PARAMETER
                     : authenticated(key, FALSE, input, input_size, padding, output, size, result);
    step = key->provider.mode == CNG_CFB8 ? key->provider.message : BLOCK;
    rest = input_size % step;
    whole = input_size - rest;
    if (rest && !(flags & BCRYPT_BLOCK_PADDING))
        return STATUS_INVALID_BUFFER_SIZE;
    if (flags & BCRYPT_BLOCK_PADDING && whole > 0xffffffffu - BLOCK)
        return STATUS_INVALID_PARAMETER;
    *result = whole + (flags & BCRYPT_BLOCK_PADDING ? step : 0);
    if (!output)
        return STATUS_SUCCESS;
    if (size < *result)
        return STATUS_BUFFER_TOO_SMALL;
    status = check_iv(key, iv, iv_size, mine);
    /* before the output, which may be the input, is written */
    memset(last, (int)(step - rest), sizeof(last));
    memcpy(last, input + whole, rest);
    if (NT_SUCCESS(status))
        status = run(key, FALSE, input, whole, mine, output);
    if (NT_SUCCESS(status) && flags & BCRYPT_BLOCK_PADDING)
        status = run(key, FALSE, last, step, mine, output + whole);
    if (NT_SUCCESS(status) && key->provider.mode != CNG_ECB)
        memcpy(iv ? iv : key->iv, mine, BLOCK);
    return status;
}

NTSTATUS WINAPI BCryptDecrypt(BCRYPT_KEY_HANDLE handle, PUCHAR input, ULONG input_size, PVOID padding,
                              PUCHAR iv, ULONG iv_size, PUCHAR output, ULONG size, ULONG *result,
                              ULONG flags)
{
    struct key *key = key_of(handle);
    ULONG step, keep, pad;
    BYTE mine[BLOCK], last[BLOCK];
    NTSTATUS status;

    if (!key)
        return STATUS_INVALID_HANDLE;
    if (!result || (flags & ~(ULONG)BCRYPT_BLOCK_PADDING) || (!input && input_size))
        return STATUS_INVALID_PARAMETER;
    if (key->provider.mode == CNG_GCM || key->provider.mode == CNG_CCM)
        return flags ? STATUS_INVALID_PARAMETER
                     : authenticated(key, TRUE, input, input_size, padding, output, size, result);
    step = key->provider.mode == CNG_CFB8 ? key->provider.message : BLOCK;
    if (input_size % step || (flags & BCRYPT_BLOCK_PADDING && !input_size))
        return STATUS_INVALID_BUFFER_SIZE;
    *result = input_size;
    if (!output)
        return STATUS_SUCCESS;
    status = check_iv(key, iv, iv_size, mine);
    if (!NT_SUCCESS(status))
        return status;
    if (!(flags & BCRYPT_BLOCK_PADDING)) {
        if (size < input_size)
            return STATUS_BUFFER_TOO_SMALL;
        status = run(key, TRUE, input, input_size, mine, output);
    } else {
        /* The last block tells how much of it counts; a buffer need not have room for the padding. */
        keep = input_size - step;
        memcpy(last, input + keep, step);
        if (size < keep)
            return STATUS_BUFFER_TOO_SMALL;
        status = run(key, TRUE, input, keep, mine, output);
        if (NT_SUCCESS(status))
            status = run(key, TRUE, last, step, mine, last);
        if (!NT_SUCCESS(status))
            return status;
        pad = last[step - 1];
        if (!pad || pad > step)
            return STATUS_UNSUCCESSFUL;
        for (ULONG i = step - pad; i < step; i++)
            if (last[i] != pad)
                return STATUS_UNSUCCESSFUL;
        *result = keep + step - pad;
        if (size < *result)
            return STATUS_BUFFER_TOO_SMALL;
        memcpy(output + keep, last, step - pad);
    }
    if (NT_SUCCESS(status) && key->provider.mode != CNG_ECB)
        memcpy(iv ? iv : key->iv, mine, BLOCK);
    return status;
}
