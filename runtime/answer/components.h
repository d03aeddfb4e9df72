/* components.h - names of components, in settings and requests -> places in the pipeline: bit 1 << place (tern.h). */
#ifndef TERN_COMPONENTS_H
#define TERN_COMPONENTS_H

#include <stddef.h>

#include "problem.h"
#include "tern.h"

#define COMPONENTS_OF_ENTITIES (TERN_NER | TERN_ENTITY_RULER | TERN_SPAN_RULER) /* those that find entities */
#define COMPONENTS_NAMES_SIZE 220 /* room for the names of most models' components */

/* What a sentence about something that the model lacks ends in: "(it has: tok2vec, tagger, ...)", "(it is a tokenizer
 * alone)". */
void components_of(const tern_model *model, char out[COMPONENTS_NAMES_SIZE]);

/* The places of what these factories (TERN_NER, ...) made, and of what runs by default. */
uint64_t components_made_by(const tern_model *model, unsigned factories);
uint64_t components_by_default(const tern_model *model);

/* Adds the component of that name or, if none is called so, all that the factory of that name made. A factory that made
 * nothing is added to *lacking (TERN_NER, ...). 1, or 0 if there is no such name. */
int components_find(const char *name, size_t len, const tern_model *model, uint64_t *places, unsigned *lacking);

/* The same for names separated by commas, with or without spaces around them. 0, or -1 with a sentence in why about
 * the first that is the name of no component and no factory. */
int components_parse(const char *list, const tern_model *model, uint64_t *places, unsigned *lacking, problem *why);

/* Whether the model has something of each of these factories. 0, or -1 with the same sentence about the first that it
 * lacks. */
int components_check(unsigned factories, const tern_model *model, problem *why);

/* What runs unless somebody says otherwise: the list in the environment variable TERN_COMPONENTS or, if it is unset or
 * empty, the model's default. 0, or -1 with a sentence in why. */
int components_default(const tern_model *model, uint64_t *places, problem *why);

/* The same for a program that answers POST /ner: without "ner" it is an error too. */
int components_default_for_entities(const tern_model *model, uint64_t *places, problem *why);

#endif
