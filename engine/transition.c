#include "transition.h"

#include <string.h>

#include "kernels.h"

/* Products of a slot that are kept: token t has row t % CACHED. A common slot fills AHEAD rows in one multiplication. A long
 * document so needs no more memory here than a short one, wherever its states look. */
enum { CACHED = 256, AHEAD = 64 };

enum { NO_CLASS = -1 };

typedef struct run {
    const transition_weights *w;
    const move_table *moves;
    size_t token_count;
    const float *projected;
    float *products, *accumulator, *hidden, *scores;
    uint32_t *product_of;   /* [slots][CACHED] first token of the block that begins in this row, plus 1; 0: none */
    unsigned char *valid;
} run;

int transition_reserve(const transition_weights *w, size_t token_count, transition_scratch *s)
{
    size_t hidden = w->hidden * sizeof(float), product = w->pieces * hidden;
    return buffer_reserve(&s->projected, token_count, hidden) ||
           buffer_reserve(&s->products, (size_t)w->slots * CACHED, product) ||
           buffer_reserve(&s->product_of, (size_t)w->slots * CACHED, sizeof(uint32_t)) ||
           buffer_reserve(&s->accumulator, 1, product) || buffer_reserve(&s->hidden, 1, hidden) ||
           buffer_reserve(&s->scores, w->classes, sizeof(float)) || buffer_reserve(&s->valid, w->classes, 1) ? -1 : 0;
}

void transition_project(const transition_weights *w, const float *vectors, size_t begin, size_t count, transition_scratch *s)
{
    float *rows = (float *)s->projected.data + begin * w->hidden;
    matmul(rows, vectors, w->width, w->linear_W, count, w->hidden, w->width);
    for (size_t i = 0; i < count; i++) add_rows(rows + i * w->hidden, w->linear_b, w->hidden);
}

/* What the lower layer makes of a token in a slot, without bias: [hidden][pieces]. */
static const float *lower_product(const run *r, uint32_t slot, size_t token)
{
    size_t hidden = r->w->hidden, size = hidden * r->w->pieces;
    size_t block = r->moves->common_slots >> slot & 1 ? AHEAD : 1;
    size_t first = token - token % block, place = slot * (size_t)CACHED + first % CACHED;
    float *rows = r->products + place * size;
    if (r->product_of[place] != first + 1) {
        size_t count = r->token_count - first < block ? r->token_count - first : block;
        matmul(rows, r->projected + first * hidden, hidden, r->w->lower_W + slot * size * hidden, count, size, hidden);
        r->product_of[place] = (uint32_t)first + 1;
    }
    return rows + (token - first) * size;
}

static void score_classes(const run *r, const int32_t *slot_token)
{
    const transition_weights *w = r->w;
    size_t size = (size_t)w->hidden * w->pieces;
    memset(r->accumulator, 0, size * sizeof *r->accumulator);
    for (uint32_t slot = 0; slot < w->slots; slot++) {
        int32_t token = slot_token[slot];
        const float *pad = w->lower_pad + slot * size;
        add_rows(r->accumulator, token == TRANSITION_MISSING ? pad : lower_product(r, slot, (size_t)token), size);
    }
    maxout(r->hidden, r->accumulator, w->lower_b, 1, w->hidden, w->pieces);
    matmul(r->scores, r->hidden, w->hidden, w->upper_W, 1, w->classes, w->hidden);
    add_rows(r->scores, w->upper_b, w->classes);
}

static int64_t best_valid_class(const float *scores, const unsigned char *valid, uint32_t classes)
{
    int64_t best = NO_CLASS;
    for (uint32_t c = 0; c < classes; c++)
        if (valid[c] && (best == NO_CLASS || scores[c] > scores[best])) best = c;
    return best;
}

void transition_run(const transition_weights *w, const move_table *moves, void *state, size_t token_count,
                    transition_scratch *s, transition_trace trace, void *user)
{
    const run r = {.w = w, .moves = moves, .token_count = token_count, .projected = s->projected.data,
                   .products = s->products.data, .accumulator = s->accumulator.data, .hidden = s->hidden.data,
                   .scores = s->scores.data, .product_of = s->product_of.data, .valid = s->valid.data};
    memset(r.product_of, 0, (size_t)w->slots * CACHED * sizeof *r.product_of);

    while (!moves->is_final(state)) {
        int32_t slot_token[TRANSITION_MAX_SLOTS];
        moves->features(state, slot_token);
        score_classes(&r, slot_token);
        moves->validate(state, r.valid);
        int64_t best = best_valid_class(r.scores, r.valid, w->classes);
        if (best == NO_CLASS) break;
        if (trace) trace(user, r.scores, r.valid, (uint32_t)best);
        moves->apply(state, (uint32_t)best);
    }
}

void transition_scratch_free(transition_scratch *s)
{
    buffer_free(&s->projected);
    buffer_free(&s->products);
    buffer_free(&s->product_of);
    buffer_free(&s->accumulator);
    buffer_free(&s->hidden);
    buffer_free(&s->scores);
    buffer_free(&s->valid);
}
