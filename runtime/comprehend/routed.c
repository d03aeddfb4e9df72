#include "routed.h"

#include "comprehend.h"
#include "comprehend_error.h"
#include "gzip.h"

static void answer_compressed_service(const model_contexts *contexts, const route *r, const char *body, size_t len,
                                      const handler_settings *settings, response *out)
{
    problem why;
    bytes plain = {0};
    int status = len ? gzip_inflate(body, len, REQUEST_MAX_BODY, &plain, &why) : 0;
    if (status == 400) respond_error(out, status, ERROR_SERIALIZATION, why.text);
    else if (status) respond_refusal(out, status, why.text);
    else comprehend_request(contexts, r->target, plain.data ? plain.data : "", plain.len, settings, out);
    bytes_free(&plain);
}

void routed_request(const model_contexts *contexts, const route *r, const char *body, size_t len,
                    const handler_settings *settings, response *out)
{
    if (r->place != PLACE_SERVICE)
        (r->gzip ? handle_compressed_request : handle_request)(contexts, &r->asked, body, len, settings, out);
    else if (r->gzip) answer_compressed_service(contexts, r, body, len, settings, out);
    else comprehend_request(contexts, r->target, body, len, settings, out);
}

void routed_json(const model_contexts *contexts, const route *r, const json_node *body,
                 const handler_settings *settings, response *out)
{
    if (r->place == PLACE_SERVICE) comprehend_request_json(contexts, r->target, body, settings, out);
    else handle_request_json(contexts, &r->asked, body, settings, out);
}

void routed_end(const route *r, response *out)
{
    if (r->place == PLACE_SERVICE) comprehend_error_form(out);
}

const char *routed_content_type(const route *r)
{
    return r->place == PLACE_SERVICE && !r->is_options ? "application/x-amz-json-1.1" : "application/json";
}

void routed_headers(const route *r, const response *answer, char id[REQUEST_ID_SIZE], header_list *out)
{
    if (r->place != PLACE_SERVICE) return;
    const char *type = comprehend_error_type(answer);
    request_id(id);
    headers_add(out, "x-amzn-requestid", id);
    if (type) headers_add(out, "x-amzn-errortype", type);
}
