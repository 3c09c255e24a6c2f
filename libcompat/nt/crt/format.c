/* printf for narrow text. */
#include "format.h"
#include "fpformat.h"

#define CH char
#define IS_WIDE 0
#define NAME(n) fmt_##n
#define FORMAT crt_format
#include "formatgen.h"
