#define _POSIX_C_SOURCE 200809L   /* clock_gettime */
#include "http_watch.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int http_watch_init(http_watch *watch)
{
    *watch = (http_watch){.first = NULL};
    return pthread_mutex_init(&watch->lock, NULL) == 0 ? 0 : -1;
}

void http_watch_destroy(http_watch *watch)
{
    pthread_mutex_destroy(&watch->lock);
}

http_client *http_watch_add(http_watch *watch, int fd)
{
    http_client *client = malloc(sizeof *client);
    if (client == NULL)
        return NULL;
    pthread_mutex_lock(&watch->lock);
    *client = (http_client){.next = watch->first, .fd = fd, .state = HTTP_IDLE, .since = now_ms()};
    if (client->next != NULL)
        client->next->previous = client;
    watch->first = client;
    watch->count++;
    pthread_mutex_unlock(&watch->lock);
    return client;
}

void http_watch_remove(http_watch *watch, http_client *client)
{
    pthread_mutex_lock(&watch->lock);
    if (client->previous != NULL)
        client->previous->next = client->next;
    else
        watch->first = client->next;
    if (client->next != NULL)
        client->next->previous = client->previous;
    watch->count--;
    pthread_mutex_unlock(&watch->lock);
    free(client);
}

void http_watch_enter(http_watch *watch, http_client *client, http_state state)
{
    pthread_mutex_lock(&watch->lock);
    client->state = state;
    client->since = now_ms();
    pthread_mutex_unlock(&watch->lock);
}

size_t http_watch_count(http_watch *watch)
{
    pthread_mutex_lock(&watch->lock);
    size_t count = watch->count;
    pthread_mutex_unlock(&watch->lock);
    return count;
}

static int64_t limit_of(const http_limits *limits, http_state state)
{
    switch (state) {
    case HTTP_IDLE: return limits->idle;
    case HTTP_SENDING: return limits->sending;
    case HTTP_RECEIVING: return limits->receiving;
    case HTTP_COMPUTING: break;
    }
    return INT64_MAX;
}

void http_watch_cut(http_watch *watch, const http_limits *limits)
{
    pthread_mutex_lock(&watch->lock);
    int64_t now = now_ms();
    for (http_client *client = watch->first; client != NULL; client = client->next)
        if (now - client->since > limit_of(limits, client->state))
            (void)shutdown(client->fd, SHUT_RDWR);
    pthread_mutex_unlock(&watch->lock);
}
