#include "dfa.h"

#define NO_MATCH SIZE_MAX
#define SHORT_RUN 16   /* what is read again at no cost worth mentioning; longer runs leave a trail */

enum { FORWARD = 1, BACKWARD = -1 };
enum { WHERE, WHETHER };   /* what is asked of a run: where its match ends, or only if there is one */

static inline uint32_t step(const dfa *d, uint32_t state, uint16_t cls)
{
    return d->next[(size_t)state * d->cols + d->column[cls]];
}

static inline uint32_t step_at_end(const dfa *d, uint32_t state) { return d->next[(size_t)state * d->cols + d->cols - 1]; }

static inline uint32_t track(const dfa *d, uint32_t tracker, uint16_t cls)
{
    return d->tracker[(size_t)tracker * d->cols + d->column[cls]];
}

/* Where a match ended that `state` confirms after reading up to pos (end + 1: the end of the text was read too); NO_MATCH if
 * it confirms none. A delay that leads out of the piece can only come from a damaged file. Tables that were built for yes or
 * no only do not count delays. */
static inline size_t match_end(const dfa *d, int question, uint32_t state, size_t start, size_t pos, size_t end)
{
    if (question == WHETHER) return d->accept[state] ? start : NO_MATCH;
    size_t delay = (size_t)d->accept[state] - 1;   /* wraps for 0: too long as well */
    if (delay > pos - start || pos - delay > end) return NO_MATCH;
    return pos - delay;
}

/* ---- one run from one position ------------------------------------------------------------------------------------------ */

static inline int on_trail(const dfa_trail *t, size_t pos, uint32_t state)
{
    return pos >= t->begin && pos < t->end && t->state[pos] == state;
}

/* End of the match that begins at start, or NO_MATCH. A later confirmation stands higher in the order of the alternatives:
 * the compiler drops every thread behind the first that matched. cls[pos * way] is the class at pos.
 *
 * A run that comes to a position in the state of one before it will go the same way: to the end of the piece without another
 * confirmation, unless the end itself confirms one. The pieces only get shorter, so that this also holds for later ones. */
static inline size_t run_from(const dfa *d, const uint16_t *cls, ptrdiff_t way, size_t start, size_t end, uint32_t state,
                              int question, dfa_trail *trail)
{
    size_t found = match_end(d, question, state, start, start, end), pos = start, begin = start + SHORT_RUN;
    int joined = 0;
    while (state != 0 && pos <= end && !(question == WHETHER && found != NO_MATCH)) {
        if (pos - start >= SHORT_RUN) {
            joined = on_trail(trail, pos, state);
            if (joined) {
                pos = end;
                state = end < trail->end ? trail->state[end] : 0;
                if (state == 0) break;
            } else {
                trail->state[pos] = (uint16_t)state;
            }
        }
        state = pos < end ? step(d, state, cls[(ptrdiff_t)pos * way]) : step_at_end(d, state);
        pos++;
        size_t confirmed = match_end(d, question, state, start, pos, end);
        if (confirmed == NO_MATCH) continue;
        found = confirmed;
        if (pos <= end && pos > begin) begin = pos;
    }
    if (joined || pos > start + SHORT_RUN) {
        trail->begin = begin;
        if (!joined) trail->end = pos;
    }
    return found;
}

/* ---- searches ----------------------------------------------------------------------------------------------------------- */

/* The first match that begins after the first character, where it neither looks behind nor at the end of the piece: then it
 * is the same for each piece that it lies in. */
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
    for (size_t pos = start; ; pos++) {
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
