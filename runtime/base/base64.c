#include "base64.h"

#include <stdint.h>

static int base64_value(unsigned char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    if (c == '/') return 63;
    return -1;
}

/* Four characters, of which the last `padding` are '='. */
static int decode_group(const unsigned char *p, size_t padding, bytes *out)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < 4; i++) {
        int value = i < 4 - padding ? base64_value(p[i]) : 0;
        if (value < 0) return -1;
        bits = bits << 6 | (uint32_t)value;
    }
    uint32_t unused = padding == 2 ? 0xFFFF : padding == 1 ? 0xFF : 0;
    if (bits & unused) return -1;
    const unsigned char octets[3] = {(unsigned char)(bits >> 16), (unsigned char)(bits >> 8), (unsigned char)bits};
    bytes_append(out, octets, 3 - padding);
    return 0;
}

int base64_decode(const char *text, size_t len, bytes *out)
{
    const unsigned char *p = (const unsigned char *)text;
    if (len % 4) return -1;
    size_t padding = 0;
    while (padding < 2 && padding < len && p[len - 1 - padding] == '=') padding++;
    for (size_t i = 0; i < len; i += 4)
        if (decode_group(p + i, i + 4 == len ? padding : 0, out)) return -1;
    return 0;
}
