/* headers.h - the header fields of an HTTP answer, for whoever sends them: the HTTP server as lines, Lambda events as
 * JSON. */
#ifndef TERN_HEADERS_H
#define TERN_HEADERS_H

#include <assert.h>
#include <stddef.h>

#define HEADERS_MAX 16u

/* Both are borrowed. Names are in lower case, as HTTP/2 and HTTP APIs have them. */
typedef struct header_line {
    const char *name, *value;
} header_line;

typedef struct header_list {
    header_line line[HEADERS_MAX];
    size_t count;
} header_list;

static inline void headers_add(header_list *list, const char *name, const char *value)
{
    assert(list->count < HEADERS_MAX);
    list->line[list->count++] = (header_line){name, value};
}

#endif
