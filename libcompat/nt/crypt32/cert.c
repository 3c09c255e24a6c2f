/*
 * Certificate contexts: the bytes and CERT_INFO, which points into them. Strings of object identifiers
 * and reversed integers need memory of their own: it follows the structure.
 */
#include "crypt32.h"

/* Memory behind a structure, given out from the front; never more than was measured. */
struct room {
    BYTE *at, *end;
};

static void *take(struct room *room, SIZE_T size)
{
    void *at = room->at;

    size = (size + 7) & ~(SIZE_T)7;
    if ((SIZE_T)(room->end - room->at) < size)
        return NULL;
    room->at += size;
    return at;
}

static BOOL oid(struct room *room, struct der *der, LPSTR *to)
{
    struct der_item item;
    char text[512];
    SIZE_T length;

    if (!der_take(der, 6, &item) || !der_oid(&item, text, sizeof(text)))
        return FALSE;
    length = ansi_length(text) + 1;
    *to = take(room, length);
    if (!*to)
        return FALSE;
    memcpy(*to, text, length);
    return TRUE;
}

static BOOL algorithm(struct room *room, struct der *der, CRYPT_ALGORITHM_IDENTIFIER *to)
{
    struct der_item item;
    struct der inside;

    if (!der_take(der, 0x30, &item))
        return FALSE;
    inside = der_inside(&item);
    if (!oid(room, &inside, &to->pszObjId))
        return FALSE;
    to->Parameters.pbData = (BYTE *)inside.at;
    to->Parameters.cbData = (DWORD)(inside.end - inside.at);
    return TRUE;
}

static BOOL bits(const struct der_item *item, CRYPT_BIT_BLOB *to)
{
    if (!item->size || item->data[0] > 7)
        return FALSE;
    to->cUnusedBits = item->data[0];
    to->pbData = (BYTE *)item->data + 1;
    to->cbData = item->size - 1;
    return TRUE;
}

static BOOL extensions(struct room *room, struct der_item *list, CERT_INFO *info)
{
    struct der all, der;
    struct der_item item, value;
    DWORD count = 0;

    all = der_inside(list);
    if (!der_take(&all, 0x30, &item))
        return FALSE;
    for (der = der_inside(&item); der_next(&der, &value);)
        count++;
    info->rgExtension = take(room, count * sizeof(CERT_EXTENSION));
    if (!info->rgExtension)
        return FALSE;
    der = der_inside(&item);
    while (der_take(&der, 0x30, &item)) {
        CERT_EXTENSION *extension = &info->rgExtension[info->cExtension];
        struct der inside = der_inside(&item);

        if (!oid(room, &inside, &extension->pszObjId))
            return FALSE;
        extension->fCritical = der_take(&inside, 1, &value) && value.size == 1 && value.data[0];
        if (!der_take(&inside, 4, &value))
            return FALSE;
        extension->Value.pbData = (BYTE *)value.data;
        extension->Value.cbData = value.size;
        info->cExtension++;
    }
    return der.at == der.end;
}

/* RFC 5280, section 4.1 */
static BOOL parse(struct cert *cert, struct room *room)
{
    CERT_INFO *info = &cert->info;
    struct der der = {cert->context.pbCertEncoded,
                      cert->context.pbCertEncoded + cert->context.cbCertEncoded};
    struct der_item item;
    struct der times, key;

    if (!der_take(&der, 0x30, &item))
        return FALSE;
    der = der_inside(&item);
    if (!der_take(&der, 0x30, &item))
        return FALSE;
    der = der_inside(&item);
    if (der_take(&der, 0xa0, &item)) {
        struct der version = der_inside(&item);

        if (!der_take(&version, 2, &item) || item.size != 1)
            return FALSE;
        info->dwVersion = item.data[0];
    }
    if (!der_take(&der, 2, &item) || !item.size)
        return FALSE;
    info->SerialNumber.pbData = take(room, item.size);
    if (!info->SerialNumber.pbData)
        return FALSE;
    info->SerialNumber.cbData = item.size;
    for (DWORD i = 0; i < item.size; i++)
        info->SerialNumber.pbData[i] = item.data[item.size - 1 - i];
    if (!algorithm(room, &der, &info->SignatureAlgorithm) || !der_take(&der, 0x30, &item))
        return FALSE;
    info->Issuer.pbData = (BYTE *)item.whole;
    info->Issuer.cbData = item.whole_size;
    if (!der_take(&der, 0x30, &item))
        return FALSE;
    times = der_inside(&item);
    if (!der_next(&times, &item) || !der_time(&item, &info->NotBefore) ||
        !der_next(&times, &item) || !der_time(&item, &info->NotAfter))
        return FALSE;
    if (!der_take(&der, 0x30, &item))
        return FALSE;
    info->Subject.pbData = (BYTE *)item.whole;
    info->Subject.cbData = item.whole_size;
    if (!der_take(&der, 0x30, &item))
        return FALSE;
    key = der_inside(&item);
    if (!algorithm(room, &key, &info->SubjectPublicKeyInfo.Algorithm) ||
        !der_take(&key, 3, &item) || !bits(&item, &info->SubjectPublicKeyInfo.PublicKey))
        return FALSE;
    while (der_next(&der, &item)) {
        if (item.tag == 0xa3) {
            if (!extensions(room, &item, info))
                return FALSE;
        } else if (item.tag == 0x81 || item.tag == 0xa1) {
            if (!bits(&item, &info->IssuerUniqueId))
                return FALSE;
        } else if (item.tag == 0x82 || item.tag == 0xa2) {
            if (!bits(&item, &info->SubjectUniqueId))
                return FALSE;
        } else {
            return FALSE;
        }
    }
    return der.at == der.end;
}

struct cert *cert_new(const BYTE *der, DWORD size)
{
    /* Identifiers are at most some 3 times as long in text, and an extension takes a structure for at
     * least 7 bytes. */
    SIZE_T room_size = (SIZE_T)size * 9 + 256;
    struct cert *cert;
    struct der whole = {der, der + size};
    struct der_item item;
    struct room room;

    if (!der || !der_take(&whole, 0x30, &item)) {
        fail((DWORD)CRYPT_E_ASN1_BADTAG);
        return NULL;
    }
    size = item.whole_size; /* what follows is no part of it */
    cert = heap_zalloc(sizeof(*cert) + size + room_size + 8);
    if (!cert) {
        fail(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    cert->references = 1;
    cert->context.dwCertEncodingType = X509_ASN_ENCODING;
    cert->context.pbCertEncoded = (BYTE *)(cert + 1);
    cert->context.cbCertEncoded = size;
    cert->context.pCertInfo = &cert->info;
    memcpy(cert + 1, der, size);
    room.at = (BYTE *)(((ULONG_PTR)(cert + 1) + size + 7) & ~(ULONG_PTR)7);
    room.end = room.at + room_size;
    if (!parse(cert, &room)) {
        heap_free(cert);
        fail((DWORD)CRYPT_E_ASN1_CORRUPT);
        return NULL;
    }
    return cert;
}

void cert_unlist(struct cert *cert)
{
    if (InterlockedDecrement(&cert->references))
        return;
    while (cert->properties) {
        struct property *next = cert->properties->next;

        heap_free(cert->properties);
        cert->properties = next;
    }
    heap_free(cert);
}

void cert_drop(struct cert *cert)
{
    struct store *store = cert->context.hCertStore;

    cert_unlist(cert);
    if (store)
        store_release(store);
}

struct cert *cert_hold(struct cert *cert)
{
    struct store *store = cert->context.hCertStore;

    InterlockedIncrement(&cert->references);
    if (store)
        InterlockedIncrement(&store->references);
    return cert;
}

PCCERT_CONTEXT WINAPI CertCreateCertificateContext(DWORD encoding, const BYTE *der, DWORD size)
{
    struct cert *cert;

    if ((encoding & 0xffff) != X509_ASN_ENCODING) {
        fail((DWORD)E_INVALIDARG);
        return NULL;
    }
    cert = cert_new(der, size);
    return cert ? &cert->context : NULL;
}

PCCERT_CONTEXT WINAPI CertDuplicateCertificateContext(PCCERT_CONTEXT context)
{
    if (context)
        cert_hold(cert_of(context));
    return context;
}

BOOL WINAPI CertFreeCertificateContext(PCCERT_CONTEXT context)
{
    if (context)
        cert_drop(cert_of(context));
    return TRUE;
}

BOOL WINAPI CertCompareCertificateName(DWORD encoding, PCERT_NAME_BLOB a, PCERT_NAME_BLOB b)
{
    (void)encoding;
    return a->cbData == b->cbData && !memcmp(a->pbData, b->pbData, a->cbData);
}

/* Little-endian numbers: bytes at the end that only repeat the sign do not count. */
static DWORD significant(const CRYPT_INTEGER_BLOB *n)
{
    DWORD size = n->cbData;

    while (size > 1 && ((n->pbData[size - 1] == 0 && !(n->pbData[size - 2] & 0x80)) ||
                        (n->pbData[size - 1] == 0xff && n->pbData[size - 2] & 0x80)))
        size--;
    return size;
}

BOOL WINAPI CertCompareIntegerBlob(PCRYPT_INTEGER_BLOB a, PCRYPT_INTEGER_BLOB b)
{
    DWORD size = significant(a);

    return size == significant(b) && !memcmp(a->pbData, b->pbData, size);
}

BOOL WINAPI CertCompareCertificate(DWORD encoding, PCERT_INFO a, PCERT_INFO b)
{
    return CertCompareIntegerBlob(&a->SerialNumber, &b->SerialNumber) &&
           CertCompareCertificateName(encoding, &a->Issuer, &b->Issuer);
}

PCERT_EXTENSION WINAPI CertFindExtension(LPCSTR id, DWORD count, CERT_EXTENSION list[])
{
    if (!id)
        return NULL;
    for (DWORD i = 0; i < count; i++)
        if (!strcmp(list[i].pszObjId, id))
            return &list[i];
    fail((DWORD)CRYPT_E_NOT_FOUND);
    return NULL;
}

LONG WINAPI CertVerifyTimeValidity(LPFILETIME time, PCERT_INFO info)
{
    FILETIME now;

    if (!time) {
        GetSystemTimeAsFileTime(&now);
        time = &now;
    }
    if (CompareFileTime(time, &info->NotBefore) < 0)
        return -1;
    return CompareFileTime(time, &info->NotAfter) > 0;
}

BOOL WINAPI CertGetIntendedKeyUsage(DWORD encoding, PCERT_INFO info, BYTE *usage, DWORD size)
{
    CERT_EXTENSION *extension = CertFindExtension(szOID_KEY_USAGE, info->cExtension, info->rgExtension);
    struct der der;
    struct der_item item;

    (void)encoding;
    if (size)
        memset(usage, 0, size);
    fail(0);
    if (!extension)
        return FALSE;
    der = (struct der){extension->Value.pbData, extension->Value.pbData + extension->Value.cbData};
    if (!der_take(&der, 3, &item) || !item.size)
        return fail((DWORD)CRYPT_E_ASN1_CORRUPT);
    memcpy(usage, item.data + 1, item.size - 1 < size ? item.size - 1 : size);
    return TRUE;
}

/* Purposes by the certificate's extension. One without is good for all: CRYPT_E_NOT_FOUND with TRUE. */
BOOL WINAPI CertGetEnhancedKeyUsage(PCCERT_CONTEXT context, DWORD flags, PCERT_ENHKEY_USAGE usage,
                                    DWORD *size)
{
    CERT_EXTENSION *extension;
    struct der der, list;
    struct der_item item;
    char text[512];
    DWORD needed = sizeof(*usage), count = 0;
    BYTE *at;

    if (!context || !size)
        return fail((DWORD)E_INVALIDARG);
    extension = flags & CERT_FIND_PROP_ONLY_ENHKEY_USAGE_FLAG
                    ? NULL
                    : CertFindExtension(szOID_ENHANCED_KEY_USAGE, context->pCertInfo->cExtension,
                                        context->pCertInfo->rgExtension);
    if (!extension) {
        if (flags & CERT_FIND_PROP_ONLY_ENHKEY_USAGE_FLAG)
            return fail((DWORD)CRYPT_E_NOT_FOUND);
        if (usage && *size < needed)
            return fail(ERROR_MORE_DATA);
        *size = needed;
        if (usage)
            memset(usage, 0, sizeof(*usage));
        fail((DWORD)CRYPT_E_NOT_FOUND);
        return TRUE;
    }
    der = (struct der){extension->Value.pbData, extension->Value.pbData + extension->Value.cbData};
    if (!der_take(&der, 0x30, &item))
        return fail((DWORD)CRYPT_E_ASN1_CORRUPT);
    list = der_inside(&item);
    for (der = list; der_next(&der, &item);) {
        if (!der_oid(&item, text, sizeof(text)))
            return fail((DWORD)CRYPT_E_ASN1_CORRUPT);
        count++;
        needed += (DWORD)(sizeof(LPSTR) + ansi_length(text) + 1);
    }
    if (usage && *size < needed) {
        *size = needed;
        return fail(ERROR_MORE_DATA);
    }
    *size = needed;
    fail(0);
    if (!usage)
        return TRUE;
    usage->cUsageIdentifier = count;
    usage->rgpszUsageIdentifier = (LPSTR *)(usage + 1);
    at = (BYTE *)(usage->rgpszUsageIdentifier + count);
    count = 0;
    for (der = list; der_next(&der, &item) && der_oid(&item, text, sizeof(text));) {
        usage->rgpszUsageIdentifier[count++] = memcpy(at, text, ansi_length(text) + 1);
        at += ansi_length(text) + 1;
    }
    return TRUE;
}
