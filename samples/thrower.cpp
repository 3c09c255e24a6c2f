/* A library that throws, and lets what its callback throws pass through. */
#define BUILD_THROWER
#include "thrower.h"

#include <cstdio>

namespace {
struct Leaving {
    ~Leaving() { std::printf("the library cleans up\n"); }
};
}

int thrower(int n, int (*then)(int))
{
    Leaving leaving;

    if (n < 0)
        throw std::out_of_range("negative: " + std::to_string(n));
    if (n == 0)
        throw std::string("zero");
    return then(n);
}
