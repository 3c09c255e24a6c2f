/* DER, as far as certificates need it. Nothing is copied; lengths are checked against what is there. */
#include "crypt32.h"

BOOL der_next(struct der *der, struct der_item *item)
{
    const BYTE *at = der->at;
    SIZE_T length;

    if (der->end - at < 2)
        return FALSE;
    item->whole = at;
    item->tag = *at++;
    if ((item->tag & 0x1f) == 0x1f)
        return FALSE; /* long identifiers do not occur in certificates */
    length = *at++;
    if (length & 0x80) {
        unsigned bytes = length & 0x7f;

        if (!bytes || bytes > 4 || der->end - at < (LONG_PTR)bytes)
            return FALSE;
        for (length = 0; bytes; bytes--)
            length = length << 8 | *at++;
    }
    if (length > (SIZE_T)(der->end - at))
        return FALSE;
    item->data = at;
    item->size = (DWORD)length;
    item->whole_size = (DWORD)(at - item->whole) + (DWORD)length;
    der->at = at + length;
    return TRUE;
}

BOOL der_take(struct der *der, BYTE tag, struct der_item *item)
{
    struct der rest = *der;

    if (!der_next(&rest, item) || item->tag != tag)
        return FALSE;
    *der = rest;
    return TRUE;
}

struct der der_inside(const struct der_item *item)
{
    return (struct der){item->data, item->data + item->size};
}

static char *number(char *to, const char *end, ULONGLONG value)
{
    char digits[20];
    int n = 0;

    do
        digits[n++] = (char)('0' + value % 10);
    while (value /= 10);
    if (end - to <= n)
        return NULL;
    while (n)
        *to++ = digits[--n];
    *to = 0;
    return to;
}

BOOL der_oid(const struct der_item *item, char *text, DWORD size)
{
    const BYTE *at = item->data, *end = at + item->size;
    char *to = text, *limit = text + size;
    BOOL first = TRUE;

    if (item->tag != 6 || at == end)
        return FALSE;
    while (at < end) {
        ULONGLONG value = 0;

        do {
            if (at == end || value >> 56)
                return FALSE;
            value = value << 7 | (*at & 0x7f);
        } while (*at++ & 0x80);
        if (first) {
            ULONGLONG top = value < 80 ? value / 40 : 2;

            to = number(to, limit, top);
            value -= top * 40;
            first = FALSE;
        }
        if (!to || limit - to < 2)
            return FALSE;
        *to++ = '.';
        to = number(to, limit, value);
        if (!to)
            return FALSE;
    }
    return TRUE;
}

static BOOL two(const BYTE *at, int *value)
{
    if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9')
        return FALSE;
    *value = (at[0] - '0') * 10 + at[1] - '0';
    return TRUE;
}

BOOL der_time(const struct der_item *item, FILETIME *time)
{
    const BYTE *at = item->data;
    TIME_FIELDS fields = {0};
    LARGE_INTEGER value;
    int century, year, month, day, hour, minute, second;

    if (item->tag == 0x17 && item->size == 13) {
        if (!two(at, &year))
            return FALSE;
        century = year < 50 ? 20 : 19;
    } else if (item->tag == 0x18 && item->size == 15) {
        if (!two(at, &century))
            return FALSE;
        at += 2;
        if (!two(at, &year))
            return FALSE;
    } else {
        return FALSE;
    }
    at += 2;
    if (!two(at, &month) || !two(at + 2, &day) || !two(at + 4, &hour) || !two(at + 6, &minute) ||
        !two(at + 8, &second) || at[10] != 'Z')
        return FALSE;
    fields.Year = (SHORT)(century * 100 + year);
    fields.Month = (SHORT)month;
    fields.Day = (SHORT)day;
    fields.Hour = (SHORT)hour;
    fields.Minute = (SHORT)minute;
    fields.Second = (SHORT)second;
    if (!RtlTimeFieldsToTime(&fields, &value))
        return FALSE;
    time->dwLowDateTime = value.LowPart;
    time->dwHighDateTime = (DWORD)value.HighPart;
    return TRUE;
}
