#include "offsets.h"

#include "names.h"

int offset_unit_from_name(const char *name, size_t len)
{
    static const char *const names[] = {
        [OFFSETS_CODEPOINT] = "codepoint", [OFFSETS_UTF16] = "utf16", [OFFSETS_BYTE] = "byte"};
    return name_index(names, sizeof names / sizeof *names, name, len);
}

offset_pair offsets_of(const tern_span *span, offset_unit unit)
{
    switch (unit) {
    case OFFSETS_UTF16: return (offset_pair){span->utf16_start, span->utf16_end};
    case OFFSETS_BYTE: return (offset_pair){span->byte_start, span->byte_end};
    case OFFSETS_CODEPOINT: break;
    }
    return (offset_pair){span->char_start, span->char_end};
}

void text_place_move(text_place *at, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const unsigned char c = (unsigned char)text[i];
        const size_t begins = (c & 0xC0) != 0x80;
        at->character += begins;
        at->utf16 += c >= 0xF0 ? 2 : begins;
    }
    at->byte += len;
}

size_t text_place_in(const text_place *at, offset_unit unit)
{
    return unit == OFFSETS_BYTE ? at->byte : unit == OFFSETS_UTF16 ? at->utf16 : at->character;
}
