/* http_connection.h - one client: reads its requests one after the other, has each answered, sends the answers. Never
 * waits. All on the thread of http_loop.c, but for job while a worker has it. */
#ifndef TERN_HTTP_CONNECTION_H
#define TERN_HTTP_CONNECTION_H

#include <stdint.h>
#include <sys/socket.h>

#include "http_answer.h"
#include "http_message.h"
#include "http_workers.h"
#include "route.h"

#define HTTP_MAX_BODY REQUEST_MAX_BODY /* bytes of a request's body; 413 above */

/* What a connection waits for. */
typedef enum http_state {
    HTTP_IDLE,      /* the client, to send a request */
    HTTP_SENDING,   /* the client, to send the rest of it */
    HTTP_COMPUTING, /* us */
    HTTP_RECEIVING, /* the client, to take the answer */
    /* the client, to take the end of the answer to a request that was not read to its end, and to leave */
    HTTP_LEAVING,
    HTTP_GONE /* a worker, to give up job: the socket is closed */
} http_state;

typedef struct http_connection {
    http_job job; /* first: a worker knows only this */
    struct http_connection *previous, *next;
    int linked; /* it is in the list of http_loop */
    struct http_site *site;
    int fd;
    http_state state;
    /* milliseconds: when it entered the state, and when a byte of the answer was last taken */
    int64_t since, moved;
    uint32_t events; /* what epoll watches */
    unsigned crowd;  /* its address's place in http_loop's table */
    int half_closed; /* the client sends no more; it may still read */
    http_message message;
    bytes body;
    size_t received, counted;     /* bytes of the request's body with its framing; of body in site->buffered */
    bytes unread;                 /* what came after the request that is being answered */
    route route;                  /* with a status: the answer is a refusal */
    int begun;                    /* the head is there, and the route found */
    struct http_serving *serving; /* the site's: what begin took for the request */
    int submitted;                /* a worker has job, or it is done and not answered yet */
    int served;                   /* it has had an answer before */
    http_answer answer;
    int close_after;
} http_connection;

/* Who answers. */
typedef struct http_site {
    /* The head of a request is there: finds c->route. */
    void (*begin)(http_connection *c);
    /* The whole request is there, or c->route has a status, or the job that was submitted is done: makes c->answer and
     * calls http_connection_answer; or gives c->job to a worker and sets c->submitted. */
    void (*finish)(http_connection *c);
    /* The answer is sent, or never will be: gives back what begin took. May be called more than once. */
    void (*end)(http_connection *c);
    void (*reload)(struct http_site *site); /* SIGHUP */
    void (*turn)(struct http_site *site);   /* after each round of the loop */
    size_t buffered;                        /* bytes of all bodies */
    /* of both together: above, large bodies get 503, and who takes nothing of his answer is cut */
    size_t max_buffered;
    size_t unsent; /* bytes of all answers */
    int stopping;  /* every answer ends its connection */
} http_site;

/* NULL when out of memory; then fd stays open. Otherwise owns fd, which does not block. */
http_connection *http_connection_open(http_site *site, int fd, int64_t now);

/* Something happened on the socket (epoll's events). */
void http_connection_happened(http_connection *c, uint32_t events, int64_t now);
/* job is done. */
void http_connection_computed(http_connection *c, int64_t now);

/* The first refusal of a request counts. */
void http_connection_refuse(http_connection *c, int status, const char *why); /* why is borrowed */
/* c->answer is complete but for its last fields: sends it. */
void http_connection_answer(http_connection *c);

/* What epoll should watch. */
uint32_t http_connection_wants(const http_connection *c);

/* Closes the socket and drops the job; the state is HTTP_GONE. While submitted is set, a worker still has the job. */
void http_connection_close(http_connection *c);
/* After close, when no worker has the job. */
void http_connection_free(http_connection *c);

#endif
