#include "error.h"

#include <stdarg.h>
#include <stdio.h>

tern_status fail(tern_error *err, tern_status code, size_t pos, const char *format, ...)
{
    if (err) {
        va_list args;
        va_start(args, format);
        vsnprintf(err->msg, sizeof err->msg, format, args);
        va_end(args);
        err->code = code;
        err->pos = pos;
    }
    return code;
}

tern_status fail_interrupted(tern_error *err)
{
    return fail(err, TERN_E_INTERRUPTED, 0, "the caller ended the run before the text was annotated");
}
