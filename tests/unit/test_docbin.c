/* spaCy's DocBin: MessagePack in its shortest form, sets of strings, spools that are whole and such that are not. What
 * is in a file, tests/runtime/test_docbin.py compares with spaCy. */
#include "docbin.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "docbin_spool.h"
#include "fixture.h"
#include "msgpack_out.h"
#include "string_set.h"

/* ---- MessagePack ------------------------------------------------------------------------------------------------- */

static void expect(bytes *got, const char *expected, size_t len)
{
    assert_false(got->failed);
    assert_int_equal(got->len, len);
    assert_memory_equal(got->data, expected, len);
    bytes_free(got);
    *got = (bytes){.data = NULL};
}

#define EXPECT(got, literal) expect((got), (literal), sizeof(literal) - 1)

static void lengths_take_the_fewest_bytes(void **state)
{
    bytes b = {.data = NULL};
    (void)state;
    msgpack_array(&b, 15), msgpack_array(&b, 16), msgpack_array(&b, 65535), msgpack_array(&b, 65536);
    EXPECT(&b, "\x9f\xdc\x00\x10\xdc\xff\xff\xdd\x00\x01\x00\x00");
    msgpack_map(&b, 15), msgpack_map(&b, 16), msgpack_map(&b, 65535), msgpack_map(&b, UINT32_MAX);
    EXPECT(&b, "\x8f\xde\x00\x10\xde\xff\xff\xdf\xff\xff\xff\xff");
    msgpack_binary(&b, 0), msgpack_binary(&b, 255), msgpack_binary(&b, 256), msgpack_binary(&b, 65536);
    EXPECT(&b, "\xc4\x00\xc4\xff\xc5\x01\x00\xc6\x00\x01\x00\x00");
}

static void strings_are_announced_by_their_bytes(void **state)
{
    static const size_t lengths[] = {0, 31, 32, 255, 256, 65535, 65536};
    static const char *const heads[] = {"\xa0",         "\xbf",         "\xd9\x20",    "\xd9\xff",
                                        "\xda\x01\x00", "\xda\xff\xff", "\xdb\0\1\0\0"};
    static const size_t widths[] = {1, 1, 2, 2, 3, 3, 5};
    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        bytes b = {.data = NULL};
        char *text = calloc(1, lengths[i] + 1); /* of U+0000 */
        assert_non_null(text);
        msgpack_string(&b, text, lengths[i]);
        assert_int_equal(b.len, widths[i] + lengths[i]);
        assert_memory_equal(b.data, heads[i], widths[i]);
        bytes_free(&b);
        free(text);
    }
}

static void json_values_become_messagepack(void **state)
{
    static const char json[] =
        "[null, true, false, 0, 127, 128, 256, 65536, 4294967296, 18446744073709551615, -1, -32, -33, "
        "-129, -32769, -2147483649, -9223372036854775808, -0, 0.5, 1e0, {\"a\": \"\\u0000\"}]";
    json_error error;
    json_doc *doc = json_parse(json, sizeof json - 1, &error);
    bytes b = {.data = NULL};
    (void)state;
    assert_non_null(doc);
    msgpack_json(&b, json_root(doc), json);
    json_free(doc);
    EXPECT(
        &b,
        "\xdc\x00\x15\xc0\xc3\xc2\x00\x7f\xcc\x80\xcd\x01\x00\xce\x00\x01\x00\x00\xcf\x00\x00\x00\x01\x00\x00\x00\x00"
        "\xcf\xff\xff\xff\xff\xff\xff\xff\xff\xff\xe0\xd0\xdf\xd1\xff\x7f\xd2\xff\xff\x7f\xff"
        "\xd3\xff\xff\xff\xff\x7f\xff\xff\xff\xd3\x80\x00\x00\x00\x00\x00\x00\x00\x00"
        "\xcb\x3f\xe0\x00\x00\x00\x00\x00\x00\xcb\x3f\xf0\x00\x00\x00\x00\x00\x00\x81\xa1"
        "a\xa1\x00");
}

static void integers_beyond_64_bits_are_doubles(void **state)
{
    static const char json[] = "[18446744073709551616, -9223372036854775809]";
    json_error error;
    json_doc *doc = json_parse(json, sizeof json - 1, &error);
    bytes b = {.data = NULL};
    (void)state;
    assert_non_null(doc);
    msgpack_json(&b, json_root(doc), json);
    json_free(doc);
    EXPECT(&b, "\x92\xcb\x43\xf0\x00\x00\x00\x00\x00\x00\xcb\xc3\xe0\x00\x00\x00\x00\x00\x00");
}

/* ---- strings ----------------------------------------------------------------------------------------------------- */

static void a_set_has_each_string_once_in_order(void **state)
{
    string_set set = {.count = 0};
    char text[16];
    (void)state;
    assert_null(string_set_sorted(&set));
    for (int round = 0; round < 2; round++)
        for (unsigned i = 1; i <= 2000; i++) {
            snprintf(text, sizeof text, "%u", i * 7919 % 2003);
            string_set_add(&set, i * 7919 % 2003, text, strlen(text));
        }
    string_set_add(&set, 0, "", 0), string_set_add(&set, 0, "", 0);
    string_set_add(&set, 1ull << 40, "1\0a", 3);
    assert_false(set.failed);
    assert_int_equal(set.count, 2002);
    set_string *sorted = string_set_sorted(&set);
    assert_non_null(sorted);
    assert_int_equal(sorted[0].len, 0);
    assert_int_equal(sorted[1].len, 1);
    assert_int_equal(sorted[2].len, 3);
    assert_memory_equal(sorted[2].text, "1\0a", 3);
    for (size_t i = 1; i < set.count; i++) {
        const size_t common = sorted[i].len < sorted[i - 1].len ? sorted[i].len : sorted[i - 1].len;
        const int order = memcmp(sorted[i - 1].text, sorted[i].text, common);
        assert_true(order < 0 || (order == 0 && sorted[i - 1].len < sorted[i].len));
    }
    free(sorted);
    string_set_free(&set);
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

static const char text[] = "Alan Turing lived in London. One\0two.";

static void spool_documents(tern_model *model, bytes *out, size_t count)
{
    tern_ctx *ctx;
    const tern_doc *doc;
    assert_int_equal(tern_ctx_new(model, &ctx, NULL), TERN_OK);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(tern_run(ctx, text, i ? sizeof text - 1 : 0, NULL, &doc, NULL), TERN_OK);
        docbin_spool(out, model, doc, text, "\x81\x01\x02", i == 1 ? 3 : 0);
    }
    assert_false(out->failed);
    tern_ctx_free(ctx);
}

static FILE *file_of(const void *data, size_t len)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    return file;
}

static int assemble(const char *data, size_t len, bytes *out, problem *why)
{
    static char block[4096];
    FILE *spool = file_of(data, len), *file = tmpfile();
    size_t count;
    assert_non_null(file);
    const int failed = docbin_assemble(spool, len, file, why);
    rewind(file);
    while ((count = fread(block, 1, sizeof block, file)) > 0) bytes_append(out, block, count);
    fclose(spool);
    fclose(file);
    return failed;
}

static void unzip(const bytes *packed, bytes *out)
{
    uLongf len = 1u << 20;
    char *data = malloc(len);
    assert_non_null(data);
    assert_int_equal(uncompress((Bytef *)data, &len, (const Bytef *)packed->data, packed->len), Z_OK);
    bytes_append(out, data, len);
    free(data);
}

static int contains(const bytes *data, const char *what, size_t len)
{
    for (size_t i = 0; i + len <= data->len; i++)
        if (!memcmp(data->data + i, what, len)) return 1;
    return 0;
}

#define CONTAINS(data, literal) contains((data), (literal), sizeof(literal) - 1)

static void a_file_has_every_document(void **state)
{
    bytes spool = {.data = NULL}, file = {.data = NULL}, plain = {.data = NULL};
    problem why;
    spool_documents(*state, &spool, 3);
    assert_int_equal(assemble(spool.data, spool.len, &file, &why), 0);
    unzip(&file, &plain);
    assert_memory_equal(plain.data,
                        "\x8a\xa7version\xa3"
                        "0.1\xa5"
                        "attrs\x9d",
                        19);
    assert_true(CONTAINS(&plain, "\xa5"
                                 "flags\x93\x81\xb2has_unknown_spaces\xc2"));
    assert_true(CONTAINS(&plain, "\xa9user_data\x93\xc4\x01\x80\xc4\x03\x81\x01\x02\xc4\x01\x80"));
    assert_true(CONTAINS(&plain, "\xa7"
                                 "lengths\xc4\x0c\0\0\0\0"));
    bytes_free(&spool);
    bytes_free(&file);
    bytes_free(&plain);
}

static void without_user_data_there_is_no_column_for_it(void **state)
{
    bytes spool = {.data = NULL}, file = {.data = NULL}, plain = {.data = NULL};
    problem why;
    spool_documents(*state, &spool, 1);
    assert_int_equal(assemble(spool.data, spool.len, &file, &why), 0);
    unzip(&file, &plain);
    assert_int_equal((unsigned char)plain.data[0], 0x89);
    assert_false(CONTAINS(&plain, "user_data"));
    bytes_free(&spool);
    bytes_free(&file);
    bytes_free(&plain);
}

static void records_that_are_cut_or_changed_are_refused(void **state)
{
    bytes spool = {.data = NULL}, out = {.data = NULL};
    problem why;
    spool_documents(*state, &spool, 1);
    const size_t first = spool.len; /* where the second begins */
    spool_documents(*state, &spool, 2);
    for (size_t len = 1; len < spool.len; len += len < 300 ? 1 : 41)
        if (len != first && assemble(spool.data, len, &out, &why) == 0) {
            /* the spool is of three documents, the first two of which are alike */
            assert_int_equal(len, 2 * first);
        }
    for (size_t at = 0; at < spool.len; at += at < 300 ? 1 : 41) {
        spool.data[at] ^= 1;
        assert_int_equal(assemble(spool.data, spool.len, &out, &why), -1);
        assert_non_null(strstr(why.text, "damaged"));
        spool.data[at] ^= 1;
    }
    bytes_free(&spool);
    bytes_free(&out);
}

static void a_spool_that_is_shorter_than_said_is_refused(void **state)
{
    bytes spool = {.data = NULL};
    problem why;
    spool_documents(*state, &spool, 2);
    FILE *file = file_of(spool.data, spool.len - 1), *out = tmpfile();
    assert_non_null(out);
    assert_int_equal(docbin_assemble(file, spool.len, out, &why), -1);
    assert_non_null(strstr(why.text, "ends too early"));
    fclose(file);
    fclose(out);
    bytes_free(&spool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths_take_the_fewest_bytes),
        cmocka_unit_test(strings_are_announced_by_their_bytes),
        cmocka_unit_test(json_values_become_messagepack),
        cmocka_unit_test(integers_beyond_64_bits_are_doubles),
        cmocka_unit_test(a_set_has_each_string_once_in_order),
        cmocka_unit_test(a_file_has_every_document),
        cmocka_unit_test(without_user_data_there_is_no_column_for_it),
        cmocka_unit_test(records_that_are_cut_or_changed_are_refused),
        cmocka_unit_test(a_spool_that_is_shorter_than_said_is_refused),
    };
    return cmocka_run_group_tests(tests, open_tiny, close_model);
}
