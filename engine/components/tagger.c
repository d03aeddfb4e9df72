#include "tagger.h"

#include "activation.h"
#include "kernels.h"
#include "layers.h"
#include "tok2vec.h"

const float *linear_scores(const packed_layer *w, uint32_t normalize, const float *rows, size_t count, buffer *scores)
{
    if (buffer_reserve(scores, count, layer_sums(w) * sizeof(float))) return NULL;
    float *out = scores->data;
    affine(out, rows, w->nI, w, count);
    for (size_t i = 0; normalize && i < count; i++) activate(ACTIVATION_SOFTMAX, out + i * layer_sums(w), w->nO);
    return out;
}

uint32_t bind_normalize(binder *b, const char *component)
{
    section_name name;
    bind_name(name, component, "normalize");
    return bind_option(b, name);
}

uint32_t linear_best(const packed_layer *w, const float *scores)
{
    uint32_t best = 0;
    for (uint32_t c = 1; c < w->nO; c++)
        if (scores[c] > scores[best]) best = c;
    return best;
}

int tagger_annotate(tern_doc *doc, const float *rows, size_t begin, size_t count, tagger_scratch *scratch)
{
    const tagger_model *tagger = &doc->model->tagger;
    const float *scores = linear_scores(&tagger->output, tagger->normalize, rows, count, &scratch->scores);
    if (!scores) return -1;
    for (size_t i = 0; i < count; i++, scores += layer_sums(&tagger->output))
        doc->column[COLUMN_TAG][begin + i] = tagger->labels[linear_best(&tagger->output, scores)];
    return 0;
}

int morphologizer_annotate(tern_doc *doc, const float *rows, size_t begin, size_t count, tagger_scratch *scratch)
{
    const morphologizer_model *morphologizer = &doc->model->morphologizer;
    const float *scores =
        linear_scores(&morphologizer->output, morphologizer->normalize, rows, count, &scratch->scores);
    if (!scores) return -1;
    for (size_t i = 0; i < count; i++, scores += layer_sums(&morphologizer->output)) {
        const uint32_t *label = morphologizer->labels + 2 * (size_t)linear_best(&morphologizer->output, scores);
        doc->column[COLUMN_MORPH][begin + i] = label[0];
        doc->column[COLUMN_POS][begin + i] = label[1];
    }
    return 0;
}

int senter_reserve(const tern_doc *doc, senter_scratch *scratch)
{
    return buffer_reserve(&scratch->choices, doc->token_count, 1);
}

int senter_choose(const tern_doc *doc, const float *rows, size_t begin, size_t count, senter_scratch *scratch)
{
    const packed_layer *w = &doc->model->senter.output;
    const float *scores = linear_scores(w, doc->model->senter.normalize, rows, count, &scratch->scores);
    if (!scores) return -1;
    signed char *choices = scratch->choices.data;
    for (size_t i = 0; i < count; i++, scores += layer_sums(w))
        choices[begin + i] = linear_best(w, scores) == 1 ? 1 : -1;
    return 0;
}

void senter_annotate(tern_doc *doc, const senter_scratch *scratch)
{
    const signed char *choices = scratch->choices.data;
    for (size_t i = 0; i < doc->token_count; i++) {
        signed char *start = &doc->sent_start[i];
        if (!*start || doc->model->senter.overwrite) *start = choices[i];
    }
}

void tagger_scratch_free(tagger_scratch *scratch) { buffer_free(&scratch->scores); }

void senter_scratch_free(senter_scratch *scratch)
{
    buffer_free(&scratch->scores);
    buffer_free(&scratch->choices);
}

/* ---- the components ---------------------------------------------------------------------------------------------- */

static void bind_tagger(binder *b, tern_model *model, const component_methods *self)
{
    tagger_model *tagger = &model->tagger;
    uint32_t labels = 0, width = bind_encoder(b, model, self);
    tagger->labels = bind_vector(b, "tagger/labels", TERN_DTYPE_U32, &labels);
    bind_check_labels(b, "tagger/labels", tagger->labels, labels, &model->strings, 0);
    bind_layer(b, "tagger", labels, 1, width, &tagger->output);
    tagger->normalize = bind_normalize(b, self->name);
}

static int feed_tagger(const component_run *run, const float *rows, size_t begin, size_t count)
{
    return tagger_annotate(run->doc, rows, begin, count, run->scratch);
}

static void free_tagger(void *scratch) { tagger_scratch_free(scratch); }

const component_methods tagger_component = {
    .number = COMPONENT_TAGGER,
    .name = "tagger",
    .gives = TERN_TAGS,
    .scratch_size = sizeof(tagger_scratch),
    .bind = bind_tagger,
    .feed = feed_tagger,
    .free = free_tagger,
};

static void bind_morphologizer(binder *b, tern_model *model, const component_methods *self)
{
    uint32_t two = 2, labels = 0, width = bind_encoder(b, model, self);
    morphologizer_model *m = &model->morphologizer;
    m->labels = bind_matrix(b, "morphologizer/labels", TERN_DTYPE_U32, &labels, &two);
    bind_check_labels(b, "morphologizer/labels", m->labels, 2 * (size_t)labels, &model->strings, 0);
    bind_layer(b, "morphologizer", labels, 1, width, &m->output);
    m->normalize = bind_normalize(b, self->name);
}

static int feed_morphologizer(const component_run *run, const float *rows, size_t begin, size_t count)
{
    return morphologizer_annotate(run->doc, rows, begin, count, run->scratch);
}

const component_methods morphologizer_component = {
    .number = COMPONENT_MORPHOLOGIZER,
    .name = "morphologizer",
    .gives = TERN_MORPHS | TERN_POS,
    .scratch_size = sizeof(tagger_scratch),
    .bind = bind_morphologizer,
    .feed = feed_morphologizer,
    .free = free_tagger,
};

static void bind_senter(binder *b, tern_model *model, const component_methods *self)
{
    uint32_t width = bind_encoder(b, model, self);
    bind_layer(b, "senter", 2, 1, width, &model->senter.output);
    model->senter.normalize = bind_normalize(b, self->name);
    model->senter.overwrite = bind_option(b, "senter/settings");
}

static int reserve_senter(const component_run *run) { return senter_reserve(run->doc, run->scratch); }

static int feed_senter(const component_run *run, const float *rows, size_t begin, size_t count)
{
    return senter_choose(run->doc, rows, begin, count, run->scratch);
}

static tern_status finish_senter(const component_run *run, const vector_source *source, tern_error *err)
{
    (void)source, (void)err;
    senter_annotate(run->doc, run->scratch);
    return TERN_OK;
}

static void free_senter(void *scratch) { senter_scratch_free(scratch); }

const component_methods senter_component = {
    .number = COMPONENT_SENTER,
    .name = "senter",
    .gives = TERN_SENTENCES,
    .scratch_size = sizeof(senter_scratch),
    .bind = bind_senter,
    .reserve = reserve_senter,
    .feed = feed_senter,
    .finish = finish_senter,
    .release = free_senter,
    .free = free_senter,
};
