#define _POSIX_C_SOURCE 200809L /* PATH_MAX */
#include "cli.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "chars.h"
#include "mapped_file.h"
#include "model_open.h"
#include "models.h"

#define MAX_SENTENCE 4096 /* bytes; a longer one is cut */

/* Arguments and file names may hold anything. */
static void say(const char *format, va_list arguments)
{
    char sentence[MAX_SENTENCE];
    bytes shown = {.data = NULL};
    vsnprintf(sentence, sizeof sentence, format, arguments);
    escape_label(&shown, sentence);
    fprintf(stderr, "tern: %s", shown.data != NULL ? shown.data : "");
    bytes_free(&shown);
}

int cli_fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return CLI_FAILED;
}

int cli_usage(const char *subcommand, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
    fprintf(stderr, "; see \"tern %s%s--help\"\n", subcommand == NULL ? "" : subcommand, subcommand == NULL ? "" : " ");
    return CLI_USAGE;
}

int cli_other_option(int option, char **argv, const char *help)
{
    if (option == CLI_HELP) {
        fputs(help, stdout);
        return cli_finish(CLI_OK);
    }
    /* the option itself, unless it is one of several letters after one dash */
    const char *given = argv[optind - 1];
    if (option == ':' && (given == NULL || given[0] != '-')) /* musl's getopt counts the value that is not there */
        return cli_usage(argv[0], "option -%c needs a value", optopt);
    if (option == ':') return cli_usage(argv[0], "option %s needs a value", given);
    if (optopt == 0) /* not a letter */
        return cli_usage(argv[0], "unknown option %s", given);
    if (given[0] == '-' && given[1] == '-' && strchr(given, '=') != NULL)
        return cli_usage(argv[0], "option %s takes no value", given);
    return cli_usage(argv[0], "unknown option -%c", optopt);
}

/* ---- crashes, and files that change ------------------------------------------------------------------------------ */

static char mapped[PATH_MAX + 256]; /* paths */
static mapped_file *files[MODELS_MAX];
static size_t file_count;
static crash_facts facts = {.mapped = mapped, .exit_code = CLI_FAILED};

crash_guard *cli_guard_crashes(const char *doing)
{
    facts.doing = doing;
    crash_guard *guard = crash_guard_new(&facts);
    if (guard == NULL || crash_install(&facts) != 0) fputs("tern: crashes will not be explained\n", stderr);
    return guard;
}

/* Before it is mapped: for as long as the process lives. */
static void note_mapped(const char *path)
{
    size_t used = strlen(mapped);
    snprintf(mapped + used, sizeof mapped - used, "%s%s", used > 0 ? ", " : "", path);
    if (file_count < MODELS_MAX) files[file_count++] = mapped_file_open(path);
}

int cli_model_changed(void)
{
    for (size_t i = 0; i < file_count; i++)
        if (mapped_file_has_changed(files[i])) {
            cli_fail("a model file was written to while it was in use (write a new file and rename that): %s", mapped);
            return 1;
        }
    return 0;
}

/* ---- models ------------------------------------------------------------------------------------------------------ */

/* 0, or -1 after cli_fail(). */
static int open_file(const char *path, tern_model **model)
{
    char problem[MODEL_OPEN_ERROR_SIZE];
    note_mapped(path);
    if (model_open(path, MODEL_MAPPED, model, problem) == TERN_OK) return 0;
    cli_fail("%s", problem);
    return -1;
}

/* Of several, the first that offers what is wanted or, if none does, the last, which then says what it lacks. */
static int open_default(unsigned want, tern_model **model)
{
    char problem[MODELS_ERROR_SIZE];
    model_set models = {.count = 0};
    int status = models_add_default(&models, TASK_NER, problem);
    if (status != 0) cli_fail("%s", problem);
    for (size_t i = 0; i < models.count && status == 0; i++) {
        tern_model_close(*model);
        *model = NULL;
        status = open_file(models.item[i].path, model);
        if (status == 0 && (tern_model_offers(*model) & want) == want) break;
    }
    models_close(&models);
    return status;
}

int cli_open(const char *argument, unsigned want, tern_model **model)
{
    *model = NULL;
    return argument == NULL ? open_default(want, model) : open_file(argument, model);
}

int cli_open_models(model_set *models, task_kind task, model_access access)
{
    char problem[MODELS_ERROR_SIZE];
    int failed = models->count == 0 && models_add_default(models, task, problem) != 0;
    for (size_t i = 0; i < models->count && access == MODEL_MAPPED; i++) note_mapped(models->item[i].path);
    if (!failed)
        failed = models_open(models, access, problem) != TERN_OK || models_set_tasks(models, problem) != TERN_OK;
    return failed ? cli_fail("%s", problem) : CLI_OK;
}

int cli_begin(const char *subcommand, const char *model, unsigned want, const cli_components *components,
              cli_session *out)
{
    tern_error error;
    *out = (cli_session){.model = NULL};
    if (cli_open(model, want, &out->model) != 0) return CLI_FAILED;
    int code = tern_ctx_new(out->model, &out->ctx, &error) == TERN_OK
                   ? cli_settings(subcommand, components, out->model, &out->settings)
                   : cli_fail("%s", error.msg);
    if (code != CLI_OK) cli_end(out);
    return code;
}

void cli_end(cli_session *session)
{
    tern_ctx_free(session->ctx);
    tern_model_close(session->model);
}

int cli_finish(int code)
{
    if (!ferror(stdout) && fflush(stdout) == 0) return code;
    if (errno != EPIPE) cli_fail("cannot write to standard output: %s", strerror(errno));
    return CLI_FAILED;
}
