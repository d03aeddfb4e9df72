/* cli_session.h - what runs one model: tern ner, tern parse, tern pipe. */
#ifndef TERN_CLI_SESSION_H
#define TERN_CLI_SESSION_H

#include "cli_components.h"
#include "handler.h"

typedef struct cli_session {
    tern_model *model;
    tern_ctx *ctx;
    handler_settings settings;
} cli_session;

/* Opens the model as cli_open, makes a context, reads the settings. CLI_OK; or an exit code after having said why, with
 * nothing left to end. */
int cli_begin(const char *subcommand, const char *model, unsigned want, const cli_components *components,
              cli_session *out);
/* Are there what --norm and --noun-chunks ask for (TERN_*)? CLI_OK, or CLI_FAILED after having said what is not. */
int cli_check_besides(const tern_model *model, unsigned besides);

void cli_end(cli_session *session);

#endif
