/*
 * The upper halves of the vector registers (AVX). A CONTEXT has none; they follow it behind a
 * CONTEXT_EX, and CONTEXT_XSTATE in its flags says so. ZMM registers are not kept.
 */
#ifndef SYSCALLS_NT_WIDE_H
#define SYSCALLS_NT_WIDE_H

#include <ucontext.h>

#include "syscalls/nt/nt.h"

struct nt_context_chunk {
    int32_t offset; /* from the CONTEXT_EX */
    uint32_t length;
};

struct nt_context_ex {
    struct nt_context_chunk all, legacy, xstate;
    uint64_t pad;
};
_Static_assert(sizeof(struct nt_context_ex) == 0x20, "CONTEXT_EX");

/* An XSAVE_AREA_HEADER and what the processor puts behind it for AVX */
struct nt_wide_area {
    uint64_t mask, compaction, reserved[6];
    uint8_t high[16][16];
};
_Static_assert(sizeof(struct nt_wide_area) == 320, "XSTATE");
#define NT_XSTATE_AVX 4u /* bit of the mask */

/* What a signal has interrupted; false: the processor has no AVX. */
bool nt_wide_of_ucontext(const ucontext_t *uc, uint8_t high[16][16]);
/* The x87 and SSE parts of the frame have been written: they are to be loaded, even if they were in
 * their initial state before. */
void nt_wide_legacy_used(ucontext_t *uc);

/* Puts the area on the guest's stack below *rsp, which moves; *where is its address. */
bool nt_wide_push(uint64_t *rsp, const uint8_t high[16][16], uint64_t *where);
/* The CONTEXT_EX for a CONTEXT at `context`, its area at `where` (0: none). */
void nt_wide_describe(struct nt_context_ex *ex, uint64_t context, uint64_t where);
/* From a guest's CONTEXT with these flags; false: it has none, or not in the form that Windows
 * makes. */
bool nt_wide_get(const CONTEXT *guest, DWORD flags, uint8_t high[16][16]);

#endif
