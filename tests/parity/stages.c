/* stages.c - shows every stage of the engine, for the parity tests: JSON Lines in, JSON Lines out.
 *
 *     stages MODEL [--layers] [--trace] [--fresh] < texts.jsonl
 *
 * In:   {"text": "...", "sent_starts": "+0-..."}               sent_starts is optional; one per token: 1, unknown, -1
 * Out:  {"start": [...], "end": [...],                         characters of each token
 *        "space": [...], "sent_start": [...], "norm": ["..."],
 *        "attrs": [[...], ...],                                ATTR_* columns: ids that the embeddings hash
 *        "entities": [[token_start, token_end, "label"], ...]}
 *       or {"error": "..."}
 * --layers adds "embed": hash embedding sums [tokens][features * width], and "layers": one [tokens][width] for the mixed
 *          embedding and one for each convolution. Layer d is what the same weights with depth d give.
 * --trace  adds "trace": {"scores": [steps][classes], "valid": "0101..." [steps][classes], "chosen": [steps]}.
 * --fresh  takes a new context for every line; otherwise one context runs them all.
 * Arrays of floats are written as hexadecimal digits of their little-endian bytes, so that they can be compared bitwise.
 * Here, and only here, a test looks behind tern.h: into ctx.h and the stages. */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctx.h"
#include "json_in.h"
#include "json_out.h"
#include "strings.h"

typedef struct options {
    int layers, trace, fresh;
} options;

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

static void write_tokens(bytes *out, const tern_doc *doc)
{
    static const char *const names[] = {"start", "end", "space", "sent_start"};

    for (int column = 0; column < 4; column++) {
        bytes_format(out, "%s\"%s\":[", column ? "," : "", names[column]);
        for (size_t i = 0; i < doc->token_count; i++) {
            long values[] = {(long)doc->span[i].char_start, (long)doc->span[i].char_end, doc->space[i], doc->sent_start[i]};
            bytes_format(out, "%s%ld", i ? "," : "", values[column]);
        }
        bytes_text(out, "]");
    }
}

static void write_features(bytes *out, tern_ctx *ctx)
{
    const tern_doc *doc = &ctx->doc;

    bytes_text(out, ",\"norm\":[");
    for (size_t i = 0; i < doc->token_count; i++) {
        size_t len = 0;
        const char *norm = lexeme_norm(doc, &ctx->text, i, &ctx->lexeme, &len);
        if (i) bytes_text(out, ",");
        if (norm) json_out_string(out, norm, len);
        else out->failed = 1;
    }
    bytes_text(out, "],\"attrs\":[");
    for (int attr = 0; attr < ATTR_COUNT; attr++) {
        bytes_text(out, attr ? ",[" : "[");
        for (size_t i = 0; i < doc->token_count; i++)
            bytes_format(out, "%s%llu", i ? "," : "", (unsigned long long)doc->attr[attr][i]);
        bytes_text(out, "]");
    }
    bytes_text(out, "]");
}

static void write_entities(bytes *out, const tern_doc *doc)
{
    bytes_text(out, ",\"entities\":[");
    for (size_t i = 0; i < tern_doc_entity_count(doc); i++) {
        tern_entity entity;
        if (tern_doc_entity(doc, i, &entity)) out->failed = 1;
        else bytes_format(out, "%s[%zu,%zu,\"%s\"]", i ? "," : "", entity.token_start, entity.token_end, entity.label);
    }
    bytes_text(out, "]");
}

/* Layer `depth` of the tower. */
static void write_layer(bytes *out, tern_ctx *ctx, uint32_t depth)
{
    tok2vec_weights w = ctx->model->ner.tok2vec;
    const float *rows;

    w.depth = depth;
    for (size_t begin = 0; begin < ctx->doc.token_count; begin += TOK2VEC_BLOCK) {
        size_t end = begin + TOK2VEC_BLOCK < ctx->doc.token_count ? begin + TOK2VEC_BLOCK : ctx->doc.token_count;
        if (tok2vec_rows(&w, &ctx->doc, begin, end, &ctx->ner.tok2vec, &rows)) {
            out->failed = 1;
            return;
        }
        hex_floats(out, rows, (end - begin) * w.width);
    }
}

static void write_layers(bytes *out, tern_ctx *ctx)
{
    const tok2vec_weights *w = &ctx->model->ner.tok2vec;
    size_t values = ctx->doc.token_count * w->features * w->width;
    float *sums = malloc((values ? values : 1) * sizeof(float));

    bytes_text(out, ",\"embed\":\"");
    if (sums) {
        tok2vec_embed(w, &ctx->doc, 0, ctx->doc.token_count, sums);
        hex_floats(out, sums, values);
    } else {
        out->failed = 1;
    }
    free(sums);
    bytes_text(out, "\",\"layers\":[");
    for (uint32_t depth = 0; depth <= w->depth; depth++) {
        bytes_text(out, depth ? ",\"" : "\"");
        write_layer(out, ctx, depth);
        bytes_text(out, "\"");
    }
    bytes_text(out, "]");
}

static void log_decision(void *user, const float *scores, const unsigned char *valid, uint32_t chosen)
{
    trace_log *log = user;

    hex_floats(&log->scores, scores, log->classes);
    for (uint32_t c = 0; c < log->classes; c++) bytes_text(&log->valid, valid[c] ? "1" : "0");
    bytes_format(&log->chosen, "%s%lu", log->chosen.len ? "," : "", (unsigned long)chosen);
}

static void write_trace(bytes *out, tern_ctx *ctx)
{
    trace_log log = {.classes = ctx->model->ner.net.classes};

    if (ner_annotate_traced(&ctx->doc, &ctx->ner, log_decision, &log, NULL)) out->failed = 1;
    bytes_text(out, ",\"trace\":{\"scores\":\"");
    bytes_append(out, log.scores.data, log.scores.len);
    bytes_text(out, "\",\"valid\":\"");
    bytes_append(out, log.valid.data, log.valid.len);
    bytes_text(out, "\",\"chosen\":[");
    bytes_append(out, log.chosen.data, log.chosen.len);
    bytes_text(out, "]}");
    out->failed |= log.scores.failed | log.valid.failed | log.chosen.failed;
    bytes_free(&log.scores);
    bytes_free(&log.valid);
    bytes_free(&log.chosen);
}

static void write_error(bytes *out, const char *message)
{
    bytes_clear(out);
    bytes_text(out, "{\"error\":");
    json_out_cstring(out, message);
    bytes_text(out, "}");
}

/* "+-0..." in place to the numbers that tern_options wants: 1, -1, 0. */
static const signed char *sent_starts(bytes *marks)
{
    signed char *starts = (signed char *)marks->data;

    for (size_t i = 0; i < marks->len; i++) starts[i] = (signed char)((starts[i] == '+') - (starts[i] == '-'));
    return starts;
}

static void annotate(tern_ctx *ctx, const json_node *line, const options *want, bytes *out)
{
    bytes text = {0}, marks = {0};
    tern_options run = {.want = TERN_ENTITIES};
    const tern_doc *doc;
    tern_error error = {0};
    const char *data = json_string(json_member(line, "text"), &text);

    if (json_string(json_member(line, "sent_starts"), &marks)) {
        run.sent_starts = sent_starts(&marks);
        run.sent_start_count = marks.len;
    }
    if (!data) {
        write_error(out, "no text in this line");
    } else if (tern_run(ctx, data, text.len, &run, &doc, &error)) {
        write_error(out, error.msg);
    } else {
        bytes_text(out, "{");
        write_tokens(out, doc);
        write_features(out, ctx);
        write_entities(out, doc);
        if (want->layers) write_layers(out, ctx);
        if (want->trace) write_trace(out, ctx);
        bytes_text(out, "}");
    }
    bytes_free(&marks);
    bytes_free(&text);
}

/* 0, or -1 if the program cannot go on. */
static int answer(const tern_model *model, tern_ctx **ctx, const char *line, size_t len, const options *want)
{
    json_error json_problem;
    json_doc *json = json_parse(line, len, &json_problem);
    bytes out = {0};

    if (want->fresh) {
        tern_ctx_free(*ctx);
        if (tern_ctx_new(model, ctx, NULL)) *ctx = NULL;
    }
    if (!json) write_error(&out, json_problem.msg);
    else if (*ctx) annotate(*ctx, json_root(json), want, &out);
    json_free(json);
    int ok = *ctx && !out.failed && fwrite(out.data, 1, out.len, stdout) == out.len && putchar('\n') != EOF;
    bytes_free(&out);
    return ok ? 0 : -1;
}

static int usage(void)
{
    fputs("usage: stages MODEL [--layers] [--trace] [--fresh] < texts.jsonl\n", stderr);
    return 2;
}

int main(int argc, char **argv)
{
    options want = {0};
    tern_model *model;
    tern_ctx *ctx;
    tern_error error;
    char *line = NULL;
    size_t capacity = 0;
    ssize_t len;
    int status = 0;

    for (int i = 2; i < argc; i++) {
        if (!strcmp(argv[i], "--layers")) want.layers = 1;
        else if (!strcmp(argv[i], "--trace")) want.trace = 1;
        else if (!strcmp(argv[i], "--fresh")) want.fresh = 1;
        else return usage();
    }
    if (argc < 2) return usage();
    if (tern_model_open(argv[1], &model, &error)) {
        fprintf(stderr, "%s\n", error.msg);
        return 1;
    }
    if (tern_ctx_new(model, &ctx, &error)) {
        fprintf(stderr, "%s\n", error.msg);
        tern_model_close(model);
        return 1;
    }
    while (status == 0 && (len = getline(&line, &capacity, stdin)) > 0)
        status = answer(model, &ctx, line, (size_t)len, &want);
    if (status) fputs("out of memory, or the output is closed\n", stderr);
    free(line);
    tern_ctx_free(ctx);
    tern_model_close(model);
    return status ? 1 : 0;
}
