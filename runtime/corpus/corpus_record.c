#include "corpus_record.h"

#include <string.h>

#include "doc_json.h"
#include "json_out.h"
#include "names.h"
#include "request.h"

#define BAD_RECORD 400
#define NO_MEMORY 500

/* ---- JSON Lines -------------------------------------------------------------------------------------------------- */

/* The tokens that Doc.to_json() writes beside the text: what they say comes from the text again. */
static int are_answers(const json_node *tokens)
{
    const json_node *first = json_first(tokens);
    return json_type_of(tokens) == JSON_ARRAY && (!first || json_type_of(first) == JSON_OBJECT);
}

static int has_value(const json_node *member) { return json_type_of(member) != JSON_NULL; }

static int is_of_words(const json_node *root, const record_rules *rules)
{
    return !json_member(root, rules->text) && json_member(root, "tokens");
}

/* A name as a sentence has it: "body". */
static void quoted(const char *name, char out[NAME_SHOWN_SIZE + 2])
{
    char shown[NAME_SHOWN_SIZE];
    name_shown(name, strlen(name), shown);
    size_t len = strlen(shown);
    out[0] = '"';
    memcpy(out + 1, shown, len);
    memcpy(out + 1 + len, "\"", 2);
}

static int read_text(const json_node *root, const record_rules *rules, bytes *text, problem *why)
{
    char name[NAME_SHOWN_SIZE + 2];
    const json_node *member = json_member(root, rules->text), *tokens = json_member(root, "tokens");
    quoted(rules->text, name);
    if (!member && request_check_names(root, why) != 0) return BAD_RECORD;
    if (!member)
        return problem_set(
            why, BAD_RECORD,
            "%s is missing: send {%s: \"...\"} (keys are case-sensitive), or name the member that has the "
            "text by --text",
            name, name);
    if (has_value(tokens) && !are_answers(tokens)) return request_both(name, "\"tokens\"", why);
    if (has_value(json_member(root, "spaces"))) return request_spaces_alone(why);
    return request_text(member, name, text, why);
}

static int read_json(const raw_record *raw, const record_rules *rules, corpus_record *out, problem *why)
{
    json_error error;
    out->doc = json_parse(raw->data, raw->len, &error);
    if (!out->doc) return problem_set(why, error.no_memory ? NO_MEMORY : BAD_RECORD, "%s", error.msg);
    const json_node *root = json_root(out->doc), *spaces = json_member(root, "spaces");
    if (json_type_of(root) != JSON_OBJECT)
        return problem_set(why, BAD_RECORD, "expected an object like {\"text\": \"...\"}, not %s",
                           json_type_name(json_type_of(root)));
    out->of_words = is_of_words(root, rules);
    if (!out->of_words) return read_text(root, rules, &out->text, why);
    if (!spaces && request_check_names(root, why) != 0) return BAD_RECORD;
    return request_words_read(json_member(root, "tokens"), has_value(spaces) ? spaces : NULL, &out->given, why);
}

/* ---- CSV --------------------------------------------------------------------------------------------------------- */

static csv_fields fields_of(const raw_record *raw)
{
    return csv_fields_of(raw->data, raw->len, input_kind_separator(raw->place.file->kind));
}

static int no_column(const corpus_file *file, const char *text, problem *why)
{
    char shown[NAME_SHOWN_SIZE];
    name_shown(text, strlen(text), shown);
    problem_set(why, BAD_RECORD, "there is no column \"%s\"", shown);
    for (size_t i = 0; i < file->columns.count && i < 10; i++) {
        name_shown(file->columns.name[i].data, file->columns.name[i].len, shown);
        problem_add(why, "%s\"%s\"", i ? ", " : ": name one by --text; there are ", shown);
    }
    return BAD_RECORD;
}

static int read_csv(const raw_record *raw, const record_rules *rules, corpus_record *out, problem *why)
{
    const corpus_file *file = raw->place.file;
    const size_t wanted = csv_column(&file->columns, rules->text);
    csv_fields fields = fields_of(raw);
    bytes field = {.data = NULL};
    size_t count = 0;
    int status;
    for (; (status = csv_next(&fields, &field)) == 1; count++)
        if (count == wanted) bytes_append(&out->text, field.data, field.len);
    const int failed = field.failed || out->text.failed;
    bytes_free(&field);
    if (failed) return problem_set(why, NO_MEMORY, "out of memory");
    if (wanted == file->columns.count) return no_column(file, rules->text, why);
    if (status < 0) return problem_set(why, BAD_RECORD, "a quotation mark opens a field and none closes it");
    if (count != file->columns.count)
        return problem_set(why, BAD_RECORD, "%zu fields, where the first line names %zu columns", count,
                           file->columns.count);
    return 0;
}

/* ---- a record ---------------------------------------------------------------------------------------------------- */

static int read_line(const raw_record *raw, corpus_record *out, problem *why)
{
    const size_t len = raw->len && raw->data[raw->len - 1] == '\r' ? raw->len - 1 : raw->len;
    bytes_append(&out->text, raw->data, len);
    return out->text.failed ? problem_set(why, NO_MEMORY, "out of memory") : 0;
}

int corpus_record_read(const raw_record *raw, const record_rules *rules, corpus_record *out, problem *why)
{
    out->raw = raw;
    if (raw->too_long) return problem_set(why, 413, CORPUS_TOO_LONG);
    switch (raw->place.file->kind) {
    case INPUT_LINES: return read_line(raw, out, why);
    case INPUT_CSV:
    case INPUT_TSV: return read_csv(raw, rules, out, why);
    default: return read_json(raw, rules, out, why);
    }
}

/* ---- what stays -------------------------------------------------------------------------------------------------- */

/* Whether name stands in a list separated by commas. */
static int is_listed(const char *list, const char *name)
{
    const size_t len = strlen(name);
    while (*list) {
        const size_t here = strcspn(list, ",");
        if (here == len && !memcmp(list, name, len)) return 1;
        list += here + (list[here] == ',');
    }
    return 0;
}

/* Whether a member stays that is not the text's. */
static int stays(const char *name, const record_rules *rules)
{
    if (doc_json_field(name) || !strcmp(name, "error")) return 0;
    return !rules->keep || is_listed(rules->keep, name);
}

static void keep_json(const corpus_record *record, const record_rules *rules, int with_text, bytes *out)
{
    const json_node *root = json_root(record->doc);
    size_t len;
    if (json_type_of(root) != JSON_OBJECT) return;
    for (const json_node *m = json_first(root); m; m = json_next(m)) {
        const char *name = json_key(m);
        const int is_text = !strcmp(name, rules->text);
        const int is_words = is_of_words(root, rules) && (!strcmp(name, "tokens") || !strcmp(name, "spaces"));
        if (is_text || is_words ? !with_text : !stays(name, rules)) continue;
        const char *source = json_member_source(root, m, record->raw->data, &len);
        json_out_next(out);
        bytes_append(out, source, len);
    }
}

static void keep_csv(const corpus_record *record, const record_rules *rules, int with_text, bytes *out)
{
    const csv_columns *columns = &record->raw->place.file->columns;
    csv_fields fields = fields_of(record->raw);
    bytes field = {.data = NULL};
    for (size_t i = 0; i < columns->count && csv_next(&fields, &field) == 1; i++) {
        const bytes *name = &columns->name[i];
        if (!strcmp(name->data, rules->text) ? !with_text : !stays(name->data, rules)) continue;
        json_out_next(out);
        json_out_lossy(out, name->data, name->len);
        bytes_text(out, ": ");
        json_out_lossy(out, field.data, field.len);
    }
    bytes_free(&field);
}

void corpus_record_members(const corpus_record *record, const record_rules *rules, int with_text, bytes *out)
{
    if (record->raw->too_long) return;
    switch (record->raw->place.file->kind) {
    case INPUT_CSV:
    case INPUT_TSV: keep_csv(record, rules, with_text, out); break;
    case INPUT_LINES:
        if (!with_text) break;
        json_out_next(out);
        json_out_cstring(out, rules->text);
        bytes_text(out, ": ");
        json_out_lossy(out, record->text.data, record->text.len);
        break;
    default:
        if (record->doc) keep_json(record, rules, with_text, out);
    }
}

/* ---- who it is --------------------------------------------------------------------------------------------------- */

void corpus_record_place(const raw_record *raw, bytes *out)
{
    if (raw->place.file->path) {
        bytes_text(out, raw->place.file->path);
        bytes_text(out, ":");
    }
    bytes_number(out, (size_t)raw->place.line);
}

static int json_id(const corpus_record *record, bytes *out)
{
    const json_node *id = json_member(json_root(record->doc), "id");
    bytes text = {.data = NULL};
    size_t len;
    if (json_type_of(id) == JSON_STRING) {
        if (json_string(id, &text)) bytes_append(out, text.data, text.len);
        bytes_free(&text);
        return 1;
    }
    if (json_type_of(id) != JSON_NUMBER && json_type_of(id) != JSON_BOOL) return 0;
    const char *source = json_source(id, record->raw->data, &len);
    bytes_append(out, source, len);
    return 1;
}

static int csv_id(const corpus_record *record, bytes *out)
{
    const corpus_file *file = record->raw->place.file;
    const size_t place = csv_column(&file->columns, "id");
    csv_fields fields = fields_of(record->raw);
    bytes field = {.data = NULL};
    size_t at = 0;
    while (at <= place && csv_next(&fields, &field) == 1) at++;
    if (at > place) bytes_append(out, field.data, field.len);
    bytes_free(&field);
    return at > place;
}

void corpus_record_id(const corpus_record *record, bytes *out)
{
    const input_kind kind = record->raw->place.file->kind;
    const int found =
        kind == INPUT_CSV || kind == INPUT_TSV ? csv_id(record, out) : record->doc && json_id(record, out);
    if (!found) corpus_record_place(record->raw, out);
}

void corpus_record_clear(corpus_record *record)
{
    json_free(record->doc);
    record->doc = NULL;
    if (record->text.capacity > 65536) bytes_free(&record->text);
    bytes_clear(&record->text);
    request_words_free(&record->given);
    record->given = (request_words){.text = {.data = NULL}};
    record->of_words = 0;
}

void corpus_record_free(corpus_record *record)
{
    corpus_record_clear(record);
    bytes_free(&record->text);
}
