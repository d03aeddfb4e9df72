#include "sqs_answer.h"

#include <stdio.h>
#include <string.h>

#include "json_in.h"

void sqs_set_problem(sqs_entry *const *entries, size_t count, const char *problem)
{
    for (size_t i = 0; i < count; i++) snprintf(entries[i]->problem, sizeof entries[i]->problem, "%s", problem);
}

/* The error's name from {"__type": "com.amazonaws.sqs#Name"} or a code; letters, digits and dots only. The message
 * beside it is left out: that of a wrong signature repeats the request's headers, among them the session token. */
static void read_code(const json_node *node, char *out, size_t size)
{
    bytes text = {0};
    size_t len = 0;
    const char *code = json_string(node, &text);
    const char *name = code ? strrchr(code, '#') : NULL;
    for (const char *p = name ? name + 1 : code; p && *p && len + 1 < size; p++)
        if ((*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == '.')
            out[len++] = *p;
    out[len] = '\0';
    bytes_free(&text);
}

static sqs_verdict judge_error(long status, const char *code)
{
    if (status >= 500 || status == 429 || strstr(code, "Throttl")) return SQS_AGAIN;
    if (strstr(code, "BatchRequestTooLong") || strstr(code, "InvalidParameterValue")
        || strstr(code, "InvalidMessageContents"))
        return SQS_SPLIT;
    return SQS_REFUSED;
}

/* The entry that an item of "Successful" or "Failed" is about; NULL if it names none. */
static sqs_entry *entry_of(const json_node *item, sqs_entry *const *entries, size_t count)
{
    bytes id = {0};
    char expected[24];
    sqs_entry *found = NULL;
    const char *text = json_string(json_member(item, "Id"), &id);
    for (size_t i = 0; text && i < count; i++) {
        snprintf(expected, sizeof expected, "%zu", i);
        if (!strcmp(text, expected)) found = entries[i];
    }
    bytes_free(&id);
    return found;
}

/* An entry that the sender is to blame for is done with: its problem begins with "refused". */
#define REFUSED "refused: "

static sqs_verdict read_results(const json_node *root, sqs_entry *const *entries, size_t count)
{
    char code[48];
    sqs_set_problem(entries, count, "the answer does not mention it");
    for (const json_node *item = json_first(json_member(root, "Successful")); item; item = json_next(item)) {
        sqs_entry *entry = entry_of(item, entries, count);
        if (entry) entry->accepted = 1;
    }
    for (const json_node *item = json_first(json_member(root, "Failed")); item; item = json_next(item)) {
        sqs_entry *entry = entry_of(item, entries, count);
        if (!entry) continue;
        entry->accepted = 0;
        read_code(json_member(item, "Code"), code, sizeof code);
        int refused = json_is_true(json_member(item, "SenderFault"));
        snprintf(entry->problem, sizeof entry->problem, "%s%s", refused ? REFUSED : "", *code ? code : "no code");
    }
    return SQS_EACH;
}

sqs_verdict sqs_read_answer(long status, const char *body, size_t len, sqs_entry *const *entries, size_t count)
{
    char problem[64], code[48] = "";
    json_error error;
    json_doc *doc = json_parse(body ? body : "", len, &error);
    sqs_verdict result;
    if (doc && status == 200) {
        result = read_results(json_root(doc), entries, count);
    } else {
        if (doc) read_code(json_member(json_root(doc), "__type"), code, sizeof code);
        snprintf(problem, sizeof problem, "status %ld%s%s", status,
                 status == 200 ? " without JSON"
                 : *code       ? " "
                               : "",
                 code);
        sqs_set_problem(entries, count, problem);
        result = status == 200 ? SQS_AGAIN : judge_error(status, code);
    }
    json_free(doc);
    return result;
}

size_t sqs_keep_open(sqs_entry **entries, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (!entries[i]->accepted && strncmp(entries[i]->problem, REFUSED, strlen(REFUSED)))
            entries[kept++] = entries[i];
    return kept;
}
