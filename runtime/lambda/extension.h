/* extension.h - an internal extension that does nothing: Lambda tells a process of its end, by SIGTERM 500 ms before it
 * kills it, only where an extension is registered. Costs a thread and a connection, so it is opt-in. Linux (signalfd).
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html */
#ifndef TERN_EXTENSION_H
#define TERN_EXTENSION_H

#include "log.h"

typedef struct extension extension;

/* Before any other thread is started, because SIGTERM is blocked here for all of them, and before the first /next.
 * Registers, without a single event to be told of, and starts the thread that waits for the platform's word (which
 * never comes) and for SIGTERM. Upon that it calls on_terminate(user) once. If the API refuses to register, which is
 * logged, SIGTERM is waited for all the same. address is that of the Runtime API; log is borrowed. NULL: out of memory,
 * or no such address. */
extension *extension_start(const char *address, const logger *log, void (*on_terminate)(void *user), void *user);

/* Ends the thread. NULL is allowed. */
void extension_end(extension *e);

#endif
