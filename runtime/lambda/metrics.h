/* metrics.h - one line of CloudWatch metrics for each invocation, in the embedded metric format: CloudWatch Logs makes
 * metrics of the numbers, without a call to any API.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 *
 *   Duration    Milliseconds   from the event's arrival to the answer being ready
 *   Tokens      Count          of all texts that were answered
 *   Entities    Count
 *   Errors      Count          1 where the function is at fault, whatever way the answer takes: a deadline, no memory;
 *                              else 0. What the caller got wrong is none, nor is a failed message of a queue, which is
 *                              tried again
 *   ColdStart   Count          1 for the first invocation of a process that was started for it, otherwise 0
 *   InitMs      Milliseconds   only with the first invocation: from the start of main to the first wait for an event
 *   PeakRssMb   Megabytes      most memory that the process ever had
 *
 * The dimension is FunctionName; FunctionVersion, requestId, xrayTraceId and tenantId stand beside them for
 * searching. */
#ifndef TERN_METRICS_H
#define TERN_METRICS_H

#include <stddef.h>

#include "log.h"

typedef struct metrics {
    const char *space;              /* namespace: metrics_is_namespace */
    const char *function, *version; /* AWS_LAMBDA_FUNCTION_NAME, AWS_LAMBDA_FUNCTION_VERSION; NULL: unknown */
} metrics;

typedef struct invocation_metrics {
    double duration_ms;
    size_t tokens, entities;
    int errors, cold_start;
    double init_ms; /* negative: not the first invocation */
    double peak_mb; /* negative: unknown */
} invocation_metrics;

#define METRICS_MAX_NAMESPACE 255

/* 1 to METRICS_MAX_NAMESPACE characters of A-Z a-z 0-9 . - _ / # : and blank, not all blank, not the reserved
 * "AWS/...". */
int metrics_is_namespace(const char *text);

/* Writes the line to log->file, whatever the log's level and format. When memory runs out there is none. */
void metrics_write(const metrics *m, const invocation_metrics *of, const logger *log);

/* Peak resident memory of this process in MB (10^6 bytes), from Linux's /proc; -1 if it cannot be read. */
double metrics_peak_mb(void);

#endif
