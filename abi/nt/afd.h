/*
 * The transport driver's interface: \Device\Afd. Layouts as programs meet them that talk to the
 * driver themselves (AFD_POLL), and as ws2_32 uses them.
 */
#ifndef ABI_NT_AFD_H
#define ABI_NT_AFD_H

#include "abi/nt/nt.h"

#define AFD_OPEN_PACKET_NAME "AfdOpenPacketXX"

/* Value of the extended attribute that makes an endpoint. */
typedef struct AFD_OPEN_PACKET {
    ULONG EndpointFlags, GroupId;
    LONG AddressFamily, SocketType, Protocol;
    ULONG TransportDeviceNameLength; /* bytes; 0: the family's own */
    WCHAR TransportDeviceName[1];
} AFD_OPEN_PACKET;

#define IOCTL_AFD_BIND 0x00012003u
#define IOCTL_AFD_CONNECT 0x00012007u
#define IOCTL_AFD_START_LISTEN 0x0001200bu
#define IOCTL_AFD_WAIT_FOR_LISTEN 0x0001200cu
#define IOCTL_AFD_ACCEPT 0x00012010u
#define IOCTL_AFD_RECEIVE 0x00012017u
#define IOCTL_AFD_RECEIVE_DATAGRAM 0x0001201bu
#define IOCTL_AFD_SEND 0x0001201fu
#define IOCTL_AFD_SEND_DATAGRAM 0x00012023u
#define IOCTL_AFD_POLL 0x00012024u
#define IOCTL_AFD_PARTIAL_DISCONNECT 0x0001202bu
#define IOCTL_AFD_GET_ADDRESS 0x0001202fu
#define IOCTL_AFD_SET_INFORMATION 0x0001203bu
#define IOCTL_AFD_GET_CONTEXT_LENGTH 0x0001203fu
#define IOCTL_AFD_GET_CONTEXT 0x00012043u
#define IOCTL_AFD_SET_CONTEXT 0x00012047u
#define IOCTL_AFD_GET_INFORMATION 0x0001207bu
#define IOCTL_AFD_TRANSMIT_FILE 0x0001207fu
#define IOCTL_AFD_SUPER_ACCEPT 0x00012083u
#define IOCTL_AFD_EVENT_SELECT 0x00012087u
#define IOCTL_AFD_ENUM_NETWORK_EVENTS 0x0001208bu
#define IOCTL_AFD_TRANSPORT_IOCTL 0x000120bfu
#define IOCTL_AFD_TRANSMIT_PACKETS 0x000120c3u
#define IOCTL_AFD_SUPER_CONNECT 0x000120c7u
#define IOCTL_AFD_SUPER_DISCONNECT 0x000120cbu
#define IOCTL_AFD_RECEIVE_MESSAGE 0x000120cfu
#define IOCTL_AFD_SEND_MESSAGE 0x000120d3u
/* Ours: the driver's own code for the peer's address is not documented anywhere. */
#define IOCTL_AFD_GET_PEER_ADDRESS 0x00012f03u

/* BIND: a ULONG of AFD_SHARE_*, then the address. The bound address comes out. */
#define AFD_SHARE_UNIQUE 0u
#define AFD_SHARE_REUSE 1u
#define AFD_SHARE_WILDCARD 2u
#define AFD_SHARE_EXCLUSIVE 3u

/* CONNECT: then the address. */
typedef struct AFD_CONNECT_INFO {
    BOOLEAN SanActive;
    HANDLE RootEndpoint, ConnectEndpoint;
} AFD_CONNECT_INFO;

typedef struct AFD_LISTEN_INFO {
    BOOLEAN SanActive;
    ULONG MaximumConnectionQueue;
    BOOLEAN UseDelayedAcceptance;
} AFD_LISTEN_INFO;

/* WAIT_FOR_LISTEN answers a LONG sequence number, then the peer's address. */
typedef struct AFD_ACCEPT_INFO {
    BOOLEAN SanActive;
    LONG Sequence;
    HANDLE AcceptHandle;
} AFD_ACCEPT_INFO;

/* The output buffer: received bytes, local and remote address, each of the latter a ULONG of bytes
 * and 8 bytes in the address itself. */
typedef struct AFD_SUPER_ACCEPT_INFO {
    BOOLEAN SanActive, FixAddressAlignment;
    HANDLE AcceptHandle;
    ULONG ReceiveDataLength, LocalAddressLength, RemoteAddressLength;
} AFD_SUPER_ACCEPT_INFO;
#define AFD_SUPER_ADDRESS 8u /* offset of the address in its area */

/* SUPER_CONNECT: a BOOLEAN SanActive, at 4 the address; the output buffer is what to send. */
#define AFD_SUPER_CONNECT_ADDRESS 4u

typedef struct AFD_SUPER_DISCONNECT_INFO {
    ULONG Flags;
} AFD_SUPER_DISCONNECT_INFO;

typedef struct AFD_BUFFER {
    ULONG Length;
    CHAR *Buffer;
} AFD_BUFFER;

/* RECEIVE, SEND */
typedef struct AFD_TRANSFER_INFO {
    AFD_BUFFER *BufferArray;
    ULONG BufferCount, AfdFlags, TdiFlags;
} AFD_TRANSFER_INFO;

typedef struct AFD_RECEIVE_DATAGRAM_INFO {
    AFD_BUFFER *BufferArray;
    ULONG BufferCount, AfdFlags, TdiFlags;
    VOID *Address;
    ULONG *AddressLength;
} AFD_RECEIVE_DATAGRAM_INFO;

typedef struct AFD_SEND_DATAGRAM_INFO {
    AFD_BUFFER *BufferArray;
    ULONG BufferCount, AfdFlags;
    struct {
        HANDLE Handle;
        PVOID NotifyObject, Context;
        LONG Status;
        PVOID Connection;
    } Request;
    struct {
        LONG UserDataLength;
        PVOID UserData;
        LONG OptionsLength;
        PVOID Options;
        LONG RemoteAddressLength;
        PVOID RemoteAddress;
    } Connection;
} AFD_SEND_DATAGRAM_INFO;

/* RECEIVE_MESSAGE: a datagram with control data; NT's WSACMSGHDR one behind the other. */
typedef struct AFD_RECEIVE_MESSAGE_INFO {
    AFD_RECEIVE_DATAGRAM_INFO Datagram;
    PVOID ControlBuffer;
    ULONG *ControlLength; /* room, then what there is */
    ULONG *MsgFlags;      /* MSG_TRUNC, MSG_CTRUNC, MSG_BCAST, MSG_MCAST */
} AFD_RECEIVE_MESSAGE_INFO;

typedef struct AFD_SEND_MESSAGE_INFO {
    AFD_SEND_DATAGRAM_INFO Datagram;
    PVOID ControlBuffer;
    ULONG ControlLength;
} AFD_SEND_MESSAGE_INFO;

typedef struct AFD_TRANSMIT_FILE_INFO {
    LARGE_INTEGER Offset;      /* -1: the file's position */
    LARGE_INTEGER WriteLength; /* 0: to its end */
    ULONG SendPacketLength;
    HANDLE FileHandle; /* NULL: no file */
    PVOID Head;
    ULONG HeadLength;
    PVOID Tail;
    ULONG TailLength;
    ULONG Flags; /* TF_* */
} AFD_TRANSMIT_FILE_INFO;

/* As TRANSMIT_PACKETS_ELEMENT. */
typedef struct AFD_TRANSMIT_ELEMENT {
    ULONG Flags; /* AFD_ELEMENT_* */
    ULONG Length;
    union {
        struct {
            LARGE_INTEGER Offset;
            HANDLE File;
        };
        PVOID Buffer;
    };
} AFD_TRANSMIT_ELEMENT;
#define AFD_ELEMENT_MEMORY 1u
#define AFD_ELEMENT_FILE 2u

typedef struct AFD_TRANSMIT_PACKETS_INFO {
    AFD_TRANSMIT_ELEMENT *Elements;
    ULONG ElementCount, SendSize, Flags;
} AFD_TRANSMIT_PACKETS_INFO;

#define AFD_TF_DISCONNECT 1u
#define AFD_TF_REUSE_SOCKET 2u

#define AFD_NO_FAST_IO 1u
#define AFD_OVERLAPPED 2u

#define TDI_RECEIVE_NORMAL 0x20u
#define TDI_RECEIVE_EXPEDITED 0x40u
#define TDI_RECEIVE_PEEK 0x80u
#define TDI_RECEIVE_WAIT_ALL 0x4000u
#define TDI_SEND_EXPEDITED 0x20u

typedef struct AFD_POLL_HANDLE_INFO {
    HANDLE Handle;
    ULONG PollEvents;
    LONG Status;
} AFD_POLL_HANDLE_INFO;

typedef struct AFD_POLL_INFO {
    LARGE_INTEGER Timeout; /* 100 ns; negative: relative */
    ULONG NumberOfHandles;
    ULONG Unique;
    AFD_POLL_HANDLE_INFO Handles[1];
} AFD_POLL_INFO;

#define AFD_POLL_RECEIVE 0x0001u
#define AFD_POLL_RECEIVE_EXPEDITED 0x0002u
#define AFD_POLL_SEND 0x0004u
#define AFD_POLL_DISCONNECT 0x0008u
#define AFD_POLL_ABORT 0x0010u
#define AFD_POLL_LOCAL_CLOSE 0x0020u
#define AFD_POLL_CONNECT 0x0040u
#define AFD_POLL_ACCEPT 0x0080u
#define AFD_POLL_CONNECT_FAIL 0x0100u
#define AFD_POLL_ALL 0x1fffu
#define AFD_POLL_KINDS 13

typedef struct AFD_PARTIAL_DISCONNECT_INFO {
    ULONG DisconnectMode;
    LARGE_INTEGER Timeout;
} AFD_PARTIAL_DISCONNECT_INFO;
#define AFD_DISCONNECT_SEND 1u
#define AFD_DISCONNECT_RECEIVE 2u
#define AFD_DISCONNECT_ABORT 4u
#define AFD_DISCONNECT_DATAGRAM 8u

typedef struct AFD_INFORMATION {
    ULONG InformationType; /* AFD_NONBLOCKING_MODE */
    union {
        BOOLEAN Boolean;
        ULONG Ulong;
        LARGE_INTEGER LargeInteger;
    } Information;
} AFD_INFORMATION;
#define AFD_NONBLOCKING_MODE 2u

typedef struct AFD_EVENT_SELECT_INFO {
    HANDLE Event;
    ULONG Events; /* AFD_POLL_* */
} AFD_EVENT_SELECT_INFO;

typedef struct AFD_NETWORK_EVENTS {
    ULONG PollEvents;
    LONG Status[AFD_POLL_KINDS]; /* by the event's bit number */
} AFD_NETWORK_EVENTS;

/* TRANSPORT_IOCTL: socket options and socket ioctls. */
typedef struct AFD_TRANSPORT_CONTROL {
    ULONG Type, Level, Code;
    BOOLEAN EndpointIoctl;
    PVOID InputBuffer;
    SIZE_T InputBufferLength;
} AFD_TRANSPORT_CONTROL;
#define AFD_CONTROL_SET_OPTION 1u
#define AFD_CONTROL_GET_OPTION 2u
#define AFD_CONTROL_IOCTL 3u

#if UINTPTR_MAX == UINT64_MAX
_Static_assert(sizeof(AFD_POLL_HANDLE_INFO) == 16, "AFD_POLL_HANDLE_INFO");
_Static_assert(offsetof(AFD_POLL_INFO, Handles) == 16, "AFD_POLL_INFO");
_Static_assert(sizeof(AFD_CONNECT_INFO) == 24, "AFD_CONNECT_INFO");
_Static_assert(offsetof(AFD_OPEN_PACKET, TransportDeviceName) == 24, "AFD_OPEN_PACKET");
_Static_assert(sizeof(AFD_ACCEPT_INFO) == 16, "AFD_ACCEPT_INFO");
_Static_assert(sizeof(AFD_TRANSMIT_ELEMENT) == 24, "AFD_TRANSMIT_ELEMENT");
#endif

#endif
