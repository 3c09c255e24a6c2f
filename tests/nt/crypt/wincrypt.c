/* advapi32: hashes of the old interface. Links advapi32. */
#include "tests/nt/check.h"

#include <wincrypt.h>

static BOOL is_hex(const BYTE *data, DWORD n, const char *hex)
{
    char text[129] = "";

    for (DWORD i = 0; i < n && i < 64; i++)
        sprintf(text + 2 * i, "%02x", data[i]);
    return !strcmp(text, hex);
}

int main(void)
{
    static const struct {
        ALG_ID id;
        DWORD size;
        const char *abc;
    } all[] = {
        {CALG_MD5, 16, "900150983cd24fb0d6963f7d28e17f72"},
        {CALG_SHA1, 20, "a9993e364706816aba3e25717850c26c9cd0d89d"},
        {CALG_SHA_256, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {CALG_SHA_512, 64,
         "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
         "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
    };
    HCRYPTPROV provider;
    HCRYPTHASH hash, copy;
    BYTE value[64];
    DWORD size, number;

    CHECK(CryptAcquireContextA(&provider, NULL, NULL, PROV_RSA_AES, CRYPT_VERIFYCONTEXT));
    for (ULONG i = 0; i < ARRAYSIZE(all); i++) {
        CHECK(CryptCreateHash(provider, all[i].id, 0, 0, &hash));
        size = sizeof(number);
        CHECK(CryptGetHashParam(hash, HP_HASHSIZE, (BYTE *)&number, &size, 0));
        CHECK_EQ(number, all[i].size);
        CHECK(CryptGetHashParam(hash, HP_ALGID, (BYTE *)&number, &size, 0));
        CHECK_EQ(number, all[i].id);
        CHECK(CryptHashData(hash, (const BYTE *)"ab", 2, 0));
        CHECK(CryptDuplicateHash(hash, NULL, 0, &copy));
        CHECK(CryptHashData(hash, (const BYTE *)"c", 1, 0));
        size = all[i].size - 1;
        CHECK(!CryptGetHashParam(hash, HP_HASHVAL, value, &size, 0));
        CHECK_EQ(GetLastError(), ERROR_MORE_DATA);
        CHECK_EQ(size, all[i].size);
        CHECK(CryptGetHashParam(hash, HP_HASHVAL, value, &size, 0));
        CHECK(is_hex(value, size, all[i].abc));
        CHECK(!CryptHashData(hash, (const BYTE *)"d", 1, 0));
        CHECK_EQ(GetLastError(), (DWORD)NTE_BAD_HASH_STATE);
        CHECK(CryptGetHashParam(hash, HP_HASHVAL, value, &size, 0));
        CHECK(is_hex(value, size, all[i].abc));
        CHECK(CryptDestroyHash(hash));
        CHECK(CryptHashData(copy, (const BYTE *)"c", 1, 0));
        size = sizeof(value);
        CHECK(CryptGetHashParam(copy, HP_HASHVAL, value, &size, 0));
        CHECK(is_hex(value, size, all[i].abc));
        CHECK(CryptDestroyHash(copy));
    }
    CHECK(!CryptCreateHash(provider, 0x12345, 0, 0, &hash));
    CHECK_EQ(GetLastError(), (DWORD)NTE_BAD_ALGID);
    CHECK(CryptReleaseContext(provider, 0));
    return check_done();
}
