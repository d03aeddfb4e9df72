/* measure.c - how long the library and the request handler take, for the scripts of bench/.
 *
 *     measure MODEL run|tokenize|request < lines.jsonl
 *
 * Each line is {"text": "..."}. All lines are read first and run once unmeasured; then each is run once more, and its
 * line of output is "NANOSECONDS TOKENS". run: tern_run on the text for all that the components give. tokenize: for
 * tokens alone. request: handle_request on the line, JSON to JSON. The components are those of TERN_COMPONENTS, else
 * the model's default; the kernels those of TERN_GEMM. */
#define _POSIX_C_SOURCE 200809L

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "components.h"
#include "handler.h"
#include "json_in.h"
#include "model_open.h"

typedef struct sample {
    bytes line, text;
} sample;

typedef struct samples {
    sample *items;
    size_t count, capacity;
} samples;

typedef struct timing {
    uint64_t nanoseconds;
    size_t tokens;
} timing;

static uint64_t now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int add_sample(samples *all, const char *line, size_t len)
{
    json_error wrong;
    json_doc *json;
    sample s = {0};

    if (all->count == all->capacity) {
        size_t capacity = all->capacity ? 2 * all->capacity : 256;
        sample *grown = realloc(all->items, capacity * sizeof(*grown));
        if (!grown) return -1;
        all->items = grown;
        all->capacity = capacity;
    }
    bytes_append(&s.line, line, len);
    json = json_parse(line, len, &wrong);
    int ok = json && json_string(json_member(json_root(json), "text"), &s.text) && !s.line.failed;
    json_free(json);
    all->items[all->count++] = s;
    return ok ? 0 : -1;
}

static int read_samples(samples *all)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t len;
    int status = 0;

    while (status == 0 && (len = getline(&line, &capacity, stdin)) > 0) status = add_sample(all, line, (size_t)len);
    free(line);
    return status;
}

static int run_wanted(const model_contexts *contexts, const handler_settings *settings, unsigned want, const sample *s,
                      timing *result)
{
    const tern_options options = {.want = want, .places = settings->components};
    const tern_doc *doc;
    uint64_t begin = now();

    if (tern_run(contexts->ctx[0], s->text.data, s->text.len, &options, &doc, NULL)) return -1;
    result->nanoseconds = now() - begin;
    result->tokens = tern_doc_token_count(doc);
    return 0;
}

static int run_sample(const model_contexts *contexts, const handler_settings *settings, const sample *s, timing *result)
{
    return run_wanted(contexts, settings, tern_model_offers(settings->model) & ~(unsigned)TERN_NORMS, s, result);
}

static int tokenize_sample(const model_contexts *contexts, const handler_settings *settings, const sample *s,
                           timing *result)
{
    return run_wanted(contexts, settings, TERN_TOKENS, s, result);
}

static int request_sample(const model_contexts *contexts, const handler_settings *settings, const sample *s,
                          timing *result)
{
    const request_target asked = {.task = TASK_NER};
    response answer = {0};
    uint64_t begin = now();

    handle_request(contexts, &asked, s->line.data, s->line.len, settings, &answer);
    result->nanoseconds = now() - begin;
    result->tokens = 0;
    int ok = answer.status == 200;
    response_free(&answer);
    return ok ? 0 : -1;
}

typedef int run_one(const model_contexts *, const handler_settings *, const sample *, timing *);

static int pass_over(const model_contexts *contexts, const handler_settings *settings, const samples *all, run_one *one,
                     timing *results)
{
    int status = 0;

    for (size_t i = 0; status == 0 && i < all->count; i++)
        status = one(contexts, settings, &all->items[i], &results[i]);
    return status;
}

/* bench/instructions.py counts what happens in here, by this name. */
__attribute__((noinline)) int measured_pass(const model_contexts *contexts, const handler_settings *settings,
                                            const samples *all, run_one *one, timing *results);
int measured_pass(const model_contexts *contexts, const handler_settings *settings, const samples *all, run_one *one,
                  timing *results)
{
    return pass_over(contexts, settings, all, one, results);
}

static int measure(const model_contexts *contexts, const handler_settings *settings, const samples *all, run_one *one)
{
    timing *results = calloc(all->count ? all->count : 1, sizeof(*results));
    int status = results ? pass_over(contexts, settings, all, one, results) : -1;

    if (status == 0) status = measured_pass(contexts, settings, all, one, results);
    for (size_t i = 0; status == 0 && i < all->count; i++)
        printf("%llu %zu\n", (unsigned long long)results[i].nanoseconds, results[i].tokens);
    free(results);
    return status;
}

static const struct mode {
    const char *name;
    run_one *one;
} modes[] = {{"run", run_sample}, {"tokenize", tokenize_sample}, {"request", request_sample}};

static run_one *mode_named(const char *name)
{
    for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
        if (!strcmp(name, modes[i].name)) return modes[i].one;
    return NULL;
}

int main(int argc, char **argv)
{
    tern_model *model = NULL;
    tern_ctx *ctx = NULL;
    tern_error error = {0};
    handler_settings settings = {0};
    problem why;
    samples all = {0};
    run_one *one = argc == 3 ? mode_named(argv[2]) : NULL;
    int status = -1;

    if (!one) {
        fputs("usage: measure MODEL run|tokenize|request < lines.jsonl\n", stderr);
        return 2;
    }
    if (model_open(argv[1], MODEL_MAPPED, &model, &why)) fprintf(stderr, "%s\n", why.text);
    else if (tern_ctx_new(model, &ctx, &error)) fprintf(stderr, "%s\n", error.msg);
    else if (components_default(settings.model = model, &settings.components, &why)) fprintf(stderr, "%s\n", why.text);
    else if (read_samples(&all)) fprintf(stderr, "line %zu is not {\"text\": ...}\n", all.count);
    else {
        const model_set models = {
            .count = 1, .item = {{.model = model, .tasks = TASK_BIT(TASK_NER), .components = settings.components}}};
        const model_contexts contexts = {.models = &models, .ctx = {ctx}};
        status = measure(&contexts, &settings, &all, one);
    }
    for (size_t i = 0; i < all.count; i++) {
        bytes_free(&all.items[i].line);
        bytes_free(&all.items[i].text);
    }
    free(all.items);
    tern_ctx_free(ctx);
    tern_model_close(model);
    return status ? 1 : 0;
}
