#include "word_vectors.h"

uint32_t word_vectors_find(const vector_keys *v, uint64_t id)
{
    if (!v->bits) return NO_VECTOR;
    uint64_t bucket = id >> (64 - v->bits), wanted = id << v->bits;
    uint32_t low = v->start[bucket], end = v->start[bucket + 1], high = end;
    if (end > v->count) return NO_VECTOR;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (v->keys[mid] < wanted) low = mid + 1;
        else high = mid;
    }
    if (low >= end || (v->keys[low] ^ wanted) >> v->bits) return NO_VECTOR;
    return (uint32_t)(v->keys[low] & ((1u << v->bits) - 1));
}
