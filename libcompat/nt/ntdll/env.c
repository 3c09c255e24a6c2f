/*
 * The environment: blocks of NAME=value strings, sorted without case, ended by an empty string. A name
 * can begin with '=' (the current folders of drives, "=C:"). The process's block is in the process
 * parameters and is guarded by the PEB lock; another block is its owner's business.
 */
#include "rtl_private.h"
#include "abi/nt/casemap.h"

static SIZE_T text_length(PCWSTR s)
{
    SIZE_T n = 0;

    while (s[n])
        n++;
    return n;
}

/* Characters of a block up to and with the empty string's terminator. */
static SIZE_T block_chars(PCWSTR env)
{
    PCWSTR p = env;

    while (*p)
        p += text_length(p) + 1;
    return (SIZE_T)(p - env) + (p == env ? 2 : 1);
}

/* Length of the name at the start of "NAME=value"; the first character can be '='. */
static SIZE_T name_length(PCWSTR entry)
{
    SIZE_T n = *entry ? 1 : 0;

    while (entry[n] && entry[n] != '=')
        n++;
    return n;
}

static PWSTR process_env(void)
{
    return rtl_peb()->ProcessParameters->Environment;
}

static void set_process_env(PWSTR env)
{
    RTL_USER_PROCESS_PARAMETERS *params = rtl_peb()->ProcessParameters;

    params->Environment = env;
    params->EnvironmentSize = env ? block_chars(env) * sizeof(WCHAR) : 0;
    params->EnvironmentVersion++;
}

static PCWSTR find(PCWSTR env, PCWSTR name, SIZE_T n)
{
    for (; env && *env; env += text_length(env) + 1) {
        SIZE_T length = name_length(env);

        if (length == n && env[length] == '=' && !rtl_compare_nocase(env, n, name, n))
            return env + length + 1;
    }
    return NULL;
}

NTSTATUS NTAPI RtlCreateEnvironmentEx(PWSTR source, PWSTR *env, ULONG flags)
{
    SIZE_T bytes;

    if (flags & ~3u)
        return STATUS_INVALID_PARAMETER;
    if (!source) {
        *env = RtlAllocateHeap(rtl_heap(), HEAP_ZERO_MEMORY, 2 * sizeof(WCHAR));
        return *env ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    }
    bytes = block_chars(source) * sizeof(WCHAR);
    *env = RtlAllocateHeap(rtl_heap(), 0, bytes);
    if (!*env)
        return STATUS_NO_MEMORY;
    memcpy(*env, source, bytes);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlCreateEnvironment(BOOLEAN clone, PWSTR *env)
{
    NTSTATUS status;

    if (!clone)
        return RtlCreateEnvironmentEx(NULL, env, 0);
    RtlAcquirePebLock();
    status = RtlCreateEnvironmentEx(process_env(), env, 0);
    RtlReleasePebLock();
    return status;
}

NTSTATUS NTAPI RtlDestroyEnvironment(PWSTR env)
{
    /* the block that the process began with is not of the heap */
    if (RtlValidateHeap(rtl_heap(), 0, env))
        RtlFreeHeap(rtl_heap(), 0, env);
    return STATUS_SUCCESS;
}

VOID NTAPI RtlSetCurrentEnvironment(PWSTR env, PWSTR *previous)
{
    PWSTR old;

    RtlAcquirePebLock();
    old = process_env();
    set_process_env(env);
    RtlReleasePebLock();
    if (previous)
        *previous = old;
    else
        RtlDestroyEnvironment(old);
}

NTSTATUS NTAPI RtlQueryEnvironmentVariable(PCWSTR env, PCWSTR name, SIZE_T name_chars, PWSTR value,
                                           SIZE_T value_chars, PSIZE_T length_chars)
{
    NTSTATUS status = STATUS_VARIABLE_NOT_FOUND;
    BOOLEAN own = !env;
    PCWSTR found;

    if (length_chars)
        *length_chars = 0;
    if (own) {
        RtlAcquirePebLock();
        env = process_env();
    }
    found = name_chars ? find(env, name, name_chars) : NULL;
    if (found) {
        SIZE_T n = text_length(found);

        if (n > value_chars) {
            status = STATUS_BUFFER_TOO_SMALL;
            n++; /* what is needed counts the terminator */
        } else {
            memcpy(value, found, n * sizeof(WCHAR));
            if (n < value_chars)
                value[n] = 0;
            status = STATUS_SUCCESS;
        }
        if (length_chars)
            *length_chars = n;
    }
    if (own)
        RtlReleasePebLock();
    return status;
}

NTSTATUS NTAPI RtlQueryEnvironmentVariable_U(PCWSTR env, PCUNICODE_STRING name,
                                             PUNICODE_STRING value)
{
    NTSTATUS status;
    SIZE_T n;

    status = RtlQueryEnvironmentVariable(env, name->Buffer, name->Length / sizeof(WCHAR),
                                         value->Buffer, value->MaximumLength / sizeof(WCHAR), &n);
    if (status == STATUS_BUFFER_TOO_SMALL)
        n--; /* this form does not count the terminator */
    value->Length = (USHORT)(n * sizeof(WCHAR));
    return status;
}

/* Builds a block with the variable set or (value NULL) left out. The caller frees the old one. */
static NTSTATUS rebuild(PCWSTR old, PCWSTR name, SIZE_T nn, PCWSTR value, SIZE_T nv, PWSTR *result)
{
    SIZE_T chars = (old ? block_chars(old) : 2) + (value ? nn + nv + 2 : 0);
    BOOLEAN placed = value == NULL;
    PWSTR out = RtlAllocateHeap(rtl_heap(), 0, (chars + 1) * sizeof(WCHAR)), p = out;

    if (!out)
        return STATUS_NO_MEMORY;
    for (;;) {
        SIZE_T whole = old ? text_length(old) : 0, n = whole ? name_length(old) : 0;
        int order = whole ? rtl_compare_nocase(old, n, name, nn) : 1;

        if (!placed && order >= 0) {
            memcpy(p, name, nn * sizeof(WCHAR));
            p[nn] = '=';
            memcpy(p + nn + 1, value, nv * sizeof(WCHAR));
            p[nn + 1 + nv] = 0;
            p += nn + nv + 2;
            placed = TRUE;
        }
        if (!whole)
            break;
        if (order) {
            memcpy(p, old, (whole + 1) * sizeof(WCHAR));
            p += whole + 1;
        }
        old += whole + 1;
    }
    if (p == out)
        *p++ = 0;
    *p = 0;
    *result = out;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlSetEnvironmentVar(PWSTR *env, PCWSTR name, SIZE_T name_chars, PCWSTR value,
                                    SIZE_T value_chars)
{
    NTSTATUS status;
    PWSTR old, new;

    if (!name_chars)
        return STATUS_INVALID_PARAMETER;
    for (SIZE_T i = 1; i < name_chars; i++) /* '=' only as the first character */
        if (name[i] == '=')
            return STATUS_INVALID_PARAMETER;
    if (!env)
        RtlAcquirePebLock();
    old = env ? *env : process_env();
    if (!value && !find(old, name, name_chars)) {
        status = env ? STATUS_SUCCESS : STATUS_VARIABLE_NOT_FOUND;
    } else {
        status = rebuild(old, name, name_chars, value, value ? value_chars : 0, &new);
        if (status >= 0) {
            if (env)
                *env = new;
            else
                set_process_env(new);
            RtlDestroyEnvironment(old);
        }
    }
    if (!env)
        RtlReleasePebLock();
    return status;
}

NTSTATUS NTAPI RtlSetEnvironmentVariable(PWSTR *env, PCUNICODE_STRING name, PCUNICODE_STRING value)
{
    PCWSTR text = value ? value->Buffer : NULL;
    SIZE_T n = value ? value->Length / sizeof(WCHAR) : 0;

    if (value && !text)
        text = n ? NULL : L"";
    return RtlSetEnvironmentVar(env, name->Buffer, name->Length / sizeof(WCHAR), text, n);
}

NTSTATUS NTAPI RtlSetEnvironmentStrings(PCWSTR env, SIZE_T bytes)
{
    SIZE_T chars = bytes / sizeof(WCHAR);
    PWSTR new = NULL, old;

    if (bytes % sizeof(WCHAR) || chars < 2 || env[chars - 1] || env[chars - 2])
        return STATUS_INVALID_PARAMETER;
    for (PCWSTR p = env; *p; p += text_length(p) + 1)
        if (p[name_length(p)] != '=')
            return STATUS_INVALID_PARAMETER;
    new = RtlAllocateHeap(rtl_heap(), 0, bytes);
    if (!new)
        return STATUS_NO_MEMORY;
    memcpy(new, env, bytes);
    RtlSetCurrentEnvironment(new, &old);
    return RtlDestroyEnvironment(old);
}

NTSTATUS NTAPI RtlExpandEnvironmentStrings(PCWSTR env, PCWSTR src, SIZE_T src_chars, PWSTR dst,
                                           SIZE_T dst_chars, PSIZE_T needed_chars)
{
    BOOLEAN own = !env;
    SIZE_T total = 0, done = 0;
    BOOLEAN full = FALSE;

    if (own) {
        RtlAcquirePebLock();
        env = process_env();
    }
    while (done < src_chars) {
        PCWSTR text = src + done, value = NULL;
        SIZE_T n = 1, end = done + 1;

        if (src[done] == '%') {
            while (end < src_chars && src[end] != '%')
                end++;
            if (end < src_chars && end > done + 1)
                value = find(env, src + done + 1, end - done - 1);
            if (value) {
                text = value;
                n = text_length(value);
                end++;
            } else {
                /* not a variable: kept as it is, and a closing sign can open the next name */
                n = end - done;
            }
        } else {
            while (end < src_chars && src[end] != '%')
                end++;
            n = end - done;
        }
        if (!full && total + n < dst_chars)
            memcpy(dst + total, text, n * sizeof(WCHAR));
        else if (!full) {
            memcpy(dst + total, text, (dst_chars > total ? dst_chars - total : 0) * sizeof(WCHAR));
            full = TRUE;
        }
        total += n;
        done = end;
    }
    if (own)
        RtlReleasePebLock();
    if (!full && total < dst_chars)
        dst[total] = 0;
    else
        full = TRUE;
    if (needed_chars)
        *needed_chars = total + 1;
    return full ? STATUS_BUFFER_TOO_SMALL : STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlExpandEnvironmentStrings_U(PCWSTR env, PCUNICODE_STRING src, PUNICODE_STRING dst,
                                             PULONG needed)
{
    NTSTATUS status;
    SIZE_T n;

    status = RtlExpandEnvironmentStrings(env, src->Buffer, src->Length / sizeof(WCHAR), dst->Buffer,
                                         dst->MaximumLength / sizeof(WCHAR), &n);
    if (needed)
        *needed = (ULONG)(n * sizeof(WCHAR));
    if (status >= 0)
        dst->Length = (USHORT)((n - 1) * sizeof(WCHAR));
    return status;
}
