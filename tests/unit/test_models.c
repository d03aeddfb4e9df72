/* test_models.c - which models arguments and TERN_MODEL mean, how one is asked for by name, and what is written to an
 * open one's file. Requests to open ones: tests/runtime. */
#define _DEFAULT_SOURCE /* setenv, mkstemp, P_tmpdir */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"

#include "one_model.h"
#include "request.h"

#define FORTY "0123456789012345678901234567890123456789"

static void set_variable(const char *value)
{
    assert_int_equal(value ? setenv("TERN_MODEL", value, 1) : unsetenv("TERN_MODEL"), 0);
}

static void expect(const model_set *models, size_t index, const char *name, const char *path)
{
    assert_true(index < models->count);
    assert_string_equal(models->item[index].name, name);
    assert_string_equal(models->item[index].path, path);
}

static void an_argument_is_a_path_or_a_name_and_a_path(void **state)
{
    static const struct {
        const char *argument, *name, *path;
    } good[] = {
        {"en=weights/en.tern", "en", "weights/en.tern"},
        {"A-z_09=x", "A-z_09", "x"},
        {"a=b=c,d", "a", "b=c,d"},
        {FORTY "=/x", FORTY, "/x"},
        {"en=/mnt/a b.tern", "en", "/mnt/a b.tern"},
        {"weights/en_core_web_sm.tern", "en_core_web_sm", "weights/en_core_web_sm.tern"},
        {"en.tern", "en", "en.tern"},
        {"/x/fr", "fr", "/x/fr"},
        {"/x/.tern", "_tern", "/x/.tern"},
        {"./a=b.tern", "a_b", "./a=b.tern"},
        {"en-3.8.0.tern", "en-3_8_0", "en-3.8.0.tern"},
        {"/\xc3\xa9\"\\\n", "_____", "/\xc3\xa9\"\\\n"},
        {"a,b=c.tern", "a_b_c", "a,b=c.tern"},
        {FORTY "x.tern", FORTY, FORTY "x.tern"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        model_set models = {0};
        problem why = {""};
        if (models_add(&models, good[i].argument, &why)) fail_msg("%s: %s", good[i].argument, why.text);
        expect(&models, 0, good[i].name, good[i].path);
        models_close(&models);
        assert_int_equal(models.count, 0);
    }
}

static void wrong_arguments_are_refused(void **state)
{
    static const struct {
        const char *argument, *cause;
    } bad[] = {
        {"", "is empty"},
        {"/", "ends in"},
        {"weights/", "ends in"},
        {"=x", "not a model's name"},
        {"en=", "\"en\" has no path"},
        {"e n=x", "not a model's name"},
        {"\xc3\xa9=x", "not a model's name"},
        {"en.1=x", "not a model's name"},
        {FORTY "1=x", "not a model's name"},
        {"en =x", "not a model's name"},
        {"first=y", "two models with the name \"first\""},
        {"/other/first.tern", "two models with the name \"first\""},
    };
    model_set models = {0};
    problem why;
    (void)state;
    assert_int_equal(models_add(&models, "first=x", &why), 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(models_add(&models, bad[i].argument, &why), -1);
        if (!strstr(why.text, bad[i].cause))
            fail_msg("%s: \"%s\", expected \"%s\"", bad[i].argument, why.text, bad[i].cause);
        assert_int_equal(models.count, 1);
    }
    models_close(&models);
}

static void the_variable_is_a_path_or_a_list(void **state)
{
    static const struct {
        const char *value, *cause;
    } bad[] = {
        {"en=a,", "not NAME=PATH"},           {"en=a,b", "not NAME=PATH"}, {"en=a,/b=c", "not NAME=PATH"},
        {"en=a,en=b", "two models"},          {"en=,fr=a", "no path"},     {"en=a,=b", "not a model's name"},
        {"en=a, fr=b", "not a model's name"}, {"=", "not a model's name"}, {"/", "ends in"},
    };
    model_set models = {0};
    problem why;
    (void)state;
    set_variable("en=weights/en.tern,fr=/mnt/efs/fr=1.tern,de=de");
    assert_int_equal(models_add_default(&models, TASK_NER, &why), 0);
    assert_int_equal(models.count, 3);
    expect(&models, 0, "en", "weights/en.tern");
    expect(&models, 1, "fr", "/mnt/efs/fr=1.tern");
    expect(&models, 2, "de", "de");
    models_close(&models);
    set_variable("/mnt/a,b=c.tern"); /* what has always been a path */
    assert_int_equal(models_add_default(&models, TASK_NER, &why), 0);
    expect(&models, 0, "a_b_c", "/mnt/a,b=c.tern");
    models_close(&models);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        set_variable(bad[i].value);
        assert_int_equal(models_add_default(&models, TASK_NER, &why), -1);
        if (strncmp(why.text, "TERN_MODEL: ", 12) || !strstr(why.text, bad[i].cause))
            fail_msg("%s: \"%s\", expected \"%s\"", bad[i].value, why.text, bad[i].cause);
        models_close(&models);
    }
    set_variable(NULL);
}

static void there_is_a_limit_and_all_names_fit_into_a_sentence(void **state)
{
    model_set models = {0};
    problem why;
    char argument[MODEL_NAME_SIZE + 2], last[MODEL_NAME_SIZE + 1];
    (void)state;
    for (unsigned i = 0; i < MODELS_MAX; i++) {
        snprintf(argument, sizeof argument, "%040u=x", i);
        assert_int_equal(models_add(&models, argument, &why), 0);
    }
    assert_int_equal(models_add(&models, "more=x", &why), -1);
    assert_string_equal(why.text, "there are more than 16 models");
    models_unknown(&models, &why);
    snprintf(last, sizeof last, "%040u)", MODELS_MAX - 1);
    assert_non_null(strstr(why.text, last));
    models_close(&models);
}

static void names_are_found_whole(void **state)
{
    model_set models = {0};
    problem why;
    (void)state;
    assert_int_equal(models_add(&models, "en=x", &why) || models_add(&models, "en2=y", &why), 0);
    assert_ptr_equal(models_find(&models, "en", 2), &models.item[0]);
    assert_ptr_equal(models_find(&models, "en2", 3), &models.item[1]);
    assert_null(models_find(&models, "", 0));
    assert_null(models_find(&models, "e", 1));
    assert_null(models_find(&models, "EN", 2));
    assert_null(models_find(&models, "en\0", 3));
    models_unknown(&models, &why);
    assert_string_equal(why.text, "there is no model of this name (known: en, en2)");
    models_close(&models);
}

/* ---- "model" in a request ---------------------------------------------------------------------------------------- */

static int ask(const model_set *models, request_target *target, const char *body, problem *why)
{
    json_error wrong;
    json_doc *doc = json_parse(body, strlen(body), &wrong);
    assert_non_null(doc);
    why->text[0] = '\0';
    int status = request_target_of(json_root(doc), models, target, why);
    json_free(doc);
    return status;
}

static void a_request_names_its_model(void **state)
{
    static const struct {
        const char *body;
        size_t path, expected;
        int status;
        const char *cause;
    } samples[] = {
        /* path, expected: 0 none, 1 "en", 2 "fr" */
        {"{}", 0, 1, 0, ""},
        {"[1]", 0, 1, 0, ""},
        {"{}", 2, 2, 0, ""},
        {"{\"model\": \"fr\"}", 0, 2, 0, ""},
        {"{\"model\": \"fr\"}", 2, 2, 0, ""},
        {"{\"model\": \"x\", \"model\": \"fr\"}", 0, 2, 0, ""},
        {"{\"model\": \"en\"}", 2, 0, 400, "different models"},
        {"{\"model\": null}", 0, 1, 0, ""},
        {"{\"model\": null}", 2, 2, 0, ""},
        {"{\"model\": [\"en\"]}", 0, 0, 400, "a string, not an array"},
        {"{\"model\": \"\"}", 0, 0, 404, "(known: en, fr)"},
        {"{\"model\": \"x\"}", 0, 0, 404, "(known: en, fr)"},
        {"{\"model\": \"x\"}", 1, 0, 404, "(known: en, fr)"},
        {"{\"model\": \"en\\u0000\"}", 0, 0, 404, "(known: en, fr)"},
        {"{\"model\": \"../fr\"}", 0, 0, 404, "(known: en, fr)"},
    };
    model_set models = set_of_one("en", *state);
    models.item[models.count++] = models.item[0];
    strcpy(models.item[1].name, "fr");
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        problem why;
        request_target target = {.task = TASK_NER, .model = samples[i].path ? &models.item[samples[i].path - 1] : NULL};
        int status = ask(&models, &target, samples[i].body, &why);
        if (status != samples[i].status || !strstr(why.text, samples[i].cause))
            fail_msg("%s: %d \"%s\", expected %d \"%s\"", samples[i].body, status, why.text, samples[i].status,
                     samples[i].cause);
        if (!status) assert_ptr_equal(target.model, &models.item[samples[i].expected - 1]);
    }
}

/* ---- what is asked for ------------------------------------------------------------------------------------------- */

/* Models of which the first can do one thing, the second the other, the third both, and the fourth nothing. */
static model_set four_models(tern_model *model)
{
    static const char *const names[] = {"en", "mood", "both", "none"};
    static const unsigned tasks[] = {TASK_BIT(TASK_NER), TASK_BIT(TASK_SENTIMENT),
                                     TASK_BIT(TASK_NER) | TASK_BIT(TASK_SENTIMENT), 0};
    model_set models = {.count = 4};
    for (size_t i = 0; i < models.count; i++) {
        models.item[i].model = model;
        models.item[i].tasks = tasks[i];
        strcpy(models.item[i].name, names[i]);
    }
    return models;
}

static void a_request_without_an_address_says_what_it_asks_for(void **state)
{
    static const struct {
        const char *body;
        task_kind task;
        size_t model;
        int status;
        const char *cause;
    } samples[] = {
        {"{\"text\": \"a\"}", TASK_NER, 0, 0, ""},
        {"{\"input\": \"a\"}", TASK_SENTIMENT, 1, 0, ""},
        {"{\"task\": \"sentiment\"}", TASK_SENTIMENT, 1, 0, ""},
        {"{\"task\": \"ner\", \"input\": 1}", TASK_NER, 0, 0, ""},
        {"{\"model\": \"mood\"}", TASK_SENTIMENT, 1, 0, ""},
        {"{\"model\": \"both\"}", TASK_NER, 2, 0, ""},
        {"{\"model\": \"both\", \"input\": 1}", TASK_SENTIMENT, 2, 0, ""},
        {"{\"model\": \"both\", \"task\": \"sentiment\"}", TASK_SENTIMENT, 2, 0, ""},
        {"{\"model\": \"en\", \"input\": 1}", TASK_SENTIMENT, 0, 400, "the model \"en\" finds no sentiments"},
        {"{\"model\": \"mood\", \"task\": \"ner\"}", TASK_NER, 0, 400, "the model \"mood\" finds no entities"},
        {"{\"model\": \"none\"}", TASK_NER, 0, 400, "the model \"none\" finds no entities"},
        {"{\"task\": \"Ner\"}", TASK_NER, 0, 400, "\"task\" must be \"ner\", \"sentiment\" or \"redact\""},
        {"{\"task\": null}", TASK_NER, 0, 0, ""},
        {"{\"task\": null, \"input\": \"a\"}", TASK_SENTIMENT, 1, 0, ""},
        {"{\"text\": \"a\", \"input\": null}", TASK_NER, 0, 0, ""},
        {"{\"task\": \"\"}", TASK_NER, 0, 400, "\"task\" must be"},
    };
    const model_set models = four_models(*state);
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        problem why;
        request_target target = {.task = TASK_ANY};
        int status = ask(&models, &target, samples[i].body, &why);
        if (status != samples[i].status || !strstr(why.text, samples[i].cause))
            fail_msg("%s: %d \"%s\", expected %d \"%s\"", samples[i].body, status, why.text, samples[i].status,
                     samples[i].cause);
        if (!status && (target.task != samples[i].task || target.model != &models.item[samples[i].model]))
            fail_msg("%s: task %d of %s", samples[i].body, (int)target.task, target.model->name);
    }
}

static void an_address_says_what_is_asked_for(void **state)
{
    const model_set models = four_models(*state);
    problem why;
    request_target target = {.task = TASK_SENTIMENT};
    assert_int_equal(ask(&models, &target, "{\"text\": 1, \"task\": \"ner\"}", &why), 0);
    assert_int_equal(target.task, TASK_SENTIMENT);
    assert_ptr_equal(target.model, &models.item[1]);
    target = (request_target){.task = TASK_NER};
    assert_int_equal(ask(&models, &target, "{\"input\": 1}", &why), 0);
    assert_ptr_equal(target.model, &models.item[0]);
}

static void who_can_do_nothing_says_how_to_configure_it(void **state)
{
    model_set models = set_of_one("en", *state);
    problem why;
    request_target target = {.task = TASK_SENTIMENT};
    assert_int_equal(ask(&models, &target, "{}", &why), 404);
    assert_string_equal(why.text, "no model here finds sentiments: start with -m sentiment=FILE.tern (tern serve) or "
                                  "TERN_MODEL=...,sentiment=FILE.tern (Lambda)");
    models.item[0].tasks = TASK_BIT(TASK_SENTIMENT);
    target = (request_target){.task = TASK_NER};
    assert_int_equal(ask(&models, &target, "{}", &why), 404);
    assert_non_null(strstr(why.text, "no model here finds entities: start with -m en=FILE.tern"));
    target = (request_target){.task = TASK_ANY}; /* nothing else can be meant */
    assert_int_equal(ask(&models, &target, "{\"text\": 1}", &why), 0);
    assert_int_equal(target.task, TASK_SENTIMENT);
}

static void what_is_first_is_the_default(void **state)
{
    model_set models = four_models(*state);
    assert_ptr_equal(models_default(&models, TASK_ANY), &models.item[0]);
    models.item[0].tasks = 0;
    assert_ptr_equal(models_default(&models, TASK_ANY), &models.item[2]); /* entities go first */
    assert_ptr_equal(models_default(&models, TASK_NER), &models.item[2]);
    assert_ptr_equal(models_default(&models, TASK_SENTIMENT), &models.item[1]);
    models.item[2].tasks = 0;
    assert_ptr_equal(models_default(&models, TASK_ANY), &models.item[1]);
    assert_null(models_default(&models, TASK_NER));
}

/* ---- files that change ------------------------------------------------------------------------------------------- */

typedef struct copied_file {
    char path[64], fresh[72]; /* fresh: of a file beside it */
    unsigned char *data;
    size_t size;
} copied_file;

static void write_file(const char *path, const unsigned char *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static int copy_tiny(void **state)
{
    copied_file *copy = calloc(1, sizeof *copy);
    FILE *file = fopen(TERN_SOURCE_DIR "/tests/data/tiny.tern", "rb");
    if (!copy || !file) return -1;
    fseek(file, 0, SEEK_END);
    copy->size = (size_t)ftell(file);
    rewind(file);
    copy->data = malloc(copy->size);
    if (!copy->data || fread(copy->data, 1, copy->size, file) != copy->size) return -1;
    fclose(file);
    snprintf(copy->path, sizeof copy->path, "%s/models_XXXXXX", P_tmpdir);
    int fd = mkstemp(copy->path);
    if (fd < 0) return -1;
    close(fd);
    snprintf(copy->fresh, sizeof copy->fresh, "%s.fresh", copy->path);
    write_file(copy->path, copy->data, copy->size);
    *state = copy;
    return 0;
}

static int remove_copy(void **state)
{
    copied_file *copy = *state;
    unlink(copy->path);
    free(copy->data);
    free(copy);
    return 0;
}

static model_set open_copy(const copied_file *copy, model_access access)
{
    model_set models = {0};
    problem why;
    assert_int_equal(models_add_file(&models, copy->path, &why), 0);
    if (models_open(&models, access, &why)) fail_msg("%s", why.text);
    assert_null(models_changed(&models));
    return models;
}

/* A second ago, so that a write is seen however coarse the file system's clock is. */
static void age(const char *path)
{
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    const struct timespec times[2] = {{.tv_sec = info.st_mtime - 1}, {.tv_sec = info.st_mtime - 1}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void a_mapped_file_that_is_written_to_has_changed(void **state)
{
    const copied_file *copy = *state;
    age(copy->path);
    model_set models = open_copy(copy, MODEL_MAPPED);
    write_file(copy->path, copy->data, copy->size); /* the same bytes: only the time tells */
    assert_ptr_equal(models_changed(&models), &models.item[0]);
    models_close(&models);
    models = open_copy(copy, MODEL_MAPPED);
    assert_int_equal(truncate(copy->path, (off_t)copy->size - 1), 0);
    assert_ptr_equal(models_changed(&models), &models.item[0]);
    models_close(&models);
}

static void a_file_that_is_replaced_or_removed_has_not(void **state)
{
    const copied_file *copy = *state;
    model_set models = open_copy(copy, MODEL_MAPPED);
    write_file(copy->fresh, copy->data, 10);
    assert_int_equal(rename(copy->fresh, copy->path), 0);
    assert_null(models_changed(&models));
    unlink(copy->path);
    assert_null(models_changed(&models));
    models_close(&models);
}

static size_t count_tokens(const model_set *models)
{
    tern_ctx *ctx;
    const tern_doc *doc;
    const char text[] = "Angela Merkel visited Paris on Monday.";
    assert_int_equal(tern_ctx_new(models->item[0].model, &ctx, NULL), TERN_OK);
    assert_int_equal(tern_run(ctx, text, sizeof text - 1, NULL, &doc, NULL), TERN_OK);
    size_t count = tern_doc_token_count(doc);
    tern_ctx_free(ctx);
    return count;
}

static void a_loaded_one_needs_its_file_no_more(void **state)
{
    const copied_file *copy = *state;
    model_set models = open_copy(copy, MODEL_LOADED);
    size_t before = count_tokens(&models);
    assert_int_equal(truncate(copy->path, 0), 0);
    assert_null(models_changed(&models));
    assert_int_equal(count_tokens(&models), before);
    assert_int_equal(tern_model_verify(models.item[0].model, NULL), TERN_OK);
    models_close(&models);
}

static void the_same_files_are_opened_again(void **state)
{
    const copied_file *copy = *state;
    model_set models = open_copy(copy, MODEL_LOADED), again = {0};
    problem why;
    assert_int_equal(models_again(&models, &again), 0);
    assert_int_equal(again.count, 1);
    assert_string_equal(again.item[0].name, models.item[0].name);
    assert_string_equal(again.item[0].path, copy->path);
    models_close(&models);
    assert_int_equal(models_open(&again, MODEL_LOADED, &why), TERN_OK);
    models_close(&again);
}

/* What tern_model_open leaves to tern_model_verify. */
static void loading_compares_every_checksum(void **state)
{
    const copied_file *copy = *state;
    tern_model *model;
    tern_error err;
    copy->data[copy->size - 1] ^= 1;
    write_file(copy->path, copy->data, copy->size);
    assert_int_equal(tern_model_open(copy->path, &model, &err), TERN_OK);
    tern_model_close(model);
    assert_int_equal(tern_model_load(copy->path, &model, &err), TERN_E_CHECKSUM);
    assert_null(model);
    assert_non_null(strstr(err.msg, "checksum"));
}

static void what_cannot_be_loaded_is_refused(void **state)
{
    tern_model *model;
    tern_error err;
    (void)state;
    assert_int_equal(tern_model_load(NULL, &model, &err), TERN_E_ARGUMENT);
    assert_int_equal(tern_model_load("x", NULL, &err), TERN_E_ARGUMENT);
    assert_int_equal(tern_model_load("models_that_are_not_there", &model, &err), TERN_E_IO);
    assert_int_equal(tern_model_load(".", &model, &err), TERN_E_IO);
    assert_int_equal(tern_model_load("/dev/null", &model, &err), TERN_E_IO);
    assert_null(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_argument_is_a_path_or_a_name_and_a_path),
        cmocka_unit_test(wrong_arguments_are_refused),
        cmocka_unit_test(the_variable_is_a_path_or_a_list),
        cmocka_unit_test(there_is_a_limit_and_all_names_fit_into_a_sentence),
        cmocka_unit_test(names_are_found_whole),
        cmocka_unit_test(a_request_names_its_model),
        cmocka_unit_test(a_request_without_an_address_says_what_it_asks_for),
        cmocka_unit_test(an_address_says_what_is_asked_for),
        cmocka_unit_test(who_can_do_nothing_says_how_to_configure_it),
        cmocka_unit_test(what_is_first_is_the_default),
        cmocka_unit_test_setup_teardown(a_mapped_file_that_is_written_to_has_changed, copy_tiny, remove_copy),
        cmocka_unit_test_setup_teardown(a_file_that_is_replaced_or_removed_has_not, copy_tiny, remove_copy),
        cmocka_unit_test_setup_teardown(a_loaded_one_needs_its_file_no_more, copy_tiny, remove_copy),
        cmocka_unit_test_setup_teardown(the_same_files_are_opened_again, copy_tiny, remove_copy),
        cmocka_unit_test_setup_teardown(loading_compares_every_checksum, copy_tiny, remove_copy),
        cmocka_unit_test(what_cannot_be_loaded_is_refused),
    };
    return cmocka_run_group_tests_name("models", tests, open_model, close_model);
}
