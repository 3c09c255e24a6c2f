/* Where things are on the host: the program, our guest libraries, the trace's destination. */
#ifndef LOADER_WHERE_H
#define LOADER_WHERE_H

#include <stdbool.h>
#include <stddef.h>

/* Opens the program as the command line names it, as a shell would: with a slash as it is, without
 * one in the current folder (names with a foreign suffix) and then in PATH. The absolute path goes
 * to path. -1 with errno. */
int where_program(const char *name, char *path, size_t size);

/* The folder with ntdll.dll and its like: beside the executable in a build tree, else in the
 * library folder relative to it, else where it was configured to be. */
bool where_guest_libraries(char *dir, size_t size);

/* --trace-file: NULL standard error, "&N" a descriptor, else a file. -1 with errno. */
int where_trace_goes(const char *name);

#endif
