/* pipeline.c - the only file that knows every component: what is wanted -> which components run, in which order. */
#include "ctx.h"
#include "error.h"

#include <stdlib.h>
#include <string.h>

tern_status tern_ctx_new(const tern_model *model, tern_ctx **out, tern_error *err)
{
    if (!out) return fail(err, TERN_E_ARGUMENT, 0, "tern_ctx_new: out is NULL");
    *out = NULL;
    if (!model) return fail(err, TERN_E_ARGUMENT, 0, "tern_ctx_new: model is NULL");
    tern_ctx *ctx = calloc(1, sizeof *ctx);
    if (!ctx) return fail(err, TERN_E_MEMORY, 0, "out of memory");
    ctx->model = ctx->doc.model = model;
    ctx->doc.text = &ctx->text;
    *out = ctx;
    return TERN_OK;
}

void tern_ctx_free(tern_ctx *ctx)
{
    if (!ctx) return;
    doc_free_columns(&ctx->doc);
    tokenizer_scratch_free(&ctx->tokenizer);
    lexeme_scratch_free(&ctx->lexeme);
    for (uint32_t component = 0; component < COMPONENT_COUNT; component++) tok2vec_scratch_free(&ctx->tower[component]);
    tagger_scratch_free(&ctx->tagger);
    tagger_scratch_free(&ctx->morphologizer);
    trainable_lemmatizer_scratch_free(&ctx->trainable_lemmatizer);
    parser_scratch_free(&ctx->parser);
    senter_scratch_free(&ctx->senter);
    ruler_scratch_free(&ctx->ruler);
    lemmatizer_scratch_free(&ctx->lemmatizer);
    ner_scratch_free(&ctx->ner);
    for (size_t i = 0; i < TEXTCATS; i++) textcat_scratch_free(&ctx->textcat[i]);
    free(ctx);
}

/* A stage that gave up: because it was told to, or else for lack of memory. */
static tern_status gave_up(const tern_ctx *ctx, tern_error *err)
{
    if (ctx->doc.interruption && ctx->doc.interruption->requested) return fail_interrupted(err);
    return fail(err, TERN_E_MEMORY, 0, "out of memory; send a shorter text");
}

static tern_status check_options(const tern_ctx *ctx, const tern_options *options, tern_error *err)
{
    unsigned missing = options->want & ~(tern_model_offers(ctx->model) | TERN_CATS);   /* no classifier, no cats: as in spaCy */
    if (missing) return fail(err, TERN_E_UNSUPPORTED, 0, "the model has no component for what is wanted (mask %#x)", missing);
    missing = options->components & ~ctx->model->components;
    if (missing) return fail(err, TERN_E_UNSUPPORTED, 0, "the model lacks a component that is asked for (mask %#x)", missing);
    if (!options->sent_starts && options->sent_start_count)
        return fail(err, TERN_E_ARGUMENT, 0, "tern_run: sent_start_count is set, sent_starts is NULL");
    if (options->sentence_cats && ~options->want & (TERN_CATS | TERN_SENTENCES))
        return fail(err, TERN_E_ARGUMENT, 0, "tern_run: sentence_cats needs TERN_CATS and TERN_SENTENCES in want");
    return TERN_OK;
}

/* ---- what is wanted -> what runs ------------------------------------------------------------------------------------------- */

/* Couplings: entities and parses do not cross sentence starts, and Spanish lemmas depend on them; the ruler's patterns test tags,
 * dependencies and lemmas, and may change each of the annotations of a token. */
static unsigned needed_components(const tern_model *model, unsigned want, unsigned allowed)
{
    const unsigned of_tokens = TERN_DEPENDENCIES | TERN_TAGS | TERN_POS | TERN_MORPHS | TERN_LEMMAS;
    const int lemmas = want & TERN_LEMMAS || (want & of_tokens && model->ruler.tests_lemmas);
    unsigned needed = 0;
    if (want & TERN_ENTITIES) needed |= TERN_NER;
    if (want & (TERN_ENTITIES | TERN_SENTENCES)) needed |= TERN_PARSER | TERN_SENTER | TERN_SENTENCIZER | TERN_TOK2VEC;
    if (want & of_tokens) needed |= TERN_TAGGER | TERN_MORPHOLOGIZER | TERN_PARSER | TERN_ATTRIBUTE_RULER | TERN_TOK2VEC;
    if (lemmas) needed |= TERN_LEMMATIZER | TERN_TRAINABLE_LEMMATIZER;
    if (want & TERN_CATS) needed |= TERN_TEXTCATS | TERN_TOK2VEC;
    if (lemmas && model->lemmatizer.kind == LEMMATIZER_SPANISH) needed |= TERN_SENTER | TERN_SENTENCIZER;
    if (needed & allowed & TERN_PARSER) needed |= TERN_SENTER | TERN_SENTENCIZER;
    return needed & allowed;
}

static unsigned components_to_run(const tern_model *model, const tern_options *options)
{
    unsigned allowed = options->components ? options->components : model->default_components;
    return needed_components(model, options->want, allowed);
}

/* ---- towers and those who read them: what a tower makes of a document is needed nowhere else and is not kept --------------------- */

typedef struct readers {
    tern_ctx *ctx;
    unsigned components;
    int out_of_memory;
} readers;

static textcat_scratch *textcat_scratch_of(tern_ctx *ctx, uint32_t component)
{
    return &ctx->textcat[textcat_place(component)];
}

/* Room for the document, where a component keeps something of every row until its turn comes. 0 or -1. */
static int reserve_reader(tern_ctx *ctx, uint32_t component)
{
    switch (component) {
    case COMPONENT_PARSER: return parser_reserve(&ctx->doc, &ctx->parser);
    case COMPONENT_SENTER: return senter_reserve(&ctx->doc, &ctx->senter);
    case COMPONENT_NER: return ner_reserve(&ctx->doc, &ctx->ner);
    case COMPONENT_TEXTCAT:
    case COMPONENT_TEXTCAT_MULTILABEL: return textcat_begin(textcat_of(ctx->model, component), textcat_scratch_of(ctx, component));
    default: return 0;
    }
}

/* 0, or -1 when out of memory. */
static int feed_reader(tern_ctx *ctx, uint32_t component, const float *rows, size_t begin, size_t count)
{
    tern_doc *doc = &ctx->doc;
    switch (component) {
    case COMPONENT_TAGGER: return tagger_annotate(doc, rows, begin, count, &ctx->tagger);
    case COMPONENT_MORPHOLOGIZER: return morphologizer_annotate(doc, rows, begin, count, &ctx->morphologizer);
    case COMPONENT_TRAINABLE_LEMMATIZER:
        return trainable_lemmatizer_annotate(doc, &ctx->text, rows, begin, count, &ctx->trainable_lemmatizer);
    case COMPONENT_TEXTCAT:
    case COMPONENT_TEXTCAT_MULTILABEL:
        return textcat_pool(textcat_of(ctx->model, component), rows, begin, count, textcat_scratch_of(ctx, component));
    case COMPONENT_SENTER: return senter_choose(doc, rows, begin, count, &ctx->senter);
    case COMPONENT_PARSER: parser_project(doc, rows, begin, count, &ctx->parser); return 0;
    default: ner_project(doc, rows, begin, count, &ctx->ner); return 0;
    }
}

static void feed_readers(void *user, const float *rows, size_t begin, size_t count)
{
    readers *r = user;
    for (uint32_t component = 0; component < COMPONENT_COUNT; component++)
        if (r->components >> component & 1 && feed_reader(r->ctx, component, rows, begin, count)) r->out_of_memory = 1;
}

/* A listener whose tower was left out reads zeros (spacy/pipeline/tok2vec.py forward). */
static int feed_zeros(readers *r)
{
    tern_ctx *ctx = r->ctx;
    buffer *zeros = &ctx->tower[COMPONENT_TOK2VEC].x;
    size_t width = ctx->model->tower[COMPONENT_TOK2VEC].width;
    size_t rows = ctx->doc.token_count < TOK2VEC_BLOCK ? ctx->doc.token_count : TOK2VEC_BLOCK;   /* a sentence has few */
    if (buffer_reserve(zeros, rows, width * sizeof(float))) return -1;
    if (rows) memset(zeros->data, 0, rows * width * sizeof(float));
    for (size_t begin = 0, count; begin < ctx->doc.token_count; begin += count) {
        if (interrupted(ctx->doc.interruption)) return -1;
        count = ctx->doc.token_count - begin < rows ? ctx->doc.token_count - begin : rows;
        feed_readers(r, zeros->data, begin, count);
    }
    return 0;
}

/* Hands the rows of the tower of that number, or zeros, block by block to these components. */
static tern_status read_tower(tern_ctx *ctx, uint32_t tower, int is_run, unsigned components, tern_error *err)
{
    readers r = {.ctx = ctx, .components = components};
    for (uint32_t component = 0; component < COMPONENT_COUNT; component++)
        if (components >> component & 1 && reserve_reader(ctx, component)) return gave_up(ctx, err);
    int failed = is_run ? tok2vec_encode(&ctx->model->tower[tower], &ctx->doc, &ctx->tower[tower], feed_readers, &r) != TERN_OK
                        : feed_zeros(&r);
    return failed || r.out_of_memory ? gave_up(ctx, err) : TERN_OK;
}

/* Once for all that listen to it, ahead of the first component. */
static tern_status read_shared_tower(tern_ctx *ctx, unsigned run, tern_error *err)
{
    unsigned listeners = run & ctx->model->listeners;
    return listeners ? read_tower(ctx, COMPONENT_TOK2VEC, (run & TERN_TOK2VEC) != 0, listeners, err) : TERN_OK;
}

/* For a component that does not listen, when its turn comes. */
static tern_status read_own_tower(tern_ctx *ctx, uint32_t component, tern_error *err)
{
    if (component == COMPONENT_TOK2VEC || !ctx->model->tower[component].width) return TERN_OK;
    return read_tower(ctx, component, 1, 1u << component, err);
}

/* ---- components ------------------------------------------------------------------------------------------------------------------ */

static tern_status run_component(tern_ctx *ctx, uint32_t component, tern_error *err)
{
    tern_doc *doc = &ctx->doc;
    switch (component) {
    case COMPONENT_PARSER: return parser_annotate(doc, &ctx->parser, NULL, NULL, err);
    case COMPONENT_SENTER: senter_annotate(doc, &ctx->senter); return TERN_OK;
    case COMPONENT_SENTENCIZER: return sentencizer_annotate(doc, &ctx->text) ? gave_up(ctx, err) : TERN_OK;
    case COMPONENT_ATTRIBUTE_RULER: return attribute_ruler_annotate(doc, &ctx->ruler) ? gave_up(ctx, err) : TERN_OK;
    case COMPONENT_LEMMATIZER:
        return lemmatizer_annotate(doc, &ctx->text, &ctx->lexeme, &ctx->lemmatizer) ? gave_up(ctx, err) : TERN_OK;
    case COMPONENT_TEXTCAT:
    case COMPONENT_TEXTCAT_MULTILABEL: return textcat_annotate(doc, component, textcat_scratch_of(ctx, component), err);
    case COMPONENT_NER: return ner_annotate(doc, &ctx->ner, NULL, NULL, err);
    default: return TERN_OK;   /* tok2vec, and the labels that feed_reader sets */
    }
}

/* The tokens' features are there. */
static tern_status run_in_order(tern_ctx *ctx, unsigned run, tern_error *err)
{
    tern_status status = read_shared_tower(ctx, run, err);
    for (uint32_t i = 0; i < ctx->model->pipeline_length && !status; i++) {
        uint32_t component = ctx->model->pipeline[i];
        if (!(run >> component & 1)) continue;
        status = interrupted(ctx->doc.interruption) ? fail_interrupted(err) : read_own_tower(ctx, component, err);
        if (!status) status = run_component(ctx, component, err);
    }
    return status;
}

static tern_status annotate(tern_ctx *ctx, unsigned run, tern_error *err)
{
    int with_lower = run & TERN_ATTRIBUTE_RULER || ctx->model->tower_attrs >> ATTR_LOWER & 1;
    return lexeme_features(&ctx->doc, &ctx->text, with_lower, &ctx->lexeme) ? gave_up(ctx, err) : run_in_order(ctx, run, err);
}

/* ---- the categories of each sentence -------------------------------------------------------------------------------------------- */

static void read_cats(const tern_doc *doc, float *scores)
{
    for (size_t c = 0; c < doc->cat_count; c++) scores[c] = doc->cat[c].score;
}

static void write_cats(tern_doc *doc, const float *scores)
{
    for (size_t c = 0; c < doc->cat_count; c++) doc->cat[c].score = scores[c];
}

/* The document becomes that of its tokens [begin, end), as far as classifiers look at it; they set its categories anew. */
static tern_status classify_tokens(tern_ctx *ctx, unsigned classifiers, size_t begin, size_t end, tern_error *err)
{
    tern_doc *doc = &ctx->doc;
    size_t count = doc->token_count;
    for (size_t a = 0; a < ATTR_COUNT; a++) doc->attr[a] += begin;
    doc->vector += begin;
    doc->span += begin;   /* of the words that floret vectors cut up */
    doc->token_count = end - begin;
    doc->cat_count = 0;
    tern_status status = run_in_order(ctx, classifiers, err);
    doc->token_count = count;
    doc->span -= begin;
    doc->vector -= begin;
    for (size_t a = 0; a < ATTR_COUNT; a++) doc->attr[a] -= begin;
    return status;
}

/* After the last component. spaCy's Span.as_doc keeps NORM and the other features of the tokens, so these need no second look. */
static tern_status classify_sentences(tern_ctx *ctx, unsigned run, tern_error *err)
{
    tern_doc *doc = &ctx->doc;
    size_t sentences = doc->sentence_count, cats = doc->cat_count;
    tern_status status = TERN_OK;
    if (!sentences || !cats) return TERN_OK;
    if (doc_reserve_sentence_cats(doc, sentences + 1)) return gave_up(ctx, err);
    float *text_scores = doc->sentence_cat + sentences * cats;   /* kept behind those of the sentences meanwhile */
    read_cats(doc, text_scores);
    for (size_t i = 0; i < sentences && !status; i++) {
        size_t end = i + 1 < sentences ? doc->sentence_start[i + 1] : doc->token_count;
        if (sentences > 1)
            status = classify_tokens(ctx, run & (TERN_TEXTCATS | TERN_TOK2VEC), doc->sentence_start[i], end, err);
        if (!status) read_cats(doc, doc->sentence_cat + i * cats);
    }
    if (status) return status;
    write_cats(doc, text_scores);
    doc->scored_sentences = sentences;
    return TERN_OK;
}

/* ---- one run --------------------------------------------------------------------------------------------------------------------- */

static tern_status preset_sentence_starts(tern_doc *doc, const tern_options *options, tern_error *err)
{
    if (!options->sent_starts) return TERN_OK;
    if (options->sent_start_count != doc->token_count)
        return fail(err, TERN_E_ARGUMENT, 0, "tern_run: %zu preset sentence starts for %zu tokens", options->sent_start_count,
                    doc->token_count);
    if (doc->token_count) memcpy(doc->sent_start, options->sent_starts, doc->token_count);
    return TERN_OK;
}

static tern_status run_components(tern_ctx *ctx, const char *text, size_t len, const tern_options *options, tern_error *err)
{
    size_t max_chars = options->max_chars && options->max_chars < TERN_MAX_CHARS ? options->max_chars : TERN_MAX_CHARS;
    tern_doc *doc = &ctx->doc;
    if (interrupted(doc->interruption)) return fail_interrupted(err);
    tern_status status = text_decode(ctx->model, text, len, max_chars, &ctx->tokenizer, &ctx->text, err);
    if (!status) status = tokenize(doc, &ctx->text, &ctx->tokenizer, err);
    if (!status) status = preset_sentence_starts(doc, options, err);
    if (status) return status;
    doc_clear_annotations(doc);
    if (options->want & TERN_NORMS && lexeme_norms(doc, &ctx->text, &ctx->lexeme)) return gave_up(ctx, err);
    unsigned run = components_to_run(ctx->model, options);
    if (!doc->token_count) run &= TERN_TEXTCATS;   /* which say 0 of each label; nothing else says anything */
    if (run) status = annotate(ctx, run, err);
    if (!status && doc_finish(doc)) status = gave_up(ctx, err);
    if (!status && options->sentence_cats) status = classify_sentences(ctx, run, err);
    return status;
}

tern_status tern_run(tern_ctx *ctx, const char *text, size_t len, const tern_options *options, const tern_doc **out,
                     tern_error *err)
{
    if (!out) return fail(err, TERN_E_ARGUMENT, 0, "tern_run: out is NULL");
    *out = NULL;
    if (!ctx || (!text && len)) return fail(err, TERN_E_ARGUMENT, 0, "tern_run: ctx or text is NULL");
    tern_options everything = {.want = tern_model_offers(ctx->model)};
    if (!options) options = &everything;
    ctx->doc.token_count = 0;
    doc_clear_annotations(&ctx->doc);
    interruption stop = {.ask = options->interrupt, .user = options->interrupt_user};
    ctx->doc.interruption = &stop;
    tern_status status = check_options(ctx, options, err);
    if (!status) status = run_components(ctx, text ? text : "", len, options, err);
    if (!status) *out = &ctx->doc;
    ctx->doc.interruption = NULL;
    return status;
}
