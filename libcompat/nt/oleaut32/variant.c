/*
 * VARIANT: initialising, clearing, copying.
 */
#include "oleaut.h"

void WINAPI VariantInit(VARIANTARG *variant)
{
    V_VT(variant) = VT_EMPTY;
}

/* Types that a VARIANT can hold by value, and none outside them. */
static HRESULT valid_type(VARTYPE type)
{
    VARTYPE base = type & VT_TYPEMASK, extra = type & ~VT_TYPEMASK;

    if (extra & ~(VT_ARRAY | VT_BYREF))
        return DISP_E_BADVARTYPE;
    if (base == VT_EMPTY || base == VT_NULL)
        return extra ? DISP_E_BADVARTYPE : S_OK;
    if (base == VT_VARIANT)
        return extra ? S_OK : DISP_E_BADVARTYPE;
    if ((base >= VT_I2 && base <= VT_UNKNOWN) || base == VT_DECIMAL ||
        (base >= VT_I1 && base <= VT_UINT) || base == VT_RECORD)
        return S_OK;
    return DISP_E_BADVARTYPE;
}

HRESULT WINAPI VariantClear(VARIANTARG *variant)
{
    HRESULT result = valid_type(V_VT(variant));

    if (FAILED(result))
        return result;
    if (!(V_VT(variant) & VT_BYREF)) {
        if (V_VT(variant) & VT_ARRAY) {
            if (V_ARRAY(variant) && FAILED(result = SafeArrayDestroy(V_ARRAY(variant))))
                return result;
        } else if (V_VT(variant) == VT_BSTR) {
            SysFreeString(V_BSTR(variant));
        } else if (V_VT(variant) == VT_DISPATCH || V_VT(variant) == VT_UNKNOWN) {
            if (V_UNKNOWN(variant))
                IUnknown_Release(V_UNKNOWN(variant));
        } else if (V_VT(variant) == VT_RECORD) {
            if (V_RECORDINFO(variant)) {
                V_RECORDINFO(variant)->lpVtbl->RecordClear(V_RECORDINFO(variant),
                                                           V_RECORD(variant));
                V_RECORDINFO(variant)->lpVtbl->Release(V_RECORDINFO(variant));
            }
        }
    }
    V_VT(variant) = VT_EMPTY;
    return S_OK;
}

static HRESULT copy_value(VARIANT *copy, VARIANT *source)
{
    *copy = *source;
    if (V_VT(source) & VT_BYREF)
        return S_OK;
    if (V_VT(source) & VT_ARRAY) {
        V_ARRAY(copy) = NULL;
        return V_ARRAY(source) ? SafeArrayCopy(V_ARRAY(source), &V_ARRAY(copy)) : S_OK;
    }
    if (V_VT(source) == VT_BSTR && V_BSTR(source)) {
        V_BSTR(copy) = SysAllocStringByteLen((LPCSTR)V_BSTR(source),
                                             SysStringByteLen(V_BSTR(source)));
        return V_BSTR(copy) ? S_OK : E_OUTOFMEMORY;
    }
    if ((V_VT(source) == VT_DISPATCH || V_VT(source) == VT_UNKNOWN) && V_UNKNOWN(source))
        IUnknown_AddRef(V_UNKNOWN(source));
    /* a record's copy needs memory that only its IRecordInfo can make */
    if (V_VT(source) == VT_RECORD && V_RECORDINFO(source)) {
        IRecordInfo *info = V_RECORDINFO(source);

        V_RECORD(copy) = info->lpVtbl->RecordCreate(info);
        if (!V_RECORD(copy))
            return E_OUTOFMEMORY;
        info->lpVtbl->AddRef(info);
        return info->lpVtbl->RecordCopy(info, V_RECORD(source), V_RECORD(copy));
    }
    return S_OK;
}

HRESULT WINAPI VariantCopy(VARIANTARG *dest, VARIANTARG *source)
{
    HRESULT result = valid_type(V_VT(source));
    VARIANT copy;

    if (FAILED(result) || dest == source)
        return result;
    /* the source may be owned by what the destination holds: copy before the old value goes */
    result = copy_value(&copy, source);
    if (FAILED(result))
        return result;
    result = VariantClear(dest);
    if (FAILED(result)) {
        VariantClear(&copy);
        return result;
    }
    *dest = copy;
    return S_OK;
}

HRESULT WINAPI VariantCopyInd(VARIANT *dest, VARIANTARG *source)
{
    VARIANT value;
    HRESULT result = valid_type(V_VT(source));

    if (FAILED(result))
        return result;
    if (!(V_VT(source) & VT_BYREF))
        return VariantCopy(dest, source);
    if (!V_BYREF(source))
        return E_INVALIDARG;
    if (V_VT(source) == (VT_VARIANT | VT_BYREF)) {
        VARIANT *inner = V_VARIANTREF(source);

        /* one level, as documented */
        if (V_VT(inner) == (VT_VARIANT | VT_BYREF))
            return E_INVALIDARG;
        return VariantCopyInd(dest, inner);
    }
    if (V_VT(source) == (VT_RECORD | VT_BYREF))
        return VariantCopy(dest, source);
    memset(&value, 0, sizeof(value));
    V_VT(&value) = V_VT(source) & ~VT_BYREF;
    if (V_VT(source) & VT_ARRAY) {
        V_ARRAY(&value) = *V_ARRAYREF(source);
    } else {
        switch (V_VT(&value)) {
        case VT_I1:
        case VT_UI1:
            V_UI1(&value) = *V_UI1REF(source);
            break;
        case VT_I2:
        case VT_UI2:
        case VT_BOOL:
            V_I2(&value) = *V_I2REF(source);
            break;
        case VT_I4:
        case VT_UI4:
        case VT_INT:
        case VT_UINT:
        case VT_R4:
        case VT_ERROR:
            V_I4(&value) = *V_I4REF(source);
            break;
        case VT_I8:
        case VT_UI8:
        case VT_R8:
        case VT_CY:
        case VT_DATE:
            V_I8(&value) = *V_I8REF(source);
            break;
        case VT_BSTR:
        case VT_UNKNOWN:
        case VT_DISPATCH:
            V_UNKNOWN(&value) = *V_UNKNOWNREF(source);
            break;
        case VT_DECIMAL:
            V_DECIMAL(&value) = *V_DECIMALREF(source);
            V_VT(&value) = VT_DECIMAL;
            break;
        default:
            return E_INVALIDARG;
        }
    }
    return VariantCopy(dest, &value);
}
