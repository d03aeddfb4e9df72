#include "json_out.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "utf8_text.h"

size_t json_escape(unsigned char c, char out[JSON_ESCAPE_SIZE])
{
    static const char hex[] = "0123456789abcdef", named[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (const char *n = named; *n; n += 2)
        if ((unsigned char)*n == c) {
            out[0] = '\\';
            out[1] = n[1];
            return 2;
        }
    memcpy(out, "\\u00", 4);
    out[4] = hex[c >> 4];
    out[5] = hex[c & 15];
    return 6;
}

/* What stands between the quotes. */
static void append_escaped(bytes *out, const char *text, size_t len)
{
    char escape[JSON_ESCAPE_SIZE];
    size_t done = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        bytes_append(out, text + done, i - done);
        bytes_append(out, escape, json_escape(c, escape));
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

void json_out_score(bytes *out, double score)
{
    if (!isfinite(score)) {
        bytes_text(out, "null");
        return;
    }
    bytes_format(out, "%.6f", score);
    if (out->failed) return;
    while (out->data[out->len - 1] == '0' && out->data[out->len - 2] != '.') out->data[--out->len] = '\0';
}

void json_out_lossy(bytes *out, const char *text, size_t len)
{
    const unsigned char *at = (const unsigned char *)text, *end = at + len;
    bytes_append(out, "\"", 1);
    while (at < end) {
        size_t size = utf8_length(at, end);
        if (size) append_escaped(out, (const char *)at, size);
        else bytes_text(out, UTF8_REPLACEMENT);
        at += size ? size : 1;
    }
    bytes_append(out, "\"", 1);
}

void json_out_cstring(bytes *out, const char *text) { json_out_string(out, text, strlen(text)); }

void json_out_size(bytes *out, size_t number) { bytes_number(out, number); }

void json_out_next(bytes *out)
{
    if (out->len && out->data[out->len - 1] != '{') bytes_text(out, ", ");
}

/* ---- floats ------------------------------------------------------------------------------------------------------ */

/* What is printed of a number that is not negative: digits of which the first stands for 10^exponent. */
typedef struct decimal {
    char digits[20];
    int count, exponent;
} decimal;

static decimal round_to(double number, int count)
{
    char text[40];
    decimal d = {.count = count};
    snprintf(text, sizeof text, "%.*e", count - 1, number);
    d.digits[0] = text[0];
    if (count > 1) memcpy(d.digits + 1, text + 2, (size_t)count - 1);
    d.exponent = atoi(strchr(text, 'e') + 1);
    return d;
}

/* One more in the last digit. */
static void step_up(decimal *d)
{
    int i = d->count - 1;
    while (i >= 0 && d->digits[i] == '9') d->digits[i--] = '0';
    if (i >= 0) {
        d->digits[i]++;
        return;
    }
    d->digits[0] = '1';
    d->exponent++;
}

static int is_same(const decimal *d, double number)
{
    char text[40];
    snprintf(text, sizeof text, "%.*se%d", d->count, d->digits, d->exponent - d->count + 1);
    return strtod(text, NULL) == number;
}

/* Whatever has up to 15 digits survives the way to a normal double and back, so that rounding to 15 finds it. The
 * doubles below a power of two lie closer than those above, so that a number above it may be near enough where the
 * nearest, below it, is not. */
static decimal shortest(double number)
{
    int count = number < DBL_MIN ? 1 : 15;
    decimal d = round_to(number, count);
    for (count++; !is_same(&d, number); count++) {
        d = round_to(number, count);
        if (count == 17 || is_same(&d, number)) break;
        step_up(&d);
    }
    while (d.count > 1 && d.digits[d.count - 1] == '0') d.count--;
    return d;
}

static void append_plain(bytes *out, const decimal *d)
{
    int before = d->exponent + 1, after = d->count - before;
    if (before <= 0) bytes_format(out, "0.%.*s%.*s", -before, "000", d->count, d->digits);
    else if (after <= 0) bytes_format(out, "%.*s%.*s.0", d->count, d->digits, -after, "0000000000000000");
    else bytes_format(out, "%.*s.%.*s", before, d->digits, after, d->digits + before);
}

static void append_scientific(bytes *out, const decimal *d)
{
    bytes_format(out, "%c%s%.*se%c%02d", d->digits[0], d->count > 1 ? "." : "", d->count - 1, d->digits + 1,
                 d->exponent < 0 ? '-' : '+', abs(d->exponent));
}

void json_out_double(bytes *out, double number)
{
    if (!isfinite(number)) {
        bytes_text(out, "null");
        return;
    }
    if (signbit(number)) bytes_text(out, "-");
    if (number == 0) {
        bytes_text(out, "0.0");
        return;
    }
    decimal d = shortest(fabs(number));
    if (d.exponent < -4 || d.exponent >= 16) append_scientific(out, &d);
    else append_plain(out, &d);
}
