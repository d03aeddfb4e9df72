#include "spancat.h"

#include <string.h>

#include "activation.h"
#include "doc_spans.h"
#include "error.h"
#include "kernels.h"
#include "layers.h"
#include "tagger.h"
#include "tok2vec.h"

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* Vectors of width inputs that the pooling makes. */
static uint32_t pooled_rows(uint32_t pooling)
{
    uint32_t rows = 0;
    for (; pooling; pooling >>= 1) rows += pooling & 1;
    return rows;
}

static uint32_t pooled_width(const spancat_model *w) { return pooled_rows(w->pooling) * w->width; }

/* ---- scores -> hits ---------------------------------------------------------------------------------------------- */

static int add_hit(tern_doc *doc, spancat_scratch *s, const span_candidate *c, uint32_t label, float score)
{
    doc->too_many_spans |= s->hit_count >= DOC_MAX_SPANS; /* why the run ends */
    if (doc->too_many_spans || buffer_reserve(&s->hits, s->hit_count + 1, sizeof(span_hit))) return -1;
    span_hit *hits = s->hits.data;
    hits[s->hit_count++] = (span_hit){c->rank, {c->start, c->end, label, score}};
    return 0;
}

/* The best class, if it is a label (_make_span_group_singlelabel). */
static int hit_best(const spancat_model *w, tern_doc *doc, spancat_scratch *s, const span_candidate *c,
                    const float *score)
{
    uint32_t best = linear_best(&w->output, score);
    if (best >= w->label_count || !(score[best] >= w->threshold)) return 0;
    return add_hit(doc, s, c, w->labels[best], score[best]);
}

/* Kept labels with a higher score; of equal ones, those before it. */
static uint32_t better(const uint32_t *kept, uint32_t count, const float *score, uint32_t label)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < count; i++)
        n += score[kept[i]] > score[label] || (score[kept[i]] == score[label] && kept[i] < label);
    return n;
}

/* All labels from the threshold on, or the max_positive best of them (_make_span_group_multilabel). */
static int hit_all(const spancat_model *w, tern_doc *doc, spancat_scratch *s, const span_candidate *c,
                   const float *score)
{
    uint32_t *kept = s->kept.data, count = 0;
    for (uint32_t label = 0; label < w->label_count; label++)
        if (score[label] >= w->threshold) kept[count++] = label;
    for (uint32_t i = 0; i < count; i++) {
        if (count > w->max_positive && better(kept, count, score, kept[i]) >= w->max_positive) continue;
        if (add_hit(doc, s, c, w->labels[kept[i]], score[kept[i]])) return -1;
    }
    return 0;
}

/* Scores the pending candidates, whose pooled rows are there. 0 or -1. */
static int score_pending(const spancat_model *w, tern_doc *doc, spancat_scratch *s)
{
    const size_t count = s->pending_count, stride = layer_sums(&w->output);
    const float *x = s->pooled.data;
    float *scores = s->scores.data, *hidden = s->hidden.data;
    s->pending_count = 0;
    if (!count) return 0;
    if (interrupted(doc->interruption)) return -1;
    if (w->hidden.layer.nO) {
        affine_maxout(hidden, x, pooled_width(w), &w->hidden.layer, count);
        layer_norm(hidden, NULL, hidden, w->hidden.G, w->hidden.beta, count, w->hidden.layer.nO);
        x = hidden;
    }
    affine(scores, x, w->output.nI, &w->output, count);
    for (size_t i = 0; i < count; i++, scores += stride) {
        activate(w->activation, scores, w->output.nO);
        int failed = w->max_positive == 1 ? hit_best(w, doc, s, &s->pending[i], scores)
                                          : hit_all(w, doc, s, &s->pending[i], scores);
        if (failed) return -1;
    }
    return 0;
}

/* ---- rows -> pooled rows ----------------------------------------------------------------------------------------- */

static const float *row_of(const spancat_model *w, const spancat_scratch *s, size_t token)
{
    return (const float *)s->rows.data + (token - s->first_row) * w->width;
}

/* The rows of a span that grows at its end. Sums in double precision, as in textcat.c. */
static void begin_span(const spancat_model *w, spancat_scratch *s, size_t start)
{
    memset(s->sums.data, 0, w->width * sizeof(double));
    memcpy(s->largest.data, row_of(w, s, start), w->width * sizeof(float));
}

static void take_row(const spancat_model *w, spancat_scratch *s, size_t token)
{
    const float *row = row_of(w, s, token);
    double *sums = s->sums.data;
    float *largest = s->largest.data;
    for (uint32_t j = 0; j < w->width; j++) {
        sums[j] += (double)row[j];
        largest[j] = row[j] > largest[j] ? row[j] : largest[j];
    }
}

/* What take_row has gathered, in the order of POOL_*. */
static void pool_span(const spancat_model *w, const spancat_scratch *s, size_t start, size_t end, float *out)
{
    const size_t width = w->width, row = width * sizeof *out;
    const double *sums = s->sums.data;
    const float *at_ends[3] = {row_of(w, s, start), row_of(w, s, end - 1), s->largest.data};
    const unsigned bits[3] = {POOL_FIRST, POOL_LAST, POOL_MAX};
    for (size_t e = 0; e < 3; e++) {
        if (!(w->pooling & bits[e])) continue;
        memcpy(out, at_ends[e], row);
        out += width;
    }
    if (w->pooling & POOL_MEAN) {
        for (size_t j = 0; j < width; j++) out[j] = (float)(sums[j] / (double)(end - start));
        out += width;
    }
    if (w->pooling & POOL_SUM)
        for (size_t j = 0; j < width; j++) out[j] = (float)sums[j];
}

/* Takes the rows gathered as those of this candidate. 0 or -1. */
static int suggest(const spancat_model *w, tern_doc *doc, spancat_scratch *s, uint64_t rank, size_t start, size_t end)
{
    float *pooled = s->pooled.data;
    pool_span(w, s, start, end, pooled + s->pending_count * pooled_width(w));
    s->pending[s->pending_count++] = (span_candidate){rank, (uint32_t)start, (uint32_t)end};
    return s->pending_count == SPAN_CHUNK ? score_pending(w, doc, s) : 0;
}

/* ---- n-grams (ngram_suggester) ----------------------------------------------------------------------------------- */

/* By place: how many of other sizes come before. */
static void count_ngrams(const spancat_model *w, size_t tokens, uint64_t *ranks)
{
    memset(ranks, 0, ((size_t)w->size_count + 1) * sizeof *ranks);
    for (uint32_t i = 0; i < w->size_count; i++) {
        size_t size = w->sizes[2 * i];
        ranks[w->sizes[2 * i + 1] + 1] = size <= tokens ? tokens - size + 1 : 0;
    }
    for (uint32_t i = 0; i < w->size_count; i++) ranks[i + 1] += ranks[i];
}

/* All n-grams that begin with a token: each takes the rows of the one before it. */
static int suggest_from(const spancat_model *w, tern_doc *doc, spancat_scratch *s, size_t start)
{
    const uint64_t *ranks = s->ranks.data;
    size_t end = start;
    begin_span(w, s, start);
    for (uint32_t i = 0; i < w->size_count; i++) {
        size_t size = w->sizes[2 * i];
        if (size > doc->token_count - start) break;
        while (end < start + size) take_row(w, s, end++);
        if (suggest(w, doc, s, ranks[w->sizes[2 * i + 1]] + start, start, end)) return -1;
    }
    return 0;
}

static size_t longest_ngram(const spancat_model *w) { return w->sizes[2 * (size_t)(w->size_count - 1)]; }

/* Suggests whatever begins with a token whose n-grams are all there; drops the rows of these tokens. */
static int suggest_ngrams(const spancat_model *w, tern_doc *doc, spancat_scratch *s)
{
    size_t ahead = s->end_row == doc->token_count ? 0 : longest_ngram(w) - 1, start = s->first_row;
    for (; start + ahead < s->end_row; start++)
        if (suggest_from(w, doc, s, start)) return -1;
    memmove(s->rows.data, row_of(w, s, start), (s->end_row - start) * w->width * sizeof(float));
    s->first_row = start;
    return 0;
}

/* ---- preset spans (preset_spans_suggester) ----------------------------------------------------------------------- */

static int suggest_preset(const spancat_model *w, tern_doc *doc, spancat_scratch *s)
{
    const span_group *group = doc_find_group(doc, w->preset_key);
    size_t step = 0;
    for (size_t i = 0; group && i < group->count; i++) {
        const group_span *span = &doc->group_span[group->first + i];
        begin_span(w, s, span->token_start);
        for (size_t token = span->token_start; token < span->token_end; token++) {
            if (interrupted_at(doc->interruption, step++)) return -1;
            take_row(w, s, token);
        }
        if (suggest(w, doc, s, i, span->token_start, span->token_end)) return -1;
    }
    return 0;
}

/* ---- hits -> Doc.spans ------------------------------------------------------------------------------------------- */

static int by_rank(const span_hit *a, const span_hit *b) { return a->rank > b->rank; }
static int by_score(const span_hit *a, const span_hit *b) { return a->span.score < b->span.score; }

/* Merges two neighbouring runs; of equals the first comes first. */
static void merge_runs(const span_hit *from, size_t middle, size_t end, span_hit *to,
                       int (*is_after)(const span_hit *, const span_hit *))
{
    for (size_t a = 0, b = middle; a < middle || b < end;)
        *to++ = b == end || (a < middle && !is_after(&from[a], &from[b])) ? from[a++] : from[b++];
}

/* A stable merge sort. 0 or -1. */
static int sort_hits(spancat_scratch *s, interruption *stop, int (*is_after)(const span_hit *, const span_hit *))
{
    const size_t count = s->hit_count;
    if (buffer_reserve(&s->sorted, count, sizeof(span_hit))) return -1;
    for (size_t run = 1; run < count; run *= 2) {
        if (interrupted(stop)) return -1;
        const span_hit *from = s->hits.data;
        span_hit *to = s->sorted.data;
        for (size_t i = 0; i < count; i += 2 * run)
            merge_runs(from + i, smaller(run, count - i), smaller(2 * run, count - i), to + i, is_after);
        const buffer other = s->hits;
        s->hits = s->sorted;
        s->sorted = other;
    }
    return 0;
}

/* 1 if none of its tokens was taken: they are now (_Intervals). */
static int take_tokens(unsigned char *taken, const group_span *span)
{
    const size_t size = span->token_end - span->token_start;
    if (memchr(taken + span->token_start, 1, size)) return 0;
    memset(taken + span->token_start, 1, size);
    return 1;
}

int spancat_annotate(const spancat_model *w, tern_doc *doc, spancat_scratch *s)
{
    const int disjoint = w->max_positive == 1 && w->parts & SPANCAT_DISJOINT;
    if (!w->size_count && doc->token_count && suggest_preset(w, doc, s)) return -1;
    if (score_pending(w, doc, s) || sort_hits(s, doc->interruption, by_rank)) return -1;
    /* numpy's argsort leaves the order of equal scores to the CPU: here the first comes first */
    if (disjoint && sort_hits(s, doc->interruption, by_score)) return -1;
    if (disjoint && buffer_reserve(&s->taken, doc->token_count, 1)) return -1;
    if (disjoint && doc->token_count) memset(s->taken.data, 0, doc->token_count);
    if (doc_begin_group(doc, w->key, 1)) return -1;
    const span_hit *hits = s->hits.data;
    for (size_t i = 0; i < s->hit_count; i++) {
        if (interrupted_at(doc->interruption, i)) return -1;
        if (disjoint && !take_tokens(s->taken.data, &hits[i].span)) continue;
        if (doc_add_span(doc, hits[i].span)) return -1;
    }
    return 0;
}

/* ---- the component's work ---------------------------------------------------------------------------------------- */

int spancat_begin(const spancat_model *w, const tern_doc *doc, spancat_scratch *s)
{
    s->first_row = s->end_row = s->hit_count = s->pending_count = 0;
    if (buffer_reserve(&s->ranks, (size_t)w->size_count + 1, sizeof(uint64_t))
        || buffer_reserve(&s->sums, w->width, sizeof(double)) || buffer_reserve(&s->largest, w->width, sizeof(float))
        || buffer_reserve(&s->pooled, SPAN_CHUNK, pooled_width(w) * sizeof(float))
        || buffer_reserve(&s->scores, SPAN_CHUNK, layer_sums(&w->output) * sizeof(float))
        || buffer_reserve(&s->hidden, SPAN_CHUNK, w->hidden.layer.nO * sizeof(float))
        || buffer_reserve(&s->kept, w->label_count, sizeof(uint32_t)))
        return -1;
    count_ngrams(w, doc->token_count, s->ranks.data);
    return 0;
}

int spancat_feed(const spancat_model *w, tern_doc *doc, const float *rows, size_t begin, size_t count,
                 spancat_scratch *s)
{
    const size_t row = w->width * sizeof(float), there = begin - s->first_row;
    if (buffer_reserve(&s->rows, there + count, row)) return -1;
    memcpy((char *)s->rows.data + there * row, rows, count * row);
    s->end_row = begin + count;
    return w->size_count ? suggest_ngrams(w, doc, s) : 0;
}

void spancat_scratch_free(spancat_scratch *s)
{
    buffer *owned[] = {&s->rows,   &s->ranks, &s->sums, &s->largest, &s->pooled, &s->hidden,
                       &s->scores, &s->kept,  &s->hits, &s->sorted,  &s->taken};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) buffer_free(owned[i]);
}

/* ---- sections -> tables ------------------------------------------------------------------------------------------ */

enum { SET_KEY = 0, SET_PRESET_KEY, SET_POOLING, SET_ACTIVATION, SET_HIDDEN, SET_MAX_POSITIVE, SET_PARTS, SETTINGS };

static void bind_settings(binder *b, const tern_model *model, spancat_model *w)
{
    static const char *const name = "/settings";
    uint32_t count = SETTINGS, one = 1;
    const uint32_t *settings = bind_vector(b, name, TERN_DTYPE_U32, &count);
    if (b->status) return;
    w->key = settings[SET_KEY];
    w->preset_key = settings[SET_PRESET_KEY];
    w->pooling = settings[SET_POOLING];
    w->activation = settings[SET_ACTIVATION];
    w->hidden.layer.nO = settings[SET_HIDDEN];
    w->max_positive = settings[SET_MAX_POSITIVE];
    w->parts = settings[SET_PARTS];
    bind_check_labels(b, name, settings, SET_PRESET_KEY + 1, &model->strings, 1);
    const uint32_t poolings = POOL_FIRST | POOL_LAST | POOL_MAX | POOL_MEAN | POOL_SUM;
    if (!b->status
        && (w->key == NO_STRING || !w->pooling || w->pooling & ~poolings || w->activation >= ACTIVATIONS
            || w->hidden.layer.nO > SPANCAT_MAX_HIDDEN || w->parts > SPANCAT_PARTS))
        bind_refuse(b, name, "holds a value that is out of range");
    const float *threshold = bind_vector_f32(b, "/threshold", &one);
    if (!b->status) w->threshold = *threshold;
}

/* Ascending; each has a place of the list. */
static void bind_sizes(binder *b, spancat_model *w)
{
    static const char *const name = "/sizes";
    uint32_t two = 2;
    w->sizes = bind_matrix(b, name, TERN_DTYPE_U32, &w->size_count, &two);
    if (!b->status && w->size_count > SPANCAT_MAX_SIZES)
        bind_refuse(b, name, "has more sizes of spans than this library supports");
    for (uint32_t i = 0, before = 1; i < w->size_count && !b->status; i++) {
        const uint32_t *size = w->sizes + 2 * (size_t)i;
        if (size[0] < before || size[0] > SPANCAT_MAX_SIZE || size[1] >= w->size_count)
            bind_refuse(b, name, "holds a value that is out of range");
        before = size[0];
    }
}

/* Of a listener that no encoder is before, the width is a part of what its first layer reads: refuses what is none. */
static void bind_width(binder *b, component_model *self, uint32_t inputs, const char *layer)
{
    spancat_model *w = &self->spancat;
    if (b->status || w->width) return;
    w->width = 1;
    uint32_t parts = pooled_width(w);
    self->width = w->width = inputs / parts;
    if (!w->width || inputs % parts) bind_refuse(b, layer, "has a shape that does not fit the other sections");
}

static void bind(binder *b, tern_model *model, component_model *self)
{
    spancat_model *w = &self->spancat;
    w->width = bind_encoder(b, model, self);
    bind_settings(b, model, w);
    w->labels = bind_vector(b, "/labels", TERN_DTYPE_U32, &w->label_count);
    bind_check_labels(b, "/labels", w->labels, w->label_count, &model->strings, 0);
    if (!b->status && w->preset_key == NO_STRING) bind_sizes(b, w);
    uint32_t inputs = w->width ? pooled_width(w) : 0;
    if (w->hidden.layer.nO) {
        bind_maxout(b, "/hidden", w->hidden.layer.nO, inputs, &w->hidden);
        bind_width(b, self, w->hidden.layer.nI, "/hidden/W");
        inputs = w->hidden.layer.nO;
    }
    bind_layer(b, "/output", w->label_count + (w->parts & SPANCAT_NEGATIVE ? 1 : 0), 1, inputs, &w->output);
    bind_width(b, self, w->output.nI, "/output/W");
}

static const spancat_model *model_of(const component_run *run) { return &run->component->spancat; }

static int reserve(const component_run *run) { return spancat_begin(model_of(run), run->doc, run->scratch); }

static int feed(const component_run *run, const float *rows, size_t begin, size_t count)
{
    return spancat_feed(model_of(run), run->doc, rows, begin, count, run->scratch);
}

static tern_status finish(const component_run *run, const vector_source *source, tern_error *err)
{
    (void)source;
    return spancat_annotate(model_of(run), run->doc, run->scratch) ? doc_gave_up(run->doc, err) : TERN_OK;
}

static void free_scratch(void *scratch) { spancat_scratch_free(scratch); }

#define SPANCAT(component, factory)                                                                                    \
    {                                                                                                                  \
        .number = component,                                                                                           \
        .name = factory,                                                                                               \
        .gives = TERN_SPANS,                                                                                           \
        .scratch_size = sizeof(spancat_scratch),                                                                       \
        .bind = bind,                                                                                                  \
        .reserve = reserve,                                                                                            \
        .feed = feed,                                                                                                  \
        .finish = finish,                                                                                              \
        .release = free_scratch,                                                                                       \
        .free = free_scratch,                                                                                          \
    }

const component_methods spancat_component = SPANCAT(COMPONENT_SPANCAT, "spancat");
const component_methods spancat_singlelabel_component = SPANCAT(COMPONENT_SPANCAT_SINGLELABEL, "spancat_singlelabel");
