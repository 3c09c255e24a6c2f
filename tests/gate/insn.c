/* The length of instructions, against Zydis: over the code of this program and of libc. */
#include "syscalls/gate/insn.h"

#include <Zydis/Zydis.h>
#include <criterion/criterion.h>
#include <link.h>

struct sum {
    unsigned long all, wrong, unknown;
};

static void walk(const uint8_t *p, size_t n, struct sum *s)
{
    ZydisDecoder decoder;

    ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
    for (size_t at = 0; at < n;) {
        ZydisDecodedInstruction i;
        unsigned length = insn_length(p + at, n - at);
        if (!ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(&decoder, NULL, p + at, n - at, &i))) {
            at++;
            continue;
        }
        s->all++;
        s->unknown += length == 0;
        s->wrong += length != 0 && length != i.length;
        at += i.length;
    }
}

static int each(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_LOAD && (info->dlpi_phdr[i].p_flags & PF_X) &&
            info->dlpi_addr)
            walk((const uint8_t *)info->dlpi_addr + info->dlpi_phdr[i].p_vaddr,
                 info->dlpi_phdr[i].p_filesz, arg);
    return 0;
}

Test(insn, agrees_with_zydis)
{
    struct sum s = {0};

    dl_iterate_phdr(each, &s);
    cr_assert_gt(s.all, 100000);
    cr_expect_eq(s.wrong, 0, "%lu of %lu have another length", s.wrong, s.all);
    cr_expect_lt(s.unknown, s.all / 1000, "%lu of %lu are not known", s.unknown, s.all);
}

Test(insn, stays_inside)
{
    /* Never more than there is, whatever the bytes. */
    uint8_t bytes[16];
    uint32_t seed = 1;

    for (int round = 0; round < 1000000; round++) {
        for (size_t i = 0; i < sizeof(bytes); i++)
            bytes[i] = (uint8_t)((seed = seed * 1664525 + 1013904223) >> 24);
        size_t n = (size_t)round % 17;
        cr_assert_leq(insn_length(bytes, n), n);
    }
    cr_expect_eq(insn_length((const uint8_t *)"\xb8\x01\0\0\0", 5), 5);
    cr_expect_eq(insn_length((const uint8_t *)"\x0f\x05", 2), 2);
    cr_expect_eq(insn_length((const uint8_t *)"\x0f", 1), 0);
}
