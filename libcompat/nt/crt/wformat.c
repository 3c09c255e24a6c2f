/* printf for wide text. */
#include "format.h"
#include "fpformat.h"

#define CH wchar_t
#define IS_WIDE 1
#define NAME(n) wfmt_##n
#define FORMAT crt_wformat
#include "formatgen.h"
