#include "cors.h"

#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyz" /* browsers send origins in lower case, international names in ASCII */
#define DIGITS "0123456789"
#define PREFLIGHT_SECONDS "7200" /* Chromium's own limit */
/* A page may send a key of Kong (apikey) or API Gateway (x-api-key), or a signature, through to where they count. What
 * begins with x-amz and amz is AWS's SDK for JavaScript's. */
#define REQUEST_HEADERS                                                                                                \
    "content-type, content-encoding, authorization, x-api-key, apikey, x-amz-target, x-amz-date, "                     \
    "x-amz-content-sha256, x-amz-security-token, x-amz-user-agent, amz-sdk-invocation-id, amz-sdk-request"
#define ANSWER_HEADERS "server-timing, retry-after, x-amzn-requestid, x-amzn-errortype"

/* After a name, an IPv4 address or [an IPv6 address]; NULL if there is none. */
static const char *host_end(const char *host)
{
    if (*host == '[') {
        host += 1 + strspn(host + 1, DIGITS "abcdef:.");
        return *host == ']' ? host + 1 : NULL;
    }
    size_t len = strspn(host, LETTERS DIGITS ".-_");
    return len ? host + len : NULL;
}

/* Behind the origin at the beginning of text; NULL if there is none. Extensions of browsers have schemes with "-". */
static const char *origin_end(const char *text)
{
    size_t scheme = strspn(text, LETTERS);
    if (!scheme) return NULL;
    scheme += strspn(text + scheme, LETTERS DIGITS "+-.");
    const char *end = strncmp(text + scheme, "://", 3) ? NULL : host_end(text + scheme + 3);
    if (!end || *end != ':') return end;
    size_t port = strspn(end + 1, DIGITS);
    return port ? end + 1 + port : NULL;
}

int cors_is_list(const char *text)
{
    if (!strcmp(text, "*")) return 1;
    for (size_t count = 1; count <= CORS_MAX_ORIGINS; count++) {
        text = origin_end(text);
        if (!text || (*text && *text != ',')) return 0;
        if (!*text++) return 1;
    }
    return 0;
}

static int is_listed(const char *list, const char *origin, size_t len)
{
    for (;; list++) {
        size_t item = strcspn(list, ",");
        if (origin && item == len && !memcmp(origin, list, len)) return 1;
        list += item;
        if (!*list) return 0;
    }
}

void cors_add(header_list *out, const char *allowed, const char *origin, size_t len, const char *methods)
{
    if (!allowed) return;
    int anyone = !strcmp(allowed, "*");
    if (!anyone) /* whatever keeps answers must keep one for each origin */
        headers_add(out, "vary", "Origin");
    if (!anyone && !is_listed(allowed, origin, len)) return;
    headers_add(out, "access-control-allow-origin", anyone ? "*" : origin);
    if (!methods) {
        headers_add(out, "access-control-expose-headers", ANSWER_HEADERS);
        return;
    }
    headers_add(out, "access-control-allow-methods", methods);
    headers_add(out, "access-control-allow-headers", REQUEST_HEADERS);
    headers_add(out, "access-control-max-age", PREFLIGHT_SECONDS);
}
