/* route.h - what an HTTP request asks for, by its method, path and header: one rule for tern serve and for the events
 * of Lambda.
 *
 *   POST       /ner, /sentiment, /redact, each also with /MODEL  handle_request
 *   GET, HEAD  /healthz                                          handle_health
 *   GET, HEAD  /                                                 the page, of tern serve only
 *   POST       / with the header X-Amz-Target                    an operation of Amazon Comprehend (comprehend.h)
 *   OPTIONS    each of these                                     what it allows
 *
 * A path is its segments. Empty ones do not count, so that /ner/ and //ner are /ner, nor does a query. Escapes are not
 * decoded: no name here needs any. On Lambda a stage or a base path may stand before: /prod/ner; so a POST with
 * X-Amz-Target may have any path there that is nothing else's.
 *
 *   404   another path, or a model that is not there
 *   405   another method (with Allow)
 *   415   a body to analyse that is said to be no JSON, or compressed otherwise than by gzip (with Accept-Encoding,
 *         RFC 9110) */
#ifndef TERN_ROUTE_H
#define TERN_ROUTE_H

#include "headers.h"
#include "models.h"
#include "request.h"
#include "response.h"

typedef enum route_program { ROUTE_SERVER, ROUTE_LAMBDA } route_program;

typedef enum route_place { PLACE_NONE, PLACE_PAGE, PLACE_HEALTH, PLACE_TASK, PLACE_SERVICE } route_place;

/* Everything is borrowed: from models, or constant. */
typedef struct route {
    route_place place;
    request_target asked; /* of PLACE_TASK: what the path says */
    const char *target;   /* of PLACE_SERVICE: the value of X-Amz-Target, which the caller keeps */
    const char *allowed;  /* methods of the place: "POST, OPTIONS"; NULL for PLACE_NONE */
    int is_options;       /* OPTIONS of a place that is there */
    int is_root;          /* the path is / */
    int gzip;             /* the body is compressed */
    int status;           /* 0; or of the refusal */
    const char *error;    /* its sentence; NULL: the one of an unknown model */
    const char *accepted; /* content codings, where it was one that is not supported; else NULL */
} route;

/* method NULL: the one that the place is for. path (len bytes, which may be any) NULL: PLACE_TASK, and the request says
 * which. */
route route_find(route_program program, const model_set *models, const char *method, const char *path, size_t len);

/* Makes a route that route_find has found for that method PLACE_SERVICE, if it is: target is the value of X-Amz-Target,
 * NULL where there is no such field. */
void route_service(route *r, route_program program, const char *method, const char *target);

/* Whether the request has a body that is to be read. */
int route_takes_body(const route *r);

/* Reads what the header says of such a body: the values of Content-Type, which of PLACE_SERVICE may be any, and
 * Content-Encoding, NULL where there is no such field. */
void route_check_body(route *r, const char *content_type, const char *content_encoding);

/* The answer to a route with a status. */
void route_refuse(const route *r, const model_set *models, response *out);

/* Adds what an answer must say because of the route: Allow, Accept-Encoding. */
void route_headers(const route *r, header_list *out);

#endif
