/* test_tokenizer.c - decoding, both passes, offsets. Expected values: spaCy 3.8.18, with the model en_core_web_sm
 * (recorded vectors) or with spacy.tokenizer.Tokenizer and the expressions and rules that are named (small models made
 * by hand). */
#include "vectors.h"

static tern_status decode(const tern_model *model, const char *text, size_t len, size_t max_chars, tern_error *err)
{
    tokenizer_scratch scratch = {0};
    text_view view;
    *err = (tern_error){0};
    tern_status status = text_decode(model, text, len, max_chars, &scratch, &view, err);
    if (status == TERN_OK) {
        assert_int_equal(view.byte_count, len);
        assert_int_equal(view.byte_at[view.length], len);
    }
    tokenizer_scratch_free(&scratch);
    return status;
}

static void bad_utf8_is_reported_with_its_place(void **state)
{
    tern_error err;
    assert_int_equal(decode(*state, "ab\xc3\xa9\xff", 5, 100, &err), TERN_E_UTF8);
    assert_int_equal(err.pos, 4);
    assert_non_null(strstr(err.msg, "UTF-8"));
    assert_int_equal(decode(*state, "\xed\xa0\x80", 3, 100, &err), TERN_E_UTF8);
    assert_int_equal(err.pos, 0);
    assert_int_equal(decode(*state, "a\xe2\x82", 3, 100, &err), TERN_E_UTF8);
    assert_int_equal(err.pos, 1);
}

static void length_is_counted_in_code_points_to_the_end(void **state)
{
    tern_error err;
    assert_int_equal(decode(*state, "\u00e9\u00e9\U0001f600", 8, 3, &err), TERN_OK);
    assert_int_equal(decode(*state, "\u00e9\u00e9\U0001f600", 8, 2, &err), TERN_E_TOO_LONG);
    assert_int_equal(err.pos, 3);
    assert_non_null(strstr(err.msg, "3"));
    assert_non_null(strstr(err.msg, "2"));
    assert_int_equal(decode(*state, "", 0, 0, &err), TERN_OK);
    assert_int_equal(decode(*state, NULL, 0, 0, &err), TERN_OK);
}

static size_t count_chars(const char *text)
{
    size_t n = 0;
    for (; *text; text++) n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

static size_t count_utf16(const char *text)
{
    size_t n = count_chars(text);
    for (; *text; text++) n += (unsigned char)*text >= 0xf0;
    return n;
}

static void check_tokens(const cJSON *vector, tern_ctx *ctx)
{
    const cJSON *tokens = vector_list(vector, "tokens");
    const char *text = vector_text(vector, "text"), *ws = vector_text(vector, "ws");
    size_t byte = 0, chars = 0, utf16 = 0;
    for (size_t i = 0; i < ctx->doc.token_count; i++) {
        const token_span *s = &ctx->doc.span[i];
        const cJSON *item = cJSON_GetArrayItem(tokens, (int)i);
        const char *want = item ? item->valuestring : "(none)";
        if (strlen(want) != s->byte_end - s->byte_start || memcmp(want, text + s->byte_start, strlen(want)) != 0)
            fail_msg("token %zu of '%s': '%.*s', spaCy has '%s'", i, text, (int)(s->byte_end - s->byte_start),
                     text + s->byte_start, want);
        assert_int_equal(s->byte_start, byte);
        assert_int_equal(s->char_start, chars);
        assert_int_equal(s->utf16_start, utf16);
        assert_int_equal(s->byte_end, byte += strlen(want));
        assert_int_equal(s->char_end, chars += count_chars(want));
        assert_int_equal(s->utf16_end, utf16 += count_utf16(want));
        if (ctx->doc.space[i] != ws[i] - '0') fail_msg("token %zu of '%s': space %d", i, text, ctx->doc.space[i]);
        byte += ctx->doc.space[i];
        chars += ctx->doc.space[i];
        utf16 += ctx->doc.space[i];
    }
    if (ctx->doc.token_count != (size_t)cJSON_GetArraySize(tokens))
        fail_msg("'%s': %zu tokens, spaCy has %d", text, ctx->doc.token_count, cJSON_GetArraySize(tokens));
}

static void tokens_equal_spacy(void **state) { for_each_vector(*state, check_tokens); }

static void check_first_sent_start(const cJSON *vector, tern_ctx *ctx)
{
    const cJSON *want = cJSON_GetObjectItemCaseSensitive(vector, "first_sent_start");
    for (size_t i = 0; i < ctx->doc.token_count; i++)
        if (ctx->doc.sent_start[i] != (i == 0 ? want->valueint : 0))
            fail_msg("token %zu of '%s': sent_start %d", i, vector_text(vector, "text"), ctx->doc.sent_start[i]);
}

static void sent_start_of_the_first_token_equals_spacy(void **state)
{
    for_each_vector(*state, check_first_sent_start);
}

static void nul_is_an_ordinary_character(void **state)
{
    tern_ctx ctx = {0};
    analyse(&ctx, *state, "a\0b \0", 5);
    assert_int_equal(ctx.doc.token_count, 2);
    assert_int_equal(ctx.doc.span[0].byte_end, 3);
    assert_int_equal(ctx.doc.space[0], 1);
    assert_int_equal(ctx.doc.span[1].byte_start, 4);
    assert_int_equal(ctx.doc.span[1].byte_end, 5);
    release(&ctx);
}

/* ---- long and hostile texts: time that is not linear shows as a test that does not end --------------------------- */

#define LONG_CHARS 1000000u
#define HOSTILE_BYTES 200000u

static char *repeated(const char *unit, size_t bytes, size_t *len)
{
    size_t size = strlen(unit), count = bytes / size;
    char *text = malloc(count * size + 1);
    assert_non_null(text);
    for (size_t i = 0; i < count; i++) memcpy(text + i * size, unit, size);
    *len = count * size;
    return text;
}

static void long_texts_of_one_kind(void **state)
{
    static const struct {
        const char *unit;
        size_t tokens;
    } known[] = {
        /* as spaCy on shorter texts of the kind */
        {"(", LONG_CHARS}, {"a", 1}, {" ", 1}, {".", 1}, {"\n ", 1}, {"don't", 1}, {"a ", LONG_CHARS / 2}, {"8.", 2},
    };
    tern_ctx ctx = {0};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        size_t len;
        char *text = repeated(known[i].unit, LONG_CHARS, &len);
        analyse(&ctx, *state, text, len);
        if (ctx.doc.token_count != known[i].tokens)
            fail_msg("'%s' repeated: %zu tokens instead of %zu", known[i].unit, ctx.doc.token_count, known[i].tokens);
        assert_int_equal(ctx.doc.span[ctx.doc.token_count - 1].byte_end + ctx.doc.space[ctx.doc.token_count - 1], len);
        free(text);
    }
    release(&ctx);
}

static void tokens_tile_every_hostile_text(void **state)
{
    static const char *const units[] = {"a:a:a:", ":)",     "( :)",       "(a",      "a)",      "'",  "a'",
                                        "x. ",    "U.S.",   "km/h",       "9+",      "http://", "a@", "--",
                                        "~a",     "\u2026", "\U0001f600", "\u03a3'", "\u0130",  "  a"};
    tern_ctx ctx = {0};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t len, at = 0;
        char *text = repeated(units[i], HOSTILE_BYTES, &len);
        analyse(&ctx, *state, text, len);
        for (size_t t = 0; t < ctx.doc.token_count; t++) {
            const token_span *s = &ctx.doc.span[t];
            if (s->byte_start != at || s->byte_end <= at) fail_msg("'%s' repeated: a hole at byte %zu", units[i], at);
            at = s->byte_end + ctx.doc.space[t];
        }
        assert_int_equal(at, len);
        free(text);
    }
    release(&ctx);
}

static void memory_is_kept_and_a_used_context_is_as_good_as_new(void **state)
{
    tern_ctx ctx = {0};
    size_t len;
    char *text = repeated("x( :)y don't ", HOSTILE_BYTES, &len);
    analyse(&ctx, *state, text, len);
    const void *tokens = ctx.tokenizer.tokens.data, *spans = ctx.doc.span, *kept = ctx.tokenizer.kept.data;
    size_t count = ctx.doc.token_count;
    analyse(&ctx, *state, "Mr.Smith", 8);
    assert_int_equal(ctx.doc.token_count, 2);
    assert_int_equal(ctx.doc.span[0].byte_end, 3);
    analyse(&ctx, *state, text, len);
    assert_int_equal(ctx.doc.token_count, count);
    assert_ptr_equal(ctx.tokenizer.tokens.data, tokens);
    assert_ptr_equal(ctx.doc.span, spans);
    assert_ptr_equal(ctx.tokenizer.kept.data, kept);
    free(text);
    release(&ctx);
}

/* ---- small tokenizers -------------------------------------------------------------------------------------------- */

typedef struct small_tokenizer {
    tern_model model;
    small_dfa prefix, suffix, infix, token_match;
    small_map rules, phrases;
    uint32_t rule_start[16], rule_pieces[32][3];
} small_tokenizer;

static small_tokenizer *new_tokenizer(void)
{
    small_tokenizer *s = calloc(1, sizeof *s);
    assert_non_null(s);
    small_chars(&s->model.chars);
    s->model.tokenizer.rules = small_map_bind(&s->rules);
    s->model.tokenizer.phrases = small_map_bind(&s->phrases);
    s->model.tokenizer.rule_start = s->rule_start;
    s->model.tokenizer.rule_pieces = &s->rule_pieces[0][0];
    return s;
}

/* The next piece of the rule under way. */
static void add_piece(small_tokenizer *s, size_t bytes, uint32_t norm)
{
    uint32_t *end = &s->rule_start[s->model.tokenizer.rule_count + 1];
    uint32_t *piece = s->rule_pieces[(*end)++];
    piece[0] = piece[1] = (uint32_t)bytes;
    piece[2] = norm;
}

/* Closes the rule whose pieces were added. */
static void add_rule(small_tokenizer *s, const char *text)
{
    tokenizer_tables *t = &s->model.tokenizer;
    size_t len = strlen(text);
    small_map_put(&s->rules, murmur64a(text, len, 1), t->rule_count++);
    s->rule_start[t->rule_count + 1] = s->rule_start[t->rule_count];
    if (len > t->longest_rule_bytes) t->longest_rule_bytes = (uint32_t)len;
}

static void add_whole_rule(small_tokenizer *s, const char *text)
{
    add_piece(s, strlen(text), NO_STRING);
    add_rule(s, text);
}

/* tokens: separated by blanks */
static void add_phrase(small_tokenizer *s, const char *tokens)
{
    uint64_t sequence = 0;
    uint32_t count = 0;
    while (*tokens) {
        size_t len = strcspn(tokens, " ");
        sequence = phrase_hash(sequence, murmur64a(tokens, len, 1));
        tokens += len + (tokens[len] == ' ');
        count++;
        if (!*tokens) small_map_put(&s->phrases, sequence, 1);
        else if (map_get(&s->model.tokenizer.phrases, sequence) == MAP_ABSENT) small_map_put(&s->phrases, sequence, 0);
    }
    if (count > s->model.tokenizer.longest_phrase) s->model.tokenizer.longest_phrase = count;
}

/* want: tokens, each followed by '|' */
static void assert_split(const small_tokenizer *s, const char *text, const char *want)
{
    tern_ctx ctx = {0};
    char got[256] = "";
    analyse(&ctx, &s->model, text, strlen(text));
    for (size_t i = 0; i < ctx.doc.token_count; i++) {
        const token_span *span = &ctx.doc.span[i];
        strncat(got, text + span->byte_start, span->byte_end - span->byte_start);
        strcat(got, "|");
    }
    release(&ctx);
    assert_string_equal(got, want);
}

static void prefix_open_bracket(small_tokenizer *s) /* ^\( */
{
    start_at_beginning(&s->prefix, 1);
    edge(&s->prefix, 1, "(", 2);
    s->prefix.accept[2] = 1;
    s->model.tokenizer.prefix = small_dfa_bind(&s->prefix);
}

static void suffix_close_bracket(small_tokenizer *s) /* \)$ reversed */
{
    start_at_beginning(&s->suffix, 1);
    edge(&s->suffix, 1, ")", 2);
    s->suffix.accept[2] = 1;
    s->model.tokenizer.suffix = small_dfa_bind(&s->suffix);
    s->model.tokenizer.suffix_reversed = 1;
}

static void infixes_split_but_not_at_the_beginning(void **state)
{
    small_tokenizer *s = new_tokenizer(); /* infix - */
    (void)state;
    start_anywhere(&s->infix, 1);
    edge(&s->infix, 1, "-", 2);
    s->infix.accept[2] = 1;
    s->model.tokenizer.infix = small_dfa_bind(&s->infix);
    assert_split(s, "-a-b", "-a|-|b|");
    assert_split(s, "a-b-", "a|-|b|-|");
    assert_split(s, "--a", "-|-|a|");
    assert_split(s, "-", "-|");
    assert_split(s, "a--b", "a|-|-|b|");
    free(s);
}

static void empty_infixes_only_split(void **state)
{
    small_tokenizer *s = new_tokenizer(); /* infix (?<=a)|b */
    (void)state;
    s->infix.start[0][0] = s->infix.start[0][1] = s->infix.start[1][1] = 2;
    s->infix.start[1][0] = 1;
    s->infix.tracker[0]['a'] = s->infix.tracker[1]['a'] = 1;
    edge(&s->infix, 2, "b", 3);
    s->infix.accept[1] = s->infix.accept[3] = 1;
    s->model.tokenizer.infix = small_dfa_bind(&s->infix);
    assert_split(s, "aab", "a|a|b|");
    assert_split(s, "ba", "ba|");
    assert_split(s, "abab", "a|b|a|b|");
    free(s);
}

static void a_prefix_is_a_length_wherever_it_matched(void **state)
{
    small_tokenizer *s = new_tokenizer(); /* prefix ^x|yy */
    (void)state;
    start_anywhere(&s->prefix, 3);
    start_at_beginning(&s->prefix, 1);
    edge(&s->prefix, 1, "x", 2);
    edge(&s->prefix, 1, "y", 4);
    edge(&s->prefix, 3, "y", 4);
    edge(&s->prefix, 4, "y", 2);
    s->prefix.accept[2] = 1;
    s->model.tokenizer.prefix = small_dfa_bind(&s->prefix);
    assert_int_equal(s->model.tokenizer.prefix.anchored, 0);
    assert_split(s, "abyyc", "ab|yy|c|");
    assert_split(s, "xyy", "x|yy|");
    free(s);
}

static void a_suffix_is_a_length_wherever_it_matched(void **state)
{
    small_tokenizer *s = new_tokenizer(); /* suffix a|b$, forward */
    (void)state;
    start_anywhere(&s->suffix, 1);
    edge(&s->suffix, 1, "a", 2);
    edge(&s->suffix, 1, "b", 3);
    s->suffix.next[3][SMALL_END] = 4;
    s->suffix.accept[2] = 1;
    s->suffix.accept[4] = 2;
    s->model.tokenizer.suffix = small_dfa_bind(&s->suffix);
    assert_split(s, "xaz", "x|a|z|");
    assert_split(s, "xyb", "xy|b|");
    free(s);
}

static void a_suffix_does_not_see_the_stripped_prefix(void **state)
{
    small_tokenizer *s = new_tokenizer(); /* prefix ^x, suffix (?<=x)\.$ reversed */
    (void)state;
    start_at_beginning(&s->prefix, 1);
    edge(&s->prefix, 1, "x", 2);
    s->prefix.accept[2] = 1;
    s->model.tokenizer.prefix = small_dfa_bind(&s->prefix);
    start_at_beginning(&s->suffix, 1);
    edge(&s->suffix, 1, ".", 2);
    edge(&s->suffix, 2, "x", 3);
    s->suffix.accept[3] = 2;
    s->model.tokenizer.suffix = small_dfa_bind(&s->suffix);
    s->model.tokenizer.suffix_reversed = 1;
    assert_split(s, "x.", "x|.|");
    assert_split(s, "xx.", "x|x|.|");
    free(s);
}

static void rules_stop_the_stripping_of_affixes(void **state)
{
    small_tokenizer *s = new_tokenizer(); /* prefix ^\(, suffix \)$, rules (a  a)  b */
    (void)state;
    prefix_open_bracket(s);
    suffix_close_bracket(s);
    add_whole_rule(s, "(a");
    add_whole_rule(s, "a)");
    add_whole_rule(s, "b");
    add_phrase(s, "( a");
    add_phrase(s, "a )");
    assert_split(s, "(a)", "(|a)|");
    assert_split(s, "((a)", "(|(a|)|");
    assert_split(s, "(a))", "(|a)|)|");
    assert_split(s, "(b)", "(|b|)|");
    assert_split(s, "(a", "(a|");
    free(s);
}

static void token_match_stops_the_stripping_of_affixes(void **state)
{
    small_tokenizer *s = new_tokenizer(); /* token_match ^\(a\)$, prefix ^\(, suffix \)$ */
    small_dfa *d = &s->token_match;
    (void)state;
    prefix_open_bracket(s);
    suffix_close_bracket(s);
    start_at_beginning(d, 1);
    edge(d, 1, "(", 2);
    edge(d, 2, "a", 3);
    edge(d, 3, ")", 4);
    d->next[4][SMALL_END] = 5;
    d->accept[5] = 1;
    s->model.tokenizer.token_match = small_dfa_bind(d);
    assert_split(s, "(a)", "(a)|");
    assert_split(s, "((a))", "(|(a)|)|");
    assert_split(s, "(b)", "(|b|)|");
    free(s);
}

static void phrases_longest_first_and_the_rejected_block(void **state)
{
    static const char *const one[] = {"a b", "b c", "c d", "c d e"}, *const two[] = {"a b c", "c d", "d e"};
    small_tokenizer *s = new_tokenizer();
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        add_whole_rule(s, one[i]);
        add_phrase(s, one[i]);
    }
    assert_split(s, "a b c d", "a b|c|d|");
    assert_split(s, "a b c d e", "a b|c d e|");
    assert_split(s, "b c d", "b c|d|");
    assert_split(s, "a  b", "a| |b|");
    assert_split(s, "a b", "a b|");
    free(s);
    s = new_tokenizer();
    for (size_t i = 0; i < 3; i++) {
        add_whole_rule(s, two[i]);
        add_phrase(s, two[i]);
    }
    assert_split(s, "a b c d e", "a b c|d|e|");
    free(s);
}

static void a_replaced_phrase_keeps_the_last_blank_and_brings_norms(void **state)
{
    static const uint32_t norms[] = {NO_STRING, 1, 0, NO_STRING}; /* x, a_, b, y */
    static const unsigned char spaces[] = {1, 0, 1, 0};
    small_tokenizer *s = new_tokenizer();
    tern_ctx ctx = {0};
    (void)state;
    add_piece(s, 2, 1);
    add_piece(s, 1, 0);
    add_rule(s, "a b"); /* into "a " and "b" */
    add_phrase(s, "a b");
    analyse(&ctx, &s->model, "x a b y", 7);
    assert_int_equal(ctx.doc.token_count, 4);
    assert_memory_equal(ctx.doc.norm_override, norms, sizeof norms);
    assert_memory_equal(ctx.doc.space, spaces, sizeof spaces);
    assert_int_equal(ctx.doc.span[1].byte_end, 4);
    assert_int_equal(ctx.doc.sent_start[0], 1);
    analyse(&ctx, &s->model, "a b y", 5);
    assert_int_equal(ctx.doc.token_count, 3);
    assert_int_equal(ctx.doc.sent_start[0], 0);
    release(&ctx);
    free(s);
}

/* Pieces that do not add up to the text: a hash collision, or a file that was tampered with. */
static void a_rule_that_does_not_fit_is_none(void **state)
{
    static const uint32_t wrong[][3] = {{3, 2, NO_STRING}, {2, 3, NO_STRING}, {4, 4, NO_STRING},
                                        {1, 1, NO_STRING}, {0, 0, NO_STRING}, {UINT32_MAX, UINT32_MAX, NO_STRING}};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        small_tokenizer *s = new_tokenizer();
        add_piece(s, 1, NO_STRING);
        add_piece(s, 2, NO_STRING);
        add_rule(s, "abc");
        assert_split(s, "abc", "a|bc|");
        memcpy(s->rule_pieces[1], wrong[i], sizeof wrong[i]);
        assert_split(s, "abc", "abc|");
        small_map_put(&s->rules, murmur64a("abc", 3, 1), 99); /* there are not so many rules */
        assert_split(s, "abc", "abc|");
        free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_utf8_is_reported_with_its_place),
        cmocka_unit_test(length_is_counted_in_code_points_to_the_end),
        cmocka_unit_test(tokens_equal_spacy),
        cmocka_unit_test(sent_start_of_the_first_token_equals_spacy),
        cmocka_unit_test(nul_is_an_ordinary_character),
        cmocka_unit_test(long_texts_of_one_kind),
        cmocka_unit_test(tokens_tile_every_hostile_text),
        cmocka_unit_test(memory_is_kept_and_a_used_context_is_as_good_as_new),
        cmocka_unit_test(infixes_split_but_not_at_the_beginning),
        cmocka_unit_test(empty_infixes_only_split),
        cmocka_unit_test(a_prefix_is_a_length_wherever_it_matched),
        cmocka_unit_test(a_suffix_is_a_length_wherever_it_matched),
        cmocka_unit_test(a_suffix_does_not_see_the_stripped_prefix),
        cmocka_unit_test(rules_stop_the_stripping_of_affixes),
        cmocka_unit_test(token_match_stops_the_stripping_of_affixes),
        cmocka_unit_test(phrases_longest_first_and_the_rejected_block),
        cmocka_unit_test(a_replaced_phrase_keeps_the_last_blank_and_brings_norms),
        cmocka_unit_test(a_rule_that_does_not_fit_is_none),
    };
    return cmocka_run_group_tests(tests, open_model, close_model);
}
