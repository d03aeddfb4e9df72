#include "word_vectors.h"

#include "floret.h"

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

/* ---- sections -> tables ------------------------------------------------------------------------------------------ */

/* What they hold is not looked at here, so that opening takes no longer with more of them. */

#define MAX_VECTOR_BITS 31

static void bind_vector_keys(binder *b, vector_keys *v)
{
    uint32_t starts = 0, bits = 1;
    v->start = bind_vector(b, "vectors/start", TERN_DTYPE_U32, &starts);
    v->keys = bind_vector(b, "vectors/keys", TERN_DTYPE_U64, &v->count);
    while (bits < MAX_VECTOR_BITS && (UINT32_C(1) << bits) + 1 < starts) bits++;
    if (!b->status && (UINT32_C(1) << bits) + 1 != starts)
        bind_refuse(b, "vectors/start", "is not one longer than a power of two");
    v->bits = bits;
}

void bind_vectors(binder *b, tern_model *model)
{
    if (b->status || !model_file_has(b->file, "vectors/")) return;
    if (!model_file_has(b->file, "vectors/floret")) return bind_vector_keys(b, &model->vectors);
    bind_floret(b, &model->floret, &model->strings);
    b->floret = &model->floret;
}
