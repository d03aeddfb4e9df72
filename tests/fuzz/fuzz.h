/* fuzz.h - what the libFuzzer targets share: loading the committed models, and checks that stay whatever NDEBUG
 * says. */
#ifndef TERN_FUZZ_H
#define TERN_FUZZ_H

#include "json_in.h"
#include "models.h"
#include "tern.h"

#include <stdio.h>
#include <stdlib.h>

#define REQUIRE(condition)                                                                                             \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);                                  \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

/* libFuzzer's entry points. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A context of a model of this repository (path relative to its root); both live until the process ends. model may be
 * NULL. */
tern_ctx *fuzz_context(const char *path, tern_model **model);

/* The tiny models, "tiny" for entities and "mood" for sentiment, and contexts for them; until the process ends. */
void fuzz_models(model_set *models, model_contexts *contexts);

/* These bytes are JSON. */
void fuzz_require_json(const char *data, size_t len);

/* The tokens cover the text without a gap, in all three units; entities lie on them in order, without overlap. */
void fuzz_check_doc(const tern_doc *doc, const char *text, size_t len);

#endif
