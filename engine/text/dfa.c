#include "dfa.h"

#define NO_MATCH SIZE_MAX
#define SHORT_RUN 16 /* what is read again at no cost worth mentioning; longer runs leave a trail */

enum { FORWARD = 1, BACKWARD = -1 };
enum { WHERE, WHETHER }; /* what is asked of a run: where its match ends, or only if there is one */

static inline uint32_t step(const dfa *d, uint32_t state, uint16_t cls)
{
    return d->next[(size_t)state * d->cols + d->column[cls]];
}

static inline uint32_t step_at_end(const dfa *d, uint32_t state)
{
    return d->next[(size_t)state * d->cols + d->cols - 1];
}

static inline uint32_t track(const dfa *d, uint32_t tracker, uint16_t cls)
{
    return d->tracker[(size_t)tracker * d->cols + d->column[cls]];
}

/* Where a match ended that `state` confirms after reading up to pos (end + 1: the end of the text was read too);
 * NO_MATCH if it confirms none. A delay that leads out of the piece can only come from a damaged file. Tables that were
 * built for yes or no only do not count delays. */
static inline size_t match_end(const dfa *d, int question, uint32_t state, size_t start, size_t pos, size_t end)
{
    if (question == WHETHER) return d->accept[state] ? start : NO_MATCH;
    size_t delay = (size_t)d->accept[state] - 1; /* wraps for 0: too long as well */
    if (delay > pos - start || pos - delay > end) return NO_MATCH;
    return pos - delay;
}

/* ---- one run from one position ----------------------------------------------------------------------------------- */

typedef struct run {
    size_t start, end, pos; /* of the match; of the piece; where it has come to */
    uint32_t state;
    size_t found; /* end of the match, or NO_MATCH */
} run;

/* 1 if a match is confirmed. cls[pos * way] is the class at pos. A later confirmation stands higher in the order of the
 * alternatives: the compiler drops every thread behind the first that matched. */
static inline int read_on(const dfa *d, const uint16_t *cls, ptrdiff_t way, int question, run *r)
{
    r->state = r->pos < r->end ? step(d, r->state, cls[(ptrdiff_t)r->pos * way]) : step_at_end(d, r->state);
    r->pos++;
    size_t confirmed = match_end(d, question, r->state, r->start, r->pos, r->end);
    if (confirmed == NO_MATCH) return 0;
    r->found = confirmed;
    return 1;
}

static inline int goes_on(int question, const run *r, size_t end)
{
    return r->state != 0 && r->pos < end && !(question == WHETHER && r->found != NO_MATCH);
}

static int on_trail(const dfa_trail *t, const run *r)
{
    return r->pos >= t->begin && r->pos < t->end && t->state[r->pos] == r->state;
}

/* The rest of a long run. If it comes to a position in the state of one before it, it will go the same way: to the end
 * of the piece without another confirmation, unless the end itself confirms one. Pieces only get shorter, so this holds
 * for later ones, too. */
static size_t run_far(const dfa *d, const uint16_t *cls, ptrdiff_t way, int question, run r, dfa_trail *trail)
{
    size_t begin = r.pos;
    while (goes_on(question, &r, r.end + 1)) {
        if (on_trail(trail, &r)) {
            trail->begin = begin;
            r.pos = r.end;
            r.state = r.end < trail->end ? trail->state[r.end] : 0;
            if (r.state != 0) read_on(d, cls, way, question, &r);
            return r.found;
        }
        trail->state[r.pos] = (uint16_t)r.state;
        if (read_on(d, cls, way, question, &r) && r.pos <= r.end) begin = r.pos;
    }
    trail->begin = begin;
    trail->end = r.pos;
    return r.found;
}

/* End of the match that begins at start, or NO_MATCH. */
static inline size_t run_from(const dfa *d, const uint16_t *cls, ptrdiff_t way, size_t start, size_t end,
                              uint32_t state, int question, dfa_trail *trail)
{
    run r = {.start = start,
             .end = end,
             .pos = start,
             .state = state,
             .found = match_end(d, question, state, start, start, end)};
    size_t near = end - start < SHORT_RUN ? end + 1 : start + SHORT_RUN;
    while (goes_on(question, &r, near)) read_on(d, cls, way, question, &r);
    return goes_on(question, &r, end + 1) ? run_far(d, cls, way, question, r, trail) : r.found;
}

/* ---- searches ---------------------------------------------------------------------------------------------------- */

/* The first match that begins after the first character, where it neither looks behind nor at the end of the piece:
 * then it is the same for each piece that it lies in. */
static int search_inside(const dfa *d, const uint16_t *cls, size_t start, size_t end, dfa_trail *trail, dfa_match *m)
{
    size_t pos = trail->clear > start ? trail->clear : start + 1;
    for (; pos <= end; pos++) {
        size_t match = run_from(d, cls, FORWARD, pos, end, d->start[2], WHERE, trail);
        if (match == NO_MATCH) continue;
        trail->clear = pos;
        *m = (dfa_match){pos, match};
        return 1;
    }
    trail->clear = pos;
    return 0;
}

int dfa_search(const dfa *d, const uint16_t *cls, size_t start, size_t end, dfa_trail *trail, dfa_match *m)
{
    if (d->states == 0) return 0;
    uint32_t tracker = 0;
    for (size_t pos = start;; pos++) {
        size_t match = run_from(d, cls, FORWARD, pos, end, d->start[2 * (size_t)tracker], WHERE, trail);
        if (match != NO_MATCH) {
            *m = (dfa_match){pos, match};
            return 1;
        }
        if (pos == end || d->anchored) return 0;
        if (d->steady) return search_inside(d, cls, start, end, trail, m);
        tracker = track(d, tracker, cls[pos]);
    }
}

int dfa_matches(const dfa *d, const uint16_t *cls, size_t start, size_t end, dfa_trail *trail)
{
    if (d->states == 0) return 0;
    return run_from(d, cls, FORWARD, start, end, d->start[0], WHETHER, trail) != NO_MATCH;
}

int dfa_matches_once(const dfa *d, const uint16_t *cls, size_t start, size_t end)
{
    if (d->states == 0) return 0;
    run r = {.start = start, .end = end, .pos = start, .state = d->start[0]};
    r.found = match_end(d, WHETHER, r.state, start, start, end);
    while (goes_on(WHETHER, &r, end + 1)) read_on(d, cls, FORWARD, WHETHER, &r);
    return r.found != NO_MATCH;
}

size_t dfa_suffix_length(const dfa *d, const uint16_t *cls, size_t start, size_t end, size_t last, dfa_trail *trail)
{
    if (d->states == 0 || last == 0) return 0;
    size_t from = last - end;
    size_t match = run_from(d, cls + last - 1, BACKWARD, from, last - start, d->start[0], WHERE, trail);
    return match == NO_MATCH ? 0 : match - from;
}

int dfa_next(const dfa *d, const uint16_t *cls, size_t end, dfa_iter *it, dfa_trail *trail, dfa_match *m)
{
    if (d->states == 0) return 0;
    while (it->pos <= end) {
        size_t start = it->pos;
        uint32_t state = d->start[2 * (size_t)it->tracker + (it->not_empty ? 1 : 0)];
        size_t match = run_from(d, cls, FORWARD, start, end, state, WHERE, trail);
        if (match != NO_MATCH && !(it->not_empty && match == start)) {
            for (; it->pos < match; it->pos++) it->tracker = track(d, it->tracker, cls[it->pos]);
            it->not_empty = match == start;
            *m = (dfa_match){start, match};
            return 1;
        }
        if (start < end) it->tracker = track(d, it->tracker, cls[start]);
        it->pos++;
        it->not_empty = 0;
    }
    return 0;
}

/* ---- sections -> tables ------------------------------------------------------------------------------------------ */

static void check_dfa(binder *b, const char *prefix, const dfa *d, uint32_t classes)
{
    bind_check_below(b, prefix, d->column, classes, d->cols - 1); /* the last column is no character's */
    bind_check_below(b, prefix, d->next, (size_t)d->states * d->cols, d->states);
    bind_check_below(b, prefix, d->start, (size_t)d->trackers * 2, d->states);
    bind_check_below(b, prefix, d->tracker, (size_t)d->trackers * d->cols, d->trackers);
    if (!b->status && (d->accept[0] || !bind_all_below(d->next, d->cols, 1)))
        bind_refuse(b, prefix, "state 0 is not dead");
}

#define STEADY_MAX_STATES 1024 /* larger automata are not looked through */

/* Do all matches that do not begin with the text begin in one state, and does none of them need the end of the text? */
static int dfa_steady(const dfa *d)
{
    uint16_t found[STEADY_MAX_STATES], seen[STEADY_MAX_STATES] = {0};
    uint32_t count = 0;
    if (d->trackers < 2 || d->states > STEADY_MAX_STATES) return 0;
    for (uint32_t t = 2; t < d->trackers; t++)
        if (d->start[2 * t] != d->start[2]) return 0;
    found[count++] = d->start[2];
    seen[d->start[2]] = 1;
    for (uint32_t i = 0; i < count; i++) {
        const uint16_t *row = d->next + (size_t)found[i] * d->cols;
        if (d->accept[row[d->cols - 1]]) return 0;
        for (uint32_t c = 0; c + 1 < d->cols; c++) {
            if (!seen[row[c]]) found[count++] = row[c];
            seen[row[c]] = 1;
        }
    }
    return 1;
}

void bind_dfa(binder *b, const char *expression, uint32_t classes, dfa *d)
{
    section_name prefix, name;
    bind_name(prefix, "dfa", expression);
    bind_name(name, prefix, "");
    if (b->status || !model_file_has(b->file, name)) return; /* the pipeline has no such expression */
    bind_name(name, prefix, "column");
    d->column = bind_vector(b, name, TERN_DTYPE_U16, &classes);
    bind_name(name, prefix, "next");
    d->next = bind_matrix(b, name, TERN_DTYPE_U16, &d->states, &d->cols);
    bind_name(name, prefix, "accept");
    d->accept = bind_vector(b, name, TERN_DTYPE_U8, &d->states);
    uint32_t two = 2;
    bind_name(name, prefix, "start");
    d->start = bind_matrix(b, name, TERN_DTYPE_U16, &d->trackers, &two);
    bind_name(name, prefix, "tracker");
    d->tracker = bind_matrix(b, name, TERN_DTYPE_U16, &d->trackers, &d->cols);
    check_dfa(b, prefix, d, classes);
    if (b->status) return;
    d->anchored = 1;
    for (uint32_t t = 1; t < d->trackers; t++) d->anchored &= d->start[2 * t] == 0;
    d->steady = !d->anchored && dfa_steady(d);
}
