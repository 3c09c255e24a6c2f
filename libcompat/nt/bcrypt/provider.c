/*
 * Providers of algorithms, and the properties of all objects.
 */
#include "cng.h"

static const struct algorithm algorithms[] = {
    {BCRYPT_RNG_ALGORITHM, KIND_RNG, 0, 0, 0, 0x81, 0},
    {BCRYPT_RNG_FIPS186_DSA_ALGORITHM, KIND_RNG, 0, 0, 0, 0, 0},
    {L"DUALECRNG", KIND_RNG, 0, 0, 0, 0, 0},
    {BCRYPT_MD4_ALGORITHM, KIND_HASH, CNG_MD4, 16, 64, 0x11, 0x131},
    {BCRYPT_MD5_ALGORITHM, KIND_HASH, CNG_MD5, 16, 64, 0x21, 0x91},
    {BCRYPT_SHA1_ALGORITHM, KIND_HASH, CNG_SHA1, 20, 64, 0x31, 0xa1},
    {BCRYPT_SHA256_ALGORITHM, KIND_HASH, CNG_SHA256, 32, 64, 0x41, 0xb1},
    {BCRYPT_SHA384_ALGORITHM, KIND_HASH, CNG_SHA384, 48, 128, 0x51, 0xc1},
    {BCRYPT_SHA512_ALGORITHM, KIND_HASH, CNG_SHA512, 64, 128, 0x61, 0xd1},
    {BCRYPT_AES_ALGORITHM, KIND_CIPHER, 0, 0, 16, 0, 0},
    {L"PBKDF2", KIND_KDF, 0, 0, 0, 0x331, 0},
};

/* Pseudo-handles of AES say the mode, too. */
static const struct {
    ULONG handle, mode;
} aes_handles[] = {{0x1a1, CNG_CBC}, {0x1b1, CNG_ECB}, {0x1c1, CNG_CFB8}, {0x1d1, CNG_CCM}, {0x1e1, CNG_GCM}};

BOOL same_text(const WCHAR *a, const WCHAR *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

/* Names of algorithms are compared without case. */
static BOOL same_name(const WCHAR *a, const WCHAR *b)
{
    for (;; a++, b++) {
        WCHAR x = *a >= 'a' && *a <= 'z' ? *a - 32 : *a, y = *b >= 'a' && *b <= 'z' ? *b - 32 : *b;

        if (x != y)
            return FALSE;
        if (!x)
            return TRUE;
    }
}

static const struct algorithm *algorithm_named(const WCHAR *name)
{
    for (ULONG i = 0; i < ARRAYSIZE(algorithms); i++)
        if (same_name(algorithms[i].name, name))
            return &algorithms[i];
    return NULL;
}

static void provider_init(struct provider *p, const struct algorithm *algorithm, BOOL hmac)
{
    *p = (struct provider){.magic = PROVIDER_MAGIC,
                           .algorithm = algorithm,
                           .hmac = hmac,
                           .mode = CNG_CBC,
                           .message = 1};
}

BOOL provider_of(BCRYPT_ALG_HANDLE handle, struct provider *provider)
{
    ULONG_PTR number = (ULONG_PTR)handle;

    if (number >= 0x10000) {
        const struct provider *p = handle;

        if (p->magic != PROVIDER_MAGIC)
            return FALSE;
        *provider = *p;
        return TRUE;
    }
    if (!number)
        return FALSE;
    for (ULONG i = 0; i < ARRAYSIZE(algorithms); i++) {
        if (algorithms[i].handle == number || algorithms[i].hmac_handle == number) {
            provider_init(provider, &algorithms[i], algorithms[i].hmac_handle == number);
            return TRUE;
        }
    }
    for (ULONG i = 0; i < ARRAYSIZE(aes_handles); i++) {
        if (aes_handles[i].handle == number) {
            provider_init(provider, algorithm_named(BCRYPT_AES_ALGORITHM), FALSE);
            provider->mode = aes_handles[i].mode;
            return TRUE;
        }
    }
    return FALSE;
}

NTSTATUS WINAPI BCryptOpenAlgorithmProvider(BCRYPT_ALG_HANDLE *handle, LPCWSTR name,
                                            LPCWSTR implementation, ULONG flags)
{
    const struct algorithm *algorithm;
    struct provider *provider;
    BOOL hmac = flags & BCRYPT_ALG_HANDLE_HMAC_FLAG ? TRUE : FALSE;

    if (!handle || !name)
        return STATUS_INVALID_PARAMETER;
    if (flags & ~(ULONG)(BCRYPT_PROV_DISPATCH | BCRYPT_ALG_HANDLE_HMAC_FLAG | BCRYPT_HASH_REUSABLE_FLAG))
        return STATUS_INVALID_PARAMETER;
    *handle = NULL;
    if (implementation && !same_text(implementation, MS_PRIMITIVE_PROVIDER))
        return STATUS_NOT_FOUND;
    algorithm = algorithm_named(name);
    if (!algorithm)
        return STATUS_NOT_FOUND;
    if (flags & (BCRYPT_ALG_HANDLE_HMAC_FLAG | BCRYPT_HASH_REUSABLE_FLAG) && algorithm->kind != KIND_HASH)
        return STATUS_NOT_SUPPORTED;
    if (algorithm->kind != KIND_RNG) {
        /* is there a device that carries it out? */
        HANDLE device;
        NTSTATUS status = device_open(&device);

        if (!NT_SUCCESS(status))
            return status == STATUS_NOT_SUPPORTED ? STATUS_NOT_FOUND : status;
        NtClose(device);
    }
    provider = heap_alloc(sizeof(*provider));
    if (!provider)
        return STATUS_NO_MEMORY;
    provider_init(provider, algorithm, hmac);
    provider->reusable = flags & BCRYPT_HASH_REUSABLE_FLAG ? TRUE : FALSE;
    *handle = provider;
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptCloseAlgorithmProvider(BCRYPT_ALG_HANDLE handle, ULONG flags)
{
    struct provider *provider = handle;

    (void)flags;
    if ((ULONG_PTR)handle < 0x10000 || provider->magic != PROVIDER_MAGIC)
        return STATUS_INVALID_HANDLE;
    provider->magic = 0;
    heap_free(provider);
    return STATUS_SUCCESS;
}

/* ------------------------------------------------------------------------------- properties */

static const struct {
    const WCHAR *name;
    ULONG mode;
} modes[] = {{BCRYPT_CHAIN_MODE_CBC, CNG_CBC}, {BCRYPT_CHAIN_MODE_ECB, CNG_ECB},
             {BCRYPT_CHAIN_MODE_CFB, CNG_CFB8}, {BCRYPT_CHAIN_MODE_GCM, CNG_GCM},
             {BCRYPT_CHAIN_MODE_CCM, CNG_CCM}};

ULONG mode_of(const WCHAR *name)
{
    for (ULONG i = 0; i < ARRAYSIZE(modes); i++)
        if (same_text(name, modes[i].name))
            return modes[i].mode;
    return 0;
}

const WCHAR *mode_name(ULONG mode)
{
    for (ULONG i = 0; i < ARRAYSIZE(modes); i++)
        if (modes[i].mode == mode)
            return modes[i].name;
    return BCRYPT_CHAIN_MODE_NA;
}

static NTSTATUS give(const void *from, ULONG needed, PUCHAR output, ULONG size, ULONG *result)
{
    *result = needed;
    if (!output)
        return STATUS_SUCCESS;
    if (size < needed)
        return STATUS_BUFFER_TOO_SMALL;
    memcpy(output, from, needed);
    return STATUS_SUCCESS;
}

static NTSTATUS give_number(ULONG number, PUCHAR output, ULONG size, ULONG *result)
{
    return give(&number, sizeof(number), output, size, result);
}

static NTSTATUS give_text(const WCHAR *text, PUCHAR output, ULONG size, ULONG *result)
{
    return give(text, (ULONG)(wide_length(text) + 1) * sizeof(WCHAR), output, size, result);
}

/* What a provider says; an object says the same as the provider that it was made with. */
static NTSTATUS property_of(const struct provider *p, const struct key *key, LPCWSTR name, PUCHAR output,
                            ULONG size, ULONG *result)
{
    const struct algorithm *a = p->algorithm;
    static const BCRYPT_KEY_LENGTHS_STRUCT key_lengths = {128, 256, 64};
    static const BCRYPT_AUTH_TAG_LENGTHS_STRUCT gcm_tags = {12, 16, 1}, ccm_tags = {4, 16, 2};

    if (same_text(name, BCRYPT_ALGORITHM_NAME))
        return give_text(a->name, output, size, result);
    /* Objects have memory of their own; what a caller gives for them is not used. */
    if (same_text(name, BCRYPT_OBJECT_LENGTH) && (a->kind == KIND_HASH || a->kind == KIND_CIPHER))
        return give_number(a->kind == KIND_HASH ? sizeof(struct hash) : sizeof(struct key), output, size,
                           result);
    if (a->kind == KIND_HASH) {
        if (same_text(name, BCRYPT_HASH_LENGTH))
            return give_number(a->digest, output, size, result);
        if (same_text(name, BCRYPT_HASH_BLOCK_LENGTH))
            return give_number(a->block, output, size, result);
    }
    if (a->kind == KIND_CIPHER) {
        if (same_text(name, BCRYPT_BLOCK_LENGTH))
            return give_number(p->mode == CNG_CFB8 ? 1 : a->block, output, size, result);
        if (same_text(name, BCRYPT_CHAINING_MODE))
            return give_text(mode_name(p->mode), output, size, result);
        if (same_text(name, BCRYPT_KEY_LENGTHS))
            return give(&key_lengths, sizeof(key_lengths), output, size, result);
        if (same_text(name, BCRYPT_MESSAGE_BLOCK_LENGTH))
            return give_number(p->mode == CNG_CFB8 ? p->message : a->block, output, size, result);
        if (same_text(name, BCRYPT_AUTH_TAG_LENGTH) && (p->mode == CNG_GCM || p->mode == CNG_CCM))
            return give(p->mode == CNG_GCM ? &gcm_tags : &ccm_tags, sizeof(gcm_tags), output, size,
                        result);
        if (key && (same_text(name, BCRYPT_KEY_LENGTH) || same_text(name, BCRYPT_KEY_STRENGTH)))
            return give_number(key->size * 8, output, size, result);
    }
    return STATUS_NOT_SUPPORTED;
}

NTSTATUS WINAPI BCryptGetProperty(BCRYPT_HANDLE object, LPCWSTR name, PUCHAR output, ULONG size,
                                  ULONG *result, ULONG flags)
{
    struct provider provider;
    struct hash *hash;
    struct key *key = NULL;

    if (!object)
        return STATUS_INVALID_HANDLE;
    if (!name || !result || flags)
        return STATUS_INVALID_PARAMETER;
    if ((hash = hash_of(object)))
        provider = hash->provider;
    else if ((key = key_of(object)))
        provider = key->provider;
    else if (!provider_of(object, &provider))
        return STATUS_INVALID_HANDLE;
    return property_of(&provider, key, name, output, size, result);
}

NTSTATUS WINAPI BCryptSetProperty(BCRYPT_HANDLE object, LPCWSTR name, PUCHAR input, ULONG size, ULONG flags)
{
    struct key *key = key_of(object);
    struct provider *p = key ? &key->provider : object;

    (void)flags;
    if ((ULONG_PTR)object < 0x10000)
        return object ? STATUS_ACCESS_DENIED : STATUS_INVALID_HANDLE; /* nobody owns those */
    if (p->magic != PROVIDER_MAGIC)
        return hash_of(object) ? STATUS_NOT_SUPPORTED : STATUS_INVALID_HANDLE;
    if (!name || !input)
        return STATUS_INVALID_PARAMETER;
    if (p->algorithm->kind != KIND_CIPHER)
        return STATUS_NOT_SUPPORTED;
    if (same_text(name, BCRYPT_CHAINING_MODE)) {
        ULONG mode;

        if (size < sizeof(WCHAR) || ((const WCHAR *)input)[size / sizeof(WCHAR) - 1])
            return STATUS_INVALID_PARAMETER;
        mode = mode_of((const WCHAR *)input);
        if (!mode)
            return same_text((const WCHAR *)input, BCRYPT_CHAIN_MODE_NA) ? STATUS_NOT_SUPPORTED
                                                                         : STATUS_INVALID_PARAMETER;
        p->mode = mode;
        return STATUS_SUCCESS;
    }
    if (same_text(name, BCRYPT_MESSAGE_BLOCK_LENGTH)) {
        ULONG length;

        if (size < sizeof(length))
            return STATUS_INVALID_PARAMETER;
        memcpy(&length, input, sizeof(length));
        if (length != 1 && length != p->algorithm->block)
            return STATUS_INVALID_PARAMETER;
        p->message = length;
        return STATUS_SUCCESS;
    }
    if (key && same_text(name, BCRYPT_INITIALIZATION_VECTOR)) {
        if (size != sizeof(key->iv))
            return STATUS_INVALID_PARAMETER;
        memcpy(key->iv, input, size);
        return STATUS_SUCCESS;
    }
    return STATUS_NOT_SUPPORTED;
}

NTSTATUS WINAPI BCryptGetFipsAlgorithmMode(BOOLEAN *enabled)
{
    if (!enabled)
        return STATUS_INVALID_PARAMETER;
    *enabled = FALSE;
    return STATUS_SUCCESS;
}
