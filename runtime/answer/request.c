#include "request.h"

#include <stdio.h>
#include <string.h>

#include "components.h"
#include "names.h"
#include "redaction_labels.h"

#define BAD_REQUEST 400
#define NOT_FOUND 404
#define TOO_LARGE 413
#define NO_MEMORY 500

/* ---- names ------------------------------------------------------------------------------------------------------- */

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

/* ---- values ------------------------------------------------------------------------------------------------------ */

/* A member that has a value. */
static const json_node *given(const json_node *body, const char *field)
{
    const json_node *member = json_member(body, field);
    return json_type_of(member) == JSON_NULL ? NULL : member;
}

static int no_memory(problem *why) { return problem_set(why, NO_MEMORY, "out of memory"); }

int request_text(const json_node *node, const char *name, bytes *text, problem *why)
{
    if (json_type_of(node) != JSON_STRING)
        return problem_set(why, BAD_REQUEST, "%s must be a string, not %s", name, json_type_name(json_type_of(node)));
    return json_string(node, text) ? 0 : no_memory(why);
}

/* A member that must be one of the names that from_name knows, its number into *value, which is left as it is where
 * there is none; an error lists the names and does not repeat the caller's. *name is replaced. */
static int read_choice(const json_node *body, const char *field, int (*from_name)(const char *, size_t),
                       const char *allowed, bytes *name, int *value, problem *why)
{
    const json_node *member = given(body, field);
    if (!member) return 0;
    const char *text = json_string(member, name);
    if (name->failed) return no_memory(why);
    int number = text ? from_name(text, name->len) : -1;
    if (number < 0) return problem_set(why, BAD_REQUEST, "\"%s\" must be %s", field, allowed);
    *value = number;
    return 0;
}

/* ---- what is asked for, of which model --------------------------------------------------------------------------- */

/* "model" into *model, which is left as it is where there is none. */
static int read_model(const json_node *body, const model_set *models, bytes *name, const named_model **model,
                      problem *why)
{
    const named_model *of_path = *model;
    const json_node *member = given(body, "model");
    if (!member) return 0;
    int status = request_text(member, "\"model\"", name, why);
    if (status) return status;
    *model = models_find(models, name->data, name->len);
    if (!*model) {
        models_unknown(models, why);
        return NOT_FOUND;
    }
    return !of_path || of_path == *model
               ? 0
               : problem_set(why, BAD_REQUEST, "the path and \"model\" name different models: name one of them");
}

/* What is asked for where the address does not say. */
static int read_task(const json_node *body, const model_set *models, bytes *name, request_target *target, problem *why)
{
    const named_model *model = target->model ? target->model : models_default(models, TASK_ANY);
    int named = TASK_ANY;
    int status = read_choice(body, "task", task_from_name, TASK_NAMES, name, &named, why);
    target->task = (task_kind)named;
    if (status || target->task != TASK_ANY) return status;
    int only_sentiment = model && model->tasks == TASK_BIT(TASK_SENTIMENT);
    target->task = only_sentiment || given(body, "input") ? TASK_SENTIMENT : TASK_NER;
    return 0;
}

/* The model of the target, named or not, that shall do its task. */
static int check_target(const model_set *models, request_target *target, problem *why)
{
    char has[COMPONENTS_NAMES_SIZE];
    if (!target->model) target->model = models_default(models, target->task);
    if (!target->model) {
        models_none_can(target->task, why);
        return NOT_FOUND;
    }
    if (target->model->tasks & TASK_BIT(target->task)) return 0;
    const unsigned components = tern_model_components(target->model->model);
    if (target->task == TASK_SENTIMENT && components & (TERN_TEXTCAT | TERN_TEXTCAT_MULTILABEL))
        return problem_set(why, BAD_REQUEST,
                           "the model \"%s\" finds no sentiments: it classifies texts, but not as POSITIVE, "
                           "NEGATIVE and NEUTRAL",
                           target->model->name);
    components_of(target->model->model, has);
    return problem_set(why, BAD_REQUEST, "the model \"%s\" finds no %s %s", target->model->name,
                       target->task == TASK_SENTIMENT ? "sentiments" : "entities", has);
}

int request_has_text(const json_node *body)
{
    return json_member(body, "text") || json_member(body, "texts") || json_member(body, "input")
           || json_member(body, "tokens");
}

int request_target_of(const json_node *body, const model_set *models, request_target *target, problem *why)
{
    bytes name = {0};
    int status = read_model(body, models, &name, &target->model, why);
    if (!status && target->task == TASK_ANY) status = read_task(body, models, &name, target, why);
    bytes_free(&name);
    return status ? status : check_target(models, target, why);
}

/* ---- names of fields --------------------------------------------------------------------------------------------- */

enum { TEXT_FIELDS = 4, FIELD_TOKENS = 3, FIELD_SPACES }; /* TEXT_FIELDS: the first ones, of them a request has one */

static const char *const fields[] = {"text", "texts", "input", "tokens", "spaces", "task", "model", "offsets", "format",
                                     "components", "sentences", "spans", "noun_chunks", "scores", "min_score",
                                     /* those of POST /redact alone: elsewhere a "label" is the caller's own */
                                     "labels", "replace", "key"};
enum { FIELDS = sizeof fields / sizeof *fields, FIELDS_EVERYWHERE = FIELDS - 3 };

static int field_index(const json_node *member)
{
    return name_index(fields, FIELDS, json_key(member), strlen(json_key(member)));
}

/* Mask of the fields that the request needs no more. */
static unsigned fields_there(const json_node *body)
{
    const unsigned texts = (1u << TEXT_FIELDS) - 1;
    unsigned there = 0;
    for (const json_node *n = json_first(body); n; n = json_next(n)) {
        int index = field_index(n);
        there |= index < 0 ? 0 : 1u << index;
    }
    if (there & texts && !(there >> FIELD_TOKENS & 1)) there |= 1u << FIELD_SPACES;
    return there & texts ? there | texts : there;
}

/* One of the mask for which the name may stand, or NULL. */
static const char *field_near(const char *name, unsigned mask)
{
    for (unsigned i = 0; i < FIELDS; i++)
        if (mask >> i & 1 && same_ignoring_case(name, strlen(name), fields[i])) return fields[i];
    for (unsigned i = 0; i < FIELDS; i++)
        if (mask >> i & 1 && name_is_near(name, fields[i])) return fields[i];
    return NULL;
}

/* count: how many fields there are, from the first on. */
static int check_names(const json_node *body, unsigned count, problem *why)
{
    char shown[NAME_SHOWN_SIZE];
    const unsigned there = fields_there(body) | ~((1u << count) - 1);
    for (const json_node *n = json_first(body); n; n = json_next(n)) {
        const char *meant = field_index(n) < 0 ? field_near(json_key(n), ~there) : NULL;
        if (!meant) continue;
        name_shown(json_key(n), strlen(json_key(n)), shown);
        return problem_set(why, BAD_REQUEST, "there is no field \"%s\": did you mean \"%s\"?", shown, meant);
    }
    return 0;
}

int request_check_names(const json_node *body, problem *why) { return check_names(body, FIELDS_EVERYWHERE, why); }

/* ---- fields ------------------------------------------------------------------------------------------------------ */

static int missing_text(task_kind task, problem *why)
{
    return problem_set(
        why, BAD_REQUEST,
        task == TASK_SENTIMENT
            ? "\"text\" is missing: send {\"text\": \"...\"}, {\"input\": \"...\"} or {\"texts\": [\"...\", ...]} "
              "(keys are "
              "case-sensitive)"
            : "\"text\" is missing: send {\"text\": \"...\"} or {\"texts\": [\"...\", ...]} (keys are case-sensitive)");
}

int request_both(const char *one, const char *other, problem *why)
{
    return problem_set(why, BAD_REQUEST, "there are both %s and %s: send one of them", one, other);
}

int request_spaces_alone(problem *why)
{
    return problem_set(why, BAD_REQUEST, "there is \"spaces\" without \"tokens\": send both, or the text alone");
}

/* "text", "input", "texts" or "tokens" into *out. find: given, or json_member for the error where none is. */
static int find_texts(const json_node *body, task_kind task, const json_node *(*find)(const json_node *, const char *),
                      text_request *out, problem *why)
{
    const json_node *text = find(body, "text"), *input = task == TASK_SENTIMENT ? find(body, "input") : NULL;
    out->texts = find(body, "texts");
    out->tokens = find(body, "tokens");
    out->spaces = given(body, "spaces");
    out->text = text ? text : input;
    out->text_name = text ? "\"text\"" : "\"input\"";
    if (text && input) return request_both("\"text\"", "\"input\"", why);
    if (out->text && out->texts) return request_both(out->text_name, "\"texts\"", why);
    if (out->tokens && (out->text || out->texts))
        return request_both(out->text ? out->text_name : "\"texts\"", "\"tokens\"", why);
    return out->spaces && !out->tokens ? request_spaces_alone(why) : 0;
}

static int read_texts(const json_node *body, task_kind task, size_t max_texts, text_request *out, problem *why)
{
    int status = find_texts(body, task, given, out, why);
    if (!status && !out->text && !out->texts && !out->tokens) status = find_texts(body, task, json_member, out, why);
    if (status || out->text || out->tokens) return status;
    if (!out->texts) return missing_text(task, why);
    if (json_type_of(out->texts) != JSON_ARRAY)
        return problem_set(why, BAD_REQUEST, "\"texts\" must be an array of strings, not %s",
                           json_type_name(json_type_of(out->texts)));
    size_t count = json_array_size(out->texts);
    if (count > max_texts)
        return problem_set(why, TOO_LARGE, "there are %zu \"texts\", the limit is %zu: split them", count, max_texts);
    return 0;
}

/* The member of that name, true or false, into *out, which is left as it is where there is none. may_be: whether it may
 * be true; without says why it may not. */
static int read_flag(const json_node *body, const char *name, int may_be, const char *without, int *out, problem *why)
{
    const json_node *member = given(body, name);
    if (!member) return 0;
    if (json_type_of(member) != JSON_BOOL)
        return problem_set(why, BAD_REQUEST, "\"%s\" must be true or false, not %s", name,
                           json_type_name(json_type_of(member)));
    *out = json_is_true(member);
    return !*out || may_be ? 0 : problem_set(why, BAD_REQUEST, "\"%s\" cannot be true: %s", name, without);
}

/* The member of that name, a number from 0 to 1, into *out, which is left as it is where there is none. */
static int read_share(const json_node *body, const char *name, double *out, problem *why)
{
    double value = 0;
    const json_node *member = given(body, name);
    if (!member) return 0;
    if (json_type_of(member) != JSON_NUMBER)
        return problem_set(why, BAD_REQUEST, "\"%s\" must be a number from 0 to 1, not %s", name,
                           json_type_name(json_type_of(member)));
    if (json_number(member, &value) || !(value >= 0 && value <= 1))
        return problem_set(why, BAD_REQUEST, "\"%s\" must be from 0 to 1", name);
    *out = value;
    return 0;
}

static int bad_components(problem *why, const tern_model *model, const char *what)
{
    char has[COMPONENTS_NAMES_SIZE];
    components_of(model, has);
    return problem_set(why, BAD_REQUEST, "%s of the model %s", what, has);
}

static int read_names(const json_node *array, const tern_model *model, bytes *name, uint64_t *places, problem *why)
{
    unsigned lacking = 0;
    char what[64];
    size_t index = 0;
    *places = 0;
    for (const json_node *n = json_first(array); n; n = json_next(n), index++) {
        const char *text = json_string(n, name);
        if (name->failed) return no_memory(why);
        if (!text || !components_find(text, name->len, model, places, &lacking)) { /* which one, without repeating it */
            snprintf(what, sizeof what, "\"components\"[%zu] is no component", index);
            return bad_components(why, model, what);
        }
    }
    return components_check(lacking, model, why) ? BAD_REQUEST : 0;
}

static int read_components(const json_node *body, const tern_model *model, bytes *name, uint64_t *places, problem *why)
{
    const json_node *member = given(body, "components");
    if (!member) return 0;
    if (json_type_of(member) != JSON_ARRAY)
        return bad_components(why, model, "\"components\" must be an array like [\"ner\"] of components");
    int status = read_names(member, model, name, places, why);
    if (status) return status;
    return *places & components_made_by(model, COMPONENTS_OF_ENTITIES) || !(tern_model_offers(model) & TERN_ENTITIES)
               ? 0
               : problem_set(why, BAD_REQUEST, "\"components\" must include \"ner\", which finds the entities");
}

static int read_ner(const json_node *body, const tern_model *model, bytes *name, request_options *out, problem *why)
{
    int offsets = (int)out->offsets, format = (int)out->format;
    const unsigned offers = tern_model_offers(model);
    int has_spans = (offers & TERN_SPANS) != 0, has_chunks = (offers & TERN_NOUN_CHUNKS) != 0;
    out->spans = !(offers & TERN_ENTITIES); /* all that it finds */
    int status = read_components(body, model, name, &out->components, why);
    if (!status) status = read_flag(body, "spans", has_spans, "the model makes no spans", &out->spans, why);
    if (!status)
        status = read_flag(body, "noun_chunks", has_chunks, "the model finds no noun chunks", &out->noun_chunks, why);
    if (!status) status = read_flag(body, "scores", 1, "", &out->scores, why);
    if (!status) status = read_share(body, "min_score", &out->min_score, why);
    if (!status) status = read_choice(body, "offsets", offset_unit_from_name, OFFSET_UNITS, name, &offsets, why);
    if (!status) status = read_choice(body, "format", entity_format_from_name, ENTITY_FORMATS, name, &format, why);
    out->offsets = (offset_unit)offsets;
    out->format = (entity_format)format;
    return status;
}

static int read_sentiment(const json_node *body, const tern_model *model, bytes *name, request_options *out,
                          problem *why)
{
    int offsets = (int)out->offsets, format = (int)out->sentiment.format;
    int status = read_flag(body, "sentences", sentiment_finds_sentences(model), "the model finds no sentences",
                           &out->sentiment.sentences, why);
    if (!status) status = read_choice(body, "offsets", offset_unit_from_name, OFFSET_UNITS, name, &offsets, why);
    if (!status)
        status = read_choice(body, "format", sentiment_format_from_name, SENTIMENT_FORMATS, name, &format, why);
    out->offsets = (offset_unit)offsets;
    out->sentiment.format = (sentiment_format)format;
    return status;
}

static int unknown_label(const tern_model *model, size_t index, problem *why)
{
    problem_set(why, BAD_REQUEST, "\"labels\"[%zu] is none", index);
    redaction_list_labels(model, why);
    return BAD_REQUEST;
}

static int read_labels(const json_node *body, const tern_model *model, bytes *name, text_request *out, problem *why)
{
    const json_node *member = given(body, "labels");
    redaction_options *options = &out->options.redaction;
    size_t index = 0;
    if (!member) return 0;
    if (json_type_of(member) != JSON_ARRAY || !json_first(member))
        return problem_set(why, BAD_REQUEST, "\"labels\" must be an array like [\"PERSON\", \"EMAIL\"]");
    for (const json_node *n = json_first(member); n; n = json_next(n), index++) {
        const char *text = json_string(n, name);
        if (name->failed) return no_memory(why);
        if (!text || redaction_choose(text, name->len, model, options, &out->labels))
            return unknown_label(model, index, why);
    }
    options->labels = out->labels.data;
    options->labels_len = out->labels.len;
    return out->labels.failed ? no_memory(why) : 0;
}

static int read_key(const json_node *body, text_request *out, problem *why)
{
    const json_node *member = given(body, "key");
    redaction_options *options = &out->options.redaction;
    int status = member ? request_text(member, "\"key\"", &out->key, why) : 0;
    if (status) return status;
    if (member) {
        options->key = out->key.data;
        options->key_len = out->key.len;
    }
    if (member && out->key.len < REDACT_LEAST_KEY)
        return problem_set(why, BAD_REQUEST, "\"key\" has %zu bytes, the least are %d", out->key.len, REDACT_LEAST_KEY);
    return options->way != REDACT_HASH || options->key
               ? 0
               : problem_set(why, BAD_REQUEST,
                             "\"replace\": \"hash\" needs a secret: send \"key\", or start with TERN_REDACT_KEY");
}

static int read_redact(const json_node *body, const tern_model *model, bytes *name, text_request *out, problem *why)
{
    request_options *options = &out->options;
    int offsets = (int)options->offsets, way = (int)options->redaction.way;
    int status = read_components(body, model, name, &options->components, why);
    if (!status) status = read_choice(body, "offsets", offset_unit_from_name, OFFSET_UNITS, name, &offsets, why);
    if (!status) status = read_choice(body, "replace", redact_way_from_name, REDACT_WAYS, name, &way, why);
    options->offsets = (offset_unit)offsets;
    options->redaction.way = (redact_way)way;
    if (!status) status = read_labels(body, model, name, out, why);
    if (!status) status = read_key(body, out, why);
    return status ? status : read_share(body, "min_score", &options->redaction.min_score, why);
}

static int read_options(const json_node *body, task_kind task, const tern_model *model, bytes *name, text_request *out,
                        problem *why)
{
    if (task == TASK_REDACT) return read_redact(body, model, name, out, why);
    return (task == TASK_SENTIMENT ? read_sentiment : read_ner)(body, model, name, &out->options, why);
}

void request_free(text_request *request)
{
    bytes_free(&request->labels);
    bytes_free(&request->key);
}

int request_read(const json_node *body, task_kind task, const tern_model *model, size_t max_texts, text_request *out,
                 problem *why)
{
    bytes name = {0};
    json_type type = json_type_of(body);
    if (type != JSON_OBJECT)
        return problem_set(why, BAD_REQUEST, "expected an object like {\"text\": \"...\"}, not %s",
                           json_type_name(type));
    int status = check_names(body, task == TASK_REDACT ? FIELDS : FIELDS_EVERYWHERE, why);
    if (!status) status = read_texts(body, task, max_texts, out, why);
    if (!status) status = read_options(body, task, model, &name, out, why);
    bytes_free(&name);
    return status;
}
