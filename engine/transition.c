#include "transition.h"

#include <string.h>

#include "kernels.h"

/* Products of a slot that are kept: token t has row t % CACHED. A common slot fills the rows of AHEAD tokens in one
 * multiplication when it comes to the first of them; a token that lost its row since then comes back alone, so that a state
 * that looks far back again and again costs a row each time, not a block. A long document so needs no more memory here than
 * a short one. */
enum { CACHED = 256, AHEAD = 64 };

enum { NO_CLASS = -1 };

typedef struct run {
    const transition_weights *w;
    const move_table *moves;
    size_t token_count;
    const float *projected;
    float *products, *accumulator, *hidden, *scores;
    uint32_t *product_of;                     /* [slots][CACHED] the token whose product is in this row, plus 1; 0: none */
    size_t come_to[TRANSITION_MAX_SLOTS];     /* tokens before this one have had their turn in a common slot */
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

void transition_consume(void *input, const float *rows, size_t begin, size_t count)
{
    const transition_input *to = input;
    transition_project(to->weights, rows, begin, count, to->scratch);
}

static void multiply_slot(const run *r, uint32_t slot, size_t first, size_t count)
{
    size_t hidden = r->w->hidden, size = hidden * r->w->pieces, place = slot * (size_t)CACHED + first % CACHED;
    const float *W = r->w->lower_W + slot * size * hidden;
    matmul(r->products + place * size, r->projected + first * hidden, hidden, W, count, size, hidden);
    for (size_t i = 0; i < count; i++) r->product_of[place + i] = (uint32_t)(first + i) + 1;
}

/* What the lower layer makes of a token in a slot, without bias: [hidden][pieces]. */
static const float *lower_product(run *r, uint32_t slot, size_t token)
{
    size_t place = slot * (size_t)CACHED + token % CACHED;
    if (r->product_of[place] != token + 1) {
        int is_ahead = r->moves->common_slots >> slot & 1 && token >= r->come_to[slot];
        size_t first = is_ahead ? token - token % AHEAD : token, block = is_ahead ? AHEAD : 1;
        multiply_slot(r, slot, first, r->token_count - first < block ? r->token_count - first : block);
        if (is_ahead) r->come_to[slot] = first + AHEAD;
    }
    return r->products + place * r->w->hidden * r->w->pieces;
}

static void score_classes(run *r, const int32_t *slot_token)
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

int transition_run(const transition_weights *w, const move_table *moves, void *state, size_t token_count,
                   transition_scratch *s, interruption *stop, transition_trace trace, void *user)
{
    run r = {.w = w, .moves = moves, .token_count = token_count, .projected = s->projected.data, .products = s->products.data,
             .accumulator = s->accumulator.data, .hidden = s->hidden.data, .scores = s->scores.data,
             .product_of = s->product_of.data, .valid = s->valid.data};
    memset(r.product_of, 0, (size_t)w->slots * CACHED * sizeof *r.product_of);

    for (size_t step = 0; !moves->is_final(state); step++) {
        if (interrupted_at(stop, step)) return -1;
        int32_t slot_token[TRANSITION_MAX_SLOTS];
        moves->features(state, slot_token);
        score_classes(&r, slot_token);
        moves->validate(state, r.valid);
        int64_t best = best_valid_class(r.scores, r.valid, w->classes);
        if (best == NO_CLASS) break;
        if (trace) trace(user, r.scores, r.valid, (uint32_t)best);
        moves->apply(state, (uint32_t)best);
    }
    return 0;
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
