/* sentiment.h - the scores of a text classifier (spaCy's textcat) -> the sentiment of a text.
 *
 * MIXED (experimental; the rule of tools/train_sentiment, mixed.py): each sentence is scored as a document of its own
 * tokens. If there are at least two, and the greatest POSITIVE and the greatest NEGATIVE among them are both above
 * SENTIMENT_CLEARLY, the text is MIXED: its mixed score is the smaller of the two, and the scores of the whole text are
 * scaled to share the rest. Otherwise the mixed score is 0. So the scores sum to 1, and a single sentence is never
 * MIXED. */
#ifndef TERN_SENTIMENT_H
#define TERN_SENTIMENT_H

#include <stddef.h>

#include "problem.h"
#include "tern.h"

#define SENTIMENT_CLEARLY 0.6

typedef enum sentiment_class {
    SENTIMENT_POSITIVE,
    SENTIMENT_NEGATIVE,
    SENTIMENT_NEUTRAL,
    SENTIMENT_MIXED,
    SENTIMENT_CLASSES
} sentiment_class;

/* By sentiment_class. */
typedef struct sentiment {
    double score[SENTIMENT_CLASSES];
} sentiment;

/* Which of a model's categories is which class; MIXED is no category. */
typedef struct sentiment_labels {
    size_t category[SENTIMENT_MIXED];
} sentiment_labels;

/* Finds them. TERN_E_UNSUPPORTED, with a sentence in why, where it is no sentiment model: that has a textcat
 * (exclusive classes) with the labels POSITIVE, NEGATIVE and NEUTRAL, in any order, and no others. TERN_E_MEMORY with
 * one, too. */
tern_status sentiment_find_labels(const tern_model *model, sentiment_labels *out, problem *why);

/* How such a model is run; and whether one of the components that run then sets sentence starts. */
tern_options sentiment_run_options(const tern_model *model);
int sentiment_finds_sentences(const tern_model *model);

/* That of a document which such a run made, and of one of its sentences. */
sentiment sentiment_of_doc(const tern_doc *doc, const sentiment_labels *labels);
sentiment sentiment_of_sentence(const tern_doc *doc, size_t sentence, const sentiment_labels *labels);

/* The rule: whole is the text's without MIXED, positive and negative are the greatest scores among its sentences. */
sentiment sentiment_with_mixed(const sentiment *whole, size_t sentences, double positive, double negative);

/* The class with the greatest score; "POSITIVE", ... */
sentiment_class sentiment_best(const sentiment *of);
const char *sentiment_name(sentiment_class of);

#endif
