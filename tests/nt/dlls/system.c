/* advapi32, bcrypt, winmm, userenv, shell32's folders, Winsock's addresses. Links advapi32 bcrypt winmm userenv shell32 ws2_32. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include "tests/nt/check.h"

#include <bcrypt.h>
#include <mmsystem.h>
#include <sddl.h>
#include <shlobj.h>
#include <userenv.h>

BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG size);

static void random_bytes(void)
{
    BYTE a[64], b[64], zero[64] = {0};
    BCRYPT_ALG_HANDLE rng;
    BOOL(WINAPI * prng)
    (PBYTE, SIZE_T) = (void *)GetProcAddress(LoadLibraryA("bcryptprimitives.dll"), "ProcessPrng");

    memset(a, 0, sizeof(a));
    memset(b, 0, sizeof(b));
    CHECK(SystemFunction036(a, sizeof(a)) && SystemFunction036(b, sizeof(b)));
    CHECK(memcmp(a, b, sizeof(a)) && memcmp(a, zero, sizeof(a)));
    memset(b, 0, sizeof(b));
    CHECK_EQ(BCryptGenRandom(NULL, b, sizeof(b), BCRYPT_USE_SYSTEM_PREFERRED_RNG), 0);
    CHECK(memcmp(b, zero, sizeof(b)) && memcmp(b, a, sizeof(b)));
    CHECK_EQ(BCryptGenRandom(NULL, b, sizeof(b), 0), (LONG)0xc0000008);
    CHECK_EQ(BCryptOpenAlgorithmProvider(&rng, BCRYPT_RNG_ALGORITHM, NULL, 0), 0);
    CHECK_EQ(BCryptGenRandom(rng, a, sizeof(a), 0), 0);
    CHECK(memcmp(b, a, sizeof(b)));
    CHECK_EQ(BCryptCloseAlgorithmProvider(rng, 0), 0);
    if (!check_on_wine()) /* documented: STATUS_NOT_FOUND */
        CHECK_EQ(BCryptOpenAlgorithmProvider(&rng, L"NoSuchAlgorithm", NULL, 0), (LONG)0xc0000225);
    if (prng) { /* not in every system */
        CHECK(prng(a, sizeof(a)) && prng(b, sizeof(b)));
        CHECK(memcmp(a, b, sizeof(a)));
    } else {
        CHECK(check_on_wine());
    }
}

static void names(void)
{
    LUID luid;
    WCHAR text[64], domain[64];
    char narrow[64];
    DWORD size = 64, domain_size = 64, sid_size;
    PSID sid, same;
    SID_NAME_USE use;
    WCHAR *string;
    BYTE room[SECURITY_MAX_SID_SIZE];

    CHECK(LookupPrivilegeValueW(NULL, L"SeDebugPrivilege", &luid));
    CHECK(luid.LowPart == 20 && luid.HighPart == 0);
    CHECK(LookupPrivilegeValueA(NULL, "sebackupprivilege", &luid) && luid.LowPart == 17);
    CHECK(!LookupPrivilegeValueW(NULL, L"SeNothingPrivilege", &luid));
    CHECK_EQ(GetLastError(), ERROR_NO_SUCH_PRIVILEGE);
    CHECK(LookupPrivilegeNameW(NULL, &luid, text, &size) && size == 17);
    CHECK(!wcscmp(text, L"SeBackupPrivilege"));
    size = 17;
    CHECK(!LookupPrivilegeNameW(NULL, &luid, text, &size) && size == 18);
    CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    size = 64;
    CHECK(LookupPrivilegeNameA(NULL, &luid, narrow, &size));
    CHECK(!strcmp(narrow, "SeBackupPrivilege"));

    CHECK(ConvertStringSidToSidW(L"S-1-5-32-544", &sid));
    CHECK(IsValidSid(sid));
    CHECK_EQ(*GetSidSubAuthorityCount(sid), 2);
    CHECK(IsWellKnownSid(sid, WinBuiltinAdministratorsSid));
    CHECK(ConvertStringSidToSidW(L"BA", &same) && EqualSid(sid, same));
    LocalFree(same);
    CHECK(ConvertSidToStringSidW(sid, &string) && !wcscmp(string, L"S-1-5-32-544"));
    LocalFree(string);
    size = domain_size = 64;
    CHECK(LookupAccountSidW(NULL, sid, text, &size, domain, &domain_size, &use));
    CHECK(!wcscmp(text, L"Administrators") && !wcscmp(domain, L"BUILTIN") && use == SidTypeAlias);
    LocalFree(sid);
    sid_size = sizeof(room);
    domain_size = 64;
    CHECK(LookupAccountNameW(NULL, L"Everyone", room, &sid_size, domain, &domain_size, &use));
    CHECK(IsWellKnownSid(room, WinWorldSid));
    CHECK(!ConvertStringSidToSidW(L"S-1-", &sid));
    CHECK_EQ(GetLastError(), ERROR_INVALID_SID);
    size = 64;
    CHECK(GetUserNameW(text, &size) && size == wcslen(text) + 1 && size > 1);
    sid_size = 0;
    CHECK(!GetUserNameA(narrow, &sid_size) && sid_size > 1);
    CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    sid_size = sizeof(room);
    CHECK(CreateWellKnownSid(WinLocalSystemSid, NULL, room, &sid_size) && sid_size == 12);
}

static void descriptors(void)
{
    SECURITY_DESCRIPTOR sd;
    BYTE room[256], relative[512], world[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof(world);
    ACL *acl = (ACL *)room, *got;
    ACL_SIZE_INFORMATION info;
    BOOL present, defaulted;

    CHECK(CreateWellKnownSid(WinWorldSid, NULL, world, &size));
    CHECK(InitializeAcl(acl, sizeof(room), ACL_REVISION));
    CHECK(AddAccessAllowedAce(acl, ACL_REVISION, GENERIC_READ, world));
    CHECK(IsValidAcl(acl));
    CHECK(GetAclInformation(acl, &info, sizeof(info), AclSizeInformation) && info.AceCount == 1);
    CHECK(InitializeSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION));
    CHECK(SetSecurityDescriptorDacl(&sd, TRUE, acl, FALSE));
    CHECK(SetSecurityDescriptorOwner(&sd, world, FALSE));
    CHECK(IsValidSecurityDescriptor(&sd));
    size = 0;
    CHECK(!MakeSelfRelativeSD(&sd, NULL, &size));
    CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    CHECK(size <= sizeof(relative) && MakeSelfRelativeSD(&sd, relative, &size));
    CHECK_EQ(GetSecurityDescriptorLength(relative), size);
    CHECK(GetSecurityDescriptorDacl(relative, &present, &got, &defaulted));
    CHECK(present && got->AceCount == 1 && !defaulted);
}

static void folders(void)
{
    WCHAR path[MAX_PATH], variable[MAX_PATH];
    PWSTR known;
    DWORD size = MAX_PATH;
    HANDLE token;

    GetEnvironmentVariableW(L"USERPROFILE", variable, MAX_PATH);
    CHECK_EQ(SHGetFolderPathW(NULL, CSIDL_PROFILE, NULL, 0, path), S_OK);
    CHECK(!_wcsicmp(path, variable));
    CHECK_EQ(SHGetKnownFolderPath(&(GUID){0x3eb685db,
                                          0x65f9,
                                          0x4cf6,
                                          {0xa0, 0x3a, 0xe3, 0xef, 0x65, 0x72, 0x9f, 0x3d}},
                                  0, NULL, &known),
             S_OK);
    GetEnvironmentVariableW(L"APPDATA", variable, MAX_PATH);
    CHECK(known && !_wcsicmp(known, variable));
    CoTaskMemFree(known);
    CHECK_EQ(SHGetFolderPathW(NULL, 0xf0, NULL, 0, path), E_INVALIDARG);
    CHECK(SHGetSpecialFolderPathW(NULL, path, CSIDL_WINDOWS, FALSE));
    if (OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) {
        GetEnvironmentVariableW(L"USERPROFILE", variable, MAX_PATH);
        CHECK(GetUserProfileDirectoryW(token, path, &size) && size == wcslen(path) + 1);
        CHECK(!_wcsicmp(path, variable));
        size = 3;
        CHECK(!GetUserProfileDirectoryW(token, path, &size) && size == wcslen(variable) + 1);
        CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
        CloseHandle(token);
    } else {
        CHECK(!"a token");
    }
}

static void multimedia_time(void)
{
    TIMECAPS caps;
    DWORD now = timeGetTime();

    CHECK(now - GetTickCount() + 1000 < 2000);
    CHECK_EQ(timeGetDevCaps(&caps, sizeof(caps)), TIMERR_NOERROR);
    CHECK_EQ(caps.wPeriodMin, 1);
    CHECK_EQ(timeBeginPeriod(1), TIMERR_NOERROR);
    CHECK_EQ(timeEndPeriod(1), TIMERR_NOERROR);
    CHECK_EQ(timeBeginPeriod(0), TIMERR_NOCANDO);
}

static BOOL v6(const char *text, const char *shown)
{
    struct in6_addr address;
    char out[64];

    if (inet_pton(AF_INET6, text, &address) != 1 || !inet_ntop(AF_INET6, &address, out, 64))
        return FALSE;
    if (!strcmp(out, shown))
        return TRUE;
    printf("  %s is %s, not %s\n", text, out, shown);
    return FALSE;
}

static void winsock(void)
{
    WSADATA data;
    struct in_addr address;
    char text[256];
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM}, *found;

    WSASetLastError(0);
    if (!check_on_wine()) { /* documented: needs WSAStartup first */
        CHECK_EQ(gethostname(text, sizeof(text)), SOCKET_ERROR);
        CHECK_EQ(WSAGetLastError(), WSANOTINITIALISED);
    }
    CHECK_EQ(WSACleanup(), SOCKET_ERROR);
    CHECK_EQ(WSAStartup(0, &data), WSAVERNOTSUPPORTED);
    CHECK_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
    CHECK(data.wVersion == 0x202 && data.wHighVersion == 0x202);
    CHECK_EQ(WSAStartup(MAKEWORD(1, 1), &data), 0);
    CHECK_EQ(data.wVersion, 0x101);
    CHECK_EQ(WSACleanup(), 0);
    CHECK(gethostname(text, sizeof(text)) == 0 && *text);
    CHECK_EQ(htonl(0x01020304), 0x04030201);
    CHECK_EQ(ntohs(0x0102), 0x0201);
    CHECK_EQ(inet_addr("127.0.0.1"), 0x0100007f);
    CHECK_EQ(inet_addr("0x7f.1"), 0x0100007f);
    CHECK_EQ(inet_addr("10.0x102"), htonl(0x0a000102));
    CHECK_EQ(inet_addr("1.2.3.256"), INADDR_NONE);
    CHECK_EQ(inet_addr("1.2.3.4.5"), INADDR_NONE);
    CHECK_EQ(inet_addr("a.b"), INADDR_NONE);
    address.s_addr = htonl(0xc0a80001);
    CHECK(!strcmp(inet_ntoa(address), "192.168.0.1"));
    CHECK_EQ(inet_pton(AF_INET, "1.2.3.4", &address), 1);
    CHECK_EQ(address.s_addr, htonl(0x01020304));
    CHECK_EQ(inet_pton(AF_INET, "1.2.3", &address), 0);
    CHECK_EQ(inet_pton(AF_INET, "1.2.3.4 ", &address), 0);
    CHECK_EQ(inet_pton(7777, "1.2.3.4", &address), -1);
    CHECK_EQ(WSAGetLastError(), WSAEAFNOSUPPORT);
    CHECK(v6("::", "::") && v6("::1", "::1") && v6("fe80::1:0:0:2", "fe80::1:0:0:2"));
    CHECK(v6("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1") && v6("1::", "1::"));
    CHECK(v6("::ffff:1.2.3.4", "::ffff:1.2.3.4") && v6("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"));
    CHECK(!v6("1:2", "") && !v6("::1::", "") && !v6("12345::", "") && !v6("1:2:3:4:5:6:7:8:9", ""));
    CHECK_EQ(getaddrinfo("127.0.0.1", "80", &hints, &found), 0);
    CHECK(found && found->ai_family == AF_INET &&
          ((struct sockaddr_in *)found->ai_addr)->sin_port == htons(80));
    freeaddrinfo(found);
    CHECK_EQ(getaddrinfo("no address", NULL, &hints, &found), WSAHOST_NOT_FOUND);
    CHECK_EQ(closesocket(0x1234), SOCKET_ERROR);
    CHECK_EQ(WSAGetLastError(), WSAENOTSOCK);
    CHECK_EQ(WSACleanup(), 0);
}

int main(void)
{
    random_bytes();
    names();
    descriptors();
    folders();
    multimedia_time();
    winsock();
    return check_done();
}
