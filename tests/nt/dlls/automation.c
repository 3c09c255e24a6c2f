/* oleaut32: strings, variants, arrays; COM without servers. Links oleaut32 ole32. */
#include "tests/nt/check.h"

#include <oleauto.h>

static void strings(void)
{
    BSTR a = SysAllocString(L"abc"), b;

    CHECK_EQ(SysStringLen(a), 3);
    CHECK_EQ(SysStringByteLen(a), 6);
    CHECK_EQ(((DWORD *)a)[-1], 6);
    CHECK(SysAllocString(NULL) == NULL);
    CHECK_EQ(SysStringLen(NULL), 0);
    b = SysAllocStringByteLen("12345", 5);
    CHECK_EQ(SysStringByteLen(b), 5);
    CHECK_EQ(SysStringLen(b), 2);
    CHECK(!memcmp(b, "12345\0\0", 7));
    SysFreeString(b);
    b = SysAllocStringLen(L"a\0b", 3);
    CHECK_EQ(SysStringLen(b), 3);
    CHECK(b[1] == 0 && b[2] == 'b' && b[3] == 0);
    CHECK(SysReAllocStringLen(&b, L"xyzzy", 5));
    CHECK(SysStringLen(b) == 5 && !wcscmp(b, L"xyzzy"));
    CHECK(SysReAllocString(&b, L"q") && SysStringLen(b) == 1);
    SysFreeString(b);
    SysFreeString(a);
    SysFreeString(NULL);
}

static void variants(void)
{
    VARIANT a, b;
    LONG number = 77;

    VariantInit(&a);
    VariantInit(&b);
    V_VT(&a) = VT_BSTR;
    V_BSTR(&a) = SysAllocString(L"text");
    CHECK_EQ(VariantCopy(&b, &a), S_OK);
    CHECK(V_VT(&b) == VT_BSTR && V_BSTR(&b) != V_BSTR(&a) && !wcscmp(V_BSTR(&b), L"text"));
    CHECK_EQ(VariantClear(&a), S_OK);
    CHECK_EQ(V_VT(&a), VT_EMPTY);
    V_VT(&a) = VT_I4 | VT_BYREF;
    V_I4REF(&a) = &number;
    CHECK_EQ(VariantCopyInd(&b, &a), S_OK);
    CHECK(V_VT(&b) == VT_I4 && V_I4(&b) == 77);
    CHECK_EQ(VariantClear(&a), S_OK);
    CHECK_EQ(number, 77);
    V_VT(&a) = 15;
    CHECK_EQ(VariantClear(&a), DISP_E_BADVARTYPE);
    V_VT(&a) = VT_EMPTY;
    V_VT(&a) = VT_UI1 | VT_ARRAY;
    V_ARRAY(&a) = SafeArrayCreateVector(VT_UI1, 0, 4);
    CHECK_EQ(VariantCopy(&b, &a), S_OK);
    CHECK(V_ARRAY(&b) != V_ARRAY(&a));
    CHECK_EQ(SafeArrayLock(V_ARRAY(&b)), S_OK);
    CHECK_EQ(VariantClear(&b), DISP_E_ARRAYISLOCKED);
    CHECK_EQ(SafeArrayUnlock(V_ARRAY(&b)), S_OK);
    CHECK_EQ(VariantClear(&b), S_OK);
    CHECK_EQ(VariantClear(&a), S_OK);
}

static void arrays(void)
{
    SAFEARRAYBOUND bounds[2] = {{3, 1}, {4, -2}}, bound = {6, 0};
    SAFEARRAY *a = SafeArrayCreate(VT_I4, 2, bounds), *copy;
    LONG index[2] = {2, 0}, value = 42, low, high;
    VARTYPE type;
    BSTR text;
    void *data, *element;

    CHECK(a != NULL);
    CHECK_EQ(SafeArrayGetDim(a), 2);
    CHECK_EQ(SafeArrayGetElemsize(a), 4);
    CHECK(SafeArrayGetLBound(a, 1, &low) == S_OK && SafeArrayGetUBound(a, 1, &high) == S_OK);
    CHECK(low == 1 && high == 3);
    CHECK(SafeArrayGetLBound(a, 2, &low) == S_OK && SafeArrayGetUBound(a, 2, &high) == S_OK);
    CHECK(low == -2 && high == 1);
    CHECK_EQ(SafeArrayGetLBound(a, 3, &low), DISP_E_BADINDEX);
    CHECK(SafeArrayGetVartype(a, &type) == S_OK && type == VT_I4);
    CHECK_EQ(SafeArrayPutElement(a, index, &value), S_OK);
    value = 0;
    CHECK_EQ(SafeArrayGetElement(a, index, &value), S_OK);
    CHECK_EQ(value, 42);
    /* the first index runs fastest */
    CHECK_EQ(SafeArrayAccessData(a, &data), S_OK);
    CHECK_EQ(((LONG *)data)[1 + 2 * 3], 42);
    CHECK_EQ(SafeArrayPtrOfIndex(a, index, &element), S_OK);
    CHECK(element == (LONG *)data + 7);
    CHECK_EQ(SafeArrayDestroy(a), DISP_E_ARRAYISLOCKED);
    CHECK_EQ(SafeArrayUnaccessData(a), S_OK);
    index[0] = 4;
    CHECK_EQ(SafeArrayGetElement(a, index, &value), DISP_E_BADINDEX);
    index[0] = 2;
    CHECK_EQ(SafeArrayCopy(a, &copy), S_OK);
    CHECK(SafeArrayGetElement(copy, index, &value) == S_OK && value == 42);
    CHECK_EQ(SafeArrayDestroy(copy), S_OK);
    CHECK_EQ(SafeArrayDestroy(a), S_OK);

    a = SafeArrayCreateVector(VT_BSTR, 0, 2);
    text = SysAllocString(L"one");
    index[0] = 1;
    CHECK_EQ(SafeArrayPutElement(a, index, text), S_OK);
    SysFreeString(text);
    CHECK_EQ(SafeArrayGetElement(a, index, &text), S_OK);
    CHECK(!wcscmp(text, L"one"));
    SysFreeString(text);
    CHECK_EQ(SafeArrayRedim(a, &bound), S_OK);
    CHECK(SafeArrayGetUBound(a, 1, &high) == S_OK && high == 5);
    CHECK(SafeArrayGetElement(a, index, &text) == S_OK && !wcscmp(text, L"one"));
    SysFreeString(text);
    CHECK_EQ(SafeArrayDestroy(a), S_OK);
    CHECK(SafeArrayCreateVector(VT_EMPTY, 0, 1) == NULL);
}

/* A class object that only says it was asked. */
static LONG asked;

static HRESULT STDMETHODCALLTYPE query(IUnknown *self, REFIID iid, void **out)
{
    (void)iid;
    asked++;
    *out = self;
    return S_OK;
}

static ULONG STDMETHODCALLTYPE count(IUnknown *self)
{
    (void)self;
    return 1;
}

static void com(void)
{
    static const GUID unknown = {0, 0, 0, {0xc0, 0, 0, 0, 0, 0, 0, 0x46}};
    static const GUID none = {0x12345678, 1, 2, {3, 4, 5, 6, 7, 8, 9, 10}};
    static const struct {
        void *methods[3];
    } table = {{query, count, count}};
    const void *object = &table;
    IMalloc *allocator;
    APTTYPE type;
    APTTYPEQUALIFIER qualifier;
    void *out, *memory;
    DWORD cookie;

    CHECK_EQ(CoCreateInstance(&none, NULL, CLSCTX_INPROC_SERVER, &unknown, &out),
             CO_E_NOTINITIALIZED);
    CHECK_EQ(CoInitializeEx(NULL, COINIT_MULTITHREADED), S_OK);
    CHECK_EQ(CoInitializeEx(NULL, COINIT_MULTITHREADED), S_FALSE);
    CHECK_EQ(CoInitialize(NULL), RPC_E_CHANGED_MODE);
    CHECK(CoGetApartmentType(&type, &qualifier) == S_OK && type == APTTYPE_MTA);
    CHECK_EQ(CoCreateInstance(&none, NULL, CLSCTX_INPROC_SERVER, &unknown, &out),
             REGDB_E_CLASSNOTREG);
    CHECK(out == NULL);
    CHECK_EQ(CoRegisterClassObject(&none, (IUnknown *)&object, CLSCTX_INPROC_SERVER,
                                   REGCLS_MULTIPLEUSE, &cookie),
             S_OK);
    CHECK_EQ(CoGetClassObject(&none, CLSCTX_INPROC_SERVER, NULL, &unknown, &out), S_OK);
    CHECK(out == (void *)&object && asked);
    CHECK_EQ(CoRevokeClassObject(cookie), S_OK);
    CHECK_EQ(CoRevokeClassObject(cookie), E_INVALIDARG);
    CHECK_EQ(CoGetMalloc(1, &allocator), S_OK);
    memory = CoTaskMemAlloc(10);
    memory = CoTaskMemRealloc(memory, 200);
    CHECK(allocator->lpVtbl->GetSize(allocator, memory) >= 200);
    CoTaskMemFree(memory);
    CoTaskMemFree(NULL);
    CoUninitialize();
    CoUninitialize();
    CHECK_EQ(CoGetApartmentType(&type, &qualifier), CO_E_NOTINITIALIZED);
}

int main(void)
{
    strings();
    variants();
    arrays();
    com();
    return check_done();
}
