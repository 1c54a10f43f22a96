/* A clock that is wrong by CLOCK_SHIFT_SECONDS, for a program that is started with this library before all others. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec *time) {
    int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
    const char *shift = getenv("CLOCK_SHIFT_SECONDS");
    int result = real(clock, time);
    if (result == 0 && clock == CLOCK_REALTIME && shift)
        time->tv_sec += atoll(shift);
    return result;
}
