/*
 * The console: what is refused on a pipe or file, and, where there is a terminal (run it in a
 * pseudo-terminal for that), modes, text, records and waiting.
 */
#include "tests/nt/check.h"

static void test_redirected(void)
{
    CONSOLE_SCREEN_BUFFER_INFO info;
    HANDLE in, out;
    DWORD mode, n;

    CHECK(CreatePipe(&in, &out, NULL, 0));
    SetLastError(0);
    CHECK(!GetConsoleMode(out, &mode) && GetLastError() == ERROR_INVALID_HANDLE);
    SetLastError(0);
    CHECK(!WriteConsoleW(out, L"x", 1, &n, NULL) && GetLastError() == ERROR_INVALID_HANDLE);
    SetLastError(0);
    CHECK(!GetConsoleScreenBufferInfo(out, &info) && GetLastError() == ERROR_INVALID_HANDLE);
    SetLastError(0);
    CHECK(!GetNumberOfConsoleInputEvents(in, &n) && GetLastError() == ERROR_INVALID_HANDLE);
    CloseHandle(in);
    CloseHandle(out);
}

static void test_output(HANDLE out)
{
    CONSOLE_SCREEN_BUFFER_INFO info;
    COORD outside = {-1, 0};
    WCHAR title[64];
    DWORD mode = 0, n = 0;

    CHECK_EQ(GetFileType(out), FILE_TYPE_CHAR);
    CHECK(GetConsoleMode(out, &mode) && (mode & ENABLE_PROCESSED_OUTPUT));
    CHECK(SetConsoleMode(out, ENABLE_PROCESSED_OUTPUT | ENABLE_WRAP_AT_EOL_OUTPUT | 4));
    CHECK(GetConsoleMode(out, &n) && n == 7);
    CHECK(SetConsoleMode(out, mode));
    CHECK(WriteConsoleW(out, L"text \xd83d", 6, &n, NULL) && n == 6);
    CHECK(WriteConsoleW(out, L"\xde00\r\n", 3, &n, NULL) && n == 3);
    CHECK(WriteFile(out, "bytes\r\n", 7, &n, NULL) && n == 7);
    CHECK(GetConsoleScreenBufferInfo(out, &info));
    CHECK(info.dwSize.X > 0 && info.dwSize.Y > 0);
    CHECK(info.srWindow.Right < info.dwSize.X && info.srWindow.Bottom < info.dwSize.Y);
    CHECK(!SetConsoleCursorPosition(out, outside) && GetLastError() == ERROR_INVALID_PARAMETER);
    CHECK(SetConsoleTextAttribute(out, FOREGROUND_RED));
    CHECK(GetConsoleScreenBufferInfo(out, &info) && info.wAttributes == FOREGROUND_RED);
    CHECK(SetConsoleTextAttribute(out, 7));
    CHECK(SetConsoleTitleW(L"a title"));
    CHECK_EQ(GetConsoleTitleW(title, 64), 7);
    CHECK(!lstrcmpW(title, L"a title"));
    CHECK(SetConsoleOutputCP(1252) && GetConsoleOutputCP() == 1252);
    CHECK(WriteFile(out, "\xe9\r\n", 3, &n, NULL) && n == 3);
    CHECK(SetConsoleOutputCP(65001) && GetConsoleOutputCP() == 65001);
    CHECK(!SetConsoleOutputCP(12345));
}

static void test_input(HANDLE in)
{
    INPUT_RECORD r[2] = {{.EventType = KEY_EVENT}}, got[4];
    DWORD mode, n;

    r[0].Event.KeyEvent.bKeyDown = TRUE;
    r[0].Event.KeyEvent.wRepeatCount = 1;
    r[0].Event.KeyEvent.wVirtualKeyCode = 'K';
    r[0].Event.KeyEvent.uChar.UnicodeChar = 'k';
    r[1] = r[0];
    r[1].Event.KeyEvent.bKeyDown = FALSE;
    CHECK(GetConsoleMode(in, &mode) && (mode & ENABLE_LINE_INPUT));
    CHECK(FlushConsoleInputBuffer(in));
    CHECK_EQ(WaitForSingleObject(in, 0), WAIT_TIMEOUT);
    CHECK(WriteConsoleInputW(in, r, 2, &n) && n == 2);
    CHECK_EQ(WaitForSingleObject(in, 1000), WAIT_OBJECT_0);
    CHECK(GetNumberOfConsoleInputEvents(in, &n) && n == 2);
    CHECK(PeekConsoleInputW(in, got, 4, &n) && n == 2);
    CHECK(got[0].Event.KeyEvent.uChar.UnicodeChar == 'k' && got[0].Event.KeyEvent.bKeyDown);
    CHECK(ReadConsoleInputW(in, got, 1, &n) && n == 1);
    CHECK(GetNumberOfConsoleInputEvents(in, &n) && n == 1);
    CHECK(FlushConsoleInputBuffer(in));
    CHECK(GetNumberOfConsoleInputEvents(in, &n) && n == 0);
    CHECK(PeekConsoleInputW(in, got, 4, &n) && n == 0);
    /* The wrong kind */
    SetLastError(0);
    CHECK(!WriteConsoleW(in, L"x", 1, &n, NULL) && GetLastError() == ERROR_INVALID_HANDLE);
    CHECK(SetConsoleMode(in, mode));
}

int main(void)
{
    const DWORD rights = GENERIC_READ | GENERIC_WRITE, share = FILE_SHARE_READ | FILE_SHARE_WRITE;
    HANDLE in, out;

    test_redirected();
    in = CreateFileW(L"CONIN$", rights, share, NULL, OPEN_EXISTING, 0, NULL);
    out = CreateFileW(L"CONOUT$", rights, share, NULL, OPEN_EXISTING, 0, NULL);
    CHECK_EQ(in == INVALID_HANDLE_VALUE, out == INVALID_HANDLE_VALUE);
    if (out != INVALID_HANDLE_VALUE) {
        test_output(out);
        test_input(in);
        CloseHandle(in);
        CloseHandle(out);
    }
    return check_done();
}
