#define _GNU_SOURCE /* accept4, signalfd, eventfd */
#include "http_loop.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "deadline.h"

#define TICK_MS 100
#define EVENTS 64      /* taken from epoll at once */
#define ACCEPTS 64     /* newcomers before others get their turn */
#define OWN_FILES 16   /* that the process needs besides its connections */
#define ADDRESSES 4096 /* places in the table of crowds */

/* How long a client may keep the server waiting. */
#define RECEIVING_MS 60000
#define LEAVING_MS 2000
/* With this share of the places taken, or when stopping, clients have less time. */
#define CROWDED(places) ((places) - (places) / 4)
#define CROWDED_MS 2000
#define STALLED_MS 1000      /* without a byte taken, when there is little memory left */
#define STOPPING_IDLE_MS 200 /* a request that had just arrived is not lost */
#define STOPPING_MS 3000
#define STOPPING_TICK_MS 20
#define HURRY_MS 6000 /* after the signal: what still runs is ended */
#define LAST_MS 9000  /* after the signal: whoever has not taken the answer goes without */

struct http_loop {
    http_site *site;
    int epoll, listener, signals, wake;
    http_connection *first;
    unsigned count, places;
    int64_t patience, now, stopped; /* stopped: when the first signal came, or 0 */
    int hurried;
    int has_terminal;      /* whose end ends the process */
    http_connection *gone; /* closed in this round */
    pthread_mutex_t lock;
    http_job *done;                  /* finished jobs, under the lock */
    unsigned short crowd[ADDRESSES]; /* connections by (hashed) address */
};

/* One process serves one site: a worker has nothing but the job. */
static http_loop *only_loop;

static int64_t now_ms(void) { return (int64_t)clock_monotonic_ms(); }

/* ---- connections ------------------------------------------------------------------------------------------------- */

/* FNV-1a of the address without the port. */
static unsigned crowd_of(const struct sockaddr_storage *address)
{
    const struct sockaddr_in *v4 = (const void *)address;
    const struct sockaddr_in6 *v6 = (const void *)address;
    int is_v6 = address->ss_family == AF_INET6;
    const unsigned char *p = is_v6 ? (const unsigned char *)&v6->sin6_addr : (const unsigned char *)&v4->sin_addr;
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < (is_v6 ? sizeof v6->sin6_addr : sizeof v4->sin_addr); i++) hash = (hash ^ p[i]) * 16777619u;
    return hash % ADDRESSES;
}

/* After anything that may have changed what the connection waits for. Frees it when it is gone. */
static void settle(http_loop *loop, http_connection *c)
{
    if (c->state != HTTP_GONE) {
        uint32_t wanted = http_connection_wants(c);
        struct epoll_event event = {.events = wanted, .data.ptr = c};
        if (wanted == c->events || epoll_ctl(loop->epoll, EPOLL_CTL_MOD, c->fd, &event) == 0) {
            c->events = wanted;
            return;
        }
        http_connection_close(c);
    }
    if (c->linked) {
        *(c->previous ? &c->previous->next : &loop->first) = c->next;
        if (c->next) c->next->previous = c->previous;
        c->linked = 0;
        loop->count--;
        loop->crowd[c->crowd]--;
    }
    if (!c->submitted) {
        c->next = loop->gone; /* epoll may still hold an event of it */
        loop->gone = c;
    }
}

static void free_gone(http_loop *loop)
{
    while (loop->gone) {
        http_connection *c = loop->gone;
        loop->gone = c->next;
        http_connection_free(c);
    }
}

static void cut(http_loop *loop, http_connection *c)
{
    http_connection_close(c);
    settle(loop, c);
}

/* Whether a should go before b: of a larger crowd, then who never had an answer, then who has kept the server waiting
 * for longer. */
static int is_worse(const http_loop *loop, const http_connection *a, const http_connection *b)
{
    if (loop->crowd[a->crowd] != loop->crowd[b->crowd]) return loop->crowd[a->crowd] > loop->crowd[b->crowd];
    return a->served != b->served ? b->served : a->moved <= b->moved; /* equal: the list has the older one behind */
}

/* The one to give up its place, or NULL if all compute. */
static http_connection *find_victim(const http_loop *loop)
{
    http_connection *worst = NULL;
    for (http_connection *c = loop->first; c; c = c->next) {
        if (c->state == HTTP_COMPUTING) continue;
        if (!worst || is_worse(loop, c, worst)) worst = c;
    }
    return worst;
}

static int make_room(http_loop *loop)
{
    http_connection *victim = find_victim(loop);
    if (victim) cut(loop, victim);
    return victim ? 0 : -1;
}

static void add(http_loop *loop, int fd, const struct sockaddr_storage *address)
{
    http_connection *c = http_connection_open(loop->site, fd, loop->now);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    if (!c || epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
        free(c);
        close(fd);
        return;
    }
    c->events = EPOLLIN;
    c->crowd = crowd_of(address);
    c->next = loop->first;
    if (c->next) c->next->previous = c;
    loop->first = c;
    c->linked = 1;
    loop->count++;
    loop->crowd[c->crowd]++;
}

/* Takes one from the kernel's queue. 0 when there is none. */
static int accept_one(http_loop *loop)
{
    struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
    socklen_t len = sizeof address;
    if (loop->count >= loop->places && make_room(loop) != 0) return 0;
    int fd = accept4(loop->listener, (struct sockaddr *)&address, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) add(loop, fd, &address);
    else if (errno == EMFILE || errno == ENFILE) return make_room(loop) == 0;
    else return errno == EINTR || errno == ECONNABORTED;
    return 1;
}

/* ---- time -------------------------------------------------------------------------------------------------------- */

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/* Milliseconds that the client has left in its state. */
static int64_t time_left(const http_loop *loop, const http_connection *c)
{
    int crowded = loop->count > CROWDED(loop->places);
    int64_t patience = crowded ? least(loop->patience, CROWDED_MS) : loop->patience;
    int64_t waited = loop->now - c->since, still = loop->now - c->moved;
    switch (c->state) {
    case HTTP_IDLE: return (loop->stopped ? STOPPING_IDLE_MS : patience) - waited;
    case HTTP_SENDING: return (loop->stopped ? least(patience, STOPPING_MS) : patience) - waited;
    case HTTP_RECEIVING:
        return least(RECEIVING_MS - waited, (crowded || loop->stopped ? CROWDED_MS : RECEIVING_MS) - still);
    case HTTP_LEAVING: return (loop->stopped ? STOPPING_IDLE_MS : LEAVING_MS) - waited;
    default: return 1;
    }
}

static void cut_late(http_loop *loop)
{
    for (http_connection *c = loop->first, *next; c; c = next) {
        next = c->next;
        if (time_left(loop, c) <= 0) cut(loop, c);
    }
}

static http_connection *most_stalled(const http_loop *loop)
{
    http_connection *worst = NULL;
    for (http_connection *c = loop->first; c; c = c->next)
        if (c->state == HTTP_RECEIVING && loop->now - c->moved >= STALLED_MS && (!worst || c->moved < worst->moved))
            worst = c;
    return worst;
}

/* Answers that nobody takes must not fill the memory. */
static void cut_unsent(http_loop *loop)
{
    const http_site *site = loop->site;
    for (http_connection *c; site->unsent + site->buffered > site->max_buffered && (c = most_stalled(loop)) != NULL;)
        cut(loop, c);
}

/* ---- signals ----------------------------------------------------------------------------------------------------- */

/* The process has a terminal, or had one that it has lost by now. */
static int has_terminal(void)
{
    int fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    int found = fd >= 0 || errno != ENXIO;
    if (fd >= 0) close(fd);
    return found;
}

static int has_lost_terminal(const http_loop *loop) { return loop->has_terminal && !has_terminal(); }

static int minds_terminal(void)
{
    struct sigaction hangup;
    return sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN && has_terminal();
}

static void stop_listening(http_loop *loop)
{
    /* Who stands in the kernel's queue has been told that he is connected. Others who come now would keep it full. */
    for (int i = 0; i < SOMAXCONN && accept_one(loop); i++) continue;
    close(loop->listener);
    loop->listener = -1;
}

static void on_signal(http_loop *loop)
{
    struct signalfd_siginfo info;
    if (read(loop->signals, &info, sizeof info) != sizeof info) return;
    if (info.ssi_signo == SIGHUP && !has_lost_terminal(loop)) {
        if (!loop->stopped) loop->site->reload(loop->site);
        return;
    }
    if (loop->stopped) _exit(128 + (int)info.ssi_signo);
    loop->stopped = loop->now;
    loop->site->stopping = 1;
    stop_listening(loop);
}

/* ---- jobs -------------------------------------------------------------------------------------------------------- */

void http_loop_finished(http_job *job)
{
    http_loop *loop = only_loop;
    pthread_mutex_lock(&loop->lock);
    job->next = loop->done;
    loop->done = job;
    pthread_mutex_unlock(&loop->lock);
    http_loop_wake();
}

void http_loop_wake(void)
{
    const uint64_t one = 1;
    if (write(only_loop->wake, &one, sizeof one) < 0) return; /* only when it is full: then the loop wakes anyway */
}

static void take_finished(http_loop *loop)
{
    uint64_t count;
    if (read(loop->wake, &count, sizeof count) < 0 && errno != EAGAIN) return;
    pthread_mutex_lock(&loop->lock);
    http_job *job = loop->done;
    loop->done = NULL;
    pthread_mutex_unlock(&loop->lock);
    while (job) {
        http_connection *c = (http_connection *)job;
        job = job->next;
        if (c->state == HTTP_GONE) c->submitted = 0;
        else http_connection_computed(c, loop->now);
        settle(loop, c);
    }
}

/* ---- the loop ---------------------------------------------------------------------------------------------------- */

static void take_event(http_loop *loop, const struct epoll_event *event)
{
    if (event->data.ptr == &loop->signals) {
        on_signal(loop);
    } else if (event->data.ptr == &loop->wake) {
        take_finished(loop);
    } else if (event->data.ptr == &loop->listener) {
        for (int i = 0; i < ACCEPTS && loop->listener >= 0 && accept_one(loop); i++) continue;
    } else {
        http_connection *c = event->data.ptr;
        if (c->state == HTTP_GONE) return;
        http_connection_happened(c, event->events, loop->now);
        settle(loop, c);
    }
}

static int has_ended(const http_loop *loop)
{
    return loop->stopped && (!loop->count || loop->now - loop->stopped >= LAST_MS);
}

void http_loop_run(http_loop *loop, void (*hurry)(void *user), void *user)
{
    struct epoll_event events[EVENTS];
    while (!has_ended(loop)) {
        int count = epoll_wait(loop->epoll, events, EVENTS, loop->stopped ? STOPPING_TICK_MS : TICK_MS);
        loop->now = now_ms();
        for (int i = 0; i < count; i++) take_event(loop, &events[i]);
        cut_late(loop);
        cut_unsent(loop);
        free_gone(loop);
        loop->site->turn(loop->site);
        if (loop->stopped && !loop->hurried && loop->now - loop->stopped >= HURRY_MS) {
            loop->hurried = 1;
            hurry(user);
        }
    }
    while (loop->first) cut(loop, loop->first);
    free_gone(loop);
}

/* ---- life cycle -------------------------------------------------------------------------------------------------- */

/* As many connections as the process may have files, the soft limit being raised where the hard one allows. */
static unsigned count_places(void)
{
    struct rlimit limit;
    const rlim_t wanted = HTTP_MAX_CONNECTIONS + OWN_FILES;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return HTTP_MAX_CONNECTIONS;
    if (limit.rlim_cur < wanted) {
        limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return HTTP_MAX_CONNECTIONS;
    return limit.rlim_cur > 2 * OWN_FILES ? (unsigned)limit.rlim_cur - OWN_FILES : (unsigned)limit.rlim_cur / 2 + 1;
}

static int watch(const http_loop *loop, int fd, void *what)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = what};
    return fd < 0 ? -1 : epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event);
}

static int open_signals(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, NULL); /* threads inherit it: only the descriptor sees them */
    return signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
}

http_loop *http_loop_open(http_site *site, int fd, unsigned client_seconds, problem *why)
{
    http_loop *loop = calloc(1, sizeof *loop);
    if (!loop) {
        problem_set(why, -1, "out of memory");
        close(fd);
        return NULL;
    }
    *loop = (http_loop){.site = site,
                        .listener = fd,
                        .epoll = epoll_create1(EPOLL_CLOEXEC),
                        .signals = open_signals(),
                        .wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC),
                        .places = count_places(),
                        .patience = (int64_t)client_seconds * 1000,
                        .now = now_ms(),
                        .has_terminal = minds_terminal()};
    pthread_mutex_init(&loop->lock, NULL);
    if (watch(loop, loop->listener, &loop->listener) || watch(loop, loop->signals, &loop->signals)
        || watch(loop, loop->wake, &loop->wake)) {
        problem_set(why, -1, "cannot watch sockets: %s", strerror(errno));
        http_loop_close(loop);
        return NULL;
    }
    only_loop = loop;
    return loop;
}

void http_loop_close(http_loop *loop)
{
    take_finished(loop);
    free_gone(loop);
    const int files[] = {loop->epoll, loop->listener, loop->signals, loop->wake};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (files[i] >= 0) close(files[i]);
    pthread_mutex_destroy(&loop->lock);
    free(loop);
}
