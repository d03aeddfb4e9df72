/* stages.c - shows what the engine makes of texts, for the parity tests: JSON Lines in, JSON Lines out.
 *
 *     stages MODEL [--features] [--layers] [--scores] [--trace] [--matches] [--greedy] [--fresh] [--entity-scores]
 *         < texts.jsonl
 *
 * In:   {"text": "...",                                       or "tokens" and "spaces" as in a request
 *        "sent_starts": "+0-...",               optional: one per token: 1, unknown, -1
 *        "components": ["tagger", ...],                        optional: those that may run
 *        "want": ["entities", ...]}                            optional: names of TERN_ENTITIES, ...
 * Out:  {"start": [...], "end": [...],                         characters of each token
 *        "space": [...], "sent_start": [...], "head": [...],
 *        "tag": ["..."], "pos", "morph", "dep", "lemma",
 *        "entities": [[token_start, token_end, "label"], ...],
 *        "sents": [[token_start, token_end], ...],
 *        "cats": [["label", score], ...],
 *        "spans": [["key", [[token_start, token_end, "label", score], ...]], ...],
 *        "noun_chunks": [[token_start, token_end], ...],       where the document carries them
 *        "annotations": ["entities", ...]}                     what else it carries
 *       or {"error": "..."}
 * --features adds "norm": ["..."], where all is wanted, and "attrs": [[...], ...]: ATTR_* columns, ids that the
 * embeddings hash. --layers adds "layers": {"tok2vec": ..., "senter": ..., "ner": ...}, each with "embed": hash
 * embedding sums
 *          [tokens][features * width], and "layers": one [tokens][width] for the mixed embedding and one for each
 *          convolution. Layer d is what the same weights with depth d give.
 * --scores adds "scores": {"tagger": [tokens][classes], "senter": ...};
 *          the senter's rows are those of the last 512 tokens or fewer.
 * --trace  adds "trace": {"ner": ..., "parser": ...}, each {"scores": [steps][classes], "valid": "0101..."
 * [steps][classes],
 *          "chosen": [steps]} and made by this component alone.
 * --matches adds "matches": [[rule, token_start, token_end], ...]: of the attribute ruler's token patterns, in the
 *          document as it has become, before duplicates are removed.
 * --greedy adds the same without duplicates, and of each second and third of three rules what spaCy's Matcher keeps of
 * it under FIRST and LONGEST.
 * --entity-scores adds "entity_scores": [...], of the entities.
 * --fresh  takes a new context for every line; otherwise one context runs them all.
 * TERN_GEMM chooses the kernels, as in the programs.
 * Arrays of floats are written as hexadecimal digits of their little-endian bytes, so that they can be compared
 * bitwise. stages_inside.c, and only that, looks behind tern.h. */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "request_words.h"
#include "json_in.h"
#include "json_out.h"
#include "model_open.h"
#include "stages_inside.h"
#include "tern.h"

typedef struct options {
    int features, layers, scores, trace, matches, greedy, fresh, entity_scores;
} options;

static const struct {
    const char *name;
    unsigned bit;
} annotations[] = {{"entities", TERN_ENTITIES},
                   {"sentences", TERN_SENTENCES},
                   {"dependencies", TERN_DEPENDENCIES},
                   {"tags", TERN_TAGS},
                   {"pos", TERN_POS},
                   {"morphs", TERN_MORPHS},
                   {"lemmas", TERN_LEMMAS},
                   {"cats", TERN_CATS},
                   {"spans", TERN_SPANS},
                   {"noun_chunks", TERN_NOUN_CHUNKS}};
enum { ANNOTATIONS = sizeof(annotations) / sizeof(*annotations), TOLD = ANNOTATIONS - 1 };

/* ---- out --------------------------------------------------------------------------------------------------------- */

static tern_token token_at(const tern_doc *doc, size_t index, bytes *out)
{
    tern_token token;

    if (tern_doc_token(doc, index, &token)) out->failed = 1;
    return token;
}

static void write_numbers(bytes *out, const tern_doc *doc)
{
    static const char *const names[] = {"start", "end", "space", "sent_start", "head"};

    for (int column = 0; column < 5; column++) {
        bytes_format(out, "%s\"%s\":[", column ? "," : "", names[column]);
        for (size_t i = 0; i < tern_doc_token_count(doc); i++) {
            tern_token t = token_at(doc, i, out);
            long values[] = {(long)t.span.char_start, (long)t.span.char_end, t.space, t.sent_start, (long)t.head};
            bytes_format(out, "%s%ld", i ? "," : "", values[column]);
        }
        bytes_text(out, "]");
    }
}

static void write_strings(bytes *out, const tern_doc *doc)
{
    static const char *const names[] = {"tag", "pos", "morph", "dep"};

    for (int column = 0; column < 4; column++) {
        bytes_format(out, ",\"%s\":[", names[column]);
        for (size_t i = 0; i < tern_doc_token_count(doc); i++) {
            tern_token t = token_at(doc, i, out);
            const char *values[] = {t.tag, t.pos, t.morph, t.dep};
            if (i) bytes_text(out, ",");
            json_out_cstring(out, values[column]);
        }
        bytes_text(out, "]");
    }
    bytes_text(out, ",\"lemma\":[");
    for (size_t i = 0; i < tern_doc_token_count(doc); i++) {
        tern_token t = token_at(doc, i, out);
        if (i) bytes_text(out, ",");
        json_out_string(out, t.lemma, t.lemma_len);
    }
    bytes_text(out, "]");
}

static void write_norms(bytes *out, const tern_doc *doc)
{
    bytes_text(out, ",\"norm\":[");
    for (size_t i = 0; i < tern_doc_token_count(doc); i++) {
        tern_token t = token_at(doc, i, out);
        if (i) bytes_text(out, ",");
        json_out_string(out, t.norm, t.norm_len);
    }
    bytes_text(out, "]");
}

static void write_entities(bytes *out, const tern_doc *doc)
{
    tern_entity entity;

    bytes_text(out, ",\"entities\":[");
    for (size_t i = 0; !tern_doc_entity(doc, i, &entity); i++) {
        bytes_format(out, "%s[%zu,%zu,", i ? "," : "", entity.token_start, entity.token_end);
        json_out_cstring(out, entity.label);
        bytes_text(out, "]");
    }
    bytes_text(out, "],\"entity_ids\":[");
    for (size_t i = 0; !tern_doc_entity(doc, i, &entity); i++) {
        bytes_format(out, "%s[%zu,", i ? "," : "", entity.token_start);
        json_out_cstring(out, entity.id);
        bytes_text(out, "]");
    }
    bytes_text(out, "]");
}

static void write_entity_scores(bytes *out, const tern_doc *doc)
{
    tern_entity entity;

    bytes_text(out, ",\"entity_scores\":[");
    for (size_t i = 0; !tern_doc_entity(doc, i, &entity); i++) bytes_format(out, "%s%.9g", i ? "," : "", entity.score);
    bytes_text(out, "]");
}

static void write_sentences(bytes *out, const tern_doc *doc)
{
    bytes_text(out, ",\"sents\":[");
    for (size_t i = 0; i < tern_doc_sentence_count(doc); i++) {
        tern_sentence sentence;
        if (tern_doc_sentence(doc, i, &sentence)) out->failed = 1;
        else bytes_format(out, "%s[%zu,%zu]", i ? "," : "", sentence.token_start, sentence.token_end);
    }
    bytes_text(out, "]");
}

static void write_cats(bytes *out, const tern_doc *doc)
{
    bytes_text(out, ",\"cats\":[");
    for (size_t i = 0; i < tern_doc_cat_count(doc); i++) {
        tern_cat cat;
        if (tern_doc_cat(doc, i, &cat)) out->failed = 1;
        bytes_text(out, i ? ",[" : "[");
        json_out_cstring(out, cat.label ? cat.label : "");
        bytes_text(out, ",");
        json_out_double(out, cat.score);
        bytes_text(out, "]");
    }
    bytes_text(out, "]");
}

static void write_group(bytes *out, const tern_doc *doc, size_t group)
{
    tern_group_span span;

    for (size_t i = 0; !tern_doc_group_span(doc, group, i, &span); i++) {
        bytes_format(out, "%s[%zu,%zu,", i ? "," : "", span.token_start, span.token_end);
        json_out_cstring(out, span.label);
        bytes_text(out, ",");
        json_out_double(out, span.score);
        bytes_text(out, "]");
    }
}

static void write_groups(bytes *out, const tern_doc *doc)
{
    tern_span_group group;

    bytes_text(out, ",\"spans\":[");
    for (size_t g = 0; !tern_doc_span_group(doc, g, &group); g++) {
        bytes_text(out, g ? ",[" : "[");
        json_out_cstring(out, group.key);
        bytes_text(out, ",[");
        write_group(out, doc, g);
        bytes_text(out, "]]");
    }
    bytes_text(out, "]");
}

static void write_noun_chunks(bytes *out, const tern_doc *doc)
{
    tern_noun_chunk chunk;

    bytes_text(out, ",\"noun_chunks\":[");
    for (size_t i = 0; !tern_doc_noun_chunk(doc, i, &chunk); i++)
        bytes_format(out, "%s[%zu,%zu]", i ? "," : "", chunk.token_start, chunk.token_end);
    bytes_text(out, "]");
}

static void write_annotations(bytes *out, const tern_doc *doc)
{
    const char *comma = "";

    bytes_text(out, ",\"annotations\":[");
    for (int i = 0; i < TOLD; i++) {
        if (!(tern_doc_annotations(doc) & annotations[i].bit)) continue;
        bytes_format(out, "%s\"%s\"", comma, annotations[i].name);
        comma = ",";
    }
    bytes_text(out, "]");
}

static void write_error(bytes *out, const char *message)
{
    bytes_clear(out);
    bytes_text(out, "{\"error\":");
    json_out_cstring(out, message);
    bytes_text(out, "}");
}

/* ---- in ---------------------------------------------------------------------------------------------------------- */

/* "+-0..." in place to the numbers that tern_options wants: 1, -1, 0. */
static const signed char *sent_starts(bytes *marks)
{
    signed char *starts = (signed char *)marks->data;

    for (size_t i = 0; i < marks->len; i++) starts[i] = (signed char)((starts[i] == '+') - (starts[i] == '-'));
    return starts;
}

static unsigned annotation_from_name(const char *name, size_t len)
{
    for (int i = 0; i < ANNOTATIONS; i++)
        if (strlen(annotations[i].name) == len && !memcmp(annotations[i].name, name, len)) return annotations[i].bit;
    return 0;
}

/* Mask of the names; `absent` where there is no such member. An unknown name makes the line fail. */
static unsigned mask(const json_node *names, unsigned (*from_name)(const char *, size_t), unsigned absent, bytes *out)
{
    unsigned result = 0;

    for (const json_node *item = json_first(names); item; item = json_next(item)) {
        bytes name = {0};
        unsigned bit = json_string(item, &name) ? from_name(name.data, name.len) : 0;
        if (!bit) out->failed = 1;
        result |= bit;
        bytes_free(&name);
    }
    return names ? result : absent;
}

/* The places of the components of these names; 0 where there is no such member. An unknown name makes the line fail. */
static uint64_t places(const json_node *names, const tern_model *model, bytes *out)
{
    uint64_t result = 0;

    for (const json_node *item = json_first(names); item; item = json_next(item)) {
        bytes name = {0};
        uint64_t before = result;
        tern_component c;
        const char *wanted = json_string(item, &name);

        for (size_t place = 0; wanted && tern_model_component(model, place, &c) == TERN_OK; place++)
            if (!strcmp(c.name, wanted)) result |= (uint64_t)1 << place;
        if (result == before) out->failed = 1;
        bytes_free(&name);
    }
    return result;
}

/* ---- a line ------------------------------------------------------------------------------------------------------ */

/* What a document is made of. */
typedef struct input {
    bytes text;
    request_words given;
    int of_words;
} input;

/* 0, or -1 with a sentence in why. */
static int read_input(const json_node *line, input *in, problem *why)
{
    const json_node *tokens = json_member(line, "tokens");
    in->of_words = tokens != NULL;
    if (tokens) return request_words_read(tokens, json_member(line, "spaces"), &in->given, why) ? -1 : 0;
    return json_string(json_member(line, "text"), &in->text) ? 0 : problem_set(why, -1, "no text in this line");
}

static tern_status run_input(tern_ctx *ctx, const input *in, const tern_options *how, const tern_doc **doc,
                             tern_error *error)
{
    return in->of_words ? tern_run_words(ctx, &in->given.words, how, doc, error)
                        : tern_run(ctx, in->text.data, in->text.len, how, doc, error);
}

/* On the tokens alone: most components want a document that nobody has annotated. */
static void look_inside(tern_ctx *ctx, const input *in, tern_options run, const options *show, bytes *out)
{
    const tern_doc *doc;

    run.want = TERN_TOKENS;
    if (run_input(ctx, in, &run, &doc, NULL)) out->failed = 1;
    inside_features(out, ctx);
    if (show->layers) inside_layers(out, ctx);
    if (show->trace) inside_traces(out, ctx);
    if (show->scores) inside_scores(out, ctx);
}

static void annotate(tern_ctx *ctx, const json_node *line, const options *show, bytes *out)
{
    bytes marks = {0};
    input in = {.of_words = 0};
    problem why;
    const tern_doc *doc;
    tern_error error = {0};
    tern_options run = {
        .want = mask(json_member(line, "want"), annotation_from_name, tern_model_offers(ctx->model), out),
        .places = places(json_member(line, "components"), ctx->model, out),
        .entity_scores = show->entity_scores,
    };

    if (json_string(json_member(line, "sent_starts"), &marks)) {
        run.sent_starts = sent_starts(&marks);
        run.sent_start_count = marks.len;
    }
    if (read_input(line, &in, &why)) {
        write_error(out, why.text);
    } else if (run_input(ctx, &in, &run, &doc, &error)) {
        write_error(out, error.msg);
    } else {
        bytes_text(out, "{");
        write_numbers(out, doc);
        write_strings(out, doc);
        write_entities(out, doc);
        if (show->entity_scores) write_entity_scores(out, doc);
        write_sentences(out, doc);
        write_cats(out, doc);
        write_groups(out, doc);
        if (tern_doc_annotations(doc) & TERN_NOUN_CHUNKS) write_noun_chunks(out, doc);
        write_annotations(out, doc);
        if (show->matches || show->greedy) inside_matches(out, ctx, show->greedy);
        if (show->features && tern_doc_annotations(doc) & TERN_NORMS) write_norms(out, doc);
        if (show->features || show->layers || show->scores || show->trace) look_inside(ctx, &in, run, show, out);
        bytes_text(out, "}");
    }
    bytes_free(&marks);
    bytes_free(&in.text);
    request_words_free(&in.given);
}

/* 0, or -1 if the program cannot go on. */
static int answer(const tern_model *model, tern_ctx **ctx, const char *line, size_t len, const options *show)
{
    json_error json_problem;
    json_doc *json = json_parse(line, len, &json_problem);
    bytes out = {0};

    if (show->fresh) {
        tern_ctx_free(*ctx);
        if (tern_ctx_new(model, ctx, NULL)) *ctx = NULL;
    }
    if (!json) write_error(&out, json_problem.msg);
    else if (*ctx) annotate(*ctx, json_root(json), show, &out);
    json_free(json);
    int ok = *ctx && !out.failed && fwrite(out.data, 1, out.len, stdout) == out.len && putchar('\n') != EOF;
    bytes_free(&out);
    return ok ? 0 : -1;
}

static int answer_lines(const tern_model *model, tern_ctx **ctx, const options *show)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t len;
    int status = 0;

    while (status == 0 && (len = getline(&line, &capacity, stdin)) > 0)
        status = answer(model, ctx, line, (size_t)len, show);
    if (status) fputs("unknown name, out of memory, or the output is closed\n", stderr);
    free(line);
    return status;
}

static int usage(void)
{
    fputs("usage: stages MODEL [--features] [--layers] [--scores] [--trace] [--matches] [--greedy] [--fresh] "
          "[--entity-scores] < texts.jsonl\n",
          stderr);
    return 2;
}

static int *flag_of(options *show, const char *argument)
{
    const struct {
        const char *name;
        int *flag;
    } flags[] = {{"--features", &show->features}, {"--layers", &show->layers},
                 {"--scores", &show->scores},     {"--trace", &show->trace},
                 {"--matches", &show->matches},   {"--greedy", &show->greedy},
                 {"--fresh", &show->fresh},       {"--entity-scores", &show->entity_scores}};

    for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
        if (!strcmp(argument, flags[i].name)) return flags[i].flag;
    return NULL;
}

int main(int argc, char **argv)
{
    options show = {0};
    tern_model *model = NULL;
    tern_ctx *ctx = NULL;
    tern_error error;
    problem why;
    int status = -1;

    for (int i = 2; i < argc; i++) {
        int *flag = flag_of(&show, argv[i]);
        if (!flag) return usage();
        *flag = 1;
    }
    if (argc < 2) return usage();
    if (model_open(argv[1], MODEL_MAPPED, &model, &why)) fprintf(stderr, "%s\n", why.text);
    else if (tern_ctx_new(model, &ctx, &error)) fprintf(stderr, "%s\n", error.msg);
    else status = answer_lines(model, &ctx, &show);
    tern_ctx_free(ctx);
    tern_model_close(model);
    return status ? 1 : 0;
}
