#include "sqs_text.h"

#include <string.h>

#include "base64.h"
#include "chars.h"
#include "json_in.h"

#define BYTE_ORDER_MARK 0xFEFF
/* UTF-8's byte order mark where somebody took its three bytes for Latin-1. */
#define LATIN_1_MARK "\xC3\xAF\xC2\xBB\xC2\xBF"
/* Shorter ones may be words: "W10", a part of London, is base64 of []. */
#define MIN_BASE64 8u

static int no_memory(problem *why) { return problem_set(why, 500, "out of memory"); }

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

/* Where text shows its first character. *mark gets the first one before it that JSON does not allow there; it stays if
 * there is none. */
static const char *skip_invisible(const char *p, const char *end, long *mark)
{
    while (p < end) {
        const char *next = p;
        uint32_t c = next_char(&next, end);
        if ((size_t)(end - p) >= sizeof LATIN_1_MARK - 1 && !memcmp(p, LATIN_1_MARK, sizeof LATIN_1_MARK - 1)) {
            c = BYTE_ORDER_MARK;
            next = p + sizeof LATIN_1_MARK - 1;
        }
        if (!is_invisible_char(c)) break;
        if (*mark < 0 && c != ' ' && c != '\t' && c != '\r' && c != '\n') *mark = (long)c;
        p = next;
    }
    return p;
}

/* Whether it begins as an array of objects does. */
static int begins_objects(const char *p, const char *end)
{
    return *p == '[' && p + 1 + strspn(p + 1, " \t\r\n") < end && p[1 + strspn(p + 1, " \t\r\n")] == '{';
}

static int refuse_mark(problem *why, long mark)
{
    return problem_set(why, 400,
                       "an invisible character (U+%04lX%s) stands before the JSON: send the message without it",
                       (unsigned long)mark, mark == BYTE_ORDER_MARK ? ", a byte order mark" : "");
}

/* A JSON value that is no object. */
static int refuse_value(problem *why, const json_node *root, const char *p, const char *end)
{
    switch (json_type_of(root)) {
    case JSON_ARRAY:
        return problem_set(
            why, 400,
            "the message is an array: send its items as messages of their own, or {\"texts\": [\"...\", ...]}");
    case JSON_STRING:
        return memchr(p, '\\', (size_t)(end - p))
                   ? problem_set(why, 400, "the message is a JSON string (encoded twice?): send what is in the string")
                   : 0;
    case JSON_NULL:
    case JSON_BOOL:
        return problem_set(why, 400, "the message is only true, false or null: send a text or {\"text\": \"...\"}");
    default: return 0;
    }
}

/* p shows what may begin JSON. */
static int check_json(const char *text, const char *p, const char *end, long mark, problem *why)
{
    json_error wrong;
    const char *start = mark < 0 ? text : p;
    json_doc *doc = json_parse(start, (size_t)(end - start), &wrong);
    int status = doc                      ? refuse_value(why, json_root(doc), p, end)
                 : wrong.no_memory        ? no_memory(why)
                 : begins_objects(p, end) ? problem_set(why, 400, "%s", wrong.msg)
                                          : 0;
    json_free(doc);
    return status == 400 && mark >= 0 ? refuse_mark(why, mark) : status;
}

/* ---- base64 ------------------------------------------------------------------------------------------------------ */

/* Base64 in any of its forms (with "-_", on several lines, without padding) as base64_decode takes it. 0, or -1 if it
 * is none. */
static int normalize_base64(const char *p, const char *end, bytes *out)
{
    static const char symbols[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    for (; p < end; p++) {
        char c = *p == '-' ? '+' : *p == '_' ? '/' : *p;
        if (c == '\r' || c == '\n') continue;
        if (!c || !strchr(symbols, c)) return -1;
        bytes_append(out, &c, 1);
    }
    if (out->len < MIN_BASE64) return -1;
    while (out->len % 4 && !out->failed) bytes_text(out, "=");
    return 0;
}

/* What the base64 stood for. */
static int check_decoded(const bytes *decoded, problem *why)
{
    static const char gzip[] = {'\x1F', '\x8B', '\x08'}; /* RFC 1952 */
    json_error wrong;
    long mark = -1;
    if (decoded->len >= sizeof gzip && !memcmp(decoded->data, gzip, sizeof gzip))
        return problem_set(why, 400, "the message is compressed (gzip in base64): send what was compressed");
    const char *end = decoded->data + decoded->len, *p = skip_invisible(decoded->data, end, &mark);
    if (p == end || (*p != '{' && *p != '[')) return 0;
    json_doc *doc = json_parse(p, (size_t)(end - p), &wrong);
    int is_json = doc != NULL;
    json_free(doc);
    if (is_json) return problem_set(why, 400, "the message is JSON in base64: send the JSON itself");
    return wrong.no_memory ? no_memory(why) : 0;
}

static int check_base64(const char *p, const char *end, problem *why)
{
    bytes encoded = {0}, decoded = {0};
    int status = 0;
    if (!normalize_base64(p, end, &encoded))
        status = encoded.failed                                       ? no_memory(why)
                 : base64_decode(encoded.data, encoded.len, &decoded) ? 0
                 : decoded.failed                                     ? no_memory(why)
                                                                      : check_decoded(&decoded, why);
    bytes_free(&encoded);
    bytes_free(&decoded);
    return status;
}

int sqs_text_check(const char *text, size_t len, problem *why)
{
    long mark = -1;
    const char *end = text + len, *p = skip_invisible(text, end, &mark);
    if (p == end) return 0;
    if (*p == '{') return refuse_mark(why, mark);
    return memchr("[\"tfn", *p, 5) ? check_json(text, p, end, mark, why) : check_base64(p, end, why);
}
