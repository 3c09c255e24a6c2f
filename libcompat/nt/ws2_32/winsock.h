/* What the files of ws2_32 share. */
#ifndef LIBCOMPAT_NT_WINSOCK_H
#define LIBCOMPAT_NT_WINSOCK_H

#define WINSOCK_API_LINKAGE
#define WIN32_LEAN_AND_MEAN
#include "libcompat/nt/include/win32.h"
#include <winsock2.h>
#include <ws2tcpip.h>

#include "abi/nt/afd.h"

/* The WSA error is the thread's last error. */
static inline int wsa_fail(int error)
{
    NtCurrentTeb()->LastErrorValue = (DWORD)error;
    return SOCKET_ERROR;
}

/* WSAStartup was called; else sets WSANOTINITIALISED. */
BOOL wsa_started(void);

/* Bytes of a sockaddr_un. */
#define WSA_UNIX_ADDRESS 110

/* socket.c: what the driver takes for an address, behind head_size bytes of a header; size is
 * what both have. local has room for WSA_LOCAL_ADDRESS; more is of the heap. NULL: the last error
 * says why. Free with wsa_address_free. */
#define WSA_LOCAL_ADDRESS (32 + sizeof(SOCKADDR_STORAGE))
char *wsa_address(char *local, const void *head, ULONG head_size, const struct sockaddr *name,
                  int length, ULONG *size);
static inline void wsa_address_free(char *local, char *bytes);

/* transport.c */
int wsa_error(NTSTATUS status); /* 0 for success */
/* 0, or SOCKET_ERROR with the last error set. */
static inline int wsa_status(NTSTATUS status)
{
    int error = wsa_error(status);
    return error ? wsa_fail(error) : 0;
}

/* One control code, to its end; timeout in ms, 0: none. A wait that times out cancels the request
 * and answers STATUS_IO_TIMEOUT. done may be NULL. */
NTSTATUS wsa_control(SOCKET s, ULONG code, const void *in, ULONG in_size, void *out,
                     ULONG out_size, DWORD timeout, ULONG_PTR *done);
/* An endpoint. flags: WSA_FLAG_*. */
NTSTATUS wsa_open(int family, int type, int protocol, DWORD flags, SOCKET *s);
/* Starts an overlapped request: the result as WSA functions tell it. */
int wsa_overlapped(SOCKET s, ULONG code, const void *in, ULONG in_size, void *out, ULONG out_size,
                   LPDWORD done, LPWSAOVERLAPPED overlapped,
                   LPWSAOVERLAPPED_COMPLETION_ROUTINE routine);
/* This thread's event, closed when it ends; NULL without memory. */
HANDLE wsa_event(void);
void wsa_event_forget(void);
/* netdb.c: what gethostbyname and its like gave this thread. */
void wsa_database_forget(void);

/* option.c: as getsockopt and setsockopt for integers of the socket itself; 0 or an error. */
NTSTATUS wsa_get(SOCKET s, int level, int option, void *value, ULONG size, ULONG_PTR *done);

/* transfer.c, message.c: functions that programs ask for by GUID. */
int WINAPI wsa_recv_msg(SOCKET s, LPWSAMSG message, LPDWORD received, LPWSAOVERLAPPED overlapped,
                        LPWSAOVERLAPPED_COMPLETION_ROUTINE routine);
BOOL wsa_receive_flags(DWORD flags, ULONG *tdi);
/* Waits as long as SO_RCVTIMEO or SO_SNDTIMEO says. */
NTSTATUS wsa_transfer(SOCKET s, ULONG code, const void *in, ULONG size, int option,
                      ULONG_PTR *done);

/* extension.c: the function behind a GUID, or NULL. */
void *wsa_extension(const GUID *id);

/* catalog.c */
static inline void wsa_address_free(char *local, char *bytes)
{
    if (bytes != local)
        heap_free(bytes);
}

BOOL wsa_protocol(int family, int type, int protocol, WSAPROTOCOL_INFOW *info);

#endif
