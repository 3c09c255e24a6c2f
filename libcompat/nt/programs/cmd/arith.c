/* set /a: 32-bit arithmetic with C's operators and precedence. */
#include "cmd.h"

struct reader {
    const WCHAR *at;
    DWORD error; /* 0, or the level that set /a leaves */
};

static LONG comma(struct reader *r);

static void skip(struct reader *r)
{
    while (*r->at == ' ' || *r->at == '\t' || *r->at == '"')
        r->at++;
}

static LONG complain(struct reader *r, const WCHAR *message, DWORD error)
{
    if (!r->error) {
        fail_saying(message);
        r->error = error;
    }
    return 0;
}

static bool is_name(WCHAR c)
{
    return c && !wcschr(L" \t\"()+-*/%!~<>&^|=,;", c);
}

static LONG value_of(const WCHAR *name)
{
    WCHAR *text = variable(name);
    LONG value = text ? (LONG)wcstol(text, NULL, 0) : 0;

    drop(text);
    return value;
}

static LONG unary(struct reader *r)
{
    skip(r);
    WCHAR c = *r->at;
    if (c == '-' || c == '+' || c == '~' || c == '!') {
        r->at++;
        LONG v = unary(r);
        return c == '-' ? (LONG)(0u - (ULONG)v) : c == '~' ? ~v : c == '!' ? !v : v;
    }
    if (c == '(') {
        r->at++;
        LONG v = comma(r);
        skip(r);
        if (*r->at != ')')
            return complain(r, L"Unbalanced parenthesis.", 1073750988);
        r->at++;
        return v;
    }
    if (c >= '0' && c <= '9') {
        WCHAR *end;
        ULONG v = wcstoul(r->at, &end, 0);
        if (is_name(*end))
            return complain(r,
                            L"Invalid number.  Numeric constants are either decimal (17),\r\n"
                            L"hexadecimal (0x11), or octal (021).",
                            1073750992);
        if (v > 0x7fffffff && !(end - r->at > 1 && (r->at[1] | 0x20) == 'x'))
            return complain(r, L"Invalid number.  Numbers are limited to 32-bits of precision.",
                            1073750993);
        r->at = end;
        return (LONG)v;
    }
    if (is_name(c)) {
        const WCHAR *from = r->at;
        while (is_name(*r->at))
            r->at++;
        WCHAR *name = copy_part(from, (size_t)(r->at - from));
        LONG v = value_of(name);
        drop(name);
        return v;
    }
    return complain(r, L"Missing operand.", 1073750991);
}

enum { MULTIPLY, DIVIDE, MODULO, ADD, SUBTRACT, LEFT, RIGHT, AND_BITS, XOR_BITS, OR_BITS };

static const struct operation {
    const WCHAR *sign;
    int what, level;
} operations[] = {
    {L"*", MULTIPLY, 5}, {L"/", DIVIDE, 5},  {L"%", MODULO, 5}, {L"+", ADD, 4},
    {L"-", SUBTRACT, 4}, {L"<<", LEFT, 3},   {L">>", RIGHT, 3}, {L"&", AND_BITS, 2},
    {L"^", XOR_BITS, 1}, {L"|", OR_BITS, 0},
};

static const struct operation *operation_at(const WCHAR *s)
{
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
        if (!wcsncmp(s, operations[i].sign, wcslen(operations[i].sign)))
            return &operations[i];
    return NULL;
}

static LONG apply(struct reader *r, int what, LONG a, LONG b)
{
    switch (what) {
    case MULTIPLY:
        return (LONG)((ULONG)a * (ULONG)b);
    case DIVIDE:
    case MODULO:
        if (b == 0)
            return complain(r, L"Divide by zero error.", 1073750993);
        if (b == -1)
            return what == DIVIDE ? (LONG)(0u - (ULONG)a) : 0;
        return what == DIVIDE ? a / b : a % b;
    case ADD:
        return (LONG)((ULONG)a + (ULONG)b);
    case SUBTRACT:
        return (LONG)((ULONG)a - (ULONG)b);
    case LEFT:
        return b < 0 || b > 31 ? 0 : (LONG)((ULONG)a << b);
    case RIGHT:
        return b < 0 || b > 31 ? (a < 0 ? -1 : 0) : a >> b;
    case AND_BITS:
        return a & b;
    case XOR_BITS:
        return a ^ b;
    default:
        return a | b;
    }
}

static LONG binary(struct reader *r, int level)
{
    LONG a = unary(r);

    for (;;) {
        skip(r);
        const struct operation *o = r->error ? NULL : operation_at(r->at);
        if (!o || o->level < level || r->at[wcslen(o->sign)] == '=')
            return a;
        r->at += wcslen(o->sign);
        a = apply(r, o->what, a, binary(r, o->level + 1));
    }
}

static LONG assignment(struct reader *r)
{
    skip(r);
    const WCHAR *from = r->at, *at = from;

    while (is_name(*at))
        at++;
    if (at > from && !(*from >= '0' && *from <= '9')) {
        const WCHAR *end = at;
        while (*at == ' ' || *at == '\t')
            at++;
        const struct operation *o = operation_at(at);
        const WCHAR *equals = o ? at + wcslen(o->sign) : at;
        if (*equals == '=' && equals[1] != '=') {
            WCHAR *name = copy_part(from, (size_t)(end - from)), text[16];
            r->at = equals + 1;
            LONG v = assignment(r);
            if (o && !r->error)
                v = apply(r, o->what, value_of(name), v);
            if (!r->error) {
                _snwprintf(text, 16, L"%d", (int)v);
                SetEnvironmentVariableW(name, text);
            }
            drop(name);
            return v;
        }
    }
    return binary(r, 0);
}

static LONG comma(struct reader *r)
{
    LONG v = assignment(r);

    for (skip(r); *r->at == ',' && !r->error; skip(r)) {
        r->at++;
        v = assignment(r);
    }
    return v;
}

bool arithmetic(const WCHAR *expression, LONG *value)
{
    struct reader r = {.at = expression};

    *value = comma(&r);
    skip(&r);
    if (!r.error && *r.at)
        complain(&r, L"Missing operator.", 1073750990);
    if (r.error)
        shell.level = r.error;
    return !r.error;
}
