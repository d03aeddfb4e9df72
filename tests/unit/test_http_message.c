/* test_http_message.c - requests as RFC 9112 has them, and what must be refused; in one piece and byte by byte. */
#include "cmocka_all.h"

#include <string.h>

#include "http_message.h"

#define TEXT(literal) literal, sizeof(literal) - 1
#define HEAD "POST /ner HTTP/1.1\r\nHost: x\r\n"
#define CHUNKED HEAD "Transfer-Encoding: chunked\r\n\r\n"

/* What is read of the bytes, which come in pieces. */
static void read_pieces(http_message *m, const char *data, size_t len, size_t piece, bytes *body, size_t *left)
{
    size_t at = 0;
    http_message_begin(m);
    while (at < len && m->stage != HTTP_COMPLETE && m->stage != HTTP_REFUSED)
        at += http_message_read(m, data + at, len - at < piece ? len - at : piece, body);
    *left = len - at;
}

typedef struct good {
    const char *data;
    size_t len;
    const char *method, *path, *body;
    size_t left;
    int keep_alive;
} good;

static void requests_are_read(void **state)
{
    static const good cases[] = {
        {TEXT("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET"), "GET", "/", "", 3, 1},
        {TEXT("\r\n\r\nGET / HTTP/1.1\r\nHost:\r\n\r\n"), "GET", "/", "", 0, 1},
        {TEXT("GET / HTTP/1.0\r\n\r\n"), "GET", "/", "", 0, 0},
        {TEXT("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), "GET", "/", "", 0, 1},
        {TEXT("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), "GET", "/", "", 0, 0},
        {TEXT("GET / HTTP/1.1\r\nhost:\t[::1]:80 \t\r\nA: \xc3\xa4\r\n\r\n"), "GET", "/", "", 0, 1},
        {TEXT(HEAD "Content-Length: 3\r\n\r\nabcGET"), "POST", "/ner", "abc", 3, 1},
        {TEXT(HEAD "Content-Length: 0\r\n\r\n"), "POST", "/ner", "", 0, 1},
        {TEXT(CHUNKED "3\r\nabc\r\n2;name=\"v\"\r\nde\r\n0\r\n\r\nGET"), "POST", "/ner", "abcde", 3, 1},
        {TEXT(CHUNKED "00A\r\n0123456789\r\n0\r\nHost: other\r\nExpires: never\r\n\r\n"), "POST", "/ner", "0123456789",
         0, 1},
        {TEXT(HEAD "transfer-encoding: Chunked\r\n\r\n0\r\n\r\n"), "POST", "/ner", "", 0, 1},
        {TEXT("POST http://host:80/ner?x=/y HTTP/1.1\r\nHost: x\r\n\r\n"), "POST", "/ner", "", 0, 1},
        {TEXT("GET HTTPS://host?x HTTP/1.1\r\nHost: x\r\n\r\n"), "GET", "/", "", 0, 1},
        {TEXT("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"), "OPTIONS", "*", "", 0, 1},
        {TEXT("GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nGET"), "GET", "/", "", 3,
         1},
        {TEXT(HEAD "Upgrade: h2c\r\nConnection: Upgrade\r\nContent-Length: 3\r\n\r\nabcGET"), "POST", "/ner", "abc", 3,
         1},
        {TEXT("BREW /ner?pot HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"), "BREW", "/ner", "", 3, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t piece = 1; piece <= cases[i].len; piece += piece < 4 ? 1 : cases[i].len - piece + 1) {
            http_message m = {.status = 0};
            bytes body = {.data = NULL};
            size_t left;
            read_pieces(&m, cases[i].data, cases[i].len, piece, &body, &left);
            print_message("%zu in pieces of %zu: %s\n", i, piece, m.why);
            assert_int_equal(m.stage, HTTP_COMPLETE);
            assert_string_equal(m.method, cases[i].method);
            assert_string_equal(m.path, cases[i].path);
            assert_string_equal(body.data ? body.data : "", cases[i].body);
            assert_int_equal(left, cases[i].left);
            assert_int_equal(m.keep_alive, cases[i].keep_alive);
            http_message_free(&m);
            bytes_free(&body);
        }
}

typedef struct bad {
    const char *data;
    size_t len;
    int status;
} bad;

static void requests_out_of_step_are_refused(void **state)
{
    static const bad cases[] = {
        /* two readers could find two ends */
        {TEXT(HEAD "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc"), 400},
        {TEXT(HEAD "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"), 400},
        {TEXT(HEAD "Content-Length: 3, 3\r\n\r\nabc"), 400},
        {TEXT(HEAD "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400},
        {TEXT(HEAD "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n"), 400},
        {TEXT(HEAD "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400},
        {TEXT(HEAD "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"), 400},
        {TEXT(HEAD "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), 400},
        {TEXT(HEAD "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"), 400},
        {TEXT(HEAD "Transfer-Encoding: identity\r\n\r\n"), 400},
        {TEXT(HEAD "Transfer-Encoding:\r\n\r\n"), 400},
        {TEXT("POST /ner HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400},
        /* lengths */
        {TEXT(HEAD "Content-Length: +3\r\n\r\nabc"), 400},
        {TEXT(HEAD "Content-Length: -3\r\n\r\nabc"), 400},
        {TEXT(HEAD "Content-Length:\r\n\r\n"), 400},
        {TEXT(HEAD "Content-Length: 3 3\r\n\r\nabc"), 400},
        {TEXT(HEAD "Content-Length: 0x3\r\n\r\nabc"), 400},
        {TEXT(HEAD "Content-Length: 18446744073709551616\r\n\r\n"), 400},
        {TEXT(CHUNKED "ffffffffffffffff\r\nabc"), 400},
        {TEXT(CHUNKED "fffffffffffffffff\r\nabc"), 400},
        {TEXT(CHUNKED "0x3\r\nabc\r\n"), 400},
        {TEXT(CHUNKED "-3\r\nabc\r\n"), 400},
        {TEXT(CHUNKED " 3\r\nabc\r\n"), 400},
        {TEXT(CHUNKED "3 \r\nabc\r\n"), 400},
        {TEXT(CHUNKED "\r\nabc\r\n"), 400},
        {TEXT(CHUNKED "3\r\nabcd\r\n"), 400},
        /* lines */
        {TEXT("POST /ner HTTP/1.1\nHost: x\n\n"), 400},
        {TEXT("GET / HTTP/1.1\r\nHost: x\n\r\n"), 400},
        {TEXT("GET / HTTP/1.1\r\nHost: x\rA: b\r\n\r\n"), 400},
        {TEXT(HEAD "A: b\r\n c\r\n\r\n"), 400},
        {TEXT("GET / HTTP/1.1\r\n Host: x\r\n\r\n"), 400},
        {TEXT(CHUNKED "3\nabc\n0\n\n"), 400},
        {TEXT(CHUNKED "3\r\nabc\n0\r\n\r\n"), 400},
        {TEXT(CHUNKED "3\r\nabc\r\n0\r\n\n"), 400},
        {TEXT(CHUNKED "3;a\nb\r\nabc\r\n0\r\n\r\n"), 400},
        {TEXT(CHUNKED "3\r\nabc\r\n0\r\nA: b\n\r\n"), 400},
        /* fields */
        {TEXT(HEAD "Content-Length : 3\r\n\r\nabc"), 400},
        {TEXT(HEAD "NoColon\r\n\r\n"), 400},
        {TEXT(HEAD ": v\r\n\r\n"), 400},
        {TEXT(HEAD "A b: c\r\n\r\n"), 400},
        {TEXT(HEAD "A\x80: b\r\n\r\n"), 400},
        {TEXT(HEAD "A: \x01\r\n\r\n"), 400},
        {TEXT(HEAD "A: b\0c\r\n\r\n"), 400},
        {TEXT(CHUNKED "0\r\nA : b\r\n\r\n"), 400},
        {TEXT("GET / HTTP/1.1\r\n\r\n"), 400},
        {TEXT(HEAD "Host: x\r\n\r\n"), 400},
        {TEXT("GET / HTTP/1.1\r\nHost: x y\r\n\r\n"), 400},
        {TEXT("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), 400},
        {TEXT(HEAD "Expect: 200-ok\r\n\r\n"), 417},
        /* request lines */
        {TEXT("GET /\r\nHost: x\r\n\r\n"), 400},
        {TEXT("GET\r\n\r\n"), 400},
        {TEXT("GET  / HTTP/1.1\r\nHost: x\r\n\r\n"), 400},
        {TEXT("GET /  HTTP/1.1\r\nHost: x\r\n\r\n"), 400},
        {TEXT("GET / HTTP/1.1 \r\nHost: x\r\n\r\n"), 400},
        {TEXT(" GET / HTTP/1.1\r\nHost: x\r\n\r\n"), 400},
        {TEXT("GET\t/\tHTTP/1.1\r\nHost: x\r\n\r\n"), 400},
        {TEXT("GET / http/1.1\r\nHost: x\r\n\r\n"), 400},
        {TEXT("GET / HTTP/11\r\nHost: x\r\n\r\n"), 400},
        {TEXT("GET / HTTP/1.2\r\nHost: x\r\n\r\n"), 505},
        {TEXT("GET / HTTP/2.0\r\nHost: x\r\n\r\n"), 505},
        {TEXT("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505},
        {TEXT("GET / HTTP/0.9\r\nHost: x\r\n\r\n"), 505},
        {TEXT("GET /n\0er HTTP/1.1\r\nHost: x\r\n\r\n"), 400},
        {TEXT("GET /\x80 HTTP/1.1\r\nHost: x\r\n\r\n"), 400},
        {TEXT("GET /#a HTTP/1.1\r\nHost: x\r\n\r\n"), 400},
        {TEXT("GET * HTTP/1.1\r\nHost: x\r\n\r\n"), 400},
        {TEXT("GET ner HTTP/1.1\r\nHost: x\r\n\r\n"), 400},
        {TEXT("GET ftp://host/ HTTP/1.1\r\nHost: x\r\n\r\n"), 400},
        {TEXT("CONNECT host:443 HTTP/1.1\r\nHost: x\r\n\r\n"), 400},
        {TEXT("B\"W / HTTP/1.1\r\nHost: x\r\n\r\n"), 400},
        {TEXT("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n"), 400},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t piece = 1; piece <= cases[i].len; piece += cases[i].len - piece ? cases[i].len - piece : 1) {
            http_message m = {.status = 0};
            bytes body = {.data = NULL};
            size_t left;
            read_pieces(&m, cases[i].data, cases[i].len, piece, &body, &left);
            print_message("%zu in pieces of %zu: stage %d, %d %s\n", i, piece, m.stage, m.status, m.why);
            assert_int_equal(m.stage, HTTP_REFUSED);
            assert_int_equal(m.status, cases[i].status);
            assert_true(m.why[0] && !m.keep_alive);
            http_message_free(&m);
            bytes_free(&body);
        }
}

/* All of the head may have HTTP_MAX_HEADER bytes. */
static int read_head_of(size_t target, size_t field)
{
    static char value[2 * HTTP_MAX_HEADER];
    http_message m = {.status = 0};
    bytes data = {.data = NULL}, body = {.data = NULL};
    memset(value, 'x', sizeof value);
    bytes_text(&data, "GET /");
    bytes_append(&data, value, target);
    bytes_text(&data, " HTTP/1.1\r\nHost: x\r\nCookie: ");
    bytes_append(&data, value, field);
    bytes_text(&data, "\r\n\r\n");
    http_message_begin(&m);
    http_message_read(&m, data.data, data.len, &body);
    int status = m.stage == HTTP_COMPLETE ? 0 : m.status;
    http_message_free(&m);
    bytes_free(&data);
    return status;
}

static void heads_have_a_limit(void **state)
{
    static const size_t others = sizeof "GET / HTTP/1.1\r\nHost: x\r\nCookie: \r\n\r\n" - 1;
    (void)state;
    assert_int_equal(read_head_of(0, HTTP_MAX_HEADER - others), 0);
    assert_int_equal(read_head_of(0, HTTP_MAX_HEADER - others + 1), 431);
    assert_int_equal(read_head_of(HTTP_MAX_HEADER - others, 0), 0);
    assert_int_equal(read_head_of(HTTP_MAX_HEADER, 0), 414);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_read),
        cmocka_unit_test(requests_out_of_step_are_refused),
        cmocka_unit_test(heads_have_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
