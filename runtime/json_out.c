#include "json_out.h"

#include <string.h>

#include "utf8_text.h"

/* The escape of one byte, as json.dumps writes it; NULL if the byte stands for itself. */
static const char *short_escape(unsigned char c)
{
    switch (c) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\b': return "\\b";
    case '\f': return "\\f";
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default: return NULL;
    }
}

static void append_escape(bytes *out, unsigned char c)
{
    const char *escape = short_escape(c);
    if (escape)
        bytes_text(out, escape);
    else
        bytes_format(out, "\\u%04x", (unsigned)c);
}

/* What stands between the quotes. */
static void append_escaped(bytes *out, const char *text, size_t len)
{
    size_t done = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        bytes_append(out, text + done, i - done);
        append_escape(out, c);
        done = i + 1;
    }
    bytes_append(out, text + done, len - done);
}

void json_out_string(bytes *out, const char *text, size_t len)
{
    bytes_append(out, "\"", 1);
    append_escaped(out, text, len);
    bytes_append(out, "\"", 1);
}

void json_out_lossy(bytes *out, const char *text, size_t len)
{
    const unsigned char *at = (const unsigned char *)text, *end = at + len;
    bytes_append(out, "\"", 1);
    while (at < end) {
        size_t size = utf8_length(at, end);
        if (size)
            append_escaped(out, (const char *)at, size);
        else
            bytes_text(out, UTF8_REPLACEMENT);
        at += size ? size : 1;
    }
    bytes_append(out, "\"", 1);
}

void json_out_cstring(bytes *out, const char *text)
{
    json_out_string(out, text, strlen(text));
}

void json_out_size(bytes *out, size_t number)
{
    bytes_format(out, "%zu", number);
}
