/* Tokens that are joined and split: what becomes of text, norm, annotations, entities, sentences, rows. Expected: spaCy
 * 3.8.18 (Doc.retokenize().merge, token_splitter) on the same documents. */
#include "asker.h"
#include "small_model.h"

#include "ctx.h"
#include "retokenize.h"

enum { MOST_WORDS = 8, MOST_RANGES = 2, MOST_BYTES = 1024 };

/* entity: "B-ORG", "I-ORG" or "". start: 1, -1, 0. An empty dep: no parse; an empty tag or lemma: unset. */
typedef struct word {
    const char *text;
    int space;
    const char *tag, *dep, *lemma;
    uint32_t head;
    const char *entity;
    int start;
} word;

typedef struct merge_case {
    const char *name;
    word words[MOST_WORDS];
    token_range ranges[MOST_RANGES];
    const char *expected;
} merge_case;

typedef struct split_case {
    const char *name;
    word words[MOST_WORDS];
    uint32_t min_length, piece_length;
    const char *expected;
} split_case;

/* A line for each token: its text with _ for a blank behind it, first UTF-16 unit, norm, tag, dep, lemma, head,
 * sentence start; then one for each entity. */
static const merge_case merges[] = {
    {"noun phrase",
     {{"the", 1, "DT", "det", "the", 2, "", 0},
      {"big", 1, "JJ", "amod", "big", 2, "", 0},
      {"dog", 1, "NN", "nsubj", "dog", 3, "B-ORG", 0},
      {"barks", 1, "VBZ", "ROOT", "bark", 3, "", 0},
      {"very", 1, "RB", "advmod", "very", 5, "", 0},
      {"loudly", 1, "RB", "advmod", "loudly", 3, "", 0},
      {"today", 0, "NN", "npadvmod", "today", 3, "B-DATE", 0},
      {"!", 0, ".", "punct", "!", 3, "", 0}},
     {{0, 3}, {5, 7}},
     "the big dog_ 0 the big dog NN nsubj [the big dog] 1 1\n"
     "barks_ 12 barks VBZ ROOT [bark] 1 -1\n"
     "very_ 18 very RB advmod [very] 3 -1\n"
     "loudly today 23 loudly today RB advmod [loudly today] 1 -1\n"
     "! 35 ! . punct [!] 1 -1\n"
     "0 1 ORG\n"},
    {"punctuation is no root",
     {{"(", 0, "-LRB-", "punct", "(", 3, "", 0},
      {"dog", 0, "NN", "nsubj", "dog", 3, "", 0},
      {")", 1, "-RRB-", "punct", ")", 3, "", 0},
      {"barks", 0, "VBZ", "ROOT", "bark", 3, "", 0},
      {".", 0, ".", "punct", ".", 3, "", 0}},
     {{0, 3}},
     "(dog)_ 0 (dog) NN nsubj [(dog)] 1 1\n"
     "barks 6 barks VBZ ROOT [bark] 1 -1\n"
     ". 11 . . punct [.] 1 -1\n"},
    {"punctuation with a child",
     {{"(", 0, "-LRB-", "punct", "(", 3, "", 0},
      {"big", 0, "JJ", "amod", "big", 0, "", 0},
      {"dog", 1, "NN", "nsubj", "dog", 3, "", 0},
      {"barks", 1, "VBZ", "ROOT", "bark", 3, "", 0}},
     {{0, 3}},
     "(bigdog_ 0 (bigdog -LRB- punct [(bigdog] 1 1\n"
     "barks_ 8 barks VBZ ROOT [bark] 1 -1\n"},
    {"the nearest to the root",
     {{"of", 1, "IN", "prep", "of", 1, "", 0},
      {"dogs", 1, "NNS", "pobj", "dog", 2, "", 0},
      {"with", 1, "IN", "prep", "with", 5, "", 0},
      {"old", 1, "JJ", "amod", "old", 0, "", 0},
      {"big", 1, "JJ", "amod", "big", 2, "", 0},
      {"barks", 1, "VBZ", "ROOT", "bark", 5, "", 0}},
     {{3, 5}},
     "of_ 0 of IN prep [of] 1 1\n"
     "dogs_ 3 dogs NNS pobj [dog] 2 -1\n"
     "with_ 8 with IN prep [with] 4 -1\n"
     "old big_ 13 old big JJ amod [old big] 2 -1\n"
     "barks_ 21 barks VBZ ROOT [bark] 4 -1\n"},
    {"across a sentence",
     {{"it", 1, "PRP", "nsubj", "it", 1, "", 0},
      {"rains", 1, "VBZ", "ROOT", "rain", 1, "", 0},
      {".", 1, ".", "punct", ".", 1, "", 0},
      {"he", 1, "PRP", "nsubj", "he", 4, "", 0},
      {"leaves", 1, "VBZ", "ROOT", "leave", 4, "", 0}},
     {{2, 4}},
     "it_ 0 it PRP nsubj [it] 1 1\n"
     "rains_ 3 rains VBZ ROOT [rain] 1 -1\n"
     ". he_ 9 . he PRP nsubj [. he] 3 1\n"
     "leaves_ 14 leaves VBZ ROOT [leave] 3 -1\n"},
    {"two roots",
     {{"it", 1, "PRP", "nsubj", "it", 1, "", 0},
      {"rains", 1, "VBZ", "ROOT", "rain", 1, "", 0},
      {"go", 1, "VB", "ROOT", "go", 2, "", 0},
      {"he", 1, "PRP", "nsubj", "he", 2, "", 0}},
     {{1, 3}},
     "it_ 0 it PRP nsubj [it] 1 1\n"
     "rains go_ 3 rains go VBZ ROOT [rain go] 1 -1\n"
     "he_ 12 he PRP nsubj [he] 1 -1\n"},
    {"no parse",
     {{"a", 0, "DT", "", "", 0, "", 1},
      {"b", 1, "NN", "", "b", 1, "", -1},
      {"c", 1, "JJ", "", "", 2, "", 1},
      {"d", 0, "VB", "", "", 3, "", -1}},
     {{1, 3}},
     "a 0 a DT  [] 0 1\n"
     "b c_ 1 b c NN  [b] 1 -1\n"
     "d 5 d VB  [] 2 -1\n"},
    {"parts of entities",
     {{"a", 1, "", "", "", 0, "B-ORG", 0},
      {"b", 1, "", "", "", 1, "I-ORG", 0},
      {"c", 1, "", "", "", 2, "B-GPE", 0},
      {"d", 1, "", "", "", 3, "I-GPE", 0},
      {"e", 1, "", "", "", 4, "I-GPE", 0},
      {"f", 1, "", "", "", 5, "", 0}},
     {{1, 3}},
     "a_ 0 a   [] 0 1\n"
     "b c_ 2 b c   [] 1 0\n"
     "d_ 6 d   [] 2 0\n"
     "e_ 8 e   [] 3 0\n"
     "f_ 10 f   [] 4 0\n"
     "0 2 ORG\n"
     "2 4 GPE\n"},
    {"an entity goes on",
     {{"a", 1, "", "", "", 0, "B-ORG", 0},
      {"b", 1, "", "", "", 1, "I-ORG", 0},
      {"c", 1, "", "", "", 2, "I-ORG", 0},
      {"d", 1, "", "", "", 3, "", 0}},
     {{1, 3}},
     "a_ 0 a   [] 0 1\n"
     "b c_ 2 b c   [] 1 0\n"
     "d_ 6 d   [] 2 0\n"
     "0 2 ORG\n"},
    {"the root of another entity",
     {{"a", 1, "DT", "det", "a", 2, "B-ORG", 0},
      {"b", 1, "NN", "nsubj", "b", 1, "I-ORG", 0},
      {"c", 1, "NN", "ROOT", "c", 2, "B-GPE", 0},
      {"d", 1, "NN", "dobj", "d", 2, "I-GPE", 0}},
     {{1, 3}},
     "a_ 0 a DT det [a] 1 1\n"
     "b c_ 2 b c NN nsubj [b c] 1 -1\n"
     "d_ 6 d NN dobj [d] 1 -1\n"
     "0 2 ORG\n"
     "2 3 GPE\n"},
    {"outside and inside",
     {{"a", 1, "", "det", "", 1, "", 0},
      {"b", 1, "", "ROOT", "", 1, "B-ORG", 0},
      {"c", 1, "", "dobj", "", 1, "I-ORG", 0},
      {"d", 1, "", "dobj", "", 2, "", 0}},
     {{0, 2}},
     "a b_ 0 a b  ROOT [] 0 1\n"
     "c_ 4 c  dobj [] 0 -1\n"
     "d_ 6 d  dobj [] 1 -1\n"
     "0 2 ORG\n"},
    {"beyond the plane",
     {{"\xf0\x9f\x98\x80", 0, "NN", "", "\xc2\xa0 x", 0, "", 0},
      {"\xc3\xa9", 0, "NN", "", "y \xe2\x80\x83", 1, "", 0},
      {"\xe2\x82\xac", 1, "NN", "", "z", 2, "", 0},
      {"\xc3\x9f", 1, "NN", "", "\t", 3, "", 0},
      {"\xf0\x9f\x98\x80", 0, "NN", "", "", 4, "", 0}},
     {{0, 2}, {3, 5}},
     "\xf0\x9f\x98\x80\xc3\xa9 0 \xf0\x9f\x98\x80\xc3\xa9 NN  [xy] 0 1\n"
     "\xe2\x82\xac_ 3 $ NN  [z] 1 0\n"
     "\xc3\x9f \xf0\x9f\x98\x80 5 \xc3\x9f \xf0\x9f\x98\x80 NN  [] 2 0\n"},
};

static const split_case splits[] = {
    {"a parse",
     {{"the", 1, "DT", "det", "the", 1, "", 0},
      {"supercalifragilistic", 1, "NN", "nsubj", "super", 2, "B-ORG", 0},
      {"barks", 1, "VBZ", "ROOT", "bark", 2, "", 0},
      {"abcdefg", 0, "NN", "dobj", "abc", 2, "", 0}},
     6,
     4,
     "the_ 0 the DT det [the] 1 1\n"
     "supe 4 supe NN nsubj [supe] 1 -1\n"
     "rcal 8 rcal VBZ ROOT [rcal] 2 1\n"
     "ifra 12 ifra NN dobj [ifra] 3 1\n"
     "gili 16 gili   [] 4 -1\n"
     "stic_ 20 stic   [] 5 -1\n"
     "barks_ 25 barks VBZ ROOT [bark] 6 1\n"
     "abcd 31 abcd NN dobj [abcd] 7 1\n"
     "efg 35 efg   [] 8 -1\n"
     "1 6 ORG\n"},
    {"entities",
     {{"abcdefgh", 1, "NN", "", "", 0, "B-ORG", 0},
      {"ijklmnop", 1, "JJ", "", "ij", 1, "I-ORG", 0},
      {"q", 1, "VB", "", "", 2, "", 0},
      {"r", 0, "RB", "", "r", 3, "B-GPE", 0}},
     8,
     3,
     "abc 0 abc NN  [] 0 1\n"
     "def 3 def JJ  [def] 1 0\n"
     "gh_ 6 gh VB  [] 2 0\n"
     "ijk 9 ijk JJ  [ijk] 3 0\n"
     "lmn 12 lmn VB  [] 4 0\n"
     "op_ 15 op RB  [op] 5 0\n"
     "q_ 18 q VB  [] 6 0\n"
     "r 20 r RB  [r] 7 0\n"
     "0 6 ORG\n"
     "7 8 GPE\n"},
    {"beyond the plane",
     {{"x", 1, "NN", "", "", 0, "", 0},
      {"\xf0\x9f\x98\x80\xc3\xa9\xf0\x9f\x98\x80\xe2\x82\xac"
       "a",
       0, "JJ", "", "l", 1, "", 0},
      {"y", 0, "RB", "", "", 2, "", 0}},
     5,
     2,
     "x_ 0 x NN  [] 0 1\n"
     "\xf0\x9f\x98\x80\xc3\xa9 2 \xf0\x9f\x98\x80\xc3\xa9 JJ  [\xf0\x9f\x98\x80\xc3\xa9] 1 0\n"
     "\xf0\x9f\x98\x80\xe2\x82\xac 5 \xf0\x9f\x98\x80\xe2\x82\xac RB  [] 2 0\n"
     "a 8 a   [] 3 0\n"
     "y 9 y RB  [] 4 0\n"},
    {"nothing",
     {{"x", 1, "NN", "", "", 0, "", 0}, {"yyyy", 0, "JJ", "", "l", 1, "B-ORG", 0}},
     5,
     2,
     "x_ 0 x NN  [] 0 1\n"
     "yyyy 2 yyyy JJ  [l] 1 0\n"
     "1 2 ORG\n"},
};

/* ---- documents --------------------------------------------------------------------------------------------------- */

static uint32_t string_number(const tern_model *model, const char *text)
{
    const uint64_t id = tern_model_string_id(model, text, strlen(text));
    for (uint32_t i = 0; i < model->strings.count; i++)
        if (*text && model->strings.id[i] == id) return i;
    assert_string_equal(text, "");
    return NO_STRING;
}

static size_t count_words(const word *words)
{
    size_t count = 0;
    while (count < MOST_WORDS && words[count].text) count++;
    return count;
}

static void tokenize_words(tern_ctx *ctx, const word *words)
{
    const char *texts[MOST_WORDS];
    unsigned char spaces[MOST_WORDS];
    const size_t count = count_words(words);
    const tern_words given = {.count = count, .words = texts, .spaces = spaces};
    const tern_options options = {.want = TERN_NORMS};
    const tern_doc *doc;
    for (size_t i = 0; i < count; i++) {
        texts[i] = words[i].text;
        spaces[i] = (unsigned char)words[i].space;
    }
    assert_int_equal(tern_run_words(ctx, &given, &options, &doc, NULL), TERN_OK);
    assert_int_equal(doc->token_count, count);
}

static void annotate(tern_doc *doc, size_t i, const word *w)
{
    const tern_model *model = doc->model;
    doc->column[COLUMN_TAG][i] = string_number(model, w->tag);
    doc->column[COLUMN_DEP][i] = string_number(model, w->dep);
    doc->head[i] = w->head;
    doc->sent_start[i] = i ? (signed char)w->start : (signed char)1; /* as in spaCy */
    if (*w->lemma) assert_int_equal(doc_set_lemma(doc, i, w->lemma, strlen(w->lemma)), 0);
    if (w->entity[0] == 'B')
        doc->entity[doc->entity_count++] =
            (entity_span){.token_start = (uint32_t)i, .label = string_number(model, w->entity + 2)};
    if (*w->entity) doc->entity[doc->entity_count - 1].token_end = (uint32_t)i + 1;
}

/* The words' document, as if components had annotated it. */
static component_run make_doc(tern_ctx *ctx, const word *words)
{
    const size_t count = count_words(words);
    tern_doc *doc = &ctx->doc;
    tokenize_words(ctx, words);
    doc->text = &ctx->text;
    small_doc_reserve(doc, count);
    assert_int_equal(doc_reserve_entities(doc, count), 0);
    assert_int_equal(lexeme_features(doc, &ctx->text, 1, &ctx->lexeme), 0);
    doc->annotations |= TERN_ENTITIES;
    for (size_t i = 0; i < count; i++) annotate(doc, i, &words[i]);
    return (component_run){.doc = doc, .lexeme = &ctx->lexeme};
}

static void describe(tern_ctx *ctx, char *out)
{
    const tern_doc *doc = &ctx->doc;
    const char *text;
    size_t text_len, at = 0;
    assert_int_equal(tern_doc_text(doc, &text, &text_len), TERN_OK);
    for (size_t i = 0; i < doc->token_count; i++) {
        tern_token t;
        assert_int_equal(tern_doc_token(doc, i, &t), TERN_OK);
        const int bytes = (int)(t.span.byte_end - t.span.byte_start);
        at += (size_t)snprintf(out + at, MOST_BYTES - at, "%.*s%s %zu %s %s %s [%s] %zu %d\n", bytes,
                               text + t.span.byte_start, t.space ? "_" : "", t.span.utf16_start, t.norm, t.tag, t.dep,
                               t.lemma, t.head, t.sent_start);
        assert_true(at < MOST_BYTES);
    }
    for (size_t i = 0; i < doc->entity_count; i++) {
        const entity_span *e = &doc->entity[i];
        at += (size_t)snprintf(out + at, MOST_BYTES - at, "%u %u %s\n", e->token_start, e->token_end,
                               string_get(doc->model, e->label, NULL));
        assert_true(at < MOST_BYTES);
    }
}

/* The features of a joined or split token are those of its text. */
static void assert_features(tern_ctx *ctx, const char *name)
{
    tern_doc *doc = &ctx->doc;
    for (size_t i = 0; i < doc->token_count; i++) {
        const token_span *s = &doc->span[i];
        const uint64_t id = string_id(doc->model, ctx->text.bytes + s->byte_start, s->byte_end - s->byte_start);
        if (doc->attr[ATTR_ORTH][i] != id) fail_msg("%s: ORTH of token %zu", name, i);
    }
}

static void assert_document(tern_ctx *ctx, const char *name, const char *expected)
{
    char got[MOST_BYTES] = "";
    describe(ctx, got);
    if (strcmp(got, expected) != 0) fail_msg("%s\nspaCy:\n%stern:\n%s", name, expected, got);
    assert_features(ctx, name);
}

/* ---- tests ------------------------------------------------------------------------------------------------------- */

static size_t count_ranges(const token_range *ranges)
{
    size_t count = 0;
    while (count < MOST_RANGES && ranges[count].end) count++;
    return count;
}

static void merges_equal_spacy(void **state)
{
    const real_model *real = *state;
    retokenize_scratch s = {0};
    for (size_t i = 0; i < sizeof merges / sizeof *merges; i++) {
        const merge_case *c = &merges[i];
        const component_run run = make_doc(real->ctx, c->words);
        assert_int_equal(retokenize_merge(&run, c->ranges, count_ranges(c->ranges), &s), 0);
        assert_document(real->ctx, c->name, c->expected);
    }
    retokenize_scratch_free(&s);
}

static void splits_equal_spacy(void **state)
{
    const real_model *real = *state;
    retokenize_scratch s = {0};
    for (size_t i = 0; i < sizeof splits / sizeof *splits; i++) {
        const split_case *c = &splits[i];
        const component_run run = make_doc(real->ctx, c->words);
        assert_int_equal(retokenize_split(&run, c->min_length, c->piece_length, &s), 0);
        assert_document(real->ctx, c->name, c->expected);
    }
    retokenize_scratch_free(&s);
}

/* Doc.tensor keeps the row of a range's last token (_retokenize.pyx _resize_tensor). */
static void the_last_row_of_a_range_stays(void **state)
{
    static const float expected[] = {2, 3, 4, 6, 7};
    const real_model *real = *state;
    const merge_case *c = &merges[0];
    retokenize_scratch s = {0};
    const component_run run = make_doc(real->ctx, c->words);
    assert_int_equal(doc_reserve_tensor(run.doc, 2), 0);
    for (size_t i = 0; i < 2 * run.doc->token_count; i++) run.doc->tensor[i] = (float)(i / 2);
    assert_int_equal(retokenize_merge(&run, c->ranges, count_ranges(c->ranges), &s), 0);
    for (size_t i = 0; i < 2 * run.doc->token_count; i++) assert_true(run.doc->tensor[i] == expected[i / 2]);
    retokenize_scratch_free(&s);
}

static void without_ranges_nothing_changes(void **state)
{
    const real_model *real = *state;
    char before[MOST_BYTES] = "";
    retokenize_scratch s = {0};
    const component_run run = make_doc(real->ctx, merges[0].words);
    describe(real->ctx, before);
    assert_int_equal(retokenize_merge(&run, NULL, 0, &s), 0);
    assert_document(real->ctx, "no ranges", before);
    retokenize_scratch_free(&s);
}

static void it_asks_whether_to_give_up(void **state)
{
    const real_model *real = *state;
    retokenize_scratch s = {0};
    asker a = {.yes_at = 1};
    interruption stop = {.ask = ask, .user = &a};
    const component_run run = make_doc(real->ctx, merges[0].words);
    run.doc->interruption = &stop;
    assert_int_equal(retokenize_merge(&run, merges[0].ranges, 1, &s), -1);
    make_doc(real->ctx, splits[0].words);
    run.doc->interruption = &stop;
    assert_int_equal(retokenize_split(&run, 6, 4, &s), -1);
    run.doc->interruption = NULL;
    retokenize_scratch_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merges_equal_spacy),
        cmocka_unit_test(splits_equal_spacy),
        cmocka_unit_test(the_last_row_of_a_range_stays),
        cmocka_unit_test(without_ranges_nothing_changes),
        cmocka_unit_test(it_asks_whether_to_give_up),
    };
    return cmocka_run_group_tests_name("retokenize", tests, open_real, close_real);
}
