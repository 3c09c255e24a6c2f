/*
 * Where guests live. The host is position independent, so the kernel puts all of its code, its
 * heap and its libraries above 0x550000000000; everything below belongs to guests, and one
 * comparison tells the two apart.
 */
#ifndef SYSCALLS_HOST_LAYOUT_H
#define SYSCALLS_HOST_LAYOUT_H

#define GUEST_LOWEST 0x10000ull
#define GUEST_END 0x550000000000ull

#endif
