/* components.h - spaCy's component names in settings -> masks of TERN_TOK2VEC, ... (tern.h). */
#ifndef TERN_COMPONENTS_H
#define TERN_COMPONENTS_H

#include <stddef.h>

#include "problem.h"
#include "tern.h"

#define COMPONENTS_NAMES_SIZE 200 /* room for the names of all */

/* What a sentence about something that the model lacks ends in: "(it has: tok2vec, tagger, ...)", "(it is a tokenizer
 * alone)". */
void components_of(const tern_model *model, char out[COMPONENTS_NAMES_SIZE]);

/* Names separated by commas, with or without spaces around them, into *mask. 0, or -1 with a sentence in why about
 * the first that is the name of no component. */
int components_parse(const char *list, const tern_model *model, unsigned *mask, problem *why);

/* Whether the model has all of mask. 0, or -1 with the same sentence about the first that it lacks. */
int components_check(unsigned mask, const tern_model *model, problem *why);

/* What runs unless somebody says otherwise: the list in the environment variable TERN_COMPONENTS or, if it is unset or
 * empty, the model's default. 0, or -1 with a sentence in why. */
int components_default(const tern_model *model, unsigned *mask, problem *why);

/* The same for a program that answers POST /ner: without "ner" it is an error too. */
int components_default_for_entities(const tern_model *model, unsigned *mask, problem *why);

#endif
