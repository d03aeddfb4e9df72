/* The entity ruler on tables by hand. Expected entities: spaCy 3.8's EntityRuler with the same patterns; expected
 * orders of a set: CPython's. */
#include "entity_ruler.h"

#include "small_model.h"

/* ---- the order of a set ------------------------------------------------------------------------------------------ */

static int by_place(const void *a, const void *b)
{
    const ruler_match *x = a, *y = b;
    return (x->place > y->place) - (x->place < y->place);
}

/* list(set((ids[key], start, end) for ...)) */
static void test_order_of_a_set(void **state)
{
    static const uint64_t ids[6] = {0xd7210dff076ce2efu, 0xf17fd374c6a53877u, 0x1cfb10f62827688du,
                                    0xde5271007814e8a2u, 0x1fffffffffffffffu, 0x5u};
    static const ruler_match added[] = {
        {3, 2, 3, 0}, {4, 0, 3, 0}, {5, 0, 4, 0}, {2, 0, 4, 0}, {1, 0, 3, 0}, {4, 2, 4, 0}, {1, 0, 3, 0}, {0, 0, 3, 0},
        {1, 0, 4, 0}, {2, 0, 3, 0}, {1, 2, 3, 0}, {3, 1, 3, 0}, {2, 1, 3, 0}, {1, 1, 3, 0}, {2, 1, 3, 0}, {4, 2, 4, 0},
        {0, 1, 4, 0}, {2, 1, 4, 0}, {1, 1, 4, 0}, {5, 0, 3, 0}, {2, 0, 4, 0}, {3, 0, 4, 0}, {2, 1, 3, 0}, {3, 0, 3, 0},
        {4, 0, 3, 0}, {1, 1, 4, 0}, {4, 1, 4, 0}, {3, 0, 4, 0}, {2, 0, 4, 0}, {0, 0, 4, 0}, {4, 2, 4, 0}, {1, 1, 4, 0},
        {5, 2, 3, 0}, {2, 2, 4, 0}, {2, 0, 3, 0}, {5, 0, 4, 0}, {3, 0, 3, 0}, {0, 2, 4, 0}, {0, 0, 4, 0}, {2, 1, 4, 0}};
    static const ruler_match expected[] = {
        {2, 1, 4, 0}, {5, 0, 4, 0}, {3, 0, 4, 0}, {0, 1, 4, 0}, {1, 0, 3, 0}, {4, 2, 4, 0}, {2, 1, 3, 0}, {3, 2, 3, 0},
        {1, 1, 4, 0}, {1, 2, 3, 0}, {5, 0, 3, 0}, {3, 0, 3, 0}, {5, 2, 3, 0}, {0, 0, 4, 0}, {2, 0, 4, 0}, {4, 0, 3, 0},
        {2, 2, 4, 0}, {0, 2, 4, 0}, {1, 1, 3, 0}, {4, 1, 4, 0}, {0, 0, 3, 0}, {2, 0, 3, 0}, {3, 1, 3, 0}, {1, 0, 4, 0}};
    enum { ADDED = sizeof added / sizeof *added, EXPECTED = sizeof expected / sizeof *expected };
    ruler_match found[ADDED];
    buffer scratch = {0};
    size_t distinct = 0;
    (void)state;
    memcpy(found, added, sizeof found);
    assert_int_equal(number_by_set_order(found, ADDED, ids, &scratch), 0);
    qsort(found, ADDED, sizeof *found, by_place);
    for (size_t i = 0; i < ADDED; i++) {
        if (i && found[i].place == found[i - 1].place) continue;
        assert_true(distinct < EXPECTED);
        assert_int_equal(found[i].key, expected[distinct].key);
        assert_int_equal(found[i].start, expected[distinct].start);
        assert_int_equal(found[i].end, expected[distinct].end);
        distinct++;
    }
    assert_int_equal(distinct, EXPECTED);
    buffer_free(&scratch);
}

/* ---- phrases ----------------------------------------------------------------------------------------------------- */

enum { KEYS = 4 };

typedef struct fixture {
    small_model small;
    small_map paths;
    uint32_t keys[KEYS][2], lists[16], list_start[17];
    uint64_t ids[KEYS];
    entity_ruler_scratch scratch;
    lexeme_scratch lexeme;
} fixture;

static int set_up(void **state)
{
    static const char *const labels[KEYS] = {"A", "B", "C", "D"};
    fixture *f = calloc(1, sizeof *f);
    if (!f) return -1;
    small_model_init(&f->small);
    f->small.doc.text = &f->small.text;
    for (uint32_t k = 0; k < KEYS; k++) {
        f->keys[k][0] = number_of(&f->small, labels[k]);
        f->keys[k][1] = k == 3 ? number_of(&f->small, "id") : NO_STRING;
        f->ids[k] = string_id(&f->small.model, labels[k], 1);
    }
    const phrase_tables phrases = {.attr = PATTERN_ORTH,
                                   .longest = 4,
                                   .paths = small_map_bind(&f->paths),
                                   .list_start = f->list_start,
                                   .lists = f->lists};
    f->small.component.entity_ruler =
        (entity_ruler_tables){.wanted = {.phrases = phrases, .keys = f->keys[0], .key_count = KEYS}, .ids = f->ids};
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    small_model_free(&f->small);
    entity_ruler_component.free(&f->scratch);
    lexeme_scratch_free(&f->lexeme);
    free(f);
    return 0;
}

/* A phrase whose letters are words. */
static void use_phrase(fixture *f, uint32_t key, const char *letters)
{
    phrase_tables *p = &f->small.component.entity_ruler.wanted.phrases;
    uint64_t sequence = 0;
    for (const char *c = letters; *c; c++) {
        sequence = phrase_hash(sequence, string_id(&f->small.model, c, 1));
        if (c[1] && map_get(&p->paths, sequence) == MAP_ABSENT) small_map_put(&f->paths, sequence, 0);
    }
    f->lists[p->list_count] = key;
    f->list_start[p->list_count + 1] = p->list_count + 1;
    small_map_put(&f->paths, sequence, ++p->list_count);
}

/* The entities of a text whose letters are words, after those that are there already: "A:0-2 ...". */
static void assert_entities(fixture *f, const char *letters, const entity_span *preset, size_t presets,
                            const char *expected)
{
    const char *words[16];
    char bytes[16][2] = {{0}}, shown[256] = "";
    tern_doc *doc = &f->small.doc;
    for (size_t i = 0; letters[i]; i++) {
        bytes[i][0] = letters[i];
        words[i] = bytes[i];
    }
    small_doc(&f->small, words, strlen(letters));
    assert_int_equal(doc_reserve_entities(doc, doc->token_count), 0);
    for (size_t i = 0; i < presets; i++) doc->entity[doc->entity_count++] = preset[i];
    const component_run run = {&entity_ruler_component, &f->small.component, doc, &f->scratch, &f->lexeme};
    assert_int_equal(entity_ruler_component.finish(&run, NULL, NULL), TERN_OK);
    for (size_t i = 0; i < tern_doc_entity_count(doc); i++) {
        tern_entity e;
        assert_int_equal(tern_doc_entity(doc, i, &e), TERN_OK);
        snprintf(shown + strlen(shown), 32, "%s%s%s%s:%zu-%zu", i ? " " : "", e.label, *e.id ? "/" : "", e.id,
                 e.token_start, e.token_end);
    }
    assert_string_equal(shown, expected);
    assert_true(doc->annotations & TERN_ENTITIES);
}

static void test_the_longest_phrase_wins(void **state)
{
    fixture *f = *state;
    use_phrase(f, 0, "ab");
    use_phrase(f, 1, "bcd");
    use_phrase(f, 2, "a");
    assert_entities(f, "abcdab", NULL, 0, "C:0-1 B:1-4 A:4-6");
    assert_entities(f, "abc", NULL, 0, "A:0-2");
    assert_entities(f, "xyz", NULL, 0, "");
}

static void test_ids(void **state)
{
    fixture *f = *state;
    use_phrase(f, 3, "ab");
    use_phrase(f, 0, "c");
    assert_entities(f, "cab", NULL, 0, "A:0-1 D/id:1-3");
}

static void test_existing_entities(void **state)
{
    fixture *f = *state;
    const entity_span preset[2] = {{1, 3, number_of(&f->small, "X"), 1}, {4, 5, number_of(&f->small, "X"), 1}};
    use_phrase(f, 0, "bc");
    use_phrase(f, 1, "a");
    assert_entities(f, "abcde", preset, 2, "B:0-1 X:1-3 X:4-5");
    assert_entities(f, "xxbca", preset, 2, "X:1-3 X:4-5");
    f->small.component.entity_ruler.overwrite = 1;
    assert_entities(f, "xxbca", preset, 2, "A:2-4 B:4-5");
}

/* They have no entity that a match would have to respect, and are blocked no longer. */
static void test_blocked_tokens(void **state)
{
    fixture *f = *state;
    const entity_span preset[3] = {{0, 1, NO_STRING, 1}, {2, 3, NO_STRING, 1}, {4, 5, number_of(&f->small, "X"), 1}};
    use_phrase(f, 0, "bc");
    assert_entities(f, "abcde", preset, 3, "A:1-3 X:4-5");
    assert_entities(f, "xxxxx", preset, 3, "X:4-5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_of_a_set),
        cmocka_unit_test_setup_teardown(test_the_longest_phrase_wins, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_ids, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_existing_entities, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_blocked_tokens, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
