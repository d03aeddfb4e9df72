/* main.c - the command line: which subcommand. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "cli_commands.h"
#include "cli_model.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} subcommands[] = {
    {"ner", cli_ner},         {"parse", cli_parse},         {"pipe", cli_pipe},
    {"redact", cli_redact},   {"sentiment", cli_sentiment}, {"serve", cli_serve},
    {"inspect", cli_inspect}, {"verify", cli_verify},
};

static const char help[] =
    "Usage: tern SUBCOMMAND [OPTIONS] [ARGUMENTS]\n"
    "\n"
    "Named entities, tags, parses and lemmas exactly as spaCy finds them.\n"
    "\n"
    "  tern ner [TEXT]         entities of one text (argument or standard input), for people, as JSON, as\n"
    "                          a page\n"
    "  tern parse [TEXT]       everything about one text: table, tree, CoNLL-U, page, JSON\n"
    "  tern pipe               JSON Lines in, annotated JSON Lines out, as spaCy's Doc.to_json()\n"
    "  tern sentiment [TEXT]   whether a text is positive, negative, neutral or mixed\n"
    "  tern redact [TEXT]      the text without names, places, dates, addresses, numbers of persons\n"
    "  tern serve              POST /ner, POST /sentiment, POST /redact and a page to try them\n"
    "  tern inspect MODEL      what is in a model file\n"
    "  tern verify MODEL       check a model file's checksums\n"
    "  tern SUBCOMMAND --help  more about one of them\n"
    "  tern --version | --help\n"
    "\n"
    "The model is the argument of -m, else the environment variable TERN_MODEL, else the\n"
    "weights found from the place of this program. Which components run is said by --only or\n"
    "--exclude, else by the environment variable TERN_COMPONENTS, else by the model.\n"
    "Exit code: 0 success, 1 failure, 2 wrong usage.\n";

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : NULL;
    if (name == NULL) return cli_usage(NULL, "a subcommand is missing");
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        fputs(help, stdout);
        return cli_finish(CLI_OK);
    }
    if (strcmp(name, "--version") == 0) {
        printf("tern %s\n", tern_version());
        return cli_finish(CLI_OK);
    }
    for (size_t i = 0; i < sizeof subcommands / sizeof subcommands[0]; i++)
        if (strcmp(name, subcommands[i].name) == 0) {
            crash_guard *guard = cli_guard_crashes(subcommands[i].name);
            int code = subcommands[i].run(argc - 1, argv + 1);
            crash_guard_free(guard);
            return code;
        }
    return cli_usage(NULL, "there is no subcommand \"%s\"", name);
}
