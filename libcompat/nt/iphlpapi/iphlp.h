/* What the files of iphlpapi share. */
#ifndef LIBCOMPAT_NT_IPHLPAPI_IPHLP_H
#define LIBCOMPAT_NT_IPHLPAPI_IPHLP_H

#define WIN32_LEAN_AND_MEAN
#include "libcompat/nt/include/win32.h"
#include <winsock2.h>
#include <ws2tcpip.h>
#include <ws2ipdef.h>
#include <iphlpapi.h>
#include <netioapi.h>

#include "libcompat/nt/include/nsi_call.h"

/* All that the host tells, at one time; iphlp_forget when done. */
struct snapshot {
    NSI_LINK *links;
    NSI_ADDRESS *addresses;
    NSI_ROUTE *routes;
    ULONG link_count, address_count, route_count;
};

#define WITH_ADDRESSES 1u
#define WITH_ROUTES 2u
DWORD iphlp_take(struct snapshot *s, unsigned with); /* a Win32 error */
void iphlp_forget(struct snapshot *s);
const NSI_LINK *iphlp_link(const struct snapshot *s, ULONG index); /* NULL */
/* Names of the host; those of its resolver, when it has any, in *list of at most n. */
unsigned iphlp_name_servers(SOCKADDR_INET *list, unsigned n, char suffix[256]);

/* What an interface is called: an identifier made of its index and its name. */
NET_LUID iphlp_luid(const NSI_LINK *link);
GUID iphlp_guid(const NSI_LINK *link);
SIZE_T iphlp_guid_text(const NSI_LINK *link, char text[40]); /* "{...}"; its length */
void iphlp_alias(const NSI_LINK *link, WCHAR *text, SIZE_T room);
IF_OPER_STATUS iphlp_status(const NSI_LINK *link);
void iphlp_address(USHORT family, const UCHAR *bytes, ULONG index, SOCKADDR_INET *to);

/* The best route to an address; NULL: none. */
const NSI_ROUTE *iphlp_route(const struct snapshot *s, USHORT family, const UCHAR *to);

/* The tables of fixed form: size checks, the count in front. */
DWORD iphlp_give(const void *table, ULONG size, void *out, ULONG *room);

#endif
