/* one_model.h - a set of models that holds just one, opened by the test, with its default components, and finds
 * entities. */
#ifndef TERN_TEST_ONE_MODEL_H
#define TERN_TEST_ONE_MODEL_H

#include <stdio.h>

#include "components.h"
#include "models.h"

/* The model and its context stay the test's, which closes them. */
static inline model_set set_of_one(const char *name, tern_model *model)
{
    model_set models = {.count = 1};
    models.item[0].model = model;
    models.item[0].components = components_by_default(model);
    models.item[0].tasks = TASK_BIT(TASK_NER);
    snprintf(models.item[0].name, sizeof models.item[0].name, "%s", name);
    return models;
}

static inline model_contexts contexts_of_one(const model_set *models, tern_ctx *ctx)
{
    return (model_contexts){.models = models, .ctx = {ctx}};
}

#endif
