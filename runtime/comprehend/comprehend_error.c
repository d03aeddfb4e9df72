#include "comprehend_error.h"

#include <string.h>

#include "json_out.h"

/* Of a text that somebody else than this folder has refused. */
static int is_text_too_long(const response *out)
{
    static const char *const types[] = {ERROR_TEXT_TOO_LONG, ERROR_MEMORY_LIMIT, ERROR_TEXT_TOO_COMPLEX};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (out->error_type && !strcmp(out->error_type, types[i])) return 1;
    return 0;
}

/* Tern's own error types have a point. */
static int is_of_service(const char *type) { return type && !strchr(type, '.'); }

const char *comprehend_error_type(const response *out)
{
    if (out->status == 200) return NULL;
    if (is_of_service(out->error_type)) return out->error_type;
    if (is_text_too_long(out)) return ERROR_TEXT_SIZE;
    switch (out->status) {
    case 413: return "RequestEntityTooLargeException";
    case 415: return "UnsupportedMediaTypeException";
    case 503: return "ServiceUnavailable";
    default: return out->status >= 500 ? "InternalServerException" : ERROR_SERIALIZATION;
    }
}

void comprehend_error_form(response *out)
{
    const char *type = comprehend_error_type(out);
    if (!type) return;
    if (is_text_too_long(out)) out->status = 400;
    bytes_clear(&out->body);
    bytes_text(&out->body, "{\"__type\": ");
    json_out_cstring(&out->body, type);
    bytes_text(&out->body, ", \"Message\": ");
    json_out_cstring(&out->body, out->message);
    bytes_text(&out->body, "}");
    if (out->body.failed) bytes_clear(&out->body);
}
