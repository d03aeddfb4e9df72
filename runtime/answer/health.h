/* health.h - what GET /healthz says. */
#ifndef TERN_HEALTH_H
#define TERN_HEALTH_H

#include "models.h"
#include "response.h"

/* GET /healthz: {"status": "ok", "model": the default's name, "models": [all names], and for each task that some can
 * do, in their order, "ner": [names], "sentiment": [names]}. */
void handle_health(const model_set *models, response *out);

#endif
