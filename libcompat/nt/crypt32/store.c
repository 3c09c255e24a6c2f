/*
 * Stores of certificates. Those in memory and collections are whole. Of the system's stores, ROOT has what
 * the host trusts, and the others start empty; nothing is kept beyond the run.
 */
#include "crypt32.h"

struct store *store_of(HCERTSTORE handle)
{
    struct store *store = handle;

    if (store && store->magic == STORE_MAGIC)
        return store;
    fail((DWORD)E_INVALIDARG);
    return NULL;
}

void store_release(struct store *store)
{
    struct cert *cert;

    if (InterlockedDecrement(&store->references))
        return;
    while ((cert = store->first)) {
        store->first = cert->next;
        cert_unlist(cert);
    }
    for (DWORD i = 0; i < store->count; i++)
        store_release(store->members[i]);
    heap_free(store->members);
    store->magic = 0;
    heap_free(store);
}

void store_append(struct store *store, struct cert *cert)
{
    cert->context.hCertStore = store;
    if (store->last)
        store->last->next = cert;
    else
        store->first = cert;
    store->last = cert;
}

static BOOL is_name(const WCHAR *name, const WCHAR *wanted)
{
    return CompareStringOrdinal(name, -1, wanted, -1, TRUE) == CSTR_EQUAL;
}

/* The stores that a new Windows has. */
static const WCHAR *const standard[] = {L"MY",      L"ROOT",          L"CA",
                                        L"TRUST",   L"Disallowed",    L"AuthRoot",
                                        L"TrustedPublisher", L"TrustedPeople", L"AddressBook"};

static HCERTSTORE open_system(struct store *store, const WCHAR *name, DWORD flags)
{
    BOOL known = FALSE;

    for (ULONG i = 0; i < ARRAYSIZE(standard); i++)
        known |= is_name(name, standard[i]);
    if (!known && flags & CERT_STORE_OPEN_EXISTING_FLAG) {
        store_release(store);
        fail(ERROR_FILE_NOT_FOUND);
        return NULL;
    }
    if (is_name(name, L"ROOT") || is_name(name, L"AuthRoot"))
        roots_add(store);
    store->read_only = flags & CERT_STORE_READONLY_FLAG ? TRUE : FALSE;
    return store;
}

HCERTSTORE WINAPI CertOpenStore(LPCSTR provider, DWORD encoding, HCRYPTPROV_LEGACY key, DWORD flags,
                                const void *parameter)
{
    ULONG_PTR kind = (ULONG_PTR)provider;
    struct store *store;
    WCHAR *wide;

    (void)encoding, (void)key;
    if (kind > 0xffff) {
        static const struct {
            const char *name;
            LPCSTR kind;
        } names[] = {{"Memory", CERT_STORE_PROV_MEMORY},
                     {"System", CERT_STORE_PROV_SYSTEM_W},
                     {"SystemRegistry", CERT_STORE_PROV_SYSTEM_REGISTRY_W},
                     {"Collection", CERT_STORE_PROV_COLLECTION}};

        for (kind = 0; kind < ARRAYSIZE(names) && strcmp(names[kind].name, provider); kind++)
            continue;
        kind = kind < ARRAYSIZE(names) ? (ULONG_PTR)names[kind].kind : 0;
    }
    switch (kind) {
    case (ULONG_PTR)CERT_STORE_PROV_MEMORY:
    case (ULONG_PTR)CERT_STORE_PROV_COLLECTION:
    case (ULONG_PTR)CERT_STORE_PROV_SYSTEM_A:
    case (ULONG_PTR)CERT_STORE_PROV_SYSTEM_W:
    case (ULONG_PTR)CERT_STORE_PROV_SYSTEM_REGISTRY_A:
    case (ULONG_PTR)CERT_STORE_PROV_SYSTEM_REGISTRY_W:
        break;
    default:
        fail(ERROR_FILE_NOT_FOUND); /* as of a provider that nobody registered */
        return NULL;
    }
    if (kind != (ULONG_PTR)CERT_STORE_PROV_MEMORY && kind != (ULONG_PTR)CERT_STORE_PROV_COLLECTION &&
        (!parameter || !(flags & CERT_SYSTEM_STORE_LOCATION_MASK))) {
        fail(parameter ? ERROR_FILE_NOT_FOUND : (DWORD)E_INVALIDARG);
        return NULL;
    }
    if (flags & CERT_STORE_DELETE_FLAG) {
        fail(ERROR_ACCESS_DENIED); /* there is nothing kept that could be deleted */
        return NULL;
    }
    store = heap_zalloc(sizeof(*store));
    if (!store) {
        fail(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    store->magic = STORE_MAGIC;
    store->references = 1;
    switch (kind) {
    case (ULONG_PTR)CERT_STORE_PROV_MEMORY:
        return store;
    case (ULONG_PTR)CERT_STORE_PROV_COLLECTION:
        store->collection = TRUE;
        return store;
    case (ULONG_PTR)CERT_STORE_PROV_SYSTEM_A:
    case (ULONG_PTR)CERT_STORE_PROV_SYSTEM_REGISTRY_A:
        wide = wide_copy(parameter);
        if (!wide) {
            store_release(store);
            return NULL;
        }
        store = open_system(store, wide, flags);
        heap_free(wide);
        return store;
    default:
        return open_system(store, parameter, flags);
    }
}

HCERTSTORE WINAPI CertOpenSystemStoreW(HCRYPTPROV_LEGACY key, LPCWSTR name)
{
    return CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, key, CERT_SYSTEM_STORE_CURRENT_USER, name);
}

HCERTSTORE WINAPI CertOpenSystemStoreA(HCRYPTPROV_LEGACY key, LPCSTR name)
{
    return CertOpenStore(CERT_STORE_PROV_SYSTEM_A, 0, key, CERT_SYSTEM_STORE_CURRENT_USER, name);
}

HCERTSTORE WINAPI CertDuplicateStore(HCERTSTORE handle)
{
    struct store *store = store_of(handle);

    if (store)
        InterlockedIncrement(&store->references);
    return store;
}

BOOL WINAPI CertCloseStore(HCERTSTORE handle, DWORD flags)
{
    struct store *store;
    BOOL pending;

    if (!handle)
        return TRUE;
    store = store_of(handle);
    if (!store)
        return FALSE;
    if (flags & ~(DWORD)(CERT_CLOSE_STORE_FORCE_FLAG | CERT_CLOSE_STORE_CHECK_FLAG))
        return fail((DWORD)E_INVALIDARG);
    /* Contexts that are still held keep the store, also when it is forced: their memory stays good. */
    pending = store->references > 1;
    store_release(store);
    if (pending && flags & CERT_CLOSE_STORE_CHECK_FLAG)
        return fail((DWORD)CRYPT_E_PENDING_CLOSE);
    return TRUE;
}

BOOL WINAPI CertControlStore(HCERTSTORE handle, DWORD flags, DWORD type, const void *parameter)
{
    (void)flags, (void)parameter;
    if (!store_of(handle))
        return FALSE;
    switch (type) {
    case CERT_STORE_CTRL_RESYNC: /* nobody else changes it */
    case CERT_STORE_CTRL_COMMIT:
    case CERT_STORE_CTRL_AUTO_RESYNC:
        return TRUE;
    default:
        return fail(ERROR_NOT_SUPPORTED);
    }
}

BOOL WINAPI CertAddStoreToCollection(HCERTSTORE handle, HCERTSTORE member_handle, DWORD flags,
                                     DWORD priority)
{
    struct store *store = store_of(handle), *member = store_of(member_handle), **more;
    BOOL done = FALSE;

    (void)flags, (void)priority;
    if (!store || !member)
        return FALSE;
    if (!store->collection || member->collection)
        return fail((DWORD)E_INVALIDARG);
    RtlAcquireSRWLockExclusive(&store->lock);
    more = heap_alloc((store->count + 1) * sizeof(*more));
    if (more) {
        memcpy(more, store->members, store->count * sizeof(*more));
        more[store->count++] = member;
        heap_free(store->members);
        store->members = more;
        InterlockedIncrement(&member->references);
        done = TRUE;
    }
    RtlReleaseSRWLockExclusive(&store->lock);
    return done ? TRUE : fail(ERROR_NOT_ENOUGH_MEMORY);
}

void WINAPI CertRemoveStoreFromCollection(HCERTSTORE handle, HCERTSTORE member)
{
    struct store *store = store_of(handle), *removed = NULL;

    if (!store || !store->collection)
        return;
    RtlAcquireSRWLockExclusive(&store->lock);
    for (DWORD i = 0; i < store->count; i++) {
        if (store->members[i] == member) {
            removed = store->members[i];
            memmove(&store->members[i], &store->members[i + 1],
                    (--store->count - i) * sizeof(struct store *));
            break;
        }
    }
    RtlReleaseSRWLockExclusive(&store->lock);
    if (removed)
        store_release(removed);
}

/* The certificate after `previous` in one store, or the first; with a caller's reference. */
static struct cert *after(struct store *store, struct cert *previous)
{
    struct cert *cert;

    RtlAcquireSRWLockShared(&store->lock);
    cert = previous ? previous->next : store->first;
    while (cert && cert->deleted)
        cert = cert->next;
    if (cert)
        cert_hold(cert);
    RtlReleaseSRWLockShared(&store->lock);
    return cert;
}

/* The member at an index of a collection, with a reference. */
static struct store *member_at(struct store *store, DWORD index)
{
    struct store *member = NULL;

    RtlAcquireSRWLockShared(&store->lock);
    if (index < store->count) {
        member = store->members[index];
        InterlockedIncrement(&member->references);
    }
    RtlReleaseSRWLockShared(&store->lock);
    return member;
}

static struct cert *next_of_collection(struct store *store, struct cert *previous)
{
    DWORD index = 0;
    struct store *member;
    struct cert *cert = NULL;

    if (previous) {
        for (; (member = member_at(store, index)); index++) {
            store_release(member);
            if (member == previous->context.hCertStore)
                break;
        }
        if (!member)
            return NULL;
    }
    for (; !cert && (member = member_at(store, index)); index++) {
        cert = after(member, previous);
        store_release(member);
        previous = NULL;
    }
    return cert;
}

PCCERT_CONTEXT WINAPI CertEnumCertificatesInStore(HCERTSTORE handle, PCCERT_CONTEXT context)
{
    struct store *store = store_of(handle);
    struct cert *previous = context ? cert_of(context) : NULL, *cert = NULL;

    if (store)
        cert = store->collection ? next_of_collection(store, previous) : after(store, previous);
    if (previous)
        cert_drop(previous);
    if (cert)
        return &cert->context;
    if (store)
        fail((DWORD)CRYPT_E_NOT_FOUND);
    return NULL;
}

/* Revocation lists and trust lists can not be put into a store, so there are none. */
PCCRL_CONTEXT WINAPI CertEnumCRLsInStore(HCERTSTORE handle, PCCRL_CONTEXT previous)
{
    (void)previous;
    if (store_of(handle))
        fail((DWORD)CRYPT_E_NOT_FOUND);
    return NULL;
}

/* ------------------------------------------------------------------------------------- adding */

static BOOL same_cert(const struct cert *a, const struct cert *b)
{
    return CertCompareCertificate(X509_ASN_ENCODING, (PCERT_INFO)&a->info, (PCERT_INFO)&b->info);
}

/* Puts a certificate of one's own into the store by the rule; it is used up. out may be NULL. */
static BOOL add(struct store *store, struct cert *cert, DWORD rule, PCCERT_CONTEXT *out)
{
    struct cert *old, *kept = cert;
    DWORD error = 0;

    if (store->collection) {
        struct store *member = member_at(store, 0);
        BOOL done;

        if (!member) {
            cert_unlist(cert);
            return fail((DWORD)E_INVALIDARG);
        }
        done = add(member, cert, rule, out);
        store_release(member);
        return done;
    }
    if (store->read_only) {
        cert_unlist(cert);
        return fail(ERROR_ACCESS_DENIED);
    }
    RtlAcquireSRWLockExclusive(&store->lock);
    for (old = store->first; old && (old->deleted || !same_cert(old, cert)); old = old->next)
        continue;
    if (rule == CERT_STORE_ADD_ALWAYS)
        old = NULL;
    if (old) {
        BOOL newer = CompareFileTime(&cert->info.NotBefore, &old->info.NotBefore) > 0;

        switch (rule) {
        case CERT_STORE_ADD_NEW:
            error = (DWORD)CRYPT_E_EXISTS;
            break;
        case CERT_STORE_ADD_USE_EXISTING:
            kept = old;
            break;
        case CERT_STORE_ADD_NEWER:
        case CERT_STORE_ADD_NEWER_INHERIT_PROPERTIES:
            if (!newer)
                error = (DWORD)CRYPT_E_EXISTS;
            break;
        }
        if (!error && kept == cert) {
            if (rule == CERT_STORE_ADD_REPLACE_EXISTING_INHERIT_PROPERTIES ||
                rule == CERT_STORE_ADD_NEWER_INHERIT_PROPERTIES) {
                cert->properties = old->properties;
                old->properties = NULL;
            }
            old->deleted = TRUE;
        }
    }
    if (!error) {
        if (kept == cert)
            store_append(store, cert);
        if (out)
            *out = &cert_hold(kept)->context;
    }
    RtlReleaseSRWLockExclusive(&store->lock);
    if (error || kept != cert)
        cert_unlist(cert);
    return error ? fail(error) : TRUE;
}

static BOOL valid_rule(DWORD rule)
{
    return rule >= CERT_STORE_ADD_NEW && rule <= CERT_STORE_ADD_NEWER_INHERIT_PROPERTIES;
}

BOOL WINAPI CertAddEncodedCertificateToStore(HCERTSTORE handle, DWORD encoding, const BYTE *der,
                                             DWORD size, DWORD rule, PCCERT_CONTEXT *out)
{
    struct store *store = handle ? store_of(handle) : NULL;
    struct cert *cert;

    if (out)
        *out = NULL;
    if (handle && !store)
        return FALSE;
    if ((encoding & 0xffff) != X509_ASN_ENCODING || !valid_rule(rule))
        return fail((DWORD)E_INVALIDARG);
    cert = cert_new(der, size);
    if (!cert)
        return FALSE;
    if (store)
        return add(store, cert, rule, out);
    if (out)
        *out = &cert->context;
    else
        cert_drop(cert);
    return TRUE;
}

BOOL WINAPI CertAddCertificateContextToStore(HCERTSTORE handle, PCCERT_CONTEXT context, DWORD rule,
                                             PCCERT_CONTEXT *out)
{
    struct store *store = handle ? store_of(handle) : NULL;
    struct cert *cert;

    if (out)
        *out = NULL;
    if ((handle && !store) || !context)
        return handle && !store ? FALSE : fail((DWORD)E_INVALIDARG);
    if (!valid_rule(rule))
        return fail((DWORD)E_INVALIDARG);
    cert = cert_new(context->pbCertEncoded, context->cbCertEncoded);
    if (!cert)
        return FALSE;
    for (DWORD id = 0; (id = CertEnumCertificateContextProperties(context, id));) {
        CRYPT_DATA_BLOB blob = {0, NULL};

        if (CertGetCertificateContextProperty(context, id, NULL, &blob.cbData) &&
            (blob.pbData = heap_alloc(blob.cbData)) &&
            CertGetCertificateContextProperty(context, id, blob.pbData, &blob.cbData))
            CertSetCertificateContextProperty(&cert->context, id, 0, &blob);
        heap_free(blob.pbData);
    }
    if (store)
        return add(store, cert, rule, out);
    if (out)
        *out = &cert->context;
    else
        cert_drop(cert);
    return TRUE;
}

/* The caller's reference is used up in any case. */
BOOL WINAPI CertDeleteCertificateFromStore(PCCERT_CONTEXT context)
{
    struct cert *cert;
    struct store *store;
    BOOL allowed = TRUE;

    if (!context)
        return TRUE;
    cert = cert_of(context);
    store = context->hCertStore;
    if (store) {
        RtlAcquireSRWLockExclusive(&store->lock);
        allowed = !store->read_only;
        if (allowed)
            cert->deleted = TRUE;
        RtlReleaseSRWLockExclusive(&store->lock);
    }
    cert_drop(cert);
    return allowed ? TRUE : fail(ERROR_ACCESS_DENIED);
}
