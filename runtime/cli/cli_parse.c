/* cli_parse.c - `tern parse`: everything about one text. */
#include "cli_commands.h"

#include <string.h>

#include "cli.h"
#include "cli_session.h"
#include "cli_text.h"
#include "components.h"
#include "doc_conllu.h"
#include "doc_html.h"
#include "doc_json.h"
#include "doc_table.h"
#include "doc_tree.h"

static const char parse_help[] =
    "Usage: tern parse [-m MODEL] [--format FORMAT | --tree] [--only COMPONENTS | --exclude COMPONENTS] [--norm]\n"
    "                  [--noun-chunks] [--scores] [--min-score X] [TEXT]\n"
    "\n"
    "Tags, parses and lemmatizes TEXT or, without it, all of standard input, which is one text (its last\n"
    "line feed belongs to it).\n"
    "\n"
    "  -m, --model MODEL         the model file (.tern)\n"
    "      --format FORMAT       table (default): a line for each token; \"head\" is the number and the word of\n"
    "                            the token on which it depends; spans of groups stand below\n"
    "                            tree: each sentence's root with its dependents below\n"
    "                            conllu: CoNLL-U; white space is in MISC (SpaceAfter, SpacesAfter), the label\n"
    "                            of a root is \"root\"\n"
    "                            html: a page of one file with the arcs of each sentence\n"
    "                            json: spaCy's Doc.to_json(), as tern pipe prints it\n"
    "      --tree                the same as --format tree\n" CLI_COMPONENT_HELP
    "      --norm                the norm of each token, too (spaCy's Token.norm_): a column of the table, Norm=\n"
    "                            in conllu's MISC, \"norm\" in json; trees and pages have no place for it\n"
    "      --noun-chunks         spaCy's Doc.noun_chunks, too: lines below the table, \"noun_chunks\" in json\n"
    "      --scores              how probable each entity is, from 0 to 1: \"score\" in json\n"
    "      --min-score X         leave out entities whose score is below X\n"
    "  -h, --help                show this\n"
    "\n" CLI_COMPONENT_NAMES
    "has them. What none of those that run sets is left out; categories of the text are in json only. The\n"
    "environment variable TERN_COMPONENTS sets another default. In tables and trees, backslash and control\n"
    "characters are written as \\\\ \\t \\n \\r or \\u and four hexadecimal digits. Colours are for terminals\n"
    "(not if NO_COLOR is set or TERM is \"dumb\").\n";

typedef enum parse_format { PARSE_TABLE, PARSE_TREE, PARSE_CONLLU, PARSE_HTML, PARSE_JSON, PARSE_FORMATS } parse_format;

/* What each format shows, so that nothing else is computed; norms and noun chunks only with their
 * options. */
static const struct {
    const char *name;
    unsigned want;
} formats[PARSE_FORMATS] = {
    [PARSE_TABLE] = {"table", TERN_EVERYTHING & ~TERN_CATS},
    [PARSE_TREE] = {"tree", TERN_DEPENDENCIES | TERN_SENTENCES | TERN_POS},
    [PARSE_CONLLU] = {"conllu", TERN_EVERYTHING & ~(TERN_ENTITIES | TERN_CATS | TERN_SPANS | TERN_NOUN_CHUNKS)},
    [PARSE_HTML] = {"html",
                    TERN_EVERYTHING & ~(TERN_ENTITIES | TERN_CATS | TERN_NORMS | TERN_SPANS | TERN_NOUN_CHUNKS)},
    [PARSE_JSON] = {"json", TERN_EVERYTHING},
};

typedef struct parse_options {
    const char *model, *text;
    cli_components components;
    parse_format format;
    unsigned besides; /* TERN_NORMS, TERN_NOUN_CHUNKS */
    int scores;
    double min_score;
} parse_options;

static void write_doc(bytes *out, const parse_options *options, const char *text, size_t len, const tern_doc *doc)
{
    switch (options->format) {
    case PARSE_TABLE: doc_table(out, text, doc, cli_wants_colour()); break;
    case PARSE_TREE: doc_tree(out, text, doc, cli_wants_colour()); break;
    case PARSE_CONLLU: doc_conllu(out, text, len, doc); break;
    case PARSE_HTML: doc_html_arcs(out, text, doc); break;
    case PARSE_JSON:
        doc_json(out, text, len, doc, options->scores ? DOC_JSON_SCORES : 0);
        bytes_text(out, "\n");
        break;
    case PARSE_FORMATS: break;
    }
}

static int run_text(const parse_options *options, tern_ctx *ctx, const handler_settings *settings)
{
    bytes input = {.data = NULL}, out = {.data = NULL};
    response failure = {.status = 0};
    const tern_doc *doc;
    size_t len;
    const char *text = cli_text(options->text, &input, &len);
    unsigned want = formats[options->format].want;
    int code = CLI_FAILED;
    want &= ~(unsigned)(TERN_NORMS | TERN_NOUN_CHUNKS) | options->besides;
    const tern_options run = model_options(want, settings);
    if (text != NULL && model_run(ctx, &(run_input){.text = text, .len = len}, &run, settings, &doc, &failure) != 0)
        code = cli_fail("%s", failure.message);
    else if (text != NULL) {
        write_doc(&out, options, text, len, doc);
        code = options->format == PARSE_TABLE || options->format == PARSE_TREE ? cli_print(&out) : cli_print_data(&out);
    }
    response_free(&failure);
    bytes_free(&input);
    return code;
}

static int run(const parse_options *options)
{
    cli_session session;
    int code = cli_begin("parse", options->model, 0, &options->components, &session);
    if (code != CLI_OK) return code;
    session.settings.scores = options->scores;
    session.settings.min_score = options->min_score;
    if (options->format == PARSE_TREE
        && !(session.settings.components & components_made_by(session.model, TERN_PARSER)))
        code = cli_usage("parse", "a tree needs the component \"parser\"");
    else code = cli_check_besides(session.model, options->besides);
    if (code == CLI_OK) code = run_text(options, session.ctx, &session.settings);
    cli_end(&session);
    return code;
}

static int parse_format_name(const char *name, parse_format *format)
{
    for (parse_format f = PARSE_TABLE; f < PARSE_FORMATS; f++)
        if (strcmp(name, formats[f].name) == 0) {
            *format = f;
            return CLI_OK;
        }
    return cli_usage("parse", "--format must be table, tree, conllu, html or json, not \"%s\"", name);
}

int cli_parse(int argc, char **argv)
{
    enum { OPTION_FORMAT = CLI_OPTIONS, OPTION_TREE };
    static const struct option known[] = {
        {"model", required_argument, NULL, 'm'},
        {"format", required_argument, NULL, OPTION_FORMAT},
        {"tree", no_argument, NULL, OPTION_TREE},
        CLI_COMPONENT_OPTIONS,
        CLI_BESIDES_OPTIONS,
        CLI_SCORE_OPTIONS,
        {"help", no_argument, NULL, CLI_HELP},
        {0},
    };
    parse_options options = {.model = NULL};
    int option, code = CLI_OK;
    while (code == CLI_OK && (option = getopt_long(argc, argv, ":m:h", known, NULL)) != -1) switch (option) {
        case 'm': options.model = optarg; break;
        case OPTION_FORMAT: code = parse_format_name(optarg, &options.format); break;
        case OPTION_TREE: options.format = PARSE_TREE; break;
        case CLI_ONLY: options.components.only = optarg; break;
        case CLI_EXCLUDE: options.components.exclude = optarg; break;
        case CLI_NORM: options.besides |= TERN_NORMS; break;
        case CLI_NOUN_CHUNKS: options.besides |= TERN_NOUN_CHUNKS; break;
        case CLI_SCORES: options.scores = 1; break;
        case CLI_MIN_SCORE: code = cli_min_score("parse", optarg, &options.min_score); break;
        default: return cli_other_option(option, argv, parse_help);
        }
    if (code != CLI_OK) return code;
    code = cli_text_argument(argc, argv, &options.text);
    const unsigned unseen = options.besides & ~formats[options.format].want;
    if (code == CLI_OK && unseen & TERN_NORMS)
        return cli_usage(argv[0], "--norm is for the formats table, conllu and json: a %s does not show it",
                         formats[options.format].name);
    if (code == CLI_OK && unseen)
        return cli_usage(argv[0], "--noun-chunks is for the formats table and json: %s does not show them",
                         formats[options.format].name);
    if (code == CLI_OK && options.scores && options.format != PARSE_JSON)
        return cli_usage(argv[0], "--scores is for the format json: %s does not show them",
                         formats[options.format].name);
    if (code == CLI_OK && options.min_score > 0 && !(formats[options.format].want & TERN_ENTITIES))
        return cli_usage(argv[0], "--min-score is for the formats table and json: %s shows no entities",
                         formats[options.format].name);
    return code == CLI_OK ? run(&options) : code;
}
