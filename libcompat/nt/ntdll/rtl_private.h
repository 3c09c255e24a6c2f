/*
 * What the Rtl files of ntdll share with each other and with the loader. Include it first: it
 * makes the SDK headers declare ntdll's own exports as local functions.
 */
#ifndef NTDLL_RTL_PRIVATE_H
#define NTDLL_RTL_PRIVATE_H

#ifndef _NTSYSTEM_
#define _NTSYSTEM_
#endif
#ifndef _CRTIMP
#define _CRTIMP
#endif
#include "abi/nt/nt.h"
#undef memcpy
#undef RtlEqualMemory
#undef RtlMoveMemory
#undef RtlCopyMemory
#undef RtlFillMemory
#undef RtlZeroMemory

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

/* Not volatile: the address never changes while a thread runs, so one load serves a function. */
static inline TEB *rtl_teb(void)
{
    TEB *teb;

#ifdef _WIN64
    __asm__("movq %%gs:0x30, %0" : "=r"(teb));
#else
    __asm__("movl %%fs:0x18, %0" : "=r"(teb));
#endif
    return teb;
}

static inline PEB *rtl_peb(void)
{
    return rtl_teb()->ProcessEnvironmentBlock;
}

static inline HANDLE rtl_thread_id(void)
{
    return rtl_teb()->ClientId.UniqueThread;
}

static inline PVOID rtl_heap(void)
{
    return rtl_peb()->ProcessHeap;
}

static inline void rtl_pause(void)
{
    __builtin_ia32_pause();
}

/* For what never changes; its clocks stand still. */
static inline const KUSER_SHARED_DATA *rtl_kuser(void)
{
    return (const KUSER_SHARED_DATA *)KUSER_CONSTANTS_ADDRESS;
}

/*
 * Called by the loader when a thread ends, on that thread, after the DLL notifications: the first
 * runs the fiber-local callbacks, the second, when nothing is freed any more, gives the thread's
 * cached heap blocks back.
 */
void fls_thread_detach(void);
void heap_thread_detach(void);

static inline void rtl_list_init(LIST_ENTRY *head)
{
    head->Flink = head->Blink = head;
}

static inline void rtl_list_append(LIST_ENTRY *head, LIST_ENTRY *entry)
{
    entry->Flink = head;
    entry->Blink = head->Blink;
    head->Blink->Flink = entry;
    head->Blink = entry;
}

static inline void rtl_list_remove(LIST_ENTRY *entry)
{
    entry->Flink->Blink = entry->Blink;
    entry->Blink->Flink = entry->Flink;
}

/* Compares upcased characters; the lengths are in characters. <0, 0, >0. */
int rtl_compare_nocase(const WCHAR *a, SIZE_T na, const WCHAR *b, SIZE_T nb);

/*
 * Blocks until woken through the same key, unless *word no longer is `expected` when the thread is
 * in the queue. The key is an address that is only compared, never read. Returns STATUS_SUCCESS
 * (woken, or the word had changed) or STATUS_TIMEOUT. `timeout` as of NtDelayExecution, NULL: none.
 */
NTSTATUS rtl_wait_on_key(const void *key, const volatile LONG *word, LONG expected,
                         const LARGE_INTEGER *timeout);
void rtl_wake_key(const void *key, BOOLEAN all);

#endif
