/* The runtime's numbered locks. */
#include "crt.h"

/* Each is made at its first use: 0 = not there, 1 = being made, 2 = ready. */
static CRITICAL_SECTION locks[CRT_LOCKS];
static volatile LONG lock_state[CRT_LOCKS];

static CRITICAL_SECTION *find_lock(int n)
{
    while (lock_state[n] != 2) {
        if (InterlockedCompareExchange(&lock_state[n], 1, 0) == 0) {
            InitializeCriticalSection(&locks[n]);
            InterlockedExchange(&lock_state[n], 2);
        } else {
            SwitchToThread();
        }
    }
    return &locks[n];
}

void _lock(int n)
{
    if (n >= 0 && n < CRT_LOCKS)
        EnterCriticalSection(find_lock(n));
}

void _unlock(int n)
{
    if (n >= 0 && n < CRT_LOCKS)
        LeaveCriticalSection(find_lock(n));
}
