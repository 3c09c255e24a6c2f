/* C++ exceptions that cross a library's border, in both directions. */
#include "thrower.h"

#include <cstdio>
#include <vector>

static int callback(int n)
{
    if (n > 100)
        throw std::length_error("too much: " + std::to_string(n));
    return 2 * n;
}

static void attempt(int n)
{
    try {
        std::vector<std::string> kept(3, "kept");
        std::printf("%d gives %d\n", n, thrower(n, callback));
    } catch (const std::out_of_range &e) {
        std::printf("out_of_range: %s\n", e.what());
    } catch (const std::exception &e) {
        std::printf("exception: %s\n", e.what());
    } catch (const std::string &s) {
        std::printf("string: %s\n", s.c_str());
    }
}

int main()
{
    attempt(21);
    attempt(-5);
    attempt(0);
    attempt(101);
    try {
        try {
            thrower(-1, callback);
        } catch (...) {
            std::printf("once more\n");
            throw;
        }
    } catch (const std::logic_error &e) {
        std::printf("logic_error: %s\n", e.what());
    }
    return 0;
}
