/* model_path.h - which model file: the -m argument, else TERN_MODEL, else weights found from the executable. */
#ifndef TERN_MODEL_PATH_H
#define TERN_MODEL_PATH_H

#include <stddef.h>

/* argument may be NULL. Searches, relative to the executable's folder: weights/, ../weights (a build tree inside the
 * repository), ../share/tern (installed), for en_core_web_sm.tern. Writes the path to out (size bytes) and returns 0; -1 when
 * nothing was found, with a sentence in out that says where it looked. */
int model_path(const char *argument, char *out, size_t size);

#endif
