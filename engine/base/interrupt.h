/* interrupt.h - how a component learns that the caller wants the run to end (tern_options.interrupt). */
#ifndef TERN_INTERRUPT_H
#define TERN_INTERRUPT_H

#include <stddef.h>

typedef struct interruption {
    int (*ask)(void *user); /* NULL: never */
    void *user;
    int requested; /* has said yes: it is not asked again, and the run ends with TERN_E_INTERRUPTED */
} interruption;

/* Tokens, transitions or code points that are worked off between two questions where one of them takes little time. */
#define INTERRUPT_STRIDE 1024u

/* 1 if the run must end. i may be NULL. */
static inline int interrupted(interruption *i)
{
    if (i && i->ask && !i->requested) i->requested = i->ask(i->user) != 0;
    return i && i->requested;
}

/* The same for step 0, 1, 2, ... of a loop: asks at every INTERRUPT_STRIDEth only. */
static inline int interrupted_at(interruption *i, size_t step)
{
    return step % INTERRUPT_STRIDE == 0 && interrupted(i);
}

#endif
