/* html_out.h - the one writer and escaper of HTML: pages that are valid HTML5 and well-formed XML at once, in UTF-8,
 * without scripts and without anything from elsewhere. */
#ifndef TERN_HTML_OUT_H
#define TERN_HTML_OUT_H

#include "bytes.h"

/* Appends text (valid UTF-8) as character data or as the value of an attribute in double quotes. What HTML does not
 * allow is made visible: C0 control characters and DEL as their pictures (U+0000 is U+2400), C1 and noncharacters as
 * U+FFFD. Tab, line feed and carriage return stay. */
void html_out_text(bytes *out, const char *text, size_t len);
void html_out_cstring(bytes *out, const char *text);

/* The page up to its content. title: plain text. style: CSS besides the common one. */
void html_out_begin(bytes *out, const char *title, const char *style);
void html_out_end(bytes *out);

#endif
