/* sentiment_json.h - the sentiment of a text as POST /sentiment answers it.
 *
 *   FORMAT_TERN         {"sentiment": "POSITIVE", "confidence": 0.98, "scores": {"positive", "negative", "neutral",
 *                       "mixed"}} and, if wanted, "sentences": [{"text", "start", "end", and the same three}, ...]
 *   FORMAT_COMPREHEND   {"Sentiment": "POSITIVE", "SentimentScore": {"Positive", "Negative", "Neutral", "Mixed"}}, the
 *                       answer of Amazon Comprehend's DetectSentiment, and "Sentences" with "Text", "BeginOffset",
 *                       "EndOffset"
 *
 * confidence is the greatest score. Scores have six decimals at most. */
#ifndef TERN_SENTIMENT_JSON_H
#define TERN_SENTIMENT_JSON_H

#include "bytes.h"
#include "offsets.h"
#include "sentiment.h"

typedef enum sentiment_format { FORMAT_TERN, FORMAT_COMPREHEND } sentiment_format;

#define SENTIMENT_FORMATS "\"tern\" or \"comprehend\""

/* The one of that name, or -1. */
int sentiment_format_from_name(const char *name, size_t len);

typedef struct sentiment_options {
    sentiment_format format;
    int sentences; /* 1: one entry for each */
    /* as tern_options.interrupt: a long text's sentences take as long to write as to find; */
    int (*interrupt)(void *user);
    void *interrupt_user; /* NULL: none */
} sentiment_options;

/* Appends the object. text and doc are those of a run by sentiment_run_options(). 0, or -1 when interrupted. */
int sentiment_json(bytes *out, const char *text, const tern_doc *doc, const sentiment_labels *labels,
                   const sentiment_options *options, offset_unit offsets);

#endif
