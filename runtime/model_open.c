#define _POSIX_C_SOURCE 200809L
#include "model_open.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MODEL_FILE "en_core_web_sm.tern"

static int too_long(char *out, size_t size)
{
    snprintf(out, size, "the path of the model file is too long (limit %zu bytes)", size - 1);
    return -1;
}

static int copy_path(const char *path, char *out, size_t size)
{
    if (strlen(path) >= size)
        return too_long(out, size);
    memcpy(out, path, strlen(path) + 1);
    return 0;
}

/* The folder of the running executable, with symbolic links resolved. 0 or -1. */
static int executable_folder(char *out, size_t size)
{
    ssize_t len = readlink("/proc/self/exe", out, size - 1);
    if (len <= 0 || (size_t)len >= size - 1)
        return -1;
    out[len] = '\0';
    char *slash = strrchr(out, '/');
    if (!slash)
        return -1;
    *slash = '\0';
    return 0;
}

int model_path(const char *argument, char *out, size_t size)
{
    static const char *const places[] = {"weights", "../weights", "../share/tern"};
    const char *variable = getenv("TERN_MODEL");
    if (!size)
        return -1;
    if (argument)
        return copy_path(argument, out, size);
    if (variable && *variable)
        return copy_path(variable, out, size);

    char folder[PATH_MAX], path[PATH_MAX + 64];
    if (executable_folder(folder, sizeof folder)) {
        snprintf(out, size, "no model file: set TERN_MODEL (the folder of the executable is unknown)");
        return -1;
    }
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        snprintf(path, sizeof path, "%s/%s/%s", folder, places[i], MODEL_FILE);
        if (!access(path, R_OK))
            return copy_path(path, out, size);
    }
    snprintf(out, size, "no model file: set TERN_MODEL, or put %s into weights/, ../weights/ or ../share/tern/ beside %s",
             MODEL_FILE, folder);
    return -1;
}

tern_status model_open(const char *path, tern_model **model, tern_error *err)
{
    const char *kernels = getenv("TERN_GEMM");
    *model = NULL;
    tern_status status = kernels && *kernels ? tern_use_kernels(kernels, err) : TERN_OK;
    return status ? status : tern_model_open(path, model, err);
}
