/* event_context.h - what an event is answered with, whatever its shape. */
#ifndef TERN_EVENT_CONTEXT_H
#define TERN_EVENT_CONTEXT_H

#include <stdint.h>

#include "handler.h"
#include "log.h"
#include "sqs_output.h"

/* Everything is borrowed. One thread at a time. */
typedef struct event_context {
    const model_contexts *contexts;
    request_target asked; /* by who made the context: zeroed, for an event says itself */
    const handler_settings *settings;
    const char *cors_origin;  /* cors.h; NULL: no CORS headers */
    const sqs_output *output; /* where results of SQS messages go; NULL: nowhere */
    const logger *log;        /* SQS messages that fail are named there */
    uint64_t deadline_ms;     /* when the answer must be ready (deadline.h); 0: no limit */
} event_context;

#endif
