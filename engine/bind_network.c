/* bind_network.c - encoders, transition systems, linear layers. */
#include "binder.h"

#include <stdio.h>

/* ---- networks ---------------------------------------------------------------------------------------------------------- */

/* nO and nI are known; the number of pieces is taken from the file. */
static void bind_maxout(binder *b, const char *prefix, uint32_t nO, uint32_t nI, maxout_weights *m)
{
    section_name name;
    uint32_t dims[3] = {nO, 0, nI};
    bind_name(name, prefix, "W");
    m->W = bind_array(b, name, TERN_DTYPE_F32, 3, dims);
    m->nO = nO;
    m->nP = dims[1];
    m->nI = nI;
    bind_name(name, prefix, "b");
    m->b = bind_matrix(b, name, TERN_DTYPE_F32, &m->nO, &m->nP);
    bind_name(name, prefix, "G");
    m->G = bind_vector_f32(b, name, &m->nO);
    bind_name(name, prefix, "beta");
    m->beta = bind_vector_f32(b, name, &m->nO);
}

static void bind_embeddings(binder *b, const char *prefix, tok2vec_weights *w)
{
    section_name name;
    bind_name(name, prefix, "attrs");
    const uint32_t *attrs = bind_vector(b, name, TERN_DTYPE_U32, &w->features);
    if (!b->status && w->features > TOK2VEC_MAX_FEATURES) bind_refuse(b, name, "has more features than this library supports");
    bind_name(name, prefix, "seeds");
    const uint32_t *seeds = bind_vector(b, name, TERN_DTYPE_U32, &w->features);
    for (uint32_t f = 0; f < w->features && !b->status; f++) {
        if (attrs[f] >= ATTR_COUNT) bind_refuse(b, name, "belongs to an unknown token attribute");
        w->attr[f] = attrs[f];
        w->seed[f] = seeds[f];
        snprintf(name, sizeof name, "%.30s/embed/%u", prefix, f);
        w->embed[f] = bind_matrix(b, name, TERN_DTYPE_F32, &w->rows[f], &w->width);
    }
}

void bind_tok2vec(binder *b, const char *prefix, tok2vec_weights *w)
{
    section_name name;
    bind_embeddings(b, prefix, w);
    if (!b->status && w->width > TOK2VEC_MAX_WIDTH) bind_refuse(b, prefix, "is wider than this library supports");
    bind_name(name, prefix, "mix");
    bind_maxout(b, name, w->width, w->features * w->width, &w->mix);
    while (!b->status) {
        snprintf(name, sizeof name, "%.30s/conv/%u/", prefix, w->depth);
        if (!model_file_has(b->file, name)) return;
        if (w->depth == TOK2VEC_MAX_DEPTH) return bind_refuse(b, name, "is a layer more than this library supports");
        snprintf(name, sizeof name, "%.30s/conv/%u", prefix, w->depth);
        bind_maxout(b, name, w->width, 3 * w->width, &w->conv[w->depth]);
        w->depth++;
    }
}

static void bind_transition(binder *b, const char *prefix, uint32_t slots, uint32_t width, transition_weights *w)
{
    section_name name;
    w->slots = slots;
    w->width = width;
    bind_name(name, prefix, "linear/W");
    w->linear_W = bind_matrix(b, name, TERN_DTYPE_F32, &w->hidden, &w->width);
    bind_name(name, prefix, "linear/b");
    w->linear_b = bind_vector_f32(b, name, &w->hidden);
    bind_name(name, prefix, "lower/b");
    w->lower_b = bind_matrix(b, name, TERN_DTYPE_F32, &w->hidden, &w->pieces);
    bind_name(name, prefix, "lower/W");
    w->lower_W = bind_array(b, name, TERN_DTYPE_F32, 4, (uint32_t[]){slots, w->hidden, w->pieces, w->hidden});
    bind_name(name, prefix, "lower/pad");
    w->lower_pad = bind_array(b, name, TERN_DTYPE_F32, 3, (uint32_t[]){slots, w->hidden, w->pieces});
    bind_name(name, prefix, "upper/W");
    w->upper_W = bind_matrix(b, name, TERN_DTYPE_F32, &w->classes, &w->hidden);
    bind_name(name, prefix, "upper/b");
    w->upper_b = bind_vector_f32(b, name, &w->classes);
}

#define NER_SLOTS 3   /* first token of the buffer, first of the open entity, the one before the buffer: ner.pyx */

void bind_ner(binder *b, ner_model *ner, const string_table *strings)
{
    uint32_t two = 2;
    bind_tok2vec(b, "ner/tok2vec", &ner->tok2vec);
    bind_transition(b, "ner", NER_SLOTS, ner->tok2vec.width, &ner->net);
    ner->moves = bind_matrix(b, "ner/moves", TERN_DTYPE_U32, &ner->net.classes, &two);
    for (uint32_t c = 0; c < ner->net.classes && !b->status; c++)
        if (ner->moves[2 * c] > NER_OUT || ner->moves[2 * c + 1] >= strings->count)
            bind_refuse(b, "ner/moves", "holds an action or a label that is out of range");
}

/* ---- components that are one linear layer ------------------------------------------------------------------------------ */

static void bind_linear(binder *b, const char *prefix, uint32_t width, linear_weights *w)
{
    section_name name;
    w->nI = width;
    bind_name(name, prefix, "W");
    w->W = bind_matrix(b, name, TERN_DTYPE_F32, &w->nO, &w->nI);
    bind_name(name, prefix, "b");
    w->b = bind_vector_f32(b, name, &w->nO);
}

void bind_tagger(binder *b, tern_model *model)
{
    tagger_model *tagger = &model->tagger;
    bind_linear(b, "tagger", model->tok2vec.width, &tagger->output);
    tagger->labels = bind_vector(b, "tagger/labels", TERN_DTYPE_U32, &tagger->output.nO);
    bind_check_strings(b, "tagger/labels", tagger->labels, tagger->output.nO, model->strings.count, 0);
}

void bind_senter(binder *b, tern_model *model)
{
    bind_tok2vec(b, "senter/tok2vec", &model->senter.tok2vec);
    model->senter.output.nO = 2;
    bind_linear(b, "senter", model->senter.tok2vec.width, &model->senter.output);
}

/* ---- parser ------------------------------------------------------------------------------------------------------------- */

#define PARSER_SLOTS 8   /* B0 B1 S0 S1 S2 L(B0) L(S0) R(S0): _state.pxd set_context_tokens */

void bind_parser(binder *b, tern_model *model)
{
    uint32_t three = 3, one = 1;
    parser_model *parser = &model->parser;
    bind_transition(b, "parser", PARSER_SLOTS, model->tok2vec.width, &parser->net);
    parser->moves = bind_matrix(b, "parser/moves", TERN_DTYPE_U32, &parser->net.classes, &three);
    for (uint32_t c = 0; c < parser->net.classes && !b->status; c++)
        if (parser->moves[3 * c] > ARC_BREAK) bind_refuse(b, "parser/moves", "holds an action that is out of range");
        else bind_check_strings(b, "parser/moves", parser->moves + 3 * c + 1, 2, model->strings.count, 1);
    const uint32_t *root = bind_vector(b, "parser/root", TERN_DTYPE_U32, &one);
    if (b->status) return;
    bind_check_strings(b, "parser/root", root, 1, model->strings.count, 0);
    parser->root_label = *root;
}
