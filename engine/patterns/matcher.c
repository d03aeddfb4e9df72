#include "matcher.h"

#include "error.h"
#include "hash.h"

#include <string.h>

/* Columns of PREFIX/nodes. */
enum { NODE_QUANTIFIER = 0, NODE_SPEC, NODE_MAY_MEET, NODE_COLUMNS };

/* Steps of partial matches beyond the token that they begin with, and partial matches at a time, that a document may
 * have. Patterns without repetition take at most their length for each token that they begin with; what is above this
 * was made to blow up, and would take seconds. */
#define MAX_WORK ((size_t)1 << 28)
#define MAX_STATES ((size_t)1 << 22)

/* What to do with a state: matcher.pyx get_action. */
enum { REJECT, ADVANCE, RETRY, RETRY_ADVANCE, RETRY_EXTEND, MATCH, MATCH_BOTH, MATCH_BEFORE, MATCH_EXTEND };

/* By quantifier, then: does the token fit? is the node the last? */
static const unsigned char actions[QUANTIFIER_END][2][2] = {
    [QUANTIFIER_NOT] = {{ADVANCE, MATCH}, {REJECT, REJECT}},
    [QUANTIFIER_OPTIONAL] = {{RETRY, MATCH_BEFORE}, {RETRY_ADVANCE, MATCH_BOTH}},
    [QUANTIFIER_STAR] = {{RETRY, MATCH_BEFORE}, {RETRY_EXTEND, MATCH_EXTEND}},
    [QUANTIFIER_ONE] = {{REJECT, REJECT}, {ADVANCE, MATCH}},
};

typedef struct matching {
    const pattern_tables *tables;
    const tern_doc *doc;
    matcher_scratch *s;
    match_taker take;
    void *user;
    uint32_t token;
} matching;

static const uint32_t *node_of(const matching *m, uint32_t node)
{
    return m->tables->nodes + NODE_COLUMNS * (size_t)node;
}

static int is_last(const matching *m, uint32_t node) { return node_of(m, node + 1)[NODE_QUANTIFIER] == QUANTIFIER_END; }

/* An action, or -1. */
static int action_of(const matching *m, uint32_t node)
{
    int fits = token_fits(&m->s->tests, node_of(m, node)[NODE_SPEC], m->token);
    return fits < 0 ? -1 : actions[node_of(m, node)[NODE_QUANTIFIER]][fits][is_last(m, node)];
}

static int keep(buffer *states, size_t *count, uint32_t node, uint32_t start)
{
    if (buffer_reserve(states, *count + 1, sizeof(pattern_state))) return -1;
    ((pattern_state *)states->data)[(*count)++] = (pattern_state){node, start};
    return 0;
}

static int keep_fresh(const matching *m, uint32_t node, uint32_t start)
{
    return keep(&m->s->fresh, &m->s->fresh_count, node, start);
}

/* node: the last one of its pattern. spaCy drops matches of no token. */
static int match(const matching *m, uint32_t node, uint32_t start, uint32_t end)
{
    return end > start ? m->take(m->user, node_of(m, node + 1)[NODE_SPEC], start, end) : 0;
}

/* ---- one token --------------------------------------------------------------------------------------------------- */

/* What a state that has come to its last action leaves behind; kept states take the place of those already looked at.
 * 0 or -1. */
static int conclude(matching *m, int action, uint32_t node, uint32_t start, size_t *kept)
{
    const uint32_t token = m->token;
    switch (action) {
    case ADVANCE: return keep(&m->s->states, kept, node + 1, start);
    case MATCH: return match(m, node, start, token + 1);
    case MATCH_BOTH: return match(m, node, start, token) || match(m, node, start, token + 1) ? -1 : 0;
    case MATCH_BEFORE: return match(m, node, start, token);
    case MATCH_EXTEND: return match(m, node, start, token) || keep(&m->s->states, kept, node, start) ? -1 : 0;
    default: return 0;
    }
}

/* matcher.pyx transition_states, for one state. 0 or -1. */
static int move_on(matching *m, pattern_state state, size_t *kept)
{
    uint32_t node = state.node;
    int action = action_of(m, node);
    while (action == RETRY || action == RETRY_ADVANCE || action == RETRY_EXTEND) {
        if (action == RETRY_EXTEND && keep_fresh(m, node, state.start)) return -1;
        if (action == RETRY_ADVANCE && keep_fresh(m, node + 1, state.start)) return -1;
        action = action_of(m, ++node);
    }
    if (state.start != m->token) m->s->work += node - state.node + 1;
    return action < 0 ? -1 : conclude(m, action, node, state.start, kept);
}

static int is_too_complex(const matching *m)
{
    matcher_scratch *s = m->s;
    s->too_complex = s->work > MAX_WORK || s->fresh_count > MAX_STATES || s->state_count > MAX_STATES;
    return s->too_complex;
}

static int move_states(matching *m)
{
    matcher_scratch *s = m->s;
    size_t kept = 0, count = s->state_count;
    for (size_t i = 0; i < count; i++) {
        pattern_state state = ((pattern_state *)s->states.data)[i];
        if (move_on(m, state, &kept)) return -1;
        if (i % INTERRUPT_STRIDE == INTERRUPT_STRIDE - 1 && (interrupted(m->doc->interruption) || is_too_complex(m)))
            return -1;
    }
    s->state_count = kept;
    return 0;
}

/* ---- states that begin ------------------------------------------------------------------------------------------- */

/* What is left of a list of candidates. */
typedef struct pattern_list {
    const uint32_t *next, *end;
} pattern_list;

static pattern_list list_of(const pattern_tables *p, uint64_t list)
{
    return (pattern_list){p->lists + p->list_start[list], p->lists + p->list_start[list + 1]};
}

/* Those of which the token has the value that tells them apart, and those that have none. */
static size_t find_lists(const matching *m, pattern_list *lists)
{
    const pattern_tables *p = m->tables;
    size_t count = 0;
    lists[count++] = list_of(p, 0);
    for (uint32_t i = 0; i < p->indexed_count; i++) {
        uint64_t value = token_value(&m->s->tests.values, p->indexed[i], m->token);
        uint64_t list = map_get(&p->by_first, phrase_hash(p->indexed[i] + 1, value));
        if (list < p->list_count) lists[count++] = list_of(p, list);
    }
    return count;
}

/* The states of the patterns that may begin here, in the order of the patterns. */
static int begin_states(matching *m)
{
    pattern_list lists[PATTERN_ATTRS + 1];
    matcher_scratch *s = m->s;
    size_t count = find_lists(m, lists);
    for (;;) {
        pattern_list *first = NULL;
        for (size_t i = 0; i < count; i++)
            if (lists[i].next < lists[i].end && (!first || *lists[i].next < *first->next)) first = &lists[i];
        if (!first) return 0;
        if (keep(&s->states, &s->state_count, m->tables->start[*first->next++], m->token)) return -1;
    }
}

/* ---- states that meet -------------------------------------------------------------------------------------------- */

/* Where several ways lead to the same node, spaCy keeps a state for each, and their number may double with every token.
 * They all go the same way from there, and each match that a later one finds has been found by the first, just before:
 * so the first alone gives the same matches in the same order. */

static int may_meet(const matching *m)
{
    const pattern_state *states = m->s->states.data;
    for (size_t i = 0; i < m->s->state_count; i++)
        if (node_of(m, states[i].node)[NODE_MAY_MEET]) return 1;
    return 0;
}

/* Was the state new? The table has room. */
static int note_state(uint64_t *seen, size_t capacity, pattern_state state)
{
    uint64_t key = ((uint64_t)state.node << 32 | state.start) + 1;
    size_t slot = phrase_hash(0, key) & (capacity - 1);
    while (seen[slot] && seen[slot] != key) slot = (slot + 1) & (capacity - 1);
    if (seen[slot]) return 0;
    seen[slot] = key;
    return 1;
}

static int merge_states(matching *m)
{
    matcher_scratch *s = m->s;
    size_t capacity = 16, kept = 0;
    if (!may_meet(m)) return 0;
    while (capacity < 2 * s->state_count) capacity *= 2;
    if (buffer_reserve(&s->seen, capacity, sizeof(uint64_t))) return -1;
    memset(s->seen.data, 0, capacity * sizeof(uint64_t));
    pattern_state *states = s->states.data;
    for (size_t i = 0; i < s->state_count; i++)
        if (note_state(s->seen.data, capacity, states[i])) states[kept++] = states[i];
    s->state_count = kept;
    return 0;
}

static int append_fresh(matcher_scratch *s)
{
    if (!s->fresh_count) return 0;
    if (buffer_reserve(&s->states, s->state_count + s->fresh_count, sizeof(pattern_state))) return -1;
    memcpy((pattern_state *)s->states.data + s->state_count, s->fresh.data, s->fresh_count * sizeof(pattern_state));
    s->state_count += s->fresh_count;
    s->fresh_count = 0;
    return 0;
}

/* ---- a document -------------------------------------------------------------------------------------------------- */

/* Of what the text ends in, what may be left out (matcher.pyx finish_states). */
static int finish_states(const matching *m)
{
    const pattern_state *states = m->s->states.data;
    for (size_t i = 0; i < m->s->state_count; i++) {
        uint32_t node = states[i].node, quantifier = node_of(m, node)[NODE_QUANTIFIER];
        while (quantifier == QUANTIFIER_STAR || quantifier == QUANTIFIER_OPTIONAL) {
            if (is_last(m, node)) {
                if (match(m, node, states[i].start, (uint32_t)m->doc->token_count)) return -1;
                break;
            }
            quantifier = node_of(m, ++node)[NODE_QUANTIFIER];
        }
    }
    return 0;
}

int find_matches(const pattern_tables *tables, const tern_doc *doc, matcher_scratch *s, lexeme_scratch *lexeme,
                 match_taker take, void *user)
{
    matching m = {.tables = tables, .doc = doc, .s = s, .take = take, .user = user};
    s->state_count = s->fresh_count = s->work = 0;
    s->too_complex = 0;
    if (!tables->pattern_count) return 0;
    if (token_tests_begin(&s->tests, tables, doc, lexeme)) return -1;
    for (size_t i = 0; i < doc->token_count; i++) {
        m.token = (uint32_t)i;
        if (interrupted_at(doc->interruption, i) || begin_states(&m) || move_states(&m) || append_fresh(s)) return -1;
        if (merge_states(&m) || is_too_complex(&m)) return -1;
    }
    return finish_states(&m);
}

tern_status matcher_gave_up(const matcher_scratch *s, const tern_doc *doc, tern_error *err)
{
    if (!s->too_complex || interrupted(doc->interruption)) return doc_gave_up(doc, err);
    return fail(err, TERN_E_TOO_COMPLEX, doc->token_count,
                "the model's token patterns have too many partial matches in this text of %zu tokens; send a shorter "
                "text, or change patterns that repeat any token",
                doc->token_count);
}

void matcher_scratch_free(matcher_scratch *s)
{
    token_tests_free(&s->tests);
    buffer_free(&s->states);
    buffer_free(&s->fresh);
    buffer_free(&s->seen);
}
