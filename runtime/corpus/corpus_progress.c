#include "corpus_progress.h"

#include <inttypes.h>
#include <stdio.h>

#include "deadline.h"

#define SHOW_EVERY_MS 200.0
#define BAR 20u

void corpus_progress_begin(corpus_progress *progress, int shown, uint64_t size, const corpus_counts *start)
{
    const double now = clock_monotonic_ms();
    *progress = (corpus_progress){.shown = shown, .begin_ms = now, .last_ms = now, .size = size, .start = *start};
}

/* Hours, minutes and seconds. */
static void show_time(double seconds)
{
    const unsigned long s = (unsigned long)seconds;
    if (s >= 3600) fprintf(stderr, "%lu:%02lu:%02lu", s / 3600, s / 60 % 60, s % 60);
    else fprintf(stderr, "%lu:%02lu", s / 60, s % 60);
}

static void show_bar(double share)
{
    char bar[BAR + 1];
    for (unsigned i = 0; i < BAR; i++) bar[i] = share * BAR > i ? '#' : '.';
    bar[BAR] = '\0';
    fprintf(stderr, "%3.0f %% %s ", 100 * share, bar);
}

static void show_counts(const corpus_progress *p, const corpus_counts *done, double seconds)
{
    const double tokens = (double)(done->tokens - p->start.tokens);
    fprintf(stderr, "%" PRIu64 " records, %.0f tokens/s, %" PRIu64 " wrong", done->records,
            seconds > 0 ? tokens / seconds : 0.0, done->failed);
}

void corpus_progress_show(corpus_progress *p, const corpus_counts *done, uint64_t consumed)
{
    if (!p->shown) return;
    const double now = clock_monotonic_ms(), seconds = (now - p->begin_ms) / 1000;
    if (now - p->last_ms < SHOW_EVERY_MS) return;
    p->last_ms = now;
    const double share = p->size && consumed < p->size ? (double)consumed / (double)p->size : 1;
    fputs("\r", stderr);
    if (p->size) show_bar(share);
    show_counts(p, done, seconds);
    if (p->size && share > 0) {
        fputs(", ", stderr);
        show_time(seconds / share - seconds);
        fputs(" left", stderr);
    }
    fputs("\033[K", stderr);
}

void corpus_progress_end(corpus_progress *p, const corpus_counts *done)
{
    if (!p->shown) return;
    const double seconds = (clock_monotonic_ms() - p->begin_ms) / 1000;
    fputs("\r", stderr);
    show_counts(p, done, seconds);
    fputs(", ", stderr);
    show_time(seconds);
    fputs("\033[K\n", stderr);
}
