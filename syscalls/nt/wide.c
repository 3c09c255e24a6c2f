#include "syscalls/nt/wide.h"

#include <string.h>

/* What the kernel leaves in a signal frame: fxsave's 512 bytes, whose end says what follows; the
 * XSAVE header; and the upper halves, at the place that all processors give them. */
#define SOFTWARE 464
#define MAGIC1 0x46505853u
#define HEADER 512
#define HIGH 576

struct software {
    uint32_t magic1, extended_size;
    uint64_t features;
    uint32_t size;
};

static uint8_t *area_of(const ucontext_t *uc)
{
    uint8_t *fp = (uint8_t *)uc->uc_mcontext.fpregs;
    struct software s;

    if (!fp)
        return NULL;
    memcpy(&s, fp + SOFTWARE, sizeof(s));
    return s.magic1 == MAGIC1 && (s.features & NT_XSTATE_AVX) && s.size >= HIGH + 256 ? fp : NULL;
}

bool nt_wide_of_ucontext(const ucontext_t *uc, uint8_t high[16][16])
{
    const uint8_t *fp = area_of(uc);
    uint64_t used;

    if (!fp)
        return false;
    memcpy(&used, fp + HEADER, sizeof(used));
    if (used & NT_XSTATE_AVX)
        memcpy(high, fp + HIGH, 256);
    else
        memset(high, 0, 256); /* in their initial state they are not stored */
    return true;
}

void nt_wide_legacy_used(ucontext_t *uc)
{
    uint8_t *fp = area_of(uc);
    uint64_t used;

    if (!fp)
        return;
    memcpy(&used, fp + HEADER, sizeof(used));
    used |= 3; /* x87, SSE */
    memcpy(fp + HEADER, &used, sizeof(used));
}

bool nt_wide_push(uint64_t *rsp, const uint8_t high[16][16], uint64_t *where)
{
    struct nt_wide_area area = {.mask = NT_XSTATE_AVX};

    memcpy(area.high, high, sizeof(area.high));
    *where = (*rsp - sizeof(area)) & ~63ull;
    if (!guest_write((void *)*where, &area, sizeof(area)))
        return false;
    *rsp = *where;
    return true;
}

void nt_wide_describe(struct nt_context_ex *ex, uint64_t context, uint64_t where)
{
    const int32_t legacy = -(int32_t)sizeof(CONTEXT);
    uint64_t at = context + sizeof(CONTEXT);

    *ex = (struct nt_context_ex){
        .all = {legacy, sizeof(CONTEXT) + sizeof(*ex)},
        .legacy = {legacy, sizeof(CONTEXT)},
        .xstate = {sizeof(*ex), 0},
    };
    if (where) {
        ex->xstate = (struct nt_context_chunk){(int32_t)(where - at), sizeof(struct nt_wide_area)};
        ex->all.length = (uint32_t)(where + sizeof(struct nt_wide_area) - context);
    }
}

bool nt_wide_get(const CONTEXT *guest, DWORD flags, uint8_t high[16][16])
{
    const char *at = (const char *)guest + sizeof(CONTEXT);
    struct nt_wide_area area;
    struct nt_context_ex ex;

    /* Programs copy a CONTEXT, flags and all, without what belongs to it: only what looks right is
     * taken for it. */
    if ((flags & CONTEXT_XSTATE) != CONTEXT_XSTATE ||
        !guest_get(&ex, (const struct nt_context_ex *)at) ||
        ex.legacy.offset != -(int32_t)sizeof(CONTEXT) || ex.all.offset != ex.legacy.offset ||
        ex.xstate.length < sizeof(area) || ex.xstate.offset < (int32_t)sizeof(ex) ||
        ex.xstate.offset > 0x10000 ||
        !guest_get(&area, (const struct nt_wide_area *)(at + ex.xstate.offset)))
        return false;
    if (area.mask & NT_XSTATE_AVX)
        memcpy(high, area.high, sizeof(area.high));
    else
        memset(high, 0, sizeof(area.high));
    return true;
}
