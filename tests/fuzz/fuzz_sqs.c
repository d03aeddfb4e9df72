/* fuzz_sqs - any bytes as the answer to SendMessageBatch, and as the URL of a queue.
 *
 * Byte 0: the status, byte 1: how many entries there were. */
#define _POSIX_C_SOURCE 200809L /* setenv */
#include "fuzz.h"
#include "sqs_answer.h"
#include "sqs_client.h"

#include <curl/curl.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return curl_global_init(CURL_GLOBAL_SSL) ? 1 : 0;
}

static void check_entries(sqs_entry *const *entries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        REQUIRE(entries[i]->accepted || entries[i]->problem[0]);
        for (const char *p = entries[i]->problem; *p; p++) REQUIRE(*p >= 0x20 && *p < 0x7F);
    }
}

static void read_answer(long status, size_t count, const uint8_t *data, size_t size)
{
    sqs_entry entry[SQS_BATCH_ENTRIES] = {{0}}, *entries[SQS_BATCH_ENTRIES];
    char *body = malloc(size ? size : 1);
    REQUIRE(body);
    if (size) memcpy(body, data, size);
    for (size_t i = 0; i < count; i++) {
        entry[i].body = "{}";
        entries[i] = &entry[i];
    }
    sqs_verdict verdict = sqs_read_answer(status, size ? body : NULL, size, entries, count);
    REQUIRE((verdict == SQS_EACH) <= (status == 200) && (verdict != SQS_SPLIT || status != 200));
    check_entries(entries, count);
    size_t open = verdict == SQS_EACH ? sqs_keep_open(entries, count) : 0;
    for (size_t i = 0; i < open; i++) REQUIRE(!entries[i]->accepted && strncmp(entries[i]->problem, "refused: ", 9));
    free(body);
}

/* What it says of the environment does not matter here: there are a key and a region. */
static void read_url(const uint8_t *data, size_t size)
{
    problem why = {""};
    char *url = malloc(size + 1);
    REQUIRE(url);
    memcpy(url, data, size);
    url[size] = '\0';
    setenv("AWS_ACCESS_KEY_ID", "a", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "b", 1);
    setenv("AWS_REGION", size & 1 ? "eu-west-1" : "", 1);
    sqs_url_needs_tls(url);
    sqs_client *client = sqs_client_new(url, NULL, &why);
    REQUIRE(!client == !!why.text[0]);
    sqs_client_free(client);
    free(url);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const long statuses[] = {200, 200, 400, 403, 429, 500, 503, 0};
    if (size < 2) return 0;
    read_answer(statuses[data[0] % 8], 1 + data[1] % SQS_BATCH_ENTRIES, data + 2, size - 2);
    read_url(data, size);
    return 0;
}
