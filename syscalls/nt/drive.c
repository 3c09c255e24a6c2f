#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syscalls/nt/drive.h"
#include "syscalls/nt/filename.h"
#include "syscalls/nt/nt.h"

/* The lock guards the roots of the volumes and the making of the scratch folder. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct nt_volume volumes[26];
static pthread_once_t defaults = PTHREAD_ONCE_INIT;
static char *library_dir[2]; /* System32, SysWOW64: absolute, resolved; NULL */
static int library_fd[2] = {-1, -1};
static bool keep_system_drive;
static char user_name[NAME_MAX + 1] = "user";

enum { ROOT, WINDOWS, SYSTEM32, SYSWOW64, USERS = 13, USER = 15, LOCAL = 17, DRIVERS = 30, ETC };

static const struct nt_composed nodes[] = {
    [ROOT] = {"", NULL, -1, NT_COMPOSED_PLAIN, NULL},
    [WINDOWS] = {"Windows", NULL, ROOT, NT_COMPOSED_PLAIN, NULL},
    [SYSTEM32] = {"System32", NULL, WINDOWS, NT_COMPOSED_SYSTEM32, NULL},
    [SYSWOW64] = {"SysWOW64", NULL, WINDOWS, NT_COMPOSED_SYSWOW64, NULL},
    {"Temp", NULL, WINDOWS, NT_COMPOSED_PLAIN, NULL},
    {"Fonts", NULL, WINDOWS, NT_COMPOSED_PLAIN, NULL},
    {"Program Files", "PROGRA~1", ROOT, NT_COMPOSED_PLAIN, NULL}, /* 6 */
    {"Common Files", "COMMON~1", 6, NT_COMPOSED_PLAIN, NULL},
    {"Program Files (x86)", "PROGRA~2", ROOT, NT_COMPOSED_PLAIN, NULL}, /* 8 */
    {"Common Files", "COMMON~1", 8, NT_COMPOSED_PLAIN, NULL},
    {"ProgramData", "PROGRA~3", ROOT, NT_COMPOSED_PLAIN, NULL}, /* 10 */
    {"Microsoft", "MICROS~1", 10, NT_COMPOSED_PLAIN, NULL},     /* 11 */
    {"Windows", NULL, 11, NT_COMPOSED_PLAIN, NULL},
    [USERS] = {"Users", NULL, ROOT, NT_COMPOSED_PLAIN, NULL},
    {"Public", NULL, USERS, NT_COMPOSED_PLAIN, NULL}, /* 14 */
    [USER] = {user_name, NULL, USERS, NT_COMPOSED_PLAIN, NULL},
    {"AppData", NULL, USER, NT_COMPOSED_PLAIN, NULL}, /* 16 */
    [LOCAL] = {"Local", NULL, 16, NT_COMPOSED_PLAIN, NULL},
    {"Temp", NULL, LOCAL, NT_COMPOSED_PLAIN, NULL},
    {"Microsoft", "MICROS~1", LOCAL, NT_COMPOSED_PLAIN, NULL},
    {"LocalLow", NULL, 16, NT_COMPOSED_PLAIN, NULL},
    {"Roaming", NULL, 16, NT_COMPOSED_PLAIN, NULL}, /* 21 */
    {"Microsoft", "MICROS~1", 21, NT_COMPOSED_PLAIN, NULL},
    {"Desktop", NULL, USER, NT_COMPOSED_PLAIN, NULL},
    {"Documents", "DOCUME~1", USER, NT_COMPOSED_PLAIN, NULL},
    {"Downloads", "DOWNLO~1", USER, NT_COMPOSED_PLAIN, NULL},
    {"Music", NULL, USER, NT_COMPOSED_PLAIN, NULL},
    {"Pictures", NULL, USER, NT_COMPOSED_PLAIN, NULL},
    {"Videos", NULL, USER, NT_COMPOSED_PLAIN, NULL},
    {"Documents", "DOCUME~1", 14, NT_COMPOSED_PLAIN, NULL},
    [DRIVERS] = {"drivers", NULL, SYSTEM32, NT_COMPOSED_PLAIN, NULL},
    [ETC] = {"etc", NULL, DRIVERS, NT_COMPOSED_PLAIN, NULL},
    {"hosts", NULL, ETC, NT_COMPOSED_FILE, "/etc/hosts"},
    {"networks", NULL, ETC, NT_COMPOSED_FILE, "/etc/networks"},
    {"protocol", NULL, ETC, NT_COMPOSED_FILE, "/etc/protocols"},
    {"services", NULL, ETC, NT_COMPOSED_FILE, "/etc/services"},
};

const struct nt_composed *nt_composed_nodes = nodes;
const int nt_composed_count = sizeof(nodes) / sizeof(nodes[0]);

static void make_defaults(void)
{
    for (int i = 0; i < 26; i++)
        volumes[i] = (struct nt_volume){.letter = (char)('A' + i), .root = -1};
    volumes[25].host = strdup("");
    volumes[2].composed = true;
}

static void set_defaults(void)
{
    pthread_once(&defaults, make_defaults);
}

const char *nt_user_name(void)
{
    const char *name = getenv("USER");

    if (name && *name && !strchr(name, '/') && !strchr(name, '\\') && strlen(name) <= NAME_MAX)
        return name;
    /* Not getpwuid: it may open network name services, for a name that hardly matters. */
    return geteuid() == 0 ? "root" : "user";
}

/* An absolute path without symbolic links and without '/' at the end; NULL with errno. */
static char *folder(const char *dir)
{
    char *real = realpath(dir, NULL);
    struct stat st;

    if (!real)
        return NULL;
    if (stat(real, &st) != 0 || !S_ISDIR(st.st_mode)) {
        free(real);
        errno = ENOTDIR;
        return NULL;
    }
    if (real[1] == 0)
        real[0] = 0;
    return real;
}

bool nt_drive_set(char letter, const char *dir)
{
    set_defaults();
    letter = (char)toupper((unsigned char)letter);
    if (letter < 'A' || letter > 'Z') {
        errno = EINVAL;
        return false;
    }
    char *host = folder(dir);
    if (!host)
        return false;
    struct nt_volume *v = &volumes[letter - 'A'];
    free(v->host);
    v->host = host;
    v->composed = false;
    if (v->root >= 0)
        close(v->root);
    v->root = -1;
    return true;
}

bool nt_system32_dir_set(const char *dir, const char *dir32)
{
    const char *from[2] = {dir, dir32};

    for (int i = 0; i < 2; i++) {
        if (!from[i])
            continue;
        char *host = folder(from[i]);
        if (!host)
            return false;
        free(library_dir[i]);
        library_dir[i] = host;
        if (library_fd[i] >= 0)
            close(library_fd[i]);
        library_fd[i] = -1;
    }
    return true;
}

static void set_user(const char *user)
{
    if (user && *user && strlen(user) < sizeof(user_name) && !strchr(user, '/'))
        strcpy(user_name, user);
}

bool nt_system_drive_join(const char *path, const char *user)
{
    set_defaults();
    char *copy = strdup(path);
    if (!copy)
        return false;
    set_user(user);
    free(volumes[2].host);
    volumes[2].host = copy;
    volumes[2].composed = true;
    keep_system_drive = true;
    return true;
}

bool nt_system_drive_set(const char *dir, const char *user)
{
    uint64_t random;
    char *path;

    set_defaults();
    if (dir) {
        if (mkdir(dir, 0777) != 0 && errno != EEXIST)
            return false;
        char *host = folder(dir);
        bool ok = host && nt_system_drive_join(host, user);
        free(host);
        return ok;
    }
    const char *parent = getenv("XDG_RUNTIME_DIR");
    if (!parent || parent[0] != '/' || access(parent, W_OK | X_OK) != 0)
        parent = "/tmp";
    if (getrandom(&random, sizeof(random), 0) != sizeof(random))
        return false;
    char *real = folder(parent);
    if (!real)
        return false;
    int len = asprintf(&path, "%s/compatrun-%016llx", real, (unsigned long long)random);
    free(real);
    if (len < 0)
        return false;
    bool ok = nt_system_drive_join(path, user);
    free(path);
    keep_system_drive = false;
    return ok;
}

const char *nt_system_drive_path(void)
{
    set_defaults();
    return volumes[2].composed ? volumes[2].host : NULL;
}

struct nt_volume *nt_volume_of_letter(unsigned letter)
{
    set_defaults();
    if (letter >= 'a' && letter <= 'z')
        letter -= 'a' - 'A';
    if (letter < 'A' || letter > 'Z')
        return NULL;
    struct nt_volume *v = &volumes[letter - 'A'];
    return v->host || v->composed ? v : NULL;
}

struct nt_volume *nt_volume_of_device(unsigned number)
{
    return number >= 1 && number <= 26 ? nt_volume_of_letter('A' + number - 1) : NULL;
}

unsigned nt_volume_device(const struct nt_volume *v)
{
    return (unsigned)(v->letter - 'A') + 1;
}

uint32_t nt_volume_mask(void)
{
    uint32_t mask = 0;

    for (unsigned i = 0; i < 26; i++)
        if (nt_volume_of_letter('A' + i))
            mask |= 1u << i;
    return mask;
}

/* Somebody else's folder with our name must not be used. */
static bool is_ours(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && (keep_system_drive || st.st_uid == geteuid());
}

int nt_volume_root(struct nt_volume *v)
{
    int fd = __atomic_load_n(&v->root, __ATOMIC_ACQUIRE);

    if (fd >= 0)
        return fd;
    if (!v->host) {
        errno = ENOENT;
        return -1;
    }
    fd = open(v->host[0] ? v->host : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    if (v->composed) {
        /* A folder of --state that is still empty becomes a system drive with its first write. */
        if (!is_ours(fd) || faccessat(fd, "Windows", F_OK, 0) != 0) {
            close(fd);
            errno = ENOENT;
            return -1;
        }
    }
    pthread_mutex_lock(&lock);
    if (v->root >= 0)
        close(fd);
    else
        __atomic_store_n(&v->root, fd, __ATOMIC_RELEASE);
    fd = v->root;
    pthread_mutex_unlock(&lock);
    return fd;
}

int nt_composed_child(int node, const uint16_t *name, size_t n)
{
    uint16_t units[NT_NAME_UNITS];

    for (int i = 1; i < nt_composed_count; i++) {
        if (nodes[i].parent != node)
            continue;
        size_t len = nt_name_from_host(nodes[i].name, strlen(nodes[i].name), units, NT_NAME_UNITS);
        if ((len != NT_NO_ROOM && nt_name_equal(units, len, name, n)) ||
            (nodes[i].alias && nt_name_is(name, n, nodes[i].alias)))
            return nt_composed_exists(i) ? i : -1;
    }
    return -1;
}

bool nt_composed_exists(int node)
{
    if (nodes[node].kind == NT_COMPOSED_FILE)
        return access(nodes[node].host, F_OK) == 0;
    return nodes[node].kind != NT_COMPOSED_SYSWOW64 || library_dir[1];
}

bool nt_composed_is_virtual(int node)
{
    for (node = nodes[node].parent; node > ROOT; node = nodes[node].parent)
        if (nodes[node].kind != NT_COMPOSED_PLAIN)
            return true;
    return false;
}

void nt_composed_path(int node, char path[PATH_MAX])
{
    if (node == ROOT) {
        path[0] = 0;
        return;
    }
    nt_composed_path(nodes[node].parent, path);
    if (path[0])
        strcat(path, "/"); /* the table's depth bounds the length */
    strcat(path, nodes[node].name);
}

int nt_composed_library(int node)
{
    int which = nodes[node].kind - NT_COMPOSED_SYSTEM32, fd;

    if (which < 0 || which > 1 || !library_dir[which]) {
        errno = ENOENT;
        return -1;
    }
    fd = __atomic_load_n(&library_fd[which], __ATOMIC_ACQUIRE);
    if (fd >= 0)
        return fd;
    fd = open(library_dir[which][0] ? library_dir[which] : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    pthread_mutex_lock(&lock);
    if (library_fd[which] >= 0)
        close(fd);
    else
        __atomic_store_n(&library_fd[which], fd, __ATOMIC_RELEASE);
    fd = library_fd[which];
    pthread_mutex_unlock(&lock);
    return fd;
}

/* What follows root in path, or NULL. */
static const char *below(const char *root, const char *path)
{
    size_t n = strlen(root);

    return strncmp(path, root, n) == 0 && (path[n] == '/' || path[n] == 0) ? path + n : NULL;
}

int nt_composed_of_library_path(const char *host, const char **rest)
{
    for (int i = 0; i < 2; i++)
        if (library_dir[i] && (*rest = below(library_dir[i], host)) != NULL)
            return i == 0 ? SYSTEM32 : SYSWOW64;
    return -1;
}

NTSTATUS nt_system_drive_materialise(void)
{
    struct nt_volume *c = &volumes[2];
    char path[PATH_MAX];
    int fd;

    set_defaults();
    if (!c->composed || __atomic_load_n(&c->root, __ATOMIC_ACQUIRE) >= 0)
        return STATUS_SUCCESS;
    if (!c->host)
        return STATUS_MEDIA_WRITE_PROTECTED; /* start-up found no place for it */
    /* Another process of the session may be doing the same: what exists is as good as made. */
    if (mkdir(c->host, 0700) != 0 && errno != EEXIST)
        return nt_status_of_errno(errno);
    fd = open(c->host, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (keep_system_drive ? 0 : O_NOFOLLOW));
    if (fd < 0)
        return nt_status_of_errno(errno);
    if (!is_ours(fd)) {
        close(fd);
        return STATUS_ACCESS_DENIED;
    }
    /* Windows comes last: nt_volume_root takes it for the sign that the tree is complete. */
    NTSTATUS status = STATUS_SUCCESS;
    for (int pass = 0; pass < 2 && NT_SUCCESS(status); pass++)
        for (int i = 1; i < nt_composed_count; i++) {
            nt_composed_path(i, path);
            if (!nt_composed_exists(i) || nt_composed_is_virtual(i) ||
                (strncmp(path, "Windows", 7) == 0) != (pass == 1))
                continue;
            if (mkdirat(fd, path, 0777) != 0 && errno != EEXIST) {
                status = nt_status_of_errno(errno);
                break;
            }
        }
    close(fd);
    if (NT_SUCCESS(status) && nt_volume_root(c) < 0)
        status = nt_status_of_errno(errno);
    return status;
}

struct nt_volume *nt_volume_of_host(const char *path, struct nt_volume *prefer, const char **rest)
{
    struct nt_volume *best = NULL;
    size_t longest = 0;

    set_defaults();
    if (prefer && prefer->host && (*rest = below(prefer->host, path)) != NULL)
        return prefer;
    for (int i = 0; i < 26; i++) {
        struct nt_volume *v = &volumes[i];
        const char *after;
        if (!v->host || (v->composed && v->root < 0) || !(after = below(v->host, path)))
            continue;
        if (!best || strlen(v->host) > longest) {
            best = v;
            longest = strlen(v->host);
            *rest = after;
        }
    }
    return best;
}

/* Depth is bounded by the descriptors that a process may have; what cannot be removed stays. */
static void remove_tree(int parent, const char *name)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *e;

    if (!d) {
        if (fd >= 0)
            close(fd);
        return;
    }
    fchmod(fd, 0700);
    while ((e = readdir(d)) != NULL) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        if (unlinkat(fd, e->d_name, 0) != 0 && (errno == EISDIR || errno == EPERM))
            remove_tree(fd, e->d_name);
    }
    closedir(d);
    unlinkat(parent, name, AT_REMOVEDIR);
}

void nt_system_drive_remove(void)
{
    if (volumes[2].composed && volumes[2].host && !keep_system_drive)
        remove_tree(AT_FDCWD, volumes[2].host);
}
