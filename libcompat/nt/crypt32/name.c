/* Names of certificates as text. */
#include "crypt32.h"

static const struct attribute {
    const char *oid;
    const WCHAR *x500;
} attributes[] = {
    {szOID_COMMON_NAME, L"CN"},
    {szOID_COUNTRY_NAME, L"C"},
    {szOID_LOCALITY_NAME, L"L"},
    {szOID_STATE_OR_PROVINCE_NAME, L"S"},
    {szOID_STREET_ADDRESS, L"STREET"},
    {szOID_ORGANIZATION_NAME, L"O"},
    {szOID_ORGANIZATIONAL_UNIT_NAME, L"OU"},
    {szOID_TITLE, L"T"},
    {szOID_GIVEN_NAME, L"G"},
    {szOID_INITIALS, L"I"},
    {szOID_SUR_NAME, L"SN"},
    {szOID_DOMAIN_COMPONENT, L"DC"},
    {szOID_DEVICE_SERIAL_NUMBER, L"SERIALNUMBER"},
    {szOID_RSA_emailAddr, L"E"},
};

/* Text that may not fit: it is counted all the same. */
struct text {
    WCHAR *at;
    DWORD room, length; /* in characters, without the NUL */
};

static void put(struct text *t, const WCHAR *s, DWORD n)
{
    for (DWORD i = 0; i < n; i++, t->length++)
        if (t->at && t->length + 1 < t->room)
            t->at[t->length] = s[i];
}

static void puts_w(struct text *t, const WCHAR *s)
{
    put(t, s, (DWORD)wide_length(s));
}

static void puts_a(struct text *t, const char *s)
{
    for (; *s; s++)
        put(t, &(WCHAR){(BYTE)*s}, 1);
}

/* The characters of a string of whatever kind; FALSE: of none that is known. n: room in, length out. */
static BOOL characters(const struct der_item *value, WCHAR *to, DWORD *n)
{
    ULONG bytes = 0;

    switch (value->tag) {
    case 0x0c: /* UTF8String */
        if (!NT_SUCCESS(RtlUTF8ToUnicodeN(to, *n * sizeof(WCHAR), &bytes, (const char *)value->data,
                                          value->size)))
            return FALSE;
        *n = bytes / sizeof(WCHAR);
        return TRUE;
    case 0x12: /* NumericString, PrintableString, T61String, IA5String, VisibleString */
    case 0x13:
    case 0x14:
    case 0x16:
    case 0x1a:
        if (value->size > *n)
            return FALSE;
        for (DWORD i = 0; i < value->size; i++)
            to[i] = value->data[i];
        *n = value->size;
        return TRUE;
    case 0x1e: /* BMPString */
        if (value->size / 2 > *n)
            return FALSE;
        for (DWORD i = 0; i < value->size / 2; i++)
            to[i] = (WCHAR)(value->data[2 * i] << 8 | value->data[2 * i + 1]);
        *n = value->size / 2;
        return TRUE;
    default:
        return FALSE;
    }
}

static BOOL needs_quotes(const WCHAR *s, DWORD n)
{
    if (!n || s[0] == ' ' || s[n - 1] == ' ')
        return TRUE;
    for (DWORD i = 0; i < n; i++)
        if ((s[i] < 128 && s[i] && strchr(",+=\"<>;#", s[i])) || s[i] == '\n')
            return TRUE;
    return FALSE;
}

static void put_value(struct text *t, const struct der_item *value, DWORD flags)
{
    DWORD n = value->size;
    WCHAR *s = heap_alloc((n + 1) * sizeof(WCHAR));

    if (!s)
        return;
    if (!characters(value, s, &n)) {
        static const WCHAR hex[] = L"0123456789abcdef";

        put(t, L"#", 1);
        for (DWORD i = 0; i < value->whole_size; i++) {
            put(t, &hex[value->whole[i] >> 4], 1);
            put(t, &hex[value->whole[i] & 15], 1);
        }
    } else if (!(flags & CERT_NAME_STR_NO_QUOTING_FLAG) && needs_quotes(s, n)) {
        put(t, L"\"", 1);
        for (DWORD i = 0; i < n; i++) {
            if (s[i] == '"')
                put(t, L"\"", 1);
            put(t, &s[i], 1);
        }
        put(t, L"\"", 1);
    } else {
        put(t, s, n);
    }
    heap_free(s);
}

#define PARTS_MOST 256u

static void put_part(struct text *t, const struct der_item *part, DWORD flags, DWORD type)
{
    struct der set = der_inside(part);
    struct der_item pair, id, value;
    BOOL first = TRUE;

    while (der_take(&set, 0x30, &pair)) {
        struct der inside = der_inside(&pair);
        char oid[256];
        const WCHAR *key = NULL;

        if (!der_take(&inside, 6, &id) || !der_oid(&id, oid, sizeof(oid)) || !der_next(&inside, &value))
            return;
        if (!first)
            puts_w(t, flags & CERT_NAME_STR_NO_PLUS_FLAG ? L" " : L" + ");
        first = FALSE;
        if (type == CERT_X500_NAME_STR)
            for (ULONG i = 0; i < ARRAYSIZE(attributes); i++)
                if (!strcmp(attributes[i].oid, oid))
                    key = attributes[i].x500;
        if (key) {
            puts_w(t, key);
            put(t, L"=", 1);
        } else if (type != CERT_SIMPLE_NAME_STR) {
            if (type == CERT_X500_NAME_STR)
                puts_w(t, L"OID.");
            puts_a(t, oid);
            put(t, L"=", 1);
        }
        put_value(t, &value, flags);
    }
}

DWORD WINAPI CertNameToStrW(DWORD encoding, PCERT_NAME_BLOB name, DWORD how, LPWSTR out, DWORD size)
{
    struct text t = {out, out ? size : 0, 0};
    struct der der = {name->pbData, name->pbData + name->cbData};
    struct der_item whole, parts[PARTS_MOST];
    DWORD type = how & 0xffff, count = 0;
    const WCHAR *separator = how & CERT_NAME_STR_SEMICOLON_FLAG ? L"; "
                             : how & CERT_NAME_STR_CRLF_FLAG    ? L"\r\n"
                                                                : L", ";

    (void)encoding;
    if (der_take(&der, 0x30, &whole)) {
        der = der_inside(&whole);
        while (count < PARTS_MOST && der_take(&der, 0x31, &parts[count]))
            count++;
    }
    for (DWORD i = 0; i < count; i++) {
        if (i)
            puts_w(&t, separator);
        put_part(&t, &parts[how & CERT_NAME_STR_REVERSE_FLAG ? count - 1 - i : i], how, type);
    }
    if (t.at && t.room)
        t.at[t.length < t.room ? t.length : t.room - 1] = 0;
    return (t.at && t.length >= t.room ? t.room - 1 : t.length) + 1;
}

/* The A functions: what the W function says, in the code page. */
static DWORD give_ansi(const WCHAR *wide, LPSTR out, DWORD size)
{
    char *narrow = ansi_copy(wide);
    DWORD length;

    if (!narrow) {
        if (out && size)
            *out = 0;
        return 1;
    }
    length = (DWORD)ansi_length(narrow) + 1;
    if (out && size) {
        if (length > size)
            length = size;
        memcpy(out, narrow, length - 1);
        out[length - 1] = 0;
    }
    heap_free(narrow);
    return length;
}

DWORD WINAPI CertNameToStrA(DWORD encoding, PCERT_NAME_BLOB name, DWORD how, LPSTR out, DWORD size)
{
    DWORD n = CertNameToStrW(encoding, name, how, NULL, 0), result;
    WCHAR *wide = heap_alloc(n * sizeof(WCHAR));

    if (!wide) {
        if (out && size)
            *out = 0;
        return 1;
    }
    CertNameToStrW(encoding, name, how, wide, n);
    result = give_ansi(wide, out, size);
    heap_free(wide);
    return result;
}

/* The value of an attribute of a name; FALSE when it is not there. */
static BOOL attribute(const CERT_NAME_BLOB *name, const char *oid, struct text *t)
{
    struct der der = {name->pbData, name->pbData + name->cbData};
    struct der_item whole, part, pair, id, value;
    char text[256];

    if (!der_take(&der, 0x30, &whole))
        return FALSE;
    der = der_inside(&whole);
    while (der_take(&der, 0x31, &part)) {
        struct der set = der_inside(&part);

        while (der_take(&set, 0x30, &pair)) {
            struct der inside = der_inside(&pair);

            if (der_take(&inside, 6, &id) && der_oid(&id, text, sizeof(text)) && !strcmp(text, oid) &&
                der_next(&inside, &value)) {
                put_value(t, &value, CERT_NAME_STR_NO_QUOTING_FLAG);
                return TRUE;
            }
        }
    }
    return FALSE;
}

/* The first alternative name of a kind (the number of its tag), as IA5 text. */
static BOOL alternative(PCCERT_CONTEXT context, const char *oid, BYTE tag, struct text *t)
{
    const CERT_EXTENSION *extension =
        CertFindExtension(oid, context->pCertInfo->cExtension, context->pCertInfo->rgExtension);
    struct der der;
    struct der_item list, item;

    if (!extension)
        return FALSE;
    der = (struct der){extension->Value.pbData, extension->Value.pbData + extension->Value.cbData};
    if (!der_take(&der, 0x30, &list))
        return FALSE;
    for (der = der_inside(&list); der_next(&der, &item);) {
        if (item.tag != tag)
            continue;
        for (DWORD i = 0; i < item.size; i++)
            put(t, &(WCHAR){item.data[i]}, 1);
        return TRUE;
    }
    return FALSE;
}

static BOOL simple(const CERT_NAME_BLOB *name, struct text *t)
{
    static const char *const order[] = {szOID_COMMON_NAME, szOID_ORGANIZATIONAL_UNIT_NAME,
                                        szOID_ORGANIZATION_NAME, szOID_RSA_emailAddr};

    for (ULONG i = 0; i < ARRAYSIZE(order); i++)
        if (attribute(name, order[i], t))
            return TRUE;
    return FALSE;
}

DWORD WINAPI CertGetNameStringW(PCCERT_CONTEXT context, DWORD type, DWORD flags, void *parameter,
                                LPWSTR out, DWORD size)
{
    struct text t = {out, out ? size : 0, 0};
    BOOL issuer = flags & CERT_NAME_ISSUER_FLAG ? TRUE : FALSE;
    CERT_NAME_BLOB *name = issuer ? &context->pCertInfo->Issuer : &context->pCertInfo->Subject;
    const char *alternatives = issuer ? szOID_ISSUER_ALT_NAME2 : szOID_SUBJECT_ALT_NAME2;

    switch (type) {
    case CERT_NAME_EMAIL_TYPE:
        if (!alternative(context, alternatives, 0x81, &t))
            attribute(name, szOID_RSA_emailAddr, &t);
        break;
    case CERT_NAME_DNS_TYPE:
        if (!alternative(context, alternatives, 0x82, &t))
            attribute(name, szOID_COMMON_NAME, &t);
        break;
    case CERT_NAME_URL_TYPE:
        alternative(context, alternatives, 0x86, &t);
        break;
    case CERT_NAME_RDN_TYPE:
        return CertNameToStrW(context->dwCertEncodingType, name, parameter ? *(DWORD *)parameter : 0, out,
                              size);
    case CERT_NAME_ATTR_TYPE:
        if (parameter)
            attribute(name, parameter, &t);
        break;
    case CERT_NAME_FRIENDLY_DISPLAY_TYPE: {
        DWORD bytes = 0;
        WCHAR *friendly;

        if (!issuer &&
            CertGetCertificateContextProperty(context, CERT_FRIENDLY_NAME_PROP_ID, NULL, &bytes) &&
            (friendly = heap_zalloc(bytes + sizeof(WCHAR)))) {
            CertGetCertificateContextProperty(context, CERT_FRIENDLY_NAME_PROP_ID, friendly, &bytes);
            puts_w(&t, friendly);
            heap_free(friendly);
            break;
        }
    }
        /* fall through */
    case CERT_NAME_SIMPLE_DISPLAY_TYPE:
        if (!simple(name, &t) && !alternative(context, alternatives, 0x81, &t))
            alternative(context, alternatives, 0x82, &t);
        break;
    default:
        break;
    }
    if (t.at && t.room)
        t.at[t.length < t.room ? t.length : t.room - 1] = 0;
    return (t.at && t.length >= t.room ? t.room - 1 : t.length) + 1;
}

DWORD WINAPI CertGetNameStringA(PCCERT_CONTEXT context, DWORD type, DWORD flags, void *parameter, LPSTR out,
                                DWORD size)
{
    DWORD n = CertGetNameStringW(context, type, flags, parameter, NULL, 0), result;
    WCHAR *wide = heap_alloc(n * sizeof(WCHAR));

    if (!wide)
        return 1;
    CertGetNameStringW(context, type, flags, parameter, wide, n);
    result = give_ansi(wide, out, size);
    heap_free(wide);
    return result;
}
