/* The names under which programs are started: _spawn and _exec, by list (l) or vector (v), along
 * PATH (p), with an environment (e), narrow and wide. */
#include "spawn.h"

typedef const wchar_t *const *wide_list;

static void free_list(wchar_t **list)
{
    for (size_t i = 0; list && list[i]; i++)
        free(list[i]);
    free(list);
}

/* A malloc block of malloc blocks; NULL with errno. */
static wchar_t **widen(const char *const *list)
{
    size_t count = 0;
    wchar_t **out;

    while (list[count])
        count++;
    out = calloc(count + 1, sizeof(*out));
    for (size_t i = 0; out && i < count; i++) {
        out[i] = crt_to_wide(list[i]);
        if (!out[i]) {
            free_list(out);
            return NULL;
        }
    }
    return out;
}

static intptr_t spawn_wide(int mode, const wchar_t *name, wide_list argv, wide_list env,
                           bool search)
{
    return crt_spawn(mode, name, argv, env, search);
}

static intptr_t spawn_narrow(int mode, const char *name, const char *const *argv,
                             const char *const *env, bool search)
{
    wchar_t *wide_name, **wide_argv, **wide_env = NULL;
    intptr_t result = -1;

    CRT_CHECK(name && argv, EINVAL, -1);
    wide_name = crt_to_wide(name);
    wide_argv = widen(argv);
    if (env)
        wide_env = widen(env);
    if (wide_name && wide_argv && (wide_env || !env))
        result = crt_spawn(mode, wide_name, (wide_list)wide_argv, (wide_list)wide_env, search);
    free(wide_name);
    free_list(wide_argv);
    free_list(wide_env);
    return result;
}

/* first and what follows it up to NULL, then the environment if there is one. */
#define LISTED(CH, SPAWN, MODE, SEARCH, WITH_ENV)                                                  \
    {                                                                                              \
        const CH **argv, *const *env = NULL;                                                       \
        size_t count = 1;                                                                          \
        intptr_t result;                                                                           \
        va_list args;                                                                              \
                                                                                                   \
        CRT_CHECK(name && first, EINVAL, -1);                                                      \
        va_start(args, first);                                                                     \
        while (va_arg(args, const CH *))                                                           \
            count++;                                                                               \
        if (WITH_ENV)                                                                              \
            env = va_arg(args, const CH *const *);                                                 \
        va_end(args);                                                                              \
        argv = malloc((count + 1) * sizeof(*argv));                                                \
        if (!argv)                                                                                 \
            return -1;                                                                             \
        argv[0] = first;                                                                           \
        va_start(args, first);                                                                     \
        for (size_t i = 1; i <= count; i++)                                                        \
            argv[i] = va_arg(args, const CH *);                                                    \
        va_end(args);                                                                              \
        result = SPAWN(MODE, name, argv, env, SEARCH);                                             \
        free(argv);                                                                                \
        return result;                                                                             \
    }

#define LIST_FORMS(W, CH, SPAWN, SUFFIX, SEARCH, WITH_ENV)                                         \
    intptr_t W##spawnl##SUFFIX(int mode, const CH *name, const CH *first, ...)                     \
        LISTED(CH, SPAWN, mode, SEARCH, WITH_ENV)                                                  \
    intptr_t W##execl##SUFFIX(const CH *name, const CH *first, ...)                                \
        LISTED(CH, SPAWN, SPAWN_OVERLAY, SEARCH, WITH_ENV)

#define VECTOR_FORMS(W, CH, SPAWN, SUFFIX, SEARCH)                                                 \
    intptr_t W##spawnv##SUFFIX(int mode, const CH *name, const CH *const *argv)                    \
    {                                                                                              \
        return SPAWN(mode, name, argv, NULL, SEARCH);                                              \
    }                                                                                              \
    intptr_t W##execv##SUFFIX(const CH *name, const CH *const *argv)                               \
    {                                                                                              \
        return SPAWN(SPAWN_OVERLAY, name, argv, NULL, SEARCH);                                     \
    }                                                                                              \
    intptr_t W##spawnv##SUFFIX##e(int mode, const CH *name, const CH *const *argv,                 \
                                  const CH *const *env)                                            \
    {                                                                                              \
        return SPAWN(mode, name, argv, env, SEARCH);                                               \
    }                                                                                              \
    intptr_t W##execv##SUFFIX##e(const CH *name, const CH *const *argv, const CH *const *env)      \
    {                                                                                              \
        return SPAWN(SPAWN_OVERLAY, name, argv, env, SEARCH);                                      \
    }

#define ALL(W, CH, SPAWN)                                                                          \
    LIST_FORMS(W, CH, SPAWN, , false, false)                                                       \
    LIST_FORMS(W, CH, SPAWN, e, false, true)                                                       \
    LIST_FORMS(W, CH, SPAWN, p, true, false)                                                       \
    LIST_FORMS(W, CH, SPAWN, pe, true, true)                                                       \
    VECTOR_FORMS(W, CH, SPAWN, , false)                                                            \
    VECTOR_FORMS(W, CH, SPAWN, p, true)

ALL(_, char, spawn_narrow)
ALL(_w, wchar_t, spawn_wide)
