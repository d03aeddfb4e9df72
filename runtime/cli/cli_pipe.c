/* cli_pipe.c - `tern pipe`: a corpus in, its annotations out. */
#include "cli_commands.h"

#include <string.h>

#include "cli.h"
#include "cli_corpus.h"
#include "cli_session.h"
#include "cli_text.h"
#include "doc_json.h"
#include "json_out.h"
#include "text_of.h"

static const char pipe_help[] =
    "Usage: tern pipe [-m MODEL] [-j N] [OPTIONS] [FILE]... [-o FILE]\n"
    "\n"
    "Annotates every record of the files, patterns (\"*.jsonl.gz\") or standard input, in order. A record\n"
    "is a line {\"text\": \"...\", ...}: its answer is the same line with the members of spaCy's\n"
    "Doc.to_json() added, ents, sents, cats, tokens, spans, as far as the components that run set them;\n"
    "all offsets count code points. Words that are cut already may come instead of the text:\n"
    "{\"tokens\": [\"...\", ...], \"spaces\": [true, ...]}. A record that is wrong is answered in its place\n"
    "by itself and \"error\". What has been answered is written before it waits for more input, so that it\n"
    "can serve another program through two pipes.\n"
    "\n"
    "  -m, --model MODEL         the model file (.tern)\n"
    "  -j, --threads N           texts that run at the same time (default: one for each processor)\n"
    "      --text FIELD          the member, or column, that has the text (default: text)\n"
    "      --from FORMAT         jsonl; lines (each is a text); csv, tsv (the first line names the columns);\n"
    "                            default: by the end of a file's name, before .gz or .zst; else jsonl\n"
    "  -o, --output FILE         written as FILE.part, and renamed when it is complete\n"
    "      --to FORMAT           jsonl; conllu; tsv (a line for each entity: id, start, end, label, text);\n"
    "                            spacy (DocBin, with -o); default: by the end of FILE's name, else jsonl\n"
    "      --fields FIELDS       what answers in jsonl have, separated by commas: text, ents, sents, cats,\n"
    "                            tokens, spans, noun_chunks (default: all, but noun_chunks)\n"
    "      --keep FIELDS         the record's other members that stay in its answer (default: all)\n"
    "      --errors FILE         wrong records go there, each with \"where\" and \"error\"\n"
    "      --resume              goes on with the -o FILE of a run that was broken off, or begins "
    "it\n" CLI_COMPONENT_HELP
    "      --norm                the norm of each token, too (spaCy's Token.norm_), as \"norm\"\n"
    "      --noun-chunks         start and end of spaCy's Doc.noun_chunks, too, as \"noun_chunks\"\n"
    "      --scores              how probable each entity is, from 0 to 1: \"score\" of ents, a column in tsv\n"
    "      --min-score X         leave out entities whose score is below X\n"
    "  -h, --help                show this\n"
    "\n" CLI_COMPONENT_NAMES
    "has them; one that is off by default, as senter in English, must be named. The environment variable\n"
    "TERN_COMPONENTS sets another default.\n"
    "Records may have up to " TEXT_OF(
        CORPUS_MAX_RECORD) " bytes. Exit code: 1 if any was wrong, unless --errors took it.\n";

typedef struct pipe_options {
    const char *model, *to, *fields;
    cli_components components;
    unsigned besides; /* TERN_NORMS, TERN_NOUN_CHUNKS */
    int scores;
    double min_score;
    cli_corpus corpus;
    corpus_answers answers;
} pipe_options;

/* ---- what the options say ---------------------------------------------------------------------------------------- */

static int read_field(const char *name, size_t len, unsigned *fields)
{
    char copy[32];
    if (len >= sizeof copy) return -1;
    memcpy(copy, name, len);
    copy[len] = '\0';
    const unsigned bit = strcmp(copy, "text") == 0 ? ANSWER_TEXT : doc_json_field(copy);
    *fields |= bit;
    return bit ? 0 : -1;
}

static int read_fields(const char *list, unsigned *fields)
{
    *fields = 0;
    while (*list) {
        const size_t len = strcspn(list, ",");
        if (read_field(list, len, fields) != 0)
            return cli_usage("pipe",
                             "--fields: \"%.*s\" is none of text, ents, sents, cats, tokens, spans, noun_chunks",
                             (int)len, list);
        list += len + (list[len] == ',');
    }
    return CLI_OK;
}

static int read_from(const char *name, input_kind *kind)
{
    *kind = input_kind_from_name(name);
    return *kind < INPUT_KINDS ? CLI_OK
                               : cli_usage("pipe", "--from must be jsonl, lines, csv or tsv, not \"%s\"", name);
}

static int read_to(pipe_options *o)
{
    const char *path = o->corpus.output.path;
    if (path && is_table_file(path))
        return cli_usage("pipe", "Parquet and Arrow are written by the Python package: python -m tern_nlp pipe");
    if (path && byte_source_ending(path))
        return cli_usage("pipe", "-o: compressed files are not written; pipe the output into gzip or zstd");
    o->answers.kind = o->to ? answer_kind_from_name(o->to) : path ? answer_kind_of_file(path) : ANSWER_JSONL;
    if (o->answers.kind == ANSWER_KINDS)
        return cli_usage("pipe", "--to must be jsonl, conllu, tsv or spacy, not \"%s\"", o->to);
    if (o->answers.kind != ANSWER_JSONL && o->fields) return cli_usage("pipe", "--fields is for --to jsonl");
    if (o->scores && o->answers.kind != ANSWER_JSONL && o->answers.kind != ANSWER_TSV)
        return cli_usage("pipe", "--scores is for --to jsonl and tsv");
    if (o->min_score > 0 && o->answers.kind == ANSWER_CONLLU)
        return cli_usage("pipe", "--min-score is for entities, which --to conllu does not show");
    return CLI_OK;
}

/* What the options say together. */
static int settle(pipe_options *o)
{
    o->answers.fields = ANSWER_TEXT | (DOC_JSON_ALL & ~(1u << DOC_JSON_NOUN_CHUNKS));
    if (o->besides & TERN_NOUN_CHUNKS) o->answers.fields |= 1u << DOC_JSON_NOUN_CHUNKS;
    int code = o->fields ? read_fields(o->fields, &o->answers.fields) : CLI_OK;
    if (code != CLI_OK) return code;
    o->besides |= doc_json_want(o->answers.fields & DOC_JSON_ALL) & TERN_NOUN_CHUNKS;
    if (o->scores) o->answers.fields |= DOC_JSON_SCORES;
    o->answers.errors_apart = o->corpus.output.errors != NULL;
    return read_to(o);
}

/* ---- the run ----------------------------------------------------------------------------------------------------- */

/* What decides the answers, for --resume. */
static void describe(const pipe_options *o, const corpus_answers *how, bytes *out)
{
    tern_section section;
    unsigned crc = 0;
    for (size_t i = 0; tern_model_section(how->model, i, &section) == TERN_OK; i++) crc = crc * 31 + section.crc;
    bytes_format(out,
                 "tern %s, model %08x, components %llx, besides %x, --to %s, --text %s, --keep %s, --fields %x, --from "
                 "%s, errors %s, min score %g",
                 tern_version(), crc, (unsigned long long)how->settings.components, how->settings.besides,
                 answer_kind_name(how->kind), how->rules.text, how->rules.keep ? how->rules.keep : "*", how->fields,
                 o->corpus.from < INPUT_KINDS ? input_kind_name(o->corpus.from) : "by name",
                 how->errors_apart ? "apart" : "in place", how->settings.min_score);
    for (size_t i = 0; i < o->corpus.path_count; i++) bytes_format(out, ", %s", o->corpus.paths[i]);
}

static int run_session(pipe_options *o, const cli_session *session)
{
    bytes description = {.data = NULL};
    o->answers.model = session->model;
    o->answers.settings = session->settings;
    o->answers.settings.besides = o->besides;
    o->answers.settings.scores = o->scores;
    o->answers.settings.min_score = o->min_score;
    describe(o, &o->answers, &description);
    corpus_answer_prologue(&o->answers, &o->corpus.prologue);
    o->corpus.output.run = description.data ? description.data : "";
    o->corpus.output.write_out = cli_write_data;
    if (o->answers.kind == ANSWER_DOCBIN) o->corpus.output.assemble = corpus_answer_assemble;
    o->corpus.models = 1;
    const corpus_task task = corpus_answer_task(&o->answers);
    int code = cli_run_corpus(&o->corpus, &task);
    bytes_free(&description);
    bytes_free(&o->corpus.prologue);
    return code;
}

static int run(pipe_options *o)
{
    cli_session session;
    int code = cli_begin("pipe", o->model, 0, &o->components, &session);
    if (code != CLI_OK) return code;
    code = cli_check_besides(session.model, o->besides);
    if (code == CLI_OK) code = run_session(o, &session);
    cli_end(&session);
    return code;
}

int cli_pipe(int argc, char **argv)
{
    enum { TEXT = CLI_OPTIONS, FROM, TO, FIELDS, KEEP, ERRORS, RESUME };
    static const struct option known[] = {
        {"model", required_argument, NULL, 'm'},
        {"threads", required_argument, NULL, 'j'},
        {"output", required_argument, NULL, 'o'},
        {"text", required_argument, NULL, TEXT},
        {"from", required_argument, NULL, FROM},
        {"to", required_argument, NULL, TO},
        {"fields", required_argument, NULL, FIELDS},
        {"keep", required_argument, NULL, KEEP},
        {"errors", required_argument, NULL, ERRORS},
        {"resume", no_argument, NULL, RESUME},
        CLI_COMPONENT_OPTIONS,
        CLI_BESIDES_OPTIONS,
        CLI_SCORE_OPTIONS,
        {"help", no_argument, NULL, CLI_HELP},
        {0},
    };
    pipe_options o = {.answers.rules.text = "text", .corpus.from = INPUT_KINDS};
    int option, code = CLI_OK;
    while (code == CLI_OK && (option = getopt_long(argc, argv, ":m:j:o:h", known, NULL)) != -1) switch (option) {
        case 'm': o.model = optarg; break;
        case 'j': code = cli_threads(argv[0], optarg, &o.corpus.threads); break;
        case 'o': o.corpus.output.path = optarg; break;
        case TEXT: o.answers.rules.text = optarg; break;
        case FROM: code = read_from(optarg, &o.corpus.from); break;
        case TO: o.to = optarg; break;
        case FIELDS: o.fields = optarg; break;
        case KEEP: o.answers.rules.keep = optarg; break;
        case ERRORS: o.corpus.output.errors = optarg; break;
        case RESUME: o.corpus.output.resume = 1; break;
        case CLI_ONLY: o.components.only = optarg; break;
        case CLI_EXCLUDE: o.components.exclude = optarg; break;
        case CLI_NORM: o.besides |= TERN_NORMS; break;
        case CLI_NOUN_CHUNKS: o.besides |= TERN_NOUN_CHUNKS; break;
        case CLI_SCORES: o.scores = 1; break;
        case CLI_MIN_SCORE: code = cli_min_score("pipe", optarg, &o.min_score); break;
        default: return cli_other_option(option, argv, pipe_help);
        }
    if (code == CLI_OK) code = settle(&o);
    if (code != CLI_OK) return code;
    o.corpus.paths = argv + optind;
    o.corpus.path_count = (size_t)(argc - optind);
    return run(&o);
}
