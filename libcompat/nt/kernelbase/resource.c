/*
 * Resources of modules: find, load, enumerate.
 */
#include "module.h"

/* ---- Names: an integer, "#123", or a text, which is upper case in the tree ---- */

struct resource_name {
    ULONG_PTR value; /* for the loader: an integer or the text's address */
    WCHAR *text;     /* on the heap, or NULL */
};

static BOOL resource_name(struct resource_name *name, const WCHAR *given)
{
    name->text = NULL;
    name->value = (ULONG_PTR)given;
    if (IS_INTRESOURCE(given))
        return TRUE;
    if (given[0] == L'#') {
        ULONG number = 0;

        for (const WCHAR *p = given + 1; *p >= L'0' && *p <= L'9'; p++) {
            number = number * 10 + (ULONG)(*p - L'0');
            if (number > 0xffff)
                return fail(ERROR_INVALID_PARAMETER);
        }
        name->value = number;
        return TRUE;
    }
    name->text = heap_wide_copy(given, wcslen(given));
    if (!name->text)
        return FALSE;
    for (WCHAR *p = name->text; *p; p++)
        *p = RtlUpcaseUnicodeChar(*p);
    name->value = (ULONG_PTR)name->text;
    return TRUE;
}

static HMODULE resource_module(HMODULE module)
{
    return module ? module : current_peb()->ImageBaseAddress;
}

/* ---- Find, size, load ---- */

HRSRC WINAPI FindResourceExW(HMODULE module, LPCWSTR type, LPCWSTR name, WORD language)
{
    struct resource_name type_name = {0}, name_name = {0};
    LDR_RESOURCE_INFO path;
    IMAGE_RESOURCE_DATA_ENTRY *entry = NULL;
    NTSTATUS status = STATUS_SUCCESS;
    BOOL found = FALSE;

    if (resource_name(&type_name, type) && resource_name(&name_name, name)) {
        path.Type = type_name.value;
        path.Name = name_name.value;
        path.Language = language;
        status = LdrFindResource_U(resource_module(module), &path, 3, &entry);
        found = set_status(status);
    }
    heap_free(type_name.text);
    heap_free(name_name.text);
    return found ? (HRSRC)entry : NULL;
}

HRSRC WINAPI FindResourceW(HMODULE module, LPCWSTR name, LPCWSTR type)
{
    return FindResourceExW(module, type, name, MAKELANGID(LANG_NEUTRAL, SUBLANG_NEUTRAL));
}

HRSRC WINAPI FindResourceExA(HMODULE module, LPCSTR type, LPCSTR name, WORD language)
{
    struct wide wide_type = {.text = NULL}, wide_name = {.text = NULL};
    HRSRC found = NULL;

    if ((IS_INTRESOURCE(type) || wide_from_ansi(&wide_type, type)) &&
        (IS_INTRESOURCE(name) || wide_from_ansi(&wide_name, name)))
        found = FindResourceExW(module, IS_INTRESOURCE(type) ? (LPCWSTR)type : wide_type.text,
                                IS_INTRESOURCE(name) ? (LPCWSTR)name : wide_name.text, language);
    if (wide_type.text)
        wide_free(&wide_type);
    if (wide_name.text)
        wide_free(&wide_name);
    return found;
}

HRSRC WINAPI FindResourceA(HMODULE module, LPCSTR name, LPCSTR type)
{
    return FindResourceExA(module, type, name, MAKELANGID(LANG_NEUTRAL, SUBLANG_NEUTRAL));
}

HGLOBAL WINAPI LoadResource(HMODULE module, HRSRC resource)
{
    PVOID data;

    if (!resource) {
        fail(ERROR_RESOURCE_DATA_NOT_FOUND);
        return NULL;
    }
    return set_status(LdrAccessResource(resource_module(module),
                                        (IMAGE_RESOURCE_DATA_ENTRY *)resource, &data, NULL))
               ? data
               : NULL;
}

LPVOID WINAPI LockResource(HGLOBAL data)
{
    return data; /* a resource is memory already */
}

BOOL WINAPI FreeResource(HGLOBAL data)
{
    (void)data;
    return FALSE; /* as documented: nothing is freed until the module goes */
}

DWORD WINAPI SizeofResource(HMODULE module, HRSRC resource)
{
    (void)module;
    if (!resource) {
        fail(ERROR_RESOURCE_NAME_NOT_FOUND);
        return 0;
    }
    return ((const IMAGE_RESOURCE_DATA_ENTRY *)resource)->Size;
}

/* ---- Enumeration ----
 *
 * Resource directories: a header, then named and numbered entries. Offsets are taken from the
 * root of the tree, which the loader hands out and which is read with bounds: a file is foreign.
 */
struct tree {
    const UCHAR *root;
    ULONG size;
};

static BOOL resource_tree(HMODULE module, struct tree *tree)
{
    module = resource_module(module);
    tree->root =
        RtlImageDirectoryEntryToData(module, TRUE, IMAGE_DIRECTORY_ENTRY_RESOURCE, &tree->size);
    if (!tree->root)
        return fail(ERROR_RESOURCE_DATA_NOT_FOUND);
    return TRUE;
}

static const IMAGE_RESOURCE_DIRECTORY *directory_at(const struct tree *tree, ULONG offset,
                                                    ULONG *count)
{
    const IMAGE_RESOURCE_DIRECTORY *directory;

    if (offset > tree->size || tree->size - offset < sizeof(*directory)) {
        fail(ERROR_RESOURCE_DATA_NOT_FOUND);
        return NULL;
    }
    directory = (const IMAGE_RESOURCE_DIRECTORY *)(tree->root + offset);
    *count = (ULONG)directory->NumberOfNamedEntries + directory->NumberOfIdEntries;
    if ((tree->size - offset - sizeof(*directory)) / sizeof(IMAGE_RESOURCE_DIRECTORY_ENTRY) <
        *count) {
        fail(ERROR_RESOURCE_DATA_NOT_FOUND);
        return NULL;
    }
    return directory;
}

static const IMAGE_RESOURCE_DIRECTORY_ENTRY *entries_of(const IMAGE_RESOURCE_DIRECTORY *directory)
{
    return (const IMAGE_RESOURCE_DIRECTORY_ENTRY *)(directory + 1);
}

/* The entry's name as programs see it: MAKEINTRESOURCE or a text on the heap (*text). */
static BOOL entry_name(const struct tree *tree, const IMAGE_RESOURCE_DIRECTORY_ENTRY *entry,
                       const WCHAR **name, WCHAR **text)
{
    const IMAGE_RESOURCE_DIR_STRING_U *string;
    ULONG offset = entry->NameOffset;

    *text = NULL;
    if (!entry->NameIsString) {
        *name = MAKEINTRESOURCEW(entry->Id);
        return TRUE;
    }
    if (offset > tree->size || tree->size - offset < sizeof(USHORT))
        return fail(ERROR_RESOURCE_DATA_NOT_FOUND);
    string = (const IMAGE_RESOURCE_DIR_STRING_U *)(tree->root + offset);
    if ((tree->size - offset - sizeof(USHORT)) / sizeof(WCHAR) < string->Length)
        return fail(ERROR_RESOURCE_DATA_NOT_FOUND);
    *text = heap_wide_copy(string->NameString, string->Length);
    *name = *text;
    return *text != NULL;
}

/* Steps from the directory at `offset` to the child of that name; FALSE: last error set. */
static BOOL child(const struct tree *tree, ULONG offset, const struct resource_name *name,
                  DWORD missing, ULONG *result)
{
    ULONG count;
    const IMAGE_RESOURCE_DIRECTORY *directory = directory_at(tree, offset, &count);

    if (!directory)
        return FALSE;
    for (ULONG i = 0; i < count; i++) {
        const IMAGE_RESOURCE_DIRECTORY_ENTRY *entry = entries_of(directory) + i;
        const WCHAR *found;
        WCHAR *text;
        BOOL equal;

        if (!entry_name(tree, entry, &found, &text))
            return FALSE;
        equal = name->text ? text && !_wcsicmp(text, name->text)
                           : !text && (ULONG_PTR)found == name->value;
        heap_free(text);
        if (!equal)
            continue;
        if (!entry->DataIsDirectory)
            return fail(ERROR_RESOURCE_DATA_NOT_FOUND);
        *result = entry->OffsetToDirectory;
        return TRUE;
    }
    return fail(missing);
}

/* Calls back for each entry of a directory with its name in the form that the caller wants. */
typedef BOOL (*entry_callback)(void *context, const WCHAR *name, WORD id);

static BOOL for_each_entry(const struct tree *tree, ULONG offset, entry_callback callback,
                           void *context)
{
    ULONG count;
    const IMAGE_RESOURCE_DIRECTORY *directory = directory_at(tree, offset, &count);

    if (!directory)
        return FALSE;
    for (ULONG i = 0; i < count; i++) {
        const IMAGE_RESOURCE_DIRECTORY_ENTRY *entry = entries_of(directory) + i;
        const WCHAR *name;
        WCHAR *text;
        BOOL more;

        if (!entry_name(tree, entry, &name, &text))
            return FALSE;
        more = callback(context, name, entry->Id);
        heap_free(text);
        if (!more)
            return FALSE;
    }
    return TRUE;
}

struct enumeration {
    HMODULE module;
    const void *type, *name; /* in the caller's form */
    void *routine;
    LONG_PTR parameter;
    BOOL narrow;
};

static BOOL report_name(void *context, const WCHAR *name, WORD id)
{
    struct enumeration *e = context;
    char *narrow = NULL;
    BOOL more;

    (void)id;
    if (!e->narrow) {
        if (e->type)
            return ((ENUMRESNAMEPROCW)e->routine)(e->module, e->type, (LPWSTR)name, e->parameter);
        return ((ENUMRESTYPEPROCW)e->routine)(e->module, (LPWSTR)name, e->parameter);
    }
    if (!IS_INTRESOURCE(name)) {
        narrow = heap_narrow(name);
        if (!narrow)
            return FALSE;
    }
    if (e->type)
        more = ((ENUMRESNAMEPROCA)e->routine)(e->module, e->type, narrow ? narrow : (LPSTR)name,
                                              e->parameter);
    else
        more =
            ((ENUMRESTYPEPROCA)e->routine)(e->module, narrow ? narrow : (LPSTR)name, e->parameter);
    heap_free(narrow);
    return more;
}

static BOOL report_language(void *context, const WCHAR *name, WORD id)
{
    struct enumeration *e = context;

    (void)name;
    if (e->narrow)
        return ((ENUMRESLANGPROCA)e->routine)(e->module, e->type, e->name, id, e->parameter);
    return ((ENUMRESLANGPROCW)e->routine)(e->module, e->type, e->name, id, e->parameter);
}

BOOL WINAPI EnumResourceTypesW(HMODULE module, ENUMRESTYPEPROCW routine, LONG_PTR parameter)
{
    struct enumeration e = {module, NULL, NULL, (void *)routine, parameter, FALSE};
    struct tree tree;

    return resource_tree(module, &tree) && for_each_entry(&tree, 0, report_name, &e);
}

BOOL WINAPI EnumResourceTypesA(HMODULE module, ENUMRESTYPEPROCA routine, LONG_PTR parameter)
{
    struct enumeration e = {module, NULL, NULL, (void *)routine, parameter, TRUE};
    struct tree tree;

    return resource_tree(module, &tree) && for_each_entry(&tree, 0, report_name, &e);
}

/* The names of a type; `type` is wide here, e->type in the caller's form. */
static BOOL enumerate_names(struct enumeration *e, const WCHAR *type)
{
    struct resource_name name;
    struct tree tree;
    ULONG names;
    BOOL done;

    if (!resource_tree(e->module, &tree) || !resource_name(&name, type))
        return FALSE;
    done = child(&tree, 0, &name, ERROR_RESOURCE_TYPE_NOT_FOUND, &names) &&
           for_each_entry(&tree, names, report_name, e);
    heap_free(name.text);
    return done;
}

BOOL WINAPI EnumResourceNamesW(HMODULE module, LPCWSTR type, ENUMRESNAMEPROCW routine,
                               LONG_PTR parameter)
{
    struct enumeration e = {module, type, NULL, (void *)routine, parameter, FALSE};

    return enumerate_names(&e, type);
}

BOOL WINAPI EnumResourceNamesA(HMODULE module, LPCSTR type, ENUMRESNAMEPROCA routine,
                               LONG_PTR parameter)
{
    struct enumeration e = {module, type, NULL, (void *)routine, parameter, TRUE};

    if (IS_INTRESOURCE(type))
        return enumerate_names(&e, (LPCWSTR)type);
    WIDE_ANSI(wide, type, FALSE);
    return enumerate_names(&e, wide.text);
}

static BOOL enumerate_languages(struct enumeration *e, const WCHAR *type, const WCHAR *name)
{
    struct resource_name type_name = {0}, name_name = {0};
    struct tree tree;
    ULONG names, languages;
    BOOL done;

    done = resource_tree(e->module, &tree) && resource_name(&type_name, type) &&
           resource_name(&name_name, name) &&
           child(&tree, 0, &type_name, ERROR_RESOURCE_TYPE_NOT_FOUND, &names) &&
           child(&tree, names, &name_name, ERROR_RESOURCE_NAME_NOT_FOUND, &languages) &&
           for_each_entry(&tree, languages, report_language, e);
    heap_free(type_name.text);
    heap_free(name_name.text);
    return done;
}

BOOL WINAPI EnumResourceLanguagesW(HMODULE module, LPCWSTR type, LPCWSTR name,
                                   ENUMRESLANGPROCW routine, LONG_PTR parameter)
{
    struct enumeration e = {module, type, name, (void *)routine, parameter, FALSE};

    return enumerate_languages(&e, type, name);
}

BOOL WINAPI EnumResourceLanguagesA(HMODULE module, LPCSTR type, LPCSTR name,
                                   ENUMRESLANGPROCA routine, LONG_PTR parameter)
{
    struct enumeration e = {module, type, name, (void *)routine, parameter, TRUE};
    struct wide wide_type = {.text = NULL}, wide_name = {.text = NULL};
    BOOL done = FALSE;

    if ((IS_INTRESOURCE(type) || wide_from_ansi(&wide_type, type)) &&
        (IS_INTRESOURCE(name) || wide_from_ansi(&wide_name, name)))
        done = enumerate_languages(&e, IS_INTRESOURCE(type) ? (LPCWSTR)type : wide_type.text,
                                   IS_INTRESOURCE(name) ? (LPCWSTR)name : wide_name.text);
    if (wide_type.text)
        wide_free(&wide_type);
    if (wide_name.text)
        wide_free(&wide_name);
    return done;
}

/* ---- The Ex forms: modules with separate language files (MUI) do not exist here ---- */

#define ENUM_ALL (RESOURCE_ENUM_LN | RESOURCE_ENUM_MUI | RESOURCE_ENUM_MUI_SYSTEM | 0x20)

static BOOL valid_enumeration(DWORD flags)
{
    return !(flags & ~(DWORD)ENUM_ALL) || fail(ERROR_INVALID_PARAMETER);
}

BOOL WINAPI EnumResourceTypesExW(HMODULE module, ENUMRESTYPEPROCW routine, LONG_PTR parameter,
                                 DWORD flags, LANGID language)
{
    (void)language;
    return valid_enumeration(flags) && EnumResourceTypesW(module, routine, parameter);
}

BOOL WINAPI EnumResourceTypesExA(HMODULE module, ENUMRESTYPEPROCA routine, LONG_PTR parameter,
                                 DWORD flags, LANGID language)
{
    (void)language;
    return valid_enumeration(flags) && EnumResourceTypesA(module, routine, parameter);
}

BOOL WINAPI EnumResourceNamesExW(HMODULE module, LPCWSTR type, ENUMRESNAMEPROCW routine,
                                 LONG_PTR parameter, DWORD flags, LANGID language)
{
    (void)language;
    return valid_enumeration(flags) && EnumResourceNamesW(module, type, routine, parameter);
}

BOOL WINAPI EnumResourceNamesExA(HMODULE module, LPCSTR type, ENUMRESNAMEPROCA routine,
                                 LONG_PTR parameter, DWORD flags, LANGID language)
{
    (void)language;
    return valid_enumeration(flags) && EnumResourceNamesA(module, type, routine, parameter);
}

BOOL WINAPI EnumResourceLanguagesExW(HMODULE module, LPCWSTR type, LPCWSTR name,
                                     ENUMRESLANGPROCW routine, LONG_PTR parameter, DWORD flags,
                                     LANGID language)
{
    (void)language;
    return valid_enumeration(flags) &&
           EnumResourceLanguagesW(module, type, name, routine, parameter);
}

BOOL WINAPI EnumResourceLanguagesExA(HMODULE module, LPCSTR type, LPCSTR name,
                                     ENUMRESLANGPROCA routine, LONG_PTR parameter, DWORD flags,
                                     LANGID language)
{
    (void)language;
    return valid_enumeration(flags) &&
           EnumResourceLanguagesA(module, type, name, routine, parameter);
}
