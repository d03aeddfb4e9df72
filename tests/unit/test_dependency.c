/* Edges, deprojectivisation and sentences: trees by hand, and random ones with spaCy's answers. */
#include "dependency.h"
#include "parser_records.h"

typedef struct fixture {
    small_doc small;
    uint32_t head_label[RECORD_TOKENS];
    dependency_scratch scratch;
    size_t lifted, moved;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    if (!f) return -1;
    small_doc_init(&f->small);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    dependency_scratch_free(&f->scratch);
    free(f);
    return 0;
}

static void finish(fixture *f)
{
    assert_int_equal(dependency_finish(&f->small.doc, f->head_label, &f->scratch, NULL), TERN_OK);
}

/* "X" or "X||Y" */
static void set_label(fixture *f, size_t token, const char *label)
{
    const char *bars = strstr(label, "||");
    f->small.dep[token] = label_number(label, bars ? (size_t)(bars - label) : strlen(label));
    f->head_label[token] = bars ? label_number(bars + 2, strlen(bars + 2)) : NO_STRING;
}

static void set_tree(fixture *f, size_t tokens, const uint32_t *heads, const char *const *labels)
{
    f->small.doc.token_count = tokens;
    memcpy(f->small.head, heads, tokens * sizeof *heads);
    for (size_t i = 0; i < tokens; i++) set_label(f, i, labels[i]);
}

/* ---- spaCy's trees ----------------------------------------------------------------------------------------------- */

static void check_tree(const cJSON *record, void *user)
{
    fixture *f = user;
    read_spaces(record, &f->small);
    const cJSON *head = record_list(record, "heads")->child, *label = record_list(record, "labels")->child;
    for (size_t i = 0; i < f->small.doc.token_count; i++, head = head->next, label = label->next) {
        f->small.head[i] = (uint32_t)head->valueint;
        set_label(f, i, label->valuestring);
        f->lifted += f->head_label[i] != NO_STRING;
    }
    finish(f);
    check_annotations(record, "heads_after", &f->small);
    head = record_list(record, "heads")->child;
    for (size_t i = 0; i < f->small.doc.token_count; i++, head = head->next)
        f->moved += f->small.head[i] != (uint32_t)head->valueint;
}

static void test_trees(void **state)
{
    fixture *f = *state;
    for_each_record("dependency_trees.jsonl", 200, check_tree, f);
    assert_true(f->lifted > 300);
    assert_true(f->moved > 100);
}

/* ---- by hand: a rule of nonproj.pyx a test, checked with it ------------------------------------------------------ */

static void test_no_tokens(void **state)
{
    fixture *f = *state;
    f->small.doc = (tern_doc){.model = &f->small.model};
    finish(f);
}

static void test_top_down_then_left_to_right(void **state)
{
    fixture *f = *state;
    set_tree(f, 6, (uint32_t[]){1, 3, 3, 3, 3, 3}, (const char *[]){"b", "a", "b", "ROOT", "b", "c||b"});
    finish(f);
    assert_int_equal(f->small.head[5], 2);
    assert_int_equal(f->small.dep[5], C);
}

static void test_the_head_itself_is_not_searched_for(void **state)
{
    fixture *f = *state;
    set_tree(f, 3, (uint32_t[]){0, 0, 1}, (const char *[]){"ROOT", "b", "c||b"});
    finish(f);
    assert_int_equal(f->small.head[2], 1);
    assert_int_equal(f->small.dep[2], C);
}

static void test_white_space_hides_what_hangs_on_it(void **state)
{
    fixture *f = *state;
    f->small.is_space[1] = 1;
    set_tree(f, 4, (uint32_t[]){0, 0, 1, 0}, (const char *[]){"ROOT", "b", "b", "c||b"});
    finish(f);
    assert_int_equal(f->small.head[3], 0);
}

static void test_its_own_subtree_is_left_out(void **state)
{
    fixture *f = *state;
    set_tree(f, 3, (uint32_t[]){0, 0, 1}, (const char *[]){"ROOT", "c||b", "b"});
    finish(f);
    assert_int_equal(f->small.head[1], 0);
}

static void test_a_lifted_label_counts_only_after_its_turn(void **state)
{
    fixture *f = *state;
    set_tree(f, 5, (uint32_t[]){0, 0, 0, 1, 0}, (const char *[]){"ROOT", "b||d", "c||b", "a", "a||c"});
    finish(f);
    assert_memory_equal(f->small.head, ((uint32_t[]){0, 0, 1, 1, 2}), 5 * sizeof(uint32_t));
    set_tree(f, 4, (uint32_t[]){0, 0, 0, 0}, (const char *[]){"ROOT", "a||b", "b||d", "c"});
    finish(f);
    assert_int_equal(f->small.head[1], 0);
}

/* As before, but for token 3: so the edges of 1 are 1, and that 2 has come to it is not seen. */
static void test_old_edges_hide_a_new_child(void **state)
{
    fixture *f = *state;
    set_tree(f, 4, (uint32_t[]){0, 0, 0, 0}, (const char *[]){"ROOT", "b||d", "c||b", "a||c"});
    finish(f);
    assert_memory_equal(f->small.head, ((uint32_t[]){0, 0, 1, 0}), 4 * sizeof(uint32_t));
}

/* A sentence begins where the subtree of its root does. */
static void test_sentences(void **state)
{
    fixture *f = *state;
    set_tree(f, 5, (uint32_t[]){1, 1, 3, 3, 3}, (const char *[]){"a", "ROOT", "a", "ROOT", "b"});
    finish(f);
    assert_memory_equal(f->small.sent_start, ((signed char[]){1, -1, 1, -1, -1}), 5);
}

/* ---- large trees ------------------------------------------------------------------------------------------------- */

enum { LARGE = 300000 };

typedef struct large_doc {
    uint32_t head[LARGE], dep[LARGE], head_label[LARGE];
    unsigned char is_space[LARGE];
    signed char sent_start[LARGE];
    uint64_t id[LABELS];
    tern_model model;
    tern_doc doc;
} large_doc;

static large_doc *new_large_doc(void)
{
    large_doc *d = calloc(1, sizeof *d);
    assert_non_null(d);
    d->doc = (tern_doc){.model = &d->model, .token_count = LARGE, .head = d->head, .sent_start = d->sent_start};
    d->doc.column[COLUMN_DEP] = d->dep;
    d->doc.is_space = d->is_space;
    d->model.strings = (string_table){.id = d->id, .count = LABELS};
    for (uint32_t i = 0; i < LARGE; i++) {
        d->dep[i] = A;
        d->head_label[i] = NO_STRING;
    }
    return d;
}

static void finish_large(large_doc *d)
{
    dependency_scratch scratch = {0};
    assert_int_equal(dependency_finish(&d->doc, d->head_label, &scratch, NULL), TERN_OK);
    for (size_t i = 0; i < LARGE; i++) assert_int_equal(d->sent_start[i], i ? -1 : 1);
    dependency_scratch_free(&scratch);
}

/* One step down a token: recursion would overflow. */
static void test_chain(void **state)
{
    (void)state;
    large_doc *d = new_large_doc();
    for (uint32_t i = 1; i < LARGE; i++) d->head[i] = i - 1;
    d->dep[LARGE - 2] = B;
    d->head_label[1] = B;         /* all of it is its own subtree */
    d->head_label[LARGE - 1] = A; /* nothing is below its head */
    finish_large(d);
    assert_int_equal(d->head[1], 0);
    assert_int_equal(d->head[LARGE - 1], LARGE - 2);
    free(d);
}

static void test_flat(void **state)
{
    (void)state;
    large_doc *d = new_large_doc();
    for (uint32_t i = 0; i < LARGE; i++) d->head[i] = LARGE / 2;
    d->dep[LARGE - 1] = B;
    d->head_label[3] = B;
    d->head_label[LARGE - 2] = B;
    finish_large(d);
    assert_int_equal(d->head[3], LARGE - 1);
    assert_int_equal(d->head[LARGE - 2], LARGE - 1);
    assert_int_equal(d->head[4], LARGE / 2);
    free(d);
}

/* All tokens but two hang on the root's first child, by lifted arcs: each has to find its place among its siblings. */
static void test_crowd(void **state)
{
    (void)state;
    large_doc *d = new_large_doc();
    d->dep[1] = B;
    for (uint32_t i = 2; i < LARGE; i++) d->head_label[i] = B;
    finish_large(d);
    for (uint32_t i = 2; i < LARGE; i++) assert_int_equal(d->head[i], 1);
    free(d);
}

/* Every token looks for a label that there is not, in all of the tree: refused, not endless. */
static void test_too_entangled(void **state)
{
    (void)state;
    large_doc *d = new_large_doc();
    dependency_scratch scratch = {0};
    tern_error err = {0};
    d->doc.token_count = 10000;
    for (uint32_t i = 1; i < LARGE; i++) d->head_label[i] = D;
    assert_int_equal(dependency_finish(&d->doc, d->head_label, &scratch, &err), TERN_E_TOO_COMPLEX);
    assert_int_equal(err.pos, 10000);
    assert_non_null(strstr(err.msg, "10000 tokens"));
    d->doc.token_count = 4000;
    assert_int_equal(dependency_finish(&d->doc, d->head_label, &scratch, &err), TERN_OK);
    dependency_scratch_free(&scratch);
    free(d);
}

static void test_more_tokens_than_memory(void **state)
{
    fixture *f = *state;
    f->small.doc.token_count = SIZE_MAX / 4;
    assert_int_equal(dependency_finish(&f->small.doc, f->head_label, &f->scratch, NULL), TERN_E_MEMORY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_trees, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_tokens, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_top_down_then_left_to_right, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_head_itself_is_not_searched_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_white_space_hides_what_hangs_on_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_its_own_subtree_is_left_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_lifted_label_counts_only_after_its_turn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_old_edges_hide_a_new_child, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_sentences, set_up, tear_down),
        cmocka_unit_test(test_chain),
        cmocka_unit_test(test_flat),
        cmocka_unit_test(test_crowd),
        cmocka_unit_test(test_too_entangled),
        cmocka_unit_test_setup_teardown(test_more_tokens_than_memory, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("dependency", tests, NULL, NULL);
}
