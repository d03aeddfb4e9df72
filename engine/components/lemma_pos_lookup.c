/* lemma_pos_lookup.c - lemmas by a look-up table for each part of speech: Polish and Italian (lang/pl,
 * lang/it/lemmatizer.py). */
#include "hash.h"
#include "lemma_kinds.h"
#include "lemma_tables.h"
#include "string_store.h"

#include <string.h>

typedef struct piece {
    const unsigned char *bytes;
    size_t len;
} piece;

typedef struct pos_lookup {
    lemma_token *token;
    lemma_word table; /* of the part of speech that is asked */
    int has_table;
    piece text, lower;
} pos_lookup;

/* pos: the part of speech whose table is asked for the token. 0, or -1 when out of memory. */
static int begin(pos_lookup *p, lemma_token *t, const char *pos)
{
    const token_span *s = &t->doc->span[t->token];
    *p = (pos_lookup){.token = t, .table = {.model = t->doc->model, .tables = t->tables}};
    p->has_table = lemma_find_part(&p->table, string_id(t->doc->model, pos, strlen(pos)));
    p->text = (piece){t->text->bytes + s->byte_start, s->byte_end - s->byte_start};
    p->lower.bytes = lexeme_lower(t->doc, t->text, t->token, t->lexeme, &p->lower.len);
    return p->lower.bytes ? 0 : -1;
}

/* String number of a word's lemma in the table, or NO_STRING. */
static uint32_t entry(const pos_lookup *p, piece word)
{
    const tern_model *model = p->table.model;
    if (!p->has_table) return NO_STRING;
    uint64_t key = phrase_hash(phrase_hash(0, p->table.part_number + 1), string_id(model, word.bytes, word.len));
    uint32_t lemma = id_table_get(&p->table.tables->forms, key);
    return lemma < model->strings.count ? lemma : NO_STRING;
}

/* The lemma is that string or, where there is none, the token in lower case. */
static int set_lemma(const pos_lookup *p, uint32_t number)
{
    if (number != NO_STRING) return lemma_set_string(p->token, number);
    return doc_set_lemma(p->token->doc, p->token->token, p->lower.bytes, p->lower.len);
}

/* lemmatize_noun of both languages: names that were taken for nouns may have entries of their own. */
static int set_lemma_of_noun(const pos_lookup *p)
{
    uint32_t lemma = entry(p, p->lower);
    return set_lemma(p, lemma == NO_STRING ? entry(p, p->text) : lemma);
}

static int is_pos(const lemma_token *t, const char *pos) { return !strcmp(t->pos, pos); }

/* ---- Polish ------------------------------------------------------------------------------------------------------ */

/* Of a word with the first prefix, what is behind that comes first; the same for the other prefixes. */
static uint32_t entry_without(const pos_lookup *p, piece word, const char *const *prefixes)
{
    if (!*prefixes) return entry(p, word);
    size_t len = strlen(*prefixes);
    uint32_t lemma = NO_STRING;
    if (word.len >= len && !memcmp(word.bytes, *prefixes, len))
        lemma = entry_without(p, (piece){word.bytes + len, word.len - len}, prefixes + 1);
    return lemma == NO_STRING ? entry_without(p, word, prefixes + 1) : lemma;
}

/* Negations and superlatives. */
int lemma_by_polish_lookup(lemma_token *t)
{
    static const char *const adjective[] = {"nie", "naj", NULL}, *const verb[] = {"nie", NULL}, *const none[] = {NULL};
    pos_lookup p;
    int is_name = is_pos(t, "PROPN");
    if (begin(&p, t, is_name ? "NOUN" : t->pos)) return -1;
    if (is_pos(t, "NOUN")) return set_lemma_of_noun(&p);
    const char *const *prefixes = is_pos(t, "ADJ") ? adjective : is_pos(t, "VERB") ? verb : none;
    return set_lemma(&p, entry_without(&p, is_name ? p.text : p.lower, prefixes));
}

/* ---- Italian ----------------------------------------------------------------------------------------------------- */

#define FIXED_WORDS 6

typedef struct fixed_lemma {
    const char *pos, *lemma, *words[FIXED_WORDS];
} fixed_lemma;

static const fixed_lemma fixed_lemmas[] = {
    {"DET", "il", {"l'", "lo", "la", "i", "gli", "le"}},
    {"DET", "uno", {"un'", "un", "una"}},
    {"PRON", "lo", {"l'", "li", "la", "gli", "le"}},
    {"PRON", "uno", {"un'", "un", "una"}},
    {"ADP", "di", {"d'"}},
};

static int equals(piece word, const char *text)
{
    return word.len == strlen(text) && !memcmp(word.bytes, text, word.len);
}

/* NULL: none. */
static const char *fixed_lemma_of(const lemma_token *t, piece word)
{
    for (size_t f = 0; f < sizeof fixed_lemmas / sizeof *fixed_lemmas; f++)
        for (int i = 0; is_pos(t, fixed_lemmas[f].pos) && i < FIXED_WORDS && fixed_lemmas[f].words[i]; i++)
            if (equals(word, fixed_lemmas[f].words[i])) return fixed_lemmas[f].lemma;
    return NULL;
}

/* Their lemmas lack an ending (lemmatize_pron, lemmatize_adj). */
static const char *completed(const lemma_token *t, piece lemma)
{
    if (!is_pos(t, "PRON") && !is_pos(t, "ADJ")) return NULL;
    return equals(lemma, "alcun") ? "alcuno" : equals(lemma, "qualcun") ? "qualcuno" : NULL;
}

/* Of parts of speech that have a method of their own: they do without the fallback. */
static int set_lemma_of_function_word(const pos_lookup *p)
{
    lemma_token *t = p->token;
    const char *lemma = fixed_lemma_of(t, p->lower);
    uint32_t number = entry(p, p->lower);
    piece found = p->lower;
    if (number != NO_STRING) found.bytes = (const unsigned char *)string_get(p->table.model, number, &found.len);
    if (!lemma) lemma = completed(t, found);
    return lemma ? doc_set_lemma(t->doc, t->token, lemma, strlen(lemma)) : set_lemma(p, number);
}

/* Passes over empty lemmas of the table. */
static int set_lemma_with_fallback(const pos_lookup *p, piece word)
{
    const tern_model *model = p->table.model;
    uint32_t lemma = entry(p, word);
    if (string_id_of(model, lemma)) return set_lemma(p, lemma);
    lemma = id_table_get(&p->table.tables->lookup, string_id(model, word.bytes, word.len));
    return set_lemma(p, lemma < model->strings.count ? lemma : NO_STRING);
}

int lemma_by_italian_lookup(lemma_token *t)
{
    pos_lookup p;
    int is_name = is_pos(t, "PROPN");
    if (begin(&p, t, is_name ? "NOUN" : is_pos(t, "PART") ? "PRON" : t->pos)) return -1;
    if (is_pos(t, "NOUN")) return set_lemma_of_noun(&p);
    if (is_pos(t, "DET") || is_pos(t, "PRON") || is_pos(t, "ADP") || is_pos(t, "ADJ"))
        return set_lemma_of_function_word(&p);
    return set_lemma_with_fallback(&p, is_name ? p.text : p.lower);
}
