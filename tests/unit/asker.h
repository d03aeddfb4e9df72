/* asker.h - an interrupt (tern_options) that counts how often it is asked, and says yes from some time on. */
#ifndef TERN_TEST_ASKER_H
#define TERN_TEST_ASKER_H

#include <stddef.h>

typedef struct asker {
    size_t asked, yes_at; /* says yes when asked for the yes_at-th time and ever after; 0: never */
} asker;

static inline int ask(void *user)
{
    asker *a = user;
    a->asked++;
    return a->yes_at && a->asked >= a->yes_at;
}

#endif
