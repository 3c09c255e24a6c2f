/* The command interpreter: what scripts and system() rely on. */
#include "tests/nt/check.h"

#include <stdlib.h>

static WCHAR directory[MAX_PATH], shell[MAX_PATH];
static char output[16384];

/* cmd.exe with these arguments; its exit code, or -1. Both outputs are kept, without '\r'. */
static int run(const WCHAR *arguments)
{
    SECURITY_ATTRIBUTES inherit = {sizeof(inherit), NULL, TRUE};
    STARTUPINFOW startup = {.cb = sizeof(startup), .dwFlags = STARTF_USESTDHANDLES};
    PROCESS_INFORMATION info;
    HANDLE read, write;
    WCHAR line[2048];
    DWORD count, used = 0, code;

    output[0] = 0;
    swprintf(line, 2048, L"\"%ls\" %ls", shell, arguments);
    if (!CreatePipe(&read, &write, &inherit, 0))
        return -1;
    SetHandleInformation(read, HANDLE_FLAG_INHERIT, 0);
    startup.hStdInput =
        CreateFileW(L"NUL", GENERIC_READ, FILE_SHARE_READ, &inherit, OPEN_EXISTING, 0, NULL);
    startup.hStdOutput = startup.hStdError = write;
    BOOL done = CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, directory, &startup, &info);
    CloseHandle(startup.hStdInput);
    CloseHandle(write);
    if (!done) {
        CloseHandle(read);
        return -1;
    }
    while (used < sizeof(output) - 1 &&
           ReadFile(read, output + used, sizeof(output) - 1 - used, &count, NULL) && count)
        used += count;
    CloseHandle(read);
    WaitForSingleObject(info.hProcess, 20000);
    GetExitCodeProcess(info.hProcess, &code);
    CloseHandle(info.hProcess);
    CloseHandle(info.hThread);
    DWORD to = 0;
    for (DWORD i = 0; i < used; i++)
        if (output[i] != '\r')
            output[to++] = output[i];
    output[to] = 0;
    return (int)code;
}

static BOOL says(const char *wanted)
{
    if (!strcmp(output, wanted))
        return TRUE;
    printf("  wanted \"%s\"\n  got    \"%s\"\n", wanted, output);
    return FALSE;
}

static void put(const WCHAR *name, const char *text)
{
    WCHAR path[MAX_PATH];
    DWORD n;

    swprintf(path, MAX_PATH, L"%ls\\%ls", directory, name);
    HANDLE h = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    for (; *text; text++) {
        if (*text == '\n')
            WriteFile(h, "\r", 1, &n, NULL);
        WriteFile(h, text, 1, &n, NULL);
    }
    CloseHandle(h);
}

/* A batch file with this text. */
static int batch(const char *text, const WCHAR *arguments)
{
    WCHAR line[1024];

    put(L"test.cmd", text);
    swprintf(line, 1024, L"/d /c test.cmd %ls", arguments);
    return run(line);
}

static void command_lines(void)
{
    CHECK(run(L"/c exit 88") == 88);
    CHECK(run(L"/c \"exit 70000\"") == 70000);
    CHECK(run(L"\"/c exit 89\"") == 89);
    CHECK(run(L"/c exit -1") == -1);
    CHECK(run(L"/c echo hello") == 0 && says("hello\n"));
    CHECK(run(L"/c \"echo hello\"") == 0 && says("hello\n"));
    CHECK(run(L"/s /c \"echo \"a b\"\"") == 0 && says("\"a b\"\n"));
    CHECK(run(L"/c echo a&echo b") == 0 && says("a\nb\n"));
    CHECK(run(L"/c \"echo a & echo b\"") == 0 && says("a \nb\n"));
    CHECK(run(L"/c echo a^&b") == 0 && says("a&b\n"));
    CHECK(run(L"/c echo \"a&b\"") == 0 && says("\"a&b\"\n"));
    CHECK(run(L"/c echo %no_such_variable%") == 0 && says("%no_such_variable%\n"));
    CHECK(run(L"/c exit 3 || echo failed") == 3);
    run(L"/c cd no_such_folder 2>nul && echo went || echo stayed");
    CHECK(says("stayed\n"));
    CHECK(run(L"/c set X=5&& call echo %^X%") == 0 && says("5\n"));
    CHECK(run(L"/v:on /c set X=5&& echo !X!") == 0 && says("5\n"));
    CHECK(run(L"/c no_such_program_at_all") == 1);
    CHECK(strstr(output, "'no_such_program_at_all' is not recognized") != NULL);
    CHECK(run(L"/c for %i in (1 2 3) do @echo n%i") == 0 && says("n1\nn2\nn3\n"));
}

static void variables(void)
{
    CHECK(batch("@echo off\nset A=one two\necho [%A%] [%A:~4%] [%A:~0,3%] [%A:~-3%] [%A:one=1%] "
                "[%A:*e=x%]\n",
                L"") == 0);
    CHECK(says("[one two] [two] [one] [two] [1 two] [x two]\n"));
    CHECK(batch("@echo off\necho [%none%] 100%%\n", L"") == 0 && says("[] 100%\n"));
    CHECK(batch("@echo off\nset \"A=x y\"\nset cmd_test=%A% z\nset cmd_test\nset A=\nif defined A (echo yes) "
                "else echo no\n",
                L"") == 0);
    CHECK(says("cmd_test=x y z\nno\n"));
    CHECK(batch("@echo off\nset /a n=(3+4)*5 %% 6\nset /a m=1^<^<4, k=n*2\nset /a n+=10\necho %n% "
                "%m% %k%\nset /a h=0x10+010\necho %h%\n",
                L"") == 0);
    CHECK(says("15 16 10\n24\n"));
    CHECK(batch("@echo off\nset /a x=1/0\nexit /b %errorlevel%\n", L"") == 1073750993);
    CHECK(batch("@echo off\nset A=1\nsetlocal\nset A=2\necho %A%\nendlocal\necho %A%\n", L"") ==
              0 &&
          says("2\n1\n"));
    CHECK(batch("@echo off\nsetlocal enabledelayedexpansion\nset n=0\nfor %%i in (a b) do (\nset "
                "/a n+=1\necho %%i !n! %n%\n)\n",
                L"") == 0);
    CHECK(says("a 1 0\nb 2 0\n"));
}

static void arguments(void)
{
    CHECK(batch("@echo off\necho %1 %2 %~2 %3.\necho %*\n", L"one \"two three\"") == 0);
    CHECK(says("one \"two three\" two three .\none \"two three\"\n"));
    CHECK(batch("@echo %~n0 %~x0 %~nx1\n", L"some\\path.txt") == 0 && says("test .cmd path.txt\n"));
    CHECK(batch("@echo off\nshift\necho %0 %1\n", L"a b") == 0 && says("a b\n"));
    CHECK(batch("@echo off\n:next\nif \"%~1\"==\"\" goto done\necho %1\nshift\ngoto "
                "next\n:done\necho end\n",
                L"a b c") == 0);
    CHECK(says("a\nb\nc\nend\n"));
}

static void flow(void)
{
    CHECK(batch("@echo off\ncall :sub x y\necho back %errorlevel%\nexit /b 4\n:sub\necho sub %1 "
                "%2\nexit /b 7\n",
                L"") == 4);
    CHECK(says("sub x y\nback 7\n"));
    CHECK(batch("@echo off\ngoto :eof\necho not here\n", L"") == 0 && says(""));
    CHECK(batch("@echo off\nif 1==1 (\n  echo then\n) else (\n  echo else\n)\nif 1==2 (echo then) "
                "else echo else\n",
                L"") == 0);
    CHECK(says("then\nelse\n"));
    CHECK(batch("@echo off\nif 10 gtr 9 echo a\nif abc lss abd echo b\nif /i ABC==abc echo c\nif "
                "not exist nowhere echo d\nif exist test.cmd echo e\n",
                L"") == 0);
    CHECK(says("a\nb\nc\nd\ne\n"));
    CHECK(batch("@echo off\ncmd /c exit 5\nif errorlevel 5 echo five\nif errorlevel 6 echo six\nif "
                "%errorlevel% equ 5 echo equal\n",
                L"") == 5);
    CHECK(says("five\nequal\n"));
    put(L"other.cmd", "@echo other %1\n@exit /b 3\n");
    CHECK(
        batch("@echo off\ncall other.cmd x\necho level %errorlevel%\nother.cmd y\necho not here\n",
              L"") == 3);
    CHECK(says("other x\nlevel 3\nother y\n"));
    CHECK(batch("@echo off\nno_such_program 2>nul\nexit /b %errorlevel%\n", L"") == 9009);
    CHECK(batch("@echo off\nrem a & echo b\n:: remark | echo c\necho a^\nb\n", L"") == 0 &&
          says("ab\n"));
}

static void loops(void)
{
    CHECK(batch("@echo off\nfor /l %%i in (5,-2,0) do echo %%i\n", L"") == 0 && says("5\n3\n1\n"));
    CHECK(batch("@echo off\nfor /f \"tokens=1,3* delims=,\" %%a in (\"p,q,r,s,t\") do echo [%%a] "
                "[%%b] [%%c]\n",
                L"") == 0);
    CHECK(says("[p] [r] [s,t]\n"));
    put(L"list.txt", ";no no\none 1\n\ntwo 2\n");
    CHECK(batch("@echo off\nfor /f \"tokens=2\" %%a in (list.txt) do echo %%a\n", L"") == 0 &&
          says("1\n2\n"));
    CHECK(batch("@echo off\nfor /f \"usebackq tokens=*\" %%a in (`echo from a command`) do echo "
                "got %%a\n",
                L"") == 0);
    CHECK(says("got from a command\n"));
    put(L"z1.tst", "");
    put(L"z2.tst", "");
    CHECK(batch("@echo off\nfor %%f in (z*.tst x) do echo %%~nf\n", L"") == 0 &&
          says("z1\nz2\nx\n"));
    CHECK(batch("@echo off\nmd tree\\deep\ncopy z1.tst tree\\deep >nul\nfor /r tree %%f in (*.tst) "
                "do echo %%~nxf\nrd /s /q tree\n",
                L"") == 0);
    CHECK(says("z1.tst\n"));
}

static void redirections(void)
{
    CHECK(batch("@echo off\necho one>r.txt\necho two>>r.txt\ntype r.txt\n", L"") == 0 &&
          says("one\ntwo\n"));
    CHECK(batch("@echo off\nset /p A=<r.txt\necho [%A%]\n", L"") == 0 && says("[one]\n"));
    CHECK(batch("@echo off\ncd nowhere 2>e.txt\nif exist e.txt echo kept\n(echo a\necho b)>r.txt "
                "2>&1\ntype r.txt\n>r.txt echo c\ntype r.txt\n",
                L"") == 0);
    CHECK(says("kept\na\nb\nc\n"));
    CHECK(batch("@echo off\necho hidden>nul\necho seen 1>&2\n", L"") == 0 && says("seen \n"));
    CHECK(batch("@echo off\necho x| cmd /v:on /c \"set /p A=& echo [!A!]\"\n", L"") == 0 &&
          says("[x]\n"));
    CHECK(batch("@echo off\n(echo one& echo two) | cmd /d /q /c \"echo in& exit 6\"\nexit /b "
                "%errorlevel%\n",
                L"") == 6);
    CHECK(says("in\n"));
    CHECK(batch("@echo off\ntype nothing_there.txt\n", L"") == 1);
}

static void files(void)
{
    CHECK(batch("@echo off\nmd a\\b\\c\nif exist a\\b\\c\\ echo made\necho x>a\\f.txt\ncopy "
                "a\\f.txt a\\b >nul\nif exist a\\b\\f.txt echo copied\n"
                "ren a\\f.txt g.txt\nif exist a\\g.txt echo renamed\nmove a\\g.txt a\\b\\c "
                ">nul\nif exist a\\b\\c\\g.txt echo moved\n"
                "del a\\b\\f.txt\nif not exist a\\b\\f.txt echo deleted\nrd a 2>nul\nif exist a "
                "echo full\nrd /s /q a\nif not exist a echo gone\n",
                L"") == 0);
    CHECK(says("made\ncopied\nrenamed\nmoved\ndeleted\nfull\ngone\n"));
    CHECK(batch("@echo off\nmd d\ncd d\nfor %%i in (\"%cd%\") do echo %%~ni\ncd ..\npushd d\nfor "
                "%%i in (\"%cd%\") do echo %%~ni\npopd\nrd d\n",
                L"") == 0);
    CHECK(strncmp(output, "d\nd\n", 4) == 0);
    CHECK(batch("@echo off\nmd t\necho x>t\\b.x\necho y>t\\a.x\nmd t\\sub\ndir /b t\ndir /b /ad "
                "t\ndir /b /o-n /a-d t\nrd /s /q t\n",
                L"") == 0);
    CHECK(says("a.x\nb.x\nsub\nsub\nb.x\na.x\n"));
    CHECK(batch("@echo off\nmd j\necho in>j\\f\nmklink /j link j >nul\ntype link\\f\nrd link\nif "
                "exist j\\f echo there\nrd /s /q j\n",
                L"") == 0);
    CHECK(check_on_wine() || says("in\nthere\n"));
}

int main(void)
{
    WCHAR temp[MAX_PATH], path[MAX_PATH];

    GetTempPathW(MAX_PATH, temp);
    swprintf(directory, MAX_PATH, L"%lscmd-test-%lu", temp, GetCurrentProcessId());
    CHECK(CreateDirectoryW(directory, NULL));
    CHECK(GetEnvironmentVariableW(L"ComSpec", shell, MAX_PATH) != 0);
    command_lines();
    variables();
    arguments();
    flow();
    loops();
    redirections();
    files();
    swprintf(path, MAX_PATH, L"/c rd /s /q \"%ls\"", directory);
    wcscpy(directory, temp);
    run(path);
    return check_done();
}
