/* cli_model.h - the models of a subcommand: opens them, notices when a file that is mapped changes or goes. */
#ifndef TERN_CLI_MODEL_H
#define TERN_CLI_MODEL_H

#include "crash.h"
#include "models.h"

/* From now on a crash says on standard error what tern was doing; one for lack of a mapped model's file ends with
 * CLI_FAILED. doing is borrowed. The result is the caller's to free; it may be NULL. */
crash_guard *cli_guard_crashes(const char *doing);

/* Opens the model: the path of -m or, for NULL, the first of the default ones (models.h) that offers what is wanted
 * (TERN_ENTITIES, ...; 0: any). It is mapped. 0, or -1 after cli_fail(). */
int cli_open(const char *argument, unsigned want, tern_model **model);

/* Opens what models names or, if it names none, the default ones for the task. CLI_OK, or CLI_FAILED after cli_fail().
 */
int cli_open_models(model_set *models, task_kind task, model_access access);

/* Whether a file that is mapped has been written to, so that no answer counts: 1 after cli_fail(). For before and after
 * a run. */
int cli_model_changed(void);

#endif
