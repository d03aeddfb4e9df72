/* cli_stream.c - JSON Lines in, JSON Lines out: what `tern pipe` and `tern sentiment --jsonl` share. */
#define _POSIX_C_SOURCE 200809L /* isatty, clock_gettime */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "cli_lines.h"
#include "handler.h"

#define MAX_LINE (16u * 1024 * 1024) /* bytes: a text at the engine's limit fits, every character written as \uXXXX */

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
    if (!p->shown) return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!at_end && seconds_between(&p->last, &now) < 0.2) return;
    p->last = now;
    double seconds = seconds_between(&p->begin, &now);
    fprintf(stderr, "\r%zu lines, %.0f lines/s%s", p->lines, seconds > 0 ? (double)p->lines / seconds : 0.0,
            at_end ? "\n" : "\033[K");
}

/* 0, or -1: no answer can be given any more, which has been said. */
static int answer_line(cli_answer how, void *user, line_status status, const char *line, size_t len, response *answer)
{
    if (cli_model_changed()) return -1;
    if (status == LINE_TOO_LONG) respond_error(answer, 413, NULL, "the line is longer than 16777216 bytes");
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
    line_reader reader = {.fd = STDIN_FILENO, .max = MAX_LINE};
    progress p;
    progress_begin(&p);
    int code = cli_finish(run_lines(answer, user, &reader, &p));
    line_reader_free(&reader);
    progress_show(&p, 1);
    if (p.failed > 0) return cli_fail("%zu of %zu lines were wrong: see \"error\" in the output", p.failed, p.lines);
    return code;
}
