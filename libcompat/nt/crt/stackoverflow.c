/* _resetstkoflw: puts the guard page of a stack back after STATUS_STACK_OVERFLOW was handled. */
#include "libcompat/nt/crt/crt.h"

int _resetstkoflw(void)
{
    MEMORY_BASIC_INFORMATION info;
    SYSTEM_INFO system;
    ULONG guarantee = 0;
    DWORD old;
    NT_TIB *tib = (NT_TIB *)NtCurrentTeb();

    GetSystemInfo(&system);
    if (!VirtualQuery(&info, &info, sizeof(info)))
        return 0;
    SetThreadStackGuarantee(&guarantee); /* with 0 it only tells the present value */

    /* The first page is never committed; above it, the pages kept for handlers, of which the
     * guard is the highest. There must be room left below where we are. */
    ULONG_PTR page = system.dwPageSize;
    ULONG_PTR keep = (guarantee + page - 1) / page * page;
    ULONG_PTR guard = (ULONG_PTR)info.AllocationBase + page + keep;
    ULONG_PTR here = (ULONG_PTR)&info & ~(page - 1);

    if (guard + page >= here)
        return 0;
    if (!VirtualProtect((void *)guard, page, PAGE_READWRITE | PAGE_GUARD, &old))
        return 0;
    tib->StackLimit = (void *)(guard + page);
    return 1;
}
