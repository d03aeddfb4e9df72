/* beam.h - search with a beam of states in place of greedy decisions (thinc/extra/search.pyx Beam, spacy/pipeline/
 * _parser_internals/_beam_utils.pyx). Of the states that follow those of a step, as many as the beam is wide are kept:
 * those with the largest sums of scores. What the best one did is done again on the document afterwards, by the greedy
 * move table. */
#ifndef TERN_BEAM_H
#define TERN_BEAM_H

#include "transition.h"

/* A move table over small states that can be copied. */
typedef struct beam_table {
    move_table moves; /* allowed: may have classes behind those of the network, up to unseen. No lone states */
    /* Classes behind those of the network: spaCy scores them as the worst class of all states of the step, and as
     * nothing if that is better than nothing (parser_model.pyx step_forward, tb_framework's resize_output). */
    uint32_t unseen;
    size_t state_size; /* bytes */
    /* Before as many calls of apply: 0, or -1 when out of memory. NULL: they need nothing. */
    int (*prepare)(void *user, size_t count);
    void (*copy)(void *state, const void *other); /* whatever the state was before */
    void *user;
} beam_table;

typedef struct beam_task {
    const transition_weights *w;
    const beam_settings *settings;
    const beam_table *table;
    const void *first; /* the state to begin from; it needs no copy */
    size_t token_count;
    transition_scratch *net;     /* reserved, and projected if there is no source */
    const vector_source *source; /* as for transition_run */
    interruption *stop;
    float temperature; /* 0: nobody asks for beam_share */
} beam_task;

typedef struct beam_scratch {
    buffer contents;     /* [2 * width] states of the table */
    buffer slots;        /* [2 * width] beam_slot (beam.c) */
    buffer chosen;       /* [width] beam_choice (beam.c) */
    buffer allowed;      /* [classes] class_run */
    buffer looks_at;     /* [width][TRANSITION_MAX_SLOTS] int32_t: tokens, of each state that is not like one before */
    buffer row_of;       /* [width] uint32_t: of each slot, which of these it is like */
    buffer scores;       /* [width][transition_score_floats] of these */
    buffer steps, marks; /* of steps that are not settled, [width] each: beam_step; [2 * width] bytes */
    buffer classes;      /* uint32_t: what the best state did, as far as that is settled */
    size_t count;        /* of classes: all, after the search */
    float score;         /* of the best state, after the search */
    /* For beam_share: [state_count] double, of each state at the end; [steps][state_count] bytes, 1 where a state did
     * what the best one did; steps before, in which all did the same */
    buffer shares, agrees;
    size_t state_count, common;
} beam_scratch;

/* Leaves in the scratch what the best state did. 0, or -1 when out of memory or interrupted, or if the source failed.
 * Time and memory grow with the steps times the width; memory mostly with the width alone, as the states of a beam soon
 * have a common past. */
int beam_search(const beam_task *task, beam_scratch *scratch);

/* After a search with a temperature: the sum of the probabilities of the states at the end that are final and did in
 * the steps [begin, end) what the best one did. The probabilities are the softmax over the scores of all states at the
 * end (search.pyx Beam.probs, ner.pyx get_beam_parses), divided by the temperature. */
double beam_share(const beam_scratch *scratch, size_t begin, size_t end);

void beam_scratch_free(beam_scratch *scratch);

/* The settings of the component that is being bound; zeros if it decides greedily. */
beam_settings bind_beam(binder *b);

#endif
