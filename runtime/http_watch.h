/* http_watch.h - how long each client has kept the server waiting.
 *
 * libmicrohttpd's own timeout is reset by every byte, so that a client who sends one byte a second holds its connection for
 * ever. Here every state of a connection has an absolute limit. One thread changes the states (the one that does the I/O),
 * another cuts those who are late: shutdown(2) makes the I/O thread find the connection closed. */
#ifndef TERN_HTTP_WATCH_H
#define TERN_HTTP_WATCH_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

typedef enum http_state {
    HTTP_IDLE,        /* connected; no request line yet, or none after the last answer */
    HTTP_SENDING,     /* the client sends a request */
    HTTP_COMPUTING,   /* the client waits for us: no limit */
    HTTP_RECEIVING    /* the client takes the answer */
} http_state;

typedef struct http_client {
    struct http_client *previous, *next;
    int fd;
    http_state state;
    int64_t since;   /* milliseconds, when it entered the state */
} http_client;

typedef struct http_watch {
    pthread_mutex_t lock;
    http_client *first;
    size_t count;
} http_watch;

/* Milliseconds that a client may stay in a state. */
typedef struct http_limits {
    int64_t idle, sending, receiving;
} http_limits;

int http_watch_init(http_watch *watch);   /* 0 or -1 */
void http_watch_destroy(http_watch *watch);

/* Starts watching the connection on fd, which must stay open until the client is removed. NULL when out of memory. */
http_client *http_watch_add(http_watch *watch, int fd);
void http_watch_remove(http_watch *watch, http_client *client);   /* frees it */
void http_watch_enter(http_watch *watch, http_client *client, http_state state);

size_t http_watch_count(http_watch *watch);
/* Shuts down every connection that is past its limit. */
void http_watch_cut(http_watch *watch, const http_limits *limits);

#endif
