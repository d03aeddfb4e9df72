#include "rapi_curl.h"

#include <string.h>

#include "tern.h"

#define CONNECT_TIMEOUT_MS 5000L

CURL *rapi_curl_new(void)
{
    CURL *curl = curl_easy_init();
    if (!curl) return NULL;
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* the API is local, whatever http_proxy says */
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "tern/" TERN_VERSION);
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
    /* No limit on a whole call, not even on a POST: the platform may freeze the process before it has read the answer.
     */
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 0L);
    return curl;
}

/* Only what may stand in host:port/path: the value becomes part of every URL. */
static int is_address(const char *address)
{
    if (!*address || *address == '/') return 0;
    for (const char *p = address; *p; p++)
        if (*p <= ' ' || *p >= 0x7F || strchr("@?#\\\"<>", *p)) return 0;
    return 1;
}

int rapi_base_url(bytes *out, const char *address, const char *path)
{
    size_t len = strlen(address);
    if (!is_address(address)) return -1;
    while (len && address[len - 1] == '/') len--;
    bytes_text(out, "http://");
    bytes_append(out, address, len);
    bytes_text(out, path);
    return 0;
}
