#define _POSIX_C_SOURCE 200809L /* st_mtim */
#include "mapped_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct mapped_file {
    int fd;
    struct stat then;
};

mapped_file *mapped_file_open(const char *path)
{
    mapped_file *file = malloc(sizeof *file);
    if (!file) return NULL;
    file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not block */
    if (file->fd >= 0 && !fstat(file->fd, &file->then)) return file;
    mapped_file_close(file);
    return NULL;
}

int mapped_file_has_changed(const mapped_file *file)
{
    struct stat now;
    return file && !fstat(file->fd, &now)
           && (now.st_size != file->then.st_size || now.st_mtim.tv_sec != file->then.st_mtim.tv_sec
               || now.st_mtim.tv_nsec != file->then.st_mtim.tv_nsec);
}

void mapped_file_close(mapped_file *file)
{
    if (file && file->fd >= 0) close(file->fd);
    free(file);
}
