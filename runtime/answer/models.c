#define _POSIX_C_SOURCE 200809L /* strndup */
#include "models.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "components.h"
#include "environment.h"
#include "json_in.h"
#include "mapped_file.h"
#include "text_of.h"

#define VARIABLE "TERN_MODEL"
#define SUFFIX ".tern"
#define NAME_RULE "a name is 1 to " TEXT_OF(MODEL_NAME_MAX) " letters, digits, _ and -, as in en=weights/en.tern"
#define NAME_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

_Static_assert(MODELS_MAX *(MODEL_NAME_SIZE + 1) + 64 <= PROBLEM_SIZE, "the sentence with all names fits");

/* ---- names and paths --------------------------------------------------------------------------------------------- */

/* Where the "=" after a name is; NULL for a plain path. */
static const char *end_of_name(const char *text)
{
    const char *end = text + strcspn(text, "=/,");
    return *end == '=' ? end : NULL;
}

/* Takes path, which is NULL when memory ran out. */
static int add(model_set *models, const char *name, size_t len, char *path, problem *why)
{
    named_model *item = &models->item[models->count];
    int status = 0;
    if (!path) return problem_set(why, -1, "out of memory");
    if (models->count == MODELS_MAX) status = problem_set(why, -1, "there are more than %u models", MODELS_MAX);
    else if (models_find(models, name, len))
        status = problem_set(why, -1, "there are two models with the name \"%.*s\"", (int)len, name);
    if (status) {
        free(path);
        return status;
    }
    *item = (named_model){.path = path};
    memcpy(item->name, name, len);
    models->count++;
    return 0;
}

int models_add_file(model_set *models, const char *path, problem *why)
{
    char name[MODEL_NAME_SIZE];
    const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;
    size_t len = strlen(file), suffix = strlen(SUFFIX);
    if (!len)
        return problem_set(why, -1,
                           *path ? "the path of a model file ends in \"/\"" : "the path of a model file is empty");
    if (len > suffix && !strcmp(file + len - suffix, SUFFIX)) len -= suffix;
    if (len > sizeof name - 1) len = sizeof name - 1;
    for (size_t i = 0; i < len; i++) name[i] = strchr(NAME_CHARACTERS, file[i]) ? file[i] : '_';
    return add(models, name, len, strdup(path), why);
}

/* "NAME=PATH", the sign at equals, of len bytes. */
static int add_named(model_set *models, const char *text, size_t len, const char *equals, problem *why)
{
    size_t name = (size_t)(equals - text), path = len - name - 1;
    if (!name || name >= MODEL_NAME_SIZE || strspn(text, NAME_CHARACTERS) != name)
        return problem_set(why, -1, "what is before a \"=\" is not a model's name: " NAME_RULE);
    if (!path) return problem_set(why, -1, "the model \"%.*s\" has no path", (int)name, text);
    return add(models, text, name, strndup(equals + 1, path), why);
}

int models_add(model_set *models, const char *argument, problem *why)
{
    const char *equals = end_of_name(argument);
    return equals ? add_named(models, argument, strlen(argument), equals, why) : models_add_file(models, argument, why);
}

static int add_list(model_set *models, const char *list, problem *why)
{
    for (;;) {
        const char *equals = end_of_name(list);
        size_t len = strcspn(list, ",");
        if (!equals) return problem_set(why, -1, "an item of the list is not NAME=PATH: " NAME_RULE);
        if (add_named(models, list, len, equals, why)) return -1;
        if (!list[len]) return 0;
        list += len + 1;
    }
}

static int add_found(model_set *models, task_kind task, problem *why)
{
    char path[PATH_MAX + 256];
    return model_search(task, path, sizeof path) ? problem_set(why, -1, "%s", path)
                                                 : models_add_file(models, path, why);
}

static int add_all_found(model_set *models, problem *why)
{
    char path[PATH_MAX + 256];
    if (add_found(models, TASK_NER, why)) return -1;
    return model_search(TASK_SENTIMENT, path, sizeof path) ? 0 : models_add_file(models, path, why);
}

int models_add_default(model_set *models, task_kind task, problem *why)
{
    const char *value = environment(VARIABLE);
    if (!value) return task == TASK_ANY ? add_all_found(models, why) : add_found(models, task, why);
    int failed = end_of_name(value) ? add_list(models, value, why) : models_add_file(models, value, why);
    return failed ? problem_at(why, VARIABLE) : 0;
}

/* ---- models ------------------------------------------------------------------------------------------------------ */

tern_status models_open(model_set *models, model_access access, problem *why)
{
    tern_status status = TERN_OK;
    for (named_model *m = models->item; m < models->item + models->count && !status; m++) {
        m->file = access == MODEL_MAPPED ? mapped_file_open(m->path) : NULL;
        status = model_open(m->path, access, &m->model, why);
    }
    return status;
}

const named_model *models_changed(const model_set *models)
{
    for (const named_model *m = models->item; m < models->item + models->count; m++)
        if (mapped_file_has_changed(m->file)) return m;
    return NULL;
}

int models_again(const model_set *models, model_set *out)
{
    problem why;
    for (const named_model *m = models->item; m < models->item + models->count; m++)
        if (add(out, m->name, strlen(m->name), strdup(m->path), &why)) return -1;
    return 0;
}

/* {"model": {"lang": "en", ...}, ...} */
static void read_language(named_model *m)
{
    const char *meta;
    size_t len;
    bytes code = {0};
    json_error error;
    json_doc *doc = tern_model_meta(m->model, &meta, &len) ? NULL : json_parse(meta, len, &error);
    const json_node *lang = doc ? json_member(json_member(json_root(doc), "model"), "lang") : NULL;
    if (json_string(lang, &code) && code.len < sizeof m->language) memcpy(m->language, code.data, code.len + 1);
    bytes_free(&code);
    json_free(doc);
}

static tern_status set_tasks(named_model *m, problem *reason)
{
    unsigned offers = tern_model_offers(m->model);
    read_language(m);
    m->tasks = 0;
    m->components = components_by_default(m->model);
    if (offers & (TERN_ENTITIES | TERN_SPANS)) { /* without entities it answers with spans */
        int failed = offers & TERN_ENTITIES ? components_default_for_entities(m->model, &m->components, reason)
                                            : components_default(m->model, &m->components, reason);
        if (failed) return TERN_E_UNSUPPORTED;
        m->tasks |= TASK_BIT(TASK_NER) | (offers & TERN_ENTITIES ? TASK_BIT(TASK_REDACT) : 0);
    }
    if (!(offers & TERN_CATS)) return TERN_OK;
    tern_status status = sentiment_find_labels(m->model, &m->sentiment, reason);
    if (!status) m->tasks |= TASK_BIT(TASK_SENTIMENT);
    return m->tasks && status != TERN_E_MEMORY ? TERN_OK : status;
}

tern_status models_set_tasks(model_set *models, problem *why)
{
    problem reason;
    for (named_model *m = models->item; m < models->item + models->count; m++) {
        tern_status status = set_tasks(m, &reason);
        if (!status) continue;
        if (models->count == 1) *why = reason;
        else problem_set(why, -1, "model \"%s\": %s", m->name, reason.text);
        return status;
    }
    if (models_default(models, TASK_ANY)) return TERN_OK;
    components_check(TERN_NER, models->item[0].model, &reason);
    problem_set(why, -1, "no model finds entities or sentiments: %s", reason.text);
    return TERN_E_UNSUPPORTED;
}

void models_close(model_set *models)
{
    for (named_model *m = models->item; m < models->item + models->count; m++) {
        tern_model_close(m->model);
        mapped_file_close(m->file);
        free(m->path);
    }
    *models = (model_set){0};
}

const named_model *models_default(const model_set *models, task_kind task)
{
    if (task == TASK_ANY) {
        const named_model *entities = models_default(models, TASK_NER);
        return entities ? entities : models_default(models, TASK_SENTIMENT);
    }
    const named_model *of_spans = NULL;
    for (const named_model *m = models->item; m < models->item + models->count; m++) {
        if (!(m->tasks & TASK_BIT(task))) continue;
        if (task != TASK_NER || tern_model_offers(m->model) & TERN_ENTITIES) return m;
        if (!of_spans) of_spans = m;
    }
    return of_spans;
}

void models_none_can(task_kind task, problem *why)
{
    const char *what = task == TASK_SENTIMENT ? "sentiments" : "entities";
    const char *name = task == TASK_SENTIMENT ? "sentiment" : "en";
    problem_set(why, -1,
                "no model here finds %s: start with -m %s=FILE.tern (tern serve) or " VARIABLE
                "=...,%s=FILE.tern (Lambda)",
                what, name, name);
}

const named_model *models_find(const model_set *models, const char *name, size_t len)
{
    for (const named_model *m = models->item; m < models->item + models->count; m++)
        if (strlen(m->name) == len && !memcmp(m->name, name, len)) return m;
    return NULL;
}

void models_unknown(const model_set *models, problem *why)
{
    problem_set(why, -1, "there is no model of this name (known:");
    for (const named_model *m = models->item; m < models->item + models->count; m++)
        problem_add(why, "%s%s", m == models->item ? " " : ", ", m->name);
    problem_add(why, ")");
}

/* ---- contexts ---------------------------------------------------------------------------------------------------- */

int model_contexts_open(model_contexts *contexts, const model_set *models, tern_error *err)
{
    *contexts = (model_contexts){.models = models};
    for (size_t i = 0; i < models->count; i++)
        if (tern_ctx_new(models->item[i].model, &contexts->ctx[i], err)) {
            model_contexts_close(contexts);
            return -1;
        }
    return 0;
}

void model_contexts_close(model_contexts *contexts)
{
    for (size_t i = 0; i < MODELS_MAX; i++) tern_ctx_free(contexts->ctx[i]);
    *contexts = (model_contexts){0};
}

tern_ctx *model_context(const model_contexts *contexts, const named_model *of)
{
    return contexts->ctx[of - contexts->models->item];
}
