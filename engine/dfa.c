#include "dfa.h"

#define NO_MATCH SIZE_MAX

static inline uint32_t step(const dfa *d, uint32_t state, uint16_t cls)
{
    return d->next[(size_t)state * d->cols + d->column[cls]];
}

static inline uint32_t step_at_end(const dfa *d, uint32_t state) { return d->next[(size_t)state * d->cols + d->cols - 1]; }

static inline uint32_t track(const dfa *d, uint32_t tracker, uint16_t cls)
{
    return d->tracker[(size_t)tracker * d->cols + d->column[cls]];
}

/* Where a match ended that `state` confirms after reading up to pos (n + 1: the end of the text was read too); NO_MATCH if
 * it confirms none. A delay that leads out of the piece can only come from a damaged file. */
static inline size_t match_end(const dfa *d, uint32_t state, size_t start, size_t pos, size_t n)
{
    size_t delay = (size_t)d->accept[state] - 1;   /* wraps for 0: too long as well */
    if (delay > pos - start || pos - delay > n) return NO_MATCH;
    return pos - delay;
}

/* End of the match that begins at start, or NO_MATCH. A later confirmation stands higher in the order of the alternatives:
 * the compiler drops every thread behind the first that matched. */
static size_t match_at(const dfa *d, const uint16_t *cls, size_t n, size_t start, uint32_t state)
{
    size_t found = match_end(d, state, start, start, n);
    for (size_t pos = start; state != 0 && pos <= n; ) {
        state = pos < n ? step(d, state, cls[pos]) : step_at_end(d, state);
        pos++;
        size_t end = match_end(d, state, start, pos, n);
        if (end != NO_MATCH) found = end;
    }
    return found;
}

int dfa_search(const dfa *d, const uint16_t *cls, size_t n, dfa_match *m)
{
    if (d->states == 0) return 0;
    uint32_t tracker = 0;
    for (size_t start = 0; ; start++) {
        size_t end = match_at(d, cls, n, start, d->start[2 * (size_t)tracker]);
        if (end != NO_MATCH) {
            *m = (dfa_match){start, end};
            return 1;
        }
        if (start == n || d->anchored) return 0;
        tracker = track(d, tracker, cls[start]);
    }
}

int dfa_matches(const dfa *d, const uint16_t *cls, size_t n)
{
    if (d->states == 0) return 0;
    uint32_t state = d->start[0];
    for (size_t pos = 0; pos < n && state != 0; pos++) {
        if (d->accept[state]) return 1;
        state = step(d, state, cls[pos]);
    }
    return d->accept[state] || d->accept[step_at_end(d, state)];
}

size_t dfa_suffix_length(const dfa *d, const uint16_t *cls, size_t n)
{
    if (d->states == 0) return 0;
    uint32_t state = d->start[0];
    size_t longest = 0;
    for (size_t pos = 0; state != 0 && pos <= n; ) {
        state = pos < n ? step(d, state, cls[n - 1 - pos]) : step_at_end(d, state);
        pos++;
        size_t length = match_end(d, state, 0, pos, n);
        if (length != NO_MATCH && length > longest) longest = length;
    }
    return longest;
}

int dfa_next(const dfa *d, const uint16_t *cls, size_t n, dfa_iter *it, dfa_match *m)
{
    if (d->states == 0) return 0;
    while (it->pos <= n) {
        size_t start = it->pos;
        size_t end = match_at(d, cls, n, start, d->start[2 * (size_t)it->tracker + (it->not_empty ? 1 : 0)]);
        if (end != NO_MATCH && !(it->not_empty && end == start)) {
            for (; it->pos < end; it->pos++) it->tracker = track(d, it->tracker, cls[it->pos]);
            it->not_empty = end == start;
            *m = (dfa_match){start, end};
            return 1;
        }
        if (start < n) it->tracker = track(d, it->tracker, cls[start]);
        it->pos++;
        it->not_empty = 0;
    }
    return 0;
}
