#include "tagger.h"

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

int senter_reserve(const tern_doc *doc, senter_scratch *scratch)
{
    return buffer_reserve(&scratch->choices, doc->token_count, 1);
}

int senter_choose(const tern_doc *doc, const float *rows, size_t begin, size_t count, senter_scratch *scratch)
{
    const packed_layer *w = &doc->model->senter.output;
    const float *scores = linear_scores(w, rows, count, &scratch->scores);
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
