/* dir. */
#include "cmd.h"

struct listing {
    bool bare, tree, lower, quiet_sizes, short_names;
    DWORD with, without; /* attributes */
    WCHAR order[16];
    size_t shown;
    unsigned long long total_files, total_bytes, total_folders;
};

static bool dir_switch(const WCHAR *name, void *to)
{
    struct listing *l = to;
    const WCHAR *s = name + 1;
    bool negative = name[0] == '-';

    if (negative) {
        name++;
        s++;
    }
    if (*s == ':')
        s++;
    switch (name[0] & ~0x20) {
    case 'B':
        l->bare = true;
        return true;
    case 'S':
        l->tree = true;
        return true;
    case 'L':
        l->lower = true;
        return true;
    case 'X':
        l->short_names = true;
        return true;
    case 'C':
        l->quiet_sizes = negative;
        return true;
    case 'N':
    case 'P':
    case 'Q':
    case 'W':
    case 'D':
    case 'R':
    case 'T':
    case '4':
        return true;
    case 'A':
        l->with = 0;
        l->without = 0;
        for (bool no = false; *s; s++) {
            static const WCHAR letters[] = L"DRHASILO";
            static const DWORD bits[] = {
                FILE_ATTRIBUTE_DIRECTORY,     FILE_ATTRIBUTE_READONLY,
                FILE_ATTRIBUTE_HIDDEN,        FILE_ATTRIBUTE_ARCHIVE,
                FILE_ATTRIBUTE_SYSTEM,        FILE_ATTRIBUTE_NOT_CONTENT_INDEXED,
                FILE_ATTRIBUTE_REPARSE_POINT, FILE_ATTRIBUTE_OFFLINE};
            if (*s == '-') {
                no = true;
                continue;
            }
            const WCHAR *found = wcschr(letters, *s & ~0x20);
            if (!found)
                return false;
            *(no ? &l->without : &l->with) |= bits[found - letters];
            no = false;
        }
        return true;
    case 'O':
        wcsncpy(l->order, *s ? s : L"GN", 15);
        return true;
    }
    return false;
}

struct entry {
    WIN32_FIND_DATAW data;
    size_t number; /* as found: keeps the order stable */
};

static unsigned long long size_of(const WIN32_FIND_DATAW *d)
{
    return (unsigned long long)d->nFileSizeHigh << 32 | d->nFileSizeLow;
}

static int compare(const struct listing *l, const struct entry *a, const struct entry *b)
{
    bool reverse = false;

    for (const WCHAR *s = l->order; *s; s++) {
        int r = 0;
        if (*s == '-') {
            reverse = true;
            continue;
        }
        const WCHAR *x = wcsrchr(a->data.cFileName, '.'), *y = wcsrchr(b->data.cFileName, '.');
        switch (*s & ~0x20) {
        case 'N':
            r = _wcsicmp(a->data.cFileName, b->data.cFileName);
            break;
        case 'E':
            r = _wcsicmp(x ? x : L"", y ? y : L"");
            break;
        case 'S':
            r = (size_of(&a->data) > size_of(&b->data)) - (size_of(&a->data) < size_of(&b->data));
            break;
        case 'D':
            r = CompareFileTime(&a->data.ftLastWriteTime, &b->data.ftLastWriteTime);
            break;
        case 'G':
            r = !(a->data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) -
                !(b->data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY);
            break;
        }
        if (r)
            return reverse ? -r : r;
        reverse = false;
    }
    return (a->number > b->number) - (a->number < b->number);
}

/* Bottom-up merge: a folder can hold many files. */
static void sort(const struct listing *l, struct entry **list, size_t n)
{
    struct entry **other = grab(n * sizeof(*other));

    for (size_t width = 1; width < n; width *= 2) {
        for (size_t from = 0; from < n; from += 2 * width) {
            size_t middle = from + width < n ? from + width : n,
                   end = from + 2 * width < n ? from + 2 * width : n;
            size_t a = from, b = middle;
            for (size_t to = from; to < end; to++)
                other[to] = b >= end || (a < middle && compare(l, list[a], list[b]) <= 0)
                                ? list[a++]
                                : list[b++];
        }
        memcpy(list, other, n * sizeof(*list));
    }
    drop(other);
}

static void number_text(const struct listing *l, unsigned long long v, WCHAR *text)
{
    WCHAR digits[32];
    size_t n = 0, used = 0;

    do
        digits[n++] = (WCHAR)('0' + v % 10);
    while ((v /= 10) != 0);
    while (n) {
        text[used++] = digits[--n];
        if (n && n % 3 == 0 && !l->quiet_sizes)
            text[used++] = ',';
    }
    text[used] = 0;
}

static void show(const struct listing *l, const WCHAR *folder, const WIN32_FIND_DATAW *d)
{
    WCHAR *name = copy_of(d->cFileName), size[40];
    FILETIME local;
    SYSTEMTIME t;

    if (l->lower)
        _wcslwr(name);
    if (l->bare) {
        if (l->tree)
            outf(L"%ls%ls%ls\r\n", folder, folder[wcslen(folder) - 1] == '\\' ? L"" : L"\\", name);
        else
            outf(L"%ls\r\n", name);
        drop(name);
        return;
    }
    FileTimeToLocalFileTime(&d->ftLastWriteTime, &local);
    FileTimeToSystemTime(&local, &t);
    bool link =
        (d->dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) &&
        (d->dwReserved0 == IO_REPARSE_TAG_SYMLINK || d->dwReserved0 == IO_REPARSE_TAG_MOUNT_POINT);
    const WCHAR *kind = L"";
    if (d->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)
        kind = !link                                          ? L"<DIR>"
               : d->dwReserved0 == IO_REPARSE_TAG_MOUNT_POINT ? L"<JUNCTION>"
                                                              : L"<SYMLINKD>";
    else if (link)
        kind = L"<SYMLINK>";
    outf(L"%02d/%02d/%04d  %02d:%02d %ls", t.wMonth, t.wDay, t.wYear,
         t.wHour % 12 ? t.wHour % 12 : 12, t.wMinute, t.wHour < 12 ? L"AM" : L"PM");
    number_text(l, size_of(d), size);
    if (kind[0])
        outf(L"    %-14ls ", kind);
    else
        outf(L"%18ls ", size);
    if (l->short_names)
        outf(L"%-12ls ", d->cAlternateFileName);
    out(name);
    if (link) {
        WCHAR target[4096];
        struct text path = {0};
        text_add(&path, folder);
        text_add(&path, L"\\");
        text_add(&path, d->cFileName);
        HANDLE h = CreateFileW(path.s, 0, 7, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
        DWORD n = h == INVALID_HANDLE_VALUE ? 0 : GetFinalPathNameByHandleW(h, target, 4096, 0);
        if (n && n < 4096)
            outf(L" [%ls]", target + (!wcsncmp(target, L"\\\\?\\", 4) ? 4 : 0));
        if (h != INVALID_HANDLE_VALUE)
            CloseHandle(h);
        text_free(&path);
    }
    out(L"\r\n");
    drop(name);
}

static bool wanted(const struct listing *l, const WIN32_FIND_DATAW *d)
{
    return (d->dwFileAttributes & l->with) == l->with && !(d->dwFileAttributes & l->without);
}

static bool is_dots(const WCHAR *name)
{
    return !wcscmp(name, L".") || !wcscmp(name, L"..");
}

/* The folder without '\\' at its end, but for a root. */
static void list_folder(struct listing *l, const WCHAR *folder, const WCHAR *pattern)
{
    struct text path = {0};
    struct entry **list = NULL;
    size_t count = 0, room = 0, files = 0, folders = 0;
    unsigned long long bytes = 0;
    WIN32_FIND_DATAW data;
    WCHAR number[40];

    text_add(&path, folder);
    if (path.s[path.n - 1] != '\\')
        text_char(&path, '\\');
    size_t base = path.n;
    text_add(&path, pattern);
    HANDLE find = FindFirstFileW(path.s, &data);
    if (find != INVALID_HANDLE_VALUE) {
        do {
            if (!wanted(l, &data) || (l->bare && is_dots(data.cFileName)))
                continue;
            if (count == room) {
                struct entry **larger = grab((room * 2 + 32) * sizeof(*larger));
                if (count)
                    memcpy(larger, list, count * sizeof(*list));
                drop(list);
                list = larger;
                room = room * 2 + 32;
            }
            list[count] = grab(sizeof(struct entry));
            list[count]->data = data;
            list[count]->number = count;
            count++;
        } while (FindNextFileW(find, &data));
        FindClose(find);
    }
    if (l->order[0])
        sort(l, list, count);
    if (count && !l->bare)
        outf(L"\r\n Directory of %ls\r\n\r\n", folder);
    for (size_t i = 0; i < count; i++) {
        const WIN32_FIND_DATAW *d = &list[i]->data;
        show(l, folder, d);
        if (d->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) {
            folders++;
        } else {
            files++;
            bytes += size_of(d);
        }
        drop(list[i]);
    }
    drop(list);
    if (count && !l->bare) {
        number_text(l, bytes, number);
        outf(L"%16u File(s) %14ls bytes\r\n", (unsigned)files, number);
    }
    l->shown += count;
    l->total_files += files;
    l->total_folders += folders;
    l->total_bytes += bytes;
    if (l->tree) {
        path.n = base;
        text_char(&path, '*');
        find = FindFirstFileW(path.s, &data);
        if (find != INVALID_HANDLE_VALUE) {
            do {
                if (!(data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) ||
                    is_dots(data.cFileName) ||
                    (data.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT))
                    continue;
                path.n = base;
                text_add(&path, data.cFileName);
                list_folder(l, path.s, pattern);
            } while (FindNextFileW(find, &data));
            FindClose(find);
        }
    }
    text_free(&path);
}

static void list_one(struct listing *l, const WCHAR *name)
{
    WCHAR *full = full_path(name);
    const WCHAR *pattern = L"*";
    DWORD a = GetFileAttributesW(full);
    size_t n = wcslen(full);
    WCHAR *folder = copy_of(full);

    if (a == INVALID_FILE_ATTRIBUTES || !(a & FILE_ATTRIBUTE_DIRECTORY)) {
        WCHAR *slash = wcsrchr(full, '\\');
        if (slash) {
            pattern = slash + 1;
            folder[slash - full] = 0;
            if (slash == full + 2)
                wcscpy(folder + 2, L"\\");
        }
    } else if (n > 3 && folder[n - 1] == '\\') {
        folder[n - 1] = 0;
    }
    if (!l->bare) {
        WCHAR root[4] = {folder[0], ':', '\\', 0}, label[MAX_PATH] = L"";
        DWORD serial = 0;
        if (GetVolumeInformationW(root, label, MAX_PATH, &serial, NULL, NULL, NULL, 0)) {
            outf(label[0] ? L" Volume in drive %lc is %ls\r\n"
                          : L" Volume in drive %lc has no label.%ls\r\n",
                 root[0], label);
            outf(L" Volume Serial Number is %04X-%04X\r\n", (unsigned)(serial >> 16),
                 (unsigned)(serial & 0xffff));
        }
    }
    list_folder(l, folder, *pattern ? pattern : L"*");
    drop(folder);
    drop(full);
}

DWORD do_dir(const WCHAR *rest)
{
    struct listing l = {.without = FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM};
    WCHAR **words = words_of(rest), number[40];
    ULARGE_INTEGER free_bytes = {0};

    if (!take_switches(words, dir_switch, &l)) {
        drop_words(words);
        return 1;
    }
    if (!words[0])
        list_one(&l, L".");
    for (size_t i = 0; words[i]; i++) {
        strip_quotes(words[i]);
        list_one(&l, words[i]);
    }
    drop_words(words);
    if (!l.shown)
        return fail_saying(L"File Not Found");
    if (!l.bare) {
        if (l.tree) {
            number_text(&l, l.total_bytes, number);
            outf(L"\r\n     Total Files Listed:\r\n%16llu File(s) %14ls bytes\r\n", l.total_files,
                 number);
        }
        GetDiskFreeSpaceExW(NULL, &free_bytes, NULL, NULL);
        number_text(&l, free_bytes.QuadPart, number);
        outf(L"%16llu Dir(s) %15ls bytes free\r\n", l.total_folders, number);
    }
    return 0;
}
