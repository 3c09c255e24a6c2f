/*
 * Side-by-side assemblies inside ntdll: manifests, and the activation contexts made of them.
 *
 * A context is made once and then only read, by any thread; all that belongs to it lies in its own
 * arena and goes with its last reference.
 */
#ifndef NTDLL_SXS_H
#define NTDLL_SXS_H

#include "abi/nt/nt.h"
#include "libcompat/nt/include/actctx.h"

/* --- sxs_xml.c: a reader for the little XML that manifests are ------------------------------- */

#define SXS_XML_DEPTH 48
#define SXS_XML_PREFIXES 24

struct sxs_slice {
    const WCHAR *s;
    ULONG n; /* units; not terminated */
};

enum sxs_xml_kind {
    SXS_XML_START, /* name, space, attributes */
    SXS_XML_END,   /* name */
    SXS_XML_TEXT,  /* text, not decoded */
    SXS_XML_DONE,  /* the document is over, and was well formed */
    SXS_XML_BAD
};

struct sxs_xml {
    /* of the last token */
    struct sxs_slice name; /* without its prefix */
    struct sxs_slice space; /* its namespace, as written */
    struct sxs_slice text;
    ULONG depth; /* elements that are open, this one included */

    /* private */
    const WCHAR *at, *end;
    struct sxs_slice attributes;
    struct {
        struct sxs_slice qualified, name;
    } open[SXS_XML_DEPTH];
    struct {
        struct sxs_slice prefix, space;
        ULONG depth;
    } prefixes[SXS_XML_PREFIXES];
    ULONG prefix_count;
    BOOLEAN empty_element, seen_root;
};

void sxs_xml_begin(struct sxs_xml *x, const WCHAR *text, ULONG units);
enum sxs_xml_kind sxs_xml_next(struct sxs_xml *x);
/* The name of the element that holds the current one, `up` levels above it; empty: none. */
struct sxs_slice sxs_xml_parent(const struct sxs_xml *x, ULONG up);
/* The next attribute of the start tag; *at begins as 0. FALSE: there is no other. */
BOOLEAN sxs_xml_attribute(const struct sxs_xml *x, ULONG *at, struct sxs_slice *name,
                          struct sxs_slice *value);
/* Text without entities. FALSE: malformed, or longer than room units with its end. */
BOOLEAN sxs_xml_decode(struct sxs_slice raw, WCHAR *out, ULONG room);
BOOLEAN sxs_slice_is(struct sxs_slice a, const WCHAR *text);

/* --- sxs_manifest.c --------------------------------------------------------------------------- */

struct sxs_identity {
    const WCHAR *name, *type, *version, *architecture, *language, *token; /* never NULL */
};

/* What FindActCtxSectionString points to: the format of Windows' own section, with the path as its
 * only segment. Offsets count from the record. */
struct sxs_redirection {
    ULONG Size, Flags, TotalPathLength, PathSegmentCount, PathSegmentOffset;
    ULONG SegmentLength, SegmentOffset; /* in bytes */
    WCHAR path[]; /* full DOS path, terminated */
};

struct sxs_file {
    struct sxs_file *next;
    const WCHAR *name;
    struct sxs_redirection *to; /* NULL: the system's */
    ULONG assembly;
};

struct sxs_assembly {
    struct sxs_assembly *next;
    struct sxs_identity identity;
    const WCHAR *encoded;   /* the identity as one string */
    const WCHAR *manifest;  /* DOS path of the file that has the manifest; L"" */
    const WCHAR *directory; /* with its final backslash; L"": the system's */
    struct sxs_file *files, **last_file;
    ULONG index, file_count; /* index: 1 is the root */
};

struct sxs_dependency {
    struct sxs_dependency *next;
    struct sxs_identity identity;
    BOOLEAN optional;
};

struct sxs_setting {
    struct sxs_setting *next;
    const WCHAR *space, *name, *value;
};

#define SXS_COMPATIBILITY 16

struct sxs_chunk;

struct sxs_context {
    ULONG magic;
    LONG references;
    struct sxs_chunk *chunks;
    SIZE_T allocated;
    const WCHAR *app_dir, *source; /* app_dir: with its final backslash */
    BOOLEAN probes_app_dir_only;   /* the caller named it */
    struct sxs_assembly *assemblies, **last_assembly;
    ULONG assembly_count, file_count;
    struct sxs_dependency *dependencies, **last_dependency; /* not yet found: while it is made */
    struct sxs_setting *settings;
    GUID compatibility[SXS_COMPATIBILITY];
    ULONG compatibility_type[SXS_COMPATIBILITY], compatibility_count;
    ULONGLONG max_version_tested;
    ULONG run_level, ui_access;
    const WCHAR *missing; /* what could not be found: the encoded identity */
};

void *sxs_alloc(struct sxs_context *c, SIZE_T bytes); /* zeroed; NULL: no memory, or too much */
const WCHAR *sxs_copy(struct sxs_context *c, const WCHAR *s, ULONG units);
void sxs_free_all(struct sxs_context *c);

/* Reads a manifest into a new assembly of the context. wanted: what its identity must be; NULL: it
 * is the root. directory, manifest: where it was, kept as they are. */
NTSTATUS sxs_read_manifest(struct sxs_context *c, const void *bytes, SIZE_T size,
                           const struct sxs_identity *wanted, const WCHAR *directory,
                           const WCHAR *manifest);
/* name,type="win32",... NULL: no memory */
const WCHAR *sxs_encode(struct sxs_context *c, const struct sxs_identity *id);
/* Could a manifest change where libraries are found? Looks for the words only. */
BOOLEAN sxs_concerns_loader(const void *bytes, SIZE_T size);

/* --- sxs_build.c ------------------------------------------------------------------------------ */

/* Finds all that the context's assemblies depend on. */
NTSTATUS sxs_resolve(struct sxs_context *c);
/* The context of the program; made at its first use. NULL: it has no manifest, or a bad one. */
struct sxs_context *sxs_process_default(void);
/* At start. Costs a look into the resource directory where the manifest says nothing of libraries. */
NTSTATUS sxs_init_process(void);
NTSTATUS sxs_set_process_default(struct sxs_context *c);

BOOLEAN sxs_is_context(const void *p);

/* --- actctx.c --------------------------------------------------------------------------------- */

/* Set when any context has files: until then the loader asks nobody. */
extern BOOLEAN sxs_redirects;
/* The path that the active context, or else the program's, has for a library; NULL: none. The
 * path is copied, to be freed with RtlFreeUnicodeString. */
BOOLEAN sxs_redirect(PCUNICODE_STRING name, PUNICODE_STRING path);
void sxs_thread_done(void);

#endif
