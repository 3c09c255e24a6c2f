/*
 * Random bytes under the names that advapi32 has for them.
 */
#include "advapi.h"

/* Documented as RtlGenRandom. */
BOOLEAN WINAPI SystemFunction036(PVOID buffer, ULONG size)
{
    return (BOOLEAN)ProcessPrng(buffer, size);
}
