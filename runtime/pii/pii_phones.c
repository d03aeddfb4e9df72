/* pii_phones.c - PHONE: ITU-T E.164 with + or 00 and a country's code; as they are written within countries; and any
 * number of 7 to 15 digits with a word like "phone" before it. */
#include "pii_scanners.h"

#include <string.h>

#include "bytes.h"

enum { LEAST = 7, MOST = 15 };

/* Digits with what stands between them, as phones are written: blanks, hyphens, dots, a slash, brackets. */
typedef struct phone {
    size_t start;
    unsigned groups;
    size_t end[PII_GROUPS];
    unsigned digits[PII_GROUPS]; /* of all groups up to this one */
    char before[PII_GROUPS];     /* the mark before the group: ' ', '-', '.', '/', '(' or ')'; 0 for the first */
    int open[PII_GROUPS];        /* 1: a bracket is open behind it */
    char digit[PII_DIGITS];
} phone;

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* Bytes of what parts two groups at i, and what it is; 0: none. " (", ") ", ")-", " - " and "/ " are one mark. */
static size_t mark_at(const pii_text *t, size_t i, char *kind, int *open)
{
    size_t size = pii_blanks(t, i, 1);
    const int c = pii_at(t, i + size);
    *kind = size ? ' ' : 0;
    if (c == '.' || c == '/' || (c == '(' && !*open) || (c == ')' && *open)) {
        *kind = (char)c;
        *open = c == '(' || (*open && c != ')');
        size++;
        if (c == ')' && pii_at(t, i + size) == '-') size++;
    } else if (!*kind || c == '-') {
        const size_t hyphen = pii_separator(t, i + size);
        if (!hyphen) return 0;
        *kind = '-';
        size += hyphen;
    }
    return *kind == '.' ? size : size + pii_blanks(t, i + size, 1);
}

/* Reads groups from the digit at i on. */
static void read_phone(const pii_text *t, size_t i, int open, phone *out)
{
    unsigned digits = 0;
    char mark = 0;
    *out = (phone){.start = i};
    while (out->groups < PII_GROUPS && pii_is_digit(pii_at(t, i))) {
        const unsigned group = out->groups;
        for (; pii_is_digit(pii_at(t, i)); i++) {
            if (digits == PII_DIGITS) return;
            out->digit[digits++] = t->text[i];
        }
        out->end[group] = i;
        out->digits[group] = digits;
        out->before[group] = mark;
        out->open[group] = open;
        out->groups++;
        const size_t size = mark_at(t, i, &mark, &open);
        if (!size) return;
        i += size;
    }
}

static unsigned size_of(const phone *p, unsigned group)
{
    return p->digits[group] - (group ? p->digits[group - 1] : 0);
}

/* Whether the first groups have these sizes. */
static int is_of(const phone *p, unsigned groups, const char *sizes)
{
    if (strlen(sizes) != groups) return 0;
    for (unsigned g = 0; g < groups; g++)
        if (size_of(p, g) != (unsigned)(sizes[g] - '0')) return 0;
    return 1;
}

/* 2024-01-05 and 05.01.2024, which begin or are the groups. */
static int is_date(const phone *p, unsigned groups)
{
    if (groups < 3) return 0;
    const char *d = p->digit;
    const int year_first = size_of(p, 0) == 4 && size_of(p, 1) <= 2 && size_of(p, 2) <= 2;
    const int year_last = size_of(p, 0) <= 2 && size_of(p, 1) <= 2 && size_of(p, 2) == 4;
    const char *year = year_first ? d : d + p->digits[1];
    return (year_first || year_last) && ((year[0] == '1' && year[1] == '9') || (year[0] == '2' && year[1] == '0'));
}

/* ---- international ----------------------------------------------------------------------------------------------- */

/* Digits of the country's code, which are the longest of these that fit (ITU-T E.164.D); and how many digits may
 * follow. What is not here may have 8 to 15 in all. */
static const struct {
    const char *code;
    unsigned least, most;
} countries[] = {
    {"1", 10, 10}, {"7", 10, 10},  {"27", 9, 9},   {"30", 10, 10}, {"31", 9, 9},   {"32", 8, 9},   {"33", 9, 9},
    {"34", 9, 9},  {"36", 8, 9},   {"39", 6, 12},  {"41", 9, 9},   {"43", 4, 13},  {"44", 9, 10},  {"45", 8, 8},
    {"46", 7, 10}, {"47", 8, 8},   {"48", 9, 9},   {"49", 6, 12},  {"52", 10, 11}, {"55", 10, 11}, {"61", 9, 9},
    {"64", 8, 10}, {"65", 8, 8},   {"81", 9, 10},  {"82", 8, 11},  {"86", 8, 11},  {"90", 10, 10}, {"91", 10, 10},
    {"351", 9, 9}, {"353", 7, 10}, {"358", 5, 12}, {"420", 9, 9},  {"972", 8, 9},
};

/* First two digits of the codes that have three. */
static int has_three(const char *digits)
{
    static const char firsts[] = "21 22 23 24 25 26 29 35 37 38 42 50 59 67 68 69 80 85 87 88 96 97 99 ";
    for (const char *p = firsts; *p; p += 3)
        if (!memcmp(p, digits, 2)) return 1;
    return 0;
}

/* Whether so many digits, the code first, are a number. A zero in brackets behind the code does not count. */
static int is_international(const char *digits, unsigned len, int has_zero)
{
    static const char none[] = "28 83 89 "; /* codes of two digits that nobody has */
    if (len < 8 || digits[0] == '0') return 0;
    const unsigned code = digits[0] == '1' || digits[0] == '7' ? 1 : has_three(digits) ? 3 : 2;
    const unsigned rest = len - code - (unsigned)has_zero;
    for (size_t i = 0; i < sizeof countries / sizeof *countries; i++)
        if (strlen(countries[i].code) == code && !memcmp(countries[i].code, digits, code))
            return rest >= countries[i].least && rest <= countries[i].most;
    for (const char *p = none; *p; p += 3)
        if (!memcmp(p, digits, 2)) return 0;
    return len - (unsigned)has_zero <= MOST;
}

/* "(0)" behind the code: "+44 (0)20 ..." */
static int zero_in_brackets(const phone *p)
{
    return p->groups > 2 && p->before[1] == '(' && size_of(p, 1) == 1 && p->digit[p->digits[0]] == '0';
}

/* ---- within countries -------------------------------------------------------------------------------------------- */

/* North America: neither area nor exchange begins with 0 or 1 or is like 911; a 1 may come before. */
static int is_american(const phone *p, unsigned groups)
{
    const int trunk = groups == 4 && size_of(p, 0) == 1 && p->digit[0] == '1';
    const char *d = p->digit + trunk;
    const int formed = trunk ? is_of(p, groups, "1334") : is_of(p, groups, "334");
    return formed && d[0] > '1' && d[3] > '1' && memcmp(d + 1, "11", 2) != 0 && memcmp(d + 4, "11", 2) != 0;
}

/* A trunk 0 and 8 to 11 more digits, as most of Europe, Japan, India and Australia write it. A slash, or a bracket,
 * only behind the area; then one kind of mark. */
static int has_trunk_zero(const phone *p, unsigned groups)
{
    const unsigned len = p->digits[groups - 1];
    if (groups < 2 || p->digit[0] != '0' || p->digit[1] == '0' || size_of(p, 0) < 2 || size_of(p, 0) > 6) return 0;
    if (len < 9 || len > 12) return 0;
    for (unsigned g = 1; g < groups; g++) {
        const char mark = p->before[g];
        if (size_of(p, g) < 2 || mark == '(') return 0;
        if (g > 1 && (mark == '/' || mark == ')' || (g > 2 && mark != p->before[2]))) return 0;
    }
    return groups == 2 || p->before[1] == p->before[2] || size_of(p, 0) > 2 || size_of(p, 1) > 2; /* a date and more */
}

/* Other forms: sizes of the groups, first digits of the first of them, marks between them. */
static const struct {
    const char *sizes, *first, *marks;
    int cued; /* 1: other numbers are written so, too: a word must be before it */
} forms[] = {
    {"3222", "679", " -", 0},     {"2322", "9", " -", 0},        {"333", "679", " -", 1}, /* Spain, Portugal, Poland */
    {"334", "3", " -", 0},        {"37", "3", " -", 0},                                   /* Italy: mobile */
    {"254", "1234569", " -)", 0}, {"244", "123456789", "-)", 0},                          /* Brazil */
    {"55", "6789", " -", 0},                                                              /* India: mobile */
    {"344", "1", " -", 0},                                                                /* China: mobile */
    {"13322", "8", " -()", 0},                                                            /* Russia */
    {"433", "1", " -", 0},                                                                /* Australia: 1300, 1800 */
    {"2222", "23456789", " ", 1},                                                         /* Denmark, Norway */
};

static int has_form(const phone *p, unsigned groups, int cued)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (!is_of(p, groups, forms[i].sizes) || !strchr(forms[i].first, p->digit[0])) continue;
        unsigned g = 1;
        while (g < groups && strchr(forms[i].marks, p->before[g])) g++;
        if (g == groups && (cued || !forms[i].cued)) return 1;
    }
    return 0;
}

/* ---- all --------------------------------------------------------------------------------------------------------- */

static const char *const words[] = {
    "phone",
    "telephone",
    "tel",
    "telefon",
    "telefono",
    "tel\xC3\xA9"
    "fono",
    "t\xC3\xA9l",
    "t\xC3\xA9l\xC3\xA9phone",
    "mobile",
    "mob",
    "cell",
    "call",
    "fax",
    "handy",
    "m\xC3\xB3vil",
    "whatsapp",
    "dial",
    "hotline",
    NULL,
};

/* Behind an extension at i (" ext. 12", " x12"), or i. */
static size_t extension_end(const pii_text *t, size_t i)
{
    static const char *const marks[] = {"extension", "ext.", "ext", "x"};
    const size_t from = i + (pii_at(t, i) == ',');
    const size_t word = from + pii_blanks(t, from, 2);
    for (size_t k = 0; k < sizeof marks / sizeof *marks; k++) {
        const size_t len = strlen(marks[k]);
        if (word >= t->len || len > t->len - word || !same_ignoring_case(t->text + word, len, marks[k])) continue;
        const size_t digit = word + len + pii_blanks(t, word + len, 1);
        size_t end = digit;
        while (pii_is_digit(pii_at(t, end)) && end - digit < 7) end++;
        return end > digit && pii_number_ends(t, end) ? end : i;
    }
    return i;
}

typedef enum lead { LEAD_NONE, LEAD_PLUS, LEAD_ZEROS } lead;

/* How sure it is that the first groups are a phone's number; 0: not at all. */
static double score_of(const phone *p, unsigned groups, lead with, int cued)
{
    const unsigned len = p->digits[groups - 1], skipped = with == LEAD_ZEROS ? 2 : 0;
    if (p->open[groups - 1] || (with != LEAD_PLUS && is_date(p, groups)) || len < LEAST) return 0;
    if (with != LEAD_NONE && is_international(p->digit + skipped, len - skipped, groups > 2 && zero_in_brackets(p)))
        return with == LEAD_PLUS || cued ? PII_SHAPED : PII_LIKELY;
    if (with == LEAD_PLUS) return 0;
    if (cued) return len <= MOST ? PII_SHAPED : 0;
    return is_american(p, groups) || has_trunk_zero(p, groups) || has_form(p, groups, cued) ? PII_LIKELY : 0;
}

/* A phone's number that begins at i, its first digit at digit. Where it ends, or i. */
static size_t try_phone(const pii_text *t, size_t i, size_t digit, lead with)
{
    phone p;
    read_phone(t, digit, pii_at(t, digit - 1) == '(' && digit > i, &p);
    const int cued = p.groups && p.digits[p.groups - 1] >= LEAST && pii_cue_before(t, i, words);
    for (unsigned groups = p.groups; groups; groups--) {
        const size_t end = p.end[groups - 1];
        const double score = pii_number_ends(t, end) ? score_of(&p, groups, with, cued) : 0;
        if (score <= 0) continue;
        const size_t last = extension_end(t, end);
        pii_emit(t, PII_PHONE, i, last, score);
        return last;
    }
    return i;
}

/* The same at any byte that may begin one. */
static size_t try_at(const pii_text *t, size_t i)
{
    const int c = pii_at(t, i), before = pii_at(t, i - 1);
    if (!pii_number_starts(t, i) || before == '$' || before == '#') return i;
    if (c == '+') {
        const size_t digit = i + 1 + pii_blanks(t, i + 1, 1) + (pii_at(t, i + 1) == '(');
        return pii_is_digit(pii_at(t, digit)) ? try_phone(t, i, digit, LEAD_PLUS) : i;
    }
    if (c == '(') {
        const size_t digit = i + 1 + (pii_at(t, i + 1) == '+');
        if (!pii_is_digit(pii_at(t, digit))) return i;
        return try_phone(t, i, digit, digit > i + 1 ? LEAD_PLUS : LEAD_NONE);
    }
    return try_phone(t, i, i, c == '0' && pii_at(t, i + 1) == '0' ? LEAD_ZEROS : LEAD_NONE);
}

void pii_scan_phones(const pii_text *t)
{
    if (!(t->types & PII_BIT(PII_PHONE))) return;
    for (size_t i = 0; i < t->len;) {
        const int c = pii_at(t, i);
        const size_t end = c == '+' || c == '(' || pii_is_digit(c) ? try_at(t, i) : i;
        if (end > i) i = end;
        else if (pii_is_digit(c))
            while (pii_is_digit(pii_at(t, i))) i++;
        else i++;
    }
}
