/* event.h - one Lambda event -> the function's result: finds out which shape the event has, takes the request out of it, has
 * the handler answer it, and wraps the answer as the sender of that shape expects it.
 *
 *   shape                              recognised by            answer
 *   HTTP API payload 2, Function URL   requestContext.http      {"statusCode", "headers", "body", "isBase64Encoded", "cookies"}
 *   REST API, HTTP API payload 1       httpMethod               {"statusCode", "headers", "body", "isBase64Encoded"}
 *   bare body                          body                     as REST
 *   bare text                          text                     {"entities": [...]}; errors are function errors
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html has the shapes. */
#ifndef TERN_EVENT_H
#define TERN_EVENT_H

#include "handler.h"

/* out->error_type NULL: out->body is the function's result. Otherwise the invocation failed, with out->error_type and
 * out->message. One thread per ctx at a time. */
void event_handle(tern_ctx *ctx, const char *event, size_t len, const handler_settings *settings, response *out);

/* Strict base64 (RFC 4648 section 4: padded, no white space, unused bits zero) of len characters, appended to out. 0, or -1
 * if text is not that. */
int base64_decode(const char *text, size_t len, bytes *out);

#endif
