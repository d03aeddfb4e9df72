#include "attribute_ruler.h"

#include "pattern_tables.h"
#include "string_store.h"

#include <string.h>

/* Columns of the tables attribute_ruler/rules and attribute_ruler/tests. Of rules with token patterns of any kind, the
 * first says whether the target counts from the match's end. */
enum { RULE_FIRST = 0, RULE_LENGTH, RULE_TARGET, RULE_SETS, RULE_COLUMNS = 8 };
enum { RULE_FROM_END = RULE_FIRST };
enum { TEST_ATTR = 0, TEST_NEGATED, TEST_FIRST, TEST_COUNT, TEST_COLUMNS };

/* What a rule sets, in the order of its table. */
enum { SET_TAG = 0, SET_POS, SET_MORPH, SET_LEMMA, SET_DEP, SETTINGS };

/* ---- matching ---------------------------------------------------------------------------------------------------- */

static uint64_t value_of(const tern_doc *doc, uint32_t attr, size_t token)
{
    switch (attr) {
    case RULER_TAG: return doc_id(doc, doc->column[COLUMN_TAG][token]);
    case RULER_POS: return doc_id(doc, doc->column[COLUMN_POS][token]);
    case RULER_MORPH: return morph_id(doc, doc->column[COLUMN_MORPH][token]);
    case RULER_LEMMA: return lemma_id(doc, &doc->lemma[token]);
    case RULER_DEP: return doc_id(doc, doc->column[COLUMN_DEP][token]);
    case RULER_ORTH: return doc->attr[ATTR_ORTH][token];
    case RULER_LOWER: return doc->attr[ATTR_LOWER][token];
    default: return doc->is_space[token];
    }
}

/* Values of one token: dozens of rules test the same few. */
typedef struct tested_values {
    size_t token;
    unsigned known; /* bit 1 << RULER_*: value[RULER_*] is there */
    uint64_t value[RULER_ATTRS];
} tested_values;

static uint64_t known_value(const tern_doc *doc, uint32_t attr, tested_values *of)
{
    if (!(of->known >> attr & 1)) of->value[attr] = value_of(doc, attr, of->token);
    of->known |= 1u << attr;
    return of->value[attr];
}

static int token_matches(const ruler_tables *r, const tern_doc *doc, const uint32_t *token_pattern, tested_values *of)
{
    const uint32_t *test = r->tests + TEST_COLUMNS * (size_t)token_pattern[0];
    for (uint32_t i = 0; i < token_pattern[1]; i++, test += TEST_COLUMNS) {
        uint64_t value = known_value(doc, test[TEST_ATTR], of);
        size_t index = id_find(r->values + test[TEST_FIRST], test[TEST_COUNT], value);
        if ((index < test[TEST_COUNT]) == (int)test[TEST_NEGATED]) return 0;
    }
    return 1;
}

/* first: of the token that the rule begins with. */
static int rule_matches(const ruler_tables *r, const tern_doc *doc, const uint32_t *rule, tested_values *first)
{
    const uint32_t *patterns = r->tokens + 2 * (size_t)rule[RULE_FIRST];
    if (rule[RULE_LENGTH] > doc->token_count - first->token || !token_matches(r, doc, patterns, first)) return 0;
    for (uint32_t i = 1; i < rule[RULE_LENGTH]; i++) {
        tested_values next = {.token = first->token + i};
        if (!token_matches(r, doc, patterns + 2 * (size_t)i, &next)) return 0;
    }
    return 1;
}

/* Of all rules that set the same annotation of a token the last one wins, whichever token it was found from: so no more
 * than its number + 1 is kept. */
static void note_changes(const uint32_t *rule, uint32_t number, uint32_t *changes)
{
    for (uint32_t s = 0; s < SETTINGS; s++)
        if (rule[RULE_SETS + s] != NO_STRING && changes[s] <= number) changes[s] = number + 1;
}

static void match_rules(const ruler_tables *r, const tern_doc *doc, size_t token, uint32_t *changes)
{
    uint64_t list = map_get(&r->by_tag, doc_id(doc, doc->column[COLUMN_TAG][token]));
    tested_values values = {.token = token};
    if (list >= r->list_count) list = 0;
    for (uint32_t i = r->list_start[list]; i < r->list_start[list + 1]; i++) {
        uint32_t number = r->lists[i];
        const uint32_t *rule = r->rules + RULE_COLUMNS * (size_t)number;
        if (rule_matches(r, doc, rule, &values))
            note_changes(rule, number, changes + SETTINGS * (token + rule[RULE_TARGET]));
    }
}

/* ---- applying ---------------------------------------------------------------------------------------------------- */

static void apply_changes(const ruler_tables *r, tern_doc *doc, size_t token, const uint32_t *changes)
{
    static const int column[SETTINGS] = {COLUMN_TAG, COLUMN_POS, COLUMN_MORPH, -1, COLUMN_DEP};
    for (uint32_t s = 0; s < SETTINGS; s++) {
        if (!changes[s]) continue;
        uint32_t string = r->rules[RULE_COLUMNS * (size_t)(changes[s] - 1) + RULE_SETS + s];
        if (s == SET_LEMMA) doc->lemma[token] = (lemma_ref){.string = string};
        else doc->column[column[s]][token] = string;
    }
}

static uint32_t *no_changes(const tern_doc *doc, ruler_scratch *scratch)
{
    if (buffer_reserve(&scratch->changes, doc->token_count + 1, SETTINGS * sizeof(uint32_t))) return NULL;
    return memset(scratch->changes.data, 0, (doc->token_count + 1) * SETTINGS * sizeof(uint32_t));
}

int attribute_ruler_annotate(const ruler_tables *r, tern_doc *doc, ruler_scratch *scratch)
{
    uint32_t *changes = no_changes(doc, scratch);
    if (!changes) return -1;
    for (size_t i = 0; i < doc->token_count; i++) {
        if (interrupted_at(doc->interruption, i)) return -1;
        match_rules(r, doc, i, changes);
    }
    for (size_t i = 0; i < doc->token_count; i++) apply_changes(r, doc, i, changes + SETTINGS * i);
    return 0;
}

void ruler_scratch_free(ruler_scratch *scratch)
{
    buffer_free(&scratch->changes);
    matcher_scratch_free(&scratch->matcher);
}

/* ---- token patterns of any kind ---------------------------------------------------------------------------------- */

typedef struct pattern_changes {
    const ruler_tables *ruler;
    uint32_t *changes;
} pattern_changes;

static int take_match(void *user, uint32_t key, uint32_t start, uint32_t end)
{
    const pattern_changes *m = user;
    const uint32_t *rule = m->ruler->rules + RULE_COLUMNS * (size_t)key;
    if (rule[RULE_TARGET] > end - start) return 0;
    size_t token = rule[RULE_FROM_END] ? end - rule[RULE_TARGET] : start + rule[RULE_TARGET];
    if (token < end) note_changes(rule, key, m->changes + SETTINGS * token);
    return 0;
}

static tern_status annotate_patterns(const component_run *run, tern_error *err)
{
    tern_doc *doc = run->doc;
    ruler_scratch *scratch = run->scratch;
    const ruler_tables *ruler = &run->component->ruler;
    pattern_changes m = {ruler, no_changes(doc, scratch)};
    if (!m.changes || find_matches(&ruler->patterns, doc, &scratch->matcher, run->lexeme, take_match, &m))
        return matcher_gave_up(&scratch->matcher, doc, err);
    for (size_t i = 0; i < doc->token_count; i++) apply_changes(ruler, doc, i, m.changes + SETTINGS * i);
    return TERN_OK;
}

/* ---- the component ----------------------------------------------------------------------------------------------- */

static void check_ruler_tokens(binder *b, ruler_tables *r, uint32_t tokens, uint32_t tests, uint32_t values)
{
    for (uint32_t i = 0; i < tokens && !b->status; i++)
        if (!bind_in_range(r->tokens[2 * i], r->tokens[2 * i + 1], tests))
            bind_refuse(b, "/tokens", "holds an index that is out of range");
    for (uint32_t i = 0; i < tests && !b->status; i++) {
        const uint32_t *test = r->tests + 4 * (size_t)i;
        if (test[0] >= RULER_ATTRS || test[1] > 1 || !bind_in_range(test[2], test[3], values))
            bind_refuse(b, "/tests", "holds a value that is out of range");
        r->tests_lemmas |= test[0] == RULER_LEMMA;
        r->tests_lower |= test[0] == RULER_LOWER;
    }
}

static void check_ruler_rules(binder *b, const ruler_tables *r, uint32_t tokens)
{
    for (uint32_t i = 0; i < r->rule_count && !b->status; i++) {
        const uint32_t *rule = r->rules + RULE_COLUMNS * (size_t)i;
        if (!rule[RULE_LENGTH] || rule[RULE_TARGET] >= rule[RULE_LENGTH]
            || !bind_in_range(rule[RULE_FIRST], rule[RULE_LENGTH], tokens))
            bind_refuse(b, "/rules", "holds an index that is out of range");
    }
}

/* What a rule sets. */
static void bind_settings(binder *b, ruler_tables *r, const string_table *strings)
{
    static const unsigned annotation[] = {TERN_TAGS, TERN_POS, TERN_MORPHS, TERN_LEMMAS, TERN_DEPENDENCIES};
    for (uint32_t i = 0; i < r->rule_count && !b->status; i++) {
        const uint32_t *sets = r->rules + RULE_COLUMNS * (size_t)i + RULE_SETS;
        for (uint32_t a = 0; a < SETTINGS; a++) {
            if (a == SET_LEMMA) bind_check_strings(b, "/rules", sets + a, 1, strings->count, 1);
            else bind_check_labels(b, "/rules", sets + a, 1, strings, 1);
            if (sets[a] != NO_STRING) r->sets |= annotation[a];
        }
    }
}

static void bind_pattern_rules(binder *b, tern_model *model, ruler_tables *r)
{
    uint32_t eight = RULE_COLUMNS;
    r->rules = bind_matrix(b, "/rules", TERN_DTYPE_U32, &r->rule_count, &eight);
    for (uint32_t i = 0; i < r->rule_count && !b->status; i++)
        if (r->rules[RULE_COLUMNS * (size_t)i + RULE_FROM_END] > 1)
            bind_refuse(b, "/rules", "holds a value that is out of range");
    bind_settings(b, r, &model->strings);
    bind_patterns(b, "/patterns", &model->strings, r->rule_count, &r->patterns);
    model->pattern_attrs |= r->patterns.attrs;
}

static void bind_ruler(binder *b, ruler_tables *r, const string_table *strings)
{
    uint32_t two = 2, four = 4, eight = 8, tokens = 0, tests = 0, values = 0, starts = 0, listed = 0;
    r->rules = bind_matrix(b, "/rules", TERN_DTYPE_U32, &r->rule_count, &eight);
    r->tokens = bind_matrix(b, "/tokens", TERN_DTYPE_U32, &tokens, &two);
    r->tests = bind_matrix(b, "/tests", TERN_DTYPE_U32, &tests, &four);
    r->values = bind_vector(b, "/values", TERN_DTYPE_U64, &values);
    r->by_tag = bind_map(b, "/by_tag");
    r->list_start = bind_vector(b, "/list_start", TERN_DTYPE_U32, &starts);
    r->lists = bind_vector(b, "/lists", TERN_DTYPE_U32, &listed);
    if (b->status) return;
    check_ruler_tokens(b, r, tokens, tests, values);
    check_ruler_rules(b, r, tokens);
    bind_settings(b, r, strings);
    r->list_count = starts - 1;
    if (!r->list_count) return bind_refuse(b, "/list_start", "is too short");
    bind_check_starts(b, "/list_start", r->list_start, r->list_count, listed, RULER_MAX_LIST);
    for (uint32_t i = 0; i < listed && !b->status; i++)
        if (r->lists[i] >= r->rule_count) bind_refuse(b, "/lists", "holds a rule number that is out of range");
}

static void bind(binder *b, tern_model *model, component_model *self)
{
    if (bind_has(b, "/patterns")) bind_pattern_rules(b, model, &self->ruler);
    else bind_ruler(b, &self->ruler, &model->strings);
}

static tern_status finish(const component_run *run, const vector_source *source, tern_error *err)
{
    (void)source;
    if (run->component->ruler.patterns.pattern_count) return annotate_patterns(run, err);
    return attribute_ruler_annotate(&run->component->ruler, run->doc, run->scratch) ? doc_gave_up(run->doc, err)
                                                                                    : TERN_OK;
}

static void free_scratch(void *scratch) { ruler_scratch_free(scratch); }

/* What it gives depends on its rules: ruler_tables.sets. */
const component_methods attribute_ruler_component = {
    .number = COMPONENT_ATTRIBUTE_RULER,
    .name = "attribute_ruler",
    .scratch_size = sizeof(ruler_scratch),
    .bind = bind,
    .finish = finish,
    .release = free_scratch,
    .free = free_scratch,
};
