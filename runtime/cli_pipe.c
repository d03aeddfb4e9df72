/* cli_pipe.c - `tern pipe`: JSON Lines in, JSON Lines out. */
#define _POSIX_C_SOURCE 200809L   /* isatty, clock_gettime */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "cli_lines.h"
#include "handler.h"

#define MAX_LINE (16u * 1024 * 1024)   /* bytes: a text at the engine's limit fits, every character written as \uXXXX */

const char cli_pipe_help[] =
    "Usage: tern pipe [-m MODEL] [--only COMPONENTS | --exclude COMPONENTS] < IN.jsonl > OUT.jsonl\n"
    "\n"
    "Reads one {\"text\": ...} per line and writes one line for each, in the form of spaCy's\n"
    "Doc.to_json(): text, ents, sents, cats, tokens with id, start, end, tag, pos, morph, lemma, dep, head,\n"
    "as far as the components that run set them; all offsets count code points. For a line that is wrong\n"
    "it writes {\"error\": ...} and goes on. Answers are written before it waits for more input, so that\n"
    "it can serve another program through two pipes.\n"
    "\n"
    "  -m, --model MODEL         the model file (.tern)\n"
    CLI_COMPONENT_HELP
    "  -h, --help                show this\n"
    "\n"
    "Components are spaCy's factories: tok2vec tagger morphologizer parser senter sentencizer\n"
    "attribute_ruler lemmatizer trainable_lemmatizer ner textcat textcat_multilabel, as far as the model\n"
    "has them; one that is off by default, as senter in English, must be named. The environment variable\n"
    "TERN_COMPONENTS sets another default.\n"
    "Lines may have up to 16777216 bytes. Exit code: 1 if any line was wrong.\n";

typedef struct progress {
    int shown;
    size_t lines, failed;
    struct timespec begin, last;
} progress;

static double seconds_between(const struct timespec *from, const struct timespec *to)
{
    return (double)(to->tv_sec - from->tv_sec) + (double)(to->tv_nsec - from->tv_nsec) * 1e-9;
}

/* Only on a terminal that does not also show the output. */
static void progress_begin(progress *p)
{
    *p = (progress){.shown = isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO)};
    clock_gettime(CLOCK_MONOTONIC, &p->begin);
    p->last = p->begin;
}

static void progress_show(progress *p, int at_end)
{
    struct timespec now;
    if (!p->shown)
        return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!at_end && seconds_between(&p->last, &now) < 0.2)
        return;
    p->last = now;
    double seconds = seconds_between(&p->begin, &now);
    fprintf(stderr, "\r%zu lines, %.0f lines/s%s", p->lines, seconds > 0 ? (double)p->lines / seconds : 0.0,
            at_end ? "\n" : "\033[K");
}

static void answer_line(tern_ctx *ctx, const handler_settings *settings, line_status status, const char *line, size_t len,
                        response *answer)
{
    if (status == LINE_TOO_LONG)
        respond_error(answer, 413, NULL, "the line is longer than 16777216 bytes");
    else
        handle_pipe(ctx, line, len, settings, answer);
    if (answer->body.data != NULL)
        fwrite(answer->body.data, 1, answer->body.len, stdout);
    putchar('\n');
}

/* Until the end of the input. An exit code. */
static int run_lines(tern_ctx *ctx, const handler_settings *settings, line_reader *reader, progress *p)
{
    response answer = {.status = 0};
    const char *line;
    size_t len;
    line_status status;
    while ((status = line_next(reader, &line, &len)) != LINE_END && status != LINE_ERROR && !ferror(stdout)) {
        if (status == LINE_WAIT) {
            if (fflush(stdout) != 0)
                break;
            if (line_fill(reader) == LINE_ERROR) {
                status = LINE_ERROR;
                break;
            }
            continue;
        }
        answer_line(ctx, settings, status, line, len, &answer);
        p->lines++;
        p->failed += answer.status != 200;
        progress_show(p, 0);
    }
    response_free(&answer);
    return status == LINE_ERROR ? cli_fail("cannot read standard input: %s", strerror(errno)) : CLI_OK;
}

static int run(tern_ctx *ctx, const handler_settings *settings)
{
    line_reader reader = {.fd = STDIN_FILENO, .max = MAX_LINE};
    progress p;
    progress_begin(&p);
    int code = cli_finish(run_lines(ctx, settings, &reader, &p));
    line_reader_free(&reader);
    progress_show(&p, 1);
    if (p.failed > 0)
        return cli_fail("%zu of %zu lines were wrong: see \"error\" in the output", p.failed, p.lines);
    return code;
}

int cli_pipe(int argc, char **argv)
{
    static const struct option known[] = {
        {"model", required_argument, NULL, 'm'}, CLI_COMPONENT_OPTIONS, {"help", no_argument, NULL, CLI_HELP}, {0},
    };
    const char *model_argument = NULL;
    cli_components components = {.only = NULL};
    int option;
    while ((option = getopt_long(argc, argv, ":m:h", known, NULL)) != -1)
        switch (option) {
        case 'm': model_argument = optarg; break;
        case CLI_ONLY: components.only = optarg; break;
        case CLI_EXCLUDE: components.exclude = optarg; break;
        default: return cli_other_option(option, argv, cli_pipe_help);
        }
    if (optind < argc)
        return cli_usage(argv[0], "unexpected argument \"%s\": the texts come on standard input", argv[optind]);
    cli_session session;
    int code = cli_begin(argv[0], model_argument, &components, &session);
    if (code != CLI_OK)
        return code;
    code = run(session.ctx, &session.settings);
    cli_end(&session);
    return code;
}
