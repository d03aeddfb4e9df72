/* The search on a toy move table: ways through a graph, each of whose nodes has its own scores. By hand, and against
 * thinc's Beam written plainly, whole histories and all: on scores of a few whole numbers, so that many are equal. */
#include "layers.h"

#include "beam.h"

enum { CLASSES = 5, PIECES = 2, MAX_NODES = 3000, MAX_WIDTH = 9, MAX_STEPS = MAX_NODES, END = -1 };

/* Nodes lead to later ones only; the last one is final, as those without a way on. */
typedef struct graph {
    size_t nodes;
    int32_t next[MAX_NODES][CLASSES]; /* END: the class is not allowed */
    unsigned char is_final[MAX_NODES];
    float scores[MAX_NODES][CLASSES];
} graph;

typedef struct walker {
    const graph *graph;
    uint32_t node;
} walker;

typedef struct fixture {
    graph graph;
    transition_weights w;
    float *pad;
    beam_settings settings;
    uint32_t unseen; /* the last classes are not of the network */
    transition_scratch net;
    beam_scratch scratch;
    size_t prepared, applied;
    interruption stop;
    /* the plain search's answer */
    size_t count;
    uint32_t classes[MAX_STEPS];
    float score;
} fixture;

static fixture *counted; /* whose calls of apply are counted */

static int is_final(const void *state)
{
    const walker *s = state;
    return s->graph->is_final[s->node];
}

static void features(const void *state, int32_t *slot_token)
{
    const walker *s = state;
    slot_token[0] = (int32_t)s->node;
}

static size_t allowed(const void *state, class_run *runs)
{
    const walker *s = state;
    size_t count = 0;
    for (uint32_t c = 0; c < CLASSES; c++)
        if (s->graph->next[s->node][c] != END) count = runs_append(runs, count, c, 0);
    return count;
}

static void apply(void *state, uint32_t cls)
{
    walker *s = state;
    assert_true(counted->applied++ < counted->prepared);
    s->node = (uint32_t)s->graph->next[s->node][cls];
}

static int prepare(void *user, size_t count)
{
    fixture *f = user;
    f->prepared = f->applied + count;
    return 0;
}

static void copy(void *state, const void *other) { *(walker *)state = *(const walker *)other; }

/* Scores of a state: the row of its token. */
static int set_up(void **state)
{
    static float identity[CLASSES][PIECES][CLASSES], linear[CLASSES][CLASSES], zeros[CLASSES * PIECES];
    fixture *f = calloc(1, sizeof *f);
    if (!f) return -1;
    for (size_t c = 0; c < CLASSES; c++) {
        linear[c][c] = 1;
        for (size_t p = 0; p < PIECES; p++) identity[c][p][c] = 1;
    }
    f->w = (transition_weights){.slots = 1,
                                .width = CLASSES,
                                .hidden = CLASSES,
                                .classes = CLASSES,
                                .linear = pack_layer(CLASSES, 1, CLASSES, linear[0], zeros),
                                .lower = pack_layer(CLASSES, PIECES, CLASSES, identity[0][0], zeros)};
    f->pad = pack_pads(&f->w.lower, 1, zeros, zeros);
    f->w.lower_pad = f->pad;
    f->settings = (beam_settings){.width = 2};
    *state = counted = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    transition_scratch_free(&f->net);
    beam_scratch_free(&f->scratch);
    free_layer(&f->w.linear);
    free_layer(&f->w.lower);
    free(f->pad);
    free(f);
    return 0;
}

static int search(fixture *f)
{
    f->w.classes = CLASSES - f->unseen;
    const beam_table table = {.moves = {.is_final = is_final, .features = features, .allowed = allowed, .apply = apply},
                              .unseen = f->unseen,
                              .state_size = sizeof(walker),
                              .prepare = prepare,
                              .copy = copy,
                              .user = f};
    const walker first = {.graph = &f->graph};
    const beam_task task = {.w = &f->w,
                            .settings = &f->settings,
                            .table = &table,
                            .first = &first,
                            .token_count = f->graph.nodes,
                            .net = &f->net,
                            .stop = &f->stop};
    assert_int_equal(transition_reserve(&f->w, f->graph.nodes, &f->net), 0);
    transition_project(&f->w, f->graph.scores[0], 0, f->graph.nodes, &f->net);
    return beam_search(&task, &f->scratch);
}

static void assert_found(fixture *f, const uint32_t *classes, size_t count, float score)
{
    assert_int_equal(f->scratch.count, count);
    assert_memory_equal(f->scratch.classes.data, classes, count * sizeof *classes);
    assert_true(f->scratch.score == score);
}

/* Nodes without ways on; each test draws its own. */
static graph *empty_graph(fixture *f, size_t nodes)
{
    graph *g = &f->graph;
    g->nodes = nodes;
    for (size_t i = 0; i < nodes; i++)
        for (size_t c = 0; c < CLASSES; c++) g->next[i][c] = END;
    memset(g->is_final, 0, sizeof g->is_final);
    memset(g->scores, 0, sizeof g->scores);
    g->is_final[nodes - 1] = 1;
    return g;
}

static void way(graph *g, size_t from, uint32_t cls, int32_t to, float score)
{
    g->next[from][cls] = to;
    g->scores[from][cls] = score;
}

/* ---- by hand ----------------------------------------------------------------------------------------------------- */

/* std::priority_queue<pair<score, slot * classes + class>>: the larger number. */
static void test_of_equal_scores_the_later_slot_and_the_higher_class_win(void **state)
{
    fixture *f = *state;
    graph *g = empty_graph(f, 4);
    way(g, 0, 1, 1, 1);
    way(g, 0, 3, 2, 1);
    way(g, 1, 0, 3, 2); /* class 3 is in slot 0, class 1 in slot 1 */
    way(g, 2, 4, 3, 2);
    assert_int_equal(search(f), 0);
    assert_found(f, (uint32_t[]){1, 0}, 2, 3);
}

/* 4 + 4 / 1 in step 2, + 8 / 2 in step 3 */
static void test_a_state_that_is_done_gets_its_mean(void **state)
{
    fixture *f = *state;
    graph *g = empty_graph(f, 4);
    way(g, 0, 0, 3, 4);
    way(g, 0, 1, 1, 3);
    way(g, 1, 2, 2, 4.5f);
    way(g, 2, 2, 3, 4.25f);
    assert_int_equal(search(f), 0);
    assert_found(f, (uint32_t[]){0}, 1, 12);
    way(g, 2, 2, 3, 4.75f);
    assert_int_equal(search(f), 0);
    assert_found(f, (uint32_t[]){1, 2, 2}, 3, 12.25f);
}

/* Step 1: class 0 is done, in slot 0 of the one half of the slots. Step 2: both ways on from class 1 are better. Step 3
 * uses the first half again, whose slot 0 still counts as done: its state ends at node 3, although that is not final.
 */
static void test_a_slot_that_was_done_stays_so(void **state)
{
    fixture *f = *state;
    graph *g = empty_graph(f, 6);
    way(g, 0, 0, 5, 1);
    way(g, 0, 1, 1, 0);
    way(g, 1, 0, 2, 9);
    way(g, 1, 1, 2, 8);
    way(g, 2, 0, 3, 4);
    way(g, 2, 1, 4, 0);
    way(g, 3, 0, 5, 1);
    way(g, 4, 0, 5, 1);
    assert_int_equal(search(f), 0);
    /* 13 in slot 0, which grows to 13 + 13 / 3 while slot 1, at node 3 too, ends with 12 + 1 */
    assert_found(f, (uint32_t[]){1, 0, 0}, 3, 13 + 13.0f / 3);
}

static void test_density_leaves_what_is_near_the_best(void **state)
{
    fixture *f = *state;
    graph *g = empty_graph(f, 4);
    way(g, 0, 0, 1, 1);
    way(g, 0, 1, 2, 0);
    way(g, 1, 0, 3, 0);
    way(g, 2, 0, 3, 3);
    assert_int_equal(search(f), 0);
    assert_found(f, (uint32_t[]){1, 0}, 2, 3);
    f->settings.density = 0.36f; /* exp(-1) = 0.3679 */
    assert_int_equal(search(f), 0);
    assert_found(f, (uint32_t[]){1, 0}, 2, 3);
    f->settings.density = 0.37f;
    assert_int_equal(search(f), 0);
    assert_found(f, (uint32_t[]){0, 0}, 2, 1);
}

static void test_density_1_keeps_what_is_as_good_as_the_best(void **state)
{
    fixture *f = *state;
    graph *g = empty_graph(f, 4);
    f->settings.density = 1;
    way(g, 0, 0, 1, 1);
    way(g, 0, 1, 2, 1);
    way(g, 1, 0, 3, 3);
    way(g, 2, 0, 3, 2);
    assert_int_equal(search(f), 0);
    assert_found(f, (uint32_t[]){0, 0}, 2, 4);
}

/* The lowest score of the step is -2, or 0 where no score is below that. */
static void test_classes_that_the_network_does_not_have_score_lowest(void **state)
{
    fixture *f = *state;
    graph *g = empty_graph(f, 3);
    f->unseen = 1;
    way(g, 0, CLASSES - 1, 1, 7);
    g->scores[0][2] = -2;
    way(g, 1, CLASSES - 1, 2, 7);
    g->scores[1][0] = 1;
    assert_int_equal(search(f), 0);
    assert_found(f, (uint32_t[]){CLASSES - 1, CLASSES - 1}, 2, -2);
}

/* parser_model.pyx: relu in the place of a maxout of one piece, but only in a search */
static void test_one_piece_is_rectified(void **state)
{
    fixture *f = *state;
    graph *g = empty_graph(f, 3);
    f->w.lower.nP = 1; /* the panels of the second piece lie behind those of the first */
    way(g, 0, 0, 1, -1);
    way(g, 0, 1, 2, -5);
    way(g, 1, 0, 2, 2);
    assert_int_equal(search(f), 0);
    assert_found(f, (uint32_t[]){0, 0}, 2, 2);
}

static void test_a_first_state_that_is_final(void **state)
{
    fixture *f = *state;
    empty_graph(f, 1);
    assert_int_equal(search(f), 0);
    assert_found(f, NULL, 0, 0);
}

/* spaCy ends with an AssertionError. */
static void test_nothing_is_allowed(void **state)
{
    fixture *f = *state;
    graph *g = empty_graph(f, 3);
    way(g, 0, 2, 1, 1);
    assert_int_equal(search(f), 0);
    assert_found(f, (uint32_t[]){2}, 1, 1);
}

static int stop_at_the_third(void *user)
{
    size_t *asked = user;
    return ++*asked == 3;
}

static void test_is_interrupted(void **state)
{
    fixture *f = *state;
    graph *g = empty_graph(f, MAX_NODES);
    size_t asked = 0;
    for (size_t i = 0; i + 1 < g->nodes; i++) way(g, i, 0, (int32_t)i + 1, 1);
    f->stop = (interruption){.ask = stop_at_the_third, .user = &asked};
    assert_int_equal(search(f), -1);
    assert_int_equal(asked, 3);
}

/* ---- against the plain search ------------------------------------------------------------------------------------ */

typedef struct plain_slot {
    uint32_t node, history[MAX_STEPS];
    size_t length;
    float score;
    int is_done;
} plain_slot;

typedef struct candidate {
    float score;
    size_t number; /* slot * classes + class */
} candidate;

static int by_rank(const void *a, const void *b)
{
    const candidate *x = a, *y = b;
    if (x->score != y->score) return x->score < y->score ? 1 : -1;
    return x->number < y->number ? 1 : -1;
}

static size_t list_candidates(const fixture *f, const plain_slot *slots, size_t size, size_t t, candidate *found)
{
    size_t count = 0;
    for (size_t i = 0; i < size; i++) {
        const plain_slot *s = &slots[i];
        if (s->is_done) found[count++] = (candidate){s->score + s->score / (float)t, i * CLASSES};
        for (size_t c = 0; c < CLASSES && !s->is_done; c++)
            if (f->graph.next[s->node][c] != END)
                found[count++] = (candidate){s->score + f->graph.scores[s->node][c], i * CLASSES + c};
    }
    qsort(found, count, sizeof *found, by_rank);
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += exp((double)found[i].score - (double)found[0].score);
    size_t kept = count < f->settings.width ? count : f->settings.width;
    while (f->settings.density > 0 && kept
           && exp((double)found[kept - 1].score - (double)found[0].score) / sum < 1 / sum * f->settings.density)
        kept--;
    return kept;
}

static void take(const fixture *f, plain_slot *child, plain_slot *parent, const candidate *chosen)
{
    static plain_slot swapped;
    if (parent->is_done) {
        swapped = *child;
        *child = *parent;
        *parent = swapped;
        parent->is_done = 0;
    } else {
        const int was_done = child->is_done;
        const uint32_t cls = (uint32_t)(chosen->number % CLASSES);
        *child = *parent;
        child->is_done = was_done;
        child->history[child->length++] = cls;
        child->node = (uint32_t)f->graph.next[parent->node][cls];
    }
    child->score = chosen->score;
}

/* search.pyx, step by step. */
static void search_plainly(fixture *f)
{
    static plain_slot slots[2][MAX_WIDTH];
    candidate found[MAX_WIDTH * CLASSES];
    size_t size = 1, t = 0;
    int is_done = f->graph.is_final[0];
    memset(slots, 0, sizeof slots);
    for (; !is_done; t++) {
        plain_slot *children = slots[(t + 1) % 2], *parents = slots[t % 2];
        size = list_candidates(f, parents, size, t, found);
        is_done = 1;
        for (size_t i = 0; i < size; i++) {
            take(f, &children[i], &parents[found[i].number / CLASSES], &found[i]);
            children[i].is_done |= f->graph.is_final[children[i].node];
            is_done &= children[i].is_done;
        }
    }
    const plain_slot *best = &slots[t % 2][0];
    f->count = best->length;
    f->score = best->score;
    memcpy(f->classes, best->history, best->length * sizeof *f->classes);
}

/* Steps of up to jump nodes, scores of whole numbers below spread. */
static void draw_graph(fixture *f, uint64_t *seed, size_t nodes, size_t jump, size_t spread)
{
    graph *g = empty_graph(f, nodes);
    for (size_t i = 0; i + 1 < nodes; i++) {
        for (uint32_t c = 0; c < CLASSES; c++) {
            size_t to = i + 1 + random_below(seed, jump);
            if (to >= nodes) to = nodes - 1;
            if (!c || random_below(seed, 3)) way(g, i, c, (int32_t)to, (float)random_below(seed, spread) - 1);
        }
        g->is_final[i] = i && !random_below(seed, nodes);
    }
}

static void compare(fixture *f)
{
    assert_int_equal(search(f), 0);
    search_plainly(f);
    assert_found(f, f->classes, f->count, f->score);
}

static void test_is_thincs_search(void **state)
{
    fixture *f = *state;
    static const float densities[] = {0, 0.01f, 0.2f, 1};
    uint64_t seed = 5;
    for (size_t i = 0; i < 2000; i++) {
        const size_t nodes = 2 + random_below(&seed, 40);
        draw_graph(f, &seed, nodes, 1 + random_below(&seed, 4), 2 + random_below(&seed, 4));
        f->settings.width = (uint32_t)(2 + random_below(&seed, MAX_WIDTH - 1));
        f->settings.density = densities[random_below(&seed, 4)];
        compare(f);
    }
}

/* Past the steps that are held at first, and past what is held when it has grown. */
static void test_many_steps(void **state)
{
    fixture *f = *state;
    uint64_t seed = 6;
    for (size_t i = 0; i < 12; i++) {
        draw_graph(f, &seed, MAX_NODES, 1 + i % 3, 2 + i % 4);
        memset(f->graph.is_final, 0, MAX_NODES - 1);
        f->settings.width = 2 + (uint32_t)i % 5;
        compare(f);
    }
}

/* Two ways, even and odd nodes, that never meet and are always as good as each other. */
static void test_states_that_share_no_past(void **state)
{
    fixture *f = *state;
    graph *g = empty_graph(f, MAX_NODES);
    for (size_t i = 0; i + 2 < g->nodes; i++) way(g, i, 1, (int32_t)i + 2, 1);
    way(g, 0, 2, 1, 1);
    g->is_final[g->nodes - 2] = 1;
    compare(f);
    assert_in_range(f->count, MAX_NODES / 2 - 1, MAX_NODES / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_of_equal_scores_the_later_slot_and_the_higher_class_win, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_state_that_is_done_gets_its_mean, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_slot_that_was_done_stays_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_density_leaves_what_is_near_the_best, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_density_1_keeps_what_is_as_good_as_the_best, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_classes_that_the_network_does_not_have_score_lowest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_piece_is_rectified, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_first_state_that_is_final, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nothing_is_allowed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_is_interrupted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_is_thincs_search, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_many_steps, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_states_that_share_no_past, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("beam", tests, choose_kernels, NULL);
}
