/* C++ exceptions as Microsoft's compilers make them: matching, lifetime, nesting, rethrow. */
#include "guest_test.h"

extern "C" {
int _fltused;
__declspec(dllimport) bool __uncaught_exception();
__declspec(dllimport) int __uncaught_exceptions();
__declspec(dllimport) void **__current_exception();
}
/* The virtual table of type_info, which type descriptors point to; no one calls it here. */
extern "C" const void *const type_info_table[2] __asm__("??_7type_info@@6B@") = {};

static int order[64], steps;
static void step(int n)
{
    if (steps < 64)
        order[steps++] = n;
}
static void expect_steps(const int *want, int count, int line)
{
    expect_equal(steps, count, "steps", line);
    for (int i = 0; i < count && i < steps; i++)
        expect_equal(order[i], want[i], "a step", line);
    steps = 0;
}
#define EXPECT_STEPS(...)                                                                          \
    do {                                                                                           \
        static const int want[] = {__VA_ARGS__};                                                   \
        expect_steps(want, sizeof(want) / sizeof(*want), __LINE__);                                \
    } while (0)

static int alive;
struct tracked {
    int id;
    explicit tracked(int n) : id(n) { alive++; }
    tracked(const tracked &o) : id(o.id) { alive++; }
    ~tracked() { alive--; }
};
struct noisy {
    int id;
    explicit noisy(int n) : id(n) {}
    ~noisy() { step(id); }
};

struct base {
    int b;
    base() : b(1) {}
    virtual ~base() {}
    virtual int what() { return 1; }
};
struct other {
    int o = 7;
    virtual ~other() {}
};
struct derived : other, base {
    int d = 3;
    int what() override { return 2; }
};
struct virtually : virtual base {
    int v = 4;
    int what() override { return 5; }
};

__attribute__((noinline)) static void throw_int(int n)
{
    throw n;
}
__attribute__((noinline)) static void throw_tracked(int n)
{
    throw tracked(n);
}
__attribute__((noinline)) static void throw_derived()
{
    throw derived();
}

static void test_matching()
{
    int caught = 0;

    try {
        throw_int(42);
    } catch (const char *) {
        caught = 1;
    } catch (long) {
        caught = 2;
    } catch (int n) {
        caught = n;
    } catch (...) {
        caught = 3;
    }
    EXPECT(caught, 42);

    try {
        throw_derived();
    } catch (base &b) {
        caught = b.what() * 10 + b.b;
    }
    EXPECT(caught, 21);
    try {
        throw_derived();
    } catch (base b) { /* a slice */
        caught = b.what() * 10 + b.b;
    }
    EXPECT(caught, 11);
    try {
        throw_derived();
    } catch (other &o) {
        caught = o.o;
    }
    EXPECT(caught, 7);
    try {
        throw virtually();
    } catch (base &b) {
        caught = b.what() * 10 + b.b;
    }
    EXPECT(caught, 51);
    derived object;
    try {
        throw &object;
    } catch (base *p) {
        caught = p == static_cast<base *>(&object) ? 8 : 9;
    }
    EXPECT(caught, 8);
    try {
        throw "text";
    } catch (const int *) {
        caught = 1;
    } catch (const char *s) {
        caught = s[0];
    }
    EXPECT(caught, 't');
    try {
        throw nullptr;
    } catch (...) {
        caught = 6;
    }
    EXPECT(caught, 6);
}

static void test_lifetime()
{
    alive = 0;
    try {
        throw_tracked(1);
    } catch (tracked &t) {
        EXPECT(t.id, 1);
        EXPECT(alive, 1);
    }
    EXPECT(alive, 0);
    try {
        throw_tracked(2);
    } catch (tracked t) {
        EXPECT(t.id, 2);
        EXPECT(alive, 2);
    }
    EXPECT(alive, 0);
    try {
        try {
            throw_tracked(3);
        } catch (tracked &t) {
            t.id = 33;
            throw;
        }
    } catch (tracked &t) {
        EXPECT(t.id, 33); /* the very object */
        EXPECT(alive, 1);
    }
    EXPECT(alive, 0);
    try {
        try {
            throw_tracked(4);
        } catch (...) {
            throw_tracked(5); /* replaces the first, which goes */
        }
    } catch (tracked &t) {
        EXPECT(t.id, 5);
        EXPECT(alive, 1);
    }
    EXPECT(alive, 0);
    try {
        throw_tracked(6);
    } catch (...) {
        try {
            throw;
        } catch (tracked &t) {
            EXPECT(t.id, 6);
            EXPECT(alive, 1);
        }
        EXPECT(alive, 1); /* the outer block has it still */
    }
    EXPECT(alive, 0);
}

__attribute__((noinline)) static void nested_objects(int n)
{
    noisy a(1);
    {
        noisy b(2);
        if (n == 0)
            throw_int(1);
    }
    noisy c(3);
    throw_int(2);
}

static void test_unwinding()
{
    steps = 0;
    try {
        noisy outer(9);
        nested_objects(0);
    } catch (int) {
        step(100);
    }
    EXPECT_STEPS(2, 1, 9, 100);
    try {
        nested_objects(1);
    } catch (int n) {
        step(100 + n);
    }
    EXPECT_STEPS(2, 3, 1, 102);
}

/* Throwing in a handler: the objects of the handler go, then those around its try block, and the try
 * block's own handlers are not asked again. */
static void test_throw_in_handler()
{
    steps = 0;
    try {
        noisy around(1);
        try {
            noisy inside(2);
            throw_int(1);
        } catch (int n) {
            noisy in_handler(3);
            step(10 + n);
            throw_int(2);
        }
        step(99);
    } catch (int n) {
        step(20 + n);
    }
    EXPECT_STEPS(2, 11, 3, 1, 22);

    for (int i = 0; i < 3; i++) { /* the same frame again and again */
        try {
            try {
                throw_int(i);
            } catch (int n) {
                noisy in_handler(50 + n);
                throw_int(n + 10);
            }
        } catch (int n) {
            step(n);
        }
    }
    EXPECT_STEPS(50, 10, 51, 11, 52, 12);
}

/* try blocks in handlers in handlers */
static void test_nested_handlers()
{
    steps = 0;
    try {
        try {
            throw_int(1);
        } catch (int a) {
            noisy one(101);
            step(a);
            try {
                noisy two(102);
                throw_int(2);
            } catch (int b) {
                noisy three(103);
                step(b);
                try {
                    throw_int(3);
                } catch (long) {
                    step(99);
                } catch (const char *) {
                    step(98);
                }
                step(97);
            }
            step(96);
        }
        step(95);
    } catch (int c) {
        step(c);
    }
    EXPECT_STEPS(1, 102, 2, 103, 101, 3);

    try {
        throw_int(1);
    } catch (int) {
        try {
            throw_int(2);
        } catch (int) {
            try {
                throw_int(3);
            } catch (int n) {
                step(n);
            }
            step(4);
        }
        step(5);
        try {
            throw_int(6);
        } catch (int n) {
            step(n);
        }
        step(7);
    }
    EXPECT_STEPS(3, 4, 5, 6, 7);
}

__attribute__((noinline)) static int through(int n)
{
    noisy here(n);

    try {
        if (n == 0) {
            throw_int(77);
            return 0;
        }
        return through(n - 1) + 1;
    } catch (long) {
        return -1;
    }
}

static void test_recursion()
{
    steps = 0;
    try {
        through(4);
    } catch (int n) {
        step(n);
    }
    EXPECT_STEPS(0, 1, 2, 3, 4, 77);
}

__attribute__((noinline)) static void rethrow_here()
{
    throw;
}

static void test_rethrow_from_call()
{
    int caught = 0;

    try {
        try {
            throw_int(5);
        } catch (...) {
            rethrow_here();
        }
    } catch (int n) {
        caught = n;
    }
    EXPECT(caught, 5);
    EXPECT(*__current_exception() == nullptr, 1);
    try {
        throw_int(6);
    } catch (...) {
        EXPECT(*__current_exception() != nullptr, 1);
    }
    EXPECT(*__current_exception() == nullptr, 1);
}

/* A destructor may throw and catch while an unwind goes on. */
struct catching {
    ~catching()
    {
        step(__uncaught_exception() ? 1 : 2);
        try {
            throw_int(8);
        } catch (int n) {
            step(n);
        }
    }
};

static void test_throw_in_destructor()
{
    steps = 0;
    EXPECT(__uncaught_exceptions(), 0);
    try {
        catching c;
        throw_tracked(9);
    } catch (tracked &t) {
        step(t.id);
    }
    EXPECT(__uncaught_exceptions(), 0);
    EXPECT_STEPS(1, 8, 9);
    EXPECT(alive, 0);
}

struct partly {
    noisy a, b;
    explicit partly(int n) : a(1), b(2)
    {
        if (n)
            throw_int(n);
    }
};

static void test_constructor()
{
    steps = 0;
    try {
        partly p(4);
        step(99);
    } catch (int n) {
        step(n);
    }
    EXPECT_STEPS(2, 1, 4);
}

__attribute__((noinline)) static int return_from_handler(int n)
{
    try {
        throw_int(n);
    } catch (int m) {
        if (m == 1)
            return 10;
    }
    return 20;
}

static void test_leaving_handlers()
{
    int passes = 0;

    EXPECT(return_from_handler(1), 10);
    EXPECT(return_from_handler(2), 20);
    for (int i = 0; i < 10; i++) {
        try {
            throw_int(i);
        } catch (int n) {
            passes++;
            if (n == 3)
                continue;
            if (n == 5)
                break;
        }
        passes += 100;
    }
    EXPECT(passes, 406 + 100 * 0);
}

/* catch (...) of code compiled without /EHa is not for structured exceptions. */
static int outer_filter(DWORD code)
{
    return code == 0xe0000123 ? 1 : 0;
}
__attribute__((noinline)) static void cxx_frame_in_between()
{
    noisy n(1);

    try {
        RaiseException(0xe0000123, 0, 0, nullptr);
    } catch (...) {
        step(99);
    }
}
static void test_structured()
{
    steps = 0;
    __try {
        cxx_frame_in_between();
    } __except (outer_filter(_exception_code())) {
        step(2);
    }
    EXPECT(order[steps - 1], 2);
    EXPECT(order[0] != 99, 1);
    steps = 0;
    /* and __except takes C++ exceptions, whose objects it destroys */
    __try {
        throw_tracked(1);
    } __except ((DWORD)_exception_code() == 0xe06d7363) {
        step(3);
    }
    EXPECT_STEPS(3);
    EXPECT(alive, 0);
}

static void test_many()
{
    long long sum = 0;

    for (int i = 0; i < 20000; i++) {
        try {
            throw_int(i);
        } catch (int n) {
            sum += n;
        }
    }
    EXPECT(sum, 20000LL * 19999 / 2);
}

extern "C" void mainCRTStartup()
{
    test_matching();
    test_lifetime();
    test_unwinding();
    test_throw_in_handler();
    test_nested_handlers();
    test_recursion();
    test_rethrow_from_call();
    test_throw_in_destructor();
    test_constructor();
    test_leaving_handlers();
    test_structured();
    test_many();
    ExitProcess((DWORD)finish_tests());
}
