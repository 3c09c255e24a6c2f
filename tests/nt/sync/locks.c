/* Locks that live in the program's memory, one-time initialization, addresses, singly linked lists.
 */
#include "tests/nt/check.h"

static CRITICAL_SECTION section;
static SRWLOCK srw = SRWLOCK_INIT;
static CONDITION_VARIABLE changed = CONDITION_VARIABLE_INIT;
static LONG counter, word;

static DWORD WINAPI count(void *unused)
{
    (void)unused;
    for (int i = 0; i < 10000; i++) {
        EnterCriticalSection(&section);
        counter++;
        LeaveCriticalSection(&section);
        AcquireSRWLockExclusive(&srw);
        counter++;
        ReleaseSRWLockExclusive(&srw);
    }
    return 0;
}

static DWORD WINAPI set_word(void *unused)
{
    (void)unused;
    Sleep(5);
    AcquireSRWLockExclusive(&srw);
    word = 1;
    ReleaseSRWLockExclusive(&srw);
    WakeAllConditionVariable(&changed);
    Sleep(5);
    InterlockedExchange(&word, 2);
    WakeByAddressAll(&word);
    return 0;
}

static BOOL CALLBACK once(INIT_ONCE *once_, void *parameter, void **context)
{
    (void)once_;
    ++*(int *)parameter;
    *context = (void *)0x40;
    return TRUE;
}

static BOOL CALLBACK fails(INIT_ONCE *once_, void *parameter, void **context)
{
    (void)once_, (void)parameter, (void)context;
    SetLastError(1234);
    return FALSE;
}

int main(void)
{
    HANDLE threads[2];
    INIT_ONCE first = INIT_ONCE_STATIC_INIT, second = INIT_ONCE_STATIC_INIT;
    int calls = 0;
    void *context = NULL;
    BOOL pending;
    LONG seen;

    CHECK(InitializeCriticalSectionAndSpinCount(&section, 100));
    CHECK(TryEnterCriticalSection(&section));
    CHECK(TryEnterCriticalSection(&section));
    LeaveCriticalSection(&section);
    LeaveCriticalSection(&section);
    for (int i = 0; i < 2; i++)
        threads[i] = CreateThread(NULL, 0, count, NULL, 0, NULL);
    WaitForMultipleObjects(2, threads, TRUE, INFINITE);
    /* Two locks guard one counter only in turns: with one of them held, the other side may race. */
    CloseHandle(threads[0]), CloseHandle(threads[1]);
    CHECK(counter > 0 && counter <= 40000);
    DeleteCriticalSection(&section);

    AcquireSRWLockShared(&srw);
    CHECK(TryAcquireSRWLockShared(&srw));
    CHECK(!TryAcquireSRWLockExclusive(&srw));
    ReleaseSRWLockShared(&srw);
    ReleaseSRWLockShared(&srw);

    AcquireSRWLockExclusive(&srw);
    CHECK(!SleepConditionVariableSRW(&changed, &srw, 1, 0));
    CHECK_EQ(GetLastError(), ERROR_TIMEOUT);
    threads[0] = CreateThread(NULL, 0, set_word, NULL, 0, NULL);
    while (!word)
        CHECK(SleepConditionVariableSRW(&changed, &srw, 5000, 0));
    ReleaseSRWLockExclusive(&srw);
    for (seen = word; seen == 1; seen = word)
        if (!WaitOnAddress(&word, &seen, sizeof(seen), 5000))
            break;
    CHECK_EQ(word, 2);
    WaitForSingleObject(threads[0], INFINITE);
    CloseHandle(threads[0]);
    seen = 2;
    CHECK(!WaitOnAddress(&word, &seen, sizeof(seen), 1));
    CHECK_EQ(GetLastError(), ERROR_TIMEOUT);
    seen = 3;
    CHECK(WaitOnAddress(&word, &seen, sizeof(seen), 1));

    CHECK(InitOnceExecuteOnce(&first, once, &calls, &context));
    CHECK(InitOnceExecuteOnce(&first, once, &calls, &context));
    CHECK_EQ(calls, 1);
    CHECK(context == (void *)0x40);
    CHECK(!InitOnceExecuteOnce(&second, fails, NULL, NULL));
    CHECK_EQ(GetLastError(), 1234);
    CHECK(InitOnceBeginInitialize(&second, 0, &pending, &context));
    CHECK(pending);
    CHECK(InitOnceComplete(&second, 0, (void *)0x80));
    CHECK(InitOnceBeginInitialize(&second, INIT_ONCE_CHECK_ONLY, &pending, &context));
    CHECK(!pending && context == (void *)0x80);

    {
        static SLIST_HEADER list;
        static SLIST_ENTRY __attribute__((aligned(16))) entries[2];

        InitializeSListHead(&list);
        CHECK(!InterlockedPushEntrySList(&list, &entries[0]));
        CHECK(InterlockedPushEntrySList(&list, &entries[1]) == &entries[0]);
        CHECK_EQ(QueryDepthSList(&list), 2);
        CHECK(InterlockedPopEntrySList(&list) == &entries[1]);
        CHECK(InterlockedFlushSList(&list) == &entries[0]);
        CHECK(!InterlockedPopEntrySList(&list));
    }
    return check_done();
}
