/* The English rule lemmatizer on tables by hand and on the real model. All expected lemmas are those of spaCy 3.8's
 * EnglishLemmatizer with the same tables. */
#include "lemmatizer.h"

#include "ctx.h"
#include "small_model.h"
#include "word_set.h"

/* ---- tables by hand ---------------------------------------------------------------------------------------------- */

typedef struct exception {
    const char *word, *forms[4];
} exception;

static const char *const NOUN_RULES[][2] = {{"s", ""}, {"ses", "s"}, {"es", "-"}, {"us", "i"}, {"ies", "y"}};
static const char *const VERB_RULES[][2] = {{"ing", ""}, {"ing", "e"}};
static const char *const PUNCT_RULES[][2] = {{"\xe2\x80\x9c", "\""}};
static const char *const NOUNS[] = {"cat", "e-mail", "glass", "hous", "house", "pony", "wu"}; /* ascending */
static const char *const VERBS[] = {"axe", "make"};
static const exception NOUN_EXCEPTIONS[] = {
    {"axes", {"ax", "axis"}},        {"cats", {"dog", "cat"}}, {"ponies", {"pony"}},
    {"oxen", {"ox", "axis", "ox"}},  {"bims", {"foo", "bim"}}, {"wuses", {"wu-", "wus-"}},
    {"mp3s", {"mp3", "song", "mp3"}}};
static const exception VERB_EXCEPTIONS[] = {{"axes", {"axe"}}, {"was", {"be"}}};

enum { NOUN, VERB, PUNCT, PARTS };

typedef struct fixture {
    small_model small;
    small_map exceptions;
    uint32_t parts[PARTS][4], suffix_rules[16][2], words[128], exception_start[16], exception_forms[32];
    lexeme_scratch lexeme;
    lemmatizer_scratch scratch;
} fixture;

/* Writes the node of the words (ascending) that agree in their first depth bytes; returns its first edge. */
static uint32_t put_node(uint32_t *edges, uint32_t *count, const char *const *words, size_t n, size_t depth)
{
    uint32_t first = *count, node = *count;
    for (size_t i = 0; i < n; i++) *count += words[i][depth] && (i == 0 || words[i][depth] != words[i - 1][depth]);
    uint32_t last = *count - 1;
    for (size_t i = 0, group; i < n; i += group, node++) {
        size_t ended;
        for (group = 1; i + group < n && words[i + group][depth] == words[i][depth]; group++) continue;
        ended = words[i][depth + 1] == '\0';
        edges[node] = (unsigned char)words[i][depth] | (node == last ? 1u << 8 : 0) | (ended ? 1u << 9 : 0);
        int leads_on = group > ended;
        edges[node] |= (leads_on ? put_node(edges, count, words + i + ended, group - ended, depth + 1) : WORD_SET_LEAF)
                       << 10;
    }
    return first;
}

static void put_part(fixture *f, int part, const char *pos, const char *const (*rules)[2], uint32_t n)
{
    lemmatizer_tables *t = &f->small.component.lemmatizer;
    uint32_t first = part ? f->parts[part - 1][1] + f->parts[part - 1][2] : 0;
    const uint32_t row[4] = {number_of(&f->small, pos), first, n, NO_STRING};
    memcpy(f->parts[part], row, sizeof row);
    for (uint32_t r = 0; r < n; r++)
        for (int side = 0; side < 2; side++) f->suffix_rules[first + r][side] = number_of(&f->small, rules[r][side]);
    t->part_count = (uint32_t)part + 1;
}

static void put_exceptions(fixture *f, uint32_t part, const exception *list, size_t n)
{
    lemmatizer_tables *t = &f->small.component.lemmatizer;
    for (size_t i = 0; i < n; i++) {
        uint32_t *end = &f->exception_start[t->exception_count + 1];
        *end = end[-1];
        for (size_t k = 0; k < 4 && list[i].forms[k]; k++)
            f->exception_forms[(*end)++] = number_of(&f->small, list[i].forms[k]);
        uint64_t word = murmur64a(list[i].word, strlen(list[i].word), 1);
        small_map_put(&f->exceptions, phrase_hash(part + 1, word), t->exception_count++);
    }
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    if (!f) return -1;
    lemmatizer_tables *t = &f->small.component.lemmatizer;
    small_model_init(&f->small);
    t->parts = f->parts[0];
    t->suffix_rules = f->suffix_rules[0];
    t->words = f->words;
    t->exceptions = small_map_bind(&f->exceptions);
    t->exception_start = f->exception_start;
    t->exception_forms = f->exception_forms;
    put_part(f, NOUN, "NOUN", NOUN_RULES, 5);
    put_part(f, VERB, "VERB", VERB_RULES, 2);
    put_part(f, PUNCT, "PUNCT", PUNCT_RULES, 1);
    f->parts[NOUN][3] = put_node(f->words, &t->word_edges, NOUNS, 7, 0);
    f->parts[VERB][3] = put_node(f->words, &t->word_edges, VERBS, 2, 0);
    put_exceptions(f, NOUN, NOUN_EXCEPTIONS, 7);
    put_exceptions(f, VERB, VERB_EXCEPTIONS, 2);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    small_model_free(&f->small);
    lexeme_scratch_free(&f->lexeme);
    lemmatizer_scratch_free(&f->scratch);
    free(f);
    return 0;
}

static void annotate(fixture *f)
{
    assert_int_equal(
        lemmatizer_annotate(&f->small.component.lemmatizer, &f->small.doc, &f->small.text, &f->lexeme, &f->scratch), 0);
}

static void make_token(fixture *f, const char *text, const char *pos, const char *morph)
{
    small_doc(&f->small, &text, 1);
    f->small.doc.column[COLUMN_POS][0] = number_of(&f->small, pos);
    f->small.doc.column[COLUMN_MORPH][0] = number_of(&f->small, morph);
}

typedef struct expectation {
    const char *text, *pos, *morph, *lemma;
} expectation;

static void check(fixture *f, const expectation *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        make_token(f, cases[i].text, cases[i].pos, cases[i].morph);
        annotate(f);
        const char *lemma = lemma_at(&f->small.doc, 0);
        if (strcmp(lemma, cases[i].lemma))
            fail_msg("%s %s %s: %s, not %s", cases[i].text, cases[i].pos, cases[i].morph, lemma, cases[i].lemma);
    }
}

#define CHECK(state, cases) check(*(state), cases, sizeof(cases) / sizeof *(cases))

/* The last listed form wins, then the first that is not alphabetic, then the first of the others, then the text. */
static void test_suffix_rules(void **state)
{
    static const expectation cases[] = {
        {"wugs", "NOUN", "Number=Plur", "wug"},
        {"glasses", "NOUN", "", "glass"},
        {"houses", "NOUN", "", "hous"},
        {"mp4s", "NOUN", "", "mp4"},
        {"e-mails", "NOUN", "", "e-mail"},
        {"a-bes", "NOUN", "", "a-be"},
        {"buses", "NOUN", "", "bus-"},
        {"bus", "NOUN", "", "bu"},
        {"Deer", "NOUN", "Number=Plur", "Deer"},
        {"s", "NOUN", "", "s"},
        {"S", "NOUN", "", "S"},
        {"es", "NOUN", "", "-"},
        {"Making", "VERB", "", "make"},
        {"Singing", "VERB", "", "sing"},
        {"ing", "VERB", "", "e"},
        {"\xe2\x80\x9c", "PUNCT", "", "\""},
        {"\xe2\x80\x9cS", "PUNCT", "", "\xe2\x80\x9cS"},
    };
    CHECK(state, cases);
}

/* The last exception wins, but not one that was there already. */
static void test_exceptions(void **state)
{
    static const expectation cases[] = {
        {"cats", "NOUN", "", "dog"},    {"mp3s", "NOUN", "", "song"}, {"ponies", "NOUN", "", "pony"},
        {"Ponies", "NOUN", "", "pony"}, {"axes", "NOUN", "", "axis"}, {"AXES", "NOUN", "", "axis"},
        {"axes", "VERB", "", "axe"},    {"oxen", "NOUN", "", "axis"}, {"bims", "NOUN", "", "bim"},
        {"wuses", "NOUN", "", "wu-"},   {"was", "VERB", "", "be"},
    };
    CHECK(state, cases);
}

static void test_parts_of_speech_without_tables(void **state)
{
    static const expectation cases[] = {
        {"was", "AUX", "", "was"},  {"The", "DET", "", "the"},     {"Paris", "PROPN", "", "Paris"},
        {"Paris", "", "", "paris"}, {"Cats", "SPACE", "", "cats"}, {"Cats", "EOL", "", "cats"},
        {"Cats", "X", "", "cats"},
    };
    CHECK(state, cases);
}

/* They are only lower-cased; the features of other words send them to the tables. */
static void test_base_forms(void **state)
{
    static const expectation cases[] = {
        {"Cats", "NOUN", "Number=Sing", "cats"},
        {"Cats", "NOUN", "Case=Nom|Number=Sing", "cats"},
        {"Cats", "NOUN", "Number=Plur", "dog"},
        {"Cats", "NOUN", "NumType=Sing", "dog"},
        {"Cats", "NOUN", "ANumber=Sing", "dog"},
        {"Cats", "NOUN", "Number=Plur,Sing", "dog"},
        {"Making", "VERB", "VerbForm=Inf", "making"},
        {"Making", "VERB", "Tense=Pres|VerbForm=Fin", "making"},
        {"Making", "VERB", "Number=Sing|Tense=Pres|VerbForm=Fin", "make"},
        {"Making", "VERB", "NumberX=Sing|Tense=Pres|VerbForm=Fin", "making"},
        {"Making", "VERB", "Tense=Past|VerbForm=Fin", "make"},
        {"Making", "VERB", "Tense=Pres|VerbForm=Part", "make"},
        {"Making", "VERB", "Number=Sing", "make"},
        {"Cats", "NOUN", "VerbForm=Inf", "cats"},
        {"Cats", "NOUN", "VerbForm=None", "cats"},
        {"Cats", "NOUN", "Degree=Pos", "cats"},
        {"Cats", "NOUN", "Degree=Sup", "dog"},
        {"Paris", "PROPN", "Degree=Pos", "paris"},
        {"Paris", "PROPN", "Number=Sing", "Paris"},
        {"Cats", "NOUN", "Tense=Pres|VerbForm=Fin", "dog"},
    };
    CHECK(state, cases);
}

static void test_nothing_annotated(void **state)
{
    fixture *f = *state;
    small_doc(&f->small, (const char *const[]){"Cats", "AND", "dogs"}, 3);
    annotate(f);
    assert_string_equal(lemma_at(&f->small.doc, 0), "cats");
    assert_string_equal(lemma_at(&f->small.doc, 1), "and");
    assert_string_equal(lemma_at(&f->small.doc, 2), "dogs");
}

static void test_lemmas_that_are_there_stay(void **state)
{
    fixture *f = *state;
    small_doc(&f->small, (const char *const[]){"Cats", "Cats", "Cats"}, 3);
    f->small.doc.lemma[0].string = number_of(&f->small, "kept");
    assert_int_equal(doc_set_lemma(&f->small.doc, 1, "kept too", 8), 0);
    f->small.doc.lemma[2].string = number_of(&f->small, ""); /* spaCy: an empty lemma is none */
    annotate(f);
    assert_string_equal(lemma_at(&f->small.doc, 0), "kept");
    assert_string_equal(lemma_at(&f->small.doc, 1), "kept too");
    assert_string_equal(lemma_at(&f->small.doc, 2), "cats");
}

static void test_list_number_out_of_range(void **state)
{
    fixture *f = *state;
    f->small.component.lemmatizer.exception_count = 1; /* "axes" alone */
    check(f, (expectation[]){{"axes", "NOUN", "", "axis"}, {"was", "VERB", "", "was"}}, 2);
}

/* A token of a megabyte: every form of it has its full length. */
static void test_long_token(void **state)
{
    enum { LENGTH = 1000000 };
    fixture *f = *state;
    make_token(f, "x", "NOUN", "");
    unsigned char *bytes = malloc(LENGTH);
    uint32_t *code_points = malloc(LENGTH * sizeof *code_points);
    assert_true(bytes && code_points);
    for (size_t i = 0; i < LENGTH; i++) code_points[i] = bytes[i] = i == LENGTH - 1 ? 'S' : 'A';
    f->small.text = (text_view){.bytes = bytes, .byte_count = LENGTH, .length = LENGTH, .code_point = code_points};
    f->small.doc.span[0] = (token_span){.byte_end = LENGTH, .char_end = LENGTH};
    annotate(f);
    assert_int_equal(f->small.doc.lemma[0].length, LENGTH - 1);
    assert_int_equal(strspn(lemma_at(&f->small.doc, 0), "a"), LENGTH - 1);
    free(bytes);
    free(code_points);
}

/* ---- the real model ---------------------------------------------------------------------------------------------- */

static void check_real(const real_model *real, const char *text, const char *const *lemmas, size_t count)
{
    const tern_doc *doc = run_real(real, text, TERN_LEMMAS, 0);
    assert_int_equal(tern_doc_token_count(doc), count);
    for (size_t i = 0; i < count; i++) assert_string_equal(lemma_at(doc, i), lemmas[i]);
}

static void test_real_lemmas(void **state)
{
    static const char *const first[15] = {"she", "be",   "not", "the", "one",  "who", "have", "eaten",
                                          "the", "axis", ",",   "\n",  "have", "she", "?"};
    static const char *const second[13] = {"nothing",         "beat", "the",   "oxen", "\xe2\x80\x99s", "child", ";",
                                           "\xc4\xb0stanbul", "'s",   "geese", "fly",  "well",          "."};
    check_real(*state, "She wasn't the one who'd eaten THE axes,\nhad she?", first, 15);
    check_real(*state, "Nothin' beats the oxen\xe2\x80\x99s Children; \xc4\xb0stanbul's geese flew better.", second,
               13);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_suffix_rules, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_exceptions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_parts_of_speech_without_tables, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_base_forms, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nothing_annotated, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lemmas_that_are_there_stay, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_list_number_out_of_range, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_long_token, set_up, tear_down),
    };
    const struct CMUnitTest real[] = {cmocka_unit_test(test_real_lemmas)};
    return cmocka_run_group_tests_name("lemmatizer", tests, NULL, NULL)
           + cmocka_run_group_tests_name("real lemmatizer", real, open_real, close_real);
}
