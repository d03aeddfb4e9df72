#include "pii_scan.h"

#include <string.h>

#include "bytes.h"

void pii_emit(const pii_text *t, pii_type type, size_t start, size_t end, double score)
{
    if (t->types & PII_BIT(type))
        pii_add(t->out, (pii_span){.start = start, .end = end, .label = pii_type_name(type), .score = score});
}

/* ---- separators -------------------------------------------------------------------------------------------------- */

static int is_at(const pii_text *t, size_t i, const char *bytes_of)
{
    const size_t len = strlen(bytes_of);
    return i < t->len && len <= t->len - i && !memcmp(t->text + i, bytes_of, len);
}

static size_t blank_at(const pii_text *t, size_t i)
{
    if (pii_at(t, i) == ' ' || pii_at(t, i) == '\t') return 1;
    if (is_at(t, i, "\xC2\xA0")) return 2;      /* U+00A0 */
    return is_at(t, i, "\xE2\x80\xAF") ? 3 : 0; /* U+202F */
}

static size_t hyphen_at(const pii_text *t, size_t i)
{
    if (pii_at(t, i) == '-') return 1;
    if (is_at(t, i, "\xE2\x80\x90") || is_at(t, i, "\xE2\x80\x91")) return 3; /* U+2010, U+2011 */
    return is_at(t, i, "\xE2\x80\x93") ? 3 : 0;                               /* U+2013 */
}

size_t pii_separator(const pii_text *t, size_t i)
{
    const size_t blank = blank_at(t, i);
    return blank ? blank : hyphen_at(t, i);
}

char pii_separator_kind(const pii_text *t, size_t i) { return blank_at(t, i) ? ' ' : '-'; }

size_t pii_blanks(const pii_text *t, size_t i, unsigned max)
{
    const size_t from = i;
    for (size_t size; max && (size = blank_at(t, i)) != 0; max--) i += size;
    return i - from;
}

/* ---- bounds ------------------------------------------------------------------------------------------------------ */

int pii_number_starts(const pii_text *t, size_t i)
{
    const int before = pii_at(t, i - 1), second = pii_at(t, i - 2);
    if (pii_is_word(before)) return 0;
    if (before == '-') return !pii_is_word(second);
    return !((before == '.' || before == '/' || before == ':') && pii_is_digit(second));
}

int pii_number_ends(const pii_text *t, size_t i)
{
    const int next = pii_at(t, i), second = pii_at(t, i + 1);
    if (pii_is_word(next)) return 0;
    if (next == '-') return !pii_is_word(second);
    return !((next == '.' || next == '/' || next == ':') && pii_is_digit(second));
}

/* ---- words beside ------------------------------------------------------------------------------------------------ */

/* Whether the word stands at a place of the window where one begins. */
static int is_whole(const char *window, size_t size, size_t at, const char *word)
{
    const size_t len = strlen(word);
    return window[at] == word[0] && len <= size - at && !memcmp(window + at, word, len)
           && (at + len == size || !pii_is_letter((unsigned char)window[at + len]));
}

int pii_cue_before(const pii_text *t, size_t i, const char *const *words)
{
    char window[PII_CUE_WINDOW];
    const size_t size = i < PII_CUE_WINDOW ? i : PII_CUE_WINDOW;
    for (size_t k = 0; k < size; k++) window[k] = ascii_lower(t->text[i - size + k]);
    for (size_t k = 0; k < size; k++) {
        if (k ? pii_is_word((unsigned char)window[k - 1]) : size < i && pii_is_word(pii_at(t, i - size - 1))) continue;
        for (const char *const *word = words; *word; word++)
            if (is_whole(window, size, k, *word)) return 1;
    }
    return 0;
}

int pii_word_before(const pii_text *t, size_t i, const char *const *words)
{
    char word[24];
    size_t at = sizeof word;
    for (unsigned marks = 0; marks < 4 && i && memchr(" :#=", pii_at(t, i - 1), 4); marks++) i--;
    while (at && pii_is_word(pii_at(t, i - 1))) word[--at] = ascii_lower(t->text[--i]);
    for (; at && *words; words++)
        if (strlen(*words) == sizeof word - at && !memcmp(word + at, *words, sizeof word - at)) return 1;
    return 0;
}

/* ---- groups of digits -------------------------------------------------------------------------------------------- */

static char joined(char kinds, char kind) { return !kinds || kinds == kind ? kind : '*'; }

void pii_read_number(const pii_text *t, size_t i, pii_number *out)
{
    unsigned digits = 0;
    char kinds = 0;
    *out = (pii_number){.start = i};
    while (out->groups < PII_GROUPS && pii_is_digit(pii_at(t, i))) {
        const unsigned group = out->groups;
        out->begin[group] = i;
        for (; pii_is_digit(pii_at(t, i)); i++) {
            if (digits == PII_DIGITS) return;
            out->digit[digits++] = t->text[i];
        }
        out->end[group] = i;
        out->digits[group] = digits;
        out->kind[group] = kinds;
        out->groups++;
        const size_t separator = pii_separator(t, i);
        if (!separator) return;
        kinds = joined(kinds, pii_separator_kind(t, i));
        i += separator;
    }
}

unsigned pii_group_size(const pii_number *n, unsigned group)
{
    return n->digits[group] - (group ? n->digits[group - 1] : 0);
}

int pii_number_is(const pii_number *n, unsigned groups, const char *sizes)
{
    if (strlen(sizes) != groups) return 0;
    for (unsigned g = 0; g < groups; g++)
        if (pii_group_size(n, g) != (unsigned)(sizes[g] - '0')) return 0;
    return 1;
}
