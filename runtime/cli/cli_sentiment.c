/* cli_sentiment.c - `tern sentiment`: whether a text is positive, negative, neutral or mixed. */
#include "cli_commands.h"

#include <stdio.h>
#include <stdlib.h>

#include "chars.h"
#include "cli.h"
#include "cli_corpus.h"
#include "cli_model.h"
#include "cli_text.h"
#include "handler.h"
#include "sentiment.h"

static const char sentiment_help[] =
    "Usage: tern sentiment [-m MODEL] [--json] [--sentences] [TEXT]\n"
    "       tern sentiment [-m MODEL] --jsonl [-j N] [--sentences] < IN.jsonl > OUT.jsonl\n"
    "\n"
    "Says whether TEXT or, without it, all of standard input, which is one text, is POSITIVE, NEGATIVE,\n"
    "NEUTRAL or, where some sentences are clearly the one and some clearly the other, MIXED (experimental).\n"
    "An empty text has no sentiment, and is an error.\n"
    "\n"
    "  -m, --model MODEL         the model file (.tern): that of a spaCy pipeline with a textcat of these\n"
    "                            classes and, for sentences, a senter\n"
    "      --sentences           each sentence, too\n"
    "      --json                the answer of POST /sentiment, also when it is an {\"error\": ...}\n"
    "      --jsonl               reads one {\"text\": ...} per line and writes one such answer for each; answers\n"
    "                            are written before it waits for more input\n"
    "  -j, --threads N           with --jsonl: lines that run at the same time (default: one for each processor)\n"
    "  -h, --help                show this\n"
    "\n"
    "On a terminal the scores are shown in percent. Otherwise one line with sentiment and confidence (its\n"
    "score, 0 to 1), separated by a tab; with --sentences one more for each:\n"
    "\n"
    "  start  end  sentiment  confidence  text\n"
    "\n"
    "start and end count code points, end is the first one after the sentence. In text, backslash and\n"
    "control characters are written as \\\\ \\t \\n \\r or \\u and four hexadecimal digits.\n"
    "\n"
    "Without -m it is the first sentiment model of the environment variable TERN_MODEL or, if that is not\n"
    "set, sentiment.tern, found from the place of this program.\n";

typedef struct sentiment_command {
    const char *model, *text;
    int json, jsonl;
    unsigned threads; /* 0: one for each processor */
    model_set models;
    model_contexts contexts;
    const named_model *chosen;
    handler_settings settings;
} sentiment_command;

/* ---- for people and their tools ---------------------------------------------------------------------------------- */

static void show_scores(bytes *out, const sentiment *of)
{
    sentiment_class best = sentiment_best(of);
    bytes_format(out, "%s %.0f %%", sentiment_name(best), 100 * of->score[best]);
    const char *before = "   ";
    for (sentiment_class c = 0; c < SENTIMENT_CLASSES; c++)
        if (c != best) {
            bytes_format(out, "%s%s %.0f %%", before, sentiment_name(c), 100 * of->score[c]);
            before = ", ";
        }
    bytes_text(out, "\n");
}

static void show_row(bytes *out, const sentiment *of)
{
    sentiment_class best = sentiment_best(of);
    bytes_format(out, "%s\t%.6f", sentiment_name(best), of->score[best]);
}

static void show_sentence(bytes *out, const char *text, const tern_sentence *sentence, const sentiment *of)
{
    const tern_span *span = &sentence->span;
    sentiment_class best = sentiment_best(of);
    if (cli_is_terminal()) {
        bytes_format(out, "  %-8s %3.0f %%  ", sentiment_name(best), 100 * of->score[best]);
    } else {
        bytes_number(out, span->char_start);
        bytes_text(out, "\t");
        bytes_number(out, span->char_end);
        bytes_text(out, "\t");
        show_row(out, of);
        bytes_text(out, "\t");
    }
    escape_controls(out, text + span->byte_start, span->byte_end - span->byte_start, 0);
    bytes_text(out, "\n");
}

static void show(bytes *out, const char *text, const tern_doc *doc, const sentiment_command *c)
{
    const sentiment_labels *labels = &c->chosen->sentiment;
    const sentiment whole = sentiment_of_doc(doc, labels);
    tern_sentence sentence;
    if (cli_is_terminal()) {
        show_scores(out, &whole);
    } else {
        show_row(out, &whole);
        bytes_text(out, "\n");
    }
    for (size_t i = 0; c->settings.sentiment.sentences && tern_doc_sentence(doc, i, &sentence) == TERN_OK; i++) {
        const sentiment of = sentiment_of_sentence(doc, i, labels);
        show_sentence(out, text, &sentence, &of);
    }
}

static int print_people(const sentiment_command *c, const char *text, size_t len)
{
    response failure = {.status = 0};
    const tern_doc *doc;
    bytes out = {.data = NULL};
    if (len == 0) return cli_fail("the text is empty: there is no sentiment in it");
    const tern_options options = model_sentiment_options(&c->settings);
    if (model_run(model_context(&c->contexts, c->chosen), &(run_input){.text = text, .len = len}, &options,
                  &c->settings, &doc, &failure)
        != 0) {
        response_free(&failure);
        return cli_fail("%s", failure.message);
    }
    show(&out, text, doc, c);
    return cli_print(&out);
}

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

static int print_json(const sentiment_command *c, const char *text, size_t len)
{
    response answer = {.status = 0};
    handle_sentiment_text(&c->contexts, c->chosen, text, len, &c->settings, &answer);
    return cli_print_answer(&answer);
}

/* ---- JSON Lines -------------------------------------------------------------------------------------------------- */

/* One thread's. */
typedef struct line_answerer {
    const sentiment_command *command;
    model_contexts contexts;
    response answer;
} line_answerer;

static void end_lines(void *thread)
{
    line_answerer *self = thread;
    model_contexts_close(&self->contexts);
    response_free(&self->answer);
    free(self);
}

static void *begin_lines(void *user, tern_error *error)
{
    const sentiment_command *c = user;
    line_answerer *self = calloc(1, sizeof *self);
    if (!self) {
        snprintf(error->msg, sizeof error->msg, "out of memory");
        return NULL;
    }
    self->command = c;
    if (model_contexts_open(&self->contexts, &c->models, error) == 0) return self;
    end_lines(self);
    return NULL;
}

static void answer_lines(void *thread, corpus_batch *batch, size_t memory)
{
    line_answerer *self = thread;
    handler_settings settings = self->command->settings;
    settings.memory = memory;
    for (size_t i = 0; i < batch->count; i++) {
        const raw_record *raw = &batch->raw[i];
        const request_target asked = {.task = TASK_SENTIMENT};
        if (raw->too_long) respond_error(&self->answer, 413, NULL, CORPUS_TOO_LONG);
        else handle_request(&self->contexts, &asked, raw->data, raw->len, &settings, &self->answer);
        bytes_append(&batch->answers, self->answer.body.data, self->answer.body.len);
        bytes_text(&batch->answers, "\n");
        batch->failed += self->answer.status != 200;
        batch->tokens += self->answer.tokens;
    }
    batch->no_memory |= batch->answers.failed;
}

static int run_lines(sentiment_command *c)
{
    const corpus_task task = {.user = c, .begin = begin_lines, .answer = answer_lines, .end = end_lines};
    const cli_corpus corpus = {.from = INPUT_JSONL,
                               .threads = c->threads,
                               .output = {.run = "", .write_out = cli_write_data},
                               .models = c->models.count};
    return cli_run_corpus(&corpus, &task);
}

/* ---- the command ------------------------------------------------------------------------------------------------- */

static int run_text(const sentiment_command *c)
{
    bytes input = {.data = NULL};
    size_t len;
    const char *text = cli_text(c->text, &input, &len);
    int code = text == NULL ? CLI_FAILED : c->json ? print_json(c, text, len) : print_people(c, text, len);
    bytes_free(&input);
    return code;
}

static int begin(sentiment_command *c)
{
    problem why;
    tern_error error;
    if (c->model != NULL && models_add_file(&c->models, c->model, &why) != 0)
        return cli_usage("sentiment", "--model: %s", why.text);
    if (cli_open_models(&c->models, TASK_SENTIMENT, MODEL_MAPPED) != CLI_OK) return CLI_FAILED;
    c->chosen = models_default(&c->models, TASK_SENTIMENT);
    if (c->chosen == NULL)
        return cli_fail("model %s finds no sentiments: name one that does by -m, as -m sentiment.tern",
                        c->models.item[0].path);
    c->settings.model = c->chosen->model;
    if (c->settings.sentiment.sentences && !sentiment_finds_sentences(c->chosen->model))
        return cli_fail("--sentences: the model finds no sentences");
    return model_contexts_open(&c->contexts, &c->models, &error) == 0 ? CLI_OK : cli_fail("%s", error.msg);
}

static int run(sentiment_command *c)
{
    int code = begin(c);
    if (code == CLI_OK) code = c->jsonl ? run_lines(c) : run_text(c);
    model_contexts_close(&c->contexts);
    models_close(&c->models);
    return code;
}

int cli_sentiment(int argc, char **argv)
{
    enum { OPTION_JSON = 256, OPTION_JSONL, OPTION_SENTENCES };
    static const struct option known[] = {
        {"model", required_argument, NULL, 'm'},
        {"json", no_argument, NULL, OPTION_JSON},
        {"jsonl", no_argument, NULL, OPTION_JSONL},
        {"sentences", no_argument, NULL, OPTION_SENTENCES},
        {"threads", required_argument, NULL, 'j'},
        {"help", no_argument, NULL, CLI_HELP},
        {0},
    };
    sentiment_command c = {.model = NULL};
    int option, code = CLI_OK;
    while (code == CLI_OK && (option = getopt_long(argc, argv, ":m:j:h", known, NULL)) != -1) switch (option) {
        case 'm': c.model = optarg; break;
        case 'j': code = cli_threads(argv[0], optarg, &c.threads); break;
        case OPTION_JSON: c.json = 1; break;
        case OPTION_JSONL: c.jsonl = 1; break;
        case OPTION_SENTENCES: c.settings.sentiment.sentences = 1; break;
        default: return cli_other_option(option, argv, sentiment_help);
        }
    if (code != CLI_OK) return code;
    if (c.threads && !c.jsonl) return cli_usage(argv[0], "-j is for --jsonl: one text runs on one thread");
    if (c.json && c.jsonl) return cli_usage(argv[0], "--json and --jsonl cannot be used together");
    if (c.jsonl && optind < argc)
        return cli_usage(argv[0], "unexpected argument \"%s\": with --jsonl the texts come on standard input",
                         argv[optind]);
    code = cli_text_argument(argc, argv, &c.text);
    return code == CLI_OK ? run(&c) : code;
}
