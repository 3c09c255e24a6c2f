/* Threads: a queue between producers and consumers, with a lock, a condition and an event. */
#include <stdio.h>
#include <windows.h>

enum { PRODUCERS = 4, CONSUMERS = 3, EACH = 5000, ROOM = 16 };

static SRWLOCK lock = SRWLOCK_INIT;
static CONDITION_VARIABLE filled = CONDITION_VARIABLE_INIT, emptied = CONDITION_VARIABLE_INIT;
static int queue[ROOM], head, used, closed;
static LONG64 total;
static HANDLE go;

static DWORD WINAPI produce(void *first)
{
    WaitForSingleObject(go, INFINITE);
    for (int i = 0; i < EACH; i++) {
        AcquireSRWLockExclusive(&lock);
        while (used == ROOM)
            SleepConditionVariableSRW(&emptied, &lock, INFINITE, 0);
        queue[(head + used++) % ROOM] = (int)(LONG_PTR)first + i;
        ReleaseSRWLockExclusive(&lock);
        WakeConditionVariable(&filled);
    }
    return EACH;
}

static DWORD WINAPI consume(void *unused)
{
    DWORD taken = 0;

    (void)unused;
    for (;;) {
        int value;
        AcquireSRWLockExclusive(&lock);
        while (!used && !closed)
            SleepConditionVariableSRW(&filled, &lock, INFINITE, 0);
        if (!used) {
            ReleaseSRWLockExclusive(&lock);
            return taken;
        }
        value = queue[head];
        head = (head + 1) % ROOM;
        used--;
        ReleaseSRWLockExclusive(&lock);
        WakeConditionVariable(&emptied);
        InterlockedExchangeAdd64(&total, value);
        taken++;
    }
}

int main(void)
{
    HANDLE producers[PRODUCERS], consumers[CONSUMERS];
    DWORD taken = 0, code;

    go = CreateEventW(NULL, TRUE, FALSE, NULL);
    for (int i = 0; i < PRODUCERS; i++)
        producers[i] = CreateThread(NULL, 0, produce, (void *)(LONG_PTR)(i * EACH), 0, NULL);
    for (int i = 0; i < CONSUMERS; i++)
        consumers[i] = CreateThread(NULL, 0, consume, NULL, 0, NULL);
    SetEvent(go);
    if (WaitForMultipleObjects(PRODUCERS, producers, TRUE, INFINITE) != WAIT_OBJECT_0)
        return 1;
    AcquireSRWLockExclusive(&lock);
    closed = 1;
    ReleaseSRWLockExclusive(&lock);
    WakeAllConditionVariable(&filled);
    if (WaitForMultipleObjects(CONSUMERS, consumers, TRUE, INFINITE) != WAIT_OBJECT_0)
        return 1;
    for (int i = 0; i < CONSUMERS; i++) {
        GetExitCodeThread(consumers[i], &code);
        taken += code;
    }
    printf("%lu items through a queue of %d, sum %lld\n", taken, ROOM, (long long)total);
    return taken == PRODUCERS * EACH ? 0 : 1;
}
