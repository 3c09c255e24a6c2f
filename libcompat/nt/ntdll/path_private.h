/* What path.c (names) and curdir.c (the current directory, existence, searching) share. */
#ifndef NTDLL_PATH_PRIVATE_H
#define NTDLL_PATH_PRIVATE_H

#include "rtl_private.h"

/* A growing, always terminated text; begins on the stack. */
struct path_buffer {
    PWSTR text;
    SIZE_T length, size; /* characters; size counts the terminator */
    WCHAR space[300];
};

void path_buffer_init(struct path_buffer *b);
void path_buffer_free(struct path_buffer *b);

/* Appends the full name of a DOS path to an empty buffer. */
NTSTATUS path_full_name(const WCHAR *name, SIZE_T n, struct path_buffer *b, RTL_PATH_TYPE *type);

/* If `nt` (with a prefix of so many characters) lies in the current directory, says so in `rel`. */
void path_make_relative(PRTL_RELATIVE_NAME_U rel, PCUNICODE_STRING nt, SIZE_T prefix_chars);

/* At the start of the process, when there is a heap. */
void path_open_current_directory(void);

#endif
