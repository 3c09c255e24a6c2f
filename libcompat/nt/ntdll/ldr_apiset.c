/*
 * API sets: contract names of which Windows says nothing but the functions; which library holds
 * them is the system's affair. Matched by the part before the version.
 */
#include "libcompat/nt/ntdll/ldr.h"

static const struct {
    const char *prefix;
    const WCHAR *host;
} sets[] = {
    /* longer prefixes first */
    {"api-ms-win-core-com-", L"combase.dll"},
    {"api-ms-win-core-winrt-", L"combase.dll"},
    {"api-ms-win-core-kernel32-", L"kernel32.dll"},
    {"api-ms-win-core-rtlsupport-", L"ntdll.dll"},
    {"api-ms-win-core-shlwapi-", L"shlwapi.dll"},
    {"api-ms-win-core-url-", L"shlwapi.dll"},
    {"api-ms-win-core-psapi-", L"kernelbase.dll"},
    {"api-ms-win-core-version-", L"version.dll"},
    {"api-ms-win-core-", L"kernelbase.dll"},
    {"api-ms-win-crt-", L"ucrtbase.dll"},
    {"api-ms-win-devices-", L"kernelbase.dll"},
    {"api-ms-win-downlevel-advapi32-", L"advapi32.dll"},
    {"api-ms-win-downlevel-kernel32-", L"kernel32.dll"},
    {"api-ms-win-downlevel-ole32-", L"ole32.dll"},
    {"api-ms-win-downlevel-shell32-", L"shell32.dll"},
    {"api-ms-win-downlevel-shlwapi-", L"shlwapi.dll"},
    {"api-ms-win-downlevel-user32-", L"user32.dll"},
    {"api-ms-win-downlevel-version-", L"version.dll"},
    {"api-ms-win-eventing-", L"advapi32.dll"},
    {"api-ms-win-mm-", L"winmm.dll"},
    {"api-ms-win-ntuser-", L"user32.dll"},
    {"api-ms-win-ro-", L"combase.dll"},
    {"api-ms-win-security-", L"advapi32.dll"},
    {"api-ms-win-service-", L"advapi32.dll"},
    {"api-ms-win-shcore-", L"shell32.dll"},
    {"api-ms-win-shell-", L"shell32.dll"},
    {"ext-ms-win-ntuser-", L"user32.dll"},
    {"ext-ms-win-kernel32-", L"kernel32.dll"},
    {"ext-ms-win-advapi32-", L"advapi32.dll"},
    {"ext-ms-win-shell32-", L"shell32.dll"},
};

const WCHAR *ldr_api_set(const WCHAR *name, ULONG length)
{
    if (length < 8 || name[3] != '-' || name[6] != '-')
        return NULL;
    for (ULONG i = 0; i < ARRAYSIZE(sets); i++) {
        const char *p = sets[i].prefix;
        ULONG k = 0;
        while (p[k] && k < length) {
            WCHAR c = name[k];
            if (c >= 'A' && c <= 'Z')
                c += 32;
            if (c != (unsigned char)p[k])
                break;
            k++;
        }
        if (!p[k])
            return sets[i].host;
    }
    return NULL;
}
