/*
 * Thread pools over ntdll's Tp* and timer queues over its Rtl* functions: allocation and results
 * differ, the rest is forwarded.
 */
#include "kernelbase.h"

PTP_POOL WINAPI CreateThreadpool(PVOID reserved)
{
    TP_POOL *pool;

    return set_status(TpAllocPool(&pool, reserved)) ? pool : NULL;
}

BOOL WINAPI SetThreadpoolThreadMinimum(PTP_POOL pool, DWORD minimum)
{
    return set_status(TpSetPoolMinThreads(pool, minimum));
}

PTP_WORK WINAPI CreateThreadpoolWork(PTP_WORK_CALLBACK callback, PVOID context,
                                     PTP_CALLBACK_ENVIRON environment)
{
    TP_WORK *work;

    return set_status(TpAllocWork(&work, callback, context, environment)) ? work : NULL;
}

PTP_TIMER WINAPI CreateThreadpoolTimer(PTP_TIMER_CALLBACK callback, PVOID context,
                                       PTP_CALLBACK_ENVIRON environment)
{
    TP_TIMER *timer;

    return set_status(TpAllocTimer(&timer, callback, context, environment)) ? timer : NULL;
}

PTP_WAIT WINAPI CreateThreadpoolWait(PTP_WAIT_CALLBACK callback, PVOID context,
                                     PTP_CALLBACK_ENVIRON environment)
{
    TP_WAIT *wait;

    return set_status(TpAllocWait(&wait, callback, context, environment)) ? wait : NULL;
}

/*
 * Input/output objects. ntdll calls back with an IO_STATUS_BLOCK where Win32 callbacks get an
 * error and a byte count, so the program's PTP_IO is this record and ntdll's object hangs off it.
 * `pending` counts one for the program's reference and one per started operation.
 */
struct pool_io {
    TP_IO *native;
    PTP_WIN32_IO_CALLBACK callback;
    PVOID context;
    LONG pending;
};

static void release_io(struct pool_io *io)
{
    if (!InterlockedDecrement(&io->pending))
        heap_free(io);
}

static void NTAPI io_entry(PTP_CALLBACK_INSTANCE instance, PVOID context, PVOID overlapped,
                           IO_STATUS_BLOCK *block, TP_IO *native)
{
    struct pool_io *io = context;

    (void)native;
    io->callback(instance, io->context, overlapped,
                 NT_SUCCESS(block->Status) ? 0 : RtlNtStatusToDosError(block->Status),
                 block->Information, (PTP_IO)io);
    release_io(io);
}

PTP_IO WINAPI CreateThreadpoolIo(HANDLE file, PTP_WIN32_IO_CALLBACK callback, PVOID context,
                                 PTP_CALLBACK_ENVIRON environment)
{
    struct pool_io *io = heap_alloc(sizeof(*io));

    if (!io)
        return NULL;
    *io = (struct pool_io){.callback = callback, .context = context, .pending = 1};
    if (!set_status(TpAllocIoCompletion(&io->native, file, io_entry, io, environment))) {
        heap_free(io);
        return NULL;
    }
    return (PTP_IO)io;
}

VOID WINAPI StartThreadpoolIo(PTP_IO object)
{
    struct pool_io *io = (struct pool_io *)object;

    InterlockedIncrement(&io->pending);
    TpStartAsyncIoOperation(io->native);
}

VOID WINAPI CancelThreadpoolIo(PTP_IO object)
{
    struct pool_io *io = (struct pool_io *)object;

    TpCancelAsyncIoOperation(io->native);
    release_io(io);
}

VOID WINAPI WaitForThreadpoolIoCallbacks(PTP_IO object, BOOL cancel)
{
    TpWaitForIoCompletion(((struct pool_io *)object)->native, cancel);
}

VOID WINAPI CloseThreadpoolIo(PTP_IO object)
{
    struct pool_io *io = (struct pool_io *)object;

    TpReleaseIoCompletion(io->native);
    release_io(io);
}

PTP_CLEANUP_GROUP WINAPI CreateThreadpoolCleanupGroup(VOID)
{
    TP_CLEANUP_GROUP *group;

    return set_status(TpAllocCleanupGroup(&group)) ? group : NULL;
}

BOOL WINAPI TrySubmitThreadpoolCallback(PTP_SIMPLE_CALLBACK callback, PVOID context,
                                        PTP_CALLBACK_ENVIRON environment)
{
    return set_status(TpSimpleTryPost(callback, context, environment));
}

BOOL WINAPI CallbackMayRunLong(PTP_CALLBACK_INSTANCE instance)
{
    return set_status(TpCallbackMayRunLong(instance));
}

BOOL WINAPI QueueUserWorkItem(LPTHREAD_START_ROUTINE function, PVOID context, ULONG flags)
{
    return set_status(RtlQueueWorkItem((RTL_WORKER_CALLBACK)(ULONG_PTR)function, context, flags));
}

BOOL WINAPI RegisterWaitForSingleObject(PHANDLE wait, HANDLE object, WAITORTIMERCALLBACK callback,
                                        PVOID context, ULONG milliseconds, ULONG flags)
{
    return set_status(RtlRegisterWait(wait, object, (RTL_WAITORTIMER_CALLBACK)callback, context,
                                      milliseconds, flags));
}

/* A callback that is still running makes these fail with ERROR_IO_PENDING, as documented. */
static BOOL ended(NTSTATUS status)
{
    if (status == STATUS_PENDING)
        return fail(ERROR_IO_PENDING);
    return set_status(status);
}

BOOL WINAPI UnregisterWaitEx(HANDLE wait, HANDLE completion)
{
    return ended(RtlDeregisterWaitEx(wait, completion));
}

BOOL WINAPI UnregisterWait(HANDLE wait)
{
    return UnregisterWaitEx(wait, NULL);
}

HANDLE WINAPI CreateTimerQueue(VOID)
{
    HANDLE queue;

    return set_status(RtlCreateTimerQueue(&queue)) ? queue : NULL;
}

BOOL WINAPI CreateTimerQueueTimer(PHANDLE timer, HANDLE queue, WAITORTIMERCALLBACK callback,
                                  PVOID context, DWORD due, DWORD period, ULONG flags)
{
    return set_status(
        RtlCreateTimer(queue, timer, (PVOID)(ULONG_PTR)callback, context, due, period, flags));
}

BOOL WINAPI ChangeTimerQueueTimer(HANDLE queue, HANDLE timer, ULONG due, ULONG period)
{
    return set_status(RtlUpdateTimer(queue, timer, due, period));
}

BOOL WINAPI DeleteTimerQueueTimer(HANDLE queue, HANDLE timer, HANDLE completion)
{
    return ended(RtlDeleteTimer(queue, timer, completion));
}

BOOL WINAPI DeleteTimerQueueEx(HANDLE queue, HANDLE completion)
{
    return ended(RtlDeleteTimerQueueEx(queue, completion));
}

BOOL WINAPI DeleteTimerQueue(HANDLE queue)
{
    return DeleteTimerQueueEx(queue, NULL);
}
