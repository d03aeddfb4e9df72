/* wanted.h - what is wanted of a run -> the components that it needs. */
#ifndef TERN_WANTED_H
#define TERN_WANTED_H

#include "ctx.h"
#include "places.h"

/* Can the model do what the options say, and do they agree with each other? */
tern_status check_options(const tern_ctx *ctx, const tern_options *options, tern_error *err);

place_set components_to_run(const tern_model *model, const tern_options *options);

/* Are the rows of an encoder wanted that no doc_cleaner behind it takes away? */
int gives_tensor(const tern_model *model, unsigned want, place_set run);

#endif
