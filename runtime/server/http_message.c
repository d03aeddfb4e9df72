#include "http_message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text_of.h"

/* A length above is no body that anyone sends; 2^64 - 1 in an intermediary's 32 or 64 signed bits is another number. */
#define MAX_LENGTH ((uint64_t)INT64_MAX)

#define NO_REQUEST_LINE "its first line is no request line"
#define OTHER_VERSION "only HTTP/1.1 and HTTP/1.0 are understood"
#define ALL_OF_THE_HEAD "all of the head may have " TEXT_OF(HTTP_MAX_HEADER) " bytes"
#define TOO_LONG_TARGET "the address is too long: " ALL_OF_THE_HEAD
#define TOO_LARGE_FIELDS "the header fields are too large: " ALL_OF_THE_HEAD

static const char *const field_names[HTTP_FIELDS] = {
    [HTTP_HOST] = "host",
    [HTTP_CONTENT_TYPE] = "content-type",
    [HTTP_CONTENT_ENCODING] = "content-encoding",
    [HTTP_CONTENT_LENGTH] = "content-length",
    [HTTP_TRANSFER_ENCODING] = "transfer-encoding",
    [HTTP_EXPECT] = "expect",
    [HTTP_ORIGIN] = "origin",
    [HTTP_X_AMZ_TARGET] = "x-amz-target",
};

static int refuse(http_message *m, int status, const char *why)
{
    if (m->stage == HTTP_REFUSED) return -1;
    m->stage = HTTP_REFUSED;
    m->status = status;
    m->keep_alive = 0;
    snprintf(m->why, sizeof m->why, "%s", why);
    return -1;
}

static int refuse_invalid(http_message *m, const char *reason)
{
    char why[sizeof m->why];
    snprintf(why, sizeof why, "the request is not valid HTTP: %s", reason);
    return refuse(m, 400, why);
}

/* ---- llhttp's callbacks ------------------------------------------------------------------------------------------ */

static int on_method(llhttp_t *parser, const char *at, size_t len)
{
    http_message *m = parser->data;
    m->method = at;
    m->method_len = len;
    return 0;
}

static int on_url(llhttp_t *parser, const char *at, size_t len)
{
    http_message *m = parser->data;
    m->path = at;
    m->path_len = len;
    return 0;
}

static int on_field(llhttp_t *parser, const char *at, size_t len)
{
    http_message *m = parser->data;
    m->current = HTTP_OTHER_FIELD;
    for (int f = 0; f < HTTP_FIELDS; f++)
        if (same_ignoring_case(at, len, field_names[f])) m->current = (http_field)f;
    return 0;
}

static int on_value(llhttp_t *parser, const char *at, size_t len)
{
    http_message *m = parser->data;
    if (m->current == HTTP_OTHER_FIELD || m->stage != HTTP_IN_HEAD) /* trailers say nothing here */
        return 0;
    while (len && (at[len - 1] == ' ' || at[len - 1] == '\t')) len--;
    m->field[m->current] = at;
    m->field_len[m->current] = len;
    m->field_count[m->current]++;
    return 0;
}

static int on_body(llhttp_t *parser, const char *at, size_t len)
{
    http_message *m = parser->data;
    bytes_append(m->body, at, len);
    return 0;
}

static int on_chunk(llhttp_t *parser)
{
    return parser->content_length > MAX_LENGTH ? refuse_invalid(parser->data, "a chunk of more than 2^63 bytes") : 0;
}

static int on_complete(llhttp_t *parser)
{
    http_message *m = parser->data;
    m->complete = 1;
    return HPE_PAUSED; /* what follows is the next request's */
}

static const llhttp_settings_t settings = {
    .on_method = on_method,
    .on_url = on_url,
    .on_header_field = on_field,
    .on_header_value = on_value,
    .on_body = on_body,
    .on_chunk_header = on_chunk,
    .on_message_complete = on_complete,
};

/* ---- the head ---------------------------------------------------------------------------------------------------- */

/* The line that ends at the end of head's bytes is as RFC 9112 wants it. */
static int check_line(http_message *m)
{
    const char *line = m->head.data + m->line_start;
    size_t len = m->head.len - m->line_start;
    if (len < 2 || line[len - 2] != '\r') return refuse_invalid(m, "a line ends in LF without CR");
    if (memchr(line, '\0', len)) return refuse_invalid(m, "there is a NUL in its head");
    if (memchr(line, '\r', len - 2)) return refuse_invalid(m, "there is a CR inside a line");
    if (line[0] == ':') return refuse_invalid(m, "a field has no name");
    return m->line_start && (line[0] == ' ' || line[0] == '\t') ? refuse_invalid(m, "a field is folded over two lines")
                                                                : 0;
}

/* A method of RFC 9110: tchar. */
static int is_token(const char *text, size_t len)
{
    static const char others[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < len; i++) {
        char c = text[i], lower = (char)(c | 0x20);
        if (!(lower >= 'a' && lower <= 'z') && !(c >= '0' && c <= '9') && !strchr(others, c)) return 0;
    }
    return len != 0;
}

/* Whether the first line is a word, a blank, a word, a blank, "HTTP/", a digit, a point and a digit. */
static int is_request_line(const http_message *m)
{
    const char *line = m->head.data, *end = line + strcspn(line, "\r");
    const char *target = line + strcspn(line, " \r") + 1,
               *version = target + (target < end ? strcspn(target, " \r") : 0);
    return version > target && end - version == 9 && !strncmp(version, " HTTP/", 6) && version[6] >= '0'
           && version[6] <= '9' && version[7] == '.' && version[8] >= '0' && version[8] <= '9';
}

/* llhttp stops at methods that are not registered. Nothing here allows them, so method and path are enough to answer;
 * what comes after the head is not understood, and the connection ends with the answer. */
static int read_unknown_method(http_message *m)
{
    m->method = m->head.data;
    m->method_len = strcspn(m->method, " ");
    m->path = m->method + m->method_len + 1;
    m->path_len = strcspn(m->path, " ");
    m->complete = 1;
    return is_token(m->method, m->method_len) && m->path_len ? 0 : refuse_invalid(m, NO_REQUEST_LINE);
}

static int starts_with(const http_message *m, const char *scheme)
{
    size_t len = strlen(scheme);
    return m->path_len >= len && same_ignoring_case(m->path, len, scheme);
}

/* Leaves the path of the target (RFC 9112 section 3.2): no scheme, no authority, no query. */
static int read_target(http_message *m)
{
    size_t authority = starts_with(m, "http://") ? 7 : starts_with(m, "https://") ? 8 : 0;
    if (memchr(m->path, '#', m->path_len)) return refuse_invalid(m, "its target has a fragment");
    const char *query = memchr(m->path, '?', m->path_len);
    if (query) m->path_len = (size_t)(query - m->path);
    if (authority) {
        const char *slash = memchr(m->path + authority, '/', m->path_len - authority);
        m->path_len = slash ? m->path_len - (size_t)(slash - m->path) : 1;
        m->path = slash ? slash : "/";
    }
    int whole_server = m->path_len == 1 && m->path[0] == '*' && same_ignoring_case(m->method, m->method_len, "OPTIONS");
    return m->path[0] == '/' || whole_server ? 0 : refuse_invalid(m, "its target is no path");
}

static int is_field(const http_message *m, http_field f, const char *value)
{
    return same_ignoring_case(m->field[f], m->field_len[f], value);
}

/* What a second reader of the same bytes might take otherwise. */
static int check_fields(http_message *m)
{
    const int http11 = llhttp_get_http_minor(&m->parser) == 1;
    if (m->field_count[HTTP_HOST] > 1 || (http11 && !m->field_count[HTTP_HOST]))
        return refuse_invalid(m, "it needs one Host");
    if (m->field[HTTP_HOST] && strcspn(m->field[HTTP_HOST], " \t/@?#\"<>\\") < m->field_len[HTTP_HOST])
        return refuse_invalid(m, "its Host is no host");
    if (m->field_count[HTTP_CONTENT_LENGTH] > 1) return refuse_invalid(m, "there are several Content-Length");
    if (m->field[HTTP_TRANSFER_ENCODING]
        && (!http11 || m->field_count[HTTP_TRANSFER_ENCODING] > 1 || m->field[HTTP_CONTENT_LENGTH]
            || !is_field(m, HTTP_TRANSFER_ENCODING, "chunked")))
        return refuse_invalid(m, "Transfer-Encoding must be chunked, without Content-Length");
    if (m->field[HTTP_EXPECT] && !is_field(m, HTTP_EXPECT, "100-continue"))
        return refuse(m, 417, "the only Expect that is understood is 100-continue");
    return 0;
}

/* The strings end in the head's own bytes, where a blank, a CR or a query stands, which nobody needs any more. */
static void end_string(http_message *m, const char *text, size_t len)
{
    if (text && text >= m->head.data && text < m->head.data + m->head.len)
        m->head.data[(size_t)(text - m->head.data) + len] = '\0';
}

static void end_strings(http_message *m)
{
    end_string(m, m->method, m->method_len);
    end_string(m, m->path, m->path_len);
    for (int f = 0; f < HTTP_FIELDS; f++) end_string(m, m->field[f], m->field_len[f]);
}

/* What llhttp says of the head. */
static int judge(http_message *m, llhttp_errno_t said)
{
    switch (said) {
    case HPE_OK:
    case HPE_PAUSED:
    case HPE_PAUSED_UPGRADE: /* nobody here changes the protocol: RFC 9110 section 7.8 */
        m->keep_alive = llhttp_should_keep_alive(&m->parser);
        return 0;
    case HPE_INVALID_METHOD: return read_unknown_method(m);
    case HPE_INVALID_VERSION:
    case HPE_PAUSED_H2_UPGRADE: return refuse(m, 505, OTHER_VERSION);
    default: return refuse_invalid(m, llhttp_get_error_reason(&m->parser));
    }
}

static int check_version(http_message *m)
{
    int major = llhttp_get_http_major(&m->parser), minor = llhttp_get_http_minor(&m->parser);
    return major == 1 && minor <= 1 ? 0 : refuse(m, 505, OTHER_VERSION);
}

static void read_head(http_message *m)
{
    if (!is_request_line(m)) {
        refuse_invalid(m, NO_REQUEST_LINE);
        return;
    }
    llhttp_errno_t said = llhttp_execute(&m->parser, m->head.data, m->head.len);
    const int known = said != HPE_INVALID_METHOD;
    if (judge(m, said) || (known && check_version(m)) || read_target(m) || (known && check_fields(m))) return;
    m->length = m->field[HTTP_CONTENT_LENGTH] ? strtoull(m->field[HTTP_CONTENT_LENGTH], NULL, 10) : 0;
    end_strings(m);
    m->stage = m->complete ? HTTP_COMPLETE : HTTP_IN_BODY;
}

/* The last line is complete: one of the head, or the empty one at its end. */
static void end_line(http_message *m)
{
    if (check_line(m)) return;
    int empty = m->head.len - m->line_start == 2;
    if (!empty) m->line_start = m->head.len;
    else if (m->line_start) read_head(m);
    else bytes_clear(&m->head); /* before a request line: RFC 9112 section 2.2 */
}

static size_t take_head(http_message *m, const char *data, size_t len)
{
    size_t at = 0;
    while (at < len && m->stage == HTTP_IN_HEAD) {
        const char *newline = memchr(data + at, '\n', len - at);
        size_t piece = newline ? (size_t)(newline - data) + 1 - at : len - at;
        if (piece > HTTP_MAX_HEADER - m->head.len) {
            refuse(m, m->line_start ? 431 : 414, m->line_start ? TOO_LARGE_FIELDS : TOO_LONG_TARGET);
            break;
        }
        bytes_append(&m->head, data + at, piece);
        at += piece;
        if (m->head.failed) refuse(m, 503, "out of memory: try again in a moment");
        else if (newline) end_line(m);
    }
    return at;
}

/* ---- the body ---------------------------------------------------------------------------------------------------- */

/* llhttp 8 takes a bare LF for the empty line at the end of a chunked body. */
static int ends_in_crlf(const http_message *m, const char *data, size_t taken)
{
    return (taken > 1 ? data[taken - 2] : m->last) == '\r';
}

static size_t take_body(http_message *m, const char *data, size_t len)
{
    llhttp_errno_t said = llhttp_execute(&m->parser, data, len);
    size_t taken = said == HPE_OK ? len : (size_t)(llhttp_get_error_pos(&m->parser) - data);
    if (m->complete && (m->field[HTTP_CONTENT_LENGTH] || ends_in_crlf(m, data, taken))) m->stage = HTTP_COMPLETE;
    else if (m->complete) refuse_invalid(m, "a line ends in LF without CR");
    else if (said != HPE_OK) refuse_invalid(m, llhttp_get_error_reason(&m->parser));
    else m->last = data[len - 1];
    return taken;
}

/* ---- for the connection ------------------------------------------------------------------------------------------ */

void http_message_begin(http_message *m)
{
    const bytes head = m->head;
    *m = (http_message){.head = head};
    bytes_clear(&m->head);
    llhttp_init(&m->parser, HTTP_REQUEST, &settings);
    m->parser.data = m;
}

void http_message_free(http_message *m) { bytes_free(&m->head); }

size_t http_message_read(http_message *m, const char *data, size_t len, bytes *body)
{
    m->body = body;
    size_t taken = m->stage == HTTP_IN_HEAD          ? take_head(m, data, len)
                   : m->stage == HTTP_IN_BODY && len ? take_body(m, data, len)
                                                     : 0;
    return m->stage == HTTP_REFUSED ? len : taken;
}
