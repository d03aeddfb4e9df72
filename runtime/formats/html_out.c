#include "html_out.h"

#include <stdint.h>
#include <string.h>

#include "chars.h"

/* What stands for a character in a page; NULL if it stands for itself. */
static const char *replacement(uint32_t c, char picture[4])
{
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\t':
    case '\n':
    case '\r': return NULL;
    default: break;
    }
    if (c < 0x20 || c == 0x7F) { /* U+2400 to U+241F, U+2421: the pictures of the control characters */
        picture[0] = (char)0xE2;
        picture[1] = (char)0x90;
        picture[2] = (char)(0x80 + (c == 0x7F ? 0x21 : c));
        picture[3] = '\0';
        return picture;
    }
    int noncharacter = (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF);
    return noncharacter || (c >= 0x80 && c < 0xA0) ? "\xEF\xBF\xBD" : NULL;
}

void html_out_text(bytes *out, const char *text, size_t len)
{
    char picture[4];
    const char *end = text + len, *written = text;
    for (const char *p = text; p < end;) {
        const char *at = p, *instead = replacement(next_char(&p, end), picture);
        if (!instead) continue;
        bytes_append(out, written, (size_t)(at - written));
        bytes_text(out, instead);
        written = p;
    }
    bytes_append(out, written, (size_t)(end - written));
}

void html_out_cstring(bytes *out, const char *text) { html_out_text(out, text, strlen(text)); }

void html_out_begin(bytes *out, const char *title, const char *style)
{
    bytes_text(out, "<!DOCTYPE html>\n"
                    "<html xmlns=\"http://www.w3.org/1999/xhtml\">\n"
                    "<head>\n"
                    "<meta charset=\"utf-8\"/>\n"
                    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                    "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
                    "<title>");
    html_out_cstring(out, title);
    bytes_text(out,
               "</title>\n"
               "<style>\n"
               ":root { color-scheme: light dark; }\n"
               "body { margin: 0; padding: 2rem 1.5rem; font-family: system-ui, \"Segoe UI\", Roboto, \"Noto Sans\", "
               "\"DejaVu Sans\", Arial, sans-serif; }\n");
    bytes_text(out, style);
    bytes_text(out, "</style>\n</head>\n<body>\n");
}

void html_out_end(bytes *out) { bytes_text(out, "</body>\n</html>\n"); }
