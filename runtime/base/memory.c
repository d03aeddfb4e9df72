#define _DEFAULT_SOURCE /* sysconf, mallopt */
#include "memory.h"

#include <limits.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "environment.h"
#include "tern.h"

#define MB ((size_t)1024 * 1024)

/* Measured (tests/unit/test_memory.c): a text of one token for each code point takes the engine 150 bytes a code point;
 * the rest is for models with more components. Its fixed part is that of a model twice as wide as en_core_web_sm. */
#define ENGINE_BYTES_PER_CHAR 250u
#define ENGINE_FIXED (16 * MB)

/* Of a body: itself, the copy that is parsed, its strings, the text, and an answer that has an entity for each sixth of
 * them. */
#define REQUEST_BYTES_PER_BYTE 16u

#define PROGRAM (24 * MB)     /* code, libraries, pages of one model */
#define CONTEXT_KEPT (8 * MB) /* tern.h, tern_run */

/* ---- limits ------------------------------------------------------------------------------------------------------ */

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* The number in a file; SIZE_MAX if there is none, or "max". */
static size_t read_limit(const char *path)
{
    unsigned long long value = 0;
    FILE *file = fopen(path, "r");
    int found = file && fscanf(file, "%llu", &value) == 1 && value > 0;
    if (file) fclose(file);
    return found && value < SIZE_MAX ? (size_t)value : SIZE_MAX;
}

/* The least of the group's limit and those of the groups that it is in. Where a container sees only its own group,
 * mounted in the place of the root, that one is found as the last. group is cut down. */
static size_t limit_of_group(const char *mount, const char *controller, char *group, const char *file)
{
    char path[PATH_MAX];
    size_t least = SIZE_MAX;
    for (;;) {
        char *slash = strrchr(group, '/');
        if (slash && !slash[1]) *slash = '\0';
        if (snprintf(path, sizeof path, "%s%s%s/%s", mount, controller, group, file) < (int)sizeof path)
            least = smaller(least, read_limit(path));
        if (!slash || !*group) return least;
        *slash = '\0';
    }
}

/* Whether the comma-separated list names the controller. */
static int lists_memory(const char *list)
{
    for (const char *item = list; item; item = strchr(item, ',') ? strchr(item, ',') + 1 : NULL)
        if (!strncmp(item, "memory", 6) && (!item[6] || item[6] == ',')) return 1;
    return 0;
}

/* One line: "0::/path" of v2, or "4:memory:/path" of v1. */
static size_t limit_of_line(char *line, const char *mount)
{
    char *controllers = strchr(line, ':'), *group = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!group) return SIZE_MAX;
    *group++ = '\0';
    group[strcspn(group, "\n")] = '\0';
    if (!controllers[1]) return limit_of_group(mount, "", group, "memory.max");
    return lists_memory(controllers + 1) ? limit_of_group(mount, "/memory", group, "memory.limit_in_bytes") : SIZE_MAX;
}

size_t memory_limit_of_groups(const char *groups, const char *mount)
{
    char line[PATH_MAX];
    size_t least = SIZE_MAX;
    FILE *file = fopen(groups, "r");
    while (file && fgets(line, sizeof line, file)) least = smaller(least, limit_of_line(line, mount));
    if (file) fclose(file);
    return least;
}

static size_t limit_of_function(void)
{
    const char *megabytes = environment("AWS_LAMBDA_FUNCTION_MEMORY_SIZE");
    unsigned long value = megabytes ? strtoul(megabytes, NULL, 10) : 0;
    return value > 0 && value < SIZE_MAX / MB ? value * MB : SIZE_MAX;
}

static size_t limit_of_addresses(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY ? (size_t)limit.rlim_cur : SIZE_MAX;
}

static size_t memory_of_machine(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    return pages > 0 && size > 0 ? (size_t)pages * (size_t)size : SIZE_MAX;
}

size_t memory_limit(void)
{
    size_t least = smaller(memory_limit_of_groups("/proc/self/cgroup", "/sys/fs/cgroup"), memory_of_machine());
    return smaller(least, smaller(limit_of_function(), limit_of_addresses()));
}

/* ---- needs ------------------------------------------------------------------------------------------------------- */

size_t memory_beside_engine(size_t bytes) { return bytes * REQUEST_BYTES_PER_BYTE; }

/* No request has more code points than bytes; of several texts, one is there at a time. */
size_t memory_of_request(size_t bytes, size_t max_chars)
{
    size_t chars = smaller(bytes, max_chars && max_chars < TERN_MAX_CHARS ? max_chars : TERN_MAX_CHARS);
    return ENGINE_FIXED + chars * ENGINE_BYTES_PER_CHAR + memory_beside_engine(bytes);
}

size_t memory_for_texts(size_t limit, unsigned threads, size_t models)
{
    size_t used = PROGRAM + threads * (models * CONTEXT_KEPT + memory_of_request(MEMORY_SMALL, 0) - ENGINE_FIXED);
    return used < limit - limit / 4 ? limit - used : limit / 4;
}

void memory_return_blocks(void)
{
#ifdef M_MMAP_THRESHOLD
    mallopt(M_MMAP_THRESHOLD, 256 * 1024);
#endif
}

/* ---- sharing ----------------------------------------------------------------------------------------------------- */

/* What a request takes of the share. */
static size_t part(const memory_share *share, size_t bytes)
{
    return bytes < MEMORY_SMALL ? 0 : smaller(memory_of_request(bytes, share->max_chars), share->total);
}

int memory_share_has(const memory_share *share, size_t bytes)
{
    return part(share, bytes) <= share->total - share->taken;
}

void memory_share_take(memory_share *share, size_t bytes) { share->taken += part(share, bytes); }

void memory_share_put(memory_share *share, size_t bytes) { share->taken -= part(share, bytes); }

size_t memory_share_engine(const memory_share *share, size_t bytes)
{
    size_t own = part(share, bytes), beside = memory_beside_engine(bytes);
    if (!own) return 0;
    return own > beside ? own - beside : 1; /* 1: nothing fits, and the engine says so */
}
