/* fuzz_http - any bytes as what a client sends to tern serve. The first byte says in which pieces they come: however
 * they are cut, the requests are the same. What is taken for a request has the form of one. */
#include "fuzz.h"
#include "http_message.h"

#include <string.h>

typedef struct reading {
    http_stage last; /* of the last request */
    int status;
    size_t complete; /* requests that came whole */
    bytes seen;      /* their methods, paths and bodies */
} reading;

static void check_head(const http_message *m)
{
    REQUIRE(m->method[0] && !strpbrk(m->method, " \r\n"));
    REQUIRE(m->path[0] == '/' || !strcmp(m->path, "*"));
    REQUIRE(!strpbrk(m->path, " ?#\r\n"));
    for (int f = 0; f < HTTP_FIELDS; f++) REQUIRE(!m->field[f] || !strpbrk(m->field[f], "\r\n"));
    REQUIRE(!m->field[HTTP_TRANSFER_ENCODING] || !m->field[HTTP_CONTENT_LENGTH]);
}

static void note(reading *r, const http_message *m, const bytes *body)
{
    check_head(m);
    r->complete++;
    bytes_format(&r->seen, "%s %s %d %zu:", m->method, m->path, m->keep_alive, body->len);
    bytes_append(&r->seen, body->data, body->len);
}

static reading read_all(const char *data, size_t len, size_t piece)
{
    reading r = {.status = 0};
    http_message m = {.status = 0};
    bytes body = {0};
    http_message_begin(&m);
    for (size_t at = 0; at < len && m.stage != HTTP_REFUSED;) {
        size_t n = len - at < piece ? len - at : piece, taken = http_message_read(&m, data + at, n, &body);
        REQUIRE(taken <= n && (taken || m.stage == HTTP_COMPLETE));
        at += taken;
        if (m.stage != HTTP_COMPLETE) continue;
        note(&r, &m, &body);
        bytes_clear(&body);
        http_message_begin(&m);
    }
    r.last = m.stage;
    r.status = m.status;
    if (m.stage == HTTP_IN_BODY) check_head(&m);
    REQUIRE((m.stage == HTTP_REFUSED) == (m.status != 0 && m.why[0]));
    http_message_free(&m);
    bytes_free(&body);
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data + 1;
    if (!size) return 0;
    reading whole = read_all(text, size - 1, size), cut = read_all(text, size - 1, 1 + data[0] % 32u);
    REQUIRE(whole.last == cut.last && whole.status == cut.status && whole.complete == cut.complete);
    REQUIRE(whole.seen.len == cut.seen.len
            && (!whole.seen.len || !memcmp(whole.seen.data, cut.seen.data, cut.seen.len)));
    bytes_free(&whole.seen);
    bytes_free(&cut.seen);
    return 0;
}
