/* invocation.h - one event of the Runtime API and what came with it as headers. */
#ifndef TERN_INVOCATION_H
#define TERN_INVOCATION_H

#include <stdint.h>

#include "bytes.h"

/* Start with {0}, reuse from call to call, end with invocation_free. The strings are opaque and empty when the platform
 * sent none. */
typedef struct invocation {
    bytes event;
    bytes request_id, trace_id, function_arn, invocation_id, tenant_id, client_context, cognito_identity;
    uint64_t deadline_ms; /* since 1970; 0 if unknown */
} invocation;

/* Empties it; its memory stays. */
void invocation_clear(invocation *invocation);

/* Keeps a header line "Name: value" if it is one of those that matter; of one that comes twice the last. 0, or -1 when
 * out of memory. */
int invocation_header(invocation *invocation, const char *line, size_t len);

void invocation_free(invocation *invocation);

#endif
