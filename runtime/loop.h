/* loop.h - the life of a Lambda worker after its start: NEXT -> HANDLE -> POST, again and again.
 *
 *   /next: no answer, no request id, 4xx   5 tries, 50 ms * 2^n apart, then the process ends
 *   /next or POST: 5xx                     the process ends (the API's "container error: exit promptly")
 *   POST: 413, 400, 403, other 4xx         logged; the platform has already settled the invocation; goes on with /next
 *   POST: no answer                        2 more tries, then the process ends, which lets the platform settle it */
#ifndef TERN_LOOP_H
#define TERN_LOOP_H

#include "handler.h"
#include "rapi.h"

/* Serves invocations until the retry policy ends it; what ended it has been logged. */
void loop_run(rapi *api, tern_ctx *ctx, const handler_settings *settings);

/* Reports a failed start, with the retries of a POST, and logs it. */
void loop_fail_init(rapi *api, const char *error_type, const char *message);

#endif
