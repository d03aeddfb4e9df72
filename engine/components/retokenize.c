#include "retokenize.h"

#include "dependency.h"
#include "token_values.h"
#include "unicode.h"
#include "utf8.h"
#include "word_vectors.h"

#include <string.h>

enum { MISSING = 0, INSIDE, OUTSIDE, BEGIN }; /* Token.ent_iob */
enum { NEW_INDEX = 0, TYPE, SCORE, DEPTH, LEFT_EDGE, RIGHT_EDGE };
enum { IOB = 0, HAS_CHILD, STARTS };

#define NO_SOURCE UINT32_MAX

typedef struct retokenizer {
    const component_run *run;
    tern_doc *doc;
    retokenize_scratch *s;
    uint32_t *new_index, *type, *depth; /* type: label or NO_STRING */
    float *score;                       /* of the entity that has the token */
    unsigned char *iob, *has_child;
} retokenizer;

/* Room for so many tokens; what is there stays. 0 or -1. */
static int reserve(retokenizer *r, size_t tokens)
{
    for (int i = 0; i < RETOKENIZE_COLUMNS; i++)
        if (buffer_reserve(&r->s->column[i], tokens, sizeof(uint32_t))) return -1;
    for (int i = 0; i < RETOKENIZE_MARKS; i++)
        if (buffer_reserve(&r->s->mark[i], tokens, 1)) return -1;
    r->new_index = r->s->column[NEW_INDEX].data;
    r->type = r->s->column[TYPE].data;
    r->score = r->s->column[SCORE].data;
    r->depth = r->s->column[DEPTH].data;
    r->iob = r->s->mark[IOB].data;
    r->has_child = r->s->mark[HAS_CHILD].data;
    return 0;
}

/* ---- entities by token ------------------------------------------------------------------------------------------- */

static void read_entities(const retokenizer *r)
{
    const tern_doc *doc = r->doc;
    const unsigned char none = doc_knows_entities(doc) ? OUTSIDE : MISSING;
    for (size_t i = 0; i < doc->token_count; i++) {
        r->iob[i] = none;
        r->type[i] = NO_STRING;
        r->score[i] = 1;
    }
    for (size_t k = 0; k < doc->entity_count; k++) {
        const entity_span *e = &doc->entity[k];
        for (uint32_t i = e->token_start; i < e->token_end; i++) {
            r->iob[i] = i == e->token_start ? BEGIN : INSIDE;
            r->type[i] = e->label;
            r->score[i] = e->score;
        }
    }
}

/* spacy/tokens/doc.pyx ents. 0 or -1. */
static int write_entities(const retokenizer *r)
{
    tern_doc *doc = r->doc;
    entity_span *open = NULL;
    doc->entity_count = 0;
    if (doc_reserve_entities(doc, doc->token_count)) return -1;
    for (uint32_t i = 0; i < doc->token_count; i++) {
        if (r->iob[i] == BEGIN) {
            open = &doc->entity[doc->entity_count++];
            *open = (entity_span){.token_start = i, .label = r->type[i], .score = r->score[i]};
        }
        if (r->iob[i] != INSIDE && r->iob[i] != BEGIN) open = NULL;
        if (open) open->token_end = i + 1;
    }
    return 0;
}

static int is_of_type(const retokenizer *r, size_t token, uint32_t type)
{
    return r->type[token] == type || doc_entity_string_id(r->doc, r->type[token]) == doc_entity_string_id(r->doc, type);
}

/* _retokenize.pyx make_iob_consistent */
static void repair_iob(const retokenizer *r)
{
    for (size_t i = 0; i < r->doc->token_count; i++)
        if (r->iob[i] == INSIDE && (i == 0 || !is_of_type(r, i - 1, r->type[i]))) r->iob[i] = BEGIN;
}

/* ---- columns ----------------------------------------------------------------------------------------------------- */

/* The features of the token's text, whose norm a tokenizer exception no longer gives. 0 or -1. */
static int refresh(const retokenizer *r, size_t token)
{
    tern_doc *doc = r->doc;
    doc->norm_override[token] = NO_STRING;
    if (lexeme_features_of(doc, doc->text, token, r->run->lexeme)) return -1;
    if (!(doc->annotations & TERN_NORMS)) return 0;
    size_t len;
    const char *norm = lexeme_norm(doc, doc->text, token, r->run->lexeme, &len);
    return norm ? doc_set_norm(doc, token, norm, len) : -1;
}

/* Token from becomes token to. NO_SOURCE: a token of zeros. */
static void copy_token(const retokenizer *r, uint32_t to, uint32_t from)
{
    tern_doc *doc = r->doc;
    const int is_known = from != NO_SOURCE;
    for (int c = 0; c < COLUMN_COUNT; c++) doc->column[c][to] = is_known ? doc->column[c][from] : NO_STRING;
    doc->lemma[to] = is_known ? doc->lemma[from] : (lemma_ref){.string = NO_STRING};
    doc->sent_start[to] = is_known ? doc->sent_start[from] : (signed char)0;
    if (doc->entity_id) doc->entity_id[to] = is_known ? doc->entity_id[from] : NO_STRING;
    r->iob[to] = is_known ? r->iob[from] : MISSING;
    r->type[to] = is_known ? r->type[from] : NO_STRING;
    r->score[to] = is_known ? r->score[from] : 1;
}

/* The same of the text's features, which move with a token that stays as it is. */
static void copy_text(const retokenizer *r, uint32_t to, uint32_t from)
{
    tern_doc *doc = r->doc;
    for (int a = 0; a < ATTR_COUNT; a++)
        if (a != ATTR_SPACY && a != ATTR_IS_SPACE && doc->attr[a] && (a != ATTR_LOWER || doc->has_lower))
            doc->attr[a][to] = doc->attr[a][from];
    doc->is_space[to] = doc->is_space[from];
    if (doc->vector) doc->vector[to] = doc->vector[from];
    doc->span[to] = doc->span[from];
    doc->space[to] = doc->space[from];
    doc->norm_override[to] = doc->norm_override[from];
    if (doc->annotations & TERN_NORMS) doc->norm[to] = doc->norm[from];
}

/* After heads have changed: _retokenize.pyx calls doc.pyx set_children_from_heads, which sets sentence starts. 0 or -1.
 */
static void mark_sentences(const retokenizer *r)
{
    tern_doc *doc = r->doc;
    if (!doc_has_strings(doc, COLUMN_DEP)) return;
    uint32_t *left = r->s->column[LEFT_EDGE].data;
    dependency_edges(doc, left, r->s->column[RIGHT_EDGE].data, r->s->mark[STARTS].data);
    for (size_t i = 0; i < doc->token_count; i++) doc->sent_start[i] = -1;
    for (size_t i = 0; i < doc->token_count; i++)
        if (doc->head[i] == i && doc_id(doc, doc->column[COLUMN_DEP][i])) doc->sent_start[left[i]] = 1;
}

/* ---- the root of a range ----------------------------------------------------------------------------------------- */

/* Steps from each token to its root. */
static void measure_depth(const retokenizer *r)
{
    const tern_doc *doc = r->doc;
    const uint32_t *head = doc->head;
    uint32_t *path = r->new_index; /* free until later */
    memset(r->has_child, 0, doc->token_count);
    for (size_t i = 0; i < doc->token_count; i++) {
        r->depth[i] = head[i] == i ? 0 : UINT32_MAX;
        if (head[i] != i) r->has_child[head[i]] = 1;
    }
    for (uint32_t i = 0; i < doc->token_count; i++) {
        uint32_t length = 0, at = i;
        for (; r->depth[at] == UINT32_MAX && length < doc->token_count; at = head[at]) path[length++] = at;
        for (uint32_t depth = r->depth[at]; length > 0;) r->depth[path[--length]] = ++depth;
    }
}

/* span.pyx _count_words_to_root: white space and punctuation without children come last. */
static uint32_t words_to_root(const retokenizer *r, uint32_t token)
{
    const tern_doc *doc = r->doc;
    if (!r->has_child[token] && (doc->is_space[token] || token_character_flag(doc, PATTERN_IS_PUNCT, token)))
        return (uint32_t)doc->token_count - 1;
    return r->depth[token];
}

/* span.pyx Span.root */
static uint32_t root_of(const retokenizer *r, token_range range)
{
    const uint32_t *head = r->doc->head;
    uint32_t best = (uint32_t)r->doc->token_count, root = range.start;
    for (uint32_t i = range.start; i < range.end; i++)
        if (head[i] == i) return i;
    for (uint32_t i = range.start; i < range.end; i++) {
        if (head[i] >= range.start && head[i] < range.end) continue;
        uint32_t words = words_to_root(r, i);
        if (words >= best) continue;
        best = words;
        root = i;
    }
    return root;
}

/* ---- merging ----------------------------------------------------------------------------------------------------- */

static int is_space_at(const tern_doc *doc, const unsigned char *p, const unsigned char *end)
{
    uint32_t code_point = 0;
    return utf8_decode(p, end, &code_point)
           && class_has(&doc->model->chars, char_class(&doc->model->chars, code_point), CHAR_SPACE);
}

/* str.strip() */
static const unsigned char *strip(const tern_doc *doc, const unsigned char *text, size_t *len)
{
    const unsigned char *end = text + *len;
    while (text < end && is_space_at(doc, text, end)) do
            text++;
        while (text < end && utf8_continues(*text));
    for (const unsigned char *last = end; text < end; end = last) {
        do last--;
        while (last > text && utf8_continues(*last));
        if (!is_space_at(doc, last, end)) break;
    }
    *len = (size_t)(end - text);
    return text;
}

/* The lemmas in a row, with the blanks between the tokens. 0 or -1. */
static int join_lemmas(const retokenizer *r, token_range range)
{
    tern_doc *doc = r->doc;
    size_t bytes = 0, len;
    for (uint32_t i = range.start; i < range.end; i++) {
        const char *lemma = doc_text_of(doc, &doc->lemma[i], &len);
        if (buffer_reserve(&r->s->text, bytes + len + 1, 1)) return -1;
        char *to = r->s->text.data;
        memcpy(to + bytes, lemma, len);
        bytes += len;
        if (doc->space[i]) to[bytes++] = ' ';
    }
    const unsigned char *text = bytes ? strip(doc, r->s->text.data, &bytes) : NULL;
    doc->lemma[range.start] = (lemma_ref){.string = NO_STRING};
    return bytes ? doc_set_lemma(doc, range.start, text, bytes) : 0;
}

/* The first token of the range becomes what all of it will be, but for its text and its head. 0 or -1. */
static int merge_annotations(const retokenizer *r, token_range range, uint32_t root)
{
    tern_doc *doc = r->doc;
    const uint32_t start = range.start, type = r->type[start];
    const unsigned char iob = r->iob[start];
    for (int c = 0; c < COLUMN_COUNT; c++) doc->column[c][start] = doc->column[c][root];
    r->iob[start] = r->iob[root];
    r->type[start] = r->type[root];
    r->score[start] = r->score[root];
    if (r->iob[start] == INSIDE || r->iob[start] == BEGIN) {
        int goes_on =
            iob == INSIDE && start > 0 && is_of_type(r, start, type) && is_of_type(r, start - 1, r->type[start]);
        r->iob[start] = goes_on ? INSIDE : BEGIN;
    }
    return join_lemmas(r, range);
}

static void join_texts(tern_doc *doc, token_range range)
{
    const token_span *last = &doc->span[range.end - 1];
    token_span *first = &doc->span[range.start];
    first->byte_end = last->byte_end;
    first->char_end = last->char_end;
    first->utf16_end = last->utf16_end;
    doc->space[range.start] = doc->space[range.end - 1];
}

/* Moves the tokens together. Of the encoder's rows, the last of a range stays. */
static void close_up(const retokenizer *r, const token_range *ranges, size_t count)
{
    tern_doc *doc = r->doc;
    uint32_t to = 0;
    const token_range *range = ranges, *end = ranges + count;
    for (uint32_t i = 0; i < doc->token_count; to++) {
        const uint32_t from = i, next = range < end && range->start == i ? (range++)->end : i + 1;
        for (; i < next; i++) r->new_index[i] = to;
        copy_token(r, to, from);
        copy_text(r, to, from);
        doc->head[to] = doc->head[from];
        if (doc->tensor && to < next - 1)
            memcpy(doc->tensor + (size_t)to * doc->tensor_width, doc->tensor + (size_t)(next - 1) * doc->tensor_width,
                   doc->tensor_width * sizeof *doc->tensor);
    }
    doc->token_count = to;
    for (uint32_t i = 0; i < to; i++) doc->head[i] = r->new_index[doc->head[i]];
}

int retokenize_merge(const component_run *run, const token_range *ranges, size_t count, retokenize_scratch *s)
{
    tern_doc *doc = run->doc;
    retokenizer r = {.run = run, .doc = doc, .s = s};
    if (!count) return 0;
    if (reserve(&r, doc->token_count)) return -1;
    measure_depth(&r);
    read_entities(&r);
    for (size_t i = 0; i < count; i++) {
        if (interrupted_at(doc->interruption, i)) return -1;
        const uint32_t root = root_of(&r, ranges[i]);
        if (merge_annotations(&r, ranges[i], root)) return -1;
        r.depth[ranges[i].start] = doc->head[root]; /* which no other range looks at */
    }
    for (size_t i = 0; i < count; i++) {
        doc->head[ranges[i].start] = r.depth[ranges[i].start];
        join_texts(doc, ranges[i]);
        if (refresh(&r, ranges[i].start)) return -1;
    }
    close_up(&r, ranges, count);
    mark_sentences(&r);
    repair_iob(&r);
    return write_entities(&r);
}

/* ---- splitting --------------------------------------------------------------------------------------------------- */

static uint32_t length_of(const tern_doc *doc, size_t token)
{
    return doc->span[token].char_end - doc->span[token].char_start;
}

/* Room for more tokens in all columns. 0 or -1. */
static int reserve_tokens(retokenizer *r, size_t tokens)
{
    tern_doc *doc = r->doc;
    const size_t ids = doc->entity_id ? tokens : 0;
    if (tokens > UINT32_MAX || doc_reserve_tokens(doc, tokens)
        || doc_reserve_features(doc, tokens, doc->has_lower, doc->model->vectors.bits > 0)
        || doc_reserve_annotations(doc, tokens) || (doc->annotations & TERN_NORMS && doc_reserve_norms(doc, tokens))
        || buffer_reserve(&doc->entity_id_memory, ids, sizeof *doc->entity_id) || reserve(r, tokens))
        return -1;
    if (ids) doc->entity_id = doc->entity_id_memory.data;
    return 0;
}

/* Each piece is a head. What the text does not say of a piece but the first, spaCy leaves as it finds it in its place:
 * as of a token that stood there before (_retokenize.pyx _split). from: the first of them; iob: of the token that is
 * split. 0 or -1. */
static int annotate_piece(const retokenizer *r, uint32_t to, uint32_t from, int is_first, unsigned char iob)
{
    tern_doc *doc = r->doc;
    copy_token(r, to, from);
    if (doc_has_lemma(doc, to)) {
        const token_span *s = &doc->span[to];
        if (doc_set_lemma(doc, to, doc->text->bytes + s->byte_start, s->byte_end - s->byte_start)) return -1;
    }
    doc->head[to] = to;
    r->iob[to] = iob == BEGIN && !is_first ? INSIDE : iob;
    return refresh(r, to);
}

/* Token old into pieces that end before token end. 0 or -1. */
static int split_token(const retokenizer *r, uint32_t old, uint32_t end, uint32_t pieces, uint32_t piece_length,
                       uint32_t old_count)
{
    tern_doc *doc = r->doc;
    const text_view *text = doc->text;
    const token_span whole = doc->span[old];
    const unsigned char iob = r->iob[old], space = doc->space[old];
    uint32_t utf16_end = whole.utf16_end;
    for (uint32_t piece = pieces; piece-- > 0;) {
        const uint32_t to = end - pieces + piece, last = piece + 1 == pieces;
        const uint32_t start = whole.char_start + piece * piece_length;
        const uint32_t stop = last ? whole.char_end : start + piece_length;
        const uint32_t units = (uint32_t)utf16_length(text, start, stop);
        doc->span[to] = (token_span){.byte_start = text->byte_at[start],
                                     .byte_end = text->byte_at[stop],
                                     .char_start = start,
                                     .char_end = stop,
                                     .utf16_start = utf16_end - units,
                                     .utf16_end = utf16_end};
        utf16_end -= units;
        doc->space[to] = last ? space : 0;
        if (annotate_piece(r, to, piece < old_count - old ? old + piece : NO_SOURCE, piece == 0, iob)) return -1;
    }
    return 0;
}

static uint32_t pieces_of(const tern_doc *doc, size_t token, uint32_t min_length, uint32_t piece_length)
{
    const uint32_t length = length_of(doc, token);
    return length >= min_length ? (length - 1) / piece_length + 1 : 0;
}

int retokenize_split(const component_run *run, uint32_t min_length, uint32_t piece_length, retokenize_scratch *s)
{
    tern_doc *doc = run->doc;
    retokenizer r = {.run = run, .doc = doc, .s = s};
    const uint32_t old_count = (uint32_t)doc->token_count;
    size_t total = 0, split = 0;
    for (uint32_t i = 0; i < old_count; i++) {
        const uint32_t pieces = pieces_of(doc, i, min_length, piece_length);
        total += pieces ? pieces : 1;
        split += pieces > 0;
    }
    if (!split) return 0;
    if (reserve_tokens(&r, total)) return -1;
    read_entities(&r);
    for (uint32_t i = 0, to = 0; i < old_count; i++) {
        const uint32_t pieces = pieces_of(doc, i, min_length, piece_length);
        r.new_index[i] = to;
        to += pieces ? pieces : 1;
    }
    /* from the end, so that nothing is overwritten before it has been read */
    for (uint32_t i = old_count, end = (uint32_t)total; i-- > 0;) {
        if (interrupted_at(doc->interruption, i)) return -1;
        const uint32_t pieces = pieces_of(doc, i, min_length, piece_length);
        if (pieces) {
            if (split_token(&r, i, end, pieces, piece_length, old_count)) return -1;
        } else {
            copy_token(&r, end - 1, i);
            copy_text(&r, end - 1, i);
            doc->head[end - 1] = r.new_index[doc->head[i]];
        }
        end -= pieces ? pieces : 1;
    }
    doc->token_count = total;
    doc_forget_tensor(doc); /* nobody reads it any more (pipeline.c check_retokenizers) */
    mark_sentences(&r);
    return write_entities(&r);
}

void retokenize_scratch_free(void *scratch)
{
    retokenize_scratch *s = scratch;
    buffer_free(&s->ranges);
    buffer_free(&s->text);
    for (int i = 0; i < RETOKENIZE_COLUMNS; i++) buffer_free(&s->column[i]);
    for (int i = 0; i < RETOKENIZE_MARKS; i++) buffer_free(&s->mark[i]);
}
