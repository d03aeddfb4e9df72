#include "token_tests.h"

#include "automata.h"
#include "edit_distance.h"
#include "string_store.h"

#include <string.h>

/* Columns of PREFIX/tests and PREFIX/near. */
enum { TEST_KIND = 0, TEST_ATTR, TEST_NEGATED, TEST_FIRST, TEST_COUNT, TEST_COLUMNS };
enum { NEAR_STRING = 0, NEAR_EDITS, NEAR_COLUMNS };

/* A token may be as long as a text, and a test may have thousands of expressions. */
#define WORK_BETWEEN_QUESTIONS ((size_t)1 << 20)

static int begin_memo(buffer *memory, uint32_t count, uint32_t **memo)
{
    if (buffer_reserve(memory, (size_t)count + 1, sizeof **memo)) return -1;
    *memo = memory->data;
    memset(*memo, 0, ((size_t)count + 1) * sizeof **memo);
    return 0;
}

int token_tests_begin(token_tests *t, const pattern_tables *tables, const tern_doc *doc, lexeme_scratch *lexeme)
{
    t->tables = tables;
    return token_values_begin(&t->values, doc, tables->attrs, lexeme)
                   || begin_memo(&t->spec_memory, tables->spec_count, &t->spec_memo)
                   || begin_memo(&t->test_memory, tables->test_count, &t->test_memo)
               ? -1
               : 0;
}

void token_tests_free(token_tests *t)
{
    token_values_free(&t->values);
    buffer_free(&t->spec_memory);
    buffer_free(&t->test_memory);
    buffer_free(&t->text_memory);
}

/* ---- predicates -------------------------------------------------------------------------------------------------- */

static int is_among(const pattern_tables *p, const uint32_t *test, uint64_t value)
{
    return id_find(p->values + test[TEST_FIRST], test[TEST_COUNT], value) < test[TEST_COUNT];
}

static int is_in_range(const pattern_tables *p, const uint32_t *test, uint64_t value)
{
    return value >= p->values[test[TEST_FIRST]] && value <= p->values[test[TEST_FIRST] + 1];
}

static size_t piece(const unsigned char *text, const unsigned char *end, unsigned char mark)
{
    const unsigned char *found = memchr(text, mark, (size_t)(end - text));
    return (size_t)((found ? found : end) - text);
}

/* Ids of an analysis' features into text_memory; each value of a field counts: "Case=Acc,Nom|Number=Sing" has three
 * (morphology.pyx). Returns how many, or SIZE_MAX when out of memory. */
static size_t list_features(token_tests *t, size_t token)
{
    const tern_doc *doc = t->values.doc;
    size_t len = 0, count = 0;
    const unsigned char *text = token_value_text(&t->values, PATTERN_MORPH, token, &len), *end = text + len;
    if (len == 1 && *text == '_') return 0;
    if (buffer_reserve(&t->text_memory, 2 * len + 2, sizeof(uint64_t))) return SIZE_MAX;
    uint64_t *ids = t->text_memory.data;
    unsigned char *name = (unsigned char *)(ids + len + 1);
    while (text < end) {
        const unsigned char *stop = text + piece(text, end, '|');
        size_t field = piece(text, stop, '=') + 1;
        const unsigned char *value = text + field < stop ? text + field : stop;
        memcpy(name, text, (size_t)(value - text));
        do {
            size_t bytes = piece(value, stop, ',');
            memcpy(name + field, value, bytes);
            ids[count++] = string_id(doc->model, name, field + bytes);
            value += bytes + 1;
        } while (value < stop);
        text = stop + 1;
    }
    return count;
}

static int contains(const uint64_t *ids, size_t count, uint64_t id)
{
    for (size_t i = 0; i < count; i++)
        if (ids[i] == id) return 1;
    return 0;
}

static int features_fit(token_tests *t, const uint32_t *test, size_t token)
{
    const pattern_tables *p = t->tables;
    size_t count = list_features(t, token), shared = 0;
    if (count == SIZE_MAX) return -1;
    const uint64_t *ids = t->text_memory.data;
    if (test[TEST_KIND] == PREDICATE_SUPERSET) {
        for (uint32_t i = 0; i < test[TEST_COUNT]; i++)
            if (!contains(ids, count, p->values[test[TEST_FIRST] + i])) return 0;
        return 1;
    }
    for (size_t i = 0; i < count; i++) shared += (size_t)is_among(p, test, ids[i]);
    return test[TEST_KIND] == PREDICATE_SUBSET ? shared == count : shared > 0;
}

static int is_over(token_tests *t, size_t work)
{
    t->work += work;
    if (t->work < WORK_BETWEEN_QUESTIONS) return 0;
    t->work = 0;
    return interrupted(t->values.doc->interruption);
}

static int is_found(token_tests *t, const uint32_t *test, size_t token)
{
    size_t len = 0;
    const unsigned char *text = token_value_text(&t->values, test[TEST_ATTR], token, &len);
    if (!text) return -1;
    for (uint32_t i = 0; i < test[TEST_COUNT]; i++) {
        if (automaton_finds(&t->tables->automata, test[TEST_FIRST] + i, text, len)) return 1;
        if (is_over(t, len)) return -1;
    }
    return 0;
}

static int is_near(token_tests *t, const uint32_t *test, size_t token)
{
    size_t len = 0, other_len = 0;
    const unsigned char *text = token_value_text(&t->values, test[TEST_ATTR], token, &len);
    int near = text ? 0 : -1;
    for (uint32_t i = 0; i < test[TEST_COUNT] && !near; i++) {
        const uint32_t *row = t->tables->near + NEAR_COLUMNS * ((size_t)test[TEST_FIRST] + i);
        const char *other = string_get(t->values.doc->model, row[NEAR_STRING], &other_len);
        near = within_edits(text, len, (const unsigned char *)other, other_len, row[NEAR_EDITS], &t->text_memory);
        if (is_over(t, len + other_len * (2 * (size_t)row[NEAR_EDITS] + 1))) return -1;
    }
    return near;
}

static int ask(token_tests *t, const uint32_t *test, size_t token)
{
    switch (test[TEST_KIND]) {
    case PREDICATE_AMONG: return is_among(t->tables, test, token_value(&t->values, test[TEST_ATTR], token));
    case PREDICATE_RANGE: return is_in_range(t->tables, test, token_value(&t->values, test[TEST_ATTR], token));
    case PREDICATE_FOUND: return is_found(t, test, token);
    case PREDICATE_NEAR: return is_near(t, test, token);
    default: return features_fit(t, test, token);
    }
}

/* ---- tests and specs --------------------------------------------------------------------------------------------- */

static int test_holds(token_tests *t, uint32_t number, size_t token)
{
    const uint32_t *test = t->tables->tests + TEST_COLUMNS * (size_t)number;
    uint32_t asked = 2 * ((uint32_t)token + 1);
    if ((t->test_memo[number] & ~1u) == asked) return (int)(t->test_memo[number] & 1);
    int answer = ask(t, test, token);
    if (answer < 0) return -1;
    answer = (answer != 0) != (int)test[TEST_NEGATED];
    t->test_memo[number] = asked | (uint32_t)answer;
    return answer;
}

int token_fits(token_tests *t, uint32_t spec, size_t token)
{
    const pattern_tables *p = t->tables;
    uint32_t asked = 2 * ((uint32_t)token + 1);
    if ((t->spec_memo[spec] & ~1u) == asked) return (int)(t->spec_memo[spec] & 1);
    int answer = 1;
    for (uint32_t i = p->spec_start[spec]; i < p->spec_start[spec + 1] && answer == 1; i++)
        answer = test_holds(t, p->spec_tests[i], token);
    if (answer >= 0) t->spec_memo[spec] = asked | (uint32_t)answer;
    return answer;
}
