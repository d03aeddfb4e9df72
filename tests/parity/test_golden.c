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
#define FEWEST_TEXTS 300   /* a golden file that lost its lines must not pass */

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

/* "START END SPACE" in characters */
static int check_tokens(sample *s)
{
    size_t count = tern_doc_token_count(s->doc);
    int same = same_count(s, "tokens", json_member(s->want, "tokens"), count);

    for (size_t i = 0; same && i < count; i++) {
        tern_token token;
        char got[80];
        assert_int_equal(tern_doc_token(s->doc, i, &token), TERN_OK);
        snprintf(got, sizeof(got), "%zu %zu %d", token.span.char_start, token.span.char_end, token.space);
        same = same_string(s, "tokens", i, got, strlen(got));
    }
    return same;
}

static int check_norms(sample *s)
{
    int same = same_count(s, "norms", json_member(s->want, "norms"), s->doc->token_count);

    for (size_t i = 0; same && i < s->doc->token_count; i++) {
        size_t len = 0;
        const char *got = lexeme_norm(s->doc, &s->ctx->text, i, &s->ctx->lexeme, &len);
        assert_non_null(got);
        same = same_string(s, "norms", i, got, len);
    }
    return same;
}

/* "FIRST_TOKEN END_TOKEN LABEL" */
static int check_entities(sample *s)
{
    size_t count = tern_doc_entity_count(s->doc);
    int same = same_count(s, "entities", json_member(s->want, "entities"), count);

    for (size_t i = 0; same && i < count; i++) {
        tern_entity entity;
        char got[120];
        assert_int_equal(tern_doc_entity(s->doc, i, &entity), TERN_OK);
        snprintf(got, sizeof(got), "%zu %zu %s", entity.token_start, entity.token_end, entity.label);
        same = same_string(s, "entities", i, got, strlen(got));
    }
    return same;
}

typedef struct tally {
    size_t texts, differing;
} tally;

/* The file's first line holds no text: it says what made the file. */
static void check_line(fixture *f, const char *line, size_t len, check agrees, tally *count)
{
    json_error json_problem;
    tern_error error = {0};
    sample s = {.ctx = f->ctx};
    bytes text = {0};
    json_doc *json = json_parse(line, len, &json_problem);

    if (!json) fail_msg("%s: %s", GOLDEN, json_problem.msg);
    s.want = json_root(json);
    if (json_member(s.want, "text")) {
        const char *data = json_string(json_member(s.want, "text"), &text);
        count->texts++;
        if (tern_run(f->ctx, data, text.len, NULL, &s.doc, &error)) fail_msg("%s", error.msg);
        if (!agrees(&s) && count->differing++ == 0) print_error("%s\nin text: %.300s\n", s.message, data);
    }
    bytes_free(&text);
    json_free(json);
}

static void check_file(void **state, check agrees)
{
    tally count = {0};
    size_t capacity = 0;
    char *line = NULL;
    ssize_t len;
    FILE *file = fopen(GOLDEN, "rb");

    assert_non_null(file);
    while ((len = getline(&line, &capacity, file)) > 0)
        check_line(*state, line, (size_t)len, agrees, &count);
    free(line);
    fclose(file);
    assert_true(count.texts >= FEWEST_TEXTS);
    assert_int_equal(count.differing, 0);
}

static void golden_tokens(void **state) { check_file(state, check_tokens); }
static void golden_norms(void **state) { check_file(state, check_norms); }
static void golden_entities(void **state) { check_file(state, check_entities); }

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
        cmocka_unit_test(golden_entities),
    };
    return cmocka_run_group_tests(tests, open_model, close_model);
}
