/* The BILUO move table: which actions are allowed where (spacy/pipeline/_parser_internals/ner.pyx), what they do; and
 * the whole recogniser on the real model, against numbers from spaCy. */
#include "layers.h"

#include "ctx.h"
#include "encode.h"
#include "ner.h"
#include "hash.h"

#include <stdio.h>
#include <string.h>

/* ---- a model that does as it is told ----------------------------------------------------------------------------- */

/* A token's NORM says which class it wishes for: the embedding of its key has one number that is not zero, and all
 * layers but the norm hand their input on. So the current token's wish scores highest, and the other classes score the
 * same. */

/* strings: "", "A", "B" */
enum { STRINGS = 3, A = 1, B = 2, MAX_TOKENS = 1200, MAX_CLASSES = 16, SLOTS = 3, ROWS = 512 };

enum { B_A, B_B, I_A, I_B, L_A, L_B, U_A, U_B, U_EMPTY, O, CLASSES };
static const uint32_t MOVES[CLASSES][2] = {{NER_BEGIN, A}, {NER_BEGIN, B}, {NER_IN, A},   {NER_IN, B},   {NER_LAST, A},
                                           {NER_LAST, B},  {NER_UNIT, A},  {NER_UNIT, B}, {NER_UNIT, 0}, {NER_OUT, 0}};
static const char *const NAMES[CLASSES] = {"B-A", "B-B", "I-A", "I-B", "L-A", "L-B", "U-A", "U-B", "U-", "O"};

typedef struct fixture {
    float embed[ROWS][MAX_CLASSES], *pad;
    uint64_t key_of[MAX_CLASSES], keys[MAX_TOKENS], id[STRINGS];
    unsigned char is_space[MAX_TOKENS];
    signed char sent_start[MAX_TOKENS];
    tern_model model;
    component_model component;
    tern_doc doc;
    tok2vec_scratch encoder;
    ner_scratch scratch;
    size_t steps;
    uint32_t chosen[MAX_TOKENS];
    unsigned char valid[MAX_TOKENS][MAX_CLASSES];
} fixture;

/* A key for each class, none of whose rows another has. */
static void fill_embedding(fixture *f)
{
    uint64_t key = 0;
    for (size_t c = 0; c < MAX_CLASSES; c++) {
        uint32_t hash[4];
        int is_taken;
        do {
            is_taken = 0;
            murmur3_u64(++key, 0, hash);
            for (size_t h = 0; h < 4; h++)
                for (size_t other = 0; other < c; other++) is_taken |= f->embed[hash[h] % ROWS][other] != 0;
        } while (is_taken);
        for (size_t h = 0; h < 4; h++) f->embed[hash[h] % ROWS][c] = 1;
        f->key_of[c] = key;
    }
}

static void bind_obedient_model(fixture *f)
{
    enum { N = MAX_CLASSES };
    static const float zeros[SLOTS * N] = {0};
    static float ones[N], identity[SLOTS][N][N]; /* slots other than the first: zeros */
    for (size_t i = 0; i < N; i++) ones[i] = identity[0][i][i] = 1;
    fill_embedding(f);
    f->component.encoder = (tok2vec_weights){.features = 1,
                                             .width = N,
                                             .attr = {ATTR_NORM},
                                             .rows = {ROWS},
                                             .embed = {f->embed[0]},
                                             .mix = {pack_layer(N, 1, N, identity[0][0], zeros), ones, zeros}};
    f->component.ner.net = (transition_weights){.slots = SLOTS,
                                                .width = N,
                                                .hidden = N,
                                                .classes = CLASSES,
                                                .linear = pack_layer(N, 1, N, identity[0][0], zeros),
                                                .lower = pack_slots(SLOTS, N, 1, N, identity[0][0], zeros),
                                                .upper = pack_layer(CLASSES, 1, N, identity[0][0], zeros)};
    f->pad = pack_pads(&f->component.ner.net.lower, SLOTS, zeros, zeros);
    f->component.ner.net.lower_pad = f->pad;
    f->component.ner.moves = MOVES[0];
    f->component.factory = COMPONENT_NER;
    f->model.component = &f->component;
    f->model.pipeline_length = 1;
    f->id[A] = 1001;
    f->id[B] = 1002;
    f->model.strings = (string_table){.id = f->id, .count = STRINGS};
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    if (!f) return -1;
    bind_obedient_model(f);
    f->doc.model = &f->model;
    for (size_t a = 0; a < ATTR_COUNT; a++) f->doc.attr[a] = f->keys;
    f->doc.is_space = f->is_space;
    f->doc.sent_start = f->sent_start;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    buffer_free(&f->doc.entity_memory);
    tok2vec_scratch_free(&f->encoder);
    ner_scratch_free(&f->scratch);
    free_layer(&f->component.encoder.mix.layer);
    free_layer(&f->component.ner.net.linear);
    free_layer(&f->component.ner.net.lower);
    free_layer(&f->component.ner.net.upper);
    free(f->pad);
    free(f);
    return 0;
}

static void record(void *user, const float *scores, const unsigned char *valid, uint32_t chosen)
{
    fixture *f = user;
    (void)scores;
    memcpy(f->valid[f->steps], valid, f->component.ner.net.classes);
    f->chosen[f->steps++] = chosen;
}

static void project(void *user, const float *rows, size_t begin, size_t count)
{
    fixture *f = user;
    ner_project(&f->component.ner, rows, begin, count, &f->scratch);
}

/* wish: [tokens] class that shall win each step, if it is valid. The document may have entities already. */
static void annotate_more(fixture *f, const uint32_t *wish, size_t tokens)
{
    f->doc.token_count = tokens;
    f->steps = 0;
    for (size_t t = 0; t < tokens; t++) f->keys[t] = f->key_of[wish[t]];
    assert_int_equal(ner_reserve(&f->component.ner, &f->doc, &f->scratch), 0);
    assert_int_equal(encode_blocks(&f->component.encoder, &f->doc, &f->encoder, project, f), TERN_OK);
    assert_int_equal(ner_annotate(&f->component.ner, &f->doc, &f->scratch, NULL, record, f, NULL), TERN_OK);
}

static void annotate(fixture *f, const uint32_t *wish, size_t tokens)
{
    f->doc.entity_count = 0;
    annotate_more(f, wish, tokens);
}

/* Every wish was granted. */
static void annotate_exactly(fixture *f, const uint32_t *wish, size_t tokens)
{
    annotate(f, wish, tokens);
    assert_int_equal(f->steps, tokens);
    assert_memory_equal(f->chosen, wish, tokens * sizeof *wish);
}

/* expected: names of the valid classes of that step in class order, each followed by a blank. */
static void assert_valid(const fixture *f, size_t step, const char *expected)
{
    char got[64] = "";
    for (size_t c = 0; c < CLASSES; c++)
        if (f->valid[step][c]) snprintf(got + strlen(got), sizeof got - strlen(got), "%s ", NAMES[c]);
    assert_string_equal(got, expected);
}

static void assert_entities(const tern_doc *doc, size_t count, const entity_span *expected)
{
    assert_int_equal(doc->entity_count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(doc->entity[i].token_start, expected[i].token_start);
        assert_int_equal(doc->entity[i].token_end, expected[i].token_end);
        assert_int_equal(doc->entity[i].label, expected[i].label);
    }
}

static void test_no_entity_open(void **state)
{
    fixture *f = *state;
    annotate_exactly(f, (uint32_t[]){O, O, O}, 3);
    assert_valid(f, 0, "B-A B-B U-A U-B O ");
    assert_valid(f, 1, "B-A B-B U-A U-B O ");
    assert_valid(f, 2, "U-A U-B O "); /* nothing can follow the last token */
}

static void test_entity_open(void **state)
{
    fixture *f = *state;
    annotate_exactly(f, (uint32_t[]){B_B, I_B, I_B, L_B, O}, 5);
    for (size_t step = 1; step <= 3; step++) assert_valid(f, step, "I-B L-B ");
    assert_valid(f, 4, "U-A U-B O "); /* closed again, and the last token */
    assert_entities(&f->doc, 1, (entity_span[]){{0, 4, B, 1}});
}

static void test_entity_open_at_the_end(void **state)
{
    fixture *f = *state;
    annotate_exactly(f, (uint32_t[]){O, B_A, L_A}, 3);
    assert_valid(f, 2, "L-A ");
    assert_entities(&f->doc, 1, (entity_span[]){{1, 3, A, 1}});
}

static void test_one_token(void **state)
{
    fixture *f = *state;
    annotate_exactly(f, (uint32_t[]){U_A}, 1);
    assert_valid(f, 0, "U-A U-B O ");
    assert_entities(&f->doc, 1, (entity_span[]){{0, 1, A, 1}});
}

static void test_no_tokens(void **state)
{
    fixture *f = *state;
    annotate_exactly(f, (uint32_t[]){O}, 0);
    assert_entities(&f->doc, 0, NULL);
}

static void test_sentence_start_ends_what_comes_before(void **state)
{
    fixture *f = *state;
    f->sent_start[0] = 1;
    f->sent_start[2] = 1;
    f->sent_start[5] = 1;
    annotate_exactly(f, (uint32_t[]){O, U_A, O, B_A, L_A, O, O}, 7);
    assert_valid(f, 0, "B-A B-B U-A U-B O "); /* its own sentence start does not matter */
    assert_valid(f, 1, "U-A U-B O ");
    assert_valid(f, 2, "B-A B-B U-A U-B O ");
    assert_valid(f, 4, "L-A ");
    assert_valid(f, 5, "B-A B-B U-A U-B O ");
}

static void test_known_non_starts_change_nothing(void **state)
{
    fixture *f = *state;
    memset(f->sent_start, -1, sizeof f->sent_start);
    annotate_exactly(f, (uint32_t[]){B_A, I_A, L_A, O}, 4);
    assert_valid(f, 0, "B-A B-B U-A U-B O ");
    assert_valid(f, 1, "I-A L-A ");
}

static void test_white_space_begins_no_entity(void **state)
{
    fixture *f = *state;
    f->is_space[0] = f->is_space[2] = 1;
    annotate_exactly(f, (uint32_t[]){O, O, O}, 3);
    assert_valid(f, 0, "O ");
    assert_valid(f, 1, "B-A B-B U-A U-B O ");
    assert_valid(f, 2, "O ");
}

static void test_white_space_continues_and_ends_entities(void **state)
{
    fixture *f = *state;
    f->is_space[1] = f->is_space[2] = 1;
    annotate_exactly(f, (uint32_t[]){B_A, I_A, L_A, O}, 4);
    assert_valid(f, 1, "I-A L-A ");
    assert_valid(f, 2, "I-A L-A ");
    assert_entities(&f->doc, 1, (entity_span[]){{0, 3, A, 1}});
}

static void test_neighbouring_entities(void **state)
{
    fixture *f = *state;
    annotate_exactly(f, (uint32_t[]){U_A, U_B, B_A, L_A, B_B, I_B, L_B, U_B}, 8);
    assert_entities(&f->doc, 5, (entity_span[]){{0, 1, A, 1}, {1, 2, B, 1}, {2, 4, A, 1}, {4, 7, B, 1}, {7, 8, B, 1}});
}

static void test_wish_that_is_not_allowed(void **state)
{
    fixture *f = *state;
    f->sent_start[1] = 1;
    /* all others score the same, so the lowest valid class follows */
    annotate(f, (uint32_t[]){B_B, L_A, U_EMPTY}, 3);
    static const uint32_t expected[3] = {U_A, B_A, L_A};
    assert_memory_equal(f->chosen, expected, sizeof expected);
}

static void preset(fixture *f, size_t count, const entity_span *entities)
{
    assert_int_equal(doc_reserve_entities(&f->doc, MAX_TOKENS), 0);
    memcpy(f->doc.entity, entities, count * sizeof *entities);
    f->doc.entity_count = count;
}

/* No step is taken on their tokens; what comes before them cannot reach into them. String 0 is no label of a class. */
static void test_preset_entities(void **state)
{
    fixture *f = *state;
    static const entity_span before[3] = {{2, 4, A, 1}, {5, 6, B, 1}, {6, 8, 0, 1}};
    f->sent_start[3] = 1;
    preset(f, 3, before);
    annotate_more(f, (uint32_t[]){B_B, I_B, U_B, U_B, U_A, O, O, O, B_A, L_A}, 10);
    assert_int_equal(f->steps, 5);
    assert_valid(f, 0, "B-A B-B U-A U-B O ");
    assert_valid(f, 1, "L-B ");               /* token 1 */
    assert_valid(f, 2, "U-A U-B O ");         /* token 4 */
    assert_valid(f, 3, "B-A B-B U-A U-B O "); /* token 8 */
    assert_entities(
        &f->doc, 6,
        (entity_span[]){{0, 2, B, 1}, {2, 4, A, 1}, {4, 5, A, 1}, {5, 6, B, 1}, {6, 8, 0, 1}, {8, 10, A, 1}});
}

static void test_nothing_but_preset_entities(void **state)
{
    fixture *f = *state;
    static const entity_span all[2] = {{0, 1, A, 1}, {1, 3, B, 1}};
    preset(f, 2, all);
    annotate_more(f, (uint32_t[]){O, O, O}, 3);
    assert_int_equal(f->steps, 0);
    assert_entities(&f->doc, 2, all);
}

/* No step is taken on them either, and nothing reaches into them. */
static void test_blocked_tokens(void **state)
{
    fixture *f = *state;
    static const entity_span before[2] = {{1, 2, NO_STRING, 1}, {2, 3, NO_STRING, 1}};
    preset(f, 2, before);
    annotate_more(f, (uint32_t[]){U_B, U_A, U_A, B_A, L_A}, 5);
    assert_int_equal(f->steps, 3);
    assert_valid(f, 0, "U-A U-B O ");
    assert_valid(f, 1, "B-A B-B U-A U-B O ");
    assert_entities(&f->doc, 4,
                    (entity_span[]){{0, 1, B, 1}, {1, 2, NO_STRING, 1}, {2, 3, NO_STRING, 1}, {3, 5, A, 1}});
}

/* Longer than a block of the encoder; an entity reaches over the border. */
static void test_long_document(void **state)
{
    fixture *f = *state;
    static uint32_t wish[MAX_TOKENS];
    for (size_t i = 0; i < MAX_TOKENS; i++) wish[i] = O;
    wish[0] = U_B;
    wish[TOK2VEC_BLOCK - 100] = B_A;
    for (size_t i = TOK2VEC_BLOCK - 99; i < 2 * TOK2VEC_BLOCK; i++) wish[i] = I_A;
    wish[2 * TOK2VEC_BLOCK] = L_A;
    wish[MAX_TOKENS - 1] = U_A;
    annotate_exactly(f, wish, MAX_TOKENS);
    assert_entities(&f->doc, 3,
                    (entity_span[]){{0, 1, B, 1},
                                    {TOK2VEC_BLOCK - 100, 2 * TOK2VEC_BLOCK + 1, A, 1},
                                    {MAX_TOKENS - 1, MAX_TOKENS, A, 1}});
    annotate_exactly(f, (uint32_t[]){O, U_B}, 2);
    assert_entities(&f->doc, 1, (entity_span[]){{1, 2, B, 1}});
}

/* ---- move tables that no training produces ----------------------------------------------------------------------- */

static void use_moves(fixture *f, const uint32_t (*moves)[2], uint32_t classes)
{
    f->component.ner.moves = moves[0];
    f->component.ner.net.classes = f->component.ner.net.upper.nO = classes;
}

static void test_entity_that_cannot_be_closed(void **state)
{
    fixture *f = *state;
    static const uint32_t moves[2][2] = {{NER_BEGIN, A}, {NER_OUT, 0}};
    use_moves(f, moves, 2);
    annotate(f, (uint32_t[]){1, 0, 0, 0}, 4);
    assert_int_equal(f->steps, 2); /* stops where nothing is valid */
    assert_entities(&f->doc, 0, NULL);
}

static void test_classes_that_are_never_valid(void **state)
{
    fixture *f = *state;
    static const uint32_t moves[6][2] = {{NER_MISSING, A}, {NER_BEGIN, 0}, {NER_IN, 0},
                                         {NER_LAST, 0},    {NER_UNIT, 0},  {NER_OUT, B}};
    use_moves(f, moves, 6);
    annotate(f, (uint32_t[]){0, 1, 2, 3, 4, 0}, 6);
    assert_int_equal(f->steps, 6);
    for (size_t i = 0; i < 6; i++) assert_int_equal(f->chosen[i], 5);
    assert_entities(&f->doc, 0, NULL);
}

static void test_only_missing_moves(void **state)
{
    fixture *f = *state;
    static const uint32_t moves[1][2] = {{NER_MISSING, A}};
    use_moves(f, moves, 1);
    annotate(f, (uint32_t[]){0, 0}, 2);
    assert_int_equal(f->steps, 0);
    assert_entities(&f->doc, 0, NULL);
}

/* Without a U that has no label nothing is valid on a blocked token: spaCy ends the document there. */
static void test_no_move_for_blocked_tokens(void **state)
{
    fixture *f = *state;
    static const uint32_t moves[2][2] = {{NER_UNIT, A}, {NER_OUT, 0}};
    static const entity_span before[2] = {{1, 2, NO_STRING, 1}, {3, 4, B, 1}};
    use_moves(f, moves, 2);
    preset(f, 2, before);
    annotate_more(f, (uint32_t[]){0, 0, 0, 0, 0}, 5);
    assert_int_equal(f->steps, 1);
    assert_entities(&f->doc, 3, (entity_span[]){{0, 1, A, 1}, {1, 2, NO_STRING, 1}, {3, 4, B, 1}});
}

/* ---- the real model; all numbers from spaCy 3.8 ------------------------------------------------------------------ */

enum { REAL_TOKENS = 11, REAL_CLASSES = 74, B_ORG = 0, I_MONEY = 22, L_MONEY = 40, U_ORG = 54, OUTSIDE = 73 };

typedef struct real_scores {
    size_t steps;
    float of[REAL_TOKENS][REAL_CLASSES];
} real_scores;

static void take_scores(void *user, const float *scores, const unsigned char *valid, uint32_t chosen)
{
    real_scores *taken = user;
    (void)valid;
    (void)chosen;
    assert_true(taken->steps < REAL_TOKENS);
    memcpy(taken->of[taken->steps++], scores, sizeof *taken->of);
}

typedef struct real {
    tern_model *model;
    tern_ctx *ctx;
} real;

/* Skips where the weights are not there; tests/test_unit.py reports that. */
static void open_real(real *r)
{
    const char *path = getenv("TERN_TEST_MODEL");
    tern_error err;
    if (!path) path = TERN_SOURCE_DIR "/weights/en_core_web_sm.tern";
    FILE *file = fopen(path, "rb");
    if (!file) {
        print_message("%s is missing\n", path);
        skip();
    }
    fclose(file);
    if (tern_model_open(path, &r->model, &err) || tern_ctx_new(r->model, &r->ctx, &err)) fail_msg("%s", err.msg);
}

static void close_real(real *r)
{
    tern_ctx_free(r->ctx);
    tern_model_close(r->model);
}

static const char APPLE[] = "Apple is looking at buying U.K. startup for $1 billion";

static void test_real_entities(void **state)
{
    (void)state;
    static const struct {
        size_t start, end;
        const char *label;
    } expected[3] = {{0, 1, "ORG"}, {5, 6, "GPE"}, {8, 11, "MONEY"}};
    real r;
    const tern_doc *doc;
    open_real(&r);
    assert_int_equal(tern_run(r.ctx, APPLE, strlen(APPLE), NULL, &doc, NULL), TERN_OK);
    assert_int_equal(tern_doc_entity_count(doc), 3);
    for (size_t i = 0; i < 3; i++) {
        tern_entity e;
        assert_int_equal(tern_doc_entity(doc, i, &e), TERN_OK);
        assert_int_equal(e.token_start, expected[i].start);
        assert_int_equal(e.token_end, expected[i].end);
        assert_string_equal(e.label, expected[i].label);
    }
    close_real(&r);
}

static void test_real_scores(void **state)
{
    (void)state;
    static const struct {
        size_t step, cls;
        double score;
    } expected[] = {
        {0, B_ORG, -0.1730},    {0, U_ORG, 10.0345},    {0, OUTSIDE, 5.2476}, /* no entity open */
        {9, I_MONEY, 33.1362},  {9, L_MONEY, 21.1127},                        /* open since the token before */
        {10, I_MONEY, 19.7443}, {10, L_MONEY, 28.8662},                       /* open for two tokens */
    };
    real r;
    const tern_doc *doc;
    real_scores scores = {0};
    open_real(&r);
    const uint32_t place = place_of(r.model, COMPONENT_NER);
    const ner_model *ner = &r.model->component[place].ner;
    assert_int_equal(ner->net.classes, REAL_CLASSES);
    assert_int_equal(tern_run(r.ctx, APPLE, strlen(APPLE), NULL, &doc, NULL), TERN_OK);
    /* the rows are there */
    r.ctx->doc.entity_count = 0;
    assert_int_equal(ner_annotate(ner, &r.ctx->doc, r.ctx->component[place].own, NULL, take_scores, &scores, NULL),
                     TERN_OK);
    assert_int_equal(scores.steps, REAL_TOKENS);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_close(scores.of[expected[i].step][expected[i].cls], expected[i].score, 1.5e-4, "score", i);
    close_real(&r);
}

static void test_real_encoder(void **state)
{
    (void)state;
    static const double expected[4] = {0.38630, -2.07337, -0.99017, 2.38354};
    real r;
    const tern_doc *doc;
    const float *rows;
    open_real(&r);
    assert_int_equal(tern_run(r.ctx, APPLE, strlen(APPLE), NULL, &doc, NULL), TERN_OK);
    assert_int_equal(tok2vec_rows(&component_of(r.model, COMPONENT_NER)->encoder, doc, 0, 11,
                                  &r.ctx->component[place_of(r.model, COMPONENT_NER)].encoder, &rows),
                     TERN_OK);
    for (size_t i = 0; i < 4; i++) assert_close(rows[i], expected[i], 2.5e-5, "row 0", i);
    close_real(&r);
}

/* What the first convolution makes of nothing but zeros; a mixing layer without gain and bias supplies them. */
static void test_real_padding_row(void **state)
{
    (void)state;
    static const double expected[3] = {0.824009, -0.824475, -0.620782};
    static const float zeros[TOK2VEC_MAX_WIDTH] = {0};
    real r;
    const tern_doc *doc;
    const float *rows;
    tok2vec_scratch scratch = {0}; /* not the context's, which keeps embeddings of the encoder as it is */
    open_real(&r);
    tok2vec_weights w = component_of(r.model, COMPONENT_NER)->encoder;
    w.depth = 1;
    w.mix.G = w.mix.beta = zeros;
    assert_int_equal(tern_run(r.ctx, APPLE, strlen(APPLE), NULL, &doc, NULL), TERN_OK);
    assert_int_equal(tok2vec_rows(&w, doc, 0, 11, &scratch, &rows), TERN_OK);
    for (size_t t = 0; t < 11; t++)
        for (size_t i = 0; i < 3; i++) assert_close(rows[t * w.width + i], expected[i], 1e-5, "padding row", i);
    tok2vec_scratch_free(&scratch);
    close_real(&r);
}

/* Entities that somebody has set before: of one to three tokens, with gaps of none to four, of labels 0 to 8 of the
 * file's first strings that are not empty. */
static void draw_presets(tern_doc *doc, uint64_t *seed)
{
    doc->entity_count = 0;
    for (uint32_t token = (uint32_t)random_below(seed, 5); token < doc->token_count;) {
        uint32_t end = token + 1 + (uint32_t)random_below(seed, 3), label = 1 + (uint32_t)random_below(seed, 9);
        if (end > doc->token_count) end = (uint32_t)doc->token_count;
        while (!doc->model->strings.id[label]) label++;
        if (!random_below(seed, 4)) label = NO_STRING, end = token + 1; /* blocked */
        doc->entity[doc->entity_count++] = (entity_span){token, end, label, 1};
        token = end + (uint32_t)random_below(seed, 5);
    }
}

/* Of which nothing is kept but the best state, and equally good ones. */
static void test_a_beam_of_density_1_is_greedy(void **state)
{
    (void)state;
    real r;
    const tern_doc *run;
    uint64_t seed = 8;
    entity_span presets[REAL_TOKENS], greedy[REAL_TOKENS];
    open_real(&r);
    const uint32_t place = place_of(r.model, COMPONENT_NER);
    ner_model *ner = &r.model->component[place].ner;
    assert_int_equal(tern_run(r.ctx, APPLE, strlen(APPLE), NULL, &run, NULL), TERN_OK);
    tern_doc *doc = &r.ctx->doc;
    for (size_t i = 0; i < 400; i++) {
        draw_presets(doc, &seed);
        const size_t count = doc->entity_count;
        memcpy(presets, doc->entity, count * sizeof *presets);
        for (size_t t = 1; t < REAL_TOKENS; t++) doc->sent_start[t] = random_below(&seed, 4) ? -1 : 1;
        ner->beam = (beam_settings){0};
        assert_int_equal(ner_annotate(ner, doc, r.ctx->component[place].own, NULL, NULL, NULL, NULL), TERN_OK);
        const size_t found = doc->entity_count;
        memcpy(greedy, doc->entity, found * sizeof *greedy);
        memcpy(doc->entity, presets, count * sizeof *presets);
        doc->entity_count = count;
        ner->beam = (beam_settings){2, 1};
        assert_int_equal(ner_annotate(ner, doc, r.ctx->component[place].own, NULL, NULL, NULL, NULL), TERN_OK);
        assert_int_equal(doc->entity_count, found);
        assert_memory_equal(doc->entity, greedy, found * sizeof *greedy);
    }
    close_real(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_no_entity_open, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_entity_open, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_entity_open_at_the_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_token, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_tokens, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_preset_entities, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nothing_but_preset_entities, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_blocked_tokens, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_move_for_blocked_tokens, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_sentence_start_ends_what_comes_before, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_known_non_starts_change_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_white_space_begins_no_entity, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_white_space_continues_and_ends_entities, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_neighbouring_entities, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_wish_that_is_not_allowed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_long_document, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_entity_that_cannot_be_closed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_classes_that_are_never_valid, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_only_missing_moves, set_up, tear_down),
        cmocka_unit_test(test_real_entities),
        cmocka_unit_test(test_real_scores),
        cmocka_unit_test(test_real_encoder),
        cmocka_unit_test(test_real_padding_row),
        cmocka_unit_test(test_a_beam_of_density_1_is_greedy),
    };
    return cmocka_run_group_tests_name("ner", tests, choose_kernels, NULL);
}
