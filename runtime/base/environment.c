#include "environment.h"

#include <stddef.h>
#include <stdlib.h>

const char *environment(const char *variable)
{
    const char *value = getenv(variable);
    return value && *value ? value : NULL;
}
