#include "msgpack_out.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A first byte and the low bytes of a number, the highest first. */
static void write_head(bytes *out, unsigned first, uint64_t value, size_t width)
{
    unsigned char head[9] = {(unsigned char)first};
    for (size_t i = 1; i <= width; i++) head[i] = (unsigned char)(value >> 8 * (width - i));
    bytes_append(out, head, width + 1);
}

/* In the fewest bytes; width8 is the first byte where one byte is enough, 0 where there is no such form. */
static void write_size(bytes *out, uint32_t size, unsigned width8, unsigned width16, unsigned width32)
{
    if (width8 && size <= UINT8_MAX) write_head(out, width8, size, 1);
    else if (size <= UINT16_MAX) write_head(out, width16, size, 2);
    else write_head(out, width32, size, 4);
}

void msgpack_array(bytes *out, uint32_t items)
{
    if (items < 16) write_head(out, 0x90 | items, 0, 0);
    else write_size(out, items, 0, 0xdc, 0xdd);
}

void msgpack_map(bytes *out, uint32_t pairs)
{
    if (pairs < 16) write_head(out, 0x80 | pairs, 0, 0);
    else write_size(out, pairs, 0, 0xde, 0xdf);
}

void msgpack_binary(bytes *out, uint32_t len) { write_size(out, len, 0xc4, 0xc5, 0xc6); }

void msgpack_string(bytes *out, const char *text, size_t len)
{
    if (len > MSGPACK_MOST) {
        out->failed = 1;
        return;
    }
    if (len < 32) write_head(out, 0xa0 | (unsigned)len, 0, 0);
    else write_size(out, (uint32_t)len, 0xd9, 0xda, 0xdb);
    bytes_append(out, text, len);
}

void msgpack_cstring(bytes *out, const char *text) { msgpack_string(out, text, strlen(text)); }

void msgpack_bool(bytes *out, int value) { write_head(out, value ? 0xc3 : 0xc2, 0, 0); }

void msgpack_unsigned(bytes *out, uint64_t value)
{
    if (value < 0x80) write_head(out, (unsigned)value, 0, 0);
    else if (value <= UINT8_MAX) write_head(out, 0xcc, value, 1);
    else if (value <= UINT16_MAX) write_head(out, 0xcd, value, 2);
    else if (value <= UINT32_MAX) write_head(out, 0xce, value, 4);
    else write_head(out, 0xcf, value, 8);
}

static void write_negative(bytes *out, int64_t value)
{
    const uint64_t bits = (uint64_t)value;
    if (value >= -32) write_head(out, (unsigned)(bits & 0xff), 0, 0);
    else if (value >= INT8_MIN) write_head(out, 0xd0, bits, 1);
    else if (value >= INT16_MIN) write_head(out, 0xd1, bits, 2);
    else if (value >= INT32_MIN) write_head(out, 0xd2, bits, 4);
    else write_head(out, 0xd3, bits, 8);
}

void msgpack_double(bytes *out, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    write_head(out, 0xcb, bits, 8);
}

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

/* 1 if the text was an integer of 64 bits. */
static int write_integer(bytes *out, const char *text)
{
    if (strpbrk(text, ".eE")) return 0;
    errno = 0;
    if (*text != '-') {
        const unsigned long long value = strtoull(text, NULL, 10);
        if (!errno) msgpack_unsigned(out, value);
    } else {
        const long long value = strtoll(text, NULL, 10);
        if (!errno && value < 0) write_negative(out, value);
        else if (!errno) msgpack_unsigned(out, 0);
    }
    return !errno;
}

static void write_number(bytes *out, const json_node *number, const char *data)
{
    bytes text = {.data = NULL};
    size_t len;
    const char *at = json_source(number, data, &len);
    bytes_append(&text, at, len);
    if (text.failed) out->failed = 1;
    else if (!write_integer(out, text.data)) msgpack_double(out, strtod(text.data, NULL));
    bytes_free(&text);
}

static void write_text(bytes *out, const json_node *string)
{
    bytes text = {.data = NULL};
    const char *value = json_string(string, &text);
    if (value) msgpack_string(out, value, text.len);
    else out->failed = 1;
    bytes_free(&text);
}

static uint32_t item_count(const json_node *container)
{
    uint32_t count = 0; /* of at most JSON_MAX_VALUES */
    for (const json_node *item = json_first(container); item; item = json_next(item)) count++;
    return count;
}

static void write_items(bytes *out, const json_node *container, const char *data)
{
    for (const json_node *item = json_first(container); item; item = json_next(item)) {
        if (json_key(item)) msgpack_cstring(out, json_key(item));
        msgpack_json(out, item, data);
    }
}

void msgpack_json(bytes *out, const json_node *value, const char *data)
{
    switch (json_type_of(value)) {
    case JSON_NULL: write_head(out, 0xc0, 0, 0); break;
    case JSON_BOOL: msgpack_bool(out, json_is_true(value)); break;
    case JSON_NUMBER: write_number(out, value, data); break;
    case JSON_STRING: write_text(out, value); break;
    case JSON_ARRAY:
        msgpack_array(out, item_count(value));
        write_items(out, value, data);
        break;
    case JSON_OBJECT:
        msgpack_map(out, item_count(value));
        write_items(out, value, data);
        break;
    }
}
