#include "activation.h"

#include <math.h>

#define CLIP 20.0f /* ops.py sigmoid, softmax_sequences */

float clipped_exp(float x) { return expf(fminf(fmaxf(x, -CLIP), CLIP)); }

static void softmax(float *x, size_t n)
{
    float largest = x[0], sum = 0;
    for (size_t i = 1; i < n; i++) largest = fmaxf(largest, x[i]);
    for (size_t i = 0; i < n; i++) sum += x[i] = expf(x[i] - largest);
    for (size_t i = 0; i < n; i++) x[i] /= sum;
}

static void logistic(float *x, size_t n)
{
    for (size_t i = 0; i < n; i++) x[i] = 1.0f / (1.0f + clipped_exp(-x[i]));
}

void activate(uint32_t activation, float *x, size_t n)
{
    if (activation == ACTIVATION_SOFTMAX) softmax(x, n);
    if (activation == ACTIVATION_LOGISTIC) logistic(x, n);
}
