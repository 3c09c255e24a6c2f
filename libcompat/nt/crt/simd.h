/*
 * 16-byte vectors and unaligned words for the memory and string functions. SSE2 is what
 * every supported Windows requires; nothing wider is assumed. Include before anything else:
 * the pragmas keep gcc from turning a function's own loop into a call of that function.
 */
#ifndef CRT_SIMD_H
#define CRT_SIMD_H

#pragma GCC optimize("no-tree-loop-distribute-patterns")
#ifndef __SSE2__
#error "build for i386 with -msse2 -mfpmath=sse -mstackrealign: callers align stacks to 4 bytes only"
#endif

#ifndef _CRTIMP
#define _CRTIMP /* the compiler header pulls in stdlib.h, whose functions are ours to define */
#endif
#include <stddef.h>
#include <stdint.h>
#include <emmintrin.h>

typedef __m128i v16;
typedef uint64_t u64_un __attribute__((aligned(1), may_alias));
typedef uint32_t u32_un __attribute__((aligned(1), may_alias));
typedef uint16_t u16_un __attribute__((aligned(1), may_alias));

static inline v16 loadv(const void *p) { return _mm_loadu_si128((const __m128i_u *)p); }
static inline v16 loada(const void *p) { return _mm_load_si128((const __m128i *)p); }
static inline void storev(void *p, v16 v) { _mm_storeu_si128((__m128i_u *)p, v); }
static inline uint64_t load64(const void *p) { return *(const u64_un *)p; }
static inline uint32_t load32(const void *p) { return *(const u32_un *)p; }
static inline uint16_t load16(const void *p) { return *(const u16_un *)p; }
static inline void store64(void *p, uint64_t v) { *(u64_un *)p = v; }
static inline void store32(void *p, uint32_t v) { *(u32_un *)p = v; }
static inline void store16(void *p, uint16_t v) { *(u16_un *)p = v; }
static inline v16 splat8(unsigned char c) { return _mm_set1_epi8((char)c); }
static inline v16 splat16(uint16_t c) { return _mm_set1_epi16((short)c); }
static inline v16 eq8(v16 a, v16 b) { return _mm_cmpeq_epi8(a, b); }
static inline v16 eq16(v16 a, v16 b) { return _mm_cmpeq_epi16(a, b); }
static inline v16 orv(v16 a, v16 b) { return _mm_or_si128(a, b); }
/* One bit per byte: bit i is set where byte i of the comparison is all ones. */
static inline unsigned mask8(v16 v) { return (unsigned)_mm_movemask_epi8(v); }

#endif
