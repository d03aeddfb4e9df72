/* crash.h - the last words of a process that dies of a signal: which invocation it was, where, and the stack. Nothing is
 * rescued: the signal then takes its course, and the platform reports Runtime.ExitError. Linux. */
#ifndef TERN_CRASH_H
#define TERN_CRASH_H

#include "log.h"

typedef struct crash_guard crash_guard;

/* Sets up the calling thread: a stack of its own for the handler (a signal may come because the thread's stack is full) and, at
 * the foot of that stack, what the handler has to know. log (read at the time of the crash, so the request id is then that of
 * the invocation under way) and model_path are borrowed. NULL when out of memory: crashes then go without a word. */
crash_guard *crash_guard_new(const logger *log, const char *model_path);
void crash_guard_free(crash_guard *guard);   /* on the same thread; NULL is allowed */

/* Loads the unwinder, which the handler must not do: from then on a crash of this thread shows the stack, if the C library can
 * (glibc). Takes 0.2 ms, so it is for after the first answer, not for the start. */
void crash_guard_prepare_backtrace(crash_guard *guard);

/* For the whole process: handles SIGSEGV, SIGBUS, SIGABRT, SIGFPE and SIGILL. 0 or -1. */
int crash_install(void);

#endif
