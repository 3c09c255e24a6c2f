/* Addresses and control messages between host and guest. Pure functions but for what is said. */
#ifndef SYSCALLS_UNIX_SOCKET_H
#define SYSCALLS_UNIX_SOCKET_H

#include <sys/socket.h>
#include <sys/un.h>

#include "abi/unix/socket.h"
#include "syscalls/unix/abi.h"
#include "syscalls/unix/unix.h"

int unix_family_to_host(int family); /* -1: none */
int unix_family_of_host(int family);

/* n bytes of a guest's address. The host's length, or -errno. Paths are the caller's matter. */
int unix_sockaddr_to_host(struct sockaddr_storage *to, const struct unix_sockaddr *from, size_t n);
/* The whole length that the address has; out is filled as far as it is defined. */
size_t unix_sockaddr_of_host(struct unix_sockaddr *to, const struct sockaddr_storage *from,
                             socklen_t n);

#define UNIX_CONTROL_MAX 4096
/* The guest's control messages for the host: the length, or -errno. *creds: credentials were asked.
 */
int64_t unix_control_to_host(void *to, size_t max, const void *from, size_t n, bool *creds);
/* The host's for the guest: the length, at most max; *cut tells of one that did not fit. Of
 * descriptors that do not fit the caller learns through lost (at most 256), to close them. */
size_t unix_control_of_host(void *to, size_t max, const struct msghdr *h, bool *cut, int *lost,
                            int *lost_count);

#endif
