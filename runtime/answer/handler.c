#include "handler.h"

#include <stdio.h>
#include <string.h>

#include "gzip.h"
#include "request_words.h"
#include "text_answer.h"

void server_timing(task_kind task, double milliseconds, char out[SERVER_TIMING_SIZE])
{
    snprintf(out, SERVER_TIMING_SIZE, "%s;dur=%.3f", task_name(task), milliseconds);
}

/* ---- one text ---------------------------------------------------------------------------------------------------- */

/* Empty text is an error. name: what a sentence calls the text. */
static void answer_text(const responder *by, const char *name, const char *text, size_t len, response *out)
{
    char error[64];
    const run_input input = {.text = text, .len = len};
    snprintf(error, sizeof error, "%s is empty", name);
    if (len) text_answer(by, &input, out);
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
    else text_answer(by, &input, out);
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

/* Short strings among "texts" that are read, but not answered yet: the engine looks at several together. */
typedef struct read_texts {
    bytes text[TERN_AHEAD_TEXTS];
    const char *data[TERN_AHEAD_TEXTS];
    size_t length[TERN_AHEAD_TEXTS];
    size_t count, next; /* next: the one whose turn comes */
    size_t ready;       /* of those from next on, the engine has looked at */
} read_texts;

/* Those from node on, up to one that is something else. */
static void read_ahead(const json_node *node, read_texts *read)
{
    problem why;
    read->count = read->next = read->ready = 0;
    for (; node && read->count < TERN_AHEAD_TEXTS && json_type_of(node) == JSON_STRING; node = json_next(node)) {
        bytes *text = &read->text[read->count];
        if (request_text(node, "\"texts\"", text, &why) || !text->len || text->len > TERN_AHEAD_BYTES) return;
        read->data[read->count] = text->data;
        read->length[read->count++] = text->len;
    }
}

static void answer_read(const responder *by, read_texts *read, response *out)
{
    const size_t i = read->next;
    const tern_options options = text_answer_options(by);
    if (!read->ready)
        read->ready = tern_run_ahead(by->ctx, read->data + i, read->length + i, read->count - i, &options);
    if (read->ready) read->ready--;
    answer_text(by, "\"text\"", read->data[i], read->length[i], out);
    read->next++;
}

static void free_read(read_texts *read)
{
    for (size_t i = 0; i < TERN_AHEAD_TEXTS; i++) bytes_free(&read->text[i]);
}

/* A string of "texts" that was not read ahead. */
static void answer_string(const responder *by, const json_node *node, const char *name, response *out)
{
    problem why;
    bytes text = {0};
    int status = request_text(node, name, &text, &why);
    if (status) respond_refusal(out, status, why.text);
    else answer_text(by, "\"text\"", text.data, text.len, out);
    bytes_free(&text);
}

/* One item of "texts", which may be of any type. */
static void answer_item(const responder *by, const json_node *node, size_t index, read_texts *read, response *out)
{
    char name[48];
    snprintf(name, sizeof name, "\"texts\"[%zu]", index);
    if (read->next == read->count) read_ahead(node, read);
    if (read->next < read->count) answer_read(by, read, out);
    else if (json_type_of(node) == JSON_OBJECT) answer_object(by, node, name, out);
    else answer_string(by, node, name, out);
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
    read_texts read = {.count = 0};
    size_t index = 0;
    response_begin(out);
    bytes_text(&out->body, "{\"results\": [");
    for (const json_node *node = json_first(texts); node && out->status == 200; node = json_next(node), index++) {
        each.before = response_size(out, by->settings->answer.quoted);
        answer_item(&each, node, index, &read, &item);
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
        if (text_answer_is_over(by, out)) respond_too_large(out, &by->settings->answer);
    }
    free_read(&read);
    response_free(&item);
    if (out->status != 200) return;
    bytes_text(&out->body, "]}");
    text_answer_end(by, out);
}

static request_options default_options(const handler_settings *settings)
{
    return (request_options){.components = settings->components,
                             .format = settings->format,
                             .offsets = settings->offsets,
                             .scores = settings->scores,
                             .min_score = settings->min_score,
                             .sentiment = settings->sentiment,
                             .redaction = settings->redaction};
}

static void answer_for(task_kind task, tern_ctx *ctx, const char *text, size_t len, const handler_settings *settings,
                       response *out)
{
    const request_options options = default_options(settings);
    const responder by = {.task = task, .ctx = ctx, .settings = settings, .options = &options};
    const run_input input = {.text = text, .len = len};
    out->task = task;
    text_answer(&by, &input, out);
}

void handle_ner_text(tern_ctx *ctx, const char *text, size_t len, const handler_settings *settings, response *out)
{
    answer_for(TASK_NER, ctx, text, len, settings, out);
}

void handle_redact_text(tern_ctx *ctx, const char *text, size_t len, const handler_settings *settings, response *out)
{
    answer_for(TASK_REDACT, ctx, text, len, settings, out);
}

static void answer_plain(const model_contexts *contexts, const named_model *model, task_kind task, const char *name,
                         const char *text, size_t len, const handler_settings *settings, response *out)
{
    const handler_settings own = model_settings(settings, model);
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
    const handler_settings own = model_settings(settings, target->model);
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
    request_free(&asked);
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
    json_doc *doc = response_parse(out, body, len);
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
