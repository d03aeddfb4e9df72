/* pipeline.c - one run: tern_run and tern_run_words. */
#include "ahead.h"
#include "ctx.h"
#include "error.h"
#include "input.h"
#include "preset_entities.h"
#include "readers.h"
#include "sentence_cats.h"
#include "turns.h"
#include "wanted.h"

#include <string.h>

static tern_status preset_sentence_starts(tern_doc *doc, const tern_options *options, tern_error *err)
{
    if (!options->sent_starts) return TERN_OK;
    if (options->sent_start_count != doc->token_count)
        return fail(err, TERN_E_ARGUMENT, 0, "tern_run: %zu preset sentence starts for %zu tokens",
                    options->sent_start_count, doc->token_count);
    if (doc->token_count) memcpy(doc->sent_start, options->sent_starts, doc->token_count);
    return TERN_OK;
}

/* Encoders whose rows are to be in doc->tensor: the last one of the run, where spaCy leaves them in Doc.tensor, and
 * those that somebody reads once the tokens are others. */
static void choose_tensor(tern_ctx *ctx, int gives, place_set run)
{
    const place_set encoders = run & ctx->model->of_factory[COMPONENT_TOK2VEC];
    ctx->kept = 0;
    for (place_set left = encoders; left; left &= left - 1)
        if (late_listeners(ctx->model, first_place(left), run)) ctx->kept |= AT_PLACE(first_place(left));
    if (!gives) return;
    const uint32_t last = last_place(encoders);
    ctx->kept |= AT_PLACE(last);
    ctx->doc.tensor_width = ctx->model->component[last].width;
}

/* What a document is made of. words NULL: of the text. */
typedef struct run_input {
    const char *text;
    size_t len;
    const tern_words *words;
} run_input;

static tern_status annotate(tern_ctx *ctx, place_set run, tern_error *err)
{
    tern_status status = check_widths(ctx->model, run, err);
    if (!status) status = check_retokenizers(ctx->model, run, err);
    if (status) return status;
    return token_features(ctx, run) ? doc_gave_up(&ctx->doc, err) : run_in_order(ctx, run, err);
}

static tern_status find_noun_chunks(tern_ctx *ctx, tern_error *err)
{
    int found;
    if (noun_chunks_find(&ctx->doc, &ctx->noun_chunks, &found)) return doc_gave_up(&ctx->doc, err);
    if (found) ctx->doc.annotations |= TERN_NOUN_CHUNKS;
    return TERN_OK;
}

static tern_status run_components(tern_ctx *ctx, const run_input *input, const tern_options *options, tern_error *err)
{
    tern_doc *doc = &ctx->doc;
    if (interrupted(doc->interruption)) return fail_interrupted(err);
    doc->entity_scores = options->entity_scores;
    tern_status status = input->words ? tokens_of_words(ctx, input->words, options, err)
                                      : tokens_of_text(ctx, input->text, input->len, options, err);
    ctx_end_of_tokenizer(ctx);
    if (!status) status = preset_sentence_starts(doc, options, err);
    if (status) return status;
    if (doc_reserve_annotations(doc, doc->token_count)) return doc_gave_up(doc, err);
    doc_clear_annotations(doc);
    if ((status = preset_entities(doc, options, err))) return status;
    if (options->want & TERN_NORMS && lexeme_norms(doc, &ctx->text, &ctx->lexeme)) return doc_gave_up(doc, err);
    place_set run = components_to_run(ctx->model, options);
    if (!input->words) ahead_begin_run(ctx, run);
    const int gives = gives_tensor(ctx->model, options->want, run);
    choose_tensor(ctx, gives, run);
    /* classifiers say 0 of each label, groups of spans are empty; nothing else says anything */
    if (!doc->token_count) run &= places_of(ctx->model, TERN_TEXTCATS | TERN_SPAN_MAKERS | TERN_SPAN_RULER);
    if (run) status = annotate(ctx, run, err);
    if (options->min_score > 0) doc_drop_entities(doc, options->min_score);
    if (!status && doc_finish(doc)) status = doc_gave_up(&ctx->doc, err);
    if (!status && options->want & TERN_NOUN_CHUNKS) status = find_noun_chunks(ctx, err);
    ctx->kept = 0; /* the rows of the whole document */
    if (!gives) doc_forget_tensor(doc);
    if (!status && options->sentence_cats) status = classify_sentences(ctx, run, err);
    return status;
}

static tern_status beyond_limit(const tern_ctx *ctx, size_t limit, tern_error *err)
{
    return fail(err, TERN_E_MEMORY_LIMIT, ctx->text.length,
                "this text of %zu characters needs more memory than the %zu bytes that a run "
                "may take here; send a shorter text or allow more",
                ctx->text.length, limit);
}

/* out and all of the input are there. */
static tern_status run_on(tern_ctx *ctx, const run_input *input, const tern_options *options, const tern_doc **out,
                          tern_error *err)
{
    tern_options everything = {.want = tern_model_offers(ctx->model)};
    if (!options) options = &everything;
    tern_ctx_trim(ctx);
    interruption stop = {.ask = options->interrupt, .user = options->interrupt_user};
    ctx_begin_run(ctx, &stop, options->memory);
    tern_status status = check_options(ctx, options, err);
    if (!status) status = run_components(ctx, input, options, err);
    if (!status) *out = &ctx->doc;
    ctx_end_run(ctx);
    return status == TERN_E_MEMORY && ctx->memory.refused ? beyond_limit(ctx, options->memory, err) : status;
}

tern_status tern_run(tern_ctx *ctx, const char *text, size_t len, const tern_options *options, const tern_doc **out,
                     tern_error *err)
{
    if (!out) return fail(err, TERN_E_ARGUMENT, 0, "tern_run: out is NULL");
    *out = NULL;
    if (!ctx || (!text && len)) return fail(err, TERN_E_ARGUMENT, 0, "tern_run: ctx or text is NULL");
    const run_input input = {.text = text ? text : "", .len = len};
    return run_on(ctx, &input, options, out, err);
}

tern_status tern_run_words(tern_ctx *ctx, const tern_words *words, const tern_options *options, const tern_doc **out,
                           tern_error *err)
{
    if (!out) return fail(err, TERN_E_ARGUMENT, 0, "tern_run_words: out is NULL");
    *out = NULL;
    if (!ctx || !words) return fail(err, TERN_E_ARGUMENT, 0, "tern_run_words: ctx or words is NULL");
    const run_input input = {.words = words};
    return run_on(ctx, &input, options, out, err);
}
