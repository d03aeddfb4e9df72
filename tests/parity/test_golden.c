/* test_golden.c - tern against spaCy's recorded answers (tests/golden/, made by make.py), without Python.
 *
 * Each test walks over all texts, shows the first that differs, and fails with the number of texts that do. */
#define _POSIX_C_SOURCE 200809L

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctx.h"
#include "json_in.h"

#define GOLDEN TERN_SOURCE_DIR "/tests/golden/en_core_web_sm.jsonl"
#define FEWEST_TEXTS 1200 /* a golden file that lost its lines must not pass */

typedef struct fixture {
    tern_model *model;
    tern_ctx *ctx;
} fixture;

/* One golden text and tern's run of it. check returns 1 if they agree, else 0 with the difference in message. */
typedef struct sample {
    tern_ctx *ctx;
    const tern_doc *doc;
    const json_node *want;
    char message[512];
} sample;
typedef int (*check)(sample *s);

static int same_count(sample *s, const char *stage, const json_node *want, size_t got)
{
    if (json_type_of(want) == JSON_ARRAY && json_array_size(want) == got) return 1;
    snprintf(s->message, sizeof(s->message), "spaCy has %zu %s, tern %zu", json_array_size(want), stage, got);
    return 0;
}

static int same_string(sample *s, const char *stage, size_t index, const char *got, size_t len)
{
    bytes want = {0};
    const char *expected = json_string(json_array_item(json_member(s->want, stage), index), &want);
    int same = expected && want.len == len && memcmp(expected, got, len) == 0;

    if (!same)
        snprintf(s->message, sizeof(s->message), "%s, number %zu: spaCy \"%.150s\", tern \"%.*s\"", stage, index,
                 expected ? expected : "(none)", (int)(len < 150 ? len : 150), got);
    bytes_free(&want);
    return same;
}

static int same_strings(sample *s, const char *stage, size_t count, void (*write)(sample *s, size_t index, bytes *out))
{
    bytes got = {0};
    int same = same_count(s, stage, json_member(s->want, stage), count);

    for (size_t i = 0; same && i < count; i++) {
        bytes_clear(&got);
        write(s, i, &got);
        assert_false(got.failed);
        same = same_string(s, stage, i, got.data ? got.data : "", got.len);
    }
    bytes_free(&got);
    return same;
}

/* ---- stages ------------------------------------------------------------------------------------------------------ */

static tern_token token_at(const sample *s, size_t index)
{
    tern_token token;

    assert_int_equal(tern_doc_token(s->doc, index, &token), TERN_OK);
    return token;
}

/* "START END SPACE" in characters */
static void write_token(sample *s, size_t i, bytes *out)
{
    tern_token t = token_at(s, i);
    bytes_format(out, "%zu %zu %d", t.span.char_start, t.span.char_end, t.space);
}

static void write_norm(sample *s, size_t i, bytes *out)
{
    tern_token t = token_at(s, i);
    bytes_append(out, t.norm, t.norm_len);
}

static void write_tag(sample *s, size_t i, bytes *out) { bytes_text(out, token_at(s, i).tag); }
static void write_pos(sample *s, size_t i, bytes *out) { bytes_text(out, token_at(s, i).pos); }
static void write_morph(sample *s, size_t i, bytes *out) { bytes_text(out, token_at(s, i).morph); }

static void write_lemma(sample *s, size_t i, bytes *out)
{
    tern_token t = token_at(s, i);
    bytes_append(out, t.lemma, t.lemma_len);
}

/* "HEAD DEP" */
static void write_arc(sample *s, size_t i, bytes *out)
{
    tern_token t = token_at(s, i);
    bytes_format(out, "%zu %s", t.head, t.dep);
}

/* "FIRST_TOKEN END_TOKEN" */
static void write_sentence(sample *s, size_t i, bytes *out)
{
    tern_sentence sentence;
    assert_int_equal(tern_doc_sentence(s->doc, i, &sentence), TERN_OK);
    bytes_format(out, "%zu %zu", sentence.token_start, sentence.token_end);
}

/* "FIRST_TOKEN END_TOKEN LABEL" */
static void write_entity(sample *s, size_t i, bytes *out)
{
    tern_entity entity;
    assert_int_equal(tern_doc_entity(s->doc, i, &entity), TERN_OK);
    bytes_format(out, "%zu %zu %s", entity.token_start, entity.token_end, entity.label);
}

static int check_tokens(sample *s) { return same_strings(s, "tokens", tern_doc_token_count(s->doc), write_token); }
static int check_norms(sample *s) { return same_strings(s, "norms", tern_doc_token_count(s->doc), write_norm); }
static int check_tags(sample *s) { return same_strings(s, "tags", tern_doc_token_count(s->doc), write_tag); }
static int check_pos(sample *s) { return same_strings(s, "pos", tern_doc_token_count(s->doc), write_pos); }
static int check_morphs(sample *s) { return same_strings(s, "morphs", tern_doc_token_count(s->doc), write_morph); }
static int check_lemmas(sample *s) { return same_strings(s, "lemmas", tern_doc_token_count(s->doc), write_lemma); }
static int check_arcs(sample *s) { return same_strings(s, "arcs", tern_doc_token_count(s->doc), write_arc); }
static int check_sentences(sample *s)
{
    return same_strings(s, "sentences", tern_doc_sentence_count(s->doc), write_sentence);
}
static int check_entities(sample *s)
{
    return same_strings(s, "entities", tern_doc_entity_count(s->doc), write_entity);
}

static int check_ner_alone(sample *s)
{
    return same_strings(s, "entities_by_ner_alone", tern_doc_entity_count(s->doc), write_entity);
}

static int check_senter_alone(sample *s)
{
    return same_strings(s, "sentences_by_senter_alone", tern_doc_sentence_count(s->doc), write_sentence);
}

/* ---- the file ---------------------------------------------------------------------------------------------------- */

typedef struct tally {
    size_t texts, differing;
} tally;

/* The file's first line holds no text: it says what made the file. */
static void check_line(fixture *f, const char *line, size_t len, unsigned components, check agrees, tally *count)
{
    json_error json_problem;
    tern_error error = {0};
    tern_options options = {.want = tern_model_offers(f->model), .components = components};
    sample s = {.ctx = f->ctx};
    bytes text = {0};
    json_doc *json = json_parse(line, len, &json_problem);

    if (!json) fail_msg("%s: %s", GOLDEN, json_problem.msg);
    s.want = json_root(json);
    if (json_member(s.want, "text")) {
        const char *data = json_string(json_member(s.want, "text"), &text);
        count->texts++;
        if (tern_run(f->ctx, data, text.len, &options, &s.doc, &error)) fail_msg("%s", error.msg);
        if (!agrees(&s) && count->differing++ == 0) print_error("%s\nin text: %.300s\n", s.message, data);
    }
    bytes_free(&text);
    json_free(json);
}

/* components: 0 for those that run by default */
static void check_file(void **state, unsigned components, check agrees)
{
    tally count = {0};
    size_t capacity = 0;
    char *line = NULL;
    ssize_t len;
    FILE *file = fopen(GOLDEN, "rb");

    assert_non_null(file);
    while ((len = getline(&line, &capacity, file)) > 0)
        check_line(*state, line, (size_t)len, components, agrees, &count);
    free(line);
    fclose(file);
    assert_true(count.texts >= FEWEST_TEXTS);
    assert_int_equal(count.differing, 0);
}

static void golden_tokens(void **state) { check_file(state, 0, check_tokens); }
static void golden_norms(void **state) { check_file(state, 0, check_norms); }
static void golden_tags(void **state) { check_file(state, 0, check_tags); }
static void golden_pos(void **state) { check_file(state, 0, check_pos); }
static void golden_morphs(void **state) { check_file(state, 0, check_morphs); }
static void golden_lemmas(void **state) { check_file(state, 0, check_lemmas); }
static void golden_arcs(void **state) { check_file(state, 0, check_arcs); }
static void golden_sentences(void **state) { check_file(state, 0, check_sentences); }
static void golden_entities(void **state) { check_file(state, 0, check_entities); }
static void golden_entities_by_ner_alone(void **state) { check_file(state, TERN_NER, check_ner_alone); }
static void golden_sentences_by_senter_alone(void **state) { check_file(state, TERN_SENTER, check_senter_alone); }

static int open_model(void **state)
{
    static fixture f;
    const char *path = getenv("TERN_MODEL_FILE");
    tern_error error = {0};

    if (!path) path = TERN_SOURCE_DIR "/weights/en_core_web_sm.tern";
    if (tern_model_open(path, &f.model, &error) || tern_ctx_new(f.model, &f.ctx, &error)) {
        print_error("%s\n", error.msg);
        return -1;
    }
    *state = &f;
    return 0;
}

static int close_model(void **state)
{
    fixture *f = *state;

    tern_ctx_free(f->ctx);
    tern_model_close(f->model);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_tokens),
        cmocka_unit_test(golden_norms),
        cmocka_unit_test(golden_tags),
        cmocka_unit_test(golden_pos),
        cmocka_unit_test(golden_morphs),
        cmocka_unit_test(golden_lemmas),
        cmocka_unit_test(golden_arcs),
        cmocka_unit_test(golden_sentences),
        cmocka_unit_test(golden_entities),
        cmocka_unit_test(golden_entities_by_ner_alone),
        cmocka_unit_test(golden_sentences_by_senter_alone),
    };
    return cmocka_run_group_tests(tests, open_model, close_model);
}
