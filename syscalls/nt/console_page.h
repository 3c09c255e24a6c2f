/* Code pages of the console: UTF-8 (65001) by ourselves, others by the host's iconv. */
#ifndef SYSCALLS_NT_CONSOLE_PAGE_H
#define SYSCALLS_NT_CONSOLE_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool console_page_known(uint32_t page);

/* Converts; what cannot be said there is '?'. Returns the bytes written. */
size_t console_page_from_utf16(uint32_t page, char *to, size_t max, const uint16_t *from, size_t n);

/* Converts n bytes, at most max units; *used is less than n when a character is incomplete or max
 * was reached. Returns the units written. */
size_t console_page_to_utf16(uint32_t page, uint16_t *to, size_t max, const char *from, size_t n,
                             size_t *used);

#endif
