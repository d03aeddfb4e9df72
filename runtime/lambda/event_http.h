/* event_http.h - a Lambda event that stands for an HTTP request, or for its body -> the answer in the form that its
 * sender turns into an HTTP response (event.h lists the forms). */
#ifndef TERN_EVENT_HTTP_H
#define TERN_EVENT_HTTP_H

#include "event_context.h"

typedef enum event_shape {
    SHAPE_HTTP_V2,
    SHAPE_ALB,
    SHAPE_REST_V1,
    SHAPE_LATTICE_V1,
    SHAPE_LATTICE_V2,
    SHAPE_SQS,
    SHAPE_DESTINATION,
    SHAPE_BODY,
    SHAPE_REQUEST,
    SHAPE_PING,
    SHAPE_UNKNOWN
} event_shape;

/* shape: SHAPE_HTTP_V2, SHAPE_ALB, SHAPE_REST_V1, SHAPE_LATTICE_V1, SHAPE_LATTICE_V2 or SHAPE_BODY. out->body is the
 * function's result. */
void event_http_answer(const event_context *context, const json_node *event, event_shape shape, response *out);

#endif
