/* Starting programs: arguments, environment, exit codes, inherited descriptors, errors; and files
 * that are temporary. The program starts itself with a word that says what to do. */
#include "check.h"
#include <errno.h>
#include <io.h>
#include <process.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utime.h>

static int child(int argc, char **argv)
{
    if (!strcmp(argv[1], "args"))
        return argc == 4 && !strcmp(argv[2], "a b") && !strcmp(argv[3], "c") ? 40 : 1;
    if (!strcmp(argv[1], "env")) {
        const char *value = getenv("GIVEN");

        return value && !strcmp(value, "yes") && !getenv("KEPT") && getenv("SystemRoot") ? 41 : 1;
    }
    if (!strcmp(argv[1], "write"))
        return write(atoi(argv[2]), "text\n", 5) == 5 ? 42 : 1;
    return 2;
}

static void test_spawn(const char *self)
{
    const char *env[] = {"GIVEN=yes", NULL}, *wait[] = {"me", "args", "\"a b\"", "c", NULL};
    int status = -1;
    intptr_t process;

    CHECK(_spawnl(_P_WAIT, self, "me", "args", "\"a b\"", "c", NULL) == 40);
    putenv("KEPT=1");
    CHECK(_spawnle(_P_WAIT, self, "me", "env", NULL, env) == 41);
    process = _spawnv(_P_NOWAIT, self, wait);
    CHECK(process != -1 && _cwait(&status, process, 0) == process && status == 40);
    errno = 0;
    CHECK(_spawnl(_P_WAIT, "no-such-program", "x", NULL) == -1 && errno == ENOENT);
    errno = 0;
    CHECK(_spawnlp(_P_WAIT, "no-such-program", "x", NULL) == -1 && errno == ENOENT);
}

static void test_inherited(const char *self)
{
    FILE *file = fopen("process-test.txt", "w");
    char number[12], line[8] = "";

    CHECK(file);
    if (!file)
        return;
    sprintf(number, "%d", _fileno(file));
    CHECK(_spawnl(_P_WAIT, self, "me", "write", number, NULL) == 42);
    fclose(file);
    file = fopen("process-test.txt", "r");
    CHECK(file && fgets(line, sizeof(line), file) && !strcmp(line, "text\n"));
    if (file)
        fclose(file);
    remove("process-test.txt");
}

static void test_temporary(void)
{
    char name[] = "crtXXXXXX", bad[] = "crtXXXX", line[8] = "", any[260];
    struct _utimbuf times = {1000000000, 1100000000};
    struct _stat64 st;
    FILE *file = tmpfile();

    CHECK(file && fputs("hello", file) >= 0);
    if (file) {
        rewind(file);
        CHECK(fgets(line, sizeof(line), file) && !strcmp(line, "hello"));
        fclose(file);
    }
    CHECK(_mktemp(name) && !memcmp(name, "crta", 4) && strlen(name) == 9);
    errno = 0;
    CHECK(!_mktemp(bad) && errno == EINVAL);
    CHECK(tmpnam(any) && strlen(any) < sizeof(any) && _access(any, 0) == -1);
    file = fopen("process-test.txt", "w");
    CHECK(file && fclose(file) == 0 && _utime("process-test.txt", &times) == 0);
    CHECK(_stat64("process-test.txt", &st) == 0 && st.st_atime == 1000000000 &&
          st.st_mtime == 1100000000);
    remove("process-test.txt");
    errno = 0;
    CHECK(_utime("process-test.txt", &times) == -1 && errno == ENOENT);
}

static void test_digits(void)
{
    int point, sign;

    CHECK_STR(_ecvt(-123.456, 4, &point, &sign), "1235");
    CHECK(point == 3 && sign);
    CHECK_STR(_ecvt(9.9999, 4, &point, &sign), "1000");
    CHECK(point == 2 && !sign);
    CHECK_STR(_fcvt(123.456, 2, &point, &sign), "12346");
    CHECK(point == 3);
    CHECK_STR(_fcvt(99.5, 0, &point, &sign), "100");
    CHECK(point == 3);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return child(argc, argv);
    test_spawn(argv[0]);
    test_inherited(argv[0]);
    test_temporary();
    test_digits();
    return check_done();
}
