/* fuzz_corpus - any bytes as a file of `tern pipe`: JSON Lines, lines, CSV, TSV, compressed or not. Each record has one
 * answer, in JSON Lines a line of JSON, whatever it says. The first two bytes choose how. */
#define _GNU_SOURCE /* memfd_create */
#include "corpus_answer.h"
#include "doc_json.h"
#include "fuzz.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char *const endings[] = {"", ".gz", ".zst"};
static char path[3][64]; /* of the file, which is file, by names with these endings */
static int file;
static corpus_answers how;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static model_set models;
    static model_contexts contexts;
    char target[64];
    (void)argc;
    (void)argv;
    fuzz_models(&models, &contexts);
    how.model = models.item[0].model;
    how.settings = (handler_settings){.model = how.model, .components = models.item[0].components};
    file = memfd_create("corpus", MFD_CLOEXEC);
    REQUIRE(file >= 0);
    snprintf(target, sizeof target, "/proc/self/fd/%d", file);
    for (int i = 0; i < 3; i++) {
        snprintf(path[i], sizeof path[i], "/tmp/fuzz-corpus-%d%s", (int)getpid(), endings[i]);
        unlink(path[i]);
        REQUIRE(symlink(target, path[i]) == 0);
    }
    return 0;
}

static void check_lines(const bytes *out, size_t expected)
{
    size_t count = 0;
    for (size_t at = 0, stop; at < out->len; at = stop + 1, count++) {
        const char *found = memchr(out->data + at, '\n', out->len - at);
        REQUIRE(found);
        stop = (size_t)(found - out->data);
        fuzz_require_json(out->data + at, stop - at);
    }
    REQUIRE(count == expected);
}

static void answer(const corpus_task *task, void *thread, corpus_batch *batch)
{
    corpus_batch_complete(batch);
    task->answer(thread, batch, 0);
    REQUIRE(!batch->no_memory);
    if (how.kind == ANSWER_JSONL) check_lines(&batch->answers, batch->count - (how.errors_apart ? batch->failed : 0));
    check_lines(&batch->errors, how.kind != ANSWER_JSONL || how.errors_apart ? batch->failed : 0);
    corpus_batch_clear(batch);
}

static void run(corpus_input *input, const corpus_task *task, void *thread)
{
    corpus_batch batch = {.count = 0};
    problem why = {.text = ""};
    record_status status = RECORD_OK;
    while (status == RECORD_OK) {
        const char *record;
        size_t len;
        record_place place;
        status = corpus_input_next(input, &record, &len, &place);
        if (status == RECORD_WAIT) status = corpus_input_fill(input, &why);
        else if (status == RECORD_OK || status == RECORD_TOO_LONG) {
            if (corpus_batch_add(&batch, record, len, status == RECORD_TOO_LONG, place)) answer(task, thread, &batch);
            status = RECORD_OK;
        }
    }
    REQUIRE(status == RECORD_END || (status == RECORD_FAILED && why.text[0]));
    answer(task, thread, &batch);
    corpus_batch_free(&batch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const keeps[] = {NULL, "", "id,a", "x"};
    problem why;
    tern_error error;
    if (size < 2) return 0;
    how.kind = (answer_kind)(data[0] % ANSWER_KINDS);
    how.errors_apart = data[0] >> 4 & 1;
    how.fields = ANSWER_TEXT | (data[0] >> 5);
    how.rules = (record_rules){.text = data[1] & 4 ? "text" : "a", .keep = keeps[data[1] >> 3 & 3]};
    REQUIRE(ftruncate(file, 0) == 0 && pwrite(file, data + 2, size - 2, 0) == (ssize_t)size - 2);
    char *paths[] = {path[(data[1] >> 5) % 3]};
    const corpus_task task = corpus_answer_task(&how);
    corpus_input *input = corpus_input_open(paths, 1, (input_kind)(data[1] & 3), 600, &why);
    void *thread = task.begin(task.user, &error);
    REQUIRE(input && thread);
    run(input, &task, thread);
    task.end(thread);
    corpus_input_close(input);
    return 0;
}
