/* The span ruler on phrases by hand. Expected spans and entities: spaCy 3.8's SpanRuler with the same patterns, spans
 * and entities. */
#include "span_ruler.h"

#include "doc_spans.h"
#include "small_model.h"

enum { KEYS = 4 };

typedef struct fixture {
    small_model small;
    small_map paths;
    uint32_t keys[KEYS][2], lists[KEYS], list_start[KEYS + 1], group;
    span_ruler_scratch scratch;
    lexeme_scratch lexeme;
} fixture;

/* A phrase whose letters are words. */
static void use_phrase(fixture *f, uint32_t key, const char *letters)
{
    phrase_tables *p = &f->small.component.span_ruler.wanted.phrases;
    uint64_t sequence = 0;
    for (const char *c = letters; *c; c++) {
        sequence = phrase_hash(sequence, string_id(&f->small.model, c, 1));
        if (c[1] && map_get(&p->paths, sequence) == MAP_ABSENT) small_map_put(&f->paths, sequence, 0);
    }
    f->lists[p->list_count] = key;
    f->list_start[p->list_count + 1] = p->list_count + 1;
    small_map_put(&f->paths, sequence, ++p->list_count);
}

/* A: ab, B: bcd, C: a, D with an id: bc. */
static int set_up(void **state)
{
    static const char *const labels[KEYS] = {"A", "B", "C", "D"}, *const phrases[KEYS] = {"ab", "bcd", "a", "bc"};
    fixture *f = calloc(1, sizeof *f);
    if (!f) return -1;
    small_model_init(&f->small);
    f->small.doc.text = &f->small.text;
    f->group = number_of(&f->small, "ruler");
    for (uint32_t k = 0; k < KEYS; k++) {
        f->keys[k][0] = number_of(&f->small, labels[k]);
        f->keys[k][1] = k == 3 ? number_of(&f->small, "id") : NO_STRING;
    }
    const phrase_tables tables = {.attr = PATTERN_ORTH,
                                  .longest = 4,
                                  .paths = small_map_bind(&f->paths),
                                  .list_start = f->list_start,
                                  .lists = f->lists};
    f->small.component.span_ruler =
        (span_ruler_tables){.wanted = {.phrases = tables, .keys = f->keys[0], .key_count = KEYS},
                            .spans_key = f->group,
                            .sets_entities = 1,
                            .ents_filter = SPAN_FILTER_LONGEST};
    for (uint32_t k = 0; k < KEYS; k++) use_phrase(f, k, phrases[k]);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    small_model_free(&f->small);
    span_ruler_component.free(&f->scratch);
    lexeme_scratch_free(&f->lexeme);
    free(f);
    return 0;
}

static void show(char *out, const char *label, const char *id, size_t start, size_t end)
{
    size_t len = strlen(out);
    snprintf(out + len, 256 - len, "%s%s%s%s:%zu-%zu", len ? " " : "", label, *id ? "/" : "", id, start, end);
}

/* What comes of a text whose letters are words, with entities and spans X of [1, 2) and [5, 6) before if preset. */
static void assert_found(fixture *f, const char *letters, int preset, const char *spans, const char *entities)
{
    const char *words[6];
    char bytes[6][2] = {{0}}, shown[256] = "";
    tern_doc *doc = &f->small.doc;
    tern_group_span span;
    tern_entity e;
    const uint32_t label = number_of(&f->small, "X");
    for (size_t i = 0; i < 6; i++) {
        bytes[i][0] = letters[i];
        words[i] = bytes[i];
    }
    small_doc(&f->small, words, 6);
    assert_int_equal(doc_reserve_entities(doc, 6), 0);
    assert_int_equal(doc_begin_group(doc, f->group, 0), 0);
    for (uint32_t start = 1; preset && start < 6; start += 4) {
        doc->entity[doc->entity_count++] = (entity_span){start, start + 1, label, 1};
        assert_int_equal(doc_add_span(doc, (group_span){start, start + 1, label, 0}), 0);
    }
    const component_run run = {&span_ruler_component, &f->small.component, doc, &f->scratch, &f->lexeme};
    assert_int_equal(span_ruler_component.finish(&run, NULL, NULL), TERN_OK);
    for (size_t i = 0; !tern_doc_group_span(doc, 0, i, &span); i++)
        show(shown, span.label, "", span.token_start, span.token_end);
    assert_string_equal(shown, spans);
    *shown = '\0';
    for (size_t i = 0; !tern_doc_entity(doc, i, &e); i++) show(shown, e.label, e.id, e.token_start, e.token_end);
    assert_string_equal(shown, entities);
}

static void test_spans(void **state)
{
    fixture *f = *state;
    span_ruler_tables *t = &f->small.component.span_ruler;
    assert_found(f, "abcdab", 0, "C:0-1 A:0-2 D:1-3 B:1-4 C:4-5 A:4-6", "C:0-1 B:1-4 A:4-6");
    t->spans_filter = SPAN_FILTER_LONGEST;
    assert_found(f, "abcdab", 0, "C:0-1 B:1-4 A:4-6", "C:0-1 B:1-4 A:4-6");
    t->spans_filter = SPAN_FILTER_NONE;
    t->overwrite = 1;
    assert_found(f, "abcdab", 1, "C:0-1 A:0-2 D:1-3 B:1-4 C:4-5 A:4-6", "C:0-1 B:1-4 A:4-6");
    assert_found(f, "xbcxxx", 1, "D:1-3", "D/id:1-3");
}

static void test_filters(void **state)
{
    static const struct {
        uint32_t filter;
        const char *spans, *entities;
    } cases[] = {
        {SPAN_FILTER_LONGEST, "X:1-2 X:5-6 C:0-1 B:1-4 A:4-6", "C:0-1 B:1-4 A:4-6"},
        {SPAN_FILTER_NEW, "X:1-2 X:5-6 B:1-4 A:4-6 C:0-1", "C:0-1 B:1-4 A:4-6"},
        {SPAN_FILTER_EXISTING, "X:1-2 X:5-6 X:1-2 X:5-6 C:0-1 C:4-5", "C:0-1 X:1-2 C:4-5 X:5-6"},
    };
    fixture *f = *state;
    span_ruler_tables *t = &f->small.component.span_ruler;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        t->spans_filter = t->ents_filter = cases[i].filter;
        assert_found(f, "abcdab", 1, cases[i].spans, cases[i].entities);
        assert_found(f, "xxxxxx", 1, "X:1-2 X:5-6 X:1-2 X:5-6", "X:1-2 X:5-6");
    }
}

static void test_entities_alone(void **state)
{
    fixture *f = *state;
    f->small.component.span_ruler.spans_key = NO_STRING;
    assert_found(f, "abcxxx", 0, "", "A:0-2");
    f->small.component.span_ruler.sets_entities = 0;
    assert_found(f, "abcxxx", 1, "X:1-2 X:5-6", "X:1-2 X:5-6");
}

/* The filter does not see them, and they are blocked no longer. */
static void test_blocked_tokens(void **state)
{
    fixture *f = *state;
    tern_doc *doc = &f->small.doc;
    f->small.component.span_ruler.ents_filter = SPAN_FILTER_EXISTING;
    f->small.component.span_ruler.spans_key = NO_STRING;
    assert_found(f, "xxxxxx", 0, "", "");
    doc->entity[doc->entity_count++] = (entity_span){1, 2, NO_STRING, 1};
    doc->entity[doc->entity_count++] = (entity_span){3, 4, number_of(&f->small, "X"), 1};
    const component_run run = {&span_ruler_component, &f->small.component, doc, &f->scratch, &f->lexeme};
    assert_int_equal(span_ruler_component.finish(&run, NULL, NULL), TERN_OK);
    assert_int_equal(doc->entity_count, 1);
    assert_int_equal(doc->entity[0].token_start, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_spans, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_filters, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_entities_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_blocked_tokens, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
