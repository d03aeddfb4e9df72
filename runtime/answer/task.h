/* task.h - what can be asked of a model: the routes POST /ner, POST /sentiment and POST /redact. */
#ifndef TERN_TASK_H
#define TERN_TASK_H

#include <stddef.h>

typedef enum task_kind {
    TASK_ANY,       /* not said: the request decides (request.h) */
    TASK_NER,       /* the entities of a text */
    TASK_SENTIMENT, /* whether it is positive, negative, neutral or mixed */
    TASK_REDACT,    /* the text without what it says of persons */
    TASK_COUNT
} task_kind;

#define TASK_BIT(task) (1u << (task))

/* "ner", "sentiment", "redact": in paths, in requests, in Server-Timing. */
const char *task_name(task_kind of);

#define TASK_NAMES "\"ner\", \"sentiment\" or \"redact\""

/* The one of that name, or -1. */
int task_from_name(const char *name, size_t len);

#endif
