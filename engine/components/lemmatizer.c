#include "lemmatizer.h"

#include "lemma_kinds.h"
#include "string_store.h"
#include "word_set.h"

static int lemmatize(lemma_token *t)
{
    switch (t->tables->kind) {
    case LEMMATIZER_LOOKUP: return lemma_by_lookup(t);
    case LEMMATIZER_LOWER_LOOKUP: return lemma_by_lower_lookup(t);
    case LEMMATIZER_POLISH: return lemma_by_polish_lookup(t);
    case LEMMATIZER_ITALIAN: return lemma_by_italian_lookup(t);
    case LEMMATIZER_SPANISH: return lemma_by_spanish_rules(t);
    case LEMMATIZER_FRENCH:
    case LEMMATIZER_GREEK: return lemma_by_french_rules(t);
    case LEMMATIZER_DUTCH: return lemma_by_dutch_rules(t);
    default: return lemma_by_rules(t);
    }
}

int lemmatizer_annotate(const lemmatizer_tables *tables, tern_doc *doc, const text_view *text, lexeme_scratch *lexeme,
                        lemmatizer_scratch *scratch)
{
    for (size_t i = 0; i < doc->token_count; i++) {
        if (interrupted_at(doc->interruption, i)) return -1;
        if (doc_has_lemma(doc, i) && !tables->overwrite) continue;
        const char *pos = string_get(doc->model, doc->column[COLUMN_POS][i], NULL);
        lemma_token token = {.tables = tables,
                             .doc = doc,
                             .text = text,
                             .token = i,
                             .pos = pos,
                             .lexeme = lexeme,
                             .scratch = scratch->forms};
        if (lemmatize(&token)) return -1;
    }
    return 0;
}

void lemmatizer_scratch_free(lemmatizer_scratch *scratch)
{
    for (int i = 0; i < LEMMA_SCRATCH; i++) buffer_free(&scratch->forms[i]);
}

/* ---- the component ----------------------------------------------------------------------------------------------- */

static void bind_lemma_exceptions(binder *b, lemmatizer_tables *l, uint32_t strings)
{
    uint32_t starts = 0, forms = 0;
    if (b->status || !bind_has(b, "/exception")) return; /* none of them, or all */
    l->exceptions = bind_map(b, "/exceptions");
    l->exception_start = bind_vector(b, "/exception_start", TERN_DTYPE_U32, &starts);
    l->exception_forms = bind_vector(b, "/exception_forms", TERN_DTYPE_U32, &forms);
    l->exception_count = starts - 1;
    bind_check_starts(b, "/exception_start", l->exception_start, l->exception_count, forms, LEMMATIZER_MAX_RULES);
    bind_check_strings(b, "/exception_forms", l->exception_forms, forms, strings, 0);
}

/* What the parts need: how many suffix rules and whether there is an index. */
static void check_parts(binder *b, const lemmatizer_tables *l, uint32_t strings, int *has_rules, int *has_index)
{
    for (uint32_t i = 0; i < l->part_count && !b->status; i++) {
        const uint32_t *part = l->parts + 4 * (size_t)i;
        if (part[0] >= strings || part[2] > LEMMATIZER_MAX_RULES)
            bind_refuse(b, "/parts", "holds a value that is out of range");
        *has_rules |= part[2] != 0;
        *has_index |= part[3] != NO_STRING;
    }
}

/* rules: number of suffix rules. */
static void bind_rule_lists(binder *b, lemmatizer_tables *l, uint32_t rules, uint32_t strings)
{
    uint32_t two = 2, four = 4, features = 0;
    l->lists = bind_matrix(b, "/lists", TERN_DTYPE_U32, &l->list_count, &two);
    l->groups = bind_matrix(b, "/groups", TERN_DTYPE_U32, &l->group_count, &four);
    l->features = bind_vector(b, "/features", TERN_DTYPE_U32, &features);
    bind_check_strings(b, "/features", l->features, features, strings, 0);
    for (uint32_t i = 0; i < l->list_count && !b->status; i++) {
        const uint32_t *list = l->lists + 2 * (size_t)i;
        if (list[1] > LEMMATIZER_MAX_RULES || !bind_in_range(list[0], list[1], rules))
            bind_refuse(b, "/lists", "holds a value that is out of range");
    }
    for (uint32_t i = 0; i < l->group_count && !b->status; i++) {
        const uint32_t *group = l->groups + 4 * (size_t)i;
        if (group[0] >= strings || group[1] >= l->list_count || !bind_in_range(group[2], group[3], features)
            || group[3] > LEMMATIZER_MAX_FEATURES)
            bind_refuse(b, "/groups", "holds a value that is out of range");
    }
    if (l->group_count > LEMMATIZER_MAX_RULES) bind_refuse(b, "/groups", "has too many rows");
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
    l->parts = bind_matrix(b, "/parts", TERN_DTYPE_U32, &l->part_count, &four);
    check_parts(b, l, strings, &has_rules, &has_index);
    has_rules |= l->kind == LEMMATIZER_SPANISH;
    if (has_rules) l->suffix_rules = bind_matrix(b, "/suffix_rules", TERN_DTYPE_U32, &rules, &two);
    if (has_index) l->words = bind_vector(b, "/words", TERN_DTYPE_U32, &l->word_edges);
    bind_check_strings(b, "/suffix_rules", l->suffix_rules, 2 * (size_t)rules, strings, 0);
    for (uint32_t i = 0; i < l->part_count && !b->status; i++) {
        const uint32_t *part = l->parts + 4 * (size_t)i;
        if (!bind_in_range(part[1], part[2], rules) || !is_root(part[3], l->word_edges))
            bind_refuse(b, "/parts", "holds a value that is out of range");
    }
    if (l->kind == LEMMATIZER_SPANISH) bind_rule_lists(b, l, rules, strings);
}

/* A file without a kind is an English one, and has no table of the others. */
static void bind_kind(binder *b, lemmatizer_tables *l)
{
    uint32_t one = 1;
    if (b->status) return;
    int stated = bind_has(b, "/kind") || bind_has(b, "/forms/") || bind_has(b, "/lookup/");
    const uint32_t *kind = stated ? bind_vector(b, "/kind", TERN_DTYPE_U32, &one) : NULL;
    l->kind = kind ? *kind : LEMMATIZER_ENGLISH;
    if (l->kind >= LEMMATIZER_KINDS) bind_refuse(b, "/kind", "is out of range");
}

/* Bit 1 << LEMMATIZER_*: the kinds that have these sections. */
enum {
    HAVE_FORMS = 1 << LEMMATIZER_FRENCH | 1 << LEMMATIZER_SPANISH | 1 << LEMMATIZER_GREEK | 1 << LEMMATIZER_DUTCH
        | 1 << LEMMATIZER_POLISH | 1 << LEMMATIZER_ITALIAN,
    HAVE_LOOKUP = 1 << LEMMATIZER_FRENCH | 1 << LEMMATIZER_DUTCH | 1 << LEMMATIZER_LOOKUP | 1 << LEMMATIZER_LOWER_LOOKUP
        | 1 << LEMMATIZER_ITALIAN,
    HAVE_NO_PARTS = 1 << LEMMATIZER_LOOKUP | 1 << LEMMATIZER_LOWER_LOOKUP
};

static void bind_lemmatizer(binder *b, lemmatizer_tables *l, uint32_t strings)
{
    bind_kind(b, l);
    l->overwrite = bind_option(b, "/settings");
    if (b->status) return;
    if (HAVE_FORMS >> l->kind & 1) bind_id_table(b, "/forms", &l->forms);
    if (HAVE_LOOKUP >> l->kind & 1) bind_id_table(b, "/lookup", &l->lookup);
    if (HAVE_NO_PARTS >> l->kind & 1) return;
    bind_parts(b, l, strings);
    bind_lemma_exceptions(b, l, strings);
}

static void bind(binder *b, tern_model *model, component_model *self)
{
    bind_lemmatizer(b, &self->lemmatizer, model->strings.count);
}

static tern_status finish(const component_run *run, const vector_source *source, tern_error *err)
{
    (void)source;
    return lemmatizer_annotate(&run->component->lemmatizer, run->doc, run->doc->text, run->lexeme, run->scratch)
               ? doc_gave_up(run->doc, err)
               : TERN_OK;
}

static void free_scratch(void *scratch) { lemmatizer_scratch_free(scratch); }

const component_methods lemmatizer_component = {
    .number = COMPONENT_LEMMATIZER,
    .name = "lemmatizer",
    .gives = TERN_LEMMAS,
    .scratch_size = sizeof(lemmatizer_scratch),
    .bind = bind,
    .finish = finish,
    .free = free_scratch,
};
