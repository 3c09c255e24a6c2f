/*
 * The loader inside: modules, exports, thread-local storage. Everything here runs under the loader
 * lock (ldr_lock) unless it says otherwise.
 */
#ifndef NTDLL_LDR_H
#define NTDLL_LDR_H

#include "abi/nt/nt.h"

#define LDR_HASH_SIZE 64

struct ldr_module {
    LDR_DATA_TABLE_ENTRY e; /* first: the PEB's lists and debuggers see this */
    struct ldr_module *hash_next;
    ULONG hash;      /* of the upper-case base name */
    LONG references; /* LDR_PINNED: never unloaded */
    struct ldr_module **needs; /* modules that its imports hold references to */
    ULONG needs_count, needs_room;
    const IMAGE_EXPORT_DIRECTORY *exports; /* NULL: none, or damaged */
    ULONG exports_size, exports_rva;
    const IMAGE_TLS_DIRECTORY *tls;
    enum { LDR_MAPPED, LDR_SNAPPED, LDR_INITIALISING, LDR_READY } state;
    BOOLEAN visited;
    WCHAR path[]; /* full DOS path, terminated; BaseDllName points into it */
};
#define LDR_PINNED 0x40000000

extern RTL_CRITICAL_SECTION ldr_lock;
extern struct ldr_module *ldr_program;

/* ldr_module.c */
/* Loads a module and all that it needs, and takes a reference; initialises nothing. */
NTSTATUS ldr_load(PCWSTR search_path, PCUNICODE_STRING name, struct ldr_module **module);
struct ldr_module *ldr_find_base(PVOID base);
struct ldr_module *ldr_find_address(PVOID address);
struct ldr_module *ldr_find_name(PCUNICODE_STRING base_name);
struct ldr_module *ldr_add_mapped(PVOID base, SIZE_T size, PCUNICODE_STRING path);
void ldr_release(struct ldr_module *module);
/* DllMain(PROCESS_ATTACH) of a module and what it needs, dependencies first. */
NTSTATUS ldr_initialise(struct ldr_module *module);
void ldr_detach_all(void); /* process end */
void ldr_thread_callouts(ULONG reason);

/* ldr_import.c */
NTSTATUS ldr_snap(struct ldr_module *module, PCWSTR search_path);
/* name or ordinal; follows forwarders, which load their targets on behalf of user (or NULL) */
PVOID ldr_export(struct ldr_module *module, const char *name, ULONG ordinal,
                 struct ldr_module *user);
/* An entry that names what is missing and raises when it is called. */
PVOID ldr_missing(const char *dll, const char *name, ULONG ordinal);

/* ldr_apiset.c: the library behind an api-ms-win-* or ext-ms-win-* name; NULL: not such a name. */
const WCHAR *ldr_api_set(const WCHAR *name, ULONG length);

/* ldr_tls.c */
NTSTATUS ldr_tls_add(struct ldr_module *module);
void ldr_tls_remove(struct ldr_module *module); /* if it has an index */
NTSTATUS ldr_tls_thread_init(void);
void ldr_tls_thread_done(void);
void ldr_call_tls_callbacks(struct ldr_module *module, ULONG reason);

/* Text for the user on standard error, through the host. */
void ldr_complain(ULONG kind, PCUNICODE_STRING a, PCUNICODE_STRING b, PVOID address);
enum { LDR_NO_LIBRARY = 1, LDR_NO_EXPORT_CALLED = 2, LDR_BAD_IMAGE = 3, LDR_INIT_FAILED = 4, LDR_NO_ASSEMBLY = 5 };

#endif
