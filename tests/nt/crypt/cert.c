/* crypt32: text forms of bytes, certificates, stores. Links crypt32. */
#include "tests/nt/check.h"

#include <wincrypt.h>

/* Made for this test with openssl: CN=compatrun test, O=Näme, C=DE; serial 1234567890abcdef; from 2020 to 2040; usage:
 * digital signature, key encipherment; purpose: server; names: example.org, mail a@b.example. */
#include "tests/nt/crypt/cert_data.h"

static void text(void)
{
    static const BYTE bytes[] = "Hello, world! \x00\xff and some more bytes, so that there are two lines of it.";
    char out[512];
    WCHAR wide[512];
    BYTE back[128];
    DWORD n = 0, size, skip, used;

    CHECK(CryptBinaryToStringA(bytes, 3, CRYPT_STRING_BASE64, NULL, &n));
    CHECK_EQ(n, 7); /* four digits, the end of the line, NUL */
    CHECK(CryptBinaryToStringA(bytes, 3, CRYPT_STRING_BASE64, out, &n));
    CHECK_EQ(n, 6);
    CHECK(!strcmp(out, "SGVs\r\n"));
    n = 6;
    CHECK(!CryptBinaryToStringA(bytes, 3, CRYPT_STRING_BASE64, out, &n));
    CHECK_EQ(GetLastError(), ERROR_MORE_DATA);
    n = sizeof(out);
    CHECK(CryptBinaryToStringA(bytes, 4, CRYPT_STRING_BASE64 | CRYPT_STRING_NOCRLF, out, &n));
    CHECK(n == 8 && !strcmp(out, "SGVsbA=="));
    n = sizeof(out);
    CHECK(CryptBinaryToStringA(bytes, 49, CRYPT_STRING_BASE64, out, &n));
    CHECK(!memcmp(out + 64, "\r\n", 2) && n == 72);
    n = sizeof(out);
    CHECK(CryptBinaryToStringA(bytes, 4, CRYPT_STRING_HEXRAW | CRYPT_STRING_NOCRLF, out, &n));
    CHECK(!strcmp(out, "48656c6c"));
    n = ARRAYSIZE(wide);
    CHECK(CryptBinaryToStringW(bytes, 4, CRYPT_STRING_BASE64HEADER, wide, &n));
    CHECK(!wcscmp(wide, L"-----BEGIN CERTIFICATE-----\r\nSGVsbA==\r\n-----END CERTIFICATE-----\r\n"));

    size = sizeof(back);
    CHECK(CryptStringToBinaryA("SGVs bA==\r\n", 0, CRYPT_STRING_BASE64, back, &size, NULL, NULL));
    CHECK(size == 4 && !memcmp(back, "Hell", 4));
    size = sizeof(back);
    CHECK(!CryptStringToBinaryA("SGV$", 0, CRYPT_STRING_BASE64, back, &size, NULL, NULL));
    CHECK_EQ(GetLastError(), ERROR_INVALID_DATA);
    size = sizeof(back);
    CHECK(CryptStringToBinaryA("before\n-----BEGIN X-----\nSGVs\n-----END X-----\n", 0, CRYPT_STRING_BASE64HEADER, back,
                               &size, &skip, &used));
    CHECK(size == 3 && skip == 7 && used == CRYPT_STRING_BASE64HEADER);
    size = 1;
    CHECK(!CryptStringToBinaryW(L"48656c6c", 0, CRYPT_STRING_HEXRAW, back, &size, NULL, NULL));
    CHECK_EQ(GetLastError(), ERROR_MORE_DATA);
    size = sizeof(back);
    CHECK(CryptStringToBinaryW(L"48656c6c", 0, CRYPT_STRING_HEXRAW, back, &size, NULL, NULL));
    CHECK(size == 4 && !memcmp(back, "Hell", 4));
}

static void certificate(void)
{
    PCCERT_CONTEXT c = CertCreateCertificateContext(X509_ASN_ENCODING, cert_data, sizeof(cert_data));
    CERT_INFO *info;
    SYSTEMTIME time;
    char name[128];
    WCHAR wide[128];
    BYTE usage[2], hash[20];
    DWORD size;
    PCERT_ENHKEY_USAGE purposes;
    union {
        CERT_ENHKEY_USAGE usage;
        BYTE room[256];
    } u;

    CHECK(c != NULL);
    if (!c)
        return;
    info = c->pCertInfo;
    CHECK_EQ(c->cbCertEncoded, sizeof(cert_data));
    CHECK_EQ(info->dwVersion, CERT_V3);
    CHECK(info->SerialNumber.cbData == 8 && info->SerialNumber.pbData[0] == 0xef &&
          info->SerialNumber.pbData[7] == 0x12);
    CHECK(!strcmp(info->SignatureAlgorithm.pszObjId, "1.2.840.10045.4.3.2"));
    CHECK(!strcmp(info->SubjectPublicKeyInfo.Algorithm.pszObjId, "1.2.840.10045.2.1"));
    CHECK_EQ(info->SubjectPublicKeyInfo.PublicKey.cbData, 65);
    CHECK(FileTimeToSystemTime(&info->NotBefore, &time) && time.wYear == 2020 && time.wMonth == 1);
    CHECK(FileTimeToSystemTime(&info->NotAfter, &time) && time.wYear == 2040);
    CHECK(CertFindExtension("2.5.29.17", info->cExtension, info->rgExtension) != NULL);
    CHECK(CertFindExtension("1.2.3", info->cExtension, info->rgExtension) == NULL);
    CHECK_EQ(CertNameToStrW(X509_ASN_ENCODING, &info->Subject, CERT_X500_NAME_STR, wide, ARRAYSIZE(wide)),
             wcslen(L"C=DE, O=N\u00e4me, CN=compatrun test") + 1);
    CHECK(!wcscmp(wide, L"C=DE, O=N\u00e4me, CN=compatrun test"));
    CertNameToStrW(X509_ASN_ENCODING, &info->Subject, CERT_X500_NAME_STR | CERT_NAME_STR_REVERSE_FLAG, wide,
                   ARRAYSIZE(wide));
    CHECK(!wcscmp(wide, L"CN=compatrun test, O=N\u00e4me, C=DE"));
    CHECK_EQ(CertGetNameStringA(c, CERT_NAME_SIMPLE_DISPLAY_TYPE, 0, NULL, NULL, 0), 15);
    CHECK_EQ(CertGetNameStringA(c, CERT_NAME_SIMPLE_DISPLAY_TYPE, 0, NULL, name, sizeof(name)), 15);
    CHECK(!strcmp(name, "compatrun test"));
    CHECK(CertGetNameStringA(c, CERT_NAME_DNS_TYPE, 0, NULL, name, sizeof(name)) && !strcmp(name, "example.org"));
    CHECK(CertGetNameStringA(c, CERT_NAME_EMAIL_TYPE, 0, NULL, name, sizeof(name)) && !strcmp(name, "a@b.example"));
    CHECK(CertGetIntendedKeyUsage(X509_ASN_ENCODING, info, usage, 2));
    CHECK_EQ(usage[0], CERT_DIGITAL_SIGNATURE_KEY_USAGE | CERT_KEY_ENCIPHERMENT_KEY_USAGE);
    CHECK(CertGetEnhancedKeyUsage(c, 0, NULL, &size));
    CHECK(size <= sizeof(u));
    purposes = &u.usage;
    CHECK(CertGetEnhancedKeyUsage(c, 0, purposes, &size));
    CHECK(purposes->cUsageIdentifier == 1 && !strcmp(purposes->rgpszUsageIdentifier[0], szOID_PKIX_KP_SERVER_AUTH));
    CHECK_EQ(CertVerifyTimeValidity(&info->NotBefore, info), 0);
    CHECK_EQ(CertVerifyTimeValidity(&(FILETIME){0, 0}, info), -1);
    CHECK_EQ(CertVerifyTimeValidity(&(FILETIME){0, 0x7fffffff}, info), 1);
    size = sizeof(hash);
    CHECK(CertGetCertificateContextProperty(c, CERT_SHA1_HASH_PROP_ID, hash, &size));
    CHECK(size == 20 && !memcmp(hash, cert_sha1, 20));
    size = 19;
    CHECK(!CertGetCertificateContextProperty(c, CERT_SHA1_HASH_PROP_ID, hash, &size));
    CHECK_EQ(GetLastError(), ERROR_MORE_DATA);
    CHECK(CertDuplicateCertificateContext(c) == c);
    CHECK(CertFreeCertificateContext(c));
    CHECK(CertFreeCertificateContext(c));
    CHECK(!CertCreateCertificateContext(X509_ASN_ENCODING, cert_data, 40));
    /* each truncation is refused, and so is nonsense */
    for (DWORD n = 0; n < sizeof(cert_data); n += 7)
        CHECK(!CertCreateCertificateContext(X509_ASN_ENCODING, cert_data, n));
}

static DWORD count(HCERTSTORE store)
{
    PCCERT_CONTEXT c = NULL;
    DWORD n = 0;

    while ((c = CertEnumCertificatesInStore(store, c)))
        n++;
    return n;
}

static void stores(void)
{
    HCERTSTORE store = CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, NULL), all, root;
    PCCERT_CONTEXT c = NULL, found;
    CRYPT_DATA_BLOB blob = {20, (BYTE *)cert_sha1}, friendly;
    DWORD size, expected = 2;

    CHECK(store != NULL);
    CHECK(!CertEnumCertificatesInStore(store, NULL));
    CHECK_EQ(GetLastError(), (DWORD)CRYPT_E_NOT_FOUND);
    CHECK(CertAddEncodedCertificateToStore(store, X509_ASN_ENCODING, cert_data, sizeof(cert_data),
                                           CERT_STORE_ADD_NEW, &c));
    CHECK(c && c->hCertStore == store);
    CHECK(!CertAddEncodedCertificateToStore(store, X509_ASN_ENCODING, cert_data, sizeof(cert_data),
                                            CERT_STORE_ADD_NEW, NULL));
    CHECK_EQ(GetLastError(), (DWORD)CRYPT_E_EXISTS);
    CHECK_EQ(count(store), 1);
    CHECK(CertAddCertificateContextToStore(store, c, CERT_STORE_ADD_ALWAYS, NULL));
    CHECK_EQ(count(store), 2);
    CHECK(CertAddCertificateContextToStore(store, c, CERT_STORE_ADD_USE_EXISTING, NULL));
    CHECK_EQ(count(store), 2);

    found = CertFindCertificateInStore(store, X509_ASN_ENCODING, 0, CERT_FIND_SHA1_HASH, &blob, NULL);
    CHECK(found != NULL);
    CertFreeCertificateContext(found);
    found = CertFindCertificateInStore(store, X509_ASN_ENCODING, 0, CERT_FIND_SUBJECT_STR_W, L"COMPATRUN", NULL);
    CHECK(found != NULL);
    CertFreeCertificateContext(found);
    CHECK(!CertFindCertificateInStore(store, X509_ASN_ENCODING, 0, CERT_FIND_SUBJECT_STR_A, "nobody", NULL));
    found = CertFindCertificateInStore(store, X509_ASN_ENCODING, 0, CERT_FIND_SUBJECT_CERT, c->pCertInfo, NULL);
    CHECK(found != NULL);
    CertFreeCertificateContext(found);

    friendly.pbData = (BYTE *)L"a friend";
    friendly.cbData = sizeof(L"a friend");
    CHECK(CertSetCertificateContextProperty(c, CERT_FRIENDLY_NAME_PROP_ID, 0, &friendly));
    size = 0;
    CHECK(CertGetCertificateContextProperty(c, CERT_FRIENDLY_NAME_PROP_ID, NULL, &size));
    CHECK_EQ(size, sizeof(L"a friend"));
    CHECK(CertSetCertificateContextProperty(c, CERT_FRIENDLY_NAME_PROP_ID, 0, NULL));
    CHECK(!CertGetCertificateContextProperty(c, CERT_FRIENDLY_NAME_PROP_ID, NULL, &size));
    CHECK_EQ(GetLastError(), (DWORD)CRYPT_E_NOT_FOUND);

    all = CertOpenStore(CERT_STORE_PROV_COLLECTION, 0, 0, 0, NULL);
    CHECK(CertAddStoreToCollection(all, store, CERT_PHYSICAL_STORE_ADD_ENABLE_FLAG, 0));
    CHECK_EQ(count(all), 2);
    CHECK(CertCloseStore(all, 0));

    /* one may go on from what was deleted */
    CertFreeCertificateContext(c);
    c = NULL;
    while ((c = CertEnumCertificatesInStore(store, c))) {
        CHECK(CertDeleteCertificateFromStore(CertDuplicateCertificateContext(c)));
        expected--;
    }
    CHECK_EQ(expected, 0);
    CHECK_EQ(count(store), 0);
    CHECK(CertAddEncodedCertificateToStore(store, X509_ASN_ENCODING, cert_data, sizeof(cert_data),
                                           CERT_STORE_ADD_NEW, &c));
    CHECK(!CertCloseStore(store, CERT_CLOSE_STORE_CHECK_FLAG));
    CHECK_EQ(GetLastError(), (DWORD)CRYPT_E_PENDING_CLOSE);
    CHECK_EQ(c->cbCertEncoded, sizeof(cert_data)); /* it is still good */
    CertFreeCertificateContext(c);

    root = CertOpenSystemStoreW(0, L"ROOT");
    CHECK(root != NULL);
    CHECK(CertCloseStore(root, CERT_CLOSE_STORE_CHECK_FLAG));
    CHECK(!CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0,
                         CERT_SYSTEM_STORE_CURRENT_USER | CERT_STORE_OPEN_EXISTING_FLAG, L"no such store"));
    CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
}

int main(void)
{
    text();
    certificate();
    stores();
    return check_done();
}
