/* deadline.h - the clocks, and when the answer to an invocation must be ready. */
#ifndef TERN_DEADLINE_H
#define TERN_DEADLINE_H

#include <stdint.h>

#define DEADLINE_MARGIN_MS 50 /* default of TERN_DEADLINE_MARGIN_MS: for the answer's way to the platform */

/* Milliseconds since 1970. */
uint64_t clock_now_ms(void);

/* Milliseconds, with their fractions, since some moment: for durations. */
double clock_monotonic_ms(void);

/* The end of the invocation as the platform gives it (milliseconds since 1970; 0: it did not), received at now -> the
 * time at which the answer must be ready, or 0 for none. An end that has passed already or is more than a day off is
 * none: emulators send constants, and no platform hands out an invocation whose time is over. */
uint64_t deadline_before(uint64_t end_ms, uint64_t now_ms, unsigned margin_ms);

/* tern_options.interrupt: whether *(const uint64_t *)deadline, unless it is 0, has come. */
int deadline_has_come(void *deadline);

/* Waits before the next try, after failure number 1, 2, 3, ...: first_ms, twice that, four times that, ... 0; or -1 at
 * once, where the deadline (as above; 0: none) would have come by then. */
int back_off(unsigned failure, unsigned first_ms, uint64_t deadline);

#endif
