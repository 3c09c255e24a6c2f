/*
 * Apartments of threads, and making objects. Classes come from the registry's CLSID keys and from
 * CoRegisterClassObject; only servers in the process are there.
 */
#include "com.h"

/* Per thread: how often initialised, and as what. TLS slots, made when the library attaches. */
static DWORD count_slot, model_slot;
/* Threads in the multithreaded apartment, which then is there for every thread; interlocked. */
static LONG mta_threads;

BOOL WINAPI DllMain(HINSTANCE module, DWORD reason, LPVOID reserved)
{
    (void)module, (void)reserved;
    if (reason != DLL_PROCESS_ATTACH)
        return TRUE;
    count_slot = TlsAlloc();
    model_slot = TlsAlloc();
    return count_slot != TLS_OUT_OF_INDEXES && model_slot != TLS_OUT_OF_INDEXES;
}

BOOL com_initialized(void)
{
    return TlsGetValue(count_slot) || mta_threads > 0;
}

HRESULT WINAPI CoInitializeEx(LPVOID reserved, DWORD flags)
{
    ULONG_PTR count = (ULONG_PTR)TlsGetValue(count_slot);
    ULONG_PTR model = flags & COINIT_APARTMENTTHREADED ? 1 : 0;

    if (reserved || flags & ~(DWORD)(COINIT_APARTMENTTHREADED | COINIT_DISABLE_OLE1DDE |
                                     COINIT_SPEED_OVER_MEMORY))
        return E_INVALIDARG;
    if (count && model != (ULONG_PTR)TlsGetValue(model_slot))
        return RPC_E_CHANGED_MODE;
    TlsSetValue(count_slot, (void *)(count + 1));
    if (count)
        return S_FALSE;
    TlsSetValue(model_slot, (void *)model);
    if (!model)
        InterlockedIncrement(&mta_threads);
    return S_OK;
}

HRESULT WINAPI CoInitialize(LPVOID reserved)
{
    return CoInitializeEx(reserved, COINIT_APARTMENTTHREADED);
}

void WINAPI CoUninitialize(void)
{
    ULONG_PTR count = (ULONG_PTR)TlsGetValue(count_slot);

    if (!count)
        return;
    TlsSetValue(count_slot, (void *)(count - 1));
    if (count == 1 && !TlsGetValue(model_slot))
        InterlockedDecrement(&mta_threads);
}

DWORD WINAPI CoGetCurrentProcess(void)
{
    return GetCurrentThreadId();
}

HRESULT WINAPI CoGetApartmentType(APTTYPE *type, APTTYPEQUALIFIER *qualifier)
{
    if (!type || !qualifier)
        return E_INVALIDARG;
    *qualifier = APTTYPEQUALIFIER_NONE;
    *type = APTTYPE_CURRENT;
    if (TlsGetValue(count_slot)) {
        *type = TlsGetValue(model_slot) ? APTTYPE_STA : APTTYPE_MTA;
        return S_OK;
    }
    if (mta_threads > 0) {
        *type = APTTYPE_MTA;
        *qualifier = APTTYPEQUALIFIER_IMPLICIT_MTA;
        return S_OK;
    }
    return CO_E_NOTINITIALIZED;
}

/* ---- Class objects of this process ---- */

struct registered {
    struct registered *next;
    CLSID clsid;
    IUnknown *object;
    DWORD cookie, flags;
};

static SRWLOCK registered_lock = SRWLOCK_INIT;
static struct registered *registered; /* guarded by registered_lock */
static DWORD last_cookie;             /* likewise */

HRESULT WINAPI CoRegisterClassObject(REFCLSID clsid, LPUNKNOWN object, DWORD context, DWORD flags,
                                     LPDWORD cookie)
{
    struct registered *r;

    if (!clsid || !object || !cookie)
        return E_INVALIDARG;
    if (!com_initialized())
        return CO_E_NOTINITIALIZED;
    /* nobody outside the process could be given it */
    if (!(context & (CLSCTX_INPROC_SERVER | CLSCTX_INPROC_HANDLER | CLSCTX_LOCAL_SERVER)))
        return E_INVALIDARG;
    r = heap_alloc(sizeof(*r));
    if (!r)
        return E_OUTOFMEMORY;
    r->clsid = *clsid;
    r->object = object;
    r->flags = flags;
    IUnknown_AddRef(object);
    AcquireSRWLockExclusive(&registered_lock);
    r->cookie = *cookie = ++last_cookie;
    r->next = registered;
    registered = r;
    ReleaseSRWLockExclusive(&registered_lock);
    return S_OK;
}

HRESULT WINAPI CoRevokeClassObject(DWORD cookie)
{
    struct registered **at, *r;

    AcquireSRWLockExclusive(&registered_lock);
    for (at = &registered; (r = *at) && r->cookie != cookie; at = &r->next)
        ;
    if (r)
        *at = r->next;
    ReleaseSRWLockExclusive(&registered_lock);
    if (!r)
        return E_INVALIDARG;
    IUnknown_Release(r->object);
    heap_free(r);
    return S_OK;
}

/* The server's library of a class; an absent value counts as an unregistered class. */
static HRESULT server_path(REFCLSID clsid, WCHAR *path, DWORD size)
{
    WCHAR key[80] = L"CLSID\\";
    LSTATUS error;

    StringFromGUID2(clsid, key + 6, 39);
    memcpy(key + 44, L"\\InprocServer32", sizeof(L"\\InprocServer32"));
    error = RegGetValueW(HKEY_CLASSES_ROOT, key, NULL, RRF_RT_REG_SZ, NULL, path, &size);
    return error ? REGDB_E_CLASSNOTREG : S_OK;
}

typedef HRESULT(WINAPI *get_class_object)(REFCLSID, REFIID, void **);

HRESULT WINAPI CoGetClassObject(REFCLSID clsid, DWORD context, LPVOID server, REFIID iid,
                                LPVOID *out)
{
    WCHAR path[MAX_PATH];
    IUnknown *object = NULL;
    get_class_object function;
    HMODULE module;
    HRESULT result;

    if (!out || !clsid || !iid)
        return E_INVALIDARG;
    *out = NULL;
    if (!com_initialized())
        return CO_E_NOTINITIALIZED;
    if (server) /* another machine */
        return REGDB_E_CLASSNOTREG;
    AcquireSRWLockShared(&registered_lock);
    for (struct registered *r = registered; r; r = r->next)
        if (!memcmp(&r->clsid, clsid, sizeof(*clsid))) {
            object = r->object;
            IUnknown_AddRef(object);
            break;
        }
    ReleaseSRWLockShared(&registered_lock);
    if (object) {
        result = IUnknown_QueryInterface(object, iid, out);
        IUnknown_Release(object);
        return result;
    }
    if (!(context & CLSCTX_INPROC_SERVER))
        return REGDB_E_CLASSNOTREG;
    result = server_path(clsid, path, sizeof(path));
    if (FAILED(result))
        return result;
    /* a server's library stays, as CoFreeUnusedLibraries is not there */
    module = LoadLibraryExW(path, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
    if (!module)
        return HRESULT_FROM_WIN32(GetLastError());
    function = (get_class_object)(void *)GetProcAddress(module, "DllGetClassObject");
    if (!function) {
        FreeLibrary(module);
        return CO_E_ERRORINDLL;
    }
    return function(clsid, iid, out);
}

HRESULT WINAPI CoCreateInstance(REFCLSID clsid, LPUNKNOWN outer, DWORD context, REFIID iid,
                                LPVOID *out)
{
    static const GUID iid_factory = {1, 0, 0, {0xc0, 0, 0, 0, 0, 0, 0, 0x46}};
    IClassFactory *factory;
    HRESULT result;

    if (!out)
        return E_POINTER;
    *out = NULL;
    result = CoGetClassObject(clsid, context, NULL, &iid_factory, (void **)&factory);
    if (FAILED(result))
        return result;
    result = IClassFactory_CreateInstance(factory, outer, iid, out);
    IClassFactory_Release(factory);
    return result;
}

HRESULT WINAPI CoCreateInstanceEx(REFCLSID clsid, IUnknown *outer, DWORD context,
                                  COSERVERINFO *server, DWORD count, MULTI_QI *results)
{
    static const GUID iid_unknown = {0, 0, 0, {0xc0, 0, 0, 0, 0, 0, 0, 0x46}};
    IUnknown *object;
    DWORD found = 0;
    HRESULT result;

    if (!count || !results)
        return E_INVALIDARG;
    for (DWORD i = 0; i < count; i++) {
        results[i].pItf = NULL;
        results[i].hr = E_NOINTERFACE;
    }
    if (server)
        return REGDB_E_CLASSNOTREG;
    result = CoCreateInstance(clsid, outer, context, &iid_unknown, (void **)&object);
    if (FAILED(result))
        return result;
    for (DWORD i = 0; i < count; i++) {
        results[i].hr = IUnknown_QueryInterface(object, results[i].pIID,
                                                (void **)&results[i].pItf);
        if (SUCCEEDED(results[i].hr))
            found++;
    }
    IUnknown_Release(object);
    return found == count ? S_OK : found ? CO_S_NOTALLINTERFACES : E_NOINTERFACE;
}

/* Security of calls between processes: there are none, so any setting holds. */
HRESULT WINAPI CoInitializeSecurity(PSECURITY_DESCRIPTOR descriptor, LONG services,
                                    SOLE_AUTHENTICATION_SERVICE *service, void *reserved1,
                                    DWORD authentication, DWORD impersonation, void *list,
                                    DWORD capabilities, void *reserved3)
{
    (void)descriptor, (void)services, (void)service, (void)authentication, (void)impersonation;
    (void)list, (void)capabilities;
    if (reserved1 || reserved3)
        return E_INVALIDARG;
    return com_initialized() ? S_OK : CO_E_NOTINITIALIZED;
}
