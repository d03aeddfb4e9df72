#define _POSIX_C_SOURCE 200809L /* PATH_MAX */
#include "cli_model.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "mapped_file.h"
#include "model_open.h"

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
    problem why;
    note_mapped(path);
    if (model_open(path, MODEL_MAPPED, model, &why) == TERN_OK) return 0;
    cli_fail("%s", why.text);
    return -1;
}

/* Of several, the first that offers what is wanted or, if none does, the last, which then says what it lacks. */
static int open_default(unsigned want, tern_model **model)
{
    problem why;
    model_set models = {.count = 0};
    int status = models_add_default(&models, TASK_NER, &why);
    if (status != 0) cli_fail("%s", why.text);
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
    problem why;
    int failed = models->count == 0 && models_add_default(models, task, &why) != 0;
    for (size_t i = 0; i < models->count && access == MODEL_MAPPED; i++) note_mapped(models->item[i].path);
    if (!failed) failed = models_open(models, access, &why) != TERN_OK || models_set_tasks(models, &why) != TERN_OK;
    return failed ? cli_fail("%s", why.text) : CLI_OK;
}
