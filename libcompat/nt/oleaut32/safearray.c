/*
 * SAFEARRAY. Before the descriptor lie 16 bytes for what the features say: an interface id, a
 * record description, or the type of the elements.
 */
#include "oleaut.h"

#define HIDDEN 16
/* the features that say what the elements are */
#define FADF_OWNED (FADF_BSTR | FADF_UNKNOWN | FADF_DISPATCH | FADF_VARIANT | FADF_RECORD)

static void *alloc(SIZE_T size)
{
    return RtlAllocateHeap(NtCurrentPeb()->ProcessHeap, HEAP_ZERO_MEMORY, size);
}

static void release(void *memory)
{
    if (memory)
        RtlFreeHeap(NtCurrentPeb()->ProcessHeap, 0, memory);
}

static ULONG *hidden_type(SAFEARRAY *array)
{
    return (ULONG *)array - 1;
}

static IRecordInfo **hidden_record(SAFEARRAY *array)
{
    return (IRecordInfo **)array - 1;
}

static ULONG element_size(VARTYPE type)
{
    switch (type) {
    case VT_I1:
    case VT_UI1:
        return 1;
    case VT_I2:
    case VT_UI2:
    case VT_BOOL:
        return 2;
    case VT_I4:
    case VT_UI4:
    case VT_INT:
    case VT_UINT:
    case VT_R4:
    case VT_ERROR:
        return 4;
    case VT_I8:
    case VT_UI8:
    case VT_R8:
    case VT_CY:
    case VT_DATE:
        return 8;
    case VT_BSTR:
    case VT_UNKNOWN:
    case VT_DISPATCH:
        return sizeof(void *);
    case VT_VARIANT:
        return sizeof(VARIANT);
    case VT_DECIMAL:
        return sizeof(DECIMAL);
    default:
        return 0;
    }
}

/* Number of elements; FALSE where their bytes would not fit an ULONG. */
static BOOL count_of(const SAFEARRAY *array, ULONG *count)
{
    ULONGLONG n = 1;

    for (USHORT i = 0; i < array->cDims; i++) {
        n *= array->rgsabound[i].cElements;
        if (n > MAXDWORD)
            return FALSE;
    }
    if (n * array->cbElements > MAXDWORD)
        return FALSE;
    *count = (ULONG)n;
    return TRUE;
}

HRESULT WINAPI SafeArrayAllocDescriptor(UINT dims, SAFEARRAY **out)
{
    BYTE *block;

    if (!dims || dims > 65535 || !out)
        return E_INVALIDARG;
    block = alloc(HIDDEN + sizeof(SAFEARRAY) + (dims - 1) * sizeof(SAFEARRAYBOUND));
    if (!block)
        return E_OUTOFMEMORY;
    *out = (SAFEARRAY *)(block + HIDDEN);
    (*out)->cDims = (USHORT)dims;
    return S_OK;
}

HRESULT WINAPI SafeArrayAllocDescriptorEx(VARTYPE type, UINT dims, SAFEARRAY **out)
{
    HRESULT result = SafeArrayAllocDescriptor(dims, out);

    if (FAILED(result))
        return result;
    switch (type) {
    case VT_DISPATCH:
        (*out)->fFeatures = FADF_HAVEIID | FADF_DISPATCH;
        break;
    case VT_UNKNOWN:
        (*out)->fFeatures = FADF_HAVEIID | FADF_UNKNOWN;
        break;
    case VT_RECORD:
        (*out)->fFeatures = FADF_RECORD;
        break;
    case VT_BSTR:
        (*out)->fFeatures = FADF_BSTR | FADF_HAVEVARTYPE;
        break;
    case VT_VARIANT:
        (*out)->fFeatures = FADF_VARIANT | FADF_HAVEVARTYPE;
        break;
    default:
        (*out)->fFeatures = FADF_HAVEVARTYPE;
    }
    if ((*out)->fFeatures & FADF_HAVEVARTYPE)
        *hidden_type(*out) = type;
    (*out)->cbElements = element_size(type);
    return S_OK;
}

HRESULT WINAPI SafeArrayAllocData(SAFEARRAY *array)
{
    ULONG count;

    if (!array)
        return E_INVALIDARG;
    if (!count_of(array, &count))
        return E_OUTOFMEMORY;
    array->pvData = alloc(count * (SIZE_T)array->cbElements);
    return array->pvData ? S_OK : E_OUTOFMEMORY;
}

static SAFEARRAY *create(VARTYPE type, UINT dims, const SAFEARRAYBOUND *bounds)
{
    SAFEARRAY *array;

    if (!element_size(type) || FAILED(SafeArrayAllocDescriptorEx(type, dims, &array)))
        return NULL;
    /* the bounds are kept last dimension first */
    for (UINT i = 0; i < dims; i++)
        array->rgsabound[i] = bounds[dims - 1 - i];
    if (FAILED(SafeArrayAllocData(array))) {
        SafeArrayDestroyDescriptor(array);
        return NULL;
    }
    if (array->fFeatures & FADF_HAVEIID) {
        static const GUID unknown = {0, 0, 0, {0xc0, 0, 0, 0, 0, 0, 0, 0x46}};
        static const GUID dispatch = {0x20400, 0, 0, {0xc0, 0, 0, 0, 0, 0, 0, 0x46}};

        ((GUID *)array)[-1] = type == VT_DISPATCH ? dispatch : unknown;
    }
    return array;
}

SAFEARRAY *WINAPI SafeArrayCreate(VARTYPE type, UINT dims, SAFEARRAYBOUND *bounds)
{
    return bounds ? create(type, dims, bounds) : NULL;
}

SAFEARRAY *WINAPI SafeArrayCreateVector(VARTYPE type, LONG lower, ULONG count)
{
    SAFEARRAYBOUND bound = {count, lower};

    return create(type, 1, &bound);
}

HRESULT WINAPI SafeArrayDestroyDescriptor(SAFEARRAY *array)
{
    if (!array)
        return S_OK;
    if (array->cLocks)
        return DISP_E_ARRAYISLOCKED;
    if ((array->fFeatures & FADF_RECORD) && *hidden_record(array))
        (*hidden_record(array))->lpVtbl->Release(*hidden_record(array));
    if (!(array->fFeatures & (FADF_AUTO | FADF_STATIC | FADF_EMBEDDED)))
        release((BYTE *)array - HIDDEN);
    return S_OK;
}

static void clear_elements(SAFEARRAY *array, ULONG from, ULONG count)
{
    BYTE *data = array->pvData;

    for (ULONG i = from; i < count; i++) {
        void *element = data + i * (SIZE_T)array->cbElements;

        if (array->fFeatures & FADF_BSTR)
            SysFreeString(*(BSTR *)element);
        else if ((array->fFeatures & (FADF_UNKNOWN | FADF_DISPATCH)) && *(IUnknown **)element)
            IUnknown_Release(*(IUnknown **)element);
        else if (array->fFeatures & FADF_VARIANT)
            VariantClear(element);
        else if ((array->fFeatures & FADF_RECORD) && *hidden_record(array))
            (*hidden_record(array))->lpVtbl->RecordClear(*hidden_record(array), element);
    }
    memset(data + from * (SIZE_T)array->cbElements, 0, (count - from) * (SIZE_T)array->cbElements);
}

HRESULT WINAPI SafeArrayDestroyData(SAFEARRAY *array)
{
    ULONG count;

    if (!array)
        return E_INVALIDARG;
    if (array->cLocks)
        return DISP_E_ARRAYISLOCKED;
    if (!array->pvData)
        return S_OK;
    if (!count_of(array, &count))
        return E_UNEXPECTED;
    clear_elements(array, 0, count);
    /* data that came with the descriptor is only cleared */
    if (!(array->fFeatures & (FADF_AUTO | FADF_STATIC | FADF_EMBEDDED))) {
        release(array->pvData);
        array->pvData = NULL;
    }
    return S_OK;
}

HRESULT WINAPI SafeArrayDestroy(SAFEARRAY *array)
{
    HRESULT result;

    if (!array)
        return S_OK;
    if (array->cLocks)
        return DISP_E_ARRAYISLOCKED;
    result = SafeArrayDestroyData(array);
    return FAILED(result) ? result : SafeArrayDestroyDescriptor(array);
}

HRESULT WINAPI SafeArrayLock(SAFEARRAY *array)
{
    if (!array)
        return E_INVALIDARG;
    if (InterlockedIncrement((LONG *)&array->cLocks) > 0xffff) {
        InterlockedDecrement((LONG *)&array->cLocks);
        return E_UNEXPECTED;
    }
    return S_OK;
}

HRESULT WINAPI SafeArrayUnlock(SAFEARRAY *array)
{
    if (!array)
        return E_INVALIDARG;
    if (InterlockedDecrement((LONG *)&array->cLocks) < 0) {
        InterlockedIncrement((LONG *)&array->cLocks);
        return E_UNEXPECTED;
    }
    return S_OK;
}

HRESULT WINAPI SafeArrayAccessData(SAFEARRAY *array, void **data)
{
    HRESULT result;

    if (!array || !data)
        return E_INVALIDARG;
    result = SafeArrayLock(array);
    *data = SUCCEEDED(result) ? array->pvData : NULL;
    return result;
}

HRESULT WINAPI SafeArrayUnaccessData(SAFEARRAY *array)
{
    return SafeArrayUnlock(array);
}

UINT WINAPI SafeArrayGetDim(SAFEARRAY *array)
{
    return array ? array->cDims : 0;
}

UINT WINAPI SafeArrayGetElemsize(SAFEARRAY *array)
{
    return array ? array->cbElements : 0;
}

HRESULT WINAPI SafeArrayGetLBound(SAFEARRAY *array, UINT dim, LONG *bound)
{
    if (!array || !bound)
        return E_INVALIDARG;
    if (!dim || dim > array->cDims)
        return DISP_E_BADINDEX;
    *bound = array->rgsabound[array->cDims - dim].lLbound;
    return S_OK;
}

HRESULT WINAPI SafeArrayGetUBound(SAFEARRAY *array, UINT dim, LONG *bound)
{
    SAFEARRAYBOUND *b;

    if (!array || !bound)
        return E_INVALIDARG;
    if (!dim || dim > array->cDims)
        return DISP_E_BADINDEX;
    b = &array->rgsabound[array->cDims - dim];
    *bound = b->lLbound + (LONG)b->cElements - 1;
    return S_OK;
}

HRESULT WINAPI SafeArrayGetVartype(SAFEARRAY *array, VARTYPE *type)
{
    if (!array || !type)
        return E_INVALIDARG;
    if (array->fFeatures & FADF_RECORD)
        *type = VT_RECORD;
    else if ((array->fFeatures & (FADF_HAVEIID | FADF_DISPATCH)) ==
             (FADF_HAVEIID | FADF_DISPATCH))
        *type = VT_DISPATCH;
    else if (array->fFeatures & FADF_HAVEIID)
        *type = VT_UNKNOWN;
    else if (array->fFeatures & FADF_HAVEVARTYPE)
        *type = (VARTYPE)*hidden_type(array);
    else
        return E_INVALIDARG;
    return S_OK;
}

HRESULT WINAPI SafeArrayPtrOfIndex(SAFEARRAY *array, LONG *indices, void **data)
{
    SIZE_T offset = 0, step = 1;

    if (!array || !indices || !data)
        return E_INVALIDARG;
    for (USHORT i = 0; i < array->cDims; i++) {
        /* the first index belongs to the bound that is kept last */
        SAFEARRAYBOUND *bound = &array->rgsabound[array->cDims - 1 - i];
        LONGLONG at = (LONGLONG)indices[i] - bound->lLbound;

        if (at < 0 || at >= bound->cElements)
            return DISP_E_BADINDEX;
        offset += (SIZE_T)at * step;
        step *= bound->cElements;
    }
    *data = (BYTE *)array->pvData + offset * array->cbElements;
    return S_OK;
}

static HRESULT copy_element(SAFEARRAY *array, void *to, const void *from)
{
    if (array->fFeatures & FADF_BSTR) {
        BSTR source = *(BSTR *)from, copy = NULL;

        if (source) {
            copy = SysAllocStringByteLen((LPCSTR)source, SysStringByteLen(source));
            if (!copy)
                return E_OUTOFMEMORY;
        }
        *(BSTR *)to = copy;
    } else if (array->fFeatures & (FADF_UNKNOWN | FADF_DISPATCH)) {
        if (*(IUnknown **)from)
            IUnknown_AddRef(*(IUnknown **)from);
        *(IUnknown **)to = *(IUnknown **)from;
    } else if (array->fFeatures & FADF_VARIANT) {
        VariantInit(to);
        return VariantCopy(to, (VARIANT *)from);
    } else if ((array->fFeatures & FADF_RECORD) && *hidden_record(array)) {
        IRecordInfo *info = *hidden_record(array);

        return info->lpVtbl->RecordCopy(info, (void *)from, to);
    } else {
        memcpy(to, from, array->cbElements);
    }
    return S_OK;
}

HRESULT WINAPI SafeArrayGetElement(SAFEARRAY *array, LONG *indices, void *value)
{
    HRESULT result;
    void *element;

    if (!array || !indices || !value)
        return E_INVALIDARG;
    result = SafeArrayLock(array);
    if (FAILED(result))
        return result;
    result = SafeArrayPtrOfIndex(array, indices, &element);
    if (SUCCEEDED(result))
        result = copy_element(array, value, element);
    SafeArrayUnlock(array);
    return result;
}

/* For strings and interfaces, value is the thing itself, not a pointer to it. */
HRESULT WINAPI SafeArrayPutElement(SAFEARRAY *array, LONG *indices, void *value)
{
    HRESULT result;
    void *element;

    if (!array || !indices)
        return E_INVALIDARG;
    result = SafeArrayLock(array);
    if (FAILED(result))
        return result;
    result = SafeArrayPtrOfIndex(array, indices, &element);
    if (SUCCEEDED(result)) {
        if (array->fFeatures & FADF_VARIANT) {
            result = value ? VariantCopy(element, value) : VariantClear(element);
        } else if (array->fFeatures & (FADF_BSTR | FADF_UNKNOWN | FADF_DISPATCH)) {
            void *old = *(void **)element;

            result = copy_element(array, element, &value);
            if (SUCCEEDED(result) && old) {
                if (array->fFeatures & FADF_BSTR)
                    SysFreeString(old);
                else
                    IUnknown_Release((IUnknown *)old);
            }
        } else {
            result = value ? copy_element(array, element, value) : E_INVALIDARG;
        }
    }
    SafeArrayUnlock(array);
    return result;
}

HRESULT WINAPI SafeArrayCopyData(SAFEARRAY *source, SAFEARRAY *dest)
{
    ULONG count, other;
    HRESULT result = S_OK;

    if (!source || !dest || source->cDims != dest->cDims ||
        source->cbElements != dest->cbElements || !source->pvData || !dest->pvData)
        return E_INVALIDARG;
    for (USHORT i = 0; i < source->cDims; i++)
        if (source->rgsabound[i].cElements != dest->rgsabound[i].cElements)
            return E_INVALIDARG;
    if (!count_of(source, &count) || !count_of(dest, &other))
        return E_UNEXPECTED;
    clear_elements(dest, 0, other);
    for (ULONG i = 0; i < count && SUCCEEDED(result); i++) {
        SIZE_T at = i * (SIZE_T)source->cbElements;

        result = copy_element(source, (BYTE *)dest->pvData + at, (BYTE *)source->pvData + at);
    }
    return result;
}

HRESULT WINAPI SafeArrayCopy(SAFEARRAY *source, SAFEARRAY **out)
{
    SAFEARRAY *copy;
    HRESULT result;

    if (!out)
        return E_INVALIDARG;
    *out = NULL;
    if (!source)
        return S_OK;
    result = SafeArrayAllocDescriptor(source->cDims, &copy);
    if (FAILED(result))
        return result;
    copy->fFeatures = source->fFeatures & ~(FADF_AUTO | FADF_STATIC | FADF_EMBEDDED | FADF_FIXEDSIZE);
    copy->cbElements = source->cbElements;
    memcpy(copy->rgsabound, source->rgsabound, source->cDims * sizeof(SAFEARRAYBOUND));
    /* an array on a stack or in a structure need not have anything before its descriptor */
    if (source->fFeatures & (FADF_HAVEVARTYPE | FADF_HAVEIID | FADF_RECORD))
        memcpy((BYTE *)copy - HIDDEN, (BYTE *)source - HIDDEN, HIDDEN);
    if ((copy->fFeatures & FADF_RECORD) && *hidden_record(copy))
        (*hidden_record(copy))->lpVtbl->AddRef(*hidden_record(copy));
    if (source->pvData) {
        result = SafeArrayAllocData(copy);
        if (SUCCEEDED(result))
            result = SafeArrayCopyData(source, copy);
        if (FAILED(result)) {
            SafeArrayDestroy(copy);
            return result;
        }
    }
    *out = copy;
    return S_OK;
}

/* Only the bound of the last dimension changes: the one that is kept first. */
HRESULT WINAPI SafeArrayRedim(SAFEARRAY *array, SAFEARRAYBOUND *bound)
{
    SAFEARRAYBOUND old;
    ULONG before, after;
    void *fresh;

    if (!array || !bound || (array->fFeatures & FADF_FIXEDSIZE))
        return array && bound ? DISP_E_ARRAYISLOCKED : E_INVALIDARG;
    if (array->cLocks)
        return DISP_E_ARRAYISLOCKED;
    if (!count_of(array, &before))
        return E_UNEXPECTED;
    old = array->rgsabound[0];
    array->rgsabound[0] = *bound;
    if (!count_of(array, &after)) {
        array->rgsabound[0] = old;
        return E_OUTOFMEMORY;
    }
    fresh = alloc(after * (SIZE_T)array->cbElements);
    if (!fresh) {
        array->rgsabound[0] = old;
        return E_OUTOFMEMORY;
    }
    if (array->pvData) {
        if (after < before)
            clear_elements(array, after, before);
        memcpy(fresh, array->pvData, min(before, after) * (SIZE_T)array->cbElements);
        if (!(array->fFeatures & (FADF_AUTO | FADF_STATIC | FADF_EMBEDDED)))
            release(array->pvData);
    }
    array->pvData = fresh;
    return S_OK;
}
