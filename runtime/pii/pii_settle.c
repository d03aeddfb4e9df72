/* pii_settle.c - what of several finds at one place stays, and addresses that belong together. */
#include "pii.h"

#include <stdlib.h>
#include <string.h>

#include "pii_scan.h"

/* ---- order ------------------------------------------------------------------------------------------------------- */

static int compare_sizes(size_t a, size_t b) { return a < b ? -1 : a > b; }

static int compare_ranks(const void *left, const void *right)
{
    const pii_span *a = left, *b = right;
    if (a->of_entity != b->of_entity) return a->of_entity - b->of_entity;
    if (!a->of_entity && a->end - a->start != b->end - b->start)
        return compare_sizes(b->end - b->start, a->end - a->start);
    if (!a->of_entity && (a->score < b->score || a->score > b->score)) return a->score < b->score ? 1 : -1;
    if (a->start != b->start) return compare_sizes(a->start, b->start);
    if (a->of_entity) return compare_sizes(b->end, a->end);
    return pii_type_from_name(a->label, strlen(a->label)) - pii_type_from_name(b->label, strlen(b->label));
}

static int compare_places(const void *left, const void *right)
{
    const pii_span *a = left, *b = right;
    return compare_sizes(a->start, b->start);
}

/* ---- overlaps ---------------------------------------------------------------------------------------------------- */

static int is_said(int c) { return pii_is_digit(c) || pii_is_letter(c) || c >= 0x80; }

/* A part of a span that lost the rest to others. */
static pii_span trimmed(const char *text, pii_span part)
{
    while (part.start < part.end && !is_said((unsigned char)text[part.start])) part.start++;
    while (part.start < part.end && !is_said((unsigned char)text[part.end - 1])) part.end--;
    return part;
}

/* What of the span nobody has taken, to out. */
static void take(const char *text, char *taken, const pii_span *span, pii_list *out)
{
    for (size_t i = span->start; i < span->end;) {
        pii_span part = *span;
        while (i < span->end && taken[i]) i++;
        part.start = i;
        while (i < span->end && !taken[i]) taken[i++] = 1;
        part.end = i;
        if (part.end - part.start < span->end - span->start) part = trimmed(text, part);
        if (part.start < part.end) pii_add(out, part);
    }
}

void pii_settle(const char *text, size_t len, pii_list *list)
{
    pii_list settled = {0};
    if (list->failed || !list->count) return;
    char *taken = calloc(len, 1);
    settled.failed = taken == NULL;
    qsort(list->item, list->count, sizeof *list->item, compare_ranks);
    for (size_t i = 0; taken && i < list->count; i++) take(text, taken, &list->item[i], &settled);
    free(taken);
    if (settled.count) qsort(settled.item, settled.count, sizeof *settled.item, compare_places);
    pii_free(list);
    *list = settled;
}

/* ---- addresses --------------------------------------------------------------------------------------------------- */

#define MAX_GAP 20u /* ", Apt 12b, NY 10001, " */

/* A word of a gap: it has a digit, or it is the code of a state. */
static int fits_between(const char *word, size_t len)
{
    int digits = 0, capitals = 0;
    for (size_t i = 0; i < len; i++) {
        digits += pii_is_digit(word[i]);
        capitals += pii_is_upper(word[i]);
    }
    return digits || (len == 2 && capitals == 2);
}

static int are_joined(const char *text, size_t from, size_t to)
{
    if (to - from > MAX_GAP) return 0;
    while (from < to) {
        const size_t start = from;
        while (from < to && (pii_is_word((unsigned char)text[from]) || text[from] == '-')) from++;
        if (from > start && !fits_between(text + start, from - start)) return 0;
        if (from < to && !strchr(" ,\t\r\n", text[from])) return 0;
        if (from < to && !text[from]) return 0;
        from += from < to;
    }
    return 1;
}

static int digits_at(const pii_text *t, size_t i, unsigned count)
{
    for (unsigned k = 0; k < count; k++)
        if (!pii_is_digit(pii_at(t, i + k))) return 0;
    return 1;
}

/* Behind a postal code of the USA at i, after a comma and the code of a state, or i. */
static size_t behind_postal_code(const pii_text *t, size_t i)
{
    size_t at = i + (pii_at(t, i) == ',');
    at += pii_blanks(t, at, 2);
    if (pii_is_upper(pii_at(t, at)) && pii_is_upper(pii_at(t, at + 1)) && pii_at(t, at + 2) == ' ') at += 3;
    if (at == i || !digits_at(t, at, 5)) return i;
    at += 5;
    if (pii_at(t, at) == '-' && digits_at(t, at + 1, 4)) at += 5;
    return pii_number_ends(t, at) ? at : i;
}

void pii_join_addresses(const char *text, size_t len, pii_list *list)
{
    const pii_text t = {.text = text, .len = len};
    const char *address = pii_type_name(PII_ADDRESS);
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        pii_span *span = &list->item[i], *last = kept ? &list->item[kept - 1] : NULL;
        const int joins =
            last && last->label == address && span->label == address && are_joined(text, last->end, span->start);
        if (joins) {
            last->end = span->end;
            if (span->score < last->score) last->score = span->score;
        } else {
            list->item[kept++] = *span;
        }
    }
    list->count = kept;
    for (size_t i = 0; i < kept; i++) {
        if (list->item[i].label != address) continue;
        const size_t end = behind_postal_code(&t, list->item[i].end);
        if (i + 1 == kept || end <= list->item[i + 1].start) list->item[i].end = end;
    }
}
