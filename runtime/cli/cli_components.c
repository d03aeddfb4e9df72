/* cli_components.c - --only and --exclude. */
#include "cli.h"
#include "components.h"

static int parse(const char *subcommand, const char *option, const char *list, const tern_model *model, unsigned *mask)
{
    char error[COMPONENTS_ERROR_SIZE];
    return components_parse(list, model, mask, error) == 0 ? CLI_OK : cli_usage(subcommand, "%s: %s", option, error);
}

int cli_settings(const char *subcommand, const cli_components *given, const tern_model *model, handler_settings *out)
{
    char error[COMPONENTS_ERROR_SIZE];
    unsigned excluded = 0;
    int code = CLI_OK;
    *out = (handler_settings){.model = model};
    if (given->only != NULL && given->exclude != NULL)
        return cli_usage(subcommand, "--only and --exclude cannot be used together");
    if (given->exclude != NULL) code = parse(subcommand, "--exclude", given->exclude, model, &excluded);
    else if (given->only != NULL) code = parse(subcommand, "--only", given->only, model, &out->components);
    if (code != CLI_OK) return code;
    int failed = given->only != NULL ? components_check(out->components, model, error)
                                     : components_default(model, &out->components, error);
    out->components &= ~excluded;
    return failed ? cli_fail("%s", error) : CLI_OK;
}
