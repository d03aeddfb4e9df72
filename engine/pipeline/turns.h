/* turns.h - components take their turns on the context's document, and encoders feed those who read them. */
#ifndef TERN_TURNS_H
#define TERN_TURNS_H

#include "ctx.h"

/* Lets these components run, whose tokens have their features. */
tern_status run_in_order(tern_ctx *ctx, place_set run, tern_error *err);

#endif
