/* The smallest thing worth running. */
#include <stdio.h>

int main(void)
{
    puts("Hello from a Windows program.");
    return 0;
}
