#include "json_in.h"

#include <cjson/cJSON.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "utf8_text.h"

typedef struct reader {
    const unsigned char *start, *p, *end;
    size_t values, depth;
    cJSON *root, *open[JSON_MAX_DEPTH]; /* the containers that are not closed yet, each in the one before it */
    bytes key;                          /* of the next value, if the innermost of them is an object */
    json_error *error;
} reader;

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
static int reject(reader *r, const unsigned char *at, const char *format, ...)
{
    size_t pos = (size_t)(at - r->start);
    int used = snprintf(r->error->msg, sizeof r->error->msg, "invalid JSON at byte %zu: ", pos);
    va_list args;
    va_start(args, format);
    vsnprintf(r->error->msg + used, sizeof r->error->msg - (size_t)used, format, args);
    va_end(args);
    r->error->pos = pos;
    return -1;
}

static int reject_utf8(reader *r, const unsigned char *at)
{
    size_t pos = (size_t)(at - r->start);
    snprintf(r->error->msg, sizeof r->error->msg, "invalid UTF-8 at byte %zu: JSON must be encoded in UTF-8", pos);
    r->error->pos = pos;
    return -1;
}

static void skip_space(reader *r)
{
    while (r->p < r->end && (*r->p == ' ' || *r->p == '\t' || *r->p == '\r' || *r->p == '\n')) r->p++;
}

/* Whether c comes next; then it is skipped. */
static int skip(reader *r, char c)
{
    int found = r->p < r->end && *r->p == (unsigned char)c;
    r->p += found;
    return found;
}

/* ---- strings ----------------------------------------------------------------------------------------------------- */

/* What may follow a backslash, but for u, and what it stands for. */
static const char escapes[] = "\"\\/bfnrt", escaped[] = "\"\\/\b\f\n\r\t";

/* The first four of the bytes at p as hexadecimal digits, or -1. */
static long hex4(const unsigned char *p, size_t left)
{
    long value = 0;
    if (left < 4) return -1;
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

/* The code point of the \uXXXX at p, or of two that are a surrogate pair; -1 without four digits. A lone surrogate is
 * its own number, which no other escape gives. *len: bytes of the escape. */
static long unicode_escape(const unsigned char *p, size_t left, size_t *len)
{
    long unit = hex4(p + 2, left - 2), low = -1;
    *len = 6;
    if (unit < 0xD800 || unit > 0xDBFF) return unit;
    if (left >= 8 && p[6] == '\\' && p[7] == 'u') low = hex4(p + 8, left - 8);
    if (low < 0xDC00 || low > 0xDFFF) return unit;
    *len = 12;
    return 0x10000 + (unit - 0xD800) * 0x400 + (low - 0xDC00);
}

static int check_unicode_escape(reader *r)
{
    size_t len;
    long c = unicode_escape(r->p, (size_t)(r->end - r->p), &len);
    if (c < 0) return reject(r, r->p, "\\u needs four hexadecimal digits");
    if (c >= 0xD800 && c <= 0xDFFF)
        return reject(r, r->p,
                      "lone surrogate \\u%04lx: surrogates stand for a character only in pairs, high before low",
                      (unsigned long)c);
    r->p += len;
    return 0;
}

static int check_escape(reader *r)
{
    if (r->end - r->p < 2) return reject(r, r->p, "the string does not end");
    if (r->p[1] == 'u') return check_unicode_escape(r);
    if (!r->p[1] || !strchr(escapes, r->p[1])) return reject(r, r->p, "unknown escape in a string");
    r->p += 2;
    return 0;
}

/* r->p is at the opening quote. */
static int check_string(reader *r)
{
    const unsigned char *opening = r->p++;
    while (r->p < r->end) {
        unsigned char c = *r->p;
        if (skip(r, '"')) return 0;
        if (c == '\\') {
            if (check_escape(r)) return -1;
        } else if (c < 0x20) {
            return reject(r, r->p, "control character 0x%02x in a string; write it as an escape", (unsigned)c);
        } else {
            size_t len = c < 0x80 ? 1 : utf8_length(r->p, r->end);
            if (!len) return reject_utf8(r, r->p);
            r->p += len;
        }
    }
    return reject(r, opening, "the string does not end");
}

/* A piece of a string's value: what stands up to the next escape, or what an escape stands for. */
typedef struct piece {
    const char *text;
    size_t len;
    char character[4];
} piece;

/* The piece at *p, inside of a string that was checked; *p moves behind it. 0 at the closing quote. */
static int next_piece(const char **p, piece *out)
{
    const char *at = *p;
    if (*at != '\\') {
        while (**p != '"' && **p != '\\') ++*p;
        out->text = at;
        out->len = (size_t)(*p - at);
        return out->len > 0;
    }
    size_t len = 2;
    out->text = out->character;
    out->len = 1;
    if (at[1] == 'u') out->len = utf8_write(unicode_escape((const unsigned char *)at, 12, &len), out->character);
    else out->character[0] = escaped[strchr(escapes, at[1]) - escapes];
    *p += len;
    return 1;
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

/* Where a value stands, for json_source: cJSON's numbers are free, for json_number reads what stands there. */
static void note_start(const reader *r, cJSON *node, const unsigned char *at)
{
    if (node) node->valuedouble = (double)(at - r->start);
}

static void note_end(const reader *r, cJSON *node)
{
    size_t len = (size_t)(r->p - r->start) - (size_t)node->valuedouble;
    node->valueint = len <= INT_MAX ? (int)len : 0;
}

/* Puts a node into the innermost open container; the first one is the root. NULL: there was no memory for it. */
static int add(reader *r, cJSON *node)
{
    cJSON *parent = r->depth ? r->open[r->depth - 1] : NULL;
    int added = node != NULL;
    if (!parent) r->root = node;
    else if (cJSON_IsArray(parent)) added = cJSON_AddItemToArray(parent, node);
    else added = !r->key.failed && cJSON_AddItemToObject(parent, r->key.data, node);
    if (added) return 0;
    cJSON_Delete(node);
    *r->error = (json_error){.no_memory = 1, .msg = "out of memory while reading JSON"};
    return -1;
}

static size_t skip_digits(reader *r)
{
    const unsigned char *from = r->p;
    while (r->p < r->end && *r->p >= '0' && *r->p <= '9') r->p++;
    return (size_t)(r->p - from);
}

/* RFC 8259 section 6: [-] int [frac] [exp] */
static int check_number(reader *r)
{
    const unsigned char *at = r->p;
    skip(r, '-');
    const unsigned char *first = r->p;
    size_t digits = skip_digits(r);
    int valid = digits == 1 || (digits && *first != '0');
    if (valid && skip(r, '.')) valid = skip_digits(r) > 0;
    if (valid && (skip(r, 'e') || skip(r, 'E'))) {
        if (!skip(r, '+')) skip(r, '-');
        valid = skip_digits(r) > 0;
    }
    return valid ? 0 : reject(r, at, "malformed number");
}

/* A number that borrows its text, as a string does. */
static cJSON *number_at(const char *at)
{
    cJSON *node = cJSON_CreateStringReference(at);
    if (node) node->type = cJSON_Number | cJSON_IsReference;
    return node;
}

/* A scalar that began at at and ends here. */
static int add_scalar(reader *r, cJSON *node, const char *at)
{
    note_start(r, node, (const unsigned char *)at);
    if (node) note_end(r, node);
    return add(r, node);
}

/* Anything but a container. */
static int read_scalar(reader *r)
{
    static const struct {
        const char *word;
        cJSON *(*create)(void);
    } literals[] = {{"true", cJSON_CreateTrue}, {"false", cJSON_CreateFalse}, {"null", cJSON_CreateNull}};
    const char *at = (const char *)r->p;
    if (*at == '"') return check_string(r) ? -1 : add_scalar(r, cJSON_CreateStringReference(at), at);
    if (*at == '-' || (*at >= '0' && *at <= '9')) return check_number(r) ? -1 : add_scalar(r, number_at(at), at);
    for (size_t i = 0; i < sizeof literals / sizeof *literals; i++) {
        size_t len = strlen(literals[i].word);
        if ((size_t)(r->end - r->p) < len || memcmp(at, literals[i].word, len) != 0) continue;
        r->p += len;
        return add_scalar(r, literals[i].create(), at);
    }
    return *r->p < 0x80 || utf8_length(r->p, r->end) ? reject(r, r->p, "expected a value") : reject_utf8(r, r->p);
}

/* The key and the colon of an object's next member. */
static int read_key(reader *r)
{
    piece next;
    skip_space(r);
    if (r->p == r->end || *r->p != '"') return reject(r, r->p, "expected a key in double quotes");
    const char *inside = (const char *)r->p + 1;
    if (check_string(r)) return -1;
    bytes_clear(&r->key);
    bytes_text(&r->key, "");
    while (next_piece(&inside, &next))
        if (*next.text) bytes_append(&r->key, next.text, next.len);
        else bytes_text(&r->key, "\xE2\x90\x80"); /* U+2400, the picture of U+0000 */
    skip_space(r);
    return skip(r, ':') ? 0 : reject(r, r->p, "expected a colon after the key");
}

static char closer_of(const cJSON *container) { return cJSON_IsObject(container) ? '}' : ']'; }

/* r->p is at '{' or '['. Returns 1 if the container is empty and therefore already closed, 0 if a value comes next. */
static int open_container(reader *r)
{
    if (r->depth == JSON_MAX_DEPTH) return reject(r, r->p, "nested more than %d deep", JSON_MAX_DEPTH);
    const unsigned char *at = r->p++;
    cJSON *node = *at == '{' ? cJSON_CreateObject() : cJSON_CreateArray();
    note_start(r, node, at);
    if (add(r, node)) return -1;
    skip_space(r);
    if (skip(r, closer_of(node))) {
        note_end(r, node);
        return 1;
    }
    r->open[r->depth++] = node;
    return cJSON_IsObject(node) ? read_key(r) : 0;
}

/* After a value: closes what ends here. Returns 1 if the outermost value is complete, 0 if another value comes next. */
static int after_value(reader *r)
{
    while (r->depth) {
        char closer = closer_of(r->open[r->depth - 1]);
        skip_space(r);
        if (r->p == r->end)
            return reject(r, r->p, "unexpected end, %s is not closed", closer == '}' ? "an object" : "an array");
        if (skip(r, ',')) return closer == '}' ? read_key(r) : 0;
        if (!skip(r, closer)) return reject(r, r->p, "expected ',' or '%c'", closer);
        note_end(r, r->open[--r->depth]);
    }
    return 1;
}

static int read_value(reader *r)
{
    skip_space(r);
    if (r->p == r->end) return reject(r, r->p, r->values ? "unexpected end, a value is missing" : "there is no value");
    if (++r->values > JSON_MAX_VALUES) return reject(r, r->p, "more than %d values", JSON_MAX_VALUES);
    int complete = 1;
    if (*r->p == '{' || *r->p == '[') complete = open_container(r);
    else if (read_scalar(r)) return -1;
    return complete == 1 ? after_value(r) : complete;
}

static int read_document(reader *r)
{
    if (r->end - r->p >= 3 && !memcmp(r->p, "\xEF\xBB\xBF", 3))
        return reject(r, r->p, "byte order mark; send the JSON without it");
    int complete = 0;
    while (!complete) complete = read_value(r);
    if (complete < 0) return -1;
    skip_space(r);
    return r->p < r->end ? reject(r, r->p, "unexpected bytes after the end of the value") : 0;
}

json_doc *json_parse(const char *data, size_t len, json_error *error)
{
    const unsigned char *start = (const unsigned char *)(len ? data : "");
    reader r = {.start = start, .p = start, .end = start + len, .error = error};
    *error = (json_error){0};
    int failed = read_document(&r);
    bytes_free(&r.key);
    if (!failed) return r.root;
    cJSON_Delete(r.root);
    return NULL;
}

void json_free(json_doc *doc) { cJSON_Delete(doc); }

/* ---- the tree ---------------------------------------------------------------------------------------------------- */

const json_node *json_root(const json_doc *doc) { return doc; }

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
    piece next;
    if (!cJSON_IsString(node)) return 0;
    const char *inside = node->valuestring + 1;
    while (next_piece(&inside, &next)) {
        if (strlen(text) < next.len || memcmp(text, next.text, next.len) != 0) return 0;
        text += next.len;
    }
    return !*text;
}

const json_node *json_first(const json_node *container) { return container ? container->child : NULL; }

const json_node *json_next(const json_node *node) { return node->next; }

const char *json_key(const json_node *member) { return member->string; }

size_t json_array_size(const json_node *array) { return cJSON_IsArray(array) ? (size_t)cJSON_GetArraySize(array) : 0; }

const json_node *json_array_item(const json_node *array, size_t index)
{
    return cJSON_IsArray(array) && index < JSON_MAX_VALUES ? cJSON_GetArrayItem(array, (int)index) : NULL;
}

const char *json_source(const json_node *node, const char *data, size_t *len)
{
    *len = (size_t)node->valueint;
    return data + (size_t)node->valuedouble;
}

const char *json_member_source(const json_node *object, const json_node *member, const char *data, size_t *len)
{
    const int is_first = member == object->child;
    size_t before_len, value_len;
    const char *before = json_source(is_first ? object : member->prev, data, &before_len);
    const char *key = is_first ? before + 1 : before + before_len, *value = json_source(member, data, &value_len);
    while (*key != '"') key++; /* over white space and the comma */
    *len = (size_t)(value - key) + value_len;
    return key;
}

int json_number(const json_node *node, double *out)
{
    char text[JSON_NUMBER_SIZE];
    if (!cJSON_IsNumber(node) || node->valueint <= 0 || (size_t)node->valueint >= sizeof text) return -1;
    memcpy(text, node->valuestring, (size_t)node->valueint);
    text[node->valueint] = '\0';
    *out = strtod(text, NULL);
    return 0;
}

const char *json_string(const json_node *node, bytes *out)
{
    piece next;
    bytes_clear(out);
    if (!cJSON_IsString(node)) return NULL;
    const char *inside = node->valuestring + 1;
    bytes_text(out, "");
    while (next_piece(&inside, &next)) bytes_append(out, next.text, next.len);
    return out->failed ? NULL : out->data;
}
