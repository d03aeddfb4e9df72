#include "unicode.h"

#include "utf8.h"

#define CAPITAL_I_WITH_DOT 0x130u
#define COMBINING_DOT_ABOVE 0x307u
#define CAPITAL_SIGMA 0x3a3u
#define SMALL_SIGMA 0x3c3u
#define FINAL_SIGMA 0x3c2u

static unsigned flags_of(const char_table *t, uint32_t code_point) { return t->flags[char_class(t, code_point)]; }

/* Is the sigma at in[i] the last letter of a word? Case-ignorable characters are skipped before casedness is asked:
 * some characters are both. */
static int is_final_sigma(const char_table *t, const uint32_t *in, size_t n, size_t i)
{
    size_t before = i, after = i + 1;
    while (before > 0 && (flags_of(t, in[before - 1]) & CHAR_CASE_IGNORABLE)) before--;
    if (before == 0 || !(flags_of(t, in[before - 1]) & CHAR_CASED)) return 0;
    while (after < n && (flags_of(t, in[after]) & CHAR_CASE_IGNORABLE)) after++;
    return after == n || !(flags_of(t, in[after]) & CHAR_CASED);
}

/* A file whose table leads to no character does not make text that is no UTF-8: the character stays. */
static uint32_t lower_of(const char_table *t, uint32_t code_point)
{
    uint32_t lower = code_point + (uint32_t)t->lower[char_class(t, code_point)];
    return utf8_is_scalar(lower) ? lower : code_point;
}

size_t unicode_lower(const char_table *t, const uint32_t *in, size_t n, uint32_t *out)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (in[i] == CAPITAL_I_WITH_DOT) {
            out[count++] = 'i';
            out[count++] = COMBINING_DOT_ABOVE;
        } else if (in[i] == CAPITAL_SIGMA) {
            out[count++] = is_final_sigma(t, in, n, i) ? FINAL_SIGMA : SMALL_SIGMA;
        } else {
            out[count++] = lower_of(t, in[i]);
        }
    }
    return count;
}

void bind_chars(binder *b, char_table *t)
{
    uint32_t entries = CODE_POINTS / 128, blocks = 0, block_size = 128;
    t->block = bind_vector(b, "chars/block", TERN_DTYPE_U16, &entries);
    t->class_of = bind_matrix(b, "chars/class", TERN_DTYPE_U16, &blocks, &block_size);
    t->flags = bind_vector(b, "chars/flags", TERN_DTYPE_U16, &t->class_count);
    t->lower = bind_vector(b, "chars/lower", TERN_DTYPE_I32, &t->class_count);
    bind_check_below(b, "chars/block", t->block, entries, blocks);
    bind_check_below(b, "chars/class", t->class_of, (size_t)blocks * block_size, t->class_count);
}
