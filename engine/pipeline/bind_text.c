/* bind_text.c - strings, characters, tokenizer. */
#include "binder.h"

#include "utf8.h"

/* ---- maps, strings, characters ----------------------------------------------------------------------------------- */

void bind_strings(binder *b, string_table *t)
{
    uint32_t starts = 0, size = 0;
    t->bytes = bind_vector(b, "strings/bytes", TERN_DTYPE_U8, &size);
    t->start = bind_vector(b, "strings/start", TERN_DTYPE_U32, &starts);
    t->count = starts - 1;
    if (!b->status && !t->count) bind_refuse(b, "strings/start", "is too short");
    t->id = bind_vector(b, "strings/id", TERN_DTYPE_U64, &t->count);
    if (b->status) return;
    if (t->start[0] || t->start[t->count] != size)
        return bind_refuse(b, "strings/start", "does not cover strings/bytes");
    for (uint32_t i = 0; i < t->count; i++)
        if (t->start[i] >= t->start[i + 1] || t->start[i + 1] > size || t->bytes[t->start[i + 1] - 1])
            return bind_refuse(b, "strings/start", "is not increasing, or a string does not end with NUL");
    if (!utf8_is_valid((const unsigned char *)t->bytes, size)) bind_refuse(b, "strings/bytes", "is not valid UTF-8");
}

void bind_chars(binder *b, char_table *t)
{
    uint32_t entries = CODE_POINTS / 128, blocks = 0, block_size = 128;
    t->block = bind_vector(b, "chars/block", TERN_DTYPE_U16, &entries);
    t->class_of = bind_matrix(b, "chars/class", TERN_DTYPE_U16, &blocks, &block_size);
    t->flags = bind_vector(b, "chars/flags", TERN_DTYPE_U16, &t->class_count);
    t->lower = bind_vector(b, "chars/lower", TERN_DTYPE_I32, &t->class_count);
    bind_check_below(b, "chars/block", t->block, entries, blocks);
    bind_check_below(b, "chars/class", t->class_of, (size_t)blocks * block_size, t->class_count);
}

void bind_stems(binder *b, stem_table *t, uint32_t strings)
{
    uint32_t three = 3;
    if (!(b->file->features & TERN_FEATURE_STEMS)) return;
    t->rows = bind_matrix(b, "norms/stems", TERN_DTYPE_U32, &t->count, &three);
    if (!b->status && t->count > STEMS_MAX) bind_refuse(b, "norms/stems", "has too many rows");
    for (uint32_t i = 0; i < t->count && !b->status; i++) {
        const uint32_t *row = t->rows + 3 * (size_t)i;
        if (row[0] >= strings || row[1] > row[2]) bind_refuse(b, "norms/stems", "holds a value that is out of range");
    }
}

/* ---- tokenizer --------------------------------------------------------------------------------------------------- */

static void check_dfa(binder *b, const char *prefix, const dfa *d, uint32_t classes)
{
    bind_check_below(b, prefix, d->column, classes, d->cols - 1); /* the last column is no character's */
    bind_check_below(b, prefix, d->next, (size_t)d->states * d->cols, d->states);
    bind_check_below(b, prefix, d->start, (size_t)d->trackers * 2, d->states);
    bind_check_below(b, prefix, d->tracker, (size_t)d->trackers * d->cols, d->trackers);
    if (!b->status && (d->accept[0] || !bind_all_below(d->next, d->cols, 1)))
        bind_refuse(b, prefix, "state 0 is not dead");
}

#define STEADY_MAX_STATES 1024 /* larger automata are not looked through */

/* Do all matches that do not begin with the text begin in one state, and does none of them need the end of the text? */
static int dfa_steady(const dfa *d)
{
    uint16_t found[STEADY_MAX_STATES], seen[STEADY_MAX_STATES] = {0};
    uint32_t count = 0;
    if (d->trackers < 2 || d->states > STEADY_MAX_STATES) return 0;
    for (uint32_t t = 2; t < d->trackers; t++)
        if (d->start[2 * t] != d->start[2]) return 0;
    found[count++] = d->start[2];
    seen[d->start[2]] = 1;
    for (uint32_t i = 0; i < count; i++) {
        const uint16_t *row = d->next + (size_t)found[i] * d->cols;
        if (d->accept[row[d->cols - 1]]) return 0;
        for (uint32_t c = 0; c + 1 < d->cols; c++) {
            if (!seen[row[c]]) found[count++] = row[c];
            seen[row[c]] = 1;
        }
    }
    return 1;
}

static void bind_dfa(binder *b, const char *expression, uint32_t classes, dfa *d)
{
    section_name prefix, name;
    bind_name(prefix, "dfa", expression);
    bind_name(name, prefix, "");
    if (b->status || !model_file_has(b->file, name)) return; /* the pipeline has no such expression */
    bind_name(name, prefix, "column");
    d->column = bind_vector(b, name, TERN_DTYPE_U16, &classes);
    bind_name(name, prefix, "next");
    d->next = bind_matrix(b, name, TERN_DTYPE_U16, &d->states, &d->cols);
    bind_name(name, prefix, "accept");
    d->accept = bind_vector(b, name, TERN_DTYPE_U8, &d->states);
    uint32_t two = 2;
    bind_name(name, prefix, "start");
    d->start = bind_matrix(b, name, TERN_DTYPE_U16, &d->trackers, &two);
    bind_name(name, prefix, "tracker");
    d->tracker = bind_matrix(b, name, TERN_DTYPE_U16, &d->trackers, &d->cols);
    check_dfa(b, prefix, d, classes);
    if (b->status) return;
    d->anchored = 1;
    for (uint32_t t = 1; t < d->trackers; t++) d->anchored &= d->start[2 * t] == 0;
    d->steady = !d->anchored && dfa_steady(d);
}

static void bind_rules(binder *b, tokenizer_tables *t, const string_table *strings)
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
        const uint32_t *piece = t->rule_pieces + 3 * (size_t)i;
        if (!piece[0] || !piece[1] || piece[1] > piece[0] || (piece[2] != NO_STRING && piece[2] >= strings->count))
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
    bind_rules(b, t, strings);
    bind_dfa(b, "prefix", classes, &t->prefix);
    bind_dfa(b, "suffix", classes, &t->suffix);
    bind_dfa(b, "infix", classes, &t->infix);
    bind_dfa(b, "url_match", classes, &t->url_match);
    bind_dfa(b, "token_match", classes, &t->token_match);
}
