#define _POSIX_C_SOURCE 200809L /* fileno */
#include "corpus_answer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chars.h"
#include "doc_conllu.h"
#include "doc_json.h"
#include "docbin.h"
#include "docbin_spool.h"
#include "json_out.h"
#include "msgpack_out.h"
#include "names.h"

/* One thread's. */
typedef struct answerer {
    const corpus_answers *how;
    handler_settings settings;
    tern_ctx *ctx;
    tern_options options;
    corpus_record record[BATCH_RECORDS];
    int status[BATCH_RECORDS]; /* 0: read; or why not, with the sentence in why */
    problem why[BATCH_RECORDS];
    size_t ahead; /* records from the one at hand on that tern_run_ahead has looked at */
    response failure;
} answerer;

/* A document that has been made. */
typedef struct answered {
    const corpus_answers *how;
    const corpus_record *record;
    const char *text;
    size_t len;
    const tern_doc *doc;
} answered;

/* ---- formats ----------------------------------------------------------------------------------------------------- */

static void write_jsonl(bytes *out, const answered *of)
{
    const corpus_answers *how = of->how;
    const int with_text = (how->fields & ANSWER_TEXT) != 0;
    bytes_text(out, "{");
    if (with_text && of->record->of_words) {
        json_out_cstring(out, how->rules.text);
        bytes_text(out, ": ");
        json_out_string(out, of->text, of->len);
    }
    corpus_record_members(of->record, &how->rules, with_text && !of->record->of_words, out);
    doc_json_fields(out, of->doc, how->fields & (DOC_JSON_ALL | DOC_JSON_SCORES));
    bytes_text(out, "}\n");
}

static void write_id(bytes *out, const corpus_record *record)
{
    bytes id = {.data = NULL};
    corpus_record_id(record, &id);
    escape_controls(out, id.data, id.len, 0);
    out->failed |= id.failed;
    bytes_free(&id);
}

static void write_conllu(bytes *out, const answered *of)
{
    bytes_text(out, "# newdoc id = ");
    write_id(out, of->record);
    bytes_text(out, "\n");
    doc_conllu(out, of->text, of->len, of->doc);
}

static void write_tsv(bytes *out, const answered *of)
{
    tern_entity entity;
    bytes id = {.data = NULL};
    if (tern_doc_entity_count(of->doc)) write_id(&id, of->record);
    for (size_t i = 0; !tern_doc_entity(of->doc, i, &entity); i++) {
        const tern_span *span = &entity.span;
        bytes_append(out, id.data, id.len);
        bytes_text(out, "\t");
        bytes_number(out, span->char_start);
        bytes_text(out, "\t");
        bytes_number(out, span->char_end);
        bytes_text(out, "\t");
        escape_label(out, entity.label);
        bytes_text(out, "\t");
        if (of->how->fields & DOC_JSON_SCORES) bytes_format(out, "%.6f\t", entity.score);
        escape_controls(out, of->text + span->byte_start, span->byte_end - span->byte_start, 0);
        bytes_text(out, "\n");
    }
    out->failed |= id.failed;
    bytes_free(&id);
}

/* Doc.user_data: the members that stay. */
static void user_data(bytes *out, const answered *of)
{
    json_error error;
    bytes members = {.data = NULL};
    bytes_text(&members, "{");
    corpus_record_members(of->record, &of->how->rules, 0, &members);
    const int any = members.len > 1;
    bytes_text(&members, "}");
    json_doc *doc = any && !members.failed ? json_parse(members.data, members.len, &error) : NULL;
    if (doc) msgpack_json(out, json_root(doc), members.data);
    else out->failed |= any;
    json_free(doc);
    bytes_free(&members);
}

static void write_docbin(bytes *out, const answered *of)
{
    bytes data = {.data = NULL};
    user_data(&data, of);
    docbin_spool(out, of->how->model, of->doc, of->text, data.data, data.len);
    out->failed |= data.failed;
    bytes_free(&data);
}

#define WITHOUT_CHUNKS (TERN_EVERYTHING & ~(unsigned)TERN_NOUN_CHUNKS)

static const struct {
    const char *name, *endings[3];
    const char *prologue;
    unsigned want; /* jsonl: as its fields say */
    void (*write)(bytes *out, const answered *of);
} formats[ANSWER_KINDS] = {
    [ANSWER_JSONL] = {"jsonl", {".jsonl", ".ndjson", ".json"}, "", 0, write_jsonl},
    [ANSWER_CONLLU] = {"conllu",
                       {".conllu", ".conll"},
                       "",
                       WITHOUT_CHUNKS & ~(unsigned)(TERN_NORMS | TERN_CATS | TERN_SPANS),
                       write_conllu},
    [ANSWER_TSV] = {"tsv", {".tsv"}, "id\tstart\tend\tlabel\ttext\n", TERN_ENTITIES, write_tsv},
    [ANSWER_DOCBIN] = {"spacy", {".spacy"}, "", WITHOUT_CHUNKS, write_docbin},
};

const char *answer_kind_name(answer_kind kind) { return formats[kind].name; }

answer_kind answer_kind_from_name(const char *name)
{
    answer_kind kind = ANSWER_JSONL;
    while (kind < ANSWER_KINDS && strcmp(name, formats[kind].name) != 0) kind++;
    return kind;
}

answer_kind answer_kind_of_file(const char *path)
{
    for (answer_kind kind = ANSWER_JSONL; kind < ANSWER_KINDS; kind++)
        for (size_t i = 0; i < 3 && formats[kind].endings[i]; i++)
            if (name_ends_in(path, strlen(path), formats[kind].endings[i])) return kind;
    return ANSWER_JSONL;
}

void corpus_answer_prologue(const corpus_answers *how, bytes *out)
{
    const int with_scores = how->kind == ANSWER_TSV && how->fields & DOC_JSON_SCORES;
    bytes_text(out, with_scores ? "id\tstart\tend\tlabel\tscore\ttext\n" : formats[how->kind].prologue);
}

int corpus_answer_assemble(const char *part, uint64_t size, const char *path, problem *why)
{
    FILE *spool = fopen(part, "re"), *out = spool ? fopen(path, "we") : NULL;
    int status = -1;
    if (!out) problem_set(why, -1, "cannot open %s: %s", spool ? path : part, strerror(errno));
    else status = docbin_assemble(spool, size, out, why);
    if (status == 0 && fsync(fileno(out)) != 0)
        status = problem_set(why, -1, "cannot write to %s: %s", path, strerror(errno));
    if (out) fclose(out);
    if (spool) fclose(spool);
    return status;
}

/* ---- wrong records ----------------------------------------------------------------------------------------------- */

/* Where a record stands and, if it is no JSON, what it is. */
static void write_place(bytes *out, const corpus_record *record)
{
    const raw_record *raw = record->raw;
    bytes where = {.data = NULL};
    corpus_record_place(raw, &where);
    bytes_text(out, "\"where\": ");
    json_out_lossy(out, where.data, where.len);
    bytes_free(&where);
    if (record->doc || raw->place.file->kind != INPUT_JSONL || raw->too_long) return;
    bytes_text(out, ", \"line\": ");
    json_out_lossy(out, raw->data, raw->len);
}

static void write_wrong(const answerer *self, const corpus_record *record, const char *why, corpus_batch *batch)
{
    const int apart = self->how->errors_apart || self->how->kind != ANSWER_JSONL;
    bytes *out = apart ? &batch->errors : &batch->answers;
    const record_rules all = {.text = self->how->rules.text};
    bytes_text(out, "{");
    if (apart) write_place(out, record);
    corpus_record_members(record, apart ? &all : &self->how->rules, 1, out);
    json_out_next(out);
    bytes_text(out, "\"error\": ");
    json_out_cstring(out, why);
    bytes_text(out, "}\n");
    batch->failed++;
}

/* ---- a batch ----------------------------------------------------------------------------------------------------- */

static run_input input_of(const corpus_record *record)
{
    return (run_input){.text = record->text.data ? record->text.data : "",
                       .len = record->text.len,
                       .words = record->of_words ? &record->given.words : NULL};
}

/* Short texts that follow each other run together. Not where scores come out: their last bits would depend on which
 * they are. */
static void look_ahead(answerer *self, const corpus_batch *batch, size_t from)
{
    const char *text[BATCH_RECORDS];
    size_t length[BATCH_RECORDS], count = 0;
    if (self->options.entity_scores) return;
    if (self->options.want & (TERN_CATS | TERN_SPANS) & tern_model_offers(self->how->model)) return;
    for (size_t i = from; i < batch->count; i++) {
        const corpus_record *record = &self->record[i];
        if (self->status[i] || record->of_words || !record->text.len || record->text.len > TERN_AHEAD_BYTES) break;
        text[count] = record->text.data;
        length[count++] = record->text.len;
    }
    self->ahead = tern_run_ahead(self->ctx, text, length, count, &self->options);
}

static void answer_record(answerer *self, size_t i, corpus_batch *batch)
{
    corpus_record *record = &self->record[i];
    const tern_doc *doc;
    if (self->status[i]) {
        write_wrong(self, record, self->why[i].text, batch);
        return;
    }
    const run_input input = input_of(record);
    if (model_run(self->ctx, &input, &self->options, &self->settings, &doc, &self->failure) != 0) {
        write_wrong(self, record, self->failure.message, batch);
        return;
    }
    const run_input text = text_of_run(&input, doc);
    formats[self->how->kind].write(&batch->answers, &(answered){self->how, record, text.text, text.len, doc});
    batch->tokens += tern_doc_token_count(doc);
}

static void answer_batch(void *thread, corpus_batch *batch, size_t memory)
{
    answerer *self = thread;
    self->options.memory = self->settings.memory = memory;
    for (size_t i = 0; i < batch->count; i++)
        self->status[i] = corpus_record_read(&batch->raw[i], &self->how->rules, &self->record[i], &self->why[i]);
    self->ahead = 0;
    for (size_t i = 0; i < batch->count; i++) {
        if (!self->ahead) look_ahead(self, batch, i);
        if (self->ahead) self->ahead--;
        answer_record(self, i, batch);
        corpus_record_clear(&self->record[i]);
    }
    tern_ctx_trim(self->ctx);
    batch->no_memory |= batch->answers.failed | batch->errors.failed;
}

/* ---- the task ---------------------------------------------------------------------------------------------------- */

static unsigned wanted(const corpus_answers *how)
{
    const unsigned want =
        how->kind == ANSWER_JSONL ? doc_json_want(how->fields & DOC_JSON_ALL) : formats[how->kind].want;
    return want | how->settings.besides;
}

static void end(void *thread)
{
    answerer *self = thread;
    for (size_t i = 0; i < BATCH_RECORDS; i++) corpus_record_free(&self->record[i]);
    response_free(&self->failure);
    tern_ctx_free(self->ctx);
    free(self);
}

static void *begin(void *user, tern_error *error)
{
    const corpus_answers *how = user;
    answerer *self = calloc(1, sizeof *self);
    if (!self) {
        snprintf(error->msg, sizeof error->msg, "out of memory");
        return NULL;
    }
    self->how = how;
    self->settings = how->settings;
    self->options = model_options(wanted(how), &self->settings);
    if (tern_ctx_new(how->model, &self->ctx, error) == TERN_OK) return self;
    end(self);
    return NULL;
}

corpus_task corpus_answer_task(corpus_answers *how)
{
    return (corpus_task){.user = how, .begin = begin, .answer = answer_batch, .end = end};
}
