/* What the files of ws2_32 share. */
#ifndef LIBCOMPAT_NT_WINSOCK_H
#define LIBCOMPAT_NT_WINSOCK_H

#define WINSOCK_API_LINKAGE
#define WIN32_LEAN_AND_MEAN
#include "libcompat/nt/include/win32.h"
#include <winsock2.h>
#include <ws2tcpip.h>

/* The WSA error is the thread's last error. */
static inline int wsa_fail(int error)
{
    NtCurrentTeb()->LastErrorValue = (DWORD)error;
    return SOCKET_ERROR;
}

/* WSAStartup was called; else sets WSANOTINITIALISED. */
BOOL wsa_started(void);

#endif
