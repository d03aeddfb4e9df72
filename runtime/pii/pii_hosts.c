/* pii_hosts.c - IP_ADDRESS: version 4 in decimal, version 6 as RFC 4291 section 2.2 writes it. MAC_ADDRESS: six bytes
 * in hexadecimal with : or -, or three times two with dots. */
#include "pii_scanners.h"

/* ---- version 4 --------------------------------------------------------------------------------------------------- */

/* Behind a number of 0 to 255 without zeros before it, or i. */
static size_t octet_end(const pii_text *t, size_t i)
{
    int value = 0;
    size_t end = i;
    for (; pii_is_digit(pii_at(t, end)); end++) {
        value = value * 10 + pii_at(t, end) - '0';
        if (value > 255 || (end > i && pii_at(t, i) == '0')) return i;
    }
    return end;
}

/* Behind the address at i, or i. */
static size_t ipv4_end(const pii_text *t, size_t i)
{
    size_t at = i;
    for (unsigned octets = 1;; octets++) {
        const size_t end = octet_end(t, at);
        if (end == at) return i;
        if (octets == 4) return end;
        if (pii_at(t, end) != '.') return i;
        at = end + 1;
    }
}

static size_t try_ipv4(const pii_text *t, size_t i)
{
    static const char *const others[] = {"version", "ver", "v", "release", "build", "section", "chapter", NULL};
    const int before = pii_at(t, i - 1);
    if (pii_is_word(before) || (before == '.' && pii_is_word(pii_at(t, i - 2)))) return i;
    const size_t end = ipv4_end(t, i);
    if (end == i || pii_is_word(pii_at(t, end)) || (pii_at(t, end) == '.' && pii_is_digit(pii_at(t, end + 1))))
        return i;
    if (pii_word_before(t, i, others)) return i;
    pii_emit(t, PII_IP_ADDRESS, i, end, PII_SHAPED);
    return end;
}

/* ---- version 6 --------------------------------------------------------------------------------------------------- */

#define MAX_IPV6 45u /* eight groups, the last two as version 4 */

/* Behind what may be an address of version 6 at i: hexadecimal digits, colons, dots; i where it is too long. */
static size_t ipv6_token(const pii_text *t, size_t i)
{
    size_t end = i;
    while (pii_is_hex(pii_at(t, end)) || pii_at(t, end) == ':' || pii_at(t, end) == '.')
        if (++end - i > MAX_IPV6 + 2) return i;
    while (end > i && pii_at(t, end - 1) == '.') end--;
    if (end > i + 1 && pii_at(t, end - 1) == ':' && pii_at(t, end - 2) != ':') end--;
    return end;
}

typedef struct ipv6 {
    unsigned groups, digits;
    int shortened; /* it has "::" */
} ipv6;

/* Reads one group, or two of them as version 4. Where it ends; i: it is none. */
static size_t ipv6_group(const pii_text *t, size_t i, size_t end, ipv6 *found)
{
    size_t at = i;
    while (at < end && pii_is_hex(pii_at(t, at))) at++;
    if (at < end && pii_at(t, at) == '.') {
        found->groups += 2;
        found->digits++;
        return ipv4_end(t, i) == end ? end : i;
    }
    for (size_t k = i; k < at; k++) found->digits += (unsigned)pii_is_digit(pii_at(t, k));
    found->groups++;
    return at - i <= 4 ? at : i;
}

/* Whether the bytes are an address; *found says more. */
static int is_ipv6(const pii_text *t, size_t i, size_t end, ipv6 *found)
{
    *found = (ipv6){0};
    if (pii_at(t, i) == ':' && pii_at(t, i + 1) != ':') return 0;
    while (i < end) {
        if (pii_at(t, i) == ':' && i + 1 < end && pii_at(t, i + 1) == ':') {
            if (found->shortened++) return 0;
            i += 2;
        } else if (pii_at(t, i) == ':') {
            i++;
        }
        if (i == end) break;
        const size_t next = ipv6_group(t, i, end, found);
        if (next == i) return 0;
        i = next;
        if (i < end && pii_at(t, i) != ':') return 0;
    }
    return found->shortened ? found->groups < 8 : found->groups == 8;
}

#define MAX_ZONE 16u

/* Behind the zone at i (RFC 4007: "%eth0"), or i. */
static size_t zone_end(const pii_text *t, size_t i)
{
    size_t end = i + 1;
    if (pii_at(t, i) != '%') return i;
    while (end - i <= MAX_ZONE && pii_is_word(pii_at(t, end))) end++;
    return end > i + 1 ? end : i;
}

static size_t try_ipv6(const pii_text *t, size_t i)
{
    ipv6 found;
    const int before = pii_at(t, i - 1);
    if (pii_is_word(before) || before == ':' || before == '.') return i;
    size_t end = ipv6_token(t, i);
    if (end == i || pii_is_word(pii_at(t, end)) || !is_ipv6(t, i, end, &found)) return i;
    if (!found.groups || (!found.digits && found.groups < 3)) return i; /* "a::b" of a program */
    end = zone_end(t, end);
    pii_emit(t, PII_IP_ADDRESS, i, end, PII_SHAPED);
    return end;
}

/* ---- MAC --------------------------------------------------------------------------------------------------------- */

/* Groups of so many hexadecimal digits with mark between them from i on. Where they end; i: they do not. */
static size_t hex_groups(const pii_text *t, size_t i, unsigned groups, unsigned size, int mark)
{
    size_t at = i;
    for (unsigned g = 0; g < groups; g++) {
        if (g && pii_at(t, at++) != mark) return i;
        for (unsigned k = 0; k < size; k++)
            if (!pii_is_hex(pii_at(t, at++))) return i;
    }
    return pii_is_word(pii_at(t, at)) || (pii_at(t, at) == mark && pii_is_word(pii_at(t, at + 1))) ? i : at;
}

static int has_letter(const pii_text *t, size_t i, size_t end)
{
    while (i < end && !pii_is_letter(pii_at(t, i))) i++;
    return i < end;
}

static size_t try_mac(const pii_text *t, size_t i)
{
    const int before = pii_at(t, i - 1);
    if (pii_is_word(before) || ((before == ':' || before == '-' || before == '.') && pii_is_word(pii_at(t, i - 2))))
        return i;
    size_t end = hex_groups(t, i, 6, 2, ':');
    if (end == i) end = hex_groups(t, i, 6, 2, '-');
    if (end == i) {
        end = hex_groups(t, i, 3, 4, '.');
        if (!has_letter(t, i, end)) return i;
    }
    if (end > i) pii_emit(t, PII_MAC_ADDRESS, i, end, PII_SHAPED);
    return end;
}

void pii_scan_hosts(const pii_text *t)
{
    for (size_t i = 0; i < t->len;) {
        const int c = pii_at(t, i);
        size_t end = i;
        if (pii_is_digit(c)) end = try_ipv4(t, i);
        if (end == i && (pii_is_hex(c) || c == ':')) end = try_ipv6(t, i);
        if (end == i && pii_is_hex(c)) end = try_mac(t, i);
        i = end > i ? end : i + 1;
    }
}
