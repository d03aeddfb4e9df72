#include "ruler_matches.h"

#include "error.h"
#include "pattern_tables.h"

static int take_match(void *user, uint32_t key, uint32_t start, uint32_t end)
{
    ruler_matches *m = user;
    m->too_many = m->count == RULER_MAX_MATCHES;
    if (m->too_many || buffer_reserve(&m->memory, m->count + 1, sizeof(ruler_match))) return -1;
    ((ruler_match *)m->memory.data)[m->count++] = (ruler_match){key, start, end, 0};
    return 0;
}

void bind_labelled_patterns(binder *b, tern_model *model, labelled_patterns *wanted)
{
    uint32_t two = KEY_COLUMNS;
    wanted->keys = bind_matrix(b, "/keys", TERN_DTYPE_U32, &wanted->key_count, &two);
    for (uint32_t i = 0; i < wanted->key_count && !b->status; i++) {
        const uint32_t *key = wanted->keys + KEY_COLUMNS * (size_t)i;
        bind_check_labels(b, "/keys", key + KEY_LABEL, 1, &model->strings, 0);
        bind_check_labels(b, "/keys", key + KEY_ID, 1, &model->strings, 1);
    }
    bind_patterns(b, "/patterns", &model->strings, wanted->key_count, &wanted->patterns);
    bind_phrases(b, model, "/phrases", wanted->key_count, &wanted->phrases);
    model->pattern_attrs |= wanted->patterns.attrs;
    if (wanted->phrases.longest) model->pattern_attrs |= pattern_attr_bit(wanted->phrases.attr);
}

int ruler_find(const labelled_patterns *wanted, const component_run *run, ruler_matches *m)
{
    m->count = 0;
    m->too_many = 0;
    return find_matches(&wanted->patterns, run->doc, &m->matcher, run->lexeme, take_match, m)
                   || find_phrases(&wanted->phrases, run->doc, &m->values, run->lexeme, take_match, m)
               ? -1
               : 0;
}

tern_status ruler_gave_up(const ruler_matches *m, const tern_doc *doc, tern_error *err)
{
    if (!m->too_many) return matcher_gave_up(&m->matcher, doc, err);
    return fail(err, TERN_E_TOO_COMPLEX, doc->token_count,
                "the ruler's patterns match more than %zu times in this text of %zu tokens; send a shorter text",
                RULER_MAX_MATCHES, doc->token_count);
}

void ruler_matches_free(ruler_matches *m)
{
    matcher_scratch_free(&m->matcher);
    token_values_free(&m->values);
    buffer_free(&m->memory);
}
