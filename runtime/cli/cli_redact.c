/* cli_redact.c - `tern redact`: a text without what it says of persons. */
#define _POSIX_C_SOURCE 200809L /* read */
#include "cli_commands.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "cli_corpus.h"
#include "cli_model.h"
#include "cli_session.h"
#include "cli_text.h"
#include "json_out.h"
#include "redaction_labels.h"
#include "settings.h"
#include "text_of.h"

static const char redact_help[] =
    "Usage: tern redact [-m MODEL] [OPTIONS] [TEXT]\n"
    "       tern redact [-m MODEL] [OPTIONS] < IN > OUT\n"
    "       tern redact [-m MODEL] [OPTIONS] --jsonl [-j N] < IN.jsonl > OUT.jsonl\n"
    "\n"
    "Writes TEXT without what it says of persons: names, places and dates that the model finds, and e-mail\n"
    "addresses, phones, cards and what else patterns find. Without TEXT each line of standard input is a\n"
    "text; all else of it stays as it is. Nothing is a guarantee: what is not recognised stays.\n"
    "\n"
    "  -m, --model MODEL         the model file (.tern)\n"
    "      --file FILE           the lines of this file instead of standard input\n"
    "      --labels LABELS       only these, separated by commas: PERSON, GPE and what else the model finds,\n"
    "                            EMAIL, PHONE and what else patterns find (a wrong one shows all)\n"
    "      --replace WAY         label (default): [PERSON]; hash: [PERSON:...], for the same value the same;\n"
    "                            stars: one for each character; remove\n"
    "      --key-file FILE       the secret of the hashes, 16 bytes or more; default: the environment\n"
    "                            variable TERN_REDACT_KEY\n"
    "      --min-score N         what is less sure stays (0 to 1, default: 0)\n"
    "      --json                the answer of POST /redact for TEXT or all of the input as one text\n"
    "      --jsonl               reads one {\"text\": ...} per line; writes it with the text redacted, its other\n"
    "                            members as they are, and \"replaced\"\n"
    "      --text FIELD          with --jsonl: the member that has the text (default: text)\n"
    "  -j, --threads N           with --jsonl: lines that run at the same time (default: one for each\n"
    "                            processor)\n" CLI_COMPONENT_HELP "  -h, --help                show this\n"
    "\n"
    "A line that is not UTF-8 or too long ends the run with exit code 1; with --jsonl it is answered with\n"
    "\"error\" in its place.\n";

#define MAX_KEY 4096u

typedef struct redact_command {
    const char *model, *text, *file, *labels, *key_file, *field;
    int json, jsonl;
    unsigned threads; /* 0: one for each processor */
    cli_components components;
    redaction_options options;
    bytes key, chosen; /* of options */
    cli_session session;
} redact_command;

/* ---- what the options say ---------------------------------------------------------------------------------------- */

static int read_way(const char *name, redact_way *way)
{
    const int found = redact_way_from_name(name, strlen(name));
    if (found < 0) return cli_usage("redact", "--replace must be label, hash, stars or remove, not \"%s\"", name);
    *way = (redact_way)found;
    return CLI_OK;
}

/* The file's bytes without the line feed at their end. */
static int read_key_file(redact_command *c)
{
    char block[MAX_KEY + 1];
    FILE *file = fopen(c->key_file, "re");
    size_t len = file ? fread(block, 1, sizeof block, file) : 0;
    const int failed = !file || ferror(file);
    if (failed) cli_fail("cannot read %s: %s", c->key_file, strerror(errno));
    if (file) fclose(file);
    if (failed) return CLI_FAILED;
    if (len > MAX_KEY) return cli_fail("%s is longer than a key: %u bytes are the most", c->key_file, MAX_KEY);
    if (len && block[len - 1] == '\n') len--;
    if (len && block[len - 1] == '\r') len--;
    if (len < REDACT_LEAST_KEY)
        return cli_fail("%s has %zu bytes, the least are %d", c->key_file, len, REDACT_LEAST_KEY);
    bytes_append(&c->key, block, len);
    c->options.key = c->key.data;
    c->options.key_len = len;
    return c->key.failed ? cli_fail("out of memory") : CLI_OK;
}

static int read_key(redact_command *c)
{
    problem why;
    const char *key;
    if (c->options.way != REDACT_HASH) return CLI_OK;
    if (c->key_file) return read_key_file(c);
    if (settings_redact_key(&key, &why) != 0) return cli_fail("%s", why.text);
    redaction_set_key(&c->options, key);
    return key ? CLI_OK : cli_usage("redact", "--replace hash needs --key-file, or TERN_REDACT_KEY");
}

static int read_labels(redact_command *c)
{
    problem why;
    const tern_model *model = c->session.model;
    for (const char *at = c->labels; at && *at;) {
        const size_t len = strcspn(at, ",");
        if (redaction_choose(at, len, model, &c->options, &c->chosen) != 0) {
            problem_set(&why, -1, "--labels: \"%.*s\" is none", len > 60 ? 60 : (int)len, at);
            redaction_list_labels(model, &why);
            return cli_usage("redact", "%s", why.text);
        }
        at += len + (at[len] == ',');
    }
    if (c->labels && !c->options.chosen) return cli_usage("redact", "--labels names none");
    c->options.labels = c->chosen.data;
    c->options.labels_len = c->chosen.len;
    return c->chosen.failed ? cli_fail("out of memory") : CLI_OK;
}

/* ---- lines ------------------------------------------------------------------------------------------------------- */

/* Writes the line redacted, with what ended it. */
static int redact_line(redact_command *c, const char *line, size_t len, const char *ending, size_t ending_len)
{
    response failure = {.status = 0};
    const tern_doc *doc;
    pii_list found = {0};
    bytes out = {.data = NULL};
    const handler_settings *settings = &c->session.settings;
    const tern_options options = redaction_run_options(&c->options, settings);
    const run_input input = {.text = line, .len = len};
    if (model_run(c->session.ctx, &input, &options, settings, &doc, &failure) != 0) {
        response_free(&failure);
        return cli_fail("%s", failure.message);
    }
    redaction_find(line, len, doc, &c->options, &found);
    redaction_write(line, len, &found, &c->options, OFFSETS_BYTE, &out, NULL);
    bytes_append(&out, ending, ending_len);
    pii_free(&found);
    const int code = out.failed ? cli_fail("out of memory") : CLI_OK;
    if (code == CLI_OK) cli_write_data(&out);
    bytes_free(&out);
    return code;
}

/* A line as it came; all but its ending is the text. */
static int answer_line(redact_command *c, const char *line, size_t len)
{
    size_t text = len;
    if (text && line[text - 1] == '\n') text--;
    if (text && text < len && line[text - 1] == '\r') text--;
    return redact_line(c, line, text, line + text, len - text);
}

/* The lines that are complete in pending, of which the rest stays. */
static int answer_lines(redact_command *c, bytes *pending, size_t searched, unsigned long long *number)
{
    size_t start = 0;
    for (const char *feed; (feed = memchr(pending->data + searched, '\n', pending->len - searched)) != NULL;) {
        const size_t end = (size_t)(feed - pending->data) + 1;
        ++*number;
        if (answer_line(c, pending->data + start, end - start) != CLI_OK) return CLI_FAILED;
        start = searched = end;
    }
    pending->len -= start;
    memmove(pending->data, pending->data + start, pending->len);
    return CLI_OK;
}

static int answer_stream(redact_command *c, int input, bytes *pending, unsigned long long *number)
{
    char block[65536];
    ssize_t got;
    while ((got = read(input, block, sizeof block)) > 0 || (got < 0 && errno == EINTR)) {
        if (got < 0) continue;
        const size_t searched = pending->len;
        bytes_append(pending, block, (size_t)got);
        if (pending->failed) return cli_fail("out of memory");
        if (answer_lines(c, pending, searched, number) != CLI_OK) return CLI_FAILED;
        if (pending->len > CORPUS_MAX_RECORD) {
            ++*number;
            return cli_fail("the line is longer than " TEXT_OF(CORPUS_MAX_RECORD) " bytes");
        }
        if (cli_finish(CLI_OK) != CLI_OK) return CLI_FAILED;
    }
    if (got < 0) return cli_fail("cannot read: %s", strerror(errno));
    if (!pending->len) return CLI_OK;
    ++*number;
    return answer_line(c, pending->data, pending->len);
}

static int run_lines(redact_command *c)
{
    bytes pending = {.data = NULL};
    unsigned long long number = 0;
    const int input = c->file ? open(c->file, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
    if (input < 0) return cli_fail("cannot open %s: %s", c->file, strerror(errno));
    int code = answer_stream(c, input, &pending, &number);
    if (code != CLI_OK && number) cli_fail("the run ended at line %llu", number);
    if (code == CLI_OK && cli_model_changed()) code = CLI_FAILED;
    if (c->file) close(input);
    bytes_free(&pending);
    return cli_finish(code);
}

/* ---- one text ---------------------------------------------------------------------------------------------------- */

static int print_json(redact_command *c)
{
    bytes input = {.data = NULL};
    response answer = {.status = 0};
    size_t len;
    const char *text = cli_text(c->text, &input, &len);
    if (text == NULL) return CLI_FAILED;
    handle_redact_text(c->session.ctx, text, len, &c->session.settings, &answer);
    bytes_free(&input);
    return cli_print_answer(&answer);
}

static int run_text(redact_command *c)
{
    const int code = redact_line(c, c->text, strlen(c->text), "\n", 1);
    return cli_finish(code == CLI_OK && cli_model_changed() ? CLI_FAILED : code);
}

/* ---- JSON Lines -------------------------------------------------------------------------------------------------- */

/* One thread's. */
typedef struct record_answerer {
    const redact_command *command;
    tern_ctx *ctx;
    corpus_record record;
    response failure;
} record_answerer;

static void end_records(void *thread)
{
    record_answerer *self = thread;
    tern_ctx_free(self->ctx);
    corpus_record_free(&self->record);
    response_free(&self->failure);
    free(self);
}

static void *begin_records(void *user, tern_error *error)
{
    const redact_command *c = user;
    record_answerer *self = calloc(1, sizeof *self);
    if (!self) {
        snprintf(error->msg, sizeof error->msg, "out of memory");
        return NULL;
    }
    self->command = c;
    if (tern_ctx_new(c->session.model, &self->ctx, error) == TERN_OK) return self;
    end_records(self);
    return NULL;
}

/* The record's other members are in the object already: now the redacted text, or what was wrong. Whether it went
 * well. */
static int answer_record(record_answerer *self, const char *why, const handler_settings *settings, corpus_batch *batch)
{
    const redact_command *c = self->command;
    const corpus_record *record = &self->record;
    const tern_doc *doc;
    const tern_options options = redaction_run_options(&c->options, settings);
    const run_input input = {.text = record->text.data ? record->text.data : "",
                             .len = record->text.len,
                             .words = record->of_words ? &record->given.words : NULL};
    if (!why && model_run(self->ctx, &input, &options, settings, &doc, &self->failure) != 0)
        why = self->failure.message;
    if (why) {
        json_out_next(&batch->answers);
        bytes_text(&batch->answers, "\"error\": ");
        json_out_cstring(&batch->answers, why);
        return 0;
    }
    const run_input text = text_of_run(&input, doc);
    redaction_json(text.text, text.len, doc, &c->options, OFFSETS_CODEPOINT, c->field, &batch->answers);
    batch->tokens += tern_doc_token_count(doc);
    return 1;
}

static void answer_records(void *thread, corpus_batch *batch, size_t memory)
{
    record_answerer *self = thread;
    handler_settings settings = self->command->session.settings;
    const record_rules rules = {.text = self->command->field};
    problem why;
    settings.memory = memory;
    for (size_t i = 0; i < batch->count; i++) {
        const int status = corpus_record_read(&batch->raw[i], &rules, &self->record, &why);
        bytes_text(&batch->answers, "{");
        corpus_record_members(&self->record, &rules, 0, &batch->answers);
        batch->failed += !answer_record(self, status ? why.text : NULL, &settings, batch);
        bytes_text(&batch->answers, "}\n");
        corpus_record_clear(&self->record);
    }
    tern_ctx_trim(self->ctx);
    batch->no_memory |= batch->answers.failed;
}

static int run_records(redact_command *c)
{
    const corpus_task task = {.user = c, .begin = begin_records, .answer = answer_records, .end = end_records};
    char *const paths[] = {(char *)(uintptr_t)c->file};
    const cli_corpus corpus = {.paths = paths,
                               .path_count = c->file != NULL,
                               .from = INPUT_JSONL,
                               .threads = c->threads,
                               .output = {.run = "", .write_out = cli_write_data},
                               .models = 1};
    return cli_run_corpus(&corpus, &task);
}

/* ---- the command ------------------------------------------------------------------------------------------------- */

static int run_session(redact_command *c)
{
    int code = read_labels(c);
    if (code != CLI_OK) return code;
    c->session.settings.redaction = c->options;
    if (c->json) return print_json(c);
    if (c->jsonl) return run_records(c);
    return c->text ? run_text(c) : run_lines(c);
}

static int run(redact_command *c)
{
    int code = read_key(c);
    if (code == CLI_OK) code = cli_begin("redact", c->model, TERN_ENTITIES, &c->components, &c->session);
    if (code == CLI_OK) {
        code = run_session(c);
        cli_end(&c->session);
    }
    bytes_free(&c->key);
    bytes_free(&c->chosen);
    return code;
}

static int check(const redact_command *c)
{
    if (c->json && c->jsonl) return cli_usage("redact", "--json and --jsonl cannot be used together");
    if (c->threads && !c->jsonl) return cli_usage("redact", "-j is for --jsonl: lines of text run on one thread");
    if (c->text && (c->jsonl || c->file))
        return cli_usage("redact", "unexpected argument \"%s\": the texts come from the file or standard input",
                         c->text);
    if (c->json && c->file) return cli_usage("redact", "--json reads standard input: use < instead of --file");
    return CLI_OK;
}

int cli_redact(int argc, char **argv)
{
    enum { FILE_OPTION = CLI_OPTIONS, LABELS, REPLACE, KEY_FILE, JSON, JSONL, FIELD };
    static const struct option known[] = {
        {"model", required_argument, NULL, 'm'},
        {"threads", required_argument, NULL, 'j'},
        {"file", required_argument, NULL, FILE_OPTION},
        {"labels", required_argument, NULL, LABELS},
        {"replace", required_argument, NULL, REPLACE},
        {"key-file", required_argument, NULL, KEY_FILE},
        {"min-score", required_argument, NULL, CLI_MIN_SCORE},
        {"json", no_argument, NULL, JSON},
        {"jsonl", no_argument, NULL, JSONL},
        {"text", required_argument, NULL, FIELD},
        CLI_COMPONENT_OPTIONS,
        {"help", no_argument, NULL, CLI_HELP},
        {0},
    };
    redact_command c = {.field = "text"};
    int option, code = CLI_OK;
    while (code == CLI_OK && (option = getopt_long(argc, argv, ":m:j:h", known, NULL)) != -1) switch (option) {
        case 'm': c.model = optarg; break;
        case 'j': code = cli_threads(argv[0], optarg, &c.threads); break;
        case FILE_OPTION: c.file = optarg; break;
        case LABELS: c.labels = optarg; break;
        case REPLACE: code = read_way(optarg, &c.options.way); break;
        case KEY_FILE: c.key_file = optarg; break;
        case CLI_MIN_SCORE: code = cli_min_score("redact", optarg, &c.options.min_score); break;
        case JSON: c.json = 1; break;
        case JSONL: c.jsonl = 1; break;
        case FIELD: c.field = optarg; break;
        case CLI_ONLY: c.components.only = optarg; break;
        case CLI_EXCLUDE: c.components.exclude = optarg; break;
        default: return cli_other_option(option, argv, redact_help);
        }
    if (code == CLI_OK) code = cli_text_argument(argc, argv, &c.text);
    if (code == CLI_OK) code = check(&c);
    return code == CLI_OK ? run(&c) : code;
}
