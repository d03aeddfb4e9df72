#define _POSIX_C_SOURCE 200809L /* isatty */
#include "cli_stream.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "cli_lines.h"
#include "cli_model.h"
#include "cli_text.h"
#include "deadline.h"
#include "text_of.h"

typedef struct progress {
    int shown;
    size_t lines, failed;
    double begin_ms, last_ms;
} progress;

/* Only on a terminal that does not also show the output. */
static void progress_begin(progress *p)
{
    *p = (progress){.shown = isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO)};
    p->begin_ms = p->last_ms = clock_monotonic_ms();
}

static void progress_show(progress *p, int at_end)
{
    if (!p->shown) return;
    const double now_ms = clock_monotonic_ms(), seconds = (now_ms - p->begin_ms) / 1000;
    if (!at_end && now_ms - p->last_ms < 200) return;
    p->last_ms = now_ms;
    fprintf(stderr, "\r%zu lines, %.0f lines/s%s", p->lines, seconds > 0 ? (double)p->lines / seconds : 0.0,
            at_end ? "\n" : "\033[K");
}

/* 0, or -1: no answer can be given any more, which has been said. */
static int answer_line(cli_answer how, void *user, line_status status, const char *line, size_t len, response *answer)
{
    if (cli_model_changed()) return -1;
    if (status == LINE_TOO_LONG)
        respond_error(answer, 413, NULL, "the line is longer than " TEXT_OF(CLI_MAX_LINE) " bytes");
    else how(user, line, len, answer);
    if (cli_model_changed()) return -1;
    cli_write_data(&answer->body);
    putchar('\n');
    return 0;
}

/* Until the end of the input. An exit code. */
static int run_lines(cli_answer how, void *user, line_reader *reader, progress *p)
{
    response answer = {.status = 0};
    const char *line;
    size_t len;
    line_status status;
    int lost = 0;
    while (!lost && (status = line_next(reader, &line, &len)) != LINE_END && status != LINE_ERROR && !ferror(stdout)) {
        if (status == LINE_WAIT) {
            if (fflush(stdout) != 0) break;
            if (line_fill(reader) == LINE_ERROR) {
                status = LINE_ERROR;
                break;
            }
            continue;
        }
        lost = answer_line(how, user, status, line, len, &answer) != 0;
        p->lines++;
        p->failed += answer.status != 200;
        progress_show(p, 0);
    }
    response_free(&answer);
    if (lost) return CLI_FAILED;
    return status == LINE_ERROR ? cli_fail("cannot read standard input: %s", strerror(errno)) : CLI_OK;
}

int cli_run_lines(cli_answer answer, void *user)
{
    line_reader reader = {.fd = STDIN_FILENO, .max = CLI_MAX_LINE};
    progress p;
    progress_begin(&p);
    int code = cli_finish(run_lines(answer, user, &reader, &p));
    line_reader_free(&reader);
    progress_show(&p, 1);
    if (p.failed > 0) return cli_fail("%zu of %zu lines were wrong: see \"error\" in the output", p.failed, p.lines);
    return code;
}
