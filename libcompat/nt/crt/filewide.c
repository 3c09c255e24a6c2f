/* Stream input and output of wide characters. Unicode text and binary streams hold UTF-16 units;
 * other text streams hold the locale's multibyte characters. */
#include "stream.h"

static bool is_multibyte(FILE *f)
{
    bool text;
    int encoding = crt_stream_encoding(f, &text);

    return text && encoding == FD_ANSI;
}

wint_t _fgetwc_nolock(FILE *f)
{
    char bytes[5];
    int c, n = 0, used;
    wchar_t wide;

    CRT_CHECK(f, EINVAL, WEOF);
    c = crt_getc(f);
    if (c == EOF)
        return WEOF;
    if (!is_multibyte(f)) {
        int high = crt_getc(f);

        return high == EOF ? WEOF : (wint_t)(c | high << 8);
    }
    bytes[n++] = (char)c;
    while ((used = crt_mbtowc(&wide, bytes, (size_t)n, NULL)) < 0 &&
           n < crt_locale_mb_cur_max(NULL)) {
        c = crt_getc(f);
        if (c == EOF)
            break;
        bytes[n++] = (char)c;
    }
    if (used < 0) {
        /* The first byte is lost, as documented; what was read on goes back. */
        while (n > 1)
            _ungetc_nolock((unsigned char)bytes[--n], f);
        errno = EILSEQ;
        f->_flag |= F_ERROR;
        return WEOF;
    }
    return used ? wide : 0;
}

wint_t fgetwc(FILE *f)
{
    wint_t c;

    CRT_CHECK(f, EINVAL, WEOF);
    _lock_file(f);
    c = _fgetwc_nolock(f);
    _unlock_file(f);
    return c;
}

wint_t getwc(FILE *f)
{
    return fgetwc(f);
}

wint_t _getwc_nolock(FILE *f)
{
    return _fgetwc_nolock(f);
}

wint_t getwchar(void)
{
    return fgetwc(stdin);
}

wint_t _fgetwchar(void)
{
    return fgetwc(stdin);
}

wint_t _fputwc_nolock(wchar_t c, FILE *f)
{
    char bytes[8];
    int n;

    CRT_CHECK(f, EINVAL, WEOF);
    if (!is_multibyte(f)) {
        /* Both bytes must go to the descriptor in one write where there is no buffer. */
        if (!(f->_flag & F_BUFFER) || f->_cnt < 2) {
            if (f->_flag & F_BUFFER && crt_flush(f))
                return WEOF;
            return _fwrite_nolock(&c, sizeof(c), 1, f) == 1 ? c : WEOF;
        }
        crt_putc(c & 0xff, f);
        crt_putc(c >> 8 & 0xff, f);
        return c;
    }
    n = crt_wctomb(bytes, c, NULL);
    if (n < 0) {
        errno = EILSEQ;
        f->_flag |= F_ERROR;
        return WEOF;
    }
    for (int i = 0; i < n; i++)
        if (crt_putc((unsigned char)bytes[i], f) == EOF)
            return WEOF;
    return c;
}

wint_t fputwc(wchar_t c, FILE *f)
{
    struct crt_burst burst;
    wint_t result;

    CRT_CHECK(f, EINVAL, WEOF);
    _lock_file(f);
    crt_burst_begin(f, &burst);
    result = _fputwc_nolock(c, f);
    if (crt_burst_end(f, &burst))
        result = WEOF;
    _unlock_file(f);
    return result;
}

wint_t putwc(wchar_t c, FILE *f)
{
    return fputwc(c, f);
}

wint_t _putwc_nolock(wchar_t c, FILE *f)
{
    return _fputwc_nolock(c, f);
}

wint_t putwchar(wchar_t c)
{
    return fputwc(c, stdout);
}

wint_t _fputwchar(wchar_t c)
{
    return fputwc(c, stdout);
}

wint_t _ungetwc_nolock(wint_t c, FILE *f)
{
    char bytes[8];
    int n;

    CRT_CHECK(f, EINVAL, WEOF);
    if (c == WEOF)
        return WEOF;
    if (is_multibyte(f)) {
        n = crt_wctomb(bytes, (wchar_t)c, NULL);
        if (n < 0)
            return WEOF;
    } else {
        bytes[0] = (char)c;
        bytes[1] = (char)(c >> 8);
        n = 2;
        if (!f->_base)
            crt_get_buffer(f);
        if (f->_ptr == f->_base && f->_cnt <= 0 && f->_bufsiz >= 2)
            f->_ptr += 2;
    }
    while (n)
        if (_ungetc_nolock((unsigned char)bytes[--n], f) == EOF)
            return WEOF;
    return c;
}

wint_t ungetwc(wint_t c, FILE *f)
{
    wint_t result;

    CRT_CHECK(f, EINVAL, WEOF);
    _lock_file(f);
    result = _ungetwc_nolock(c, f);
    _unlock_file(f);
    return result;
}

wchar_t *fgetws(wchar_t *s, int size, FILE *f)
{
    wint_t c = 0;
    int n = 0;

    CRT_CHECK(s || !size, EINVAL, NULL);
    CRT_CHECK(size >= 0 && f, EINVAL, NULL);
    if (!size)
        return NULL;
    _lock_file(f);
    while (n < size - 1) {
        c = _fgetwc_nolock(f);
        if (c == WEOF)
            break;
        s[n++] = (wchar_t)c;
        if (c == L'\n')
            break;
    }
    _unlock_file(f);
    if (c == WEOF && !n)
        return NULL;
    s[n] = 0;
    return s;
}

wchar_t *_getws_s(wchar_t *s, size_t size)
{
    size_t n = 0;
    wint_t c;

    CRT_CHECK(s && size, EINVAL, NULL);
    _lock_file(stdin);
    while ((c = _fgetwc_nolock(stdin)) != WEOF && c != L'\n') {
        if (n < size)
            s[n] = (wchar_t)c;
        n++;
    }
    _unlock_file(stdin);
    if (c == WEOF && !n) {
        s[0] = 0;
        return NULL;
    }
    if (n >= size) {
        s[0] = 0;
        errno = ERANGE;
        _invalid_parameter_noinfo();
        return NULL;
    }
    s[n] = 0;
    return s;
}

wchar_t *_getws(wchar_t *s)
{
    wchar_t *at = s;
    wint_t c;

    CRT_CHECK(s, EINVAL, NULL);
    _lock_file(stdin);
    while ((c = _fgetwc_nolock(stdin)) != WEOF && c != L'\n')
        *at++ = (wchar_t)c;
    _unlock_file(stdin);
    if (c == WEOF && at == s)
        return NULL;
    *at = 0;
    return s;
}

static int put_wide(const wchar_t *s, FILE *f, bool line)
{
    struct crt_burst burst;
    int result = 0;

    CRT_CHECK(s && f, EINVAL, EOF);
    _lock_file(f);
    crt_burst_begin(f, &burst);
    for (; *s && !result; s++)
        if (_fputwc_nolock(*s, f) == WEOF)
            result = EOF;
    if (line && !result && _fputwc_nolock(L'\n', f) == WEOF)
        result = EOF;
    if (crt_burst_end(f, &burst))
        result = EOF;
    _unlock_file(f);
    return result;
}

int fputws(const wchar_t *s, FILE *f)
{
    return put_wide(s, f, false);
}

int _putws(const wchar_t *s)
{
    return put_wide(s, stdout, true);
}
