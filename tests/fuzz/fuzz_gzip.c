/* fuzz_gzip - any bytes as a compressed body: what comes out keeps to its limit, and is the same whatever room there
 * was. */
#include "fuzz.h"
#include "gzip.h"

#include <string.h>

#define LIMIT 20000u

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *body = (const char *)data;
    problem why = {""};
    bytes out = {0}, again = {0};
    int status = gzip_inflate(body, size, LIMIT, &out, &why);
    REQUIRE(out.len <= LIMIT);
    REQUIRE(status == 0 || ((status == 400 || status == 413) && why.text[0]));
    if (!status) {
        REQUIRE(gzip_inflate(body, size, out.len, &again, &why) == 0);
        REQUIRE(again.len == out.len && (!out.len || !memcmp(again.data, out.data, out.len)));
        bytes_clear(&again);
        REQUIRE(!out.len || gzip_inflate(body, size, out.len - 1, &again, &why) == 413);
    }
    (void)gzip_announced_size(body, size);
    bytes_free(&out);
    bytes_free(&again);
    return 0;
}
