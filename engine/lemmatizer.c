#include "lemmatizer.h"

#include "hash.h"
#include "string_store.h"
#include "unicode.h"
#include "utf8.h"
#include "word_set.h"

#include <string.h>

/* Columns of the table lemmatizer/parts. */
enum { PART_POS = 0, PART_FIRST_RULE, PART_RULES, PART_INDEX, PART_COLUMNS };

/* ---- base forms ------------------------------------------------------------------------------------------------------- */

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
        && !feature(morph, "Number", &len)) return 1;
    return has_feature(morph, "VerbForm", "Inf") || has_feature(morph, "VerbForm", "None")
           || has_feature(morph, "Degree", "Pos");
}

/* ---- the tables of one part of speech --------------------------------------------------------------------------------- */

typedef struct lemmatizer {
    const tern_model *model;
    const uint32_t *part;         /* row of lemmatizer/parts */
    uint32_t part_number;
    const unsigned char *word;    /* lower-cased */
    size_t len;
    unsigned char *form;          /* room for any form of this word */
} lemmatizer;

/* What a suffix rule makes of the word. */
enum form_kind { NO_FORM, LISTED, NOT_ALPHABETIC, UNKNOWN };

/* Row of lemmatizer/suffix_rules: string numbers of the old ending and the new one. */
static const uint32_t *suffix_rule(const lemmatizer *l, uint32_t rule)
{
    return l->model->lemmatizer.suffix_rules + 2 * ((size_t)l->part[PART_FIRST_RULE] + rule);
}

/* str.isalpha() */
static int is_alphabetic(const char_table *chars, const unsigned char *bytes, size_t len)
{
    uint32_t code_point;
    for (size_t at = 0, step; at < len; at += step) {
        step = utf8_decode(bytes + at, bytes + len, &code_point);
        if (!step || !class_has(chars, char_class(chars, code_point), CHAR_ALPHA)) return 0;
    }
    return len > 0;
}

/* Writes the word with its ending replaced to l->form and returns the length; 0 if the word does not end so, or nothing is
 * left. */
static size_t replace_ending(const lemmatizer *l, const uint32_t *rule)
{
    size_t old_len, new_len;
    const char *old = string_get(l->model, rule[0], &old_len), *new = string_get(l->model, rule[1], &new_len);
    if (old_len > l->len || memcmp(l->word + l->len - old_len, old, old_len)) return 0;
    memcpy(l->form, l->word, l->len - old_len);
    memcpy(l->form + l->len - old_len, new, new_len);
    return l->len - old_len + new_len;
}

static enum form_kind apply_rule(const lemmatizer *l, const uint32_t *rule, size_t *len)
{
    const lemmatizer_tables *tables = &l->model->lemmatizer;
    *len = replace_ending(l, rule);
    if (!*len) return NO_FORM;
    uint32_t root = l->part[PART_INDEX];
    if (root != NO_STRING && word_set_has(tables->words, tables->word_edges, root, l->form, *len)) return LISTED;
    return is_alphabetic(&l->model->chars, l->form, *len) ? UNKNOWN : NOT_ALPHABETIC;
}

/* The rule whose form comes first in lemmatizer.py's list: listed forms are put at its front, so that the last of them wins;
 * then the first that is not alphabetic; then the first of the list oov_forms. NULL: no rule has a form. */
static const uint32_t *best_rule(const lemmatizer *l)
{
    const uint32_t *best = NULL;
    enum form_kind best_kind = UNKNOWN;
    size_t len;
    for (uint32_t r = 0; r < l->part[PART_RULES]; r++) {
        const uint32_t *rule = suffix_rule(l, r);
        enum form_kind kind = apply_rule(l, rule, &len);
        if (kind == NO_FORM || (best && kind != LISTED && kind >= best_kind)) continue;
        best = rule;
        best_kind = kind;
    }
    return best;
}

/* Does a suffix rule put this form on the list `forms` of lemmatizer.py? */
static int is_rule_form(const lemmatizer *l, const char *form, size_t form_len)
{
    size_t len;
    for (uint32_t r = 0; r < l->part[PART_RULES]; r++) {
        enum form_kind kind = apply_rule(l, suffix_rule(l, r), &len);
        if ((kind == LISTED || kind == NOT_ALPHABETIC) && len == form_len && !memcmp(l->form, form, len)) return 1;
    }
    return 0;
}

static int is_repeated(const tern_model *model, const uint32_t *forms, uint32_t index)
{
    for (uint32_t i = 0; i < index; i++)
        if (string_id_of(model, forms[i]) == string_id_of(model, forms[index])) return 1;
    return 0;
}

/* String number of the exception that wins, or NO_STRING. lemmatizer.py puts one after the other at the front of the list,
 * so that the last wins, but passes over those that the list has already. */
static uint32_t best_exception(const lemmatizer *l)
{
    const lemmatizer_tables *t = &l->model->lemmatizer;
    uint64_t list = map_get(&t->exceptions, phrase_hash(l->part_number + 1, murmur64a(l->word, l->len, 1)));
    if (list >= t->exception_count) return NO_STRING;
    const uint32_t *forms = t->exception_forms + t->exception_start[list];
    for (uint32_t i = t->exception_start[list + 1] - t->exception_start[list]; i-- > 0;) {
        size_t len;
        const char *form = string_get(l->model, forms[i], &len);
        if (!is_repeated(l->model, forms, i) && !is_rule_form(l, form, len)) return forms[i];
    }
    return NO_STRING;
}

/* ---- one token -------------------------------------------------------------------------------------------------------- */

static int find_part(const tern_doc *doc, uint32_t pos, lemmatizer *l)
{
    const lemmatizer_tables *t = &doc->model->lemmatizer;
    for (l->part_number = 0; l->part_number < t->part_count; l->part_number++) {
        l->part = t->parts + PART_COLUMNS * (size_t)l->part_number;
        if (doc_id(doc, l->part[PART_POS]) == doc_id(doc, pos)) return 1;
    }
    return 0;
}

static int reserve_form(lemmatizer *l, buffer *form)
{
    size_t longest = 0, len;
    for (uint32_t r = 0; r < l->part[PART_RULES]; r++) {
        string_get(l->model, suffix_rule(l, r)[1], &len);
        if (len > longest) longest = len;
    }
    if (longest > SIZE_MAX - l->len || buffer_reserve(form, l->len + longest, 1)) return -1;
    l->form = form->data;
    return 0;
}

static int set_lemma_to_text(tern_doc *doc, const text_view *text, size_t token)
{
    const token_span *s = &doc->span[token];
    return doc_set_lemma(doc, token, text->bytes + s->byte_start, s->byte_end - s->byte_start);
}

static int set_lemma_by_tables(tern_doc *doc, const text_view *text, size_t token, lemmatizer *l, buffer *form)
{
    if (reserve_form(l, form)) return -1;
    uint32_t exception = best_exception(l);
    if (exception != NO_STRING) {
        doc->lemma[token] = (lemma_ref){.string = exception};
        return 0;
    }
    const uint32_t *rule = best_rule(l);
    if (rule) {
        size_t len = replace_ending(l, rule);
        return doc_set_lemma(doc, token, l->form, len);
    }
    return set_lemma_to_text(doc, text, token);   /* with its capitals */
}

/* lemmatizer.py rule_lemmatize. What has no tables is only lower-cased: no annotation, SPACE and EOL are no special
 * cases then. */
static int lemmatize(tern_doc *doc, const text_view *text, size_t token, lexeme_scratch *lexeme, buffer *form)
{
    uint32_t pos_number = doc->column[COLUMN_POS][token];
    const char *pos = string_get(doc->model, pos_number, NULL);
    const char *morph = string_get(doc->model, doc->column[COLUMN_MORPH][token], NULL);
    lemmatizer l = {.model = doc->model};
    int is_base = is_base_form(pos, morph), has_tables = !is_base && find_part(doc, pos_number, &l);
    if (!is_base && !has_tables && !strcmp(pos, "PROPN")) return set_lemma_to_text(doc, text, token);
    l.word = lexeme_lower(doc, text, token, lexeme, &l.len);
    if (!l.word) return -1;
    return has_tables ? set_lemma_by_tables(doc, text, token, &l, form) : doc_set_lemma(doc, token, l.word, l.len);
}

int lemmatizer_annotate(tern_doc *doc, const text_view *text, lexeme_scratch *lexeme, lemmatizer_scratch *scratch)
{
    for (size_t i = 0; i < doc->token_count; i++) {
        if (interrupted_at(doc->interruption, i)) return -1;
        if (!doc_has_lemma(doc, i) && lemmatize(doc, text, i, lexeme, &scratch->form)) return -1;
    }
    return 0;
}

void lemmatizer_scratch_free(lemmatizer_scratch *scratch) { buffer_free(&scratch->form); }
