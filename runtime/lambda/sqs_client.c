#define _POSIX_C_SOURCE 200809L
#include "sqs_client.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "deadline.h"
#include "environment.h"
#include "header_line.h"
#include "json_out.h"
#include "sqs_answer.h"
#include "tern.h"
#include "names.h"

#define TRIES 4u
#define FIRST_DELAY_MS 100u
#define CONNECT_TIMEOUT_MS 3000u
#define CALL_TIMEOUT_MS 10000u /* of one try, also when there is no deadline */
#define MAX_ANSWER_BYTES (256u << 10)

struct sqs_client {
    CURL *curl;
    struct curl_slist *headers;
    bytes endpoint, queue_url, request, answer;
    int fifo;
};

/* ---- time -------------------------------------------------------------------------------------------------------- */

/* Milliseconds until the deadline (0: none), at most `most`. */
static unsigned time_left(uint64_t deadline, unsigned most)
{
    uint64_t now = clock_now_ms();
    if (!deadline) return most;
    if (deadline <= now) return 0;
    return deadline - now < most ? (unsigned)(deadline - now) : most;
}

/* ---- one try ----------------------------------------------------------------------------------------------------- */

static size_t on_answer(char *data, size_t size, size_t count, void *user)
{
    bytes *answer = user;
    size_t len = size * count;
    if (len > MAX_ANSWER_BYTES - answer->len) return 0;
    bytes_append(answer, data, len);
    return answer->failed ? 0 : len;
}

static void write_member(bytes *out, const char *key, const char *text, size_t len)
{
    bytes_text(out, key);
    json_out_string(out, text, len);
}

static void write_request(const sqs_client *client, bytes *out, sqs_entry *const *entries, size_t count)
{
    bytes_clear(out);
    write_member(out, "{\"QueueUrl\": ", client->queue_url.data, client->queue_url.len);
    bytes_text(out, ", \"Entries\": [");
    for (size_t i = 0; i < count; i++) {
        bytes_format(out, "%s{\"Id\": \"%zu\"", i ? ", " : "", i);
        write_member(out, ", \"MessageBody\": ", entries[i]->body, entries[i]->len);
        if (client->fifo) {
            write_member(out, ", \"MessageGroupId\": ", entries[i]->group, strlen(entries[i]->group));
            write_member(out, ", \"MessageDeduplicationId\": ", entries[i]->deduplication,
                         strlen(entries[i]->deduplication));
        }
        bytes_text(out, "}");
    }
    bytes_text(out, "]}");
}

static sqs_verdict try_once(sqs_client *client, sqs_entry *const *entries, size_t count, uint64_t deadline)
{
    unsigned timeout = time_left(deadline, CALL_TIMEOUT_MS);
    if (!timeout) {
        sqs_set_problem(entries, count, "no time left to send it");
        return SQS_REFUSED;
    }
    write_request(client, &client->request, entries, count);
    bytes_clear(&client->answer);
    if (client->request.failed) {
        sqs_set_problem(entries, count, "out of memory");
        return SQS_REFUSED;
    }
    CURL *curl = client->curl;
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)client->request.len);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, client->request.data);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)timeout);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                     (long)(timeout < CONNECT_TIMEOUT_MS ? timeout : CONNECT_TIMEOUT_MS));
    CURLcode code = curl_easy_perform(curl);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, NULL);
    if (code != CURLE_OK) {
        sqs_set_problem(entries, count, curl_easy_strerror(code));
        return SQS_AGAIN;
    }
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    return sqs_read_answer(status, client->answer.data, client->answer.len, entries, count);
}

/* ---- all tries --------------------------------------------------------------------------------------------------- */

static void deliver(sqs_client *client, sqs_entry **entries, size_t count, uint64_t deadline)
{
    for (unsigned tried = 1; count; tried++) {
        sqs_verdict result = try_once(client, entries, count, deadline);
        if (result == SQS_SPLIT && count > 1) {
            deliver(client, entries, count / 2, deadline);
            deliver(client, entries + count / 2, count - count / 2, deadline);
            return;
        }
        if (result == SQS_SPLIT || result == SQS_REFUSED) return;
        if (result == SQS_EACH) count = sqs_keep_open(entries, count);
        if (!count || tried == TRIES || back_off(tried, FIRST_DELAY_MS, deadline)) return;
    }
}

static void send_entries(void *user, sqs_entry *entries, size_t count, uint64_t deadline)
{
    sqs_entry *open[SQS_BATCH_ENTRIES];
    for (size_t i = 0; i < count; i++) {
        entries[i].accepted = 0;
        entries[i].problem[0] = '\0';
        open[i] = &entries[i];
    }
    deliver(user, open, count, deadline);
}

sqs_output sqs_client_output(sqs_client *client) { return (sqs_output){.send = send_entries, .client = client}; }

/* ---- the queue's URL --------------------------------------------------------------------------------------------- */

int sqs_url_needs_tls(const char *queue_url) { return same_ignoring_case(queue_url, strcspn(queue_url, ":"), "https"); }

static int is_region(const char *text, size_t len)
{
    int dash = 0;
    for (size_t i = 0; i < len; i++) {
        if (!((text[i] >= 'a' && text[i] <= 'z') || (text[i] >= '0' && text[i] <= '9') || text[i] == '-')) return 0;
        dash |= text[i] == '-';
    }
    return dash && len < 40;
}

/* The region in hosts like sqs.REGION.amazonaws.com, sqs-fips.REGION..., ID.sqs.REGION.vpce...,
 * REGION.queue.amazonaws.com; NULL if there is none. */
static const char *region_in_host(const char *host, size_t *len)
{
    for (const char *label = host; *label;) {
        size_t size = strcspn(label, ".");
        const char *next = label[size] ? label + size + 1 : label + size;
        size_t next_size = strcspn(next, ".");
        int service = (size == 3 && !strncmp(label, "sqs", 3)) || (size == 8 && !strncmp(label, "sqs-fips", 8));
        *len = service ? next_size : size;
        if (service && is_region(next, next_size)) return next;
        if (next_size == 5 && !strncmp(next, "queue", 5) && is_region(label, size)) return label;
        label = next;
    }
    return NULL;
}

/* What of the URL matters, all owned by libcurl. */
typedef struct url_parts {
    char *scheme, *host, *port, *path, *rest;
} url_parts;

static void free_parts(url_parts *parts)
{
    curl_free(parts->scheme);
    curl_free(parts->host);
    curl_free(parts->port);
    curl_free(parts->path);
    curl_free(parts->rest);
}

/* 0, or -1 if it is no URL of a queue. Parts that are not there stay NULL. */
static int split_url(const char *queue_url, url_parts *parts)
{
    CURLU *url = curl_url();
    int good = url && curl_url_set(url, CURLUPART_URL, queue_url, 0) == CURLUE_OK
               && curl_url_get(url, CURLUPART_SCHEME, &parts->scheme, 0) == CURLUE_OK
               && curl_url_get(url, CURLUPART_HOST, &parts->host, 0) == CURLUE_OK
               && curl_url_get(url, CURLUPART_PATH, &parts->path, 0) == CURLUE_OK;
    if (good) {
        curl_url_get(url, CURLUPART_PORT, &parts->port, 0);
        good = curl_url_get(url, CURLUPART_QUERY, &parts->rest, 0) == CURLUE_NO_QUERY
               && curl_url_get(url, CURLUPART_FRAGMENT, &parts->rest, 0) == CURLUE_NO_FRAGMENT
               && curl_url_get(url, CURLUPART_USER, &parts->rest, 0) == CURLUE_NO_USER;
    }
    if (good)
        good = (!strcmp(parts->scheme, "https") || !strcmp(parts->scheme, "http"))
               && parts->path[strspn(parts->path, "/")];
    curl_url_cleanup(url);
    return good ? 0 : -1;
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

static int has_tls(void)
{
    const char *const *protocol = curl_version_info(CURLVERSION_NOW)->protocols;
    while (*protocol && strcmp(*protocol, "https")) protocol++;
    return *protocol != NULL;
}

/* Amazon Linux, Debian, Alpine. NULL: libcurl's own default. */
static const char *system_ca_file(void)
{
    static const char *const files[] = {"/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt",
                                        "/etc/ssl/cert.pem"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (!access(files[i], R_OK)) return files[i];
    return NULL;
}

/* No "Expect:" among the headers: libcurl 7.88 signs an empty header that it does not send. */
static int set_headers(sqs_client *client, const char *session_token)
{
    return header_add(&client->headers, "Content-Type", "application/x-amz-json-1.0")
                   || header_add(&client->headers, "X-Amz-Target", "AmazonSQS.SendMessageBatch")
                   || (session_token && header_add(&client->headers, "X-Amz-Security-Token", session_token))
               ? -1
               : 0;
}

/* Why the client cannot be made; NULL: it has been. */
static const char *set_credentials(sqs_client *client, const url_parts *url)
{
    const char *key = environment("AWS_ACCESS_KEY_ID"), *secret = environment("AWS_SECRET_ACCESS_KEY");
    const char *token = environment("AWS_SESSION_TOKEN");
    char provider[64];
    size_t len;
    const char *region = region_in_host(url->host, &len);
    if (!region) {
        region = environment("AWS_REGION") ? environment("AWS_REGION") : environment("AWS_DEFAULT_REGION");
        len = region ? strlen(region) : 0;
    }
    if (!region || !is_region(region, len)) return "the URL's host names no region, and neither does AWS_REGION";
    if (!key || !secret) return "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set to sign requests";
    if (token && token[strcspn(token, "\r\n")]) return "AWS_SESSION_TOKEN has a line break";
    snprintf(provider, sizeof provider, "aws:amz:%.*s:sqs", (int)len, region);
    if (curl_easy_setopt(client->curl, CURLOPT_AWS_SIGV4, provider) != CURLE_OK)
        return "this libcurl cannot sign requests (AWS Signature Version 4)";
    if (curl_easy_setopt(client->curl, CURLOPT_USERNAME, key)
        || curl_easy_setopt(client->curl, CURLOPT_PASSWORD, secret) || set_headers(client, token))
        return "out of memory";
    return NULL;
}

static const char *set_options(sqs_client *client, const url_parts *url, const char *ca_file)
{
    CURL *curl = client->curl;
    bytes_format(&client->endpoint, "%s://%s%s%s/", url->scheme, url->host, url->port ? ":" : "",
                 url->port ? url->port : "");
    if (client->endpoint.failed || client->queue_url.failed
        || curl_easy_setopt(curl, CURLOPT_URL, client->endpoint.data))
        return "out of memory";
    if (!strcmp(url->scheme, "https")) {
        if (!has_tls()) return "this program has been built without TLS, it can only reach http: URLs";
        if (ca_file && access(ca_file, R_OK)) return "the file that TERN_CA_FILE names cannot be read";
        const char *authorities = ca_file ? ca_file : system_ca_file();
        if (authorities) curl_easy_setopt(curl, CURLOPT_CAINFO, authorities);
    }
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, client->headers);
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_EXPECT_100_TIMEOUT_MS, 1L); /* asked for beyond 1 MB; servers rarely answer */
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "tern/" TERN_VERSION);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_answer);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &client->answer);
    return NULL;
}

sqs_client *sqs_client_new(const char *queue_url, const char *ca_file, problem *why)
{
    url_parts url = {0};
    const char *wrong = "it must be the queue's URL, like https://sqs.us-east-1.amazonaws.com/123456789012/NAME";
    sqs_client *client = calloc(1, sizeof *client);
    if (client && !split_url(queue_url, &url)) {
        bytes_text(&client->queue_url, queue_url);
        client->fifo = name_ends_in(url.path, strlen(url.path), ".fifo");
        client->curl = curl_easy_init();
        wrong = client->curl ? set_credentials(client, &url) : "out of memory";
        if (!wrong) wrong = set_options(client, &url, ca_file);
    }
    free_parts(&url);
    if (client && !wrong) return client;
    problem_set(why, -1, "TERN_OUTPUT_QUEUE_URL: %s", client ? wrong : "out of memory");
    sqs_client_free(client);
    return NULL;
}

void sqs_client_free(sqs_client *client)
{
    if (!client) return;
    curl_easy_cleanup(client->curl);
    curl_slist_free_all(client->headers);
    bytes_free(&client->endpoint);
    bytes_free(&client->queue_url);
    bytes_free(&client->request);
    bytes_free(&client->answer);
    free(client);
}
