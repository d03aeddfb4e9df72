#include "phrase_matcher.h"

#include "hash.h"
#include "token_flags.h"

/* The phrases that begin with the token. */
static int match_from(const phrase_tables *p, const token_values *values, uint32_t start, match_taker take, void *user)
{
    const size_t left = values->doc->token_count - start;
    uint64_t sequence = p->seed;
    for (uint32_t length = 1; length <= p->longest && length <= left; length++) {
        sequence = phrase_hash(sequence, token_value(values, p->attr, start + length - 1));
        uint64_t found = map_get(&p->paths, sequence);
        if (found > p->list_count) return 0; /* MAP_ABSENT */
        if (!found) continue;
        for (uint32_t i = p->list_start[found - 1]; i < p->list_start[found]; i++)
            if (take(user, p->lists[i], start, start + length)) return -1;
    }
    return 0;
}

int find_phrases(const phrase_tables *tables, const tern_doc *doc, token_values *values, lexeme_scratch *lexeme,
                 match_taker take, void *user)
{
    if (!tables->longest) return 0;
    if (token_values_begin(values, doc, pattern_attr_bit(tables->attr), lexeme)) return -1;
    for (size_t i = 0; i < doc->token_count; i++)
        if (interrupted_at(doc->interruption, i) || match_from(tables, values, (uint32_t)i, take, user)) return -1;
    return 0;
}

void bind_phrases(binder *b, const tern_model *model, const char *prefix, uint32_t keys, phrase_tables *p)
{
    section_name name;
    uint32_t two = 2, starts = 0, listed = 0;
    if (b->status || !bind_has(b, prefix)) return;
    bind_name(name, prefix, "paths");
    p->paths = bind_map(b, name);
    bind_name(name, prefix, "lists");
    p->lists = bind_vector(b, name, TERN_DTYPE_U32, &listed);
    bind_name(name, prefix, "list_start");
    p->list_start = bind_vector(b, name, TERN_DTYPE_U32, &starts);
    if (b->status) return;
    p->list_count = starts - 1;
    if (!p->list_count) return bind_refuse(b, name, "is too short");
    bind_check_starts(b, name, p->list_start, p->list_count, listed, PHRASE_MAX_KEYS);
    for (uint32_t i = 0; i < listed && !b->status; i++)
        if (p->lists[i] >= keys) {
            bind_name(name, prefix, "lists");
            bind_refuse(b, name, "names a key that is not there");
        }
    bind_name(name, prefix, "settings");
    const uint32_t *settings = bind_vector(b, name, TERN_DTYPE_U32, &two);
    if (b->status) return;
    p->attr = settings[0] < PHRASE_SEEDED ? settings[0] : settings[0] - PHRASE_SEEDED;
    p->seed = settings[0] < PATTERN_FLAGS ? 0 : settings[0];
    if (!model_has_attr(model, p->attr) || !settings[1] || settings[1] > PHRASE_MAX_TOKENS)
        return bind_refuse(b, name, "holds a value that is out of range");
    p->longest = settings[1];
}
