/* healthcheck.c - for an image without a shell: exit code 0 if GET http://127.0.0.1:PORT/healthz is answered with
 * 200. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static const char request[] = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

static int fail(const char *what)
{
    perror(what);
    return 1;
}

/* The socket, with two seconds for each step; -1 with errno set. */
static int connect_to(unsigned port)
{
    struct timeval patience = {.tv_sec = 2};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((in_port_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0
        || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0
        || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        return -1;
    return fd;
}

int main(int argc, char **argv)
{
    static const char ok[] = "HTTP/1.1 200 ";
    char answer[sizeof ok];
    unsigned long port = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
    if (port == 0 || port > 65535) {
        fprintf(stderr, "usage: healthcheck PORT\n");
        return 2;
    }
    int fd = connect_to((unsigned)port);
    if (fd < 0) return fail("cannot connect");
    if (send(fd, request, sizeof request - 1, MSG_NOSIGNAL) != (ssize_t)(sizeof request - 1))
        return fail("cannot send");
    ssize_t got = recv(fd, answer, sizeof ok - 1, MSG_WAITALL);
    close(fd);
    if (got == (ssize_t)(sizeof ok - 1) && memcmp(answer, ok, sizeof ok - 1) == 0) return 0;
    fprintf(stderr, "not healthy: %.*s\n", got < 0 ? 0 : (int)got, answer);
    return 1;
}
