#include "dependency.h"

/* doc.pyx set_children_from_heads gives up after them. */
enum { MAX_ROUNDS = 12 };

#define NO_CHILD UINT32_MAX

/* The trees of a document. Heads change while lifted arcs are taken back; the edges stay what they were before. */
typedef struct forest {
    tern_doc *doc;
    const uint32_t *head_label;             /* [tokens] */
    uint32_t *left_edge, *right_edge;       /* [tokens] first and last token of the subtree */
    uint32_t *first_child, *next_sibling;   /* [tokens] children by ascending position, or NO_CHILD */
    uint32_t *queue;                        /* [tokens] */
} forest;

/* ---- edges and sentences ------------------------------------------------------------------------------------------------------ */

static void widen_head(const forest *f, size_t token)
{
    uint32_t head = f->doc->head[token];
    if (f->left_edge[token] < f->left_edge[head]) f->left_edge[head] = f->left_edge[token];
    if (f->right_edge[token] > f->right_edge[head]) f->right_edge[head] = f->right_edge[token];
}

/* A sentence begins at the left edge of a root. */
static void mark_sentence_starts(const forest *f)
{
    tern_doc *doc = f->doc;
    for (size_t i = 0; i < doc->token_count; i++) doc->sent_start[i] = -1;
    for (size_t i = 0; i < doc->token_count; i++)
        if (doc->head[i] == i) doc->sent_start[f->left_edge[i]] = 1;
}

/* As loose as spaCy's test: a head may be the token that begins the next sentence, and the last token's head is not looked at. */
static int heads_are_within_sentences(const tern_doc *doc)
{
    size_t begin = 0;
    for (size_t i = 0; i < doc->token_count; i++) {
        if (i + 1 < doc->token_count && (i == 0 || doc->sent_start[i] != 1)) continue;
        for (size_t j = begin; j < i; j++)
            if (doc->head[j] < begin || doc->head[j] > i) return 0;
        begin = i;
    }
    return 1;
}

/* Subtrees from the heads, and sentences from them. One round does it for projective trees; for others, spaCy's number of rounds
 * decides where the edges are (doc.pyx _set_lr_kids_and_edges). */
static void find_edges(const forest *f)
{
    size_t tokens = f->doc->token_count;
    for (size_t i = 0; i < tokens; i++) f->left_edge[i] = f->right_edge[i] = (uint32_t)i;
    for (int round = 0; round < MAX_ROUNDS; round++) {
        for (size_t i = 0; i < tokens; i++) widen_head(f, i);
        for (size_t i = tokens; i-- > 0;) widen_head(f, i);
        mark_sentence_starts(f);
        if (heads_are_within_sentences(f->doc)) return;
    }
}

/* ---- lifted arcs ---------------------------------------------------------------------------------------------------------------- */

static void list_children(const forest *f)
{
    const uint32_t *head = f->doc->head;
    size_t tokens = f->doc->token_count;
    for (size_t i = 0; i < tokens; i++) f->first_child[i] = NO_CHILD;
    for (size_t i = tokens; i-- > 0;) {
        if (head[i] == i) continue;
        f->next_sibling[i] = f->first_child[head[i]];
        f->first_child[head[i]] = (uint32_t)i;
    }
}

/* Where the child list of head has token, or would have it. */
static uint32_t *child_link(const forest *f, uint32_t head, uint32_t token)
{
    uint32_t *link = &f->first_child[head];
    while (*link < token) link = &f->next_sibling[*link];
    return link;
}

static void move_to_head(const forest *f, uint32_t token, uint32_t head)
{
    *child_link(f, f->doc->head[token], token) = f->next_sibling[token];
    uint32_t *link = child_link(f, head, token);
    f->next_sibling[token] = *link;
    *link = token;
    f->doc->head[token] = head;
}

/* A label X||Y is equal to no Y until its own turn has made it X. */
static int is_labelled(const forest *f, uint32_t child, uint32_t token, uint32_t label)
{
    int is_decorated = child > token && f->head_label[child] != NO_STRING;
    return !is_decorated && f->doc->column[COLUMN_DEP][child] == label;
}

/* nonproj.pyx _find_new_head: the first token labelled so, top-down and left to right, below the head; else the head. Children
 * that earlier arcs have brought outside of a subtree's old edges are not seen (token.pyx lefts, rights). */
static uint32_t find_head(const forest *f, uint32_t token, uint32_t label)
{
    const tern_doc *doc = f->doc;
    size_t taken = 0, length = 0;
    f->queue[length++] = doc->head[token];
    while (taken < length) {
        uint32_t parent = f->queue[taken++];
        for (uint32_t child = f->first_child[parent]; child != NO_CHILD; child = f->next_sibling[child]) {
            int is_seen = child >= f->left_edge[parent] && child <= f->right_edge[parent];
            if (!is_seen || child == token || doc->attr[ATTR_IS_SPACE][child]) continue;
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

static void take_back_lifted_arcs(const forest *f)
{
    list_children(f);
    for (uint32_t i = 0; i < f->doc->token_count; i++) {
        if (f->head_label[i] == NO_STRING) continue;
        uint32_t head = find_head(f, i, f->head_label[i]);
        if (head != f->doc->head[i]) move_to_head(f, i, head);
    }
}

int dependency_finish(tern_doc *doc, const uint32_t *head_label, dependency_scratch *s)
{
    buffer *by_token[] = {&s->left_edge, &s->right_edge, &s->first_child, &s->next_sibling, &s->queue};
    for (size_t i = 0; i < sizeof by_token / sizeof *by_token; i++)
        if (buffer_reserve(by_token[i], doc->token_count, sizeof(uint32_t))) return -1;

    const forest f = {.doc = doc, .head_label = head_label, .left_edge = s->left_edge.data, .right_edge = s->right_edge.data,
                      .first_child = s->first_child.data, .next_sibling = s->next_sibling.data, .queue = s->queue.data};
    find_edges(&f);
    if (has_lifted_arcs(&f)) {
        take_back_lifted_arcs(&f);
        find_edges(&f);
    }
    return 0;
}

void dependency_scratch_free(dependency_scratch *s)
{
    buffer_free(&s->left_edge);
    buffer_free(&s->right_edge);
    buffer_free(&s->first_child);
    buffer_free(&s->next_sibling);
    buffer_free(&s->queue);
}
