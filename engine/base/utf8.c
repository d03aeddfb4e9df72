#include "utf8.h"

#include <string.h>

/* The second byte's range excludes overlong forms, surrogates and what is above U+10FFFF (Unicode 3.9, table 3-7). */
size_t utf8_decode(const unsigned char *p, const unsigned char *end, uint32_t *code_point)
{
    size_t room = (size_t)(end - p);
    uint32_t lead = p[0];
    if (lead < 0x80) {
        *code_point = lead;
        return 1;
    }
    if (lead < 0xc2 || lead > 0xf4 || room < 2) return 0;
    if (lead < 0xe0) {
        if (!utf8_continues(p[1])) return 0;
        *code_point = (lead & 0x1f) << 6 | (p[1] & 0x3fu);
        return 2;
    }
    unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (p[1] < low || p[1] > high || room < 3 || !utf8_continues(p[2])) return 0;
    if (lead < 0xf0) {
        *code_point = (lead & 0x0f) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
        return 3;
    }
    if (room < 4 || !utf8_continues(p[3])) return 0;
    *code_point = (lead & 0x07) << 18 | (p[1] & 0x3fu) << 12 | (p[2] & 0x3fu) << 6 | (p[3] & 0x3fu);
    return 4;
}

static int eight_are_ascii(const unsigned char *p)
{
    uint64_t bytes;
    memcpy(&bytes, p, sizeof bytes);
    return !(bytes & UINT64_C(0x8080808080808080));
}

int utf8_is_valid(const unsigned char *p, size_t len)
{
    const unsigned char *end = p + len;
    uint32_t code_point;
    for (size_t step; p < end; p += step) {
        step = end - p >= 8 && eight_are_ascii(p) ? 8 : utf8_decode(p, end, &code_point);
        if (!step) return 0;
    }
    return 1;
}

int utf8_has_controls(const unsigned char *p, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (p[i] < 0x20 || p[i] == 0x7f || (p[i] == 0xc2 && i + 1 < len && p[i + 1] < 0xa0)) return 1;
    return 0;
}

size_t utf8_encode(uint32_t code_point, unsigned char out[4])
{
    if (code_point < 0x80) {
        out[0] = (unsigned char)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        out[0] = (unsigned char)(0xc0 | code_point >> 6);
        out[1] = (unsigned char)(0x80 | (code_point & 0x3f));
        return 2;
    }
    if (code_point < 0x10000) {
        out[0] = (unsigned char)(0xe0 | code_point >> 12);
        out[1] = (unsigned char)(0x80 | (code_point >> 6 & 0x3f));
        out[2] = (unsigned char)(0x80 | (code_point & 0x3f));
        return 3;
    }
    out[0] = (unsigned char)(0xf0 | (code_point >> 18 & 0x07));
    out[1] = (unsigned char)(0x80 | (code_point >> 12 & 0x3f));
    out[2] = (unsigned char)(0x80 | (code_point >> 6 & 0x3f));
    out[3] = (unsigned char)(0x80 | (code_point & 0x3f));
    return 4;
}
