#include "tokenizer.h"

#include "dfa.h"
#include "error.h"
#include "hash.h"
#include "unicode.h"
#include "utf8.h"

#define NO_RULE UINT32_MAX

/* ---- text -------------------------------------------------------------------------------------------------------- */

static tern_status count_code_points(const unsigned char *bytes, size_t len, size_t *count, tern_error *err)
{
    size_t n = 0;
    for (size_t at = 0; at < len; n++) {
        uint32_t code_point;
        size_t size = utf8_decode(bytes + at, bytes + len, &code_point);
        if (size == 0)
            return fail(err, TERN_E_UTF8, at,
                        "the text is not valid UTF-8: byte 0x%02X at offset %zu does not begin a "
                        "character; encode the text as UTF-8",
                        (unsigned)bytes[at], at);
        at += size;
    }
    *count = n;
    return TERN_OK;
}

tern_status text_decode(const tern_model *model, const char *text, size_t len, size_t max_chars,
                        tokenizer_scratch *scratch, text_view *view, tern_error *err)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t count = 0;
    *view = (text_view){0};
    tern_status status = count_code_points(bytes, len, &count, err);
    if (status != TERN_OK) return status;
    if (count > max_chars)
        return fail(err, TERN_E_TOO_LONG, count,
                    "the text has %zu characters (code points), the limit is %zu; split it", count, max_chars);
    view->length = count; /* for whoever reports a failure */
    if (len > UINT32_MAX || buffer_reserve(&scratch->code_point, count, sizeof(uint32_t)) != 0
        || buffer_reserve(&scratch->char_class, count, sizeof(uint16_t)) != 0
        || buffer_reserve(&scratch->byte_at, count + 1, sizeof(uint32_t)) != 0)
        return fail(err, TERN_E_MEMORY, 0, "out of memory for a text of %zu characters", count);

    *view = (text_view){.bytes = bytes,
                        .byte_count = len,
                        .length = count,
                        .code_point = scratch->code_point.data,
                        .char_class = scratch->char_class.data,
                        .byte_at = scratch->byte_at.data};
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        view->byte_at[i] = (uint32_t)at;
        at += utf8_decode(bytes + at, bytes + len, &view->code_point[i]);
        view->char_class[i] = char_class(&model->chars, view->code_point[i]);
    }
    view->byte_at[count] = (uint32_t)len;
    return TERN_OK;
}

/* ---- first pass: whitespace, affixes, rules ---------------------------------------------------------------------- */

enum { TRAILS = 3 };

/* A token on its way: code points [start, end). */
typedef struct piece {
    uint32_t start, end, norm, space;
} piece;

typedef struct run {
    const tern_model *model;
    const tokenizer_tables *tables;
    const text_view *view;
    piece *tokens; /* room for one per code point */
    size_t count;
    uint32_t *suffix_start; /* stack of one chunk's suffixes; room for one per code point */
    uint16_t *trails;       /* TRAILS times one per code point and one more */
    interruption *interruption;
} run;

static void push(run *r, size_t start, size_t end)
{
    r->tokens[r->count++] = (piece){(uint32_t)start, (uint32_t)end, NO_STRING, 0};
}

/* Do the rule's pieces tile this range? Not so after a hash collision or in a damaged file; then it is no rule. */
static int rule_fits(const run *r, uint32_t rule, size_t start, size_t end)
{
    const uint32_t *byte_at = r->view->byte_at;
    size_t at = start;
    for (uint32_t i = r->tables->rule_start[rule]; i < r->tables->rule_start[rule + 1]; i++) {
        const uint32_t *p = r->tables->rule_pieces + 3 * (size_t)i;
        if (p[1] == 0 || p[1] > end - at || byte_at[at + p[1]] - byte_at[at] != p[0]) return 0;
        at += p[1];
    }
    return at == end;
}

/* Number of the rule (spaCy: special case) for exactly this text. Long texts are not even hashed: with that the affix
 * loop would be quadratic. */
static uint32_t find_rule(const run *r, size_t start, size_t end)
{
    const uint32_t *byte_at = r->view->byte_at;
    size_t bytes = byte_at[end] - byte_at[start];
    if (bytes > r->tables->longest_rule_bytes) return NO_RULE;
    uint64_t rule = map_get(&r->tables->rules, murmur64a(r->view->bytes + byte_at[start], bytes, 1));
    if (rule >= r->tables->rule_count) return NO_RULE;
    return rule_fits(r, (uint32_t)rule, start, end) ? (uint32_t)rule : NO_RULE;
}

static size_t rule_size(const tokenizer_tables *t, uint32_t rule)
{
    return t->rule_start[rule + 1] - t->rule_start[rule];
}

/* The rule's i-th token, where the one before ends at code point start. */
static piece rule_token(const tokenizer_tables *t, uint32_t rule, size_t i, uint32_t start)
{
    const uint32_t *p = t->rule_pieces + 3 * (t->rule_start[rule] + i);
    return (piece){start, start + p[1], p[2], 0};
}

static void push_rule(run *r, uint32_t rule, size_t start)
{
    uint32_t at = (uint32_t)start;
    for (size_t i = 0; i < rule_size(r->tables, rule); i++) {
        r->tokens[r->count] = rule_token(r->tables, rule, i, at);
        at = r->tokens[r->count++].end;
    }
}

/* What is left of a run of whitespace or of other characters, and what its searches know. Pieces only get shorter. */
typedef struct chunk {
    size_t start, end, last; /* last: where it ended at first */
    size_t suffixes;         /* on the stack */
    dfa_trail token_match, prefix, suffix;
} chunk;

static chunk new_chunk(const run *r, size_t start, size_t end)
{
    size_t size = r->view->length + 1;
    return (chunk){.start = start,
                   .end = end,
                   .last = end,
                   .token_match = {.state = r->trails},
                   .prefix = {.state = r->trails + size},
                   .suffix = {.state = r->trails + 2 * size}};
}

static int is_token(const run *r, chunk *c)
{
    return dfa_matches(&r->tables->token_match, r->view->char_class, c->start, c->end, &c->token_match);
}

/* Affixes are lengths, cut from the front and the end wherever the match was (tokenizer.pyx find_prefix,
 * find_suffix). */
static size_t prefix_length(const run *r, chunk *c)
{
    dfa_match m;
    return dfa_search(&r->tables->prefix, r->view->char_class, c->start, c->end, &c->prefix, &m) ? m.end - m.start : 0;
}

/* An expression that could not be reversed is searched in the whole piece for each suffix: quadratic in a text of
 * suffixes. So is a prefix expression that is neither anchored nor steady. None of spaCy's languages has such ones. */
static size_t suffix_length(const run *r, chunk *c, size_t start)
{
    dfa_match m;
    const uint16_t *cls = r->view->char_class;
    if (r->tables->suffix_reversed)
        return dfa_suffix_length(&r->tables->suffix, cls, start, c->end, c->last, &c->suffix);
    return dfa_search(&r->tables->suffix, cls, start, c->end, &c->suffix, &m) ? m.end - m.start : 0;
}

/* Splits at infixes. One at the very beginning is passed over, empty or not (tokenizer.pyx _attach_tokens). */
static void push_infixes(run *r, size_t start, size_t end)
{
    dfa_iter it = {.pos = start};
    dfa_trail trail = {.state = r->trails};
    dfa_match m;
    size_t done = start;
    while (dfa_next(&r->tables->infix, r->view->char_class, end, &it, &trail, &m)) {
        if (m.start == start) continue;
        if (m.start > done) push(r, done, m.start);
        if (m.end > m.start) push(r, m.start, m.end);
        done = m.end;
    }
    if (done < end) push(r, done, end);
}

/* Strips affixes off the chunk until nothing changes or a rule is left, whose number is returned. Prefixes become
 * tokens at once, suffixes go on the stack. The order of the tests is that of tokenizer.pyx _split_affixes; whether a
 * remainder is a rule is asked only where the answer is not known yet. */
static uint32_t strip_affixes(run *r, chunk *c)
{
    uint32_t rule = NO_RULE;
    while (c->start < c->end && rule == NO_RULE && !is_token(r, c)) {
        size_t prefix = prefix_length(r, c), suffix = 0;
        if (prefix > 0 && c->start + prefix < c->end) rule = find_rule(r, c->start + prefix, c->end);
        if (rule == NO_RULE) {
            suffix = suffix_length(r, c, c->start + prefix);
            if (suffix > 0 && c->start < c->end - suffix) rule = find_rule(r, c->start, c->end - suffix);
            if (rule != NO_RULE) prefix = 0; /* it is part of the rule */
        }
        if (prefix == 0 && suffix == 0) break;
        if (prefix > 0) push(r, c->start, c->start + prefix);
        c->start += prefix;
        c->end -= suffix;
        if (suffix > 0) r->suffix_start[c->suffixes++] = (uint32_t)c->end;
        if (prefix > 0 && suffix > 0 && c->start < c->end) rule = find_rule(r, c->start, c->end);
    }
    return rule;
}

static int is_url(const run *r, const chunk *c)
{
    dfa_trail trail = {.state = r->trails};
    return dfa_matches(&r->tables->url_match, r->view->char_class, c->start, c->end, &trail);
}

/* Tokens of one run of whitespace or of other characters. */
static void split_chunk(run *r, size_t start, size_t end)
{
    chunk c = new_chunk(r, start, end);
    uint32_t rule = find_rule(r, start, end);
    if (rule == NO_RULE) rule = strip_affixes(r, &c);
    if (c.start < c.end) {
        if (rule != NO_RULE) push_rule(r, rule, c.start);
        else if (is_token(r, &c) || is_url(r, &c)) push(r, c.start, c.end);
        else push_infixes(r, c.start, c.end);
    }
    while (c.suffixes > 0) {
        size_t suffix_start = r->suffix_start[--c.suffixes];
        push(r, suffix_start, c.suffixes > 0 ? r->suffix_start[c.suffixes - 1] : c.last);
    }
}

/* Cuts the text where whitespace begins or ends. One U+0020 after a word goes to that word. 0, or -1 if interrupted. */
static int first_pass(run *r)
{
    const text_view *view = r->view;
    const char_table *chars = &r->model->chars;
    size_t start = 0;
    int in_space = class_has(chars, view->char_class[0], CHAR_SPACE);
    for (size_t i = 1; i < view->length; i++) {
        if (interrupted_at(r->interruption, i)) return -1;
        int is_space = class_has(chars, view->char_class[i], CHAR_SPACE);
        if (is_space == in_space) continue;
        in_space = is_space;
        if (start < i) split_chunk(r, start, i);
        start = i;
        if (view->code_point[i] == ' ') {
            r->tokens[r->count - 1].space = 1;
            start++;
        }
    }
    if (start < view->length) split_chunk(r, start, view->length);
    return 0;
}

/* ---- second pass: rules that the first one may have torn apart (tokenizer.pyx _apply_special_cases) -------------- */

typedef struct phrase {
    uint32_t start, length; /* tokens */
} phrase;

/* What was decided about a token: is it part of any phrase; if a replaced phrase begins there, its length and rule. */
typedef struct token_mark {
    uint32_t seen, length, rule;
} token_mark;

/* Every token sequence that is a phrase, all lengths, overlaps included, by start. Writes them to out unless that is
 * NULL; returns their number, or fewer when interrupted. Phrases are made of rules, so a token longer than any rule is
 * in none. */
static size_t find_phrases(const run *r, phrase *out)
{
    const tokenizer_tables *t = r->tables;
    const uint32_t *byte_at = r->view->byte_at;
    size_t found = 0;
    for (size_t start = 0; start < r->count && !interrupted_at(r->interruption, start); start++) {
        uint64_t sequence = 0;
        for (size_t i = start; i < r->count && i - start < t->longest_phrase; i++) {
            uint32_t begin = byte_at[r->tokens[i].start], bytes = byte_at[r->tokens[i].end] - begin;
            if (bytes > t->longest_rule_bytes) break;
            sequence = phrase_hash(sequence, murmur64a(r->view->bytes + begin, bytes, 1));
            uint64_t kind = map_get(&t->phrases, sequence);
            if (kind == MAP_ABSENT) break;
            if (kind == 0) continue;
            if (out) out[found] = (phrase){(uint32_t)start, (uint32_t)(i + 1 - start)};
            found++;
        }
    }
    return found;
}

/* Keeps a phrase if neither its first nor its last token was seen; a phrase that is not kept marks its tokens as seen
 * all the same (tokenizer.pyx _filter_special_spans, unlike util.filter_spans). What is kept is replaced only if its
 * text, blanks between the tokens included, is a rule. */
static void consider_phrase(const run *r, const phrase *p, token_mark *marks)
{
    token_mark *first = marks + p->start;
    const piece *tokens = r->tokens + p->start;
    if (!first->seen && !first[p->length - 1].seen) {
        uint32_t rule = find_rule(r, tokens[0].start, tokens[p->length - 1].end);
        if (rule != NO_RULE) {
            first->length = p->length;
            first->rule = rule;
        }
    }
    for (uint32_t i = 0; i < p->length; i++) first[i].seen = 1;
}

/* *marks: one per token, or NULL if there is no phrase in the text, as in most. 0, or -1 when out of memory or
 * interrupted. */
static int second_pass(const run *r, tokenizer_scratch *scratch, token_mark **marks)
{
    *marks = NULL;
    size_t count = find_phrases(r, NULL);
    if (count == 0) return 0;
    if (buffer_reserve(&scratch->spans, count, sizeof(phrase)) != 0
        || buffer_reserve(&scratch->kept, r->count, sizeof(token_mark)) != 0)
        return -1;
    phrase *phrases = scratch->spans.data;
    *marks = scratch->kept.data;
    for (size_t i = 0; i < r->count; i++) (*marks)[i] = (token_mark){0};
    find_phrases(r, phrases);
    if (interrupted(r->interruption)) return -1;

    uint32_t longest = 0;
    for (size_t i = 0; i < count; i++) longest = phrases[i].length > longest ? phrases[i].length : longest;
    for (uint32_t length = longest; length > 0; length--) /* longest first, then from the left */
        for (size_t i = 0; i < count; i++)
            if (phrases[i].length == length) consider_phrase(r, &phrases[i], *marks);
    return 0;
}

/* ---- document ---------------------------------------------------------------------------------------------------- */

static void append_token(tern_doc *doc, const text_view *view, const piece *p)
{
    doc_append_token(doc, view, p->start, p->end, (int)p->space, p->norm);
}

/* Replaces the phrase's tokens by its rule's. The last new one inherits the blank after the last old one. */
static void append_rule(tern_doc *doc, const run *r, const piece *phrase_tokens, const token_mark *mark)
{
    size_t count = rule_size(r->tables, mark->rule);
    uint32_t at = phrase_tokens[0].start;
    for (size_t i = 0; i < count; i++) {
        piece p = rule_token(r->tables, mark->rule, i, at);
        if (i + 1 == count) p.space = phrase_tokens[mark->length - 1].space;
        append_token(doc, r->view, &p);
        at = p.end;
    }
}

/* 0, or -1 if interrupted. */
static int fill_document(tern_doc *doc, const run *r, const token_mark *marks)
{
    size_t i = 0;
    while (i < r->count) {
        if (interrupted_at(r->interruption, i)) return -1;
        if (marks && marks[i].length > 0) {
            append_rule(doc, r, &r->tokens[i], &marks[i]);
            i += marks[i].length;
        } else {
            append_token(doc, r->view, &r->tokens[i]);
            i++;
        }
    }
    /* Doc.push_back sets it, _retokenize_special_spans puts a fresh token in its place. */
    if (!(marks && marks[0].length > 0)) doc->sent_start[0] = 1;
    return 0;
}

static size_t final_count(const run *r, const token_mark *marks)
{
    size_t count = r->count;
    for (size_t i = 0; marks && i < r->count; i++)
        if (marks[i].length > 0) count += rule_size(r->tables, marks[i].rule) - marks[i].length;
    return count;
}

tern_status tokenize(tern_doc *doc, const text_view *view, tokenizer_scratch *scratch, tern_error *err)
{
    token_mark *marks = NULL;
    doc->token_count = 0;
    if (view->length == 0) return TERN_OK;
    if (buffer_reserve(&scratch->tokens, view->length, sizeof(piece)) != 0
        || buffer_reserve(&scratch->suffixes, view->length, sizeof(uint32_t)) != 0
        || buffer_reserve(&scratch->trails, TRAILS * (view->length + 1), sizeof(uint16_t)) != 0)
        return fail(err, TERN_E_MEMORY, 0, "out of memory for the tokens of %zu characters", view->length);

    run r = {.model = doc->model,
             .tables = &doc->model->tokenizer,
             .view = view,
             .tokens = scratch->tokens.data,
             .suffix_start = scratch->suffixes.data,
             .trails = scratch->trails.data,
             .interruption = doc->interruption};
    if (first_pass(&r)) return fail_interrupted(err);
    int failed = second_pass(&r, scratch, &marks);
    if (interrupted(r.interruption)) return fail_interrupted(err);
    if (failed || doc_reserve_tokens(doc, final_count(&r, marks)) != 0)
        return fail(err, TERN_E_MEMORY, 0, "out of memory for %zu tokens", r.count);
    return fill_document(doc, &r, marks) ? fail_interrupted(err) : TERN_OK;
}

void tokenizer_pieces_free(tokenizer_scratch *scratch)
{
    buffer *all[] = {&scratch->suffixes, &scratch->trails, &scratch->spans, &scratch->kept, &scratch->tokens};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) buffer_free(all[i]);
}

void tokenizer_scratch_free(tokenizer_scratch *scratch)
{
    buffer *view[] = {&scratch->code_point, &scratch->char_class, &scratch->byte_at};
    tokenizer_pieces_free(scratch);
    for (size_t i = 0; i < sizeof view / sizeof view[0]; i++) buffer_free(view[i]);
}

/* ---- sections -> tables ------------------------------------------------------------------------------------------ */

static void bind_special_cases(binder *b, tokenizer_tables *t, const string_table *strings)
{
    uint32_t starts = 0, pieces, three = 3;
    t->rules = bind_map(b, "tokenizer/rules");
    t->phrases = bind_map(b, "tokenizer/phrases");
    t->rule_start = bind_vector(b, "tokenizer/rule_start", TERN_DTYPE_U32, &starts);
    if (b->status) return;
    t->rule_count = starts - 1;
    pieces = t->rule_start[t->rule_count];
    if (t->rule_start[0]) return bind_refuse(b, "tokenizer/rule_start", "does not begin with 0");
    for (uint32_t i = 0; i < t->rule_count; i++)
        if (t->rule_start[i] >= t->rule_start[i + 1])
            return bind_refuse(b, "tokenizer/rule_start", "is not increasing");
    if (!pieces) return;
    t->rule_pieces = bind_matrix(b, "tokenizer/rule_pieces", TERN_DTYPE_U32, &pieces, &three);
    for (uint32_t i = 0; i < pieces && !b->status; i++) {
        const uint32_t *row = t->rule_pieces + 3 * (size_t)i;
        if (!row[0] || !row[1] || row[1] > row[0] || (row[2] != NO_STRING && row[2] >= strings->count))
            bind_refuse(b, "tokenizer/rule_pieces", "holds a value that is out of range");
    }
}

void bind_tokenizer(binder *b, tokenizer_tables *t, const string_table *strings, uint32_t classes)
{
    uint32_t three = 3;
    const uint32_t *settings = bind_vector(b, "tokenizer/settings", TERN_DTYPE_U32, &three);
    if (b->status) return;
    t->suffix_reversed = settings[0];
    t->longest_rule_bytes = settings[1];
    t->longest_phrase = settings[2];
    if (settings[0] > 1 || settings[1] > TOKENIZER_MAX_RULE || settings[2] > TOKENIZER_MAX_PHRASE)
        return bind_refuse(b, "tokenizer/settings", "holds a value that is out of range");
    bind_special_cases(b, t, strings);
    bind_dfa(b, "prefix", classes, &t->prefix);
    bind_dfa(b, "suffix", classes, &t->suffix);
    bind_dfa(b, "infix", classes, &t->infix);
    bind_dfa(b, "url_match", classes, &t->url_match);
    bind_dfa(b, "token_match", classes, &t->token_match);
}
