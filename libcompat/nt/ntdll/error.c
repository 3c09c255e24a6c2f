/* Error codes of a thread, and the mapping of NTSTATUS to Win32 errors. */
#include "rtl_private.h"

static const struct {
    NTSTATUS status;
    ULONG error;
} table[] = {
#include "error_table.h"
};

ULONG NTAPI RtlNtStatusToDosErrorNoTeb(NTSTATUS status)
{
    ULONG code = (ULONG)status;
    SIZE_T low = 0, high = COUNT_OF(table);

    if (code & 0x20000000) /* the customer bit: not ours to translate */
        return code;
    if (code >> 28 == 0xd) /* a status that was made an HRESULT */
        code &= ~0x10000000u;
    while (low < high) {
        SIZE_T mid = (low + high) / 2;
        ULONG at = (ULONG)table[mid].status;

        if (at == code)
            return table[mid].error;
        if (at < code)
            low = mid + 1;
        else
            high = mid;
    }
    if (code >> 16 == 0x8007 || code >> 16 == 0xc007 || code >> 16 == 0xc001)
        return code & 0xffff; /* a Win32 error inside */
    return ERROR_MR_MID_NOT_FOUND;
}

ULONG NTAPI RtlNtStatusToDosError(NTSTATUS status)
{
    rtl_teb()->LastStatusValue = status;
    return RtlNtStatusToDosErrorNoTeb(status);
}

ULONG NTAPI RtlGetLastWin32Error(VOID)
{
    return rtl_teb()->LastErrorValue;
}

VOID NTAPI RtlSetLastWin32Error(ULONG error)
{
    TEB *teb = rtl_teb();

    if (teb->LastErrorValue != error)
        teb->LastErrorValue = error;
}

VOID NTAPI RtlRestoreLastWin32Error(ULONG error)
{
    RtlSetLastWin32Error(error);
}

NTSTATUS NTAPI RtlGetLastNtStatus(VOID)
{
    return rtl_teb()->LastStatusValue;
}

VOID NTAPI RtlSetLastWin32ErrorAndNtStatusFromNtStatus(NTSTATUS status)
{
    rtl_teb()->LastErrorValue = RtlNtStatusToDosError(status);
}

/* The mode's bits are those of SetErrorMode shifted by four. */
NTSTATUS NTAPI RtlSetThreadErrorMode(ULONG mode, PULONG previous)
{
    TEB *teb = rtl_teb();

    if (mode & ~0x70u)
        return STATUS_INVALID_PARAMETER_1;
    if (previous)
        *previous = teb->HardErrorMode;
    teb->HardErrorMode = mode;
    return STATUS_SUCCESS;
}

ULONG NTAPI RtlGetThreadErrorMode(VOID)
{
    return rtl_teb()->HardErrorMode;
}

ULONG NTAPI RtlMapSecurityErrorToNtStatus(LONG error)
{
    switch ((ULONG)error) {
    case 0:
        return (ULONG)STATUS_SUCCESS;
    case 0x80090300: /* SEC_E_INSUFFICIENT_MEMORY */
        return (ULONG)STATUS_NO_MEMORY;
    case 0x80090301: /* SEC_E_INVALID_HANDLE */
        return (ULONG)STATUS_INVALID_HANDLE;
    case 0x80090302: /* SEC_E_UNSUPPORTED_FUNCTION */
        return (ULONG)STATUS_NOT_SUPPORTED;
    case 0x80090303: /* SEC_E_TARGET_UNKNOWN */
        return (ULONG)STATUS_BAD_NETWORK_PATH;
    case 0x80090304: /* SEC_E_INTERNAL_ERROR */
        return (ULONG)STATUS_INTERNAL_ERROR;
    case 0x80090305: /* SEC_E_SECPKG_NOT_FOUND */
        return (ULONG)STATUS_NO_SUCH_PACKAGE;
    case 0x80090308: /* SEC_E_INVALID_TOKEN */
        return (ULONG)STATUS_INVALID_PARAMETER;
    case 0x8009030c: /* SEC_E_LOGON_DENIED */
    case 0x8009030e: /* SEC_E_NO_CREDENTIALS */
        return (ULONG)STATUS_LOGON_FAILURE;
    case 0x80090311: /* SEC_E_NO_AUTHENTICATING_AUTHORITY */
        return (ULONG)STATUS_NO_LOGON_SERVERS;
    case 0x80090321: /* SEC_E_BUFFER_TOO_SMALL */
        return (ULONG)STATUS_BUFFER_TOO_SMALL;
    default:
        return (ULONG)error;
    }
}
