#include "ner.h"

#include <math.h>
#include <string.h>

#include "biluo.h"
#include "error.h"
#include "tok2vec.h"

/* Every token is consumed by exactly one action, or lies in a preset entity: one that the document had before. */
typedef struct ner_state {
    tern_doc *doc;
    const uint32_t *moves; /* [classes][2] action, label */
    const class_run *runs; /* of all classes that a document without preset entities may come to */
    size_t run_count;
    size_t token;         /* the current one: B(0) */
    int is_open;          /* an entity is open; then: */
    entity_span open;     /* token_end is not known yet */
    class_run *open_runs; /* I and L of its label */
    size_t open_run_count;
    const entity_span *preset, *preset_end; /* those that begin at the current token or behind it */
    int may_block;                          /* 1: there is an action for blocked tokens */
    uint32_t classes;
    float sharpness; /* 1 / temperature */
    float score;     /* of the entity that is open or comes next: the product over its moves so far */
} ner_state;

static int is_final(const void *state)
{
    const ner_state *s = state;
    return s->token >= s->doc->token_count;
}

static biluo_view view_of(const ner_state *s)
{
    return (biluo_view){.token = s->token, .is_open = s->is_open, .open_start = s->open.token_start};
}

static void features(const void *state, int32_t *slot_token) { biluo_features(view_of(state), slot_token); }

static void extra_features(const void *state, int32_t *slot_token) { biluo_extra_features(view_of(state), slot_token); }

static int begins_preset(const ner_state *s, size_t token)
{
    return s->preset < s->preset_end && s->preset->token_start == token;
}

static size_t allowed(const void *state, class_run *runs)
{
    const ner_state *s = state;
    const uint32_t actions = biluo_actions(view_of(s), s->doc, begins_preset(s, s->token + 1));
    return s->is_open ? runs_of_actions(runs, s->open_runs, s->open_run_count, actions)
                      : runs_of_actions(runs, s->runs, s->run_count, actions);
}

static void begin_entity(ner_state *s, entity_span entity)
{
    s->open = entity;
    s->is_open = 1;
    s->open_run_count = 0;
    for (const class_run *run = s->runs; run < s->runs + s->run_count; run++) {
        if (run->action != NER_IN && run->action != NER_LAST) continue;
        for (uint32_t c = run->first; c < run->end; c++)
            if (s->moves[2 * c + 1] == entity.label)
                s->open_run_count = runs_append(s->open_runs, s->open_run_count, c, run->action);
    }
}

static void add_entity(const ner_state *s, entity_span entity)
{
    entity.token_end = (uint32_t)s->token + 1;
    entity.score = s->score;
    s->doc->entity[s->doc->entity_count++] = entity;
}

/* On each token of a preset entity one action is valid in ner.pyx, and together they make the same entity: B, I and L,
 * or U, of a label that becomes one of the moves, if it is none (transition_parser.pyx _ensure_labels_are_added). An
 * entity that was open has ended before. On a blocked token it is the U without a label; where that is none of the
 * moves, spaCy ends the document (c_transition_batch). */
static void keep_presets(ner_state *s)
{
    for (; begins_preset(s, s->token); s->preset++) {
        if (s->preset->label == NO_STRING && !s->may_block) {
            s->token = s->doc->token_count;
            return;
        }
        s->doc->entity[s->doc->entity_count++] = *s->preset;
        s->token = s->preset->token_end;
    }
}

static void apply(void *state, uint32_t cls)
{
    ner_state *s = state;
    entity_span here = {.token_start = (uint32_t)s->token, .label = s->moves[2 * cls + 1]};
    switch (s->moves[2 * cls]) {
    case NER_BEGIN: begin_entity(s, here); break;
    case NER_LAST:
        add_entity(s, s->open);
        s->is_open = 0;
        break;
    case NER_UNIT: add_entity(s, here); break;
    default: /* NER_IN, NER_OUT */ break;
    }
    s->token++;
    keep_presets(s);
}

/* ---- scores ------------------------------------------------------------------------------------------------------ */

/* The softmax over the valid classes, of the chosen one. 0 where the network's numbers are none. */
static float share_of(const ner_state *s, const float *scores, const unsigned char *valid, uint32_t chosen)
{
    float sum = 0;
    for (uint32_t c = 0; c < s->classes; c++)
        if (valid[c]) sum += expf((scores[c] - scores[chosen]) * s->sharpness);
    return sum > 0 ? 1 / sum : 0;
}

/* A transition_trace: before the move is made. */
static void score_move(void *user, const float *scores, const unsigned char *valid, uint32_t chosen)
{
    ner_state *s = user;
    const uint32_t action = s->moves[2 * chosen];
    if (action == NER_OUT) return;
    if (action == NER_BEGIN || action == NER_UNIT) s->score = 1;
    s->score *= share_of(s, scores, valid, chosen);
}

/* ---- a document -------------------------------------------------------------------------------------------------- */

/* Entities need a label: of B, I, L and U with an empty one only U is ever valid, and on blocked tokens alone, which
 * keep_presets passes over, so they are left out. */
static size_t list_runs(const ner_model *ner, const tern_model *model, class_run *runs)
{
    size_t count = 0;
    for (uint32_t c = 0; c < ner->net.classes; c++) {
        uint32_t action = ner->moves[2 * c], label = ner->moves[2 * c + 1];
        if (action == NER_OUT || model->strings.id[label]) count = runs_append(runs, count, c, action);
    }
    return count;
}

static int has_empty_unit(const ner_model *ner, const tern_model *model)
{
    for (uint32_t c = 0; c < ner->net.classes; c++)
        if (ner->moves[2 * c] == NER_UNIT && !model->strings.id[ner->moves[2 * c + 1]]) return 1;
    return 0;
}

/* Takes the document's entities for preset ones. 0, or -1 when out of memory. */
static int take_presets(const ner_model *ner, ner_state *s, buffer *presets)
{
    size_t count = s->doc->entity_count;
    s->doc->entity_count = 0;
    if (!count) return 0;
    if (buffer_reserve(presets, count, sizeof(entity_span))) return -1;
    s->preset = memcpy(presets->data, s->doc->entity, count * sizeof(entity_span));
    s->preset_end = s->preset + count;
    s->may_block = has_empty_unit(ner, s->doc->model);
    return 0;
}

int ner_reserve(const ner_model *ner, tern_doc *doc, ner_scratch *s)
{
    size_t tokens = doc->token_count, classes = ner->net.classes;
    return doc_reserve_entities(doc, tokens) || buffer_reserve(&s->runs, classes, sizeof(class_run))
                   || buffer_reserve(&s->open_runs, classes, sizeof(class_run))
                   || transition_reserve(&ner->net, tokens, &s->net)
               ? -1
               : 0;
}

void ner_project(const ner_model *ner, const float *rows, size_t begin, size_t count, ner_scratch *s)
{
    transition_project(&ner->net, rows, begin, count, &s->net);
}

/* Of an entity that the move on the token has made, which a preset one behind it is not. */
static void score_found(entity_span *entity, size_t token, const beam_scratch *found)
{
    if (entity->token_end == token + 1) entity->score = (float)beam_share(found, entity->token_start, token + 1);
}

/* 0 or -1. */
static int follow_search(const ner_model *ner, ner_state *state, ner_scratch *s, const vector_source *source)
{
    size_t presets = (size_t)(state->preset_end - state->preset);
    const beam_scratch *found = &s->search.beam;
    const tern_doc *doc = state->doc;
    if (ner_search(ner, state->doc, state->preset, presets, &s->net, &s->search, source)) return -1;
    const uint32_t *classes = found->classes.data;
    keep_presets(state);
    for (size_t token = 0; token < found->count; token++) {
        const size_t number = doc->entity_count;
        if (state->token != token) continue;
        apply(state, classes[token]);
        if (doc->entity_scores && number < doc->entity_count) score_found(&doc->entity[number], token, found);
    }
    return 0;
}

tern_status ner_annotate(const ner_model *ner, tern_doc *doc, ner_scratch *s, const vector_source *source,
                         transition_trace trace, void *user, tern_error *err)
{
    const move_table table = {.common_slots = 1u << 0,
                              .has_lone_states = 1,
                              .is_final = is_final,
                              .features = ner->net.slots == NER_SLOTS ? features : extra_features,
                              .allowed = allowed,
                              .apply = apply};
    ner_state state = {.doc = doc,
                       .moves = ner->moves,
                       .runs = s->runs.data,
                       .run_count = list_runs(ner, doc->model, s->runs.data),
                       .open_runs = s->open_runs.data,
                       .classes = ner->net.classes,
                       .sharpness = 1 / ner->temperature,
                       .score = 1};
    if (doc->entity_scores) {
        trace = score_move;
        user = &state;
    }
    if (take_presets(ner, &state, &s->presets)) return doc_gave_up(doc, err);
    if (ner->beam.width) {
        if (follow_search(ner, &state, s, source)) return doc_gave_up(doc, err);
    } else {
        keep_presets(&state);
        if (transition_run(&ner->net, &table, &state, doc->token_count, &s->net, source, doc->interruption, trace,
                           user))
            return doc_gave_up(doc, err);
    }
    while (state.preset < state.preset_end) /* no class was allowed before them */
        doc->entity[doc->entity_count++] = *state.preset++;
    doc->annotations |= TERN_ENTITIES;
    return TERN_OK;
}

void ner_scratch_free(ner_scratch *s)
{
    transition_scratch_free(&s->net);
    buffer_free(&s->runs);
    buffer_free(&s->open_runs);
    buffer_free(&s->presets);
    ner_search_scratch_free(&s->search);
}

/* ---- the component ----------------------------------------------------------------------------------------------- */

/* Absent in most files: 1. */
static float bind_temperature(binder *b)
{
    uint32_t one = 1;
    if (!bind_has(b, "/temperature") || b->status) return 1;
    const float *value = bind_vector(b, "/temperature", TERN_DTYPE_F32, &one);
    if (b->status) return 1;
    if (*value >= TEMPERATURE_LEAST && *value <= TEMPERATURE_MOST) return *value;
    bind_refuse(b, "/temperature", "holds a value that is out of range");
    return 1;
}

static void bind(binder *b, tern_model *model, component_model *self)
{
    uint32_t two = 2;
    ner_model *ner = &self->ner;
    ner->net.width = bind_encoder(b, model, self);
    ner->moves = bind_matrix(b, "/moves", TERN_DTYPE_U32, &ner->net.classes, &two);
    bind_transition(b, NER_SLOTS, NER_EXTRA_SLOTS, &ner->net);
    ner->beam = bind_beam(b);
    ner->temperature = bind_temperature(b);
    self->width = ner->net.width;
    for (uint32_t c = 0; c < ner->net.classes && !b->status; c++)
        if (ner->moves[2 * c] > NER_OUT) bind_refuse(b, "/moves", "holds an action that is out of range");
        else bind_check_labels(b, "/moves", ner->moves + 2 * c + 1, 1, &model->strings, 0);
}

static int reserve(const component_run *run) { return ner_reserve(&run->component->ner, run->doc, run->scratch); }

static int feed(const component_run *run, const float *rows, size_t begin, size_t count)
{
    ner_project(&run->component->ner, rows, begin, count, run->scratch);
    return 0;
}

static tern_status finish(const component_run *run, const vector_source *source, tern_error *err)
{
    return ner_annotate(&run->component->ner, run->doc, run->scratch, source, NULL, NULL, err);
}

static void free_scratch(void *scratch) { ner_scratch_free(scratch); }

const component_methods ner_component = {
    .number = COMPONENT_NER,
    .name = "ner",
    .gives = TERN_ENTITIES,
    .scratch_size = sizeof(ner_scratch),
    .bind = bind,
    .reserve = reserve,
    .feed = feed,
    .finish = finish,
    .release = free_scratch,
    .free = free_scratch,
};
