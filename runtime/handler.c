#include "handler.h"

#include <stdio.h>
#include <string.h>

#include "components.h"
#include "doc_json.h"
#include "json_out.h"

#define BAD_REQUEST "Function.BadRequest"
#define TEXT_TOO_LONG "Function.TextTooLong"
#define OUT_OF_MEMORY "Runtime.OutOfMemory"
#define INTERNAL_ERROR "Runtime.InternalError"

void respond_error(response *out, int status, const char *error_type, const char *message)
{
    out->status = status;
    out->error_type = error_type;
    snprintf(out->message, sizeof out->message, "%s", message);
    bytes_clear(&out->body);
    bytes_text(&out->body, "{\"error\": ");
    json_out_cstring(&out->body, out->message);
    bytes_text(&out->body, "}");
    if (out->body.failed)
        bytes_clear(&out->body);
}

void respond_out_of_memory(response *out)
{
    bytes_free(&out->body);   /* gives back what a half-written answer held */
    respond_error(out, 500, OUT_OF_MEMORY, "out of memory: send a shorter text, or give the process more memory");
}

void response_free(response *out)
{
    bytes_free(&out->body);
}

int media_type_is_json(const char *content_type)
{
    if (!content_type)
        return 1;
    content_type += strspn(content_type, " \t");
    return same_ignoring_case(content_type, strcspn(content_type, "; \t"), "application/json");
}

static int bad_request(response *out, const char *message)
{
    respond_error(out, 400, BAD_REQUEST, message);
    return -1;
}

static int no_memory(response *out)
{
    respond_out_of_memory(out);
    return -1;
}

static void begin_answer(response *out)
{
    out->status = 200;
    out->error_type = NULL;
    out->message[0] = '\0';
    bytes_clear(&out->body);
}

static void end_answer(response *out)
{
    if (out->body.failed)
        no_memory(out);
}

static int respond_engine_error(response *out, const tern_error *err, size_t max_chars)
{
    char message[sizeof out->message];
    switch (err->code) {
    case TERN_E_MEMORY:
        return no_memory(out);
    case TERN_E_UTF8:
        snprintf(message, sizeof message, "the text is not valid UTF-8 (byte %zu)", err->pos);
        return bad_request(out, message);
    case TERN_E_TOO_LONG:
        if (!max_chars || max_chars > TERN_MAX_CHARS)
            max_chars = TERN_MAX_CHARS;
        snprintf(message, sizeof message, "the text has %zu characters, the limit is %zu: split it", err->pos, max_chars);
        respond_error(out, 413, TEXT_TOO_LONG, message);
        return -1;
    default:
        respond_error(out, 500, INTERNAL_ERROR, err->msg);
        return -1;
    }
}

int handle_run(tern_ctx *ctx, const char *text, size_t len, unsigned want, const handler_settings *settings,
               const tern_doc **doc, response *out)
{
    tern_options options = {.want = want & tern_model_offers(settings->model), .components = settings->components,
                            .max_chars = settings->max_chars};
    tern_error err;
    if (!settings->components)   /* to the engine, 0 means its default */
        options.want = TERN_TOKENS;
    if (tern_run(ctx, text, len, &options, doc, &err))
        return respond_engine_error(out, &err, settings->max_chars);
    return 0;
}

/* ---- reading a request ------------------------------------------------------------------------------------------------ */

static json_doc *parse(const char *data, size_t len, response *out)
{
    json_error error;
    json_doc *doc = json_parse(data, len, &error);
    if (!doc) {
        if (error.no_memory)
            no_memory(out);
        else
            bad_request(out, error.msg);
    }
    return doc;
}

static const char *type_name(json_type type)
{
    static const char *const names[] = {"null", "true or false", "a number", "a string", "an array", "an object"};
    return names[type];
}

/* The member "text" of a request into *text; 0, or -1 after having responded. */
static int read_text(const json_node *root, bytes *text, response *out)
{
    char message[128];
    json_type type = json_type_of(root);
    if (type != JSON_OBJECT) {
        snprintf(message, sizeof message, "expected an object like {\"text\": \"...\"}, not %s", type_name(type));
        return bad_request(out, message);
    }
    const json_node *member = json_member(root, "text");
    if (!member)
        return bad_request(out, "\"text\" is missing: send {\"text\": \"...\"} (keys are case-sensitive)");
    type = json_type_of(member);
    if (type != JSON_STRING) {
        snprintf(message, sizeof message, "\"text\" must be a string, not %s", type_name(type));
        return bad_request(out, message);
    }
    return json_string(member, text) ? 0 : no_memory(out);
}

static int bad_components(response *out, const char *what)
{
    char names[COMPONENTS_NAMES_SIZE], message[sizeof out->message];
    components_names(COMPONENTS_ALL, names);
    snprintf(message, sizeof message, "%s (known: %s)", what, names);
    return bad_request(out, message);
}

/* Says which item of the array is wrong without repeating it. */
static int bad_name(response *out, size_t index)
{
    char what[96];
    snprintf(what, sizeof what, "\"components\"[%zu] is not the name of a component", index);
    return bad_components(out, what);
}

static int read_names(const json_node *array, unsigned *mask, response *out)
{
    bytes name = {0};
    size_t index = 0;
    int status = 0;
    *mask = 0;
    for (const json_node *n = json_first(array); n && !status; n = json_next(n), index++) {
        const char *text = json_string(n, &name);
        unsigned component = text ? tern_component_from_name(text, name.len) : 0;
        *mask |= component;
        if (name.failed)
            status = no_memory(out);
        else if (!component)
            status = bad_name(out, index);
    }
    bytes_free(&name);
    return status;
}

/* The member "components" of a request, which must be able to find entities, into *mask if there is one. 0 or -1. */
static int read_components(const json_node *root, const tern_model *model, unsigned *mask, response *out)
{
    char error[COMPONENTS_ERROR_SIZE];
    const json_node *member = json_member(root, "components");
    if (!member)
        return 0;
    if (json_type_of(member) != JSON_ARRAY)
        return bad_components(out, "\"components\" must be an array of names like [\"ner\"]");
    if (read_names(member, mask, out))
        return -1;
    if (!(*mask & TERN_NER))
        return bad_components(out, "\"components\" must include \"ner\", which finds the entities");
    return components_check(*mask, model, error) ? bad_request(out, error) : 0;
}

/* ---- POST /ner -------------------------------------------------------------------------------------------------------- */

static void write_entity(bytes *out, const char *text, const tern_entity *entity)
{
    const tern_span *span = &entity->span;
    bytes_text(out, "{\"text\": ");
    json_out_string(out, text + span->byte_start, span->byte_end - span->byte_start);
    bytes_text(out, ", \"label\": ");
    json_out_cstring(out, entity->label);
    bytes_format(out, ", \"start\": %zu, \"end\": %zu}", span->char_start, span->char_end);
}

void handle_ner_text(tern_ctx *ctx, const char *text, size_t len, const handler_settings *settings, response *out)
{
    const tern_doc *doc;
    if (!len) {
        bad_request(out, "\"text\" is empty");
        return;
    }
    if (handle_run(ctx, text, len, TERN_ENTITIES, settings, &doc, out))
        return;
    begin_answer(out);
    bytes_text(&out->body, "{\"entities\": [");
    for (size_t i = 0; i < tern_doc_entity_count(doc); i++) {
        tern_entity entity;
        if (tern_doc_entity(doc, i, &entity))
            break;
        if (i)
            bytes_text(&out->body, ", ");
        write_entity(&out->body, text, &entity);
    }
    bytes_text(&out->body, "]}");
    end_answer(out);
}

void handle_ner_json(tern_ctx *ctx, const json_node *body, const handler_settings *settings, response *out)
{
    bytes text = {0};
    handler_settings own = *settings;
    if (!read_text(body, &text, out) && !read_components(body, own.model, &own.components, out))
        handle_ner_text(ctx, text.data, text.len, &own, out);
    bytes_free(&text);
}

void handle_ner(tern_ctx *ctx, const char *body, size_t len, const handler_settings *settings, response *out)
{
    if (!len) {
        bad_request(out, "the request has no body: send {\"text\": \"...\"}");
        return;
    }
    json_doc *doc = parse(body, len, out);
    if (!doc)
        return;
    handle_ner_json(ctx, json_root(doc), settings, out);
    json_free(doc);
}

/* ---- tern pipe -------------------------------------------------------------------------------------------------------- */

void handle_pipe(tern_ctx *ctx, const char *line, size_t len, const handler_settings *settings, response *out)
{
    bytes text = {0};
    const tern_doc *result;
    json_doc *doc = parse(line, len, out);
    if (!doc)
        return;
    int failed = read_text(json_root(doc), &text, out);
    json_free(doc);
    if (!failed && !handle_run(ctx, text.data, text.len, TERN_EVERYTHING, settings, &result, out)) {
        begin_answer(out);
        doc_json(&out->body, text.data, text.len, result);
        end_answer(out);
    }
    bytes_free(&text);
}
