#include "buffer.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 64u   /* a cache line; what the widest vector loads like */

int buffer_reserve(buffer *b, size_t count, size_t size)
{
    if (size && count > (SIZE_MAX / 2 - ALIGNMENT) / size) return -1;
    size_t need = count * size;
    if (need <= b->capacity) return 0;
    size_t grown = b->capacity + b->capacity / 2;
    size_t capacity = ((need > grown ? need : grown) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    void *data = aligned_alloc(ALIGNMENT, capacity);
    if (!data) return -1;
    if (b->capacity) memcpy(data, b->data, b->capacity);
    free(b->data);
    b->data = data;
    b->capacity = capacity;
    return 0;
}

void buffer_free(buffer *b)
{
    free(b->data);
    *b = (buffer){0};
}
