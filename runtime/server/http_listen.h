/* http_listen.h - a listening TCP socket, and what to say when there can be none. */
#ifndef TERN_HTTP_LISTEN_H
#define TERN_HTTP_LISTEN_H

#include <stddef.h>
#include <stdint.h>

#include "problem.h"

/* Binds host (name or address, IPv4 or IPv6) and port (0: any free one) and listens. Writes the address that others
 * reach it by, "http://127.0.0.1:8080", to url. Returns the non-blocking socket, owned by the caller, or -1 with a
 * sentence in why. */
int http_listen(const char *host, uint16_t port, char *url, size_t url_size, problem *why);

#endif
