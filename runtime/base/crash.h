/* crash.h - the last words of a process that dies of a signal: what it was doing, where, and the stack. Nothing is
 * rescued: the signal then takes its course, and the platform reports Runtime.ExitError. Linux. */
#ifndef TERN_CRASH_H
#define TERN_CRASH_H

#include "log.h"

/* What a crash of a thread is told with, read when it comes. Everything is borrowed. */
typedef struct crash_facts {
    const logger *log;  /* its ids are those of the invocation under way; NULL: "tern: ..." on standard error */
    const char *doing;  /* "POST /ner", never a text; NULL or "": it is not said */
    const char *mapped; /* the path of the model file that is mapped, or those of several; NULL or "": none is */
    int exit_code;      /* if not 0: when pages of that file are gone, the process ends with it, not by SIGBUS */
} crash_facts;

typedef struct crash_guard crash_guard;

/* Sets up the calling thread: a stack of its own for the handler (a signal may come because the thread's stack is full)
 * and, at the foot of that stack, what the handler has to know. NULL when out of memory: see crash_install. */
crash_guard *crash_guard_new(const crash_facts *facts);
void crash_guard_free(crash_guard *guard); /* on the same thread; NULL is allowed */

/* Loads the unwinder, which the handler must not do: from then on a crash of this thread shows the stack, if the C
 * library can (glibc). Takes 0.2 ms, so it is for after the first answer, not for the start. */
void crash_guard_prepare_backtrace(crash_guard *guard);

/* For the whole process: handles SIGSEGV, SIGBUS, SIGABRT, SIGFPE and SIGILL. others: of threads without a guard. 0 or
 * -1. */
int crash_install(const crash_facts *others);

#endif
