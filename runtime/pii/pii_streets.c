/* pii_streets.c - ADDRESS: a house number, one to four words that begin with a capital or a digit, and the word for a
 * street in English ("221B Baker Street"); a post box. Cities and countries are a model's entities. */
#include "pii_scanners.h"

#include <string.h>

#include "bytes.h"

enum { MAX_WORDS = 4, MAX_WORD = 24, MAX_NUMBER = 6, LONGEST_STREET = 9 };

static const char *const streets[] = {
    "street", "st",    "avenue",  "ave",   "road", "rd",      "boulevard", "blvd",  "lane",    "ln",       "drive",
    "dr",     "court", "ct",      "place", "pl",   "square",  "sq",        "way",   "terrace", "crescent", "highway",
    "hwy",    "close", "parkway", "pkwy",  "row",  "gardens", "circle",    "trail", "alley",   NULL,
};

static int is_word_byte(int c) { return pii_is_word(c) || c == '\'' || c >= 0x80; }

/* Behind the word at i; i: it is none, or too long. */
static size_t word_end(const pii_text *t, size_t i)
{
    size_t end = i;
    while (is_word_byte(pii_at(t, end)))
        if (++end - i > MAX_WORD) return i;
    return end;
}

static int is_street(const pii_text *t, size_t i, size_t end)
{
    for (const char *const *word = streets; *word; word++)
        if (same_ignoring_case(t->text + i, end - i, *word)) return 1;
    return 0;
}

/* Behind the street whose words begin at i, or i. */
static size_t street_end(const pii_text *t, size_t i)
{
    size_t at = i, found = i;
    for (unsigned words = 0; words <= MAX_WORDS; words++) {
        const int first = pii_at(t, at);
        const size_t end = word_end(t, at);
        if (end == at || !(pii_is_upper(first) || pii_is_digit(first) || first >= 0x80)) break;
        if (words && end - at <= LONGEST_STREET && is_street(t, at, end)) found = end;
        at = end + (pii_at(t, end) == '.');
        if (pii_at(t, at) != ' ') break;
        at++;
    }
    return found;
}

/* Behind a house number at i with a letter perhaps, or i. */
static size_t house_end(const pii_text *t, size_t i)
{
    size_t end = i;
    while (pii_is_digit(pii_at(t, end)) && end - i <= MAX_NUMBER) end++;
    if (end == i || end - i > MAX_NUMBER) return i;
    end += (size_t)(pii_is_letter(pii_at(t, end)) && !pii_is_word(pii_at(t, end + 1)));
    return pii_is_word(pii_at(t, end)) ? i : end;
}

static size_t try_house(const pii_text *t, size_t i)
{
    const size_t house = house_end(t, i), street = house + (pii_at(t, house) == ',') + 1;
    if (house == i || pii_at(t, street - 1) != ' ' || !pii_number_starts(t, i)) return i;
    const size_t end = street_end(t, street);
    if (end == street) return i;
    pii_emit(t, PII_ADDRESS, i, end, PII_SHAPED);
    return end;
}

/* "P.O. Box 123" */
static size_t try_box(const pii_text *t, size_t i)
{
    static const char *const boxes[] = {"p.o. box ", "po box ", "p.o.box "};
    for (size_t k = 0; k < sizeof boxes / sizeof *boxes; k++) {
        const size_t len = strlen(boxes[k]);
        size_t end = i + len;
        if (len > t->len - i || !same_ignoring_case(t->text + i, len, boxes[k])) continue;
        while (pii_is_digit(pii_at(t, end)) && end - i - len < MAX_NUMBER) end++;
        if (end == i + len || pii_is_word(pii_at(t, end))) return i;
        pii_emit(t, PII_ADDRESS, i, end, PII_SHAPED);
        return end;
    }
    return i;
}

void pii_scan_streets(const pii_text *t)
{
    if (!(t->types & PII_BIT(PII_ADDRESS))) return;
    for (size_t i = 0; i < t->len;) {
        const int c = pii_at(t, i);
        size_t end = i;
        if (pii_is_word(pii_at(t, i - 1))) end = i;
        else if (pii_is_digit(c)) end = try_house(t, i);
        else if (c == 'P' || c == 'p') end = try_box(t, i);
        i = end > i ? end : i + 1;
    }
}
