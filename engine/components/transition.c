#include "transition.h"

#include <string.h>

#include "kernels.h"
#include "layers.h"

/* Products of a slot that are kept: token t has row t % CACHED. A common slot fills the rows of AHEAD tokens in one
 * multiplication when it comes to the first of them; a token that lost its row since then comes back alone, so that a
 * state that looks far back again and again costs a row each time, not a block. A long document so needs no more memory
 * here than a short one. */
enum { CACHED = 256, AHEAD = 64 };

/* A token that is projected again comes with its neighbours, as it is mostly a stack that is worked off. Of such blocks
 * AGAIN are kept, as many as a state looks at tokens. */
enum { AGAIN_BLOCK = 64, AGAIN = TRANSITION_AGAIN };

_Static_assert(TRANSITION_KEPT % TRANSITION_BLOCK == 0 && TRANSITION_BLOCK % AHEAD == 0,
               "products ahead are of one kept block");

typedef transition_network run;

/* Floats from the scores of a state to those of the next. */
static size_t score_floats(const transition_weights *w) { return w->upper.panels ? layer_sums(&w->upper) : w->classes; }

int transition_reserve(const transition_weights *w, size_t token_count, transition_scratch *s)
{
    size_t sums = layer_sums(&w->lower) * sizeof(float), scores = score_floats(w) * sizeof(float);
    size_t kept = token_count < TRANSITION_KEPT ? token_count : TRANSITION_KEPT,
           row = layer_sums(&w->linear) * sizeof(float);
    if (token_count > TRANSITION_KEPT && buffer_reserve(&s->again, AGAIN * AGAIN_BLOCK, row)) return -1;
    return buffer_reserve(&s->projected, kept, row) || buffer_reserve(&s->products, (size_t)w->slots * CACHED, sums)
                   || buffer_reserve(&s->product_of, (size_t)w->slots * CACHED, sizeof(uint32_t))
                   || buffer_reserve(&s->sums, AHEAD, sums)
                   || buffer_reserve(&s->hidden, AHEAD, w->hidden * sizeof(float))
                   || buffer_reserve(&s->lone_scores, AHEAD, scores) || buffer_reserve(&s->scores, 1, scores)
                   || buffer_reserve(&s->allowed, w->classes, sizeof(class_run))
                   || buffer_reserve(&s->valid, w->classes, 1)
               ? -1
               : 0;
}

static void project(const transition_weights *w, const float *vectors, size_t count, float *out)
{
    affine(out, vectors, w->width, &w->linear, count);
}

static float *kept_row(const transition_weights *w, const transition_scratch *s, size_t token)
{
    return (float *)s->projected.data + token % TRANSITION_KEPT * layer_sums(&w->linear);
}

void transition_project(const transition_weights *w, const float *vectors, size_t begin, size_t count,
                        transition_scratch *s)
{
    project(w, vectors, count, kept_row(w, s, begin));
}

/* ---- projected vectors of long documents ------------------------------------------------------------------------- */

/* Projects the tokens [begin, end) to out. */
static void project_from_source(run *r, size_t begin, size_t end, float *out)
{
    const float *vectors = r->failed ? NULL : r->source->vectors(r->source->user, begin, end);
    if (vectors) project(r->w, vectors, end - begin, out);
    else r->failed = 1;
}

static size_t end_of_block(const run *r, size_t begin, size_t length)
{
    return r->token_count - begin < length ? r->token_count : begin + length;
}

static void project_up_to(run *r, size_t end)
{
    while (r->projected_end < end) {
        size_t begin = r->projected_end;
        r->projected_end = end_of_block(r, begin, TRANSITION_BLOCK);
        project_from_source(r, begin, r->projected_end, kept_row(r->w, r->scratch, begin));
    }
}

/* The next block takes the place of the oldest one. */
static int is_kept(const run *r, size_t token) { return !r->source || token + TRANSITION_KEPT >= r->projected_end; }

static const float *project_again(run *r, size_t token)
{
    size_t place = 0, begin = token - token % AGAIN_BLOCK, width = layer_sums(&r->w->linear);
    uint32_t block = (uint32_t)(token / AGAIN_BLOCK) + 1;
    while (place < AGAIN && r->again_of[place] != block) place++;
    int is_there = place < AGAIN;
    if (!is_there) place = r->again_next++ % AGAIN;
    float *rows = (float *)r->scratch->again.data + place * AGAIN_BLOCK * width;
    if (!is_there) project_from_source(r, begin, end_of_block(r, begin, AGAIN_BLOCK), rows);
    r->again_of[place] = block;
    return rows + (token - begin) * width;
}

/* Of count tokens: one, or some of one block that is kept. */
static const float *projected_rows(run *r, size_t first, size_t count)
{
    project_up_to(r, first + count);
    return is_kept(r, first) ? kept_row(r->w, r->scratch, first) : project_again(r, first);
}

/* ---- the lower layer --------------------------------------------------------------------------------------------- */

static void multiply_slot(run *r, uint32_t slot, size_t first, size_t count)
{
    const float *rows = projected_rows(r, first, count);
    packed_layer lower = r->w->lower;
    lower.panels += slot * layer_floats(&lower);
    size_t place = slot * (size_t)CACHED + first % CACHED;
    affine(r->products + place * layer_sums(&lower), rows, layer_sums(&r->w->linear), &lower, count);
    for (size_t i = 0; i < count; i++) r->product_of[place + i] = (uint32_t)(first + i) + 1;
}

/* A document of fewer tokens uses no more rows. */
static void forget_products(run *r)
{
    size_t rows = r->token_count < CACHED ? r->token_count : CACHED;
    for (uint32_t slot = 0; slot < r->w->slots; slot++)
        memset(r->product_of + slot * (size_t)CACHED, 0, rows * sizeof *r->product_of);
}

/* What the lower layer makes of a token in a slot, before the maxout. */
static const float *lower_product(run *r, uint32_t slot, size_t token)
{
    size_t place = slot * (size_t)CACHED + token % CACHED;
    if (r->product_of[place] != token + 1) {
        int is_ahead =
            r->moves->common_slots >> slot & 1 && token >= r->come_to[slot] && is_kept(r, token - token % AHEAD);
        size_t first = is_ahead ? token - token % AHEAD : token, block = is_ahead ? AHEAD : 1;
        multiply_slot(r, slot, first, r->token_count - first < block ? r->token_count - first : block);
        if (is_ahead) r->come_to[slot] = first + AHEAD;
    }
    return r->products + place * layer_sums(&r->w->lower);
}

/* sums = the lower layer's of one state. */
static void sum_slots(run *r, const int32_t *slot_token, float *sums)
{
    const float *rows[TRANSITION_MAX_SLOTS];
    size_t width = layer_sums(&r->w->lower);
    for (uint32_t slot = 0; slot < r->w->slots; slot++)
        rows[slot] = slot_token[slot] == TRANSITION_MISSING ? r->w->lower_pad + slot * width
                                                            : lower_product(r, slot, (size_t)slot_token[slot]);
    sum_rows(sums, rows, r->w->slots, width);
}

/* ---- scores ------------------------------------------------------------------------------------------------------ */

/* scores of the states whose sums are there */
static void score_states(const run *r, size_t count, float *scores)
{
    const transition_weights *w = r->w;
    maxout(w->upper.panels ? r->hidden : scores, r->sums, &w->lower, count);
    if (w->upper.panels) affine(scores, r->hidden, w->hidden, &w->upper, count);
}

static int is_lone(const run *r, const int32_t *slot_token)
{
    if (slot_token[0] == TRANSITION_MISSING) return 0;
    for (uint32_t slot = 1; slot < r->w->slots; slot++)
        if (slot_token[slot] != TRANSITION_MISSING) return 0;
    return 1;
}

/* Scores of the states that look at the tokens from this one on, as far as their products in slot 0 are there. */
static void score_lone_states(run *r, int32_t token)
{
    int32_t slot_token[TRANSITION_MAX_SLOTS];
    for (uint32_t slot = 1; slot < r->w->slots; slot++) slot_token[slot] = TRANSITION_MISSING;
    size_t first = (size_t)token, end = first - first % AHEAD + AHEAD, width = layer_sums(&r->w->lower);
    if (end > r->token_count) end = r->token_count;
    for (size_t t = first; t < end; t++) {
        slot_token[0] = (int32_t)t;
        sum_slots(r, slot_token, r->sums + (t - first) * width);
    }
    score_states(r, end - first, r->lone_scores);
    r->lone_begin = first;
    r->lone_end = end;
}

static const float *score_classes(run *r, const int32_t *slot_token)
{
    if (!r->moves->has_lone_states || !is_lone(r, slot_token)) {
        sum_slots(r, slot_token, r->sums);
        score_states(r, 1, r->scores);
        return r->scores;
    }
    size_t token = (size_t)slot_token[0];
    if (token < r->lone_begin || token >= r->lone_end) score_lone_states(r, slot_token[0]);
    return r->lone_scores + (token - r->lone_begin) * score_floats(r->w);
}

/* ---- classes ----------------------------------------------------------------------------------------------------- */

size_t runs_append(class_run *runs, size_t count, uint32_t cls, uint32_t action)
{
    if (count && runs[count - 1].end == cls && runs[count - 1].action == action) {
        runs[count - 1].end++;
        return count;
    }
    runs[count] = (class_run){cls, cls + 1, action};
    return count + 1;
}

size_t runs_of_actions(class_run *out, const class_run *runs, size_t count, uint32_t allowed)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (allowed >> runs[i].action & 1) out[kept++] = runs[i];
    return kept;
}

/* Classes that are looked at together: most of such groups have none that is better than the best so far. */
enum { GROUP = 8 };

static float larger(float a, float b) { return a > b ? a : b; }

static int has_better(const float *scores, float least)
{
    float even = larger(scores[0], least), odd = larger(scores[1], least);
    even = larger(scores[2], even), odd = larger(scores[3], odd);
    even = larger(scores[4], even), odd = larger(scores[5], odd);
    even = larger(scores[6], even), odd = larger(scores[7], odd);
    return larger(even, odd) > least;
}

static uint32_t best_class(const float *scores, const class_run *runs, size_t count)
{
    uint32_t best = runs[0].first;
    for (size_t i = 0; i < count; i++)
        for (uint32_t group = runs[i].first; group < runs[i].end; group += GROUP) {
            uint32_t end = runs[i].end;
            if (end - group >= GROUP) {
                if (!has_better(scores + group, scores[best])) continue;
                end = group + GROUP;
            }
            for (uint32_t c = group; c < end; c++)
                if (scores[c] > scores[best]) best = c;
        }
    return best;
}

/* For a trace: a byte for each class. */
static const unsigned char *valid_classes(const run *r, size_t count)
{
    unsigned char *valid = r->scratch->valid.data;
    memset(valid, 0, r->w->classes);
    for (size_t i = 0; i < count; i++) memset(valid + r->allowed[i].first, 1, r->allowed[i].end - r->allowed[i].first);
    return valid;
}

static run begin(const transition_weights *w, const move_table *moves, size_t token_count, transition_scratch *s,
                 const vector_source *source)
{
    run r = {.w = w,
             .moves = moves,
             .token_count = token_count,
             .scratch = s,
             .source = source,
             .projected_end = source ? 0 : token_count,
             .products = s->products.data,
             .lone_scores = s->lone_scores.data,
             .sums = s->sums.data,
             .hidden = s->hidden.data,
             .scores = s->scores.data,
             .product_of = s->product_of.data,
             .allowed = s->allowed.data};
    forget_products(&r);
    return r;
}

int transition_run(const transition_weights *w, const move_table *moves, void *state, size_t token_count,
                   transition_scratch *s, const vector_source *source, interruption *stop, transition_trace trace,
                   void *user)
{
    run r = begin(w, moves, token_count, s, source);

    for (size_t step = 0; !moves->is_final(state); step++) {
        if (interrupted_at(stop, step)) return -1;
        int32_t slot_token[TRANSITION_MAX_SLOTS];
        moves->features(state, slot_token);
        const float *scores = score_classes(&r, slot_token);
        if (r.failed) return -1;
        size_t count = moves->allowed(state, r.allowed);
        if (!count) break;
        uint32_t best = best_class(scores, r.allowed, count);
        if (trace) trace(user, scores, valid_classes(&r, count), best);
        moves->apply(state, best);
    }
    return 0;
}

/* ---- for a search ------------------------------------------------------------------------------------------------ */

transition_network transition_begin(const transition_weights *w, const move_table *moves, size_t token_count,
                                    transition_scratch *s, const vector_source *source)
{
    return begin(w, moves, token_count, s, source);
}

size_t transition_score_floats(const transition_weights *w) { return score_floats(w); }

/* parser_model.pyx takes a layer of one piece as it is when it decides greedily (predict_states), and rectifies it when
 * it searches, with an upper layer or without one (precompute_hiddens._nonlinearity). */
static void score_for_search(const run *r, size_t count, float *scores)
{
    const transition_weights *w = r->w;
    float *out = w->upper.panels ? r->hidden : scores;
    maxout(out, r->sums, &w->lower, count);
    for (size_t i = 0; w->lower.nP == 1 && i < count * w->lower.nO; i++)
        if (!(out[i] >= 0)) out[i] = 0;
    if (w->upper.panels) affine(scores, r->hidden, w->hidden, &w->upper, count);
}

int transition_scores(transition_network *r, const int32_t (*slot_token)[TRANSITION_MAX_SLOTS], size_t count,
                      float *scores)
{
    const size_t width = layer_sums(&r->w->lower);
    for (size_t begin = 0; begin < count; begin += AHEAD) {
        const size_t states = count - begin < AHEAD ? count - begin : AHEAD;
        for (size_t i = 0; i < states; i++) sum_slots(r, slot_token[begin + i], r->sums + i * width);
        if (r->failed) return -1;
        score_for_search(r, states, scores + begin * score_floats(r->w));
    }
    return 0;
}

void transition_scratch_free(transition_scratch *s)
{
    buffer_free(&s->projected);
    buffer_free(&s->again);
    buffer_free(&s->products);
    buffer_free(&s->product_of);
    buffer_free(&s->lone_scores);
    buffer_free(&s->sums);
    buffer_free(&s->hidden);
    buffer_free(&s->scores);
    buffer_free(&s->allowed);
    buffer_free(&s->valid);
}

/* ---- sections -> tables ------------------------------------------------------------------------------------------ */

/* classes is known. */
static void bind_lower(binder *b, uint32_t slots, uint32_t extra_slots, int has_upper, transition_weights *w)
{
    const char *name = has_upper ? "/lower/W" : "/scores/W";
    uint32_t dims[4] = {0, 0, 0, PANEL};
    const float *panels = bind_array(b, name, TERN_DTYPE_F32, 4, dims);
    if (b->status) return;
    w->slots = dims[0];
    w->hidden = dims[2] - 1;
    uint32_t outputs = has_upper ? w->hidden : w->classes, blocks = (outputs + PANEL - 1) / PANEL;
    if (w->slots != slots && w->slots != extra_slots)
        return bind_refuse(b, name, "has a shape that no move table looks at: another number of slots");
    if (!w->hidden || dims[1] % blocks || dims[1] / blocks > MAX_PIECES)
        return bind_refuse(b, name, "has not as many panels as a maxout layer of its outputs");
    w->lower = (packed_layer){.panels = panels, .nO = outputs, .nP = dims[1] / blocks, .nI = w->hidden};
    uint32_t sums = dims[1] * PANEL;
    w->lower_pad = bind_matrix(b, has_upper ? "/lower/pad" : "/scores/pad", TERN_DTYPE_F32, &w->slots, &sums);
}

void bind_transition(binder *b, uint32_t slots, uint32_t extra_slots, transition_weights *w)
{
    const int has_upper = !bind_has(b, "/scores/");
    if (!b->status && w->classes > TRANSITION_MAX_CLASSES)
        bind_refuse(b, "", "has more classes than this library supports");
    bind_lower(b, slots, extra_slots, has_upper, w);
    if (b->status) return;
    bind_layer(b, "/linear", w->hidden, 1, w->width, &w->linear);
    w->width = w->linear.nI;
    if (has_upper) bind_layer(b, "/upper", w->classes, 1, w->hidden, &w->upper);
}
