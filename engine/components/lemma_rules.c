/* lemma_rules.c - lemmas by suffix rules and lists of exceptions: English, Macedonian, and the algorithm of every
 * language that has none of its own. */
#include "lemma_kinds.h"
#include "lemma_tables.h"
#include "string_store.h"

#include <string.h>

/* ---- base forms -------------------------------------------------------------------------------------------------- */

/* The value of a feature in "Case=Nom|Number=Sing"; NULL if it is not there. */
static const char *feature(const char *morph, const char *name, size_t *len)
{
    size_t name_len = strlen(name);
    for (const char *end; *morph; morph = *end ? end + 1 : end) {
        end = morph + strcspn(morph, "|");
        if (strncmp(morph, name, name_len) || morph[name_len] != '=') continue;
        *len = (size_t)(end - morph) - name_len - 1;
        return morph + name_len + 1;
    }
    return NULL;
}

static int has_feature(const char *morph, const char *name, const char *value)
{
    size_t len;
    const char *found = feature(morph, name, &len);
    return found && len == strlen(value) && !memcmp(found, value, len);
}

/* lang/en/lemmatizer.py is_base_form */
static int is_base_form(const char *pos, const char *morph)
{
    size_t len;
    if (!strcmp(pos, "NOUN") && has_feature(morph, "Number", "Sing")) return 1;
    if (!strcmp(pos, "VERB") && has_feature(morph, "VerbForm", "Fin") && has_feature(morph, "Tense", "Pres")
        && !feature(morph, "Number", &len))
        return 1;
    return has_feature(morph, "VerbForm", "Inf") || has_feature(morph, "VerbForm", "None")
           || has_feature(morph, "Degree", "Pos");
}

/* ---- the best form ----------------------------------------------------------------------------------------------- */

/* The rule whose form comes first in lemmatizer.py's list: listed forms are put at its front, so that the last of them
 * wins; then the first that is not alphabetic; then the first of the list oov_forms. NULL: no rule has a form. */
static const uint32_t *best_rule(const lemma_word *w)
{
    const uint32_t *best = NULL;
    enum form_kind best_kind = UNKNOWN;
    const uint32_t *rule;
    size_t len;
    for (uint32_t r = 0; (rule = lemma_rule(w, r)) != NULL; r++) {
        enum form_kind kind = lemma_apply_rule(w, rule, &len);
        if (kind == NO_FORM || (best && kind != LISTED && kind >= best_kind)) continue;
        best = rule;
        best_kind = kind;
    }
    return best;
}

/* lang/mk/lemmatizer.py keeps the order of the rules and has no list oov_forms. */
static const uint32_t *first_kept_rule(const lemma_word *w)
{
    return lemma_first_rule(w, 1u << LISTED | 1u << NOT_ALPHABETIC);
}

/* Does a suffix rule put this form on the list `forms` of lemmatizer.py? */
static int is_rule_form(const lemma_word *w, const char *form, size_t form_len)
{
    const uint32_t *rule;
    size_t len;
    for (uint32_t r = 0; (rule = lemma_rule(w, r)) != NULL; r++) {
        enum form_kind kind = lemma_apply_rule(w, rule, &len);
        if ((kind == LISTED || kind == NOT_ALPHABETIC) && len == form_len && !memcmp(w->form, form, len)) return 1;
    }
    return 0;
}

static int is_repeated(const tern_model *model, const uint32_t *forms, uint32_t index)
{
    for (uint32_t i = 0; i < index; i++)
        if (string_id_of(model, forms[i]) == string_id_of(model, forms[index])) return 1;
    return 0;
}

/* String number of the exception that wins, or NO_STRING. lemmatizer.py puts one after the other at the front of the
 * list, so that the last wins, but passes over those that the list has already. */
static uint32_t best_exception(const lemma_word *w)
{
    const lemmatizer_tables *t = w->tables;
    uint64_t list = map_get(&t->exceptions, lemma_exception_key(w));
    if (list >= t->exception_count) return NO_STRING;
    const uint32_t *forms = t->exception_forms + t->exception_start[list];
    for (uint32_t i = t->exception_start[list + 1] - t->exception_start[list]; i-- > 0;) {
        size_t len;
        const char *form = string_get(w->model, forms[i], &len);
        if (!is_repeated(w->model, forms, i) && !is_rule_form(w, form, len)) return forms[i];
    }
    return NO_STRING;
}

/* ---- one token --------------------------------------------------------------------------------------------------- */

/* What is lemmatized of the token: all of it, but in Macedonian not the ending of a gerund. */
typedef struct stem {
    size_t begin, end; /* code points */
    size_t byte_end;
    const char *pos;
    uint64_t pos_id;
} stem;

/* lang/mk/lemmatizer.py: a text that ends like this loses the ending and counts as a verb. */
#define GERUND_LENGTH 3
#define GERUND_BYTES 6
static const uint32_t gerund[GERUND_LENGTH] = {0x458, 0x45c, 0x438};

static stem stem_of(const lemma_token *t)
{
    const token_span *s = &t->doc->span[t->token];
    stem all = {s->char_start, s->char_end, s->byte_end, t->pos, doc_id(t->doc, t->doc->column[COLUMN_POS][t->token])};
    size_t cut = all.end - all.begin >= GERUND_LENGTH ? all.end - GERUND_LENGTH : all.end;
    if (t->tables->kind != LEMMATIZER_MACEDONIAN || lemma_has_no_rules(t) || cut == all.end
        || memcmp(t->text->code_point + cut, gerund, sizeof gerund))
        return all;
    return (stem){all.begin, cut, all.byte_end - GERUND_BYTES, "VERB", string_id(t->doc->model, "VERB", 4)};
}

static int set_lemma_to_stem(lemma_token *t, const stem *s)
{
    size_t first = t->doc->span[t->token].byte_start;
    return doc_set_lemma(t->doc, t->token, t->text->bytes + first, s->byte_end - first);
}

static int set_lemma_by_tables(lemma_token *t, const stem *s, lemma_word *w)
{
    if (lemma_reserve_form(w, t->scratch)) return -1;
    uint32_t exception = best_exception(w);
    if (exception != NO_STRING) return lemma_set_string(t, exception);
    const uint32_t *rule = w->tables->kind == LEMMATIZER_MACEDONIAN ? first_kept_rule(w) : best_rule(w);
    if (!rule) return set_lemma_to_stem(t, s); /* with its capitals */
    return doc_set_lemma(t->doc, t->token, w->form, lemma_replace_ending(w, rule));
}

/* What has no tables is only lower-cased: no annotation, SPACE and EOL are no special cases then. */
int lemma_by_rules(lemma_token *t)
{
    const tern_model *model = t->doc->model;
    stem s = stem_of(t);
    const char *morph = string_get(model, t->doc->column[COLUMN_MORPH][t->token], NULL);
    lemma_word w = {.model = model, .tables = t->tables};
    int is_base = t->tables->kind == LEMMATIZER_ENGLISH && is_base_form(s.pos, morph);
    int has_tables = !is_base && lemma_find_part(&w, s.pos_id);
    if (!is_base && !has_tables && !strcmp(s.pos, "PROPN")) return set_lemma_to_stem(t, &s);
    w.bytes = lexeme_lower_of(model, t->text, s.begin, s.end, t->lexeme, &w.len);
    if (!w.bytes) return -1;
    return has_tables ? set_lemma_by_tables(t, &s, &w) : doc_set_lemma(t->doc, t->token, w.bytes, w.len);
}
