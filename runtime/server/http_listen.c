#define _GNU_SOURCE /* SOCK_NONBLOCK, SOCK_CLOEXEC */
#include "http_listen.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int listen_on(const struct addrinfo *address)
{
    int fd = socket(address->ai_family, address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, address->ai_protocol);
    if (fd < 0) return -1;
    int yes = 1; /* a restarted server must not wait for the TIME_WAIT of the old one's connections */
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0) return fd;
    int reason = errno;
    close(fd);
    errno = reason;
    return -1;
}

static int write_url(int fd, char *url, size_t size)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    char host[NI_MAXHOST], port[NI_MAXSERV];
    if (getsockname(fd, (struct sockaddr *)&address, &length) != 0
        || getnameinfo((struct sockaddr *)&address, length, host, sizeof host, port, sizeof port,
                       NI_NUMERICHOST | NI_NUMERICSERV)
               != 0)
        return -1;
    snprintf(url, size, address.ss_family == AF_INET6 ? "http://[%s]:%s" : "http://%s:%s", host, port);
    return 0;
}

int http_listen(const char *host, uint16_t port, char *url, size_t url_size, problem *why)
{
    char service[8];
    snprintf(service, sizeof service, "%u", (unsigned)port);
    struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *addresses;
    int status = getaddrinfo(host, service, &hints, &addresses);
    if (status != 0) {
        problem_set(why, -1, "cannot listen on host \"%.100s\": %s", host,
                    status == EAI_SYSTEM ? strerror(errno) : gai_strerror(status));
        return -1;
    }
    int fd = -1;
    for (const struct addrinfo *address = addresses; address != NULL && fd < 0; address = address->ai_next)
        fd = listen_on(address);
    int reason = errno;
    freeaddrinfo(addresses);
    if (fd >= 0 && write_url(fd, url, url_size) != 0) {
        reason = errno;
        close(fd);
        fd = -1;
    }
    if (fd < 0)
        problem_set(why, -1, "cannot listen on %.100s, port %u: %s%s", host, (unsigned)port, strerror(reason),
                    reason == EADDRINUSE ? "; choose another port (0 takes any free one)" : "");
    return fd;
}
