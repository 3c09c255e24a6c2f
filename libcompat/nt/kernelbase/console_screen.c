/*
 * Console screen buffers and input records.
 */
#include "console.h"

_Static_assert(sizeof(CHAR_INFO) == sizeof(CONDRV_CELL), "CHAR_INFO");
_Static_assert(sizeof(INPUT_RECORD) == sizeof(CONDRV_INPUT_RECORD), "INPUT_RECORD");
_Static_assert(offsetof(INPUT_RECORD, Event) == 4, "INPUT_RECORD");

static CONDRV_COORD coord(COORD c)
{
    return (CONDRV_COORD){c.X, c.Y};
}

static COORD from_coord(CONDRV_COORD c)
{
    return (COORD){c.X, c.Y};
}

static CONDRV_RECT rect(const SMALL_RECT *r)
{
    return (CONDRV_RECT){r->Left, r->Top, r->Right, r->Bottom};
}

static SMALL_RECT from_rect(CONDRV_RECT r)
{
    return (SMALL_RECT){r.Left, r.Top, r.Right, r.Bottom};
}

/* ---- Input ---- */

static BOOL read_input(HANDLE handle, INPUT_RECORD *records, DWORD count, DWORD *read, ULONG flags)
{
    ULONG done;
    BOOL ok;

    if (count > MAXDWORD / sizeof(*records))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    ok = console_call(handle, CONDRV_READ_INPUT, &flags, sizeof(flags), records,
                      count * (ULONG)sizeof(*records), &done);
    if (read)
        *read = done / sizeof(*records);
    return ok;
}

/* The A functions: a key's character as one byte of the input code page. */
static void narrow_keys(INPUT_RECORD *records, DWORD count)
{
    UINT page = GetConsoleCP();

    for (DWORD i = 0; i < count; i++) {
        WCHAR c = records[i].Event.KeyEvent.uChar.UnicodeChar;
        CHAR bytes[8] = {0};

        if (records[i].EventType != KEY_EVENT)
            continue;
        records[i].Event.KeyEvent.uChar.UnicodeChar = 0;
        if (!c || WideCharToMultiByte(page, 0, &c, 1, bytes, sizeof(bytes), NULL, NULL) == 1)
            records[i].Event.KeyEvent.uChar.AsciiChar = bytes[0];
        else
            records[i].Event.KeyEvent.uChar.AsciiChar = '?';
    }
}

BOOL WINAPI ReadConsoleInputW(HANDLE handle, PINPUT_RECORD records, DWORD count, LPDWORD read)
{
    return read_input(handle, records, count, read, 0);
}

BOOL WINAPI PeekConsoleInputW(HANDLE handle, PINPUT_RECORD records, DWORD count, LPDWORD read)
{
    return read_input(handle, records, count, read, CONDRV_READ_NOREMOVE | CONDRV_READ_NOWAIT);
}

BOOL WINAPI ReadConsoleInputExW(HANDLE handle, PINPUT_RECORD records, DWORD count, LPDWORD read,
                                USHORT flags)
{
    if (flags & ~(CONDRV_READ_NOREMOVE | CONDRV_READ_NOWAIT))
        return fail(ERROR_INVALID_PARAMETER);
    return read_input(handle, records, count, read, flags);
}

BOOL WINAPI ReadConsoleInputA(HANDLE handle, PINPUT_RECORD records, DWORD count, LPDWORD read)
{
    DWORD done;

    if (!read_input(handle, records, count, &done, 0))
        return FALSE;
    narrow_keys(records, done);
    if (read)
        *read = done;
    return TRUE;
}

BOOL WINAPI PeekConsoleInputA(HANDLE handle, PINPUT_RECORD records, DWORD count, LPDWORD read)
{
    DWORD done;

    if (!PeekConsoleInputW(handle, records, count, &done))
        return FALSE;
    narrow_keys(records, done);
    if (read)
        *read = done;
    return TRUE;
}

BOOL WINAPI ReadConsoleInputExA(HANDLE handle, PINPUT_RECORD records, DWORD count, LPDWORD read,
                                USHORT flags)
{
    DWORD done;

    if (!ReadConsoleInputExW(handle, records, count, &done, flags))
        return FALSE;
    narrow_keys(records, done);
    if (read)
        *read = done;
    return TRUE;
}

BOOL WINAPI WriteConsoleInputW(HANDLE handle, const INPUT_RECORD *records, DWORD count,
                               LPDWORD written)
{
    ULONG done;
    BOOL ok;

    if (count > MAXDWORD / sizeof(*records))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    ok = console_call(handle, CONDRV_WRITE_INPUT, records, count * (ULONG)sizeof(*records), NULL, 0,
                      &done);
    if (written)
        *written = done / sizeof(*records);
    return ok;
}

BOOL WINAPI WriteConsoleInputA(HANDLE handle, const INPUT_RECORD *records, DWORD count,
                               LPDWORD written)
{
    UINT page = GetConsoleCP();
    INPUT_RECORD *wide;
    BOOL ok;

    if (count > MAXDWORD / sizeof(*records))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    wide = heap_alloc((SIZE_T)count * sizeof(*wide) + 1);
    if (!wide)
        return FALSE;
    memcpy(wide, records, count * sizeof(*wide));
    for (DWORD i = 0; i < count; i++) {
        CHAR c = records[i].Event.KeyEvent.uChar.AsciiChar;
        WCHAR unit = 0;

        if (records[i].EventType != KEY_EVENT)
            continue;
        MultiByteToWideChar(page, 0, &c, 1, &unit, 1);
        wide[i].Event.KeyEvent.uChar.UnicodeChar = unit;
    }
    ok = WriteConsoleInputW(handle, wide, count, written);
    heap_free(wide);
    return ok;
}

BOOL WINAPI GetNumberOfConsoleInputEvents(HANDLE handle, LPDWORD count)
{
    return console_call(handle, CONDRV_GET_INPUT_COUNT, NULL, 0, count, sizeof(*count), NULL);
}

BOOL WINAPI FlushConsoleInputBuffer(HANDLE handle)
{
    return console_call(handle, CONDRV_FLUSH_INPUT, NULL, 0, NULL, 0, NULL);
}

BOOL WINAPI GetNumberOfConsoleMouseButtons(LPDWORD count)
{
    if (!console_connection())
        return fail(ERROR_INVALID_HANDLE);
    *count = 3; /* what terminals report */
    return TRUE;
}

/* ---- Buffers ---- */

HANDLE WINAPI CreateConsoleScreenBuffer(DWORD access, DWORD share,
                                        const SECURITY_ATTRIBUTES *security, DWORD flags,
                                        LPVOID reserved)
{
    HANDLE handle;

    if (flags != CONSOLE_TEXTMODE_BUFFER || reserved ||
        share & ~(DWORD)(FILE_SHARE_READ | FILE_SHARE_WRITE)) {
        fail(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    if (!set_status(console_open(&handle, NULL, L"\\Device\\ConDrv\\ScreenBuffer", access, share,
                                 security)))
        return INVALID_HANDLE_VALUE;
    return handle;
}

BOOL WINAPI SetConsoleActiveScreenBuffer(HANDLE handle)
{
    return console_call(handle, CONDRV_SET_ACTIVE, NULL, 0, NULL, 0, NULL);
}

static BOOL screen_info(HANDLE handle, CONDRV_SCREEN_INFO *info)
{
    return console_call(handle, CONDRV_GET_SCREEN_INFO, NULL, 0, info, sizeof(*info), NULL);
}

BOOL WINAPI GetConsoleScreenBufferInfo(HANDLE handle, PCONSOLE_SCREEN_BUFFER_INFO result)
{
    CONDRV_SCREEN_INFO info;

    if (!screen_info(handle, &info))
        return FALSE;
    result->dwSize = from_coord(info.Size);
    result->dwCursorPosition = from_coord(info.CursorPosition);
    result->wAttributes = info.Attributes;
    result->srWindow = from_rect(info.Window);
    result->dwMaximumWindowSize = from_coord(info.MaximumWindow);
    return TRUE;
}

BOOL WINAPI GetConsoleScreenBufferInfoEx(HANDLE handle, PCONSOLE_SCREEN_BUFFER_INFOEX result)
{
    CONDRV_SCREEN_INFO info;

    if (result->cbSize != sizeof(*result))
        return fail(ERROR_INVALID_PARAMETER);
    if (!screen_info(handle, &info))
        return FALSE;
    result->dwSize = from_coord(info.Size);
    result->dwCursorPosition = from_coord(info.CursorPosition);
    result->wAttributes = info.Attributes;
    result->srWindow = from_rect(info.Window);
    result->dwMaximumWindowSize = from_coord(info.MaximumWindow);
    result->wPopupAttributes = info.PopupAttributes;
    result->bFullscreenSupported = info.FullscreenSupported != 0;
    memcpy(result->ColorTable, info.ColorTable, sizeof(result->ColorTable));
    return TRUE;
}

BOOL WINAPI SetConsoleScreenBufferInfoEx(HANDLE handle, PCONSOLE_SCREEN_BUFFER_INFOEX wanted)
{
    CONDRV_SCREEN_INFO info = {0};

    if (wanted->cbSize != sizeof(*wanted))
        return fail(ERROR_INVALID_PARAMETER);
    info.Size = coord(wanted->dwSize);
    info.Attributes = wanted->wAttributes;
    info.PopupAttributes = wanted->wPopupAttributes;
    info.Window = rect(&wanted->srWindow);
    memcpy(info.ColorTable, wanted->ColorTable, sizeof(info.ColorTable));
    return console_call(handle, CONDRV_SET_SCREEN_INFO, &info, sizeof(info), NULL, 0, NULL);
}

COORD WINAPI GetLargestConsoleWindowSize(HANDLE handle)
{
    CONDRV_SCREEN_INFO info = {0};

    screen_info(handle, &info); /* zeros after a failure, as documented */
    return from_coord(info.LargestWindow);
}

BOOL WINAPI SetConsoleScreenBufferSize(HANDLE handle, COORD size)
{
    CONDRV_COORD in = coord(size);

    return console_call(handle, CONDRV_SET_SIZE, &in, sizeof(in), NULL, 0, NULL);
}

BOOL WINAPI SetConsoleWindowInfo(HANDLE handle, BOOL absolute, const SMALL_RECT *window)
{
    CONDRV_WINDOW in = {.Absolute = absolute != 0, .Window = rect(window)};

    return console_call(handle, CONDRV_SET_WINDOW, &in, sizeof(in), NULL, 0, NULL);
}

BOOL WINAPI SetConsoleTextAttribute(HANDLE handle, WORD attributes)
{
    ULONG in = attributes;

    return console_call(handle, CONDRV_SET_ATTRIBUTES, &in, sizeof(in), NULL, 0, NULL);
}

BOOL WINAPI GetConsoleCursorInfo(HANDLE handle, PCONSOLE_CURSOR_INFO info)
{
    CONDRV_CURSOR cursor;

    if (!console_call(handle, CONDRV_GET_CURSOR, NULL, 0, &cursor, sizeof(cursor), NULL))
        return FALSE;
    info->dwSize = cursor.Size;
    info->bVisible = cursor.Visible != 0;
    return TRUE;
}

BOOL WINAPI SetConsoleCursorInfo(HANDLE handle, const CONSOLE_CURSOR_INFO *info)
{
    CONDRV_CURSOR cursor = {.Size = info->dwSize, .Visible = info->bVisible != 0};

    if (info->dwSize < 1 || info->dwSize > 100)
        return fail(ERROR_INVALID_PARAMETER);
    return console_call(handle, CONDRV_SET_CURSOR, &cursor, sizeof(cursor), NULL, 0, NULL);
}

BOOL WINAPI SetConsoleCursorPosition(HANDLE handle, COORD position)
{
    CONDRV_COORD in = coord(position);

    return console_call(handle, CONDRV_SET_CURSOR_POSITION, &in, sizeof(in), NULL, 0, NULL);
}

/* ---- Runs of cells ---- */

static BOOL fill(HANDLE handle, ULONG type, ULONG value, DWORD count, COORD at, LPDWORD written)
{
    CONDRV_RUN in = {.Position = coord(at), .Type = type, .Count = count, .Value = value};
    ULONG done = 0;
    BOOL ok = console_call(handle, CONDRV_FILL_RUN, &in, sizeof(in), &done, sizeof(done), NULL);

    if (written)
        *written = done;
    return ok;
}

BOOL WINAPI FillConsoleOutputCharacterW(HANDLE handle, WCHAR c, DWORD count, COORD at,
                                        LPDWORD written)
{
    return fill(handle, CONDRV_RUN_CHARS, c, count, at, written);
}

BOOL WINAPI FillConsoleOutputCharacterA(HANDLE handle, CHAR c, DWORD count, COORD at,
                                        LPDWORD written)
{
    WCHAR wide = L' ';

    MultiByteToWideChar(GetConsoleOutputCP(), 0, &c, 1, &wide, 1);
    return fill(handle, CONDRV_RUN_CHARS, wide, count, at, written);
}

BOOL WINAPI FillConsoleOutputAttribute(HANDLE handle, WORD attributes, DWORD count, COORD at,
                                       LPDWORD written)
{
    return fill(handle, CONDRV_RUN_ATTRIBUTES, attributes, count, at, written);
}

static BOOL write_run(HANDLE handle, ULONG type, const void *units, DWORD count, COORD at,
                      LPDWORD written)
{
    CONDRV_RUN *in;
    ULONG done = 0;
    BOOL ok;

    if (count > (MAXDWORD - sizeof(*in)) / sizeof(WCHAR))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    in = heap_alloc(sizeof(*in) + count * sizeof(WCHAR));
    if (!in)
        return FALSE;
    *in = (CONDRV_RUN){.Position = coord(at), .Type = type};
    memcpy(in + 1, units, count * sizeof(WCHAR));
    ok = console_call(handle, CONDRV_WRITE_RUN, in, (ULONG)(sizeof(*in) + count * sizeof(WCHAR)),
                      &done, sizeof(done), NULL);
    heap_free(in);
    if (written)
        *written = done;
    return ok;
}

BOOL WINAPI WriteConsoleOutputCharacterW(HANDLE handle, LPCWSTR text, DWORD length, COORD at,
                                         LPDWORD written)
{
    return write_run(handle, CONDRV_RUN_CHARS, text, length, at, written);
}

BOOL WINAPI WriteConsoleOutputCharacterA(HANDLE handle, LPCSTR text, DWORD length, COORD at,
                                         LPDWORD written)
{
    WCHAR *wide;
    int units = 0;
    BOOL ok;

    if (length > MAXLONG)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    wide = heap_alloc((SIZE_T)length * sizeof(WCHAR) + 1);
    if (!wide)
        return FALSE;
    if (length)
        units = MultiByteToWideChar(GetConsoleOutputCP(), 0, text, (int)length, wide, (int)length);
    ok = write_run(handle, CONDRV_RUN_CHARS, wide, (DWORD)units, at, written);
    heap_free(wide);
    return ok;
}

BOOL WINAPI WriteConsoleOutputAttribute(HANDLE handle, const WORD *attributes, DWORD count,
                                        COORD at, LPDWORD written)
{
    return write_run(handle, CONDRV_RUN_ATTRIBUTES, attributes, count, at, written);
}

static BOOL read_run(HANDLE handle, ULONG type, void *units, DWORD count, COORD at, LPDWORD read)
{
    CONDRV_RUN in = {.Position = coord(at), .Type = type};
    ULONG done;
    BOOL ok;

    if (count > MAXDWORD / sizeof(WCHAR))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    ok = console_call(handle, CONDRV_READ_RUN, &in, sizeof(in), units, count * (ULONG)sizeof(WCHAR),
                      &done);
    if (read)
        *read = done / sizeof(WCHAR);
    return ok;
}

BOOL WINAPI ReadConsoleOutputCharacterW(HANDLE handle, LPWSTR text, DWORD length, COORD at,
                                        LPDWORD read)
{
    return read_run(handle, CONDRV_RUN_CHARS, text, length, at, read);
}

BOOL WINAPI ReadConsoleOutputCharacterA(HANDLE handle, LPSTR text, DWORD length, COORD at,
                                        LPDWORD read)
{
    WCHAR *wide = heap_alloc((SIZE_T)length * sizeof(WCHAR) + 1);
    DWORD units;
    int bytes = 0;
    BOOL ok;

    if (!wide)
        return FALSE;
    ok = read_run(handle, CONDRV_RUN_CHARS, wide, length, at, &units);
    if (ok && units)
        bytes = WideCharToMultiByte(GetConsoleOutputCP(), 0, wide, (int)units, text, (int)length,
                                    NULL, NULL);
    heap_free(wide);
    if (read)
        *read = (DWORD)bytes;
    return ok && (bytes || !units);
}

BOOL WINAPI ReadConsoleOutputAttribute(HANDLE handle, LPWORD attributes, DWORD count, COORD at,
                                       LPDWORD read)
{
    return read_run(handle, CONDRV_RUN_ATTRIBUTES, attributes, count, at, read);
}

/* ---- Rectangles ---- */

/* The part of the program's array that the region covers, both cut to each other. */
static BOOL cut(SMALL_RECT *region, COORD size, COORD from)
{
    if (from.X < 0 || from.Y < 0 || from.X >= size.X || from.Y >= size.Y ||
        region->Right < region->Left || region->Bottom < region->Top)
        return FALSE;
    if (region->Right - region->Left >= size.X - from.X)
        region->Right = (SHORT)(region->Left + size.X - from.X - 1);
    if (region->Bottom - region->Top >= size.Y - from.Y)
        region->Bottom = (SHORT)(region->Top + size.Y - from.Y - 1);
    return TRUE;
}

BOOL WINAPI WriteConsoleOutputW(HANDLE handle, const CHAR_INFO *cells, COORD size, COORD from,
                                PSMALL_RECT region)
{
    CONDRV_RECT *in, out;
    ULONG width, height, bytes;
    BOOL ok;

    if (!cut(region, size, from))
        return TRUE; /* nothing to write is no error */
    width = (ULONG)(region->Right - region->Left + 1);
    height = (ULONG)(region->Bottom - region->Top + 1);
    bytes = (ULONG)(sizeof(*in) + (SIZE_T)width * height * sizeof(*cells));
    in = heap_alloc(bytes);
    if (!in)
        return FALSE;
    *in = rect(region);
    for (ULONG y = 0; y < height; y++)
        memcpy((CHAR_INFO *)(in + 1) + (SIZE_T)y * width,
               cells + ((SIZE_T)from.Y + y) * (SIZE_T)size.X + (SIZE_T)from.X,
               width * sizeof(*cells));
    ok = console_call(handle, CONDRV_WRITE_RECT, in, bytes, &out, sizeof(out), NULL);
    heap_free(in);
    if (ok)
        *region = from_rect(out);
    return ok;
}

BOOL WINAPI WriteConsoleOutputA(HANDLE handle, const CHAR_INFO *cells, COORD size, COORD from,
                                PSMALL_RECT region)
{
    SIZE_T count = size.X > 0 && size.Y > 0 ? (SIZE_T)size.X * (SIZE_T)size.Y : 0;
    UINT page = GetConsoleOutputCP();
    CHAR_INFO *wide = heap_alloc(count * sizeof(*wide) + 1);
    BOOL ok;

    if (!wide)
        return FALSE;
    for (SIZE_T i = 0; i < count; i++) {
        WCHAR unit = L' ';

        MultiByteToWideChar(page, 0, &cells[i].Char.AsciiChar, 1, &unit, 1);
        wide[i].Char.UnicodeChar = unit;
        wide[i].Attributes = cells[i].Attributes;
    }
    ok = WriteConsoleOutputW(handle, wide, size, from, region);
    heap_free(wide);
    return ok;
}

BOOL WINAPI ReadConsoleOutputW(HANDLE handle, PCHAR_INFO cells, COORD size, COORD to,
                               PSMALL_RECT region)
{
    CONDRV_RECT in, *out;
    ULONG width, height, bytes;
    BOOL ok;

    if (!cut(region, size, to))
        return TRUE;
    in = rect(region);
    width = (ULONG)(region->Right - region->Left + 1);
    height = (ULONG)(region->Bottom - region->Top + 1);
    bytes = (ULONG)(sizeof(*out) + (SIZE_T)width * height * sizeof(*cells));
    out = heap_alloc(bytes);
    if (!out)
        return FALSE;
    ok = console_call(handle, CONDRV_READ_RECT, &in, sizeof(in), out, bytes, NULL);
    if (ok && out->Right >= out->Left && out->Bottom >= out->Top) {
        ULONG got = (ULONG)(out->Right - out->Left + 1);

        for (LONG y = out->Top; y <= out->Bottom; y++)
            memcpy(cells + (SIZE_T)(to.Y + y - in.Top) * (SIZE_T)size.X +
                       (SIZE_T)(to.X + out->Left - in.Left),
                   (CHAR_INFO *)(out + 1) + (SIZE_T)(y - out->Top) * got, got * sizeof(*cells));
    }
    if (ok)
        *region = from_rect(*out);
    heap_free(out);
    return ok;
}

BOOL WINAPI ReadConsoleOutputA(HANDLE handle, PCHAR_INFO cells, COORD size, COORD to,
                               PSMALL_RECT region)
{
    UINT page = GetConsoleOutputCP();
    SMALL_RECT asked = *region;

    if (!ReadConsoleOutputW(handle, cells, size, to, region))
        return FALSE;
    for (LONG y = region->Top; y <= region->Bottom; y++)
        for (LONG x = region->Left; x <= region->Right; x++) {
            CHAR_INFO *cell = cells + (SIZE_T)(to.Y + y - asked.Top) * (SIZE_T)size.X +
                              (SIZE_T)(to.X + x - asked.Left);
            WCHAR unit = cell->Char.UnicodeChar;
            CHAR bytes[8];

            cell->Char.UnicodeChar = 0;
            cell->Char.AsciiChar =
                WideCharToMultiByte(page, 0, &unit, 1, bytes, sizeof(bytes), NULL, NULL) == 1
                    ? bytes[0]
                    : '?';
        }
    return TRUE;
}

BOOL WINAPI ScrollConsoleScreenBufferW(HANDLE handle, const SMALL_RECT *source,
                                       const SMALL_RECT *clip, COORD to, const CHAR_INFO *fill_with)
{
    CONDRV_SCROLL_IN in = {
        .Source = rect(source),
        .HasClip = clip != NULL,
        .Destination = coord(to),
        .Fill = {fill_with->Char.UnicodeChar, fill_with->Attributes},
    };

    if (clip)
        in.Clip = rect(clip);
    return console_call(handle, CONDRV_SCROLL, &in, sizeof(in), NULL, 0, NULL);
}

BOOL WINAPI ScrollConsoleScreenBufferA(HANDLE handle, const SMALL_RECT *source,
                                       const SMALL_RECT *clip, COORD to, const CHAR_INFO *fill_with)
{
    CHAR_INFO wide = {.Attributes = fill_with->Attributes};
    WCHAR unit = L' ';

    MultiByteToWideChar(GetConsoleOutputCP(), 0, &fill_with->Char.AsciiChar, 1, &unit, 1);
    wide.Char.UnicodeChar = unit;
    return ScrollConsoleScreenBufferW(handle, source, clip, to, &wide);
}

/* ---- Font, selection, history ---- */

BOOL WINAPI GetCurrentConsoleFontEx(HANDLE handle, BOOL maximized, PCONSOLE_FONT_INFOEX result)
{
    CONDRV_FONT font;

    (void)maximized;
    if (result->cbSize != sizeof(*result))
        return fail(ERROR_INVALID_PARAMETER);
    if (!console_call(handle, CONDRV_GET_FONT, NULL, 0, &font, sizeof(font), NULL))
        return FALSE;
    result->nFont = font.Index;
    result->dwFontSize = from_coord(font.Size);
    result->FontFamily = font.Family;
    result->FontWeight = font.Weight;
    memcpy(result->FaceName, font.FaceName, sizeof(result->FaceName));
    return TRUE;
}

BOOL WINAPI GetCurrentConsoleFont(HANDLE handle, BOOL maximized, PCONSOLE_FONT_INFO result)
{
    CONSOLE_FONT_INFOEX font = {.cbSize = sizeof(font)};

    if (!GetCurrentConsoleFontEx(handle, maximized, &font))
        return FALSE;
    result->nFont = font.nFont;
    result->dwFontSize = font.dwFontSize;
    return TRUE;
}

COORD WINAPI GetConsoleFontSize(HANDLE handle, DWORD index)
{
    CONSOLE_FONT_INFOEX font = {.cbSize = sizeof(font)};

    if (!GetCurrentConsoleFontEx(handle, FALSE, &font))
        return (COORD){0, 0};
    if (index != font.nFont) {
        fail(ERROR_INVALID_PARAMETER);
        return (COORD){0, 0};
    }
    return font.dwFontSize;
}

BOOL WINAPI SetCurrentConsoleFontEx(HANDLE handle, BOOL maximized, PCONSOLE_FONT_INFOEX font)
{
    DWORD mode;

    (void)maximized;
    if (font->cbSize != sizeof(*font))
        return fail(ERROR_INVALID_PARAMETER);
    if (!GetConsoleMode(handle, &mode))
        return FALSE;
    return fail(ERROR_NOT_SUPPORTED); /* the terminal's font is its user's affair */
}

BOOL WINAPI GetConsoleSelectionInfo(PCONSOLE_SELECTION_INFO info)
{
    if (!console_connection())
        return fail(ERROR_INVALID_HANDLE);
    memset(info, 0, sizeof(*info)); /* selecting is done by the terminal: none here */
    return TRUE;
}

BOOL WINAPI GetConsoleHistoryInfo(PCONSOLE_HISTORY_INFO info)
{
    CONDRV_HISTORY history;

    if (info->cbSize != sizeof(*info))
        return fail(ERROR_INVALID_PARAMETER);
    if (!console_connection())
        return fail(ERROR_INVALID_HANDLE);
    if (!console_call(console_connection(), CONDRV_GET_HISTORY, NULL, 0, &history, sizeof(history),
                      NULL))
        return FALSE;
    info->HistoryBufferSize = history.BufferSize;
    info->NumberOfHistoryBuffers = history.BufferCount;
    info->dwFlags = history.Flags;
    return TRUE;
}

BOOL WINAPI SetConsoleHistoryInfo(PCONSOLE_HISTORY_INFO info)
{
    CONDRV_HISTORY history = {
        .BufferSize = info->HistoryBufferSize,
        .BufferCount = info->NumberOfHistoryBuffers,
        .Flags = info->dwFlags,
    };

    if (info->cbSize != sizeof(*info) || info->dwFlags & ~(DWORD)HISTORY_NO_DUP_FLAG)
        return fail(ERROR_INVALID_PARAMETER);
    if (!console_connection())
        return fail(ERROR_INVALID_HANDLE);
    return console_call(console_connection(), CONDRV_SET_HISTORY, &history, sizeof(history), NULL,
                        0, NULL);
}
