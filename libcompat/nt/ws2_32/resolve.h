/* Names and services, for the functions that tell of them. Text is UTF-8. */
#ifndef LIBCOMPAT_NT_WS2_32_RESOLVE_H
#define LIBCOMPAT_NT_WS2_32_RESOLVE_H

#include "winsock.h"

struct wsa_found {
    int family; /* AF_INET, AF_INET6 */
    ULONG scope;
    UCHAR address[16];
};

struct wsa_names {
    char *canonical; /* NULL for no node */
    unsigned count;
    struct wsa_found at[];
};

/* The addresses of a node: NULL the loopback ones (AI_PASSIVE: any), "" this machine's. flags: AI_*.
 * device: of nsi_open, so that the question can be cancelled; NULL. A WSA error. */
int wsa_lookup(HANDLE device, const char *node, int family, int flags, struct wsa_names **names);
void wsa_names_free(struct wsa_names *names);
/* The name of an address, to heap_free. */
int wsa_name_of(int family, const void *address, char **name);
/* An address in numbers, with %zone; FALSE: it is none. */
BOOL wsa_numeric(const char *text, struct wsa_found *found);
/* The index of an interface by number or name; 0. */
ULONG wsa_scope(const char *zone);
BOOL wsa_same_name(const char *a, const char *b); /* without regard to case */

/* Copies to heap_free; NULL without memory. */
char *wsa_text(const char *text, SIZE_T length);
char *wsa_utf8(const WCHAR *text);
WCHAR *wsa_wide(const char *utf8);

#define NSI_NAME_TEXT 1025 /* with the NUL */

/* services.c: a row of %SystemRoot%\System32\drivers\etc\services or protocol. */
struct wsa_service {
    char name[64], protocol[8], aliases[4][64];
    int alias_count, number;
};
/* By name (protocol NULL: any) or, name NULL, by number in host byte order. */
BOOL wsa_service(const char *name, int number, const char *protocol, struct wsa_service *found);
BOOL wsa_protocol_row(const char *name, int number, struct wsa_service *found);

#endif
