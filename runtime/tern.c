/* tern.c - the command line: which subcommand. */
#include <stdio.h>
#include <string.h>

#include "cli.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} subcommands[] = {
    {"ner", cli_ner}, {"pipe", cli_pipe}, {"serve", cli_serve}, {"inspect", cli_inspect}, {"verify", cli_verify},
};

static const char help[] =
    "Usage: tern SUBCOMMAND [OPTIONS] [ARGUMENTS]\n"
    "\n"
    "Named entities exactly as spaCy finds them.\n"
    "\n"
    "  tern ner [-m MODEL] [--json] [TEXT]       entities of one text (argument or standard input)\n"
    "  tern pipe [-m MODEL] [--only COMPONENTS]  JSON Lines in, annotated JSON Lines out\n"
    "  tern serve [-m MODEL] [--host HOST] [--port PORT] [--threads N]\n"
    "                                            POST /ner and a page to try it\n"
    "  tern inspect MODEL                        what is in a model file\n"
    "  tern verify MODEL                         check a model file's checksums\n"
    "  tern SUBCOMMAND --help                    more about one of them\n"
    "  tern --version | --help\n"
    "\n"
    "The model is the argument of -m, else the environment variable TERN_MODEL, else the\n"
    "weights found from the place of this program.\n"
    "Exit code: 0 success, 1 failure, 2 wrong usage.\n";

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : NULL;
    if (name == NULL)
        return cli_usage(NULL, "a subcommand is missing");
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        fputs(help, stdout);
        return cli_finish(CLI_OK);
    }
    if (strcmp(name, "--version") == 0) {
        printf("tern %s\n", tern_version());
        return cli_finish(CLI_OK);
    }
    for (size_t i = 0; i < sizeof subcommands / sizeof subcommands[0]; i++)
        if (strcmp(name, subcommands[i].name) == 0)
            return subcommands[i].run(argc - 1, argv + 1);
    return cli_usage(NULL, "there is no subcommand \"%s\"", name);
}
