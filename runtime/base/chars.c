#include "chars.h"

#include <stddef.h>
#include <string.h>

typedef struct char_range {
    uint32_t first, last;
} char_range;

uint32_t next_char(const char **p, const char *end)
{
    const unsigned char *s = (const unsigned char *)*p;
    size_t more = s[0] < 0xC2 ? 0 : s[0] < 0xE0 ? 1 : s[0] < 0xF0 ? 2 : s[0] < 0xF5 ? 3 : 0;
    uint32_t c = more == 0 ? s[0] : s[0] & (0x3Fu >> more);
    if ((s[0] >= 0x80 && !more) || (size_t)(end - *p) <= more) {
        *p += 1;
        return 0xFFFD;
    }
    for (size_t i = 1; i <= more; i++) c = c << 6 | (s[i] & 0x3Fu);
    *p += more + 1;
    return c;
}

static int in_ranges(uint32_t c, const char_range *ranges, size_t count)
{
    for (size_t i = 0; i < count && c >= ranges[i].first; i++)
        if (c <= ranges[i].last) return 1;
    return 0;
}

int is_space_char(uint32_t c)
{
    static const char_range spaces[] = {
        {0x09, 0x0D},     {0x1C, 0x20},     {0x85, 0x85},     {0xA0, 0xA0},     {0x1680, 0x1680},
        {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000},
    };
    return in_ranges(c, spaces, sizeof spaces / sizeof *spaces);
}

unsigned char_cells(uint32_t c)
{
    static const char_range invisible[] = {
        {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x05BF, 0x05C2},   {0x0610, 0x061A},   {0x061C, 0x061C},
        {0x064B, 0x065F}, {0x0670, 0x0670}, {0x06D6, 0x06DC}, {0x0900, 0x0902},   {0x093C, 0x093C},   {0x0941, 0x0948},
        {0x094D, 0x094D}, {0x0E31, 0x0E31}, {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E},   {0x180B, 0x180F},   {0x1AB0, 0x1AFF},
        {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x2064},   {0x2066, 0x206F},   {0x20D0, 0x20FF},
        {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0x1F3FB, 0x1F3FF}, {0xE0000, 0xE01EF},
    };
    static const char_range wide[] = {
        {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x4DBF},   {0x4E00, 0xA4CF},   {0xA960, 0xA97F},
        {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},
        {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
    };
    if (c < 0x300) return 1;
    if (in_ranges(c, invisible, sizeof invisible / sizeof *invisible)) return 0;
    return in_ranges(c, wide, sizeof wide / sizeof *wide) ? 2 : 1;
}

size_t text_cells(const char *text, size_t len)
{
    size_t cells = 0;
    for (const char *p = text, *end = text + len; p < end;) cells += char_cells(next_char(&p, end));
    return cells;
}

static int is_control(uint32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

int is_invisible_char(uint32_t c)
{
    /* U+00AD: terminals show it, the soft hyphen */
    return is_control(c) || is_space_char(c) || !char_cells(c) || c == 0xAD;
}

static void append_escape(bytes *out, uint32_t c)
{
    switch (c) {
    case '\\': bytes_text(out, "\\\\"); break;
    case '\t': bytes_text(out, "\\t"); break;
    case '\n': bytes_text(out, "\\n"); break;
    case '\r': bytes_text(out, "\\r"); break;
    default: bytes_format(out, "\\u%04x", (unsigned)c);
    }
}

void escape_controls(bytes *out, const char *text, size_t len, int keep_lines)
{
    const char *end = text + len, *written = text;
    for (const char *p = text; p < end;) {
        const char *at = p;
        uint32_t c = next_char(&p, end);
        int kept = c == '\\' ? keep_lines : !is_control(c) || (keep_lines && (c == '\n' || c == '\t'));
        if (kept) continue;
        bytes_append(out, written, (size_t)(at - written));
        append_escape(out, c);
        written = p;
    }
    bytes_append(out, written, (size_t)(end - written));
}

void escape_label(bytes *out, const char *label) { escape_controls(out, label, strlen(label), 0); }
