/* pipeline.c - how components go together: what is wanted -> which components run, in which order. */
#include "ctx.h"
#include "error.h"
#include "given_words.h"

#include <string.h>

static tern_status check_options(const tern_ctx *ctx, const tern_options *options, tern_error *err)
{
    /* no classifier, no cats, and no spans, no tensor: as in spaCy */
    unsigned missing = options->want & ~(tern_model_offers(ctx->model) | TERN_CATS | TERN_SPANS | TERN_TENSOR);
    if (missing)
        return fail(err, TERN_E_UNSUPPORTED, 0, "the model has no component for what is wanted (mask %#x)", missing);
    const tern_model *model = ctx->model;
    missing = options->components & ~tern_model_components(model);
    if (missing)
        return fail(err, TERN_E_UNSUPPORTED, 0, "the model lacks a component that is asked for (mask %#x)", missing);
    if (options->places && options->components)
        return fail(err, TERN_E_ARGUMENT, 0, "tern_run: components and places are both set, which is one too many");
    if (model->pipeline_length < PIPELINE_MAX_LENGTH && options->places >> model->pipeline_length)
        return fail(err, TERN_E_UNSUPPORTED, 0, "the model has no component at a place that is asked for");
    if (!options->sent_starts && options->sent_start_count)
        return fail(err, TERN_E_ARGUMENT, 0, "tern_run: sent_start_count is set, sent_starts is NULL");
    if (options->sentence_cats && ~options->want & (TERN_CATS | TERN_SENTENCES))
        return fail(err, TERN_E_ARGUMENT, 0, "tern_run: sentence_cats needs TERN_CATS and TERN_SENTENCES in want");
    return TERN_OK;
}

/* ---- what is wanted -> what runs --------------------------------------------------------------------------------- */

#define ENTITY_PATTERNS                                                                                                \
    (1u << PATTERN_ENT_TYPE | 1u << PATTERN_ENT_IOB | 1u << PATTERN_ENT_ID | 1u << PATTERN_ENT_KB_ID)

/* What token patterns look at, or encoders embed (tested: bits 1 << PATTERN_*). */
static unsigned tested_annotations(uint32_t tested)
{
    unsigned found = 0;
    if (tested & ENTITY_PATTERNS) found |= TERN_ENTITIES;
    if (tested >> PATTERN_SENT_START & 1) found |= TERN_SENTENCES;
    if (tested >> PATTERN_LEMMA & 1) found |= TERN_LEMMAS;
    if (tested & (1u << PATTERN_POS | 1u << PATTERN_TAG | 1u << PATTERN_DEP | 1u << PATTERN_HEAD | 1u << PATTERN_MORPH))
        found |= TERN_TAGS;
    return found;
}

static uint32_t factory_at(const tern_model *model, uint32_t place) { return model->component[place].factory; }

/* The components that these factories (TERN_NER, ...) made. */
static place_set places_of(const tern_model *model, unsigned factories)
{
    place_set found = 0;
    for (; factories; factories &= factories - 1) found |= model->of_factory[__builtin_ctz(factories)];
    return found;
}

/* The first of them, which must not be none. */
static uint32_t first_place(place_set places) { return (uint32_t)__builtin_ctzll(places); }

static int some_ruler_tests_lemmas(const tern_model *model)
{
    for (place_set left = model->of_factory[COMPONENT_ATTRIBUTE_RULER]; left; left &= left - 1)
        if (model->component[first_place(left)].ruler.tests_lemmas) return 1;
    return 0;
}

static int some_lemmatizer_is_spanish(const tern_model *model)
{
    for (place_set left = model->of_factory[COMPONENT_LEMMATIZER]; left; left &= left - 1)
        if (model->component[first_place(left)].lemmatizer.kind == LEMMATIZER_SPANISH) return 1;
    return 0;
}

/* What is looked at before tokens are joined or split; the rest of what they have follows from the roots of what is
 * joined. */
static unsigned wanted_for_tokens(const tern_model *model, place_set allowed)
{
    unsigned want = TERN_DEPENDENCIES;
    if (places_of(model, TERN_MERGE_ENTITIES) & allowed) want |= TERN_ENTITIES;
    if (places_of(model, TERN_MERGE_NOUN_CHUNKS) & allowed) want |= TERN_POS;
    return want;
}

/* Couplings: entities and parses do not cross sentence starts, and Spanish lemmas depend on them; the ruler's patterns
 * test tags, dependencies and lemmas, and may change each of the annotations of a token. */
static place_set needed_components(const tern_model *model, unsigned want, place_set allowed)
{
    if (places_of(model, TERN_RETOKENIZERS) & allowed) want |= wanted_for_tokens(model, allowed);
    if (want & TERN_NOUN_CHUNKS) want |= TERN_DEPENDENCIES | TERN_POS;
    const unsigned of_tokens = TERN_DEPENDENCIES | TERN_TAGS | TERN_POS | TERN_MORPHS | TERN_LEMMAS;
    if (want & (of_tokens | TERN_ENTITIES | TERN_SPANS)) want |= tested_annotations(model->pattern_attrs);
    if (want) want |= tested_annotations(model->encoder_reads);
    const int lemmas = want & TERN_LEMMAS || (want & of_tokens && some_ruler_tests_lemmas(model));
    unsigned needed = TERN_RETOKENIZERS | TERN_DOC_CLEANER;
    if (want & TERN_ENTITIES) needed |= TERN_NER | TERN_ENTITY_RULER;
    if (want & (TERN_ENTITIES | TERN_SENTENCES)) needed |= TERN_PARSER | TERN_SENTER | TERN_SENTENCIZER | TERN_TOK2VEC;
    if (want & of_tokens)
        needed |= TERN_TAGGER | TERN_MORPHOLOGIZER | TERN_PARSER | TERN_ATTRIBUTE_RULER | TERN_TOK2VEC;
    if (lemmas) needed |= TERN_LEMMATIZER | TERN_TRAINABLE_LEMMATIZER;
    if (want & TERN_CATS) needed |= TERN_TEXTCATS | TERN_TOK2VEC;
    if (want & TERN_SPANS) needed |= TERN_SPAN_MAKERS | TERN_SPAN_RULER | TERN_TOK2VEC;
    if (want & TERN_ENTITIES) needed |= TERN_SPAN_RULER;
    if (want & TERN_TENSOR) needed |= TERN_TOK2VEC;
    if (lemmas && some_lemmatizer_is_spanish(model)) needed |= TERN_SENTER | TERN_SENTENCIZER;
    if (needed & TERN_PARSER && model->of_factory[COMPONENT_PARSER] & allowed) needed |= TERN_SENTER | TERN_SENTENCIZER;
    return places_of(model, needed) & allowed;
}

static place_set components_to_run(const tern_model *model, const tern_options *options)
{
    place_set allowed = options->places       ? options->places
                        : options->components ? places_of(model, options->components)
                                              : model->default_places;
    return needed_components(model, options->want, allowed);
}

/* ---- encoders and those who read them ---------------------------------------------------------------------------- */

/* What an encoder makes of a document is needed nowhere else and is not kept. */

#define NO_PLACE UINT32_MAX
#define KEPT_ROWS (UINT32_MAX - 1) /* stands for the encoder whose rows doc->tensor holds */

/* The place of the encoder that a component reads; NO_PLACE: of none. A listener reads what the last tok2vec that ran
 * before it has left in Doc.tensor, whomever its model names as upstream (spacy/pipeline/tok2vec.py forward). */
static uint32_t encoder_of(const tern_model *model, uint32_t place, place_set run)
{
    if (!model->component[place].listens) return place;
    place_set before = run & model->of_factory[COMPONENT_TOK2VEC] & (AT_PLACE(place) - 1);
    return before ? 63 - (uint32_t)__builtin_clzll(before) : NO_PLACE;
}

/* The listeners of the encoder at that place. */
static place_set listeners_of(const tern_model *model, uint32_t encoder, place_set run)
{
    place_set found = 0;
    for (place_set left = run & ~(AT_PLACE(encoder) * 2 - 1); left; left &= left - 1) {
        uint32_t place = first_place(left);
        if (factory_at(model, place) == COMPONENT_TOK2VEC) break;
        if (model->component[place].listens) found |= AT_PLACE(place);
    }
    return found;
}

/* The components behind an encoder that change the tokens. */
static place_set retokenizers_behind(const tern_model *model, uint32_t encoder, place_set run)
{
    return run & places_of(model, TERN_RETOKENIZERS) & ~(AT_PLACE(encoder) * 2 - 1);
}

static place_set retokenizers_between(const tern_model *model, uint32_t encoder, uint32_t place, place_set run)
{
    return retokenizers_behind(model, encoder, run) & (AT_PLACE(place) - 1);
}

/* Those of its listeners that read the encoder's rows when the tokens are others. */
static place_set late_listeners(const tern_model *model, uint32_t encoder, place_set run)
{
    const place_set changes = retokenizers_behind(model, encoder, run);
    return changes ? listeners_of(model, encoder, run) & ~(AT_PLACE(first_place(changes)) - 1) : 0;
}

typedef struct encoder_reader {
    tern_ctx *ctx;
    uint32_t encoder;     /* its place; NO_PLACE: zeros instead, */
    uint32_t width;       /* of this width */
    place_set components; /* those that read its rows block by block */
    size_t fed;           /* tokens before this one have been read */
} encoder_reader;

/* Room for the document, where a component keeps something of every row until its turn comes. 0 or -1. */
static int reserve_reader(tern_ctx *ctx, uint32_t place)
{
    const component_run run = ctx_component(ctx, place);
    return run.self->reserve ? run.self->reserve(&run) : 0;
}

/* 0, or -1 when out of memory. */
static int feed_reader(tern_ctx *ctx, uint32_t place, const float *rows, size_t begin, size_t count)
{
    const component_run run = ctx_component(ctx, place);
    return run.self->feed(&run, rows, begin, count);
}

/* The component's turn. source: of the rows of a long document; else NULL. */
static tern_status finish_component(tern_ctx *ctx, uint32_t place, const vector_source *source, tern_error *err)
{
    const component_run run = ctx_component(ctx, place);
    return run.self->finish ? run.self->finish(&run, source, err) : TERN_OK;
}

/* 0, or -1 when out of memory. */
static int feed_readers(const encoder_reader *r, const float *rows, size_t begin, size_t count)
{
    for (place_set left = r->components; left; left &= left - 1)
        if (feed_reader(r->ctx, first_place(left), rows, begin, count)) return -1;
    return 0;
}

/* What a listener reads that no encoder ran for. */
static const float *zero_rows(tern_ctx *ctx, size_t count, uint32_t width)
{
    buffer *zeros = &ctx->zeros;
    if (interrupted(ctx->doc.interruption) || buffer_reserve(zeros, count, width * sizeof(float))) return NULL;
    return memset(zeros->data, 0, count * width * sizeof(float));
}

static const float *encoder_rows(const encoder_reader *r, size_t begin, size_t end)
{
    const float *rows = NULL;
    if (r->encoder == NO_PLACE) return zero_rows(r->ctx, end - begin, r->width);
    if (r->encoder == KEPT_ROWS) return r->ctx->doc.tensor + begin * r->width;
    const tok2vec_weights *w = &r->ctx->model->component[r->encoder].encoder;
    tok2vec_scratch *s = &r->ctx->component[r->encoder].encoder;
    if (embedding_show(w, &r->ctx->doc, r->ctx->first_token, &r->ctx->lexeme, &s->embedding)) return NULL;
    return tok2vec_rows(w, &r->ctx->doc, begin, end, s, &rows) ? NULL : rows;
}

/* Rows of the tokens [begin, end) of the reader's encoder. The others get those that are new to them. A
 * vector_source. */
static const float *rows_for(void *user, size_t begin, size_t end)
{
    encoder_reader *r = user;
    const float *rows = encoder_rows(r, begin, end);
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

static int reserve_readers(tern_ctx *ctx, place_set components)
{
    for (place_set left = components; left; left &= left - 1)
        if (reserve_reader(ctx, first_place(left))) return -1;
    return 0;
}

/* Hands the rows of an encoder block by block to the reader's components. */
static tern_status read_encoder(encoder_reader *r, tern_error *err)
{
    return reserve_readers(r->ctx, r->components) || feed_rest(r) ? doc_gave_up(&r->ctx->doc, err) : TERN_OK;
}

/* A model of several encoders may be asked to run without the one that a component was trained with. */
static tern_status check_widths(const tern_model *model, place_set run, tern_error *err)
{
    for (place_set left = run; left; left &= left - 1) {
        uint32_t place = first_place(left), encoder = encoder_of(model, place, run);
        const component_model *c = &model->component[place];
        if (c->width && encoder != NO_PLACE && model->component[encoder].width != c->width)
            return fail(err, TERN_E_UNSUPPORTED, 0,
                        "the component %.60s cannot read the rows of %.60s, which have another width: run it with the "
                        "tok2vec that it was trained with",
                        c->name, model->component[encoder].name);
    }
    return TERN_OK;
}

static int sets_spans(const component_model *c)
{
    return (TERN_SPAN_MAKERS >> c->factory & 1)
           || (c->factory == COMPONENT_SPAN_RULER && c->span_ruler.spans_key != NO_STRING);
}

/* What spaCy itself does not do right is refused: groups of spans keep numbers of tokens that are others, and the rows
 * of an encoder are more than the tokens once some are split. */
static tern_status check_retokenizers(const tern_model *model, place_set run, tern_error *err)
{
    const place_set changes = run & places_of(model, TERN_RETOKENIZERS);
    const place_set splits = changes & places_of(model, TERN_TOKEN_SPLITTER);
    for (place_set left = changes ? run : 0; left; left &= left - 1) {
        uint32_t place = first_place(left), encoder = encoder_of(model, place, run);
        const component_model *c = &model->component[place];
        if (sets_spans(c) && changes & ~(AT_PLACE(place) * 2 - 1))
            return fail(err, TERN_E_UNSUPPORTED, 0,
                        "the component %.60s sets spans of tokens that a later component joins or splits: leave one of "
                        "them out",
                        c->name);
        if (c->listens && encoder != NO_PLACE && retokenizers_between(model, encoder, place, run) & splits)
            return fail(
                err, TERN_E_UNSUPPORTED, 0,
                "the component %.60s listens to an encoder that ran before tokens were split: leave one of them out",
                c->name);
    }
    return TERN_OK;
}

/* ---- long documents ---------------------------------------------------------------------------------------------- */

/* What parser and ner would keep of every row is more than all else, so they take the rows as they come to them. */

#define TAKERS (TERN_PARSER | TERN_NER)

/* Neither sets what the takers look at, nor looks at what they set. */
#define INDEPENDENT                                                                                                    \
    (TERN_TOK2VEC | TERN_TAGGER | TERN_MORPHOLOGIZER | TERN_TRAINABLE_LEMMATIZER | TERN_TEXTCATS | TERN_SPAN_MAKERS)

static int is_long(const tern_ctx *ctx) { return ctx->doc.token_count > TRANSITION_KEPT; }

/* Runs parser or ner on the reader's rows, which the reader's components get, too. */
static tern_status run_taker(encoder_reader *r, uint32_t taker, tern_error *err)
{
    tern_ctx *ctx = r->ctx;
    const vector_source source = {rows_for, r};
    if (reserve_reader(ctx, taker) || reserve_readers(ctx, r->components)) return doc_gave_up(&ctx->doc, err);
    tern_status status = finish_component(ctx, taker, &source, err);
    if (!status && r->components && feed_rest(r)) status = doc_gave_up(&ctx->doc, err);
    return status;
}

/* Components whose encoder embeds what others set: their turn matters, too. */
static place_set readers_of_annotations(const tern_model *model)
{
    place_set found = 0;
    for (uint32_t place = 0; place < model->pipeline_length; place++)
        if (model->component[place].encoder.reads) found |= AT_PLACE(place);
    return found;
}

/* The first component behind the encoder whose turn matters to others, if it takes rows of it: it may as well run ahead
 * of its turn, in the same pass as all that listen. Otherwise NO_PLACE. */
static uint32_t taker_ahead(const tern_model *model, uint32_t encoder, place_set listeners, place_set run)
{
    const place_set reading = model->encoder_reads ? readers_of_annotations(model) : 0;
    place_set dependent = run & (~places_of(model, INDEPENDENT) | reading) & ~(AT_PLACE(encoder) * 2 - 1);
    if (!dependent) return NO_PLACE;
    uint32_t first = first_place(dependent);
    return listeners & places_of(model, TAKERS) & AT_PLACE(first) ? first : NO_PLACE;
}

/* ---- whose turn it is -------------------------------------------------------------------------------------------- */

/* The turn of an encoder: what components before it have set is as it embeds it. A sentence's are those of the text. */
static tern_status begin_encoder(tern_ctx *ctx, uint32_t place, tern_error *err)
{
    const tok2vec_weights *w = &ctx->model->component[place].encoder;
    if (ctx->in_sentence) return TERN_OK;
    return embedding_read(w, &ctx->doc, &ctx->lexeme, &ctx->component[place].encoder.embedding)
               ? doc_gave_up(&ctx->doc, err)
               : TERN_OK;
}

/* The turn of a tok2vec: once for all that listen to it, ahead of their turns. *left: what has run with that is no
 * longer there. */
static tern_status read_shared_encoder(tern_ctx *ctx, uint32_t place, place_set run, place_set *left, tern_error *err)
{
    const place_set listeners = listeners_of(ctx->model, place, run) & ~late_listeners(ctx->model, place, run);
    encoder_reader r = {.ctx = ctx, .encoder = place, .components = listeners | (ctx->kept & AT_PLACE(place))};
    if (!r.components) return TERN_OK;
    tern_status status = begin_encoder(ctx, place, err);
    if (status) return status;
    if (!is_long(ctx)) return read_encoder(&r, err);
    uint32_t taker = taker_ahead(ctx->model, place, listeners, run);
    r.components &= ~places_of(ctx->model, TAKERS);
    if (taker == NO_PLACE) return r.components ? read_encoder(&r, err) : TERN_OK;
    *left &= ~AT_PLACE(taker);
    status = run_taker(&r, taker, err);
    ctx_end_of_component(ctx, taker);
    return status;
}

static tern_status take_turn(tern_ctx *ctx, uint32_t place, place_set run, tern_error *err)
{
    const tern_model *model = ctx->model;
    const component_model *c = &model->component[place];
    encoder_reader r = {.ctx = ctx, .encoder = encoder_of(model, place, run), .width = c->width};
    if (c->listens && r.encoder != NO_PLACE && retokenizers_between(model, r.encoder, place, run))
        r.encoder = KEPT_ROWS;
    tern_status status = c->encoder.width ? begin_encoder(ctx, place, err) : TERN_OK;
    if (status) return status;
    if (is_long(ctx) && TAKERS >> c->factory & 1) return run_taker(&r, place, err);
    r.components = AT_PLACE(place);
    if (c->width && (r.encoder == place || r.encoder >= KEPT_ROWS)) status = read_encoder(&r, err);
    return status ? status : finish_component(ctx, place, NULL, err);
}

/* The tokens' features are there. */
static tern_status run_in_order(tern_ctx *ctx, place_set run, tern_error *err)
{
    tern_status status = TERN_OK;
    for (place_set left = run; left && !status; left &= left - 1) {
        uint32_t place = first_place(left);
        if (interrupted(ctx->doc.interruption)) return fail_interrupted(err);
        if (factory_at(ctx->model, place) == COMPONENT_TOK2VEC)
            status = read_shared_encoder(ctx, place, run, &left, err);
        else status = take_turn(ctx, place, run, err);
        ctx_end_of_component(ctx, place);
    }
    return status;
}

static int some_ruler_tests_lower(const tern_model *model, place_set run)
{
    for (place_set left = run & model->of_factory[COMPONENT_ATTRIBUTE_RULER]; left; left &= left - 1)
        if (model->component[first_place(left)].ruler.tests_lower) return 1;
    return 0;
}

static tern_status annotate(tern_ctx *ctx, place_set run, tern_error *err)
{
    int with_lower = some_ruler_tests_lower(ctx->model, run) || ctx->model->encoder_attrs >> ATTR_LOWER & 1
                     || ctx->model->pattern_attrs >> PATTERN_LOWER & 1;
    tern_status status = check_widths(ctx->model, run, err);
    if (!status) status = check_retokenizers(ctx->model, run, err);
    if (status) return status;
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
static tern_status classify_tokens(tern_ctx *ctx, place_set classifiers, size_t begin, size_t end, tern_error *err)
{
    tern_doc *doc = &ctx->doc;
    const tern_doc whole = *doc;
    ctx->first_token = begin;
    ctx->in_sentence = 1;
    for (size_t a = 0; a < ATTR_COUNT; a++)
        if (doc->attr[a]) doc->attr[a] += begin;
    doc->space += begin;
    doc->is_space += begin;
    if (doc->vector) doc->vector += begin;
    doc->span += begin; /* of the words that floret vectors cut up */
    doc->token_count = end - begin;
    doc->cat_count = 0;
    tern_status status = run_in_order(ctx, classifiers, err);
    ctx->first_token = 0;
    ctx->in_sentence = 0;
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
static tern_status classify_sentences(tern_ctx *ctx, place_set run, tern_error *err)
{
    tern_doc *doc = &ctx->doc;
    size_t sentences = doc->sentence_count, cats = doc->cat_count;
    const place_set classifiers = run & places_of(ctx->model, TERN_TEXTCATS | TERN_TOK2VEC);
    tern_status status = TERN_OK;
    if (!sentences || !cats) return TERN_OK;
    if (doc_reserve_sentence_cats(doc, sentences + 1)) return doc_gave_up(&ctx->doc, err);
    float *text_scores = doc->sentence_cat + sentences * cats; /* kept behind those of the sentences meanwhile */
    read_cats(doc, text_scores);
    for (size_t i = 0; i < sentences && !status; i++) {
        size_t end = i + 1 < sentences ? doc->sentence_start[i + 1] : doc->token_count;
        if (sentences > 1) status = classify_tokens(ctx, classifiers, doc->sentence_start[i], end, err);
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

static uint32_t last_place(place_set places) { return 63 - (uint32_t)__builtin_clzll(places); }

/* Are the rows of an encoder wanted that no doc_cleaner behind it takes away? */
static int gives_tensor(const tern_model *model, unsigned want, place_set run)
{
    const place_set encoders = run & model->of_factory[COMPONENT_TOK2VEC];
    if (!encoders || !(want & TERN_TENSOR)) return 0;
    place_set behind = run & model->of_factory[COMPONENT_DOC_CLEANER] & ~(AT_PLACE(last_place(encoders)) - 1);
    for (; behind; behind &= behind - 1)
        if (model->component[first_place(behind)].empties_tensor) return 0;
    return 1;
}

/* Encoders whose rows are to be in doc->tensor: the last one of the run, where spaCy leaves them in Doc.tensor, and
 * those that somebody reads once the tokens are others. */
static void choose_tensor(tern_ctx *ctx, int gives, place_set run)
{
    const place_set encoders = run & ctx->model->of_factory[COMPONENT_TOK2VEC];
    ctx->kept = 0;
    for (place_set left = encoders; left; left &= left - 1)
        if (late_listeners(ctx->model, first_place(left), run)) ctx->kept |= AT_PLACE(first_place(left));
    if (!gives) return;
    const uint32_t last = last_place(encoders);
    ctx->kept |= AT_PLACE(last);
    ctx->doc.tensor_width = ctx->model->component[last].width;
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

static tern_status find_noun_chunks(tern_ctx *ctx, tern_error *err)
{
    int found;
    if (noun_chunks_find(&ctx->doc, &ctx->noun_chunks, &found)) return doc_gave_up(&ctx->doc, err);
    if (found) ctx->doc.annotations |= TERN_NOUN_CHUNKS;
    return TERN_OK;
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
    place_set run = components_to_run(ctx->model, options);
    const int gives = gives_tensor(ctx->model, options->want, run);
    choose_tensor(ctx, gives, run);
    /* classifiers say 0 of each label, groups of spans are empty; nothing else says anything */
    if (!doc->token_count) run &= places_of(ctx->model, TERN_TEXTCATS | TERN_SPAN_MAKERS | TERN_SPAN_RULER);
    if (run) status = annotate(ctx, run, err);
    if (!status && doc_finish(doc)) status = doc_gave_up(&ctx->doc, err);
    if (!status && options->want & TERN_NOUN_CHUNKS) status = find_noun_chunks(ctx, err);
    ctx->kept = 0; /* the rows of the whole document */
    if (!gives) doc_forget_tensor(doc);
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
