/* The greedy driver on a toy move table that follows a script, against a naive network in double precision. */
#include "layers.h"

#include "transition.h"

enum { SLOTS = 3, WIDTH = 5, HIDDEN = 20, PIECES = 2, CLASSES = 19, TOKENS = 900, STEPS = 3000 };

typedef struct fixture {
    float linear_W[HIDDEN * WIDTH], linear_b[HIDDEN], lower_W[SLOTS * HIDDEN * PIECES * HIDDEN],
        lower_b[HIDDEN * PIECES];
    float lower_pad[SLOTS * HIDDEN * PIECES], upper_W[CLASSES * HIDDEN], upper_b[CLASSES];
    float vectors[TOKENS * WIDTH], *packed_pad;
    uint32_t states; /* outputs of the lower layer: HIDDEN, or, without upper, CLASSES */
    transition_weights w;
    transition_scratch scratch;
} fixture;

/* What the toy move table looks at and allows in each step, and what the driver made of it. */
typedef struct script {
    size_t steps, step, traced;
    int32_t (*slot_token)[SLOTS];    /* [steps] */
    unsigned char (*valid)[CLASSES]; /* [steps] */
    float (*scores)[CLASSES];        /* [steps] traced */
    uint32_t *chosen, *applied;      /* [steps] */
} script;

static int script_is_final(const void *state)
{
    const script *s = state;
    return s->step == s->steps;
}

static void script_features(const void *state, int32_t *slot_token)
{
    const script *s = state;
    memcpy(slot_token, s->slot_token[s->step], sizeof *s->slot_token);
}

static size_t script_allowed(const void *state, class_run *runs)
{
    const script *s = state;
    size_t count = 0;
    for (uint32_t c = 0; c < CLASSES; c++)
        if (s->valid[s->step][c]) count = runs_append(runs, count, c, 0);
    return count;
}

static void script_apply(void *state, uint32_t cls)
{
    script *s = state;
    s->applied[s->step++] = cls;
}

static void record(void *user, const float *scores, const unsigned char *valid, uint32_t chosen)
{
    script *s = user;
    assert_memory_equal(valid, s->valid[s->step], CLASSES);
    memcpy(s->scores[s->traced], scores, sizeof *s->scores);
    s->chosen[s->traced++] = chosen;
}

static move_table script_moves(uint32_t common_slots, int has_lone_states)
{
    return (move_table){common_slots, has_lone_states, script_is_final, script_features, script_allowed, script_apply};
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    if (!f) return -1;
    uint64_t seed = 3;
    FILL(&seed, f->linear_W);
    FILL(&seed, f->linear_b);
    FILL(&seed, f->lower_W);
    FILL(&seed, f->lower_b);
    FILL(&seed, f->lower_pad);
    FILL(&seed, f->upper_W);
    FILL(&seed, f->upper_b);
    FILL(&seed, f->vectors);
    f->w = (transition_weights){.slots = SLOTS,
                                .width = WIDTH,
                                .hidden = HIDDEN,
                                .classes = CLASSES,
                                .linear = pack_layer(HIDDEN, 1, WIDTH, f->linear_W, f->linear_b),
                                .lower = pack_slots(SLOTS, HIDDEN, PIECES, HIDDEN, f->lower_W, f->lower_b),
                                .upper = pack_layer(CLASSES, 1, HIDDEN, f->upper_W, f->upper_b)};
    f->states = HIDDEN;
    f->packed_pad = pack_pads(&f->w.lower, SLOTS, f->lower_pad, f->lower_b);
    f->w.lower_pad = f->packed_pad;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    transition_scratch_free(&f->scratch);
    free_layer(&f->w.linear);
    free_layer(&f->w.lower);
    free_layer(&f->w.upper);
    free(f->packed_pad);
    free(f);
    return 0;
}

/* Every class valid, every slot missing, until the test says otherwise. */
static script *new_script(size_t steps)
{
    script *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->steps = steps;
    s->slot_token = calloc(steps, sizeof *s->slot_token);
    s->valid = calloc(steps, sizeof *s->valid);
    s->scores = calloc(steps, sizeof *s->scores);
    s->chosen = calloc(steps, sizeof *s->chosen);
    s->applied = calloc(steps, sizeof *s->applied);
    assert_true(s->slot_token && s->valid && s->scores && s->chosen && s->applied);
    memset(s->valid, 1, steps * sizeof *s->valid);
    for (size_t i = 0; i < steps; i++)
        for (size_t slot = 0; slot < SLOTS; slot++) s->slot_token[i][slot] = TRANSITION_MISSING;
    return s;
}

static void free_script(script *s)
{
    free(s->slot_token);
    free(s->valid);
    free(s->scores);
    free(s->chosen);
    free(s->applied);
    free(s);
}

static void run_lone(fixture *f, script *s, uint32_t common_slots, int has_lone_states, size_t tokens)
{
    move_table moves = script_moves(common_slots, has_lone_states);
    assert_int_equal(transition_reserve(&f->w, tokens, &f->scratch), 0);
    for (size_t begin = 0; begin < tokens; begin += 100) {
        size_t count = tokens - begin < 100 ? tokens - begin : 100;
        transition_project(&f->w, f->vectors + begin * WIDTH, begin, count, &f->scratch);
    }
    assert_int_equal(transition_run(&f->w, &moves, s, tokens, &f->scratch, NULL, NULL, record, s), 0);
    assert_int_equal(s->traced, s->step);
    assert_memory_equal(s->chosen, s->applied, s->step * sizeof *s->chosen);
}

static void run(fixture *f, script *s, uint32_t common_slots, size_t tokens)
{
    run_lone(f, s, common_slots, 0, tokens);
}

static void naive_projection(const fixture *f, int32_t token, double *projected)
{
    for (size_t i = 0; i < HIDDEN; i++) {
        projected[i] = f->linear_b[i];
        for (size_t j = 0; j < WIDTH; j++)
            projected[i] += (double)f->linear_W[i * WIDTH + j] * f->vectors[token % TOKENS * WIDTH + (int32_t)j];
    }
}

static void naive_scores(const fixture *f, const int32_t *slot_token, double *scores)
{
    double hidden[HIDDEN], projected[SLOTS][HIDDEN];
    for (size_t slot = 0; slot < SLOTS; slot++)
        if (slot_token[slot] != TRANSITION_MISSING) naive_projection(f, slot_token[slot], projected[slot]);
    for (size_t o = 0; o < f->states; o++) {
        hidden[o] = -HUGE_VAL;
        for (size_t p = 0; p < PIECES; p++) {
            double sum = f->lower_b[o * PIECES + p];
            for (size_t slot = 0; slot < SLOTS; slot++) {
                size_t row = (slot * f->states + o) * PIECES + p;
                if (slot_token[slot] == TRANSITION_MISSING) sum += f->lower_pad[row];
                else
                    for (size_t i = 0; i < HIDDEN; i++)
                        sum += (double)f->lower_W[row * HIDDEN + i] * projected[slot][i];
            }
            hidden[o] = fmax(hidden[o], sum);
        }
    }
    for (size_t c = 0; c < CLASSES; c++) {
        scores[c] = f->states == HIDDEN ? f->upper_b[c] : hidden[c];
        if (f->states != HIDDEN) continue;
        for (size_t o = 0; o < HIDDEN; o++) scores[c] += (double)f->upper_W[c * HIDDEN + o] * hidden[o];
    }
}

static void check_against_naive(const fixture *f, const script *s)
{
    assert_int_equal(s->step, s->steps);
    for (size_t i = 0; i < s->steps; i++) {
        double expected[CLASSES], best = -HUGE_VAL;
        naive_scores(f, s->slot_token[i], expected);
        for (size_t c = 0; c < CLASSES; c++) {
            assert_close(s->scores[i][c], expected[c], 3e-5, "score", i * CLASSES + c);
            if (s->valid[i][c]) best = fmax(best, expected[c]);
        }
        assert_true(s->valid[i][s->chosen[i]]);
        assert_close(expected[s->chosen[i]], best, 6e-5, "score of the chosen class, step", i);
    }
}

/* Any slot may look at any token in any order: near, far, again, missing. */
static script *wild_script(uint64_t seed, size_t tokens)
{
    script *s = new_script(STEPS);
    for (size_t i = 0; i < STEPS; i++) {
        for (size_t slot = 0; slot < SLOTS; slot++)
            if (random_below(&seed, 5))
                s->slot_token[i][slot] = (int32_t)random_below(&seed, random_below(&seed, tokens) + 1);
        for (size_t c = 0; c < CLASSES; c++) s->valid[i][c] = random_below(&seed, 2) != 0;
        s->valid[i][random_below(&seed, CLASSES)] = 1;
    }
    return s;
}

static void test_scores_and_choices(void **state)
{
    fixture *f = *state;
    static const size_t lengths[] = {1, 2, 63, 64, 65, 256, 257, TOKENS};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        for (uint32_t common_slots = 0; common_slots < 1u << SLOTS; common_slots += 3)
            for (int has_lone_states = 0; has_lone_states < 2; has_lone_states++) {
                script *s = wild_script(17 + i, lengths[i]);
                run_lone(f, s, common_slots, has_lone_states, lengths[i]);
                check_against_naive(f, s);
                free_script(s);
            }
}

/* As the entity recogniser: token after token, alone in slot 0 but for a few. Then back and forth. */
static script *lone_script(uint64_t seed, size_t tokens)
{
    script *s = new_script(STEPS);
    for (size_t i = 0; i < STEPS; i++) {
        s->slot_token[i][0] = (int32_t)(i < tokens ? i : random_below(&seed, tokens));
        if (!random_below(&seed, 6))
            s->slot_token[i][1 + random_below(&seed, 2)] = (int32_t)random_below(&seed, tokens);
        if (!random_below(&seed, 40)) s->slot_token[i][0] = TRANSITION_MISSING;
    }
    return s;
}

/* A state that looks at one token scores the same bits whether it is scored ahead with others or alone; openblas, whose
 * bits depend on the number of rows, comes close. */
static void test_lone_states(void **state)
{
    fixture *f = *state;
    static const size_t lengths[] = {1, 2, 63, 64, 65, 128, 257, TOKENS};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        for (uint32_t common_slots = 0; common_slots < 2; common_slots++) {
            script *ahead = lone_script(30 + i, lengths[i]), *alone = lone_script(30 + i, lengths[i]);
            run_lone(f, ahead, common_slots, 1, lengths[i]);
            run_lone(f, alone, common_slots, 0, lengths[i]);
            check_against_naive(f, ahead);
            check_against_naive(f, alone);
            if (is_same_for_any_rows(kernels_chosen()))
                assert_memory_equal(ahead->scores, alone->scores, STEPS * sizeof *ahead->scores);
            free_script(ahead);
            free_script(alone);
        }
}

/* The products of one document must not be taken for those of the next. */
static void test_next_document_with_other_vectors(void **state)
{
    fixture *f = *state;
    for (int document = 0; document < 5; document++) {
        script *s = document % 2 ? lone_script(5, TOKENS) : wild_script(5, TOKENS);
        run_lone(f, s, 1, 1, TOKENS);
        check_against_naive(f, s);
        free_script(s);
        for (size_t i = 0; i < TOKENS * WIDTH; i++) f->vectors[i] = -0.5f * f->vectors[i] + 0.1f;
    }
}

/* use_upper false: the same numbers as a lower layer of fewer outputs, which are the scores. */
static void test_without_upper(void **state)
{
    fixture *f = *state;
    free_layer(&f->w.upper);
    free_layer(&f->w.lower);
    free(f->packed_pad);
    f->states = CLASSES;
    f->w.upper = (packed_layer){0};
    f->w.lower = pack_slots(SLOTS, CLASSES, PIECES, HIDDEN, f->lower_W, f->lower_b);
    f->w.lower_pad = f->packed_pad = pack_pads(&f->w.lower, SLOTS, f->lower_pad, f->lower_b);
    test_scores_and_choices(state);
    test_lone_states(state);
}

static void score_by_bias(fixture *f, const float bias[CLASSES])
{
    static const float W[CLASSES * HIDDEN] = {0};
    free_layer(&f->w.upper);
    f->w.upper = pack_layer(CLASSES, 1, HIDDEN, W, bias);
}

static void test_equal_scores_take_the_lowest_valid_class(void **state)
{
    fixture *f = *state;
    static const float bias[CLASSES] = {1, 2, 2, 2, 1, 2};
    score_by_bias(f, bias);
    script *s = new_script(4);
    s->valid[1][1] = 0;
    s->valid[2][1] = s->valid[2][2] = s->valid[2][3] = 0;
    memset(s->valid[3], 0, CLASSES);
    s->valid[3][0] = s->valid[3][4] = 1;
    run(f, s, 0, 1);
    static const uint32_t expected[4] = {1, 2, 5, 0};
    assert_memory_equal(s->chosen, expected, sizeof expected);
    free_script(s);
}

/* Long runs of classes, few different scores, and what may stand between them. */
static void test_the_first_of_the_largest_scores_of_long_runs(void **state)
{
    fixture *f = *state;
    static const float values[] = {-INFINITY, -1, 0, 0, 0, 1, 1, 2};
    uint64_t seed = 23;
    for (size_t turn = 0; turn < 200; turn++) {
        float bias[CLASSES];
        for (size_t c = 0; c < CLASSES; c++) bias[c] = values[random_below(&seed, turn % 2 ? 8 : 5)];
        score_by_bias(f, bias);
        script *s = new_script(8);
        for (size_t i = 1; i < s->steps; i++)
            for (size_t hole = 0; hole < i % 4; hole++) s->valid[i][random_below(&seed, CLASSES)] = 0;
        run(f, s, 0, 1);
        for (size_t i = 0; i < s->steps; i++) {
            uint32_t first = 0;
            while (!s->valid[i][first]) first++;
            for (uint32_t c = first; c < CLASSES; c++)
                if (s->valid[i][c] && bias[c] > bias[first]) first = c;
            assert_int_equal(s->chosen[i], first);
        }
        free_script(s);
    }
}

static void test_a_valid_class_is_chosen_whatever_its_score(void **state)
{
    fixture *f = *state;
    static const float bias[CLASSES] = {5, 5, 5, -INFINITY, NAN, 5};
    score_by_bias(f, bias);
    script *s = new_script(2);
    memset(s->valid, 0, 2 * CLASSES);
    s->valid[0][3] = 1;
    s->valid[1][4] = 1;
    run(f, s, 0, 1);
    assert_int_equal(s->chosen[0], 3);
    assert_int_equal(s->chosen[1], 4);
    free_script(s);
}

static void test_stops_when_nothing_is_valid(void **state)
{
    fixture *f = *state;
    script *s = new_script(10);
    memset(s->valid[6], 0, CLASSES);
    run(f, s, 0, 1);
    assert_int_equal(s->step, 6);
    free_script(s);
}

static void test_a_final_state_is_left_alone(void **state)
{
    fixture *f = *state;
    script *s = new_script(1);
    s->steps = 0;
    run(f, s, 1, 0);
    assert_int_equal(s->traced, 0);
    free_script(s);
}

/* ---- documents of which not all tokens are kept ------------------------------------------------------------------ */

enum { LONG = 3 * TRANSITION_KEPT + 77 };

/* Token t has the vector of t % TOKENS. */
typedef struct cyclic_source {
    const fixture *f;
    size_t end, calls, fails_at; /* fails_at: number of the call that fails, or 0 */
    float rows[TRANSITION_BLOCK * WIDTH];
} cyclic_source;

static const float *cyclic_vectors(void *user, size_t begin, size_t end)
{
    cyclic_source *s = user;
    assert_in_range(end - begin, 1, TRANSITION_BLOCK);
    assert_in_range(end, 1, LONG);
    assert_true(begin == s->end || end <= s->end); /* the next ones, or some of those before */
    if (begin == s->end) s->end = end;
    if (++s->calls == s->fails_at) return NULL;
    for (size_t t = begin; t < end; t++)
        memcpy(s->rows + (t - begin) * WIDTH, s->f->vectors + t % TOKENS * WIDTH, WIDTH * sizeof(float));
    return s->rows;
}

static int run_long(fixture *f, script *s, uint32_t common_slots, cyclic_source *cyclic)
{
    const move_table moves = script_moves(common_slots, 1);
    const vector_source source = {cyclic_vectors, cyclic};
    assert_int_equal(transition_reserve(&f->w, LONG, &f->scratch), 0);
    return transition_run(&f->w, &moves, s, LONG, &f->scratch, &source, NULL, record, s);
}

/* Forward through the document, and then, as a deep stack is worked off, back to its beginning, the other slots at a
 * distance. */
static script *there_and_back(size_t stride)
{
    script *s = new_script(STEPS);
    for (size_t i = 0; i < STEPS; i++) {
        size_t place = (i < STEPS / 2 ? i : STEPS - i) * stride % LONG;
        s->slot_token[i][0] = (int32_t)place;
        s->slot_token[i][1] = (int32_t)(place / 2);
        if (place) s->slot_token[i][2] = (int32_t)place - 1;
    }
    return s;
}

static void test_long_documents(void **state)
{
    fixture *f = *state;
    for (uint32_t common_slots = 0; common_slots < 1u << SLOTS; common_slots++) {
        script *scripts[] = {wild_script(common_slots, LONG), lone_script(common_slots, LONG), there_and_back(32),
                             there_and_back(1)};
        for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
            cyclic_source cyclic = {.f = f};
            assert_int_equal(run_long(f, scripts[i], common_slots, &cyclic), 0);
            check_against_naive(f, scripts[i]);
            free_script(scripts[i]);
        }
    }
}

/* Working off what is kept no more asks for each block again once, not for each token. */
static void test_a_block_is_asked_for_once_more(void **state)
{
    fixture *f = *state;
    cyclic_source cyclic = {.f = f};
    script *s = there_and_back(32);
    for (size_t i = 0; i < STEPS; i++) s->slot_token[i][1] = TRANSITION_MISSING;
    assert_int_equal(run_long(f, s, 1, &cyclic), 0);
    size_t forward = (cyclic.end + TRANSITION_BLOCK - 1) / TRANSITION_BLOCK;
    assert_in_range(cyclic.calls, forward + 1, forward + 2 * LONG / 64);
    free_script(s);
}

static void test_a_source_that_fails(void **state)
{
    fixture *f = *state;
    for (size_t call = 1; call < 200; call += 13) {
        cyclic_source cyclic = {.f = f, .fails_at = call};
        script *s = there_and_back(32);
        assert_int_equal(run_long(f, s, 1, &cyclic), -1);
        assert_int_equal(cyclic.calls, call); /* it is not asked again */
        free_script(s);
    }
}

static void test_memory_does_not_grow_with_the_document(void **state)
{
    fixture *f = *state;
    assert_int_equal(transition_reserve(&f->w, TRANSITION_KEPT + 1, &f->scratch), 0);
    size_t kept = f->scratch.projected.capacity;
    assert_int_equal(transition_reserve(&f->w, INT32_MAX, &f->scratch), 0);
    assert_int_equal(f->scratch.projected.capacity, kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_scores_and_choices, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lone_states, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_without_upper, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_next_document_with_other_vectors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_equal_scores_take_the_lowest_valid_class, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_first_of_the_largest_scores_of_long_runs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_valid_class_is_chosen_whatever_its_score, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stops_when_nothing_is_valid, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_final_state_is_left_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_long_documents, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_block_is_asked_for_once_more, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_source_that_fails, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_memory_does_not_grow_with_the_document, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("transition", tests, choose_kernels, NULL);
}
