/* lemma_french.c - lemmas of French, Catalan and Greek (lang/fr, lang/ca, lang/el/lemmatizer.py), which depend on text
 * and POS. Greek has no look-up table. */
#include "lemma_kinds.h"
#include "lemma_tables.h"
#include "string_store.h"
#include "utf8.h"

/* Bytes of the first character of a string of the model. */
static size_t first_character(const char *text, size_t len)
{
    size_t end = len ? 1 : 0;
    while (end < len && utf8_continues((unsigned char)text[end])) end++;
    return end;
}

/* The last resort: the lower-cased text's entry in the table, else the lower-cased text. */
static int set_lemma_by_lookup(lemma_token *t, const lemma_word *w)
{
    uint32_t lemma = id_table_get(&w->tables->lookup, string_id(w->model, w->bytes, w->len));
    if (lemma == ID_ABSENT || (lemma & ~LEMMA_IS_TEXT) >= w->model->strings.count)
        return doc_set_lemma(t->doc, t->token, w->bytes, w->len);
    if (!(lemma & LEMMA_IS_TEXT)) return lemma_set_string(t, lemma);
    size_t len;
    const char *text = string_get(w->model, lemma & ~LEMMA_IS_TEXT, &len);
    return doc_set_lemma(t->doc, t->token, text, first_character(text, len));
}

int lemma_by_french_rules(lemma_token *t)
{
    lemma_word w = {.model = t->doc->model, .tables = t->tables};
    if (lemma_has_no_rules(t)) return lemma_by_lower(t);
    if (!lemma_find_part(&w, doc_id(t->doc, t->doc->column[COLUMN_POS][t->token])))
        return w.tables->kind == LEMMATIZER_GREEK ? lemma_by_lower(t) : lemma_by_lookup(t);
    w.bytes = lexeme_lower(t->doc, t->text, t->token, t->lexeme, &w.len);
    if (!w.bytes || lemma_reserve_form(&w, t->scratch)) return -1;
    if (lemma_is_listed(&w, w.bytes, w.len)) return doc_set_lemma(t->doc, t->token, w.bytes, w.len);
    uint32_t exception = lemma_first_form(&w);
    if (exception != NO_STRING) return lemma_set_string(t, exception);
    const uint32_t *rule = lemma_first_rule(&w, 1u << LISTED | 1u << NOT_ALPHABETIC);
    if (!rule) rule = lemma_first_rule(&w, 1u << UNKNOWN);
    if (rule) return doc_set_lemma(t->doc, t->token, w.form, lemma_replace_ending(&w, rule));
    return set_lemma_by_lookup(t, &w);
}
