#include "lemmatizer.h"

#include "lemma_kinds.h"
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
    uint32_t lemma = id_table_get(&model->lemmatizer.lookup, t->doc->attr[ATTR_ORTH][t->token]);
    if (lemma == ID_ABSENT || (lemma & ~LEMMA_IS_TEXT) >= model->strings.count) return lemma_by_text(t);
    return lemma_set_string(t, lemma & ~LEMMA_IS_TEXT);
}

int lemma_by_lower_lookup(lemma_token *t)
{
    size_t len;
    const tern_model *model = t->doc->model;
    const unsigned char *lower = lexeme_lower(t->doc, t->text, t->token, t->lexeme, &len);
    if (!lower) return -1;
    uint32_t lemma = id_table_get(&model->lemmatizer.lookup, string_id(model, lower, len));
    return lemma < model->strings.count ? lemma_set_string(t, lemma) : doc_set_lemma(t->doc, t->token, lower, len);
}

int lemma_has_no_rules(const lemma_token *t) { return !*t->pos || !strcmp(t->pos, "EOL") || !strcmp(t->pos, "SPACE"); }

static int lemmatize(lemma_token *t)
{
    switch (t->doc->model->lemmatizer.kind) {
    case LEMMATIZER_LOOKUP: return lemma_by_lookup(t);
    case LEMMATIZER_LOWER_LOOKUP: return lemma_by_lower_lookup(t);
    case LEMMATIZER_POLISH: return lemma_by_polish_lookup(t);
    case LEMMATIZER_ITALIAN: return lemma_by_italian_lookup(t);
    case LEMMATIZER_SPANISH: return lemma_by_spanish_rules(t);
    case LEMMATIZER_FRENCH:
    case LEMMATIZER_GREEK: return lemma_by_french_rules(t);
    case LEMMATIZER_DUTCH: return lemma_by_dutch_rules(t);
    default: return lemma_by_rules(t);
    }
}

int lemmatizer_annotate(tern_doc *doc, const text_view *text, lexeme_scratch *lexeme, lemmatizer_scratch *scratch)
{
    for (size_t i = 0; i < doc->token_count; i++) {
        if (interrupted_at(doc->interruption, i)) return -1;
        if (doc_has_lemma(doc, i) && !doc->model->lemmatizer.overwrite) continue;
        const char *pos = string_get(doc->model, doc->column[COLUMN_POS][i], NULL);
        lemma_token token = {
            .doc = doc, .text = text, .token = i, .pos = pos, .lexeme = lexeme, .scratch = scratch->forms};
        if (lemmatize(&token)) return -1;
    }
    return 0;
}

void lemmatizer_scratch_free(lemmatizer_scratch *scratch)
{
    for (int i = 0; i < LEMMA_SCRATCH; i++) buffer_free(&scratch->forms[i]);
}
