/*
 * Common to the sources of crypt32: certificates, stores, DER.
 *
 * A certificate lives as long as it has references. Each one that a caller has to a certificate of a store is
 * one of the store, too; the list's own is not. So a store that ends has no certificates that anybody
 * knows. The lock of a store guards its list and the properties of its certificates.
 */
#ifndef CRYPT32_H
#define CRYPT32_H

#define WINIMPM /* these functions are our own */
#include "libcompat/nt/include/win32.h"
#include <wincrypt.h>

struct property {
    struct property *next;
    DWORD id, size;
    BYTE data[];
};

struct store {
    ULONG magic;
    LONG references;
    RTL_SRWLOCK lock;
    struct cert *first, *last;
    struct store **members; /* of a collection; each with a reference */
    DWORD count;
    BOOL collection, read_only;
};

struct cert {
    CERT_CONTEXT context; /* first: it is what callers have */
    LONG references;
    struct cert *next; /* in the store's list */
    BOOL deleted;      /* it stays in the list, so that one can go on from it, and is not shown */
    struct property *properties;
    CERT_INFO info;
};

#define STORE_MAGIC 0x726f7473u

static inline struct cert *cert_of(PCCERT_CONTEXT context)
{
    return CONTAINING_RECORD(context, struct cert, context);
}

/* NULL with last error E_INVALIDARG. */
struct store *store_of(HCERTSTORE handle);
void store_release(struct store *store);

/* A context for a copy of the bytes, in no store. NULL with last error. */
struct cert *cert_new(const BYTE *der, DWORD size);
/* A caller's reference, given and taken; and the list's. */
struct cert *cert_hold(struct cert *cert);
void cert_drop(struct cert *cert);
void cert_unlist(struct cert *cert);

/* DER. An element: its identifier byte, and what it holds. All views of the bytes read. */
struct der {
    const BYTE *at, *end;
};
struct der_item {
    BYTE tag;
    const BYTE *whole; /* with its header */
    DWORD whole_size;
    const BYTE *data;
    DWORD size;
};
/* Takes the next element; FALSE at the end or when the bytes are not DER. */
BOOL der_next(struct der *der, struct der_item *item);
/* The same, of that identifier alone. */
BOOL der_take(struct der *der, BYTE tag, struct der_item *item);
struct der der_inside(const struct der_item *item);
/* "1.2.840" into text, which has room for size characters; FALSE when it does not fit or is none. */
BOOL der_oid(const struct der_item *item, char *text, DWORD size);
/* UTCTime or GeneralizedTime */
BOOL der_time(const struct der_item *item, FILETIME *time);

/* Adds the certificates of PEM text to a store. */
void pem_add(struct store *store, const char *text, SIZE_T size);

/* The certificates that the host trusts, into a store. */
void roots_add(struct store *store);

/* Puts a certificate that is in no store at the end of one, under its lock; the one reference becomes the
 * list's. */
void store_append(struct store *store, struct cert *cert);

/* The value of a property, under the store's lock; NULL. */
const struct property *cert_property(const struct cert *cert, DWORD id);
/* MD5 or SHA-1; FALSE with last error. */
BOOL digest(const WCHAR *algorithm, const BYTE *data, DWORD size, BYTE *hash, DWORD hash_size);

#endif
