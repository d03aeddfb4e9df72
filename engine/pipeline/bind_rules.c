/* bind_rules.c - attribute ruler, sentencizer and lemmatizer. */
#include "binder.h"
#include "word_set.h"

/* ---- attribute ruler --------------------------------------------------------------------------------------------- */

static void check_ruler_tokens(binder *b, ruler_tables *r, uint32_t tokens, uint32_t tests, uint32_t values)
{
    for (uint32_t i = 0; i < tokens && !b->status; i++)
        if (!bind_in_range(r->tokens[2 * i], r->tokens[2 * i + 1], tests))
            bind_refuse(b, "attribute_ruler/tokens", "holds an index that is out of range");
    for (uint32_t i = 0; i < tests && !b->status; i++) {
        const uint32_t *test = r->tests + 4 * (size_t)i;
        if (test[0] >= RULER_ATTRS || test[1] > 1 || !bind_in_range(test[2], test[3], values))
            bind_refuse(b, "attribute_ruler/tests", "holds a value that is out of range");
        r->tests_lemmas |= test[0] == RULER_LEMMA;
        r->tests_lower |= test[0] == RULER_LOWER;
    }
}

static void check_ruler_rules(binder *b, ruler_tables *r, uint32_t tokens, const string_table *strings)
{
    static const unsigned annotation[] = {TERN_TAGS, TERN_POS, TERN_MORPHS, TERN_LEMMAS, TERN_DEPENDENCIES};
    for (uint32_t i = 0; i < r->rule_count && !b->status; i++) {
        const uint32_t *rule = r->rules + 8 * (size_t)i;
        if (!rule[1] || rule[2] >= rule[1] || !bind_in_range(rule[0], rule[1], tokens))
            bind_refuse(b, "attribute_ruler/rules", "holds an index that is out of range");
        for (uint32_t a = 0; a < 5; a++) {
            if (annotation[a] == TERN_LEMMAS)
                bind_check_strings(b, "attribute_ruler/rules", rule + 3 + a, 1, strings->count, 1);
            else bind_check_labels(b, "attribute_ruler/rules", rule + 3 + a, 1, strings, 1);
            if (rule[3 + a] != NO_STRING) r->sets |= annotation[a];
        }
    }
}

void bind_ruler(binder *b, ruler_tables *r, const string_table *strings)
{
    uint32_t two = 2, four = 4, eight = 8, tokens = 0, tests = 0, values = 0, starts = 0, listed = 0;
    r->rules = bind_matrix(b, "attribute_ruler/rules", TERN_DTYPE_U32, &r->rule_count, &eight);
    r->tokens = bind_matrix(b, "attribute_ruler/tokens", TERN_DTYPE_U32, &tokens, &two);
    r->tests = bind_matrix(b, "attribute_ruler/tests", TERN_DTYPE_U32, &tests, &four);
    r->values = bind_vector(b, "attribute_ruler/values", TERN_DTYPE_U64, &values);
    r->by_tag = bind_map(b, "attribute_ruler/by_tag");
    r->list_start = bind_vector(b, "attribute_ruler/list_start", TERN_DTYPE_U32, &starts);
    r->lists = bind_vector(b, "attribute_ruler/lists", TERN_DTYPE_U32, &listed);
    if (b->status) return;
    check_ruler_tokens(b, r, tokens, tests, values);
    check_ruler_rules(b, r, tokens, strings);
    r->list_count = starts - 1;
    if (!r->list_count) return bind_refuse(b, "attribute_ruler/list_start", "is too short");
    bind_check_starts(b, "attribute_ruler/list_start", r->list_start, r->list_count, listed, RULER_MAX_LIST);
    for (uint32_t i = 0; i < listed && !b->status; i++)
        if (r->lists[i] >= r->rule_count)
            bind_refuse(b, "attribute_ruler/lists", "holds a rule number that is out of range");
}

/* ---- sentencizer ------------------------------------------------------------------------------------------------- */

void bind_sentencizer(binder *b, sentencizer_tables *s)
{
    s->overwrite = bind_switch(b, "sentencizer/settings");
    s->marks = bind_vector(b, "sentencizer/marks", TERN_DTYPE_U64, &s->mark_count);
}

/* ---- lemmatizer -------------------------------------------------------------------------------------------------- */

static void bind_lemma_exceptions(binder *b, lemmatizer_tables *l, uint32_t strings)
{
    uint32_t starts = 0, forms = 0;
    if (b->status || !model_file_has(b->file, "lemmatizer/exception")) return; /* none of them, or all */
    l->exceptions = bind_map(b, "lemmatizer/exceptions");
    l->exception_start = bind_vector(b, "lemmatizer/exception_start", TERN_DTYPE_U32, &starts);
    l->exception_forms = bind_vector(b, "lemmatizer/exception_forms", TERN_DTYPE_U32, &forms);
    l->exception_count = starts - 1;
    bind_check_starts(b, "lemmatizer/exception_start", l->exception_start, l->exception_count, forms,
                      LEMMATIZER_MAX_RULES);
    bind_check_strings(b, "lemmatizer/exception_forms", l->exception_forms, forms, strings, 0);
}

static void bind_id_table(binder *b, const char *prefix, id_table *t)
{
    section_name name;
    bind_name(name, prefix, "keys");
    t->keys = bind_vector(b, name, TERN_DTYPE_U64, &t->count);
    bind_name(name, prefix, "values");
    t->values = bind_vector(b, name, TERN_DTYPE_U32, &t->count);
}

/* What the parts need: how many suffix rules and whether there is an index. */
static void check_parts(binder *b, const lemmatizer_tables *l, uint32_t strings, int *has_rules, int *has_index)
{
    for (uint32_t i = 0; i < l->part_count && !b->status; i++) {
        const uint32_t *part = l->parts + 4 * (size_t)i;
        if (part[0] >= strings || part[2] > LEMMATIZER_MAX_RULES)
            bind_refuse(b, "lemmatizer/parts", "holds a value that is out of range");
        *has_rules |= part[2] != 0;
        *has_index |= part[3] != NO_STRING;
    }
}

/* rules: number of suffix rules. */
static void bind_rule_lists(binder *b, lemmatizer_tables *l, uint32_t rules, uint32_t strings)
{
    uint32_t two = 2, four = 4, features = 0;
    l->lists = bind_matrix(b, "lemmatizer/lists", TERN_DTYPE_U32, &l->list_count, &two);
    l->groups = bind_matrix(b, "lemmatizer/groups", TERN_DTYPE_U32, &l->group_count, &four);
    l->features = bind_vector(b, "lemmatizer/features", TERN_DTYPE_U32, &features);
    bind_check_strings(b, "lemmatizer/features", l->features, features, strings, 0);
    for (uint32_t i = 0; i < l->list_count && !b->status; i++) {
        const uint32_t *list = l->lists + 2 * (size_t)i;
        if (list[1] > LEMMATIZER_MAX_RULES || !bind_in_range(list[0], list[1], rules))
            bind_refuse(b, "lemmatizer/lists", "holds a value that is out of range");
    }
    for (uint32_t i = 0; i < l->group_count && !b->status; i++) {
        const uint32_t *group = l->groups + 4 * (size_t)i;
        if (group[0] >= strings || group[1] >= l->list_count || !bind_in_range(group[2], group[3], features)
            || group[3] > LEMMATIZER_MAX_FEATURES)
            bind_refuse(b, "lemmatizer/groups", "holds a value that is out of range");
    }
    if (l->group_count > LEMMATIZER_MAX_RULES) bind_refuse(b, "lemmatizer/groups", "has too many rows");
}

/* May a set of words begin there? One that has no word but "" begins nowhere. */
static int is_root(uint32_t root, uint32_t edges)
{
    uint32_t edge = root & ~WORD_SET_EMPTY_WORD;
    return root == NO_STRING || edge < edges || edge == WORD_SET_LEAF;
}

static void bind_parts(binder *b, lemmatizer_tables *l, uint32_t strings)
{
    uint32_t four = 4, two = 2, rules = 0;
    int has_rules = 0, has_index = 0;
    l->parts = bind_matrix(b, "lemmatizer/parts", TERN_DTYPE_U32, &l->part_count, &four);
    check_parts(b, l, strings, &has_rules, &has_index);
    has_rules |= l->kind == LEMMATIZER_SPANISH;
    if (has_rules) l->suffix_rules = bind_matrix(b, "lemmatizer/suffix_rules", TERN_DTYPE_U32, &rules, &two);
    if (has_index) l->words = bind_vector(b, "lemmatizer/words", TERN_DTYPE_U32, &l->word_edges);
    bind_check_strings(b, "lemmatizer/suffix_rules", l->suffix_rules, 2 * (size_t)rules, strings, 0);
    for (uint32_t i = 0; i < l->part_count && !b->status; i++) {
        const uint32_t *part = l->parts + 4 * (size_t)i;
        if (!bind_in_range(part[1], part[2], rules) || !is_root(part[3], l->word_edges))
            bind_refuse(b, "lemmatizer/parts", "holds a value that is out of range");
    }
    if (l->kind == LEMMATIZER_SPANISH) bind_rule_lists(b, l, rules, strings);
}

/* A file without a kind is an English one, and has no table of the others. */
static void bind_kind(binder *b, lemmatizer_tables *l)
{
    uint32_t one = 1;
    if (b->status) return;
    int stated = model_file_has(b->file, "lemmatizer/kind") || model_file_has(b->file, "lemmatizer/forms/")
                 || model_file_has(b->file, "lemmatizer/lookup/");
    const uint32_t *kind = stated ? bind_vector(b, "lemmatizer/kind", TERN_DTYPE_U32, &one) : NULL;
    l->kind = kind ? *kind : LEMMATIZER_ENGLISH;
    if (l->kind >= LEMMATIZER_KINDS) bind_refuse(b, "lemmatizer/kind", "is out of range");
}

/* Bit 1 << LEMMATIZER_*: the kinds that have these sections. */
enum {
    HAVE_FORMS = 1 << LEMMATIZER_FRENCH | 1 << LEMMATIZER_SPANISH | 1 << LEMMATIZER_GREEK | 1 << LEMMATIZER_DUTCH
        | 1 << LEMMATIZER_POLISH | 1 << LEMMATIZER_ITALIAN,
    HAVE_LOOKUP = 1 << LEMMATIZER_FRENCH | 1 << LEMMATIZER_DUTCH | 1 << LEMMATIZER_LOOKUP | 1 << LEMMATIZER_LOWER_LOOKUP
        | 1 << LEMMATIZER_ITALIAN,
    HAVE_NO_PARTS = 1 << LEMMATIZER_LOOKUP | 1 << LEMMATIZER_LOWER_LOOKUP
};

void bind_lemmatizer(binder *b, lemmatizer_tables *l, uint32_t strings)
{
    bind_kind(b, l);
    l->overwrite = bind_option(b, "lemmatizer/settings");
    if (b->status) return;
    if (HAVE_FORMS >> l->kind & 1) bind_id_table(b, "lemmatizer/forms", &l->forms);
    if (HAVE_LOOKUP >> l->kind & 1) bind_id_table(b, "lemmatizer/lookup", &l->lookup);
    if (HAVE_NO_PARTS >> l->kind & 1) return;
    bind_parts(b, l, strings);
    bind_lemma_exceptions(b, l, strings);
}
