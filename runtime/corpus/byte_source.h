/* byte_source.h - the bytes of a file or of standard input; those of NAME.gz and NAME.zst decompressed as they are read
 * (zlib, libzstd). */
#ifndef TERN_BYTE_SOURCE_H
#define TERN_BYTE_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "problem.h"

typedef struct byte_source byte_source;

typedef enum source_status {
    SOURCE_OK,
    SOURCE_END,
    SOURCE_STOPPED, /* byte_source_stop was called */
    SOURCE_FAILED   /* why says it: unreadable, damaged, cut */
} source_status;

/* Bytes of the ending by which the file is known as compressed; 0: it is not. */
size_t byte_source_ending(const char *path);

/* path NULL: standard input, which is taken as it is. NULL with a sentence in why. */
byte_source *byte_source_open(const char *path, problem *why);
void byte_source_close(byte_source *source); /* NULL is allowed */

/* Waits until there is something: *got bytes, more than 0 if and only if it is SOURCE_OK. */
source_status byte_source_read(byte_source *source, char *data, size_t room, size_t *got, problem *why);

/* Bytes of the file that have been read, as they lie there. */
uint64_t byte_source_consumed(const byte_source *source);

/* Ends every wait for input in this process, and every later one: for signal handlers, too. Before it, and before a
 * thread reads: byte_source_may_stop, which gives 0, or -1 with errno. */
int byte_source_may_stop(void);
void byte_source_stop(void);

#endif
