/* settings.h - everything that the environment decides: read and checked once, at the start of a program, so that a
 * wrong value stops it there with a sentence that says what is allowed. settings_table describes every variable for
 * people. */
#ifndef TERN_SETTINGS_H
#define TERN_SETTINGS_H

#include <stddef.h>

#include "bytes.h"
#include "problem.h"
#include "request.h"

/* Strings are those of the environment (environment.h). NULL: not set, or
 * empty. */
typedef struct runtime_settings {
    entity_format format;         /* TERN_FORMAT */
    offset_unit offsets;          /* TERN_OFFSETS */
    int scores;                   /* TERN_SCORES: 1 or 0 */
    size_t max_chars;             /* TERN_MAX_CHARS; 0: the engine's limit */
    size_t max_texts;             /* TERN_MAX_TEXTS */
    const char *redact_key;       /* TERN_REDACT_KEY: REDACT_LEAST_KEY bytes at least */
    const char *cors_origin;      /* TERN_CORS_ORIGIN: cors.h */
    const char *output_queue_url; /* TERN_OUTPUT_QUEUE_URL; sqs_client.h checks its form */
    const char *ca_file;          /* TERN_CA_FILE */
    unsigned deadline_margin_ms;  /* TERN_DEADLINE_MARGIN_MS */
    const char *emf_namespace;    /* TERN_EMF_NAMESPACE; metrics.h checks its form */
    int shutdown_hook;            /* TERN_SHUTDOWN_HOOK: 1 or 0 */
    unsigned max_concurrency;     /* AWS_LAMBDA_MAX_CONCURRENCY, at least 1 */
} runtime_settings;

/* Reads the environment. 0, or -1 with a sentence in why that names the variable and what it may be. TERN_MODEL and
 * TERN_COMPONENTS need the file system and the models: models.h. */
int settings_read(runtime_settings *out, problem *why);

enum { SETTING_COMMAND = 1u << 0, SETTING_SERVER = 1u << 1, SETTING_LAMBDA = 1u << 2 };

typedef struct setting_row {
    const char *name, *fallback, *meaning; /* fallback: what holds when it is not set; NULL: most */
    unsigned programs;                     /* mask of those that read it */
    size_t most;                           /* of a whole number from 1 on; 0: it is none, or nobody sets it */
} setting_row;

extern const setting_row settings_table[];
extern const size_t settings_count;

/* The TERN_REDACT_KEY of the environment into *out, NULL where it is not set: 0, or -1 with a sentence in why. */
int settings_redact_key(const char **out, problem *why);

/* Appends the rows of these programs, one paragraph each, as --help shows them. */
void settings_help(bytes *out, unsigned programs);

#endif
