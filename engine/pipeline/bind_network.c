/* bind_network.c - encoders, transition systems, linear layers. */
#include "binder.h"

#include <stdio.h>

/* ---- networks ---------------------------------------------------------------------------------------------------- */

/* nO and nI are known. pieces 0: as many as the file has. */
void bind_layer(binder *b, const char *prefix, uint32_t nO, uint32_t pieces, uint32_t nI, packed_layer *w)
{
    section_name name;
    uint32_t dims[4] = {(nO + PANEL - 1) / PANEL, pieces, 1 + nI, PANEL};
    bind_name(name, prefix, "W");
    *w = (packed_layer){.panels = bind_array(b, name, TERN_DTYPE_F32, 4, dims), .nO = nO, .nP = dims[1], .nI = nI};
    if (!b->status && w->nP > MAX_PIECES) bind_refuse(b, name, "has more maxout pieces than this library supports");
}

void bind_maxout(binder *b, const char *prefix, uint32_t nO, uint32_t nI, maxout_weights *m)
{
    section_name name;
    bind_layer(b, prefix, nO, 0, nI, &m->layer);
    bind_name(name, prefix, "G");
    m->G = bind_vector_f32(b, name, &nO);
    bind_name(name, prefix, "beta");
    m->beta = bind_vector_f32(b, name, &nO);
}

static void bind_embeddings(binder *b, const char *prefix, tok2vec_weights *w)
{
    section_name name;
    bind_name(name, prefix, "attrs");
    const uint32_t *attrs = bind_vector(b, name, TERN_DTYPE_U32, &w->features);
    if (!b->status && w->features > TOK2VEC_MAX_FEATURES)
        bind_refuse(b, name, "has more features than this library supports");
    for (uint32_t f = 0; f < w->features && !b->status; f++)
        if (attrs[f] >= ATTR_COUNT) bind_refuse(b, name, "names an unknown token attribute");
    bind_name(name, prefix, "seeds");
    const uint32_t *seeds = bind_vector(b, name, TERN_DTYPE_U32, &w->features);
    for (uint32_t f = 0; f < w->features && !b->status; f++) {
        w->attr[f] = attrs[f];
        w->seed[f] = seeds[f];
        snprintf(name, sizeof name, "%.30s/embed/%u", prefix, f);
        w->embed[f] = bind_matrix(b, name, TERN_DTYPE_F32, &w->rows[f], &w->width);
    }
}

/* ---- static vectors: what they hold is not looked at here, so that opening takes no longer with more of them */

#define MAX_VECTOR_BITS 31

static void bind_vector_keys(binder *b, vector_keys *v)
{
    uint32_t starts = 0, bits = 1;
    v->start = bind_vector(b, "vectors/start", TERN_DTYPE_U32, &starts);
    v->keys = bind_vector(b, "vectors/keys", TERN_DTYPE_U64, &v->count);
    while (bits < MAX_VECTOR_BITS && (UINT32_C(1) << bits) + 1 < starts) bits++;
    if (!b->status && (UINT32_C(1) << bits) + 1 != starts)
        bind_refuse(b, "vectors/start", "is not one longer than a power of two");
    v->bits = bits;
}

/* What is put before or after a word. Its length, or 0 after a failure. */
static size_t bind_mark(binder *b, const string_table *strings, uint32_t number, const char **mark)
{
    if (number >= strings->count) bind_refuse(b, "vectors/floret", "holds a string number that is out of range");
    if (b->status) return 0;
    size_t len = strings->start[number + 1] - strings->start[number] - 1;
    if (len > FLORET_MAX_MARK)
        bind_refuse(b, "vectors/floret", "puts a longer text before or after a word than this library supports");
    *mark = strings->bytes + strings->start[number];
    return len;
}

static void bind_floret(binder *b, floret_settings *f, const string_table *strings)
{
    uint32_t six = 6;
    const uint32_t *settings = bind_vector(b, "vectors/floret", TERN_DTYPE_U32, &six);
    if (b->status) return;
    *f = (floret_settings){.minn = settings[0], .maxn = settings[1], .hash_count = settings[2], .seed = settings[3]};
    if (f->minn > f->maxn || f->maxn > FLORET_MAX_PIECE || f->hash_count < 1 || f->hash_count > 4)
        bind_refuse(b, "vectors/floret", "holds a value that is out of range");
    f->bow_len = bind_mark(b, strings, settings[4], &f->bow);
    f->eow_len = bind_mark(b, strings, settings[5], &f->eow);
}

void bind_vectors(binder *b, tern_model *model)
{
    if (b->status || !model_file_has(b->file, "vectors/")) return;
    if (!model_file_has(b->file, "vectors/floret")) return bind_vector_keys(b, &model->vectors);
    bind_floret(b, &model->floret, &model->strings);
    b->floret = &model->floret;
}

static void bind_static(binder *b, const char *prefix, tok2vec_weights *w)
{
    section_name name;
    section s;
    bind_name(name, prefix, "static");
    if (b->status || !model_file_find(b->file, name, &s)) return;
    if (!model_file_has(b->file, "vectors/"))
        return bind_refuse(b, name, "has rows, but there are no vectors/keys to find them by");
    w->floret = b->floret;
    if (s.dtype == TERN_DTYPE_F16) w->static_halves = bind_matrix(b, name, TERN_DTYPE_F16, &w->static_rows, &w->width);
    else w->static_floats = bind_matrix(b, name, TERN_DTYPE_F32, &w->static_rows, &w->width);
}

static void bind_tok2vec(binder *b, const char *prefix, tok2vec_weights *w)
{
    section_name name;
    bind_embeddings(b, prefix, w);
    bind_static(b, prefix, w);
    if (!b->status && w->width > TOK2VEC_MAX_WIDTH) bind_refuse(b, prefix, "is wider than this library supports");
    bind_name(name, prefix, "mix");
    bind_maxout(b, name, w->width, tok2vec_blocks(w) * w->width, &w->mix);
    while (!b->status) {
        snprintf(name, sizeof name, "%.30s/conv/%u/", prefix, w->depth);
        if (!model_file_has(b->file, name)) return;
        if (w->depth == TOK2VEC_MAX_DEPTH) return bind_refuse(b, name, "is a layer more than this library supports");
        snprintf(name, sizeof name, "%.30s/conv/%u", prefix, w->depth);
        bind_maxout(b, name, w->width, 3 * w->width, &w->conv[w->depth]);
        w->depth++;
    }
}

uint32_t bind_encoder(binder *b, tern_model *model, uint32_t component)
{
    section_name prefix = "tok2vec", within;
    tok2vec_weights *own = &model->encoder[component];
    if (component != COMPONENT_TOK2VEC) bind_name(prefix, tern_component_name(1u << component), "tok2vec");
    bind_name(within, prefix, "");
    if (component != COMPONENT_TOK2VEC && !model_file_has(b->file, within)) {
        model->listeners |= 1u << component;
        if (!(model->components & TERN_TOK2VEC))
            bind_refuse(b, within, "is not there, nor is a shared tok2vec to listen to instead");
        return model->encoder[COMPONENT_TOK2VEC].width;
    }
    bind_tok2vec(b, prefix, own);
    for (uint32_t f = 0; f < own->features && !b->status; f++) model->encoder_attrs |= 1u << own->attr[f];
    return own->width;
}

/* classes is known. slots, extra_slots: the two numbers of slots that the move table knows. */
static void bind_lower(binder *b, const char *prefix, uint32_t slots, uint32_t extra_slots, int has_upper,
                       transition_weights *w)
{
    section_name name;
    uint32_t dims[4] = {0, 0, 0, PANEL};
    bind_name(name, prefix, has_upper ? "lower/W" : "scores/W");
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
    bind_name(name, prefix, has_upper ? "lower/pad" : "scores/pad");
    w->lower_pad = bind_matrix(b, name, TERN_DTYPE_F32, &w->slots, &sums);
}

/* width and classes are known. */
static void bind_transition(binder *b, const char *prefix, uint32_t slots, uint32_t extra_slots, transition_weights *w)
{
    section_name name;
    bind_name(name, prefix, "scores/");
    const int has_upper = !model_file_has(b->file, name);
    if (!b->status && w->classes > TRANSITION_MAX_CLASSES)
        bind_refuse(b, prefix, "has more classes than this library supports");
    bind_lower(b, prefix, slots, extra_slots, has_upper, w);
    if (b->status) return;
    bind_name(name, prefix, "linear");
    bind_layer(b, name, w->hidden, 1, w->width, &w->linear);
    bind_name(name, prefix, "upper");
    if (has_upper) bind_layer(b, name, w->classes, 1, w->hidden, &w->upper);
}

void bind_ner(binder *b, tern_model *model)
{
    uint32_t two = 2;
    ner_model *ner = &model->ner;
    ner->net.width = bind_encoder(b, model, COMPONENT_NER);
    ner->moves = bind_matrix(b, "ner/moves", TERN_DTYPE_U32, &ner->net.classes, &two);
    bind_transition(b, "ner", NER_SLOTS, NER_EXTRA_SLOTS, &ner->net);
    for (uint32_t c = 0; c < ner->net.classes && !b->status; c++)
        if (ner->moves[2 * c] > NER_OUT) bind_refuse(b, "ner/moves", "holds an action that is out of range");
        else bind_check_labels(b, "ner/moves", ner->moves + 2 * c + 1, 1, &model->strings, 0);
}

/* ---- components that are one linear layer ------------------------------------------------------------------------ */

void bind_tagger(binder *b, tern_model *model)
{
    tagger_model *tagger = &model->tagger;
    uint32_t labels = 0, width = bind_encoder(b, model, COMPONENT_TAGGER);
    tagger->labels = bind_vector(b, "tagger/labels", TERN_DTYPE_U32, &labels);
    bind_check_labels(b, "tagger/labels", tagger->labels, labels, &model->strings, 0);
    bind_layer(b, "tagger", labels, 1, width, &tagger->output);
}

void bind_senter(binder *b, tern_model *model)
{
    uint32_t width = bind_encoder(b, model, COMPONENT_SENTER);
    bind_layer(b, "senter", 2, 1, width, &model->senter.output);
    model->senter.overwrite = bind_option(b, "senter/settings");
}

/* ---- parser ------------------------------------------------------------------------------------------------------ */

void bind_parser(binder *b, tern_model *model)
{
    uint32_t three = 3, one = 1;
    parser_model *parser = &model->parser;
    parser->net.width = bind_encoder(b, model, COMPONENT_PARSER);
    parser->moves = bind_matrix(b, "parser/moves", TERN_DTYPE_U32, &parser->net.classes, &three);
    bind_transition(b, "parser", PARSER_SLOTS, PARSER_EXTRA_SLOTS, &parser->net);
    for (uint32_t c = 0; c < parser->net.classes && !b->status; c++)
        if (parser->moves[3 * c] > ARC_BREAK) bind_refuse(b, "parser/moves", "holds an action that is out of range");
        else bind_check_labels(b, "parser/moves", parser->moves + 3 * c + 1, 2, &model->strings, 1);
    const uint32_t *root = bind_vector(b, "parser/root", TERN_DTYPE_U32, &one);
    if (b->status) return;
    bind_check_labels(b, "parser/root", root, 1, &model->strings, 0);
    parser->root_label = *root;
}
