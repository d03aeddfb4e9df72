/* fuzz_comprehend - any bytes as the body of POST / with X-Amz-Target, with the tiny models behind it. The first byte
 * says which operation it is, and whether the body is compressed. What goes out is JSON: an answer, or an error in the
 * service's form. */
#include "fuzz.h"
#include "routed.h"

#include <string.h>

enum { COMPRESSED = 0x80 };

static const char *const targets[] = {
    "Comprehend_20171127.DetectEntities",        "Comprehend_20171127.DetectKeyPhrases",
    "Comprehend_20171127.DetectSentiment",       "Comprehend_20171127.DetectSyntax",
    "Comprehend_20171127.BatchDetectEntities",   "Comprehend_20171127.BatchDetectKeyPhrases",
    "Comprehend_20171127.BatchDetectSentiment",  "Comprehend_20171127.BatchDetectSyntax",
    "Comprehend_20171127.DetectDominantLanguage"};
enum { TARGETS = sizeof targets / sizeof *targets, LAST_BATCH = 7, FIRST_BATCH = 4 };

static model_set models;
static model_contexts contexts;
static handler_settings settings;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    fuzz_models(&models, &contexts);
    settings = (handler_settings){.answer = {.bytes = 4000, .carrier = "fuzz"}};
    return 0;
}

static void check_error(const response *r)
{
    static const char start[] = "{\"__type\": \"";
    REQUIRE(r->status == 400 || r->status == 413);
    REQUIRE(!strncmp(r->body.data, start, sizeof start - 1) && strstr(r->body.data, "\", \"Message\": \""));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static response r; /* kept: its memory is re-used from request to request, as in the server */
    if (!size) return 0;
    const unsigned which = data[0] % COMPRESSED % TARGETS;
    const route asked = {.place = PLACE_SERVICE, .target = targets[which], .gzip = data[0] >= COMPRESSED};
    routed_request(&contexts, &asked, (const char *)data + 1, size - 1, &settings, &r);
    routed_end(&asked, &r);
    fuzz_require_json(r.body.data, r.body.len);
    REQUIRE(!memchr(r.body.data, '\n', r.body.len));
    if (r.status != 200) {
        check_error(&r);
        return 0;
    }
    REQUIRE(r.body.len <= settings.answer.bytes && which < TARGETS - 1);
    REQUIRE((which >= FIRST_BATCH && which <= LAST_BATCH) == !strncmp(r.body.data, "{\"ResultList\": [", 16));
    return 0;
}
