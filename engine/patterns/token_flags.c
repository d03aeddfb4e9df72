#include "token_flags.h"

#include "automata.h"
#include "dfa.h"
#include "string_store.h"

#include <string.h>

#define WWW_LENGTH 5 /* code points from which on "www." begins an address (lex_attrs.py like_url) */

_Static_assert((int)FLAG_URL >= (int)PREDICATE_KINDS, "no predicate of token patterns");

/* Columns of flags/tests, which are those of token patterns. */
enum { TEST_KIND = 0, TEST_ATTR, TEST_NEGATED, TEST_FIRST, TEST_COUNT, TEST_COLUMNS };

static int is_found(const token_flag_tables *f, const uint32_t *test, const tern_doc *doc, size_t token)
{
    const token_span *s = &doc->span[token];
    return automaton_finds(&f->automata, test[TEST_FIRST], doc->text->bytes + s->byte_start,
                           s->byte_end - s->byte_start);
}

static int has_id(const token_flag_tables *f, const uint32_t *test, uint64_t id)
{
    return id_find(f->values + test[TEST_FIRST], test[TEST_COUNT], id) < test[TEST_COUNT];
}

static int is_listed(const token_flag_tables *f, const uint32_t *test, const tern_doc *doc, size_t token)
{
    return has_id(f, test, doc->attr[test[TEST_ATTR] == PATTERN_LOWER ? ATTR_LOWER : ATTR_ORTH][token]);
}

/* ---- web addresses ----------------------------------------------------------------------------------------------- */

static int begins(const unsigned char *text, size_t len, const char *with)
{
    size_t n = strlen(with);
    return len >= n && !memcmp(text, with, n);
}

static const unsigned char *last_dot(const unsigned char *text, size_t len)
{
    while (len && text[len - 1] != '.') len--;
    return len ? text + len - 1 : NULL;
}

/* What follows the last dot, up to a colon: ends with a slash, or is a top-level domain. */
static int ends_like_url(const tern_model *model, const uint32_t *test, const unsigned char *ending,
                         const unsigned char *end)
{
    const unsigned char *colon = memchr(ending, ':', (size_t)(end - ending));
    size_t len = (size_t)((colon ? colon : end) - ending);
    if (!len) return 0;
    return ending[len - 1] == '/' || has_id(&model->flags, test, string_id(model, ending, len));
}

static int is_url(const uint32_t *test, const tern_doc *doc, const token_span *s)
{
    const unsigned char *text = doc->text->bytes + s->byte_start, *end = doc->text->bytes + s->byte_end;
    const size_t len = s->byte_end - s->byte_start;
    if (begins(text, len, "http://") || begins(text, len, "https://")) return 1;
    if (begins(text, len, "www.") && s->char_end - s->char_start >= WWW_LENGTH) return 1;
    const unsigned char *dot = last_dot(text, len);
    if (!dot || dot == end - 1 || *text == '.' || memchr(text, '@', len)) return 0;
    return ends_like_url(doc->model, test, dot + 1, end)
           || dfa_matches_once(&doc->model->tokenizer.url_match, doc->text->char_class, s->char_start, s->char_end);
}

/* ---- any flag ---------------------------------------------------------------------------------------------------- */

static int holds(const token_flag_tables *f, const uint32_t *test, const tern_doc *doc, size_t token)
{
    switch (test[TEST_KIND]) {
    case PREDICATE_FOUND: return is_found(f, test, doc, token);
    case FLAG_URL: return is_url(test, doc, &doc->span[token]);
    default: return is_listed(f, test, doc, token);
    }
}

int token_flag(const tern_doc *doc, uint32_t flag, size_t token)
{
    const token_flag_tables *f = &doc->model->flags;
    const uint32_t *test = f->tests + TEST_COLUMNS * (size_t)(f->test[flag] - 1);
    return holds(f, test, doc, token) != (int)test[TEST_NEGATED];
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
    const int fits =
        test[TEST_ATTR] == PATTERN_ORTH || (test[TEST_KIND] == PREDICATE_AMONG && test[TEST_ATTR] == PATTERN_LOWER);
    return fits && (test[TEST_KIND] == PREDICATE_AMONG || test[TEST_KIND] == FLAG_URL)
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
