#include "handler.h"

#include <stdio.h>
#include <string.h>

#include "components.h"
#include "doc_json.h"
#include "request_words.h"
#include "gzip.h"
#include "json_out.h"

void server_timing(task_kind task, double milliseconds, char out[SERVER_TIMING_SIZE])
{
    snprintf(out, SERVER_TIMING_SIZE, "%s;dur=%.3f", task_name(task), milliseconds);
}

/* What a document is made of. words NULL: of the text. */
typedef struct run_input {
    const char *text;
    size_t len;
    const tern_words *words;
} run_input;

/* options: the limits are put in here. */
static int run(tern_ctx *ctx, const run_input *input, tern_options *options, const handler_settings *settings,
               const tern_doc **doc, response *out)
{
    tern_error err;
    options->max_chars = settings->max_chars;
    options->memory = settings->memory;
    options->interrupt = settings->interrupt;
    options->interrupt_user = settings->interrupt_user;
    if (!input->words && !tern_model_has_tokenizer(settings->model))
        return respond_bad_request(out, "the model has no tokenizer: instead of a text, send its words, {\"tokens\": "
                                        "[\"...\", ...], \"spaces\": [true, ...]} (to the command tern pipe)");
    tern_status status = input->words ? tern_run_words(ctx, input->words, options, doc, &err)
                                      : tern_run(ctx, input->text, input->len, options, doc, &err);
    return status ? respond_engine_error(out, &err, settings->max_chars) : 0;
}

static int run_components(tern_ctx *ctx, const run_input *input, unsigned want, const handler_settings *settings,
                          const tern_doc **doc, response *out)
{
    tern_options options = {.want = want & tern_model_offers(settings->model), .places = settings->components};
    if (!settings->components) /* to the engine, 0 means its default */
        options.want &= TERN_NORMS;
    return run(ctx, input, &options, settings, doc, out);
}

static int run_sentiment(tern_ctx *ctx, const run_input *input, const handler_settings *settings, const tern_doc **doc,
                         response *out)
{
    tern_options options = sentiment_run_options(settings->model);
    return run(ctx, input, &options, settings, doc, out);
}

int handle_run(tern_ctx *ctx, const char *text, size_t len, unsigned want, const handler_settings *settings,
               const tern_doc **doc, response *out)
{
    const run_input input = {.text = text, .len = len};
    return run_components(ctx, &input, want, settings, doc, out);
}

int handle_sentiment_run(tern_ctx *ctx, const char *text, size_t len, const handler_settings *settings,
                         const tern_doc **doc, response *out)
{
    const run_input input = {.text = text, .len = len};
    return run_sentiment(ctx, &input, settings, doc, out);
}

/* The text of a document that was made of this. */
static run_input text_of(const run_input *input, const tern_doc *doc)
{
    run_input text = *input;
    if (input->words) tern_doc_text(doc, &text.text, &text.len);
    return text;
}

/* ---- reading a request ------------------------------------------------------------------------------------------- */

static json_doc *parse(const char *data, size_t len, response *out)
{
    json_error error;
    json_doc *doc = json_parse(data, len, &error);
    if (!doc) {
        if (error.no_memory) respond_out_of_memory(out);
        else respond_bad_request(out, error.msg);
    }
    return doc;
}

/* ---- one text ---------------------------------------------------------------------------------------------------- */

/* All members of an entity or of a span of a group; the object is left open. */
static void write_labelled(bytes *out, const char *text, const tern_span *span, const char *label,
                           const request_options *options)
{
    offset_pair offsets = offsets_of(span, options->offsets);
    bytes_text(out, "{\"text\": ");
    json_out_string(out, text + span->byte_start, span->byte_end - span->byte_start);
    bytes_text(out, ", \"label\": ");
    json_out_cstring(out, label);
    const int is_spacy = options->format == FORMAT_SPACY;
    bytes_text(out, is_spacy ? ", \"start_char\": " : ", \"start\": ");
    json_out_size(out, offsets.start);
    bytes_text(out, is_spacy ? ", \"end_char\": " : ", \"end\": ");
    json_out_size(out, offsets.end);
}

/* What answers: everything is borrowed. */
typedef struct responder {
    task_kind task;
    tern_ctx *ctx;
    const sentiment_labels *labels; /* of TASK_SENTIMENT */
    const handler_settings *settings;
    const request_options *options;
    size_t before; /* bytes of the answer in front of this text's */
} responder;

/* Whether the answer is already larger than may go out. */
static int is_over(const responder *by, response *out)
{
    const answer_limit *limit = &by->settings->answer;
    return limit->bytes && by->before + response_size(out, limit->quoted) > limit->bytes;
}

static void end_answer(const responder *by, response *out)
{
    response_end(out);
    if (out->status == 200 && is_over(by, out)) respond_too_large(out, &by->settings->answer);
}

static int run_task(const responder *by, const run_input *input, const tern_doc **doc, response *out)
{
    handler_settings own = *by->settings;
    const unsigned want = TERN_ENTITIES | (by->options->spans ? (unsigned)TERN_SPANS : 0)
                          | (by->options->noun_chunks ? (unsigned)TERN_NOUN_CHUNKS : 0);
    own.components = by->options->components;
    return by->task == TASK_SENTIMENT ? run_sentiment(by->ctx, input, by->settings, doc, out)
                                      : run_components(by->ctx, input, want, &own, doc, out);
}

static void write_group(const responder *by, const char *text, const tern_doc *doc, size_t group, response *out)
{
    tern_span_group of;
    tern_group_span span;
    tern_doc_span_group(doc, group, &of);
    for (size_t i = 0; !tern_doc_group_span(doc, group, i, &span) && !is_over(by, out); i++) {
        if (i) bytes_text(&out->body, ", ");
        write_labelled(&out->body, text, &span.span, span.label, by->options);
        if (of.has_scores) {
            bytes_text(&out->body, ", \"score\": ");
            json_out_double(&out->body, span.score);
        }
        bytes_text(&out->body, "}");
    }
}

/* Doc.spans: an array for each key. */
static void write_spans(const responder *by, const char *text, const tern_doc *doc, response *out)
{
    tern_span_group group;
    bytes_text(&out->body, ", \"spans\": {");
    for (size_t g = 0; !tern_doc_span_group(doc, g, &group) && !is_over(by, out); g++) {
        if (g) bytes_text(&out->body, ", ");
        json_out_cstring(&out->body, group.key);
        bytes_text(&out->body, ": [");
        write_group(by, text, doc, g, out);
        bytes_text(&out->body, "]");
    }
    bytes_text(&out->body, "}");
}

static void write_noun_chunks(const responder *by, const char *text, const tern_doc *doc, response *out)
{
    tern_noun_chunk chunk;
    bytes_text(&out->body, ", \"noun_chunks\": [");
    for (size_t i = 0; !tern_doc_noun_chunk(doc, i, &chunk) && !is_over(by, out); i++) {
        if (i) bytes_text(&out->body, ", ");
        write_labelled(&out->body, text, &chunk.span, "NP", by->options);
        bytes_text(&out->body, "}");
    }
    bytes_text(&out->body, "]");
}

static void write_entities(const responder *by, const char *text, const tern_doc *doc, response *out)
{
    bytes_text(&out->body, "{\"entities\": [");
    for (size_t i = 0; i < out->entities && !is_over(by, out); i++) {
        tern_entity entity;
        if (tern_doc_entity(doc, i, &entity)) break;
        if (i) bytes_text(&out->body, ", ");
        write_labelled(&out->body, text, &entity.span, entity.label, by->options);
        bytes_text(&out->body, "}");
    }
    bytes_text(&out->body, "]");
    if (by->options->spans) write_spans(by, text, doc, out);
    if (by->options->noun_chunks) write_noun_chunks(by, text, doc, out);
    bytes_text(&out->body, "}");
}

typedef struct writing {
    const responder *by;
    response *out;
} writing;

/* sentiment_options.interrupt */
static int ends_writing(void *user)
{
    const writing *w = user;
    const handler_settings *settings = w->by->settings;
    return is_over(w->by, w->out) || (settings->interrupt && settings->interrupt(settings->interrupt_user));
}

static void write_sentiments(const responder *by, const char *text, const tern_doc *doc, response *out)
{
    static const tern_error interrupted = {.code = TERN_E_INTERRUPTED};
    sentiment_options options = by->options->sentiment;
    writing w = {.by = by, .out = out};
    options.interrupt = ends_writing;
    options.interrupt_user = &w;
    if (sentiment_json(&out->body, text, doc, by->labels, &options, by->options->offsets) && !is_over(by, out))
        respond_engine_error(out, &interrupted, by->settings->max_chars);
}

static void answer_input(const responder *by, const run_input *input, response *out)
{
    const tern_doc *doc;
    if (run_task(by, input, &doc, out)) return;
    const char *text = text_of(input, doc).text;
    response_begin(out);
    out->tokens = tern_doc_token_count(doc);
    out->entities = tern_doc_entity_count(doc);
    if (by->task == TASK_SENTIMENT) write_sentiments(by, text, doc, out);
    else write_entities(by, text, doc, out);
    tern_ctx_trim(by->ctx);
    end_answer(by, out);
}

/* The same, empty text being an error. name: what a sentence calls the text. */
static void answer_text(const responder *by, const char *name, const char *text, size_t len, response *out)
{
    char error[64];
    const run_input input = {.text = text, .len = len};
    snprintf(error, sizeof error, "%s is empty", name);
    if (len) answer_input(by, &input, out);
    else respond_bad_request(out, error);
}

/* Words instead of a text: none is an error, too. */
static void answer_words(const responder *by, const json_node *tokens, const json_node *spaces, response *out)
{
    problem why;
    request_words given = {0};
    const run_input input = {.words = &given.words};
    int status = request_words_read(tokens, spaces, &given, &why);
    if (status) respond_refusal(out, status, why.text);
    else if (!given.words.count) respond_bad_request(out, "\"tokens\" is empty");
    else answer_input(by, &input, out);
    request_words_free(&given);
}

/* ---- one request ------------------------------------------------------------------------------------------------- */

/* An item of "texts" that is an object. */
static void answer_object(const responder *by, const json_node *node, const char *name, response *out)
{
    problem why;
    int status = request_check_names(node, &why);
    if (!status && !json_member(node, "tokens"))
        status = problem_set(&why, 400, "%s must be a string or an object with \"tokens\"", name);
    if (status) respond_refusal(out, status, why.text);
    else answer_words(by, json_member(node, "tokens"), json_member(node, "spaces"), out);
}

/* One item of "texts", which may be of any type. */
static void answer_item(const responder *by, const json_node *node, size_t index, bytes *text, response *out)
{
    char name[48];
    problem why;
    snprintf(name, sizeof name, "\"texts\"[%zu]", index);
    if (json_type_of(node) == JSON_OBJECT) {
        answer_object(by, node, name, out);
        return;
    }
    int status = request_text(node, name, text, &why);
    if (status) respond_refusal(out, status, why.text);
    else answer_text(by, "\"text\"", text->data, text->len, out);
}

/* Whether an error is not one text's but that of the request. */
static int is_for_all(const response *item)
{
    return item->status >= 500 || (item->error_type && !strcmp(item->error_type, ERROR_TOO_LARGE));
}

/* What one text's caller is to blame for becomes that text's {"error": ...}; anything else is the answer to all. */
static void answer_texts(const responder *by, const json_node *texts, response *out)
{
    responder each = *by;
    response item = {0};
    bytes text = {0};
    size_t index = 0;
    response_begin(out);
    bytes_text(&out->body, "{\"results\": [");
    for (const json_node *node = json_first(texts); node && out->status == 200; node = json_next(node), index++) {
        each.before = response_size(out, by->settings->answer.quoted);
        answer_item(&each, node, index, &text, &item);
        if (is_for_all(&item)) {
            bytes_free(&out->body); /* it may be large */
            respond_error(out, item.status, item.error_type, item.message);
            continue;
        }
        if (index) bytes_text(&out->body, ", ");
        bytes_append(&out->body, item.body.data, item.body.len);
        out->body.failed |= item.body.failed;
        out->tokens += item.tokens;
        out->entities += item.entities;
        if (is_over(by, out)) respond_too_large(out, &by->settings->answer);
    }
    bytes_free(&text);
    response_free(&item);
    if (out->status != 200) return;
    bytes_text(&out->body, "]}");
    end_answer(by, out);
}

static request_options default_options(const handler_settings *settings)
{
    return (request_options){.components = settings->components,
                             .format = settings->format,
                             .offsets = settings->offsets,
                             .sentiment = settings->sentiment};
}

void handle_ner_text(tern_ctx *ctx, const char *text, size_t len, const handler_settings *settings, response *out)
{
    const request_options options = default_options(settings);
    const responder by = {.task = TASK_NER, .ctx = ctx, .settings = settings, .options = &options};
    const run_input input = {.text = text, .len = len};
    out->task = TASK_NER;
    answer_input(&by, &input, out);
}

/* The settings with what belongs to the model. */
static handler_settings settings_of(const handler_settings *settings, const named_model *model)
{
    handler_settings own = *settings;
    own.model = model->model;
    own.components = model->components;
    return own;
}

static void answer_plain(const model_contexts *contexts, const named_model *model, task_kind task, const char *name,
                         const char *text, size_t len, const handler_settings *settings, response *out)
{
    const handler_settings own = settings_of(settings, model);
    const request_options options = default_options(&own);
    const responder by = {.task = task,
                          .ctx = model_context(contexts, model),
                          .labels = &model->sentiment,
                          .settings = &own,
                          .options = &options};
    out->task = task;
    answer_text(&by, name, text, len, out);
}

void handle_text(const model_contexts *contexts, const char *text, size_t len, const handler_settings *settings,
                 response *out)
{
    const named_model *model = models_default(contexts->models, TASK_ANY);
    task_kind task = model->tasks & TASK_BIT(TASK_NER) ? TASK_NER : TASK_SENTIMENT;
    answer_plain(contexts, model, task, "the text", text, len, settings, out);
}

void handle_sentiment_text(const model_contexts *contexts, const named_model *model, const char *text, size_t len,
                           const handler_settings *settings, response *out)
{
    answer_plain(contexts, model, TASK_SENTIMENT, "\"text\"", text, len, settings, out);
}

/* A request for what target says, which is complete. */
static void answer_request(const model_contexts *contexts, const request_target *target, const json_node *body,
                           const handler_settings *settings, response *out)
{
    problem why;
    bytes text = {0};
    const handler_settings own = settings_of(settings, target->model);
    text_request asked = {.options = default_options(&own)};
    const responder by = {.task = target->task,
                          .ctx = model_context(contexts, target->model),
                          .labels = &target->model->sentiment,
                          .settings = &own,
                          .options = &asked.options};
    size_t max_texts = settings->max_texts ? settings->max_texts : REQUEST_MAX_TEXTS;
    int status = request_read(body, target->task, own.model, max_texts, &asked, &why);
    if (!status && asked.text) status = request_text(asked.text, asked.text_name, &text, &why);
    if (status) respond_refusal(out, status, why.text);
    else if (asked.text) answer_text(&by, asked.text_name, text.data, text.len, out);
    else if (asked.tokens) answer_words(&by, asked.tokens, asked.spaces, out);
    else answer_texts(&by, asked.texts, out);
    bytes_free(&text);
}

void handle_request_json(const model_contexts *contexts, const request_target *asked, const json_node *body,
                         const handler_settings *settings, response *out)
{
    problem why;
    request_target target = *asked;
    int status = request_target_of(body, contexts->models, &target, &why);
    out->task = target.task;
    if (status) respond_refusal(out, status, why.text);
    else answer_request(contexts, &target, body, settings, out);
}

/* Whether there is a model for what the address asks for; answers if not, whatever the body may be. */
static int can_be_asked(const model_set *models, const request_target *asked, response *out)
{
    problem why;
    if (models_default(models, asked->task)) return 1;
    models_none_can(asked->task, &why);
    respond_refusal(out, 404, why.text);
    return 0;
}

void handle_request(const model_contexts *contexts, const request_target *asked, const char *body, size_t len,
                    const handler_settings *settings, response *out)
{
    out->task = asked->task;
    if (!can_be_asked(contexts->models, asked, out)) return;
    if (!len) {
        respond_bad_request(out, "the request has no body: send {\"text\": \"...\"}");
        return;
    }
    json_doc *doc = parse(body, len, out);
    if (!doc) return;
    handle_request_json(contexts, asked, json_root(doc), settings, out);
    json_free(doc);
}

void handle_compressed_request(const model_contexts *contexts, const request_target *asked, const char *body,
                               size_t len, const handler_settings *settings, response *out)
{
    problem why;
    bytes plain = {0};
    out->task = asked->task;
    if (!can_be_asked(contexts->models, asked, out)) return;
    int status = len ? gzip_inflate(body, len, REQUEST_MAX_BODY, &plain, &why) : 0;
    if (!status) handle_request(contexts, asked, plain.data, plain.len, settings, out);
    else if (status == 413) respond_error(out, status, "Function.BodyTooLarge", why.text);
    else respond_refusal(out, status, why.text);
    bytes_free(&plain);
}

/* ---- GET /healthz ------------------------------------------------------------------------------------------------ */

/* The names of those that can do the task; of all for TASK_ANY. */
static void write_names(bytes *out, const model_set *models, task_kind task)
{
    int first = 1;
    bytes_text(out, "[");
    for (const named_model *m = models->item; m < models->item + models->count; m++) {
        if (task != TASK_ANY && !(m->tasks & TASK_BIT(task))) continue;
        bytes_text(out, first ? "" : ", ");
        json_out_cstring(out, m->name);
        first = 0;
    }
    bytes_text(out, "]");
}

void handle_health(const model_set *models, response *out)
{
    const named_model *model = models_default(models, TASK_ANY);
    response_begin(out);
    bytes_text(&out->body, "{\"status\": \"ok\", \"model\": ");
    json_out_cstring(&out->body, model ? model->name : "");
    bytes_text(&out->body, ", \"models\": ");
    write_names(&out->body, models, TASK_ANY);
    for (task_kind task = TASK_NER; task < TASK_COUNT; task++)
        if (models_default(models, task)) {
            bytes_format(&out->body, ", \"%s\": ", task_name(task));
            write_names(&out->body, models, task);
        }
    bytes_text(&out->body, "}");
    response_end(out);
}

/* ---- tern pipe --------------------------------------------------------------------------------------------------- */

/* What a line holds; memory: its own. */
typedef struct pipe_line {
    bytes text;
    request_words given;
    int of_words;
} pipe_line;

/* A member that has a value. */
static const json_node *with_value(const json_node *root, const char *key)
{
    const json_node *member = json_member(root, key);
    return json_type_of(member) == JSON_NULL ? NULL : member;
}

/* The tokens that Doc.to_json() writes beside the text: what they say comes from the text again. */
static int are_answers(const json_node *tokens)
{
    const json_node *first = json_first(tokens);
    return json_type_of(tokens) == JSON_ARRAY && (!first || json_type_of(first) == JSON_OBJECT);
}

/* Text or words of a line, which may be empty. 0; or 400 or 500 with a sentence in why. */
static int read_members(const json_node *root, pipe_line *line, problem *why)
{
    const json_node *text = json_member(root, "text"), *spaces = with_value(root, "spaces");
    const json_node *tokens = text ? with_value(root, "tokens") : json_member(root, "tokens");
    if (json_type_of(root) != JSON_OBJECT)
        return problem_set(why, 400, "expected an object like {\"text\": \"...\"}, not %s",
                           json_type_name(json_type_of(root)));
    int status = request_check_names(root, why);
    if (status) return status;
    if (text && are_answers(tokens)) tokens = NULL;
    line->of_words = tokens != NULL;
    if (text && tokens) return request_both("\"text\"", "\"tokens\"", why);
    if (tokens) return request_words_read(tokens, spaces, &line->given, why);
    if (!text) return problem_set(why, 400, "\"text\" is missing: send {\"text\": \"...\"} (keys are case-sensitive)");
    return spaces ? request_spaces_alone(why) : request_text(text, "\"text\"", &line->text, why);
}

/* 0 or -1. */
static int read_line(const json_node *root, pipe_line *line, response *out)
{
    problem why;
    int status = read_members(root, line, &why);
    if (status) respond_refusal(out, status, why.text);
    return status ? -1 : 0;
}

void handle_pipe(tern_ctx *ctx, const char *line, size_t len, const handler_settings *settings, response *out)
{
    pipe_line read = {.text = {0}};
    const tern_doc *result;
    const unsigned want = (TERN_EVERYTHING & ~(unsigned)(TERN_NORMS | TERN_NOUN_CHUNKS)) | settings->besides;
    json_doc *doc = parse(line, len, out);
    if (!doc) return;
    int failed = read_line(json_root(doc), &read, out);
    json_free(doc);
    const run_input input = {
        .text = read.text.data, .len = read.text.len, .words = read.of_words ? &read.given.words : NULL};
    if (!failed && !run_components(ctx, &input, want, settings, &result, out)) {
        const run_input text = text_of(&input, result);
        response_begin(out);
        out->tokens = tern_doc_token_count(result);
        out->entities = tern_doc_entity_count(result);
        doc_json(&out->body, text.text, text.len, result);
        response_end(out);
    }
    bytes_free(&read.text);
    request_words_free(&read.given);
}
