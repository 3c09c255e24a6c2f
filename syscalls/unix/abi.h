/*
 * How a foreign Unix system writes down what the host writes differently: flags, option numbers,
 * address families, layouts. Tables and conversions without behaviour; each system fills one
 * struct unix_abi (syscalls/freebsd/abi.c, syscalls/netbsd/abi.c). Pure functions of any thread.
 */
#ifndef SYSCALLS_UNIX_ABI_H
#define SYSCALLS_UNIX_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <time.h>

/* One bit (or value) there and here; an array of them ends with {0, 0} after at least one. */
struct unix_pair {
    uint32_t foreign, host;
};

/* Bits; what the map does not know is left out, and *unknown, where given, tells it. */
uint32_t unix_bits_to_host(const struct unix_pair *map, uint32_t foreign, uint32_t *unknown);
uint32_t unix_bits_of_host(const struct unix_pair *map, uint32_t host);
/* Values; -1: the map has none. */
int unix_value_to_host(const struct unix_pair *map, uint32_t foreign);
int unix_value_of_host(const struct unix_pair *map, uint32_t host);

/* What the value of a socket option is. */
enum unix_option_kind {
    UNIX_OPTION_INT,     /* an int both ways; a flag is 0 or something else */
    UNIX_OPTION_FLAG,    /* an int that reads as the option's own number when it is set */
    UNIX_OPTION_RAW,     /* the same layout on both sides */
    UNIX_OPTION_LINGER,  /* struct linger: the same layout */
    UNIX_OPTION_TIME,    /* struct timeval: the same layout */
    UNIX_OPTION_ERROR,   /* an errno */
    UNIX_OPTION_PASS,    /* asks for control messages; an int */
    UNIX_OPTION_FAMILY,  /* reads as an address family */
    UNIX_OPTION_NOPIPE,  /* kept by us: no SIGPIPE */
    UNIX_OPTION_IGNORED, /* set without effect on any program that can see it; reads as set */
};
struct unix_option {
    int foreign;
    int level, host; /* the host's */
    enum unix_option_kind kind;
};

struct unix_dirent {
    uint64_t ino, next; /* next: the position after this entry */
    uint8_t type;
    uint16_t name_length;
    const char *name;
};

struct unix_abi {
    const struct unix_pair *open_flags; /* without the access mode */
    uint32_t open_exec, open_shlock, open_exlock, open_empty_path, open_beneath, open_path;
    const struct unix_pair *message_flags;
    const struct unix_pair *clocks; /* clock ids; ends with {UINT32_MAX, 0} */
    const struct unix_pair *input_flags, *output_flags, *control_flags, *local_flags; /* termios */
    const struct unix_pair *resources; /* RLIMIT_*; ends with {UINT32_MAX, 0} */
    int inet6;                         /* AF_INET6 */
    uint32_t sock_nosigpipe;           /* among the flags of a socket's type; 0: none */
    const struct unix_option *socket_options, *ip_options, *ip6_options, *tcp_options;
    uint32_t scm_timestamp, scm_creds;
    int nofollow_errno; /* foreign: open of a symbolic link with O_NOFOLLOW */

    size_t stat_size;
    void (*stat)(void *out, const struct statx *st); /* stat_size bytes */
    /* Writes an entry to out of max bytes; its size, or 0 when it does not fit. */
    size_t (*dirent)(void *out, size_t max, const struct unix_dirent *d);
    uint64_t (*device)(unsigned major, unsigned minor);
    void (*host_device)(uint64_t device, unsigned *major, unsigned *minor);
};
extern const struct unix_abi *unix_abi; /* of the one system of this process: unix_system->abi */

/* Tables that both systems share */
extern const struct unix_pair unix_termios_input[], unix_termios_local[];

#endif
