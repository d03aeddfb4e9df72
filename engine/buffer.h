/* buffer.h - growable scratch memory of a context: grows, is kept, never shrinks. */
#ifndef TERN_BUFFER_H
#define TERN_BUFFER_H

#include <stddef.h>

typedef struct buffer {
    void *data;        /* 64-byte aligned; NULL when empty */
    size_t capacity;   /* bytes */
} buffer;

/* Room for count elements of size bytes; keeps what is there. Returns 0 on success, -1 when out of memory or on overflow
 * (the buffer is unchanged then). */
int buffer_reserve(buffer *b, size_t count, size_t size);
void buffer_free(buffer *b);

#endif
