#define _GNU_SOURCE /* gmtime_r, sendmsg's MSG_NOSIGNAL */
#include "http_answer.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

#include "reason.h"

static void add_date(http_answer *a)
{
    char date[40];
    time_t now = time(NULL);
    struct tm utc;
    /* Always in English: nobody here sets a locale for LC_TIME. */
    if (gmtime_r(&now, &utc) && strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &utc))
        http_answer_field(a, "date", date);
}

void http_answer_begin(http_answer *a, int status)
{
    http_answer_free(a);
    a->status = status;
    bytes_format(&a->head, "HTTP/1.1 %d %s\r\n", status, reason_phrase(status));
    add_date(a);
}

void http_answer_field(http_answer *a, const char *name, const char *value)
{
    bytes_text(&a->head, name);
    bytes_text(&a->head, ": ");
    bytes_text(&a->head, value);
    bytes_text(&a->head, "\r\n");
}

static size_t body_len(const http_answer *a) { return a->borrowed ? a->borrowed_len : a->owned.len; }

int http_answer_end(http_answer *a, int close, int without_body)
{
    if (a->status != 204) bytes_format(&a->head, "content-length: %zu\r\n", body_len(a));
    if (close) http_answer_field(a, "connection", "close");
    bytes_text(&a->head, "\r\n");
    if (without_body) {
        bytes_free(&a->owned);
        a->borrowed = NULL;
    }
    return a->head.failed || a->owned.failed ? -1 : 0;
}

size_t http_answer_left(const http_answer *a) { return a->head.len + body_len(a) - a->sent; }

int http_answer_send(http_answer *a, int fd)
{
    const char *body = a->borrowed ? a->borrowed : a->owned.data;
    while (http_answer_left(a)) {
        size_t of_head = a->sent < a->head.len ? a->head.len - a->sent : 0,
               of_body = of_head ? 0 : a->sent - a->head.len;
        struct iovec part[2] = {{.iov_base = of_head ? a->head.data + a->sent : NULL, .iov_len = of_head},
                                {.iov_base = body ? (char *)body + of_body : NULL, .iov_len = body_len(a) - of_body}};
        const struct msghdr message = {.msg_iov = of_head ? part : part + 1, .msg_iovlen = of_head ? 2 : 1};
        ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
        a->sent += (size_t)sent;
    }
    return 0;
}

void http_answer_free(http_answer *a)
{
    bytes_free(&a->head);
    bytes_free(&a->owned);
    *a = (http_answer){.status = 0};
}
