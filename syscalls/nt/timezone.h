/* The host's time zone as Windows describes one. */
#ifndef SYSCALLS_NT_TIMEZONE_H
#define SYSCALLS_NT_TIMEZONE_H

#include "abi/nt/nt.h"

/* The rules of the present year; without daylight saving time both halves are the same. */
void nt_timezone(RTL_DYNAMIC_TIME_ZONE_INFORMATION *tz);
int64_t nt_timezone_bias_now(void); /* UTC minus local time, 100 ns */
ULONG nt_timezone_id_now(void);     /* 0 unknown (no daylight time), 1 standard, 2 daylight */

#endif
