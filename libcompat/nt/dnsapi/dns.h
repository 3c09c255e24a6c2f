/* What the files of dnsapi share. */
#ifndef LIBCOMPAT_NT_DNSAPI_DNS_H
#define LIBCOMPAT_NT_DNSAPI_DNS_H

#define WIN32_LEAN_AND_MEAN
#include "libcompat/nt/include/win32.h"
#include <winsock2.h>
#include <windns.h>

/* How text is told: DNS_CHARSET's numbers. */
enum charset { CHARSET_WIDE = 1, CHARSET_UTF8 = 2, CHARSET_ANSI = 3 };

/* message.c: the answer, additional and (for what has no answer) authority records of a message
 * from the network, whose bytes may be anything. DNS_INFO_NO_RECORDS, DNS_ERROR_BAD_PACKET,
 * DNS_ERROR_RCODE_*, DNS_ERROR_NO_MEMORY. */
DNS_STATUS dns_parse(const UCHAR *message, SIZE_T size, enum charset charset, PDNS_RECORD *list);
/* A record of an address or a name that no name server told. data: 4 or 16 bytes, or UTF-8. */
PDNS_RECORD dns_record(const char *owner, WORD type, const void *data, enum charset charset);
void dns_free_list(PDNS_RECORD list);

/* name.c. Text to heap_free; NULL without memory. */
char *dns_utf8_of(const void *text, enum charset charset);
BOOL dns_same(const char *a, const char *b); /* without case and a last point */

/* hosts.c: what the hosts file says. TRUE: the name is in it, or local by definition; *list may be
 * NULL, when it has no record of the type. */
BOOL dns_hosts(const char *name, WORD type, enum charset charset, PDNS_RECORD *list);

#endif
