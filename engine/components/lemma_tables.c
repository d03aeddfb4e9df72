#include "lemma_tables.h"

#include "hash.h"
#include "string_store.h"
#include "unicode.h"
#include "utf8.h"
#include "word_set.h"

#include <string.h>

/* Columns of the table lemmatizer/parts. */
enum { PART_POS = 0, PART_FIRST_RULE, PART_RULES, PART_INDEX, PART_COLUMNS };

int lemma_find_part(lemma_word *w, uint64_t pos)
{
    const lemmatizer_tables *t = w->tables;
    for (w->part_number = 0; w->part_number < t->part_count; w->part_number++) {
        w->part = t->parts + PART_COLUMNS * (size_t)w->part_number;
        if (string_id_of(w->model, w->part[PART_POS]) == pos) return 1;
    }
    return 0;
}

const uint32_t *lemma_rule(const lemma_word *w, uint32_t number)
{
    if (number >= w->part[PART_RULES]) return NULL;
    return w->tables->suffix_rules + 2 * ((size_t)w->part[PART_FIRST_RULE] + number);
}

int lemma_reserve_form(lemma_word *w, buffer *form)
{
    size_t longest = 0, len;
    const uint32_t *rule;
    for (uint32_t r = 0; (rule = lemma_rule(w, r)) != NULL; r++) {
        string_get(w->model, rule[1], &len);
        if (len > longest) longest = len;
    }
    if (longest >= SIZE_MAX - w->len || buffer_reserve(form, w->len + longest + 1, 1)) return -1;
    w->form = form->data;
    return 0;
}

size_t lemma_replace_ending(const lemma_word *w, const uint32_t *rule)
{
    size_t old_len, new_len;
    const char *old = string_get(w->model, rule[0], &old_len), *new = string_get(w->model, rule[1], &new_len);
    if (old_len > w->len || memcmp(w->bytes + w->len - old_len, old, old_len)) return 0;
    memcpy(w->form, w->bytes, w->len - old_len);
    memcpy(w->form + w->len - old_len, new, new_len);
    return w->len - old_len + new_len;
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

int lemma_is_listed(const lemma_word *w, const unsigned char *word, size_t len)
{
    const lemmatizer_tables *t = w->tables;
    uint32_t root = w->part[PART_INDEX];
    return root != NO_STRING && word_set_has(t->words, t->word_edges, root, word, len);
}

size_t lemma_listed_beginning(const lemma_word *w, const unsigned char *word, size_t len)
{
    const lemmatizer_tables *t = w->tables;
    uint32_t root = w->part[PART_INDEX];
    return root == NO_STRING ? 0 : word_set_beginning(t->words, t->word_edges, root, word, len);
}

enum form_kind lemma_apply_rule(const lemma_word *w, const uint32_t *rule, size_t *len)
{
    *len = lemma_replace_ending(w, rule);
    if (!*len) return NO_FORM;
    if (lemma_is_listed(w, w->form, *len)) return LISTED;
    return is_alphabetic(&w->model->chars, w->form, *len) ? UNKNOWN : NOT_ALPHABETIC;
}

const uint32_t *lemma_first_rule(const lemma_word *w, unsigned kinds)
{
    const uint32_t *rule;
    size_t len;
    for (uint32_t r = 0; (rule = lemma_rule(w, r)) != NULL; r++)
        if (kinds >> lemma_apply_rule(w, rule, &len) & 1) return rule;
    return NULL;
}

uint64_t lemma_exception_key(const lemma_word *w)
{
    return phrase_hash(w->part_number + 1, murmur64a(w->bytes, w->len, 1));
}

uint32_t lemma_first_form(const lemma_word *w)
{
    uint32_t form = id_table_get(&w->tables->forms, lemma_exception_key(w));
    return form < w->model->strings.count ? form : NO_STRING;
}
