#define _GNU_SOURCE /* ucontext_t, SA_ONSTACK */
#include "crash.h"

#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>
#ifdef __GLIBC__ /* defined by the headers above */
#include <execinfo.h>
#endif

/* The odd part tells our stacks from those that a sanitizer sets up for its threads. */
#define STACK_SIZE (64u * 1024 + 208)
#define MAX_FRAMES 64

struct crash_guard {
    const crash_facts *facts;
    int has_unwinder;
    _Alignas(max_align_t) unsigned char stack[STACK_SIZE];
};

static const struct {
    int number;
    const char *name;
} crashes[] = {{SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"}, {SIGABRT, "SIGABRT"}, {SIGFPE, "SIGFPE"}, {SIGILL, "SIGILL"}};
#define CRASHES (sizeof crashes / sizeof *crashes)

static const crash_facts *others_facts;

/* ---- in the handler: async-signal-safe functions only ------------------------------------------------------------ */

/* A signal handler gets no argument of its own, but the system tells it the thread's alternate stack. */
static const crash_guard *guard_of(const ucontext_t *context)
{
    const stack_t *stack = &context->uc_stack;
    if (!stack->ss_sp || stack->ss_size != STACK_SIZE) return NULL;
    return (const void *)((const unsigned char *)stack->ss_sp - offsetof(crash_guard, stack));
}

typedef struct message {
    char text[LOG_SHORT];
    size_t len;
} message;

static void add(message *m, const char *text)
{
    size_t len = strlen(text), room = sizeof m->text - m->len;
    memcpy(m->text + m->len, text, len < room ? len : room);
    m->len += len < room ? len : room;
}

static void add_address(message *m, uintptr_t address)
{
    char digits[2 + 2 * sizeof address + 1], *at = digits + sizeof digits - 1;
    *at = '\0';
    do {
        *--at = "0123456789abcdef"[address & 15];
        address >>= 4;
    } while (address);
    *--at = 'x';
    *--at = '0';
    add(m, at);
}

static int is_set(const char *text) { return text && *text; }

/* Beyond the end of a mapped file there are no pages any more; and models are the only files that are mapped and
 * read. */
static int has_lost_pages(int number, const siginfo_t *info, const crash_facts *facts)
{
    return number == SIGBUS && info->si_code == BUS_ADRERR && is_set(facts->mapped);
}

static void describe(message *m, int number, const siginfo_t *info, const crash_facts *facts)
{
    for (size_t i = 0; i < CRASHES; i++)
        if (crashes[i].number == number) add(m, crashes[i].name);
    const int is_fault = info->si_code > 0 && number != SIGABRT; /* not sent by kill() */
    if (is_fault) {
        add(m, " at address ");
        add_address(m, (uintptr_t)info->si_addr);
    }
    if (is_set(facts->doing)) {
        add(m, " during ");
        add(m, facts->doing);
    }
    if (has_lost_pages(number, info, facts)) {
        add(m, ": the model file was cut short while it was in use (write a new file and rename that), or its file "
               "system has "
               "gone: ");
        add(m, facts->mapped);
    } else if (is_fault && number == SIGSEGV && is_set(facts->mapped)) {
        add(m,
            "; if the model file was written to while it was in use, that is why (write a new file and rename that): ");
        add(m, facts->mapped);
    }
    add(m, "; the process ends");
}

static void write_message(message *m, const crash_facts *facts)
{
    static const logger plain = {.file = STDERR_FILENO};
    if (facts->log) {
        log_message(facts->log, LOG_LEVEL_FATAL, m->text, m->len);
        return;
    }
    log_write(&plain, "tern: ", 6);
    log_write(&plain, m->text, m->len);
    log_write(&plain, "\n", 1);
}

static void write_backtrace(int file)
{
#ifdef __GLIBC__
    void *frames[MAX_FRAMES];
    backtrace_symbols_fd(frames, backtrace(frames, MAX_FRAMES), file);
#else
    (void)file;
#endif
}

static void on_crash(int number, siginfo_t *info, void *context)
{
    const crash_guard *guard = guard_of(context);
    const crash_facts *facts = guard ? guard->facts : others_facts;
    message m = {.len = 0};
    describe(&m, number, info, facts);
    write_message(&m, facts);
    if (guard && guard->has_unwinder) write_backtrace(facts->log ? facts->log->file : STDERR_FILENO);
    if (facts->exit_code && has_lost_pages(number, info, facts)) _exit(facts->exit_code);
    raise(number); /* SA_RESETHAND: takes effect when this handler returns */
}

/* ---- set up ------------------------------------------------------------------------------------------------------ */

crash_guard *crash_guard_new(const crash_facts *facts)
{
    crash_guard *guard = malloc(sizeof *guard);
    if (!guard) return NULL;
    guard->facts = facts;
    guard->has_unwinder = 0;
    const stack_t stack = {.ss_sp = guard->stack, .ss_size = STACK_SIZE};
    if (sigaltstack(&stack, NULL)) {
        free(guard);
        return NULL;
    }
    return guard;
}

void crash_guard_free(crash_guard *guard)
{
    const stack_t none = {.ss_flags = SS_DISABLE};
    if (guard) sigaltstack(&none, NULL);
    free(guard);
}

void crash_guard_prepare_backtrace(crash_guard *guard)
{
#ifdef __GLIBC__
    void *frame;
    guard->has_unwinder = backtrace(&frame, 1) > 0;
#else
    (void)guard;
#endif
}

int crash_install(const crash_facts *others)
{
    others_facts = others;
    struct sigaction action = {.sa_sigaction = on_crash, .sa_flags = SA_SIGINFO | SA_ONSTACK | (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < CRASHES; i++)
        if (sigaction(crashes[i].number, &action, NULL)) return -1;
    return 0;
}
