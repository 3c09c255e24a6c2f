/* bcrypt: hashes, HMAC, PBKDF2, AES, by the examples of their standards. Links bcrypt. */
#include "tests/nt/check.h"

#include <bcrypt.h>
#ifndef STATUS_SUCCESS
#define STATUS_SUCCESS ((NTSTATUS)0)
#endif
#define BAD_HANDLE ((NTSTATUS)0xc0000008)
#define BAD_PARAMETER ((NTSTATUS)0xc000000d)
#define TOO_SMALL ((NTSTATUS)0xc0000023)
#define BAD_SIZE ((NTSTATUS)0xc0000206)
#define NOT_FOUND ((NTSTATUS)0xc0000225)
#define MISMATCH ((NTSTATUS)0xc000a002)

static int is_hex(const void *data, ULONG n, const char *hex)
{
    char text[257];

    for (ULONG i = 0; i < n && i < 128; i++)
        sprintf(text + 2 * i, "%02x", ((const BYTE *)data)[i]);
    if (!strcmp(text, hex))
        return 1;
    printf("  got %s\n", text);
    return 0;
}

static ULONG from_hex(const char *hex, BYTE *out)
{
    ULONG n = 0;
    unsigned value;

    for (; hex[2 * n]; n++) {
        sscanf(hex + 2 * n, "%2x", &value);
        out[n] = (BYTE)value;
    }
    return n;
}

static void hashes(void)
{
    static const struct {
        const WCHAR *name;
        ULONG size;
        const char *abc;
    } all[] = {
        {L"MD4", 16, "a448017aaf21d8525fc10ae87aa6729d"},
        {L"MD5", 16, "900150983cd24fb0d6963f7d28e17f72"},
        {L"SHA1", 20, "a9993e364706816aba3e25717850c26c9cd0d89d"},
        {L"SHA256", 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {L"SHA384", 48,
         "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"},
        {L"SHA512", 64,
         "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
         "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
    };

    for (ULONG i = 0; i < ARRAYSIZE(all); i++) {
        BCRYPT_ALG_HANDLE a;
        BCRYPT_HASH_HANDLE h, copy;
        BYTE digest[64];
        ULONG number = 0, got = 0;

        CHECK_EQ(BCryptOpenAlgorithmProvider(&a, all[i].name, NULL, 0), STATUS_SUCCESS);
        CHECK_EQ(BCryptGetProperty(a, BCRYPT_HASH_LENGTH, (PUCHAR)&number, sizeof(number), &got, 0),
                 STATUS_SUCCESS);
        CHECK_EQ(number, all[i].size);
        CHECK_EQ(got, sizeof(number));
        CHECK_EQ(BCryptGetProperty(a, BCRYPT_OBJECT_LENGTH, (PUCHAR)&number, sizeof(number), &got, 0),
                 STATUS_SUCCESS);
        CHECK_EQ(BCryptCreateHash(a, &h, NULL, 0, NULL, 0, 0), STATUS_SUCCESS);
        CHECK_EQ(BCryptHashData(h, (PUCHAR) "ab", 2, 0), STATUS_SUCCESS);
        CHECK_EQ(BCryptDuplicateHash(h, &copy, NULL, 0, 0), STATUS_SUCCESS);
        CHECK_EQ(BCryptHashData(h, (PUCHAR) "c", 1, 0), STATUS_SUCCESS);
        CHECK_EQ(BCryptFinishHash(h, digest, all[i].size - 1, 0), BAD_PARAMETER);
        CHECK_EQ(BCryptFinishHash(h, digest, all[i].size, 0), STATUS_SUCCESS);
        CHECK(is_hex(digest, all[i].size, all[i].abc));
        CHECK_EQ(BCryptDestroyHash(h), STATUS_SUCCESS);
        memset(digest, 0, sizeof(digest));
        CHECK_EQ(BCryptHashData(copy, (PUCHAR) "c", 1, 0), STATUS_SUCCESS);
        CHECK_EQ(BCryptFinishHash(copy, digest, all[i].size, 0), STATUS_SUCCESS);
        CHECK(is_hex(digest, all[i].size, all[i].abc));
        CHECK_EQ(BCryptDestroyHash(copy), STATUS_SUCCESS);
        memset(digest, 0, sizeof(digest));
        CHECK_EQ(BCryptHash(a, NULL, 0, (PUCHAR) "abc", 3, digest, all[i].size), STATUS_SUCCESS);
        CHECK(is_hex(digest, all[i].size, all[i].abc));
        CHECK_EQ(BCryptCloseAlgorithmProvider(a, 0), STATUS_SUCCESS);
    }
}

/* A million times 'a' (FIPS 180), in pieces of odd sizes. */
static void big(void)
{
    BCRYPT_ALG_HANDLE a;
    BCRYPT_HASH_HANDLE h;
    BYTE digest[32], *data = malloc(100000);
    ULONG left = 1000000, part = 1;

    memset(data, 'a', 100000);
    CHECK_EQ(BCryptOpenAlgorithmProvider(&a, L"SHA256", NULL, BCRYPT_HASH_REUSABLE_FLAG), STATUS_SUCCESS);
    CHECK_EQ(BCryptCreateHash(a, &h, NULL, 0, NULL, 0, 0), STATUS_SUCCESS);
    while (left) {
        ULONG n = part < left ? part : left;

        CHECK_EQ(BCryptHashData(h, data, n, 0), STATUS_SUCCESS);
        left -= n;
        part = part * 3 % 99991;
    }
    CHECK_EQ(BCryptFinishHash(h, digest, 32, 0), STATUS_SUCCESS);
    CHECK(is_hex(digest, 32, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
    /* reusable: it begins anew */
    CHECK_EQ(BCryptFinishHash(h, digest, 32, 0), STATUS_SUCCESS);
    CHECK(is_hex(digest, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    BCryptDestroyHash(h);
    BCryptCloseAlgorithmProvider(a, 0);
    free(data);
}

static void hmac(void)
{
    BCRYPT_ALG_HANDLE a;
    BCRYPT_HASH_HANDLE h;
    BYTE out[64], key[131];

    /* RFC 4231, cases 2 and 6 (a key longer than a block) */
    CHECK_EQ(BCryptOpenAlgorithmProvider(&a, L"SHA256", NULL, BCRYPT_ALG_HANDLE_HMAC_FLAG), STATUS_SUCCESS);
    CHECK_EQ(BCryptCreateHash(a, &h, NULL, 0, (PUCHAR) "Jefe", 4, 0), STATUS_SUCCESS);
    CHECK_EQ(BCryptHashData(h, (PUCHAR) "what do ya want for nothing?", 28, 0), STATUS_SUCCESS);
    CHECK_EQ(BCryptFinishHash(h, out, 32, 0), STATUS_SUCCESS);
    CHECK(is_hex(out, 32, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
    BCryptDestroyHash(h);
    memset(key, 0xaa, sizeof(key));
    CHECK_EQ(BCryptHash(a, key, sizeof(key), (PUCHAR) "Test Using Larger Than Block-Size Key - Hash Key First",
                        54, out, 32),
             STATUS_SUCCESS);
    CHECK(is_hex(out, 32, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"));

    /* RFC 7914, section 11 */
    CHECK_EQ(BCryptDeriveKeyPBKDF2(a, (PUCHAR) "passwd", 6, (PUCHAR) "salt", 4, 1, out, 64, 0),
             STATUS_SUCCESS);
    CHECK(is_hex(out, 64,
                 "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
                 "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783"));
    CHECK_EQ(BCryptDeriveKeyPBKDF2(a, (PUCHAR) "x", 1, (PUCHAR) "y", 1, 0, out, 64, 0), BAD_PARAMETER);
    BCryptCloseAlgorithmProvider(a, 0);
    /* RFC 6070 */
    CHECK_EQ(BCryptOpenAlgorithmProvider(&a, L"SHA1", NULL, BCRYPT_ALG_HANDLE_HMAC_FLAG), STATUS_SUCCESS);
    CHECK_EQ(BCryptDeriveKeyPBKDF2(a, (PUCHAR) "passwordPASSWORDpassword", 24,
                                   (PUCHAR) "saltSALTsaltSALTsaltSALTsaltSALTsalt", 36, 4096, out, 25, 0),
             STATUS_SUCCESS);
    CHECK(is_hex(out, 25, "3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038"));
    BCryptCloseAlgorithmProvider(a, 0);
}

static void blocks(void)
{
    /* NIST SP 800-38A, F.1.1, F.2.1: the first two blocks */
    static const char plain_hex[] = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51";
    BCRYPT_ALG_HANDLE a;
    BCRYPT_KEY_HANDLE k;
    BYTE key[32], iv[16], plain[32], out[64], back[64];
    ULONG n;

    from_hex("2b7e151628aed2a6abf7158809cf4f3c", key);
    from_hex(plain_hex, plain);
    CHECK_EQ(BCryptOpenAlgorithmProvider(&a, L"AES", NULL, 0), STATUS_SUCCESS);
    CHECK_EQ(BCryptSetProperty(a, BCRYPT_CHAINING_MODE, (PUCHAR)BCRYPT_CHAIN_MODE_ECB,
                               sizeof(BCRYPT_CHAIN_MODE_ECB), 0),
             STATUS_SUCCESS);
    CHECK_EQ(BCryptGenerateSymmetricKey(a, &k, NULL, 0, key, 15, 0), BAD_PARAMETER);
    CHECK_EQ(BCryptGenerateSymmetricKey(a, &k, NULL, 0, key, 16, 0), STATUS_SUCCESS);
    CHECK_EQ(BCryptEncrypt(k, plain, 32, NULL, NULL, 0, out, sizeof(out), &n, 0), STATUS_SUCCESS);
    CHECK_EQ(n, 32);
    CHECK(is_hex(out, 32, "3ad77bb40d7a3660a89ecaf32466ef97f5d3d58503b9699de785895a96fdbaaf"));
    CHECK_EQ(BCryptDecrypt(k, out, 32, NULL, NULL, 0, back, sizeof(back), &n, 0), STATUS_SUCCESS);
    CHECK(is_hex(back, 32, plain_hex));
    CHECK_EQ(BCryptEncrypt(k, plain, 31, NULL, NULL, 0, out, sizeof(out), &n, 0), BAD_SIZE);
    BCryptDestroyKey(k);

    CHECK_EQ(BCryptSetProperty(a, BCRYPT_CHAINING_MODE, (PUCHAR)BCRYPT_CHAIN_MODE_CBC,
                               sizeof(BCRYPT_CHAIN_MODE_CBC), 0),
             STATUS_SUCCESS);
    CHECK_EQ(BCryptGenerateSymmetricKey(a, &k, NULL, 0, key, 16, 0), STATUS_SUCCESS);
    from_hex("000102030405060708090a0b0c0d0e0f", iv);
    CHECK_EQ(BCryptEncrypt(k, plain, 16, NULL, iv, 16, out, 16, &n, 0), STATUS_SUCCESS);
    CHECK_EQ(BCryptEncrypt(k, plain + 16, 16, NULL, iv, 16, out + 16, 16, &n, 0), STATUS_SUCCESS);
    CHECK(is_hex(out, 32, "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"));
    /* padding: always some */
    for (ULONG size = 0; size <= 32; size++) {
        memset(iv, 7, 16);
        CHECK_EQ(BCryptEncrypt(k, plain, size, NULL, iv, 16, NULL, 0, &n, BCRYPT_BLOCK_PADDING),
                 STATUS_SUCCESS);
        CHECK_EQ(n, size / 16 * 16 + 16);
        CHECK_EQ(BCryptEncrypt(k, plain, size, NULL, iv, 16, out, n - 1, &n, BCRYPT_BLOCK_PADDING),
                 TOO_SMALL);
        CHECK_EQ(BCryptEncrypt(k, plain, size, NULL, iv, 16, out, sizeof(out), &n, BCRYPT_BLOCK_PADDING),
                 STATUS_SUCCESS);
        memset(iv, 7, 16);
        CHECK_EQ(BCryptDecrypt(k, out, n, NULL, iv, 16, back, sizeof(back), &n, BCRYPT_BLOCK_PADDING),
                 STATUS_SUCCESS);
        CHECK(n == size && !memcmp(back, plain, size));
    }
    CHECK_EQ(BCryptEncrypt(k, plain, 16, NULL, iv, 15, out, 64, &n, 0), BAD_PARAMETER);
    CHECK_EQ(BCryptExportKey(k, NULL, BCRYPT_KEY_DATA_BLOB, out, sizeof(out), &n, 0), STATUS_SUCCESS);
    CHECK(n == 28 && !memcmp(out + 12, key, 16));
    BCryptDestroyKey(k);
    CHECK_EQ(BCryptImportKey(a, NULL, BCRYPT_KEY_DATA_BLOB, &k, NULL, 0, out, n, 0), STATUS_SUCCESS);
    BCryptDestroyKey(k);
    BCryptCloseAlgorithmProvider(a, 0);
}

static void tags(void)
{
    /* The GCM specification's test case 4 */
    static const char plain_hex[] = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                                    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39";
    BCRYPT_ALG_HANDLE a;
    BCRYPT_KEY_HANDLE k;
    BCRYPT_AUTHENTICATED_CIPHER_MODE_INFO info;
    BYTE key[16], nonce[12], aad[20], plain[60], out[60], back[60], tag[16];
    ULONG n, size = from_hex(plain_hex, plain);

    from_hex("feffe9928665731c6d6a8f9467308308", key);
    from_hex("cafebabefacedbaddecaf888", nonce);
    from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2", aad);
    CHECK_EQ(BCryptOpenAlgorithmProvider(&a, L"AES", NULL, 0), STATUS_SUCCESS);
    CHECK_EQ(BCryptSetProperty(a, BCRYPT_CHAINING_MODE, (PUCHAR)BCRYPT_CHAIN_MODE_GCM,
                               sizeof(BCRYPT_CHAIN_MODE_GCM), 0),
             STATUS_SUCCESS);
    CHECK_EQ(BCryptGenerateSymmetricKey(a, &k, NULL, 0, key, 16, 0), STATUS_SUCCESS);
    BCRYPT_INIT_AUTH_MODE_INFO(info);
    info.pbNonce = nonce;
    info.cbNonce = sizeof(nonce);
    info.pbAuthData = aad;
    info.cbAuthData = sizeof(aad);
    info.pbTag = tag;
    info.cbTag = sizeof(tag);
    CHECK_EQ(BCryptEncrypt(k, plain, size, &info, NULL, 0, out, sizeof(out), &n, 0), STATUS_SUCCESS);
    CHECK_EQ(n, 60);
    CHECK(is_hex(out, 60,
                 "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
                 "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"));
    CHECK(is_hex(tag, 16, "5bc94fbc3221a5db94fae95ae7121a47"));
    CHECK_EQ(BCryptDecrypt(k, out, n, &info, NULL, 0, back, sizeof(back), &n, 0), STATUS_SUCCESS);
    CHECK(!memcmp(back, plain, 60));
    tag[3] ^= 1;
    CHECK_EQ(BCryptDecrypt(k, out, n, &info, NULL, 0, back, sizeof(back), &n, 0), MISMATCH);
    CHECK_EQ(BCryptEncrypt(k, plain, size, NULL, NULL, 0, out, sizeof(out), &n, 0), BAD_PARAMETER);
    BCryptDestroyKey(k);
    BCryptCloseAlgorithmProvider(a, 0);
}

static void errors(void)
{
    BCRYPT_ALG_HANDLE a;
    BCRYPT_HASH_HANDLE h;
    WCHAR name[16];
    ULONG got;

    CHECK_EQ(BCryptOpenAlgorithmProvider(&a, L"NONSENSE", NULL, 0), NOT_FOUND);
    CHECK_EQ(BCryptOpenAlgorithmProvider(&a, L"SHA256", L"Nobody", 0), NOT_FOUND);
    CHECK_EQ(BCryptOpenAlgorithmProvider(&a, NULL, NULL, 0), BAD_PARAMETER);
    CHECK_EQ(BCryptCreateHash(NULL, &h, NULL, 0, NULL, 0, 0), BAD_HANDLE);
    CHECK_EQ(BCryptHashData(NULL, NULL, 0, 0), BAD_HANDLE);
    CHECK_EQ(BCryptDestroyHash(NULL), BAD_HANDLE);
    CHECK_EQ(BCryptOpenAlgorithmProvider(&a, L"SHA256", NULL, 0), STATUS_SUCCESS);
    CHECK_EQ(BCryptGetProperty(a, BCRYPT_ALGORITHM_NAME, NULL, 0, &got, 0), STATUS_SUCCESS);
    CHECK_EQ(got, 14);
    CHECK_EQ(BCryptGetProperty(a, BCRYPT_ALGORITHM_NAME, (PUCHAR)name, 13, &got, 0), TOO_SMALL);
    CHECK_EQ(BCryptGetProperty(a, BCRYPT_ALGORITHM_NAME, (PUCHAR)name, 14, &got, 0), STATUS_SUCCESS);
    CHECK(!wcscmp(name, L"SHA256"));
    BCryptCloseAlgorithmProvider(a, 0);
}

int main(void)
{
    hashes();
    big();
    hmac();
    blocks();
    tags();
    errors();
    return check_done();
}
