/* pii_numbers.c - numbers that are digits alone: those of cards, of persons, of banks. What could be any number needs
 * its own form of groups, or a word before it. */
#include "pii_scanners.h"

#include <string.h>

#include "pii_checks.h"

/* ---- cards ------------------------------------------------------------------------------------------------------- */

/* ISO/IEC 7812: the first digits of the issuers, from low to high when cut to the length of low, and how many digits
 * their numbers have. */
static const struct {
    const char *low, *high;
    unsigned least, most;
} issuers[] = {
    {"4", "4", 13, 13},       {"4", "4", 16, 16},       {"4", "4", 19, 19}, /* Visa */
    {"51", "55", 16, 16},     {"2221", "2720", 16, 16},                     /* Mastercard */
    {"34", "34", 15, 15},     {"37", "37", 15, 15},                         /* American Express */
    {"300", "305", 14, 14},   {"3095", "3095", 14, 14}, {"36", "36", 14, 14},
    {"38", "39", 14, 14},                                                     /* Diners Club */
    {"6011", "6011", 16, 19}, {"644", "649", 16, 19},   {"65", "65", 16, 19}, /* Discover */
    {"3528", "3589", 16, 19},                                                 /* JCB */
    {"62", "62", 16, 19},     {"81", "81", 16, 19},                           /* UnionPay, RuPay */
    {"60", "60", 16, 16},     {"508", "508", 16, 16},                         /* RuPay */
    {"2200", "2204", 16, 19},                                                 /* Mir */
    {"5018", "5018", 12, 19}, {"5020", "5020", 12, 19}, {"5038", "5038", 12, 19},
    {"5893", "5893", 12, 19}, {"6304", "6304", 12, 19}, {"6759", "6759", 12, 19},
    {"6761", "6763", 12, 19}, /* Maestro */
};

static int has_issuer(const char *digits, unsigned len)
{
    for (size_t i = 0; i < sizeof issuers / sizeof *issuers; i++) {
        const size_t size = strlen(issuers[i].low);
        if (len >= issuers[i].least && len <= issuers[i].most && memcmp(digits, issuers[i].low, size) >= 0
            && memcmp(digits, issuers[i].high, size) <= 0)
            return 1;
    }
    return 0;
}

static int groups_are_long(const pii_number *n, unsigned groups, unsigned least)
{
    unsigned g = 0;
    while (g < groups && pii_group_size(n, g) >= least) g++;
    return g == groups;
}

static int is_card(const pii_number *n, unsigned groups)
{
    const unsigned len = n->digits[groups - 1];
    return len >= 12 && len <= 19 && n->kind[groups - 1] != '*' && (groups == 1 || groups_are_long(n, groups, 3))
           && has_issuer(n->digit, len) && check_luhn(n->digit, len);
}

/* ---- persons and banks ------------------------------------------------------------------------------------------- */

static unsigned value(const char *digits, unsigned len)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < len; i++) sum = sum * 10 + (unsigned)(digits[i] - '0');
    return sum;
}

/* Social Security Administration: no area 000, 666 or 9xx, no group 00, no serial number 0000. */
static int is_ssn(const char *digits)
{
    const unsigned area = value(digits, 3);
    return area && area != 666 && area < 900 && value(digits + 3, 2) && value(digits + 5, 4);
}

/* IRS: 9xx, and a group of 50 to 65, 70 to 88, 90 to 92 or 94 to 99. */
static int is_itin(const char *digits)
{
    const unsigned group = value(digits + 3, 2);
    return digits[0] == '9'
           && ((group >= 50 && group <= 65) || (group >= 70 && group <= 88) || (group >= 90 && group != 93));
}

/* Of Canada: 0 has never been given, 8 is for businesses. */
static int is_sin(const char *digits) { return digits[0] != '0' && digits[0] != '8' && check_luhn(digits, 9); }

/* UIDAI: the first digit is neither 0 nor 1. */
static int is_aadhaar(const char *digits) { return digits[0] > '1' && check_verhoeff(digits, 12); }

/* ABA: the first two digits are those of a Federal Reserve district, a thrift, an electronic or a cheque's number. */
static int is_routing(const char *digits)
{
    const unsigned first = value(digits, 2);
    return ((first >= 1 && first <= 12) || (first >= 21 && first <= 32) || (first >= 61 && first <= 72) || first == 80)
           && check_aba(digits);
}

static const char *const of_ssn[] = {"ssn", "social security", "social", NULL};
static const char *const of_itin[] = {"itin", "taxpayer", "tax id", NULL};
static const char *const of_sin[] = {"sin", "social insurance", "nas", NULL};
static const char *const of_aadhaar[] = {"aadhaar", "aadhar", "uidai", NULL};
static const char *const of_nhs[] = {"nhs", NULL};
static const char *const of_utr[] = {"utr", "taxpayer reference", "tax reference", NULL};
static const char *const of_routing[] = {"routing", "aba", "rtn", NULL};

/* form: the groups that a number has without a word before it, "" where only the word tells; scores of both. With the
 * word it may also be one group, or groups of the form of_cue. */
static const struct {
    pii_type type;
    unsigned digits;
    const char *form, *of_cue;
    int (*fits)(const char *digits);
    const char *const *words;
    double alone, cued;
} kinds[] = {
    {PII_SSN, 9, "324", "324", is_ssn, of_ssn, PII_SHAPED, PII_SHAPED},
    {PII_US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER, 9, "324", "324", is_itin, of_itin, PII_SHAPED, PII_SHAPED},
    {PII_CA_SOCIAL_INSURANCE_NUMBER, 9, "333", "333", is_sin, of_sin, PII_SHAPED, PII_PROVED},
    {PII_IN_AADHAAR, 12, "444", "444", is_aadhaar, of_aadhaar, PII_SHAPED, PII_PROVED},
    {PII_UK_NATIONAL_HEALTH_SERVICE_NUMBER, 10, "", "334", check_nhs, of_nhs, PII_PROVED, PII_PROVED},
    {PII_UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER, 10, "", "55", check_utr, of_utr, PII_PROVED, PII_PROVED},
    {PII_BANK_ROUTING, 9, "", "441", is_routing, of_routing, PII_PROVED, PII_PROVED},
};

/* Emits the kinds that the first groups are. Whether there is one. */
static int try_kinds(const pii_text *t, const pii_number *n, unsigned groups)
{
    int found = 0;
    if (n->kind[groups - 1] == '*') return 0;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        if (n->digits[groups - 1] != kinds[k].digits) continue;
        const int formed = pii_number_is(n, groups, kinds[k].form);
        if (!formed && groups > 1 && !pii_number_is(n, groups, kinds[k].of_cue)) continue;
        if (!kinds[k].fits(n->digit)) continue;
        const int cued = pii_cue_before(t, n->start, kinds[k].words);
        if (!formed && !cued) continue;
        pii_emit(t, kinds[k].type, n->start, n->end[groups - 1], cued ? kinds[k].cued : kinds[k].alone);
        found = 1;
    }
    return found;
}

/* The longest of the beginnings of the number at i that is something. Where it ends, or i. */
static size_t try_number(const pii_text *t, size_t i)
{
    pii_number n;
    pii_read_number(t, i, &n);
    for (unsigned groups = n.groups; groups; groups--) {
        const size_t end = n.end[groups - 1];
        if (n.digits[groups - 1] < 9 || !pii_number_ends(t, end)) continue;
        int found = is_card(&n, groups);
        if (found) pii_emit(t, PII_CREDIT_DEBIT_NUMBER, i, end, PII_PROVED);
        found |= try_kinds(t, &n, groups);
        if (found) return end;
    }
    return i;
}

void pii_scan_numbers(const pii_text *t)
{
    for (size_t i = 0; i < t->len;) {
        if (!pii_is_digit(pii_at(t, i))) {
            i++;
            continue;
        }
        const size_t end = pii_number_starts(t, i) ? try_number(t, i) : i;
        if (end > i) i = end;
        else
            while (pii_is_digit(pii_at(t, i))) i++;
    }
}
