/* cors.h - lets pages of other origins read the answers (Cross-Origin Resource Sharing: the Fetch Standard, "CORS
 * protocol"): one policy for tern serve and for Lambda. Without it a browser neither sends a page's JSON to another
 * origin nor shows it the answer. https://fetch.spec.whatwg.org/#http-cors-protocol */
#ifndef TERN_CORS_H
#define TERN_CORS_H

#include "headers.h"
#include "text_of.h"

#define CORS_MAX_ORIGINS 16
#define CORS_MOST TEXT_OF(CORS_MAX_ORIGINS)
#define CORS_ORIGINS                                                                                                   \
    "* or at most " CORS_MOST                                                                                          \
    " origins like https://example.org or http://localhost:8081, separated by commas (lower "                          \
    "case, no path, no blank)"

/* 1 if text says whose pages are allowed: "*" (any page, files too), or origins as browsers send them: scheme://host or
 * scheme://host:port, CORS_MAX_ORIGINS at most, separated by commas. Otherwise what is expected is CORS_ORIGINS. */
int cors_is_list(const char *text);

/* Adds the headers of an answer. allowed: such a list, or NULL, which adds nothing. origin: the request's header
 * Origin, len bytes; NULL if it has none. methods: NULL; or, for the answer to OPTIONS, which may be a preflight, what
 * the resource allows: "POST, OPTIONS". allowed, origin and methods must outlive the list. There are no credentials to
 * guard, so that "*" opens no more than the address itself does. */
void cors_add(header_list *out, const char *allowed, const char *origin, size_t len, const char *methods);

#endif
