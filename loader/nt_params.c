#include "loader/nt_params.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "syscalls/host/utf.h"
#include "syscalls/nt/child.h"
#include "syscalls/nt/console.h"
#include "syscalls/nt/file.h"
#include "syscalls/nt/nt.h"
#include "syscalls/nt/system.h"
#include "syscalls/nt/vm.h"

extern char **environ;

/* A growing buffer of UTF-16 units; after a failed allocation everything is ignored. */
struct text {
    uint16_t *units;
    size_t n, room;
    bool failed;
};

static bool grow(struct text *t, size_t more)
{
    if (t->failed)
        return false;
    if (t->n + more <= t->room)
        return true;
    size_t room = (t->n + more) * 2 + 256;
    uint16_t *p = realloc(t->units, room * sizeof(*p));
    if (!p) {
        t->failed = true;
        return false;
    }
    t->units = p;
    t->room = room;
    return true;
}

static void add_unit(struct text *t, uint16_t u)
{
    if (grow(t, 1))
        t->units[t->n++] = u;
}

static void add_bytes(struct text *t, const char *s, size_t n)
{
    if (grow(t, n * 2))
        t->n += utf16_from_host(t->units + t->n, n * 2, s, n);
}

static void add(struct text *t, const char *s)
{
    add_bytes(t, s, strlen(s));
}

/* An absolute host path as a DOS path. */
static void add_dos_path(struct text *t, const char *host)
{
    char dos[PATH_MAX + 8];

    if (nt_dos_path_of_host(host, dos, sizeof(dos)))
        add(t, dos);
}

uint16_t *nt_path_name_of_host(const char *path, uint32_t *length)
{
    struct text t = {0};

    add(&t, "\\??\\");
    add_dos_path(&t, path);
    *length = (uint32_t)(t.n * sizeof(uint16_t));
    return t.failed ? NULL : t.units;
}

/* One argument, quoted so that the rules of CommandLineToArgvW and of the C runtimes give it back
 * byte for byte. */
static void add_argument(struct text *t, const char *arg, bool program)
{
    if (*arg && !strpbrk(arg, " \t\n\v\"")) {
        add(t, arg);
        return;
    }
    if (program) { /* the name of the program knows no escapes */
        add_unit(t, '"');
        add(t, arg);
        add_unit(t, '"');
        return;
    }
    add_unit(t, '"');
    for (const char *p = arg; *p;) {
        size_t slashes = strspn(p, "\\"), plain;
        p += slashes;
        /* Backslashes count double in front of a quote, also in front of our closing one. */
        size_t write = *p == 0 ? slashes * 2 : *p == '"' ? slashes * 2 + 1 : slashes;
        for (size_t i = 0; i < write; i++)
            add_unit(t, '\\');
        if (*p == '"') {
            add_unit(t, '"');
            p++;
        }
        plain = strcspn(p, "\\\"");
        add_bytes(t, p, plain);
        p += plain;
    }
    add_unit(t, '"');
}

static void make_command_line(struct text *t, char **argv, const char *path)
{
    char dos[PATH_MAX + 8];

    /* What a shell of the foreign system would have put there: a DOS path, whole. */
    if (nt_dos_path_of_host(path, dos, sizeof(dos)))
        add_argument(t, dos, true);
    for (size_t i = 1; argv[0] && argv[i]; i++) {
        add_unit(t, ' ');
        add_argument(t, argv[i], false);
    }
}

/* The environment */
struct variables {
    char **list; /* "NAME=VALUE", malloc'd */
    size_t n, room;
    bool failed;
};

static size_t name_length(const char *variable)
{
    const char *eq = strchr(variable + (*variable == '='), '=');

    return eq ? (size_t)(eq - variable) : strlen(variable);
}

static void set(struct variables *v, const char *variable, bool replace)
{
    size_t n = name_length(variable);
    char *copy = strdup(variable);

    if (!copy) {
        v->failed = true;
        return;
    }
    for (size_t i = 0; i < v->n; i++) {
        if (name_length(v->list[i]) == n && strncasecmp(v->list[i], variable, n) == 0) {
            if (replace) {
                free(v->list[i]);
                v->list[i] = copy;
            } else {
                free(copy);
            }
            return;
        }
    }
    if (v->n == v->room) {
        size_t room = v->room * 2 + 64;
        char **p = realloc(v->list, room * sizeof(*p));
        if (!p) {
            free(copy);
            v->failed = true;
            return;
        }
        v->list = p;
        v->room = room;
    }
    v->list[v->n++] = copy;
}

static void setf(struct variables *v, bool replace, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void setf(struct variables *v, bool replace, const char *format, ...)
{
    char *s;
    va_list ap;

    va_start(ap, format);
    int n = vasprintf(&s, format, ap);
    va_end(ap);
    if (n < 0) {
        v->failed = true;
        return;
    }
    set(v, s, replace);
    free(s);
}

/* PATH=/usr/bin:... -> C:\windows\system32;...;Z:\usr\bin;... */
static char *guest_path(const char *host)
{
    static const char system[] = "C:\\windows\\system32;C:\\windows;C:\\windows\\system32\\wbem";
    size_t room = sizeof(system) + (host ? strlen(host) * 2 + 4 * strlen(host) : 0) + 16;
    char *out = malloc(room);

    if (!out)
        return NULL;
    strcpy(out, system);
    size_t n = strlen(out);
    while (host && *host) {
        size_t len = strcspn(host, ":");
        char dir[PATH_MAX], dos[PATH_MAX + 8];
        if (len > 0 && len < sizeof(dir) && host[0] == '/') {
            memcpy(dir, host, len);
            dir[len] = 0;
            if (nt_dos_path_of_host(dir, dos, sizeof(dos)) && n + strlen(dos) + 2 < room) {
                out[n++] = ';';
                strcpy(out + n, dos);
                n += strlen(dos);
            }
        }
        host += len;
        host += *host == ':';
    }
    return out;
}

static int compare_variables(const void *a, const void *b)
{
    const char *x = *(char *const *)a, *y = *(char *const *)b;
    size_t n = name_length(x), m = name_length(y);
    int c = strncasecmp(x, y, n < m ? n : m);

    return c ? c : n < m ? -1 : n > m;
}

static void make_environment(struct text *t, const struct run_options *o)
{
    struct variables v = {0};
    const char *user = nt_user_name(), *tmp = getenv("TMPDIR");
    char host[256] = "LOCALHOST", dos[PATH_MAX + 8];

    for (char **e = environ; !o->clean_env && *e; e++) {
        /* These would mean something else on the other side. */
        if (strncmp(*e, "PATH=", 5) == 0 || strncmp(*e, "TMPDIR=", 7) == 0 ||
            strncmp(*e, "_=", 2) == 0 || !strchr(*e, '=') || **e == '=')
            continue;
        set(&v, *e, true);
    }
    gethostname(host, sizeof(host) - 1);
    for (char *p = host; *p; p++) {
        if (*p == '.')
            *p = 0;
        else if (*p >= 'a' && *p <= 'z')
            *p -= 32;
        if (!*p)
            break;
    }
    host[15] = 0;
    if (!tmp || tmp[0] != '/')
        tmp = "/tmp";
    char *path = guest_path(o->clean_env ? NULL : getenv("PATH"));
    setf(&v, true, "PATH=%s", path ? path : "C:\\windows\\system32");
    free(path);
    if (nt_dos_path_of_host(tmp, dos, sizeof(dos))) {
        setf(&v, true, "TEMP=%s", dos);
        setf(&v, true, "TMP=%s", dos);
    }
    static const char *const fixed[] = {
        "SystemDrive=C:",
        "SystemRoot=C:\\windows",
        "windir=C:\\windows",
        "ComSpec=C:\\windows\\system32\\cmd.exe",
        "OS=Windows_NT",
        "PATHEXT=.COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC",
        "PROCESSOR_ARCHITECTURE=AMD64",
        "ProgramFiles=C:\\Program Files",
        "ProgramFiles(x86)=C:\\Program Files (x86)",
        "ProgramW6432=C:\\Program Files",
        "CommonProgramFiles=C:\\Program Files\\Common Files",
        "CommonProgramFiles(x86)=C:\\Program Files (x86)\\Common Files",
        "CommonProgramW6432=C:\\Program Files\\Common Files",
        "ProgramData=C:\\ProgramData",
        "ALLUSERSPROFILE=C:\\ProgramData",
        "PUBLIC=C:\\users\\Public",
        "HOMEDRIVE=C:",
        "DriverData=C:\\windows\\System32\\Drivers\\DriverData",
    };
    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
        set(&v, fixed[i], true);
    setf(&v, true, "HOMEPATH=\\users\\%s", user);
    setf(&v, true, "USERPROFILE=C:\\users\\%s", user);
    setf(&v, true, "APPDATA=C:\\users\\%s\\AppData\\Roaming", user);
    setf(&v, true, "LOCALAPPDATA=C:\\users\\%s\\AppData\\Local", user);
    setf(&v, true, "USERNAME=%s", user);
    setf(&v, true, "USERDOMAIN=%s", host);
    setf(&v, true, "COMPUTERNAME=%s", host);
    setf(&v, true, "LOGONSERVER=\\\\%s", host);
    setf(&v, true, "NUMBER_OF_PROCESSORS=%u", nt_processor_count());
    for (unsigned i = 0; i < o->env_count; i++)
        set(&v, o->env[i], true);
    if (v.n)
        qsort(v.list, v.n, sizeof(*v.list), compare_variables);
    for (size_t i = 0; i < v.n; i++) {
        add(t, v.list[i]);
        add_unit(t, 0);
        free(v.list[i]);
    }
    free(v.list);
    add_unit(t, 0);
    t->failed |= v.failed;
}

/* Puts text behind *at in guest memory and makes *us name it. */
static void place(UNICODE_STRING *us, const struct text *t, uintptr_t *at, size_t room)
{
    size_t bytes = t->n * sizeof(uint16_t);

    us->Length = (USHORT)bytes;
    us->MaximumLength = (USHORT)(room ? room : bytes + sizeof(uint16_t));
    us->Buffer = (WCHAR *)*at;
    if (bytes)
        memcpy(us->Buffer, t->units, bytes);
    us->Buffer[t->n] = 0;
    *at += (us->MaximumLength + 15u) & ~15u;
}

struct texts {
    struct text image, line, cwd, dll_path, title, desktop, shell, runtime, env;
};

/* NULL: no memory, or a text is too long. */
static RTL_USER_PROCESS_PARAMETERS *build(const struct texts *s)
{
    const struct text *all[] = {&s->image, &s->line,    &s->cwd,   &s->dll_path, &s->title,
                                &s->desktop, &s->shell, &s->runtime};
    size_t path_room = 32768 * 2; /* room for the longest path that may become current */
    size_t size = sizeof(RTL_USER_PROCESS_PARAMETERS) + path_room + 256;

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (all[i]->failed || all[i]->n > 32766)
            return NULL;
        size += all[i]->n * 2 + 32;
    }
    if (s->env.failed)
        return NULL;
    size = VM_PAGE_UP(size);
    uintptr_t base = 0, env_base = 0;
    if (!NT_SUCCESS(vm_reserve(&base, size, &vm_low_2g, MEM_PRIVATE, PAGE_READWRITE, NULL)) ||
        !NT_SUCCESS(vm_commit(base, size, PAGE_READWRITE)) ||
        !NT_SUCCESS(vm_reserve(&env_base, s->env.n * 2, &vm_low_2g, MEM_PRIVATE, PAGE_READWRITE,
                               NULL)) ||
        !NT_SUCCESS(vm_commit(env_base, s->env.n * 2, PAGE_READWRITE)))
        return NULL;
    RTL_USER_PROCESS_PARAMETERS *p = (RTL_USER_PROCESS_PARAMETERS *)base;
    uintptr_t at = base + sizeof(*p);
    p->MaximumLength = (ULONG)size;
    p->Flags = RTL_USER_PROC_PARAMS_NORMALIZED;
    place(&p->ImagePathName, &s->image, &at, 0);
    place(&p->CommandLine, &s->line, &at, 0);
    place(&p->WindowTitle, &s->title, &at, 0);
    place(&p->DllPath, &s->dll_path, &at, 0);
    if (s->desktop.n)
        place(&p->DesktopInfo, &s->desktop, &at, 0);
    if (s->shell.n)
        place(&p->ShellInfo, &s->shell, &at, 0);
    if (s->runtime.n)
        place(&p->RuntimeData, &s->runtime, &at, 0);
    place(&p->CurrentDirectory.DosPath, &s->cwd, &at, 0xfffe);
    p->Length = (ULONG)(at - base);
    p->Environment = (PVOID)env_base;
    p->EnvironmentSize = s->env.n * 2;
    memcpy(p->Environment, s->env.units, s->env.n * 2);
    p->ProcessGroupId = nt_process.id;
    return p;
}

bool nt_params_make(const struct run_options *o, const char *program_path)
{
    struct texts s = {0};
    char dir[PATH_MAX];

    add_dos_path(&s.image, program_path);
    make_command_line(&s.line, o->arguments, program_path);
    /* A folder that has gone, or cannot be named, is no reason not to run. */
    add_dos_path(&s.cwd, getcwd(dir, sizeof(dir)) && dir[0] == '/' ? dir : "/");
    if (s.cwd.n && s.cwd.units[s.cwd.n - 1] != '\\')
        add_unit(&s.cwd, '\\');
    make_environment(&s.env, o);
    add_dos_path(&s.title, program_path);
    RTL_USER_PROCESS_PARAMETERS *p = build(&s);
    if (p)
        nt_file_standard_handles(p);
    free(s.image.units);
    free(s.line.units);
    free(s.cwd.units);
    free(s.env.units);
    free(s.title.units);
    nt_process.parameters = p;
    return p != NULL;
}

bool nt_params_make_child(const struct nt_child_message *m)
{
    struct texts s = {0};
    struct text *const to[NT_CHILD_TEXTS] = {
        [NT_CHILD_IMAGE] = &s.image,         [NT_CHILD_LINE] = &s.line,
        [NT_CHILD_DIRECTORY] = &s.cwd,       [NT_CHILD_DLL_PATH] = &s.dll_path,
        [NT_CHILD_TITLE] = &s.title,         [NT_CHILD_DESKTOP] = &s.desktop,
        [NT_CHILD_SHELL] = &s.shell,         [NT_CHILD_RUNTIME] = &s.runtime,
        [NT_CHILD_ENVIRONMENT] = &s.env,
    };

    for (int i = 0; i < NT_CHILD_TEXTS; i++) {
        to[i]->units = (uint16_t *)((uintptr_t)m + m->text[i].offset); /* only read */
        to[i]->n = (m->text[i].bytes + 1) / 2;
    }
    RTL_USER_PROCESS_PARAMETERS *p = build(&s);
    if (!p)
        return false;
    p->RuntimeData.Length = (USHORT)m->text[NT_CHILD_RUNTIME].bytes;
    p->DebugFlags = m->debug_flags;
    p->ConsoleHandle = nt_console_for_child((int64_t)m->console);
    p->ConsoleFlags = m->console_flags;
    p->StandardInput = (HANDLE)(uintptr_t)m->input;
    p->StandardOutput = (HANDLE)(uintptr_t)m->output;
    p->StandardError = (HANDLE)(uintptr_t)m->error;
    ULONG *window = &p->StartingX;
    memcpy(window, m->window, sizeof(m->window));
    if (m->process_group)
        p->ProcessGroupId = m->process_group;
    nt_process.parameters = p;
    return true;
}
