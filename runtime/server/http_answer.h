/* http_answer.h - an HTTP answer on its way: status line and fields as bytes, then the body. */
#ifndef TERN_HTTP_ANSWER_H
#define TERN_HTTP_ANSWER_H

#include "bytes.h"

typedef struct http_answer {
    int status;
    bytes head;  /* without the empty line while fields are added */
    bytes owned; /* the body; or borrowed and borrowed_len, which outlive the answer */
    const char *borrowed;
    size_t borrowed_len;
    size_t sent; /* of head and body together */
} http_answer;

/* Starts an answer, with the field Date. What an earlier one held is freed. */
void http_answer_begin(http_answer *a, int status);
void http_answer_field(http_answer *a, const char *name, const char *value);
/* Ends the head: adds Content-Length of the body (but of 204, which has none) and, if close is set, Connection: close.
 * without_body: to HEAD, the fields of GET alone. 0, or -1 when out of memory. */
int http_answer_end(http_answer *a, int close, int without_body);

/* Bytes that still have to be sent. */
size_t http_answer_left(const http_answer *a);
/* Sends what fd takes without waiting. 0 (maybe not all), or -1 if the connection is gone. */
int http_answer_send(http_answer *a, int fd);
void http_answer_free(http_answer *a);

#endif
