#define _POSIX_C_SOURCE 200809L
#include "deadline.h"

#include <time.h>

#define DAY_MS (24u * 60 * 60 * 1000)

uint64_t clock_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

double clock_monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

uint64_t deadline_before(uint64_t end_ms, uint64_t now_ms, unsigned margin_ms)
{
    if (end_ms <= now_ms || end_ms - now_ms > DAY_MS) return 0;
    return end_ms - now_ms > margin_ms ? end_ms - margin_ms : now_ms;
}

int deadline_has_come(void *deadline)
{
    uint64_t at = *(const uint64_t *)deadline;
    return at && clock_now_ms() >= at;
}

int back_off(unsigned failure, unsigned first_ms, uint64_t deadline)
{
    const unsigned delay = first_ms << (failure - 1);
    if (deadline && clock_now_ms() + delay >= deadline) return -1;
    const struct timespec time = {.tv_sec = delay / 1000, .tv_nsec = (long)(delay % 1000) * 1000000};
    nanosleep(&time, NULL);
    return 0;
}
