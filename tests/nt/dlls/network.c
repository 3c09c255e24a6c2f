/* netapi32, pdh, setupapi, gdi32, secur32: what a machine without domain, counters, devices and display says. */
#include "tests/nt/check.h"

#include <lm.h>

typedef LONG(WINAPI *pdh_open)(LPCWSTR, DWORD_PTR, HANDLE *);
typedef LONG(WINAPI *pdh_close)(HANDLE);
typedef LONG(WINAPI *package_info)(LPCWSTR, PVOID *);
typedef NET_API_STATUS(WINAPI *join_fn)(LPCWSTR, LPWSTR *, int *);
typedef NET_API_STATUS(WINAPI *user_fn)(LPCWSTR, LPCWSTR, DWORD, LPBYTE *);
typedef NET_API_STATUS(WINAPI *free_fn)(LPVOID);

static PVOID get(const char *library, const char *name)
{
    HMODULE module = LoadLibraryA(library);

    CHECK(module != NULL);
    return module ? (PVOID)GetProcAddress(module, name) : NULL;
}

int main(void)
{
    join_fn join = get("netapi32.dll", "NetGetJoinInformation");
    user_fn user = get("netapi32.dll", "NetUserGetInfo");
    free_fn release = get("netapi32.dll", "NetApiBufferFree");
    pdh_open open = get("pdh.dll", "PdhOpenQueryW");
    pdh_close close = get("pdh.dll", "PdhCloseQuery");
    package_info package = get("secur32.dll", "QuerySecurityPackageInfoW");
    WCHAR name[257], *domain;
    DWORD size = ARRAYSIZE(name);
    USER_INFO_1 *info = NULL;
    HANDLE query;
    PVOID found = NULL;
    int kind = -1;

    CHECK_EQ(join(NULL, &domain, &kind), NERR_Success);
    CHECK(domain[0] && (kind == 2 || kind == 3 || kind == 1));
    CHECK_EQ(release(domain), NERR_Success);
    CHECK_EQ(join(NULL, NULL, &kind), ERROR_INVALID_PARAMETER);
    CHECK(GetUserNameW(name, &size));
    CHECK_EQ(user(NULL, name, 1, (LPBYTE *)&info), NERR_Success);
    if (info) {
        CHECK(!wcscmp(info->usri1_name, name));
        CHECK(info->usri1_flags & UF_NORMAL_ACCOUNT);
        release(info);
    }
    CHECK_EQ(user(NULL, L"nobody of that name", 0, (LPBYTE *)&info), NERR_UserNotFound);
    CHECK_EQ(open(NULL, 0, &query), ERROR_SUCCESS);
    CHECK_EQ(close(query), ERROR_SUCCESS);
    CHECK(package(L"No such package", &found) != 0);
    return check_done();
}
