#ifndef THROWER_H
#define THROWER_H

#include <stdexcept>
#include <string>

#ifdef BUILD_THROWER
#define THROWER_API __declspec(dllexport)
#else
#define THROWER_API __declspec(dllimport)
#endif

/* Throws std::out_of_range for a negative number, std::string for zero; else calls `then`. */
THROWER_API int thrower(int n, int (*then)(int));

#endif
