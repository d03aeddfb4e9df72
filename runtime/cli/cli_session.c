#include "cli_session.h"

#include "cli.h"
#include "cli_model.h"

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

int cli_check_besides(const tern_model *model, unsigned besides)
{
    if (!(besides & ~tern_model_offers(model))) return CLI_OK;
    return cli_fail("the model finds no noun chunks: it has no parser, or its language has none");
}

void cli_end(cli_session *session)
{
    tern_ctx_free(session->ctx);
    tern_model_close(session->model);
}
