/*
 * Text between the host (bytes, normally UTF-8) and UTF-16. Every byte string survives the way
 * there and back: a byte that is not part of valid UTF-8 becomes a lone surrogate U+DC80..U+DCFF,
 * other lone surrogates become three bytes as UTF-8 would encode them. Pure functions.
 */
#ifndef SYSCALLS_HOST_UTF_H
#define SYSCALLS_HOST_UTF_H

#include <stddef.h>
#include <stdint.h>

/* Converts n bytes; writes at most max units and returns how many the whole text has. */
size_t utf16_from_host(uint16_t *to, size_t max, const char *from, size_t n);

/* Converts n units; writes at most max bytes, no terminator, and returns how many the text has. */
size_t host_from_utf16(char *to, size_t max, const uint16_t *from, size_t n);

#endif
