/* pii_ages.c - AGE: "34 years old", "34-year-old", "six months old" in digits, "34 y/o". What stands behind "age" or
 * "aged" is in pii_cued.c. */
#include "pii_scanners.h"

#include <string.h>

#include "bytes.h"

/* Behind a word at i, or i. */
static size_t word_end(const pii_text *t, size_t i, const char *word)
{
    const size_t len = strlen(word);
    if (i >= t->len || len > t->len - i || !same_ignoring_case(t->text + i, len, word)) return i;
    return pii_is_letter(pii_at(t, i + len)) ? i : i + len;
}

static size_t one_of(const pii_text *t, size_t i, const char *const *words)
{
    size_t end = i;
    for (; *words && end == i; words++) end = word_end(t, i, *words);
    return end;
}

/* Behind a blank or hyphen at i, or i. */
static size_t part(const pii_text *t, size_t i) { return i + pii_separator(t, i); }

/* Behind the age whose digits end at i, or i. */
static size_t age_end(const pii_text *t, size_t i)
{
    static const char *const units[] = {"years", "year", "yrs", "yr", "months", "month", "weeks", "week", NULL};
    static const char *const whole[] = {"y/o", "yo", "y.o.", NULL};
    const size_t start = part(t, i), short_end = one_of(t, start, whole), unit = one_of(t, start, units);
    if (short_end > start) return short_end;
    if (unit == start || unit == i) return i;
    const size_t old = part(t, unit), end = word_end(t, old, "old");
    return old > unit && end > old ? end : i;
}

void pii_scan_ages(const pii_text *t)
{
    if (!(t->types & PII_BIT(PII_AGE))) return;
    for (size_t i = 0; i < t->len; i++) {
        size_t digits = i;
        if (!pii_is_digit(pii_at(t, i)) || pii_is_word(pii_at(t, i - 1))) continue;
        while (pii_is_digit(pii_at(t, digits))) digits++;
        const size_t end = digits - i <= 3 ? age_end(t, digits) : digits;
        if (end > digits) pii_emit(t, PII_AGE, i, end, PII_SHAPED);
        i = digits - 1;
    }
}
