/* parser_records.h - what the tests of the parser share: spaCy's answers, recorded by record_parser.py, and a document
 * for them. */
#ifndef TERN_TEST_PARSER_RECORDS_H
#define TERN_TEST_PARSER_RECORDS_H

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "doc.h"
#include "hash.h"

enum { RECORD_TOKENS = 64 }; /* more than any record has */

/* String numbers of the records' labels. */
enum { EMPTY, ROOT, A, B, C, D, SUBTOK, LABELS };
static const char *const LABEL[LABELS] = {"", "ROOT", "a", "b", "c", "d", "subtok"};

/* A document that owns nothing: as many columns as the parser needs. */
typedef struct small_doc {
    uint64_t id[LABELS];
    unsigned char is_space[RECORD_TOKENS];
    uint32_t head[RECORD_TOKENS], dep[RECORD_TOKENS];
    signed char sent_start[RECORD_TOKENS];
    tern_model model;
    component_model component; /* the parser */
    tern_doc doc;
} small_doc;

static inline void small_doc_init(small_doc *d)
{
    for (uint64_t i = ROOT; i < LABELS; i++) d->id[i] = murmur64a(LABEL[i], strlen(LABEL[i]), 1);
    d->model.strings = (string_table){.id = d->id, .count = LABELS};
    d->doc.model = &d->model;
    d->doc.head = d->head;
    d->doc.column[COLUMN_DEP] = d->dep;
    d->doc.sent_start = d->sent_start;
    d->doc.is_space = d->is_space;
}

static inline uint32_t label_number(const char *text, size_t len)
{
    for (uint32_t i = 0; i < LABELS; i++)
        if (strlen(LABEL[i]) == len && !memcmp(LABEL[i], text, len)) return i;
    fail_msg("unknown label %.*s", (int)len, text);
    return EMPTY;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static inline const cJSON *record_list(const cJSON *record, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(record, key);
    assert_true(cJSON_IsArray(item));
    return item;
}

static inline const char *record_text(const cJSON *record, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(record, key);
    assert_true(cJSON_IsString(item));
    return item->valuestring;
}

/* Sets the number of tokens and which of them are white space. */
static inline void read_spaces(const cJSON *record, small_doc *d)
{
    const char *spaces = record_text(record, "spaces");
    d->doc.token_count = strlen(spaces);
    assert_in_range(d->doc.token_count, 1, RECORD_TOKENS);
    for (size_t i = 0; spaces[i]; i++) d->is_space[i] = spaces[i] == '1';
}

/* Compares head, dep and sent_start with the record's lists; heads: the key of the heads. */
static inline void check_annotations(const cJSON *record, const char *heads, const small_doc *d)
{
    const cJSON *head = record_list(record, heads)->child, *dep = record_list(record, "deps")->child;
    const cJSON *sent = record_list(record, "sents")->child;
    for (size_t i = 0; i < d->doc.token_count; i++, head = head->next, dep = dep->next, sent = sent->next) {
        assert_true(head && dep && sent);
        assert_int_equal(d->head[i], head->valueint);
        assert_string_equal(LABEL[d->dep[i]], dep->valuestring);
        assert_int_equal(d->sent_start[i], sent->valueint);
    }
    assert_true(!head && !dep && !sent);
}

/* Hands every line of tests/data/NAME but the first to check. A file that lost its lines must not pass. */
static inline void for_each_record(const char *name, size_t fewest, void (*check)(const cJSON *record, void *user),
                                   void *user)
{
    static char line[1 << 16];
    char path[512];
    size_t count = 0;
    snprintf(path, sizeof path, "%s/tests/data/%s", TERN_SOURCE_DIR, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file)); /* what made the file */
    while (fgets(line, sizeof line, file)) {
        cJSON *record = cJSON_Parse(line);
        assert_non_null(record);
        check(record, user);
        cJSON_Delete(record);
        count++;
    }
    fclose(file);
    assert_true(count >= fewest);
}

#endif
