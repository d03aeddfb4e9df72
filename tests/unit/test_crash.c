/* test_crash.c - what a crash says, in a child process whose standard error is a pipe. */
#define _GNU_SOURCE /* memfd_create */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmocka_all.h"

#include "crash.h"

typedef struct outcome {
    int status;
    char said[4096];
} outcome;

/* Runs the child, which is to die, and waits for it. */
static outcome outcome_of(void (*child)(const crash_facts *facts), const crash_facts *facts)
{
    outcome o = {.status = -1};
    int ends[2];
    size_t used = 0;
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (!pid) {
        const struct rlimit none = {0};
        setrlimit(RLIMIT_CORE, &none);
        dup2(ends[1], STDERR_FILENO);
        child(facts);
        _exit(77);
    }
    close(ends[1]);
    for (ssize_t len; used < sizeof o.said - 1 && (len = read(ends[0], o.said + used, sizeof o.said - 1 - used)) > 0;)
        used += (size_t)len;
    close(ends[0]);
    assert_int_equal(waitpid(pid, &o.status, 0), pid);
    return o;
}

static void expect(const outcome *o, const char *begin, const char *end)
{
    const char *line_feed = strchr(o->said, '\n');
    size_t len = line_feed ? (size_t)(line_feed - o->said) : strlen(o->said);
    if (strncmp(o->said, begin, strlen(begin)) || len < strlen(end)
        || strncmp(o->said + len - strlen(end), end, strlen(end)))
        fail_msg("it said \"%s\", not \"%s...%s\"", o->said, begin, end);
}

static void guard(const crash_facts *facts)
{
    if (!crash_guard_new(facts) || crash_install(facts)) _exit(78);
}

static void read_lost_page(void)
{
    int fd = memfd_create("model", 0);
    if (fd < 0 || ftruncate(fd, 1 << 20)) _exit(79);
    const volatile char *data = mmap(NULL, 1 << 20, PROT_READ, MAP_PRIVATE, fd, 0);
    if (ftruncate(fd, 0)) _exit(79);
    (void)data[70000];
}

static void lose_page(const crash_facts *facts)
{
    guard(facts);
    read_lost_page();
}

static void write_nowhere(const crash_facts *facts)
{
    volatile char *nothing = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    guard(facts);
    *nothing = 1;
}

static void *lose_page_there(void *unused)
{
    read_lost_page();
    return unused;
}

static void lose_page_without_guard(const crash_facts *facts)
{
    pthread_t thread;
    guard(facts);
    pthread_create(&thread, NULL, lose_page_there, NULL);
    pthread_join(thread, NULL);
}

static void fill_stack(const crash_facts *facts);
static void (*volatile again)(const crash_facts *facts) = fill_stack;

static void fill_stack(const crash_facts *facts)
{
    volatile char room[4096] = {0};
    again(facts);
    (void)room[17];
}

static void overflow_stack(const crash_facts *facts)
{
    guard(facts);
    fill_stack(facts);
}

#define LOST                                                                                                           \
    ": the model file was cut short while it was in use (write a new file and rename that), or its file system has "   \
    "gone: /m/x.tern; the process ends"

static void a_command_that_lost_its_model_ends_with_its_exit_code(void **state)
{
    const crash_facts facts = {.doing = "ner", .mapped = "/m/x.tern", .exit_code = 1};
    (void)state;
    outcome o = outcome_of(lose_page, &facts);
    assert_true(WIFEXITED(o.status) && WEXITSTATUS(o.status) == 1);
    expect(&o, "tern: SIGBUS at address 0x", " during ner" LOST);
}

static void without_one_the_signal_takes_its_course(void **state)
{
    const crash_facts facts = {.mapped = "/m/x.tern"};
    (void)state;
    outcome o = outcome_of(lose_page, &facts);
    assert_true(WIFSIGNALED(o.status) && WTERMSIG(o.status) == SIGBUS);
    expect(&o, "tern: SIGBUS at address 0x", LOST);
}

static void nor_is_an_exit_code_for_other_crashes(void **state)
{
    const crash_facts nothing_mapped = {.doing = "serve", .mapped = "", .exit_code = 1},
                      mapped = {.mapped = "x", .exit_code = 1};
    (void)state;
    outcome o = outcome_of(lose_page, &nothing_mapped);
    assert_true(WIFSIGNALED(o.status) && WTERMSIG(o.status) == SIGBUS);
    expect(&o, "tern: SIGBUS at address 0x", " during serve; the process ends");
    o = outcome_of(write_nowhere, &mapped);
    assert_true(WIFSIGNALED(o.status) && WTERMSIG(o.status) == SIGSEGV);
    expect(&o, "tern: SIGSEGV at address 0x", "that is why (write a new file and rename that): x; the process ends");
}

static void a_log_is_written_to_instead(void **state)
{
    const logger log = {.file = STDERR_FILENO, .request_id = "id-1"};
    const crash_facts facts = {.log = &log, .mapped = "/m/x.tern"};
    (void)state;
    outcome o = outcome_of(lose_page, &facts);
    assert_non_null(strstr(o.said, "Z FATAL RequestId: id-1 SIGBUS at address 0x"));
    expect(&o, "2", LOST);
}

static void threads_without_a_guard_are_told_of(void **state)
{
    const crash_facts facts = {.doing = "serve"};
    (void)state;
    outcome o = outcome_of(lose_page_without_guard, &facts);
    assert_true(WIFSIGNALED(o.status) && WTERMSIG(o.status) == SIGBUS);
    expect(&o, "tern: SIGBUS at address 0x", " during serve; the process ends");
}

static void a_full_stack_leaves_room_for_the_words(void **state)
{
    const crash_facts facts = {.doing = "parse"};
    (void)state;
    outcome o = outcome_of(overflow_stack, &facts);
    assert_true(WIFSIGNALED(o.status) && WTERMSIG(o.status) == SIGSEGV);
    expect(&o, "tern: SIGSEGV at address 0x", " during parse; the process ends");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_that_lost_its_model_ends_with_its_exit_code),
        cmocka_unit_test(without_one_the_signal_takes_its_course),
        cmocka_unit_test(nor_is_an_exit_code_for_other_crashes),
        cmocka_unit_test(a_log_is_written_to_instead),
        cmocka_unit_test(threads_without_a_guard_are_told_of),
        cmocka_unit_test(a_full_stack_leaves_room_for_the_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
