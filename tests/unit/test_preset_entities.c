/* tern_options.preset_entities: what a document has before a run stays, as spaCy's ner and rulers have it, and comes
 * out again; what cannot be is refused with a sentence. What ner finds beside them is what spaCy 3.8 says. */
#include "fixture.h"
#include "same_docs.h"

#define TEXT "Alan Turing was born on June 23, 1912, in London, England."
enum { TOKENS = 15 };

typedef struct wish {
    size_t count;
    const tern_preset_entity *entities;
    unsigned want;
} wish;

static tern_status run(tern_ctx *ctx, const char *text, wish w, const tern_doc **doc, tern_error *err)
{
    const tern_options options = {.want = w.want, .preset_entities = w.entities, .preset_entity_count = w.count};
    return tern_run(ctx, text, strlen(text), &options, doc, err);
}

/* shown: "LABEL:first-end " or "LABEL/id:first-end " of each. */
static void assert_shown(const tern_doc *doc, const char *expected)
{
    char shown[512] = "";
    tern_entity e;
    for (size_t i = 0; !tern_doc_entity(doc, i, &e); i++)
        snprintf(shown + strlen(shown), 64, "%s%s%s:%zu-%zu ", e.label, *e.id ? "/" : "", e.id, e.token_start,
                 e.token_end);
    assert_string_equal(shown, expected);
}

static const tern_doc *run_well(tern_ctx *ctx, const char *text, wish w)
{
    const tern_doc *doc;
    tern_error err;
    if (run(ctx, text, w, &doc, &err)) fail_msg("%s", err.msg);
    return doc;
}

static void they_stay_and_others_come_beside_them(void **state)
{
    tern_ctx *ctx = new_context(state);
    char label[] = "LINGUIST", id[] = "q1";
    const tern_preset_entity given[] = {{0, 1, label, id}, {6, 7, "PERSON", NULL}, {13, 14, "", ""}};
    assert_shown(run_well(ctx, TEXT, (wish){0, NULL, TERN_ENTITIES}), "PERSON:0-2 DATE:5-9 GPE:11-12 GPE:13-14 ");
    const tern_doc *doc = run_well(ctx, TEXT, (wish){3, given, TERN_ENTITIES});
    memset(label, 'x', sizeof label - 1); /* nothing needs to outlive the call */
    memset(id, 'x', sizeof id - 1);
    assert_shown(doc, "LINGUIST/q1:0-1 PERSON:6-7 DATE:8-9 GPE:11-12 :13-14 ");
    assert_shown(run_well(ctx, TEXT, (wish){0, NULL, TERN_ENTITIES}), "PERSON:0-2 DATE:5-9 GPE:11-12 GPE:13-14 ");
    tern_ctx_free(ctx);
}

static void blocked_tokens_have_no_entity(void **state)
{
    tern_ctx *ctx = new_context(state);
    const tern_preset_entity given[] = {{0, 2, "", "id"}, {11, 12, "", NULL}};
    const tern_doc *doc = run_well(ctx, TEXT, (wish){2, given, TERN_ENTITIES});
    assert_shown(doc, ":0-1 :1-2 DATE:5-9 :11-12 GPE:13-14 ");
    assert_true(tern_doc_annotations(doc) & TERN_ENTITIES);
    tern_ctx_free(ctx);
}

/* No component looks at them, and none has set any. */
static void they_come_out_of_other_runs(void **state)
{
    tern_ctx *ctx = new_context(state);
    const tern_preset_entity given[] = {{3, 5, "\xc3\x84 B", "\xc3\xb6"}};
    const tern_doc *doc = run_well(ctx, TEXT, (wish){1, given, TERN_TAGS});
    assert_shown(doc, "\xc3\x84 B/\xc3\xb6:3-5 ");
    assert_int_equal(tern_doc_annotations(doc) & TERN_ENTITIES, 0);
    assert_shown(run_well(ctx, "", (wish){0, given, TERN_ENTITIES}), "");
    tern_ctx_free(ctx);
}

static void words_take_them_too(void **state)
{
    static const char *const list[] = {"Alan", "Turing", "in", "London"};
    const tern_words words = {.count = 4, .words = list};
    const tern_preset_entity given[] = {{1, 3, "X", NULL}};
    const tern_options options = {.want = TERN_ENTITIES, .preset_entities = given, .preset_entity_count = 1};
    tern_ctx *ctx = new_context(state);
    const tern_doc *doc;
    assert_int_equal(tern_run_words(ctx, &words, &options, &doc, NULL), TERN_OK);
    assert_shown(doc, "X:1-3 GPE:3-4 ");
    tern_ctx_free(ctx);
}

/* As many as there can be, each with a label of its own. */
static void as_many_as_tokens(void **state)
{
    enum { MANY = 20000 };
    tern_ctx *ctx = new_context(state);
    tern_preset_entity *given = calloc(MANY, sizeof *given);
    char (*labels)[16] = calloc(MANY, sizeof *labels);
    char *text = malloc(2 * MANY + 1);
    assert_true(given && labels && text);
    for (size_t i = 0; i < MANY; i++) {
        memcpy(text + 2 * i, "a ", 3);
        snprintf(labels[i], sizeof labels[i], "L%zu", i);
        given[i] = (tern_preset_entity){i, i + 1, labels[i], labels[MANY - 1 - i]};
    }
    const tern_doc *doc = run_well(ctx, text, (wish){MANY, given, TERN_ENTITIES});
    assert_int_equal(tern_doc_entity_count(doc), MANY);
    for (size_t i = 0; i < MANY; i++) {
        tern_entity e;
        assert_int_equal(tern_doc_entity(doc, i, &e), TERN_OK);
        assert_string_equal(e.label, labels[i]);
        assert_string_equal(e.id, labels[MANY - 1 - i]);
    }
    free(text);
    free(labels);
    free(given);
    tern_ctx_free(ctx);
}

static void what_cannot_be_is_refused(void **state)
{
    static const struct {
        size_t count;
        tern_preset_entity given[2];
        const char *words;
    } cases[] = {
        {1, {{0, 0, "A", NULL}}, "preset entity 0 has the tokens [0, 0) of 15"},
        {1, {{3, 2, "A", NULL}}, "[3, 2)"},
        {1, {{14, TOKENS + 1, "A", NULL}}, "[14, 16) of 15"},
        {1, {{SIZE_MAX - 1, SIZE_MAX, "A", NULL}}, "of 15"},
        {1, {{TOKENS, SIZE_MAX, "", NULL}}, "of 15"},
        {2, {{0, 2, "A", NULL}, {1, 3, "B", NULL}}, "preset entity 1 begins at token 1"},
        {2, {{0, 2, "", NULL}, {1, 3, "", NULL}}, "preset entity 1 begins at token 1"},
        {2, {{4, 5, "A", NULL}, {0, 1, "B", NULL}}, "preset entity 1 begins at token 0"},
        {2, {{0, 1, "A", NULL}, {4, 5, NULL, NULL}}, "preset entity 1 has no label"},
        {1, {{0, 1, "\xff", NULL}}, "not UTF-8"},
        {1, {{0, 1, "A", "\xc3"}}, "not UTF-8"},
        {1, {{0, 1, "", "\xc3"}}, "not UTF-8"},
    };
    tern_ctx *ctx = new_context(state);
    const tern_doc *doc;
    tern_error err;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const wish w = {cases[i].count, cases[i].given, TERN_ENTITIES};
        assert_int_equal(run(ctx, TEXT, w, &doc, &err), TERN_E_ARGUMENT);
        assert_null(doc);
        if (!strstr(err.msg, cases[i].words)) fail_msg("%s", err.msg);
    }
    assert_int_equal(run(ctx, TEXT, (wish){1, NULL, TERN_ENTITIES}, &doc, &err), TERN_E_ARGUMENT);
    assert_int_equal(run(ctx, "", (wish){1, cases[0].given, TERN_ENTITIES}, &doc, &err), TERN_E_ARGUMENT);
    assert_shown(run_well(ctx, TEXT, (wish){0, NULL, TERN_ENTITIES}), "PERSON:0-2 DATE:5-9 GPE:11-12 GPE:13-14 ");
    tern_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_stay_and_others_come_beside_them),
        cmocka_unit_test(blocked_tokens_have_no_entity),
        cmocka_unit_test(they_come_out_of_other_runs),
        cmocka_unit_test(words_take_them_too),
        cmocka_unit_test(as_many_as_tokens),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, open_model, close_model);
}
