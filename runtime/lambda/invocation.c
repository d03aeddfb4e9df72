#include "invocation.h"

#include <stddef.h>

#include "header_line.h"

static const struct {
    const char *name;
    size_t offset;
} kept_headers[] = {
    {"Lambda-Runtime-Aws-Request-Id", offsetof(invocation, request_id)},
    {"Lambda-Runtime-Trace-Id", offsetof(invocation, trace_id)},
    {"Lambda-Runtime-Invoked-Function-Arn", offsetof(invocation, function_arn)},
    {"Lambda-Runtime-Invocation-Id", offsetof(invocation, invocation_id)},
    {"Lambda-Runtime-Aws-Tenant-Id", offsetof(invocation, tenant_id)},
    {"Lambda-Runtime-Client-Context", offsetof(invocation, client_context)},
    {"Lambda-Runtime-Cognito-Identity", offsetof(invocation, cognito_identity)},
};
#define KEPT_HEADER_COUNT (sizeof kept_headers / sizeof *kept_headers)

static bytes *kept_header(invocation *in, size_t index)
{
    return (bytes *)(void *)((char *)in + kept_headers[index].offset);
}

void invocation_clear(invocation *in)
{
    bytes_clear(&in->event);
    for (size_t i = 0; i < KEPT_HEADER_COUNT; i++) bytes_clear(kept_header(in, i));
    in->deadline_ms = 0;
}

/* Decimal digits only; 0 for anything else, also for what does not fit. */
static uint64_t parse_milliseconds(const char *text, size_t len)
{
    uint64_t value = 0;
    if (!len || len > 19) return 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9') return 0;
        value = value * 10 + (uint64_t)(text[i] - '0');
    }
    return value;
}

int invocation_header(invocation *in, const char *line, size_t len)
{
    size_t value_len;
    const char *value = header_value(line, len, "Lambda-Runtime-Deadline-Ms", &value_len);
    if (value) in->deadline_ms = parse_milliseconds(value, value_len);
    for (size_t i = 0; i < KEPT_HEADER_COUNT; i++)
        if ((value = header_value(line, len, kept_headers[i].name, &value_len)) != NULL) {
            bytes *kept = kept_header(in, i);
            bytes_clear(kept);
            bytes_append(kept, value, value_len);
            return kept->failed ? -1 : 0;
        }
    return 0;
}

void invocation_free(invocation *in)
{
    bytes_free(&in->event);
    for (size_t i = 0; i < KEPT_HEADER_COUNT; i++) bytes_free(kept_header(in, i));
}
