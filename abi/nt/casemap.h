/*
 * Case mapping of UTF-16 units as NT applies it to names: one unit to one unit, the same on both
 * sides of the gate. Surrogates map to themselves. Pure functions, usable from any thread.
 */
#ifndef ABI_NT_CASEMAP_H
#define ABI_NT_CASEMAP_H

#include <stdint.h>

uint16_t nt_upcase_slow(uint16_t c);
uint16_t nt_downcase_slow(uint16_t c);

static inline uint16_t nt_upcase(uint16_t c)
{
    if (c < 0x80)
        return (uint16_t)(c - ((c >= 'a' && c <= 'z') << 5));
    return nt_upcase_slow(c);
}

static inline uint16_t nt_downcase(uint16_t c)
{
    if (c < 0x80)
        return (uint16_t)(c + ((c >= 'A' && c <= 'Z') << 5));
    return nt_downcase_slow(c);
}

#endif
