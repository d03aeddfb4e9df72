#include "noun_chunks.h"

#include "dependency.h"

#define NO_TOKEN UINT32_MAX

/* What the algorithms look at. Edges and children are those of the tokens' heads. */
typedef struct chunker {
    tern_doc *doc;
    const noun_chunk_rules *rules;
    uint32_t tokens;
    uint32_t *left_edge, *right_edge;     /* [tokens] first and last token of the subtree */
    uint32_t *roles;                      /* [tokens] ROLE_* of its part of speech and its label */
    uint32_t *first_child, *next_sibling; /* [tokens] by ascending position, or NO_TOKEN */
    uint32_t *note, *other;               /* [tokens] as the algorithm wants */
    int failed;                           /* 1: spaCy raises an error */
} chunker;

static int has(const chunker *c, size_t token, uint32_t role) { return (c->roles[token] & role) != 0; }

/* spacy/tokens/span.pyx: a span that ends before it begins is an error (E035). */
static void add_chunk(chunker *c, int64_t start, int64_t end)
{
    c->failed |= start < 0 || start > end || end > c->tokens;
    if (c->failed) return;
    c->doc->chunk[c->doc->chunk_count++] = (noun_chunk){(uint32_t)start, (uint32_t)end};
}

/* ---- trees ------------------------------------------------------------------------------------------------------- */

static void list_children(const chunker *c)
{
    for (uint32_t i = 0; i < c->tokens; i++) c->first_child[i] = NO_TOKEN;
    for (uint32_t i = c->tokens; i-- > 0;) {
        uint32_t head = c->doc->head[i];
        if (head == i) continue;
        c->next_sibling[i] = c->first_child[head];
        c->first_child[head] = i;
    }
}

static uint32_t first_right_child(const chunker *c, uint32_t token)
{
    uint32_t child = c->first_child[token];
    while (child != NO_TOKEN && child < token) child = c->next_sibling[child];
    return child;
}

/* c->note[i]: where one comes from i by its head, and that one's, while they are coordinated and stand further left. */
static void follow_conjunctions(const chunker *c)
{
    for (uint32_t i = 0; i < c->tokens; i++) {
        uint32_t head = c->doc->head[i];
        c->note[i] = has(c, i, ROLE_CONJ) && head < i ? c->note[head] : i;
    }
}

/* ---- English and its like ---------------------------------------------------------------------------------------- */

/* lang/es, fr, it, pt */
static uint32_t romance_end(const chunker *c, uint32_t token)
{
    uint32_t child = first_right_child(c, token);
    if (child == NO_TOKEN) return token;
    if (has(c, child, ROLE_ADJECTIVE)) return c->right_edge[child];
    if (has(c, child, ROLE_DETERMINER) && has(c, child, ROLE_POS_DET)) return child;
    return has(c, child, ROLE_RIGHT) ? c->right_edge[token] : token;
}

/* lang/ht */
static uint32_t haitian_end(const chunker *c, uint32_t token)
{
    uint32_t end = token;
    for (uint32_t child = first_right_child(c, token); child != NO_TOKEN; child = c->next_sibling[child])
        if (has(c, child, ROLE_RIGHT | ROLE_POS_NOUN)) end = c->right_edge[child];
    return end;
}

/* lang/el: "γραμμή παραγωγής" */
static uint32_t greek_end(const chunker *c, uint32_t token)
{
    if (!has(c, token, ROLE_POS_NOUN)) return token;
    for (uint32_t child = first_right_child(c, token); child != NO_TOKEN; child = c->next_sibling[child])
        if (has(c, child, ROLE_RIGHT)) return child;
    return token;
}

/* Last token of the chunk of a noun whose label makes one. */
static uint32_t head_end(const chunker *c, uint32_t token)
{
    switch (c->rules->kind) {
    case NOUN_CHUNKS_EDGE: return c->right_edge[token];
    case NOUN_CHUNKS_GREEK: return greek_end(c, token);
    case NOUN_CHUNKS_ROMANCE: return romance_end(c, token);
    case NOUN_CHUNKS_HAITIAN: return haitian_end(c, token);
    default: return token;
    }
}

/* A chunk begins at the left edge, or after it if that is such a part of speech. */
static uint32_t start_without(const chunker *c, uint32_t token, uint32_t role)
{
    uint32_t edge = c->left_edge[token];
    return edge + (uint32_t)has(c, edge, role);
}

/* Of nouns whose labels make a chunk, and of those that are coordinated to one. */
static int find_of_heads(chunker *c)
{
    uint32_t free = 0; /* tokens before this one are taken */
    follow_conjunctions(c);
    for (uint32_t i = 0; i < c->tokens; i++) {
        if (interrupted_at(c->doc->interruption, i)) return -1;
        if (!has(c, i, ROLE_POS_NOMINAL) || c->left_edge[i] < free) continue;
        if (has(c, i, ROLE_HEAD)) {
            free = head_end(c, i) + 1;
            add_chunk(c, start_without(c, i, ROLE_POS_OUT), free);
        } else if (has(c, i, ROLE_CONJ) && has(c, c->note[c->doc->head[i]], ROLE_HEAD)) {
            free = (c->rules->kind == NOUN_CHUNKS_EDGE ? c->right_edge[i] : i) + 1;
            add_chunk(c, start_without(c, i, ROLE_POS_OUT_CONJ), free);
        }
    }
    return 0;
}

/* lang/ca */
static int find_catalan(chunker *c)
{
    int64_t free = 0;
    /* c->note[i]: the last verb or apposition before i, or NO_TOKEN */
    for (uint32_t i = 0, last = NO_TOKEN; i < c->tokens; i++) {
        c->note[i] = last;
        if (has(c, i, ROLE_POS_VERB | ROLE_STOP)) last = i;
    }
    for (uint32_t i = 0; i < c->tokens; i++) {
        if (interrupted_at(c->doc->interruption, i)) return -1;
        if (!has(c, i, ROLE_POS_NOMINAL) || c->left_edge[i] < free || !has(c, i, ROLE_HEAD)) continue;
        uint32_t edge = c->right_edge[i], stop = c->note[edge];
        int64_t right = (int64_t)edge + 1;
        free = right;
        if (stop != NO_TOKEN && stop > i) {
            free = c->left_edge[stop];
            right = free + !has(c, stop, ROLE_POS_VERB);
        }
        add_chunk(c, start_without(c, i, ROLE_POS_OUT), right - has(c, edge, ROLE_POS_PUNCT));
    }
    return 0;
}

/* lang/de: "eine Tasse Tee" */
static int find_german(chunker *c)
{
    uint32_t free = 0;
    for (uint32_t i = 0; i < c->tokens; i++) {
        if (interrupted_at(c->doc->interruption, i)) return -1;
        if (i < free || c->left_edge[i] < free || !has(c, i, ROLE_POS_NOMINAL) || !has(c, i, ROLE_HEAD)) continue;
        free = i + 1;
        for (uint32_t child = first_right_child(c, i); child != NO_TOKEN; child = c->next_sibling[child])
            if (has(c, child, ROLE_POS_NOUN) && has(c, child, ROLE_RIGHT)) free = child + 1;
        add_chunk(c, c->left_edge[i], free);
    }
    return 0;
}

/* ---- Danish and Latin -------------------------------------------------------------------------------------------- */

/* c->note[i]: the last token of the chunk that i would head; c->other[i]: the first verb or stop from i on. Heads of
 * subtrees on the right stand further right. */
static int find_right_bounds(const chunker *c)
{
    uint32_t next = NO_TOKEN;
    for (uint32_t i = c->tokens; i-- > 0;) {
        if (interrupted_at(c->doc->interruption, i)) return -1;
        if (has(c, i, ROLE_POS_VERB | ROLE_STOP)) next = i;
        c->other[i] = next;
        c->note[i] = i;
        for (uint32_t child = first_right_child(c, i); child != NO_TOKEN; child = c->next_sibling[child]) {
            if (!has(c, child, ROLE_RIGHT)) continue;
            if (next < c->note[child]) break;
            c->note[i] = c->note[child];
        }
    }
    return 0;
}

static uint32_t left_bound(const chunker *c, uint32_t token)
{
    uint32_t child = c->first_child[token];
    while (child != NO_TOKEN && child < token && !has(c, child, ROLE_LEFT)) child = c->next_sibling[child];
    return child != NO_TOKEN && child < token ? child : token;
}

/* lang/da, lang/la */
static int find_danish(chunker *c)
{
    uint32_t free = 0;
    if (find_right_bounds(c)) return -1;
    for (uint32_t i = 0; i < c->tokens; i++) {
        if (interrupted_at(c->doc->interruption, i)) return -1;
        if (!has(c, i, ROLE_POS_NOMINAL)) continue;
        uint32_t left = left_bound(c, i);
        if (left < free) continue;
        free = c->note[i] + 1;
        add_chunk(c, left, free);
    }
    return 0;
}

/* ---- Finnish, Dutch, Turkish ------------------------------------------------------------------------------------- */

static int may_head_finnish(const chunker *c, uint32_t token)
{
    return has(c, token, ROLE_POS_NOMINAL) && (has(c, token, ROLE_HEAD) || has(c, c->doc->head[token], ROLE_POS_PRON));
}

/* lang/fi */
static int find_finnish(chunker *c)
{
    uint32_t right = 0, free = 0;
    for (uint32_t i = 0; i < c->tokens; i++) {
        if (interrupted_at(c->doc->interruption, i)) return -1;
        if (i < right) continue;
        if (!may_head_finnish(c, i) && !(has(c, i, ROLE_CONJ) && may_head_finnish(c, c->doc->head[i]))) continue;
        uint32_t child = c->first_child[i];
        while (child != NO_TOKEN && child < i && !has(c, child, ROLE_RIGHT)) child = c->next_sibling[child];
        uint32_t left = child != NO_TOKEN && child < i ? c->left_edge[child] : i;
        if (left < free) continue;
        right = i;
        for (child = first_right_child(c, i); child != NO_TOKEN; child = c->next_sibling[child])
            if (has(c, child, ROLE_RIGHT)) right = child;
        free = right + 1;
        add_chunk(c, left, free);
    }
    return 0;
}

/* The noun with its determiners, adjectives and numbers; 0: it is none, for it has a subject. */
static int dutch_noun(const chunker *c, uint32_t token, uint32_t *left, uint32_t *right)
{
    *left = *right = token;
    for (uint32_t child = c->first_child[token]; child != NO_TOKEN; child = c->next_sibling[child]) {
        if (has(c, child, ROLE_SUBJECT)) return 0;
        if (!has(c, child, ROLE_RIGHT)) continue;
        if (child < *left) *left = child;
        if (child > *right) *right = child;
    }
    return 1;
}

/* lang/nl */
static int find_dutch(chunker *c)
{
    uint32_t free = 0;
    for (uint32_t i = 0; i < c->tokens; i++) {
        if (interrupted_at(c->doc->interruption, i)) return -1;
        uint32_t left = i, right = i;
        int is_chunk = has(c, i, ROLE_POS_NOUN) ? dutch_noun(c, i, &left, &right)
                                                : has(c, i, ROLE_POS_PRON) && has(c, i, ROLE_HEAD);
        if (!is_chunk || left < free) continue;
        free = right + 1;
        add_chunk(c, left, free);
    }
    return 0;
}

static uint32_t turkish_end(const chunker *c, uint32_t token)
{
    uint32_t end = token + 1;
    for (uint32_t child = first_right_child(c, token); child != NO_TOKEN; child = c->next_sibling[child]) {
        if (!has(c, child, ROLE_RIGHT) || !has(c, child, ROLE_POS_NOUN)) break;
        end = child + 1;
    }
    return end;
}

/* lang/tr: from the last chunk to the first */
static int find_turkish(chunker *c)
{
    uint32_t taken = c->tokens + 1; /* from this token on */
    for (uint32_t i = c->tokens; i-- > 0;) {
        if (interrupted_at(c->doc->interruption, i)) return -1;
        if (!has(c, i, ROLE_POS_NOMINAL) || i >= taken || !has(c, i, ROLE_HEAD | ROLE_CONJ)) continue;
        taken = c->left_edge[i];
        add_chunk(c, has(c, i, ROLE_HEAD) ? taken : (int64_t)c->right_edge[taken] + 1, turkish_end(c, i));
    }
    return 0;
}

/* ---- Japanese ---------------------------------------------------------------------------------------------------- */

enum { SEEN = 1, WALKED = 2, RIGHTS_SEEN = 4 };

/* Marks the subtree as seen and gives its first token, in the order of Token.subtree, that was not. c->note: marks.
 * What lies below a token that was walked before is all seen. before: tokens before this one are seen, too. */
static uint32_t see_subtree(const chunker *c, uint32_t token, uint32_t before)
{
    uint32_t *next = c->other, at = token, first = NO_TOKEN;
    next[at] = c->first_child[at];
    int is_here = 0; /* 1: the turn of at itself is over */
    for (;;) {
        uint32_t child = next[at];
        if (!is_here && (child == NO_TOKEN || child > at)) {
            if (first == NO_TOKEN && at >= before && !(c->note[at] & SEEN)) first = at;
            c->note[at] |= SEEN;
            is_here = 1;
        } else if (child != NO_TOKEN) {
            next[at] = c->next_sibling[child];
            if (c->note[child] & WALKED) continue;
            at = child;
            next[at] = c->first_child[at];
            is_here = 0;
        } else {
            c->note[at] |= WALKED;
            if (at == token) return first;
            is_here = at > c->doc->head[at];
            at = c->doc->head[at];
        }
    }
}

static void see_rights(const chunker *c, uint32_t token)
{
    if (c->note[token] & RIGHTS_SEEN) return;
    c->note[token] |= SEEN | RIGHTS_SEEN;
    for (uint32_t child = first_right_child(c, token); child != NO_TOKEN; child = c->next_sibling[child])
        c->note[child] |= SEEN;
}

/* lang/ja */
static int find_japanese(chunker *c)
{
    uint32_t before = 0;
    for (uint32_t i = 0; i < c->tokens; i++) c->note[i] = 0;
    for (uint32_t i = 0; i < c->tokens; i++) {
        if (interrupted_at(c->doc->interruption, i)) return -1;
        if (!has(c, i, ROLE_POS_NOMINAL) || c->note[i] & SEEN || !has(c, i, ROLE_HEAD)) continue;
        uint32_t first = see_subtree(c, i, before), head = c->doc->head[i];
        before = i + 1;
        if (has(c, head, ROLE_POS_VERB)) see_rights(c, head);
        add_chunk(c, first, before);
    }
    return 0;
}

/* ---- all of them ------------------------------------------------------------------------------------------------- */

static int (*const algorithms[NOUN_CHUNK_KINDS])(chunker *) = {
    [NOUN_CHUNKS_WORD] = find_of_heads,    [NOUN_CHUNKS_EDGE] = find_of_heads,
    [NOUN_CHUNKS_GREEK] = find_of_heads,   [NOUN_CHUNKS_ROMANCE] = find_of_heads,
    [NOUN_CHUNKS_HAITIAN] = find_of_heads, [NOUN_CHUNKS_CATALAN] = find_catalan,
    [NOUN_CHUNKS_GERMAN] = find_german,    [NOUN_CHUNKS_DANISH] = find_danish,
    [NOUN_CHUNKS_FINNISH] = find_finnish,  [NOUN_CHUNKS_DUTCH] = find_dutch,
    [NOUN_CHUNKS_TURKISH] = find_turkish,  [NOUN_CHUNKS_JAPANESE] = find_japanese,
};

static uint32_t roles_of(const noun_chunk_rules *rules, uint32_t string)
{
    size_t begin = 0, end = rules->count;
    while (begin < end) {
        size_t middle = begin + (end - begin) / 2;
        if (rules->roles[2 * middle] < string) begin = middle + 1;
        else end = middle;
    }
    return begin < rules->count && rules->roles[2 * begin] == string ? rules->roles[2 * begin + 1] : 0;
}

static int reserve(tern_doc *doc, noun_chunk_scratch *s)
{
    for (size_t i = 0; i < NOUN_CHUNK_COLUMNS; i++)
        if (buffer_reserve(&s->column[i], doc->token_count, sizeof(uint32_t))) return -1;
    if (buffer_reserve(&s->starts, doc->token_count, 1)
        || buffer_reserve(&doc->chunk_memory, doc->token_count, sizeof *doc->chunk))
        return -1;
    doc->chunk = doc->chunk_memory.data;
    return 0;
}

/* Token.dep is set somewhere; nor does lang/nl go without Token.pos. */
static int is_parsed(const tern_doc *doc)
{
    if (!doc->token_count) return 1;
    return doc_has_strings(doc, COLUMN_DEP)
           && (doc->model->noun_chunks.kind != NOUN_CHUNKS_DUTCH || doc_has_strings(doc, COLUMN_POS));
}

int noun_chunks_find(tern_doc *doc, noun_chunk_scratch *s, int *found)
{
    doc->chunk_count = 0;
    *found = doc->model->noun_chunks.count && is_parsed(doc);
    return *found ? noun_chunks_of_parse(doc, s, found) : 0;
}

int noun_chunks_of_parse(tern_doc *doc, noun_chunk_scratch *s, int *found)
{
    const noun_chunk_rules *rules = &doc->model->noun_chunks;
    doc->chunk_count = 0;
    *found = 1;
    if (!doc->token_count) return 0;
    if (reserve(doc, s)) return -1;
    chunker c = {.doc = doc,
                 .rules = rules,
                 .tokens = (uint32_t)doc->token_count,
                 .left_edge = s->column[0].data,
                 .right_edge = s->column[1].data,
                 .roles = s->column[2].data,
                 .first_child = s->column[3].data,
                 .next_sibling = s->column[4].data,
                 .note = s->column[5].data,
                 .other = s->column[6].data};
    dependency_edges(doc, c.left_edge, c.right_edge, s->starts.data);
    for (size_t i = 0; i < doc->token_count; i++)
        c.roles[i] = (roles_of(rules, doc->column[COLUMN_POS][i]) & ROLES_OF_POS)
                     | (roles_of(rules, doc->column[COLUMN_DEP][i]) & ~(uint32_t)ROLES_OF_POS);
    list_children(&c);
    if (algorithms[rules->kind](&c)) return -1;
    *found = !c.failed;
    if (c.failed) doc->chunk_count = 0;
    return 0;
}

void noun_chunk_scratch_free(noun_chunk_scratch *s)
{
    for (size_t i = 0; i < NOUN_CHUNK_COLUMNS; i++) buffer_free(&s->column[i]);
    buffer_free(&s->starts);
}

void bind_noun_chunks(binder *b, tern_model *model)
{
    static const char *const section_of_roles = "noun_chunks/roles";
    noun_chunk_rules *rules = &model->noun_chunks;
    uint32_t one = 1, two = 2;
    if (b->status || !bind_has(b, "noun_chunks/")) return;
    const uint32_t *kind = bind_vector(b, "noun_chunks/kind", TERN_DTYPE_U32, &one);
    rules->roles = bind_matrix(b, section_of_roles, TERN_DTYPE_U32, &rules->count, &two);
    if (b->status) return;
    rules->kind = *kind;
    if (rules->kind >= NOUN_CHUNK_KINDS) bind_refuse(b, "noun_chunks/kind", "names a kind that this library lacks");
    for (uint32_t i = 0; i < rules->count && !b->status; i++) {
        const uint32_t *row = rules->roles + 2 * (size_t)i;
        if (row[0] >= model->strings.count || row[1] >> ROLE_BITS || (i && row[-2] >= row[0]))
            bind_refuse(b, section_of_roles, "holds a value that is out of range");
    }
}
