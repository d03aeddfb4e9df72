/* pipeline.c - how components go together: what is wanted -> which components run, in which order. */
#include "ctx.h"
#include "error.h"
#include "given_words.h"

#include <string.h>

static tern_status check_options(const tern_ctx *ctx, const tern_options *options, tern_error *err)
{
    /* no classifier, no cats, and no spans: as in spaCy */
    unsigned missing = options->want & ~(tern_model_offers(ctx->model) | TERN_CATS | TERN_SPANS);
    if (missing)
        return fail(err, TERN_E_UNSUPPORTED, 0, "the model has no component for what is wanted (mask %#x)", missing);
    missing = options->components & ~ctx->model->components;
    if (missing)
        return fail(err, TERN_E_UNSUPPORTED, 0, "the model lacks a component that is asked for (mask %#x)", missing);
    if (!options->sent_starts && options->sent_start_count)
        return fail(err, TERN_E_ARGUMENT, 0, "tern_run: sent_start_count is set, sent_starts is NULL");
    if (options->sentence_cats && ~options->want & (TERN_CATS | TERN_SENTENCES))
        return fail(err, TERN_E_ARGUMENT, 0, "tern_run: sentence_cats needs TERN_CATS and TERN_SENTENCES in want");
    return TERN_OK;
}

/* ---- what is wanted -> what runs --------------------------------------------------------------------------------- */

/* Couplings: entities and parses do not cross sentence starts, and Spanish lemmas depend on them; the ruler's patterns
 * test tags, dependencies and lemmas, and may change each of the annotations of a token. */
static unsigned needed_components(const tern_model *model, unsigned want, unsigned allowed)
{
    const unsigned of_tokens = TERN_DEPENDENCIES | TERN_TAGS | TERN_POS | TERN_MORPHS | TERN_LEMMAS;
    const int lemmas = want & TERN_LEMMAS || (want & of_tokens && model->ruler.tests_lemmas);
    unsigned needed = 0;
    if (want & TERN_ENTITIES) needed |= TERN_NER;
    if (want & (TERN_ENTITIES | TERN_SENTENCES)) needed |= TERN_PARSER | TERN_SENTER | TERN_SENTENCIZER | TERN_TOK2VEC;
    if (want & of_tokens)
        needed |= TERN_TAGGER | TERN_MORPHOLOGIZER | TERN_PARSER | TERN_ATTRIBUTE_RULER | TERN_TOK2VEC;
    if (lemmas) needed |= TERN_LEMMATIZER | TERN_TRAINABLE_LEMMATIZER;
    if (want & TERN_CATS) needed |= TERN_TEXTCATS | TERN_TOK2VEC;
    if (want & TERN_SPANS) needed |= TERN_SPAN_MAKERS | TERN_TOK2VEC;
    if (lemmas && model->lemmatizer.kind == LEMMATIZER_SPANISH) needed |= TERN_SENTER | TERN_SENTENCIZER;
    if (needed & allowed & TERN_PARSER) needed |= TERN_SENTER | TERN_SENTENCIZER;
    return needed & allowed;
}

static unsigned components_to_run(const tern_model *model, const tern_options *options)
{
    unsigned allowed = options->components ? options->components : model->default_components;
    return needed_components(model, options->want, allowed);
}

/* ---- encoders and those who read them ---------------------------------------------------------------------------- */

/* What an encoder makes of a document is needed nowhere else and is not kept. */

typedef struct encoder_reader {
    tern_ctx *ctx;
    uint32_t encoder;
    int is_run;          /* 0: zeros instead */
    unsigned components; /* mask of those that read its rows block by block */
    size_t fed;          /* tokens before this one have been read */
} encoder_reader;

/* Room for the document, where a component keeps something of every row until its turn comes. 0 or -1. */
static int reserve_reader(tern_ctx *ctx, uint32_t component)
{
    const component_run run = ctx_component(ctx, component);
    return run.self->reserve ? run.self->reserve(&run) : 0;
}

/* 0, or -1 when out of memory. */
static int feed_reader(tern_ctx *ctx, uint32_t component, const float *rows, size_t begin, size_t count)
{
    const component_run run = ctx_component(ctx, component);
    return run.self->feed(&run, rows, begin, count);
}

/* The component's turn. source: of the rows of a long document; else NULL. */
static tern_status finish_component(tern_ctx *ctx, uint32_t component, const vector_source *source, tern_error *err)
{
    const component_run run = ctx_component(ctx, component);
    return run.self->finish ? run.self->finish(&run, source, err) : TERN_OK;
}

/* 0, or -1 when out of memory. */
static int feed_readers(const encoder_reader *r, const float *rows, size_t begin, size_t count)
{
    for (uint32_t component = 0; component < COMPONENT_COUNT; component++)
        if (r->components >> component & 1 && feed_reader(r->ctx, component, rows, begin, count)) return -1;
    return 0;
}

/* A listener whose encoder was left out reads zeros (spacy/pipeline/tok2vec.py forward). */
static const float *zero_rows(tern_ctx *ctx, size_t count)
{
    buffer *zeros = &ctx->encoder[COMPONENT_TOK2VEC].x;
    size_t width = ctx->model->encoder[COMPONENT_TOK2VEC].width;
    if (interrupted(ctx->doc.interruption) || buffer_reserve(zeros, count, width * sizeof(float))) return NULL;
    return memset(zeros->data, 0, count * width * sizeof(float));
}

/* Rows of the tokens [begin, end) of the reader's encoder. The others get those that are new to them. A
 * vector_source. */
static const float *rows_for(void *user, size_t begin, size_t end)
{
    encoder_reader *r = user;
    const tok2vec_weights *w = &r->ctx->model->encoder[r->encoder];
    const float *rows = NULL;
    if (!r->is_run) rows = zero_rows(r->ctx, end - begin);
    else if (tok2vec_rows(w, &r->ctx->doc, begin, end, &r->ctx->encoder[r->encoder], &rows)) return NULL;
    if (!rows || begin != r->fed) return rows;
    r->fed = end;
    return feed_readers(r, rows, begin, end - begin) ? NULL : rows;
}

static int feed_rest(encoder_reader *r)
{
    const size_t tokens = r->ctx->doc.token_count;
    while (r->fed < tokens)
        if (!rows_for(r, r->fed, tokens - r->fed < TOK2VEC_BLOCK ? tokens : r->fed + TOK2VEC_BLOCK)) return -1;
    return 0;
}

static int reserve_readers(tern_ctx *ctx, unsigned components)
{
    for (uint32_t component = 0; component < COMPONENT_COUNT; component++)
        if (components >> component & 1 && reserve_reader(ctx, component)) return -1;
    return 0;
}

static encoder_reader reader_of(tern_ctx *ctx, uint32_t encoder, unsigned run, unsigned components)
{
    int is_run = encoder != COMPONENT_TOK2VEC || run & TERN_TOK2VEC;
    return (encoder_reader){.ctx = ctx, .encoder = encoder, .is_run = is_run, .components = components};
}

/* Hands the rows of the encoder of that number, or zeros, block by block to these components. */
static tern_status read_encoder(tern_ctx *ctx, uint32_t encoder, unsigned run, unsigned components, tern_error *err)
{
    encoder_reader r = reader_of(ctx, encoder, run, components);
    return reserve_readers(ctx, components) || feed_rest(&r) ? doc_gave_up(&ctx->doc, err) : TERN_OK;
}

/* ---- long documents ---------------------------------------------------------------------------------------------- */

/* What parser and ner would keep of every row is more than all else, so they take the rows as they come to them. */

#define TAKERS (TERN_PARSER | TERN_NER)

/* Neither sets what the takers look at, nor looks at what they set. */
#define INDEPENDENT                                                                                                    \
    (TERN_TOK2VEC | TERN_TAGGER | TERN_MORPHOLOGIZER | TERN_TRAINABLE_LEMMATIZER | TERN_TEXTCATS | TERN_SPAN_MAKERS)

static int is_long(const tern_ctx *ctx) { return ctx->doc.token_count > TRANSITION_KEPT; }

/* Runs parser or ner on the encoder of that number, whose rows the others get, too. */
static tern_status run_taker(tern_ctx *ctx, uint32_t taker, uint32_t encoder, unsigned run, unsigned others,
                             tern_error *err)
{
    encoder_reader r = reader_of(ctx, encoder, run, others);
    const vector_source source = {rows_for, &r};
    if (reserve_reader(ctx, taker) || reserve_readers(ctx, others)) return doc_gave_up(&ctx->doc, err);
    tern_status status = finish_component(ctx, taker, &source, err);
    if (!status && others && feed_rest(&r)) status = doc_gave_up(&ctx->doc, err);
    return status;
}

/* The first component whose turn matters to others, if it takes rows of the shared encoder: it may as well run ahead of
 * its turn, in the same pass as all that listen. Otherwise COMPONENT_COUNT. */
static uint32_t taker_ahead(const tern_model *model, unsigned run)
{
    for (uint32_t i = 0; i < model->pipeline_length; i++) {
        uint32_t component = model->pipeline[i];
        if (!((run & ~(unsigned)INDEPENDENT) >> component & 1)) continue;
        return TAKERS & model->listeners & 1u << component ? component : COMPONENT_COUNT;
    }
    return COMPONENT_COUNT;
}

/* ---- whose turn it is -------------------------------------------------------------------------------------------- */

/* Once for all that listen to it, ahead of the first component. What has run with that is no longer in *run. */
static tern_status read_shared_encoder(tern_ctx *ctx, unsigned *run, tern_error *err)
{
    unsigned listeners = *run & ctx->model->listeners, all = *run;
    if (!is_long(ctx)) return listeners ? read_encoder(ctx, COMPONENT_TOK2VEC, all, listeners, err) : TERN_OK;
    uint32_t taker = taker_ahead(ctx->model, all);
    listeners &= ~(unsigned)TAKERS;
    if (taker == COMPONENT_COUNT)
        return listeners ? read_encoder(ctx, COMPONENT_TOK2VEC, all, listeners, err) : TERN_OK;
    *run &= ~(1u << taker);
    return run_taker(ctx, taker, COMPONENT_TOK2VEC, all, listeners, err);
}

/* For a component that does not listen, when its turn comes. */
static tern_status read_own_encoder(tern_ctx *ctx, uint32_t component, unsigned run, tern_error *err)
{
    if (component == COMPONENT_TOK2VEC || !ctx->model->encoder[component].width) return TERN_OK;
    return read_encoder(ctx, component, run, 1u << component, err);
}

static tern_status take_turn(tern_ctx *ctx, uint32_t component, unsigned run, tern_error *err)
{
    if (interrupted(ctx->doc.interruption)) return fail_interrupted(err);
    if (is_long(ctx) && TAKERS >> component & 1) {
        uint32_t encoder = ctx->model->listeners >> component & 1 ? COMPONENT_TOK2VEC : component;
        return run_taker(ctx, component, encoder, run, 0, err);
    }
    tern_status status = read_own_encoder(ctx, component, run, err);
    return status ? status : finish_component(ctx, component, NULL, err);
}

/* The tokens' features are there. */
static tern_status run_in_order(tern_ctx *ctx, unsigned run, tern_error *err)
{
    unsigned left = run;
    tern_status status = read_shared_encoder(ctx, &left, err);
    for (uint32_t i = 0; i < ctx->model->pipeline_length && !status; i++) {
        uint32_t component = ctx->model->pipeline[i];
        if (left >> component & 1) status = take_turn(ctx, component, run, err);
        ctx_end_of_component(ctx, component);
    }
    return status;
}

static tern_status annotate(tern_ctx *ctx, unsigned run, tern_error *err)
{
    int with_lower =
        (run & TERN_ATTRIBUTE_RULER && ctx->model->ruler.tests_lower) || ctx->model->encoder_attrs >> ATTR_LOWER & 1;
    return lexeme_features(&ctx->doc, &ctx->text, with_lower, &ctx->lexeme) ? doc_gave_up(&ctx->doc, err)
                                                                            : run_in_order(ctx, run, err);
}

/* ---- the categories of each sentence ----------------------------------------------------------------------------- */

static void read_cats(const tern_doc *doc, float *scores)
{
    for (size_t c = 0; c < doc->cat_count; c++) scores[c] = doc->cat[c].score;
}

static void write_cats(tern_doc *doc, const float *scores)
{
    for (size_t c = 0; c < doc->cat_count; c++) doc->cat[c].score = scores[c];
}

/* The document becomes that of its tokens [begin, end), as far as classifiers look at it; they set its categories
 * anew. */
static tern_status classify_tokens(tern_ctx *ctx, unsigned classifiers, size_t begin, size_t end, tern_error *err)
{
    tern_doc *doc = &ctx->doc;
    const tern_doc whole = *doc;
    for (size_t a = 0; a < ATTR_COUNT; a++)
        if (doc->attr[a]) doc->attr[a] += begin;
    doc->space += begin;
    doc->is_space += begin;
    if (doc->vector) doc->vector += begin;
    doc->span += begin; /* of the words that floret vectors cut up */
    doc->token_count = end - begin;
    doc->cat_count = 0;
    tern_status status = run_in_order(ctx, classifiers, err);
    doc->token_count = whole.token_count;
    doc->span = whole.span;
    doc->vector = whole.vector;
    doc->is_space = whole.is_space;
    doc->space = whole.space;
    memcpy(doc->attr, whole.attr, sizeof doc->attr);
    return status;
}

/* After the last component. spaCy's Span.as_doc keeps NORM and the other features of the tokens, so these need no
 * second look. */
static tern_status classify_sentences(tern_ctx *ctx, unsigned run, tern_error *err)
{
    tern_doc *doc = &ctx->doc;
    size_t sentences = doc->sentence_count, cats = doc->cat_count;
    tern_status status = TERN_OK;
    if (!sentences || !cats) return TERN_OK;
    if (doc_reserve_sentence_cats(doc, sentences + 1)) return doc_gave_up(&ctx->doc, err);
    float *text_scores = doc->sentence_cat + sentences * cats; /* kept behind those of the sentences meanwhile */
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

/* ---- one run ----------------------------------------------------------------------------------------------------- */

static tern_status preset_sentence_starts(tern_doc *doc, const tern_options *options, tern_error *err)
{
    if (!options->sent_starts) return TERN_OK;
    if (options->sent_start_count != doc->token_count)
        return fail(err, TERN_E_ARGUMENT, 0, "tern_run: %zu preset sentence starts for %zu tokens",
                    options->sent_start_count, doc->token_count);
    if (doc->token_count) memcpy(doc->sent_start, options->sent_starts, doc->token_count);
    return TERN_OK;
}

/* What a document is made of. words NULL: of the text. */
typedef struct run_input {
    const char *text;
    size_t len;
    const tern_words *words;
} run_input;

static tern_status tokens_of_text(tern_ctx *ctx, const run_input *input, size_t max_chars, tern_error *err)
{
    if (!tern_model_has_tokenizer(ctx->model))
        return fail(err, TERN_E_UNSUPPORTED, 0,
                    "the model has no tokenizer, it was converted without: cut the text into words and give them to "
                    "tern_run_words");
    tern_status status = text_decode(ctx->model, input->text, input->len, max_chars, &ctx->tokenizer, &ctx->text, err);
    return status ? status : tokenize(&ctx->doc, &ctx->text, &ctx->tokenizer, err);
}

static tern_status tokens_of_words(tern_ctx *ctx, const tern_words *words, size_t max_chars, tern_error *err)
{
    tern_doc *doc = &ctx->doc;
    tern_status status = given_words_join(doc, words, max_chars, &ctx->text, err);
    const char *text = doc->given_bytes ? doc->given_text.data : "";
    if (!status) status = text_decode(ctx->model, text, doc->given_bytes, max_chars, &ctx->tokenizer, &ctx->text, err);
    return status ? status : given_words_cut(doc, words, &ctx->text, err);
}

static tern_status run_components(tern_ctx *ctx, const run_input *input, const tern_options *options, tern_error *err)
{
    size_t max_chars = options->max_chars && options->max_chars < TERN_MAX_CHARS ? options->max_chars : TERN_MAX_CHARS;
    tern_doc *doc = &ctx->doc;
    if (interrupted(doc->interruption)) return fail_interrupted(err);
    tern_status status =
        input->words ? tokens_of_words(ctx, input->words, max_chars, err) : tokens_of_text(ctx, input, max_chars, err);
    ctx_end_of_tokenizer(ctx);
    if (!status) status = preset_sentence_starts(doc, options, err);
    if (status) return status;
    if (doc_reserve_annotations(doc, doc->token_count)) return doc_gave_up(doc, err);
    doc_clear_annotations(doc);
    if (options->want & TERN_NORMS && lexeme_norms(doc, &ctx->text, &ctx->lexeme)) return doc_gave_up(doc, err);
    unsigned run = components_to_run(ctx->model, options);
    /* classifiers say 0 of each label, groups of spans are empty; nothing else says anything */
    if (!doc->token_count) run &= TERN_TEXTCATS | TERN_SPAN_MAKERS;
    if (run) status = annotate(ctx, run, err);
    if (!status && doc_finish(doc)) status = doc_gave_up(&ctx->doc, err);
    if (!status && options->sentence_cats) status = classify_sentences(ctx, run, err);
    return status;
}

static tern_status beyond_limit(const tern_ctx *ctx, size_t limit, tern_error *err)
{
    return fail(err, TERN_E_MEMORY_LIMIT, ctx->text.length,
                "this text of %zu characters needs more memory than the %zu bytes that a run "
                "may take here; send a shorter text or allow more",
                ctx->text.length, limit);
}

/* out and all of the input are there. */
static tern_status run_on(tern_ctx *ctx, const run_input *input, const tern_options *options, const tern_doc **out,
                          tern_error *err)
{
    tern_options everything = {.want = tern_model_offers(ctx->model)};
    if (!options) options = &everything;
    tern_ctx_trim(ctx);
    interruption stop = {.ask = options->interrupt, .user = options->interrupt_user};
    ctx->doc.interruption = &stop;
    ctx_begin_run(ctx, options->memory);
    tern_status status = check_options(ctx, options, err);
    if (!status) status = run_components(ctx, input, options, err);
    if (!status) *out = &ctx->doc;
    ctx->doc.interruption = NULL;
    ctx_end_run(ctx);
    return status == TERN_E_MEMORY && ctx->memory.refused ? beyond_limit(ctx, options->memory, err) : status;
}

tern_status tern_run(tern_ctx *ctx, const char *text, size_t len, const tern_options *options, const tern_doc **out,
                     tern_error *err)
{
    if (!out) return fail(err, TERN_E_ARGUMENT, 0, "tern_run: out is NULL");
    *out = NULL;
    if (!ctx || (!text && len)) return fail(err, TERN_E_ARGUMENT, 0, "tern_run: ctx or text is NULL");
    const run_input input = {.text = text ? text : "", .len = len};
    return run_on(ctx, &input, options, out, err);
}

tern_status tern_run_words(tern_ctx *ctx, const tern_words *words, const tern_options *options, const tern_doc **out,
                           tern_error *err)
{
    if (!out) return fail(err, TERN_E_ARGUMENT, 0, "tern_run_words: out is NULL");
    *out = NULL;
    if (!ctx || !words) return fail(err, TERN_E_ARGUMENT, 0, "tern_run_words: ctx or words is NULL");
    const run_input input = {.words = words};
    return run_on(ctx, &input, options, out, err);
}
