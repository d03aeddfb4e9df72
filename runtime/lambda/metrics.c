#define _POSIX_C_SOURCE 200809L
#include "metrics.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bytes.h"
#include "deadline.h"
#include "json_out.h"

int metrics_is_namespace(const char *text)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_/#: ";
    size_t len = strlen(text);
    return len >= 1 && len <= METRICS_MAX_NAMESPACE && strspn(text, allowed) == len && strspn(text, " ") < len
           && strncmp(text, "AWS/", 4);
}

double metrics_peak_mb(void)
{
    char status[4096]; /* VmHWM is in its first KB */
    int file = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t len = read(file, status, sizeof status - 1);
    close(file);
    status[len > 0 ? len : 0] = '\0';
    const char *peak = strstr(status, "\nVmHWM:");
    /* "kB" there means 1024 bytes */
    return peak ? (double)strtoul(peak + strlen("\nVmHWM:"), NULL, 10) * 1024 / 1e6 : -1;
}

/* ---- the line ---------------------------------------------------------------------------------------------------- */

typedef struct metric {
    const char *name, *unit;
    double value; /* negative: left out */
    int decimals;
} metric;

static void append_definitions(bytes *out, const metric *list, size_t count)
{
    const char *separator = "";
    for (size_t i = 0; i < count; i++) {
        if (list[i].value < 0) continue;
        bytes_format(out, "%s{\"Name\": \"%s\", \"Unit\": \"%s\"}", separator, list[i].name, list[i].unit);
        separator = ", ";
    }
}

static void append_values(bytes *out, const metric *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].value >= 0) bytes_format(out, ", \"%s\": %.*f", list[i].name, list[i].decimals, list[i].value);
}

static void append_property(bytes *out, const char *name, const char *value)
{
    if (!value || !*value) return;
    bytes_format(out, ", \"%s\": ", name);
    json_out_lossy(out, value, strlen(value));
}

void metrics_write(const metrics *m, const invocation_metrics *of, const logger *log)
{
    const metric list[] = {
        {"Duration", "Milliseconds", of->duration_ms, 3}, {"Tokens", "Count", (double)of->tokens, 0},
        {"Entities", "Count", (double)of->entities, 0},   {"Errors", "Count", of->errors, 0},
        {"ColdStart", "Count", of->cold_start, 0},        {"InitMs", "Milliseconds", of->init_ms, 3},
        {"PeakRssMb", "Megabytes", of->peak_mb, 3},
    };
    const size_t count = sizeof list / sizeof *list;
    bytes line = {0};
    bytes_format(&line, "{\"_aws\": {\"Timestamp\": %llu, \"CloudWatchMetrics\": [{\"Namespace\": ",
                 (unsigned long long)clock_now_ms());
    json_out_cstring(&line, m->space);
    bytes_format(&line, ", \"Dimensions\": [[%s]], \"Metrics\": [", m->function ? "\"FunctionName\"" : "");
    append_definitions(&line, list, count);
    bytes_text(&line, "]}]}");
    append_property(&line, "FunctionName", m->function);
    append_property(&line, "FunctionVersion", m->version);
    append_property(&line, "requestId", log->request_id);
    append_property(&line, "xrayTraceId", log->trace_id);
    append_property(&line, "tenantId", log->tenant_id);
    append_values(&line, list, count);
    bytes_text(&line, "}\n");
    if (!line.failed) log_write(log, line.data, line.len);
    bytes_free(&line);
}
