#include "span_finder.h"

#include "activation.h"
#include "doc_spans.h"
#include "kernels.h"
#include "layers.h"
#include "tagger.h"
#include "tok2vec.h"

void span_finder_begin(span_finder_scratch *s) { s->start_count = s->end_count = 0; }

static int add_token(buffer *tokens, size_t *count, size_t token)
{
    if (buffer_reserve(tokens, *count + 1, sizeof(uint32_t))) return -1;
    ((uint32_t *)tokens->data)[(*count)++] = (uint32_t)token;
    return 0;
}

int span_finder_feed(const span_finder_model *w, const float *rows, size_t begin, size_t count, span_finder_scratch *s)
{
    if (!linear_scores(&w->output, 0, rows, count, &s->scores)) return -1;
    float *score = s->scores.data;
    for (size_t i = 0; i < count; i++, score += layer_sums(&w->output)) {
        activate(w->activation, score, w->output.nO);
        if (score[0] >= w->threshold && add_token(&s->starts, &s->start_count, begin + i)) return -1;
        if (score[1] >= w->threshold && add_token(&s->ends, &s->end_count, begin + i)) return -1;
    }
    return 0;
}

int span_finder_annotate(const span_finder_model *w, tern_doc *doc, span_finder_scratch *s)
{
    const uint32_t *starts = s->starts.data, *ends = s->ends.data;
    size_t first = 0, step = 0; /* first: of the ends, the first that is not too near to the start */
    if (doc_begin_group(doc, w->key, 0)) return -1;
    for (size_t i = 0; i < s->start_count; i++) {
        if (interrupted_at(doc->interruption, step++)) return -1;
        const uint64_t start = starts[i], last = start + w->max_length - 1;
        while (first < s->end_count && ends[first] < start + w->min_length - 1) first++;
        for (size_t e = first; e < s->end_count && ends[e] <= last; e++) {
            const group_span span = {.token_start = starts[i], .token_end = ends[e] + 1, .label = NO_STRING};
            if (interrupted_at(doc->interruption, step++) || doc_add_span(doc, span)) return -1;
        }
    }
    return 0;
}

void span_finder_scratch_free(span_finder_scratch *s)
{
    buffer_free(&s->scores);
    buffer_free(&s->starts);
    buffer_free(&s->ends);
}

/* ---- the component ----------------------------------------------------------------------------------------------- */

enum { SET_KEY = 0, SET_MIN_LENGTH, SET_MAX_LENGTH, SET_ACTIVATION, SETTINGS };

static void bind(binder *b, tern_model *model, component_model *self)
{
    static const char *const name = "/settings";
    span_finder_model *w = &self->span_finder;
    uint32_t count = SETTINGS, one = 1, width = bind_encoder(b, model, self);
    const uint32_t *settings = bind_vector(b, name, TERN_DTYPE_U32, &count);
    bind_check_labels(b, name, settings, SET_KEY + 1, &model->strings, 0);
    if (b->status) return;
    w->key = settings[SET_KEY];
    w->min_length = settings[SET_MIN_LENGTH];
    w->max_length = settings[SET_MAX_LENGTH];
    w->activation = settings[SET_ACTIVATION];
    if (!w->min_length || !w->max_length || w->activation >= ACTIVATIONS)
        bind_refuse(b, name, "holds a value that is out of range");
    const float *threshold = bind_vector_f32(b, "/threshold", &one);
    if (!b->status) w->threshold = *threshold;
    bind_layer(b, "/output", 2, 1, width, &w->output);
    self->width = w->output.nI;
}

static int reserve(const component_run *run)
{
    span_finder_begin(run->scratch);
    return 0;
}

static int feed(const component_run *run, const float *rows, size_t begin, size_t count)
{
    return span_finder_feed(&run->component->span_finder, rows, begin, count, run->scratch);
}

static tern_status finish(const component_run *run, const vector_source *source, tern_error *err)
{
    (void)source;
    return span_finder_annotate(&run->component->span_finder, run->doc, run->scratch) ? doc_gave_up(run->doc, err)
                                                                                      : TERN_OK;
}

static void free_scratch(void *scratch) { span_finder_scratch_free(scratch); }

const component_methods span_finder_component = {
    .number = COMPONENT_SPAN_FINDER,
    .name = "span_finder",
    .gives = TERN_SPANS,
    .scratch_size = sizeof(span_finder_scratch),
    .bind = bind,
    .reserve = reserve,
    .feed = feed,
    .finish = finish,
    .release = free_scratch,
    .free = free_scratch,
};
