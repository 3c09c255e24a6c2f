/*
 * \Device\Nsi: interfaces, addresses and routes of the host (nsi.c), and its resolver
 * (nsi_resolve.c).
 */
#ifndef SYSCALLS_NT_NSI_H
#define SYSCALLS_NT_NSI_H

#include "abi/nt/nsi.h"
#include "syscalls/nt/file.h"

extern const struct nt_device nt_nsi_device;

/* nsi_resolve.c: starts the helper and answers STATUS_PENDING; the I/O thread completes. */
NTSTATUS nsi_resolve(struct nt_file *f, struct nt_io *io, const void *in, uint32_t in_n, void *out,
                     uint32_t out_n, ULONG_PTR *information);
/* nt_file_ops.cancel */
NTSTATUS nsi_resolve_cancel(struct nt_file *f, const IO_STATUS_BLOCK *iosb);

/* A list of entries of one size that grows; nsi.c's and nsi_endpoint.c's. */
struct nsi_list {
    char *bytes;
    size_t size; /* of an entry */
    size_t count, room;
};
void *nsi_add(struct nsi_list *l); /* zeroed; NULL without memory */
NTSTATUS nsi_endpoints(struct nsi_list *l);

#endif
