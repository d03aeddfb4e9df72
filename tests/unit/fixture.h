/* fixture.h - what the tests of the tokenizer's stages share: the converted model, and a small model made by hand. */
#ifndef TERN_TEST_FIXTURE_H
#define TERN_TEST_FIXTURE_H

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"

#include "hash.h"
#include "model.h"

#ifndef TERN_SOURCE_DIR
#define TERN_SOURCE_DIR "."
#endif

/* The model of TERN_MODEL_FILE, else the repository's. A group setup: fails the group if it cannot be opened. */
static inline int open_model(void **state)
{
    const char *path = getenv("TERN_MODEL_FILE");
    tern_error err = {0};
    tern_model *model = NULL;
    if (!path) path = TERN_SOURCE_DIR "/weights/en_core_web_sm.tern";
    if (tern_model_open(path, &model, &err) != TERN_OK) {
        print_error("%s: %s\n", path, err.msg);
        return -1;
    }
    *state = model;
    return 0;
}

/* The tiny one, which has every component. */
static inline int open_tiny(void **state)
{
    tern_model *model = NULL;
    if (tern_model_open(TERN_SOURCE_DIR "/tests/data/tiny.tern", &model, NULL) != TERN_OK) return -1;
    *state = model;
    return 0;
}

static inline int close_model(void **state)
{
    tern_model_close(*state);
    return 0;
}

/* ---- a model by hand: ASCII characters are their own class, all others share one --------------------------------- */

#define SMALL_CLASSES 129
#define SMALL_OTHER 128
#define SMALL_COLS (SMALL_CLASSES + 1)
#define SMALL_END (SMALL_COLS - 1) /* column of the end of the text */

static inline void small_chars(char_table *chars)
{
    static uint16_t block[CODE_POINTS / 128], class_of[2 * 128], flags[SMALL_CLASSES];
    static int32_t lower[SMALL_CLASSES];
    for (size_t i = 0; i < CODE_POINTS / 128; i++) block[i] = i > 0;
    for (int c = 0; c < 128; c++) {
        int letter = isalpha(c) ? CHAR_ALPHA | CHAR_CASED : 0;
        class_of[c] = (uint16_t)c;
        class_of[128 + c] = SMALL_OTHER;
        flags[c] = (uint16_t)(letter | (isupper(c) ? CHAR_UPPER : 0) | (islower(c) ? CHAR_LOWER : 0)
                              | (isdigit(c) ? CHAR_DIGIT : 0) | (isspace(c) ? CHAR_SPACE : 0));
        lower[c] = tolower(c) - c;
    }
    *chars = (char_table){block, class_of, flags, lower, SMALL_CLASSES};
}

#define SMALL_STATES 12
#define SMALL_TRACKERS 3

/* States and trackers are numbered by the test; state 0 is dead, tracker 0 the beginning of the text. */
typedef struct small_dfa {
    uint16_t column[SMALL_CLASSES], next[SMALL_STATES][SMALL_COLS], start[SMALL_TRACKERS][2];
    uint16_t tracker[SMALL_TRACKERS][SMALL_COLS];
    uint8_t accept[SMALL_STATES];
} small_dfa;

static inline void edge(small_dfa *d, int from, const char *chars, uint16_t to)
{
    for (; *chars; chars++) d->next[from][(unsigned char)*chars] = to;
}

/* The automaton of d; it points into d. One start state for any text before, unless the test has set d->start. */
static inline dfa small_dfa_bind(small_dfa *d)
{
    for (uint16_t c = 0; c < SMALL_CLASSES; c++) d->column[c] = c;
    int anchored = 1;
    for (int t = 1; t < SMALL_TRACKERS; t++) anchored &= d->start[t][0] == 0;
    return (dfa){.column = d->column,
                 .next = &d->next[0][0],
                 .start = &d->start[0][0],
                 .tracker = &d->tracker[0][0],
                 .accept = d->accept,
                 .cols = SMALL_COLS,
                 .states = SMALL_STATES,
                 .trackers = SMALL_TRACKERS,
                 .anchored = anchored};
}

static inline void start_anywhere(small_dfa *d, uint16_t state)
{
    for (int t = 0; t < SMALL_TRACKERS; t++) d->start[t][0] = d->start[t][1] = state;
}

static inline void start_at_beginning(small_dfa *d, uint16_t state)
{
    d->start[0][0] = d->start[0][1] = state;
    for (int c = 0; c < SMALL_COLS; c++) d->tracker[0][c] = d->tracker[1][c] = 1;
}

static inline uint16_t *small_classes(const char *text, uint16_t *classes)
{
    for (size_t i = 0; text[i]; i++) classes[i] = (unsigned char)text[i];
    return classes;
}

/* A map of the file format, filled in the order of the calls. */
#define SMALL_CAPACITY 64
typedef struct small_map {
    uint64_t slots[SMALL_CAPACITY][2];
} small_map;

static inline map small_map_bind(small_map *m)
{
    for (size_t i = 0; i < SMALL_CAPACITY; i++) m->slots[i][1] = MAP_ABSENT;
    return (map){&m->slots[0][0], SMALL_CAPACITY};
}

static inline void small_map_put(small_map *m, uint64_t key, uint64_t value)
{
    size_t i = key & (SMALL_CAPACITY - 1);
    while (m->slots[i][1] != MAP_ABSENT && m->slots[i][0] != key) i = (i + 1) & (SMALL_CAPACITY - 1);
    m->slots[i][0] = key;
    m->slots[i][1] = value;
}

#endif
