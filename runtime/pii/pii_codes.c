/* pii_codes.c - codes of letters and digits that have a form of their own: IBAN, SWIFT/BIC, numbers of persons,
 * vehicles and keys. */
#include "pii_scanners.h"

#include <string.h>

#include "bytes.h"
#include "pii_checks.h"

enum { MOST = 40 }; /* characters of a code */

/* A word at i in capitals, as far as it has room; len 0: it is longer. */
typedef struct code {
    size_t start, end;
    unsigned len, digits, capitals;
    char text[MOST + 1];
} code;

static int is_code(int c) { return pii_is_digit(c) || pii_is_letter(c); }

static void read_code(const pii_text *t, size_t i, code *out)
{
    *out = (code){.start = i, .end = i};
    for (int c; is_code(c = pii_at(t, out->end)); out->end++) {
        if (out->len == MOST) {
            out->len = 0;
            return;
        }
        out->digits += (unsigned)pii_is_digit(c);
        out->capitals += (unsigned)pii_is_upper(c);
        out->text[out->len++] = (char)(pii_is_letter(c) ? c & ~0x20 : c);
    }
    if (pii_at(t, out->end) == '_') out->len = 0;
}

/* Whether the code has this form: A a letter, 9 a digit, X either. */
static int has_form(const char *text, size_t len, const char *form)
{
    if (strlen(form) != len) return 0;
    for (size_t i = 0; i < len; i++) {
        const int digit = pii_is_digit(text[i]);
        if (form[i] == 'A' ? digit : form[i] == '9' && !digit) return 0;
    }
    return 1;
}

/* ---- IBAN -------------------------------------------------------------------------------------------------------- */

/* SWIFT's IBAN registry: a country and its length. */
static const char ibans[] =
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 "
    "ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 "
    "LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 "
    "PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 "
    "YE30 ";

static unsigned iban_length(const char country[2])
{
    for (const char *p = ibans; *p; p += 5)
        if (!memcmp(p, country, 2)) return (unsigned)((p[2] - '0') * 10 + p[3] - '0');
    return 0;
}

/* In one piece, or in groups with one blank or hyphen between them. Where it ends, or i. */
static size_t try_iban(const pii_text *t, size_t i)
{
    char text[34];
    size_t at = i;
    unsigned len = 0, length = 0;
    if (!pii_is_letter(pii_at(t, i)) || !pii_is_letter(pii_at(t, i + 1)) || !pii_is_digit(pii_at(t, i + 2))) return i;
    while (len < sizeof text && (len < 4 || len < length)) {
        const size_t separator = len ? pii_separator(t, at) : 0;
        const int c = pii_at(t, at + separator);
        if (!is_code(c)) return i;
        text[len++] = (char)(pii_is_letter(c) ? c & ~0x20 : c);
        at += separator + 1;
        if (len == 2) length = iban_length(text);
        if (len == 2 && !length) return i;
    }
    if (pii_is_word(pii_at(t, at)) || !pii_is_digit(text[3]) || !check_iban(text, len)) return i;
    pii_emit(t, PII_INTERNATIONAL_BANK_ACCOUNT_NUMBER, i, at, PII_PROVED);
    return at;
}

/* ---- single words ------------------------------------------------------------------------------------------------ */

/* ISO 3166-1 alpha-2 with XK, for SWIFT/BIC (ISO 9362). */
static const char nations[] =
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA "
    "CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA "
    "GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP "
    "KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS "
    "MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS "
    "RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW "
    "TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW ";

static int is_nation(const char country[2])
{
    for (const char *p = nations; *p; p += 3)
        if (!memcmp(p, country, 2)) return 1;
    return 0;
}

static int is_swift(const code *c)
{
    return c->capitals + c->digits == c->len && is_nation(c->text + 4)
           && (has_form(c->text, c->len, "AAAAAAXX") || has_form(c->text, c->len, "AAAAAAXXXXX"));
}

/* HMRC, NIM39110: letters that a prefix may not have, and prefixes that are not given. */
static int is_nino_prefix(const char *p)
{
    static const char never[] = "BG GB KN NK NT TN ZZ ";
    if (strchr("DFIQUV", p[0]) || strchr("DFIOQUV", p[1])) return 0;
    for (const char *n = never; *n; n += 3)
        if (!memcmp(n, p, 2)) return 0;
    return 1;
}

static int is_nino(const char *text, size_t len)
{
    return has_form(text, len, "AA999999A") && is_nino_prefix(text) && text[8] <= 'D';
}

/* Income Tax Department of India: the fourth letter is the kind of holder, the digits are not 0000. */
static int is_pan(const code *c)
{
    return c->capitals + c->digits == c->len && has_form(c->text, c->len, "AAAAA9999A")
           && strchr("ABCFGHJKLPT", c->text[3]) && memcmp(c->text + 5, "0000", 4) != 0;
}

static int is_vin(const code *c)
{
    return c->len == 17 && c->digits && c->digits < 17 && c->capitals + c->digits == 17 && !strpbrk(c->text, "IOQ");
}

/* IAM's identifiers of access keys: long-lived, temporary, of bearer tokens, of a context. */
static int is_access_key(const code *c)
{
    static const char prefixes[] = "AKIAASIAABIAACCA";
    if (c->len != 20 || c->capitals + c->digits != 20) return 0;
    for (const char *p = prefixes; *p; p += 4)
        if (!memcmp(p, c->text, 4)) return 1;
    return 0;
}

static const char *const of_swift[] = {"swift", "bic", NULL};
static const char *const of_vin[] = {"vin", "chassis", NULL};
static const char *const of_voter[] = {"voter", "epic", NULL};
static const char *const of_secret[] = {
    "secret", "secret key", "secret_access_key", "aws_secret_access_key", "secretaccesskey", "awssecretkey", NULL};

static void try_code(const pii_text *t, const code *c)
{
    if (is_nino(c->text, c->len)) pii_emit(t, PII_UK_NATIONAL_INSURANCE_NUMBER, c->start, c->end, PII_SHAPED);
    if (is_pan(c)) pii_emit(t, PII_IN_PERMANENT_ACCOUNT_NUMBER, c->start, c->end, PII_SHAPED);
    if (is_access_key(c)) pii_emit(t, PII_AWS_ACCESS_KEY, c->start, c->end, PII_SHAPED);
    if (is_swift(c) && pii_cue_before(t, c->start, of_swift)) pii_emit(t, PII_SWIFT_CODE, c->start, c->end, PII_SHAPED);
    if (is_vin(c) && (check_vin(c->text) || pii_cue_before(t, c->start, of_vin)))
        pii_emit(t, PII_VEHICLE_IDENTIFICATION_NUMBER, c->start, c->end, check_vin(c->text) ? PII_PROVED : PII_CUED);
    if (has_form(c->text, c->len, "AAA9999999") && pii_cue_before(t, c->start, of_voter))
        pii_emit(t, PII_IN_VOTER_NUMBER, c->start, c->end, PII_SHAPED);
}

/* "AB 12 34 56 C". Where it ends, or i. */
static size_t try_spaced_nino(const pii_text *t, size_t i)
{
    char text[9];
    size_t at = i;
    for (unsigned len = 0; len < sizeof text; len++) {
        if (len && len % 2 == 0) at += pii_separator(t, at);
        const int c = pii_at(t, at++);
        if (!pii_is_upper(c) && !pii_is_digit(c)) return i;
        text[len] = (char)c;
    }
    if (pii_is_word(pii_at(t, at)) || !is_nino(text, sizeof text)) return i;
    pii_emit(t, PII_UK_NATIONAL_INSURANCE_NUMBER, i, at, PII_SHAPED);
    return at;
}

/* ---- secret keys ------------------------------------------------------------------------------------------------- */

static int is_base64(int c) { return is_code(c) || c == '/' || c == '+'; }

/* Forty characters of base64 with a word like "secret" before them. Where they end, or i. */
static size_t try_secret(const pii_text *t, size_t i)
{
    size_t end = i;
    if (is_base64(pii_at(t, i - 1))) return i;
    while (end - i <= MOST && is_base64(pii_at(t, end))) end++;
    if (end - i != MOST || pii_at(t, end) == '=' || !pii_cue_before(t, i, of_secret)) return i;
    pii_emit(t, PII_AWS_SECRET_KEY, i, end, PII_SHAPED);
    return end;
}

/* ---- all --------------------------------------------------------------------------------------------------------- */

static size_t try_at(const pii_text *t, size_t i)
{
    code c;
    size_t end = try_secret(t, i);
    if (end > i || pii_is_word(pii_at(t, i - 1)) || !is_code(pii_at(t, i))) return end;
    end = try_iban(t, i);
    if (end == i) end = try_spaced_nino(t, i);
    if (end > i) return end;
    read_code(t, i, &c);
    if (c.len) try_code(t, &c);
    return c.end;
}

void pii_scan_codes(const pii_text *t)
{
    for (size_t i = 0; i < t->len;) {
        const int c = pii_at(t, i);
        const size_t end = is_base64(c) ? try_at(t, i) : i;
        i = end > i ? end : i + 1;
    }
}
