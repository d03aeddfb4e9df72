/* model_open.h - one model file: where it is if nobody says so, and with which arithmetic it is opened. */
#ifndef TERN_MODEL_OPEN_H
#define TERN_MODEL_OPEN_H

#include "problem.h"
#include "task.h"
#include "tern.h"

/* Searches, relative to the executable's folder: weights/, ../weights (a build tree inside the repository),
 * ../share/tern (installed), for en_core_web_sm.tern or, for TASK_SENTIMENT, sentiment.tern. Writes the path to out
 * (size bytes) and returns 0; -1 when nothing was found, with a sentence in out that says where it looked. */
int model_search(task_kind task, char *out, size_t size);

/* MODEL_MAPPED (tern_model_open): the start costs next to nothing, and nobody may write into the file meanwhile; for
 * one text, and for Lambda. MODEL_LOADED (tern_model_load): for what lives long. */
typedef enum model_access { MODEL_MAPPED, MODEL_LOADED } model_access;

/* With the kernels that TERN_GEMM names, if it does. A failure is a sentence in why that names the file or, with
 * TERN_E_ARGUMENT, the variable. */
tern_status model_open(const char *path, model_access access, tern_model **model, problem *why);

#endif
