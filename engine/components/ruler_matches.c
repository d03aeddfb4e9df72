#include "ruler_matches.h"

#include "error.h"

static int take_match(void *user, uint32_t key, uint32_t start, uint32_t end)
{
    ruler_matches *m = user;
    m->too_many = m->count == RULER_MAX_MATCHES;
    if (m->too_many || buffer_reserve(&m->memory, m->count + 1, sizeof(ruler_match))) return -1;
    ((ruler_match *)m->memory.data)[m->count++] = (ruler_match){key, start, end, 0};
    return 0;
}

int ruler_find(const pattern_tables *patterns, const phrase_tables *phrases, const component_run *run, ruler_matches *m)
{
    m->count = 0;
    m->too_many = 0;
    return find_matches(patterns, run->doc, &m->matcher, run->lexeme, take_match, m)
                   || find_phrases(phrases, run->doc, &m->values, run->lexeme, take_match, m)
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
