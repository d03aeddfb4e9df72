/* http_cors.h - lets pages of another origin use the server (Cross-Origin Resource Sharing: the Fetch Standard, "CORS
 * protocol"). Without it a browser neither sends a page's JSON to another origin nor shows it the answer. */
#ifndef TERN_HTTP_CORS_H
#define TERN_HTTP_CORS_H

#include <microhttpd.h>

/* 1 if text can be allowed: "*" (any page, files too), or one origin as browsers send it: scheme://host or
 * scheme://host:port, without a path. */
int http_cors_is_origin(const char *text);

/* The headers of any answer for origin. methods is not NULL for the answer to OPTIONS, which may be a preflight: what the
 * resource allows, "POST, OPTIONS". There are no credentials to guard, so that "*" opens no more than the port itself does. */
void http_cors_add(struct MHD_Response *answer, const char *origin, const char *methods);

#endif
