/*
 * The floating-point environment, and how the mathematical functions report errors. On x86-64
 * the control and status words are those of SSE, as in the system's runtimes; on i386 the x87
 * unit is set along with it.
 */
#include "mathx.h"

/* ---- _matherr ----------------------------------------------------------------------------- */

struct math_exception {
    int type;
    char *name;
    double arg1, arg2, retval;
};

typedef int(__cdecl *matherr_t)(struct math_exception *);
static matherr_t user_matherr; /* one pointer, set at start-up by the program */

void __setusermatherr(matherr_t handler)
{
    __atomic_store_n(&user_matherr, handler, __ATOMIC_RELAXED);
}

double crt_math_error(int type, const char *name, double x, double y, double result)
{
    struct math_exception e = {type, (char *)name, x, y, result};
    matherr_t handler = __atomic_load_n(&user_matherr, __ATOMIC_RELAXED);

    if (handler && handler(&e))
        return e.retval;
    if (type == MATH_DOMAIN)
        errno = EDOM;
    else if (type == MATH_SING || type == MATH_OVERFLOW)
        errno = ERANGE;
    return e.retval;
}

#ifdef CRT_MSVCRT
const double crt_data_HUGE = INF;
#endif

/* ---- _control87 and friends --------------------------------------------------------------- */

enum {
    EM_INEXACT = 1, EM_UNDERFLOW = 2, EM_OVERFLOW = 4, EM_ZERODIVIDE = 8, EM_INVALID = 0x10,
    EM_DENORMAL = 0x80000, MCW_EM = 0x8001f,
    RC_DOWN = 0x100, RC_UP = 0x200, MCW_RC = 0x300,
    PC_53 = 0x10000, PC_24 = 0x20000, MCW_PC = 0x30000, MCW_IC = 0x40000,
    DN_FLUSH = 0x01000000, DN_FLUSH_OPERANDS = 0x02000000, DN_FLUSH_RESULTS = 0x03000000,
    MCW_DN = 0x03000000
};

static inline unsigned get_mxcsr(void)
{
    unsigned v;
    __asm__ volatile("stmxcsr %0" : "=m"(v));
    return v;
}

static inline void set_mxcsr(unsigned v)
{
    __asm__ volatile("ldmxcsr %0" : : "m"(v));
}

/* The six exceptions in SSE's order, and x87's, against the abstract bits. */
static const unsigned exception_bits[6] = {EM_INVALID, EM_DENORMAL, EM_ZERODIVIDE,
                                           EM_OVERFLOW, EM_UNDERFLOW, EM_INEXACT};

static unsigned from_hardware(unsigned six)
{
    unsigned out = 0;

    for (int i = 0; i < 6; i++)
        if (six >> i & 1)
            out |= exception_bits[i];
    return out;
}

static unsigned to_hardware(unsigned abstract)
{
    unsigned six = 0;

    for (int i = 0; i < 6; i++)
        if (abstract & exception_bits[i])
            six |= 1u << i;
    return six;
}

static unsigned control_of(unsigned mxcsr)
{
    unsigned out = from_hardware(mxcsr >> 7) | (mxcsr >> 13 & 3) * RC_DOWN;

    switch (mxcsr & 0x8040) {
    case 0x8040:
        return out | DN_FLUSH;
    case 0x0040:
        return out | DN_FLUSH_OPERANDS;
    case 0x8000:
        return out | DN_FLUSH_RESULTS;
    }
    return out;
}

static unsigned with_control(unsigned mxcsr, unsigned control)
{
    mxcsr = (mxcsr & 0x3f) | to_hardware(control) << 7 | (control & MCW_RC) / RC_DOWN << 13;
    switch (control & MCW_DN) {
    case DN_FLUSH:
        return mxcsr | 0x8040;
    case DN_FLUSH_OPERANDS:
        return mxcsr | 0x0040;
    case DN_FLUSH_RESULTS:
        return mxcsr | 0x8000;
    }
    return mxcsr;
}

#ifdef __i386__
static unsigned x87_control(unsigned value, unsigned mask)
{
    unsigned short cw;

    __asm__ volatile("fnstcw %0" : "=m"(cw));
    unsigned old = from_hardware(cw) | (cw >> 10 & 3) * RC_DOWN;
    old |= (cw & 0x300) == 0x300 ? 0 : (cw & 0x300) == 0x200 ? PC_53 : PC_24;
    old |= cw & 0x1000 ? MCW_IC : 0;
    unsigned now = (old & ~mask) | (value & mask);
    if (mask) {
        unsigned pc = now & MCW_PC;
        cw = (unsigned short)(0x40 | to_hardware(now) | (now & MCW_RC) / RC_DOWN << 10 |
                              (pc == 0 ? 0x300 : pc == PC_53 ? 0x200 : 0) |
                              (now & MCW_IC ? 0x1000 : 0));
        __asm__ volatile("fnclex\n\tfldcw %0" : : "m"(cw));
    }
    return now;
}

int __control87_2(unsigned value, unsigned mask, unsigned *x87, unsigned *sse)
{
    if (x87)
        *x87 = x87_control(value, mask);
    if (sse) {
        unsigned old = control_of(get_mxcsr()), now = (old & ~mask) | (value & mask);
        if (mask)
            set_mxcsr(with_control(get_mxcsr(), now));
        *sse = now & ~(MCW_PC | MCW_IC);
    }
    return 1;
}
#endif

unsigned _control87(unsigned value, unsigned mask)
{
    unsigned csr = get_mxcsr(), now = control_of(csr);

    now = (now & ~mask) | (value & mask);
    now &= MCW_EM | MCW_RC | MCW_DN; /* SSE has no precision or infinity control */
    if (mask)
        set_mxcsr(with_control(csr, now));
#ifdef __i386__
    now |= x87_control(value, mask);
#endif
    return now;
}

unsigned _controlfp(unsigned value, unsigned mask)
{
    return _control87(value, mask & ~EM_DENORMAL);
}

errno_t _controlfp_s(unsigned *current, unsigned value, unsigned mask)
{
    if (value & mask & ~(MCW_EM | MCW_RC | MCW_DN | MCW_PC | MCW_IC)) {
        if (current)
            *current = _controlfp(0, 0);
        return crt_bad_parameter(EINVAL);
    }
    unsigned now = _controlfp(value, mask);
    if (current)
        *current = now;
    return 0;
}

void _set_controlfp(unsigned value, unsigned mask)
{
    _controlfp(value, mask);
}

unsigned _statusfp(void)
{
    unsigned status = from_hardware(get_mxcsr());
#ifdef __i386__
    unsigned short sw;
    __asm__ volatile("fnstsw %0" : "=m"(sw));
    status |= from_hardware(sw);
#endif
    return status;
}

unsigned _clearfp(void)
{
    unsigned status = _statusfp();

    set_mxcsr(get_mxcsr() & ~0x3fu);
#ifdef __i386__
    __asm__ volatile("fnclex");
#endif
    return status;
}

/* The state a new thread has: 53 bits on x87, nothing unmasked. */
void _fpreset(void)
{
    unsigned short cw = 0x27f;

    __asm__ volatile("fninit\n\tfldcw %0" : : "m"(cw));
    set_mxcsr(0x1f80);
}

int __fpe_flt_rounds(void)
{
    /* FLT_ROUNDS: to nearest 1, down 3, up 2, toward zero 0 */
    return (int)("\1\3\2\0"[get_mxcsr() >> 13 & 3]);
}

/* Whether the functions use FMA3 instructions: they do not, and cannot be told to. */
int _get_FMA3_enable(void)
{
    return 0;
}

int _set_FMA3_enable(int enable)
{
    (void)enable;
    return 0;
}

/* ---- C99 <fenv.h> ------------------------------------------------------------------------- */

struct fe_env {
    unsigned long control, status;
};

#define FE_ALL 0x1fu

int fegetenv(struct fe_env *env)
{
    env->control = _control87(0, 0);
    env->status = _statusfp() & FE_ALL;
    return 0;
}

static void set_flags(unsigned flags)
{
    set_mxcsr((get_mxcsr() & ~0x3du) | (to_hardware(flags) & 0x3d));
#ifdef __i386__
    __asm__ volatile("fnclex"); /* the flags live in SSE's word from here on */
#endif
}

int fesetenv(const struct fe_env *env)
{
    _control87((unsigned)env->control, 0xffffffff);
    set_flags((unsigned)env->status & FE_ALL);
    return 0;
}

int feholdexcept(struct fe_env *env)
{
    fegetenv(env);
    _clearfp();
    _control87(MCW_EM, MCW_EM);
    return 0;
}

int fetestexcept(int flags)
{
    return (int)_statusfp() & flags & (int)FE_ALL;
}

int feclearexcept(int flags)
{
    set_flags(_statusfp() & FE_ALL & ~(unsigned)flags);
    return 0;
}

int feraiseexcept(int flags)
{
    /* Setting a flag does not trap by itself; an operation after it with the flag unmasked
     * would not either, so the exception is made by arithmetic. */
    static const struct {
        int flag;
        double x, y;
    } made[] = {{EM_ZERODIVIDE, 1, 0}, {EM_INVALID, 0, 0}};
    volatile double sink;

    for (size_t i = 0; i < CRT_COUNT(made); i++)
        if (flags & made[i].flag)
            sink = *(const volatile double *)&made[i].x / *(const volatile double *)&made[i].y;
    volatile double big = 0x1p1023, small = 0x1p-1022, third = 3;
    if (flags & EM_OVERFLOW)
        sink = big * big;
    if (flags & EM_UNDERFLOW)
        sink = small / third;
    if (flags & EM_INEXACT)
        sink = 1 / third;
    (void)sink;
    return 0;
}

int feupdateenv(const struct fe_env *env)
{
    int raised = fetestexcept(FE_ALL);

    fesetenv(env);
    return feraiseexcept(raised);
}

int fegetexceptflag(unsigned long *flag, int which)
{
    *flag = (unsigned long)fetestexcept(which);
    return 0;
}

int fesetexceptflag(const unsigned long *flag, int which)
{
    set_flags((_statusfp() & FE_ALL & ~(unsigned)which) | (*flag & (unsigned)which & FE_ALL));
    return 0;
}

int fegetround(void)
{
    return (int)(_control87(0, 0) & MCW_RC);
}

int fesetround(int direction)
{
    if (direction & ~MCW_RC)
        return 1;
    _control87((unsigned)direction, MCW_RC);
    return 0;
}
