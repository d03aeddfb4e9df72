#include "http_cors.h"

#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyz"   /* browsers send origins in lower case, international names in ASCII */
#define DIGITS "0123456789"
#define PREFLIGHT_SECONDS "7200"   /* Chromium's own limit */

/* After a name, an IPv4 address or [an IPv6 address]; NULL if there is none. */
static const char *host_end(const char *host)
{
    if (*host == '[') {
        host += 1 + strspn(host + 1, DIGITS "abcdef:.");
        return *host == ']' ? host + 1 : NULL;
    }
    size_t len = strspn(host, LETTERS DIGITS ".-_");
    return len == 0 ? NULL : host + len;
}

int http_cors_is_origin(const char *text)
{
    if (strcmp(text, "*") == 0)
        return 1;
    size_t scheme = strspn(text, LETTERS);
    if (scheme == 0 || strncmp(text + scheme, "://", 3) != 0)
        return 0;
    const char *host = text + scheme + 3;
    const char *end = host_end(host);
    if (end == NULL || *end == '\0')
        return end != NULL;
    size_t port = *end == ':' ? strspn(end + 1, DIGITS) : 0;
    return port > 0 && end[1 + port] == '\0';
}

void http_cors_add(struct MHD_Response *answer, const char *origin, const char *methods)
{
    /* Each fails only when out of memory: then the browser refuses, and nothing is given away. */
    (void)MHD_add_response_header(answer, "Access-Control-Allow-Origin", origin);
    (void)MHD_add_response_header(answer, "Access-Control-Expose-Headers", "Server-Timing, Retry-After");
    if (methods == NULL)
        return;
    (void)MHD_add_response_header(answer, "Access-Control-Allow-Methods", methods);
    (void)MHD_add_response_header(answer, "Access-Control-Allow-Headers", "Content-Type");
    (void)MHD_add_response_header(answer, "Access-Control-Max-Age", PREFLIGHT_SECONDS);
}
