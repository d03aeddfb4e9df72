/* cli_pipe.c - `tern pipe`: JSON Lines in, JSON Lines out. */
#include "cli_commands.h"

#include "cli.h"
#include "cli_session.h"
#include "cli_stream.h"
#include "pipe_line.h"
#include "text_of.h"

static const char pipe_help[] =
    "Usage: tern pipe [-m MODEL] [--only COMPONENTS | --exclude COMPONENTS] [--norm] [--noun-chunks]\n"
    "                 < IN.jsonl > OUT.jsonl\n"
    "\n"
    "Reads one {\"text\": ...} per line and writes one line for each, in the form of spaCy's\n"
    "Doc.to_json(): text, ents, sents, cats, tokens with id, start, end, tag, pos, morph, lemma, dep, head,\n"
    "as far as the components that run set them; all offsets count code points. Words that are cut already\n"
    "may come instead: {\"tokens\": [\"...\", ...], \"spaces\": [true, ...]}. For a line that is wrong\n"
    "it writes {\"error\": ...} and goes on. Answers are written before it waits for more input, so that\n"
    "it can serve another program through two pipes.\n"
    "\n"
    "  -m, --model MODEL         the model file (.tern)\n" CLI_COMPONENT_HELP
    "      --norm                the norm of each token, too (spaCy's Token.norm_), as \"norm\"\n"
    "      --noun-chunks         start and end of spaCy's Doc.noun_chunks, too, as \"noun_chunks\"\n"
    "  -h, --help                show this\n"
    "\n" CLI_COMPONENT_NAMES
    "has them; one that is off by default, as senter in English, must be named. The environment variable\n"
    "TERN_COMPONENTS sets another default.\n"
    "Lines may have up to " TEXT_OF(CLI_MAX_LINE) " bytes. Exit code: 1 if any line was wrong.\n";

static void answer_line(void *user, const char *line, size_t len, response *out)
{
    const cli_session *session = user;
    handle_pipe(session->ctx, line, len, &session->settings, out);
}

int cli_pipe(int argc, char **argv)
{
    static const struct option known[] = {
        {"model", required_argument, NULL, 'm'},
        CLI_COMPONENT_OPTIONS,
        CLI_BESIDES_OPTIONS,
        {"help", no_argument, NULL, CLI_HELP},
        {0},
    };
    const char *model_argument = NULL;
    cli_components components = {.only = NULL};
    unsigned besides = 0;
    int option;
    while ((option = getopt_long(argc, argv, ":m:h", known, NULL)) != -1) switch (option) {
        case 'm': model_argument = optarg; break;
        case CLI_ONLY: components.only = optarg; break;
        case CLI_EXCLUDE: components.exclude = optarg; break;
        case CLI_NORM: besides |= TERN_NORMS; break;
        case CLI_NOUN_CHUNKS: besides |= TERN_NOUN_CHUNKS; break;
        default: return cli_other_option(option, argv, pipe_help);
        }
    if (optind < argc)
        return cli_usage(argv[0], "unexpected argument \"%s\": the texts come on standard input", argv[optind]);
    cli_session session;
    int code = cli_begin(argv[0], model_argument, 0, &components, &session);
    if (code != CLI_OK) return code;
    session.settings.besides = besides;
    code = cli_check_besides(session.model, besides);
    if (code == CLI_OK) code = cli_run_lines(answer_line, &session);
    cli_end(&session);
    return code;
}
