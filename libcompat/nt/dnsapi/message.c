/*
 * Messages of name servers as lists of records. Each record is one block of memory, with its text
 * behind it.
 */
#include "dns.h"

#define MAX_NAME 256 /* of text, with the NUL */
#define TYPE_OPT 41

struct reader {
    const UCHAR *bytes;
    SIZE_T size, at;
    BOOL bad;
};

static unsigned get(struct reader *r, int n)
{
    unsigned value = 0;

    if (r->size - r->at < (SIZE_T)n) {
        r->bad = TRUE;
        return 0;
    }
    while (n--)
        value = value << 8 | r->bytes[r->at++];
    return value;
}

/* A name that may go on elsewhere: always further in front, so it ends. */
static void get_name(struct reader *r, char name[MAX_NAME])
{
    SIZE_T at = r->at, limit = r->size, n = 0;
    BOOL jumped = FALSE;

    name[0] = 0;
    for (;;) {
        UCHAR length;

        if (at >= limit)
            break;
        length = r->bytes[at];
        if (length >= 0xc0) {
            SIZE_T target;

            if (at + 1 >= r->size)
                break;
            target = (SIZE_T)(length & 0x3f) << 8 | r->bytes[at + 1];
            if (!jumped)
                r->at = at + 2;
            jumped = TRUE;
            if (target >= at)
                break;
            limit = at; /* the rest lies in front of this pointer */
            at = target;
            continue;
        }
        if (length & 0xc0)
            break;
        at++;
        if (!length) {
            if (!jumped)
                r->at = at;
            name[n] = 0;
            return;
        }
        if (at + length > r->size || n + length + 2 > MAX_NAME)
            break;
        if (n)
            name[n++] = '.';
        for (UCHAR i = 0; i < length; i++, at++)
            name[n++] = r->bytes[at] ? (char)r->bytes[at] : '?';
    }
    name[0] = 0;
    r->bad = TRUE;
}

/* Where text of a record goes. */
struct writer {
    char *at, *end;
    enum charset charset;
};

/* Text of n bytes in the record's character set; what is not UTF-8 becomes U+FFFD there. */
static void *put(struct writer *w, const char *text, SIZE_T n)
{
    char *begin = w->at;
    ULONG bytes = 0, room = (ULONG)(w->end - w->at);

    if (w->charset == CHARSET_UTF8) {
        memcpy(begin, text, n);
        bytes = (ULONG)n;
    } else if (n) {
        WCHAR *wide = (WCHAR *)begin;

        if (!NT_SUCCESS(RtlUTF8ToUnicodeN(wide, room, &bytes, text, (ULONG)n)))
            bytes = 0;
        if (w->charset == CHARSET_ANSI) {
            WCHAR *copy = heap_alloc(bytes + 1);
            ULONG narrow = 0;

            if (copy) {
                memcpy(copy, begin, bytes);
                if (!NT_SUCCESS(RtlUnicodeToMultiByteN(begin, room, &narrow, copy, bytes)))
                    narrow = 0;
            }
            heap_free(copy);
            bytes = narrow;
        }
    }
    begin[bytes] = begin[bytes + 1] = 0;
    w->at = begin + ((bytes + 2 + 7) & ~(ULONG)7);
    return begin;
}

static void *put_text(struct writer *w, const char *text)
{
    return put(w, text, ansi_length(text));
}

/* A record with room for `extra` bytes of data besides its union, and `text` bytes in the end. */
static PDNS_RECORD new_record(SIZE_T extra, SIZE_T text, struct writer *w, enum charset charset)
{
    SIZE_T head = (sizeof(DNS_RECORD) + extra + 7) & ~(SIZE_T)7;
    char *block = heap_zalloc(head + text);

    if (!block)
        return NULL;
    w->at = block + head;
    w->end = block + head + text;
    w->charset = charset;
    return (PDNS_RECORD)block;
}

static void put_strings(struct reader *r, SIZE_T end, PDNS_RECORD record, struct writer *w)
{
    DNS_TXT_DATAW *txt = &record->Data.TXT;

    while (!r->bad && r->at < end) {
        unsigned n = get(r, 1);

        if (n > end - r->at) {
            r->bad = TRUE;
            break;
        }
        txt->pStringArray[txt->dwStringCount++] = put(w, (const char *)r->bytes + r->at, n);
        r->at += n;
    }
    record->wDataLength = (WORD)(sizeof(DWORD_PTR) + txt->dwStringCount * sizeof(PWSTR));
}

static void *put_string(struct reader *r, SIZE_T end, struct writer *w)
{
    unsigned n = get(r, 1);
    void *text;

    if (r->at > end || n > end - r->at) {
        r->bad = TRUE;
        n = 0;
    }
    text = put(w, (const char *)r->bytes + r->at, n);
    r->at += n;
    return text;
}

static void data_of(struct reader *r, SIZE_T n, PDNS_RECORD record, struct writer *w)
{
    SIZE_T end = r->at + n;
    char name[MAX_NAME];

    switch (record->wType) {
    case DNS_TYPE_A:
        if (n != 4) {
            r->bad = TRUE;
            break;
        }
        memcpy(&record->Data.A, r->bytes + r->at, 4);
        record->wDataLength = sizeof(record->Data.A);
        break;
    case DNS_TYPE_AAAA:
        if (n != 16) {
            r->bad = TRUE;
            break;
        }
        memcpy(&record->Data.AAAA, r->bytes + r->at, 16);
        record->wDataLength = sizeof(record->Data.AAAA);
        break;
    case DNS_TYPE_NS:
    case DNS_TYPE_CNAME:
    case DNS_TYPE_PTR:
    case DNS_TYPE_MB:
    case DNS_TYPE_MD:
    case DNS_TYPE_MF:
    case DNS_TYPE_MG:
    case DNS_TYPE_MR:
    case 39: /* DNAME */
        get_name(r, name);
        record->Data.PTR.pNameHost = put_text(w, name);
        record->wDataLength = sizeof(record->Data.PTR);
        break;
    case DNS_TYPE_SOA:
        get_name(r, name);
        record->Data.SOA.pNamePrimaryServer = put_text(w, name);
        get_name(r, name);
        record->Data.SOA.pNameAdministrator = put_text(w, name);
        record->Data.SOA.dwSerialNo = get(r, 4);
        record->Data.SOA.dwRefresh = get(r, 4);
        record->Data.SOA.dwRetry = get(r, 4);
        record->Data.SOA.dwExpire = get(r, 4);
        record->Data.SOA.dwDefaultTtl = get(r, 4);
        record->wDataLength = sizeof(record->Data.SOA);
        break;
    case DNS_TYPE_MINFO:
    case DNS_TYPE_RP:
        get_name(r, name);
        record->Data.MINFO.pNameMailbox = put_text(w, name);
        get_name(r, name);
        record->Data.MINFO.pNameErrorsMailbox = put_text(w, name);
        record->wDataLength = sizeof(record->Data.MINFO);
        break;
    case DNS_TYPE_MX:
    case DNS_TYPE_AFSDB:
    case DNS_TYPE_RT:
        record->Data.MX.wPreference = (WORD)get(r, 2);
        get_name(r, name);
        record->Data.MX.pNameExchange = put_text(w, name);
        record->wDataLength = sizeof(record->Data.MX);
        break;
    case DNS_TYPE_TEXT:
    case DNS_TYPE_HINFO:
    case DNS_TYPE_ISDN:
    case DNS_TYPE_X25: put_strings(r, end, record, w); break;
    case DNS_TYPE_SRV:
        record->Data.SRV.wPriority = (WORD)get(r, 2);
        record->Data.SRV.wWeight = (WORD)get(r, 2);
        record->Data.SRV.wPort = (WORD)get(r, 2);
        get_name(r, name);
        record->Data.SRV.pNameTarget = put_text(w, name);
        record->wDataLength = sizeof(record->Data.SRV);
        break;
    case 35: /* NAPTR */
        record->Data.NAPTR.wOrder = (WORD)get(r, 2);
        record->Data.NAPTR.wPreference = (WORD)get(r, 2);
        record->Data.NAPTR.pFlags = put_string(r, end, w);
        record->Data.NAPTR.pService = put_string(r, end, w);
        record->Data.NAPTR.pRegularExpression = put_string(r, end, w);
        get_name(r, name);
        record->Data.NAPTR.pReplacement = put_text(w, name);
        record->wDataLength = sizeof(record->Data.NAPTR);
        break;
    default: /* as it is on the wire */
        record->Data.UNKNOWN.dwByteCount = (DWORD)n;
        memcpy(record->Data.UNKNOWN.bData, r->bytes + r->at, n);
        record->wDataLength = (WORD)(sizeof(DWORD) + n);
        break;
    }
    if (r->at > end)
        r->bad = TRUE;
    r->at = end;
}

/* The next record; NULL when the message is bad, or without memory. */
static PDNS_RECORD get_record(struct reader *r, unsigned section, enum charset charset)
{
    char owner[MAX_NAME];
    struct writer w;
    PDNS_RECORD record;
    unsigned type, class, ttl, n;

    get_name(r, owner);
    type = get(r, 2);
    class = get(r, 2);
    ttl = get(r, 4);
    n = get(r, 2);
    (void)class;
    if (r->bad || n > r->size - r->at) {
        r->bad = TRUE;
        return NULL;
    }
    /* Strings: each of at least a byte on the wire has a pointer, and eight bytes of padding. */
    record = new_record(n * (1 + sizeof(PVOID)), 3 * (MAX_NAME * 2 + 16) + n * 18 + 32, &w, charset);
    if (!record)
        return NULL;
    record->pName = put_text(&w, owner);
    record->wType = (WORD)type;
    record->Flags.S.Section = section;
    record->Flags.S.CharSet = (DWORD)charset;
    record->dwTtl = ttl;
    data_of(r, n, record, &w);
    if (r->bad) {
        heap_free(record);
        return NULL;
    }
    return record;
}

PDNS_RECORD dns_record(const char *owner, WORD type, const void *data, enum charset charset)
{
    struct writer w;
    SIZE_T n = type == DNS_TYPE_PTR ? ansi_length(data) : 0;
    PDNS_RECORD record = new_record(0, (ansi_length(owner) + n) * 2 + 64, &w, charset);

    if (!record)
        return NULL;
    record->pName = put_text(&w, owner);
    record->wType = type;
    record->Flags.S.Section = DnsSectionAnswer;
    record->Flags.S.CharSet = (DWORD)charset;
    record->dwTtl = 86400;
    if (type == DNS_TYPE_PTR) {
        record->Data.PTR.pNameHost = put_text(&w, data);
        record->wDataLength = sizeof(record->Data.PTR);
    } else {
        record->wDataLength = type == DNS_TYPE_A ? 4 : 16;
        memcpy(&record->Data, data, record->wDataLength);
    }
    return record;
}

void dns_free_list(PDNS_RECORD list)
{
    while (list) {
        PDNS_RECORD next = list->pNext;

        heap_free(list);
        list = next;
    }
}

DNS_STATUS dns_parse(const UCHAR *message, SIZE_T size, enum charset charset, PDNS_RECORD *list)
{
    struct reader r = {message, size, 0, FALSE};
    unsigned counts[4], code;
    BOOL answered;
    PDNS_RECORD *link = list;

    *list = NULL;
    get(&r, 2);
    code = get(&r, 2) & 15;
    for (int i = 0; i < 4; i++)
        counts[i] = get(&r, 2);
    if (r.bad)
        return DNS_ERROR_BAD_PACKET;
    if (code)
        return DNS_ERROR_RCODE_FORMAT_ERROR - 1 + (DNS_STATUS)code;
    for (unsigned i = 0; i < counts[0] && !r.bad; i++) {
        char name[MAX_NAME];

        get_name(&r, name);
        get(&r, 4);
    }
    answered = counts[1] != 0;
    for (unsigned section = 1; section < 4 && !r.bad; section++)
        for (unsigned i = 0; i < counts[section] && !r.bad; i++) {
            PDNS_RECORD record = get_record(&r, section, charset);

            if (!record) {
                dns_free_list(*list);
                *list = NULL;
                return r.bad ? DNS_ERROR_BAD_PACKET : DNS_ERROR_NO_MEMORY;
            }
            /* The authority is of interest when it is all there is; OPT is the transport's. */
            if (record->wType == TYPE_OPT || (section == 2 && answered)) {
                heap_free(record);
                continue;
            }
            *link = record;
            link = &record->pNext;
        }
    if (r.bad || !answered) {
        dns_free_list(*list);
        *list = NULL;
        return r.bad ? DNS_ERROR_BAD_PACKET : DNS_INFO_NO_RECORDS;
    }
    return 0;
}

/* The message is in the byte order of this machine in its head, as documented. */
static DNS_STATUS extract(PDNS_MESSAGE_BUFFER buffer, WORD size, enum charset charset,
                          PDNS_RECORD *list)
{
    UCHAR *copy;
    DNS_STATUS status;

    if (!buffer || !list || size < sizeof(DNS_HEADER))
        return ERROR_INVALID_PARAMETER;
    copy = heap_alloc(size);
    if (!copy)
        return DNS_ERROR_NO_MEMORY;
    memcpy(copy, buffer, size);
    for (int i = 0; i < 12; i += 2) { /* all but the flags, which are bit fields */
        UCHAR low = copy[i];

        if (i == 2)
            continue;
        copy[i] = copy[i + 1];
        copy[i + 1] = low;
    }
    status = dns_parse(copy, size, charset, list);
    heap_free(copy);
    return status;
}

DNS_STATUS WINAPI DnsExtractRecordsFromMessage_W(PDNS_MESSAGE_BUFFER buffer, WORD size,
                                                 PDNS_RECORD *list)
{
    return extract(buffer, size, CHARSET_WIDE, list);
}

DNS_STATUS WINAPI DnsExtractRecordsFromMessage_UTF8(PDNS_MESSAGE_BUFFER buffer, WORD size,
                                                    PDNS_RECORDA *list)
{
    return extract(buffer, size, CHARSET_UTF8, (PDNS_RECORD *)list);
}

VOID WINAPI DnsFree(PVOID data, DNS_FREE_TYPE type)
{
    if (type == DnsFreeRecordList)
        dns_free_list(data);
    else
        heap_free(data);
}

#undef DnsRecordListFree
VOID WINAPI DnsRecordListFree(PDNS_RECORD list, DNS_FREE_TYPE type);

VOID WINAPI DnsRecordListFree(PDNS_RECORD list, DNS_FREE_TYPE type)
{
    if (type == DnsFreeRecordList)
        dns_free_list(list);
}
