/*
 * What kind of file is this? Read from its header, never from its name. The answer chooses the
 * personality, and words the message when there is none (exit status 126).
 *
 * detect_bytes is pure; detect_fd reads. No global state, any thread. All bytes
 * are hostile.
 */
#ifndef COMPATRUN_LOADER_DETECT_H
#define COMPATRUN_LOADER_DETECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loader/pe.h"

#define DETECT_FIRST_READ 4096u        /* enough for nearly every program */
#define DETECT_LARGEST_READ 0x1000000u /* detect_fd reads no more than this, and seldom that */

enum detect_kind {
    DETECT_UNKNOWN, /* nothing that is recognised */
    DETECT_EMPTY,
    DETECT_DIRECTORY,
    DETECT_SPECIAL, /* a device, a socket, a pipe */
    DETECT_PE,      /* with a PE header, be the rest as it may: see pe_status */
    DETECT_DOS,
    DETECT_NE,
    DETECT_LE,
    DETECT_ELF,
    DETECT_MACHO,
    DETECT_SCRIPT, /* "#!": see interpreter */
    DETECT_OTHER,  /* recognised and not a program: text names it */
};

enum detect_os {
    DETECT_OS_UNKNOWN, /* ELF without any mark: static programs of several systems look so */
    DETECT_OS_WINDOWS,
    DETECT_OS_LINUX,
    DETECT_OS_ANDROID,
    DETECT_OS_FREEBSD,
    DETECT_OS_NETBSD,
    DETECT_OS_OPENBSD,
    DETECT_OS_DRAGONFLY,
    DETECT_OS_SOLARIS, /* illumos too: their files do not differ */
    DETECT_OS_DARWIN,
    DETECT_OS_HURD,
    DETECT_OS_HAIKU,
    DETECT_OS_OTHER,
};

enum detect_cpu {
    DETECT_CPU_OTHER,
    DETECT_CPU_X86_64,
    DETECT_CPU_I386,
    DETECT_CPU_ARM64,
    DETECT_CPU_ARM,
    DETECT_CPU_RISCV64,
    DETECT_CPU_POWERPC,
    DETECT_CPU_POWERPC64,
};

enum detect_role {
    DETECT_ROLE_UNKNOWN,
    DETECT_ROLE_PROGRAM,
    DETECT_ROLE_LIBRARY,
    DETECT_ROLE_OBJECT, /* not linked */
    DETECT_ROLE_CORE,
};

struct detected {
    enum detect_kind kind;
    enum detect_os os;
    enum detect_cpu cpu; /* fat Mach-O: x86-64 if it is in there, else the first */
    enum detect_role role;
    uint32_t machine; /* the format's own number: IMAGE_FILE_MACHINE_*, EM_*, CPU_TYPE_* */
    bool is_64;
    bool big_endian;
    bool damaged;             /* the header is recognised but contradicts itself; text says how */
    enum pe_status pe_status; /* DETECT_PE: what pe_parse said */
    uint32_t os_version; /* as the vendor's ELF note has it (FreeBSD 1400097, NetBSD 1000000000); 0:
                            none */
    uint64_t needed;     /* not 0: this much of the file would give a better answer */
    char interpreter[256];         /* ELF and "#!", possibly cut */
    char text[PE_ERROR_TEXT_SIZE]; /* what it is, as a clause: "a FreeBSD program for x86-64" */
};

/* The first head_size bytes of a file of file_size bytes. Always gives an answer; see needed. */
void detect_bytes(const void *head, size_t head_size, uint64_t file_size, struct detected *out);

/*
 * The same for an open file, whose offset is not moved. 0, or an errno of fstat or pread; then *out
 * is unspecified.
 */
int detect_fd(int fd, struct detected *out);

#endif
