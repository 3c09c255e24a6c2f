/*
 * Activation contexts: references, each thread's stack of them, look-up and queries.
 *
 * A thread's frames hang on its stack record (TEB.ActivationContextStackPointer), which fibers take
 * along. Only the thread itself touches them.
 */
#include "libcompat/nt/ntdll/eh.h"
#include "libcompat/nt/ntdll/ldr.h"
#include "libcompat/nt/ntdll/rtl_private.h"
#include "libcompat/nt/ntdll/sxs.h"

BOOLEAN sxs_redirects;

struct frame { /* as on Windows as far as Flags */
    struct frame *Previous;
    struct sxs_context *ActivationContext;
    ULONG Flags;
    ULONG_PTR cookie;
};

struct stack { /* as in the TEB */
    struct frame *ActiveFrame;
    LIST_ENTRY FrameListCache;
    ULONG Flags, NextCookieSequenceNumber, StackId;
};

/* NULL for what is no context, which callers of Win32 functions may hand over. */
static struct sxs_context *context_of(PVOID handle)
{
    if (!handle || handle == (PVOID)-1 || ((ULONG_PTR)handle & 7) || !sxs_is_context(handle))
        return NULL;
    return handle;
}

VOID NTAPI RtlAddRefActivationContext(PVOID handle)
{
    struct sxs_context *c = context_of(handle);

    if (c)
        __atomic_add_fetch(&c->references, 1, __ATOMIC_RELAXED);
}

VOID NTAPI RtlReleaseActivationContext(PVOID handle)
{
    struct sxs_context *c = context_of(handle);

    if (c && __atomic_sub_fetch(&c->references, 1, __ATOMIC_ACQ_REL) == 0) {
        c->magic = 0;
        sxs_free_all(c);
    }
}

/* Nothing is bound to contexts later that would have to be cut off. */
NTSTATUS NTAPI RtlZombifyActivationContext(PVOID handle)
{
    return context_of(handle) ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

/* --- a thread's stack ------------------------------------------------------------------------- */

NTSTATUS NTAPI RtlAllocateActivationContextStack(PVOID *out)
{
    struct stack *s;

    if (*out)
        return STATUS_SUCCESS;
    s = RtlAllocateHeap(RtlProcessHeap(), HEAP_ZERO_MEMORY, sizeof(*s));
    if (!s)
        return STATUS_NO_MEMORY;
    s->FrameListCache.Flink = s->FrameListCache.Blink = &s->FrameListCache;
    s->NextCookieSequenceNumber = 1;
    *out = s;
    return STATUS_SUCCESS;
}

static void pop(struct stack *s)
{
    struct frame *f = s->ActiveFrame;

    s->ActiveFrame = f->Previous;
    RtlReleaseActivationContext(f->ActivationContext);
    RtlFreeHeap(RtlProcessHeap(), 0, f);
}

VOID NTAPI RtlFreeActivationContextStack(PVOID stack)
{
    struct stack *s = stack;

    if (!s)
        return;
    while (s->ActiveFrame)
        pop(s);
    RtlFreeHeap(RtlProcessHeap(), 0, s);
}

VOID NTAPI RtlFreeThreadActivationContextStack(VOID)
{
    RtlFreeActivationContextStack(eh_teb()->ActivationContextStackPointer);
    eh_teb()->ActivationContextStackPointer = NULL;
}

NTSTATUS NTAPI RtlActivateActivationContextEx(ULONG flags, PVOID of, PVOID handle,
                                              ULONG_PTR *cookie)
{
    TEB *teb = of;
    struct sxs_context *c = context_of(handle);
    struct frame *f;
    NTSTATUS status;

    *cookie = 0;
    if ((handle && !c) || flags)
        return STATUS_INVALID_PARAMETER;
    status = RtlAllocateActivationContextStack(&teb->ActivationContextStackPointer);
    if (!NT_SUCCESS(status))
        return status;
    f = RtlAllocateHeap(RtlProcessHeap(), HEAP_ZERO_MEMORY, sizeof(*f));
    if (!f)
        return STATUS_NO_MEMORY;
    struct stack *s = teb->ActivationContextStackPointer;
    RtlAddRefActivationContext(c);
    f->ActivationContext = c;
    f->Previous = s->ActiveFrame;
    f->cookie = 0x10000000u | ((ULONG_PTR)teb->ClientId.UniqueThread & 0xfff) << 16 |
                (s->NextCookieSequenceNumber++ & 0xffff);
    s->ActiveFrame = f;
    *cookie = f->cookie;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlActivateActivationContext(ULONG flags, PVOID context, ULONG_PTR *cookie)
{
    return RtlActivateActivationContextEx(flags, eh_teb(), context, cookie);
}

VOID NTAPI RtlDeactivateActivationContext(ULONG flags, ULONG_PTR cookie)
{
    struct stack *s = eh_teb()->ActivationContextStackPointer;
    struct frame *f = s ? s->ActiveFrame : NULL;

    while (f && f->cookie != cookie)
        f = f->Previous;
    if (!f)
        RtlRaiseStatus(STATUS_SXS_INVALID_DEACTIVATION);
    if (f != s->ActiveFrame &&
        !(flags & RTL_DEACTIVATE_ACTIVATION_CONTEXT_FLAG_FORCE_EARLY_DEACTIVATION))
        RtlRaiseStatus(STATUS_SXS_EARLY_DEACTIVATION);
    while (s->ActiveFrame != f)
        pop(s);
    pop(s);
}

/* Not counted. NULL: the program's. */
static struct sxs_context *active(void)
{
    struct stack *s = eh_teb()->ActivationContextStackPointer;

    return s && s->ActiveFrame ? s->ActiveFrame->ActivationContext : NULL;
}

NTSTATUS NTAPI RtlGetActiveActivationContext(PVOID *out)
{
    struct sxs_context *c = active();

    RtlAddRefActivationContext(c);
    *out = c;
    return STATUS_SUCCESS;
}

BOOLEAN NTAPI RtlIsActivationContextActive(PVOID handle)
{
    struct stack *s = eh_teb()->ActivationContextStackPointer;

    for (struct frame *f = s ? s->ActiveFrame : NULL; f; f = f->Previous)
        if (f->ActivationContext == handle)
            return TRUE;
    return FALSE;
}

void sxs_thread_done(void)
{
    if (eh_teb()->ActivationContextStackPointer)
        RtlFreeThreadActivationContextStack();
}

/* --- look-up ---------------------------------------------------------------------------------- */

static const struct sxs_file *find_file(const struct sxs_context *c, PCUNICODE_STRING name)
{
    UNICODE_STRING have;

    if (!c || !c->file_count)
        return NULL;
    for (const struct sxs_assembly *a = c->assemblies; a; a = a->next) {
        for (const struct sxs_file *f = a->files; f; f = f->next) {
            RtlInitUnicodeString(&have, f->name);
            if (RtlEqualUnicodeString(&have, name, TRUE))
                return f;
        }
    }
    return NULL;
}

/* In the active context, then in the program's; *in: where. */
static const struct sxs_file *find_in_all(PCUNICODE_STRING name, struct sxs_context **in)
{
    const struct sxs_file *f = find_file(*in = active(), name);

    return f ? f : find_file(*in = sxs_process_default(), name);
}

BOOLEAN sxs_redirect(PCUNICODE_STRING name, PUNICODE_STRING path)
{
    struct sxs_context *c;
    const struct sxs_file *f = find_in_all(name, &c);

    return f && f->to && RtlCreateUnicodeString(path, f->to->path);
}

static NTSTATUS check_find(ULONG flags, const GUID *extension, const ACTCTX_SECTION_KEYED_DATA *out)
{
    if (extension || !out || (flags & ~(ULONG)(FIND_ACTCTX_SECTION_KEY_RETURN_HACTCTX |
                                               FIND_ACTCTX_SECTION_KEY_RETURN_FLAGS |
                                               FIND_ACTCTX_SECTION_KEY_RETURN_ASSEMBLY_METADATA)))
        return STATUS_INVALID_PARAMETER;
    if (out->cbSize < offsetof(ACTCTX_SECTION_KEYED_DATA, hActCtx))
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlFindActivationContextSectionString(ULONG flags, const GUID *extension,
                                                     ULONG section, PCUNICODE_STRING name,
                                                     PVOID data)
{
    ACTCTX_SECTION_KEYED_DATA *out = data;
    NTSTATUS status = check_find(flags, extension, out);
    struct sxs_context *c = NULL;
    const struct sxs_file *f;

    if (!NT_SUCCESS(status))
        return status;
    if (!name || !name->Buffer)
        return STATUS_INVALID_PARAMETER;
    const struct sxs_context *of_thread = active(), *of_program = sxs_process_default();
    if (section != ACTIVATION_CONTEXT_SECTION_DLL_REDIRECTION ||
        !((of_thread && of_thread->file_count) || (of_program && of_program->file_count)))
        return STATUS_SXS_SECTION_NOT_FOUND;
    f = find_in_all(name, &c);
    if (!f || !f->to)
        return STATUS_SXS_KEY_NOT_FOUND;
    out->ulDataFormatVersion = 1;
    out->lpData = f->to;
    out->ulLength = f->to->Size;
    out->lpSectionGlobalData = NULL;
    out->ulSectionGlobalDataLength = 0;
    out->lpSectionBase = f->to;
    out->ulSectionTotalLength = sizeof(*f->to) + f->to->TotalPathLength;
    if (out->cbSize > offsetof(ACTCTX_SECTION_KEYED_DATA, hActCtx)) {
        out->hActCtx = NULL;
        if (flags & FIND_ACTCTX_SECTION_KEY_RETURN_HACTCTX) {
            RtlAddRefActivationContext(c);
            out->hActCtx = c;
        }
    }
    if (out->cbSize > offsetof(ACTCTX_SECTION_KEYED_DATA, ulAssemblyRosterIndex))
        out->ulAssemblyRosterIndex = f->assembly;
    return STATUS_SUCCESS;
}

/* Sections by GUID are those of COM, which no context has here. */
NTSTATUS NTAPI RtlFindActivationContextSectionGuid(ULONG flags, const GUID *extension,
                                                   ULONG section, const GUID *guid, PVOID data)
{
    NTSTATUS status = check_find(flags, extension, data);

    (void)section;
    if (NT_SUCCESS(status) && !guid)
        status = STATUS_INVALID_PARAMETER;
    return NT_SUCCESS(status) ? STATUS_SXS_SECTION_NOT_FOUND : status;
}

/* --- queries ---------------------------------------------------------------------------------- */

/* Puts a string behind what is there already; the room was counted before. */
static PCWSTR put(WCHAR **at, const WCHAR *text)
{
    WCHAR *p = *at;

    if (!*text)
        return NULL;
    wcscpy(p, text);
    *at += wcslen(text) + 1;
    return p;
}

static SIZE_T bytes_of(const WCHAR *text)
{
    return *text ? (wcslen(text) + 1) * sizeof(WCHAR) : 0;
}

static ULONG path_type(const WCHAR *path)
{
    return *path ? ACTIVATION_CONTEXT_PATH_TYPE_WIN32_FILE : ACTIVATION_CONTEXT_PATH_TYPE_NONE;
}

static SIZE_T query_context(const struct sxs_context *c, void *buffer, SIZE_T size)
{
    ACTIVATION_CONTEXT_DETAILED_INFORMATION *d = buffer;
    SIZE_T need = sizeof(*d) + bytes_of(c->source) + bytes_of(c->app_dir);

    if (size < need)
        return need;
    WCHAR *at = (WCHAR *)(d + 1);
    *d = (ACTIVATION_CONTEXT_DETAILED_INFORMATION){
        .ulFormatVersion = 1,
        .ulAssemblyCount = c->assembly_count,
        .ulRootManifestPathType = path_type(c->source),
        .ulRootManifestPathChars = (ULONG)wcslen(c->source),
        .ulRootConfigurationPathType = ACTIVATION_CONTEXT_PATH_TYPE_NONE,
        .ulAppDirPathType = path_type(c->app_dir),
        .ulAppDirPathChars = (ULONG)wcslen(c->app_dir)};
    d->lpRootManifestPath = put(&at, c->source);
    d->lpAppDirPath = put(&at, c->app_dir);
    return need;
}

static SIZE_T query_assembly(const struct sxs_assembly *a, void *buffer, SIZE_T size)
{
    ACTIVATION_CONTEXT_ASSEMBLY_DETAILED_INFORMATION *d = buffer;
    /* Of an assembly in a folder of its own, the folder is not in the system's store. */
    SIZE_T need = sizeof(*d) + bytes_of(a->encoded) + bytes_of(a->manifest);

    if (size < need)
        return need;
    WCHAR *at = (WCHAR *)(d + 1);
    *d = (ACTIVATION_CONTEXT_ASSEMBLY_DETAILED_INFORMATION){
        .ulEncodedAssemblyIdentityLength = (ULONG)(wcslen(a->encoded) * sizeof(WCHAR)),
        .ulManifestPathType = path_type(a->manifest),
        .ulManifestPathLength = (ULONG)(wcslen(a->manifest) * sizeof(WCHAR)),
        .ulPolicyPathType = ACTIVATION_CONTEXT_PATH_TYPE_NONE,
        .ulManifestVersionMajor = 1,
        .ulFileCount = a->file_count};
    d->lpAssemblyEncodedAssemblyIdentity = put(&at, a->encoded);
    d->lpAssemblyManifestPath = put(&at, a->manifest);
    return need;
}

static SIZE_T query_file(const struct sxs_file *f, void *buffer, SIZE_T size)
{
    ASSEMBLY_FILE_DETAILED_INFORMATION *d = buffer;
    const WCHAR *path = f->to ? f->to->path : L"";
    SIZE_T need = sizeof(*d) + bytes_of(f->name) + bytes_of(path);

    if (size < need)
        return need;
    WCHAR *at = (WCHAR *)(d + 1);
    *d = (ASSEMBLY_FILE_DETAILED_INFORMATION){
        .ulFlags = ACTIVATION_CONTEXT_SECTION_DLL_REDIRECTION,
        .ulFilenameLength = (ULONG)(wcslen(f->name) * sizeof(WCHAR)),
        .ulPathLength = (ULONG)(wcslen(path) * sizeof(WCHAR))};
    d->lpFileName = put(&at, f->name);
    d->lpFilePath = put(&at, path);
    return need;
}

/* With MaxVersionTested, which the SDK of our compiler does not have yet. */
struct compatibility_element {
    GUID Id;
    ULONG Type;
    ULONGLONG MaxVersionTested;
};
_Static_assert(sizeof(struct compatibility_element) == 32, "COMPATIBILITY_CONTEXT_ELEMENT");

static SIZE_T query_compatibility(const struct sxs_context *c, void *buffer, SIZE_T size)
{
    struct {
        ULONG count;
        struct compatibility_element e[];
    } *d = buffer;
    SIZE_T need = sizeof(*d) + c->compatibility_count * sizeof(d->e[0]);

    if (size < need)
        return need;
    memset(d, 0, need);
    d->count = c->compatibility_count;
    for (ULONG i = 0; i < c->compatibility_count; i++) {
        d->e[i].Id = c->compatibility[i];
        d->e[i].Type = c->compatibility_type[i];
        if (c->compatibility_type[i] == 3)
            d->e[i].MaxVersionTested = c->max_version_tested;
    }
    return need;
}

static const struct sxs_assembly *assembly_at(const struct sxs_context *c, ULONG index)
{
    const struct sxs_assembly *a = c->assemblies;

    while (a && a->index != index)
        a = a->next;
    return a;
}

#define QUERY_FLAGS                                                                                \
    (QUERY_ACTCTX_FLAG_USE_ACTIVE_ACTCTX | QUERY_ACTCTX_FLAG_ACTCTX_IS_HMODULE |                   \
     QUERY_ACTCTX_FLAG_ACTCTX_IS_ADDRESS)

/* Which context is meant. *c NULL: the program's, and it has none. */
static NTSTATUS choose(ULONG flags, PVOID handle, struct sxs_context **c)
{
    *c = NULL;
    switch (flags & QUERY_FLAGS) {
    case QUERY_ACTCTX_FLAG_USE_ACTIVE_ACTCTX:
        if (handle)
            return STATUS_INVALID_PARAMETER;
        *c = active();
        break;
    case QUERY_ACTCTX_FLAG_ACTCTX_IS_HMODULE:
    case QUERY_ACTCTX_FLAG_ACTCTX_IS_ADDRESS: { /* no library has one of its own */
        LDR_DATA_TABLE_ENTRY *entry;
        if (!handle || !NT_SUCCESS(LdrFindEntryForAddress(handle, &entry)))
            return STATUS_DLL_NOT_FOUND;
        break;
    }
    case 0:
        if (handle && !(*c = context_of(handle)))
            return STATUS_INVALID_PARAMETER;
        break;
    default:
        return STATUS_INVALID_PARAMETER;
    }
    if (!*c)
        *c = sxs_process_default();
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlQueryInformationActivationContext(ULONG flags, PVOID handle, PVOID sub_instance,
                                                    ULONG information, PVOID buffer, SIZE_T size,
                                                    SIZE_T *needed)
{
    static const struct sxs_context nothing = {.app_dir = L"", .source = L""};
    struct sxs_context *chosen;
    const struct sxs_assembly *a;
    const ACTIVATION_CONTEXT_QUERY_INDEX *index = sub_instance;
    SIZE_T need;
    NTSTATUS status = choose(flags, handle, &chosen);

    if (needed)
        *needed = 0;
    if (!NT_SUCCESS(status))
        return status;
    if (!buffer)
        size = 0;
    const struct sxs_context *c = chosen ? chosen : &nothing;
    switch (information) {
    case ActivationContextBasicInformation: {
        struct {
            HANDLE hActCtx;
            DWORD dwFlags;
        } *d = buffer;
        need = sizeof(*d);
        if (size >= need) {
            BOOLEAN explicit_one = handle || ((flags & QUERY_ACTCTX_FLAG_USE_ACTIVE_ACTCTX) && active());
            d->hActCtx = explicit_one ? chosen : NULL;
            d->dwFlags = 0;
            if (!(flags & QUERY_ACTCTX_FLAG_NO_ADDREF))
                RtlAddRefActivationContext(d->hActCtx);
        }
        break;
    }
    case ActivationContextDetailedInformation:
        need = query_context(c, buffer, size);
        break;
    case AssemblyDetailedInformationInActivationContext:
        if (!sub_instance)
            return STATUS_INVALID_PARAMETER;
        a = assembly_at(c, *(const ULONG *)sub_instance);
        if (!a)
            return STATUS_INVALID_PARAMETER;
        need = query_assembly(a, buffer, size);
        break;
    case FileInformationInAssemblyOfAssemblyInActivationContext: {
        a = index ? assembly_at(c, index->ulAssemblyIndex) : NULL;
        const struct sxs_file *f = a ? a->files : NULL;
        for (ULONG i = 0; f && i < index->ulFileIndexInAssembly; i++)
            f = f->next;
        if (!f)
            return STATUS_INVALID_PARAMETER;
        need = query_file(f, buffer, size);
        break;
    }
    case RunlevelInformationInActivationContext: {
        ACTIVATION_CONTEXT_RUN_LEVEL_INFORMATION *d = buffer;
        need = sizeof(*d);
        if (size >= need)
            *d = (ACTIVATION_CONTEXT_RUN_LEVEL_INFORMATION){0, (int)c->run_level, c->ui_access};
        break;
    }
    case CompatibilityInformationInActivationContext:
        need = query_compatibility(c, buffer, size);
        break;
    default:
        return STATUS_INVALID_PARAMETER;
    }
    if (needed)
        *needed = need;
    return size >= need ? STATUS_SUCCESS : STATUS_BUFFER_TOO_SMALL;
}

NTSTATUS NTAPI RtlQueryInformationActiveActivationContext(ULONG information, PVOID buffer,
                                                          SIZE_T size, SIZE_T *needed)
{
    return RtlQueryInformationActivationContext(QUERY_ACTCTX_FLAG_USE_ACTIVE_ACTCTX, NULL, NULL,
                                                information, buffer, size, needed);
}

NTSTATUS NTAPI RtlQueryActivationContextApplicationSettings(ULONG flags, PVOID handle, PCWSTR space,
                                                            PCWSTR name, PWSTR buffer, SIZE_T size,
                                                            SIZE_T *written)
{
    static const WCHAR base[] = L"http://schemas.microsoft.com/SMI/";
    struct sxs_context *c;
    NTSTATUS status = flags || !name ? STATUS_INVALID_PARAMETER : choose(0, handle, &c);

    if (written)
        *written = 0;
    if (!NT_SUCCESS(status))
        return status;
    if (!space)
        space = L"http://schemas.microsoft.com/SMI/2005/WindowsSettings";
    else if (wcsncmp(space, base, ARRAYSIZE(base) - 1))
        return STATUS_INVALID_PARAMETER;
    for (const struct sxs_setting *s = c ? c->settings : NULL; s; s = s->next) {
        if (wcscmp(s->name, name) || wcscmp(s->space, space))
            continue;
        SIZE_T need = wcslen(s->value) + 1;
        if (written)
            *written = need;
        if (!buffer || size < need)
            return STATUS_BUFFER_TOO_SMALL;
        wcscpy(buffer, s->value);
        return STATUS_SUCCESS;
    }
    return STATUS_SXS_KEY_NOT_FOUND;
}
