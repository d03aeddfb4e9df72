/* http_message.h - bytes of a connection -> requests, by RFC 9112 and nothing laxer: a request that two readers could
 * cut in two ways is refused, since the other reader may be the proxy in front (request smuggling).
 *
 * llhttp, the parser of Node.js, reads; what it lets pass but RFC 9112 does not is refused here: lines that end in LF
 * alone, folded and empty field lines, a missing or second Host, any Transfer-Encoding but "chunked", lengths beyond
 * reason.
 *
 * No input or output: http_connection.c brings the bytes. */
#ifndef TERN_HTTP_MESSAGE_H
#define TERN_HTTP_MESSAGE_H

#include <llhttp.h>
#include <stdint.h>

#include "bytes.h"

#define HTTP_MAX_HEADER 32768 /* bytes of request line and header fields; 414 or 431 above */

/* The fields that anyone here reads. */
typedef enum http_field {
    HTTP_HOST,
    HTTP_CONTENT_TYPE,
    HTTP_CONTENT_ENCODING,
    HTTP_CONTENT_LENGTH,
    HTTP_TRANSFER_ENCODING,
    HTTP_EXPECT,
    HTTP_ORIGIN,
    HTTP_X_AMZ_TARGET,
    HTTP_FIELDS,
    HTTP_OTHER_FIELD = HTTP_FIELDS
} http_field;

/* Where in a request the next byte belongs. */
typedef enum http_stage {
    HTTP_IN_HEAD,  /* request line and fields: not complete */
    HTTP_IN_BODY,  /* the head is complete: method, path and field hold */
    HTTP_COMPLETE, /* the whole request is there; further bytes are the next one's */
    HTTP_REFUSED   /* status and why hold; no further byte can be understood */
} http_stage;

typedef struct http_message {
    llhttp_t parser;
    http_stage stage;
    bytes head;                     /* its bytes; the strings here point into them */
    size_t line_start;              /* of head: where the current line begins */
    const char *method, *path;      /* path: without scheme, authority and query; "*" of OPTIONS * */
    const char *field[HTTP_FIELDS]; /* the value, NULL: none; of several the last */
    int keep_alive;                 /* the client lets the connection live on after the answer */
    uint64_t length;                /* as announced by Content-Length, or 0 */
    int status;                     /* of a refusal: 400, 414, 417, 431, 503, 505 */
    char why[160];
    /* http_message_read's own */
    size_t method_len, path_len, field_len[HTTP_FIELDS];
    unsigned field_count[HTTP_FIELDS];
    http_field current; /* whose value comes next */
    int complete;
    char last; /* byte of the body that was read */
    bytes *body;
} http_message;

void http_message_begin(http_message *m); /* for the first request and, after HTTP_COMPLETE, for each further one */
void http_message_free(http_message *m);

/* Takes bytes up to the end of the head, or, called in HTTP_IN_BODY, up to the request's end. Body bytes are appended
 * to body. Returns how many it took; m->stage says what is there now. A refusal takes them all. */
size_t http_message_read(http_message *m, const char *data, size_t len, bytes *body);

#endif
