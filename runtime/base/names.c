#include "names.h"

#include <string.h>

#include "bytes.h"

int name_index(const char *const *names, size_t count, const char *name, size_t len)
{
    for (size_t i = 0; i < count; i++)
        if (names[i] && strlen(names[i]) == len && !memcmp(names[i], name, len)) return (int)i;
    return -1;
}

int name_ends_in(const char *name, size_t len, const char *ending)
{
    const size_t size = strlen(ending);
    return len > size && !memcmp(name + len - size, ending, size);
}

void name_shown(const char *name, size_t len, char out[NAME_SHOWN_SIZE])
{
    size_t count = len < NAME_SHOWN_SIZE - sizeof "..." ? len : NAME_SHOWN_SIZE - sizeof "...";
    for (size_t i = 0; i < count; i++) out[i] = printable(name[i]);
    strcpy(out + count, len > count ? "..." : "");
}

/* Of UTF-8. */
static size_t count_characters(const char *text, size_t len)
{
    size_t count = 0;
    for (size_t i = 0; i < len; i++) count += ((unsigned char)text[i] & 0xC0) != 0x80;
    return count;
}

int name_is_near(const char *name, const char *known)
{
    /* of both what is not the same at the beginning and at the end */
    size_t len = strlen(name), left = strlen(known);
    for (; len && left && ascii_lower(*name) == ascii_lower(*known); len--, left--) name++, known++;
    for (; len && left && ascii_lower(name[len - 1]) == ascii_lower(known[left - 1]); len--) left--;
    if (len == 2 && left == 2)
        return ascii_lower(name[0]) == ascii_lower(known[1]) && ascii_lower(name[1]) == ascii_lower(known[0]);
    return left <= 1 && count_characters(name, len) <= 1;
}
