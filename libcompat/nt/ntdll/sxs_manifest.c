/* Manifests: what their elements say, put into the context's lists. */
#include "libcompat/nt/ntdll/sxs.h"

/* What no honest manifest comes near. */
#define MANIFEST_BYTES 0x80000u
#define CONTEXT_BYTES 0x400000u
#define CONTEXT_ASSEMBLIES 256u
#define CONTEXT_FILES 4096u
#define TEXT_UNITS 512u /* units of a name or value */

/* --- the arena -------------------------------------------------------------------------------- */

struct sxs_chunk {
    struct sxs_chunk *next;
    SIZE_T used, size;
    _Alignas(16) unsigned char bytes[];
};

void *sxs_alloc(struct sxs_context *c, SIZE_T bytes)
{
    struct sxs_chunk *k = c->chunks;

    bytes = (bytes + 7) & ~(SIZE_T)7;
    if (bytes > CONTEXT_BYTES || c->allocated > CONTEXT_BYTES - bytes)
        return NULL;
    if (!k || k->size - k->used < bytes) {
        SIZE_T size = bytes > 2000 ? bytes : 2000;
        k = RtlAllocateHeap(RtlProcessHeap(), HEAP_ZERO_MEMORY, sizeof(*k) + size);
        if (!k)
            return NULL;
        k->size = size;
        k->next = c->chunks;
        c->chunks = k;
    }
    void *p = k->bytes + k->used;
    k->used += bytes;
    c->allocated += bytes;
    return p;
}

const WCHAR *sxs_copy(struct sxs_context *c, const WCHAR *s, ULONG units)
{
    WCHAR *p = sxs_alloc(c, (units + 1ull) * sizeof(WCHAR));

    if (p)
        memcpy(p, s, units * sizeof(WCHAR));
    return p;
}

void sxs_free_all(struct sxs_context *c)
{
    for (struct sxs_chunk *k = c->chunks, *next; k; k = next) {
        next = k->next;
        RtlFreeHeap(RtlProcessHeap(), 0, k);
    }
    RtlFreeHeap(RtlProcessHeap(), 0, c);
}

/* --- elements --------------------------------------------------------------------------------- */

struct reader {
    struct sxs_context *context;
    struct sxs_assembly *assembly;
    struct sxs_xml x;
    BOOLEAN optional; /* the <dependency> that is open says so */
    struct sxs_slice setting, setting_space; /* the setting whose text is awaited */
    WCHAR text[TEXT_UNITS];
};

static const NTSTATUS malformed = STATUS_SXS_MANIFEST_PARSE_ERROR;
static const NTSTATUS wrong = STATUS_SXS_MANIFEST_FORMAT_ERROR;

static NTSTATUS keep(struct reader *r, struct sxs_slice raw, const WCHAR **out)
{
    if (!sxs_xml_decode(raw, r->text, TEXT_UNITS))
        return malformed;
    *out = sxs_copy(r->context, r->text, (ULONG)wcslen(r->text));
    return *out ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

static NTSTATUS read_identity(struct reader *r, struct sxs_identity *id)
{
    static const WCHAR *const names[] = {L"name",     L"type",          L"version", L"processorArchitecture",
                                         L"language", L"publicKeyToken"};
    const WCHAR **fields[] = {&id->name,         &id->type,     &id->version,
                              &id->architecture, &id->language, &id->token};
    struct sxs_slice name, value;
    NTSTATUS status = STATUS_SUCCESS;
    ULONG at = 0;

    for (ULONG i = 0; i < ARRAYSIZE(fields); i++)
        *fields[i] = L"";
    while (NT_SUCCESS(status) && sxs_xml_attribute(&r->x, &at, &name, &value))
        for (ULONG i = 0; i < ARRAYSIZE(fields); i++)
            if (sxs_slice_is(name, names[i]))
                status = keep(r, value, fields[i]);
    if (NT_SUCCESS(status) && !*id->name)
        status = wrong;
    /* It becomes part of a path. */
    for (const WCHAR *p = id->name; NT_SUCCESS(status) && *p; p++)
        if (*p < 0x20 || wcschr(L"\\/:*?\"<>|", *p))
            status = STATUS_SXS_INVALID_IDENTITY_ATTRIBUTE_VALUE;
    for (const WCHAR *p = id->language; NT_SUCCESS(status) && *p; p++)
        if (*p < 0x20 || wcschr(L"\\/:.?\"<>|", *p))
            status = STATUS_SXS_INVALID_IDENTITY_ATTRIBUTE_VALUE;
    return status;
}

static NTSTATUS add_dependency(struct reader *r)
{
    struct sxs_context *c = r->context;
    struct sxs_dependency *d = sxs_alloc(c, sizeof(*d));
    NTSTATUS status = d ? read_identity(r, &d->identity) : STATUS_NO_MEMORY;

    if (!NT_SUCCESS(status))
        return status;
    d->optional = r->optional;
    *c->last_dependency = d;
    c->last_dependency = &d->next;
    return STATUS_SUCCESS;
}

/* A library of the assembly: in its folder, under a relative name that does not leave it. */
static NTSTATUS add_file(struct reader *r)
{
    struct sxs_context *c = r->context;
    struct sxs_assembly *a = r->assembly;
    const WCHAR *name = NULL, *from = NULL;
    struct sxs_slice attribute, value;
    NTSTATUS status = STATUS_SUCCESS;
    ULONG at = 0;

    while (NT_SUCCESS(status) && sxs_xml_attribute(&r->x, &at, &attribute, &value)) {
        if (sxs_slice_is(attribute, L"name"))
            status = keep(r, value, &name);
        else if (sxs_slice_is(attribute, L"loadFrom"))
            status = keep(r, value, &from);
    }
    if (!NT_SUCCESS(status))
        return status;
    if (!name || !*name || wcschr(name, ':') || wcsstr(name, L"..") || *name == '\\' ||
        *name == '/')
        return wrong;
    if (c->file_count == CONTEXT_FILES)
        return STATUS_SXS_MANIFEST_TOO_BIG;
    struct sxs_file *f = sxs_alloc(c, sizeof(*f));
    if (!f)
        return STATUS_NO_MEMORY;
    ULONG folder = (ULONG)wcslen(a->directory), length = (ULONG)wcslen(name);
    if (from && wcschr(from, ':')) { /* a place of its own */
        name = from;
        folder = 0;
        length = (ULONG)wcslen(name);
    }
    if (folder || name == from) {
        struct sxs_redirection *to =
            sxs_alloc(c, sizeof(*to) + (folder + length + 1ull) * sizeof(WCHAR));
        if (!to)
            return STATUS_NO_MEMORY;
        memcpy(to->path, a->directory, folder * sizeof(WCHAR));
        memcpy(to->path + folder, name, length * sizeof(WCHAR));
        to->Size = offsetof(struct sxs_redirection, SegmentLength);
        to->Flags = 3; /* the base name is in it, the assembly's folder is not to be prefixed */
        to->TotalPathLength = to->SegmentLength = (folder + length) * (ULONG)sizeof(WCHAR);
        to->PathSegmentCount = 1;
        to->PathSegmentOffset = offsetof(struct sxs_redirection, SegmentLength);
        to->SegmentOffset = offsetof(struct sxs_redirection, path);
        f->to = to;
    }
    f->name = name;
    for (const WCHAR *p = name; *p; p++)
        if (*p == '\\' || *p == '/')
            f->name = p + 1; /* libraries are asked for by their last name */
    f->assembly = a->index;
    *a->last_file = f;
    a->last_file = &f->next;
    a->file_count++;
    c->file_count++;
    return STATUS_SUCCESS;
}

static NTSTATUS add_compatibility(struct reader *r, ULONG type)
{
    struct sxs_context *c = r->context;
    struct sxs_slice name, value;
    UNICODE_STRING us;
    ULONG at = 0, i = c->compatibility_count;

    while (sxs_xml_attribute(&r->x, &at, &name, &value)) {
        if (!sxs_slice_is(name, L"Id") || i == SXS_COMPATIBILITY)
            continue;
        if (!sxs_xml_decode(value, r->text, TEXT_UNITS))
            return malformed;
        RtlInitUnicodeString(&us, r->text);
        if (type == 3) { /* the number of a version, not a GUID */
            ULONGLONG version = 0, part = 0;
            for (const WCHAR *p = r->text;; p++) {
                if (*p >= '0' && *p <= '9') {
                    part = (part * 10 + (ULONGLONG)(*p - '0')) & 0xffff;
                } else {
                    version = version << 16 | part;
                    part = 0;
                    if (!*p)
                        break;
                }
            }
            c->max_version_tested = version;
        } else if (!NT_SUCCESS(RtlGUIDFromString(&us, &c->compatibility[i]))) {
            continue; /* an unknown system is not an error */
        }
        c->compatibility_type[i] = type;
        c->compatibility_count++;
        break;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS read_level(struct reader *r)
{
    static const WCHAR *const levels[] = {L"asInvoker", L"highestAvailable", L"requireAdministrator"};
    struct sxs_slice name, value;
    ULONG at = 0;

    while (sxs_xml_attribute(&r->x, &at, &name, &value)) {
        if (sxs_slice_is(name, L"uiAccess"))
            r->context->ui_access = sxs_slice_is(value, L"true");
        for (ULONG i = 0; i < ARRAYSIZE(levels); i++)
            if (sxs_slice_is(name, L"level") && sxs_slice_is(value, levels[i]))
                r->context->run_level = i + 1;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS read_root_element(struct reader *r)
{
    struct sxs_slice name, value;
    ULONG at = 0;

    if (!sxs_slice_is(r->x.name, L"assembly") ||
        !sxs_slice_is(r->x.space, L"urn:schemas-microsoft-com:asm.v1"))
        return wrong;
    while (sxs_xml_attribute(&r->x, &at, &name, &value))
        if (sxs_slice_is(name, L"manifestVersion"))
            return sxs_slice_is(value, L"1.0") ? STATUS_SUCCESS : wrong;
    return wrong;
}

static NTSTATUS start_element(struct reader *r, BOOLEAN root)
{
    struct sxs_slice name = r->x.name, in = sxs_xml_parent(&r->x, 1), value;

    r->setting.n = 0;
    if (r->x.depth == 1)
        return read_root_element(r);
    if (sxs_slice_is(name, L"assemblyIdentity")) {
        if (r->x.depth == 2)
            return read_identity(r, &r->assembly->identity);
        return sxs_slice_is(in, L"dependentAssembly") ? add_dependency(r) : STATUS_SUCCESS;
    }
    if (sxs_slice_is(name, L"dependency")) {
        ULONG at = 0;
        r->optional = FALSE;
        while (sxs_xml_attribute(&r->x, &at, &name, &value))
            if (sxs_slice_is(name, L"optional") && sxs_slice_is(value, L"yes"))
                r->optional = TRUE;
        return STATUS_SUCCESS;
    }
    if (sxs_slice_is(name, L"file") && r->x.depth == 2)
        return add_file(r);
    if (!root)
        return STATUS_SUCCESS; /* the rest is the program's affair */
    if (sxs_slice_is(in, L"windowsSettings")) {
        r->setting = name;
        r->setting_space = r->x.space;
    } else if (sxs_slice_is(in, L"application") && sxs_slice_is(name, L"supportedOS")) {
        return add_compatibility(r, 1);
    } else if (sxs_slice_is(in, L"application") && sxs_slice_is(name, L"maxversiontested")) {
        return add_compatibility(r, 3);
    } else if (sxs_slice_is(name, L"requestedExecutionLevel")) {
        return read_level(r);
    }
    return STATUS_SUCCESS;
}

static NTSTATUS add_setting(struct reader *r)
{
    struct sxs_slice text = r->x.text;
    struct sxs_setting *s;
    NTSTATUS status;

    if (!r->setting.n)
        return STATUS_SUCCESS;
    while (text.n && text.s[0] <= ' ')
        text.s++, text.n--;
    while (text.n && text.s[text.n - 1] <= ' ')
        text.n--;
    s = sxs_alloc(r->context, sizeof(*s));
    if (!s)
        return STATUS_NO_MEMORY;
    status = keep(r, r->setting, &s->name);
    if (NT_SUCCESS(status))
        status = keep(r, r->setting_space, &s->space);
    if (NT_SUCCESS(status))
        status = keep(r, text, &s->value);
    r->setting.n = 0;
    if (!NT_SUCCESS(status))
        return status;
    s->next = r->context->settings;
    r->context->settings = s;
    return STATUS_SUCCESS;
}

/* --- the whole -------------------------------------------------------------------------------- */

static WCHAR upper(WCHAR c)
{
    return RtlUpcaseUnicodeChar(c);
}

static BOOLEAN equal(const WCHAR *a, const WCHAR *b)
{
    while (*a && upper(*a) == upper(*b))
        a++, b++;
    return upper(*a) == upper(*b);
}

static BOOLEAN is_wanted(const struct sxs_identity *have, const struct sxs_identity *want)
{
    return equal(have->name, want->name) && (!*want->version || equal(have->version, want->version)) &&
           (!*want->token || equal(have->token, want->token)) &&
           (!*have->architecture || !*want->architecture || equal(have->architecture, L"*") ||
            equal(want->architecture, L"*") || equal(have->architecture, want->architecture));
}

const WCHAR *sxs_encode(struct sxs_context *c, const struct sxs_identity *id)
{
    const WCHAR *const parts[][2] = {{L"language", id->language},
                                     {L"processorArchitecture", id->architecture},
                                     {L"publicKeyToken", id->token},
                                     {L"type", id->type},
                                     {L"version", id->version}};
    SIZE_T units = wcslen(id->name) + 1;

    for (ULONG i = 0; i < ARRAYSIZE(parts); i++)
        units += wcslen(parts[i][0]) + wcslen(parts[i][1]) + 4;
    WCHAR *text = sxs_alloc(c, units * sizeof(WCHAR));
    if (!text)
        return NULL;
    wcscpy(text, id->name);
    for (ULONG i = 0; i < ARRAYSIZE(parts); i++) {
        if (!*parts[i][1])
            continue;
        wcscat(text, L",");
        wcscat(text, parts[i][0]);
        wcscat(text, L"=\"");
        wcscat(text, parts[i][1]);
        wcscat(text, L"\"");
    }
    return text;
}

/* UTF-16 with a byte order mark, else UTF-8. */
static NTSTATUS to_text(const unsigned char *b, SIZE_T size, WCHAR **text, ULONG *units)
{
    ULONG bytes = 0;

    if (size > MANIFEST_BYTES)
        return STATUS_SXS_MANIFEST_TOO_BIG;
    WCHAR *out = RtlAllocateHeap(RtlProcessHeap(), 0, (size + 1) * sizeof(WCHAR));
    if (!out)
        return STATUS_NO_MEMORY;
    if (size >= 2 && ((b[0] == 0xff && b[1] == 0xfe) || (b[0] == 0xfe && b[1] == 0xff))) {
        unsigned low = b[0] == 0xff ? 0 : 1;
        for (ULONG i = 0; i + 1 < size; i += 2)
            out[i / 2] = (WCHAR)(b[i + low] | b[i + 1 - low] << 8);
        *units = (ULONG)size / 2;
    } else {
        RtlUTF8ToUnicodeN(out, (ULONG)(size * sizeof(WCHAR)), &bytes, (const char *)b, (ULONG)size);
        *units = bytes / sizeof(WCHAR);
    }
    *text = out;
    return STATUS_SUCCESS;
}

static NTSTATUS read_elements(struct reader *r, BOOLEAN root)
{
    NTSTATUS status = STATUS_SUCCESS;

    while (NT_SUCCESS(status)) {
        switch (sxs_xml_next(&r->x)) {
        case SXS_XML_START:
            status = start_element(r, root);
            break;
        case SXS_XML_TEXT:
            status = add_setting(r);
            break;
        case SXS_XML_END:
            r->setting.n = 0;
            break;
        case SXS_XML_DONE:
            return STATUS_SUCCESS;
        case SXS_XML_BAD:
            return malformed;
        }
    }
    return status;
}

NTSTATUS sxs_read_manifest(struct sxs_context *c, const void *bytes, SIZE_T size,
                           const struct sxs_identity *wanted, const WCHAR *directory,
                           const WCHAR *manifest)
{
    static const struct sxs_identity none = {L"", L"", L"", L"", L"", L""};
    struct reader *r;
    struct sxs_assembly *a;
    WCHAR *text = NULL;
    ULONG units = 0;
    NTSTATUS status;

    if (c->assembly_count == CONTEXT_ASSEMBLIES)
        return STATUS_SXS_MANIFEST_TOO_BIG;
    status = to_text(bytes, size, &text, &units);
    if (!NT_SUCCESS(status))
        return status;
    r = RtlAllocateHeap(RtlProcessHeap(), HEAP_ZERO_MEMORY, sizeof(*r));
    a = sxs_alloc(c, sizeof(*a));
    status = r && a ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    if (NT_SUCCESS(status)) {
        struct sxs_dependency **dependencies = c->last_dependency;
        r->context = c;
        r->assembly = a;
        a->identity = none;
        a->directory = directory;
        a->manifest = manifest;
        a->last_file = &a->files;
        a->index = c->assembly_count + 1;
        sxs_xml_begin(&r->x, text, units);
        status = read_elements(r, !wanted);
        if (NT_SUCCESS(status) && wanted && !is_wanted(&a->identity, wanted)) {
            *dependencies = NULL; /* those of an assembly that is another */
            c->last_dependency = dependencies;
            c->file_count -= a->file_count;
            status = STATUS_SXS_ASSEMBLY_NOT_FOUND;
        }
        if (NT_SUCCESS(status)) {
            a->encoded = sxs_encode(c, &a->identity);
            status = a->encoded ? STATUS_SUCCESS : STATUS_NO_MEMORY;
        }
        if (NT_SUCCESS(status)) {
            *c->last_assembly = a;
            c->last_assembly = &a->next;
            c->assembly_count++;
        }
    }
    RtlFreeHeap(RtlProcessHeap(), 0, r);
    RtlFreeHeap(RtlProcessHeap(), 0, text);
    return status;
}

BOOLEAN sxs_concerns_loader(const void *bytes, SIZE_T size)
{
    static const char *const words[] = {"dependency", "file"};
    const char *b = bytes;

    if (size >= 2 && ((unsigned char)b[0] >= 0xfe)) /* UTF-16 is read at once */
        return TRUE;
    for (SIZE_T i = 0; i + 4 < size; i++) {
        for (ULONG w = 0; w < ARRAYSIZE(words); w++) {
            SIZE_T n = strlen(words[w]);
            /* an element's name: behind "<" or a prefix */
            if (b[i] == words[w][0] && i && (b[i - 1] == '<' || b[i - 1] == ':') &&
                size - i > n && !memcmp(b + i, words[w], n))
                return TRUE;
        }
    }
    return FALSE;
}
