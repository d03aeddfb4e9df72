#include "dependency.h"

#include "error.h"

/* doc.pyx set_children_from_heads gives up after them. */
enum { MAX_ROUNDS = 12 };

/* Children that searches may look at, by token of the document; English text needs 0.005. Texts made for it ("who what
 * i fit to to love", thousands of times) have one sentence full of lifted arcs, each searched for in all of it, which
 * keeps spaCy busy for hours. Here such a text gets spaCy's answer in bounded time, or an error. */
enum { MAX_VISITS = 4096 };

#define NO_CHILD UINT32_MAX

/* The trees of a document. Heads change while lifted arcs are taken back; the edges stay what they were before. */
typedef struct forest {
    tern_doc *doc;
    const uint32_t *head_label;       /* [tokens] */
    uint32_t *left_edge, *right_edge; /* [tokens] first and last token of the subtree */
    signed char *starts;              /* [tokens] 1: a sentence begins, -1: none does */
    /* [tokens] children by ascending position, or NO_CHILD */
    uint32_t *first_child, *next_sibling, *previous_sibling;
    uint32_t *newest; /* [tokens] the child that was moved here last, or NO_CHILD */
    uint32_t *queue;  /* [tokens] */
    uint64_t visits_left;
} forest;

/* ---- edges and sentences ----------------------------------------------------------------------------------------- */

static void widen_head(const forest *f, size_t token)
{
    uint32_t head = f->doc->head[token];
    if (f->left_edge[token] < f->left_edge[head]) f->left_edge[head] = f->left_edge[token];
    if (f->right_edge[token] > f->right_edge[head]) f->right_edge[head] = f->right_edge[token];
}

/* A sentence begins at the left edge of a root. */
static void mark_sentence_starts(const forest *f)
{
    const tern_doc *doc = f->doc;
    for (size_t i = 0; i < doc->token_count; i++) f->starts[i] = -1;
    for (size_t i = 0; i < doc->token_count; i++)
        if (doc->head[i] == i) f->starts[f->left_edge[i]] = 1;
}

/* As loose as spaCy's test: a head may be the token that begins the next sentence, and the last token's head is not
 * looked at. */
static int heads_are_within_sentences(const forest *f)
{
    const tern_doc *doc = f->doc;
    size_t begin = 0;
    for (size_t i = 0; i < doc->token_count; i++) {
        if (i + 1 < doc->token_count && (i == 0 || f->starts[i] != 1)) continue;
        for (size_t j = begin; j < i; j++)
            if (doc->head[j] < begin || doc->head[j] > i) return 0;
        begin = i;
    }
    return 1;
}

/* Subtrees from the heads, and sentences from them. One round does it for projective trees; for others, spaCy's number
 * of rounds decides where the edges are (doc.pyx _set_lr_kids_and_edges). */
static void find_edges(const forest *f)
{
    size_t tokens = f->doc->token_count;
    for (size_t i = 0; i < tokens; i++) f->left_edge[i] = f->right_edge[i] = (uint32_t)i;
    for (int round = 0; round < MAX_ROUNDS; round++) {
        for (size_t i = 0; i < tokens; i++) widen_head(f, i);
        for (size_t i = tokens; i-- > 0;) widen_head(f, i);
        mark_sentence_starts(f);
        if (heads_are_within_sentences(f)) return;
    }
}

/* ---- lifted arcs ------------------------------------------------------------------------------------------------- */

/* token becomes a child between two others, each of which may be NO_CHILD. */
static void link_child(const forest *f, uint32_t head, uint32_t previous, uint32_t token, uint32_t next)
{
    f->previous_sibling[token] = previous;
    f->next_sibling[token] = next;
    if (previous == NO_CHILD) f->first_child[head] = token;
    else f->next_sibling[previous] = token;
    if (next != NO_CHILD) f->previous_sibling[next] = token;
}

static void unlink_child(const forest *f, uint32_t head, uint32_t token)
{
    uint32_t previous = f->previous_sibling[token], next = f->next_sibling[token];
    if (previous == NO_CHILD) f->first_child[head] = next;
    else f->next_sibling[previous] = next;
    if (next != NO_CHILD) f->previous_sibling[next] = previous;
}

static void list_children(const forest *f)
{
    const uint32_t *head = f->doc->head;
    uint32_t tokens = (uint32_t)f->doc->token_count;
    for (uint32_t i = 0; i < tokens; i++) f->first_child[i] = f->newest[i] = NO_CHILD;
    for (uint32_t i = tokens; i-- > 0;)
        if (head[i] != i) link_child(f, head[i], NO_CHILD, i, f->first_child[head[i]]);
}

/* Tokens move in ascending order, so each comes after those that moved to that head before: all walks to the new places
 * together are no longer than the lists. */
static void move_to_head(const forest *f, uint32_t token, uint32_t head)
{
    unlink_child(f, f->doc->head[token], token);
    uint32_t previous = f->newest[head];
    uint32_t next = previous == NO_CHILD ? f->first_child[head] : f->next_sibling[previous];
    for (; next < token; next = f->next_sibling[next]) previous = next;
    link_child(f, head, previous, token, next);
    f->newest[head] = token;
    f->doc->head[token] = head;
}

/* A label X||Y is equal to no Y until its own turn has made it X. */
static int is_labelled(const forest *f, uint32_t child, uint32_t token, uint32_t label)
{
    int is_decorated = child > token && f->head_label[child] != NO_STRING;
    return !is_decorated && f->doc->column[COLUMN_DEP][child] == label;
}

/* nonproj.pyx _find_new_head: the first token labelled so, top-down and left to right, below the head; else the head.
 * Children that earlier arcs have brought outside of a subtree's old edges are not seen (token.pyx lefts, rights).
 * Without visits left the answer is worth nothing. */
static uint32_t find_head(forest *f, uint32_t token, uint32_t label)
{
    const tern_doc *doc = f->doc;
    size_t taken = 0, length = 0;
    f->queue[length++] = doc->head[token];
    while (taken < length && f->visits_left) {
        uint32_t parent = f->queue[taken++];
        for (uint32_t child = f->first_child[parent]; child != NO_CHILD; child = f->next_sibling[child]) {
            if (f->visits_left) f->visits_left--;
            int is_seen = child >= f->left_edge[parent] && child <= f->right_edge[parent];
            if (!is_seen || child == token || doc->is_space[child]) continue;
            if (is_labelled(f, child, token, label)) return child;
            f->queue[length++] = child;
        }
    }
    return doc->head[token];
}

static int has_lifted_arcs(const forest *f)
{
    for (size_t i = 0; i < f->doc->token_count; i++)
        if (f->head_label[i] != NO_STRING) return 1;
    return 0;
}

static tern_status take_back_lifted_arcs(forest *f, tern_error *err)
{
    list_children(f);
    for (uint32_t i = 0; i < f->doc->token_count; i++) {
        if (f->head_label[i] == NO_STRING) continue;
        uint32_t head = find_head(f, i, f->head_label[i]);
        if (!f->visits_left)
            return fail(err, TERN_E_TOO_COMPLEX, f->doc->token_count,
                        "the parse of these %zu tokens has too many lifted arcs "
                        "that lead far in one sentence; send a shorter text",
                        f->doc->token_count);
        if (head != f->doc->head[i]) move_to_head(f, i, head);
    }
    return TERN_OK;
}

/* Room in the columns [first, end). */
static tern_status reserve(const tern_doc *doc, size_t first, size_t end, dependency_scratch *s, tern_error *err)
{
    for (size_t i = first; i < end; i++)
        if (buffer_reserve(&s->column[i], doc->token_count, sizeof(uint32_t)))
            return fail(err, TERN_E_MEMORY, 0, "out of memory for the syntax of %zu tokens; send a shorter text",
                        doc->token_count);
    return TERN_OK;
}

tern_status dependency_finish(tern_doc *doc, const uint32_t *head_label, dependency_scratch *s, tern_error *err)
{
    tern_status status = reserve(doc, 0, EDGE_COLUMNS, s, err);
    if (status) return status;
    forest f = {.doc = doc,
                .head_label = head_label,
                .left_edge = s->column[0].data,
                .right_edge = s->column[1].data,
                .starts = doc->sent_start,
                .visits_left = (uint64_t)doc->token_count * MAX_VISITS + 1};
    find_edges(&f);
    if (!has_lifted_arcs(&f)) return TERN_OK;
    status = reserve(doc, EDGE_COLUMNS, DEPENDENCY_COLUMNS, s, err);
    if (status) return status;
    f.first_child = s->column[2].data;
    f.next_sibling = s->column[3].data;
    f.previous_sibling = s->column[4].data;
    f.newest = s->column[5].data;
    f.queue = s->column[6].data;
    status = take_back_lifted_arcs(&f, err);
    if (!status) find_edges(&f);
    return status;
}

void dependency_edges(tern_doc *doc, uint32_t *left_edge, uint32_t *right_edge, signed char *starts)
{
    const forest f = {.doc = doc, .left_edge = left_edge, .right_edge = right_edge, .starts = starts};
    find_edges(&f);
}

void dependency_scratch_free(dependency_scratch *s)
{
    for (size_t i = 0; i < DEPENDENCY_COLUMNS; i++) buffer_free(&s->column[i]);
}
