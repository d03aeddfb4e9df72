/* biluo.h - what both forms of the BILUO move table, ner.c and ner_beam.c, have in common: what a state looks at, and
 * which actions are allowed. */
#ifndef TERN_BILUO_H
#define TERN_BILUO_H

#include "doc.h"
#include "transition.h"

/* Of a state, what both depend on. */
typedef struct biluo_view {
    size_t token;      /* the current one: B(0) */
    int is_open;       /* an entity is open; then: */
    size_t open_start; /* its first token */
} biluo_view;

/* _state.pxd set_context_tokens: the current token, the first of the open entity, the one before the current one if an
 * entity is open. */
static inline void biluo_features(biluo_view v, int32_t *slot_token)
{
    slot_token[0] = (int32_t)v.token;
    slot_token[1] = v.is_open ? (int32_t)v.open_start : TRANSITION_MISSING;
    slot_token[2] = v.is_open ? (int32_t)v.token - 1 : TRANSITION_MISSING;
}

/* The same with extra_state_tokens: the current token, then the first ones of the open entity, up to the one before. */
static inline void biluo_extra_features(biluo_view v, int32_t *slot_token)
{
    size_t token = v.is_open ? v.open_start : v.token;
    slot_token[0] = (int32_t)v.token;
    for (size_t slot = 1; slot < NER_EXTRA_SLOTS; slot++)
        slot_token[slot] = token < v.token ? (int32_t)token++ : TRANSITION_MISSING;
}

/* Bits of the actions that are allowed on a token that no preset entity has, whatever their label: ner.pyx, is_valid of
 * each action. next_is_preset: the next token is one of a preset entity. A white-space token may well continue or end
 * an entity. */
static inline uint32_t biluo_actions(biluo_view v, const tern_doc *doc, int next_is_preset)
{
    const size_t next = v.token + 1;
    const int may_go_on = next < doc->token_count && doc->sent_start[next] != 1 && !next_is_preset;
    if (v.is_open) return 1u << NER_LAST | (may_go_on ? 1u << NER_IN : 0);
    if (doc->is_space[v.token]) return 1u << NER_OUT;
    return 1u << NER_OUT | 1u << NER_UNIT | (may_go_on ? 1u << NER_BEGIN : 0);
}

#endif
