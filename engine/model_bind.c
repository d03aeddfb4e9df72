#include "model_bind.h"

#include "error.h"

#include <stdio.h>
#include <string.h>

/* The first failure sticks: what follows it returns at once, so that bind functions read straight down. */
typedef struct binder {
    const model_file *file;
    tern_error *err;
    tern_status status;
} binder;

typedef char section_name[48];

static void refuse(binder *b, const char *name, const char *what)
{
    if (!b->status) b->status = fail(b->err, TERN_E_FORMAT, 0, "section %s: %s", name, what);
}

static int find(binder *b, const char *name, uint32_t kind, section *s)
{
    if (b->status) return 0;
    if (!model_file_find(b->file, name, s)) {
        b->status = fail(b->err, TERN_E_FORMAT, 0, "the model has no section %s", name);
        return 0;
    }
    if (s->kind != kind) refuse(b, name, "has the wrong kind");
    return !b->status;
}

/* An array of that dtype and rank. Each dim that comes in as 0 is taken from the file (at least 1), others must agree. NULL
 * after a failure. */
static const void *array(binder *b, const char *name, uint32_t dtype, uint32_t rank, uint32_t *dims)
{
    section s;
    if (!find(b, name, TERN_KIND_TENSOR, &s)) return NULL;
    if (s.dtype != dtype) refuse(b, name, "has the wrong dtype");
    else if (s.rank != rank) refuse(b, name, "has the wrong rank");
    for (uint32_t i = 0; i < rank && !b->status; i++) {
        if (!s.dims[i] || s.dims[i] > INT32_MAX) refuse(b, name, "has a dimension that is 0 or too large");
        else if (dims[i] && dims[i] != s.dims[i]) refuse(b, name, "has a shape that does not fit the other sections");
        else dims[i] = (uint32_t)s.dims[i];
    }
    return b->status ? NULL : s.data;
}

static const void *vector(binder *b, const char *name, uint32_t dtype, uint32_t *n) { return array(b, name, dtype, 1, n); }

static const void *matrix(binder *b, const char *name, uint32_t dtype, uint32_t *rows, uint32_t *cols)
{
    uint32_t dims[2] = {*rows, *cols};
    const void *data = array(b, name, dtype, 2, dims);
    *rows = dims[0];
    *cols = dims[1];
    return data;
}

static const float *vector_f32(binder *b, const char *name, uint32_t *n) { return vector(b, name, TERN_DTYPE_F32, n); }

static int all_below_u16(const uint16_t *v, size_t n, size_t limit)
{
    uint16_t max = 0;
    for (size_t i = 0; i < n; i++) max = v[i] > max ? v[i] : max;
    return max < limit;
}

static void check_below(binder *b, const char *name, const uint16_t *v, size_t n, size_t limit)
{
    if (!b->status && !all_below_u16(v, n, limit)) refuse(b, name, "holds an index that is out of range");
}

/* ---- maps, strings, characters ----------------------------------------------------------------------------------------- */

static map bind_map(binder *b, const char *name)
{
    section s;
    if (!find(b, name, TERN_KIND_MAP, &s)) return (map){0};
    if (s.dtype != TERN_DTYPE_U64 || s.rank != 2 || s.dims[1] != 2) refuse(b, name, "is not an array of pairs of u64");
    else if (!s.dims[0] || s.dims[0] & (s.dims[0] - 1)) refuse(b, name, "has a capacity that is not a power of two");
    return b->status ? (map){0} : (map){s.data, s.dims[0]};
}

static void bind_strings(binder *b, string_table *t)
{
    uint32_t starts = 0, size = 0;
    t->bytes = vector(b, "strings/bytes", TERN_DTYPE_U8, &size);
    t->start = vector(b, "strings/start", TERN_DTYPE_U32, &starts);
    t->count = starts - 1;
    if (!b->status && !t->count) refuse(b, "strings/start", "is too short");
    t->id = vector(b, "strings/id", TERN_DTYPE_U64, &t->count);
    if (b->status) return;
    if (t->start[0] || t->start[t->count] != size) return refuse(b, "strings/start", "does not cover strings/bytes");
    for (uint32_t i = 0; i < t->count; i++)
        if (t->start[i] >= t->start[i + 1] || t->start[i + 1] > size || t->bytes[t->start[i + 1] - 1])
            return refuse(b, "strings/start", "is not increasing, or a string does not end with NUL");
}

static void bind_chars(binder *b, char_table *t)
{
    uint32_t entries = CODE_POINTS / 128, blocks = 0, block_size = 128;
    t->block = vector(b, "chars/block", TERN_DTYPE_U16, &entries);
    t->class_of = matrix(b, "chars/class", TERN_DTYPE_U16, &blocks, &block_size);
    t->flags = vector(b, "chars/flags", TERN_DTYPE_U16, &t->class_count);
    t->lower = vector(b, "chars/lower", TERN_DTYPE_I32, &t->class_count);
    check_below(b, "chars/block", t->block, entries, blocks);
    check_below(b, "chars/class", t->class_of, (size_t)blocks * block_size, t->class_count);
}

/* ---- tokenizer --------------------------------------------------------------------------------------------------------- */

static void name_of(section_name name, const char *prefix, const char *suffix)
{
    snprintf(name, sizeof(section_name), "%.30s/%.16s", prefix, suffix);
}

static void check_dfa(binder *b, const char *prefix, const dfa *d, uint32_t classes)
{
    check_below(b, prefix, d->column, classes, d->cols - 1);   /* the last column is no character's */
    check_below(b, prefix, d->next, (size_t)d->states * d->cols, d->states);
    check_below(b, prefix, d->start, (size_t)d->trackers * 2, d->states);
    check_below(b, prefix, d->tracker, (size_t)d->trackers * d->cols, d->trackers);
    if (!b->status && (d->accept[0] || !all_below_u16(d->next, d->cols, 1))) refuse(b, prefix, "state 0 is not dead");
}

static void bind_dfa(binder *b, const char *expression, uint32_t classes, dfa *d)
{
    section_name prefix, name;
    name_of(prefix, "dfa", expression);
    name_of(name, prefix, "");
    if (b->status || !model_file_has(b->file, name)) return;   /* the pipeline has no such expression */
    name_of(name, prefix, "column");
    d->column = vector(b, name, TERN_DTYPE_U16, &classes);
    name_of(name, prefix, "next");
    d->next = matrix(b, name, TERN_DTYPE_U16, &d->states, &d->cols);
    name_of(name, prefix, "accept");
    d->accept = vector(b, name, TERN_DTYPE_U8, &d->states);
    uint32_t two = 2;
    name_of(name, prefix, "start");
    d->start = matrix(b, name, TERN_DTYPE_U16, &d->trackers, &two);
    name_of(name, prefix, "tracker");
    d->tracker = matrix(b, name, TERN_DTYPE_U16, &d->trackers, &d->cols);
    check_dfa(b, prefix, d, classes);
    if (b->status) return;
    d->anchored = 1;
    for (uint32_t t = 1; t < d->trackers; t++) d->anchored &= d->start[2 * t] == 0;
}

static void bind_rules(binder *b, tokenizer_tables *t, const string_table *strings)
{
    uint32_t starts = 0, pieces, three = 3;
    t->rules = bind_map(b, "tokenizer/rules");
    t->phrases = bind_map(b, "tokenizer/phrases");
    t->rule_start = vector(b, "tokenizer/rule_start", TERN_DTYPE_U32, &starts);
    if (b->status) return;
    t->rule_count = starts - 1;
    pieces = t->rule_start[t->rule_count];
    if (t->rule_start[0]) return refuse(b, "tokenizer/rule_start", "does not begin with 0");
    for (uint32_t i = 0; i < t->rule_count; i++)
        if (t->rule_start[i] >= t->rule_start[i + 1]) return refuse(b, "tokenizer/rule_start", "is not increasing");
    if (!pieces) return;
    t->rule_pieces = matrix(b, "tokenizer/rule_pieces", TERN_DTYPE_U32, &pieces, &three);
    for (uint32_t i = 0; i < pieces && !b->status; i++) {
        const uint32_t *piece = t->rule_pieces + 3 * (size_t)i;
        if (!piece[0] || !piece[1] || piece[1] > piece[0] || (piece[2] != NO_STRING && piece[2] >= strings->count))
            refuse(b, "tokenizer/rule_pieces", "holds a value that is out of range");
    }
}

static void bind_tokenizer(binder *b, tokenizer_tables *t, const string_table *strings, uint32_t classes)
{
    uint32_t three = 3;
    const uint32_t *settings = vector(b, "tokenizer/settings", TERN_DTYPE_U32, &three);
    if (b->status) return;
    t->suffix_reversed = settings[0];
    t->longest_rule_bytes = settings[1];
    t->longest_phrase = settings[2];
    if (settings[0] > 1 || settings[1] > TOKENIZER_MAX_RULE || settings[2] > TOKENIZER_MAX_PHRASE)
        return refuse(b, "tokenizer/settings", "holds a value that is out of range");
    bind_rules(b, t, strings);
    bind_dfa(b, "prefix", classes, &t->prefix);
    bind_dfa(b, "suffix", classes, &t->suffix);
    bind_dfa(b, "infix", classes, &t->infix);
    bind_dfa(b, "url_match", classes, &t->url_match);
    bind_dfa(b, "token_match", classes, &t->token_match);
}

/* ---- networks ---------------------------------------------------------------------------------------------------------- */

/* nO and nI are known; the number of pieces is taken from the file. */
static void bind_maxout(binder *b, const char *prefix, uint32_t nO, uint32_t nI, maxout_weights *m)
{
    section_name name;
    uint32_t dims[3] = {nO, 0, nI};
    name_of(name, prefix, "W");
    m->W = array(b, name, TERN_DTYPE_F32, 3, dims);
    m->nO = nO;
    m->nP = dims[1];
    m->nI = nI;
    name_of(name, prefix, "b");
    m->b = matrix(b, name, TERN_DTYPE_F32, &m->nO, &m->nP);
    name_of(name, prefix, "G");
    m->G = vector_f32(b, name, &m->nO);
    name_of(name, prefix, "beta");
    m->beta = vector_f32(b, name, &m->nO);
}

static void bind_embeddings(binder *b, const char *prefix, tok2vec_weights *w)
{
    section_name name;
    name_of(name, prefix, "attrs");
    const uint32_t *attrs = vector(b, name, TERN_DTYPE_U32, &w->features);
    if (!b->status && w->features > TOK2VEC_MAX_FEATURES) refuse(b, name, "has more features than this library supports");
    name_of(name, prefix, "seeds");
    const uint32_t *seeds = vector(b, name, TERN_DTYPE_U32, &w->features);
    for (uint32_t f = 0; f < w->features && !b->status; f++) {
        if (attrs[f] >= ATTR_COUNT) refuse(b, name, "belongs to an unknown token attribute");
        w->attr[f] = attrs[f];
        w->seed[f] = seeds[f];
        snprintf(name, sizeof name, "%.30s/embed/%u", prefix, f);
        w->embed[f] = matrix(b, name, TERN_DTYPE_F32, &w->rows[f], &w->width);
    }
}

static void bind_tok2vec(binder *b, const char *prefix, tok2vec_weights *w)
{
    section_name name;
    bind_embeddings(b, prefix, w);
    if (!b->status && w->width > TOK2VEC_MAX_WIDTH) refuse(b, prefix, "is wider than this library supports");
    name_of(name, prefix, "mix");
    bind_maxout(b, name, w->width, w->features * w->width, &w->mix);
    while (!b->status) {
        snprintf(name, sizeof name, "%.30s/conv/%u/", prefix, w->depth);
        if (!model_file_has(b->file, name)) return;
        if (w->depth == TOK2VEC_MAX_DEPTH) return refuse(b, name, "is a layer more than this library supports");
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
    name_of(name, prefix, "linear/W");
    w->linear_W = matrix(b, name, TERN_DTYPE_F32, &w->hidden, &w->width);
    name_of(name, prefix, "linear/b");
    w->linear_b = vector_f32(b, name, &w->hidden);
    name_of(name, prefix, "lower/b");
    w->lower_b = matrix(b, name, TERN_DTYPE_F32, &w->hidden, &w->pieces);
    name_of(name, prefix, "lower/W");
    w->lower_W = array(b, name, TERN_DTYPE_F32, 4, (uint32_t[]){slots, w->hidden, w->pieces, w->hidden});
    name_of(name, prefix, "lower/pad");
    w->lower_pad = array(b, name, TERN_DTYPE_F32, 3, (uint32_t[]){slots, w->hidden, w->pieces});
    name_of(name, prefix, "upper/W");
    w->upper_W = matrix(b, name, TERN_DTYPE_F32, &w->classes, &w->hidden);
    name_of(name, prefix, "upper/b");
    w->upper_b = vector_f32(b, name, &w->classes);
}

#define NER_SLOTS 3   /* first token of the buffer, first of the open entity, the one before the buffer: ner.pyx */

static void bind_ner(binder *b, ner_model *ner, const string_table *strings)
{
    uint32_t two = 2;
    bind_tok2vec(b, "ner/tok2vec", &ner->tok2vec);
    bind_transition(b, "ner", NER_SLOTS, ner->tok2vec.width, &ner->net);
    ner->moves = matrix(b, "ner/moves", TERN_DTYPE_U32, &ner->net.classes, &two);
    for (uint32_t c = 0; c < ner->net.classes && !b->status; c++)
        if (ner->moves[2 * c] > NER_OUT || ner->moves[2 * c + 1] >= strings->count)
            refuse(b, "ner/moves", "holds an action or a label that is out of range");
}

/* ---- components that are one linear layer ------------------------------------------------------------------------------ */

static void bind_linear(binder *b, const char *prefix, uint32_t width, linear_weights *w)
{
    section_name name;
    w->nI = width;
    name_of(name, prefix, "W");
    w->W = matrix(b, name, TERN_DTYPE_F32, &w->nO, &w->nI);
    name_of(name, prefix, "b");
    w->b = vector_f32(b, name, &w->nO);
}

static void check_strings(binder *b, const char *name, const uint32_t *v, size_t n, uint32_t count, int may_be_absent)
{
    for (size_t i = 0; i < n && !b->status; i++)
        if (v[i] >= count && !(may_be_absent && v[i] == NO_STRING)) refuse(b, name, "holds a string number that is out of range");
}

static void bind_tagger(binder *b, tern_model *model)
{
    tagger_model *tagger = &model->tagger;
    bind_linear(b, "tagger", model->tok2vec.width, &tagger->output);
    tagger->labels = vector(b, "tagger/labels", TERN_DTYPE_U32, &tagger->output.nO);
    check_strings(b, "tagger/labels", tagger->labels, tagger->output.nO, model->strings.count, 0);
}

static void bind_senter(binder *b, tern_model *model)
{
    bind_tok2vec(b, "senter/tok2vec", &model->senter.tok2vec);
    model->senter.output.nO = 2;
    bind_linear(b, "senter", model->senter.tok2vec.width, &model->senter.output);
}

/* ---- parser ------------------------------------------------------------------------------------------------------------- */

#define PARSER_SLOTS 8   /* B0 B1 S0 S1 S2 L(B0) L(S0) R(S0): _state.pxd set_context_tokens */

static void bind_parser(binder *b, tern_model *model)
{
    uint32_t three = 3, one = 1;
    parser_model *parser = &model->parser;
    bind_transition(b, "parser", PARSER_SLOTS, model->tok2vec.width, &parser->net);
    parser->moves = matrix(b, "parser/moves", TERN_DTYPE_U32, &parser->net.classes, &three);
    for (uint32_t c = 0; c < parser->net.classes && !b->status; c++)
        if (parser->moves[3 * c] > ARC_BREAK) refuse(b, "parser/moves", "holds an action that is out of range");
        else check_strings(b, "parser/moves", parser->moves + 3 * c + 1, 2, model->strings.count, 1);
    const uint32_t *root = vector(b, "parser/root", TERN_DTYPE_U32, &one);
    if (b->status) return;
    check_strings(b, "parser/root", root, 1, model->strings.count, 0);
    parser->root_label = *root;
}

/* ---- attribute ruler ------------------------------------------------------------------------------------------------------ */

/* Is [first, first + count) inside [0, total)? */
static int in_range(uint32_t first, uint32_t count, uint32_t total) { return first <= total && count <= total - first; }

static void check_ruler_tokens(binder *b, const ruler_tables *r, uint32_t tokens, uint32_t tests, uint32_t values)
{
    for (uint32_t i = 0; i < tokens && !b->status; i++)
        if (!in_range(r->tokens[2 * i], r->tokens[2 * i + 1], tests))
            refuse(b, "attribute_ruler/tokens", "holds an index that is out of range");
    for (uint32_t i = 0; i < tests && !b->status; i++) {
        const uint32_t *test = r->tests + 4 * (size_t)i;
        if (test[0] >= RULER_ATTRS || test[1] > 1 || !in_range(test[2], test[3], values))
            refuse(b, "attribute_ruler/tests", "holds a value that is out of range");
    }
}

static void check_ruler_rules(binder *b, ruler_tables *r, uint32_t tokens, uint32_t strings)
{
    static const unsigned annotation[] = {TERN_TAGS, TERN_POS, TERN_MORPHS, TERN_LEMMAS, TERN_DEPENDENCIES};
    for (uint32_t i = 0; i < r->rule_count && !b->status; i++) {
        const uint32_t *rule = r->rules + 8 * (size_t)i;
        if (!rule[1] || rule[2] >= rule[1] || !in_range(rule[0], rule[1], tokens))
            refuse(b, "attribute_ruler/rules", "holds an index that is out of range");
        else check_strings(b, "attribute_ruler/rules", rule + 3, 5, strings, 1);
        for (uint32_t a = 0; a < 5; a++)
            if (rule[3 + a] != NO_STRING) r->sets |= annotation[a];
    }
}

/* Offsets that begin with 0, never fall and end with total. */
static void check_starts(binder *b, const char *name, const uint32_t *start, uint32_t lists, uint32_t total)
{
    if (b->status) return;
    if (start[0] || start[lists] != total) return refuse(b, name, "does not cover its lists");
    for (uint32_t i = 0; i < lists; i++)
        if (start[i] > start[i + 1]) return refuse(b, name, "is falling");
}

static void bind_ruler(binder *b, ruler_tables *r, uint32_t strings)
{
    uint32_t two = 2, four = 4, eight = 8, tokens = 0, tests = 0, values = 0, starts = 0, listed = 0;
    r->rules = matrix(b, "attribute_ruler/rules", TERN_DTYPE_U32, &r->rule_count, &eight);
    r->tokens = matrix(b, "attribute_ruler/tokens", TERN_DTYPE_U32, &tokens, &two);
    r->tests = matrix(b, "attribute_ruler/tests", TERN_DTYPE_U32, &tests, &four);
    r->values = vector(b, "attribute_ruler/values", TERN_DTYPE_U64, &values);
    r->by_tag = bind_map(b, "attribute_ruler/by_tag");
    r->list_start = vector(b, "attribute_ruler/list_start", TERN_DTYPE_U32, &starts);
    r->lists = vector(b, "attribute_ruler/lists", TERN_DTYPE_U32, &listed);
    if (b->status) return;
    check_ruler_tokens(b, r, tokens, tests, values);
    check_ruler_rules(b, r, tokens, strings);
    r->list_count = starts - 1;
    if (!r->list_count) return refuse(b, "attribute_ruler/list_start", "is too short");
    check_starts(b, "attribute_ruler/list_start", r->list_start, r->list_count, listed);
    for (uint32_t i = 0; i < listed && !b->status; i++)
        if (r->lists[i] >= r->rule_count) refuse(b, "attribute_ruler/lists", "holds a rule number that is out of range");
}

/* ---- lemmatizer ------------------------------------------------------------------------------------------------------------ */

static int has_section(const binder *b, const char *name)
{
    section s;
    return model_file_find(b->file, name, &s);
}

static void bind_lemma_exceptions(binder *b, lemmatizer_tables *l, uint32_t strings)
{
    uint32_t starts = 0, forms = 0;
    if (b->status || !has_section(b, "lemmatizer/exception_forms")) return;
    l->exceptions = bind_map(b, "lemmatizer/exceptions");
    l->exception_start = vector(b, "lemmatizer/exception_start", TERN_DTYPE_U32, &starts);
    l->exception_forms = vector(b, "lemmatizer/exception_forms", TERN_DTYPE_U32, &forms);
    l->exception_count = starts - 1;
    check_starts(b, "lemmatizer/exception_start", l->exception_start, l->exception_count, forms);
    check_strings(b, "lemmatizer/exception_forms", l->exception_forms, forms, strings, 0);
}

static void bind_lemmatizer(binder *b, lemmatizer_tables *l, uint32_t strings)
{
    uint32_t four = 4, two = 2, rules = 0;
    l->parts = matrix(b, "lemmatizer/parts", TERN_DTYPE_U32, &l->part_count, &four);
    if (has_section(b, "lemmatizer/suffix_rules"))
        l->suffix_rules = matrix(b, "lemmatizer/suffix_rules", TERN_DTYPE_U32, &rules, &two);
    if (has_section(b, "lemmatizer/words")) l->words = vector(b, "lemmatizer/words", TERN_DTYPE_U32, &l->word_edges);
    if (b->status) return;
    check_strings(b, "lemmatizer/suffix_rules", l->suffix_rules, 2 * (size_t)rules, strings, 0);
    for (uint32_t i = 0; i < l->part_count && !b->status; i++) {
        const uint32_t *part = l->parts + 4 * (size_t)i;
        if (part[0] >= strings || !in_range(part[1], part[2], rules) || (part[3] != NO_STRING && part[3] >= l->word_edges))
            refuse(b, "lemmatizer/parts", "holds a value that is out of range");
    }
    bind_lemma_exceptions(b, l, strings);
}

/* ---- all --------------------------------------------------------------------------------------------------------------- */

static void bind_meta(binder *b, tern_model *model)
{
    section s;
    if (!find(b, "meta", TERN_KIND_TEXT, &s)) return;
    if (s.dtype != TERN_DTYPE_U8) refuse(b, "meta", "has the wrong dtype");
    model->meta = s.data;
    model->meta_len = (size_t)s.size;
}

static void bind_pipeline(binder *b, tern_model *model)
{
    uint32_t two = 2;
    const uint32_t *rows = matrix(b, "pipeline", TERN_DTYPE_U32, &model->pipeline_length, &two);
    if (!b->status && model->pipeline_length > COMPONENT_COUNT) refuse(b, "pipeline", "names more components than there are");
    for (uint32_t i = 0; i < model->pipeline_length && !b->status; i++) {
        uint32_t component = rows[2 * i], enabled = rows[2 * i + 1];
        if (component >= COMPONENT_COUNT || enabled > 1) return refuse(b, "pipeline", "holds a value that is out of range");
        if (model->components >> component & 1) return refuse(b, "pipeline", "names a component twice");
        model->pipeline[i] = component;
        model->components |= 1u << component;
        model->default_components |= enabled << component;
    }
    if (!b->status && model->components & (TERN_TAGGER | TERN_PARSER) && !(model->components & TERN_TOK2VEC))
        refuse(b, "pipeline", "has a tagger or a parser without the shared tok2vec that they listen to");
}

static void bind_component(binder *b, tern_model *model, uint32_t component)
{
    switch (component) {
    case COMPONENT_TOK2VEC: bind_tok2vec(b, "tok2vec", &model->tok2vec); break;
    case COMPONENT_TAGGER: bind_tagger(b, model); break;
    case COMPONENT_PARSER: bind_parser(b, model); break;
    case COMPONENT_SENTER: bind_senter(b, model); break;
    case COMPONENT_ATTRIBUTE_RULER: bind_ruler(b, &model->ruler, model->strings.count); break;
    case COMPONENT_LEMMATIZER: bind_lemmatizer(b, &model->lemmatizer, model->strings.count); break;
    default: bind_ner(b, &model->ner, &model->strings);
    }
}

tern_status model_bind(tern_model *model, tern_error *err)
{
    binder b = {.file = &model->file, .err = err};
    bind_meta(&b, model);
    bind_strings(&b, &model->strings);
    bind_chars(&b, &model->chars);
    model->symbols = bind_map(&b, "symbols");
    model->norms = bind_map(&b, "norms");
    bind_tokenizer(&b, &model->tokenizer, &model->strings, model->chars.class_count);
    bind_pipeline(&b, model);
    for (uint32_t component = 0; component < COMPONENT_COUNT && !b.status; component++)   /* the shared tower first */
        if (model->components >> component & 1) bind_component(&b, model, component);
    return b.status;
}
