#include "corpus_batch.h"

#define USUAL (1024u * 1024)

int corpus_batch_add(corpus_batch *batch, const char *record, size_t len, int too_long, record_place place)
{
    const size_t i = batch->count++;
    if (too_long) len = 0;
    batch->start[i] = batch->data.len;
    batch->raw[i] = (raw_record){.len = len, .too_long = too_long, .place = place};
    bytes_append(&batch->data, record, len);
    return batch->count == BATCH_RECORDS || batch->data.len >= BATCH_BYTES;
}

void corpus_batch_complete(corpus_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        batch->raw[i].data = batch->data.data ? batch->data.data + batch->start[i] : "";
    batch->no_memory = batch->data.failed;
}

static void clear(bytes *b)
{
    if (b->capacity > USUAL || b->failed) bytes_free(b);
    bytes_clear(b);
}

void corpus_batch_clear(corpus_batch *batch)
{
    clear(&batch->data);
    clear(&batch->answers);
    clear(&batch->errors);
    batch->count = batch->failed = batch->tokens = 0;
    batch->no_memory = 0;
}

void corpus_batch_free(corpus_batch *batch)
{
    bytes_free(&batch->data);
    bytes_free(&batch->answers);
    bytes_free(&batch->errors);
}
