#include "token_automaton.h"

#include <stdlib.h>
#include <string.h>

/* Answers of predicates that are remembered: then they are forgotten, so that a service does not grow. */
#define MOST_ANSWERS ((size_t)1 << 18)
/* Between two questions whether to go on. */
#define STRIDE 4096

/* What to do with a state: matcher.pyx get_action. */
enum { REJECT, ADVANCE, RETRY, RETRY_ADVANCE, RETRY_EXTEND, MATCH, MATCH_BOTH, MATCH_BEFORE, MATCH_EXTEND };

/* By quantifier, then: does the token fit? is the node the last? */
static const unsigned char actions[NODE_END][2][2] = {
    [NODE_NOT] = {{ADVANCE, MATCH}, {REJECT, REJECT}},
    [NODE_OPTIONAL] = {{RETRY, MATCH_BEFORE}, {RETRY_ADVANCE, MATCH_BOTH}},
    [NODE_STAR] = {{RETRY, MATCH_BEFORE}, {RETRY_EXTEND, MATCH_EXTEND}},
    [NODE_ONE] = {{REJECT, REJECT}, {ADVANCE, MATCH}},
};

/* A pattern that has come as far as its node, the token that it began with, and its last step + 1. */
typedef struct state {
    uint32_t node, start, step;
} state;

typedef struct state_list {
    state *item;
    size_t count, capacity;
} state_list;

typedef struct finder {
    token_automaton *a;
    const automaton_run *run;
    found_matches *found;
    uint32_t token;
    uint32_t *spec_memo, *predicate_memo; /* 2 * (token + 1) + answer for the last token that each was asked for */
    state_list states, fresh;
    uint64_t *seen;
    size_t seen_capacity, work;
} finder;

/* Room for one more item. 0 or -1. */
static int reserve(void **items, size_t *capacity, size_t count, size_t size)
{
    if (count < *capacity) return 0;
    size_t larger = *capacity ? 2 * *capacity : 64;
    if (larger >= UINT32_MAX || larger > SIZE_MAX / size) return -1;
    void *moved = realloc(*items, larger * size);
    if (!moved) return -1;
    *items = moved;
    *capacity = larger;
    return 0;
}

static int keep(state_list *list, uint32_t node, uint32_t start, uint32_t step)
{
    if (reserve((void **)&list->item, &list->capacity, list->count, sizeof *list->item)) return -1;
    list->item[list->count++] = (state){node, start, step};
    return 0;
}

/* ---- does a token fit? ------------------------------------------------------------------------------------------- */

static uint64_t value_at(const finder *f, uint32_t column)
{
    return f->run->values[(size_t)column * f->run->length + f->token];
}

static int predicate_holds(finder *f, const automaton_test *test)
{
    value_map *answers = &f->a->answers;
    if (test->column == NO_COLUMN) return f->run->ask(f->run->user, test->predicate, f->token);
    uint64_t value = value_at(f, test->column);
    uint32_t known = value_map_get(answers, test->predicate, value);
    if (known != VALUE_MAP_ABSENT) return (int)known;
    int answer = f->run->ask(f->run->user, test->predicate, f->token);
    if (answer < 0 || answer == PREDICATE_UNKNOWN) return answer;
    if (answers->used >= MOST_ANSWERS) value_map_free(answers);
    return value_map_put(answers, test->predicate, value, (uint32_t)answer) ? -1 : answer;
}

static int ask_predicate(finder *f, const automaton_test *test)
{
    const uint32_t asked = 2 * (f->token + 1);
    uint32_t *memo = &f->predicate_memo[test->predicate];
    if ((*memo & ~1u) == asked) return (int)(*memo & 1);
    int answer = predicate_holds(f, test);
    if (answer == 0 || answer == 1) *memo = asked | (uint32_t)answer;
    return answer == PREDICATE_UNKNOWN ? 1 : answer;
}

/* 1, 0 or -1. As in matcher.pyx, all predicates of a spec are asked, also where one has failed. */
static int token_fits(finder *f, uint32_t spec)
{
    const uint32_t asked = 2 * (f->token + 1);
    if ((f->spec_memo[spec] & ~1u) == asked) return (int)(f->spec_memo[spec] & 1);
    int fits = 1;
    for (uint32_t i = f->a->spec_start[spec]; i < f->a->spec_start[spec + 1]; i++) {
        const automaton_test *test = &f->a->test[i];
        if (test->kind == TEST_PREDICATE) {
            int answer = ask_predicate(f, test);
            if (answer < 0) return -1;
            fits &= answer;
        } else if (!fits || value_at(f, test->column) != test->value) {
            fits = 0;
            break;
        }
    }
    f->spec_memo[spec] = asked | (uint32_t)fits;
    return fits;
}

/* ---- one token --------------------------------------------------------------------------------------------------- */

static int is_last(const finder *f, uint32_t node) { return f->a->node[node + 1].quantifier == NODE_END; }

static int action_of(finder *f, uint32_t node)
{
    int fits = token_fits(f, f->a->node[node].spec);
    return fits < 0 ? -1 : actions[f->a->node[node].quantifier][fits][is_last(f, node)];
}

/* Notes that the state has come to its node, as its last step. 0 or -1. */
static int take_step(finder *f, state *s, uint32_t token)
{
    found_matches *found = f->found;
    if (!f->run->with_steps) return 0;
    if (reserve((void **)&found->step, &found->step_capacity, found->step_count, sizeof *found->step)) return -1;
    found->step[found->step_count++] = (match_step){s->step, f->a->node[s->node].token, token - s->start};
    s->step = (uint32_t)found->step_count;
    return 0;
}

/* node: the last one of its pattern. spaCy drops matches of no token. */
static int match(finder *f, const state *s, uint32_t end)
{
    found_matches *found = f->found;
    if (end <= s->start) return 0;
    if (reserve((void **)&found->match, &found->capacity, found->count, sizeof *found->match)) return -1;
    found->match[found->count++] = (found_match){f->a->node[s->node + 1].spec, s->start, end, s->step};
    return 0;
}

/* What a state that has come to its last action leaves behind; kept states take the place of those already looked at.
 */
static int conclude(finder *f, int action, const state *s, size_t *kept)
{
    switch (action) {
    case ADVANCE: f->states.item[(*kept)++] = (state){s->node + 1, s->start, s->step}; return 0;
    case MATCH: return match(f, s, f->token + 1);
    case MATCH_BOTH: return match(f, s, f->token) || match(f, s, f->token + 1) ? -1 : 0;
    case MATCH_BEFORE: return match(f, s, f->token);
    case MATCH_EXTEND: f->states.item[(*kept)++] = *s; return match(f, s, f->token);
    default: return 0;
    }
}

/* matcher.pyx transition_states, for one state. 0 or -1. */
static int move_on(finder *f, state s, size_t *kept)
{
    int action = action_of(f, s.node);
    if (action == REJECT) return 0;
    while (action == RETRY || action == RETRY_ADVANCE || action == RETRY_EXTEND) {
        if (take_step(f, &s, f->token)) return -1;
        if (action != RETRY && keep(&f->fresh, s.node + (action == RETRY_ADVANCE), s.start, s.step)) return -1;
        f->work++;
        action = action_of(f, ++s.node);
    }
    if (action < 0 || (action != REJECT && take_step(f, &s, f->token))) return -1;
    return conclude(f, action, &s, kept);
}

static int goes_on(finder *f)
{
    if (++f->work < STRIDE) return 1;
    f->work = 0;
    return f->run->goes_on(f->run->user);
}

static int move_states(finder *f)
{
    size_t kept = 0;
    for (size_t i = 0; i < f->states.count; i++)
        if (!goes_on(f) || move_on(f, f->states.item[i], &kept)) return -1;
    f->states.count = kept;
    for (size_t i = 0; i < f->fresh.count; i++) {
        const state *s = &f->fresh.item[i];
        if (keep(&f->states, s->node, s->start, s->step)) return -1;
    }
    f->fresh.count = 0;
    return 0;
}

/* ---- states that begin ------------------------------------------------------------------------------------------- */

/* What is left of a list of patterns. */
typedef struct pattern_list {
    const uint32_t *next, *end;
} pattern_list;

static pattern_list list_of(const token_automaton *a, uint32_t list)
{
    return (pattern_list){a->list + a->list_start[list], a->list + a->list_start[list + 1]};
}

/* Those of which the token has the value that tells them apart, and those that have none. lists: [indexed_count + 1] */
static size_t find_lists(const finder *f, pattern_list *lists)
{
    size_t count = 0;
    lists[count++] = list_of(f->a, 0);
    for (size_t i = 0; i < f->a->indexed_count; i++) {
        const uint32_t column = f->a->indexed[i];
        uint32_t list = value_map_get(&f->a->by_first, column, value_at(f, column));
        if (list != VALUE_MAP_ABSENT) lists[count++] = list_of(f->a, list);
    }
    return count;
}

/* The states of the patterns that may begin here, in the order of the patterns. */
static int begin_states(finder *f, pattern_list *lists)
{
    size_t count = find_lists(f, lists);
    for (;;) {
        pattern_list *first = NULL;
        for (size_t i = 0; i < count; i++)
            if (lists[i].next < lists[i].end && (!first || *lists[i].next < *first->next)) first = &lists[i];
        if (!first) return 0;
        const uint32_t pattern = *first->next;
        for (size_t i = 0; i < count; i++) /* one pattern may be in several lists */
            if (lists[i].next < lists[i].end && *lists[i].next == pattern) lists[i].next++;
        if (keep(&f->states, f->a->start[pattern], f->token, 0)) return -1;
    }
}

/* ---- states that meet -------------------------------------------------------------------------------------------- */

/* Where several ways lead to the same node, spaCy keeps a state for each, and their number may double with every token.
 * They all go the same way from there, and each match that a later one finds has been found by the first, just before,
 * with the steps that spaCy keeps: so the first alone gives the same matches. */

static int may_meet(const finder *f)
{
    for (size_t i = 0; i < f->states.count; i++)
        if (f->a->node[f->states.item[i].node].meets) return 1;
    return 0;
}

/* Was the pair new? The table has room. */
static int note(uint64_t *seen, size_t capacity, uint64_t pair)
{
    const uint64_t key = pair + 1, hash = key * 0x9e3779b97f4a7c15u;
    size_t slot = (size_t)(hash ^ hash >> 32) & (capacity - 1);
    while (seen[slot] && seen[slot] != key) slot = (slot + 1) & (capacity - 1);
    if (seen[slot]) return 0;
    seen[slot] = key;
    return 1;
}

static int merge_states(finder *f)
{
    size_t capacity = 64, kept = 0;
    if (f->states.count < 2 || !may_meet(f)) return 0;
    while (capacity < 2 * f->states.count) capacity *= 2;
    if (capacity > f->seen_capacity) {
        free(f->seen);
        f->seen = malloc(capacity * sizeof *f->seen);
        f->seen_capacity = f->seen ? capacity : 0;
        if (!f->seen) return -1;
    }
    memset(f->seen, 0, capacity * sizeof *f->seen);
    for (size_t i = 0; i < f->states.count; i++) {
        const state s = f->states.item[i];
        if (note(f->seen, capacity, (uint64_t)s.node << 32 | s.start)) f->states.item[kept++] = s;
    }
    f->states.count = kept;
    return 0;
}

/* ---- a document -------------------------------------------------------------------------------------------------- */

/* Of what the text ends in, what may be left out (matcher.pyx finish_states). */
static int finish_states(finder *f)
{
    for (size_t i = 0; i < f->states.count; i++) {
        state s = f->states.item[i];
        for (;; s.node++) {
            const uint32_t quantifier = f->a->node[s.node].quantifier;
            if (quantifier != NODE_STAR && quantifier != NODE_OPTIONAL) break;
            if (take_step(f, &s, f->run->length)) return -1;
            if (!is_last(f, s.node)) continue;
            if (match(f, &s, f->run->length)) return -1;
            break;
        }
    }
    return 0;
}

static uint64_t match_hash(const found_match *m)
{
    uint64_t hash = ((uint64_t)m->start << 32 | m->end) * 0x9e3779b97f4a7c15u;
    hash = (hash ^ hash >> 29 ^ m->key) * 0xd6e8feb86659fd93u;
    return hash ^ hash >> 32;
}

/* A match that is found on two ways is one, at the first place. 0 or -1. */
static int take_out_duplicates(found_matches *found)
{
    size_t capacity = 64, kept = 0;
    while (capacity < 2 * found->count) capacity *= 2;
    uint32_t *seen = calloc(capacity, sizeof *seen); /* places + 1 */
    if (!seen) return -1;
    for (size_t i = 0; i < found->count; i++) {
        const found_match m = found->match[i];
        size_t slot = (size_t)match_hash(&m) & (capacity - 1);
        for (; seen[slot]; slot = (slot + 1) & (capacity - 1)) {
            const found_match *other = &found->match[seen[slot] - 1];
            if (other->key == m.key && other->start == m.start && other->end == m.end) break;
        }
        if (seen[slot]) continue;
        found->match[kept] = m;
        seen[slot] = (uint32_t)++kept;
    }
    found->count = kept;
    free(seen);
    return 0;
}

static int find_all(finder *f)
{
    pattern_list *lists = malloc((f->a->indexed_count + 1) * sizeof *lists);
    int failed = !lists;
    for (f->token = 0; !failed && f->token < f->run->length; f->token++)
        failed = begin_states(f, lists) || move_states(f) || merge_states(f) || !goes_on(f);
    free(lists);
    return failed || finish_states(f) || (f->found->count > 1 && take_out_duplicates(f->found)) ? -1 : 0;
}

int automaton_find(token_automaton *automaton, const automaton_run *run, found_matches *found)
{
    finder f = {.a = automaton, .run = run, .found = found};
    f.spec_memo = calloc(automaton->spec_count + 1, sizeof *f.spec_memo);
    f.predicate_memo = calloc((size_t)automaton->predicate_count + 1, sizeof *f.predicate_memo);
    int failed = !f.spec_memo || !f.predicate_memo || find_all(&f);
    free(f.spec_memo);
    free(f.predicate_memo);
    free(f.states.item);
    free(f.fresh.item);
    free(f.seen);
    return failed ? -1 : 0;
}

void found_matches_free(found_matches *found)
{
    free(found->match);
    free(found->step);
    *found = (found_matches){0};
}

void automaton_free(token_automaton *a)
{
    free(a->node);
    free(a->start);
    free(a->key);
    free(a->spec_start);
    free(a->test);
    free(a->list_start);
    free(a->list);
    free(a->indexed);
    value_map_free(&a->by_first);
    value_map_free(&a->answers);
    *a = (token_automaton){0};
}
