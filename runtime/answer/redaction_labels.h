/* redaction_labels.h - names that may be chosen: types of pii.h, and the labels of a model's entities, which its
 * description lists (tern_model_meta). */
#ifndef TERN_REDACTION_LABELS_H
#define TERN_REDACTION_LABELS_H

#include "problem.h"
#include "redaction.h"

/* Chooses one more by its name: a type of pii.h, a label that the model's entities may have. labels holds what
 * options->labels will be; the caller sets that. 0; -1: there is none of that name. */
int redaction_choose(const char *name, size_t len, const tern_model *model, redaction_options *options, bytes *labels);

/* Ends a sentence: " (...: PERSON, ...; NAME, ...)". */
void redaction_list_labels(const tern_model *model, problem *why);

#endif
