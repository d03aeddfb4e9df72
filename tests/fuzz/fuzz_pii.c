/* fuzz_pii - any text, whole and cut off at every kind of place: what is found lies in it, in order, without overlaps,
 * on whole characters; whatever replaces it, the rest stays as it is, and nothing of what was found is left. */
#include "fuzz.h"
#include "redaction.h"
#include "utf8_text.h"

#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

static int is_utf8(const char *text, size_t len)
{
    const unsigned char *at = (const unsigned char *)text, *end = at + len;
    while (at < end) {
        const size_t size = utf8_length(at, end);
        if (!size) return 0;
        at += size;
    }
    return 1;
}

static int begins_character(const char *text, size_t len, size_t i)
{
    return i == len || ((unsigned char)text[i] & 0xC0) != 0x80;
}

static void check(const char *text, size_t len, const pii_list *found)
{
    size_t before = 0;
    for (size_t i = 0; i < found->count; i++) {
        const pii_span *span = &found->item[i];
        REQUIRE(span->start >= before && span->end > span->start && span->end <= len);
        REQUIRE(begins_character(text, len, span->start) && begins_character(text, len, span->end));
        REQUIRE(span->score > 0 && span->score <= 1);
        before = span->end;
    }
}

static void check_ways(const char *text, size_t len, const pii_list *found)
{
    redaction_options options = {.key = "0123456789abcdef", .key_len = 16};
    for (options.way = REDACT_LABEL; options.way <= REDACT_REMOVE; options.way++) {
        bytes redacted = {0}, spans = {0};
        size_t gone = 0;
        redaction_write(text, len, found, &options, OFFSETS_BYTE, &redacted, &spans);
        for (size_t i = 0; i < found->count; i++) gone += found->item[i].end - found->item[i].start;
        if (options.way == REDACT_REMOVE) REQUIRE(redacted.len == len - gone);
        REQUIRE(is_utf8(redacted.data, redacted.len));
        bytes_free(&redacted);
        bytes_free(&spans);
    }
}

/* Entities that lie anywhere, as a model might have found them: pairs of bytes of the text. */
static void add_entities(const char *text, size_t len, pii_list *found)
{
    for (size_t i = 0; i + 1 < len && i < 16; i += 2) {
        size_t start = (unsigned char)text[i] % len, end = start + (unsigned char)text[i + 1] % 32;
        while (!begins_character(text, len, start)) start--;
        while (end > len || !begins_character(text, len, end)) end--;
        if (end > start) pii_add(found, (pii_span){start, end, i % 4 ? "PERSON" : pii_type_name(PII_ADDRESS), 0.5, 1});
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size ? size : 1); /* of just this size: a byte too far is seen */
    memcpy(text, data, size);
    if (is_utf8(text, size)) {
        pii_list found = {0};
        pii_find(text, size, PII_ALL, &found);
        if (size % 2) add_entities(text, size, &found);
        pii_settle(text, size, &found);
        check(text, size, &found);
        pii_join_addresses(text, size, &found);
        check(text, size, &found);
        check_ways(text, size, &found);
        pii_free(&found);
    }
    free(text);
    return 0;
}
