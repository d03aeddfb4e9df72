/* problem.h - why something failed: one sentence that may be shown to whoever asked for it. */
#ifndef TERN_PROBLEM_H
#define TERN_PROBLEM_H

#define PROBLEM_SIZE 896u /* the names of all models, or a long path; what is longer is cut */

typedef struct problem {
    char text[PROBLEM_SIZE];
} problem;

/* Writes the sentence. Returns status, so that a refusal is one statement: return problem_set(why, -1, "..."). */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
int problem_set(problem *why, int status, const char *format, ...);

/* Goes on with it. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void problem_add(problem *why, const char *format, ...);

/* Puts "where: " before it. Returns -1. */
int problem_at(problem *why, const char *where);

#endif
