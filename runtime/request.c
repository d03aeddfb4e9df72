#include "request.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "components.h"

#define BAD_REQUEST 400
#define NOT_FOUND 404
#define TOO_LARGE 413
#define NO_MEMORY 500

_Static_assert(REQUEST_ERROR_SIZE >= COMPONENTS_ERROR_SIZE, "a sentence about components fits");

/* ---- names ------------------------------------------------------------------------------------------------------------ */

/* Index of the name, or -1. */
static int index_of(const char *const *names, size_t count, const char *name, size_t len)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(names[i]) == len && !memcmp(names[i], name, len))
            return (int)i;
    return -1;
}

int entity_format_from_name(const char *name, size_t len, entity_format *out)
{
    static const char *const names[] = {[FORMAT_NER] = "ner", [FORMAT_SPACY] = "spacy"};
    int index = index_of(names, sizeof names / sizeof *names, name, len);
    if (index < 0)
        return -1;
    *out = (entity_format)index;
    return 0;
}

int offset_unit_from_name(const char *name, size_t len, offset_unit *out)
{
    static const char *const names[] = {[OFFSETS_CODEPOINT] = "codepoint", [OFFSETS_UTF16] = "utf16",
                                        [OFFSETS_BYTE] = "byte"};
    int index = index_of(names, sizeof names / sizeof *names, name, len);
    if (index < 0)
        return -1;
    *out = (offset_unit)index;
    return 0;
}

const char *json_type_name(json_type type)
{
    static const char *const names[] = {"null", "true or false", "a number", "a string", "an array", "an object"};
    return names[type];
}

/* ---- fields ----------------------------------------------------------------------------------------------------------- */

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

int request_model(const json_node *body, const model_set *models, const named_model **model, char error[REQUEST_ERROR_SIZE])
{
    char names[COMPONENTS_NAMES_SIZE];
    bytes name = {0};
    int status = read_model(body, models, &name, model, error);
    bytes_free(&name);
    if (status)
        return status;
    if (!*model)
        *model = &models->item[0];
    if (tern_model_offers((*model)->model) & TERN_ENTITIES)
        return 0;
    components_names(tern_model_components((*model)->model), names);
    return refuse(error, BAD_REQUEST, "the model \"%s\" finds no entities: its components are %s", (*model)->name, names);
}

/* "text" or "texts" into *out. */
static int read_texts(const json_node *body, size_t max_texts, ner_request *out, char *error)
{
    out->text = json_member(body, "text");
    out->texts = json_member(body, "texts");
    if (out->text && out->texts)
        return refuse(error, BAD_REQUEST, "there are both \"text\" and \"texts\": send one of them");
    if (!out->text && !out->texts)
        return refuse(error, BAD_REQUEST, "\"text\" is missing: send {\"text\": \"...\"} or {\"texts\": [\"...\", ...]} "
                                          "(keys are case-sensitive)");
    if (out->text)
        return 0;
    if (json_type_of(out->texts) != JSON_ARRAY)
        return refuse(error, BAD_REQUEST, "\"texts\" must be an array of strings, not %s",
                      json_type_name(json_type_of(out->texts)));
    size_t count = json_array_size(out->texts);
    if (count > max_texts)
        return refuse(error, TOO_LARGE, "there are %zu \"texts\", the limit is %zu: split them", count, max_texts);
    return 0;
}

/* A member that must be one of the names that from_name knows; its value is not repeated. *name is replaced. */
static int read_format(const json_node *body, bytes *name, entity_format *out, char *error)
{
    const json_node *member = json_member(body, "format");
    if (!member)
        return 0;
    const char *value = json_string(member, name);
    if (name->failed)
        return no_memory(error);
    return value && !entity_format_from_name(value, name->len, out)
        ? 0 : refuse(error, BAD_REQUEST, "\"format\" must be " ENTITY_FORMATS);
}

static int read_offsets(const json_node *body, bytes *name, offset_unit *out, char *error)
{
    const json_node *member = json_member(body, "offsets");
    if (!member)
        return 0;
    const char *value = json_string(member, name);
    if (name->failed)
        return no_memory(error);
    return value && !offset_unit_from_name(value, name->len, out)
        ? 0 : refuse(error, BAD_REQUEST, "\"offsets\" must be " OFFSET_UNITS);
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

int request_read(const json_node *body, const tern_model *model, size_t max_texts, ner_request *out,
                 char error[REQUEST_ERROR_SIZE])
{
    bytes name = {0};
    json_type type = json_type_of(body);
    if (type != JSON_OBJECT)
        return refuse(error, BAD_REQUEST, "expected an object like {\"text\": \"...\"}, not %s", json_type_name(type));
    int status = read_texts(body, max_texts, out, error);
    if (!status)
        status = read_components(body, model, &name, &out->options.components, error);
    if (!status)
        status = read_offsets(body, &name, &out->options.offsets, error);
    if (!status)
        status = read_format(body, &name, &out->options.format, error);
    bytes_free(&name);
    return status;
}
