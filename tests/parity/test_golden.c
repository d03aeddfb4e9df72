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

#include <cjson/cJSON.h>
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

static int differ(sample *s, const char *stage, size_t index, const char *want, const char *got)
{
    snprintf(s->message, sizeof(s->message), "%s %zu: spaCy %s, tern %s", stage, index, want, got);
    return 0;
}

static int check_count(sample *s, const char *stage, size_t want, size_t got)
{
    if (want == got) return 1;
    snprintf(s->message, sizeof(s->message), "%s: spaCy has %zu, tern %zu", stage, want, got);
    return 0;
}

static int check_number(sample *s, const char *stage, size_t index, const json_node *want, size_t got)
{
    char want_text[32], got_text[32];

    if (want && (size_t)want->valuedouble == got) return 1;
    snprintf(want_text, sizeof(want_text), "%.0f", want ? want->valuedouble : -1.0);
    snprintf(got_text, sizeof(got_text), "%zu", got);
    return differ(s, stage, index, want_text, got_text);
}

static int check_tokens(sample *s)
{
    const json_node *start = json_member(s->want, "start"), *end = json_member(s->want, "end");
    const json_node *space = json_member(s->want, "space");

    if (!check_count(s, "tokens", json_array_size(start), tern_doc_token_count(s->doc))) return 0;
    for (size_t i = 0; i < tern_doc_token_count(s->doc); i++) {
        tern_token token;
        assert_int_equal(tern_doc_token(s->doc, i, &token), TERN_OK);
        if (!check_number(s, "start of token", i, json_array_item(start, i), token.span.char_start)) return 0;
        if (!check_number(s, "end of token", i, json_array_item(end, i), token.span.char_end)) return 0;
        if (!check_number(s, "space of token", i, json_array_item(space, i), (size_t)token.space)) return 0;
    }
    return 1;
}

static int check_norms(sample *s)
{
    const json_node *norms = json_member(s->want, "norm");
    bytes want = {0};
    int same = check_count(s, "norms", json_array_size(norms), s->doc->token_count);

    for (size_t i = 0; same && i < s->doc->token_count; i++) {
        size_t len = 0;
        const char *got = lexeme_norm(s->doc, &s->ctx->text, i, &s->ctx->lexeme, &len);
        assert_non_null(got);
        assert_non_null(json_string(json_array_item(norms, i), &want));
        if (want.len == len && memcmp(want.data, got, len) == 0) continue;
        char copy[200];
        snprintf(copy, sizeof(copy), "%.*s", (int)(len < 199 ? len : 199), got);
        same = differ(s, "norm of token", i, want.data, copy);
    }
    bytes_free(&want);
    return same;
}

static int check_entities(sample *s)
{
    const json_node *entities = json_member(s->want, "entities");

    if (!check_count(s, "entities", json_array_size(entities), tern_doc_entity_count(s->doc))) return 0;
    for (size_t i = 0; i < tern_doc_entity_count(s->doc); i++) {
        const json_node *want = json_array_item(entities, i);
        tern_entity got;
        assert_int_equal(tern_doc_entity(s->doc, i, &got), TERN_OK);
        if (!check_number(s, "first token of entity", i, json_array_item(want, 0), got.token_start)) return 0;
        if (!check_number(s, "end token of entity", i, json_array_item(want, 1), got.token_end)) return 0;
        const char *label = json_array_item(want, 2)->valuestring;
        if (strcmp(label, got.label) != 0) return differ(s, "label of entity", i, label, got.label);
    }
    return 1;
}

/* 1 if the line agrees or holds no text (the file's first line says what made it); *texts counts. */
static int check_line(fixture *f, const char *line, size_t len, check agrees, size_t *texts)
{
    json_error json_problem;
    tern_error error = {0};
    sample s = {.ctx = f->ctx};
    bytes text = {0};
    json_doc *json = json_parse(line, len, &json_problem);
    int same = 1;

    if (!json) fail_msg("%s: %s", GOLDEN, json_problem.msg);
    s.want = json_root(json);
    if (json_member(s.want, "text")) {
        const char *data = json_string(json_member(s.want, "text"), &text);
        ++*texts;
        if (tern_run(f->ctx, data, text.len, NULL, &s.doc, &error)) fail_msg("%s", error.msg);
        same = agrees(&s);
        if (!same) print_error("%s\nin text: %s\n", s.message, data);
    }
    bytes_free(&text);
    json_free(json);
    return same;
}

static void check_file(void **state, check agrees)
{
    size_t texts = 0, differing = 0, capacity = 0;
    char *line = NULL;
    ssize_t len;
    FILE *file = fopen(GOLDEN, "rb");

    assert_non_null(file);
    while ((len = getline(&line, &capacity, file)) > 0)
        if (!check_line(*state, line, (size_t)len, agrees, &texts)) differing++;
    free(line);
    fclose(file);
    assert_true(texts >= FEWEST_TEXTS);
    assert_int_equal(differing, 0);
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
