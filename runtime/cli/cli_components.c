#include "cli_components.h"

#include "cli.h"
#include "components.h"

#include <stdlib.h>
#include <string.h>

static int parse(const char *subcommand, const char *option, const char *list, const tern_model *model,
                 uint64_t *places, unsigned *lacking)
{
    problem why;
    return components_parse(list, model, places, lacking, &why) == 0
               ? CLI_OK
               : cli_usage(subcommand, "%s: %s", option, why.text);
}

int cli_min_score(const char *subcommand, const char *value, double *out)
{
    char *end;
    *out = strtod(value, &end);
    if (!*value || *end || value[strspn(value, "0123456789.eE+-")] || !(*out >= 0 && *out <= 1))
        return cli_usage(subcommand, "--min-score must be a number from 0 to 1, not \"%s\"", value);
    return CLI_OK;
}

int cli_settings(const char *subcommand, const cli_components *given, const tern_model *model, handler_settings *out)
{
    problem why;
    uint64_t excluded = 0;
    unsigned lacking = 0;
    int code = CLI_OK;
    *out = (handler_settings){.model = model};
    if (given->only != NULL && given->exclude != NULL)
        return cli_usage(subcommand, "--only and --exclude cannot be used together");
    if (given->exclude != NULL) code = parse(subcommand, "--exclude", given->exclude, model, &excluded, &lacking);
    else if (given->only != NULL) code = parse(subcommand, "--only", given->only, model, &out->components, &lacking);
    if (code != CLI_OK) return code;
    int failed = given->only != NULL ? components_check(lacking, model, &why)
                                     : components_default(model, &out->components, &why);
    out->components &= ~excluded;
    return failed ? cli_fail("%s", why.text) : CLI_OK;
}
