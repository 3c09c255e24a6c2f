/* The console apart from the standard streams: _getch, _putch, _cputs, _cgets, _kbhit, formats. */
#include "format.h"
#include "scan.h"

/* All guarded by CRT_LOCK_CONIO. Opened at first use and kept; INVALID_HANDLE_VALUE: no console. */
static HANDLE input, output;
static int pushed_back = -1;  /* of _ungetch */
static int second_part = -1;  /* of a key that _getch tells in two calls */
static char narrow_rest[8];   /* further bytes of a character for _getch */
static int narrow_count;

static HANDLE console(HANDLE *handle, const wchar_t *name)
{
    if (!*handle)
        *handle = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                              NULL, OPEN_EXISTING, 0, NULL);
    return *handle;
}

static HANDLE console_input(void)
{
    return console(&input, L"CONIN$");
}

static HANDLE console_output(void)
{
    return console(&output, L"CONOUT$");
}

/* ---- keys ---- */

struct key {
    WORD scan;
    unsigned char plain[2], shift[2], ctrl[2], alt[2]; /* lead and code */
};

/* The documented codes of keys without a character, by scan code; 0 0: the key is not told. */
static const struct key enhanced_keys[] = {
    {71, {224, 71}, {224, 71}, {224, 119}, {0, 151}}, {72, {224, 72}, {224, 72}, {224, 141}, {0, 152}},
    {73, {224, 73}, {224, 73}, {224, 134}, {0, 153}}, {75, {224, 75}, {224, 75}, {224, 115}, {0, 155}},
    {77, {224, 77}, {224, 77}, {224, 116}, {0, 157}}, {79, {224, 79}, {224, 79}, {224, 117}, {0, 159}},
    {80, {224, 80}, {224, 80}, {224, 145}, {0, 160}}, {81, {224, 81}, {224, 81}, {224, 118}, {0, 161}},
    {82, {224, 82}, {224, 82}, {224, 146}, {0, 162}}, {83, {224, 83}, {224, 83}, {224, 147}, {0, 163}},
};

static bool pick(const unsigned char *code, int *lead, int *second)
{
    *lead = code[0];
    *second = code[1];
    return *second != 0;
}

/* Whether a key event is told, and its two parts. */
static bool extended_key(const KEY_EVENT_RECORD *key, int *lead, int *second)
{
    bool alt = key->dwControlKeyState & (LEFT_ALT_PRESSED | RIGHT_ALT_PRESSED);
    bool ctrl = key->dwControlKeyState & (LEFT_CTRL_PRESSED | RIGHT_CTRL_PRESSED);
    bool shift = key->dwControlKeyState & SHIFT_PRESSED;
    WORD scan = key->wVirtualScanCode;

    *lead = 0;
    if (scan >= 59 && scan <= 68) { /* F1 to F10 */
        *second = scan - 59 + (alt ? 104 : ctrl ? 94 : shift ? 84 : 59);
        return true;
    }
    if (scan == 87 || scan == 88) { /* F11, F12 */
        *lead = 224;
        *second = scan - 87 + (alt ? 139 : ctrl ? 137 : shift ? 135 : 133);
        return true;
    }
    for (size_t i = 0; i < CRT_COUNT(enhanced_keys); i++)
        if (enhanced_keys[i].scan == scan)
            return pick(alt     ? enhanced_keys[i].alt
                        : ctrl  ? enhanced_keys[i].ctrl
                        : shift ? enhanced_keys[i].shift
                                : enhanced_keys[i].plain,
                        lead, second);
    return false;
}

static bool tells_key(const INPUT_RECORD *record, int *lead, int *second)
{
    const KEY_EVENT_RECORD *key = &record->Event.KeyEvent;

    *second = -1;
    if (record->EventType != KEY_EVENT || !key->bKeyDown)
        return false;
    *lead = key->uChar.UnicodeChar;
    return *lead || extended_key(key, lead, second);
}

wint_t _getwch_nolock(void)
{
    INPUT_RECORD record;
    DWORD mode, count;
    HANDLE in;
    int lead, second;

    if (pushed_back >= 0) {
        lead = pushed_back;
        pushed_back = -1;
        return (wint_t)lead;
    }
    if (second_part >= 0) {
        lead = second_part;
        second_part = -1;
        return (wint_t)lead;
    }
    in = console_input();
    if (in == INVALID_HANDLE_VALUE || !GetConsoleMode(in, &mode))
        return WEOF;
    SetConsoleMode(in, 0); /* Ctrl-C is a key here */
    do {
        if (!ReadConsoleInputW(in, &record, 1, &count) || !count) {
            SetConsoleMode(in, mode);
            return WEOF;
        }
    } while (!tells_key(&record, &lead, &second));
    SetConsoleMode(in, mode);
    second_part = second;
    return (wint_t)lead;
}

int _getch_nolock(void)
{
    wchar_t text[2];
    wint_t c;
    int count = 1;

    if (narrow_count) {
        c = (unsigned char)narrow_rest[0];
        __builtin_memmove(narrow_rest, narrow_rest + 1, (size_t)--narrow_count);
        return (int)c;
    }
    c = _getwch_nolock();
    if (c == WEOF)
        return EOF;
    if (c < 0x80 || second_part >= 0)
        return c;
    text[0] = (wchar_t)c;
    if (IS_HIGH_SURROGATE(c)) {
        c = _getwch_nolock();
        if (c == WEOF)
            return EOF;
        text[count++] = (wchar_t)c;
    }
    narrow_count = WideCharToMultiByte(GetConsoleCP(), 0, text, count, narrow_rest,
                                       sizeof(narrow_rest), NULL, NULL);
    return narrow_count > 0 ? _getch_nolock() : EOF;
}

int _kbhit(void)
{
    INPUT_RECORD records[64];
    DWORD count = 0;
    int hit = 0, lead, second;

    _lock(CRT_LOCK_CONIO);
    if (pushed_back >= 0 || second_part >= 0 || narrow_count)
        hit = 1;
    else if (console_input() != INVALID_HANDLE_VALUE &&
             PeekConsoleInputW(input, records, CRT_COUNT(records), &count))
        for (DWORD i = 0; i < count && !hit; i++)
            hit = tells_key(&records[i], &lead, &second);
    _unlock(CRT_LOCK_CONIO);
    return hit;
}

int _ungetch_nolock(int c)
{
    if (c == EOF || pushed_back >= 0)
        return EOF;
    return pushed_back = (unsigned char)c;
}

wint_t _ungetwch_nolock(wint_t c)
{
    if (c == WEOF || pushed_back >= 0)
        return WEOF;
    pushed_back = c;
    return c;
}

/* ---- output ---- */

static bool write_wide(const wchar_t *text, size_t count)
{
    DWORD written;

    if (console_output() == INVALID_HANDLE_VALUE)
        return false;
    while (count) {
        DWORD now = count < 4096 ? (DWORD)count : 4096;

        if (!WriteConsoleW(output, text, now, &written, NULL) || !written)
            return false;
        text += written;
        count -= written;
    }
    return true;
}

static bool write_narrow(const char *text, size_t count)
{
    DWORD written;

    if (console_output() == INVALID_HANDLE_VALUE)
        return false;
    while (count) {
        DWORD now = count < 4096 ? (DWORD)count : 4096;

        if (!WriteConsoleA(output, text, now, &written, NULL) || !written)
            return false;
        text += written;
        count -= written;
    }
    return true;
}

wint_t _putwch_nolock(wchar_t c)
{
    return write_wide(&c, 1) ? c : WEOF;
}

int _putch_nolock(int c)
{
    char byte = (char)c;

    return write_narrow(&byte, 1) ? (unsigned char)byte : EOF;
}

wint_t _getwche_nolock(void)
{
    bool again = pushed_back >= 0; /* was shown when it came first */
    wint_t c = _getwch_nolock();

    if (c != WEOF && !again && second_part < 0)
        return _putwch_nolock((wchar_t)c) == WEOF ? WEOF : c;
    return c;
}

int _getche_nolock(void)
{
    bool again = pushed_back >= 0;
    int c = _getch_nolock();

    if (c != EOF && !again && second_part < 0)
        return _putch_nolock(c) == EOF ? EOF : c;
    return c;
}

#define LOCKED(TYPE, NAME, PARAMETERS, ARGUMENTS)                                                  \
    TYPE NAME PARAMETERS                                                                           \
    {                                                                                              \
        TYPE result;                                                                               \
                                                                                                   \
        _lock(CRT_LOCK_CONIO);                                                                     \
        result = NAME##_nolock ARGUMENTS;                                                          \
        _unlock(CRT_LOCK_CONIO);                                                                   \
        return result;                                                                             \
    }

LOCKED(int, _getch, (void), ())
LOCKED(int, _getche, (void), ())
LOCKED(int, _ungetch, (int c), (c))
LOCKED(int, _putch, (int c), (c))
LOCKED(wint_t, _getwch, (void), ())
LOCKED(wint_t, _getwche, (void), ())
LOCKED(wint_t, _ungetwch, (wint_t c), (c))
LOCKED(wint_t, _putwch, (wchar_t c), (c))

int _cputs(const char *s)
{
    bool done;

    CRT_CHECK(s, EINVAL, -1);
    _lock(CRT_LOCK_CONIO);
    done = write_narrow(s, __builtin_strlen(s));
    _unlock(CRT_LOCK_CONIO);
    return done ? 0 : -1;
}

int _cputws(const wchar_t *s)
{
    size_t count = 0;
    bool done;

    CRT_CHECK(s, EINVAL, -1);
    while (s[count])
        count++;
    _lock(CRT_LOCK_CONIO);
    done = write_wide(s, count);
    _unlock(CRT_LOCK_CONIO);
    return done ? 0 : -1;
}

/* ---- lines ---- */

/* One line without its end, at most room - 1 units; the rest of a longer line stays. */
errno_t _cgetws_s(wchar_t *out, size_t room, size_t *count)
{
    DWORD got = 0, mode;
    errno_t error = 0;

    CRT_CHECK(out && room, EINVAL, EINVAL);
    out[0] = 0;
    CRT_CHECK(count, EINVAL, EINVAL);
    *count = 0;
    _lock(CRT_LOCK_CONIO);
    if (console_input() == INVALID_HANDLE_VALUE || !GetConsoleMode(input, &mode)) {
        _dosmaperr(ERROR_INVALID_HANDLE);
        error = errno;
    } else {
        SetConsoleMode(input, ENABLE_LINE_INPUT | ENABLE_PROCESSED_INPUT | ENABLE_ECHO_INPUT);
        if (!ReadConsoleW(input, out, (DWORD)(room - 1 < 0x7fff ? room - 1 : 0x7fff), &got, NULL)) {
            _dosmaperr(GetLastError());
            error = errno;
            got = 0;
        }
        SetConsoleMode(input, mode);
    }
    _unlock(CRT_LOCK_CONIO);
    while (got && (out[got - 1] == '\n' || out[got - 1] == '\r'))
        got--;
    out[got] = 0;
    *count = got;
    return error;
}

errno_t _cgets_s(char *out, size_t room, size_t *count)
{
    wchar_t *wide;
    errno_t error;
    int length;

    CRT_CHECK(out && room, EINVAL, EINVAL);
    out[0] = 0;
    CRT_CHECK(count, EINVAL, EINVAL);
    *count = 0;
    wide = malloc((room + 2) * sizeof(*wide));
    if (!wide)
        return ENOMEM;
    error = _cgetws_s(wide, room, count);
    if (!error) {
        length = WideCharToMultiByte(CP_ACP, 0, wide, -1, out, (int)room, NULL, NULL);
        if (!length) {
            out[0] = 0;
            error = errno = ERANGE;
        }
        *count = length ? (size_t)length - 1 : 0;
    }
    free(wide);
    return error;
}

/* s[0] is the room, s[1] receives the length, the line follows. */
char *_cgets(char *s)
{
    size_t count;

    CRT_CHECK(s && s[0], EINVAL, NULL);
    if (_cgets_s(s + 2, (unsigned char)s[0], &count))
        return NULL;
    s[1] = (char)count;
    return s + 2;
}

wchar_t *_cgetws(wchar_t *s)
{
    size_t count;

    CRT_CHECK(s && s[0], EINVAL, NULL);
    if (_cgetws_s(s + 2, s[0], &count))
        return NULL;
    s[1] = (wchar_t)count;
    return s + 2;
}

/* ---- formats ---- */

static bool put(struct crt_sink *sink, const void *text, size_t count)
{
    sink->total += count;
    return write_narrow(text, count);
}

static bool put_wide(struct crt_sink *sink, const void *text, size_t count)
{
    sink->total += count;
    return write_wide(text, count);
}

int crt_vcprintf(uint64_t options, const char *format, _locale_t loc, va_list args)
{
    struct crt_sink sink = {.put = put};
    int result;

    CRT_CHECK(format, EINVAL, -1);
    _lock(CRT_LOCK_CONIO);
    result = crt_format(&sink, options, format, loc, args);
    _unlock(CRT_LOCK_CONIO);
    return result;
}

int crt_vcwprintf(uint64_t options, const wchar_t *format, _locale_t loc, va_list args)
{
    struct crt_sink sink = {.put = put_wide};
    int result;

    CRT_CHECK(format, EINVAL, -1);
    _lock(CRT_LOCK_CONIO);
    result = crt_wformat(&sink, options, format, loc, args);
    _unlock(CRT_LOCK_CONIO);
    return result;
}

static int get(struct crt_source *source)
{
    (void)source;
    return _getche_nolock();
}

static int get_wide(struct crt_source *source)
{
    wint_t c = _getwche_nolock();

    (void)source;
    return c == WEOF ? -1 : (int)c;
}

static void unget(struct crt_source *source, int c)
{
    (void)source;
    _ungetch_nolock(c);
}

static void unget_wide(struct crt_source *source, int c)
{
    (void)source;
    _ungetwch_nolock((wint_t)c);
}

int crt_vcscanf(uint64_t options, const char *format, _locale_t loc, va_list args)
{
    struct crt_source source = {.get = get, .unget = unget};
    int result;

    CRT_CHECK(format, EINVAL, EOF);
    _lock(CRT_LOCK_CONIO);
    result = crt_scan(&source, options, format, loc, args);
    _unlock(CRT_LOCK_CONIO);
    return result;
}

int crt_vcwscanf(uint64_t options, const wchar_t *format, _locale_t loc, va_list args)
{
    struct crt_source source = {.get = get_wide, .unget = unget_wide};
    int result;

    CRT_CHECK(format, EINVAL, EOF);
    _lock(CRT_LOCK_CONIO);
    result = crt_wscan(&source, options, format, loc, args);
    _unlock(CRT_LOCK_CONIO);
    return result;
}
