#define _DEFAULT_SOURCE /* flock */
#include "corpus_output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "deadline.h"
#include "json_in.h"
#include "json_out.h"

#define KEEP_EVERY_MS 1000.0

/* A file that is being written. */
typedef struct part_file {
    const char *path; /* NULL: none */
    char *part;       /* its temporary name; NULL: path is no regular file and is written as it is */
    FILE *file;
    uint64_t size; /* bytes that have been written */
} part_file;

struct corpus_output {
    output_options options;
    part_file answers, errors;
    char *progress, *new_progress; /* NULL: standard output */
    double kept_ms;
};

/* ---- names ------------------------------------------------------------------------------------------------------- */

static char *with_ending(const char *path, const char *ending)
{
    char *name = malloc(strlen(path) + strlen(ending) + 1);
    if (name) strcat(strcpy(name, path), ending);
    return name;
}

static int is_there(const char *path) { return access(path, F_OK) == 0; }

static int out_of_memory(problem *why) { return problem_set(why, -1, "out of memory"); }

static int cannot_write(const char *path, problem *why)
{
    return problem_set(why, -1, "cannot write to %s: %s", path, strerror(errno));
}

static int is_special(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && !S_ISREG(facts.st_mode);
}

/* ---- part files -------------------------------------------------------------------------------------------------- */

static int open_special(part_file *f, problem *why)
{
    f->file = fopen(f->path, "we");
    return f->file ? 0 : cannot_write(f->path, why);
}

/* keep: bytes of an earlier run that count. */
static int open_part(part_file *f, uint64_t keep, problem *why)
{
    struct stat facts;
    if (!f->path) return 0;
    if (is_special(f->path)) return open_special(f, why);
    f->part = with_ending(f->path, ".part");
    if (!f->part) return out_of_memory(why);
    int fd = open(f->part, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) return cannot_write(f->part, why);
    f->file = fdopen(fd, "r+");
    if (!f->file) {
        close(fd);
        return cannot_write(f->part, why);
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) return problem_set(why, -1, "%s is being written by another run", f->part);
    if (fstat(fd, &facts) != 0 || (uint64_t)facts.st_size < keep)
        return problem_set(why, -1, "%s is shorter than its .progress says: remove both and begin anew", f->part);
    if (ftruncate(fd, (off_t)keep) != 0 || fseeko(f->file, (off_t)keep, SEEK_SET) != 0)
        return cannot_write(f->part, why);
    f->size = keep;
    return 0;
}

static int write_part(part_file *f, const bytes *data, problem *why)
{
    if (!data->len) return 0;
    if (fwrite(data->data, 1, data->len, f->file) != data->len) return cannot_write(f->part ? f->part : f->path, why);
    f->size += data->len;
    return 0;
}

static int flush_part(const part_file *f, problem *why)
{
    return !f->file || fflush(f->file) == 0 ? 0 : cannot_write(f->part ? f->part : f->path, why);
}

/* Onto the disk. */
static int sync_part(const part_file *f, problem *why)
{
    if (flush_part(f, why) != 0) return -1;
    return !f->part || fdatasync(fileno(f->file)) == 0 ? 0 : cannot_write(f->part, why);
}

static int name_part(part_file *f, problem *why)
{
    if (!f->part) return 0;
    return rename(f->part, f->path) == 0 ? 0 : cannot_write(f->path, why);
}

static void close_part(part_file *f)
{
    if (f->file) fclose(f->file);
    free(f->part);
}

/* So that a rename outlasts a loss of power. */
static void sync_folder(const char *path)
{
    char *folder = with_ending(path, "");
    char *slash = folder ? strrchr(folder, '/') : NULL;
    if (slash) slash[slash == folder] = '\0';
    int fd = folder ? open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(folder);
}

/* ---- progress ---------------------------------------------------------------------------------------------------- */

static void put_number(bytes *out, const char *name, uint64_t number)
{
    bytes_text(out, ", ");
    json_out_cstring(out, name);
    bytes_text(out, ": ");
    bytes_number(out, (size_t)number);
}

static int write_progress(const corpus_output *o, const corpus_counts *done, problem *why)
{
    bytes text = {.data = NULL};
    bytes_text(&text, "{\"run\": ");
    json_out_lossy(&text, o->options.run, strlen(o->options.run));
    put_number(&text, "records", done->records);
    put_number(&text, "failed", done->failed);
    put_number(&text, "tokens", done->tokens);
    put_number(&text, "bytes", o->answers.size);
    put_number(&text, "error_bytes", o->errors.size);
    bytes_text(&text, "}\n");
    FILE *file = text.failed ? NULL : fopen(o->new_progress, "we");
    int failed =
        !file || fwrite(text.data, 1, text.len, file) != text.len || fflush(file) != 0 || fsync(fileno(file)) != 0;
    if (file && fclose(file) != 0) failed = 1;
    bytes_free(&text);
    if (failed || rename(o->new_progress, o->progress) != 0) return cannot_write(o->progress, why);
    sync_folder(o->progress);
    return 0;
}

static int read_whole(const char *path, bytes *out)
{
    char block[4096];
    size_t got;
    FILE *file = fopen(path, "re");
    if (!file) return -1;
    while ((got = fread(block, 1, sizeof block, file)) > 0 && out->len < 1 << 20) bytes_append(out, block, got);
    fclose(file);
    return out->failed ? -1 : 0;
}

/* 0, or -1: it is no number. */
static int get_number(const json_node *root, const char *name, const char *data, uint64_t *out)
{
    const json_node *node = json_member(root, name);
    size_t len;
    if (json_type_of(node) != JSON_NUMBER) return -1;
    const char *digits = json_source(node, data, &len);
    *out = 0;
    for (size_t i = 0; i < len; i++) {
        if (digits[i] < '0' || digits[i] > '9' || *out > UINT64_MAX / 10 - 1) return -1;
        *out = *out * 10 + (uint64_t)(digits[i] - '0');
    }
    return 0;
}

static int read_numbers(corpus_output *o, const json_node *root, const bytes *text, corpus_counts *done)
{
    return get_number(root, "records", text->data, &done->records)
           || get_number(root, "failed", text->data, &done->failed)
           || get_number(root, "tokens", text->data, &done->tokens)
           || get_number(root, "bytes", text->data, &o->answers.size)
           || get_number(root, "error_bytes", text->data, &o->errors.size);
}

static int check_run(const corpus_output *o, const json_node *root, problem *why)
{
    bytes run = {.data = NULL};
    const char *earlier = json_string(json_member(root, "run"), &run);
    int same = earlier && !strcmp(earlier, o->options.run);
    if (!same)
        problem_set(why, -1, "--resume: the run that %s is of was another one, %.300s; this one is %.300s", o->progress,
                    earlier ? earlier : "", o->options.run);
    bytes_free(&run);
    return same ? 0 : -1;
}

static int read_progress(corpus_output *o, corpus_counts *done, problem *why)
{
    json_error error;
    bytes text = {.data = NULL};
    json_doc *doc = read_whole(o->progress, &text) == 0 ? json_parse(text.data, text.len, &error) : NULL;
    int status = -1;
    if (!doc || read_numbers(o, json_root(doc), &text, done) != 0)
        problem_set(why, -1, "%s is damaged: remove it and begin anew", o->progress);
    else status = check_run(o, json_root(doc), why);
    json_free(doc);
    bytes_free(&text);
    return status;
}

/* ---- opening ----------------------------------------------------------------------------------------------------- */

/* Whether path is there, and what made it has nothing left to do. */
static int is_complete(const corpus_output *o)
{
    char *part = with_ending(o->options.path, ".part");
    const int complete = part && is_there(o->options.path) && !is_there(part);
    if (complete) unlink(o->progress);
    free(part);
    return complete;
}

static output_status open_files(corpus_output *o, corpus_counts *done, problem *why)
{
    if (o->options.assemble && (!o->options.path || is_special(o->options.path)))
        return (output_status)problem_set(
            why, OUTPUT_FAILED, "this format is written when all records are there: name a regular file by -o");
    if (o->options.path && !is_special(o->options.path)) {
        o->progress = with_ending(o->options.path, ".progress");
        o->new_progress = with_ending(o->options.path, ".progress.new");
        if (!o->progress || !o->new_progress) return out_of_memory(why), OUTPUT_FAILED;
        const int broken_off = is_there(o->progress);
        if (o->options.resume && is_complete(o)) return OUTPUT_COMPLETE;
        if (broken_off && !o->options.resume)
            return (output_status)problem_set(
                why, OUTPUT_FAILED, "a run that was broken off has left %s: go on with it by --resume, or remove it",
                o->progress);
        if (broken_off && read_progress(o, done, why) != 0) return OUTPUT_FAILED;
    } else if (o->options.resume) {
        return (output_status)problem_set(why, OUTPUT_FAILED, "--resume needs -o with a file that can be gone on with");
    }
    if (open_part(&o->answers, o->answers.size, why) != 0 || open_part(&o->errors, o->errors.size, why) != 0)
        return OUTPUT_FAILED;
    return OUTPUT_OK;
}

output_status corpus_output_open(const output_options *options, corpus_output **out, corpus_counts *done, problem *why)
{
    *done = (corpus_counts){0};
    *out = calloc(1, sizeof **out);
    if (!*out) return out_of_memory(why), OUTPUT_FAILED;
    (*out)->options = *options;
    (*out)->answers.path = options->path;
    (*out)->errors.path = options->errors;
    output_status status = open_files(*out, done, why);
    if (status == OUTPUT_OK) return status;
    corpus_output_close(*out);
    *out = NULL;
    return status;
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static output_status of_standard_output(problem *why)
{
    if (!ferror(stdout)) return OUTPUT_OK;
    if (errno == EPIPE) return OUTPUT_CLOSED;
    cannot_write("standard output", why);
    return OUTPUT_FAILED;
}

output_status corpus_output_write(corpus_output *o, const bytes *answers, const bytes *errors, problem *why)
{
    if (o->errors.file && write_part(&o->errors, errors, why) != 0) return OUTPUT_FAILED;
    if (!o->errors.file && errors->len) fwrite(errors->data, 1, errors->len, stderr);
    if (o->answers.file) return write_part(&o->answers, answers, why) == 0 ? OUTPUT_OK : OUTPUT_FAILED;
    if (answers->len) o->options.write_out(answers);
    return of_standard_output(why);
}

output_status corpus_output_flush(corpus_output *o, problem *why)
{
    if (o->answers.part) return OUTPUT_OK;
    if (o->answers.file) return flush_part(&o->answers, why) == 0 ? OUTPUT_OK : OUTPUT_FAILED;
    if (fflush(stdout) == 0) return of_standard_output(why);
    if (errno == EPIPE) return OUTPUT_CLOSED;
    cannot_write("standard output", why);
    return OUTPUT_FAILED;
}

output_status corpus_output_keep(corpus_output *o, const corpus_counts *done, int soon, problem *why)
{
    const double now = clock_monotonic_ms();
    if (!o->progress || !done->records || (soon && now - o->kept_ms < KEEP_EVERY_MS)) return OUTPUT_OK;
    o->kept_ms = now;
    if (sync_part(&o->answers, why) != 0 || sync_part(&o->errors, why) != 0) return OUTPUT_FAILED;
    return write_progress(o, done, why) == 0 ? OUTPUT_OK : OUTPUT_FAILED;
}

static int assemble(corpus_output *o, problem *why)
{
    char *made = with_ending(o->options.path, ".new");
    int failed = !made ? out_of_memory(why) : o->options.assemble(o->answers.part, o->answers.size, made, why);
    if (!failed && rename(made, o->options.path) != 0) failed = cannot_write(o->options.path, why);
    if (failed && made) unlink(made);
    if (!failed) unlink(o->answers.part);
    free(made);
    return failed;
}

output_status corpus_output_finish(corpus_output *o, problem *why)
{
    if (sync_part(&o->answers, why) != 0 || sync_part(&o->errors, why) != 0) return OUTPUT_FAILED;
    if (name_part(&o->errors, why) != 0) return OUTPUT_FAILED;
    if ((o->options.assemble ? assemble(o, why) : name_part(&o->answers, why)) != 0) return OUTPUT_FAILED;
    if (o->progress) {
        unlink(o->progress);
        sync_folder(o->progress);
    }
    return corpus_output_flush(o, why);
}

void corpus_output_close(corpus_output *o)
{
    if (!o) return;
    close_part(&o->answers);
    close_part(&o->errors);
    free(o->progress);
    free(o->new_progress);
    free(o);
}
