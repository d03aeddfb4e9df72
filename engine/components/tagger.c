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

uint32_t linear_best(const packed_layer *w, const float *scores)
{
    uint32_t best = 0;
    for (uint32_t c = 1; c < w->nO; c++)
        if (scores[c] > scores[best]) best = c;
    return best;
}

/* The best class of each token. 0, or -1 when out of memory. */
static int choose(const packed_layer *w, uint32_t normalize, const float *rows, size_t begin, size_t count,
                  tagger_scratch *scratch)
{
    const float *scores = linear_scores(w, normalize, rows, count, &scratch->scores);
    if (!scores) return -1;
    uint32_t *choice = scratch->choices.data;
    for (size_t i = 0; i < count; i++, scores += layer_sums(w)) choice[begin + i] = linear_best(w, scores);
    return 0;
}

int tagger_reserve(const tern_doc *doc, tagger_scratch *scratch)
{
    return buffer_reserve(&scratch->choices, doc->token_count, sizeof(uint32_t));
}

int tagger_choose(const tagger_model *tagger, const float *rows, size_t begin, size_t count, tagger_scratch *scratch)
{
    return choose(&tagger->output, tagger->normalize, rows, begin, count, scratch);
}

void tagger_annotate(const tagger_model *tagger, tern_doc *doc, const tagger_scratch *scratch)
{
    const uint32_t *choice = scratch->choices.data;
    uint32_t *tag = doc->column[COLUMN_TAG];
    for (size_t i = 0; i < doc->token_count; i++)
        if (!tagger->keeps || !doc_id(doc, tag[i])) tag[i] = tagger->labels[choice[i]];
}

int morphologizer_choose(const morphologizer_model *morphologizer, const float *rows, size_t begin, size_t count,
                         tagger_scratch *scratch)
{
    return choose(&morphologizer->output, morphologizer->normalize, rows, begin, count, scratch);
}

void morphologizer_annotate(const morphologizer_model *morphologizer, tern_doc *doc, const tagger_scratch *scratch)
{
    const uint32_t *choice = scratch->choices.data;
    uint32_t *morph = doc->column[COLUMN_MORPH], *pos = doc->column[COLUMN_POS];
    for (size_t i = 0; i < doc->token_count; i++) {
        const uint32_t *label = morphologizer->labels + 2 * (size_t)choice[i];
        if (!morphologizer->keeps || morph[i] == NO_STRING) morph[i] = label[0];
        if (!morphologizer->keeps || !doc_id(doc, pos[i])) pos[i] = label[1];
    }
}

int senter_reserve(const tern_doc *doc, senter_scratch *scratch)
{
    return buffer_reserve(&scratch->choices, doc->token_count, 1);
}

int senter_choose(const senter_model *senter, const float *rows, size_t begin, size_t count, senter_scratch *scratch)
{
    const packed_layer *w = &senter->output;
    const float *scores = linear_scores(w, senter->normalize, rows, count, &scratch->scores);
    if (!scores) return -1;
    signed char *choices = scratch->choices.data;
    for (size_t i = 0; i < count; i++, scores += layer_sums(w))
        choices[begin + i] = linear_best(w, scores) == 1 ? 1 : -1;
    return 0;
}

void senter_annotate(const senter_model *senter, tern_doc *doc, const senter_scratch *scratch)
{
    const signed char *choices = scratch->choices.data;
    for (size_t i = 0; i < doc->token_count; i++) {
        signed char *start = &doc->sent_start[i];
        if (!*start || senter->overwrite) *start = choices[i];
    }
}

void tagger_scratch_free(tagger_scratch *scratch)
{
    buffer_free(&scratch->scores);
    buffer_free(&scratch->choices);
}

void senter_scratch_free(senter_scratch *scratch)
{
    buffer_free(&scratch->scores);
    buffer_free(&scratch->choices);
}

/* ---- the components ---------------------------------------------------------------------------------------------- */

static void bind_tagger(binder *b, tern_model *model, component_model *self)
{
    tagger_model *tagger = &self->tagger;
    uint32_t labels = 0, width = bind_encoder(b, model, self);
    tagger->labels = bind_vector(b, "/labels", TERN_DTYPE_U32, &labels);
    bind_check_labels(b, "/labels", tagger->labels, labels, &model->strings, 0);
    bind_layer(b, "", labels, 1, width, &tagger->output);
    tagger->keeps = bind_option(b, "/keeps");
    self->width = tagger->output.nI;
    tagger->normalize = bind_option(b, "/normalize");
}

static int reserve_tagger(const component_run *run) { return tagger_reserve(run->doc, run->scratch); }

static int feed_tagger(const component_run *run, const float *rows, size_t begin, size_t count)
{
    return tagger_choose(&run->component->tagger, rows, begin, count, run->scratch);
}

static tern_status finish_tagger(const component_run *run, const vector_source *source, tern_error *err)
{
    (void)source, (void)err;
    tagger_annotate(&run->component->tagger, run->doc, run->scratch);
    return TERN_OK;
}

static void free_tagger(void *scratch) { tagger_scratch_free(scratch); }

const component_methods tagger_component = {
    .number = COMPONENT_TAGGER,
    .name = "tagger",
    .gives = TERN_TAGS,
    .scratch_size = sizeof(tagger_scratch),
    .bind = bind_tagger,
    .reserve = reserve_tagger,
    .feed = feed_tagger,
    .finish = finish_tagger,
    .release = free_tagger,
    .free = free_tagger,
};

static void bind_morphologizer(binder *b, tern_model *model, component_model *self)
{
    uint32_t two = 2, labels = 0, width = bind_encoder(b, model, self);
    morphologizer_model *m = &self->morphologizer;
    m->labels = bind_matrix(b, "/labels", TERN_DTYPE_U32, &labels, &two);
    bind_check_labels(b, "/labels", m->labels, 2 * (size_t)labels, &model->strings, 0);
    bind_layer(b, "", labels, 1, width, &m->output);
    m->keeps = bind_option(b, "/keeps");
    self->width = m->output.nI;
    m->normalize = bind_option(b, "/normalize");
}

static int feed_morphologizer(const component_run *run, const float *rows, size_t begin, size_t count)
{
    return morphologizer_choose(&run->component->morphologizer, rows, begin, count, run->scratch);
}

static tern_status finish_morphologizer(const component_run *run, const vector_source *source, tern_error *err)
{
    (void)source, (void)err;
    morphologizer_annotate(&run->component->morphologizer, run->doc, run->scratch);
    return TERN_OK;
}

const component_methods morphologizer_component = {
    .number = COMPONENT_MORPHOLOGIZER,
    .name = "morphologizer",
    .gives = TERN_MORPHS | TERN_POS,
    .scratch_size = sizeof(tagger_scratch),
    .bind = bind_morphologizer,
    .reserve = reserve_tagger,
    .feed = feed_morphologizer,
    .finish = finish_morphologizer,
    .release = free_tagger,
    .free = free_tagger,
};

static void bind_senter(binder *b, tern_model *model, component_model *self)
{
    uint32_t width = bind_encoder(b, model, self);
    bind_layer(b, "", 2, 1, width, &self->senter.output);
    self->senter.overwrite = bind_option(b, "/settings");
    self->width = self->senter.output.nI;
    self->senter.normalize = bind_option(b, "/normalize");
}

static int reserve_senter(const component_run *run) { return senter_reserve(run->doc, run->scratch); }

static int feed_senter(const component_run *run, const float *rows, size_t begin, size_t count)
{
    return senter_choose(&run->component->senter, rows, begin, count, run->scratch);
}

static tern_status finish_senter(const component_run *run, const vector_source *source, tern_error *err)
{
    (void)source, (void)err;
    senter_annotate(&run->component->senter, run->doc, run->scratch);
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
