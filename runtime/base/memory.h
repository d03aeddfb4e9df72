/* memory.h - the memory that the process runs under, and how its long texts share it, so that a text is refused with a
 * sentence or waits, where the system would end the process. */
#ifndef TERN_MEMORY_H
#define TERN_MEMORY_H

#include <stddef.h>

/* Bytes that the system gives the process: the least of the limits of its control groups (v2: memory.max, v1:
 * memory.limit_in_bytes, its own and those above), AWS_LAMBDA_FUNCTION_MEMORY_SIZE, RLIMIT_AS and the memory of the
 * machine. */
size_t memory_limit(void);

/* That of the control groups alone; SIZE_MAX: none. groups: the process's (/proc/self/cgroup); mount:
 * /sys/fs/cgroup. */
size_t memory_limit_of_groups(const char *groups, const char *mount);

/* Bytes of a request that need not ask for memory: each thread has some for it. */
#define MEMORY_SMALL ((size_t)64 * 1024)

/* What is left of the limit for texts beyond MEMORY_SMALL, when the program, the models' pages that are in use and what
 * each thread keeps between requests have theirs; at least a quarter. */
size_t memory_for_texts(size_t limit, unsigned threads, size_t models);

/* The most that a request of so many bytes can need, answer included, when a text may have max_chars code points (0:
 * TERN_MAX_CHARS); and the part of that which is not the engine's (tern_options.memory). */
size_t memory_of_request(size_t bytes, size_t max_chars);
size_t memory_beside_engine(size_t bytes);

/* Large blocks go back to the system when they are freed, instead of staying with the allocator. Once, at the start. */
void memory_return_blocks(void);

/* ---- sharing: under the caller's lock ---------------------------------------------------------------------------- */

typedef struct memory_share {
    size_t total; /* memory_for_texts; 0: no limit */
    size_t taken;
    size_t max_chars; /* of a text; 0: TERN_MAX_CHARS */
} memory_share;

/* Whether a request of so many bytes may start now. One that needs more than there ever is may when it is alone. */
int memory_share_has(const memory_share *share, size_t bytes);
void memory_share_take(memory_share *share, size_t bytes);
void memory_share_put(memory_share *share, size_t bytes);

/* tern_options.memory of a request that runs with what it took. */
size_t memory_share_engine(const memory_share *share, size_t bytes);

#endif
