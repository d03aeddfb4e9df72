#include "parser.h"

#include "arc_eager.h"
#include "error.h"
#include "hash.h"
#include "tok2vec.h"

enum { NONE = TRANSITION_MISSING };

/* StateC of _state.pxd. A token is on the stack, put back, not reached yet (from next on) or done with. In the buffer
 * no token has a head; on the stack a head is the token below. So only LEFT replaces a head, and the arc that goes is
 * that head's youngest: a list of right children is a stack. Left children are done with and never taken back. */
typedef struct parser_state {
    tern_doc *doc;         /* head and COLUMN_DEP hold the arcs so far */
    const uint32_t *moves; /* [classes][3] action, label, label of the head to look for */
    const class_run *runs; /* of all classes */
    size_t run_count;
    int32_t *stack, *rebuffer; /* [tokens] each; rebuffer: tokens put back, the first to be taken last */
    size_t stack_depth, rebuffer_depth, next;
    unsigned char *flags;  /* [tokens] TOKEN_* */
    int32_t *left, *right; /* [tokens] youngest child on each side, or NONE */
    int32_t *next_sibling; /* [tokens] the child that its head had before it on that side, or NONE */
    uint32_t *head_label;  /* [tokens] Y of the label X||Y, or NO_STRING */
} parser_state;

static size_t buffer_length(const parser_state *s) { return s->rebuffer_depth + s->doc->token_count - s->next; }

/* S(i) and B(i): the tokens on the stack from the top and those to come; NONE beyond the end. */
static int32_t stack_token(const parser_state *s, size_t i)
{
    return i < s->stack_depth ? s->stack[s->stack_depth - 1 - i] : NONE;
}

static int32_t buffer_token(const parser_state *s, size_t i)
{
    if (i >= buffer_length(s)) return NONE;
    return i < s->rebuffer_depth ? s->rebuffer[s->rebuffer_depth - 1 - i] : (int32_t)(s->next + i - s->rebuffer_depth);
}

static int has_head(const parser_state *s, int32_t token) { return s->doc->head[token] != (uint32_t)token; }

static int is_final(const void *state)
{
    const parser_state *s = state;
    return !s->stack_depth && !buffer_length(s);
}

/* column[token]: left, right, next_sibling. */
static int32_t of_token(const int32_t *column, int32_t token) { return token == NONE ? NONE : column[token]; }

static void nearest_features(const parser_state *s, int32_t *slot_token)
{
    slot_token[SLOT_B0] = buffer_token(s, 0);
    slot_token[SLOT_B1] = buffer_token(s, 1);
    slot_token[SLOT_S0] = stack_token(s, 0);
    slot_token[SLOT_S1] = stack_token(s, 1);
    slot_token[SLOT_S2] = stack_token(s, 2);
}

static void features(const void *state, int32_t *slot_token)
{
    const parser_state *s = state;
    nearest_features(s, slot_token);
    slot_token[SLOT_LEFT_OF_B0] = of_token(s->left, slot_token[SLOT_B0]);
    slot_token[SLOT_LEFT_OF_S0] = of_token(s->left, slot_token[SLOT_S0]);
    slot_token[SLOT_RIGHT_OF_S0] = of_token(s->right, slot_token[SLOT_S0]);
}

/* That S0's second left child is not among them is spaCy's oversight, which the weights were trained with. */
static void extra_features(const void *state, int32_t *slot_token)
{
    const parser_state *s = state;
    nearest_features(s, slot_token);
    int32_t s0 = slot_token[SLOT_S0], s1 = slot_token[SLOT_S1];
    slot_token[EXTRA_LEFT_OF_S0] = of_token(s->left, s0);
    slot_token[EXTRA_RIGHT_OF_S0] = of_token(s->right, s0);
    slot_token[EXTRA_LEFT_OF_B0] = of_token(s->left, slot_token[SLOT_B0]);
    slot_token[EXTRA_NEXT_RIGHT_OF_S0] = of_token(s->next_sibling, slot_token[EXTRA_RIGHT_OF_S0]);
    slot_token[EXTRA_LEFT_OF_S1] = of_token(s->left, s1);
    slot_token[EXTRA_NEXT_LEFT_OF_S1] = of_token(s->next_sibling, slot_token[EXTRA_LEFT_OF_S1]);
    slot_token[EXTRA_RIGHT_OF_S1] = of_token(s->right, s1);
    slot_token[EXTRA_NEXT_RIGHT_OF_S1] = of_token(s->next_sibling, slot_token[EXTRA_RIGHT_OF_S1]);
}

static size_t allowed(const void *state, class_run *runs)
{
    const parser_state *s = state;
    const int32_t b0 = buffer_token(s, 0), b1 = buffer_token(s, 1);
    const arc_eager_view view = {.sent_start = s->doc->sent_start,
                                 .stack_depth = s->stack_depth,
                                 .s0 = stack_token(s, 0),
                                 .b0 = b0,
                                 .b1 = b1,
                                 .b0_flags = b0 == NONE ? 0 : s->flags[b0],
                                 .b1_flags = b1 == NONE ? 0 : s->flags[b1]};
    return runs_of_actions(runs, s->runs, s->run_count, arc_eager_actions(&view));
}

/* ---- what the actions do ----------------------------------------------------------------------------------------- */

/* A run takes at most 9 steps a token. Once popped by LEFT or REDUCE, a token is gone for good: n. RIGHT gives B0 a
 * head, which stays until the token is popped: n. BREAK: n. A token is shifted for the first time: n; onto the empty
 * stack, from where it is never put back: n; or because LEFT made it shiftable again: n. Each that is put back was
 * shifted before: 3n. */

static void push(parser_state *s)
{
    s->stack[s->stack_depth++] = s->rebuffer_depth ? s->rebuffer[--s->rebuffer_depth] : (int32_t)s->next++;
}

static void put_back(parser_state *s)
{
    int32_t s0 = s->stack[--s->stack_depth];
    s->flags[s0] |= TOKEN_UNSHIFTABLE;
    s->rebuffer[s->rebuffer_depth++] = s0;
}

static void attach(parser_state *s, int32_t head, int32_t child, uint32_t cls)
{
    if (has_head(s, child)) s->right[s->doc->head[child]] = s->next_sibling[child];
    int32_t *youngest = head > child ? &s->left[head] : &s->right[head];
    s->next_sibling[child] = *youngest;
    *youngest = child;
    s->doc->head[child] = (uint32_t)head;
    s->doc->column[COLUMN_DEP][child] = s->moves[3 * cls + 1];
    s->head_label[child] = s->moves[3 * cls + 2];
}

static void apply(void *state, uint32_t cls)
{
    parser_state *s = state;
    int32_t b0 = buffer_token(s, 0), s0 = stack_token(s, 0);
    switch (s->moves[3 * cls]) {
    case ARC_SHIFT: push(s); break;
    case ARC_REDUCE:
        if (has_head(s, s0) || s->stack_depth == 1) s->stack_depth--;
        else put_back(s);
        break;
    case ARC_LEFT:
        attach(s, b0, s0, cls);
        s->flags[b0] &= (unsigned char)~TOKEN_UNSHIFTABLE;
        s->stack_depth--;
        break;
    case ARC_RIGHT:
        attach(s, s0, b0, cls);
        push(s);
        break;
    default: /* ARC_BREAK */ s->flags[buffer_token(s, 1)] |= TOKEN_BREAKS;
    }
}

/* ---- a document -------------------------------------------------------------------------------------------------- */

/* Of the state, in the columns that the trees need when it is done with. */
enum { COLUMN_STACK = 0, COLUMN_REBUFFER, COLUMN_LEFT, COLUMN_RIGHT, COLUMN_NEXT_SIBLING, STATE_COLUMNS };
_Static_assert((int)STATE_COLUMNS <= (int)DEPENDENCY_COLUMNS, "the state fits");

int parser_reserve(const parser_model *parser, const tern_doc *doc, parser_scratch *s)
{
    const transition_weights *net = &parser->net;
    for (size_t i = 0; i < STATE_COLUMNS; i++)
        if (buffer_reserve(&s->dependency.column[i], doc->token_count, sizeof(int32_t))) return -1;
    return buffer_reserve(&s->flags, doc->token_count, 1)
                   || buffer_reserve(&s->head_label, doc->token_count, sizeof(uint32_t))
                   || buffer_reserve(&s->runs, net->classes, sizeof(class_run))
                   || transition_reserve(net, doc->token_count, &s->net)
               ? -1
               : 0;
}

void parser_project(const parser_model *parser, const float *rows, size_t begin, size_t count, parser_scratch *s)
{
    transition_project(&parser->net, rows, begin, count, &s->net);
}

/* Arcs between pieces of one word lead from neighbour to neighbour (arc_eager.pyx SUBTOK_LABEL). */
static size_t list_runs(const parser_model *parser, const tern_doc *doc, class_run *runs)
{
    uint64_t subtoken = murmur64a("subtok", 6, 1);
    size_t count = 0;
    for (uint32_t c = 0; c < parser->net.classes; c++) {
        const uint32_t *move = parser->moves + 3 * (size_t)c;
        int is_arc = move[0] == ARC_LEFT || move[0] == ARC_RIGHT;
        int is_to_neighbour = is_arc && doc_id(doc, move[1]) == subtoken && move[2] == NO_STRING;
        count = runs_append(runs, count, c, is_to_neighbour ? ARC_TO_NEIGHBOUR : move[0]);
    }
    return count;
}

static parser_state begin_state(const parser_model *parser, tern_doc *doc, parser_scratch *scratch)
{
    const buffer *column = scratch->dependency.column;
    parser_state s = {.doc = doc,
                      .moves = parser->moves,
                      .runs = scratch->runs.data,
                      .run_count = list_runs(parser, doc, scratch->runs.data),
                      .stack = column[COLUMN_STACK].data,
                      .rebuffer = column[COLUMN_REBUFFER].data,
                      .flags = scratch->flags.data,
                      .left = column[COLUMN_LEFT].data,
                      .right = column[COLUMN_RIGHT].data,
                      .next_sibling = column[COLUMN_NEXT_SIBLING].data,
                      .head_label = scratch->head_label.data};
    for (size_t i = 0; i < doc->token_count; i++) {
        s.flags[i] = 0;
        s.left[i] = s.right[i] = NONE;
        s.head_label[i] = NO_STRING;
        doc->head[i] = (uint32_t)i;
        doc->column[COLUMN_DEP][i] = parser->root_label;
    }
    return s;
}

/* 0 or -1. */
static int follow_search(const parser_model *parser, parser_state *state, parser_scratch *s,
                         const vector_source *source)
{
    const beam_scratch *found = &s->search.beam;
    if (parser_search(parser, state->doc, state->runs, state->run_count, &s->net, &s->search, source)) return -1;
    const uint32_t *classes = found->classes.data;
    for (size_t i = 0; i < found->count; i++) apply(state, classes[i]);
    return 0;
}

tern_status parser_annotate(const parser_model *parser, tern_doc *doc, parser_scratch *s, const vector_source *source,
                            transition_trace trace, void *user, tern_error *err)
{
    const int is_extra = parser->net.slots == PARSER_EXTRA_SLOTS;
    const move_table table = {.common_slots = is_extra ? EXTRA_COMMON_SLOTS : COMMON_SLOTS,
                              .is_final = is_final,
                              .features = is_extra ? extra_features : features,
                              .allowed = allowed,
                              .apply = apply};
    parser_state state = begin_state(parser, doc, s);
    if (parser->beam.width) {
        if (follow_search(parser, &state, s, source)) return doc_gave_up(doc, err);
    } else if (transition_run(&parser->net, &table, &state, doc->token_count, &s->net, source, doc->interruption, trace,
                              user)) {
        return doc_gave_up(doc, err);
    }
    return dependency_finish(doc, state.head_label, &s->dependency, err);
}

void parser_scratch_free(parser_scratch *s)
{
    buffer_free(&s->head_label);
    buffer_free(&s->flags);
    buffer_free(&s->runs);
    parser_search_scratch_free(&s->search);
    transition_scratch_free(&s->net);
    dependency_scratch_free(&s->dependency);
}

/* ---- the component ----------------------------------------------------------------------------------------------- */

static void bind(binder *b, tern_model *model, component_model *self)
{
    uint32_t three = 3, one = 1;
    parser_model *parser = &self->parser;
    parser->net.width = bind_encoder(b, model, self);
    parser->moves = bind_matrix(b, "/moves", TERN_DTYPE_U32, &parser->net.classes, &three);
    bind_transition(b, PARSER_SLOTS, PARSER_EXTRA_SLOTS, &parser->net);
    parser->beam = bind_beam(b);
    self->width = parser->net.width;
    for (uint32_t c = 0; c < parser->net.classes && !b->status; c++)
        if (parser->moves[3 * c] > ARC_BREAK) bind_refuse(b, "/moves", "holds an action that is out of range");
        else bind_check_labels(b, "/moves", parser->moves + 3 * c + 1, 2, &model->strings, 1);
    const uint32_t *root = bind_vector(b, "/root", TERN_DTYPE_U32, &one);
    if (b->status) return;
    bind_check_labels(b, "/root", root, 1, &model->strings, 0);
    parser->root_label = *root;
}

static int reserve(const component_run *run) { return parser_reserve(&run->component->parser, run->doc, run->scratch); }

static int feed(const component_run *run, const float *rows, size_t begin, size_t count)
{
    parser_project(&run->component->parser, rows, begin, count, run->scratch);
    return 0;
}

static tern_status finish(const component_run *run, const vector_source *source, tern_error *err)
{
    return parser_annotate(&run->component->parser, run->doc, run->scratch, source, NULL, NULL, err);
}

static void free_scratch(void *scratch) { parser_scratch_free(scratch); }

const component_methods parser_component = {
    .number = COMPONENT_PARSER,
    .name = "parser",
    .gives = TERN_SENTENCES | TERN_DEPENDENCIES,
    .scratch_size = sizeof(parser_scratch),
    .bind = bind,
    .reserve = reserve,
    .feed = feed,
    .finish = finish,
    .release = free_scratch,
    .free = free_scratch,
};
