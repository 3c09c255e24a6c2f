/*
 * \Device\Nsi: what the host knows of its network. The device has its name from NT, where the
 * libraries ask one like it; its codes and layouts are ours, as the real ones are documented
 * nowhere and no program but the libraries uses them.
 */
#ifndef ABI_NT_NSI_H
#define ABI_NT_NSI_H

#include "abi/nt/nt.h"

/* Lists: struct NSI_LIST and as many entries as there is room for. */
#define IOCTL_NSI_LINKS 0x00128003u
#define IOCTL_NSI_ADDRESSES 0x00128007u
#define IOCTL_NSI_ROUTES 0x0012800bu
#define IOCTL_NSI_NEIGHBOURS 0x0012800fu
#define IOCTL_NSI_ENDPOINTS 0x00128013u /* sockets of TCP and UDP */
/* The text of the host's resolver configuration (resolv.conf's format); at most what fits. */
#define IOCTL_NSI_RESOLVER 0x00128017u
/* NSI_QUESTION in, NSI_ANSWER out; may take as long as name servers do, can be cancelled. */
#define IOCTL_NSI_RESOLVE 0x0012801bu

typedef struct NSI_LIST {
    ULONG Given; /* entries that follow */
    ULONG There; /* entries there are */
} NSI_LIST;

#define NSI_UP 1u
#define NSI_RUNNING 2u
#define NSI_LOOPBACK 4u
#define NSI_BROADCAST 8u
#define NSI_MULTICAST 0x10u
#define NSI_POINT_TO_POINT 0x20u
#define NSI_VIRTUAL 0x40u /* no hardware behind it */

typedef struct NSI_LINK {
    ULONG Index;
    ULONG Type; /* IF_TYPE_* */
    ULONG Mtu, Flags;
    ULONGLONG Speed; /* bits a second; 0: not known */
    ULONG AddressLength;
    UCHAR Address[32];
    CHAR Name[20];
    ULONGLONG InOctets, InPackets, InErrors, InDiscards, InMulticast;
    ULONGLONG OutOctets, OutPackets, OutErrors, OutDiscards;
} NSI_LINK;

#define NSI_FOREVER 0xffffffffu

typedef struct NSI_ADDRESS {
    ULONG Index;
    USHORT Family; /* NT's */
    UCHAR Prefix;
    UCHAR State; /* IP_DAD_STATE */
    UCHAR Address[16];
    ULONG ValidLifetime, PreferredLifetime; /* seconds */
    ULONG Origin;                           /* 0: by hand, 1: found by the host itself */
} NSI_ADDRESS;

typedef struct NSI_ROUTE {
    ULONG Index;
    USHORT Family;
    UCHAR Prefix;
    UCHAR Protocol; /* NL_ROUTE_PROTOCOL */
    UCHAR Destination[16], Gateway[16];
    ULONG Metric;
    UCHAR Local;     /* the destination is this machine */
    UCHAR OnLink;    /* no gateway */
    UCHAR Multicast; /* or broadcast */
    UCHAR Reserved;
} NSI_ROUTE;

typedef struct NSI_NEIGHBOUR {
    ULONG Index;
    USHORT Family;
    UCHAR State; /* NL_NEIGHBOR_STATE */
    UCHAR AddressLength;
    UCHAR Address[16];
    UCHAR Physical[32];
} NSI_NEIGHBOUR;

typedef struct NSI_ENDPOINT {
    USHORT Family;
    UCHAR Protocol;               /* IPPROTO_TCP, IPPROTO_UDP */
    UCHAR State;                  /* MIB_TCP_STATE */
    USHORT LocalPort, RemotePort; /* host byte order */
    UCHAR Local[16], Remote[16];
    ULONG Process; /* NT process id; 0: not known */
} NSI_ENDPOINT;

/* What is asked of the host's resolver. */
#define NSI_NAME_MAX 1024u
#define NSI_ASK_NAME 1u    /* addresses of Name, which is UTF-8 */
#define NSI_ASK_ADDRESS 2u /* the name of Address */
#define NSI_ASK_RECORDS 3u /* the name servers' answer about Name, of Type */

#define NSI_NAME_CANONICAL 1u
#define NSI_NAME_NO_SEARCH 2u /* only as written, without search list */
#define NSI_NAME_TCP 4u

typedef struct NSI_QUESTION {
    ULONG Operation, Flags;
    USHORT Family; /* NT's; 0: any */
    USHORT Type;   /* of records */
    UCHAR Address[16];
    ULONG NameLength; /* bytes; no NUL */
    CHAR Name[NSI_NAME_MAX];
} NSI_QUESTION;

#define NSI_RESOLVED 0
#define NSI_NO_SUCH_NAME 1
#define NSI_NO_DATA 2   /* the name is there, but not what was asked for */
#define NSI_TRY_AGAIN 3 /* no name server answers */
#define NSI_FAILED 4

typedef struct NSI_FOUND {
    USHORT Family;
    USHORT Reserved;
    ULONG Scope;
    UCHAR Address[16];
} NSI_FOUND;

/* Then Count of NSI_FOUND, or Length bytes of answer; then NameLength bytes of UTF-8. */
typedef struct NSI_ANSWER {
    LONG Result;
    ULONG Count, Length, NameLength;
} NSI_ANSWER;
#define NSI_ANSWER_MAX 0x11000u
#define NSI_FOUND_MAX 512u

_Static_assert(sizeof(NSI_LINK) == 152, "NSI_LINK");
_Static_assert(sizeof(NSI_ADDRESS) == 36, "NSI_ADDRESS");
_Static_assert(sizeof(NSI_ROUTE) == 48, "NSI_ROUTE");
_Static_assert(sizeof(NSI_NEIGHBOUR) == 56, "NSI_NEIGHBOUR");
_Static_assert(sizeof(NSI_ENDPOINT) == 44, "NSI_ENDPOINT");
_Static_assert(sizeof(NSI_QUESTION) == 32 + NSI_NAME_MAX, "NSI_QUESTION");
_Static_assert(sizeof(NSI_FOUND) == 24 && sizeof(NSI_ANSWER) == 16, "NSI_ANSWER");

#endif
