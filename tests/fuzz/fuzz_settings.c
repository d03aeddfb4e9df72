/* fuzz_settings - any bytes as the environment: lines NAME=VALUE of the variables that settings.h describes. What is
 * wrong with one is said in a sentence that a terminal can show. */
#define _POSIX_C_SOURCE 200809L /* setenv */
#include "components.h"
#include "fuzz.h"
#include "log.h"
#include "metrics.h"
#include "settings.h"

#include <string.h>

static tern_model *model;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    bytes help = {0};
    tern_ctx_free(fuzz_context("tests/data/tiny.tern", &model));
    settings_help(&help, ~0u);
    REQUIRE(help.len && !help.failed);
    bytes_free(&help);
    return 0;
}

static void set(char *line)
{
    char *equals = strchr(line, '=');
    if (!equals) return;
    *equals = '\0';
    for (size_t i = 0; i < settings_count; i++) /* that has been chosen */
        if (!strcmp(line, settings_table[i].name) && strcmp(line, "TERN_GEMM")) setenv(line, equals + 1, 1);
}

static void set_all(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), *next;
    REQUIRE(text);
    memcpy(text, data, size);
    text[size] = '\0';
    for (size_t i = 0; i < settings_count; i++) unsetenv(settings_table[i].name);
    for (char *line = text; line; line = next) {
        next = strchr(line, '\n');
        if (next) *next++ = '\0';
        set(line);
    }
    free(text);
}

static void check_sentence(int status, const char *error)
{
    REQUIRE(status == 0 || (status == -1 && error[0]));
    for (const char *p = error; *p; p++) REQUIRE((unsigned char)*p >= 0x20 && *p != 0x7F);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    problem why = {""};
    runtime_settings settings;
    model_set models = {.count = 0};
    uint64_t components;
    set_all(data, size);
    check_sentence(settings_read(&settings, &why), why.text);
    if (settings.emf_namespace) metrics_is_namespace(settings.emf_namespace);
    logger_from_environment();
    for (task_kind task = TASK_ANY; task < TASK_COUNT; task++) {
        why.text[0] = '\0';
        models_add_default(&models, task, &why); /* what it says holds a path as it is */
        models_close(&models);
        models = (model_set){.count = 0};
    }
    why.text[0] = '\0';
    components_default(model, &components, &why);
    components_default_for_entities(model, &components, &why);
    return 0;
}
