#define _GNU_SOURCE /* signalfd */
#include "extension.h"

#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "bytes.h"
#include "header_line.h"
#include "rapi_curl.h"

#define NAME "tern-shutdown"
#define ID_HEADER "Lambda-Extension-Identifier"
#define REGISTER_TIMEOUT_MS 2000L
#define POLL_MS 600000 /* nothing has to happen after it */

struct extension {
    CURL *curl;
    CURLM *multi;
    bytes base, id; /* "http://host:port/path/2020-01-01/extension/"; the value of ID_HEADER */
    int signals;    /* signalfd */
    const logger *log;
    void (*on_terminate)(void *user);
    void *user;
    pthread_t thread;
    int has_thread;
    atomic_bool ending;
};

/* ---- the API ----------------------------------------------------------------------------------------------------- */

static size_t on_header(char *line, size_t size, size_t count, void *user)
{
    bytes *id = user;
    size_t len = size * count, value_len;
    const char *value = header_value(line, len, ID_HEADER, &value_len);
    if (!value) return len;
    bytes_clear(id);
    bytes_append(id, value, value_len);
    return id->failed ? 0 : len;
}

static size_t on_body(char *data, size_t size, size_t count, void *user)
{
    (void)data;
    (void)user;
    return size * count;
}

static int set_url(extension *e, const char *path)
{
    bytes url = {0};
    bytes_append(&url, e->base.data, e->base.len);
    bytes_text(&url, path);
    int failed = url.failed || curl_easy_setopt(e->curl, CURLOPT_URL, url.data) != CURLE_OK; /* copied */
    bytes_free(&url);
    return failed ? -1 : 0;
}

/* POST register. 0 and the id in e->id, or -1, logged. */
static int enroll(extension *e)
{
    long status = 0;
    struct curl_slist *headers = curl_slist_append(NULL, "Lambda-Extension-Name: " NAME);
    CURLcode code = CURLE_OUT_OF_MEMORY;
    curl_easy_setopt(e->curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(e->curl, CURLOPT_POSTFIELDS, "{\"events\": []}");
    curl_easy_setopt(e->curl, CURLOPT_TIMEOUT_MS, REGISTER_TIMEOUT_MS);
    if (headers && !set_url(e, "register")) code = curl_easy_perform(e->curl);
    curl_easy_getinfo(e->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_setopt(e->curl, CURLOPT_TIMEOUT_MS, 0L);
    curl_easy_setopt(e->curl, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(headers);
    if (!code && status == 200 && e->id.len) return 0;
    log_line(e->log, LOG_LEVEL_WARNING, "the shutdown hook cannot be registered: %s, status %ld",
             code ? curl_easy_strerror(code) : "no " ID_HEADER, status);
    return -1;
}

/* ---- the thread -------------------------------------------------------------------------------------------------- */

/* Begins GET event/next: the platform takes the extension for ready when it asks. */
static struct curl_slist *ask_for_event(extension *e)
{
    struct curl_slist *headers = NULL;
    header_add(&headers, ID_HEADER, e->id.data);
    curl_easy_setopt(e->curl, CURLOPT_HTTPGET, 1L);
    curl_easy_setopt(e->curl, CURLOPT_HTTPHEADER, headers);
    if (!headers || set_url(e, "event/next") || curl_multi_add_handle(e->multi, e->curl))
        log_line(e->log, LOG_LEVEL_WARNING, "the shutdown hook is out of memory");
    return headers;
}

static void *wait_for_end(void *user)
{
    extension *e = user;
    struct curl_slist *headers = e->id.len ? ask_for_event(e) : NULL;
    struct signalfd_siginfo got;
    while (!atomic_load(&e->ending)) {
        int running;
        struct curl_waitfd also = {.fd = e->signals, .events = CURL_WAIT_POLLIN};
        curl_multi_perform(e->multi, &running); /* an answer is not expected, and says nothing that would matter */
        curl_multi_poll(e->multi, &also, 1, POLL_MS, NULL);
        if (read(e->signals, &got, sizeof got) == (ssize_t)sizeof got && e->on_terminate) {
            e->on_terminate(e->user);
            e->on_terminate = NULL;
        }
    }
    curl_multi_remove_handle(e->multi, e->curl);
    curl_slist_free_all(headers);
    return NULL;
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

static int block_sigterm(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    return pthread_sigmask(SIG_BLOCK, set, NULL);
}

static int set_up(extension *e, const char *address)
{
    sigset_t set;
    if (block_sigterm(&set)) return -1;
    e->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    e->curl = rapi_curl_new();
    e->multi = curl_multi_init();
    if (e->signals < 0 || !e->curl || !e->multi || rapi_base_url(&e->base, address, "/2020-01-01/extension/")
        || e->base.failed)
        return -1;
    curl_easy_setopt(e->curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(e->curl, CURLOPT_HEADERDATA, &e->id);
    curl_easy_setopt(e->curl, CURLOPT_WRITEFUNCTION, on_body);
    return 0;
}

extension *extension_start(const char *address, const logger *log, void (*on_terminate)(void *user), void *user)
{
    extension *e = calloc(1, sizeof *e);
    if (!e) return NULL;
    *e = (extension){.signals = -1, .log = log, .on_terminate = on_terminate, .user = user};
    atomic_init(&e->ending, 0);
    if (set_up(e, address)) {
        extension_end(e);
        return NULL;
    }
    if (enroll(e)) bytes_clear(&e->id);
    e->has_thread = !pthread_create(&e->thread, NULL, wait_for_end, e);
    if (!e->has_thread) {
        extension_end(e);
        return NULL;
    }
    return e;
}

void extension_end(extension *e)
{
    if (!e) return;
    if (e->has_thread) {
        atomic_store(&e->ending, 1);
        curl_multi_wakeup(e->multi);
        pthread_join(e->thread, NULL);
    }
    curl_easy_cleanup(e->curl);
    curl_multi_cleanup(e->multi);
    if (e->signals >= 0) close(e->signals);
    bytes_free(&e->base);
    bytes_free(&e->id);
    free(e);
}
