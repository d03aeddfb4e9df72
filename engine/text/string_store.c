#include "string_store.h"

#include "hash.h"
#include "utf8.h"

uint64_t string_id(const tern_model *model, const void *text, size_t len)
{
    if (len == 0) return 0;
    uint64_t hash = murmur64a(text, len, 1);
    uint64_t symbol = map_get(&model->symbols, hash);
    return symbol == MAP_ABSENT ? hash : symbol;
}

const char *string_get(const tern_model *model, uint64_t number, size_t *len)
{
    const string_table *t = &model->strings;
    int known = number < t->count;
    if (len) *len = known ? t->start[number + 1] - t->start[number] - 1 : 0;
    return known ? t->bytes + t->start[number] : "";
}

uint64_t string_id_of(const tern_model *model, uint64_t number)
{
    return number < model->strings.count ? model->strings.id[number] : 0;
}

void bind_strings(binder *b, string_table *t)
{
    uint32_t starts = 0, size = 0;
    t->bytes = bind_vector(b, "strings/bytes", TERN_DTYPE_U8, &size);
    t->start = bind_vector(b, "strings/start", TERN_DTYPE_U32, &starts);
    t->count = starts - 1;
    if (!b->status && !t->count) bind_refuse(b, "strings/start", "is too short");
    t->id = bind_vector(b, "strings/id", TERN_DTYPE_U64, &t->count);
    if (b->status) return;
    if (t->start[0] || t->start[t->count] != size)
        return bind_refuse(b, "strings/start", "does not cover strings/bytes");
    for (uint32_t i = 0; i < t->count; i++)
        if (t->start[i] >= t->start[i + 1] || t->start[i + 1] > size || t->bytes[t->start[i + 1] - 1])
            return bind_refuse(b, "strings/start", "is not increasing, or a string does not end with NUL");
    if (!utf8_is_valid((const unsigned char *)t->bytes, size)) bind_refuse(b, "strings/bytes", "is not valid UTF-8");
}
