/* bootstrap.c - tern as a custom runtime of AWS Lambda (provided.al2023): reads the settings, maps the model, serves events.
 *
 * Environment: AWS_LAMBDA_RUNTIME_API (set by the platform), TERN_MODEL (path of the .tern file; default: found from the
 * executable), TERN_MAX_CHARS (limit of a text in code points, 1 to 1,000,000), TERN_COMPONENTS (those that run when a request
 * does not name any, separated by commas; default: all that the pipeline enables). */
#define _POSIX_C_SOURCE 200809L
#include <curl/curl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "components.h"
#include "log.h"
#include "loop.h"
#include "model_path.h"

typedef struct worker {
    tern_model *model;
    tern_ctx *ctx;
    handler_settings settings;
} worker;

/* Why a start failed, as /runtime/init/error wants it. */
typedef struct init_error {
    const char *type;
    char message[PATH_MAX + 256];
} init_error;

static int init_failed(init_error *error, const char *type, const char *message)
{
    error->type = type;
    snprintf(error->message, sizeof error->message, "%s", message);
    return -1;
}

static int engine_failed(init_error *error, const tern_error *err)
{
    const char *type = "Runtime.InternalError";
    switch (err->code) {
    case TERN_E_IO: type = "Runtime.ModelNotFound"; break;
    case TERN_E_FORMAT: type = "Runtime.ModelFormat"; break;
    case TERN_E_CHECKSUM: type = "Runtime.ModelChecksum"; break;
    case TERN_E_VERSION: type = "Runtime.ModelVersion"; break;
    case TERN_E_MEMORY: type = "Runtime.OutOfMemory"; break;
    case TERN_E_UNSUPPORTED: type = "Runtime.ModelUnsupported"; break;
    default: break;
    }
    return init_failed(error, type, err->msg);
}

/* TERN_MAX_CHARS into *max_chars; 0 (the engine's limit) if it is not set. */
static int read_max_chars(size_t *max_chars, init_error *error)
{
    const char *text = getenv("TERN_MAX_CHARS");
    *max_chars = 0;
    if (!text || !*text)
        return 0;
    size_t digits = strspn(text, "0123456789");
    unsigned long value = digits && digits <= 7 && !text[digits] ? strtoul(text, NULL, 10) : 0;
    if (value < 1 || value > TERN_MAX_CHARS)
        return init_failed(error, "Runtime.BadConfig", "TERN_MAX_CHARS must be a whole number from 1 to 1000000");
    *max_chars = value;
    return 0;
}

/* One sentence through the whole model. It touches the pages of the weights and grows the scratch memory while Lambda still
 * gives the start its full CPU, which it takes away from small functions afterwards; the first caller then waits less. */
static int warm_up(tern_ctx *ctx, unsigned components, init_error *error)
{
    static const char sentence[] = "Alan Turing was born on June 23, 1912, in London, England.";
    const tern_options options = {.want = TERN_ENTITIES, .components = components};
    const tern_doc *doc;
    tern_error err;
    return tern_run(ctx, sentence, sizeof sentence - 1, &options, &doc, &err) ? engine_failed(error, &err) : 0;
}

static int start(worker *w, init_error *error)
{
    char path[PATH_MAX + 256], problem[COMPONENTS_ERROR_SIZE];
    tern_error err;
    if (read_max_chars(&w->settings.max_chars, error))
        return -1;
    if (model_path(NULL, path, sizeof path))
        return init_failed(error, "Runtime.ModelNotFound", path);
    if (tern_model_open(path, &w->model, &err) || tern_ctx_new(w->model, &w->ctx, &err))
        return engine_failed(error, &err);
    w->settings.model = w->model;
    if (components_default_for_entities(w->model, &w->settings.components, problem))
        return init_failed(error, "Runtime.BadConfig", problem);
    return warm_up(w->ctx, w->settings.components, error);
}

static void stop(worker *w)
{
    tern_ctx_free(w->ctx);
    tern_model_close(w->model);
}

static int serve(rapi *api)
{
    worker w = {0};
    init_error error;
    if (start(&w, &error))
        loop_fail_init(api, error.type, error.message);
    else
        loop_run(api, w.ctx, &w.settings);
    stop(&w);
    return EXIT_FAILURE;   /* a worker only ever ends because something failed */
}

int main(void)
{
    const char *address = getenv("AWS_LAMBDA_RUNTIME_API");
    if (!address || !*address) {
        fputs("bootstrap is tern's custom runtime for AWS Lambda and needs AWS_LAMBDA_RUNTIME_API, which Lambda sets.\n"
              "On your own machine use `tern serve` (HTTP) or `tern ner TEXT` instead.\n", stderr);
        return EXIT_FAILURE;
    }
    signal(SIGPIPE, SIG_IGN);   /* a closed log must not kill the worker */
    curl_global_init(CURL_GLOBAL_NOTHING);   /* plain HTTP: no TLS library to start */
    rapi *api = rapi_new(address);
    int status = EXIT_FAILURE;
    if (api)
        status = serve(api);
    else
        log_line(LOG_LEVEL_ERROR, NULL, "AWS_LAMBDA_RUNTIME_API is not host:port with an optional path");
    rapi_free(api);
    curl_global_cleanup();
    return status;
}
