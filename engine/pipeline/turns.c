#include "turns.h"

#include "ahead.h"
#include "error.h"
#include "readers.h"

#include <string.h>

/* ---- readers of an encoder --------------------------------------------------------------------------------------- */

#define KEPT_ROWS (UINT32_MAX - 1) /* stands for the encoder whose rows doc->tensor holds */

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
    if ((rows = ahead_rows(r->ctx, r->encoder, begin))) return rows;
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
    place_set dependent = run & (~places_of(model, INDEPENDENT) | reading) & places_behind(encoder);
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

tern_status run_in_order(tern_ctx *ctx, place_set run, tern_error *err)
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
