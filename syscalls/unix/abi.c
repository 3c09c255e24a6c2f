/* Maps between the host's numbers and a foreign system's. */
#include "syscalls/unix/abi.h"

#include <termios.h>

const struct unix_abi *unix_abi;

uint32_t unix_bits_to_host(const struct unix_pair *map, uint32_t foreign, uint32_t *unknown)
{
    uint32_t host = 0;
    for (; map->foreign; map++) {
        if (foreign & map->foreign) {
            host |= map->host;
            foreign &= ~map->foreign;
        }
    }
    if (unknown)
        *unknown = foreign;
    return host;
}

uint32_t unix_bits_of_host(const struct unix_pair *map, uint32_t host)
{
    uint32_t foreign = 0;
    for (; map->foreign; map++) {
        if (map->host && (host & map->host) == map->host)
            foreign |= map->foreign;
    }
    return foreign;
}

static bool at_end(const struct unix_pair *p)
{
    return p->foreign == UINT32_MAX;
}

int unix_value_to_host(const struct unix_pair *map, uint32_t foreign)
{
    for (; !at_end(map); map++) {
        if (map->foreign == foreign)
            return (int)map->host;
    }
    return -1;
}

int unix_value_of_host(const struct unix_pair *map, uint32_t host)
{
    for (; !at_end(map); map++) {
        if (map->host == host)
            return (int)map->foreign;
    }
    return -1;
}

const struct unix_pair unix_termios_input[] = {
    {0x1, IGNBRK},  {0x2, BRKINT},  {0x4, IGNPAR},     {0x8, PARMRK},  {0x10, INPCK},
    {0x20, ISTRIP}, {0x40, INLCR},  {0x80, IGNCR},     {0x100, ICRNL}, {0x200, IXON},
    {0x400, IXOFF}, {0x800, IXANY}, {0x2000, IMAXBEL}, {0, 0}};

const struct unix_pair unix_termios_local[] = {
    {0x1, ECHOKE},      {0x2, ECHOE},         {0x4, ECHOK},         {0x8, ECHO},
    {0x10, ECHONL},     {0x20, ECHOPRT},      {0x40, ECHOCTL},      {0x80, ISIG},
    {0x100, ICANON},    {0x400, IEXTEN},      {0x10000, EXTPROC},   {0x400000, TOSTOP},
    {0x800000, FLUSHO}, {0x20000000, PENDIN}, {0x80000000, NOFLSH}, {0, 0}};
