/* bootstrap.c - tern as a custom runtime of AWS Lambda (provided.al2023): reads the settings, maps the model, serves
 * events. settings.h lists the environment; besides those variables the platform's AWS_LAMBDA_RUNTIME_API,
 * AWS_LAMBDA_FUNCTION_NAME, AWS_LAMBDA_FUNCTION_VERSION, AWS_LAMBDA_FUNCTION_MEMORY_SIZE and
 * AWS_LAMBDA_INITIALIZATION_TYPE are read. */
#define _POSIX_C_SOURCE 200809L
#include <curl/curl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deadline.h"
#include "environment.h"
#include "extension.h"
#include "memory.h"
#include "models.h"
#include "settings.h"
#include "sqs_client.h"
#include "text_of.h"
#include "workers.h"

#define BAD_CONFIG "Runtime.BadConfig"
#define MODEL_NOT_FOUND "Runtime.ModelNotFound"
#define LONGEST_NAMESPACE TEXT_OF(METRICS_MAX_NAMESPACE)

typedef struct process {
    const char *address;
    logger log;
    runtime_settings environment;
    char model_path[PATH_MAX + 256]; /* for the log of a crash: that of the model, or all of TERN_MODEL */
    model_set models;
    double open_ms; /* what opening them took */
    handler_settings settings;
    metrics metrics;
    loop_shared shared;
    unsigned count; /* of workers */
    loop_worker *workers;
    sqs_client **clients; /* one a worker; NULL without an output queue */
    sqs_output *outputs;
    extension *extension;
} process;

/* Why a start failed, as /runtime/init/error wants it. */
typedef struct init_error {
    const char *type;
    problem why;
} init_error;

static int init_failed(init_error *error, const char *type, const char *message)
{
    error->type = type;
    return problem_set(&error->why, -1, "%s", message);
}

static int no_memory(init_error *error)
{
    return init_failed(error, ERROR_OUT_OF_MEMORY, "out of memory at the start: give the function more");
}

static int engine_failed(init_error *error, tern_status status, const char *message)
{
    switch (status) {
    case TERN_E_MEMORY: return no_memory(error); /* the engine's remedy is for texts */
    case TERN_E_ARGUMENT: return init_failed(error, BAD_CONFIG, message);
    case TERN_E_IO: return init_failed(error, MODEL_NOT_FOUND, message);
    case TERN_E_FORMAT: return init_failed(error, "Runtime.ModelFormat", message);
    case TERN_E_CHECKSUM: return init_failed(error, "Runtime.ModelChecksum", message);
    case TERN_E_VERSION: return init_failed(error, "Runtime.ModelVersion", message);
    case TERN_E_UNSUPPORTED: return init_failed(error, "Runtime.ModelUnsupported", message);
    default: return init_failed(error, ERROR_INTERNAL, message);
    }
}

/* Says what to do where the file is not there. */
static int model_failed(init_error *error, tern_status status, const char *message)
{
    problem why;
    problem_set(&why, -1, "%s%s", message,
                status == TERN_E_IO
                    ? "; put the file there (tools/package packs what TERN_WEIGHTS names) or change TERN_MODEL"
                    : "");
    return engine_failed(error, status, why.text);
}

/* ---- settings ---------------------------------------------------------------------------------------------------- */

static int read_settings(process *p, init_error *error)
{
    problem why;
    runtime_settings *from = &p->environment;
    if (settings_read(from, &why)) return init_failed(error, BAD_CONFIG, why.text);
    if (from->emf_namespace && !metrics_is_namespace(from->emf_namespace))
        return init_failed(error, BAD_CONFIG,
                           "TERN_EMF_NAMESPACE must be 1 to " LONGEST_NAMESPACE " characters of A-Z a-z 0-9 . - _ / "
                           "# : and blank, and not begin with AWS/");
    p->count = from->max_concurrency < WORKERS_MAX ? from->max_concurrency : WORKERS_MAX;
    p->settings = (handler_settings){.max_chars = from->max_chars,
                                     .max_texts = from->max_texts,
                                     .format = from->format,
                                     .offsets = from->offsets,
                                     .scores = from->scores};
    redaction_set_key(&p->settings.redaction, from->redact_key);
    p->metrics = (metrics){.space = from->emf_namespace,
                           .function = environment("AWS_LAMBDA_FUNCTION_NAME"),
                           .version = environment("AWS_LAMBDA_FUNCTION_VERSION")};
    const char *type = environment("AWS_LAMBDA_INITIALIZATION_TYPE");
    p->shared = (loop_shared){.settings = &p->settings,
                              .cors_origin = from->cors_origin,
                              .margin_ms = from->deadline_margin_ms,
                              .metrics = from->emf_namespace ? &p->metrics : NULL,
                              .publish_trace_id = p->count == 1,
                              .on_demand = !type || strcmp(type, "provisioned-concurrency")};
    atomic_init(&p->shared.has_served, 0);
    return 0;
}

/* What is wrong with the form of TERN_MODEL is BadConfig; files that are not there are found missing later. */
static int find_models(process *p, init_error *error)
{
    problem why;
    const char *variable = environment("TERN_MODEL");
    if (models_add_default(&p->models, TASK_NER, &why))
        return init_failed(error, variable ? BAD_CONFIG : MODEL_NOT_FOUND, why.text);
    snprintf(p->model_path, sizeof p->model_path, "%s", variable ? variable : p->models.item[0].path);
    return 0;
}

static int open_models(process *p, init_error *error)
{
    problem why;
    double begin_ms = clock_monotonic_ms();
    if (find_models(p, error)) return -1;
    tern_status status = models_open(&p->models, MODEL_MAPPED, &why);
    p->open_ms = clock_monotonic_ms() - begin_ms;
    if (status) return model_failed(error, status, why.text);
    status = models_set_tasks(&p->models, &why);
    if (status == TERN_E_MEMORY) return no_memory(error);
    return status ? init_failed(error, BAD_CONFIG, why.text) : 0;
}

/* ---- workers ----------------------------------------------------------------------------------------------------- */

static int new_output(process *p, unsigned i, init_error *error)
{
    problem why;
    if (!p->environment.output_queue_url) return 0;
    p->clients[i] = sqs_client_new(p->environment.output_queue_url, p->environment.ca_file, &why);
    if (!p->clients[i]) return init_failed(error, BAD_CONFIG, why.text);
    p->outputs[i] = sqs_client_output(p->clients[i]);
    p->workers[i].output = &p->outputs[i];
    return 0;
}

static int new_workers(process *p, rapi *first, init_error *error)
{
    tern_error err;
    p->workers = calloc(p->count, sizeof *p->workers);
    p->clients = calloc(p->count, sizeof *p->clients);
    p->outputs = calloc(p->count, sizeof *p->outputs);
    if (!p->workers || !p->clients || !p->outputs) return no_memory(error);
    for (unsigned i = 0; i < p->count; i++) {
        loop_worker *w = &p->workers[i];
        w->log = p->log;
        w->api = i ? rapi_new(p->address) : first;
        if (!w->api) return no_memory(error);
        if (model_contexts_open(&w->contexts, &p->models, &err)) return engine_failed(error, err.code, err.msg);
        if (new_output(p, i, error)) return -1;
    }
    return 0;
}

/* The first worker's API handle is the caller's. */
static void free_workers(process *p)
{
    for (unsigned i = 0; p->workers && i < p->count; i++) {
        model_contexts_close(&p->workers[i].contexts);
        if (i) rapi_free(p->workers[i].api);
        if (p->clients) sqs_client_free(p->clients[i]);
    }
    free(p->workers);
    free(p->clients);
    free(p->outputs);
}

/* One sentence through the whole default model. It touches the pages of the weights and grows the scratch memory while
 * Lambda still gives the start its full CPU, which it takes away from small functions afterwards; the first caller then
 * waits less. Other models take memory for those who ask for them only. */
static int warm_up(const process *p, init_error *error)
{
    static const char sentence[] = "Alan Turing was born on June 23, 1912, in London, England.";
    const named_model *model = models_default(&p->models, TASK_ANY);
    const unsigned offers = tern_model_offers(model->model);
    const tern_options entities = {.want = offers & TERN_ENTITIES ? TERN_ENTITIES : TERN_SPANS,
                                   .places = model->components};
    const tern_options options = model->tasks & TASK_BIT(TASK_NER) ? entities : sentiment_run_options(model->model);
    const char *const word = sentence;
    const tern_words words = {.count = 1, .words = &word}; /* of a model without a tokenizer */
    tern_ctx *ctx = model_context(&p->workers[0].contexts, model);
    const tern_doc *doc;
    tern_error err;
    tern_status status = tern_model_has_tokenizer(model->model)
                             ? tern_run(ctx, sentence, sizeof sentence - 1, &options, &doc, &err)
                             : tern_run_words(ctx, &words, &options, &doc, &err);
    return status ? engine_failed(error, err.code, err.msg) : 0;
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

static void on_terminate(void *user)
{
    process *p = user;
    log_line(&p->log, LOG_LEVEL_INFO, "SIGTERM: the process ends");
    workers_cancel(p->workers, p->count);
}

static void share_memory(process *p)
{
    p->settings.memory = memory_for_texts(memory_limit(), p->count, p->models.count) / p->count;
    memory_return_blocks();
}

static int start(process *p, rapi *api, init_error *error)
{
    if (open_models(p, error)) return -1;
    share_memory(p);
    if (new_workers(p, api, error) || warm_up(p, error)) return -1;
    if (!p->environment.shutdown_hook) return 0;
    p->extension = extension_start(p->address, &p->log, on_terminate, p);
    return p->extension ? 0 : no_memory(error);
}

static void stop(process *p)
{
    extension_end(p->extension); /* first: it uses the workers */
    free_workers(p);
    models_close(&p->models);
}

static int serve(process *p, rapi *api, int settings_failed, init_error *error, double begin_ms)
{
    int status = -1;
    if (settings_failed || start(p, api, error)) {
        loop_fail_init(api, &p->log, error->type, error->why.text);
    } else {
        p->shared.init_ms = clock_monotonic_ms() - begin_ms;
        log_line(&p->log, LOG_LEVEL_INFO, "init: opened %s in %.1f ms, ready after %.1f ms", p->model_path, p->open_ms,
                 p->shared.init_ms);
        status = workers_run(p->workers, p->count, &p->shared, p->model_path);
    }
    stop(p);
    return status ? EXIT_FAILURE : EXIT_SUCCESS; /* success: it was told to end */
}

static int run(process *p, double begin_ms)
{
    init_error error;
    int settings_failed = read_settings(p, &error), status = EXIT_FAILURE;
    const char *queue = settings_failed ? NULL : p->environment.output_queue_url;
    /* starting TLS takes time */
    curl_global_init(queue && sqs_url_needs_tls(queue) ? CURL_GLOBAL_SSL : CURL_GLOBAL_NOTHING);
    rapi *api = rapi_new(p->address);
    if (api) status = serve(p, api, settings_failed, &error, begin_ms);
    else log_line(&p->log, LOG_LEVEL_ERROR, "AWS_LAMBDA_RUNTIME_API is not host:port with an optional path");
    rapi_free(api);
    curl_global_cleanup();
    return status;
}

/* To somebody who runs it by hand. */
static void explain(void)
{
    bytes settings = {0};
    settings_help(&settings, SETTING_LAMBDA);
    fprintf(stderr,
            "bootstrap is tern's custom runtime for AWS Lambda and needs AWS_LAMBDA_RUNTIME_API, which Lambda sets.\n"
            "On your own machine use `tern serve` (HTTP) or `tern ner TEXT` instead.\n\n"
            "Settings of the environment:\n\n%s",
            settings.data ? settings.data : "");
    bytes_free(&settings);
}

int main(void)
{
    double begin_ms = clock_monotonic_ms();
    process p = {.address = environment("AWS_LAMBDA_RUNTIME_API"), .log = logger_from_environment()};
    if (!p.address) {
        explain();
        return EXIT_FAILURE;
    }
    signal(SIGPIPE, SIG_IGN); /* a closed log must not kill the worker */
    const crash_facts facts = {.log = &p.log, .mapped = p.model_path};
    crash_guard *guard = crash_guard_new(&facts);
    if (crash_install(&facts)) log_line(&p.log, LOG_LEVEL_WARNING, "crashes will not be logged");
    int status = run(&p, begin_ms);
    crash_guard_free(guard);
    return status;
}
