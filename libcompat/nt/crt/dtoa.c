/* The exact decimal digits of binary numbers. */
#include "crt.h"

enum { LIMBS = 130, BASE = 1000000000 };

/* A natural number in base 1e9, least limb first. */
struct decimal {
    int count;
    uint32_t limb[LIMBS];
};

static void multiply(struct decimal *d, uint32_t by)
{
    uint64_t carry = 0;

    for (int i = 0; i < d->count; i++) {
        carry += (uint64_t)d->limb[i] * by;
        d->limb[i] = (uint32_t)(carry % BASE);
        carry /= BASE;
    }
    while (carry) {
        d->limb[d->count++] = (uint32_t)(carry % BASE);
        carry /= BASE;
    }
}

int crt_dtoa(uint64_t m, int e, char *digits, int *point)
{
    struct decimal d = {0};
    int length = 0, shift = 0;
    char *out = digits;

    while (!(m & 1)) {
        m >>= 1;
        e++;
    }
    for (uint64_t rest = m; rest; rest /= BASE)
        d.limb[d.count++] = (uint32_t)(rest % BASE);
    if (e >= 0) {
        for (; e >= 29; e -= 29)
            multiply(&d, 1u << 29);
        multiply(&d, 1u << e);
    } else {
        /* m / 2^k = m * 5^k / 10^k */
        static const uint32_t fives[] = {1,     5,      25,      125,     625,      3125,    15625,
                                         78125, 390625, 1953125, 9765625, 48828125, 244140625};

        shift = -e;
        for (e = shift; e >= 12; e -= 12)
            multiply(&d, fives[12]);
        multiply(&d, fives[e]);
    }
    for (int i = d.count - 1; i >= 0; i--) {
        uint32_t limb = d.limb[i];

        for (int j = 8; j >= 0; j--) {
            out[j] = (char)('0' + limb % 10);
            limb /= 10;
        }
        out += 9;
    }
    length = (int)(out - digits);
    for (shift = length - shift; length && digits[0] == '0'; shift--, length--)
        digits++;
    if (out - digits > 0 && digits != out - d.count * 9)
        __builtin_memmove(out - d.count * 9, digits, (size_t)length);
    digits = out - d.count * 9;
    while (length && digits[length - 1] == '0')
        length--;
    *point = shift;
    return length;
}
