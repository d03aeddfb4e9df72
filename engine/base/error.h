/* error.h - how a status gets its sentence. */
#ifndef TERN_ERROR_H
#define TERN_ERROR_H

#include "tern.h"

/* Fills *err (which may be NULL) and returns code, so that a caller can write `return fail(err, ...)`. */
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
tern_status fail(tern_error *err, tern_status code, size_t pos, const char *format, ...);

/* TERN_E_INTERRUPTED */
tern_status fail_interrupted(tern_error *err);

#endif
