#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "buffer.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ALIGNMENT 64u /* a cache line; what the widest vector loads like */

/* From here on memory comes from the system itself, so that it goes back there: an allocator may keep what lies below
 * something that is still in use. */
#define MAPPED_FROM ((size_t)256 * 1024)

static _Thread_local memory_account *current;

void memory_count_in(memory_account *account) { current = account; }

/* WebAssembly's memory only grows. */
static int is_mapped(size_t capacity)
{
#ifdef __wasm__
    (void)capacity;
    return 0;
#else
    return capacity >= MAPPED_FROM;
#endif
}

static void *take(size_t capacity)
{
    if (!is_mapped(capacity)) return aligned_alloc(ALIGNMENT, capacity);
    void *data = mmap(NULL, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return data == MAP_FAILED ? NULL : data;
}

static void give_back(void *data, size_t capacity)
{
    if (!is_mapped(capacity)) free(data);
    else munmap(data, capacity);
}

/* While the old content is copied, both are there. */
static int is_allowed(const memory_account *account, size_t capacity)
{
    return !account || !account->limit
           || (account->used <= account->limit && capacity <= account->limit - account->used);
}

static void count(memory_account *account, size_t added, size_t removed)
{
    if (!account) return;
    account->used += added;
    if (account->used > account->most) account->most = account->used;
    account->used -= removed;
}

static size_t aligned(size_t size) { return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT; }

int buffer_reserve(buffer *b, size_t elements, size_t size)
{
    if (size && elements > (SIZE_MAX / 2 - ALIGNMENT) / size) return -1;
    size_t need = elements * size;
    if (need <= b->capacity) return 0;
    size_t grown = b->capacity + b->capacity / 2;
    memory_account *account = b->capacity ? b->account : current;
    size_t capacity = aligned(need > grown || !is_allowed(account, aligned(grown)) ? need : grown);
    if (!is_allowed(account, capacity)) {
        account->refused = 1;
        return -1;
    }
    void *data = take(capacity);
    if (!data) return -1;
    if (b->capacity) memcpy(data, b->data, b->capacity);
    give_back(b->data, b->capacity);
    count(account, capacity, b->capacity);
    *b = (buffer){data, capacity, account};
    return 0;
}

void buffer_free(buffer *b)
{
    give_back(b->data, b->capacity);
    count(b->account, 0, b->capacity);
    *b = (buffer){0};
}
