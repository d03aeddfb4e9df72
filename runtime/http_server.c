#define _POSIX_C_SOURCE 200809L   /* sigtimedwait */
#include "http_server.h"

#include <microhttpd.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cors.h"
#include "handler.h"
#include "http_listen.h"
#include "http_watch.h"
#include "http_workers.h"
#include "page.h"
#include "route.h"

/* A refused body is read to its end and dropped, so that the client, who may only look for an answer when it has sent
 * everything, gets one instead of a reset connection. Longer ones are not worth it. */
#define MAX_DROPPED (4u * HTTP_MAX_BODY)
#define TICK_MS 1000
#define RECEIVING_MS 60000
/* With this many connections, or when stopping, clients have less time. */
#define CROWDED (HTTP_MAX_CONNECTIONS - HTTP_MAX_CONNECTIONS / 4)
#define CROWDED_MS 2000
#define STOPPING_IDLE_MS 200   /* a request that had just arrived is not lost */
#define STOPPING_MS 5000
#define STOPPING_TICK_MS 20

#define JSON_TYPE "application/json"
/* The page is one file with its script and style inside, and narrows 'unsafe-inline' to their hashes itself; it may ask any
 * endpoint that its user names. web/nginx.conf sends the same. */
#define PAGE_POLICY "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src http: https:; " \
                    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

typedef struct server {
    struct MHD_Daemon *daemon;
    http_workers *workers;
    http_watch watch;
    const model_set *models;
    response health;       /* the answer to /healthz */
    const char *cors;      /* http_server_options */
    size_t buffered;       /* bytes of all bodies; only the I/O thread looks */
    atomic_bool stopping;
} server;

/* One request; lives from its header to the end of its answer. Only the I/O thread touches it, but for job while a worker
 * has it. */
typedef struct request {
    http_job job;
    server *server;
    struct MHD_Connection *connection;
    http_client *client;
    route route;              /* with a status: the answer is a refusal */
    int submitted;
    bytes body;
    size_t received, counted; /* bytes of the body that came; that are in server->buffered */
} request;

/* ---- answers ---------------------------------------------------------------------------------------------------------- */

static const char *header(const request *r, const char *name)
{
    return MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, name);
}

/* timing: what the list may point to. */
static void list_headers(const request *r, int status, const char *type, char timing[SERVER_TIMING_SIZE], header_list *list)
{
    const char *origin = header(r, MHD_HTTP_HEADER_ORIGIN);
    if (type != NULL)
        headers_add(list, "content-type", type);
    headers_add(list, "x-content-type-options", "nosniff");
    headers_add(list, "cache-control", r->route.place == PLACE_PAGE ? "no-cache" : "no-store");
    if (r->route.place == PLACE_PAGE && status == MHD_HTTP_OK) {
        headers_add(list, "content-security-policy", PAGE_POLICY);
        headers_add(list, "referrer-policy", "no-referrer");
    }
    route_headers(&r->route, list);
    if (status == MHD_HTTP_SERVICE_UNAVAILABLE)
        headers_add(list, "retry-after", "1");
    if (r->submitted) {
        server_timing(r->job.asked.task, r->job.milliseconds, timing);
        headers_add(list, "server-timing", timing);
    }
    cors_add(list, r->server->cors, origin, origin == NULL ? 0 : strlen(origin), r->route.is_options ? r->route.allowed : NULL);
}

/* Sends answer (NULL: out of memory, the connection is closed) and gives up its reference. */
static enum MHD_Result send_answer(request *r, int status, const char *type, struct MHD_Response *answer, int close_after)
{
    char timing[SERVER_TIMING_SIZE];
    header_list headers = {.count = 0};
    if (answer == NULL)
        return MHD_NO;
    list_headers(r, status, type, timing, &headers);
    if (close_after || atomic_load(&r->server->stopping))
        headers_add(&headers, "connection", "close");
    for (size_t i = 0; i < headers.count; i++)   /* fails only when out of memory: the answer is still right */
        (void)MHD_add_response_header(answer, headers.line[i].name, headers.line[i].value);
    http_watch_enter(&r->server->watch, r->client, HTTP_RECEIVING);
    enum MHD_Result result = MHD_queue_response(r->connection, (unsigned)status, answer);
    MHD_destroy_response(answer);
    return result;
}

/* Sends what a handler made; takes its body. */
static enum MHD_Result send_response(request *r, response *made, int close_after)
{
    struct MHD_Response *answer = NULL;
    if (made->body.data != NULL && !made->body.failed)
        answer = MHD_create_response_from_buffer(made->body.len, made->body.data, MHD_RESPMEM_MUST_FREE);
    if (answer != NULL)
        made->body = (bytes){.data = NULL};
    int status = made->status;
    response_free(made);
    return send_answer(r, status, JSON_TYPE, answer, close_after);
}

static enum MHD_Result send_refusal(request *r, int close_after)
{
    response made = {.status = 0};
    route_refuse(&r->route, r->server->models, &made);
    return send_response(r, &made, close_after);
}

static enum MHD_Result send_options(request *r)
{
    return send_answer(r, MHD_HTTP_NO_CONTENT, NULL, MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT), 0);
}

static enum MHD_Result send_static(request *r, const char *type, const void *data, size_t len)
{
    void *constant = (void *)(uintptr_t)data;   /* MHD's parameter lacks a const; PERSISTENT means it only reads */
    return send_answer(r, MHD_HTTP_OK, type, MHD_create_response_from_buffer(len, constant, MHD_RESPMEM_PERSISTENT), 0);
}

/* ---- requests --------------------------------------------------------------------------------------------------------- */

static void refuse(request *r, int status, const char *why)
{
    if (r->route.status != 0)
        return;
    r->route.status = status;
    r->route.error = why;
}

/* Content-Length as announced, or 0. libmicrohttpd has refused malformed ones. */
static unsigned long long announced(const request *r)
{
    const char *length = header(r, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return length == NULL ? 0 : strtoull(length, NULL, 10);
}

static void check_header(request *r)
{
    route_check_body(&r->route, header(r, MHD_HTTP_HEADER_CONTENT_TYPE), header(r, MHD_HTTP_HEADER_CONTENT_ENCODING));
    if (announced(r) > HTTP_MAX_BODY)
        refuse(r, MHD_HTTP_CONTENT_TOO_LARGE, "the body is larger than 6291456 bytes (6 MB)");
}

static http_client *client_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

static void on_finished(http_job *job)
{
    MHD_resume_connection(((request *)job)->connection);
}

/* After the header, before the body. */
static enum MHD_Result begin(server *s, struct MHD_Connection *connection, const char *path, const char *method, void **context)
{
    http_client *client = client_of(connection);
    request *r = client == NULL ? NULL : calloc(1, sizeof *r);
    if (r == NULL)
        return MHD_NO;
    *r = (request){.job.finished = on_finished, .server = s, .connection = connection, .client = client};
    *context = r;
    r->route = route_find(ROUTE_SERVER, s->models, method, path, strlen(path));
    r->job.asked = r->route.asked;
    check_header(r);
    /* Whoever asks before sending gets the refusal instead of 100 Continue. What it sends all the same must not be taken
     * for its next request: the connection is closed. */
    if (r->route.status != 0 && (header(r, MHD_HTTP_HEADER_EXPECT) != NULL || announced(r) > MAX_DROPPED))
        return send_refusal(r, 1);
    return MHD_YES;
}

static void drop_body(request *r)
{
    bytes_free(&r->body);
    r->server->buffered -= r->counted;
    r->counted = 0;
}

static enum MHD_Result take_body(request *r, const char *data, size_t len)
{
    r->received += len;
    if (r->received > MAX_DROPPED)
        return MHD_NO;
    if (r->received > HTTP_MAX_BODY)
        refuse(r, MHD_HTTP_CONTENT_TOO_LARGE, "the body is larger than 6291456 bytes (6 MB)");
    else if (r->received >= HTTP_LARGE_BODY && r->server->buffered + len > HTTP_MAX_BUFFERED)
        refuse(r, MHD_HTTP_SERVICE_UNAVAILABLE, "too many large requests at once: try again in a moment");
    if (r->route.status == 0 && r->route.place == PLACE_TASK && !r->route.is_options) {
        bytes_append(&r->body, data, len);
        r->server->buffered += len;
        r->counted += len;
        if (r->body.failed)
            refuse(r, MHD_HTTP_SERVICE_UNAVAILABLE, "out of memory: try again in a moment");
    }
    if (r->route.status != 0)
        drop_body(r);
    return MHD_YES;
}

static enum MHD_Result answer_task(request *r)
{
    if (r->submitted) {   /* called again because on_finished resumed the connection */
        drop_body(r);
        return send_response(r, &r->job.answer, 0);
    }
    r->submitted = 1;
    r->job.body = r->body.data == NULL ? "" : r->body.data;
    r->job.len = r->body.len;
    r->job.gzip = r->route.gzip;
    http_watch_enter(&r->server->watch, r->client, HTTP_COMPUTING);
    MHD_suspend_connection(r->connection);   /* first: the worker may be done before submit returns */
    http_workers_submit(r->server->workers, &r->job);
    return MHD_YES;
}

static enum MHD_Result finish(request *r)
{
    if (r->route.status != 0)
        return send_refusal(r, 0);
    if (r->route.is_options)
        return send_options(r);
    switch (r->route.place) {
    case PLACE_PAGE: return send_static(r, "text/html; charset=utf-8", page_html, page_html_size);
    case PLACE_HEALTH: return send_static(r, JSON_TYPE, r->server->health.body.data, r->server->health.body.len);
    case PLACE_TASK: return answer_task(r);
    case PLACE_NONE: break;   /* has been refused */
    }
    return MHD_NO;
}

/* ---- libmicrohttpd's callbacks: all on the I/O thread --------------------------------------------------------------- */

/* No path here needs escapes, and "/ner%00x", unescaped to a C string, would be "/ner". */
static size_t keep_escapes(void *cls, struct MHD_Connection *connection, char *text)
{
    (void)cls;
    (void)connection;
    return strlen(text);
}

/* Once after the header, once for each piece of the body, once at its end (and again after a suspension). */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *path, const char *method,
                                  const char *version, const char *upload_data, size_t *upload_size, void **context)
{
    (void)version;
    if (*context == NULL)
        return begin(cls, connection, path, method, context);
    request *r = *context;
    if (*upload_size == 0)
        return finish(r);
    size_t len = *upload_size;
    *upload_size = 0;
    return take_body(r, upload_data, len);
}

/* The request line is here: the time for the rest of the request starts. */
static void *on_request_line(void *cls, const char *uri, struct MHD_Connection *connection)
{
    (void)uri;
    server *s = cls;
    http_client *client = client_of(connection);
    if (client != NULL)
        http_watch_enter(&s->watch, client, HTTP_SENDING);
    return NULL;
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode reason)
{
    (void)reason;
    server *s = cls;
    request *r = *context;
    http_client *client = client_of(connection);
    if (client != NULL)
        http_watch_enter(&s->watch, client, HTTP_IDLE);
    if (r == NULL)
        return;
    *context = NULL;
    drop_body(r);
    response_free(&r->job.answer);
    free(r);
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode what)
{
    server *s = cls;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        *socket_context = info == NULL ? NULL : http_watch_add(&s->watch, info->connect_fd);
    } else if (*socket_context != NULL) {   /* the socket is still open: nobody else has its number yet */
        http_watch_remove(&s->watch, *socket_context);
        *socket_context = NULL;
    }
}

/* ---- life cycle ------------------------------------------------------------------------------------------------------- */

static struct MHD_Daemon *start_daemon(server *s, int fd)
{
    /* Not epoll: libmicrohttpd 0.9.75 uses it edge-triggered and misses the end of a connection that comes with its last
     * bytes, which then holds its place until its time is up. */
    unsigned flags = MHD_USE_POLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
    return MHD_start_daemon(flags, 0, NULL, NULL, on_request, s,
                            MHD_OPTION_LISTEN_SOCKET, fd,
                            MHD_OPTION_CONNECTION_LIMIT, HTTP_MAX_CONNECTIONS,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_MAX_HEADER,
                            MHD_OPTION_STRICT_FOR_CLIENT, 1,
                            MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
                            MHD_OPTION_URI_LOG_CALLBACK, on_request_line, s,
                            MHD_OPTION_NOTIFY_COMPLETED, on_completed, s,
                            MHD_OPTION_NOTIFY_CONNECTION, on_connection, s,
                            MHD_OPTION_END);
}

/* Waits for a signal of the set; returns it, or 0 after the time. */
static int wait_for_signal(const sigset_t *signals, long milliseconds)
{
    struct timespec time = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000};
    int got = sigtimedwait(signals, NULL, &time);
    return got < 0 ? 0 : got;
}

static void serve(server *s, const sigset_t *signals, unsigned client_seconds)
{
    const int64_t patience = (int64_t)client_seconds * 1000;
    const http_limits normal = {.idle = patience, .sending = patience, .receiving = RECEIVING_MS};
    const int64_t hurry = patience < CROWDED_MS ? patience : CROWDED_MS;
    const http_limits crowded = {.idle = hurry, .sending = hurry, .receiving = RECEIVING_MS};
    while (wait_for_signal(signals, TICK_MS) == 0)
        http_watch_cut(&s->watch, http_watch_count(&s->watch) > CROWDED ? &crowded : &normal);
}

/* Accepts no more and waits until every connection is gone. Returns the listening socket, which must outlive the daemon. */
static int drain(server *s, const sigset_t *signals)
{
    static const http_limits limits = {.idle = STOPPING_IDLE_MS, .sending = STOPPING_MS, .receiving = STOPPING_MS};
    atomic_store(&s->stopping, 1);
    int fd = MHD_quiesce_daemon(s->daemon);
    if (fd >= 0)
        (void)shutdown(fd, SHUT_RDWR);   /* newcomers are refused instead of left waiting */
    while (http_watch_count(&s->watch) > 0) {
        http_watch_cut(&s->watch, &limits);
        int again = wait_for_signal(signals, STOPPING_TICK_MS);
        if (again != 0)
            _exit(128 + again);
    }
    return fd;
}

/* What it answers, and by which models: who started it without naming any sees what was found. */
static void print_routes(const model_set *models)
{
    for (task_kind task = TASK_NER; task < TASK_COUNT; task++) {
        if (models_default(models, task) == NULL)
            continue;
        printf("POST /%s:", task_name(task));
        for (const named_model *m = models->item; m < models->item + models->count; m++)
            if (m->tasks & TASK_BIT(task))
                printf(" %s", m->name);
        printf("\n");
    }
}

static int run_daemon(server *s, int fd, const sigset_t *signals, const http_server_options *options, const char *url)
{
    s->daemon = start_daemon(s, fd);
    if (s->daemon == NULL) {
        close(fd);
        return -1;
    }
    printf("listening on %s\n", url);
    print_routes(options->models);
    fflush(stdout);
    serve(s, signals, options->client_seconds);
    fd = drain(s, signals);
    MHD_stop_daemon(s->daemon);
    close(fd);
    return 0;
}

static void block_signals(sigset_t *signals)
{
    sigemptyset(signals);
    sigaddset(signals, SIGTERM);
    sigaddset(signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, signals, NULL);   /* threads inherit it: only wait_for_signal sees them */
}

static int start_workers(server *s, const http_server_options *options, char *error, size_t error_size)
{
    tern_error reason = {.code = TERN_OK};
    handler_settings settings = options->settings;
    settings.answer = (answer_limit){.bytes = HTTP_MAX_ANSWER, .carrier = "this server"};
    s->workers = http_workers_start(options->models, &settings, options->threads, &reason);
    if (s->workers == NULL)
        snprintf(error, error_size, "%s", reason.msg);
    return s->workers == NULL ? -1 : 0;
}

int http_server_run(const http_server_options *options, char *error, size_t error_size)
{
    char url[160];
    sigset_t signals;
    server s = {.daemon = NULL, .cors = options->cors, .models = options->models};
    int fd = http_listen(options->host, options->port, url, sizeof url, error, error_size);
    if (fd < 0)
        return -1;
    block_signals(&signals);
    if (start_workers(&s, options, error, error_size) != 0) {
        close(fd);
        return -1;
    }
    handle_health(s.models, &s.health);
    int status = -1;
    if (s.health.status != MHD_HTTP_OK || http_watch_init(&s.watch) != 0) {
        close(fd);
        snprintf(error, error_size, "out of memory");
    } else {
        status = run_daemon(&s, fd, &signals, options, url);
        http_watch_destroy(&s.watch);
        if (status != 0)
            snprintf(error, error_size, "the HTTP library cannot start its thread");
    }
    http_workers_stop(s.workers);
    response_free(&s.health);
    return status;
}
