/* From a manifest to a context: where assemblies are found, and the program's own context. */
#include "libcompat/nt/ntdll/ldr.h"
#include "libcompat/nt/ntdll/rtl_private.h"
#include "libcompat/nt/ntdll/sxs.h"

#define RT_MANIFEST_ID 24
#define CONTEXT_MAGIC 0x78746341u /* "Actx" */

/* --- bytes of a manifest ---------------------------------------------------------------------- */

struct manifest {
    const void *bytes;
    SIZE_T size;
    PVOID view; /* to be unmapped; NULL: none */
};

static void done_with(struct manifest *m)
{
    if (m->view)
        NtUnmapViewOfSection(NtCurrentProcess(), m->view);
    m->view = NULL;
}

/* A file, flat or as an image, for reading. */
static NTSTATUS map_file(const WCHAR *path, BOOLEAN image, struct manifest *m, SIZE_T *size)
{
    UNICODE_STRING nt;
    OBJECT_ATTRIBUTES oa = {
        .Length = sizeof(oa), .ObjectName = &nt, .Attributes = OBJ_CASE_INSENSITIVE};
    IO_STATUS_BLOCK io;
    FILE_STANDARD_INFORMATION info;
    HANDLE file, section;
    NTSTATUS status = RtlDosPathNameToNtPathName_U_WithStatus(path, &nt, NULL, NULL);

    if (!NT_SUCCESS(status))
        return status;
    status = NtOpenFile(&file, FILE_READ_DATA | SYNCHRONIZE | (image ? FILE_EXECUTE : 0), &oa, &io,
                        FILE_SHARE_READ | FILE_SHARE_DELETE,
                        FILE_SYNCHRONOUS_IO_NONALERT | FILE_NON_DIRECTORY_FILE);
    RtlFreeUnicodeString(&nt);
    if (!NT_SUCCESS(status))
        return status;
    status = NtQueryInformationFile(file, &io, &info, sizeof(info), FileStandardInformation);
    if (NT_SUCCESS(status) && info.EndOfFile.QuadPart == 0)
        status = STATUS_SXS_MANIFEST_FORMAT_ERROR;
    if (NT_SUCCESS(status))
        status = NtCreateSection(&section, SECTION_MAP_READ, NULL, NULL, PAGE_READONLY,
                                 image ? SEC_IMAGE : SEC_COMMIT, file);
    NtClose(file);
    if (!NT_SUCCESS(status))
        return status;
    SIZE_T view_size = 0;
    status = NtMapViewOfSection(section, NtCurrentProcess(), &m->view, 0, 0, NULL, &view_size,
                                ViewShare, 0, PAGE_READONLY);
    NtClose(section);
    if (status == STATUS_IMAGE_NOT_AT_BASE)
        status = STATUS_SUCCESS;
    if (!NT_SUCCESS(status))
        m->view = NULL;
    *size = image || (ULONGLONG)info.EndOfFile.QuadPart > view_size
                ? view_size
                : (SIZE_T)info.EndOfFile.QuadPart;
    return status;
}

static NTSTATUS of_module(PVOID module, ULONG_PTR resource, USHORT language, struct manifest *m)
{
    const LDR_RESOURCE_INFO info = {RT_MANIFEST_ID, resource, language};
    IMAGE_RESOURCE_DATA_ENTRY *entry;
    PIMAGE_NT_HEADERS nt = RtlImageNtHeader((PVOID)((ULONG_PTR)module & ~(ULONG_PTR)3));
    PVOID data;
    ULONG size;
    NTSTATUS status = LdrFindResource_U(module, &info, 3, &entry);

    if (NT_SUCCESS(status))
        status = LdrAccessResource(module, entry, &data, &size);
    if (!NT_SUCCESS(status))
        return status;
    ULONG image = nt ? nt->OptionalHeader.SizeOfImage : 0;
    if (!((ULONG_PTR)module & 1) && (entry->OffsetToData > image || size > image - entry->OffsetToData))
        return STATUS_INVALID_IMAGE_FORMAT;
    m->bytes = data;
    m->size = size;
    return STATUS_SUCCESS;
}

static NTSTATUS of_file(const WCHAR *path, struct manifest *m)
{
    NTSTATUS status = map_file(path, FALSE, m, &m->size);

    m->bytes = m->view;
    return status;
}

static NTSTATUS of_image_file(const WCHAR *path, ULONG_PTR resource, USHORT language,
                              struct manifest *m)
{
    SIZE_T size;
    NTSTATUS status = map_file(path, TRUE, m, &size);

    if (NT_SUCCESS(status))
        status = of_module(m->view, resource, language, m);
    return status;
}

/* --- assemblies ------------------------------------------------------------------------------- */

static BOOLEAN not_there(NTSTATUS status)
{
    return status == STATUS_OBJECT_NAME_NOT_FOUND || status == STATUS_OBJECT_PATH_NOT_FOUND ||
           status == STATUS_NO_SUCH_FILE || status == STATUS_OBJECT_NAME_INVALID ||
           status == STATUS_OBJECT_PATH_SYNTAX_BAD || status == STATUS_NOT_A_DIRECTORY ||
           status == STATUS_RESOURCE_DATA_NOT_FOUND || status == STATUS_RESOURCE_TYPE_NOT_FOUND ||
           status == STATUS_RESOURCE_NAME_NOT_FOUND || status == STATUS_FILE_IS_A_DIRECTORY ||
           status == STATUS_SXS_ASSEMBLY_NOT_FOUND;
}

static BOOLEAN known(const struct sxs_context *c, const struct sxs_identity *id)
{
    for (const struct sxs_assembly *a = c->assemblies; a; a = a->next)
        if (!_wcsicmp(a->identity.name, id->name) && !_wcsicmp(a->identity.version, id->version) &&
            !_wcsicmp(a->identity.language, id->language))
            return TRUE;
    return FALSE;
}

/*
 * Assemblies that are part of Windows or come with its C runtimes. Their libraries are found, or
 * missed by name, where all of the system's are: there is no store of several versions.
 */
static BOOLEAN is_system(const struct sxs_identity *id)
{
    static const WCHAR *const tokens[] = {L"6595b64144ccf1df", L"1fc8b3b9a1e18e3b",
                                          L"1fc8b3b9a1e18e3b"};
    static const WCHAR *const names[] = {L"Microsoft.Windows.", L"Microsoft.VC", L"Microsoft.MSXML"};

    for (ULONG i = 0; i < ARRAYSIZE(names); i++)
        if (!_wcsnicmp(id->name, names[i], wcslen(names[i])) &&
            (!_wcsicmp(id->token, tokens[i]) || !_wcsicmp(id->token, tokens[0])))
            return TRUE;
    return FALSE;
}

static NTSTATUS add_system(struct sxs_context *c, const struct sxs_identity *id)
{
    struct sxs_assembly *a = sxs_alloc(c, sizeof(*a));

    if (!a || !(a->encoded = sxs_encode(c, id)))
        return STATUS_NO_MEMORY;
    a->identity = *id;
    a->directory = a->manifest = L"";
    a->index = ++c->assembly_count;
    *c->last_assembly = a;
    c->last_assembly = &a->next;
    return STATUS_SUCCESS;
}

/* BASE [language\] [name\] name .dll|.manifest, in the order that Windows documents. */
static NTSTATUS probe(struct sxs_context *c, const WCHAR *base, const struct sxs_identity *id)
{
    SIZE_T room = wcslen(base) + wcslen(id->language) + 2 * wcslen(id->name) + 16;

    for (ULONG i = *id->language && wcscmp(id->language, L"*") ? 0 : 4; i < 8; i++) {
        WCHAR *path = sxs_alloc(c, room * sizeof(WCHAR));
        const WCHAR *directory;
        struct manifest m = {0};
        NTSTATUS status;

        if (!path)
            return STATUS_NO_MEMORY;
        wcscpy(path, base);
        if (i < 4) {
            wcscat(path, id->language);
            wcscat(path, L"\\");
        }
        if (i & 2) {
            wcscat(path, id->name);
            wcscat(path, L"\\");
        }
        directory = sxs_copy(c, path, (ULONG)wcslen(path));
        if (!directory)
            return STATUS_NO_MEMORY;
        wcscat(path, id->name);
        wcscat(path, i & 1 ? L".manifest" : L".dll");
        status = i & 1 ? of_file(path, &m) : of_image_file(path, 1, 0, &m);
        if (NT_SUCCESS(status))
            status = sxs_read_manifest(c, m.bytes, m.size, id, directory, path);
        done_with(&m);
        if (!not_there(status))
            return status;
    }
    return STATUS_SXS_ASSEMBLY_NOT_FOUND;
}

/* Beside the manifest, unless the caller named a folder; then where the program is. */
static NTSTATUS find_private(struct sxs_context *c, const struct sxs_identity *id)
{
    const WCHAR *beside = c->assemblies->directory;
    NTSTATUS status = STATUS_SXS_ASSEMBLY_NOT_FOUND;

    if (*beside && !c->probes_app_dir_only)
        status = probe(c, beside, id);
    if (status == STATUS_SXS_ASSEMBLY_NOT_FOUND && *c->app_dir &&
        (c->probes_app_dir_only || _wcsicmp(beside, c->app_dir)))
        status = probe(c, c->app_dir, id);
    return status;
}

NTSTATUS sxs_resolve(struct sxs_context *c)
{
    NTSTATUS status = STATUS_SUCCESS;

    /* Assemblies that are found append what they need themselves. */
    for (struct sxs_dependency *d = c->dependencies; d && NT_SUCCESS(status); d = d->next) {
        if (known(c, &d->identity))
            continue;
        status = find_private(c, &d->identity);
        if (status == STATUS_SXS_ASSEMBLY_NOT_FOUND && is_system(&d->identity))
            status = add_system(c, &d->identity);
        else if (status == STATUS_SXS_ASSEMBLY_NOT_FOUND && d->optional)
            status = STATUS_SUCCESS;
        if (!NT_SUCCESS(status))
            c->missing = sxs_encode(c, &d->identity);
    }
    return status;
}

static struct sxs_context *new_context(void)
{
    struct sxs_context *c = RtlAllocateHeap(RtlProcessHeap(), HEAP_ZERO_MEMORY, sizeof(*c));

    if (c) {
        c->magic = CONTEXT_MAGIC;
        c->references = 1;
        c->last_assembly = &c->assemblies;
        c->last_dependency = &c->dependencies;
        c->app_dir = c->source = L"";
    }
    return c;
}

BOOLEAN sxs_is_context(const void *p)
{
    return ((const struct sxs_context *)p)->magic == CONTEXT_MAGIC;
}

/* As far as the last separator, which belongs to it. */
static ULONG folder_of(const WCHAR *path, ULONG units)
{
    while (units && path[units - 1] != '\\' && path[units - 1] != '/')
        units--;
    return units;
}

static NTSTATUS build(const struct actctx_source *s, const struct manifest *m,
                      struct sxs_context **out)
{
    struct sxs_context *c = new_context();
    const UNICODE_STRING *image = &NtCurrentPeb()->ProcessParameters->ImagePathName;
    const WCHAR *path = s->path ? s->path : L"", *dir = s->app_dir ? s->app_dir : image->Buffer;
    ULONG units = s->app_dir ? (ULONG)wcslen(dir) : folder_of(dir, image->Length / sizeof(WCHAR));
    NTSTATUS status = STATUS_NO_MEMORY;

    if (!c)
        return status;
    WCHAR *app_dir = sxs_alloc(c, (units + 2ull) * sizeof(WCHAR));
    const WCHAR *directory = sxs_copy(c, path, folder_of(path, (ULONG)wcslen(path)));
    c->probes_app_dir_only = s->app_dir != NULL;
    if (app_dir && directory && (c->source = sxs_copy(c, path, (ULONG)wcslen(path)))) {
        memcpy(app_dir, dir, units * sizeof(WCHAR));
        if (units && app_dir[units - 1] != '\\' && app_dir[units - 1] != '/')
            app_dir[units] = '\\';
        c->app_dir = app_dir;
        status = sxs_read_manifest(c, m->bytes, m->size, NULL, directory, c->source);
        if (NT_SUCCESS(status))
            status = sxs_resolve(c);
    }
    *out = c; /* in case of an error too: it knows what is missing */
    return status;
}

static void use(struct sxs_context *c)
{
    if (c->file_count)
        sxs_redirects = TRUE;
}

NTSTATUS NTAPI RtlCompatrunCreateActivationContext(const struct actctx_source *s, PVOID *context)
{
    struct manifest m = {0};
    struct sxs_context *c = NULL;
    NTSTATUS status;

    if (s->module && s->resource)
        status = of_module(s->module, s->resource, s->language, &m);
    else if (s->resource)
        status = of_image_file(s->path, s->resource, s->language, &m);
    else
        status = of_file(s->path, &m);
    if (NT_SUCCESS(status))
        status = build(s, &m, &c);
    /* Which of the many things was wrong is for logs; callers get one answer. */
    if ((ULONG)status >> 16 == 0xc015)
        status = STATUS_SXS_CANT_GEN_ACTCTX;
    done_with(&m);
    if (NT_SUCCESS(status) && s->process_default)
        status = sxs_set_process_default(c);
    if (!NT_SUCCESS(status)) {
        if (c)
            sxs_free_all(c);
        return status;
    }
    use(c);
    *context = c;
    return STATUS_SUCCESS;
}

/* --- the program's own -------------------------------------------------------------------------- */

static RTL_CRITICAL_SECTION default_lock;
static struct sxs_context *process_default; /* under default_lock, but for reading what is there */
static enum { DEFAULT_NOT_MADE, DEFAULT_MADE } default_state;

static NTSTATUS program_manifest(struct manifest *m, WCHAR **path)
{
    PEB *peb = NtCurrentPeb();
    const UNICODE_STRING *image = &peb->ProcessParameters->ImagePathName;
    static const WCHAR suffix[] = L".manifest";
    NTSTATUS status = of_module(peb->ImageBaseAddress, 1, 0, m);

    *path = NULL;
    if (NT_SUCCESS(status) || !(peb->ProcessParameters->Flags & RTL_USER_PROC_APP_MANIFEST_PRESENT))
        return status;
    WCHAR *beside = RtlAllocateHeap(RtlProcessHeap(), 0, image->Length + sizeof(suffix));
    if (!beside)
        return STATUS_NO_MEMORY;
    memcpy(beside, image->Buffer, image->Length);
    memcpy(beside + image->Length / sizeof(WCHAR), suffix, sizeof(suffix));
    status = of_file(beside, m);
    if (NT_SUCCESS(status))
        *path = beside;
    else
        RtlFreeHeap(RtlProcessHeap(), 0, beside);
    return status;
}

/* Under default_lock. */
static NTSTATUS make_default(const struct manifest *m, const WCHAR *beside)
{
    const UNICODE_STRING *image = &NtCurrentPeb()->ProcessParameters->ImagePathName;
    WCHAR *path = RtlAllocateHeap(RtlProcessHeap(), 0, image->Length + sizeof(WCHAR));
    struct sxs_context *c = NULL;
    UNICODE_STRING missing;
    NTSTATUS status = STATUS_NO_MEMORY;

    if (path) {
        memcpy(path, image->Buffer, image->Length);
        path[image->Length / sizeof(WCHAR)] = 0;
        struct actctx_source source = {.path = beside ? beside : path};
        status = build(&source, m, &c);
    }
    RtlFreeHeap(RtlProcessHeap(), 0, path);
    default_state = DEFAULT_MADE;
    if (NT_SUCCESS(status)) {
        process_default = c;
        use(c);
        return status;
    }
    RtlInitUnicodeString(&missing, c && c->missing ? c->missing : L"its manifest");
    ldr_complain(LDR_NO_ASSEMBLY, &missing, &ldr_program->e.BaseDllName, (PVOID)(LONG_PTR)status);
    if (c)
        sxs_free_all(c);
    return STATUS_SXS_CANT_GEN_ACTCTX;
}

NTSTATUS sxs_init_process(void)
{
    struct manifest m = {0};
    WCHAR *beside = NULL;
    NTSTATUS status;

    RtlInitializeCriticalSection(&default_lock);
    status = program_manifest(&m, &beside);
    if (!NT_SUCCESS(status)) {
        default_state = DEFAULT_MADE;
        return STATUS_SUCCESS;
    }
    if (sxs_concerns_loader(m.bytes, m.size))
        status = make_default(&m, beside);
    done_with(&m);
    RtlFreeHeap(RtlProcessHeap(), 0, beside);
    return status;
}

struct sxs_context *sxs_process_default(void)
{
    if (__atomic_load_n(&default_state, __ATOMIC_ACQUIRE) == DEFAULT_NOT_MADE) {
        RtlEnterCriticalSection(&default_lock);
        if (default_state == DEFAULT_NOT_MADE) {
            struct manifest m = {0};
            WCHAR *beside = NULL;
            if (NT_SUCCESS(program_manifest(&m, &beside)))
                make_default(&m, beside);
            done_with(&m);
            RtlFreeHeap(RtlProcessHeap(), 0, beside);
            __atomic_store_n(&default_state, DEFAULT_MADE, __ATOMIC_RELEASE);
        }
        RtlLeaveCriticalSection(&default_lock);
    }
    return process_default;
}

NTSTATUS sxs_set_process_default(struct sxs_context *c)
{
    NTSTATUS status = STATUS_SUCCESS;

    if (sxs_process_default())
        return STATUS_SXS_PROCESS_DEFAULT_ALREADY_SET;
    RtlEnterCriticalSection(&default_lock);
    if (process_default) {
        status = STATUS_SXS_PROCESS_DEFAULT_ALREADY_SET;
    } else {
        c->references++;
        process_default = c;
    }
    RtlLeaveCriticalSection(&default_lock);
    return status;
}
