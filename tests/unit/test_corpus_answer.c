/* test_corpus_answer.c - records of `tern pipe` and their answers. Documents are those of spaCy 3.8 with en_core_web_sm
 * 3.8: the whole pipeline or, where it says so, with the other components disabled. */
#include "fixture.h"

#include "components.h"
#include "corpus_answer.h"
#include "doc_json.h"

#define TEXT(literal) literal, sizeof(literal) - 1
#define ALL (TERN_TOK2VEC | TERN_TAGGER | TERN_PARSER | TERN_ATTRIBUTE_RULER | TERN_LEMMATIZER | TERN_NER)

static corpus_answers of_components(void **state, unsigned components)
{
    return (corpus_answers){.model = *state,
                            .settings = {.model = *state, .components = components_made_by(*state, components)},
                            .rules = {.text = "text"},
                            .fields = ANSWER_TEXT | (DOC_JSON_ALL & ~(1u << DOC_JSON_NOUN_CHUNKS))};
}

/* What comes of one record of file, with a line feed behind it; of answers and errors one is empty. */
static void expect_of(corpus_answers *how, corpus_file *file, const char *record, size_t len, const char *answer,
                      const char *wrong)
{
    tern_error error;
    corpus_batch batch = {.count = 0};
    const corpus_task task = corpus_answer_task(how);
    void *thread = task.begin(task.user, &error);
    assert_non_null(thread);
    corpus_batch_add(&batch, record, len, 0, (record_place){file, 7});
    corpus_batch_complete(&batch);
    task.answer(thread, &batch, 0);
    assert_string_equal(batch.answers.data ? batch.answers.data : "", answer);
    assert_string_equal(batch.errors.data ? batch.errors.data : "", wrong);
    assert_int_equal(batch.failed, strstr(answer, "\"error\"") || *wrong);
    task.end(thread);
    corpus_batch_free(&batch);
}

static void expect(corpus_answers *how, input_kind kind, const char *record, size_t len, const char *answer)
{
    corpus_file file = {.kind = kind};
    expect_of(how, &file, record, len, answer, "");
}

static void documents_are_as_doc_to_json_has_them(void **state)
{
    static const struct {
        unsigned components;
        const char *line;
        size_t len;
        const char *answer;
    } samples[] = {
        {TERN_NER, TEXT("{\"text\": \"Zo\xc3\xab M\xc3\xbcller\\nmoved to \\\"New York\\\" in 2019.\"}"),
         "{\"text\": \"Zo\xc3\xab M\xc3\xbcller\\nmoved to \\\"New York\\\" in 2019.\", \"ents\": "
         "[{\"start\": 0, \"end\": 10, \"label\": \"PERSON\"}, {\"start\": 21, \"end\": 29, \"label\": \"GPE\"}, "
         "{\"start\": 34, \"end\": 38, \"label\": \"DATE\"}], \"tokens\": [{\"id\": 0, \"start\": 0, \"end\": 3}, "
         "{\"id\": 1, \"start\": 4, \"end\": 10}, {\"id\": 2, \"start\": 10, \"end\": 11}, "
         "{\"id\": 3, \"start\": 11, \"end\": 16}, "
         "{\"id\": 4, \"start\": 17, \"end\": 19}, {\"id\": 5, \"start\": 20, \"end\": 21}, "
         "{\"id\": 6, \"start\": 21, \"end\": 24}, "
         "{\"id\": 7, \"start\": 25, \"end\": 29}, {\"id\": 8, \"start\": 29, \"end\": 30}, "
         "{\"id\": 9, \"start\": 31, \"end\": 33}, "
         "{\"id\": 10, \"start\": 34, \"end\": 38}, {\"id\": 11, \"start\": 38, \"end\": 39}]}"},
        {TERN_NER, TEXT("{\"text\": \"hello there\"}"),
         "{\"text\": \"hello there\", \"ents\": [], \"tokens\": [{\"id\": 0, \"start\": 0, \"end\": 5}, "
         "{\"id\": 1, \"start\": 6, \"end\": 11}]}"},
        {0, TEXT("{\"text\": \"hello there\"}"),
         "{\"text\": \"hello there\", \"tokens\": [{\"id\": 0, \"start\": 0, \"end\": 5}, "
         "{\"id\": 1, \"start\": 6, \"end\": 11}]}"},
        {TERN_NER, TEXT("{\"text\": \"  \\n \"}"),
         "{\"text\": \"  \\n \", \"ents\": [], \"sents\": [{\"start\": 0, \"end\": 4}], \"tokens\": [{\"id\": 0, "
         "\"start\": 0, \"end\": 4}]}"},
        {0, TEXT("{\"text\": \"   \"}"),
         "{\"text\": \"   \", \"sents\": [{\"start\": 0, \"end\": 3}], \"tokens\": [{\"id\": 0, \"start\": 0, "
         "\"end\": 3}]}"},
        {TERN_NER, TEXT("{\"text\": \"\"}"), "{\"text\": \"\", \"ents\": [], \"sents\": [], \"tokens\": []}"},
        {0, TEXT("{\"text\": \"\"}"), "{\"text\": \"\", \"ents\": [], \"sents\": [], \"tokens\": []}"},
        {TERN_TOK2VEC | TERN_TAGGER, TEXT("{\"text\": \"hello there\"}"),
         "{\"text\": \"hello there\", \"tokens\": [{\"id\": 0, \"start\": 0, \"end\": 5, \"tag\": \"UH\"}, "
         "{\"id\": 1, \"start\": 6, \"end\": 11, \"tag\": \"RB\"}]}"},
        {ALL, TEXT("{\"text\": \"hello there\"}"),
         "{\"text\": \"hello there\", \"ents\": [], \"sents\": [{\"start\": 0, \"end\": 11}], \"tokens\": "
         "[{\"id\": 0, \"start\": 0, \"end\": 5, \"tag\": \"UH\", \"pos\": \"INTJ\", \"morph\": \"\", "
         "\"lemma\": \"hello\", \"dep\": \"ROOT\", \"head\": 0}, "
         "{\"id\": 1, \"start\": 6, \"end\": 11, \"tag\": \"RB\", \"pos\": \"ADV\", \"morph\": \"PronType=Dem\", "
         "\"lemma\": \"there\", \"dep\": \"advmod\", \"head\": 0}]}"},
        {ALL, TEXT("{\"text\": \"  \\n \"}"),
         "{\"text\": \"  \\n \", \"ents\": [], \"sents\": [{\"start\": 0, \"end\": 4}], \"tokens\": "
         "[{\"id\": 0, \"start\": 0, \"end\": 4, \"tag\": \"_SP\", \"pos\": \"SPACE\", \"morph\": \"\", "
         "\"lemma\": \"  \\n \", \"dep\": \"dep\", \"head\": 0}]}"},
        {ALL, TEXT("{\"text\": \"\"}"), "{\"text\": \"\", \"ents\": [], \"sents\": [], \"tokens\": []}"},
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        corpus_answers how = of_components(state, samples[i].components);
        bytes answer = {.data = NULL};
        bytes_format(&answer, "%s\n", samples[i].answer);
        expect(&how, INPUT_JSONL, samples[i].line, samples[i].len, answer.data);
        bytes_free(&answer);
    }
}

static void members_stay_as_they_came(void **state)
{
    corpus_answers how = of_components(state, 0);
    how.fields = ANSWER_TEXT;
    expect(&how, INPUT_JSONL, TEXT("{\"id\":1.50, \"text\" : \"a\\u00e9\", \"x\":{\"b\": [ ]} ,\"id\":null}"),
           "{\"id\":1.50, \"text\" : \"a\\u00e9\", \"x\":{\"b\": [ ]}, \"id\":null}\n");
    how.rules.keep = "x,y";
    expect(&how, INPUT_JSONL, TEXT("{\"id\": 1, \"text\": \"a\", \"x\": 2}"), "{\"text\": \"a\", \"x\": 2}\n");
    how.fields = 1u << DOC_JSON_TOKENS;
    expect(&how, INPUT_JSONL, TEXT("{\"text\": \"a\", \"z\": 2}"),
           "{\"tokens\": [{\"id\": 0, \"start\": 0, \"end\": 1}]}\n");
    how.fields = 0;
    expect(&how, INPUT_JSONL, TEXT("{\"text\": \"a\", \"z\": 2}"), "{}\n");
    how.rules.keep = NULL;
    how.rules.text = "body";
    expect(&how, INPUT_JSONL, TEXT("{\"body\": \"a\", \"text\": 2, \"ents\": 3}"), "{\"text\": 2}\n");
    how.fields = ANSWER_TEXT;
    expect(&how, INPUT_JSONL, TEXT("{\"x\": 1, \"tokens\": [\"a\", \"b\"], \"spaces\": [false, true]}"),
           "{\"body\": \"ab \", \"x\": 1}\n");
}

static void wrong_records_are_answered_in_their_place(void **state)
{
    corpus_answers how = of_components(state, 0);
    expect(&how, INPUT_JSONL, TEXT("{\"id\": 3, \"text\": 1}"),
           "{\"id\": 3, \"text\": 1, \"error\": \"\\\"text\\\" must be a string, not a number\"}\n");
    expect(&how, INPUT_JSONL, TEXT(""), "{\"error\": \"invalid JSON at byte 0: there is no value\"}\n");
    expect(&how, INPUT_JSONL, TEXT("[1]"),
           "{\"error\": \"expected an object like {\\\"text\\\": \\\"...\\\"}, not an array\"}\n");
    expect(&how, INPUT_LINES, TEXT("\xff"),
           "{\"text\": \"\xEF\xBF\xBD\", \"error\": \"the text is not valid UTF-8: byte 0xFF at offset 0 does not "
           "begin a character; encode the text as UTF-8\"}\n");
}

static void wrong_records_are_set_apart(void **state)
{
    corpus_answers how = of_components(state, 0);
    corpus_file file = {.path = (char *)(uintptr_t)"a.jsonl"};
    how.errors_apart = 1;
    how.rules.keep = "";
    expect_of(&how, &file, TEXT("{\"id\": 3, \"text\": 1}"), "",
              "{\"where\": \"a.jsonl:7\", \"id\": 3, \"text\": 1, \"error\": \"\\\"text\\\" must be a string, not a "
              "number\"}\n");
    expect_of(&how, &file, TEXT("{\"id\"\xff"), "",
              "{\"where\": \"a.jsonl:7\", \"line\": \"{\\\"id\\\"\xEF\xBF\xBD\", \"error\": \"invalid JSON at byte 5: "
              "expected a "
              "colon after the key\"}\n");
}

static void rows_of_csv_are_records(void **state)
{
    corpus_answers how = of_components(state, 0);
    corpus_file file = {.kind = INPUT_CSV};
    how.fields = ANSWER_TEXT;
    assert_int_equal(csv_columns_read(TEXT("id,\"text\",q\"\r"), ',', &file.columns), 0);
    expect_of(&how, &file, TEXT("7,\"a, \"\"b\"\"\nc\",\xff\r"),
              "{\"id\": \"7\", \"text\": \"a, \\\"b\\\"\\nc\", \"q\\\"\": \"\xEF\xBF\xBD\"}\n", "");
    expect_of(&how, &file, TEXT("7,b"),
              "{\"id\": \"7\", \"text\": \"b\", \"error\": \"2 fields, where the first line names 3 columns\"}\n", "");
    expect_of(&how, &file, TEXT("7,\"b"),
              "{\"id\": \"7\", \"error\": \"a quotation mark opens a field and none closes it\"}\n", "");
    how.rules.text = "body";
    expect_of(
        &how, &file, TEXT("7,b,c"),
        "{\"id\": \"7\", \"text\": \"b\", \"q\\\"\": \"c\", \"error\": \"there is no column \\\"body\\\": name one by "
        "--text; there are \\\"id\\\", \\\"text\\\", \\\"q\\\"\\\"\"}\n",
        "");
    csv_columns_free(&file.columns);
}

static void formats_name_the_record(void **state)
{
    corpus_answers how = of_components(state, ALL);
    corpus_file file = {.path = NULL};
    how.kind = ANSWER_TSV;
    expect_of(&how, &file, TEXT("{\"text\": \"in London\"}"), "7\t3\t9\tGPE\tLondon\n", "");
    expect_of(&how, &file, TEXT("{\"text\": \"in London\", \"id\": \"a\\tb\"}"), "a\\tb\t3\t9\tGPE\tLondon\n", "");
    expect_of(&how, &file, TEXT("{\"text\": \"in London\", \"id\": 1.50}"), "1.50\t3\t9\tGPE\tLondon\n", "");
    file.path = (char *)(uintptr_t)"x/b.jsonl";
    expect_of(&how, &file, TEXT("{\"text\": \"in London\", \"id\": []}"), "x/b.jsonl:7\t3\t9\tGPE\tLondon\n", "");
    expect_of(
        &how, &file, TEXT("{\"text\": 1}"), "",
        "{\"where\": \"x/b.jsonl:7\", \"text\": 1, \"error\": \"\\\"text\\\" must be a string, not a number\"}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_are_as_doc_to_json_has_them),
        cmocka_unit_test(members_stay_as_they_came),
        cmocka_unit_test(wrong_records_are_answered_in_their_place),
        cmocka_unit_test(wrong_records_are_set_apart),
        cmocka_unit_test(rows_of_csv_are_records),
        cmocka_unit_test(formats_name_the_record),
    };
    return cmocka_run_group_tests(tests, open_model, close_model);
}
