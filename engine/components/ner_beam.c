/* The BILUO moves of ner.c for states that a beam copies. */
#include "ner_beam.h"

#include <stdlib.h>

#include "biluo.h"

/* What all states of a document share. */
typedef struct ner_task {
    const tern_doc *doc;
    const uint32_t *moves;  /* [classes][2] action, label */
    const uint32_t *unseen; /* [unseen_count][2] of the classes behind them */
    uint32_t classes, unseen_count;
    const entity_span *presets;
    size_t preset_count;
} ner_task;

/* Every token takes an action, those of preset entities too: their scores count. */
typedef struct ner_path {
    const ner_task *task;
    uint32_t token, preset; /* the current token; the first preset entity that does not end before it */
    uint32_t open_start, open_label;
    int is_open; /* an entity is open */
} ner_path;

static const uint32_t *move_of(const ner_task *task, uint32_t cls)
{
    return cls < task->classes ? task->moves + 2 * (size_t)cls : task->unseen + 2 * (size_t)(cls - task->classes);
}

static uint32_t all_classes(const ner_task *task) { return task->classes + task->unseen_count; }

/* id: of its label. NO_STRING if there is none. */
static uint32_t class_of(const ner_task *task, uint32_t action, uint64_t id)
{
    for (uint32_t c = 0; c < all_classes(task); c++)
        if (move_of(task, c)[0] == action && doc_entity_string_id(task->doc, move_of(task, c)[1]) == id) return c;
    return NO_STRING;
}

static int is_final(const void *state)
{
    const ner_path *s = state;
    return s->token >= s->task->doc->token_count;
}

static biluo_view view_of(const ner_path *s)
{
    return (biluo_view){.token = s->token, .is_open = s->is_open, .open_start = s->open_start};
}

static void features(const void *state, int32_t *slot_token) { biluo_features(view_of(state), slot_token); }

static void extra_features(const void *state, int32_t *slot_token) { biluo_extra_features(view_of(state), slot_token); }

/* The preset entity that has the token; NULL: none. */
static const entity_span *preset_at(const ner_path *s, uint32_t token)
{
    const entity_span *presets = s->task->presets;
    const size_t count = s->task->preset_count;
    size_t i = s->preset;
    if (i < count && presets[i].token_end == token) i++;
    return i < count && presets[i].token_start <= token ? &presets[i] : NULL;
}

/* The one action on a token of a preset entity (ner.c keep_presets). */
static uint32_t preset_action(const entity_span *preset, uint32_t token)
{
    if (preset->token_end - preset->token_start == 1) return NER_UNIT;
    if (token == preset->token_start) return NER_BEGIN;
    return token + 1 == preset->token_end ? NER_LAST : NER_IN;
}

static size_t allowed(const void *state, class_run *runs)
{
    const ner_path *s = state;
    const ner_task *task = s->task;
    const entity_span *preset = preset_at(s, s->token);
    size_t count = 0;
    if (preset) {
        const uint32_t action = preset_action(preset, s->token),
                       cls = class_of(task, action, doc_entity_string_id(task->doc, preset->label));
        return cls == NO_STRING ? 0 : runs_append(runs, 0, cls, action);
    }
    const uint32_t actions = biluo_actions(view_of(s), task->doc, preset_at(s, s->token + 1) != NULL);
    for (uint32_t c = 0; c < all_classes(task); c++) {
        const uint32_t action = move_of(task, c)[0], label = move_of(task, c)[1];
        const int is_labelled =
            s->is_open ? label == s->open_label : action == NER_OUT || doc_entity_string_id(task->doc, label);
        if (actions >> action & 1 && is_labelled) count = runs_append(runs, count, c, action);
    }
    return count;
}

static void apply(void *state, uint32_t cls)
{
    ner_path *s = state;
    const uint32_t action = move_of(s->task, cls)[0];
    if (action == NER_BEGIN) {
        s->is_open = 1;
        s->open_start = s->token;
        s->open_label = move_of(s->task, cls)[1];
    }
    if (action == NER_LAST) s->is_open = 0;
    s->token++;
    while (s->preset < s->task->preset_count && s->task->presets[s->preset].token_end <= s->token) s->preset++;
}

static void copy(void *state, const void *other) { *(ner_path *)state = *(const ner_path *)other; }

/* ---- labels that the network does not know ----------------------------------------------------------------------- */

/* A label of a preset entity. */
typedef struct preset_label {
    uint64_t id;
    uint32_t number;
} preset_label;

static int by_id(const void *a, const void *b)
{
    const preset_label *left = a, *right = b;
    return (left->id > right->id) - (left->id < right->id);
}

/* Labels of preset entities that are none of the moves become some (transition_parser.pyx _ensure_labels_are_added). In
 * which order is left to Python's order of a set of strings; here it is that of their ids. 0 or -1. */
static int list_unseen(ner_task *task, buffer *memory)
{
    static const uint32_t actions[] = {NER_BEGIN, NER_IN, NER_LAST, NER_UNIT};
    enum { ACTIONS = sizeof(actions) / sizeof(*actions) };
    const size_t presets = task->preset_count;
    if (!presets) return 0;
    /* labels before the moves that they may become */
    if (buffer_reserve(memory, presets, sizeof(preset_label) + ACTIONS * 2 * sizeof(uint32_t))) return -1;
    preset_label *labels = memory->data;
    uint32_t *found = (uint32_t *)(labels + presets), count = 0;
    for (size_t i = 0; i < presets; i++) {
        const uint32_t label = task->presets[i].label;
        labels[i] = (preset_label){doc_entity_string_id(task->doc, label), label};
    }
    qsort(labels, presets, sizeof *labels, by_id);
    for (size_t i = 0; i < presets; i++) {
        if (!labels[i].id || (i && labels[i].id == labels[i - 1].id)) continue;
        for (size_t a = 0; a < ACTIONS; a++) {
            if (class_of(task, actions[a], labels[i].id) != NO_STRING) continue;
            found[2 * count] = actions[a];
            found[2 * count++ + 1] = labels[i].number;
        }
    }
    task->unseen = found;
    task->unseen_count = count;
    return 0;
}

/* ---- a document -------------------------------------------------------------------------------------------------- */

int ner_search(const ner_model *ner, const tern_doc *doc, const entity_span *presets, size_t preset_count,
               transition_scratch *net, ner_search_scratch *s, const vector_source *source)
{
    ner_task task = {
        .doc = doc, .moves = ner->moves, .classes = ner->net.classes, .presets = presets, .preset_count = preset_count};
    if (list_unseen(&task, &s->unseen)) return -1;
    const beam_table table = {.moves = {.common_slots = 1u << 0,
                                        .is_final = is_final,
                                        .features = ner->net.slots == NER_SLOTS ? features : extra_features,
                                        .allowed = allowed,
                                        .apply = apply},
                              .unseen = task.unseen_count,
                              .state_size = sizeof(ner_path),
                              .copy = copy};
    const ner_path first = {.task = &task};
    const beam_task search = {.w = &ner->net,
                              .settings = &ner->beam,
                              .table = &table,
                              .first = &first,
                              .token_count = doc->token_count,
                              .net = net,
                              .source = source,
                              .stop = doc->interruption,
                              .temperature = doc->entity_scores ? ner->temperature : 0};
    return beam_search(&search, &s->beam);
}

void ner_search_scratch_free(ner_search_scratch *s)
{
    beam_scratch_free(&s->beam);
    buffer_free(&s->unseen);
}
