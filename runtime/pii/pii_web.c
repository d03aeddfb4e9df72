/* pii_web.c - EMAIL: RFC 5322's dot-atom without the marks that nobody has in an address, letters of Latin, Greek and
 * Cyrillic too (RFC 6531), and a domain with a dot. URL: http, https, ftp, or www. without one of them. */
#include "pii_scanners.h"

#include <string.h>

#include "bytes.h"

#define MAX_LOCAL 64u   /* RFC 5321 4.5.3.1.1 */
#define MAX_DOMAIN 255u /* RFC 5321 4.5.3.1.2 */

/* A letter of U+00C0 to U+053F in UTF-8 takes two bytes. */
static int is_lead(int c) { return c >= 0xC3 && c <= 0xD4; }
static int is_rest(int c) { return c >= 0x80 && c <= 0xBF; }

/* ---- EMAIL ------------------------------------------------------------------------------------------------------- */

static int is_local(int c)
{
    return pii_is_word(c) || c == '.' || c == '+' || c == '-' || c == '%' || c == '\'' || c == '&';
}

/* Where the local part begins that ends before the sign at i; i: there is none. */
static size_t local_start(const pii_text *t, size_t i)
{
    size_t start = i;
    for (;;) {
        const int before = pii_at(t, start - 1);
        if (is_local(before) && !(before == '.' && pii_at(t, start) == '.')) start--;
        else if (is_rest(before) && is_lead(pii_at(t, start - 2))) start -= 2;
        else break;
        if (i - start > MAX_LOCAL) return i;
    }
    while (start < i && strchr(".-'%&+", pii_at(t, start))) start++;
    return pii_at(t, i - 1) == '.' || (start < i && pii_at(t, i - 1) == '\'') ? i : start;
}

/* Behind a label of a domain at i, or i. */
static size_t label_end(const pii_text *t, size_t i, size_t limit)
{
    size_t end = i;
    while (i < limit) {
        const int c = pii_at(t, i);
        if (pii_is_digit(c) || pii_is_letter(c)) end = ++i;
        else if (is_lead(c) && is_rest(pii_at(t, i + 1))) end = i += 2;
        else if (c == '-' && end == i) i++;
        else if (c == '-' && pii_at(t, i - 1) == '-') i++; /* xn-- */
        else break;
    }
    return end;
}

static int is_top_level(const pii_text *t, size_t start, size_t end)
{
    const int first = pii_at(t, start);
    return end - start >= 2 && (pii_is_letter(first) || is_lead(first));
}

/* Behind the domain at i, or i: there is none with a dot. */
static size_t domain_end(const pii_text *t, size_t i)
{
    const size_t limit = i + MAX_DOMAIN;
    size_t end = i, at = i;
    for (unsigned labels = 1;; labels++) {
        const size_t stop = label_end(t, at, limit);
        if (stop == at || (labels == 1 && pii_at(t, at) == '-')) return end;
        if (labels > 1 && is_top_level(t, at, stop)) end = stop;
        if (pii_at(t, stop) != '.') return end;
        at = stop + 1;
    }
}

static void scan_emails(const pii_text *t)
{
    for (size_t i = 0; i < t->len; i++) {
        const char *sign = memchr(t->text + i, '@', t->len - i);
        if (!sign) return;
        i = (size_t)(sign - t->text);
        const size_t start = local_start(t, i), end = domain_end(t, i + 1);
        if (start < i && end > i + 1) pii_emit(t, PII_EMAIL, start, end, PII_SHAPED);
    }
}

/* ---- URL --------------------------------------------------------------------------------------------------------- */

static int begins(const pii_text *t, size_t i, const char *word)
{
    size_t k = 0;
    for (; word[k]; k++) {
        const int c = pii_at(t, i + k);
        if (c < 0 || ascii_lower((char)c) != word[k]) return 0;
    }
    return 1;
}

/* Bytes of what a URL begins with at i; 0: none begins. */
static size_t prefix_at(const pii_text *t, size_t i)
{
    static const char *const prefixes[] = {"https://", "http://", "ftp://", "ftps://", "sftp://", "www."};
    const int c = pii_at(t, i);
    if ((c | 0x20) != 'h' && (c | 0x20) != 'f' && (c | 0x20) != 's' && (c | 0x20) != 'w') return 0;
    if (pii_is_word(pii_at(t, i - 1))) return 0;
    for (size_t k = 0; k < sizeof prefixes / sizeof *prefixes; k++)
        if (begins(t, i, prefixes[k])) return strlen(prefixes[k]);
    return 0;
}

/* What no URL has, and what punctuation of UTF-8 ends it: U+2000 to U+20FF, U+3000 to U+303F. */
static int ends_url(const pii_text *t, size_t i)
{
    const int c = pii_at(t, i), second = pii_at(t, i + 1);
    if (c <= ' ' || c == 0x7F || strchr("<>\"`{}|\\^", c)) return 1;
    return (c == 0xE2 && second >= 0x80 && second <= 0x83) || (c == 0xE3 && second == 0x80)
           || (c == 0xC2 && second == 0xA0);
}

/* Without the punctuation of the sentence around it, and a bracket that it does not open. */
static size_t trim_url(const pii_text *t, size_t start, size_t end)
{
    size_t open = 0, closed = 0;
    for (size_t i = start; i < end; i++) {
        open += t->text[i] == '(' || t->text[i] == '[';
        closed += t->text[i] == ')' || t->text[i] == ']';
    }
    for (; end > start; end--) {
        const char c = t->text[end - 1];
        if ((c == ')' || c == ']') && closed > open) closed--;
        else if (!strchr(".,;:!?'*~_", c)) break;
    }
    return end;
}

static int is_host_start(int c) { return pii_is_digit(c) || pii_is_letter(c) || c == '[' || c >= 0x80; }

/* Behind the URL at i, or i. */
static size_t url_end(const pii_text *t, size_t i)
{
    const size_t prefix = prefix_at(t, i);
    size_t end = i + prefix;
    if (!prefix || !is_host_start(pii_at(t, end)) || ends_url(t, end)) return i;
    while (end < t->len && !ends_url(t, end)) end++;
    end = trim_url(t, i, end);
    if (end <= i + prefix) return i;
    return prefix > 4 || memchr(t->text + i + prefix, '.', end - i - prefix) ? end : i;
}

static void scan_urls(const pii_text *t)
{
    for (size_t i = 0; i < t->len; i++) {
        const size_t end = url_end(t, i);
        if (end == i) continue;
        pii_emit(t, PII_URL, i, end, PII_SHAPED);
        i = end - 1;
    }
}

void pii_scan_web(const pii_text *t)
{
    if (t->types & PII_BIT(PII_EMAIL)) scan_emails(t);
    if (t->types & PII_BIT(PII_URL)) scan_urls(t);
}
