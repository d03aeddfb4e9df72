#include "comprehend.h"

#include <stdio.h>
#include <string.h>

#include "comprehend_error.h"
#include "json_out.h"
#include "operations.h"

#define TOO_LONG "the text has %zu bytes of UTF-8, the limit of %s is %zu: split it"

/* Texts that are read and may be run, each with its place among those of the request. */
typedef struct text_list {
    bytes text[OPERATION_MAX_TEXTS];
    const char *data[OPERATION_MAX_TEXTS];
    size_t length[OPERATION_MAX_TEXTS], index[OPERATION_MAX_TEXTS];
    size_t count;
} text_list;

/* Who answers a request. */
typedef struct answering {
    const operation *op;
    const named_model *model;
    tern_ctx *ctx;
    handler_settings settings; /* with the model */
    tern_options options;
    text_list texts;
    bytes errors; /* items of "ErrorList" */
    size_t ready; /* of the texts from the one whose turn is, the engine has looked at (tern_run_ahead) */
} answering;

/* ---- the request ------------------------------------------------------------------------------------------------- */

static int refuse(response *out, const char *type, const char *message)
{
    respond_error(out, 400, type, message);
    return -1;
}

/* The sentence has the form of the service's. */
static int invalid(response *out, const char *value, const char *member, const char *must)
{
    problem why;
    problem_set(&why, -1, "1 validation error detected: Value%s at '%s' failed to satisfy constraint: %s", value,
                member, must);
    return refuse(out, ERROR_VALIDATION, why.text);
}

/* A member that must be there and be of that type; NULL with the error in out. shown: as the service spells it in
 * errors. */
static const json_node *required(const json_node *body, const char *member, const char *shown, json_type type,
                                 response *out)
{
    char message[160];
    const json_node *node = json_member(body, member);
    if (json_type_of(node) == JSON_NULL) {
        invalid(out, " null", shown, "Member must not be null");
        return NULL;
    }
    if (json_type_of(node) == type) return node;
    snprintf(message, sizeof message, "\"%s\" must be %s, not %s", member, json_type_name(type),
             json_type_name(json_type_of(node)));
    refuse(out, ERROR_SERIALIZATION, message);
    return NULL;
}

/* What an endpoint of the caller's or a document of another kind than text would be. */
static int check_document(const operation *op, const json_node *body, response *out)
{
    static const char *const members[] = {"EndpointArn", "Bytes", "DocumentReaderConfig"};
    char message[160];
    for (size_t i = 0; op->kind->may_have_document && !op->is_batch && i < sizeof members / sizeof *members; i++)
        if (json_type_of(json_member(body, members[i])) != JSON_NULL) {
            snprintf(message, sizeof message,
                     "\"%s\" is not supported here: there are no endpoints, and no documents but texts; send \"Text\" "
                     "and \"LanguageCode\"",
                     members[i]);
            return refuse(out, ERROR_INVALID_REQUEST, message);
        }
    return 0;
}

/* Adds a text. shown: as above. */
static int add_text(answering *a, const json_node *node, const char *shown, size_t index, response *out)
{
    text_list *texts = &a->texts;
    bytes *text = &texts->text[texts->count];
    if (!json_string(node, text)) {
        respond_out_of_memory(out);
        return -1;
    }
    if (!text->len) return invalid(out, "", shown, "Member must have length greater than or equal to 1");
    texts->data[texts->count] = text->data;
    texts->length[texts->count] = text->len;
    texts->index[texts->count++] = index;
    return 0;
}

static int read_text(answering *a, const json_node *body, response *out)
{
    char message[160];
    const json_node *node = required(body, "Text", "text", JSON_STRING, out);
    if (!node || add_text(a, node, "text", 0, out)) return -1;
    if (a->texts.length[0] <= a->op->max_bytes) return 0;
    snprintf(message, sizeof message, TOO_LONG, a->texts.length[0], a->op->name, a->op->max_bytes);
    return refuse(out, ERROR_TEXT_SIZE, message);
}

static void add_error(bytes *errors, size_t index, const char *code, const char *message)
{
    bytes_format(errors, "%s{\"Index\": %zu, \"ErrorCode\": \"%s\", \"ErrorMessage\": ", errors->len ? ", " : "", index,
                 code);
    json_out_cstring(errors, message);
    bytes_text(errors, "}");
}

/* A text of a batch: one that is too long is an error of its own. */
static int read_item(answering *a, const json_node *node, size_t index, response *out)
{
    char message[160];
    if (json_type_of(node) != JSON_STRING)
        return refuse(out, ERROR_SERIALIZATION, "\"TextList\" must have strings only");
    if (add_text(a, node, "textList", index, out)) return -1;
    const size_t len = a->texts.length[a->texts.count - 1];
    if (len <= a->op->max_bytes) return 0;
    a->texts.count--;
    snprintf(message, sizeof message, TOO_LONG, len, a->op->name, a->op->max_bytes);
    add_error(&a->errors, index, "TEXT_SIZE_LIMIT_EXCEEDED", message);
    return 0;
}

static int read_texts(answering *a, const json_node *body, response *out)
{
    char message[120];
    const json_node *list = required(body, "TextList", "textList", JSON_ARRAY, out);
    if (!list) return -1;
    const size_t count = json_array_size(list);
    size_t index = 0;
    if (!count) return invalid(out, "", "textList", "Member must have length greater than or equal to 1");
    snprintf(message, sizeof message, "there are %zu texts, the limit of a batch is %d: split it", count,
             OPERATION_MAX_TEXTS);
    if (count > OPERATION_MAX_TEXTS) return refuse(out, ERROR_BATCH_SIZE, message);
    for (const json_node *node = json_first(list); node; node = json_next(node), index++)
        if (read_item(a, node, index, out)) return -1;
    return 0;
}

/* ---- language and model ------------------------------------------------------------------------------------------ */

/* Whether the service model has the code. One that it lacks is as good where a model here has that language. */
static int is_known(const operation *op, const bytes *code)
{
    for (const char *const *language = op->kind->languages; *language; language++)
        if (strlen(*language) == code->len && !memcmp(*language, code->data, code->len)) return 1;
    return 0;
}

static int no_model(const answering *a, const model_set *models, const bytes *code, response *out)
{
    problem why;
    if (!operation_model(a->op, models, NULL, 0)) {
        problem_set(&why, -1, "no model here finds %s: start tern with one that does", a->op->kind->result);
        return refuse(out, ERROR_INVALID_REQUEST, why.text);
    }
    if (!is_known(a->op, code)) {
        problem_set(&why, -1, "Member must satisfy enum value set: [");
        for (const char *const *l = a->op->kind->languages; *l; l++)
            problem_add(&why, "%s%s", l == a->op->kind->languages ? "" : ", ", *l);
        problem_add(&why, "]");
        return invalid(out, "", "languageCode", why.text);
    }
    problem_set(&why, -1, "no model here finds %s of texts in \"%s\"; languages that are there:", a->op->kind->result,
                code->data);
    for (const named_model *m = models->item; m < models->item + models->count; m++)
        if (a->op->kind->can(m)) problem_add(&why, " \"%s\"", m->language);
    return refuse(out, ERROR_LANGUAGE, why.text);
}

static int find_model(answering *a, const model_contexts *contexts, const handler_settings *settings,
                      const json_node *body, response *out)
{
    bytes code = {0};
    int failed = 0;
    const json_node *node = required(body, "LanguageCode", "languageCode", JSON_STRING, out);
    if (!node) return -1;
    if (!json_string(node, &code)) {
        respond_out_of_memory(out);
        failed = -1;
    } else {
        a->model = operation_model(a->op, contexts->models, code.data, code.len);
        if (!a->model) failed = no_model(a, contexts->models, &code, out);
    }
    bytes_free(&code);
    if (failed) return failed;
    a->ctx = model_context(contexts, a->model);
    a->settings = model_settings(settings, a->model);
    a->options = a->op->kind->options(&a->settings);
    return 0;
}

/* ---- the answer -------------------------------------------------------------------------------------------------- */

/* Runs the text at its place in the list and appends what is said of it to body. Returns -1 with the error in out. */
static int answer_text(answering *a, size_t at, bytes *body, response *out)
{
    const text_list *texts = &a->texts;
    const run_input input = {.text = texts->data[at], .len = texts->length[at]};
    const tern_doc *doc;
    if (!a->ready)
        a->ready = tern_run_ahead(a->ctx, texts->data + at, texts->length + at, texts->count - at, &a->options);
    if (a->ready) a->ready--;
    if (model_run(a->ctx, &input, &a->options, &a->settings, &doc, out)) return -1;
    out->tokens += tern_doc_token_count(doc);
    out->entities += tern_doc_entity_count(doc);
    a->op->kind->write(body, &(operation_text){input.text, input.len, doc, a->model});
    return 0;
}

/* Appends {"Index": i, and the members of what is said of the text at its place. */
static int answer_item(answering *a, size_t at, bytes *item, response *out)
{
    response each = {0};
    bytes_clear(item);
    int failed = answer_text(a, at, item, &each);
    if (failed && each.status < 500) /* that text alone is to blame */
        add_error(&a->errors, a->texts.index[at], "TEXT_SIZE_LIMIT_EXCEEDED", each.message);
    else if (failed) respond_error(out, each.status, each.error_type, each.message);
    if (!failed) {
        if (out->body.data[out->body.len - 1] != '[') bytes_text(&out->body, ", ");
        bytes_format(&out->body, "{\"Index\": %zu, ", a->texts.index[at]);
        bytes_append(&out->body, item->data ? item->data + 1 : "", item->len ? item->len - 1 : 0);
        out->body.failed |= item->failed;
        out->tokens += each.tokens;
        out->entities += each.entities;
    }
    response_free(&each);
    return out->status == 200 ? 0 : -1;
}

static void answer_batch(answering *a, response *out)
{
    bytes item = {0};
    int failed = 0;
    bytes_text(&out->body, "{\"ResultList\": [");
    for (size_t i = 0; i < a->texts.count && !failed && !out->body.failed; i++) failed = answer_item(a, i, &item, out);
    bytes_free(&item);
    if (failed) return;
    bytes_text(&out->body, "], \"ErrorList\": [");
    bytes_append(&out->body, a->errors.data ? a->errors.data : "", a->errors.len);
    out->body.failed |= a->errors.failed;
    bytes_text(&out->body, "]}");
}

static void answer(answering *a, response *out)
{
    const answer_limit *limit = &a->settings.answer;
    response_begin(out);
    if (a->op->is_batch) answer_batch(a, out);
    else answer_text(a, 0, &out->body, out);
    tern_ctx_trim(a->ctx);
    if (out->status != 200) return;
    response_end(out);
    if (out->status == 200 && response_is_over(out, limit, 0)) respond_too_large(out, limit);
}

void comprehend_request_json(const model_contexts *contexts, const char *target, const json_node *body,
                             const handler_settings *settings, response *out)
{
    problem why;
    answering a = {.op = operation_find(target)};
    out->task = a.op ? a.op->kind->task : TASK_ANY;
    if (!a.op) {
        operation_unknown(target, &why);
        refuse(out, ERROR_UNKNOWN_OPERATION, why.text);
    } else if (json_type_of(body) != JSON_OBJECT) {
        refuse(out, ERROR_SERIALIZATION, "the body must be an object");
    } else if (!check_document(a.op, body, out) && !(a.op->is_batch ? read_texts : read_text)(&a, body, out)
               && !find_model(&a, contexts, settings, body, out)) {
        answer(&a, out);
    }
    for (size_t i = 0; i < OPERATION_MAX_TEXTS; i++) bytes_free(&a.texts.text[i]);
    bytes_free(&a.errors);
}

void comprehend_request(const model_contexts *contexts, const char *target, const char *body, size_t len,
                        const handler_settings *settings, response *out)
{
    json_error error;
    json_doc *doc = json_parse(len ? body : "{}", len ? len : 2, &error);
    if (doc) comprehend_request_json(contexts, target, json_root(doc), settings, out);
    else if (error.no_memory) respond_out_of_memory(out);
    else refuse(out, ERROR_SERIALIZATION, error.msg);
    json_free(doc);
}
