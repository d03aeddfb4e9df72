/* cli_ner.c - `tern ner`: the entities of one text. */
#include "cli_commands.h"

#include <string.h>

#include "chars.h"
#include "cli.h"
#include "cli_session.h"
#include "cli_text.h"
#include "components.h"
#include "doc_html.h"
#include "labels.h"

static const char ner_help[] =
    "Usage: tern ner [-m MODEL] [--format FORMAT] [--only COMPONENTS | --exclude COMPONENTS] [--scores]\n"
    "                [--min-score X] [TEXT]\n"
    "\n"
    "Finds the entities of TEXT or, without it, of all of standard input, which is one text\n"
    "(its last line feed belongs to it). An empty text has none.\n"
    "\n"
    "  -m, --model MODEL         the model file (.tern)\n"
    "      --format FORMAT       text (default)\n"
    "                            json: the answer of POST /ner, also when it is an {\"error\": ...}\n"
    "                            html: a page of one file, the text with its entities marked\n"
    "      --json                the same as --format json\n" CLI_COMPONENT_HELP
    "      --scores              how probable each entity is, from 0 to 1; json says so anyway\n"
    "      --min-score X         leave out entities whose score is below X\n"
    "  -h, --help                show this\n"
    "\n"
    "Entities are those of spaCy's whole pipeline; with --only ner, those of its NER alone, which may now\n"
    "and then differ, because no entity crosses the beginning of a sentence that the parser has found.\n"
    "\n"
    "On a terminal the text is shown with its entities highlighted (without colours if NO_COLOR\n"
    "is set or TERM is \"dumb\"). Otherwise one line per entity, separated by tabs:\n"
    "\n"
    "  start  end  label  text          with --scores: start  end  label  score  text\n"
    "\n"
    "start and end count code points, end is the first one after the entity. In label and text, backslash\n"
    "and control characters are written as \\\\ \\t \\n \\r or \\u and four hexadecimal digits.\n";

typedef enum ner_format { NER_TEXT, NER_JSON, NER_HTML, NER_FORMATS } ner_format;

static const char *const format_names[NER_FORMATS] = {"text", "json", "html"};

typedef struct ner_options {
    const char *model, *text;
    cli_components components;
    ner_format format;
    int scores;
    double min_score;
} ner_options;

static void show_entity(bytes *out, const char *text, size_t len, const tern_entity *entity, int with_score, int colour)
{
    const char *label = entity->label;
    if (colour) bytes_format(out, "\033[%sm", label_style_of(label)->sgr);
    else bytes_text(out, "[");
    escape_controls(out, text, len, 1);
    bytes_text(out, colour ? "\033[0m \033[2m" : " ");
    escape_label(out, label);
    if (with_score) bytes_format(out, " %.2f", entity->score);
    bytes_text(out, colour ? "\033[0m" : "]");
}

static void show_highlighted(bytes *out, const tern_doc *doc, const char *text, size_t len, int with_scores)
{
    size_t shown = 0;
    int colour = cli_wants_colour();
    tern_entity entity;
    for (size_t i = 0; tern_doc_entity(doc, i, &entity) == TERN_OK; i++) {
        escape_controls(out, text + shown, entity.span.byte_start - shown, 1);
        show_entity(out, text + entity.span.byte_start, entity.span.byte_end - entity.span.byte_start, &entity,
                    with_scores, colour);
        shown = entity.span.byte_end;
    }
    escape_controls(out, text + shown, len - shown, 1);
    if (len == 0 || text[len - 1] != '\n') bytes_text(out, "\n");
}

static void show_table(bytes *out, const tern_doc *doc, const char *text, int with_scores)
{
    tern_entity entity;
    for (size_t i = 0; tern_doc_entity(doc, i, &entity) == TERN_OK; i++) {
        bytes_number(out, entity.span.char_start);
        bytes_text(out, "\t");
        bytes_number(out, entity.span.char_end);
        bytes_text(out, "\t");
        escape_label(out, entity.label);
        bytes_text(out, "\t");
        if (with_scores) bytes_format(out, "%.6f\t", entity.score);
        escape_controls(out, text + entity.span.byte_start, entity.span.byte_end - entity.span.byte_start, 0);
        bytes_text(out, "\n");
    }
}

static int print_json(tern_ctx *ctx, const handler_settings *settings, const char *text, size_t len)
{
    response answer = {.status = 0};
    handle_ner_text(ctx, text, len, settings, &answer);
    return cli_print_answer(&answer);
}

static int print_entities(tern_ctx *ctx, const handler_settings *settings, ner_format format, const char *text,
                          size_t len)
{
    response failure = {.status = 0};
    const tern_doc *doc;
    bytes out = {.data = NULL};
    const tern_options options = model_options(TERN_ENTITIES, settings);
    if (model_run(ctx, &(run_input){.text = text, .len = len}, &options, settings, &doc, &failure) != 0) {
        response_free(&failure);
        return cli_fail("%s", failure.message);
    }
    if (format == NER_HTML) doc_html_entities(&out, text, len, doc);
    else if (cli_is_terminal()) show_highlighted(&out, doc, text, len, settings->scores);
    else show_table(&out, doc, text, settings->scores);
    return cli_print(&out);
}

static int run_text(const ner_options *options, tern_ctx *ctx, const handler_settings *settings)
{
    bytes input = {.data = NULL};
    size_t len;
    const char *text = cli_text(options->text, &input, &len);
    int code = CLI_FAILED;
    if (text != NULL && options->format == NER_JSON) code = print_json(ctx, settings, text, len);
    else if (text != NULL) code = print_entities(ctx, settings, options->format, text, len);
    bytes_free(&input);
    return code;
}

/* Options may add what the model has. */
static int fail_without_ner(const tern_model *model)
{
    problem why;
    return components_check(TERN_NER, model, &why)
               ? cli_fail("%s", why.text)
               : cli_usage("ner", "the component \"ner\" must run, it finds the entities");
}

static int run(const ner_options *options)
{
    cli_session session;
    int code = cli_begin("ner", options->model, TERN_ENTITIES, &options->components, &session);
    if (code != CLI_OK) return code;
    session.settings.scores = options->scores || options->format == NER_JSON;
    session.settings.min_score = options->min_score;
    if (session.settings.components & components_made_by(session.model, COMPONENTS_OF_ENTITIES))
        code = run_text(options, session.ctx, &session.settings);
    else code = fail_without_ner(session.model);
    cli_end(&session);
    return code;
}

static int parse_format(const char *name, ner_format *format)
{
    for (ner_format f = NER_TEXT; f < NER_FORMATS; f++)
        if (strcmp(name, format_names[f]) == 0) {
            *format = f;
            return CLI_OK;
        }
    return cli_usage("ner", "--format must be text, json or html, not \"%s\"", name);
}

int cli_ner(int argc, char **argv)
{
    enum { OPTION_FORMAT = CLI_OPTIONS };
    static const struct option known[] = {
        {"model", required_argument, NULL, 'm'},
        {"json", no_argument, NULL, 'j'},
        {"format", required_argument, NULL, OPTION_FORMAT},
        CLI_COMPONENT_OPTIONS,
        CLI_SCORE_OPTIONS,
        {"help", no_argument, NULL, CLI_HELP},
        {0},
    };
    ner_options options = {.model = NULL};
    int option, code = CLI_OK;
    while (code == CLI_OK && (option = getopt_long(argc, argv, ":m:h", known, NULL)) != -1) switch (option) {
        case 'm': options.model = optarg; break;
        case 'j': options.format = NER_JSON; break;
        case OPTION_FORMAT: code = parse_format(optarg, &options.format); break;
        case CLI_ONLY: options.components.only = optarg; break;
        case CLI_EXCLUDE: options.components.exclude = optarg; break;
        case CLI_SCORES: options.scores = 1; break;
        case CLI_MIN_SCORE: code = cli_min_score("ner", optarg, &options.min_score); break;
        default: return cli_other_option(option, argv, ner_help);
        }
    if (code != CLI_OK) return code;
    code = cli_text_argument(argc, argv, &options.text);
    return code == CLI_OK ? run(&options) : code;
}
