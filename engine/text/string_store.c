#include "string_store.h"

#include "hash.h"

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
