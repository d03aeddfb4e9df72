#include "tagger.h"

#include "error.h"
#include "kernels.h"

const float *linear_scores(const packed_layer *w, const float *rows, size_t count, buffer *scores)
{
    if (buffer_reserve(scores, count, layer_sums(w) * sizeof(float))) return NULL;
    affine(scores->data, rows, w->nI, w, count);
    return scores->data;
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
    const float *scores = linear_scores(&tagger->output, rows, count, &scratch->scores);
    if (!scores) return -1;
    for (size_t i = 0; i < count; i++, scores += layer_sums(&tagger->output))
        doc->column[COLUMN_TAG][begin + i] = tagger->labels[linear_best(&tagger->output, scores)];
    return 0;
}

int morphologizer_annotate(tern_doc *doc, const float *rows, size_t begin, size_t count, tagger_scratch *scratch)
{
    const morphologizer_model *morphologizer = &doc->model->morphologizer;
    const float *scores = linear_scores(&morphologizer->output, rows, count, &scratch->scores);
    if (!scores) return -1;
    for (size_t i = 0; i < count; i++, scores += layer_sums(&morphologizer->output)) {
        const uint32_t *label = morphologizer->labels + 2 * (size_t)linear_best(&morphologizer->output, scores);
        doc->column[COLUMN_MORPH][begin + i] = label[0];
        doc->column[COLUMN_POS][begin + i] = label[1];
    }
    return 0;
}

typedef struct senter {
    tern_doc *doc;
    buffer *scores;
    int out_of_memory;
} senter;

static void set_sentence_starts(void *user, const float *rows, size_t begin, size_t count)
{
    senter *s = user;
    const packed_layer *w = &s->doc->model->senter.output;
    const float *scores = linear_scores(w, rows, count, s->scores);
    if (!scores) {
        s->out_of_memory = 1;
        return;
    }
    for (size_t i = 0; i < count; i++, scores += layer_sums(w)) {
        signed char *start = &s->doc->sent_start[begin + i];
        if (!*start || s->doc->model->senter.overwrite) *start = linear_best(w, scores) == 1 ? 1 : -1;
    }
}

tern_status senter_annotate(tern_doc *doc, senter_scratch *scratch, tern_error *err)
{
    senter s = {.doc = doc, .scores = &scratch->scores};
    tern_status status = tok2vec_encode(&doc->model->senter.tok2vec, doc, &scratch->tok2vec, set_sentence_starts, &s);
    if (status == TERN_E_INTERRUPTED) return fail_interrupted(err);
    if (status || s.out_of_memory) return fail(err, TERN_E_MEMORY, 0, "out of memory; send a shorter text");
    return TERN_OK;
}

void tagger_scratch_free(tagger_scratch *scratch) { buffer_free(&scratch->scores); }

void senter_scratch_free(senter_scratch *scratch)
{
    tok2vec_scratch_free(&scratch->tok2vec);
    buffer_free(&scratch->scores);
}
