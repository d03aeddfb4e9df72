#include "edit_distance.h"

#include "utf8.h"

#include <string.h>

static size_t count_code_points(const unsigned char *text, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) n += !utf8_continues(text[i]);
    return n;
}

static void decode(const unsigned char *text, size_t len, uint32_t *out)
{
    for (const unsigned char *p = text, *end = text + len; p < end; out++) {
        size_t step = utf8_decode(p, end, out);
        p += step ? step : 1;
    }
}

static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* Rows of the table of distances, each as far as it may stay within most: |i - j| <= most (Ukkonen 1985). row: [m + 1],
 * of the row before, and then of row i. */
static int banded(const uint32_t *a, size_t n, const uint32_t *b, size_t m, uint32_t most, uint32_t *row)
{
    const uint32_t far = most + 1;
    for (size_t j = 0; j <= m; j++) row[j] = j <= most ? (uint32_t)j : far;
    for (size_t i = 1; i <= n; i++) {
        size_t first = i > most ? i - most : 1, last = i + most < m ? i + most : m;
        uint32_t diagonal = row[first - 1], best = far;
        row[first - 1] = first == 1 && i <= most ? (uint32_t)i : far;
        best = row[first - 1];
        for (size_t j = first; j <= last; j++) {
            uint32_t above = row[j], replaced = diagonal + (a[i - 1] != b[j - 1]);
            row[j] = least(far, least(replaced, least(above, row[j - 1]) + 1));
            best = least(best, row[j]);
            diagonal = above;
        }
        if (best > most) return 0;
    }
    return row[m] <= most;
}

int within_edits(const unsigned char *a, size_t a_len, const unsigned char *b, size_t b_len, uint32_t most,
                 buffer *scratch)
{
    size_t n = count_code_points(a, a_len), m = count_code_points(b, b_len);
    if (a_len == b_len && !memcmp(a, b, a_len)) return 1;
    if ((n > m ? n - m : m - n) > most) return 0;
    if (buffer_reserve(scratch, n + 2 * m + 2, sizeof(uint32_t))) return -1;
    uint32_t *wide_a = scratch->data, *wide_b = wide_a + n, *row = wide_b + m;
    decode(a, a_len, wide_a);
    decode(b, b_len, wide_b);
    return banded(wide_a, n, wide_b, m, most, row);
}
