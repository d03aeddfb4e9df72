/* json_out.h - the one writer and escaper of JSON: compact, UTF-8, as Python's json.dumps(ensure_ascii=False). */
#ifndef TERN_JSON_OUT_H
#define TERN_JSON_OUT_H

#include "bytes.h"

/* Appends the text as a JSON string with quotes. text is valid UTF-8 and may contain U+0000; escapes are those that RFC
 * 8259 demands. */
void json_out_string(bytes *out, const char *text, size_t len);
void json_out_cstring(bytes *out, const char *text);
void json_out_size(bytes *out, size_t number);

/* An ASCII character as a JSON string writes it that must not have it as it is. Returns the bytes. Async-signal-safe.
 */
#define JSON_ESCAPE_SIZE 6u /* "\u001f" */
size_t json_escape(unsigned char c, char out[JSON_ESCAPE_SIZE]);

/* Before a member of an object that is open: a comma, unless it is the first. */
void json_out_next(bytes *out);

/* As Python's repr(float): the fewest digits that lead back to the number, an exponent below 1e-4 and from 1e16 on;
 * null where it is not finite. */
void json_out_double(bytes *out, double number);

/* A score: six decimals at most, and one at least: "0.98", "0.0"; null where a damaged model gives no number. */
void json_out_score(bytes *out, double score);

/* The same for text that may be anything (headers, paths): each byte that is not valid UTF-8 becomes U+FFFD. */
void json_out_lossy(bytes *out, const char *text, size_t len);

#endif
