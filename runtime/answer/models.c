#define _POSIX_C_SOURCE 200809L /* strndup */
#include "models.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "components.h"
#include "mapped_file.h"

#define VARIABLE "TERN_MODEL"
#define SUFFIX ".tern"
#define NAME_RULE "a name is 1 to 40 letters, digits, _ and -, as in en=weights/en.tern"
#define NAME_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

_Static_assert(MODELS_MAX *(MODEL_NAME_SIZE + 1) + 64 <= MODELS_ERROR_SIZE, "the sentence with all names fits");
_Static_assert(COMPONENTS_ERROR_SIZE + MODEL_NAME_SIZE + 16 <= MODELS_ERROR_SIZE,
               "a sentence about a model's components fits");
_Static_assert(MODEL_OPEN_ERROR_SIZE == MODELS_ERROR_SIZE, "so does one about a file");
_Static_assert(SENTIMENT_ERROR_SIZE <= COMPONENTS_ERROR_SIZE, "so does one about its labels");

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static int fail(char *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error, MODELS_ERROR_SIZE, format, arguments);
    va_end(arguments);
    return -1;
}

/* ---- names and paths --------------------------------------------------------------------------------------------- */

/* Where the "=" after a name is; NULL for a plain path. */
static const char *end_of_name(const char *text)
{
    const char *end = text + strcspn(text, "=/,");
    return *end == '=' ? end : NULL;
}

/* Takes path, which is NULL when memory ran out. */
static int add(model_set *models, const char *name, size_t len, char *path, char *error)
{
    named_model *item = &models->item[models->count];
    int status = 0;
    if (!path) return fail(error, "out of memory");
    if (models->count == MODELS_MAX) status = fail(error, "there are more than %u models", MODELS_MAX);
    else if (models_find(models, name, len))
        status = fail(error, "there are two models with the name \"%.*s\"", (int)len, name);
    if (status) {
        free(path);
        return status;
    }
    *item = (named_model){.path = path};
    memcpy(item->name, name, len);
    models->count++;
    return 0;
}

int models_add_file(model_set *models, const char *path, char error[MODELS_ERROR_SIZE])
{
    char name[MODEL_NAME_SIZE];
    const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;
    size_t len = strlen(file), suffix = strlen(SUFFIX);
    if (!len)
        return fail(error, *path ? "the path of a model file ends in \"/\"" : "the path of a model file is empty");
    if (len > suffix && !strcmp(file + len - suffix, SUFFIX)) len -= suffix;
    if (len > sizeof name - 1) len = sizeof name - 1;
    for (size_t i = 0; i < len; i++) name[i] = strchr(NAME_CHARACTERS, file[i]) ? file[i] : '_';
    return add(models, name, len, strdup(path), error);
}

/* "NAME=PATH", the sign at equals, of len bytes. */
static int add_named(model_set *models, const char *text, size_t len, const char *equals, char *error)
{
    size_t name = (size_t)(equals - text), path = len - name - 1;
    if (!name || name >= MODEL_NAME_SIZE || strspn(text, NAME_CHARACTERS) != name)
        return fail(error, "what is before a \"=\" is not a model's name: " NAME_RULE);
    if (!path) return fail(error, "the model \"%.*s\" has no path", (int)name, text);
    return add(models, text, name, strndup(equals + 1, path), error);
}

int models_add(model_set *models, const char *argument, char error[MODELS_ERROR_SIZE])
{
    const char *equals = end_of_name(argument);
    return equals ? add_named(models, argument, strlen(argument), equals, error)
                  : models_add_file(models, argument, error);
}

static int add_list(model_set *models, const char *list, char *error)
{
    for (;;) {
        const char *equals = end_of_name(list);
        size_t len = strcspn(list, ",");
        if (!equals) return fail(error, "an item of the list is not NAME=PATH: " NAME_RULE);
        if (add_named(models, list, len, equals, error)) return -1;
        if (!list[len]) return 0;
        list += len + 1;
    }
}

static int add_found(model_set *models, task_kind task, char *error)
{
    char path[PATH_MAX + 256];
    return model_search(task, path, sizeof path) ? fail(error, "%s", path) : models_add_file(models, path, error);
}

static int add_all_found(model_set *models, char *error)
{
    char path[PATH_MAX + 256];
    if (add_found(models, TASK_NER, error)) return -1;
    return model_search(TASK_SENTIMENT, path, sizeof path) ? 0 : models_add_file(models, path, error);
}

int models_add_default(model_set *models, task_kind task, char error[MODELS_ERROR_SIZE])
{
    char reason[MODELS_ERROR_SIZE];
    const char *value = getenv(VARIABLE);
    if (!value || !*value) return task == TASK_ANY ? add_all_found(models, error) : add_found(models, task, error);
    if (!(end_of_name(value) ? add_list(models, value, reason) : models_add_file(models, value, reason))) return 0;
    return fail(error, VARIABLE ": %.*s", (int)(MODELS_ERROR_SIZE - sizeof VARIABLE - 2), reason);
}

/* ---- models ------------------------------------------------------------------------------------------------------ */

tern_status models_open(model_set *models, model_access access, char error[MODELS_ERROR_SIZE])
{
    tern_status status = TERN_OK;
    for (named_model *m = models->item; m < models->item + models->count && !status; m++) {
        m->file = access == MODEL_MAPPED ? mapped_file_open(m->path) : NULL;
        status = model_open(m->path, access, &m->model, error);
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
    char error[MODELS_ERROR_SIZE];
    for (const named_model *m = models->item; m < models->item + models->count; m++)
        if (add(out, m->name, strlen(m->name), strdup(m->path), error)) return -1;
    return 0;
}

static tern_status set_tasks(named_model *m, char reason[COMPONENTS_ERROR_SIZE])
{
    unsigned offers = tern_model_offers(m->model);
    m->tasks = 0;
    m->components = tern_model_default_components(m->model);
    if (offers & TERN_ENTITIES) {
        if (components_default_for_entities(m->model, &m->components, reason)) return TERN_E_UNSUPPORTED;
        m->tasks |= TASK_BIT(TASK_NER);
    }
    if (!(offers & TERN_CATS)) return TERN_OK;
    tern_status status = sentiment_find_labels(m->model, &m->sentiment, reason);
    if (!status) m->tasks |= TASK_BIT(TASK_SENTIMENT);
    return m->tasks && status != TERN_E_MEMORY ? TERN_OK : status;
}

tern_status models_set_tasks(model_set *models, char error[MODELS_ERROR_SIZE])
{
    char reason[COMPONENTS_ERROR_SIZE];
    for (named_model *m = models->item; m < models->item + models->count; m++) {
        tern_status status = set_tasks(m, reason);
        if (status) {
            if (models->count == 1) fail(error, "%s", reason);
            else fail(error, "model \"%s\": %s", m->name, reason);
            return status;
        }
    }
    if (models_default(models, TASK_ANY)) return TERN_OK;
    components_check(TERN_NER, models->item[0].model, reason);
    fail(error, "no model finds entities or sentiments: %s", reason);
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
    for (const named_model *m = models->item; m < models->item + models->count; m++)
        if (m->tasks & TASK_BIT(task)) return m;
    return NULL;
}

void models_none_can(task_kind task, char error[MODELS_ERROR_SIZE])
{
    static const char how[] = "start with -m %s=FILE.tern (tern serve) or " VARIABLE "=...,%s=FILE.tern (Lambda)";
    size_t used = (size_t)snprintf(error, MODELS_ERROR_SIZE,
                                   task == TASK_SENTIMENT ? "no model here finds sentiments: "
                                                          : "no model here finds entities: ");
    const char *name = task == TASK_SENTIMENT ? "sentiment" : "en";
    snprintf(error + used, MODELS_ERROR_SIZE - used, how, name, name);
}

const named_model *models_find(const model_set *models, const char *name, size_t len)
{
    for (const named_model *m = models->item; m < models->item + models->count; m++)
        if (strlen(m->name) == len && !memcmp(m->name, name, len)) return m;
    return NULL;
}

void models_unknown(const model_set *models, char error[MODELS_ERROR_SIZE])
{
    size_t used = (size_t)snprintf(error, MODELS_ERROR_SIZE, "there is no model of this name (known:");
    for (const named_model *m = models->item; m < models->item + models->count; m++)
        used +=
            (size_t)snprintf(error + used, MODELS_ERROR_SIZE - used, "%s%s", m == models->item ? " " : ", ", m->name);
    snprintf(error + used, MODELS_ERROR_SIZE - used, ")");
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
