/* readers.h - who reads which encoder: what an encoder makes of a document is needed nowhere else and is not kept. run:
 * the components that run. */
#ifndef TERN_READERS_H
#define TERN_READERS_H

#include "places.h"

#define NO_PLACE UINT32_MAX

/* The place of the encoder that a component reads; NO_PLACE: of none. A listener reads what the last tok2vec that ran
 * before it has left in Doc.tensor, whomever its model names as upstream (spacy/pipeline/tok2vec.py forward). */
uint32_t encoder_of(const tern_model *model, uint32_t place, place_set run);

/* The listeners of the encoder at that place. */
place_set listeners_of(const tern_model *model, uint32_t encoder, place_set run);

/* The components between two places that change the tokens. */
place_set retokenizers_between(const tern_model *model, uint32_t encoder, uint32_t place, place_set run);

/* Those of its listeners that read the encoder's rows when the tokens are others. */
place_set late_listeners(const tern_model *model, uint32_t encoder, place_set run);

/* A model of several encoders may be asked to run without the one that a component was trained with. */
tern_status check_widths(const tern_model *model, place_set run, tern_error *err);

/* What spaCy itself does not do right is refused: groups of spans keep numbers of tokens that are others, and the rows
 * of an encoder are more than the tokens once some are split. */
tern_status check_retokenizers(const tern_model *model, place_set run, tern_error *err);

#endif
