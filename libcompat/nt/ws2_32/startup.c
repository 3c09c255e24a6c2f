/*
 * Winsock's start and end, and its errors.
 */
#include "winsock.h"

/* WSAStartup calls that no WSACleanup has matched yet; interlocked. */
static LONG started;

BOOL wsa_started(void)
{
    if (started > 0)
        return TRUE;
    wsa_fail(WSANOTINITIALISED);
    return FALSE;
}

int WINAPI WSAStartup(WORD version, LPWSADATA data)
{
    static const char description[] = "WinSock 2.0", running[] = "Running";
    BYTE major = LOBYTE(version), minor = HIBYTE(version);

    if (!data)
        return WSAEFAULT;
    if (!major)
        return WSAVERNOTSUPPORTED;
    /* the highest version both sides know: 1.0, 1.1, 2.0, 2.1, 2.2 */
    if (major > 2 || (major == 2 && minor > 2))
        version = MAKEWORD(2, 2);
    else if (major == 1 && minor > 1)
        version = MAKEWORD(1, 1);
    memset(data, 0, sizeof(*data));
    data->wVersion = version;
    data->wHighVersion = MAKEWORD(2, 2);
    memcpy(data->szDescription, description, sizeof(description));
    memcpy(data->szSystemStatus, running, sizeof(running));
    if (major == 1) { /* of use in version 1 only */
        data->iMaxSockets = 32767;
        data->iMaxUdpDg = 65467;
    }
    InterlockedIncrement(&started);
    return 0;
}

int WINAPI WSACleanup(void)
{
    LONG count = started;

    for (;;) {
        LONG seen;

        if (count <= 0)
            return wsa_fail(WSANOTINITIALISED);
        seen = InterlockedCompareExchange(&started, count - 1, count);
        if (seen == count)
            return 0;
        count = seen;
    }
}

int WINAPI WSAGetLastError(void)
{
    return (int)NtCurrentTeb()->LastErrorValue;
}

void WINAPI WSASetLastError(int error)
{
    NtCurrentTeb()->LastErrorValue = (DWORD)error;
}

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved);

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved)
{
    (void)instance;
    if (reason == DLL_THREAD_DETACH || (reason == DLL_PROCESS_DETACH && !reserved)) {
        wsa_event_forget();
        wsa_database_forget();
    }
    return TRUE;
}
