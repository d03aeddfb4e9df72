/* transition.h - greedy transition-based prediction (spacy/ml/parser_model.pyx, pipeline/transition_parser.pyx).
 *
 * The driver owns the network: it projects token vectors, sums the lower layer's products of the tokens that a state
 * looks at, and scores the classes. A move table owns the state: what it looks at, what is allowed, what an action
 * does. */
#ifndef TERN_TRANSITION_H
#define TERN_TRANSITION_H

#include "binder.h"
#include "buffer.h"
#include "interrupt.h"

#define TRANSITION_MAX_SLOTS 16
#define TRANSITION_MISSING (-1)

/* Classes [first, end), all of the same action. Training sorts the classes by action, so that a state's runs are few.
 */
typedef struct class_run {
    uint32_t first, end, action;
} class_run;

/* Appends a class, higher than all before, to the last of the runs or behind it. Returns how many there are now. */
size_t runs_append(class_run *runs, size_t count, uint32_t cls, uint32_t action);

/* Writes the runs whose actions are allowed: bit a of allowed is action a, a < 32. Returns how many. */
size_t runs_of_actions(class_run *out, const class_run *runs, size_t count, uint32_t allowed);

/* A move table over its own state. Classes are the outputs of the last layer. */
typedef struct move_table {
    /* Bit f is set where nearly every token comes up in slot f: its products are computed ahead, many tokens at once.
     * In the other slots they are computed when they are asked for. Changes the speed only. */
    uint32_t common_slots;
    /* 1: most states look at one token, in slot 0, and at nothing else. Their scores are computed ahead, too. */
    int has_lone_states;
    int (*is_final)(const void *state);
    /* Token looked at by each of the network's slots, or TRANSITION_MISSING. */
    void (*features)(const void *state, int32_t *slot_token);
    /* Writes the classes that are allowed, from the lowest on, and returns in how many runs; there is room for as many
     * as there are classes. */
    size_t (*allowed)(const void *state, class_run *runs);
    void (*apply)(void *state, uint32_t cls);
} move_table;

/* Tokens whose projected vectors are kept. A longer document's are asked for as the state comes to them, and once more
 * when it looks back to one that is kept no more. */
#define TRANSITION_KEPT 16384u

/* Where a longer document's token vectors come from. */
typedef struct vector_source {
    /* Vectors of the tokens [begin, end), valid until the next call; NULL when out of memory or interrupted. Blocks of
     * up to TRANSITION_BLOCK, in the order of the document; in between, others that were there before. */
    const float *(*vectors)(void *user, size_t begin, size_t end);
    void *user;
} vector_source;
#define TRANSITION_BLOCK 512u

typedef struct transition_scratch {
    /* [TRANSITION_KEPT, or the tokens, if fewer][layer_sums(linear)] token t has row t % TRANSITION_KEPT */
    buffer projected;
    buffer again;                /* of a longer document: some blocks of what was kept no more (transition.c) */
    buffer products, product_of; /* [slots][cached rows][layer_sums(lower)]; whose row it is */
    buffer lone_scores;          /* [tokens computed ahead][score_floats] (transition.c) */
    /* of the states computed at once: [layer_sums(lower)], [hidden], [score_floats] each */
    buffer sums, hidden, scores;
    buffer allowed, valid; /* [classes] class_run; [classes] bytes, for a trace */
} transition_scratch;

/* Before the first block of a document of token_count (at most INT32_MAX) tokens: all memory that its run needs, which
 * does not grow with documents beyond TRANSITION_KEPT. 0, or -1 when out of memory. */
int transition_reserve(const transition_weights *w, size_t token_count, transition_scratch *scratch);

/* Projects token vectors (count rows of w->width) of the tokens from begin on: thinc's Linear before the lower layer.
 * For a document of up to TRANSITION_KEPT tokens, all of them, before its run. */
void transition_project(const transition_weights *w, const float *vectors, size_t begin, size_t count,
                        transition_scratch *scratch);

/* Runs from the given state until it is final or nothing is valid. source: of a document beyond TRANSITION_KEPT; NULL:
 * its tokens have all been projected. Equal scores: the lowest class wins (parser_model.pyx arg_max_if_valid). trace,
 * if not NULL, sees every decision: scores and valid of all classes. 0, or -1 if stop (NULL: nothing) ended it before,
 * or the source did. */
typedef void (*transition_trace)(void *user, const float *scores, const unsigned char *valid, uint32_t chosen);
int transition_run(const transition_weights *w, const move_table *moves, void *state, size_t token_count,
                   transition_scratch *scratch, const vector_source *source, interruption *stop, transition_trace trace,
                   void *user);

void transition_scratch_free(transition_scratch *scratch);

/* ---- scores alone, for a search (beam.h) ------------------------------------------------------------------------- */

enum { TRANSITION_AGAIN = TRANSITION_MAX_SLOTS };

/* The network at work on a document. Its fields are the driver's (transition.c). */
typedef struct transition_network {
    const transition_weights *w;
    const move_table *moves;
    size_t token_count;
    transition_scratch *scratch;
    const vector_source *source; /* NULL: all tokens are projected */
    size_t projected_end;        /* tokens before this one have been projected */
    int failed;                  /* the source did */
    /* the block that is in this place, plus 1, or 0; the place of the next one */
    uint32_t again_of[TRANSITION_AGAIN], again_next;
    float *products, *lone_scores, *sums, *hidden, *scores;
    /* [slots][cached rows] the token whose product is in this row, plus 1; 0: none */
    uint32_t *product_of;
    size_t come_to[TRANSITION_MAX_SLOTS]; /* tokens before this one have had their turn in a common slot */
    size_t lone_begin, lone_end;          /* tokens of lone_scores */
    class_run *allowed;
} transition_network;

/* After transition_reserve. Of the moves, common_slots counts. source: as for transition_run. */
transition_network transition_begin(const transition_weights *w, const move_table *moves, size_t token_count,
                                    transition_scratch *scratch, const vector_source *source);

/* Floats from the scores of a state to those of the next. */
size_t transition_score_floats(const transition_weights *w);

/* Scores of the classes in states that look at these tokens, as spaCy's search computes them. 0, or -1 if the source
 * has failed. */
int transition_scores(transition_network *network, const int32_t (*slot_token)[TRANSITION_MAX_SLOTS], size_t count,
                      float *scores);

/* The network of the component that is being bound; w->classes is known, w->width is, or is 0 to be taken from the
 * file. slots, extra_slots: the two numbers of slots that the move table knows. */
void bind_transition(binder *b, uint32_t slots, uint32_t extra_slots, transition_weights *w);

#endif
