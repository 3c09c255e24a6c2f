/* Looking for certificates in a store: an enumeration with a question. */
#include "crypt32.h"

struct question {
    DWORD encoding, type, flags;
    const void *parameter;
};

/* A part of the name, whatever its case. */
static BOOL name_has(const CERT_NAME_BLOB *blob, const WCHAR *wanted)
{
    DWORD size = CertNameToStrW(X509_ASN_ENCODING, (PCERT_NAME_BLOB)blob, CERT_SIMPLE_NAME_STR, NULL, 0);
    WCHAR *text = heap_alloc(size * sizeof(WCHAR));
    SIZE_T length = wide_length(wanted), n;
    BOOL found = FALSE;

    if (!text)
        return FALSE;
    CertNameToStrW(X509_ASN_ENCODING, (PCERT_NAME_BLOB)blob, CERT_SIMPLE_NAME_STR, text, size);
    n = wide_length(text);
    for (SIZE_T i = 0; !found && i + length <= n; i++)
        found = CompareStringOrdinal(text + i, (int)length, wanted, (int)length, TRUE) == CSTR_EQUAL;
    heap_free(text);
    return found;
}

static BOOL name_has_a(const CERT_NAME_BLOB *blob, const char *wanted)
{
    WCHAR *wide = wide_copy(wanted);
    BOOL found = wide && name_has(blob, wide);

    heap_free(wide);
    return found;
}

static BOOL has_property(PCCERT_CONTEXT context, DWORD id, const CRYPT_DATA_BLOB *wanted)
{
    BYTE value[64];
    DWORD size = sizeof(value);

    return CertGetCertificateContextProperty(context, id, value, &size) && size == wanted->cbData &&
           !memcmp(value, wanted->pbData, size);
}

static BOOL same_key(const CERT_PUBLIC_KEY_INFO *a, const CERT_PUBLIC_KEY_INFO *b)
{
    return !strcmp(a->Algorithm.pszObjId, b->Algorithm.pszObjId) &&
           a->PublicKey.cbData == b->PublicKey.cbData &&
           !memcmp(a->PublicKey.pbData, b->PublicKey.pbData, a->PublicKey.cbData);
}

/* Does the certificate allow one of the purposes (or all that there are)? */
static BOOL has_usage(PCCERT_CONTEXT context, const CTL_USAGE *wanted, DWORD flags)
{
    PCERT_ENHKEY_USAGE usage;
    DWORD size = 0;
    BOOL none, found = FALSE;

    if (!CertGetEnhancedKeyUsage(context, 0, NULL, &size))
        return FALSE;
    none = GetLastError() == (DWORD)CRYPT_E_NOT_FOUND;
    if (!wanted || !wanted->cUsageIdentifier)
        return !(flags & CERT_FIND_NO_ENHKEY_USAGE_FLAG) || none;
    if (none)
        return flags & CERT_FIND_OPTIONAL_ENHKEY_USAGE_FLAG ? TRUE : FALSE;
    usage = heap_alloc(size);
    if (usage && CertGetEnhancedKeyUsage(context, 0, usage, &size)) {
        DWORD hits = 0;

        for (DWORD i = 0; i < wanted->cUsageIdentifier; i++)
            for (DWORD j = 0; j < usage->cUsageIdentifier; j++)
                if (!strcmp(wanted->rgpszUsageIdentifier[i], usage->rgpszUsageIdentifier[j])) {
                    hits++;
                    break;
                }
        found = flags & CERT_FIND_OR_ENHKEY_USAGE_FLAG ? hits > 0 : hits == wanted->cUsageIdentifier;
    }
    heap_free(usage);
    return found;
}

static BOOL by_id(PCCERT_CONTEXT context, const CERT_ID *id)
{
    switch (id->dwIdChoice) {
    case CERT_ID_ISSUER_SERIAL_NUMBER:
        return CertCompareCertificateName(X509_ASN_ENCODING, &context->pCertInfo->Issuer,
                                          (PCERT_NAME_BLOB)&id->IssuerSerialNumber.Issuer) &&
               CertCompareIntegerBlob(&context->pCertInfo->SerialNumber,
                                      (PCRYPT_INTEGER_BLOB)&id->IssuerSerialNumber.SerialNumber);
    case CERT_ID_KEY_IDENTIFIER:
        return has_property(context, CERT_KEY_IDENTIFIER_PROP_ID, &id->KeyId);
    case CERT_ID_SHA1_HASH:
        return has_property(context, CERT_SHA1_HASH_PROP_ID, &id->HashId);
    default:
        return FALSE;
    }
}

/* -1: no such question */
static int answers(PCCERT_CONTEXT context, const struct question *q)
{
    CERT_INFO *info = context->pCertInfo;
    const CERT_INFO *wanted = q->parameter;
    DWORD size = 0;

    switch (q->type) {
    case CERT_FIND_ANY:
        return TRUE;
    case CERT_FIND_SHA1_HASH:
        return has_property(context, CERT_SHA1_HASH_PROP_ID, q->parameter);
    case CERT_FIND_MD5_HASH:
        return has_property(context, CERT_MD5_HASH_PROP_ID, q->parameter);
    case CERT_FIND_KEY_IDENTIFIER:
        return has_property(context, CERT_KEY_IDENTIFIER_PROP_ID, q->parameter);
    case CERT_FIND_SUBJECT_NAME:
        return CertCompareCertificateName(q->encoding, &info->Subject, (PCERT_NAME_BLOB)q->parameter);
    case CERT_FIND_ISSUER_NAME:
        return CertCompareCertificateName(q->encoding, &info->Issuer, (PCERT_NAME_BLOB)q->parameter);
    case CERT_FIND_SUBJECT_STR_W:
        return name_has(&info->Subject, q->parameter);
    case CERT_FIND_ISSUER_STR_W:
        return name_has(&info->Issuer, q->parameter);
    case CERT_FIND_SUBJECT_STR_A:
        return name_has_a(&info->Subject, q->parameter);
    case CERT_FIND_ISSUER_STR_A:
        return name_has_a(&info->Issuer, q->parameter);
    case CERT_FIND_SUBJECT_CERT:
        return CertCompareCertificate(q->encoding, info, (PCERT_INFO)wanted);
    case CERT_FIND_EXISTING: {
        PCCERT_CONTEXT other = q->parameter;

        return context->cbCertEncoded == other->cbCertEncoded &&
               !memcmp(context->pbCertEncoded, other->pbCertEncoded, other->cbCertEncoded);
    }
    case CERT_FIND_ISSUER_OF: {
        PCCERT_CONTEXT subject = q->parameter;

        return CertCompareCertificateName(q->encoding, &info->Subject, &subject->pCertInfo->Issuer);
    }
    case CERT_FIND_PUBLIC_KEY:
        return same_key(&info->SubjectPublicKeyInfo, q->parameter);
    case CERT_FIND_CERT_ID:
        return by_id(context, q->parameter);
    case CERT_FIND_PROPERTY:
        return CertGetCertificateContextProperty(context, *(const DWORD *)q->parameter, NULL, &size);
    case CERT_FIND_HAS_PRIVATE_KEY:
        return CertGetCertificateContextProperty(context, CERT_KEY_PROV_INFO_PROP_ID, NULL, &size);
    case CERT_FIND_CTL_USAGE:
        return has_usage(context, q->parameter, q->flags);
    default:
        return -1;
    }
}

PCCERT_CONTEXT WINAPI CertFindCertificateInStore(HCERTSTORE handle, DWORD encoding, DWORD flags, DWORD type,
                                                 const void *parameter, PCCERT_CONTEXT context)
{
    struct question q = {encoding, type, flags, parameter};

    if (!parameter && type != CERT_FIND_ANY && type != CERT_FIND_HAS_PRIVATE_KEY &&
        type != CERT_FIND_CTL_USAGE) {
        if (context)
            cert_drop(cert_of(context));
        fail((DWORD)E_INVALIDARG);
        return NULL;
    }
    while ((context = CertEnumCertificatesInStore(handle, context))) {
        int answer = answers(context, &q);

        if (answer > 0)
            return context;
        if (answer < 0) {
            cert_drop(cert_of(context));
            fail((DWORD)E_INVALIDARG);
            return NULL;
        }
    }
    return NULL;
}

PCCERT_CONTEXT WINAPI CertGetSubjectCertificateFromStore(HCERTSTORE handle, DWORD encoding, PCERT_INFO id)
{
    return CertFindCertificateInStore(handle, encoding, 0, CERT_FIND_SUBJECT_CERT, id, NULL);
}
