/*
 * Version resources of files.
 *
 * A block handed out by GetFileVersionInfo is the resource as it is in the file, followed by room
 * where VerQueryValueA keeps the ANSI forms of strings that it gives out.
 */
#define _VERSION_
#include "libcompat/nt/include/win32.h"

/* A node: lengths in bytes but for a text value's, then key, value, children, each aligned to 4. */
struct node {
    WORD length, value_length, type;
    WCHAR key[];
};

struct view {
    const BYTE *begin, *end; /* of the node */
    const WCHAR *key;
    const BYTE *value, *children;
    ULONG value_bytes;
    BOOL text;
};

/* Looks at the node at `at`; FALSE where it does not lie within `limit`. */
static BOOL look(const BYTE *base, const BYTE *at, const BYTE *limit, struct view *view)
{
    const struct node *node = (const void *)at;
    const WCHAR *p;
    SIZE_T offset;

    if ((SIZE_T)(limit - at) < sizeof(*node) || node->length < sizeof(*node) ||
        node->length > limit - at)
        return FALSE;
    view->begin = at;
    view->end = at + node->length;
    view->key = node->key;
    for (p = node->key; (const BYTE *)(p + 1) <= view->end && *p; p++)
        ;
    if ((const BYTE *)(p + 1) > view->end)
        return FALSE;
    offset = ((const BYTE *)(p + 1) - base + 3) & ~(SIZE_T)3;
    view->text = node->type == 1;
    view->value_bytes = node->value_length * (view->text ? sizeof(WCHAR) : 1);
    if (base + offset > view->end) { /* a node that ends with its key */
        view->value = view->children = view->end;
        return node->value_length == 0;
    }
    view->value = base + offset;
    if (view->value_bytes > (SIZE_T)(view->end - view->value)) {
        /* some tools count bytes of text */
        if (!view->text || node->value_length > view->end - view->value)
            return FALSE;
        view->value_bytes = node->value_length;
    }
    offset = (offset + view->value_bytes + 3) & ~(SIZE_T)3;
    view->children = base + offset > view->end ? view->end : base + offset;
    return TRUE;
}

/* A handle of the file as data; the size of its resource. NULL: last error set. */
static HMODULE open_resource(DWORD flags, LPCWSTR file, const BYTE **data, DWORD *size)
{
    HMODULE module;
    HRSRC resource;

    (void)flags;
    if (!file) {
        fail(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (!*file) {
        fail(ERROR_FILE_NOT_FOUND);
        return NULL;
    }
    module = LoadLibraryExW(file, NULL, LOAD_LIBRARY_AS_DATAFILE);
    if (!module) {
        if (GetLastError() == ERROR_MOD_NOT_FOUND)
            fail(ERROR_FILE_NOT_FOUND);
        return NULL;
    }
    resource = FindResourceW(module, MAKEINTRESOURCEW(VS_VERSION_INFO), (LPCWSTR)RT_VERSION);
    *size = resource ? SizeofResource(module, resource) : 0;
    *data = resource ? LockResource(LoadResource(module, resource)) : NULL;
    if (*data && *size >= sizeof(struct node))
        return module;
    FreeLibrary(module);
    fail(ERROR_RESOURCE_TYPE_NOT_FOUND);
    return NULL;
}

DWORD WINAPI GetFileVersionInfoSizeExW(DWORD flags, LPCWSTR file, LPDWORD handle)
{
    const BYTE *data;
    DWORD size;
    HMODULE module;

    if (handle)
        *handle = 0;
    module = open_resource(flags, file, &data, &size);
    if (!module)
        return 0;
    FreeLibrary(module);
    /* the same again, and a little, for ANSI strings: a unit of UTF-16 is 3 bytes at most */
    if (size > MAXLONG / 4)
        return fail(ERROR_RESOURCE_DATA_NOT_FOUND);
    fail(ERROR_SUCCESS);
    return ((size + 3) & ~3u) * 3;
}

BOOL WINAPI GetFileVersionInfoExW(DWORD flags, LPCWSTR file, DWORD handle, DWORD room, LPVOID block)
{
    const BYTE *data;
    DWORD size;
    HMODULE module;

    (void)handle;
    if (!block)
        return fail(ERROR_INVALID_DATA);
    module = open_resource(flags, file, &data, &size);
    if (!module)
        return FALSE;
    memcpy(block, data, min(size, room));
    if (room > size)
        memset((BYTE *)block + size, 0, room - size);
    FreeLibrary(module);
    /* documented: what does not fit is cut off; a cut-off root then is refused by VerQueryValue */
    return room >= sizeof(struct node) ? TRUE : fail(ERROR_INSUFFICIENT_BUFFER);
}

DWORD WINAPI GetFileVersionInfoSizeW(LPCWSTR file, LPDWORD handle)
{
    return GetFileVersionInfoSizeExW(FILE_VER_GET_LOCALISED, file, handle);
}

BOOL WINAPI GetFileVersionInfoW(LPCWSTR file, DWORD handle, DWORD size, LPVOID block)
{
    return GetFileVersionInfoExW(FILE_VER_GET_LOCALISED, file, handle, size, block);
}

DWORD WINAPI GetFileVersionInfoSizeExA(DWORD flags, LPCSTR file, LPDWORD handle)
{
    WCHAR *wide = wide_copy(file);
    DWORD size = file && !wide ? 0 : GetFileVersionInfoSizeExW(flags, wide, handle);

    heap_free(wide);
    return size;
}

BOOL WINAPI GetFileVersionInfoExA(DWORD flags, LPCSTR file, DWORD handle, DWORD size, LPVOID block)
{
    WCHAR *wide = wide_copy(file);
    BOOL done = file && !wide ? FALSE : GetFileVersionInfoExW(flags, wide, handle, size, block);

    heap_free(wide);
    return done;
}

DWORD WINAPI GetFileVersionInfoSizeA(LPCSTR file, LPDWORD handle)
{
    return GetFileVersionInfoSizeExA(FILE_VER_GET_LOCALISED, file, handle);
}

BOOL WINAPI GetFileVersionInfoA(LPCSTR file, DWORD handle, DWORD size, LPVOID block)
{
    return GetFileVersionInfoExA(FILE_VER_GET_LOCALISED, file, handle, size, block);
}

static BOOL key_is(const WCHAR *key, const WCHAR *name, SIZE_T length)
{
    for (SIZE_T i = 0; i < length; i++)
        if (RtlDowncaseUnicodeChar(key[i]) != RtlDowncaseUnicodeChar(name[i]))
            return FALSE;
    return !key[length];
}

static BOOL find(const BYTE *block, const WCHAR *path, struct view *view)
{
    const struct node *root = (const void *)block;

    if (!look(block, block, block + root->length, view))
        return fail(ERROR_INVALID_DATA);
    for (;;) {
        const BYTE *at, *end = view->end;
        SIZE_T length = 0;
        struct view child;
        BOOL found = FALSE;

        while (*path == '\\')
            path++;
        if (!*path)
            return TRUE;
        while (path[length] && path[length] != '\\')
            length++;
        for (at = view->children; !found && at < end && look(block, at, end, &child);
             at = block + ((child.end - block + 3) & ~(SIZE_T)3))
            found = key_is(child.key, path, length);
        if (!found)
            return fail(ERROR_RESOURCE_TYPE_NOT_FOUND);
        *view = child;
        path += length;
    }
}

BOOL WINAPI VerQueryValueW(LPCVOID block, LPCWSTR path, LPVOID *value, PUINT size)
{
    struct view view;

    if (!block)
        return fail(ERROR_INVALID_PARAMETER);
    if (!find(block, path ? path : L"", &view)) {
        if (value)
            *value = NULL;
        if (size)
            *size = 0;
        return FALSE;
    }
    *value = (void *)view.value;
    if (size)
        *size = view.text ? view.value_bytes / sizeof(WCHAR) : view.value_bytes;
    return TRUE;
}

/* The ANSI form of a text at offset n stands at the end of the resource plus twice n. */
BOOL WINAPI VerQueryValueA(LPCVOID block, LPCSTR path, LPVOID *value, PUINT size)
{
    const struct node *root = block;
    WCHAR *wide;
    struct view view;
    BOOL done;
    BYTE *room;
    ULONG written;

    if (!block)
        return fail(ERROR_INVALID_PARAMETER);
    wide = wide_copy(path ? path : "");
    if (!wide)
        return FALSE;
    done = find(block, wide, &view);
    heap_free(wide);
    if (!done) {
        if (value)
            *value = NULL;
        if (size)
            *size = 0;
        return FALSE;
    }
    if (!view.text) {
        *value = (void *)view.value;
        if (size)
            *size = view.value_bytes;
        return TRUE;
    }
    room = (BYTE *)block + ((root->length + 3) & ~3u) + 2 * (view.value - (const BYTE *)block);
    if (!set_status(RtlUnicodeToMultiByteN((char *)room, view.value_bytes / sizeof(WCHAR) * 3,
                                           &written, (const WCHAR *)view.value,
                                           view.value_bytes & ~1u)))
        return FALSE;
    *value = room;
    if (size)
        *size = written;
    return TRUE;
}

/* A language's name, as the locale of that number has it. */
DWORD WINAPI VerLanguageNameW(DWORD language, LPWSTR name, DWORD size)
{
    WCHAR text[100];
    int length = GetLocaleInfoW(MAKELCID(language & 0xffff, SORT_DEFAULT),
                                LOCALE_SLOCALIZEDDISPLAYNAME, text, ARRAYSIZE(text));

    if (!length) {
        static const WCHAR neutral[] = L"Language Neutral";

        memcpy(text, neutral, sizeof(neutral));
        length = ARRAYSIZE(neutral);
    }
    if (!name || !size)
        return length - 1;
    if ((DWORD)length > size)
        length = size;
    memcpy(name, text, length * sizeof(WCHAR));
    name[length - 1] = 0;
    return length - 1;
}
