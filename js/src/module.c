/* module.c - the engine as a WebAssembly module: the functions that its loader calls (lib/engine.mjs). Addresses are
 * those of the module's memory. A function that can fail gives 0, and last_error says why. Texts are UTF-8. */
#include <stdlib.h>
#include <string.h>

#include "packed_doc.h"
#include "problem.h"
#include "sentiment.h"
#include "tern.h"

#define EXPORT(name) __attribute__((export_name(#name), used)) name

/* Asked now and then while a text runs: anything but 0 ends the run. */
__attribute__((import_module("js"), import_name("interrupted"))) int js_interrupted(void);

static tern_error last;

static int interrupted(void *unused)
{
    (void)unused;
    return js_interrupted();
}

/* code, position, message: uint32_t, uint32_t, bytes that end with NUL. */
const tern_error *EXPORT(last_error)(void) { return &last; }

/* ---- memory ------------------------------------------------------------------------------------------------------ */

/* For a model's file, which the engine wants at a multiple of 64. */
void *EXPORT(take)(size_t size) { return size > SIZE_MAX - 64 ? NULL : aligned_alloc(64, (size + 63) / 64 * 64); }

void EXPORT(give_back)(void *memory) { free(memory); }

/* ---- models ------------------------------------------------------------------------------------------------------ */

/* Takes the bytes, which stay as they are until the model is closed. */
tern_model *EXPORT(open_model)(const void *bytes, size_t size)
{
    tern_model *model;
    return tern_model_open_memory(bytes, size, &model, &last) ? NULL : model;
}

/* 1 if every section's checksum is right. */
int EXPORT(verify_model)(const tern_model *model) { return tern_model_verify(model, &last) == TERN_OK; }

void EXPORT(close_model)(tern_model *model) { tern_model_close(model); }

tern_ctx *EXPORT(new_context)(const tern_model *model)
{
    tern_ctx *ctx;
    return tern_ctx_new(model, &ctx, &last) ? NULL : ctx;
}

void EXPORT(free_context)(tern_ctx *ctx) { tern_ctx_free(ctx); }

/* What a model is: text with its length. */
typedef struct description {
    const char *meta;
    uint32_t meta_length, offers, components, has_tokenizer;
} description;

const description *EXPORT(describe)(const tern_model *model)
{
    static description of;
    size_t length = 0;
    tern_model_meta(model, &of.meta, &length);
    of.meta_length = (uint32_t)length;
    of.offers = tern_model_offers(model);
    of.components = (uint32_t)tern_model_component_count(model);
    of.has_tokenizer = (uint32_t)tern_model_has_tokenizer(model);
    return &of;
}

const tern_component *EXPORT(component)(const tern_model *model, size_t place)
{
    static tern_component of;
    return tern_model_component(model, place, &of) ? NULL : &of;
}

/* ---- running ----------------------------------------------------------------------------------------------------- */

static tern_options options_of(unsigned want, uint32_t low_places, uint32_t high_places)
{
    return (tern_options){
        .want = want, .places = (uint64_t)high_places << 32 | low_places, .entity_scores = 1, .interrupt = interrupted};
}

/* The document, packed. want: TERN_*; places: 0 for those of the pipeline. */
const uint32_t *EXPORT(run)(tern_ctx *ctx, const char *text, size_t length, unsigned want, uint32_t low_places,
                            uint32_t high_places, int with_tokens)
{
    const tern_options options = options_of(want, low_places, high_places);
    const tern_doc *doc;
    if (tern_run(ctx, text, length, &options, &doc, &last)) return NULL;
    const uint32_t *packed = pack_doc(doc, with_tokens);
    if (!packed) last = (tern_error){.code = TERN_E_MEMORY, .msg = "out of memory for the document"};
    return packed;
}

/* Of texts that run is going to get, one behind the other in memory: how many have been looked at (tern_run_ahead). */
size_t EXPORT(run_ahead)(tern_ctx *ctx, const char *texts, const size_t *lengths, size_t count, unsigned want,
                         uint32_t low_places, uint32_t high_places)
{
    const tern_options options = options_of(want, low_places, high_places);
    const char *text[TERN_AHEAD_TEXTS];
    if (count > TERN_AHEAD_TEXTS) count = TERN_AHEAD_TEXTS;
    for (size_t i = 0; i < count; texts += lengths[i++]) text[i] = texts;
    return tern_run_ahead(ctx, text, lengths, count, &options);
}

/* ---- sentiment --------------------------------------------------------------------------------------------------- */

/* Which categories of the module's sentiment model are which class, or why it is none: found once. */
static sentiment_labels labels;
static problem why_not;

/* 1 if it is a sentiment model, for run_sentiment. */
int EXPORT(is_sentiment_model)(const tern_model *model)
{
    return sentiment_find_labels(model, &labels, &why_not) == TERN_OK;
}

/* Scores by sentiment_class. After is_sentiment_model, whatever that said. */
const double *EXPORT(run_sentiment)(const tern_model *model, tern_ctx *ctx, const char *text, size_t length)
{
    static sentiment of;
    tern_options options = sentiment_run_options(model);
    options.interrupt = interrupted;
    const tern_doc *doc;
    if (*why_not.text) {
        last = (tern_error){.code = TERN_E_UNSUPPORTED};
        strncpy(last.msg, why_not.text, sizeof last.msg - 1);
        return NULL;
    }
    if (tern_run(ctx, text, length, &options, &doc, &last)) return NULL;
    of = sentiment_of_doc(doc, &labels);
    return of.score;
}
