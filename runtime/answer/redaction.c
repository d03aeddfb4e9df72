#include "redaction.h"

#include <string.h>

#include "json_out.h"
#include "names.h"
#include "sha256.h"
#include "utf8_text.h"

int redact_way_from_name(const char *name, size_t len)
{
    static const char *const names[] = {
        [REDACT_LABEL] = "label", [REDACT_HASH] = "hash", [REDACT_STARS] = "stars", [REDACT_REMOVE] = "remove"};
    return name_index(names, sizeof names / sizeof *names, name, len);
}

/* ---- what -------------------------------------------------------------------------------------------------------- */

void redaction_set_key(redaction_options *options, const char *key)
{
    options->key = key;
    options->key_len = key ? strlen(key) : 0;
}

int redaction_needs_entities(const redaction_options *options)
{
    return !options->chosen || options->labels_len || options->types & PII_OF_ENTITIES;
}

redaction_options redaction_by_type(void) { return (redaction_options){.chosen = 1, .types = PII_ALL}; }

static int is_chosen(const redaction_options *options, const char *label)
{
    const size_t len = strlen(label) + 1;
    for (size_t i = 0; i < options->labels_len; i += strlen(options->labels + i) + 1)
        if (len <= options->labels_len - i && !memcmp(options->labels + i, label, len)) return 1;
    return 0;
}

/* Under which name an entity is replaced; NULL: it is not. */
static const char *name_of(const redaction_options *options, const char *label)
{
    const int type = pii_type_of_entity(label);
    if (is_chosen(options, label)) return label;
    if (type < 0) return NULL;
    if (!options->chosen) return label;
    return options->types & PII_BIT(type) ? pii_type_name((pii_type)type) : NULL;
}

static void add_entities(const tern_doc *doc, const redaction_options *options, pii_list *out)
{
    tern_entity entity;
    for (size_t i = 0; tern_doc_entity(doc, i, &entity) == TERN_OK; i++) {
        const char *name = name_of(options, entity.label);
        const pii_span span = {entity.span.byte_start, entity.span.byte_end, name, entity.score, 1};
        if (name && span.end > span.start) pii_add(out, span);
    }
}

static void drop_unsure(pii_list *list, double min_score)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++)
        if (list->item[i].score >= min_score) list->item[kept++] = list->item[i];
    list->count = kept;
}

void redaction_find(const char *text, size_t len, const tern_doc *doc, const redaction_options *options, pii_list *out)
{
    pii_find(text, len, options->chosen ? options->types : PII_ALL, out);
    if (redaction_needs_entities(options)) add_entities(doc, options, out);
    drop_unsure(out, options->min_score);
    pii_settle(text, len, out);
    pii_join_addresses(text, len, out);
}

/* ---- instead of it ----------------------------------------------------------------------------------------------- */

static void append_hash(bytes *out, const char *value, size_t len, const redaction_options *options)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char hash[SHA256_SIZE];
    hmac_sha256(options->key, options->key_len, value, len, hash);
    for (size_t i = 0; i < REDACT_HASH_DIGITS; i++) bytes_append(out, &digits[hash[i / 2] >> (i % 2 ? 0 : 4) & 15], 1);
}

static void append_mark(bytes *out, const char *label, const char *value, size_t len, const redaction_options *options)
{
    if (options->way == REDACT_STARS)
        for (size_t i = 0; i < len; i++) bytes_append(out, "*", ((unsigned char)value[i] & 0xC0) != 0x80);
    if (options->way != REDACT_LABEL && options->way != REDACT_HASH) return;
    bytes_text(out, "[");
    bytes_text(out, label);
    if (options->way == REDACT_HASH) bytes_text(out, ":");
    if (options->way == REDACT_HASH) append_hash(out, value, len, options);
    bytes_text(out, "]");
}

static void append_span(bytes *out, const pii_span *span, const text_place edges[4], offset_unit unit)
{
    static const char *const names[4] = {"start", "end", "new_start", "new_end"};
    bytes_text(out, out->len ? ", {\"label\": " : "{\"label\": ");
    json_out_cstring(out, span->label);
    for (size_t i = 0; i < 4; i++) {
        bytes_format(out, ", \"%s\": ", names[i]);
        json_out_size(out, text_place_in(&edges[i], unit));
    }
    bytes_text(out, ", \"score\": ");
    json_out_score(out, span->score);
    bytes_text(out, "}");
}

/* What redacted got since the place. */
static void follow(text_place *at, const bytes *redacted, size_t first)
{
    if (!redacted->failed) text_place_move(at, redacted->data + first + at->byte, redacted->len - first - at->byte);
}

void redaction_write(const char *text, size_t len, const pii_list *found, const redaction_options *options,
                     offset_unit unit, bytes *redacted, bytes *spans)
{
    text_place old = {0}, new = {0};
    const size_t first = redacted->len;
    for (size_t i = 0; i < found->count && !redacted->failed; i++) {
        const pii_span *span = &found->item[i];
        text_place edges[4];
        bytes_append(redacted, text + old.byte, span->start - old.byte);
        text_place_move(&old, text + old.byte, span->start - old.byte);
        follow(&new, redacted, first);
        edges[0] = old;
        edges[2] = new;
        append_mark(redacted, span->label, text + span->start, span->end - span->start, options);
        text_place_move(&old, text + span->start, span->end - span->start);
        follow(&new, redacted, first);
        edges[1] = old;
        edges[3] = new;
        if (spans) append_span(spans, span, edges, unit);
    }
    bytes_append(redacted, text + old.byte, len - old.byte);
    redacted->failed |= found->failed;
}

size_t redaction_json(const char *text, size_t len, const tern_doc *doc, const redaction_options *options,
                      offset_unit unit, const char *name, bytes *out)
{
    pii_list found = {0};
    bytes redacted = {0}, spans = {0};
    redaction_find(text, len, doc, options, &found);
    redaction_write(text, len, &found, options, unit, &redacted, &spans);
    json_out_next(out);
    json_out_cstring(out, name);
    bytes_text(out, ": ");
    json_out_string(out, redacted.data ? redacted.data : "", redacted.len);
    bytes_text(out, ", \"replaced\": [");
    bytes_append(out, spans.data, spans.len);
    bytes_text(out, "]");
    out->failed |= redacted.failed | spans.failed;
    const size_t count = found.count;
    bytes_free(&redacted);
    bytes_free(&spans);
    pii_free(&found);
    return count;
}
