/*
 * The error object of a thread: set by who fails, taken by who wants to know.
 */
#include "oleaut.h"

/* The slot that holds it; TLS_OUT_OF_INDEXES until somebody sets one. Set once. */
static LONG slot = (LONG)TLS_OUT_OF_INDEXES;

HRESULT WINAPI SetErrorInfo(ULONG reserved, IErrorInfo *error)
{
    LONG mine = slot;
    IErrorInfo *old;

    if (reserved)
        return E_INVALIDARG;
    if (mine == (LONG)TLS_OUT_OF_INDEXES) {
        if (!error)
            return S_OK;
        mine = (LONG)TlsAlloc();
        if (mine == (LONG)TLS_OUT_OF_INDEXES)
            return E_OUTOFMEMORY;
        if (InterlockedCompareExchange(&slot, mine, (LONG)TLS_OUT_OF_INDEXES) !=
            (LONG)TLS_OUT_OF_INDEXES) {
            TlsFree((DWORD)mine);
            mine = slot;
        }
    }
    old = TlsGetValue((DWORD)mine);
    if (!TlsSetValue((DWORD)mine, error))
        return E_OUTOFMEMORY;
    if (error)
        error->lpVtbl->AddRef(error);
    if (old)
        old->lpVtbl->Release(old);
    return S_OK;
}

/* The caller gets the thread's reference. */
HRESULT WINAPI GetErrorInfo(ULONG reserved, IErrorInfo **error)
{
    if (reserved || !error)
        return E_INVALIDARG;
    *error = NULL;
    if (slot == (LONG)TLS_OUT_OF_INDEXES)
        return S_FALSE;
    DWORD last = GetLastError();
    *error = TlsGetValue((DWORD)slot);
    SetLastError(last); /* which TlsGetValue clears */
    if (!*error)
        return S_FALSE;
    TlsSetValue((DWORD)slot, NULL);
    return S_OK;
}

BOOL WINAPI DllMain(HINSTANCE module, DWORD reason, LPVOID reserved)
{
    (void)module, (void)reserved;
    if (reason == DLL_THREAD_DETACH)
        SetErrorInfo(0, NULL);
    return TRUE;
}
