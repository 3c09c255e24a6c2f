/*
 * The environment functions, once for both widths. Included by env.c, which defines CH, the
 * table TABLE with its first value INITIAL, ENSURE() to make it, LEN and NCMP, and E(get) etc.
 * for the names. Everything static here runs under CRT_LOCK_ENV.
 */

/* The index of NAME=... in the table, or of the end. */
static size_t E(index_)(const CH *name, size_t len)
{
    size_t i = 0;

    for (; TABLE[i]; i++)
        if (!NCMP(TABLE[i], name, len) && TABLE[i][len] == '=')
            break;
    return i;
}

/* Takes the malloc block `entry` ("NAME=value"), or NULL to remove. False: no memory. */
static bool E(store_)(CH *entry, const CH *name, size_t len)
{
    size_t i = E(index_)(name, len), count = i;

    if (TABLE[i]) {
        free(TABLE[i]);
        if (entry) {
            TABLE[i] = entry;
            return true;
        }
        do
            TABLE[i] = TABLE[i + 1];
        while (TABLE[i++]);
        return true;
    }
    if (!entry)
        return true;
    CH **grown = malloc((count + 2) * sizeof *grown);
    if (!grown)
        return false;
    memcpy(grown, TABLE, count * sizeof *grown);
    grown[count] = entry;
    grown[count + 1] = NULL;
    if (TABLE != INITIAL)
        free(TABLE); /* main's third argument goes on pointing at the first table */
    TABLE = grown;
    return true;
}

static CH *E(find_)(const CH *name)
{
    size_t len = LEN(name), i;

    if (ENSURE() < 0)
        return NULL;
    i = E(index_)(name, len);
    return TABLE[i] ? TABLE[i] + len + 1 : NULL;
}

CH *E(get)(const CH *name)
{
    CRT_CHECK(name, EINVAL, NULL);
    CRT_CHECK(LEN(name) < 32767, EINVAL, NULL);
    _lock(CRT_LOCK_ENV);
    CH *value = E(find_)(name);
    _unlock(CRT_LOCK_ENV);
    return value;
}

errno_t E(get_s)(size_t *result, CH *buf, size_t size, const CH *name)
{
    errno_t error = 0;

    if (!result)
        return crt_bad_parameter(EINVAL);
    *result = 0;
    if (!buf != !size)
        return crt_bad_parameter(EINVAL);
    if (buf)
        *buf = 0;
    if (!name)
        return crt_bad_parameter(EINVAL);
    _lock(CRT_LOCK_ENV);
    CH *value = E(find_)(name);
    if (value) {
        *result = LEN(value) + 1;
        if (size && *result > size)
            error = ERANGE;
        else if (size)
            memcpy(buf, value, *result * sizeof *buf);
    }
    _unlock(CRT_LOCK_ENV);
    if (error)
        errno = error;
    return error;
}

errno_t E(dup_s)(CH **buf, size_t *count, const CH *name)
{
    errno_t error = 0;

    if (!buf)
        return crt_bad_parameter(EINVAL);
    *buf = NULL;
    if (count)
        *count = 0;
    if (!name)
        return crt_bad_parameter(EINVAL);
    _lock(CRT_LOCK_ENV);
    CH *value = E(find_)(name);
    if (value) {
        size_t size = LEN(value) + 1;
        *buf = malloc(size * sizeof **buf);
        if (*buf) {
            memcpy(*buf, value, size * sizeof **buf);
            if (count)
                *count = size;
        } else {
            error = ENOMEM;
        }
    }
    _unlock(CRT_LOCK_ENV);
    if (error)
        errno = error;
    return error;
}

/* ---- _searchenv --------------------------------------------------------------------------- */

errno_t E(search_s)(const CH *file, const CH *variable, CH *out, size_t size)
{
    size_t len;

    if (!out || !size)
        return crt_bad_parameter(EINVAL);
    *out = 0;
    if (!file)
        return crt_bad_parameter(EINVAL);
    if (!*file)
        return errno = ENOENT;
    if (EXISTS(file)) {
        if (FULLPATH(out, file, size))
            return 0;
        *out = 0;
        return errno;
    }
    CH *path = NULL;
    errno_t error = variable ? E(dup_s)(&path, NULL, variable) : 0;
    if (error || !path)
        return errno = error ? error : ENOENT;
    len = LEN(file);
    error = ENOENT;
    for (const CH *p = path; *p && error == ENOENT;) {
        size_t n = 0;
        bool quoted = false;
        CH *name = malloc((LEN(p) + len + 2) * sizeof *name);
        if (!name) {
            error = ENOMEM;
            break;
        }
        for (; *p && (quoted || *p != ';'); p++) {
            if (*p == '"')
                quoted = !quoted;
            else
                name[n++] = *p;
        }
        p += *p == ';';
        if (n && name[n - 1] != '\\' && name[n - 1] != '/' && name[n - 1] != ':')
            name[n++] = '\\';
        memcpy(name + n, file, (len + 1) * sizeof *name);
        if (n && EXISTS(name)) {
            error = n + len < size ? 0 : ERANGE;
            if (!error)
                memcpy(out, name, (n + len + 1) * sizeof *name);
        }
        free(name);
    }
    free(path);
    if (error == ERANGE)
        return crt_bad_parameter(error);
    if (error)
        errno = error;
    return error;
}

/* No size: the documents ask for a buffer of _MAX_PATH. */
void E(search)(const CH *file, const CH *variable, CH *out)
{
    E(search_s)(file, variable, out, MAX_PATH);
}
