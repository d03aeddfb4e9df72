/* lemma_dutch.c - lemmas of Dutch (lang/nl/lemmatizer.py rule_lemmatize), which depend on text and POS. */
#include "lemma_kinds.h"
#include "lemma_tables.h"
#include "string_store.h"

/* String number of the word's entry in the look-up table; NO_STRING where there is none, or an empty one. */
static uint32_t looked_up(const lemma_word *w)
{
    uint32_t lemma = id_table_get(&w->tables->lookup, string_id(w->model, w->bytes, w->len));
    return lemma < w->model->strings.count && string_id_of(w->model, lemma) ? lemma : NO_STRING;
}

static int is_listed_string(const lemma_word *w, uint32_t number)
{
    size_t len;
    const char *text = string_get(w->model, number, &len);
    return number != NO_STRING && lemma_is_listed(w, (const unsigned char *)text, len);
}

/* The first rule whose form has an exception, whatever that is; NULL if there is none. */
static const uint32_t *first_rule_to_exception(const lemma_word *w)
{
    const uint32_t *rule;
    for (uint32_t r = 0; (rule = lemma_rule(w, r)) != NULL; r++) {
        lemma_word form = *w;
        form.bytes = w->form;
        form.len = lemma_replace_ending(w, rule);
        if (form.len && lemma_first_form(&form) != NO_STRING) return rule;
    }
    return NULL;
}

int lemma_by_dutch_rules(lemma_token *t)
{
    lemma_word w = {.model = t->doc->model, .tables = t->tables};
    uint64_t pos = doc_id(t->doc, t->doc->column[COLUMN_POS][t->token]);
    if (lemma_has_no_rules(t) || !lemma_find_part(&w, pos)) return lemma_by_lower(t);
    w.bytes = lexeme_lower(t->doc, t->text, t->token, t->lexeme, &w.len);
    if (!w.bytes || lemma_reserve_form(&w, t->scratch)) return -1;
    if (lemma_is_listed(&w, w.bytes, w.len)) return doc_set_lemma(t->doc, t->token, w.bytes, w.len);
    uint32_t exception = lemma_first_form(&w), other = looked_up(&w);
    if (exception != NO_STRING) return lemma_set_string(t, exception);
    if (is_listed_string(&w, other)) return lemma_set_string(t, other);
    const uint32_t *rule = lemma_first_rule(&w, 1u << LISTED);
    if (!rule) rule = first_rule_to_exception(&w);
    if (!rule && other != NO_STRING) return lemma_set_string(t, other);
    if (!rule) rule = lemma_first_rule(&w, 1u << NOT_ALPHABETIC | 1u << UNKNOWN);
    if (!rule) return doc_set_lemma(t->doc, t->token, w.bytes, w.len);
    return doc_set_lemma(t->doc, t->token, w.form, lemma_replace_ending(&w, rule));
}
