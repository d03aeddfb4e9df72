/* test_sha256.c - SHA-256 by NIST's examples (FIPS 180-4: CSRC "SHA256.pdf"), HMAC by RFC 4231. */
#include "cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "sha256.h"

static void expect(const unsigned char hash[SHA256_SIZE], const char *hex)
{
    char got[2 * SHA256_SIZE + 1];
    for (size_t i = 0; i < SHA256_SIZE; i++) snprintf(got + 2 * i, 3, "%02x", hash[i]);
    assert_string_equal(got, hex);
}

/* In pieces of step bytes. */
static void expect_hash(const char *text, size_t len, size_t step, const char *hex)
{
    sha256 hash;
    unsigned char out[SHA256_SIZE];
    sha256_begin(&hash);
    for (size_t i = 0; i < len; i += step) sha256_add(&hash, text + i, len - i < step ? len - i : step);
    sha256_end(&hash, out);
    expect(out, hex);
}

static void hashes_are_those_of_nist(void **state)
{
    static char million[1000000];
    const char *two = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    (void)state;
    memset(million, 'a', sizeof million);
    expect_hash("", 0, 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect_hash("abc", 3, 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    for (size_t step = 1; step < 64; step++)
        expect_hash(two, strlen(two), step, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    expect_hash(million, sizeof million, 997, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void expect_hmac(const char *key, size_t key_len, const char *data, size_t len, const char *hex)
{
    unsigned char out[SHA256_SIZE];
    hmac_sha256(key, key_len, data, len, out);
    expect(out, hex);
}

static void codes_are_those_of_rfc_4231(void **state)
{
    char key[131], data[50];
    (void)state;
    memset(key, 0x0b, sizeof key);
    expect_hmac(key, 20, "Hi There", 8, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    expect_hmac("Jefe", 4, "what do ya want for nothing?", 28,
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof key);
    memset(data, 0xdd, sizeof data);
    expect_hmac(key, 20, data, sizeof data, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    for (size_t i = 0; i < 25; i++) key[i] = (char)(i + 1);
    memset(data, 0xcd, sizeof data);
    expect_hmac(key, 25, data, sizeof data, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
    memset(key, 0xaa, sizeof key);
    expect_hmac(key, 131, "Test Using Larger Than Block-Size Key - Hash Key First", 54,
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_are_those_of_nist),
        cmocka_unit_test(codes_are_those_of_rfc_4231),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
