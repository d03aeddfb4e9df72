#include "json_out.h"

#include <string.h>

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

void json_out_string(bytes *out, const char *text, size_t len)
{
    size_t done = 0;
    bytes_append(out, "\"", 1);
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        bytes_append(out, text + done, i - done);
        append_escape(out, c);
        done = i + 1;
    }
    bytes_append(out, text + done, len - done);
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
