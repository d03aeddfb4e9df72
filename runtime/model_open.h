/* model_open.h - which model file: the -m argument, else TERN_MODEL, else weights found from the executable; with which
 * arithmetic. */
#ifndef TERN_MODEL_OPEN_H
#define TERN_MODEL_OPEN_H

#include "tern.h"

/* argument may be NULL. Searches, relative to the executable's folder: weights/, ../weights (a build tree inside the
 * repository), ../share/tern (installed), for en_core_web_sm.tern. Writes the path to out (size bytes) and returns 0; -1 when
 * nothing was found, with a sentence in out that says where it looked. */
int model_path(const char *argument, char *out, size_t size);

/* tern_model_open with the kernels that TERN_GEMM names, if it does. */
tern_status model_open(const char *path, tern_model **model, tern_error *err);

#endif
