#include "beam.h"

#include <math.h>
#include <string.h>

/* A place in the beam. */
typedef struct beam_slot {
    void *content;
    float score;
    int is_done;
} beam_slot;

/* A state to come: what follows the state in slot when it does cls. */
typedef struct beam_choice {
    float score;
    uint32_t slot, cls;
} beam_choice;

/* How the state of a slot came about. */
typedef struct beam_step {
    uint32_t slot, cls; /* slot: of the step before; cls: or STAYS */
} beam_step;

#define STAYS UINT32_MAX

/* Steps that are held at first. */
enum { HELD = 256 };

typedef struct beam {
    const beam_task *task;
    beam_scratch *scratch;
    transition_network network;
    size_t width, size;        /* slots; those in use */
    beam_slot *slot, *parents; /* [width] each: of this step and of the one before */
    size_t step;               /* steps so far */
    beam_choice *chosen;       /* [width] a heap, the worst at its root */
    size_t chosen_count;
    uint32_t rows;     /* in scratch->looks_at and scratch->scores, of the step */
    float lowest;      /* of the step: the score of classes unseen */
    size_t held, room; /* steps in scratch->steps */
    size_t scored;     /* states so far */
    int is_final;      /* the states of all slots are done */
} beam;

/* ---- the choice of a step ---------------------------------------------------------------------------------------- */

/* search.pyx keeps pairs of a score and slot * classes + class in a std::priority_queue: of equal scores the later slot
 * comes first, and of its classes the higher one. */
static int is_better(const beam_choice *a, const beam_choice *b)
{
    if (a->score != b->score) return a->score > b->score;
    return a->slot != b->slot ? a->slot > b->slot : a->cls > b->cls;
}

static void sink(beam_choice *heap, size_t count, size_t at)
{
    const beam_choice moved = heap[at];
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && is_better(&heap[child], &heap[child + 1])) child++;
        if (!is_better(&moved, &heap[child])) break;
        heap[at] = heap[child];
    }
    heap[at] = moved;
}

static void rise(beam_choice *heap, size_t at)
{
    const beam_choice moved = heap[at];
    for (; at && is_better(&heap[(at - 1) / 2], &moved); at = (at - 1) / 2) heap[at] = heap[(at - 1) / 2];
    heap[at] = moved;
}

static void offer(beam *b, beam_choice choice)
{
    if (b->chosen_count < b->width) {
        b->chosen[b->chosen_count] = choice;
        rise(b->chosen, b->chosen_count++);
    } else if (is_better(&choice, &b->chosen[0])) {
        b->chosen[0] = choice;
        sink(b->chosen, b->width, 0);
    }
}

static void sort_best_first(beam *b)
{
    for (size_t count = b->chosen_count; count > 1;) {
        const beam_choice worst = b->chosen[0];
        b->chosen[0] = b->chosen[--count];
        b->chosen[count] = worst;
        sink(b->chosen, count, 0);
    }
}

/* search.pyx _fill drops states whose share of the softmax over all is below density times the best one's. The sum of
 * the exponentials is on both sides. */
static void cut_by_density(beam *b)
{
    const double density = b->task->settings->density;
    if (density <= 0) return;
    const double least = log(density);
    while (b->chosen_count > 1 && (double)b->chosen[b->chosen_count - 1].score - (double)b->chosen[0].score < least)
        b->chosen_count--;
}

/* ---- what may follow --------------------------------------------------------------------------------------------- */

static void offer_run(beam *b, const beam_slot *from, uint32_t slot, const float *scores, class_run run)
{
    for (uint32_t c = run.first; c < run.end; c++) offer(b, (beam_choice){from->score + scores[c], slot, c});
}

static void note_lowest(beam *b, const float *scores)
{
    for (uint32_t c = 0; c < b->task->w->classes; c++)
        if (scores[c] < b->lowest) b->lowest = scores[c];
}

/* The number of the state's scores: those of an earlier state of the step that looks at the same tokens, or new ones.
 */
static uint32_t row_for(beam *b, const int32_t *slot_token)
{
    int32_t (*rows)[TRANSITION_MAX_SLOTS] = b->scratch->looks_at.data;
    const size_t size = b->task->w->slots * sizeof *slot_token;
    for (uint32_t i = 0; i < b->rows; i++)
        if (!memcmp(rows[i], slot_token, size)) return i;
    memcpy(rows[b->rows], slot_token, size);
    return b->rows++;
}

/* Of all states that are not done. 0 or -1. */
static int score_states(beam *b)
{
    uint32_t *row_of = b->scratch->row_of.data;
    b->rows = 0;
    for (size_t i = 0; i < b->size; i++) {
        int32_t slot_token[TRANSITION_MAX_SLOTS];
        if (b->slot[i].is_done) continue;
        if (interrupted_at(b->task->stop, b->scored++)) return -1;
        b->task->table->moves.features(b->slot[i].content, slot_token);
        row_of[i] = row_for(b, slot_token);
    }
    const int32_t (*rows)[TRANSITION_MAX_SLOTS] = b->scratch->looks_at.data;
    return transition_scores(&b->network, rows, b->rows, b->scratch->scores.data);
}

/* The classes of the network that a state may do next. */
static void offer_seen(beam *b, uint32_t slot)
{
    const beam_table *table = b->task->table;
    const uint32_t classes = b->task->w->classes, row = ((const uint32_t *)b->scratch->row_of.data)[slot];
    const float *scores = (const float *)b->scratch->scores.data + row * transition_score_floats(b->task->w);
    class_run *runs = b->scratch->allowed.data;
    if (table->unseen) note_lowest(b, scores);
    const size_t count = table->moves.allowed(b->slot[slot].content, runs);
    for (size_t i = 0; i < count && runs[i].first < classes; i++) {
        if (runs[i].end > classes) runs[i].end = classes;
        offer_run(b, &b->slot[slot], slot, scores, runs[i]);
    }
}

static void offer_unseen(beam *b, uint32_t slot)
{
    const beam_slot *from = &b->slot[slot];
    class_run *runs = b->scratch->allowed.data;
    const size_t count = b->task->table->moves.allowed(from->content, runs);
    for (size_t i = 0; i < count; i++) {
        uint32_t first = runs[i].first > b->task->w->classes ? runs[i].first : b->task->w->classes;
        for (uint32_t c = first; c < runs[i].end; c++) offer(b, (beam_choice){from->score + b->lowest, slot, c});
    }
}

/* A state that is done stays as it is, and gets the mean score of a step (search.pyx _fill). 0 or -1. */
static int choose(beam *b)
{
    b->chosen_count = 0;
    b->lowest = 0;
    if (score_states(b)) return -1;
    for (uint32_t i = 0; i < b->size; i++) {
        const float score = b->slot[i].score;
        if (b->slot[i].is_done) offer(b, (beam_choice){score + score / (float)b->step, i, 0});
        else offer_seen(b, i);
    }
    for (uint32_t i = 0; b->task->table->unseen && i < b->size; i++)
        if (!b->slot[i].is_done) offer_unseen(b, i);
    sort_best_first(b);
    cut_by_density(b);
    return 0;
}

/* ---- the past ---------------------------------------------------------------------------------------------------- */

static beam_step *step_at(const beam *b, size_t number)
{
    return (beam_step *)b->scratch->steps.data + number * b->width;
}

/* Takes the first steps that are held out, along the way that ends in slot. 0 or -1. */
static int settle(beam *b, size_t steps, uint32_t slot)
{
    beam_scratch *s = b->scratch;
    if (!steps) return 0;
    if (buffer_reserve(&s->classes, s->count + steps, sizeof(uint32_t))) return -1;
    uint32_t *classes = (uint32_t *)s->classes.data + s->count;
    for (size_t i = steps; i-- > 0; slot = step_at(b, i)[slot].slot) classes[i] = step_at(b, i)[slot].cls;
    for (size_t i = 0; i < steps; i++)
        if (classes[i] != STAYS) ((uint32_t *)s->classes.data)[s->count++] = classes[i];
    b->held -= steps;
    memmove(step_at(b, 0), step_at(b, steps), b->held * b->width * sizeof(beam_step));
    return 0;
}

/* Slots that the states of a step come from: marks them, and returns how many; *slot: one of them. */
static size_t mark_parents(const beam *b, size_t number, const unsigned char *marks, unsigned char *parents,
                           uint32_t *slot)
{
    size_t count = 0;
    memset(parents, 0, b->width);
    for (size_t i = 0; i < b->width; i++) {
        if (!marks[i]) continue;
        *slot = step_at(b, number)[i].slot;
        count += !parents[*slot];
        parents[*slot] = 1;
    }
    return count;
}

/* Settles the past that all states have in common. 0 or -1. */
static int settle_common(beam *b)
{
    unsigned char *marks = b->scratch->marks.data, *parents = marks + b->width;
    memset(marks, 0, b->width);
    memset(marks, 1, b->size);
    for (size_t i = b->held; i-- > 1;) {
        uint32_t slot = 0;
        if (mark_parents(b, i, marks, parents, &slot) == 1) return settle(b, i, slot);
        unsigned char *swapped = marks;
        marks = parents;
        parents = swapped;
    }
    return 0;
}

/* Room for one more step. 0 or -1. */
static int hold(beam *b)
{
    if (b->held < b->room) return 0;
    if (b->room && settle_common(b)) return -1;
    if (b->held <= b->room / 2 && b->room) return 0;
    b->room = b->room ? 2 * b->room : HELD;
    return buffer_reserve(&b->scratch->steps, b->room * b->width, sizeof(beam_step));
}

/* ---- a step ------------------------------------------------------------------------------------------------------ */

/* A slot that was done when it was last in use, two steps ago, and was not chosen since, still says so: search.pyx
 * advance forgets to set it back. Its new state then counts as done wherever it is. */
static void follow(beam *b, uint32_t place, const beam_choice *choice)
{
    beam_slot *parent = &b->parents[choice->slot], *child = &b->slot[place];
    uint32_t cls = choice->cls;
    if (parent->is_done) {
        const beam_slot swapped = *child;
        *child = *parent;
        *parent = swapped;
        parent->is_done = 0;
        cls = STAYS;
    } else {
        b->task->table->copy(child->content, parent->content);
        b->task->table->moves.apply(child->content, cls);
    }
    child->score = choice->score;
    step_at(b, b->held)[place] = (beam_step){choice->slot, cls};
}

static void check_done(beam *b)
{
    b->is_final = 1;
    for (size_t i = 0; i < b->size; i++) {
        if (!b->slot[i].is_done) b->slot[i].is_done = b->task->table->moves.is_final(b->slot[i].content);
        b->is_final &= b->slot[i].is_done;
    }
}

/* 0 or -1. */
static int advance(beam *b)
{
    const beam_table *table = b->task->table;
    if (choose(b) || hold(b) || (table->prepare && table->prepare(table->user, b->chosen_count))) return -1;
    if (!b->chosen_count) { /* no class is allowed; spaCy ends with an AssertionError */
        b->is_final = 1;
        return 0;
    }
    beam_slot *swapped = b->slot;
    b->slot = b->parents;
    b->parents = swapped;
    for (uint32_t i = 0; i < b->chosen_count; i++) follow(b, i, &b->chosen[i]);
    b->size = b->chosen_count;
    b->held++;
    b->step++;
    check_done(b);
    return 0;
}

/* ---- what the best state did, in the others ---------------------------------------------------------------------- */

/* Marks the steps that are held in which the state that ends in slot did what the best one did. */
static void compare_with_best(const beam *b, uint32_t slot, unsigned char *agrees)
{
    const uint32_t number = slot;
    uint32_t best = 0;
    for (size_t i = b->held; i-- > 0;) {
        const beam_step *own = &step_at(b, i)[slot], *best_step = &step_at(b, i)[best];
        agrees[i * b->size + number] = own->cls == best_step->cls;
        slot = own->slot;
        best = best_step->slot;
    }
}

/* Before the past is settled. 0 or -1. */
static int keep_shares(beam *b)
{
    beam_scratch *s = b->scratch;
    double sum = 0;
    if (buffer_reserve(&s->shares, b->width, sizeof(double)) || buffer_reserve(&s->agrees, b->held, b->width))
        return -1;
    double *shares = s->shares.data;
    s->state_count = b->size;
    s->common = s->count;
    for (uint32_t i = 0; i < b->size; i++) {
        shares[i] = exp(((double)b->slot[i].score - (double)b->slot[0].score) / (double)b->task->temperature);
        sum += shares[i];
        compare_with_best(b, i, s->agrees.data);
    }
    for (size_t i = 0; i < b->size; i++)
        shares[i] = b->task->table->moves.is_final(b->slot[i].content) ? shares[i] / sum : 0;
    return 0;
}

double beam_share(const beam_scratch *s, size_t begin, size_t end)
{
    const double *shares = s->shares.data;
    double sum = 0;
    for (size_t i = 0; i < s->state_count; i++) {
        const unsigned char *agrees = (const unsigned char *)s->agrees.data + i;
        size_t step = begin > s->common ? begin : s->common;
        while (step < end && agrees[(step - s->common) * s->state_count]) step++;
        if (step >= end) sum += shares[i];
    }
    return sum >= 0 && sum <= 1 ? sum : sum > 1;
}

/* ---- a document -------------------------------------------------------------------------------------------------- */

static int reserve(const beam_task *task, beam_scratch *s)
{
    const size_t width = task->settings->width, classes = (size_t)task->w->classes + task->table->unseen;
    return buffer_reserve(&s->contents, 2 * width, task->table->state_size)
                   || buffer_reserve(&s->slots, 2 * width, sizeof(beam_slot))
                   || buffer_reserve(&s->chosen, width, sizeof(beam_choice))
                   || buffer_reserve(&s->looks_at, width, TRANSITION_MAX_SLOTS * sizeof(int32_t))
                   || buffer_reserve(&s->row_of, width, sizeof(uint32_t))
                   || buffer_reserve(&s->scores, width, transition_score_floats(task->w) * sizeof(float))
                   || buffer_reserve(&s->allowed, classes, sizeof(class_run)) || buffer_reserve(&s->marks, 2 * width, 1)
               ? -1
               : 0;
}

static beam begin(const beam_task *task, beam_scratch *s)
{
    beam b = {.task = task,
              .scratch = s,
              .network = transition_begin(task->w, &task->table->moves, task->token_count, task->net, task->source),
              .width = task->settings->width,
              .size = 1,
              .slot = s->slots.data,
              .chosen = s->chosen.data};
    b.parents = b.slot + b.width;
    for (size_t i = 0; i < 2 * b.width; i++) {
        b.slot[i] = (beam_slot){.content = (char *)s->contents.data + i * task->table->state_size};
        memcpy(b.slot[i].content, task->first, task->table->state_size);
    }
    check_done(&b);
    return b;
}

int beam_search(const beam_task *task, beam_scratch *s)
{
    if (reserve(task, s)) return -1;
    beam b = begin(task, s);
    s->count = 0;
    while (!b.is_final)
        if (advance(&b)) return -1;
    s->score = b.slot[0].score;
    if (task->temperature > 0 && keep_shares(&b)) return -1;
    return settle(&b, b.held, 0);
}

void beam_scratch_free(beam_scratch *s)
{
    buffer_free(&s->contents);
    buffer_free(&s->slots);
    buffer_free(&s->chosen);
    buffer_free(&s->allowed);
    buffer_free(&s->looks_at);
    buffer_free(&s->row_of);
    buffer_free(&s->scores);
    buffer_free(&s->steps);
    buffer_free(&s->marks);
    buffer_free(&s->classes);
    buffer_free(&s->shares);
    buffer_free(&s->agrees);
}

/* ---- sections -> tables ------------------------------------------------------------------------------------------ */

beam_settings bind_beam(binder *b)
{
    beam_settings settings = {0};
    uint32_t one = 1;
    if (!bind_has(b, "/beam_") || b->status) return settings;
    const uint32_t *width = bind_vector(b, "/beam_width", TERN_DTYPE_U32, &one);
    const float *density = bind_vector(b, "/beam_density", TERN_DTYPE_F32, &one);
    if (b->status) return settings;
    if (*width < 2 || *width > BEAM_MAX_WIDTH) bind_refuse(b, "/beam_width", "holds a value that is out of range");
    else if (!(*density >= 0 && *density <= 1)) bind_refuse(b, "/beam_density", "holds a value that is out of range");
    else settings = (beam_settings){*width, *density};
    return settings;
}
