/* numbers.h - reproducible test numbers and comparisons for the network's tests. */
#ifndef TERN_TEST_NUMBERS_H
#define TERN_TEST_NUMBERS_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* SplitMix64 (Steele, Lea and Flood 2014). */
static inline uint64_t random_u64(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static inline size_t random_below(uint64_t *state, size_t limit) { return (size_t)(random_u64(state) % limit); }

/* n floats of [-1, 1) into x. */
static inline void random_floats(uint64_t *state, float *x, size_t n)
{
    for (size_t i = 0; i < n; i++) x[i] = (float)(random_u64(state) >> 40) / (float)(1 << 23) - 1.0f;
}

/* Fills an array of floats, of any rank. */
#define FILL(seed, array) random_floats(seed, (float *)(array), sizeof(array) / sizeof(float))

/* Fails with both values if they differ by more than tolerance, or if either is not a number. */
static inline void assert_close(double got, double expected, double tolerance, const char *what, size_t index)
{
    if (!(fabs(got - expected) <= tolerance))
        fail_msg("%s[%zu] is %.9g, expected %.9g +- %g", what, index, got, expected, tolerance);
}

#endif
