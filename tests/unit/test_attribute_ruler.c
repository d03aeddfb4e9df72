/* The attribute ruler on rules by hand and on the real model. Expected annotations: spaCy 3.8's AttributeRuler with the
 * same rules. */
#include "attribute_ruler.h"

#include "ctx.h"
#include "small_model.h"

#define UNSET "(unset)"

/* values end with NULL; those of IS_SPACE are "0" and "1". */
typedef struct test_spec {
    uint32_t attr, negated;
    const char *values[4];
} test_spec;

typedef struct token_spec {
    uint32_t count;
    test_spec tests[2];
} token_spec;

/* set: TAG, POS, MORPH, LEMMA, DEP; NULL leaves it. */
typedef struct rule_spec {
    uint32_t length, target;
    token_spec tokens[2];
    const char *set[5];
} rule_spec;

#define TAG_IS(tag)                                                                                                    \
    {                                                                                                                  \
        1,                                                                                                             \
        {                                                                                                              \
            {                                                                                                          \
                RULER_TAG, 0, { tag }                                                                                  \
            }                                                                                                          \
        }                                                                                                              \
    }

enum { MAX_ROWS = 64 };

typedef struct fixture {
    small_model small;
    small_map by_tag;
    uint32_t rules[MAX_ROWS][8], tokens[MAX_ROWS][2], tests[MAX_ROWS][4], lists[MAX_ROWS], list_start[MAX_ROWS];
    uint64_t values[MAX_ROWS];
    ruler_scratch scratch;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    if (!f) return -1;
    small_model_init(&f->small);
    f->small.component.ruler = (ruler_tables){.rules = f->rules[0],
                                              .tokens = f->tokens[0],
                                              .tests = f->tests[0],
                                              .values = f->values,
                                              .lists = f->lists,
                                              .list_start = f->list_start,
                                              .list_count = 1,
                                              .by_tag = small_map_bind(&f->by_tag)};
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    small_model_free(&f->small);
    ruler_scratch_free(&f->scratch);
    free(f);
    return 0;
}

/* ---- rules ------------------------------------------------------------------------------------------------------- */

static uint64_t value_id(const fixture *f, uint32_t attr, const char *value)
{
    return attr == RULER_IS_SPACE ? *value == '1' : string_id(&f->small.model, value, strlen(value));
}

static int ascending(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void put_test(fixture *f, uint32_t row, const test_spec *spec)
{
    uint32_t first = row ? f->tests[row - 1][2] + f->tests[row - 1][3] : 0, count = 0;
    for (; spec->values[count]; count++) f->values[first + count] = value_id(f, spec->attr, spec->values[count]);
    if (count) qsort(f->values + first, count, sizeof *f->values, ascending);
    const uint32_t test[4] = {spec->attr, spec->negated, first, count};
    memcpy(f->tests[row], test, sizeof test);
}

/* All rules are candidates for every token. */
static void use_rules(fixture *f, const rule_spec *specs, uint32_t count)
{
    uint32_t tokens = 0, tests = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t head[3] = {tokens, specs[i].length, specs[i].target};
        memcpy(f->rules[i], head, sizeof head);
        for (int s = 0; s < 5; s++) f->rules[i][3 + s] = number_of(&f->small, specs[i].set[s]);
        for (uint32_t t = 0; t < specs[i].length; t++, tokens++) {
            const token_spec *token = &specs[i].tokens[t];
            f->tokens[tokens][0] = tests;
            f->tokens[tokens][1] = token->count;
            for (uint32_t k = 0; k < token->count; k++) put_test(f, tests++, &token->tests[k]);
        }
        f->lists[i] = i;
    }
    f->small.component.ruler.rule_count = f->list_start[1] = count;
}

/* ---- documents --------------------------------------------------------------------------------------------------- */

/* One word "w" for each tag; NULL: no tag. */
static void use_tags(fixture *f, const char *const *tags, size_t count)
{
    static const char *const words[8] = {"w", "w", "w", "w", "w", "w", "w", "w"};
    small_doc(&f->small, words, count);
    for (size_t i = 0; i < count; i++) f->small.doc.column[COLUMN_TAG][i] = number_of(&f->small, tags[i]);
}

static void annotate(fixture *f)
{
    assert_int_equal(attribute_ruler_annotate(&f->small.component.ruler, &f->small.doc, &f->scratch), 0);
}

static void assert_column(const fixture *f, int column, const char *const *expected)
{
    const tern_doc *doc = &f->small.doc;
    for (size_t i = 0; i < doc->token_count; i++) assert_string_equal(string_at(doc, column, i), expected[i]);
}

#define TAGS(...) (const char *const[]){__VA_ARGS__}, sizeof (const char *const[]){__VA_ARGS__} / sizeof(char *)
#define EXPECT(...)                                                                                                    \
    (const char *const[]) { __VA_ARGS__ }

/* ---- tests ------------------------------------------------------------------------------------------------------- */

static void test_sets_each_annotation(void **state)
{
    fixture *f = *state;
    use_rules(f, (rule_spec[]){{1, 0, {TAG_IS("A")}, {"B", "X", "Number=Sing", "l", "d"}}}, 1);
    use_tags(f, TAGS("A", "C"));
    annotate(f);
    assert_column(f, COLUMN_TAG, EXPECT("B", "C"));
    assert_column(f, COLUMN_POS, EXPECT("X", UNSET));
    assert_column(f, COLUMN_MORPH, EXPECT("Number=Sing", UNSET));
    assert_column(f, COLUMN_DEP, EXPECT("d", UNSET));
    assert_string_equal(lemma_at(&f->small.doc, 0), "l");
    assert_string_equal(lemma_at(&f->small.doc, 1), "");
}

static void test_later_rules_win(void **state)
{
    fixture *f = *state;
    use_rules(f,
              (rule_spec[]){{1, 0, {TAG_IS("A")}, {"B", "X", 0}},
                            {1, 0, {TAG_IS("A")}, {0, "VERB", 0}},
                            {1, 0, {TAG_IS("A")}, {0, 0, 0, "l"}}},
              3);
    use_tags(f, TAGS("A"));
    annotate(f);
    assert_column(f, COLUMN_TAG, EXPECT("B"));
    assert_column(f, COLUMN_POS, EXPECT("VERB"));
    assert_string_equal(lemma_at(&f->small.doc, 0), "l");
}

static void test_rules_do_not_see_each_other(void **state)
{
    fixture *f = *state;
    use_rules(f, (rule_spec[]){{1, 0, {TAG_IS("A")}, {"B", 0}}, {1, 0, {TAG_IS("B")}, {0, "X", 0}}}, 2);
    use_tags(f, TAGS("A", "B"));
    annotate(f);
    assert_column(f, COLUMN_TAG, EXPECT("B", "B"));
    assert_column(f, COLUMN_POS, EXPECT(UNSET, "X"));
}

static void test_two_tokens(void **state)
{
    fixture *f = *state;
    use_rules(f, (rule_spec[]){{2, 1, {TAG_IS("A"), TAG_IS("B")}, {0, "X", 0}}}, 1);
    use_tags(f, TAGS("A", "B", "B", "A")); /* the last could only match beyond the end */
    annotate(f);
    assert_column(f, COLUMN_POS, EXPECT(UNSET, "X", UNSET, UNSET));
}

/* The number of the rule decides, not the token from which it matched. */
static void test_order_across_tokens(void **state)
{
    fixture *f = *state;
    const rule_spec one = {1, 0, {TAG_IS("B")}, {0, "NOUN", 0}}, two = {2, 1, {TAG_IS("A"), TAG_IS("B")}, {0, "X", 0}};
    use_rules(f, (rule_spec[]){one, two}, 2);
    use_tags(f, TAGS("A", "B"));
    annotate(f);
    assert_column(f, COLUMN_POS, EXPECT(UNSET, "X"));
    use_rules(f, (rule_spec[]){two, one}, 2);
    use_tags(f, TAGS("A", "B"));
    annotate(f);
    assert_column(f, COLUMN_POS, EXPECT(UNSET, "NOUN"));
}

/* Two rules of two patterns each; the second one changes the last token of its patterns. */
static void test_several_patterns(void **state)
{
    static const char *const expected[5] = {"l", "l", "l", "m", "m"};
    fixture *f = *state;
    use_rules(f,
              (rule_spec[]){{1, 0, {TAG_IS("A")}, {0, 0, 0, "l"}},
                            {2, 0, {TAG_IS("B"), TAG_IS("A")}, {0, 0, 0, "l"}},
                            {2, 1, {TAG_IS("C"), TAG_IS("A")}, {0, 0, 0, "m"}},
                            {1, 0, {TAG_IS("C")}, {0, 0, 0, "m"}}},
              4);
    use_tags(f, TAGS("A", "B", "A", "C", "A"));
    annotate(f);
    for (size_t i = 0; i < 5; i++) assert_string_equal(lemma_at(&f->small.doc, i), expected[i]);
}

static void test_lists_of_values(void **state)
{
    fixture *f = *state;
    use_rules(f,
              (rule_spec[]){{1, 0, {{1, {{RULER_TAG, 0, {"A", "C"}}}}}, {0, "IN", 0}},
                            {1, 0, {{1, {{RULER_TAG, 1, {"A", "B"}}}}}, {0, 0, 0, 0, "not in"}},
                            {1, 0, {{1, {{RULER_TAG, 0, {0}}}}}, {0, "never", 0}},
                            {1, 0, {{1, {{RULER_TAG, 1, {0}}}}}, {0, 0, "always", 0}}},
              4);
    use_tags(f, TAGS("A", "B", "C", NULL));
    annotate(f);
    assert_column(f, COLUMN_POS, EXPECT("IN", UNSET, "IN", UNSET));
    assert_column(f, COLUMN_DEP, EXPECT(UNSET, UNSET, "not in", "not in"));
    assert_column(f, COLUMN_MORPH, EXPECT("always", "always", "always", "always"));
}

/* Every length of a list, each of its members, and what lies between them. */
static void test_values_are_found(void **state)
{
    fixture *f = *state;
    use_rules(f, (rule_spec[]){{1, 0, {{1, {{RULER_LOWER, 0, {"w"}}}}}, {0, "X", 0}}}, 1);
    for (uint32_t count = 1; count < 20; count++) {
        f->tests[0][3] = count;
        for (uint32_t i = 0; i < count; i++) f->values[i] = 10 * i + 10;
        for (uint64_t value = 1; value < 10 * count + 20; value++) {
            use_tags(f, TAGS("A"));
            f->small.doc.attr[ATTR_LOWER][0] = value;
            annotate(f);
            assert_string_equal(string_at(&f->small.doc, COLUMN_POS, 0),
                                value % 10 || value > 10 * count ? UNSET : "X");
        }
    }
}

static void test_all_tests_must_hold(void **state)
{
    fixture *f = *state;
    use_rules(f, (rule_spec[]){{1, 0, {{2, {{RULER_TAG, 0, {"A", "C"}}, {RULER_DEP, 1, {"x"}}}}}, {0, "X", 0}}}, 1);
    use_tags(f, TAGS("A", "B", "C", NULL, "A"));
    static const char *const deps[5] = {"y", "y", "x", "y", NULL};
    for (size_t i = 0; i < 5; i++) f->small.doc.column[COLUMN_DEP][i] = number_of(&f->small, deps[i]);
    annotate(f);
    assert_column(f, COLUMN_POS, EXPECT("X", UNSET, UNSET, UNSET, "X"));
}

static void test_text_and_white_space(void **state)
{
    fixture *f = *state;
    use_rules(f,
              (rule_spec[]){{1, 0, {{2, {{RULER_LOWER, 0, {"the"}}, {RULER_IS_SPACE, 0, {"0"}}}}}, {0, "DET", 0}},
                            {1, 0, {{1, {{RULER_IS_SPACE, 0, {"1"}}}}}, {"_SP", "SPACE", "", 0, "dep"}}},
              2);
    small_doc(&f->small, (const char *const[]){"the", "\n", "other"}, 3);
    f->small.doc.is_space[1] = 1;
    annotate(f);
    assert_column(f, COLUMN_TAG, EXPECT(UNSET, "_SP", UNSET));
    assert_column(f, COLUMN_POS, EXPECT("DET", "SPACE", UNSET));
    assert_column(f, COLUMN_MORPH, EXPECT(UNSET, "", UNSET));
    assert_column(f, COLUMN_DEP, EXPECT(UNSET, "dep", UNSET));
}

static void test_lemma_morph_and_pos(void **state)
{
    static const char *const lemmas[5] = {"go", "went", "adj", "adj", ""};
    fixture *f = *state;
    use_rules(f,
              (rule_spec[]){{1, 0, {{1, {{RULER_LEMMA, 0, {"go"}}}}}, {0, "VERB", 0}},
                            {1, 0, {{1, {{RULER_MORPH, 0, {"Number=Sing"}}}}}, {0, "NOUN", 0}},
                            {1, 0, {{1, {{RULER_POS, 0, {"ADJ"}}}}}, {0, 0, 0, "adj"}},
                            {1, 0, {{1, {{RULER_MORPH, 0, {"_"}}}}}, {0, "ADV", 0}}},
              4);
    use_tags(f, TAGS(NULL, NULL, NULL, NULL, NULL));
    tern_doc *doc = &f->small.doc;
    doc->lemma[0].string = number_of(&f->small, "go");
    assert_int_equal(doc_set_lemma(doc, 1, "went", 4), 0);
    assert_int_equal(doc_set_lemma(doc, 3, "go", 2), 0);
    doc->column[COLUMN_MORPH][1] = number_of(&f->small, "Number=Sing");
    doc->column[COLUMN_MORPH][3] = number_of(&f->small, "Number=Plur");
    doc->column[COLUMN_MORPH][4] = number_of(&f->small, ""); /* analysed, without features: "_" */
    doc->column[COLUMN_POS][2] = doc->column[COLUMN_POS][3] = number_of(&f->small, "ADJ");
    annotate(f);
    assert_column(f, COLUMN_POS, EXPECT("VERB", "NOUN", "ADJ", "VERB", "ADV"));
    for (size_t i = 0; i < 5; i++) assert_string_equal(lemma_at(doc, i), lemmas[i]);
}

/* Only the rules of the first token's tag are candidates; a list that does not exist is list 0. */
static void test_candidates_by_tag(void **state)
{
    fixture *f = *state;
    const token_spec any = {1, {{RULER_TAG, 1, {0}}}};
    use_rules(f, (rule_spec[]){{1, 0, {any}, {0, "X", 0}}, {1, 0, {any}, {0, "Y", 0}}}, 2);
    static const uint32_t starts[3] = {0, 1, 2};
    memcpy(f->list_start, starts, sizeof starts);
    f->small.component.ruler.list_count = 2;
    small_map_put(&f->by_tag, value_id(f, RULER_TAG, "A"), 1);
    small_map_put(&f->by_tag, value_id(f, RULER_TAG, "B"), 2);
    small_map_put(&f->by_tag, value_id(f, RULER_TAG, "C"), MAP_ABSENT - 1);
    use_tags(f, TAGS("A", "B", "C", "D", NULL));
    annotate(f);
    assert_column(f, COLUMN_POS, EXPECT("Y", "X", "X", "X", "X"));
}

static void test_no_tokens(void **state)
{
    fixture *f = *state;
    use_rules(f, (rule_spec[]){{1, 0, {TAG_IS("A")}, {"B", 0}}}, 1);
    annotate(f);
    assert_int_equal(f->small.doc.token_count, 0);
}

/* What one document left in the scratch memory is not seen by the next. */
static void test_next_document(void **state)
{
    fixture *f = *state;
    use_rules(f, (rule_spec[]){{1, 0, {TAG_IS("A")}, {0, "X", 0}}}, 1);
    use_tags(f, TAGS("A", "A", "A"));
    annotate(f);
    use_tags(f, TAGS("B", "A", "B"));
    annotate(f);
    assert_column(f, COLUMN_POS, EXPECT(UNSET, "X", UNSET));
}

/* ---- the real model; expected values from spaCy 3.8 -------------------------------------------------------------- */

/* Among them: words of a regular expression ("n't") and of lists ("was", "'d"), white space. */
static void test_real_rules(void **state)
{
    static const char *const pos[15] = {"PRON", "AUX",  "PART",  "DET",   "NOUN", "PRON", "AUX",  "VERB",
                                        "DET",  "NOUN", "PUNCT", "SPACE", "VERB", "PRON", "PUNCT"};
    static const char *const morph[15] = {"Case=Nom|Gender=Fem|Number=Sing|Person=3|PronType=Prs",
                                          "Mood=Ind|Number=Sing|Person=3|Tense=Past|VerbForm=Fin",
                                          "Polarity=Neg",
                                          "Definite=Def|PronType=Art",
                                          "Number=Sing",
                                          "",
                                          "Mood=Ind|Tense=Past|VerbForm=Fin",
                                          "VerbForm=Inf",
                                          "Definite=Def|PronType=Art",
                                          "Number=Plur",
                                          "PunctType=Comm",
                                          "",
                                          "Tense=Past|VerbForm=Fin",
                                          "Case=Nom|Gender=Fem|Number=Sing|Person=3|PronType=Prs",
                                          "PunctType=Peri"};
    static const char *const dep[15] = {"nsubj", "ccomp", "neg",   "det", "attr", "nsubj", "aux",  "relcl",
                                        "det",   "dobj",  "punct", "dep", "ROOT", "nsubj", "punct"};
    const tern_doc *doc = run_real(*state, "She wasn't the one who'd eaten THE axes,\nhad she?", TERN_EVERYTHING, 0);
    assert_int_equal(tern_doc_token_count(doc), 15);
    for (size_t i = 0; i < 15; i++) {
        assert_string_equal(string_at(doc, COLUMN_POS, i), pos[i]);
        assert_string_equal(string_at(doc, COLUMN_MORPH, i), morph[i]);
        assert_string_equal(string_at(doc, COLUMN_DEP, i), dep[i]);
    }
    assert_string_equal(string_at(doc, COLUMN_TAG, 11), "_SP");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sets_each_annotation, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_later_rules_win, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rules_do_not_see_each_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_two_tokens, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_order_across_tokens, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_several_patterns, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lists_of_values, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_values_are_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_all_tests_must_hold, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_text_and_white_space, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lemma_morph_and_pos, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_candidates_by_tag, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_tokens, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_next_document, set_up, tear_down),
    };
    const struct CMUnitTest real[] = {cmocka_unit_test(test_real_rules)};
    return cmocka_run_group_tests_name("attribute_ruler", tests, NULL, NULL)
           + cmocka_run_group_tests_name("real attribute_ruler", real, open_real, close_real);
}
