/* %names%, %1, the variables of for, !names!. */
#include "cmd.h"

static bool is_delimiter(WCHAR c)
{
    return c == ' ' || c == '\t' || c == ',' || c == ';' || c == '=' || c == '\n' || c == '\r';
}

void strip_quotes(WCHAR *s)
{
    WCHAR *to = s;

    for (; *s; s++)
        if (*s != '"')
            *to++ = *s;
    *to = 0;
}

WCHAR *unquoted(const WCHAR *s)
{
    while (*s == ' ' || *s == '\t')
        s++;
    WCHAR *copy = copy_of(s);

    for (size_t n = wcslen(copy); n && (copy[n - 1] == ' ' || copy[n - 1] == '\t');)
        copy[--n] = 0;
    strip_quotes(copy);
    return copy;
}

WCHAR **words_of(const WCHAR *s)
{
    WCHAR **words = NULL;
    size_t count = 0, room = 0;

    for (;;) {
        while (is_delimiter(*s))
            s++;
        if (count + 1 >= room) {
            WCHAR **larger = grab((room * 2 + 8) * sizeof(*larger));

            if (count)
                memcpy(larger, words, count * sizeof(*words));
            drop(words);
            words = larger;
            room = room * 2 + 8;
        }
        if (!*s)
            return words;
        const WCHAR *from = s;
        for (bool quoted = false; *s && (quoted || !is_delimiter(*s)); s++)
            if (*s == '"')
                quoted = !quoted;
        words[count++] = copy_part(from, (size_t)(s - from));
    }
}

void drop_words(WCHAR **words)
{
    for (size_t i = 0; words[i]; i++)
        drop(words[i]);
    drop(words);
}

static WCHAR *from_environment(const WCHAR *name)
{
    DWORD room = GetEnvironmentVariableW(name, NULL, 0);

    if (!room)
        return NULL;
    WCHAR *value = grab(((size_t)room + 1) * sizeof(*value));
    GetEnvironmentVariableW(name, value, room);
    return value;
}

WCHAR *variable(const WCHAR *name)
{
    WCHAR *value = from_environment(name), number[32];
    SYSTEMTIME now;

    if (value)
        return value;
    if (!_wcsicmp(name, L"CD")) {
        DWORD room = GetCurrentDirectoryW(0, NULL);
        value = grab(((size_t)room + 1) * sizeof(*value));
        GetCurrentDirectoryW(room, value);
        return value;
    }
    GetLocalTime(&now);
    static const WCHAR days[7][4] = {L"Sun", L"Mon", L"Tue", L"Wed", L"Thu", L"Fri", L"Sat"};
    if (!_wcsicmp(name, L"ERRORLEVEL"))
        _snwprintf(number, 32, L"%d", (int)shell.level);
    else if (!_wcsicmp(name, L"DATE"))
        _snwprintf(number, 32, L"%ls %02d/%02d/%04d", days[now.wDayOfWeek % 7], now.wMonth,
                   now.wDay, now.wYear);
    else if (!_wcsicmp(name, L"TIME"))
        _snwprintf(number, 32, L"%2d:%02d:%02d.%02d", now.wHour, now.wMinute, now.wSecond,
                   now.wMilliseconds / 10);
    else if (!_wcsicmp(name, L"CMDEXTVERSION"))
        return copy_of(L"2");
    else if (!_wcsicmp(name, L"CMDCMDLINE"))
        return copy_of(shell.command_line);
    else if (!_wcsicmp(name, L"RANDOM")) {
        static unsigned long long seed;
        LARGE_INTEGER counter;
        QueryPerformanceCounter(&counter);
        seed = (seed + (unsigned long long)counter.QuadPart) * 6364136223846793005ull +
               1442695040888963407ull;
        _snwprintf(number, 32, L"%u", (unsigned)(seed >> 33) & 0x7fff);
    } else
        return NULL;
    return copy_of(number);
}

/* What %~...X makes of a value; modifiers are the letters between ~ and X. */
static void modified(const WCHAR *value, const WCHAR *modifiers, size_t n, const WCHAR *list,
                     struct text *to)
{
    WCHAR *plain = copy_of(value), *full, *name, *dot;
    size_t length = wcslen(plain);
    WIN32_FILE_ATTRIBUTE_DATA data = {0};
    bool any = false, short_form = false;
    unsigned parts = 0;
    enum {
        FULL = 1,
        DRIVE = 2,
        FOLDER = 4,
        NAME = 8,
        EXTENSION = 16,
        ATTRIBUTES = 32,
        TIME = 64,
        SIZE = 128
    };

    if (length && plain[0] == '"') {
        memmove(plain, plain + 1, length * sizeof(*plain));
        length--;
        if (length && plain[length - 1] == '"')
            plain[--length] = 0;
    }
    for (size_t i = 0; i < n; i++) {
        switch (modifiers[i] | 0x20) {
        case 'f':
            parts |= FULL | DRIVE | FOLDER | NAME | EXTENSION;
            break;
        case 'd':
            parts |= DRIVE;
            break;
        case 'p':
            parts |= FOLDER;
            break;
        case 'n':
            parts |= NAME;
            break;
        case 'x':
            parts |= EXTENSION;
            break;
        case 's':
            short_form = true;
            break;
        case 'a':
            parts |= ATTRIBUTES;
            break;
        case 't':
            parts |= TIME;
            break;
        case 'z':
            parts |= SIZE;
            break;
        }
    }
    if (!parts && !short_form && !list) {
        text_add(to, plain);
        drop(plain);
        return;
    }
    if (list) {
        WCHAR found[4096], *dirs = variable(list);
        DWORD got = dirs ? SearchPathW(dirs, plain, NULL, 4096, found, NULL) : 0;

        drop(dirs);
        drop(plain);
        if (!got || got >= 4096)
            return;
        plain = copy_of(found);
        if (!parts)
            parts = FULL | DRIVE | FOLDER | NAME | EXTENSION;
    }
    full = full_path(plain);
    drop(plain);
    if (short_form) {
        WCHAR shorter[4096];
        DWORD got = GetShortPathNameW(full, shorter, 4096);
        if (got && got < 4096) {
            drop(full);
            full = copy_of(shorter);
        }
        if (!parts)
            parts = FULL | DRIVE | FOLDER | NAME | EXTENSION;
    }
    if (parts & (ATTRIBUTES | TIME | SIZE))
        any = GetFileAttributesExW(full, GetFileExInfoStandard, &data);
    if ((parts & ATTRIBUTES) && any) {
        static const struct {
            DWORD bit;
            WCHAR letter;
        } bits[] = {{FILE_ATTRIBUTE_DIRECTORY, 'd'},    {FILE_ATTRIBUTE_READONLY, 'r'},
                    {FILE_ATTRIBUTE_ARCHIVE, 'a'},      {FILE_ATTRIBUTE_HIDDEN, 'h'},
                    {FILE_ATTRIBUTE_SYSTEM, 's'},       {FILE_ATTRIBUTE_COMPRESSED, 'c'},
                    {FILE_ATTRIBUTE_OFFLINE, 'o'},      {FILE_ATTRIBUTE_TEMPORARY, 't'},
                    {FILE_ATTRIBUTE_REPARSE_POINT, 'l'}};
        for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
            text_char(to, data.dwFileAttributes & bits[i].bit ? bits[i].letter : '-');
    }
    if ((parts & TIME) && any) {
        FILETIME local;
        SYSTEMTIME t;
        WCHAR when[32];
        FileTimeToLocalFileTime(&data.ftLastWriteTime, &local);
        FileTimeToSystemTime(&local, &t);
        _snwprintf(when, 32, L"%ls%02d/%02d/%04d %02d:%02d %ls", to->n ? L" " : L"", t.wMonth,
                   t.wDay, t.wYear, t.wHour % 12 ? t.wHour % 12 : 12, t.wMinute,
                   t.wHour < 12 ? L"AM" : L"PM");
        text_add(to, when);
    }
    if ((parts & SIZE) && any) {
        WCHAR size[32];
        _snwprintf(size, 32, L"%ls%llu", parts & (ATTRIBUTES | TIME) ? L" " : L"",
                   (unsigned long long)data.nFileSizeHigh << 32 | data.nFileSizeLow);
        text_add(to, size);
    }
    if ((parts & (ATTRIBUTES | TIME | SIZE)) && (parts & (DRIVE | FOLDER | NAME | EXTENSION)))
        text_char(to, ' ');
    name = wcsrchr(full, '\\');
    name = name ? name + 1 : full;
    dot = wcsrchr(name, '.');
    if (!dot)
        dot = name + wcslen(name);
    const WCHAR *folder = full[0] && full[1] == ':' ? full + 2 : full;
    if (parts & DRIVE)
        text_part(to, full, (size_t)(folder - full));
    if (parts & FOLDER)
        text_part(to, folder, name > folder ? (size_t)(name - folder) : 0);
    if (parts & NAME)
        text_part(to, name, (size_t)(dot - name));
    if (parts & EXTENSION)
        text_add(to, dot);
    drop(full);
}

/* name:~from,count and name:old=new; s is what is between the signs. false: it is not defined. */
static bool substituted(const WCHAR *s, size_t n, struct text *to)
{
    size_t colon = 0;

    while (colon < n && s[colon] != ':')
        colon++;
    if (colon == 0) {
        return false;
    }
    WCHAR *name = copy_part(s, colon), *value = variable(name);
    drop(name);
    if (!value)
        return false;
    if (colon >= n) {
        text_add(to, value);
        drop(value);
        return true;
    }
    const WCHAR *rest = s + colon + 1, *end = s + n;
    if (rest < end && *rest == '~') {
        WCHAR *numbers = copy_part(rest + 1, (size_t)(end - rest - 1)), *stop;
        long length = (long)wcslen(value), from, count = length;
        from = wcstol(numbers, &stop, 0);
        if (from < 0)
            from = from + length < 0 ? 0 : from + length;
        if (from > length)
            from = length;
        while (*stop == ' ')
            stop++;
        if (*stop == ',')
            count = wcstol(stop + 1, NULL, 0);
        else
            count = length;
        if (count < 0)
            count = length - from + count;
        if (count < 0)
            count = 0;
        if (count > length - from)
            count = length - from;
        text_part(to, value + from, (size_t)count);
        drop(numbers);
    } else {
        const WCHAR *equals = rest;
        bool to_there = rest < end && *rest == '*';

        if (to_there)
            rest++;
        for (equals = rest; equals < end && *equals != '=';)
            equals++;
        size_t old = (size_t)(equals - rest), length = wcslen(value);
        if (equals == end || old == 0) {
            text_add(to, value);
        } else {
            for (size_t i = 0; i < length;) {
                if (length - i >= old && !_wcsnicmp(value + i, rest, old)) {
                    if (to_there)
                        text_clear(to); /* to holds this value only: see callers */
                    text_part(to, equals + 1, (size_t)(end - equals - 1));
                    i += old;
                    if (to_there) {
                        text_add(to, value + i);
                        break;
                    }
                } else {
                    text_char(to, value[i++]);
                }
            }
        }
    }
    drop(value);
    return true;
}

static bool substitute(const WCHAR *s, size_t n, struct text *to)
{
    struct text value = {0};
    bool found = substituted(s, n, &value);

    text_part(to, text_of(&value), value.n);
    text_free(&value);
    return found;
}

/* The letters of a modifier behind "~", with $NAME: for a search; the index of what they are for,
 * or 0. */
static size_t modifiers_at(const WCHAR *s, size_t n, size_t at, size_t *count, WCHAR **list,
                           bool (*is_target)(WCHAR c))
{
    size_t from = at, best = 0;

    *list = NULL;
    for (;; at++) {
        if (at >= n)
            return best;
        if (s[at] == '$') {
            size_t colon = at;
            while (colon < n && s[colon] != ':' && s[colon] != '%')
                colon++;
            if (colon + 1 >= n || s[colon] != ':' || !is_target(s[colon + 1]))
                return best;
            *list = copy_part(s + at + 1, colon - at - 1);
            *count = at - from;
            return colon + 1;
        }
        /* The longest run: "%~nx" with a variable x is its name if no other letter follows. */
        if (is_target(s[at])) {
            best = at;
            *count = at - from;
        }
        if (!s[at] || !wcschr(L"fdpnxsatzFDPNXSATZ", s[at]))
            return best;
    }
}

static bool is_digit(WCHAR c)
{
    return c >= '0' && c <= '9';
}

static bool is_loop_letter(WCHAR c)
{
    return c < 128 && shell.loop_value[c];
}

void expand_percent(const WCHAR *s, size_t n, struct text *to)
{
    bool batch = shell.batch != NULL;

    for (size_t i = 0; i < n; i++) {
        if (s[i] != '%') {
            text_char(to, s[i]);
            continue;
        }
        if (batch && i + 1 < n) {
            WCHAR c = s[i + 1], *list;
            size_t count, target;

            if (c == '%') {
                text_char(to, '%');
                i++;
                continue;
            }
            if (c == '*') {
                text_add(to, shell.batch->rest);
                i++;
                continue;
            }
            if (is_digit(c)) {
                text_add(to, batch_argument((size_t)(c - '0')));
                i++;
                continue;
            }
            if (c == '~' && (target = modifiers_at(s, n, i + 2, &count, &list, is_digit)) != 0) {
                size_t which = (size_t)(s[target] - '0');
                struct text part = {0};
                const WCHAR *value = batch_argument(which);
                /* %~f0 is the file that is read, also in a called label. */
                bool self = which == 0 && !shell.batch->shifted;
                modified(self && count ? shell.batch->path : value, s + i + 2, count, list, &part);
                text_part(to, text_of(&part), part.n);
                text_free(&part);
                drop(list);
                i = target;
                continue;
            }
        }
        size_t end = i + 1;
        while (end < n && s[end] != '%' && s[end] != '\n')
            end++;
        if (end < n && s[end] == '%' && end > i + 1) {
            if (substitute(s + i + 1, end - i - 1, to) || batch) {
                i = end;
                continue;
            }
            /* Not defined, at the prompt: it stays, and the second sign may begin another. */
            text_part(to, s + i, end - i);
            i = end - 1;
            continue;
        }
        if (!batch)
            text_char(to, '%');
    }
}

static void expand_loop(const WCHAR *s, struct text *to)
{
    size_t n = wcslen(s);

    for (size_t i = 0; i < n; i++) {
        if (s[i] == '%' && i + 1 < n) {
            WCHAR *list;
            size_t count, target;

            if (is_loop_letter(s[i + 1])) {
                text_add(to, shell.loop_value[s[i + 1]]);
                i++;
                continue;
            }
            if (s[i + 1] == '~' &&
                (target = modifiers_at(s, n, i + 2, &count, &list, is_loop_letter)) != 0) {
                struct text part = {0};

                modified(shell.loop_value[s[target]], s + i + 2, count, list, &part);
                text_part(to, text_of(&part), part.n);
                text_free(&part);
                drop(list);
                i = target;
                continue;
            }
        }
        text_char(to, s[i]);
    }
}

static void expand_delayed(const WCHAR *s, struct text *to)
{
    if (!wcschr(s, '!')) {
        text_add(to, s);
        return;
    }
    for (size_t i = 0; s[i]; i++) {
        if (s[i] == '^' && s[i + 1]) {
            text_char(to, s[++i]);
            continue;
        }
        if (s[i] != '!') {
            text_char(to, s[i]);
            continue;
        }
        size_t end = i + 1;
        while (s[end] && s[end] != '!')
            end++;
        if (!s[end])
            continue;
        substitute(s + i + 1, end - i - 1, to);
        i = end;
    }
}

WCHAR *expand_late(const WCHAR *s)
{
    struct text first = {0}, second = {0};

    expand_loop(s, &first);
    if (!shell.delayed)
        return first.s ? first.s : copy_of(L"");
    expand_delayed(text_of(&first), &second);
    text_free(&first);
    return second.s ? second.s : copy_of(L"");
}
