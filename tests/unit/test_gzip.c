/* test_gzip.c - bodies compressed by zlib itself, whole and spoilt in every way. */
#include "cmocka_all.h"

#include <string.h>
#include <zlib.h>

#include "gzip.h"

#define SAMPLE "{\"text\": \"Alan Turing was born on June 23, 1912, in London, England.\"}"

/* Appends a member, of any of zlib's formats: bits as deflateInit2's. */
static void compress_as(bytes *out, const char *data, size_t len, int bits)
{
    unsigned char block[256];
    z_stream z = {.next_in = (z_const Bytef *)(uintptr_t)data, .avail_in = (uInt)len};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
    int status = Z_OK;
    while (status == Z_OK) {
        z.next_out = block;
        z.avail_out = sizeof block;
        status = deflate(&z, Z_FINISH);
        bytes_append(out, block, sizeof block - z.avail_out);
    }
    assert_int_equal(status, Z_STREAM_END);
    deflateEnd(&z);
}

static void compress_member(bytes *out, const char *data, size_t len) { compress_as(out, data, len, MAX_WBITS + 16); }

static void expect(const bytes *data, size_t limit, const char *plain, size_t len)
{
    problem why;
    bytes out = {0};
    assert_int_equal(gzip_inflate(data->data, data->len, limit, &out, &why), 0);
    assert_int_equal(out.len, len);
    assert_memory_equal(out.data ? out.data : "", plain, len);
    bytes_free(&out);
}

static void expect_error(const char *data, size_t len, size_t limit, int status, const char *cause)
{
    problem why = {""};
    bytes out = {0};
    int got = gzip_inflate(data, len, limit, &out, &why);
    if (got != status || !strstr(why.text, cause))
        fail_msg("%d \"%s\", expected %d \"%s\"", got, why.text, status, cause);
    assert_true(out.len <= limit);
    bytes_free(&out);
}

static void members_become_what_was_compressed(void **state)
{
    bytes data = {0};
    (void)state;
    compress_member(&data, SAMPLE, sizeof SAMPLE - 1);
    expect(&data, 1000, SAMPLE, sizeof SAMPLE - 1);
    expect(&data, sizeof SAMPLE - 1, SAMPLE, sizeof SAMPLE - 1);
    assert_int_equal(gzip_announced_size(data.data, data.len), sizeof SAMPLE - 1);
    compress_member(&data, SAMPLE, sizeof SAMPLE - 1);
    compress_member(&data, "", 0);
    expect(&data, 1000, SAMPLE SAMPLE, 2 * (sizeof SAMPLE - 1));
    bytes_clear(&data);
    compress_member(&data, "", 0);
    expect(&data, 0, "", 0);
    bytes_free(&data);
}

static void what_becomes_too_long_is_refused(void **state)
{
    static char zeros[200000];
    bytes data = {0};
    (void)state;
    compress_member(&data, zeros, sizeof zeros);
    assert_true(data.len < 1000);
    expect(&data, sizeof zeros, zeros, sizeof zeros);
    expect_error(data.data, data.len, sizeof zeros - 1, 413, "larger than 199999 bytes when it is decompressed");
    expect_error(data.data, data.len, 1, 413, "send less text at a time");
    expect_error(data.data, data.len, 0, 413, "larger than 0 bytes");
    compress_member(&data, "x", 1);
    expect_error(data.data, data.len, sizeof zeros, 413, "larger than 200000 bytes");
    bytes_free(&data);
}

static void every_beginning_ends_too_early(void **state)
{
    bytes data = {0};
    (void)state;
    compress_member(&data, SAMPLE, sizeof SAMPLE - 1);
    size_t one = data.len;
    compress_member(&data, SAMPLE, sizeof SAMPLE - 1);
    for (size_t len = 0; len < data.len; len++)
        if (len != one) expect_error(data.data, len, 1000, 400, "ends too early");
    bytes_free(&data);
}

static void what_is_no_gzip_or_damaged_is_refused(void **state)
{
    bytes data = {0};
    (void)state;
    expect_error(SAMPLE, sizeof SAMPLE - 1, 1000, 400, "but the body is not: compress it, or leave the header out");
    compress_as(&data, SAMPLE, sizeof SAMPLE - 1, MAX_WBITS); /* zlib's own format, HTTP's "deflate" */
    expect_error(data.data, data.len, 1000, 400, "is not");
    bytes_clear(&data);
    compress_member(&data, SAMPLE, sizeof SAMPLE - 1);
    data.data[data.len - 1] ^= 1;
    expect_error(data.data, data.len, 1000, 400, "is damaged (incorrect length check): compress it again");
    data.data[data.len - 1] ^= 1;
    data.data[data.len - 8] ^= 1;
    expect_error(data.data, data.len, 1000, 400, "is damaged (incorrect data check)");
    data.data[data.len - 8] ^= 1;
    data.data[2] = 9;
    expect_error(data.data, data.len, 1000, 400, "is damaged (unknown compression method)");
    data.data[2] = 8;
    bytes_append(&data, "\0", 1);
    expect_error(data.data, data.len, 1000, 400, "does not end with it: send nothing behind");
    bytes_free(&data);
}

static void the_announced_size_is_that_of_the_last_four_bytes(void **state)
{
    (void)state;
    assert_int_equal(gzip_announced_size("", 0), 0);
    assert_int_equal(gzip_announced_size("\x01\x02\x03", 3), 0);
    assert_int_equal(gzip_announced_size("x\x01\x02\x03\xff", 5), 0xFF030201);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_become_what_was_compressed),
        cmocka_unit_test(what_becomes_too_long_is_refused),
        cmocka_unit_test(every_beginning_ends_too_early),
        cmocka_unit_test(what_is_no_gzip_or_damaged_is_refused),
        cmocka_unit_test(the_announced_size_is_that_of_the_last_four_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
