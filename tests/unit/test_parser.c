/* The arc-eager move table: what it looks at, what is allowed, what actions do, on spaCy's random walks; that every run
 * ends; and the parser on the real model, against numbers from spaCy. */
#include "ctx.h"
#include "encode.h"
#include "layers.h"
#include "parser.h"
#include "parser_records.h"

/* ---- a model that does as it is told ----------------------------------------------------------------------------- */

/* The classes of record_parser.py get their scores from the upper layer's bias, which the test sets before every step.
 * One more class a slot shows the token in the slot: the vector of token t is t + 1, and 0 stands for a missing one. */

enum { SLOTS = 8, WALKED = 13, CLASSES = WALKED + SLOTS, BIAS = 1000000 };
enum { MAX_TOKENS = 2000, BLOCK = 7 };

static const uint32_t MOVES[CLASSES][3] = {
    {ARC_SHIFT, EMPTY, NO_STRING},
    {ARC_REDUCE, EMPTY, NO_STRING},
    {ARC_LEFT, A, NO_STRING},
    {ARC_LEFT, SUBTOK, NO_STRING},
    {ARC_LEFT, B, A},
    {ARC_LEFT, A, C},
    {ARC_RIGHT, A, NO_STRING},
    {ARC_RIGHT, B, NO_STRING},
    {ARC_RIGHT, C, NO_STRING},
    {ARC_RIGHT, SUBTOK, NO_STRING},
    {ARC_RIGHT, SUBTOK, B},
    {ARC_RIGHT, C, ROOT},
    {ARC_BREAK, ROOT, NO_STRING},
}; /* the others are all zero: SHIFT, never chosen, since their scores are small */

typedef struct fixture {
    float vectors[MAX_TOKENS], *pad;
    small_doc small;
    parser_scratch scratch;
    const cJSON *step; /* of a walk: what happens next */
    size_t steps, lifted;
    uint64_t seed;
} fixture;

static void bind_obedient_model(fixture *f)
{
    for (size_t t = 0; t < MAX_TOKENS; t++) f->vectors[t] = (float)t + 1;
    static const float zeros[SLOTS * SLOTS * SLOTS] = {0}, linear[SLOTS] = {1};
    float lower[SLOTS][SLOTS][SLOTS] = {{{0}}}, upper[CLASSES][SLOTS] = {{0}};
    for (size_t slot = 0; slot < SLOTS; slot++) {
        lower[slot][slot][0] = 1;
        upper[WALKED + slot][slot] = 1;
    }
    f->small.component.parser = (parser_model){.net = {.slots = SLOTS,
                                                       .width = 1,
                                                       .hidden = SLOTS,
                                                       .classes = CLASSES,
                                                       .linear = pack_layer(SLOTS, 1, 1, linear, zeros),
                                                       .lower = pack_slots(SLOTS, SLOTS, 1, SLOTS, lower[0][0], zeros),
                                                       .upper = pack_layer(CLASSES, 1, SLOTS, upper[0], zeros)},
                                               .moves = MOVES[0],
                                               .root_label = ROOT};
    f->pad = pack_pads(&f->small.component.parser.net.lower, SLOTS, zeros, zeros);
    f->small.component.parser.net.lower_pad = f->pad;
}

static void set_bias(fixture *f, size_t cls, float bias)
{
    *column_at(&f->small.component.parser.net.upper, cls, 0) = bias;
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    if (!f) return -1;
    small_doc_init(&f->small);
    bind_obedient_model(f);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    const transition_weights *net = &f->small.component.parser.net;
    parser_scratch_free(&f->scratch);
    free_layer(&net->linear);
    free_layer(&net->lower);
    free_layer(&net->upper);
    free(f->pad);
    free(f);
    return 0;
}

static void parse(fixture *f, transition_trace trace)
{
    tern_doc *doc = &f->small.doc;
    assert_int_equal(parser_reserve(&f->small.component.parser, doc, &f->scratch), 0);
    for (size_t begin = 0, count; begin < doc->token_count; begin += count) {
        count = doc->token_count - begin < BLOCK ? doc->token_count - begin : BLOCK;
        parser_project(&f->small.component.parser, f->vectors + begin, begin, count, &f->scratch);
    }
    assert_int_equal(parser_annotate(&f->small.component.parser, doc, &f->scratch, NULL, trace, f, NULL), TERN_OK);
}

/* ---- spaCy's walks ----------------------------------------------------------------------------------------------- */

static void wish_for(fixture *f, int cls)
{
    for (size_t c = 0; c < CLASSES; c++) set_bias(f, c, 0);
    set_bias(f, (size_t)cls, BIAS);
}

static void check_step(void *user, const float *scores, const unsigned char *valid, uint32_t chosen)
{
    fixture *f = user;
    assert_non_null(f->step);
    const cJSON *action = f->step->child, *allowed = action->next, *slot_token = allowed->next->child;
    for (size_t c = 0; c < WALKED; c++) assert_int_equal(valid[c], allowed->valuestring[c] == '1');
    for (size_t slot = 0; slot < SLOTS; slot++, slot_token = slot_token->next)
        assert_int_equal(slot_token->valueint, (int)scores[WALKED + slot] - 1);
    assert_int_equal(chosen, action->valueint);
    f->lifted += MOVES[chosen][2] != NO_STRING;
    f->step = f->step->next;
    if (f->step) wish_for(f, f->step->child->valueint);
}

static void check_walk(const cJSON *record, void *user)
{
    fixture *f = user;
    read_spaces(record, &f->small);
    const cJSON *start = record_list(record, "starts")->child;
    for (size_t i = 0; i < f->small.doc.token_count; i++, start = start->next)
        f->small.sent_start[i] = (signed char)start->valueint;
    f->step = record_list(record, "steps")->child;
    wish_for(f, f->step->child->valueint);
    parse(f, check_step);
    assert_null(f->step);
    check_annotations(record, "heads", &f->small);
}

static void test_walks(void **state)
{
    fixture *f = *state;
    for_each_record("parser_walks.jsonl", 160, check_walk, f);
    assert_true(f->lifted > 100);
}

/* ---- every run ends ---------------------------------------------------------------------------------------------- */

enum { LONG = MAX_TOKENS };

typedef struct long_doc {
    uint32_t head[LONG], dep[LONG];
    unsigned char is_space[LONG];
    signed char sent_start[LONG];
} long_doc;

static void use_long_doc(fixture *f, long_doc *d)
{
    f->small.doc.token_count = LONG;
    f->small.doc.head = d->head;
    f->small.doc.column[COLUMN_DEP] = d->dep;
    f->small.doc.sent_start = d->sent_start;
    f->small.doc.is_space = d->is_space;
}

/* A new taste every step: the class that is wished for, and what comes next if that is not allowed. */
static void wish_anything(void *user, const float *scores, const unsigned char *valid, uint32_t chosen)
{
    fixture *f = user;
    (void)scores;
    (void)valid;
    (void)chosen;
    f->steps++;
    for (size_t c = 0; c < WALKED; c++) set_bias(f, c, (float)(BIAS + random_below(&f->seed, 1000)));
}

/* Only putting back, taking again and breaking, as long as it is allowed. */
static void wish_to_stay(void *user, const float *scores, const unsigned char *valid, uint32_t chosen)
{
    fixture *f = user;
    (void)scores;
    (void)valid;
    (void)chosen;
    f->steps++;
    static const float taste[WALKED] = {3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4};
    for (size_t c = 0; c < WALKED; c++) set_bias(f, c, (float)BIAS + taste[c] * 10);
}

static void wish_for_nan(void *user, const float *scores, const unsigned char *valid, uint32_t chosen)
{
    fixture *f = user;
    (void)scores;
    (void)valid;
    (void)chosen;
    f->steps++;
    for (size_t c = 0; c < CLASSES; c++) set_bias(f, c, NAN);
}

static void assert_is_forest(const tern_doc *doc)
{
    for (size_t i = 0; i < doc->token_count; i++) {
        size_t token = i, hops = 0;
        while (doc->head[token] != token) {
            assert_in_range(doc->head[token], 0, doc->token_count - 1);
            assert_true(++hops < doc->token_count);
            token = doc->head[token];
        }
        assert_int_equal(doc->column[COLUMN_DEP][token], ROOT);
        assert_true(doc->sent_start[i] == 1 || doc->sent_start[i] == -1);
    }
}

static void test_at_most_nine_steps_a_token(void **state)
{
    static const transition_trace wishes[] = {wish_anything, wish_to_stay, wish_for_nan};
    fixture *f = *state;
    long_doc *d = calloc(1, sizeof *d);
    assert_non_null(d);
    use_long_doc(f, d);
    f->seed = 11;
    for (size_t i = 0; i < 9; i++) {
        for (size_t t = 0; t < LONG; t++)
            d->sent_start[t] = i < 3 ? 0 : (signed char)((int)random_below(&f->seed, 3) - 1);
        f->steps = 0;
        wish_for(f, 0);
        parse(f, wishes[i % 3]);
        assert_in_range(f->steps, 2 * LONG, 9 * LONG);
        assert_is_forest(&f->small.doc);
    }
    free(d);
}

static void test_no_tokens(void **state)
{
    fixture *f = *state;
    f->small.doc.token_count = 0;
    f->small.doc.head = NULL;
    f->small.doc.column[COLUMN_DEP] = NULL;
    f->small.doc.sent_start = NULL;
    parse(f, wish_anything);
    assert_int_equal(f->steps, 0);
}

/* What no training produces: without REDUCE a token stays on the stack; the run stops there, and the rest are roots. */
static void test_nothing_is_valid(void **state)
{
    fixture *f = *state;
    static const uint32_t moves[2][3] = {{ARC_SHIFT, EMPTY, NO_STRING}, {ARC_RIGHT, NO_STRING, NO_STRING}};
    f->small.component.parser.moves = moves[0];
    f->small.component.parser.net.classes = 2;
    f->small.doc.token_count = 3;
    wish_for(f, 1);
    parse(f, NULL);
    static const uint32_t heads[3] = {0, 0, 1};
    assert_memory_equal(f->small.head, heads, sizeof heads);
    assert_int_equal(f->small.dep[0], ROOT);
    assert_int_equal(f->small.dep[1], NO_STRING);
    assert_memory_equal(f->small.sent_start, ((signed char[]){1, -1, -1}), 3);
}

static void test_more_tokens_than_memory(void **state)
{
    fixture *f = *state;
    f->small.doc.token_count = SIZE_MAX / 8;
    assert_int_equal(parser_reserve(&f->small.component.parser, &f->small.doc, &f->scratch), -1);
}

/* ---- the real model; all numbers from spaCy 3.8 ------------------------------------------------------------------ */

static const char APPLE[] = "Apple is looking at buying U.K. startup for $1 billion";

enum { MAX_COPIED = 300 };

typedef struct first_state {
    size_t steps;
    float shift, reduce, breaks;
} first_state;

static void take_first_state(void *user, const float *scores, const unsigned char *valid, uint32_t chosen)
{
    first_state *first = user;
    (void)valid;
    (void)chosen;
    if (first->steps++) return;
    first->shift = scores[0];
    first->reduce = scores[1];
    first->breaks = scores[105];
}

/* Skips where the weights are not there; tests/test_unit.py reports that. */
static tern_ctx *open_real(tern_model **model)
{
    const char *path = getenv("TERN_TEST_MODEL");
    tern_ctx *ctx = NULL;
    tern_error err;
    if (!path) path = TERN_SOURCE_DIR "/weights/en_core_web_sm.tern";
    FILE *file = fopen(path, "rb");
    if (!file) {
        print_message("%s is missing\n", path);
        skip();
    }
    fclose(file);
    if (tern_model_open(path, model, &err) || tern_ctx_new(*model, &ctx, &err)) fail_msg("%s", err.msg);
    return ctx;
}

static void test_real_tree(void **state)
{
    (void)state;
    static const size_t heads[11] = {2, 2, 2, 2, 3, 6, 4, 6, 10, 10, 7};
    static const char *const deps[11] = {"nsubj", "aux",  "ROOT",     "prep",     "pcomp", "nsubj",
                                         "ccomp", "prep", "quantmod", "compound", "pobj"};
    tern_model *model;
    tern_ctx *ctx = open_real(&model);
    const tern_doc *doc;
    tern_options options = {.want = TERN_DEPENDENCIES | TERN_SENTENCES, .components = TERN_TOK2VEC | TERN_PARSER};
    assert_int_equal(tern_run(ctx, APPLE, strlen(APPLE), &options, &doc, NULL), TERN_OK);
    assert_int_equal(tern_doc_token_count(doc), 11);
    for (size_t i = 0; i < 11; i++) {
        tern_token token;
        assert_int_equal(tern_doc_token(doc, i, &token), TERN_OK);
        assert_int_equal(token.head, heads[i]);
        assert_string_equal(token.dep, deps[i]);
        assert_int_equal(token.sent_start, i ? -1 : 1);
    }
    tern_ctx_free(ctx);
    tern_model_close(model);
}

static void test_real_first_scores(void **state)
{
    (void)state;
    tern_model *model;
    tern_ctx *ctx = open_real(&model);
    const tern_doc *doc;
    first_state first = {0};
    tern_options options = {.want = TERN_DEPENDENCIES, .components = TERN_TOK2VEC | TERN_PARSER};
    assert_int_equal(tern_run(ctx, APPLE, strlen(APPLE), &options, &doc, NULL), TERN_OK);
    assert_int_equal(parser_annotate(&component_of(ctx->model, COMPONENT_PARSER)->parser, &ctx->doc,
                                     ctx->component[place_of(ctx->model, COMPONENT_PARSER)].own, NULL, take_first_state,
                                     &first, NULL),
                     TERN_OK);
    assert_close(first.shift, 15.5615, 1.5e-4, "score of S", 0);
    assert_close(first.reduce, -0.7168, 1.5e-4, "score of D", 1);
    assert_close(first.breaks, 1.8867, 1.5e-4, "score of B", 105);
    tern_ctx_free(ctx);
    tern_model_close(model);
}

typedef struct column_copy {
    uint32_t head[MAX_COPIED], dep[MAX_COPIED];
    signed char sent_start[MAX_COPIED];
} column_copy;

/* Arcs of some tokens, with random sentence starts of the caller's. */
static void parse_words(tern_ctx *ctx, const signed char *sent_start, size_t words, column_copy *out)
{
    char text[8 * MAX_COPIED];
    uint64_t seed = words;
    const tern_doc *doc;
    size_t length = 0;
    static const char *const some[] = {"the ", "of ", "said ", "who ", "Paris ", "red ", ", ", "is ", "it ", ". "};
    for (size_t i = 0; i < words; i++)
        length += (size_t)sprintf(text + length, "%s", some[random_below(&seed, sizeof(some) / sizeof(*some))]);
    tern_options options = {.want = TERN_DEPENDENCIES | TERN_SENTENCES,
                            .components = TERN_TOK2VEC | TERN_PARSER,
                            .sent_starts = sent_start,
                            .sent_start_count = words};
    assert_int_equal(tern_run(ctx, text, length, &options, &doc, NULL), TERN_OK);
    assert_int_equal(tern_doc_token_count(doc), words);
    memcpy(out->head, doc->head, words * sizeof *out->head);
    memcpy(out->dep, doc->column[COLUMN_DEP], words * sizeof *out->dep);
    memcpy(out->sent_start, doc->sent_start, words);
}

/* Of which nothing is kept but the best state, and equally good ones: the states that a beam copies do what the greedy
 * one does. */
static void test_a_beam_of_density_1_is_greedy(void **state)
{
    (void)state;
    tern_model *model;
    tern_ctx *ctx = open_real(&model);
    parser_model *parser = &((component_model *)component_of(model, COMPONENT_PARSER))->parser;
    static column_copy greedy, searched;
    uint64_t seed = 8;
    for (size_t i = 0; i < 60; i++) {
        signed char sent_start[MAX_COPIED] = {0};
        const size_t words = 1 + random_below(&seed, MAX_COPIED);
        for (size_t k = 0; k < words && i % 3; k++)
            sent_start[k] = (signed char)(random_below(&seed, 6) ? 0 : i % 3 == 1 ? -1 : 1 - 2 * (int)(k % 2));
        parser->beam = (beam_settings){0};
        parse_words(ctx, sent_start, words, &greedy);
        parser->beam = (beam_settings){2, 1};
        parse_words(ctx, sent_start, words, &searched);
        assert_memory_equal(greedy.head, searched.head, words * sizeof *greedy.head);
        assert_memory_equal(greedy.dep, searched.dep, words * sizeof *greedy.dep);
        assert_memory_equal(greedy.sent_start, searched.sent_start, words);
    }
    tern_ctx_free(ctx);
    tern_model_close(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_walks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_at_most_nine_steps_a_token, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_tokens, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nothing_is_valid, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_more_tokens_than_memory, set_up, tear_down),
        cmocka_unit_test(test_real_tree),
        cmocka_unit_test(test_real_first_scores),
        cmocka_unit_test(test_a_beam_of_density_1_is_greedy),
    };
    return cmocka_run_group_tests_name("parser", tests, choose_kernels, NULL);
}
