#include "token_flags.h"

#include "automata.h"

/* Columns of flags/tests, which are those of token patterns. */
enum { TEST_KIND = 0, TEST_ATTR, TEST_NEGATED, TEST_FIRST, TEST_COUNT, TEST_COLUMNS };

static int is_found(const token_flag_tables *f, const uint32_t *test, const tern_doc *doc, size_t token)
{
    const token_span *s = &doc->span[token];
    return automaton_finds(&f->automata, test[TEST_FIRST], doc->text->bytes + s->byte_start,
                           s->byte_end - s->byte_start);
}

static int is_listed(const token_flag_tables *f, const uint32_t *test, const tern_doc *doc, size_t token)
{
    uint64_t id = doc->attr[test[TEST_ATTR] == PATTERN_LOWER ? ATTR_LOWER : ATTR_ORTH][token];
    return id_find(f->values + test[TEST_FIRST], test[TEST_COUNT], id) < test[TEST_COUNT];
}

int token_flag(const tern_doc *doc, uint32_t flag, size_t token)
{
    const token_flag_tables *f = &doc->model->flags;
    const uint32_t *test = f->tests + TEST_COLUMNS * (size_t)(f->test[flag] - 1);
    int holds = test[TEST_KIND] == PREDICATE_FOUND ? is_found(f, test, doc, token) : is_listed(f, test, doc, token);
    return holds != (int)test[TEST_NEGATED];
}

uint64_t token_vector_number(const tern_doc *doc, size_t token)
{
    uint32_t number = id_table_get(&doc->model->flags.ids, doc->attr[ATTR_ORTH][token]);
    return number == ID_ABSENT ? UINT64_MAX : number;
}

int model_has_attr(const tern_model *model, uint32_t attr)
{
    if (attr < PATTERN_FLAGS) return attr < PATTERN_ATTRS;
    return attr - PATTERN_FLAGS < WORD_FLAGS && model->flags.test[attr - PATTERN_FLAGS];
}

/* ---- sections -> tables ------------------------------------------------------------------------------------------ */

static int test_fits(const token_flag_tables *f, const uint32_t *test)
{
    if (test[TEST_NEGATED] > 1) return 0;
    if (test[TEST_KIND] == PREDICATE_FOUND)
        return test[TEST_ATTR] == PATTERN_ORTH && test[TEST_COUNT] == 1
               && bind_in_range(test[TEST_FIRST], test[TEST_COUNT], f->automata.count);
    return test[TEST_KIND] == PREDICATE_AMONG && (test[TEST_ATTR] == PATTERN_ORTH || test[TEST_ATTR] == PATTERN_LOWER)
           && bind_in_range(test[TEST_FIRST], test[TEST_COUNT], f->value_count);
}

void bind_token_flags(binder *b, tern_model *model)
{
    token_flag_tables *f = &model->flags;
    uint32_t columns = TEST_COLUMNS;
    if (!b->status && bind_has(b, "word_ids/")) bind_id_table(b, "word_ids", &f->ids);
    if (b->status || !bind_has(b, "flags/")) return;
    const uint32_t *numbers = bind_vector(b, "flags/numbers", TERN_DTYPE_U32, &f->count);
    f->tests = bind_matrix(b, "flags/tests", TERN_DTYPE_U32, &f->count, &columns);
    f->values = bind_vector(b, "flags/values", TERN_DTYPE_U64, &f->value_count);
    if (!b->status && bind_has(b, "flags/regex")) bind_automata(b, "flags", &f->automata);
    for (uint32_t i = 0; i < f->count && !b->status; i++) {
        const uint32_t *test = f->tests + TEST_COLUMNS * (size_t)i;
        if (numbers[i] >= WORD_FLAGS || f->test[numbers[i]])
            return bind_refuse(b, "flags/numbers", "holds a number that is out of range, or one twice");
        if (!test_fits(f, test)) return bind_refuse(b, "flags/tests", "holds a test that is out of range");
        f->test[numbers[i]] = (uint8_t)(i + 1); /* there are no more than WORD_FLAGS */
        model->pattern_attrs |= pattern_attr_bit(test[TEST_ATTR]);
    }
}
