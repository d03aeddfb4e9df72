/* The arc-eager moves of parser.c for states that a beam copies. A state holds the top of its stack and the front of
 * its buffer, the only tokens that an action changes; what is below and behind them it shares with others. */
#include "parser_beam.h"

#include "arc_eager.h"

enum { NONE = TRANSITION_MISSING };

/* A bit of flags besides those of what is allowed. */
enum { HAS_HEAD = TOKEN_FLAGS_END };

/* A token on the stack or in the buffer: the two youngest children on each side, and, if it is a right child itself,
 * those that its head had on that side before it; or NONE. */
typedef struct held_token {
    int32_t token; /* NONE: there is none */
    int32_t left, next_left, right, next_right, sibling, next_sibling;
    uint32_t flags;
} held_token;

/* An element of a list, which ends with NO_CELL. Lists share their ends: references counts who leads here. */
typedef struct cell {
    held_token held;
    uint32_t below, references;
} cell;

#define NO_CELL UINT32_MAX

/* What all states of a document share. Cells that nothing leads to are in the list free. */
typedef struct parser_task {
    const tern_doc *doc;
    const uint32_t *moves; /* [classes][3] */
    const class_run *runs;
    size_t run_count;
    buffer *memory; /* cell */
    cell *cells;
    uint32_t used, free, free_count;
} parser_task;

typedef struct parser_path {
    parser_task *task;
    held_token s0, b0;
    uint32_t stack, rebuffer; /* cells: tokens below s0; tokens behind b0 that were put back, or b0 was put before */
    uint32_t stack_depth;     /* with s0 */
    uint32_t next;            /* the first token that was in no place yet */
    uint32_t next_flags;
} parser_path;

/* ---- lists ------------------------------------------------------------------------------------------------------- */

static void release(parser_task *t, uint32_t list)
{
    while (list != NO_CELL && !--t->cells[list].references) {
        const uint32_t below = t->cells[list].below;
        t->cells[list].below = t->free;
        t->free = list;
        t->free_count++;
        list = below;
    }
}

static void retain(parser_task *t, uint32_t list)
{
    if (list != NO_CELL) t->cells[list].references++;
}

/* There is room: prepare. */
static void push(parser_task *t, uint32_t *list, const held_token *held)
{
    uint32_t at = t->free;
    if (at == NO_CELL) at = t->used++;
    else {
        t->free = t->cells[at].below;
        t->free_count--;
    }
    t->cells[at] = (cell){*held, *list, 1};
    *list = at;
}

static void pop(parser_task *t, uint32_t *list, held_token *held)
{
    const cell taken = t->cells[*list];
    retain(t, taken.below);
    release(t, *list);
    *held = taken.held;
    *list = taken.below;
}

/* An action takes one cell at most. */
static int prepare(void *user, size_t count)
{
    parser_task *t = user;
    if (t->free_count >= count) return 0;
    if (buffer_reserve(t->memory, t->used + count, sizeof(cell))) return -1;
    t->cells = t->memory->data;
    return 0;
}

static void copy(void *state, const void *other)
{
    parser_path *to = state;
    const parser_path *from = other;
    retain(from->task, from->stack);
    retain(from->task, from->rebuffer);
    release(to->task, to->stack);
    release(to->task, to->rebuffer);
    *to = *from;
}

/* ---- what a state looks like ------------------------------------------------------------------------------------- */

static const held_token no_token = {NONE, NONE, NONE, NONE, NONE, NONE, NONE, 0};

static const held_token *s1_of(const parser_path *s)
{
    return s->stack == NO_CELL ? &no_token : &s->task->cells[s->stack].held;
}

static int32_t s2_of(const parser_path *s)
{
    const uint32_t below = s->stack == NO_CELL ? NO_CELL : s->task->cells[s->stack].below;
    return below == NO_CELL ? NONE : s->task->cells[below].held.token;
}

static int32_t b1_of(const parser_path *s)
{
    if (s->rebuffer != NO_CELL) return s->task->cells[s->rebuffer].held.token;
    return s->next < s->task->doc->token_count ? (int32_t)s->next : NONE;
}

static int is_final(const void *state)
{
    const parser_path *s = state;
    return s->s0.token == NONE && s->b0.token == NONE;
}

static void nearest_features(const parser_path *s, int32_t *slot_token)
{
    slot_token[SLOT_B0] = s->b0.token;
    slot_token[SLOT_B1] = b1_of(s);
    slot_token[SLOT_S0] = s->s0.token;
    slot_token[SLOT_S1] = s1_of(s)->token;
    slot_token[SLOT_S2] = s2_of(s);
}

static void features(const void *state, int32_t *slot_token)
{
    const parser_path *s = state;
    nearest_features(s, slot_token);
    slot_token[SLOT_LEFT_OF_B0] = s->b0.left;
    slot_token[SLOT_LEFT_OF_S0] = s->s0.left;
    slot_token[SLOT_RIGHT_OF_S0] = s->s0.right;
}

static void extra_features(const void *state, int32_t *slot_token)
{
    const parser_path *s = state;
    const held_token *s1 = s1_of(s);
    nearest_features(s, slot_token);
    slot_token[EXTRA_LEFT_OF_S0] = s->s0.left;
    slot_token[EXTRA_RIGHT_OF_S0] = s->s0.right;
    slot_token[EXTRA_LEFT_OF_B0] = s->b0.left;
    slot_token[EXTRA_NEXT_RIGHT_OF_S0] = s->s0.next_right;
    slot_token[EXTRA_LEFT_OF_S1] = s1->left;
    slot_token[EXTRA_NEXT_LEFT_OF_S1] = s1->next_left;
    slot_token[EXTRA_RIGHT_OF_S1] = s1->right;
    slot_token[EXTRA_NEXT_RIGHT_OF_S1] = s1->next_right;
}

static size_t allowed(const void *state, class_run *runs)
{
    const parser_path *s = state;
    const arc_eager_view view = {.sent_start = s->task->doc->sent_start,
                                 .stack_depth = s->stack_depth,
                                 .s0 = s->s0.token,
                                 .b0 = s->b0.token,
                                 .b1 = b1_of(s),
                                 .b0_flags = s->b0.flags,
                                 .b1_flags =
                                     s->rebuffer == NO_CELL ? s->next_flags : s->task->cells[s->rebuffer].held.flags};
    return runs_of_actions(runs, s->task->runs, s->task->run_count, arc_eager_actions(&view));
}

/* ---- what the actions do ----------------------------------------------------------------------------------------- */

static void take_front(parser_path *s)
{
    if (s->rebuffer != NO_CELL) {
        pop(s->task, &s->rebuffer, &s->b0);
        return;
    }
    s->b0 = no_token;
    if (s->next >= s->task->doc->token_count) return;
    s->b0.token = (int32_t)s->next++;
    s->b0.flags = s->next_flags;
    s->next_flags = 0;
}

static void pop_stack(parser_path *s)
{
    s->stack_depth--;
    if (s->stack == NO_CELL) s->s0 = no_token;
    else pop(s->task, &s->stack, &s->s0);
}

static void shift(parser_path *s)
{
    if (s->s0.token != NONE) push(s->task, &s->stack, &s->s0);
    s->s0 = s->b0;
    s->stack_depth++;
    take_front(s);
}

static void put_back(parser_path *s)
{
    if (s->b0.token != NONE) push(s->task, &s->rebuffer, &s->b0);
    s->b0 = s->s0;
    s->b0.flags |= TOKEN_UNSHIFTABLE;
    pop_stack(s);
}

static void attach_left(parser_path *s)
{
    const held_token child = s->s0;
    s->b0.flags &= ~(uint32_t)TOKEN_UNSHIFTABLE;
    s->b0.next_left = s->b0.left;
    s->b0.left = child.token;
    pop_stack(s);
    if (!(child.flags & HAS_HEAD)) return;
    s->s0.right = child.sibling; /* its head was below it */
    s->s0.next_right = child.next_sibling;
}

static void attach_right(parser_path *s)
{
    s->b0.flags |= HAS_HEAD;
    s->b0.sibling = s->s0.right;
    s->b0.next_sibling = s->s0.next_right;
    s->s0.next_right = s->s0.right;
    s->s0.right = s->b0.token;
    shift(s);
}

static void break_behind(parser_path *s)
{
    held_token b1;
    if (s->rebuffer == NO_CELL) {
        s->next_flags |= TOKEN_BREAKS;
        return;
    }
    pop(s->task, &s->rebuffer, &b1);
    b1.flags |= TOKEN_BREAKS;
    push(s->task, &s->rebuffer, &b1);
}

static void apply(void *state, uint32_t cls)
{
    parser_path *s = state;
    switch (s->task->moves[3 * (size_t)cls]) {
    case ARC_SHIFT: shift(s); break;
    case ARC_REDUCE:
        if (s->s0.flags & HAS_HEAD || s->stack_depth == 1) pop_stack(s);
        else put_back(s);
        break;
    case ARC_LEFT: attach_left(s); break;
    case ARC_RIGHT: attach_right(s); break;
    default: /* ARC_BREAK */ break_behind(s);
    }
}

/* ---- a document -------------------------------------------------------------------------------------------------- */

int parser_search(const parser_model *parser, const tern_doc *doc, const class_run *runs, size_t run_count,
                  transition_scratch *net, parser_search_scratch *s, const vector_source *source)
{
    parser_task task = {
        .doc = doc, .moves = parser->moves, .runs = runs, .run_count = run_count, .memory = &s->cells, .free = NO_CELL};
    const int is_extra = parser->net.slots == PARSER_EXTRA_SLOTS;
    const beam_table table = {.moves = {.common_slots = is_extra ? EXTRA_COMMON_SLOTS : COMMON_SLOTS,
                                        .is_final = is_final,
                                        .features = is_extra ? extra_features : features,
                                        .allowed = allowed,
                                        .apply = apply},
                              .state_size = sizeof(parser_path),
                              .prepare = prepare,
                              .copy = copy,
                              .user = &task};
    parser_path first = {.task = &task, .s0 = no_token, .stack = NO_CELL, .rebuffer = NO_CELL};
    take_front(&first);
    const beam_task search = {.w = &parser->net,
                              .settings = &parser->beam,
                              .table = &table,
                              .first = &first,
                              .token_count = doc->token_count,
                              .net = net,
                              .source = source,
                              .stop = doc->interruption};
    return beam_search(&search, &s->beam);
}

void parser_search_scratch_free(parser_search_scratch *s)
{
    beam_scratch_free(&s->beam);
    buffer_free(&s->cells);
}
