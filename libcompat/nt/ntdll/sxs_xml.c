/*
 * XML as manifests have it: elements, attributes, namespaces, text, comments. No document types and
 * no entities but the five and numbers, so nothing can grow; what is read stays within the text.
 */
#include "libcompat/nt/ntdll/sxs.h"

static BOOLEAN is_space(WCHAR c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Generous: whatever XML forbids in names beyond this does no harm here. */
static BOOLEAN is_name(WCHAR c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '-' || c == '.' || c == ':' || c >= 0x80;
}

static BOOLEAN same(struct sxs_slice a, struct sxs_slice b)
{
    return a.n == b.n && !memcmp(a.s, b.s, a.n * sizeof(WCHAR));
}

BOOLEAN sxs_slice_is(struct sxs_slice a, const WCHAR *text)
{
    ULONG n = (ULONG)wcslen(text);

    return a.n == n && !memcmp(a.s, text, n * sizeof(WCHAR));
}

void sxs_xml_begin(struct sxs_xml *x, const WCHAR *text, ULONG units)
{
    memset(x, 0, sizeof(*x));
    x->at = text;
    x->end = text + units;
    if (units && *text == 0xfeff)
        x->at++;
}

static BOOLEAN starts(const struct sxs_xml *x, const WCHAR *text)
{
    ULONG n = (ULONG)wcslen(text);

    return (SIZE_T)(x->end - x->at) >= n && !memcmp(x->at, text, n * sizeof(WCHAR));
}

/* To behind the text; FALSE: it does not come. */
static BOOLEAN skip_past(struct sxs_xml *x, const WCHAR *text)
{
    for (; x->at < x->end; x->at++) {
        if (starts(x, text)) {
            x->at += wcslen(text);
            return TRUE;
        }
    }
    return FALSE;
}

static struct sxs_slice take_name(const WCHAR **at, const WCHAR *end)
{
    struct sxs_slice s = {*at, 0};

    while (*at < end && is_name(**at))
        ++*at;
    s.n = (ULONG)(*at - s.s);
    return s;
}

static void split(struct sxs_slice qualified, struct sxs_slice *prefix, struct sxs_slice *name)
{
    *prefix = (struct sxs_slice){qualified.s, 0};
    *name = qualified;
    for (ULONG i = 0; i < qualified.n; i++) {
        if (qualified.s[i] == ':') {
            prefix->n = i;
            name->s = qualified.s + i + 1;
            name->n = qualified.n - i - 1;
            return;
        }
    }
}

/* One attribute with its value between quotes. FALSE: none, or malformed (*bad). */
static BOOLEAN take_attribute(const WCHAR **at, const WCHAR *end, struct sxs_slice *name,
                              struct sxs_slice *value, BOOLEAN *bad)
{
    const WCHAR *p = *at;

    *bad = FALSE;
    while (p < end && is_space(*p))
        p++;
    if (p == end)
        return FALSE;
    *bad = TRUE;
    if (p == *at) /* blanks must part them */
        return FALSE;
    *name = take_name(&p, end);
    while (p < end && is_space(*p))
        p++;
    if (!name->n || p == end || *p++ != '=')
        return FALSE;
    while (p < end && is_space(*p))
        p++;
    if (p == end || (*p != '"' && *p != '\''))
        return FALSE;
    WCHAR quote = *p++;
    value->s = p;
    while (p < end && *p != quote && *p != '<')
        p++;
    if (p == end || *p != quote)
        return FALSE;
    value->n = (ULONG)(p - value->s);
    *at = p + 1;
    *bad = FALSE;
    return TRUE;
}

static BOOLEAN declare_prefixes(struct sxs_xml *x)
{
    const WCHAR *at = x->attributes.s, *end = at + x->attributes.n;
    struct sxs_slice name, value, prefix, local;
    BOOLEAN bad;

    while (take_attribute(&at, end, &name, &value, &bad)) {
        split(name, &prefix, &local);
        if (sxs_slice_is(name, L"xmlns"))
            local.n = 0;
        else if (!sxs_slice_is(prefix, L"xmlns"))
            continue;
        if (x->prefix_count == SXS_XML_PREFIXES)
            return FALSE;
        x->prefixes[x->prefix_count].prefix = local;
        x->prefixes[x->prefix_count].space = value;
        x->prefixes[x->prefix_count++].depth = x->depth;
    }
    return !bad;
}

static struct sxs_slice space_of(const struct sxs_xml *x, struct sxs_slice prefix)
{
    for (ULONG i = x->prefix_count; i-- > 0;)
        if (same(x->prefixes[i].prefix, prefix))
            return x->prefixes[i].space;
    return (struct sxs_slice){prefix.s, 0};
}

static void close_element(struct sxs_xml *x)
{
    x->name = x->open[x->depth - 1].name;
    while (x->prefix_count && x->prefixes[x->prefix_count - 1].depth == x->depth)
        x->prefix_count--;
    x->depth--;
}

static enum sxs_xml_kind end_tag(struct sxs_xml *x)
{
    struct sxs_slice name;

    x->at += 2;
    name = take_name(&x->at, x->end);
    while (x->at < x->end && is_space(*x->at))
        x->at++;
    if (!x->depth || x->at == x->end || *x->at != '>' ||
        !same(name, x->open[x->depth - 1].qualified))
        return SXS_XML_BAD;
    x->at++;
    close_element(x);
    return SXS_XML_END;
}

static enum sxs_xml_kind start_tag(struct sxs_xml *x)
{
    struct sxs_slice qualified, prefix;
    WCHAR quote = 0;

    x->at++;
    qualified = take_name(&x->at, x->end);
    if (!qualified.n || x->depth == SXS_XML_DEPTH || (!x->depth && x->seen_root))
        return SXS_XML_BAD;
    x->attributes.s = x->at;
    while (x->at < x->end && (quote || (*x->at != '>' && *x->at != '<'))) {
        if (quote ? *x->at == quote : *x->at == '"' || *x->at == '\'')
            quote = quote ? 0 : *x->at;
        x->at++;
    }
    if (x->at == x->end || *x->at != '>')
        return SXS_XML_BAD;
    x->attributes.n = (ULONG)(x->at - x->attributes.s);
    x->at++;
    x->empty_element = x->attributes.n && x->attributes.s[x->attributes.n - 1] == '/';
    x->attributes.n -= x->empty_element;
    x->seen_root = TRUE;
    x->open[x->depth].qualified = qualified;
    x->depth++;
    split(qualified, &prefix, &x->name);
    x->open[x->depth - 1].name = x->name;
    if (!declare_prefixes(x))
        return SXS_XML_BAD;
    x->space = space_of(x, prefix);
    return SXS_XML_START;
}

enum sxs_xml_kind sxs_xml_next(struct sxs_xml *x)
{
    if (x->empty_element) {
        x->empty_element = FALSE;
        close_element(x);
        return SXS_XML_END;
    }
    while (x->at < x->end) {
        if (starts(x, L"<!--")) {
            x->at += 4;
            if (!skip_past(x, L"-->"))
                return SXS_XML_BAD;
        } else if (starts(x, L"<?")) {
            if (!skip_past(x, L"?>"))
                return SXS_XML_BAD;
        } else if (starts(x, L"</")) {
            return end_tag(x);
        } else if (*x->at == '<') {
            return start_tag(x); /* "<!" has no name */
        } else {
            BOOLEAN blank = TRUE;
            x->text.s = x->at;
            for (; x->at < x->end && *x->at != '<'; x->at++)
                blank = blank && is_space(*x->at);
            x->text.n = (ULONG)(x->at - x->text.s);
            if (!blank)
                return x->depth ? SXS_XML_TEXT : SXS_XML_BAD;
        }
    }
    return x->depth || !x->seen_root ? SXS_XML_BAD : SXS_XML_DONE;
}

struct sxs_slice sxs_xml_parent(const struct sxs_xml *x, ULONG up)
{
    if (x->depth < up + 1)
        return (struct sxs_slice){L"", 0};
    return x->open[x->depth - up - 1].name;
}

BOOLEAN sxs_xml_attribute(const struct sxs_xml *x, ULONG *at, struct sxs_slice *name,
                          struct sxs_slice *value)
{
    const WCHAR *p = x->attributes.s + *at;
    struct sxs_slice prefix;
    BOOLEAN bad;

    if (!take_attribute(&p, x->attributes.s + x->attributes.n, name, value, &bad))
        return FALSE;
    *at = (ULONG)(p - x->attributes.s);
    split(*name, &prefix, name);
    return TRUE;
}

static BOOLEAN entity(struct sxs_slice e, ULONG *c)
{
    static const struct {
        const WCHAR *name;
        WCHAR c;
    } known[] = {{L"lt", '<'}, {L"gt", '>'}, {L"amp", '&'}, {L"quot", '"'}, {L"apos", '\''}};
    ULONG base = 10, i = 1, value = 0;

    for (ULONG k = 0; k < ARRAYSIZE(known); k++) {
        if (sxs_slice_is(e, known[k].name)) {
            *c = known[k].c;
            return TRUE;
        }
    }
    if (e.n < 2 || e.s[0] != '#')
        return FALSE;
    if (e.s[1] == 'x') {
        base = 16;
        i = 2;
    }
    if (i == e.n)
        return FALSE;
    for (; i < e.n; i++) {
        WCHAR d = e.s[i];
        ULONG digit = 99;
        if (d >= '0' && d <= '9')
            digit = d - '0' + 0u;
        else if ((d | 0x20) >= 'a' && (d | 0x20) <= 'f')
            digit = (d | 0x20) - 'a' + 10u;
        if (digit >= base || (value = value * base + digit) > 0x10ffff)
            return FALSE;
    }
    *c = value;
    return value != 0 && (value < 0xd800 || value > 0xdfff);
}

BOOLEAN sxs_xml_decode(struct sxs_slice raw, WCHAR *out, ULONG room)
{
    ULONG n = 0;

    for (ULONG i = 0; i < raw.n; i++) {
        ULONG c = raw.s[i];
        if (c == 0)
            return FALSE;
        if (c == '&') {
            struct sxs_slice e = {raw.s + i + 1, 0};
            while (i + 1 + e.n < raw.n && e.s[e.n] != ';')
                e.n++;
            if (i + 1 + e.n == raw.n || !entity(e, &c))
                return FALSE;
            i += e.n + 1;
        }
        if (n + 3 > room)
            return FALSE;
        if (c > 0xffff) {
            out[n++] = (WCHAR)(0xd7c0 + (c >> 10));
            out[n++] = (WCHAR)(0xdc00 + (c & 0x3ff));
        } else {
            out[n++] = (WCHAR)c;
        }
    }
    out[n] = 0;
    return TRUE;
}
