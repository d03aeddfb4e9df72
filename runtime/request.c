#include "request.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "components.h"
#include "names.h"

#define BAD_REQUEST 400
#define NOT_FOUND 404
#define TOO_LARGE 413
#define NO_MEMORY 500

_Static_assert(REQUEST_ERROR_SIZE >= COMPONENTS_ERROR_SIZE, "a sentence about components fits");

/* ---- names ------------------------------------------------------------------------------------------------------------ */

int entity_format_from_name(const char *name, size_t len)
{
    static const char *const names[] = {[FORMAT_NER] = "ner", [FORMAT_SPACY] = "spacy"};
    return name_index(names, sizeof names / sizeof *names, name, len);
}

const char *json_type_name(json_type type)
{
    static const char *const names[] = {"null", "true or false", "a number", "a string", "an array", "an object"};
    return names[type];
}

/* ---- values ----------------------------------------------------------------------------------------------------------- */

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
static int refuse(char *error, int status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(error, REQUEST_ERROR_SIZE, format, args);
    va_end(args);
    return status;
}

static int no_memory(char *error)
{
    return refuse(error, NO_MEMORY, "out of memory");
}

int request_text(const json_node *node, const char *name, bytes *text, char error[REQUEST_ERROR_SIZE])
{
    if (json_type_of(node) != JSON_STRING)
        return refuse(error, BAD_REQUEST, "%s must be a string, not %s", name, json_type_name(json_type_of(node)));
    return json_string(node, text) ? 0 : no_memory(error);
}

/* A member that must be one of the names that from_name knows, its number into *value, which is left as it is where there is none;
 * an error lists the names and does not repeat the caller's. *name is replaced. */
static int read_choice(const json_node *body, const char *field, int (*from_name)(const char *, size_t), const char *allowed,
                       bytes *name, int *value, char *error)
{
    const json_node *member = json_member(body, field);
    if (!member)
        return 0;
    const char *text = json_string(member, name);
    if (name->failed)
        return no_memory(error);
    int number = text ? from_name(text, name->len) : -1;
    if (number < 0)
        return refuse(error, BAD_REQUEST, "\"%s\" must be %s", field, allowed);
    *value = number;
    return 0;
}

/* ---- what is asked for, of which model ---------------------------------------------------------------------------------- */

/* "model" into *model, which is left as it is where there is none. */
static int read_model(const json_node *body, const model_set *models, bytes *name, const named_model **model, char *error)
{
    const named_model *of_path = *model;
    const json_node *member = json_member(body, "model");
    if (!member)
        return 0;
    int status = request_text(member, "\"model\"", name, error);
    if (status)
        return status;
    *model = models_find(models, name->data, name->len);
    if (!*model) {
        models_unknown(models, error);
        return NOT_FOUND;
    }
    return !of_path || of_path == *model
        ? 0 : refuse(error, BAD_REQUEST, "the path and \"model\" name different models: name one of them");
}

/* What is asked for where the address does not say. */
static int read_task(const json_node *body, const model_set *models, bytes *name, request_target *target, char *error)
{
    const named_model *model = target->model ? target->model : models_default(models, TASK_ANY);
    int named = TASK_ANY;
    int status = read_choice(body, "task", task_from_name, TASK_NAMES, name, &named, error);
    target->task = (task_kind)named;
    if (status || target->task != TASK_ANY)
        return status;
    int only_sentiment = model && model->tasks == TASK_BIT(TASK_SENTIMENT);
    target->task = only_sentiment || json_member(body, "input") ? TASK_SENTIMENT : TASK_NER;
    return 0;
}

/* The model of the target, named or not, that shall do its task. */
static int check_target(const model_set *models, request_target *target, char *error)
{
    char names[COMPONENTS_NAMES_SIZE];
    if (!target->model)
        target->model = models_default(models, target->task);
    if (!target->model) {
        models_none_can(target->task, error);
        return NOT_FOUND;
    }
    if (target->model->tasks & TASK_BIT(target->task))
        return 0;
    const unsigned components = tern_model_components(target->model->model);
    if (target->task == TASK_SENTIMENT && components & (TERN_TEXTCAT | TERN_TEXTCAT_MULTILABEL))
        return refuse(error, BAD_REQUEST, "the model \"%s\" finds no sentiments: it classifies texts, but not as POSITIVE, "
                      "NEGATIVE and NEUTRAL", target->model->name);
    components_names(components, names);
    return refuse(error, BAD_REQUEST, "the model \"%s\" finds no %s: its components are %s", target->model->name,
                  target->task == TASK_SENTIMENT ? "sentiments" : "entities", names);
}

int request_has_text(const json_node *body)
{
    return json_member(body, "text") || json_member(body, "texts") || json_member(body, "input");
}

int request_target_of(const json_node *body, const model_set *models, request_target *target, char error[REQUEST_ERROR_SIZE])
{
    bytes name = {0};
    int status = read_model(body, models, &name, &target->model, error);
    if (!status && target->task == TASK_ANY)
        status = read_task(body, models, &name, target, error);
    bytes_free(&name);
    return status ? status : check_target(models, target, error);
}

/* ---- fields ----------------------------------------------------------------------------------------------------------- */

static int missing_text(task_kind task, char *error)
{
    return refuse(error, BAD_REQUEST, task == TASK_SENTIMENT
        ? "\"text\" is missing: send {\"text\": \"...\"}, {\"input\": \"...\"} or {\"texts\": [\"...\", ...]} (keys are "
          "case-sensitive)"
        : "\"text\" is missing: send {\"text\": \"...\"} or {\"texts\": [\"...\", ...]} (keys are case-sensitive)");
}

/* "text", "input" or "texts" into *out. */
static int read_texts(const json_node *body, task_kind task, size_t max_texts, text_request *out, char *error)
{
    const json_node *text = json_member(body, "text"), *input = task == TASK_SENTIMENT ? json_member(body, "input") : NULL;
    out->texts = json_member(body, "texts");
    out->text = text ? text : input;
    out->text_name = text ? "\"text\"" : "\"input\"";
    if (text && input)
        return refuse(error, BAD_REQUEST, "there are both \"text\" and \"input\": send one of them");
    if (out->text && out->texts)
        return refuse(error, BAD_REQUEST, "there are both %s and \"texts\": send one of them", out->text_name);
    if (out->text)
        return 0;
    if (!out->texts)
        return missing_text(task, error);
    if (json_type_of(out->texts) != JSON_ARRAY)
        return refuse(error, BAD_REQUEST, "\"texts\" must be an array of strings, not %s",
                      json_type_name(json_type_of(out->texts)));
    size_t count = json_array_size(out->texts);
    if (count > max_texts)
        return refuse(error, TOO_LARGE, "there are %zu \"texts\", the limit is %zu: split them", count, max_texts);
    return 0;
}

static int read_sentences(const json_node *body, const tern_model *model, int *out, char *error)
{
    const json_node *member = json_member(body, "sentences");
    if (!member)
        return 0;
    if (json_type_of(member) != JSON_BOOL)
        return refuse(error, BAD_REQUEST, "\"sentences\" must be true or false, not %s", json_type_name(json_type_of(member)));
    *out = json_is_true(member);
    return !*out || sentiment_finds_sentences(model)
        ? 0 : refuse(error, BAD_REQUEST, "\"sentences\" cannot be true: the model finds no sentences");
}

static int bad_components(char *error, const char *what)
{
    char names[COMPONENTS_NAMES_SIZE];
    components_names(COMPONENTS_ALL, names);
    return refuse(error, BAD_REQUEST, "%s (known: %s)", what, names);
}

static int read_names(const json_node *array, bytes *name, unsigned *mask, char *error)
{
    char what[96];
    size_t index = 0;
    *mask = 0;
    for (const json_node *n = json_first(array); n; n = json_next(n), index++) {
        const char *text = json_string(n, name);
        unsigned component = text ? tern_component_from_name(text, name->len) : 0;
        if (name->failed)
            return no_memory(error);
        if (!component) {   /* which one, without repeating it */
            snprintf(what, sizeof what, "\"components\"[%zu] is not the name of a component", index);
            return bad_components(error, what);
        }
        *mask |= component;
    }
    return 0;
}

static int read_components(const json_node *body, const tern_model *model, bytes *name, unsigned *mask, char *error)
{
    const json_node *member = json_member(body, "components");
    if (!member)
        return 0;
    if (json_type_of(member) != JSON_ARRAY)
        return bad_components(error, "\"components\" must be an array of names like [\"ner\"]");
    int status = read_names(member, name, mask, error);
    if (status)
        return status;
    if (!(*mask & TERN_NER))
        return bad_components(error, "\"components\" must include \"ner\", which finds the entities");
    return components_check(*mask, model, error) ? BAD_REQUEST : 0;
}

static int read_ner(const json_node *body, const tern_model *model, bytes *name, request_options *out, char *error)
{
    int offsets = (int)out->offsets, format = (int)out->format;
    int status = read_components(body, model, name, &out->components, error);
    if (!status)
        status = read_choice(body, "offsets", offset_unit_from_name, OFFSET_UNITS, name, &offsets, error);
    if (!status)
        status = read_choice(body, "format", entity_format_from_name, ENTITY_FORMATS, name, &format, error);
    out->offsets = (offset_unit)offsets;
    out->format = (entity_format)format;
    return status;
}

static int read_sentiment(const json_node *body, const tern_model *model, bytes *name, request_options *out, char *error)
{
    int offsets = (int)out->offsets, format = (int)out->sentiment.format;
    int status = read_sentences(body, model, &out->sentiment.sentences, error);
    if (!status)
        status = read_choice(body, "offsets", offset_unit_from_name, OFFSET_UNITS, name, &offsets, error);
    if (!status)
        status = read_choice(body, "format", sentiment_format_from_name, SENTIMENT_FORMATS, name, &format, error);
    out->offsets = (offset_unit)offsets;
    out->sentiment.format = (sentiment_format)format;
    return status;
}

int request_read(const json_node *body, task_kind task, const tern_model *model, size_t max_texts, text_request *out,
                 char error[REQUEST_ERROR_SIZE])
{
    bytes name = {0};
    json_type type = json_type_of(body);
    if (type != JSON_OBJECT)
        return refuse(error, BAD_REQUEST, "expected an object like {\"text\": \"...\"}, not %s", json_type_name(type));
    int status = read_texts(body, task, max_texts, out, error);
    if (!status)
        status = (task == TASK_SENTIMENT ? read_sentiment : read_ner)(body, model, &name, &out->options, error);
    bytes_free(&name);
    return status;
}
