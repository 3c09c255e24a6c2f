#include "syscalls/nt/share_session.h"

#include "syscalls/nt/arena.h"

static atomic_bool shared;

bool nt_session_shared(void)
{
    return atomic_load_explicit(&shared, memory_order_acquire);
}

void nt_session_set_shared(void)
{
    atomic_store_explicit(&shared, true, memory_order_release);
}

static uint32_t bucket_of(uint64_t dev, uint64_t ino)
{
    return (uint32_t)(((ino ^ dev * 0x9e3779b97f4a7c15ull) * 0xff51afd7ed558ccdull) >> 40) %
           NT_OPEN_BUCKETS;
}

static void set_free(struct nt_session_opens *o, uint32_t index)
{
    uint32_t hint = atomic_load(&o->hint);

    atomic_store(&o->records[index].owner, 0);
    while (index < hint && !atomic_compare_exchange_weak(&o->hint, &hint, index))
        ;
}

static uint32_t take_record(struct nt_session_opens *o)
{
    for (uint32_t i = atomic_load(&o->hint); i < NT_OPEN_RECORDS; i++) {
        uint32_t none = 0, top = atomic_load(&o->top);
        if (!atomic_compare_exchange_strong(&o->records[i].owner, &none, nt_arena_process() + 1))
            continue;
        atomic_store(&o->hint, i + 1);
        while (top <= i && !atomic_compare_exchange_weak(&o->top, &top, i + 1))
            ;
        return i + 1;
    }
    return 0;
}

/* Under the bucket's lock. */
static void unlink_record(struct nt_session_opens *o, uint32_t bucket, uint32_t record)
{
    _Atomic uint32_t *at = &o->buckets[bucket].first;

    while (*at && *at != record)
        at = (_Atomic uint32_t *)&o->records[*at - 1].next;
    if (*at)
        atomic_store(at, o->records[record - 1].next);
    set_free(o, record - 1);
}

static bool is_own(const struct nt_open_record *r)
{
    return atomic_load(&r->owner) == nt_arena_process() + 1;
}

#define PRESENT 0x80000000u

/* What the living others come to; PRESENT when there is any. Under the bucket's lock. */
static uint32_t others(struct nt_session_opens *o, uint32_t bucket, uint64_t dev, uint64_t ino)
{
    uint32_t all = 0;

    for (uint32_t i = atomic_load(&o->buckets[bucket].first); i; i = o->records[i - 1].next) {
        struct nt_open_record *r = &o->records[i - 1];
        uint32_t owner = atomic_load(&r->owner);
        if (r->dev == dev && r->ino == ino && owner && !is_own(r) &&
            nt_arena_process_alive(owner - 1))
            all |= atomic_load(&r->what) | PRESENT;
    }
    return all;
}

static bool conflicts(uint32_t asked, uint32_t what)
{
    /* The refusals are the accesses, shifted: each side against the other. */
    return (asked & what >> 3 & 7) || (what & asked >> 3 & 7);
}

NTSTATUS nt_session_open(uint64_t dev, uint64_t ino, uint32_t *record, uint32_t what,
                         uint32_t asked)
{
    struct nt_session_opens *o = nt_arena_opens();
    uint32_t bucket = bucket_of(dev, ino);
    NTSTATUS status = STATUS_SUCCESS;

    if (*record && !asked) { /* no look at others, nothing to link */
        struct nt_open_record *r = &o->records[*record - 1];
        uint32_t now = atomic_load(&r->what);
        while (!atomic_compare_exchange_weak(&r->what, &now, what | (now & NT_OPENS_DYING)))
            ;
        return STATUS_SUCCESS;
    }
    nt_word_lock(&o->buckets[bucket].lock);
    if (asked) {
        uint32_t all = others(o, bucket, dev, ino);
        if (all & NT_OPENS_DYING)
            status = STATUS_DELETE_PENDING;
        else if (conflicts(asked, all))
            status = STATUS_SHARING_VIOLATION;
    }
    if (NT_SUCCESS(status)) {
        if (!*record && (*record = take_record(o)) != 0) {
            struct nt_open_record *r = &o->records[*record - 1];
            r->dev = dev;
            r->ino = ino;
            r->next = atomic_load(&o->buckets[bucket].first);
            atomic_store(&r->what, what);
            atomic_store(&o->buckets[bucket].first, *record);
        } else if (*record) {
            atomic_store(&o->records[*record - 1].what, what);
        }
    }
    nt_word_unlock(&o->buckets[bucket].lock, 0);
    return status;
}

bool nt_session_close(uint64_t dev, uint64_t ino, uint32_t *record, bool dying)
{
    struct nt_session_opens *o = nt_arena_opens();
    uint32_t bucket = bucket_of(dev, ino);
    bool other = false;

    nt_word_lock(&o->buckets[bucket].lock);
    if (*record && (atomic_load(&o->records[*record - 1].what) & NT_OPENS_DYING))
        dying = true;
    for (uint32_t i = dying ? atomic_load(&o->buckets[bucket].first) : 0; i;
         i = o->records[i - 1].next) {
        struct nt_open_record *r = &o->records[i - 1];
        uint32_t owner = atomic_load(&r->owner);
        if (r->dev != dev || r->ino != ino || !owner || i == *record ||
            !nt_arena_process_alive(owner - 1))
            continue;
        atomic_fetch_or(&r->what, NT_OPENS_DYING);
        other = true;
    }
    if (*record)
        unlink_record(o, bucket, *record);
    *record = 0;
    nt_word_unlock(&o->buckets[bucket].lock, 0);
    return dying && !other;
}

uint32_t nt_session_others(uint64_t dev, uint64_t ino)
{
    struct nt_session_opens *o = nt_arena_opens();
    uint32_t bucket = bucket_of(dev, ino);

    if (!atomic_load(&o->buckets[bucket].first))
        return 0;
    nt_word_lock(&o->buckets[bucket].lock);
    uint32_t all = others(o, bucket, dev, ino);
    nt_word_unlock(&o->buckets[bucket].lock, 0);
    return all;
}

void nt_session_set_dying(uint64_t dev, uint64_t ino, bool dying)
{
    struct nt_session_opens *o = nt_arena_opens();
    uint32_t bucket = bucket_of(dev, ino);

    nt_word_lock(&o->buckets[bucket].lock);
    for (uint32_t i = atomic_load(&o->buckets[bucket].first); i; i = o->records[i - 1].next) {
        struct nt_open_record *r = &o->records[i - 1];
        if (r->dev != dev || r->ino != ino)
            continue;
        if (dying)
            atomic_fetch_or(&r->what, NT_OPENS_DYING);
        else
            atomic_fetch_and(&r->what, ~(uint32_t)NT_OPENS_DYING);
    }
    nt_word_unlock(&o->buckets[bucket].lock, 0);
}

void nt_session_reap_opens(struct nt_session_opens *o, uint32_t process)
{
    uint32_t top = atomic_load(&o->top);

    for (uint32_t i = 0; i < top; i++) {
        struct nt_open_record *r = &o->records[i];
        if (atomic_load(&r->owner) != process + 1)
            continue;
        /* A record that was taken and not linked yet names no bucket, or an old one: it is in no
         * chain. */
        uint32_t bucket = bucket_of(r->dev, r->ino);
        nt_word_lock(&o->buckets[bucket].lock);
        unlink_record(o, bucket, i + 1);
        nt_word_unlock(&o->buckets[bucket].lock, 0);
    }
}
