/* Properties of certificates: hashes are computed, the others are what was set. */
#include "crypt32.h"

#include <bcrypt.h>

const struct property *cert_property(const struct cert *cert, DWORD id)
{
    for (const struct property *p = cert->properties; p; p = p->next)
        if (p->id == id)
            return p;
    return NULL;
}

BOOL digest(const WCHAR *algorithm, const BYTE *data, DWORD size, BYTE *hash, DWORD hash_size)
{
    BCRYPT_ALG_HANDLE provider;
    NTSTATUS status = BCryptOpenAlgorithmProvider(&provider, algorithm, NULL, 0);

    if (NT_SUCCESS(status)) {
        status = BCryptHash(provider, NULL, 0, (BYTE *)data, size, hash, hash_size);
        BCryptCloseAlgorithmProvider(provider, 0);
    }
    return set_status(status);
}

/* The lock of a context outside of stores: such a context is its owner's alone, but for this. */
static RTL_SRWLOCK loose = RTL_SRWLOCK_INIT;

static RTL_SRWLOCK *lock_of(struct cert *cert)
{
    struct store *store = cert->context.hCertStore;

    return store ? &store->lock : &loose;
}

static BOOL give(const void *from, DWORD needed, void *data, DWORD *size)
{
    if (data && *size < needed) {
        *size = needed;
        return fail(ERROR_MORE_DATA);
    }
    *size = needed;
    if (data)
        memcpy(data, from, needed);
    return TRUE;
}

static BOOL computed(PCCERT_CONTEXT context, DWORD id, BYTE *value, DWORD *size)
{
    const CERT_PUBLIC_KEY_INFO *key = &context->pCertInfo->SubjectPublicKeyInfo;
    const CERT_EXTENSION *extension;
    struct der der;
    struct der_item item;

    switch (id) {
    case CERT_SHA1_HASH_PROP_ID:
        *size = 20;
        return digest(BCRYPT_SHA1_ALGORITHM, context->pbCertEncoded, context->cbCertEncoded, value, 20);
    case CERT_MD5_HASH_PROP_ID:
        *size = 16;
        return digest(BCRYPT_MD5_ALGORITHM, context->pbCertEncoded, context->cbCertEncoded, value, 16);
    case CERT_SHA256_HASH_PROP_ID:
        *size = 32;
        return digest(BCRYPT_SHA256_ALGORITHM, context->pbCertEncoded, context->cbCertEncoded, value,
                      32);
    case CERT_SUBJECT_NAME_MD5_HASH_PROP_ID:
        *size = 16;
        return digest(BCRYPT_MD5_ALGORITHM, context->pCertInfo->Subject.pbData,
                      context->pCertInfo->Subject.cbData, value, 16);
    case CERT_KEY_IDENTIFIER_PROP_ID:
        extension = CertFindExtension(szOID_SUBJECT_KEY_IDENTIFIER, context->pCertInfo->cExtension,
                                      context->pCertInfo->rgExtension);
        if (extension) {
            der = (struct der){extension->Value.pbData,
                               extension->Value.pbData + extension->Value.cbData};
            if (der_take(&der, 4, &item) && item.size <= 64) {
                *size = item.size;
                memcpy(value, item.data, item.size);
                return TRUE;
            }
        }
        *size = 20;
        return digest(BCRYPT_SHA1_ALGORITHM, key->PublicKey.pbData, key->PublicKey.cbData, value, 20);
    default:
        return fail((DWORD)CRYPT_E_NOT_FOUND);
    }
}

BOOL WINAPI CertGetCertificateContextProperty(PCCERT_CONTEXT context, DWORD id, void *data, DWORD *size)
{
    struct cert *cert;
    const struct property *p;
    BYTE value[64];
    DWORD length;
    BOOL done = FALSE, found;

    if (!context || !size || !id)
        return fail((DWORD)E_INVALIDARG);
    cert = cert_of(context);
    RtlAcquireSRWLockShared(lock_of(cert));
    p = cert_property(cert, id);
    found = p != NULL;
    if (found)
        done = give(p->data, p->size, data, size);
    RtlReleaseSRWLockShared(lock_of(cert));
    if (found)
        return done;
    if (id == CERT_ACCESS_STATE_PROP_ID) {
        struct store *store = context->hCertStore;
        DWORD state = store && !store->read_only && !store->collection;

        state = state ? CERT_ACCESS_STATE_WRITE_PERSIST_FLAG : 0;
        return give(&state, sizeof(state), data, size);
    }
    return computed(context, id, value, &length) && give(value, length, data, size);
}

/* How the value that a caller sets is given: these are not blobs. */
static const void *value_of(DWORD id, const void *data, DWORD *size)
{
    const CRYPT_DATA_BLOB *blob = data;

    switch (id) {
    case CERT_KEY_PROV_HANDLE_PROP_ID:
    case CERT_KEY_CONTEXT_PROP_ID:
    case CERT_KEY_PROV_INFO_PROP_ID:
        return NULL; /* they have pointers inside, or stand for keys, which are not kept */
    default:
        *size = blob->cbData;
        return blob->pbData;
    }
}

BOOL WINAPI CertSetCertificateContextProperty(PCCERT_CONTEXT context, DWORD id, DWORD flags,
                                              const void *data)
{
    struct cert *cert;
    struct property *fresh = NULL, **link;

    (void)flags;
    if (!context || !id || id == CERT_ACCESS_STATE_PROP_ID)
        return fail((DWORD)E_INVALIDARG);
    if (data) {
        DWORD size;
        const void *value = value_of(id, data, &size);

        if (!value)
            return fail((DWORD)E_INVALIDARG);
        fresh = heap_alloc(sizeof(*fresh) + size);
        if (!fresh)
            return fail(ERROR_NOT_ENOUGH_MEMORY);
        fresh->id = id;
        fresh->size = size;
        memcpy(fresh->data, value, size);
    }
    cert = cert_of(context);
    RtlAcquireSRWLockExclusive(lock_of(cert));
    for (link = &cert->properties; *link; link = &(*link)->next) {
        if ((*link)->id == id) {
            struct property *old = *link;

            *link = old->next;
            heap_free(old);
            break;
        }
    }
    if (fresh) {
        fresh->next = cert->properties;
        cert->properties = fresh;
    }
    RtlReleaseSRWLockExclusive(lock_of(cert));
    return TRUE;
}

DWORD WINAPI CertEnumCertificateContextProperties(PCCERT_CONTEXT context, DWORD id)
{
    struct cert *cert;
    DWORD next = 0;

    if (!context)
        return 0;
    cert = cert_of(context);
    RtlAcquireSRWLockShared(lock_of(cert));
    for (const struct property *p = cert->properties; p; p = p->next)
        if (p->id > id && (!next || p->id < next))
            next = p->id;
    RtlReleaseSRWLockShared(lock_of(cert));
    return next;
}
