/*
 * Programs of the host that a guest starts: what a foreign command line and environment become.
 */
#ifndef SYSCALLS_NT_NATIVE_H
#define SYSCALLS_NT_NATIVE_H

#include <stddef.h>
#include <stdint.h>

/* The arguments of a command line, split as CommandLineToArgvW does, as host text; [0] is replaced
 * by the program's host path. NULL-terminated; free with nt_native_free. NULL: no memory. */
char **nt_native_arguments(const uint16_t *line, size_t n, const char *program);

/* An environment block ("A=1\0B=2\0\0", n units) for the host: UTF-8, the search path and the
 * temporary folder as host paths, variables that only mean something to NT left out. */
char **nt_native_environment(const uint16_t *block, size_t n);

void nt_native_free(char **list);

/* The host path of a DOS path in UTF-16; malloc'd. NULL: it is nowhere on the host. */
char *nt_host_path_of_dos(const uint16_t *dos, size_t n);

#endif
