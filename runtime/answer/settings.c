#include "settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cors.h"
#include "deadline.h"
#include "environment.h"
#include "names.h"
#include "tern.h"
#include "text_of.h"

#define EVERYWHERE (SETTING_COMMAND | SETTING_SERVER | SETTING_LAMBDA)
#define REQUESTS (SETTING_SERVER | SETTING_LAMBDA)

#define MOST_TEXTS 100000
#define MOST_MARGIN_MS 10000
#define MOST_CONCURRENCY 100000

const setting_row settings_table[] = {
    {"TERN_MODEL", "found from the program's place",
     "path of the model file (.tern), or several as NAME=PATH,NAME=PATH; the first that can do what is asked for is "
     "the default",
     EVERYWHERE, 0},
    {"TERN_COMPONENTS", "what the model enables",
     "components that run when a request names none, separated by commas; not those of POST /sentiment", EVERYWHERE, 0},
    {"TERN_GEMM", "native",
     "matrix arithmetic: native (the fastest of this CPU); to compare, one of avx512, avx2, portable, openblas",
     EVERYWHERE, 0},
    {"TERN_FORMAT", "ner",
     "keys of an entity when a request names no format: ner (text, label, start, end) or "
     "spacy (text, label, start_char, end_char)",
     REQUESTS, 0},
    {"TERN_OFFSETS", "codepoint",
     "unit of the offsets when a request names none: codepoint (Python), utf16 (JavaScript, Java, C#) or byte (UTF-8)",
     REQUESTS, 0},
    {"TERN_SCORES", "1", "1 or 0: whether entities have their score when a request does not say", REQUESTS, 0},
    {"TERN_MAX_CHARS", NULL, "limit of a text in code points", REQUESTS, TERN_MAX_CHARS},
    {"TERN_MAX_TEXTS", TEXT_OF(REQUEST_MAX_TEXTS), "limit of the number of \"texts\" in a request", REQUESTS,
     MOST_TEXTS},
    {"TERN_REDACT_KEY", "none", "secret of the hashes of POST /redact when a request sends no key, 16 bytes or more",
     EVERYWHERE, 0},
    {"TERN_CORS_ORIGIN", "none",
     "web origins whose pages may call the function, separated by commas, or *; set it only where the gateway does not "
     "do "
     "CORS itself",
     SETTING_LAMBDA, 0},
    {"TERN_OUTPUT_QUEUE_URL", "none", "URL of the SQS queue that gets the results of messages from a queue",
     SETTING_LAMBDA, 0},
    {"TERN_CA_FILE", "the system's", "certificate authorities (PEM) that the output queue's server is checked against",
     SETTING_LAMBDA, 0},
    {"TERN_DEADLINE_MARGIN_MS", TEXT_OF(DEADLINE_MARGIN_MS),
     "milliseconds before the end of an invocation at which its answer must be ready", SETTING_LAMBDA, MOST_MARGIN_MS},
    {"TERN_EMF_NAMESPACE", "none", "CloudWatch namespace: writes one line of metrics for each invocation",
     SETTING_LAMBDA, 0},
    {"TERN_SHUTDOWN_HOOK", "0", "1 registers an internal extension, so that the process is told before it is stopped",
     SETTING_LAMBDA, 0},
    {"AWS_LAMBDA_LOG_FORMAT", "Text", "Text or JSON; a setting of the function's logging", SETTING_LAMBDA, 0},
    {"AWS_LAMBDA_LOG_LEVEL", "INFO", "TRACE, DEBUG, INFO, WARN, ERROR or FATAL; a setting of the function's logging",
     SETTING_LAMBDA, 0},
    {"AWS_LAMBDA_MAX_CONCURRENCY", "1", "invocations at once in one process; set by the platform, experimental",
     SETTING_LAMBDA, 0},
};
const size_t settings_count = sizeof settings_table / sizeof *settings_table;

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static int bad_value(const char *name, const char *expected, const char *value, problem *why)
{
    char shown[NAME_SHOWN_SIZE];
    name_shown(value, strlen(value), shown);
    return problem_set(why, -1, "%s must be %s, not \"%s\"", name, expected, shown);
}

/* A whole decimal number from 1 to most. */
static int read_number(const char *name, size_t most, size_t fallback, size_t *out, problem *why)
{
    char expected[64];
    const char *text = environment(name);
    *out = fallback;
    if (!text) return 0;
    size_t digits = strspn(text, "0123456789");
    unsigned long value = digits && digits <= 7 && !text[digits] ? strtoul(text, NULL, 10) : 0;
    snprintf(expected, sizeof expected, "a whole number from 1 to %zu", most);
    if (value < 1 || value > most) return bad_value(name, expected, text, why);
    *out = value;
    return 0;
}

static int read_switch(const char *name, int fallback, int *out, problem *why)
{
    const char *text = environment(name);
    *out = text ? !strcmp(text, "1") : fallback;
    return text && !*out && strcmp(text, "0") ? bad_value(name, "0 or 1", text, why) : 0;
}

static int read_format(entity_format *out, problem *why)
{
    const char *text = environment("TERN_FORMAT");
    int format = text ? entity_format_from_name(text, strlen(text)) : FORMAT_NER;
    *out = format < 0 ? FORMAT_NER : (entity_format)format;
    return format < 0 ? bad_value("TERN_FORMAT", ENTITY_FORMATS, text, why) : 0;
}

static int read_offsets(offset_unit *out, problem *why)
{
    const char *text = environment("TERN_OFFSETS");
    int unit = text ? offset_unit_from_name(text, strlen(text)) : OFFSETS_CODEPOINT;
    *out = unit < 0 ? OFFSETS_CODEPOINT : (offset_unit)unit;
    return unit < 0 ? bad_value("TERN_OFFSETS", OFFSET_UNITS, text, why) : 0;
}

int settings_redact_key(const char **out, problem *why)
{
    *out = environment("TERN_REDACT_KEY");
    if (!*out || strlen(*out) >= REDACT_LEAST_KEY) return 0;
    return problem_set(why, -1, "TERN_REDACT_KEY has %zu bytes, the least are %d", strlen(*out), REDACT_LEAST_KEY);
}

static int read_origins(const char **out, problem *why)
{
    static const char name[] = "TERN_CORS_ORIGIN";
    *out = environment(name);
    return *out && !cors_is_list(*out) ? bad_value(name, CORS_ORIGINS, *out, why) : 0;
}

int settings_read(runtime_settings *out, problem *why)
{
    size_t concurrency = 1, margin = DEADLINE_MARGIN_MS;
    *out = (runtime_settings){.output_queue_url = environment("TERN_OUTPUT_QUEUE_URL"),
                              .ca_file = environment("TERN_CA_FILE"),
                              .emf_namespace = environment("TERN_EMF_NAMESPACE")};
    int status = read_format(&out->format, why) || read_offsets(&out->offsets, why)
                 || read_number("TERN_MAX_CHARS", TERN_MAX_CHARS, 0, &out->max_chars, why)
                 || read_number("TERN_MAX_TEXTS", MOST_TEXTS, REQUEST_MAX_TEXTS, &out->max_texts, why)
                 || settings_redact_key(&out->redact_key, why) || read_origins(&out->cors_origin, why)
                 || read_switch("TERN_SHUTDOWN_HOOK", 0, &out->shutdown_hook, why)
                 || read_switch("TERN_SCORES", 1, &out->scores, why)
                 || read_number("TERN_DEADLINE_MARGIN_MS", MOST_MARGIN_MS, DEADLINE_MARGIN_MS, &margin, why)
                 || read_number("AWS_LAMBDA_MAX_CONCURRENCY", MOST_CONCURRENCY, 1, &concurrency, why);
    out->max_concurrency = (unsigned)concurrency;
    out->deadline_margin_ms = (unsigned)margin;
    return status ? -1 : 0;
}

/* ---- for people -------------------------------------------------------------------------------------------------- */

#define HELP_INDENT 26
#define HELP_WIDTH 100

/* Words of text in lines of at most HELP_WIDTH columns, each but the first indented. */
static void wrap_words(bytes *out, const char *text)
{
    size_t column = HELP_INDENT;
    while (*text) {
        size_t word = strcspn(text, " ");
        if (column > HELP_INDENT && column + 1 + word > HELP_WIDTH) {
            bytes_format(out, "\n%*s", HELP_INDENT, "");
            column = HELP_INDENT;
        } else if (column > HELP_INDENT) {
            bytes_text(out, " ");
            column++;
        }
        bytes_append(out, text, word);
        column += word;
        text += word + strspn(text + word, " ");
    }
    bytes_text(out, "\n");
}

void settings_help(bytes *out, unsigned programs)
{
    for (size_t i = 0; i < settings_count; i++) {
        const setting_row *row = &settings_table[i];
        if (!(row->programs & programs)) continue;
        bytes text = {0};
        bytes_text(&text, row->meaning);
        if (row->most) bytes_format(&text, ", 1 to %zu", row->most);
        if (row->fallback) bytes_format(&text, " (default: %s)", row->fallback);
        else bytes_format(&text, " (default: %zu)", row->most);
        bytes_format(out, "  %-*s", HELP_INDENT - 2, row->name);
        if (strlen(row->name) >= HELP_INDENT - 2) bytes_format(out, "\n%*s", HELP_INDENT, "");
        wrap_words(out, text.data ? text.data : "");
        bytes_free(&text);
    }
}
