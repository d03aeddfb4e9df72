#include "http_server.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cors.h"
#include "http_listen.h"
#include "http_loop.h"
#include "http_models.h"
#include "page.h"
#include "routed.h"

/* The page is one file with its script and style inside, and narrows 'unsafe-inline' to their hashes itself; it may ask
 * any endpoint that its user names. web/nginx.conf sends the same. */
#define PAGE_POLICY                                                                                                    \
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src http: https:; "            \
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

typedef struct server {
    http_site site; /* first: a connection knows only this */
    http_models *models;
    const char *cors; /* http_server_options */
} server;

static server *server_of(const http_connection *c) { return (server *)c->site; }

/* ---- answers ----------------------------------------------------------------------------------------------------- */

/* What a list of headers may point to. */
typedef struct header_values {
    char timing[SERVER_TIMING_SIZE], id[REQUEST_ID_SIZE];
} header_values;

/* made: what a handler made, or NULL. */
static void list_headers(const http_connection *c, int status, const char *type, const response *made,
                         header_values *values, header_list *list)
{
    const route *r = &c->route;
    const char *origin = c->message.field[HTTP_ORIGIN];
    if (type) headers_add(list, "content-type", type);
    headers_add(list, "x-content-type-options", "nosniff");
    headers_add(list, "cache-control", r->place == PLACE_PAGE ? "no-cache" : "no-store");
    if (r->place == PLACE_PAGE && status == 200) {
        headers_add(list, "content-security-policy", PAGE_POLICY);
        headers_add(list, "referrer-policy", "no-referrer");
    }
    route_headers(r, list);
    if (status == 503) headers_add(list, "retry-after", "1");
    if (made) routed_headers(r, made, values->id, list);
    if (c->submitted) {
        server_timing(r->place == PLACE_SERVICE ? c->job.answer.task : r->asked.task, c->job.milliseconds,
                      values->timing);
        headers_add(list, "server-timing", values->timing);
    }
    cors_add(list, server_of(c)->cors, origin, origin ? strlen(origin) : 0, r->is_options ? r->allowed : NULL);
}

/* Starts c->answer; its body is the caller's to add. */
static void begin_answer(http_connection *c, int status, const char *type, const response *made)
{
    header_values values;
    header_list headers = {.count = 0};
    list_headers(c, status, type, made, &values, &headers);
    http_answer_begin(&c->answer, status);
    for (size_t i = 0; i < headers.count; i++)
        http_answer_field(&c->answer, headers.line[i].name, headers.line[i].value);
}

/* What a handler made; its body is taken. */
static void answer_made(http_connection *c, response *made)
{
    routed_end(&c->route, made);
    begin_answer(c, made->status, routed_content_type(&c->route), made);
    c->answer.owned = made->body;
    made->body = (bytes){.data = NULL};
    http_connection_answer(c);
}

static void answer_constant(http_connection *c, const char *type, const void *data, size_t len)
{
    begin_answer(c, 200, type, NULL);
    c->answer.borrowed = data;
    c->answer.borrowed_len = len;
    http_connection_answer(c);
}

static void answer_refusal(http_connection *c)
{
    response made = {.status = 0};
    const http_serving *serving = c->serving ? c->serving : http_models_current(server_of(c)->models);
    route_refuse(&c->route, &serving->models, &made);
    answer_made(c, &made);
}

static void answer_options(http_connection *c)
{
    begin_answer(c, 204, NULL, NULL);
    http_connection_answer(c);
}

/* ---- requests ---------------------------------------------------------------------------------------------------- */

static void begin(http_connection *c)
{
    const http_message *m = &c->message;
    c->serving = http_models_begin(server_of(c)->models);
    /* OPTIONS * asks whether the server is there: RFC 9110 section 9.3.7 */
    const char *path = strcmp(m->path, "*") ? m->path : "/";
    c->route = route_find(ROUTE_SERVER, &c->serving->models, m->method, path, strlen(path));
    route_service(&c->route, ROUTE_SERVER, m->method, m->field[HTTP_X_AMZ_TARGET]);
    route_check_body(&c->route, m->field[HTTP_CONTENT_TYPE], m->field[HTTP_CONTENT_ENCODING]);
}

static void submit(http_connection *c)
{
    c->job.route = &c->route;
    c->job.body = c->body.data ? c->body.data : "";
    c->job.len = c->body.len;
    c->job.finished = http_loop_finished;
    c->submitted = !http_workers_submit(c->serving->workers, &c->job);
    if (c->submitted) return;
    http_connection_refuse(c, 503, HTTP_TOO_MANY);
    answer_refusal(c);
}

static void finish(http_connection *c)
{
    if (c->submitted) answer_made(c, &c->job.answer);
    else if (c->route.status) answer_refusal(c);
    else if (c->route.is_options) answer_options(c);
    else if (c->route.place == PLACE_PAGE) answer_constant(c, "text/html; charset=utf-8", page_html, page_html_size);
    else if (c->route.place == PLACE_HEALTH)
        answer_constant(c, routed_content_type(&c->route), c->serving->health.body.data, c->serving->health.body.len);
    else submit(c);
}

static void end(http_connection *c)
{
    http_models_end(c->serving);
    c->serving = NULL;
}

/* ---- life cycle -------------------------------------------------------------------------------------------------- */

/* What it answers, and by which models: who started it without naming any sees what was found. */
static void print_routes(const model_set *models)
{
    for (task_kind task = TASK_NER; task < TASK_COUNT; task++) {
        if (models_default(models, task) == NULL) continue;
        printf("POST /%s:", task_name(task));
        for (const named_model *m = models->item; m < models->item + models->count; m++)
            if (m->tasks & TASK_BIT(task)) printf(" %s", m->name);
        printf("\n");
    }
}

static void reload(http_site *site) { http_models_reload(((server *)site)->models); }

static void turn(http_site *site)
{
    problem why;
    const server *s = (server *)site;
    int news = http_models_turn(s->models, &why);
    if (news > 0) {
        printf("reloaded the models\n");
        print_routes(&http_models_current(s->models)->models);
        fflush(stdout);
    } else if (news < 0) {
        fprintf(stderr, "tern: the models stay as they were: %s\n", why.text);
    }
}

static void hurry(void *user) { http_models_hurry(((server *)user)->models); }

static void serve(server *s, http_loop *loop, const char *url)
{
    printf("listening on %s\n", url);
    print_routes(&http_models_current(s->models)->models);
    fflush(stdout);
    http_loop_run(loop, hurry, s);
    hurry(s); /* whose client has gone need not be finished */
    if (http_models_stop(s->models)) _exit(0);
}

int http_server_run(const http_server_options *options, problem *why)
{
    char url[160];
    server s = {.site = {.begin = begin,
                         .finish = finish,
                         .end = end,
                         .reload = reload,
                         .turn = turn,
                         .max_buffered = options->max_buffered},
                .cors = options->cors};
    int fd = http_listen(options->host, options->port, url, sizeof url, why);
    if (fd < 0) return -1;
    /* The loop first: it blocks the signals, which threads inherit. */
    http_loop *loop = http_loop_open(&s.site, fd, options->client_seconds, why);
    if (!loop) return -1;
    handler_settings settings = options->settings;
    settings.answer = (answer_limit){.bytes = HTTP_MAX_ANSWER, .carrier = "this server"};
    s.models = http_models_open(options->models, &settings, options->threads, http_loop_wake, why);
    if (s.models) serve(&s, loop, url);
    http_loop_close(loop); /* which ends the last requests */
    if (s.models) http_models_close(s.models);
    return s.models ? 0 : -1;
}
