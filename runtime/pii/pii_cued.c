/* pii_cued.c - values that only a word before them tells: "PIN: 1234", "password=...", "account number 12345678". */
#include "pii_scanners.h"

#include <string.h>

#include "bytes.h"

/* ---- what stands between the word and its value ------------------------------------------------------------------ */

/* Behind a word at i, upper and lower case being the same; i: it is another. Blanks of the word may be one of " -_" or
 * none. */
static size_t word_end(const pii_text *t, size_t i, const char *word)
{
    size_t at = i;
    for (; *word; word++) {
        const int c = pii_at(t, at);
        if (*word == ' ') at += c == ' ' || c == '-' || c == '_';
        else if (c >= 0 && ascii_lower((char)c) == *word) at++;
        else return i;
    }
    return pii_is_letter(pii_at(t, at)) ? i : at;
}

typedef struct between {
    size_t at; /* where the value begins */
    int sign;  /* there is a : or = or # */
    int is;    /* there is "is" */
} between;

/* Skips marks and small words behind the word that ends at i. */
static between skip_between(const pii_text *t, size_t i)
{
    static const char *const small[] = {"number", "numbers", "no.", "no",  "nr", "num",
                                        "code",   "id",      "is",  "was", "was"};
    between b = {.at = i};
    for (unsigned turns = 0; turns < 8; turns++) {
        const int c = pii_at(t, b.at);
        const size_t blanks = pii_blanks(t, b.at, 3);
        size_t end = b.at;
        if (blanks) end += blanks;
        else if (c == ':' || c == '=' || c == '#' || c == '.' || c == '-' || c == '"' || c == '\'' || c == '(') end++;
        b.sign |= end > b.at && (c == ':' || c == '=' || c == '#');
        for (size_t k = 0; end == b.at && k < sizeof small / sizeof *small; k++) {
            end = word_end(t, b.at, small[k]);
            if (end > b.at && pii_is_word(pii_at(t, end))) end = b.at;
            b.is |= end > b.at && small[k][0] == 'i' && small[k][1] == 's';
        }
        if (end == b.at) break;
        b.at = end;
    }
    return b;
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

/* Behind least to most digits at i, which are a number of their own; or i. */
static size_t digits_end(const pii_text *t, size_t i, unsigned least, unsigned most)
{
    size_t end = i;
    while (pii_is_digit(pii_at(t, end)) && end - i <= most) end++;
    return end - i >= least && end - i <= most && pii_number_ends(t, end) ? end : i;
}

static size_t cvv_end(const pii_text *t, const between *b) { return digits_end(t, b->at, 3, 4); }
static size_t pin_end(const pii_text *t, const between *b) { return digits_end(t, b->at, 4, 6); }
static size_t age_end(const pii_text *t, const between *b) { return digits_end(t, b->at, 1, 3); }

/* 01/27, 01-2027. */
static size_t expiry_end(const pii_text *t, const between *b)
{
    const size_t i = b->at;
    const int first = pii_at(t, i), second = pii_at(t, i + 1), mark = pii_at(t, i + 2);
    if (!((first == '0' && second >= '1' && second <= '9') || (first == '1' && second >= '0' && second <= '2')))
        return i;
    if (mark != '/' && mark != '-') return i;
    size_t end = digits_end(t, i + 3, 4, 4);
    if (end == i + 3) end = digits_end(t, i + 3, 2, 2);
    return end == i + 3 ? i : end;
}

/* Digits in groups of one separator, so many in all. */
static size_t grouped_end(const pii_text *t, size_t i, unsigned least, unsigned most)
{
    pii_number n;
    pii_read_number(t, i, &n);
    for (unsigned groups = n.groups; groups; groups--)
        if (n.digits[groups - 1] >= least && n.digits[groups - 1] <= most && pii_number_ends(t, n.end[groups - 1]))
            return n.end[groups - 1];
    return i;
}

static size_t account_end(const pii_text *t, const between *b) { return grouped_end(t, b->at, 6, 17); }
static size_t health_end(const pii_text *t, const between *b) { return grouped_end(t, b->at, 10, 10); }

/* Behind a word of letters and digits (hyphens may be in it) of least to most characters with so many digits; or i. */
static size_t mixed_end(const pii_text *t, size_t i, unsigned least, unsigned most, unsigned digits)
{
    size_t end = i;
    unsigned found = 0;
    while (end - i <= most
           && (pii_is_digit(pii_at(t, end)) || pii_is_letter(pii_at(t, end))
               || (pii_at(t, end) == '-' && pii_is_word(pii_at(t, end + 1)))))
        found += (unsigned)pii_is_digit(pii_at(t, end++));
    return end - i >= least && end - i <= most && found >= digits && !pii_is_word(pii_at(t, end)) ? end : i;
}

static size_t passport_end(const pii_text *t, const between *b) { return mixed_end(t, b->at, 6, 9, 5); }
static size_t driver_end(const pii_text *t, const between *b) { return mixed_end(t, b->at, 5, 20, 4); }

/* "AB12 CDE", "7ABC123". */
static size_t plate_end(const pii_text *t, const between *b)
{
    const size_t i = b->at, end = mixed_end(t, i, 2, 8, 0), next = end + (pii_at(t, end) == ' ');
    if (end == i || !(pii_is_upper(pii_at(t, i)) || pii_is_digit(pii_at(t, i)))) return i;
    if (next > end && (pii_is_upper(pii_at(t, next)) || pii_is_digit(pii_at(t, next)))) {
        const size_t both = mixed_end(t, next, 2, 4, 0);
        if (both > next && (mixed_end(t, i, 2, 8, 1) > i || mixed_end(t, next, 2, 4, 1) > next)) return both;
    }
    return mixed_end(t, i, 2, 8, 1);
}

/* Characters of a secret at i without the punctuation behind it, at most 128 bytes. Behind "is" it must not look like
 * a word of the sentence. */
#define MAX_SECRET 128u
static size_t secret_end(const pii_text *t, const between *b)
{
    const size_t i = b->at;
    size_t end = i;
    unsigned others = 0;
    if (!b->sign && !b->is) return i;
    for (int c; end - i <= MAX_SECRET && (c = pii_at(t, end)) > ' ' && c != '"' && c != 0x7F && c != '<'; end++)
        others += !pii_is_letter(c);
    if (end - i > MAX_SECRET) return i;
    while (end > i && strchr(".,;!?)'", pii_at(t, end - 1))) {
        end--;
        others--;
    }
    return end - i >= 3 && (b->sign || others) ? end : i;
}

/* A name for a log-in: letters, digits and . _ - @. */
static size_t username_end(const pii_text *t, const between *b)
{
    const size_t i = b->at;
    size_t end = i;
    unsigned others = 0;
    if (!b->sign && !b->is) return i;
    for (int c; end - i <= 64 && (pii_is_word(c = pii_at(t, end)) || (c > 0 && strchr(".-@", c))); end++)
        others += !pii_is_letter(c);
    if (end - i > 64) return i;
    while (end > i && (pii_at(t, end - 1) == '.' || pii_at(t, end - 1) == '-')) {
        end--;
        others--;
    }
    return end - i >= 3 && (b->sign || others) ? end : i;
}

/* ---- all --------------------------------------------------------------------------------------------------------- */

/* Words in lower case, of which a longer one comes before its beginning. */
static const struct {
    const char *word;
    pii_type type;
    size_t (*end)(const pii_text *t, const between *b);
} cues[] = {
    {"account number", PII_BANK_ACCOUNT_NUMBER, account_end},
    {"account no", PII_BANK_ACCOUNT_NUMBER, account_end},
    {"account", PII_BANK_ACCOUNT_NUMBER, account_end},
    {"acct", PII_BANK_ACCOUNT_NUMBER, account_end},
    {"a/c", PII_BANK_ACCOUNT_NUMBER, account_end},
    {"kontonummer", PII_BANK_ACCOUNT_NUMBER, account_end},
    {"aged", PII_AGE, age_end},
    {"age", PII_AGE, age_end},
    {"cvv2", PII_CREDIT_DEBIT_CVV, cvv_end},
    {"cvc2", PII_CREDIT_DEBIT_CVV, cvv_end},
    {"cvv", PII_CREDIT_DEBIT_CVV, cvv_end},
    {"cvc", PII_CREDIT_DEBIT_CVV, cvv_end},
    {"card verification code", PII_CREDIT_DEBIT_CVV, cvv_end},
    {"security code", PII_CREDIT_DEBIT_CVV, cvv_end},
    {"expiration date", PII_CREDIT_DEBIT_EXPIRY, expiry_end},
    {"expiry date", PII_CREDIT_DEBIT_EXPIRY, expiry_end},
    {"exp date", PII_CREDIT_DEBIT_EXPIRY, expiry_end},
    {"expiration", PII_CREDIT_DEBIT_EXPIRY, expiry_end},
    {"expires", PII_CREDIT_DEBIT_EXPIRY, expiry_end},
    {"expiry", PII_CREDIT_DEBIT_EXPIRY, expiry_end},
    {"exp", PII_CREDIT_DEBIT_EXPIRY, expiry_end},
    {"valid thru", PII_CREDIT_DEBIT_EXPIRY, expiry_end},
    {"good thru", PII_CREDIT_DEBIT_EXPIRY, expiry_end},
    {"driver's license", PII_DRIVER_ID, driver_end},
    {"drivers license", PII_DRIVER_ID, driver_end},
    {"driver license", PII_DRIVER_ID, driver_end},
    {"driving licence", PII_DRIVER_ID, driver_end},
    {"driver's licence", PII_DRIVER_ID, driver_end},
    {"health card", PII_CA_HEALTH_NUMBER, health_end},
    {"ohip", PII_CA_HEALTH_NUMBER, health_end},
    {"license plate", PII_LICENSE_PLATE, plate_end},
    {"licence plate", PII_LICENSE_PLATE, plate_end},
    {"number plate", PII_LICENSE_PLATE, plate_end},
    {"plate number", PII_LICENSE_PLATE, plate_end},
    {"passport", PII_PASSPORT_NUMBER, passport_end},
    {"passphrase", PII_PASSWORD, secret_end},
    {"password", PII_PASSWORD, secret_end},
    {"passwd", PII_PASSWORD, secret_end},
    {"passwort", PII_PASSWORD, secret_end},
    {"pwd", PII_PASSWORD, secret_end},
    {"pin", PII_PIN, pin_end},
    {"username", PII_USERNAME, username_end},
    {"user name", PII_USERNAME, username_end},
    {"user id", PII_USERNAME, username_end},
    {"user", PII_USERNAME, username_end},
    {"login", PII_USERNAME, username_end},
};

/* The cue at i with its value. Where the cue ends, or i: none begins here. */
static size_t try_cue(const pii_text *t, size_t i)
{
    const char first = ascii_lower(t->text[i]);
    for (size_t k = 0; k < sizeof cues / sizeof *cues; k++) {
        if (cues[k].word[0] != first) continue;
        const size_t stop = word_end(t, i, cues[k].word);
        if (stop == i) continue;
        const between b = skip_between(t, stop);
        const size_t end = b.at > stop ? cues[k].end(t, &b) : b.at;
        if (end == b.at) continue;
        pii_emit(t, cues[k].type, b.at, end, PII_CUED);
        return stop;
    }
    return i;
}

void pii_scan_cued(const pii_text *t)
{
    for (size_t i = 0; i < t->len; i++)
        if (pii_is_letter(pii_at(t, i)) && !pii_is_letter(pii_at(t, i - 1)) && !pii_is_digit(pii_at(t, i - 1))) {
            const size_t end = try_cue(t, i);
            if (end > i) i = end - 1;
        }
}
