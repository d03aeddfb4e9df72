/* buffer.h - growable scratch memory of a context, and what all of its buffers hold together. */
#ifndef TERN_BUFFER_H
#define TERN_BUFFER_H

#include <stddef.h>

/* What the buffers of a context hold. */
typedef struct memory_account {
    size_t used, most; /* bytes: now; the most so far, for the owner to set back */
    size_t limit;      /* bytes; 0: none. Buffers that would hold more together are out of memory */
    int refused;       /* 1 once the limit, and not the system, has said so; the owner sets it back */
} memory_account;

/* Zeroed: empty. */
typedef struct buffer {
    void *data;              /* 64-byte aligned; NULL when empty */
    size_t capacity;         /* bytes */
    memory_account *account; /* where capacity is counted; NULL: nowhere */
} buffer;

/* From now on buffers that were empty are counted there when this thread makes room in them. NULL: nowhere. */
void memory_count_in(memory_account *account);

/* Room for count elements of size bytes; keeps what is there. Returns 0 on success, -1 when out of memory or on
 * overflow (the buffer is unchanged then). */
int buffer_reserve(buffer *b, size_t count, size_t size);
void buffer_free(buffer *b);

#endif
