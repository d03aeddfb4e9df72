#define _GNU_SOURCE /* EPOLLRDHUP, MSG_DONTWAIT */
#include "http_connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "text_of.h"

/* A refused body is read to its end and dropped, so that the client, who may only look for an answer when it has sent
 * everything, gets one instead of a reset connection. Longer ones are not worth it. */
#define MAX_DROPPED (4u * HTTP_MAX_BODY)
#define READ_SIZE 65536

#define TOO_LARGE_BODY "the body is larger than " TEXT_OF(HTTP_MAX_BODY) " bytes (6 MB)"

static void enter(http_connection *c, http_state state, int64_t now)
{
    c->state = state;
    c->since = c->moved = now;
}

http_connection *http_connection_open(http_site *site, int fd, int64_t now)
{
    http_connection *c = calloc(1, sizeof *c);
    if (!c) return NULL;
    c->site = site;
    c->fd = fd;
    http_message_begin(&c->message);
    enter(c, HTTP_IDLE, now);
    return c;
}

static void drop_body(http_connection *c)
{
    bytes_free(&c->body);
    c->site->buffered -= c->counted;
    c->counted = 0;
}

static void drop_answer(http_connection *c)
{
    c->site->unsent -= http_answer_left(&c->answer);
    http_answer_free(&c->answer);
}

void http_connection_close(http_connection *c)
{
    if (c->state == HTTP_GONE) return;
    close(c->fd);
    c->fd = -1;
    c->state = HTTP_GONE;
    if (c->submitted && http_job_cancel(&c->job)) c->submitted = 0;
    if (c->answer.status) drop_answer(c);
}

void http_connection_free(http_connection *c)
{
    drop_body(c);
    bytes_free(&c->unread);
    response_free(&c->job.answer);
    c->site->end(c);
    http_message_free(&c->message);
    free(c);
}

void http_connection_refuse(http_connection *c, int status, const char *why)
{
    if (c->route.status) return;
    c->route.status = status;
    c->route.error = why;
}

/* ---- sending ----------------------------------------------------------------------------------------------------- */

/* The answer is sent. */
static void end_request(http_connection *c, int64_t now)
{
    drop_answer(c);
    response_free(&c->job.answer);
    c->site->end(c);
    if (c->close_after) {
        /* bytes that come to a closed socket are answered by a reset, which may overtake the answer */
        shutdown(c->fd, SHUT_WR);
        bytes_free(&c->unread);
        enter(c, HTTP_LEAVING, now);
        return;
    }
    c->job = (http_job){.next = NULL};
    c->received = 0;
    c->begun = 0;
    c->served = 1;
    c->route = (route){.place = PLACE_NONE};
    http_message_begin(&c->message);
    enter(c, HTTP_IDLE, now);
}

static void send_more(http_connection *c, int64_t now)
{
    size_t left = http_answer_left(&c->answer);
    int gone = http_answer_send(&c->answer, c->fd) != 0;
    size_t still = http_answer_left(&c->answer);
    c->site->unsent -= left - still;
    if (still < left) c->moved = now;
    if (gone) http_connection_close(c);
    else if (!still) end_request(c, now);
}

void http_connection_answer(http_connection *c)
{
    c->close_after = !c->message.keep_alive || c->message.stage != HTTP_COMPLETE || c->site->stopping;
    int headless = c->message.method && c->message.stage != HTTP_REFUSED && !strcmp(c->message.method, "HEAD");
    drop_body(c);
    c->submitted = 0;
    if (http_answer_end(&c->answer, c->close_after, headless)) {
        http_answer_free(&c->answer);
        http_connection_close(c);
        return;
    }
    c->site->unsent += http_answer_left(&c->answer);
    c->state = HTTP_RECEIVING;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* The whole request is there, or is refused. */
static void finish(http_connection *c, int64_t now)
{
    enter(c, HTTP_COMPUTING, now);
    c->site->finish(c);
    if (c->state == HTTP_RECEIVING) send_more(c, now);
}

static void refuse_now(http_connection *c, int64_t now)
{
    c->message.keep_alive = 0;
    finish(c, now);
}

/* After the head, before the body. A client that sent Expect: 100-continue gets the error now; what it sends
 * all the same must not be taken for its next request: the connection ends. */
static void begin(http_connection *c, int64_t now)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    int asks = c->message.field[HTTP_EXPECT] && c->message.stage == HTTP_IN_BODY;
    c->begun = 1;
    c->site->begin(c);
    if (c->message.length > HTTP_MAX_BODY) http_connection_refuse(c, 413, TOO_LARGE_BODY);
    if (c->route.status && c->message.stage == HTTP_IN_BODY && (asks || c->message.length > MAX_DROPPED))
        refuse_now(c, now);
    else if (asks && send(c->fd, go_on, sizeof go_on - 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        http_connection_close(c); /* so few bytes always fit behind a complete answer */
}

/* Bytes of the body have come, `read` of them with its framing. */
static void check_body(http_connection *c, size_t read)
{
    http_site *site = c->site;
    c->received += read;
    site->buffered += c->body.len - c->counted;
    c->counted = c->body.len;
    if (c->received > MAX_DROPPED) http_connection_close(c);
    else if (c->body.failed) http_connection_refuse(c, 503, "out of memory: try again in a moment");
    else if (c->body.len > HTTP_MAX_BODY) http_connection_refuse(c, 413, TOO_LARGE_BODY);
    else if (c->body.len >= HTTP_LARGE_BODY && site->buffered > site->max_buffered)
        http_connection_refuse(c, 503, "too many large requests at once: try again in a moment");
    if (!route_takes_body(&c->route)) drop_body(c);
}

/* Takes bytes of the current request; returns how many. */
static size_t take(http_connection *c, const char *data, size_t len, int64_t now)
{
    if (c->state == HTTP_IDLE) enter(c, HTTP_SENDING, now);
    const http_stage before = c->message.stage;
    size_t taken = http_message_read(&c->message, data, len, &c->body);
    const http_stage stage = c->message.stage;
    if (stage == HTTP_REFUSED) {
        c->route.status = 0; /* what is no HTTP is the more important refusal */
        http_connection_refuse(c, c->message.status, c->message.why);
        finish(c, now);
        return len;
    }
    if (!c->begun && stage != HTTP_IN_HEAD) begin(c, now);
    if (before == HTTP_IN_BODY && c->state == HTTP_SENDING) check_body(c, taken);
    if (stage == HTTP_COMPLETE && c->state == HTTP_SENDING) finish(c, now);
    return taken;
}

static int takes_request(const http_connection *c) { return c->state == HTTP_IDLE || c->state == HTTP_SENDING; }

/* Several requests may have come in one piece. What follows one whose answer is not sent yet waits in c->unread. */
static void feed(http_connection *c, const char *data, size_t len, int64_t now)
{
    size_t at = 0;
    while (at < len && takes_request(c)) at += take(c, data + at, len - at, now);
    if (c->state != HTTP_COMPUTING && c->state != HTTP_RECEIVING) return;
    bytes_append(&c->unread, data + at, len - at);
    if (c->unread.failed) http_connection_close(c);
}

static void feed_unread(http_connection *c, int64_t now)
{
    while (c->unread.len && takes_request(c)) {
        bytes waiting = c->unread;
        c->unread = (bytes){.data = NULL};
        feed(c, waiting.data, waiting.len, now);
        bytes_free(&waiting);
    }
}

/* The client will send no more, but may still read. What it had sent behind this request is read after the answer. */
static void half_close(http_connection *c)
{
    c->half_closed = 1;
    http_job_defer(&c->job);
}

static void read_more(http_connection *c, int64_t now)
{
    char data[READ_SIZE];
    ssize_t len = recv(c->fd, data, sizeof data, MSG_DONTWAIT);
    if (len > 0 && c->state == HTTP_LEAVING) {
        c->received += (size_t)len;
        if (c->received > MAX_DROPPED) http_connection_close(c);
    } else if (len > 0) {
        feed(c, data, (size_t)len, now);
    } else if (len == 0) { /* whoever owes the rest of a request gets nothing */
        http_connection_close(c);
    } else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
        http_connection_close(c);
    }
}

/* ---- for the loop ------------------------------------------------------------------------------------------------ */

uint32_t http_connection_wants(const http_connection *c)
{
    switch (c->state) {
    case HTTP_IDLE:
    case HTTP_SENDING:
    case HTTP_LEAVING: return EPOLLIN;
    case HTTP_COMPUTING: return c->half_closed ? 0 : EPOLLRDHUP;
    case HTTP_RECEIVING: return EPOLLOUT;
    default: return 0;
    }
}

void http_connection_happened(http_connection *c, uint32_t events, int64_t now)
{
    if (events & (EPOLLERR | EPOLLHUP) && !(events & EPOLLIN && takes_request(c))) http_connection_close(c);
    else if (c->state == HTTP_COMPUTING && events & EPOLLRDHUP) half_close(c);
    else if (c->state == HTTP_RECEIVING && events & EPOLLOUT) send_more(c, now);
    else if (events & EPOLLIN && (takes_request(c) || c->state == HTTP_LEAVING)) read_more(c, now);
    feed_unread(c, now);
}

void http_connection_computed(http_connection *c, int64_t now)
{
    if (c->state != HTTP_COMPUTING) return;
    finish(c, now);
    feed_unread(c, now);
}
