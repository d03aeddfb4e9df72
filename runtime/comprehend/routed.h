/* routed.h - a request with its route -> an answer: one rule for tern serve and for the events of Lambda. PLACE_TASK is
 * handler.h's, PLACE_SERVICE comprehend.h's. */
#ifndef TERN_ROUTED_H
#define TERN_ROUTED_H

#include "handler.h"
#include "request_id.h"
#include "route.h"

/* What route_takes_body lets through: body as the client sent it, compressed if the route says so. out->body is
 * replaced. One thread per contexts at a time. */
void routed_request(const model_contexts *contexts, const route *r, const char *body, size_t len,
                    const handler_settings *settings, response *out);

/* The same for a body that is parsed already. */
void routed_json(const model_contexts *contexts, const route *r, const json_node *body,
                 const handler_settings *settings, response *out);

/* Gives an error the form that the place's clients read. Before it goes out; again does no harm. */
void routed_end(const route *r, response *out);

/* The value of Content-Type of such an answer. */
const char *routed_content_type(const route *r);

/* Adds what else the place's clients read, of an answer after routed_end: to PLACE_SERVICE a new id, which is written
 * to id, and an error's type. */
void routed_headers(const route *r, const response *answer, char id[REQUEST_ID_SIZE], header_list *out);

#endif
