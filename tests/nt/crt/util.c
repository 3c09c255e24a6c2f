/* Sorting, searching, environment, error texts, signals, integer helpers. */
#include "check.h"
#include <errno.h>
#include <search.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <windows.h>

static int by_int(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

static int compares;

static int by_char(void *context, const void *a, const void *b)
{
    compares++;
    return (*(const unsigned char *)a - *(const unsigned char *)b) * *(int *)context;
}

static void test_sort(void)
{
    static int v[5000];
    static unsigned char c[3][3000];
    int bad = 0, minus = -1;

    for (int shape = 0; shape < 5; shape++)
        for (int n = 0; n <= 5000; n = n * 2 + 1) {
            unsigned sum = 0, after = 0;
            for (int i = 0; i < n; i++) {
                v[i] = shape == 0 ? rand() : shape == 1 ? i : shape == 2 ? n - i
                       : shape == 3 ? i % 3 : i < n / 2 ? i : n - i;
                sum += (unsigned)v[i] * (unsigned)v[i];
            }
            qsort(v, n, sizeof *v, by_int);
            for (int i = 0; i < n; i++) {
                after += (unsigned)v[i] * (unsigned)v[i];
                bad += i && v[i - 1] > v[i];
            }
            bad += sum != after;
        }
    CHECK(!bad);
    for (int i = 0; i < 3000; i++)
        c[0][i] = c[1][i] = (unsigned char)(i * i);
    qsort_s(c[0], 1000, 3, by_char, &minus);
    for (int i = 3; i < 3000; i += 3)
        bad += c[0][i - 3] < c[0][i];
    CHECK(!bad && compares < 40000);
    for (int i = 0; i < 100; i++)
        v[i] = i * 2;
    for (int i = 0; i < 100; i++) {
        int key = i * 2, miss = key + 1;
        bad += bsearch(&key, v, 100, sizeof *v, by_int) != v + i;
        bad += bsearch(&miss, v, 100, sizeof *v, by_int) != NULL;
    }
    CHECK(!bad && !bsearch(v, v, 0, 4, by_int));
    unsigned n = 3;
    int seven = 7;
    CHECK(_lfind(&v[1], v, &n, sizeof *v, by_int) == v + 1 && !_lfind(&seven, v, &n, 4, by_int));
    CHECK(_lsearch(&seven, v, &n, sizeof *v, by_int) == v + 3 && n == 4 && v[3] == 7);
}

static void test_environment(void)
{
    char buf[64];
    wchar_t wide[64];
    size_t len;

    CHECK(!_putenv("CrtTest=one") && !strcmp(getenv("CRTTEST"), "one"));
    CHECK(GetEnvironmentVariableA("CRTTEST", buf, 64) == 3 && !strcmp(buf, "one"));
    CHECK(!wcscmp(_wgetenv(L"crttest"), L"one"));
    CHECK(!_wputenv(L"CRTTEST=t\x77o") && !strcmp(getenv("CrtTest"), "two"));
    CHECK(!_putenv_s("CRTTEST", "three") && !wcscmp(_wgetenv(L"CRTTEST"), L"three"));
    CHECK(!getenv_s(&len, buf, 64, "CRTTEST") && len == 6 && !strcmp(buf, "three"));
    CHECK(getenv_s(&len, buf, 3, "CRTTEST") == ERANGE && len == 6);
    CHECK(!_wgetenv_s(&len, wide, 64, L"CRTTEST") && len == 6);
#ifdef _UCRT
    char *copy;
    CHECK(!_dupenv_s(&copy, &len, "CRTTEST") && len == 6 && !strcmp(copy, "three"));
    free(copy);
#endif
    int listed = 0;
    for (char **e = _environ; *e; e++)
        listed += !_strnicmp(*e, "crttest=", 8);
    CHECK(listed == 1);
    CHECK(!_putenv("CRTTEST=") && !getenv("CRTTEST"));
    CHECK(!GetEnvironmentVariableA("CRTTEST", buf, 64) &&
          GetLastError() == ERROR_ENVVAR_NOT_FOUND);
    CHECK(_putenv("novalue") == -1 && _putenv("=x") == -1);
    CHECK(!getenv_s(&len, buf, 64, "CRTTEST") && len == 0);
}

static void test_errors(void)
{
    char buf[64];

    CHECK_STR(strerror(ENOENT), "No such file or directory");
    CHECK_STR(strerror(0), "No error");
    CHECK_STR(strerror(EILSEQ), "Illegal byte sequence");
    CHECK_STR(strerror(12345), "Unknown error");
    CHECK(!strerror_s(buf, 64, EINVAL) && !strcmp(buf, "Invalid argument"));
    CHECK(!strerror_s(buf, 8, EINVAL) && !strcmp(buf, "Invalid"));
    errno = ENOMEM;
    CHECK_STR(_strerror("call"), "call: Not enough space\n");
    CHECK(!wcscmp(_wcserror(EEXIST), L"File exists"));
    CHECK(_sys_nerr == 43 && !strcmp(_sys_errlist[EDOM], "Domain error"));
}

static volatile int signalled;

static void on_signal(int sig)
{
    signalled = sig;
}

static void test_signals(void)
{
    CHECK(signal(SIGTERM, on_signal) == SIG_DFL && signal(SIGTERM, on_signal) == on_signal);
    CHECK(!raise(SIGTERM) && signalled == SIGTERM);
    CHECK(signal(SIGTERM, SIG_IGN) == SIG_DFL && !raise(SIGTERM));
    CHECK(signal(SIGFPE, on_signal) == SIG_DFL && !raise(SIGFPE) && signalled == SIGFPE);
    CHECK(signal(SIGINT, on_signal) == SIG_DFL && !raise(SIGINT) && signalled == SIGINT);
    CHECK(signal(SIGSEGV, on_signal) == SIG_DFL && signal(SIGSEGV, SIG_DFL) == on_signal);
    errno = 0;
    CHECK(signal(77, on_signal) == SIG_ERR && errno == EINVAL);
}

static void test_integers(void)
{
    CHECK(abs(-5) == 5 && labs(-6) == 6 && _abs64(-7000000000ll) == 7000000000ll);
    CHECK(div(-7, 2).quot == -3 && div(-7, 2).rem == -1 && ldiv(9, 4).rem == 1);
    CHECK(_rotl(0x80000001, 1) == 3 && _rotr(1, 1) == 0x80000000 && _rotl(5, 0) == 5);
    CHECK(_rotl64(1ull << 63, 1) == 1 && _rotr64(1, 1) == 1ull << 63);
    CHECK(_byteswap_ulong(0x12345678) == 0x78563412 && _byteswap_ushort(0x1234) == 0x3412);
    srand(1);
    CHECK(rand() == 41 && rand() == 18467 && rand() == 6334);
}

int main(void)
{
    test_sort();
    test_environment();
    test_errors();
    test_signals();
    test_integers();
    return check_done();
}
