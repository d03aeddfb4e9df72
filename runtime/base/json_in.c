#include "json_in.h"

#include <cjson/cJSON.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "utf8_text.h"

_Static_assert(JSON_MAX_DEPTH < CJSON_NESTING_LIMIT, "the guard must stop nesting before cJSON does");

struct json_doc {
    cJSON *root;
};

/* The guard: one pass that accepts exactly RFC 8259 and writes the copy that cJSON reads. Two things differ in the
 * copy:
 *  - \u0000 becomes C0 80 (as in Java's modified UTF-8), which cJSON passes through and which valid UTF-8 cannot
 *  contain; - every number becomes 0: cJSON refuses numbers of more than 63 characters, and no caller needs a number's
 *  value. */
typedef struct scanner {
    const unsigned char *start, *p, *end;
    const unsigned char *copied; /* the copy has everything before this */
    bytes copy;
    size_t values, depth;
    unsigned char closer[JSON_MAX_DEPTH]; /* '}' or ']' of each open container */
    json_error *error;
} scanner;

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
static int reject(scanner *s, const unsigned char *at, const char *format, ...)
{
    size_t pos = (size_t)(at - s->start);
    int used = snprintf(s->error->msg, sizeof s->error->msg, "invalid JSON at byte %zu: ", pos);
    va_list args;
    va_start(args, format);
    vsnprintf(s->error->msg + used, sizeof s->error->msg - (size_t)used, format, args);
    va_end(args);
    s->error->pos = pos;
    return -1;
}

/* Copies the input before `at`, then text, and goes on after `next`. */
static void replace(scanner *s, const unsigned char *at, const unsigned char *next, const char *text)
{
    bytes_append(&s->copy, s->copied, (size_t)(at - s->copied));
    bytes_text(&s->copy, text);
    s->copied = next;
}

static void skip_space(scanner *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\r' || *s->p == '\n')) s->p++;
}

static int reject_utf8(scanner *s, const unsigned char *at)
{
    size_t pos = (size_t)(at - s->start);
    snprintf(s->error->msg, sizeof s->error->msg, "invalid UTF-8 at byte %zu: JSON must be encoded in UTF-8", pos);
    s->error->pos = pos;
    return -1;
}

/* The four hex digits at p as a number, or -1. */
static long hex4(const unsigned char *p, const unsigned char *end)
{
    long value = 0;
    if (end - p < 4) return -1;
    for (int i = 0; i < 4; i++) {
        unsigned char c = p[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* s->p is at the backslash of \uXXXX. */
static int scan_unicode_escape(scanner *s)
{
    const unsigned char *at = s->p;
    long unit = hex4(at + 2, s->end);
    if (unit < 0) return reject(s, at, "\\u needs four hexadecimal digits");
    s->p = at + 6;
    if (unit == 0) replace(s, at, s->p, "\xC0\x80");
    if (unit < 0xD800 || unit > 0xDFFF) return 0;
    long second = -1;
    if (unit < 0xDC00 && s->end - s->p >= 2 && s->p[0] == '\\' && s->p[1] == 'u') second = hex4(s->p + 2, s->end);
    if (second < 0xDC00 || second > 0xDFFF)
        return reject(s, at, "lone surrogate \\u%04lx: surrogates stand for a character only in pairs, high before low",
                      (unsigned long)unit);
    s->p += 6;
    return 0;
}

static int scan_escape(scanner *s)
{
    if (s->end - s->p < 2) return reject(s, s->p, "the string does not end");
    if (s->p[1] == 'u') return scan_unicode_escape(s);
    if (!s->p[1] || !strchr("\"\\/bfnrt", s->p[1])) return reject(s, s->p, "unknown escape in a string");
    s->p += 2;
    return 0;
}

/* s->p is at the opening quote. */
static int scan_string(scanner *s)
{
    const unsigned char *opening = s->p++;
    while (s->p < s->end) {
        unsigned char c = *s->p;
        if (c == '"') {
            s->p++;
            return 0;
        }
        if (c == '\\') {
            if (scan_escape(s)) return -1;
        } else if (c < 0x20) {
            return reject(s, s->p, "control character 0x%02x in a string; write it as an escape", (unsigned)c);
        } else {
            size_t len = c < 0x80 ? 1 : utf8_length(s->p, s->end);
            if (!len) return reject_utf8(s, s->p);
            s->p += len;
        }
    }
    return reject(s, opening, "the string does not end");
}

static size_t skip_digits(scanner *s)
{
    const unsigned char *from = s->p;
    while (s->p < s->end && *s->p >= '0' && *s->p <= '9') s->p++;
    return (size_t)(s->p - from);
}

/* RFC 8259 section 6: [-] int [frac] [exp] */
static int scan_number(scanner *s)
{
    const unsigned char *at = s->p;
    if (*s->p == '-') s->p++;
    const unsigned char *first = s->p;
    size_t digits = skip_digits(s);
    if (!digits || (digits > 1 && *first == '0')) return reject(s, at, "malformed number");
    if (s->p < s->end && *s->p == '.') {
        s->p++;
        if (!skip_digits(s)) return reject(s, at, "malformed number");
    }
    if (s->p < s->end && (*s->p == 'e' || *s->p == 'E')) {
        s->p++;
        if (s->p < s->end && (*s->p == '+' || *s->p == '-')) s->p++;
        if (!skip_digits(s)) return reject(s, at, "malformed number");
    }
    replace(s, at, s->p, "0");
    return 0;
}

static int scan_literal(scanner *s, const char *word)
{
    size_t len = strlen(word);
    if ((size_t)(s->end - s->p) < len || memcmp(s->p, word, len) != 0) return reject(s, s->p, "expected a value");
    s->p += len;
    return 0;
}

/* Anything but a container. */
static int scan_scalar(scanner *s)
{
    unsigned char c = *s->p;
    if (c == '"') return scan_string(s);
    if (c == '-' || (c >= '0' && c <= '9')) return scan_number(s);
    if (c == 't') return scan_literal(s, "true");
    if (c == 'f') return scan_literal(s, "false");
    if (c == 'n') return scan_literal(s, "null");
    return c < 0x80 || utf8_length(s->p, s->end) ? reject(s, s->p, "expected a value") : reject_utf8(s, s->p);
}

/* The key and the colon of an object's next member. */
static int scan_key(scanner *s)
{
    skip_space(s);
    if (s->p == s->end || *s->p != '"') return reject(s, s->p, "expected a key in double quotes");
    if (scan_string(s)) return -1;
    skip_space(s);
    if (s->p == s->end || *s->p != ':') return reject(s, s->p, "expected a colon after the key");
    s->p++;
    return 0;
}

/* s->p is at '{' or '['. Returns 1 if the container is empty and therefore already closed, 0 if a value comes next. */
static int open_container(scanner *s)
{
    unsigned char closer = *s->p == '{' ? '}' : ']';
    if (s->depth == JSON_MAX_DEPTH) return reject(s, s->p, "nested more than %d deep", JSON_MAX_DEPTH);
    s->p++;
    skip_space(s);
    if (s->p < s->end && *s->p == closer) {
        s->p++;
        return 1;
    }
    s->closer[s->depth++] = closer;
    return closer == '}' ? scan_key(s) : 0;
}

/* After a value: closes what ends here. Returns 1 if the outermost value is complete, 0 if another value comes next. */
static int after_value(scanner *s)
{
    while (s->depth) {
        unsigned char closer = s->closer[s->depth - 1];
        skip_space(s);
        if (s->p == s->end)
            return reject(s, s->p, "unexpected end, %s is not closed", closer == '}' ? "an object" : "an array");
        if (*s->p == ',') {
            s->p++;
            return closer == '}' ? scan_key(s) : 0;
        }
        if (*s->p != closer) return reject(s, s->p, "expected ',' or '%c'", closer);
        s->p++;
        s->depth--;
    }
    return 1;
}

static int scan_value(scanner *s)
{
    skip_space(s);
    if (s->p == s->end) return reject(s, s->p, s->values ? "unexpected end, a value is missing" : "there is no value");
    if (++s->values > JSON_MAX_VALUES) return reject(s, s->p, "more than %d values", JSON_MAX_VALUES);
    int complete = 1;
    if (*s->p == '{' || *s->p == '[') complete = open_container(s);
    else if (scan_scalar(s)) return -1;
    return complete == 1 ? after_value(s) : complete;
}

static int scan_document(scanner *s)
{
    if (s->end - s->p >= 3 && !memcmp(s->p, "\xEF\xBB\xBF", 3))
        return reject(s, s->p, "byte order mark; send the JSON without it");
    int complete = 0;
    while (!complete) complete = scan_value(s);
    if (complete < 0) return -1;
    skip_space(s);
    if (s->p < s->end) return reject(s, s->p, "unexpected bytes after the end of the value");
    bytes_append(&s->copy, s->copied, (size_t)(s->end - s->copied));
    return 0;
}

static json_doc *no_memory(json_error *error)
{
    *error = (json_error){.no_memory = 1, .msg = "out of memory while reading JSON"};
    return NULL;
}

/* cJSON also resets its process-wide error pointer here, always to the same value as its input is valid. Nobody reads
 * it. */
static json_doc *build_tree(const bytes *copy, json_error *error)
{
    if (copy->failed) return no_memory(error);
    json_doc *doc = calloc(1, sizeof *doc);
    if (!doc) return no_memory(error);
    doc->root = cJSON_ParseWithLength(copy->data, copy->len);
    if (!doc->root) {
        free(doc);
        return no_memory(error);
    }
    return doc;
}

json_doc *json_parse(const char *data, size_t len, json_error *error)
{
    *error = (json_error){0};
    const unsigned char *start = (const unsigned char *)(len ? data : "");
    scanner s = {.start = start, .p = start, .end = start + len, .copied = start, .error = error};
    json_doc *doc = scan_document(&s) ? NULL : build_tree(&s.copy, error);
    bytes_free(&s.copy);
    return doc;
}

void json_free(json_doc *doc)
{
    if (!doc) return;
    cJSON_Delete(doc->root);
    free(doc);
}

const json_node *json_root(const json_doc *doc) { return doc->root; }

json_type json_type_of(const json_node *node)
{
    if (cJSON_IsObject(node)) return JSON_OBJECT;
    if (cJSON_IsArray(node)) return JSON_ARRAY;
    if (cJSON_IsString(node)) return JSON_STRING;
    if (cJSON_IsNumber(node)) return JSON_NUMBER;
    if (cJSON_IsBool(node)) return JSON_BOOL;
    return JSON_NULL;
}

const json_node *json_member(const json_node *object, const char *key)
{
    const json_node *found = NULL;
    if (cJSON_IsObject(object))
        for (const json_node *m = object->child; m; m = m->next)
            if (!strcmp(m->string, key)) found = m;
    return found;
}

int json_is_true(const json_node *node) { return cJSON_IsTrue(node); }

int json_is_text(const json_node *node, const char *text)
{
    return cJSON_IsString(node) && !strcmp(node->valuestring, text);
}

const json_node *json_first(const json_node *container)
{
    return cJSON_IsObject(container) || cJSON_IsArray(container) ? container->child : NULL;
}

const json_node *json_next(const json_node *node) { return node->next; }

const char *json_key(const json_node *member) { return member->string; }

size_t json_array_size(const json_node *array)
{
    size_t size = 0;
    if (cJSON_IsArray(array))
        for (const json_node *item = array->child; item; item = item->next) size++;
    return size;
}

const json_node *json_array_item(const json_node *array, size_t index)
{
    const json_node *item = cJSON_IsArray(array) ? array->child : NULL;
    for (; item && index; index--) item = item->next;
    return item;
}

const char *json_string(const json_node *node, bytes *out)
{
    bytes_clear(out);
    if (!cJSON_IsString(node)) return NULL;
    const char *text = node->valuestring, *nul;
    while ((nul = strchr(text, 0xC0))) {
        bytes_append(out, text, (size_t)(nul - text));
        bytes_append(out, "", 1);
        text = nul + 2;
    }
    bytes_text(out, text);
    return out->failed ? NULL : out->data;
}
