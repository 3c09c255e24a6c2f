/* start N COMMAND...: starts a program N times, one after the other; milliseconds from start to end (the median and
 * the least), and the largest resident size in KB. Its output is dropped. */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
    int n = argc > 2 ? atoi(argv[1]) : 0, status;
    double *times = calloc((size_t)(n > 0 ? n : 1), sizeof(double));
    posix_spawn_file_actions_t actions;
    long largest = 0;

    if (n < 1 || !times)
        return fprintf(stderr, "usage: start N COMMAND...\n"), 2;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    for (int i = 0; i < n; i++) {
        struct rusage usage;
        double begin = now_ms();
        pid_t pid;
        if (posix_spawnp(&pid, argv[2], &actions, NULL, argv + 2, environ) != 0 ||
            wait4(pid, &status, 0, &usage) != pid || status != 0)
            return fprintf(stderr, "start: %s: it failed (status %#x)\n", argv[2], status), 1;
        times[i] = now_ms() - begin;
        if (usage.ru_maxrss > largest)
            largest = usage.ru_maxrss;
    }
    qsort(times, (size_t)n, sizeof(double), compare);
    printf("start %.3f %.3f\nresident %ld\n", times[n / 2], times[0], largest);
    return 0;
}
