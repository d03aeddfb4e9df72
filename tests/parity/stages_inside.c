#include "stages_inside.h"

#include <stdlib.h>
#include <string.h>

#include "../unit/encode.h"
#include "json_out.h"
#include "greedy_matches.h"
#include "matcher.h"
#include "ner.h"
#include "parser.h"
#include "tagger.h"

typedef struct trace_log {
    bytes scores, valid, chosen;
    uint32_t classes;
} trace_log;

static void hex_floats(bytes *out, const float *values, size_t count)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *raw = (const unsigned char *)values;
    char pair[2 * sizeof(float)];

    for (size_t i = 0; i < count * sizeof(float); i += sizeof(float)) {
        for (size_t k = 0; k < sizeof(float); k++) {
            pair[2 * k] = digits[raw[i + k] >> 4];
            pair[2 * k + 1] = digits[raw[i + k] & 15];
        }
        bytes_append(out, pair, sizeof(pair));
    }
}

/* ---- features ---------------------------------------------------------------------------------------------------- */

void inside_features(bytes *out, tern_ctx *ctx)
{
    const tern_doc *doc = &ctx->doc;

    if (lexeme_features(&ctx->doc, &ctx->text, 1, &ctx->lexeme)) out->failed = 1;
    bytes_text(out, ",\"attrs\":[");
    for (int attr = 0; attr < ATTR_COUNT; attr++) {
        bytes_text(out, attr ? ",[" : "[");
        for (size_t i = 0; i < doc->token_count; i++)
            bytes_format(out, "%s%llu", i ? "," : "", (unsigned long long)doc_attr(doc, (uint32_t)attr, i));
        bytes_text(out, "]");
    }
    bytes_text(out, "]");
}

/* ---- encoders ---------------------------------------------------------------------------------------------------- */

static tok2vec_scratch *first_encoder(tern_ctx *ctx)
{
    return &ctx->component[place_of(ctx->model, COMPONENT_TOK2VEC)].encoder;
}

static void *scratch_of(tern_ctx *ctx, uint32_t factory) { return ctx->component[place_of(ctx->model, factory)].own; }

static void write_embedding(bytes *out, tern_ctx *ctx, const tok2vec_weights *encoder)
{
    size_t tokens = ctx->doc.token_count, values = tokens * tok2vec_inputs(encoder);
    float *sums = malloc((values ? values : 1) * sizeof(float));

    if (sums && !embedding_inputs(encoder, &ctx->doc, 0, tokens, &first_encoder(ctx)->embedding, sums)) {
        hex_floats(out, sums, values);
    } else {
        out->failed = 1;
    }
    free(sums);
}

typedef struct hex_rows {
    bytes *out;
    uint32_t width;
} hex_rows;

static void append_rows(void *user, const float *rows, size_t begin, size_t count)
{
    const hex_rows *to = user;

    (void)begin;
    hex_floats(to->out, rows, count * to->width);
}

static void write_encoder(bytes *out, tern_ctx *ctx, const char *name, const tok2vec_weights *encoder)
{
    tok2vec_weights cut = *encoder;
    hex_rows to = {out, encoder->width};

    bytes_format(out, "\"%s\":{\"embed\":\"", name);
    write_embedding(out, ctx, encoder);
    bytes_text(out, "\",\"layers\":[");
    for (cut.depth = 0; cut.depth <= encoder->depth; cut.depth++) {
        bytes_text(out, cut.depth ? ",\"" : "\"");
        if (encode_blocks(&cut, &ctx->doc, first_encoder(ctx), append_rows, &to)) out->failed = 1;
        bytes_text(out, "\"");
    }
    bytes_text(out, "]}");
}

void inside_layers(bytes *out, tern_ctx *ctx)
{
    bytes_text(out, ",\"layers\":{");
    write_encoder(out, ctx, "tok2vec", &component_of(ctx->model, COMPONENT_TOK2VEC)->encoder);
    bytes_text(out, ",");
    write_encoder(out, ctx, "senter", &component_of(ctx->model, COMPONENT_SENTER)->encoder);
    bytes_text(out, ",");
    write_encoder(out, ctx, "ner", &component_of(ctx->model, COMPONENT_NER)->encoder);
    bytes_text(out, "}");
}

/* ---- linear layers ----------------------------------------------------------------------------------------------- */

static void append_scores(bytes *out, const packed_layer *w, const float *scores, size_t count)
{
    for (size_t row = 0; row < count; row++) hex_floats(out, scores + row * layer_sums(w), w->nO);
}

typedef struct score_log {
    tern_ctx *ctx;
    bytes *out;
} score_log;

static void append_tag_scores(void *user, const float *rows, size_t begin, size_t count)
{
    score_log *log = user;
    tern_ctx *ctx = log->ctx;

    const tagger_model *tagger = &component_of(ctx->model, COMPONENT_TAGGER)->tagger;
    tagger_scratch *scratch = scratch_of(ctx, COMPONENT_TAGGER);

    if (tagger_choose(tagger, rows, begin, count, scratch)) log->out->failed = 1;
    else append_scores(log->out, &tagger->output, scratch->scores.data, count);
}

static void append_senter_scores(void *user, const float *rows, size_t begin, size_t count)
{
    score_log *log = user;
    tern_ctx *ctx = log->ctx;

    const senter_model *senter = &component_of(ctx->model, COMPONENT_SENTER)->senter;
    senter_scratch *scratch = scratch_of(ctx, COMPONENT_SENTER);

    if (senter_choose(senter, rows, begin, count, scratch)) log->out->failed = 1;
    else append_scores(log->out, &senter->output, scratch->scores.data, count);
}

static tern_status encode(tern_ctx *ctx, uint32_t component, row_consumer consumer, void *user)
{
    const uint32_t encoder = encoder_place(ctx->model, component);

    return encode_blocks(&ctx->model->component[encoder].encoder, &ctx->doc, &ctx->component[encoder].encoder, consumer,
                         user);
}

void inside_scores(bytes *out, tern_ctx *ctx)
{
    score_log log = {ctx, out};

    bytes_text(out, ",\"scores\":{\"tagger\":\"");
    if (tagger_reserve(&ctx->doc, scratch_of(ctx, COMPONENT_TAGGER))
        || encode(ctx, COMPONENT_TAGGER, append_tag_scores, &log))
        out->failed = 1;
    else
        tagger_annotate(&component_of(ctx->model, COMPONENT_TAGGER)->tagger, &ctx->doc,
                        scratch_of(ctx, COMPONENT_TAGGER));
    bytes_text(out, "\",\"senter\":\"");
    if (senter_reserve(&ctx->doc, scratch_of(ctx, COMPONENT_SENTER))
        || encode(ctx, COMPONENT_SENTER, append_senter_scores, &log))
        out->failed = 1;
    else
        senter_annotate(&component_of(ctx->model, COMPONENT_SENTER)->senter, &ctx->doc,
                        scratch_of(ctx, COMPONENT_SENTER));
    bytes_text(out, "\"}");
}

/* ---- decisions --------------------------------------------------------------------------------------------------- */

static void log_decision(void *user, const float *scores, const unsigned char *valid, uint32_t chosen)
{
    trace_log *log = user;

    hex_floats(&log->scores, scores, log->classes);
    for (uint32_t c = 0; c < log->classes; c++) bytes_text(&log->valid, valid[c] ? "1" : "0");
    bytes_format(&log->chosen, "%s%lu", log->chosen.len ? "," : "", (unsigned long)chosen);
}

static void write_trace(bytes *out, const char *name, trace_log *log)
{
    bytes_format(out, "\"%s\":{\"scores\":\"", name);
    bytes_append(out, log->scores.data, log->scores.len);
    bytes_text(out, "\",\"valid\":\"");
    bytes_append(out, log->valid.data, log->valid.len);
    bytes_text(out, "\",\"chosen\":[");
    bytes_append(out, log->chosen.data, log->chosen.len);
    bytes_text(out, "]}");
    out->failed |= log->scores.failed | log->valid.failed | log->chosen.failed;
    bytes_free(&log->scores);
    bytes_free(&log->valid);
    bytes_free(&log->chosen);
}

static void project_entities(void *user, const float *rows, size_t begin, size_t count)
{
    tern_ctx *ctx = user;

    ner_project(&component_of(ctx->model, COMPONENT_NER)->ner, rows, begin, count, scratch_of(ctx, COMPONENT_NER));
}

static void project_arcs(void *user, const float *rows, size_t begin, size_t count)
{
    tern_ctx *ctx = user;

    parser_project(&component_of(ctx->model, COMPONENT_PARSER)->parser, rows, begin, count,
                   scratch_of(ctx, COMPONENT_PARSER));
}

void inside_traces(bytes *out, tern_ctx *ctx)
{
    const ner_model *entities = &component_of(ctx->model, COMPONENT_NER)->ner;
    const parser_model *arcs = &component_of(ctx->model, COMPONENT_PARSER)->parser;
    trace_log ner = {.classes = entities->net.classes}, parser = {.classes = arcs->net.classes};

    if (ctx->doc.token_count
        && (ner_reserve(entities, &ctx->doc, scratch_of(ctx, COMPONENT_NER))
            || encode(ctx, COMPONENT_NER, project_entities, ctx)
            || ner_annotate(entities, &ctx->doc, scratch_of(ctx, COMPONENT_NER), NULL, log_decision, &ner, NULL)
            || parser_reserve(arcs, &ctx->doc, scratch_of(ctx, COMPONENT_PARSER))
            || encode(ctx, COMPONENT_PARSER, project_arcs, ctx)
            || parser_annotate(arcs, &ctx->doc, scratch_of(ctx, COMPONENT_PARSER), NULL, log_decision, &parser, NULL)))
        out->failed = 1;
    bytes_text(out, ",\"trace\":{");
    write_trace(out, "ner", &ner);
    bytes_text(out, ",");
    write_trace(out, "parser", &parser);
    bytes_text(out, "}");
}

/* ---- matches ----------------------------------------------------------------------------------------------------- */

typedef struct match_log {
    buffer memory; /* key_match */
    size_t count;
} match_log;

static int note_match(void *user, uint32_t key, uint32_t start, uint32_t end)
{
    match_log *log = user;

    if (buffer_reserve(&log->memory, log->count + 1, sizeof(key_match))) return -1;
    ((key_match *)log->memory.data)[log->count++] = (key_match){key, start, end, 0};
    return 0;
}

/* Rule by rule: all, FIRST, LONGEST, all, ... */
static int keep_greedy(match_log *log, uint32_t keys, size_t tokens)
{
    greedy_scratch scratch = {0};
    unsigned char *greedy = malloc((size_t)keys + 1);
    int status = -1;

    for (uint32_t key = 0; greedy && key < keys; key++) greedy[key] = (unsigned char)(key % 3);
    if (greedy) status = greedy_matches(log->memory.data, &log->count, greedy, keys, tokens, &scratch);
    greedy_scratch_free(&scratch);
    free(greedy);
    return status;
}

void inside_matches(bytes *out, tern_ctx *ctx, int is_greedy)
{
    const ruler_tables *ruler = &component_of(ctx->model, COMPONENT_ATTRIBUTE_RULER)->ruler;
    matcher_scratch scratch = {0};
    match_log log = {0};

    bytes_text(out, ",\"matches\":[");
    if (find_matches(&ruler->patterns, &ctx->doc, &scratch, &ctx->lexeme, note_match, &log)
        || (is_greedy && keep_greedy(&log, ruler->rule_count, ctx->doc.token_count)))
        out->failed = 1;
    for (size_t i = 0; i < log.count; i++) {
        const key_match *match = (const key_match *)log.memory.data + i;
        bytes_format(out, "%s[%u,%u,%u]", i ? "," : "", match->key, match->start, match->end);
    }
    bytes_text(out, "]");
    buffer_free(&log.memory);
    matcher_scratch_free(&scratch);
}
