#include "lemma_token.h"

#include "string_store.h"

#include <string.h>

int lemma_by_text(lemma_token *t)
{
    const token_span *s = &t->doc->span[t->token];
    return doc_set_lemma(t->doc, t->token, t->text->bytes + s->byte_start, s->byte_end - s->byte_start);
}

int lemma_by_lower(lemma_token *t)
{
    size_t len;
    const unsigned char *lower = lexeme_lower(t->doc, t->text, t->token, t->lexeme, &len);
    return lower ? doc_set_lemma(t->doc, t->token, lower, len) : -1;
}

int lemma_by_lookup(lemma_token *t)
{
    const tern_model *model = t->doc->model;
    uint32_t lemma = id_table_get(&t->tables->lookup, t->doc->attr[ATTR_ORTH][t->token]);
    if (lemma == ID_ABSENT || (lemma & ~LEMMA_IS_TEXT) >= model->strings.count) return lemma_by_text(t);
    return lemma_set_string(t, lemma & ~LEMMA_IS_TEXT);
}

int lemma_by_lower_lookup(lemma_token *t)
{
    size_t len;
    const tern_model *model = t->doc->model;
    const unsigned char *lower = lexeme_lower(t->doc, t->text, t->token, t->lexeme, &len);
    if (!lower) return -1;
    uint32_t lemma = id_table_get(&t->tables->lookup, string_id(model, lower, len));
    return lemma < model->strings.count ? lemma_set_string(t, lemma) : doc_set_lemma(t->doc, t->token, lower, len);
}

int lemma_has_no_rules(const lemma_token *t) { return !*t->pos || !strcmp(t->pos, "EOL") || !strcmp(t->pos, "SPACE"); }
