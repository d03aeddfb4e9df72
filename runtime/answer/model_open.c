#define _POSIX_C_SOURCE 200809L
#include "model_open.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "environment.h"

#define KERNELS_VARIABLE "TERN_GEMM"

/* The folder of the running executable, with symbolic links resolved. 0 or -1. */
static int executable_folder(char *out, size_t size)
{
    ssize_t len = readlink("/proc/self/exe", out, size - 1);
    if (len <= 0 || (size_t)len >= size - 1) return -1;
    out[len] = '\0';
    char *slash = strrchr(out, '/');
    if (!slash) return -1;
    *slash = '\0';
    return 0;
}

int model_search(task_kind task, char *out, size_t size)
{
    const char *file = task == TASK_SENTIMENT ? "sentiment.tern" : "en_core_web_sm.tern";
    static const char *const places[] = {"weights", "../weights", "../share/tern"};
    char folder[PATH_MAX];
    if (executable_folder(folder, sizeof folder)) {
        snprintf(out, size, "no model file: set TERN_MODEL (the folder of the executable is unknown)");
        return -1;
    }
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        int len = snprintf(out, size, "%s/%s/%s", folder, places[i], file);
        if (len > 0 && (size_t)len < size && !access(out, R_OK)) return 0;
    }
    snprintf(out, size,
             "no model file: set TERN_MODEL, or put %s into weights/, ../weights/ or ../share/tern/ beside %s", file,
             folder);
    return -1;
}

tern_status model_open(const char *path, model_access access, tern_model **model, problem *why)
{
    const char *kernels = environment(KERNELS_VARIABLE);
    tern_error err;
    *model = NULL;
    if (kernels && tern_use_kernels(kernels, &err))
        return (tern_status)problem_set(why, TERN_E_ARGUMENT, KERNELS_VARIABLE ": %s", err.msg);
    tern_status status =
        access == MODEL_LOADED ? tern_model_load(path, model, &err) : tern_model_open(path, model, &err);
    if (status) problem_set(why, (int)status, "model %.500s: %s", path, err.msg);
    return status;
}
