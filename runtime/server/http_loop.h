/* http_loop.h - the thread that does all input and output: accepts clients, watches their sockets, cuts those who keep
 * the server waiting, and ends when a signal says so.
 *
 * There is always room for a newcomer. When all places are taken, the one goes, of the address that has most, who has
 * kept the server waiting for longest: a crowd displaces itself. */
#ifndef TERN_HTTP_LOOP_H
#define TERN_HTTP_LOOP_H

#include "http_connection.h"
#include "problem.h"

#define HTTP_MAX_CONNECTIONS 1024u /* fewer where the process may open fewer files */

typedef struct http_loop http_loop;

/* Serves the listening socket, which it owns, for the site. client_seconds: how long a client may take to send a
 * request, and between two of them. Blocks SIGTERM, SIGINT and SIGHUP, in threads that are started later too. NULL with
 * a sentence in why. */
http_loop *http_loop_open(http_site *site, int fd, unsigned client_seconds, problem *why);

/* http_job.finished: any thread. */
void http_loop_finished(http_job *job);
/* Another round, with site->turn. Any thread. */
void http_loop_wake(void);

/* Until SIGTERM or SIGINT; then finishes what was asked for. hurry is called once, when that takes long: it must end
 * all jobs soon. A second signal ends the process. SIGHUP calls site->reload; but where it came because the terminal
 * that the process was started from has gone, it is as SIGTERM, unless SIGHUP was ignored then (nohup). */
void http_loop_run(http_loop *loop, void (*hurry)(void *user), void *user);
/* When no worker has a job any more. */
void http_loop_close(http_loop *loop);

#endif
