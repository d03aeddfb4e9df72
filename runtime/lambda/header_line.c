#include "header_line.h"

#include <string.h>

#include "bytes.h"

static int is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

const char *header_value(const char *line, size_t len, const char *name, size_t *value_len)
{
    const char *colon = memchr(line, ':', len), *end = line + len;
    if (!colon || !same_ignoring_case(line, (size_t)(colon - line), name)) return NULL;
    const char *value = colon + 1;
    while (value < end && is_blank(*value)) value++;
    while (value < end && is_blank(end[-1])) end--;
    *value_len = (size_t)(end - value);
    return value;
}

int header_add(struct curl_slist **list, const char *name, const char *value)
{
    bytes line = {0};
    bytes_format(&line, "%s: %s", name, value);
    struct curl_slist *longer = line.failed ? NULL : curl_slist_append(*list, line.data);
    bytes_free(&line);
    if (!longer) return -1;
    *list = longer;
    return 0;
}
