/* runtime/base/memory.h: what control groups allow, and how long texts share it. */
#define _POSIX_C_SOURCE 200809L /* mkdtemp */
#include "cmocka_all.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"
#include "tern.h"

#define MB ((size_t)1024 * 1024)

/* ---- control groups, as files below a folder of the test --------------------------------------------------------- */

typedef struct groups {
    char folder[64], mount[96], file[96];
} groups;

static int set_up(void **state)
{
    groups *g = calloc(1, sizeof *g);
    if (!g) return -1;
    snprintf(g->folder, sizeof g->folder, "/tmp/tern_groups_XXXXXX");
    *state = g;
    if (!mkdtemp(g->folder)) return -1;
    snprintf(g->mount, sizeof g->mount, "%s/cgroup", g->folder);
    snprintf(g->file, sizeof g->file, "%s/self", g->folder);
    return mkdir(g->mount, 0700);
}

static int tear_down(void **state)
{
    groups *g = *state;
    char command[96];
    snprintf(command, sizeof command, "rm -r '%s'", g->folder);
    int status = system(command);
    free(g);
    return status;
}

static void write_file(const char *path, const char *content)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* path: below the mount; its folders are made. */
static void set_limit(const groups *g, const char *path, const char *content)
{
    char full[PATH_MAX];
    snprintf(full, sizeof full, "%s/%s", g->mount, path);
    for (char *slash = strchr(full + strlen(g->mount) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(full, 0700);
        *slash = '/';
    }
    write_file(full, content);
}

static size_t limit_with(const groups *g, const char *self)
{
    write_file(g->file, self);
    return memory_limit_of_groups(g->file, g->mount);
}

static void test_version_2(void **state)
{
    groups *g = *state;
    set_limit(g, "a/b/memory.max", "max\n");
    assert_true(limit_with(g, "0::/a/b\n") == SIZE_MAX);
    set_limit(g, "a/b/memory.max", "536870912\n");
    assert_int_equal(limit_with(g, "0::/a/b\n"), 512 * MB);
    set_limit(g, "a/memory.max", "1000000\n"); /* what is above holds, too */
    assert_int_equal(limit_with(g, "0::/a/b\n"), 1000000);
    assert_int_equal(limit_with(g, "0::/a/c/d\n"), 1000000);
    assert_true(limit_with(g, "0::/b\n") == SIZE_MAX);
}

/* A container sees its own group as the root. */
static void test_the_root_of_a_container(void **state)
{
    groups *g = *state;
    set_limit(g, "memory.max", "1073741824\n");
    assert_int_equal(limit_with(g, "0::/\n"), 1024 * MB);
    assert_int_equal(limit_with(g, "0::/system.slice/docker-0123.scope\n"), 1024 * MB);
}

static void test_version_1(void **state)
{
    groups *g = *state;
    set_limit(g, "memory/docker/0123/memory.limit_in_bytes", "536870912\n");
    static const char self[] =
        "12:cpu,cpuacct:/docker/9\n7:memory:/docker/0123\n1:name=systemd:/docker/0123\n0::/docker/0123\n";
    assert_int_equal(limit_with(g, self), 512 * MB);
    assert_true(limit_with(g, "3:memoryless:/docker/0123\n") == SIZE_MAX);
    assert_int_equal(limit_with(g, "3:hugetlb,memory:/docker/0123\n"), 512 * MB);
    set_limit(g, "memory/memory.limit_in_bytes", "9223372036854771712\n"); /* none */
    assert_int_equal(limit_with(g, self), 512 * MB);
    assert_int_equal(limit_with(g, "3:memory:/elsewhere\n"), 9223372036854771712u);
}

static void test_files_that_say_nothing(void **state)
{
    groups *g = *state;
    assert_true(memory_limit_of_groups("/nowhere", "/nowhere") == SIZE_MAX);
    set_limit(g, "memory.max", "\n");
    static const char *const odd[] = {"", "\n", "0", "0:", "0::", "::", "0::a", "x\n\n:::\n", "5:memory:"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) assert_true(limit_with(g, odd[i]) == SIZE_MAX);
    set_limit(g, "memory.max", "-1\n");
    assert_true(limit_with(g, "0::/\n") >= SIZE_MAX / 2);
    char *lengthy = malloc(PATH_MAX * 3);
    assert_non_null(lengthy);
    memset(lengthy, '/', PATH_MAX * 3);
    memcpy(lengthy, "0::", 3);
    lengthy[PATH_MAX * 3 - 1] = '\0';
    limit_with(g, lengthy);
    free(lengthy);
}

static void test_the_function_has_its_own_limit(void **state)
{
    (void)state;
    size_t before = memory_limit();
    assert_true(before > 0);
    assert_int_equal(setenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "32", 1), 0);
    assert_int_equal(memory_limit(), 32 * MB);
    static const char *const odd[] = {"", "0", "many", "99999999999999999999"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        setenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", odd[i], 1);
        assert_int_equal(memory_limit(), before);
    }
    unsetenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE");
}

/* ---- sharing ----------------------------------------------------------------------------------------------------- */

enum { LONG = TERN_MAX_CHARS };

/* The sizes: one text of the longest kind in 512 MB, several in 1 GB. */
static void test_longest_texts_fit(void **state)
{
    (void)state;
    memory_share function = {.total = memory_for_texts(512 * MB, 1, 1)},
                 server = {.total = memory_for_texts(1024 * MB, 4, 2)};
    assert_true(function.total >= memory_of_request(LONG, 0));
    assert_true(memory_share_engine(&function, LONG) >= 250 * (size_t)LONG);
    for (int i = 0; i < 2; i++) {
        assert_true(memory_share_has(&server, LONG));
        memory_share_take(&server, LONG);
    }
    assert_true(server.taken <= server.total && server.total < 1024 * MB);
    assert_true(memory_share_has(&server, MEMORY_SMALL - 1)); /* whatever else runs */
}

static void test_what_is_taken_is_put_back(void **state)
{
    (void)state;
    memory_share share = {.total = 400 * MB};
    assert_true(memory_share_has(&share, LONG));
    memory_share_take(&share, LONG);
    assert_false(memory_share_has(&share, LONG));
    assert_true(memory_share_has(&share, 100000));
    memory_share_put(&share, LONG);
    assert_int_equal(share.taken, 0);
    assert_true(memory_share_has(&share, LONG));
}

/* A text that may need more than there ever is runs alone, with all that there is. */
static void test_more_than_there_is(void **state)
{
    (void)state;
    memory_share share = {.total = 60 * MB};
    assert_true(memory_share_has(&share, LONG));
    memory_share_take(&share, LONG);
    assert_int_equal(share.taken, share.total);
    assert_false(memory_share_has(&share, MEMORY_SMALL));
    assert_int_equal(memory_share_engine(&share, LONG), 60 * MB - memory_beside_engine(LONG));
    assert_int_equal(memory_share_engine(&share, 6 * MB), 1);
    memory_share_put(&share, LONG);
    assert_int_equal(share.taken, 0);
}

static void test_no_limit(void **state)
{
    (void)state;
    memory_share share = {.total = 0};
    assert_true(memory_share_has(&share, 6 * MB));
    memory_share_take(&share, 6 * MB);
    assert_int_equal(share.taken, 0);
    assert_int_equal(memory_share_engine(&share, 6 * MB), 0);
}

/* A lower limit of a text's length asks for less. */
static void test_length_of_a_text(void **state)
{
    (void)state;
    assert_true(memory_of_request(LONG, 1000) < memory_of_request(LONG, 0) / 4);
    assert_int_equal(memory_of_request(LONG, LONG), memory_of_request(LONG, 0));
    assert_int_equal(memory_of_request(LONG, SIZE_MAX), memory_of_request(LONG, 0));
}

static void test_something_is_left_in_a_small_process(void **state)
{
    (void)state;
    for (size_t limit = MB; limit < 4096 * MB; limit *= 2)
        for (unsigned threads = 1; threads <= 256; threads *= 4) {
            size_t left = memory_for_texts(limit, threads, 3);
            assert_true(left >= limit / 4 && left < limit);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_version_2, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_root_of_a_container, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_version_1, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_files_that_say_nothing, set_up, tear_down),
        cmocka_unit_test(test_the_function_has_its_own_limit),
        cmocka_unit_test(test_longest_texts_fit),
        cmocka_unit_test(test_what_is_taken_is_put_back),
        cmocka_unit_test(test_more_than_there_is),
        cmocka_unit_test(test_no_limit),
        cmocka_unit_test(test_length_of_a_text),
        cmocka_unit_test(test_something_is_left_in_a_small_process),
    };
    return cmocka_run_group_tests_name("memory of texts", tests, NULL, NULL);
}
