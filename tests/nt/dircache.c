/* Case-insensitive look-up in host folders: syscalls/nt/dircache.c */
#include <errno.h>
#include <fcntl.h>

#include "syscalls/nt/dircache.h"
#include "tests/nt/host_calls.h"

TestSuite(dircache, .init = arena_setup, .fini = arena_teardown);

static int find(int dir, const char *name, char *host)
{
    uint16_t u[300];
    size_t n = utf16_from_host(u, 300, name, strlen(name));
    return nt_dircache_find(dir, "", u, n, true, host, NULL);
}

static int open_dir(void)
{
    int dir = open(test_dir, O_PATH | O_DIRECTORY);
    cr_assert(dir >= 0);
    return dir;
}

/* A folder that has not changed for a while, without waiting for that while. */
static void age(void)
{
    usleep(60000);
}

Test(dircache, finds_in_any_case)
{
    char host[NAME_MAX + 1];
    int dir = open_dir();
    host_file("MixedCase.Txt", "");
    host_file("\xc3\x84rger", "");
    cr_assert_eq(find(dir, "mixedcase.txt", host), 1);
    cr_assert_str_eq(host, "MixedCase.Txt");
    cr_assert_eq(find(dir, "\xc3\xa4RGER", host), 1);
    cr_assert_str_eq(host, "\xc3\x84rger");
    cr_assert_eq(find(dir, "nothing", host), 0);
    close(dir);
}

Test(dircache, a_quiet_folder_is_read_once)
{
    char host[NAME_MAX + 1];
    int dir = open_dir();
    host_file("a", "");
    age();
    unsigned before = nt_dircache_readings();
    for (int i = 0; i < 100; i++)
        cr_assert_eq(find(dir, "missing", host), 0);
    cr_assert_eq(nt_dircache_readings() - before, 1);
    close(dir);
}

Test(dircache, sees_every_change)
{
    char host[NAME_MAX + 1], name[32], upper[32];
    int dir = open_dir();
    for (int i = 0; i < 200; i++) {
        snprintf(name, sizeof(name), "file%d", i);
        snprintf(upper, sizeof(upper), "FILE%d", i);
        cr_assert_eq(find(dir, upper, host), 0);
        host_file(name, "");
        cr_assert_eq(find(dir, upper, host), 1, "%s", name);
        if (i % 3 == 0) {
            unlink(host_path(name));
            cr_assert_eq(find(dir, upper, host), 0);
        }
    }
    close(dir);
}

static int known(int dir, const char *path, const char *name, char *host)
{
    uint16_t u[300];
    size_t n = utf16_from_host(u, 300, name, strlen(name));
    return nt_dircache_known(dir, path, u, n, true, host, NULL);
}

static bool guess(int dir, const char *path, const char *name)
{
    uint16_t u[300];
    return nt_dircache_guess(dir, path, u, utf16_from_host(u, 300, name, strlen(name)));
}

Test(dircache, a_quiet_folder_is_known_by_its_path)
{
    char host[NAME_MAX + 1], alias[13] = "";
    uint16_t u[64], a[12];
    int dir = open_dir();
    cr_assert_eq(mkdir(host_path("sub"), 0777), 0);
    host_file("sub/Some.Txt", "");
    host_file("sub/A rather long name.text", "");
    cr_assert_eq(known(dir, "sub", "x", host), -1, "nobody has listed it");
    cr_assert(!guess(dir, "sub", "x"));
    age();
    uint16_t x = 'x';
    cr_assert_eq(nt_dircache_find(dir, "sub", &x, 1, true, host, NULL), 0);
    unsigned before = nt_dircache_readings();
    cr_assert_eq(known(dir, "sub", "x", host), 0);
    cr_assert(guess(dir, "sub", "x"));
    cr_assert(!guess(dir, "sub", "SOME.TXT"));
    cr_assert(!guess(dir, "other", "x"));
    cr_assert_eq(known(dir, "sub", "SOME.TXT", host), 1);
    cr_assert_str_eq(host, "Some.Txt");
    /* An alias may be guessed to be missing, but is known not to be. */
    size_t n = utf16_from_host(u, 64, "A rather long name.text", 23);
    n = nt_short_name(u, n, a);
    for (size_t i = 0; i < n; i++)
        alias[i] = (char)a[i];
    cr_assert_eq(known(dir, "sub", alias, host), 1);
    cr_assert_eq(nt_dircache_readings(), before);
    /* The path leads elsewhere now. */
    cr_assert_eq(rename(host_path("sub"), host_path("moved")), 0);
    cr_assert_eq(known(dir, "sub", "x", host), -1);
    cr_assert_eq(mkdir(host_path("sub"), 0777), 0);
    host_file("sub/x", "");
    cr_assert_neq(known(dir, "sub", "x", host), 0);
    close(dir);
}

/* Whatever the granularity of time stamps: what another process has made is never known to be
 * missing. */
Test(dircache, nothing_new_is_known_to_be_missing)
{
    char host[NAME_MAX + 1], name[32], upper[32];
    int dir = open_dir();
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof(name), "file%d", i);
        snprintf(upper, sizeof(upper), "FILE%d", i);
        cr_assert_eq(find(dir, upper, host), 0);
        if (i % 50 == 0)
            age();
        host_file(name, "");
        cr_assert_neq(known(dir, "", upper, host), 0, "%s", name);
    }
    close(dir);
}

Test(dircache, aliases)
{
    char host[NAME_MAX + 1];
    uint16_t u[64], a[12];
    char text[13] = "";
    int dir = open_dir();
    host_file("A rather long name.text", "");
    size_t n = utf16_from_host(u, 64, "A rather long name.text", 23);
    n = nt_short_name(u, n, a);
    for (size_t i = 0; i < n; i++)
        text[i] = (char)a[i];
    cr_assert_eq(find(dir, text, host), 1);
    cr_assert_str_eq(host, "A rather long name.text");
    close(dir);
}

Test(dircache, own_additions_are_carried_over)
{
    char host[NAME_MAX + 1], name[32], upper[32];
    struct nt_dircache_note note;
    int dir = open_dir();
    for (int i = 0; i < 2000; i++) {
        snprintf(name, sizeof(name), "old%d", i);
        host_file(name, "");
    }
    age();
    /* A folder that has been quiet for a moment is read again, and on a busy machine such moments
     * come by themselves: one round out of many must get by without. */
    bool carried = false;
    for (int i = 0; i < 1000 && !carried; i++) {
        static unsigned before;
        if (i % 10 == 0)
            before = nt_dircache_readings();
        snprintf(name, sizeof(name), "new%d", i);
        snprintf(upper, sizeof(upper), "NEW%d", i);
        cr_assert_eq(find(dir, upper, host), 0);
        nt_dircache_before(dir, "", &note);
        host_file(name, "");
        nt_dircache_added(dir, "", &note, name);
        /* What others may have made at the same moment is not in it. */
        cr_assert_eq(known(dir, "", "other", host), -1);
        cr_assert(!guess(dir, "", "other"));
        cr_assert_eq(find(dir, upper, host), 1);
        carried = i % 10 == 9 && nt_dircache_readings() - before <= 2;
    }
    cr_assert(carried);
    close(dir);
}

Test(dircache, no_folder)
{
    char host[NAME_MAX + 1];
    int fd;
    host_file("plain", "");
    fd = open(host_path("plain"), O_RDONLY);
    cr_assert_eq(find(fd, "x", host), -1);
    cr_assert_eq(errno, ENOTDIR);
    close(fd);
    cr_assert_eq(find(-1, "x", host), -1);
    cr_assert_eq(errno, EBADF);
}
