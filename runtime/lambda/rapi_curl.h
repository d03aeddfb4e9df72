/* rapi_curl.h - what the clients of the local API (rapi.c, extension.c) share. */
#ifndef TERN_RAPI_CURL_H
#define TERN_RAPI_CURL_H

#include <curl/curl.h>

#include "bytes.h"

/* A handle that is set up for the API on this machine: no proxy, no signals, no time limit but that of connecting. Or
 * NULL. */
CURL *rapi_curl_new(void);

/* Appends "http://" address path. -1 if address is not host:port with an optional path. */
int rapi_base_url(bytes *out, const char *address, const char *path);

#endif
