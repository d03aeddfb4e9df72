/* models.h - the models that a process answers with: each has a name; the default for a task is the first that can do
 * it. */
#ifndef TERN_MODELS_H
#define TERN_MODELS_H

#include <stddef.h>

#include "model_open.h"
#include "problem.h"
#include "sentiment.h"
#include "task.h"
#include "tern.h"

#define MODELS_MAX 16u
#define MODEL_NAME_MAX 40 /* a name is 1 to so many letters (ASCII), digits, _ and - */
#define MODEL_NAME_SIZE (MODEL_NAME_MAX + 1u)
#define MODEL_LANGUAGE_SIZE 12u /* a code */

typedef struct named_model {
    char name[MODEL_NAME_SIZE];
    char *path;                         /* owned */
    tern_model *model;                  /* owned; NULL until models_open */
    struct mapped_file *file;           /* owned; NULL if the model is not mapped */
    char language[MODEL_LANGUAGE_SIZE]; /* that its description says: "en"; "" without one, or until models_set_tasks */
    unsigned tasks;             /* TASK_BIT of those that it can do; 0 until models_set_tasks, as the next two */
    uint64_t components;        /* places of those that find entities, unless a request names some */
    sentiment_labels sentiment; /* of a model that can do TASK_SENTIMENT */
} named_model;

/* Starts as {0}; models_close frees it in any state. Once it is filled, threads may share it. */
typedef struct model_set {
    named_model item[MODELS_MAX];
    size_t count;
} model_set;

/* Adds the file at path. Its name is that of the file without ".tern", cut off where it is too long and with "_" for
 * what a name cannot have. 0, or -1 with a sentence in why (also where the name is taken). */
int models_add_file(model_set *models, const char *path, problem *why);

/* The same for an argument: PATH, or NAME=PATH. It is the latter if there is a "=" before the first "/". */
int models_add(model_set *models, const char *argument, problem *why);

/* Adds what the environment variable TERN_MODEL says, one PATH or, if it begins with a name, NAME=PATH,NAME=PATH,...
 * (no path has a comma then); else the weights for the task found from the executable (model_open.h), for TASK_ANY
 * those of entities, which must be there, and those of sentiment, which may. 0 or -1 as above. */
int models_add_default(model_set *models, task_kind task, problem *why);

/* Opens all, as model_open (model_open.h). */
tern_status models_open(model_set *models, model_access access, problem *why);

/* One whose file is mapped and has been written to since (mapped_file.h); NULL: none has. */
const named_model *models_changed(const model_set *models);

/* The same names and paths, not open, into an empty set. 0, or -1 when out of memory. */
int models_again(const model_set *models, model_set *out);

/* Finds out what each can do, and what runs then: for entities TERN_COMPONENTS, which must fit every model that finds
 * them, else what the model enables. There must be one that can do something, and a classifier of texts that finds no
 * entities must be a sentiment model (sentiment.h). A failure, which is TERN_E_MEMORY or TERN_E_UNSUPPORTED, is a
 * sentence in why. */
tern_status models_set_tasks(model_set *models, problem *why);

void models_close(model_set *models);

/* The default for a task: the first that can do it, one that finds entities before one that makes spans only; for
 * TASK_ANY it is that of entities, without one that of sentiment. NULL: there is none. */
const named_model *models_default(const model_set *models, task_kind task);

/* The sentence for a task that no model can do: how to configure one. */
void models_none_can(task_kind task, problem *why);

/* NULL if there is none of that name, which may be any bytes. */
const named_model *models_find(const model_set *models, const char *name, size_t len);

/* The sentence that tells somebody who asked for an unknown name the known ones. */
void models_unknown(const model_set *models, problem *why);

/* ---- contexts ---------------------------------------------------------------------------------------------------- */

/* Those of one thread, one for each model. Made together: until its first run a context takes next to no memory. */
typedef struct model_contexts {
    const model_set *models;
    tern_ctx *ctx[MODELS_MAX]; /* in the order of the models */
} model_contexts;

/* models must outlive it. 0; or -1 with the reason in err, and nothing to close. */
int model_contexts_open(model_contexts *contexts, const model_set *models, tern_error *err);
void model_contexts_close(model_contexts *contexts);

/* The one for a model of the set. */
tern_ctx *model_context(const model_contexts *contexts, const named_model *of);

#endif
