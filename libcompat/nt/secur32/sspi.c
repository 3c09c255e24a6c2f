/*
 * The interface to security packages, of which there are none: no credentials and no contexts can be had,
 * so that programs take the way that they have for such machines.
 */
#include "libcompat/nt/include/win32.h"

#include <winerror.h>

/* sspi.h cannot stand beside the native UNICODE_STRING; handles and buffers are never looked at. */
typedef LONG SECURITY_STATUS;

SECURITY_STATUS WINAPI EnumerateSecurityPackagesW(PULONG count, PVOID *packages)
{
    if (!count || !packages)
        return SEC_E_INVALID_TOKEN;
    *count = 0;
    *packages = NULL;
    return SEC_E_OK;
}

SECURITY_STATUS WINAPI QuerySecurityPackageInfoW(LPCWSTR name, PVOID *package)
{
    (void)name;
    if (package)
        *package = NULL;
    return SEC_E_SECPKG_NOT_FOUND;
}

SECURITY_STATUS WINAPI AcquireCredentialsHandleW(LPCWSTR principal, LPCWSTR package, ULONG use, PVOID logon,
                                                 PVOID data, PVOID get_key, PVOID argument,
                                                 PVOID credential, PLARGE_INTEGER expiry)
{
    (void)principal, (void)package, (void)use, (void)logon, (void)data, (void)get_key;
    (void)argument, (void)credential, (void)expiry;
    return SEC_E_SECPKG_NOT_FOUND;
}

SECURITY_STATUS WINAPI InitializeSecurityContextW(PVOID credential, PVOID context, LPCWSTR target,
                                                  ULONG requirements, ULONG reserved, ULONG representation,
                                                  PVOID input, ULONG reserved2, PVOID new_context,
                                                  PVOID output, PULONG attributes, PLARGE_INTEGER expiry)
{
    (void)credential, (void)context, (void)target, (void)requirements, (void)reserved;
    (void)representation, (void)input, (void)reserved2, (void)new_context, (void)output;
    (void)attributes, (void)expiry;
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS WINAPI AcceptSecurityContext(PVOID credential, PVOID context, PVOID input,
                                             ULONG requirements, ULONG representation, PVOID new_context,
                                             PVOID output, PULONG attributes, PLARGE_INTEGER expiry)
{
    (void)credential, (void)context, (void)input, (void)requirements, (void)representation;
    (void)new_context, (void)output, (void)attributes, (void)expiry;
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS WINAPI FreeCredentialsHandle(PVOID credential)
{
    (void)credential;
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS WINAPI DeleteSecurityContext(PVOID context)
{
    (void)context;
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS WINAPI CompleteAuthToken(PVOID context, PVOID token)
{
    (void)context, (void)token;
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS WINAPI ApplyControlToken(PVOID context, PVOID input)
{
    (void)context, (void)input;
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS WINAPI QueryContextAttributesW(PVOID context, ULONG attribute, PVOID buffer)
{
    (void)context, (void)attribute, (void)buffer;
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS WINAPI QueryCredentialsAttributesW(PVOID credential, ULONG attribute, PVOID buffer)
{
    (void)credential, (void)attribute, (void)buffer;
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS WINAPI QuerySecurityContextToken(PVOID context, PHANDLE token)
{
    (void)context, (void)token;
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS WINAPI ImpersonateSecurityContext(PVOID context)
{
    (void)context;
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS WINAPI RevertSecurityContext(PVOID context)
{
    (void)context;
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS WINAPI MakeSignature(PVOID context, ULONG quality, PVOID message, ULONG number)
{
    (void)context, (void)quality, (void)message, (void)number;
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS WINAPI VerifySignature(PVOID context, PVOID message, ULONG number, PULONG quality)
{
    (void)context, (void)message, (void)number, (void)quality;
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS WINAPI EncryptMessage(PVOID context, ULONG quality, PVOID message, ULONG number)
{
    (void)context, (void)quality, (void)message, (void)number;
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS WINAPI DecryptMessage(PVOID context, PVOID message, ULONG number, PULONG quality)
{
    (void)context, (void)message, (void)number, (void)quality;
    return SEC_E_INVALID_HANDLE;
}

/* Nothing was given out that could be freed. */
SECURITY_STATUS WINAPI FreeContextBuffer(PVOID buffer)
{
    heap_free(buffer);
    return SEC_E_OK;
}

/* The functions whose arguments differ in text alone: no text is looked at. */
SECURITY_STATUS WINAPI EnumerateSecurityPackagesA(PULONG count, PVOID *packages)
{
    return EnumerateSecurityPackagesW(count, packages);
}

SECURITY_STATUS WINAPI QuerySecurityPackageInfoA(LPCSTR name, PVOID *package)
{
    (void)name;
    return QuerySecurityPackageInfoW(NULL, package);
}

SECURITY_STATUS WINAPI AcquireCredentialsHandleA(LPCSTR principal, LPCSTR package, ULONG use, PVOID logon,
                                                 PVOID data, PVOID get_key, PVOID argument,
                                                 PVOID credential, PLARGE_INTEGER expiry)
{
    (void)principal, (void)package;
    return AcquireCredentialsHandleW(NULL, NULL, use, logon, data, get_key, argument, credential, expiry);
}

SECURITY_STATUS WINAPI InitializeSecurityContextA(PVOID credential, PVOID context, LPCSTR target,
                                                  ULONG requirements, ULONG reserved, ULONG representation,
                                                  PVOID input, ULONG reserved2, PVOID new_context,
                                                  PVOID output, PULONG attributes, PLARGE_INTEGER expiry)
{
    (void)target;
    return InitializeSecurityContextW(credential, context, NULL, requirements, reserved, representation,
                                      input, reserved2, new_context, output, attributes, expiry);
}

/* SecurityFunctionTable, version 1, in the order of sspi.h */
struct table {
    ULONG version;
    void *functions[27];
};

#define TABLE(AW)                                                                                         \
    {1,                                                                                                   \
     {EnumerateSecurityPackages##AW, QueryCredentialsAttributesW, AcquireCredentialsHandle##AW,          \
      FreeCredentialsHandle, NULL, InitializeSecurityContext##AW, AcceptSecurityContext,                 \
      CompleteAuthToken, DeleteSecurityContext, ApplyControlToken, QueryContextAttributesW,              \
      ImpersonateSecurityContext, RevertSecurityContext, MakeSignature, VerifySignature,                 \
      FreeContextBuffer, QuerySecurityPackageInfo##AW, EncryptMessage, DecryptMessage, NULL, NULL, NULL, \
      NULL, QuerySecurityContextToken, EncryptMessage, DecryptMessage, NULL}}

static struct table table_w = TABLE(W), table_a = TABLE(A);

PVOID WINAPI InitSecurityInterfaceW(void)
{
    return &table_w;
}

PVOID WINAPI InitSecurityInterfaceA(void)
{
    return &table_a;
}
