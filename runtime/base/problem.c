#include "problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int problem_set(problem *why, int status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why->text, sizeof why->text, format, arguments);
    va_end(arguments);
    return status;
}

void problem_add(problem *why, const char *format, ...)
{
    va_list arguments;
    const size_t used = strlen(why->text);
    va_start(arguments, format);
    vsnprintf(why->text + used, sizeof why->text - used, format, arguments);
    va_end(arguments);
}

int problem_at(problem *why, const char *where)
{
    const problem reason = *why;
    return problem_set(why, -1, "%s: %s", where, reason.text);
}
