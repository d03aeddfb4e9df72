/* activation.h - functions on the sums of a layer (thinc/backends/ops.py). Within a few units in the last place of
 * thinc's, which are numpy's. */
#ifndef TERN_ACTIVATION_H
#define TERN_ACTIVATION_H

#include <stddef.h>
#include <stdint.h>

/* What a text classifier makes of its sums. ACTIVATION_NONE: leaves them. */
enum { ACTIVATION_NONE = 0, ACTIVATION_SOFTMAX, ACTIVATION_LOGISTIC, ACTIVATIONS };

/* In place on x[n], n > 0. */
void activate(uint32_t activation, float *x, size_t n);

/* exp of x cut to [-20, 20]: thinc's softmax_sequences, which subtracts no maximum. */
float clipped_exp(float x);

#endif
