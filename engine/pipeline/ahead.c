#include "ahead.h"

#include <string.h>

#include "input.h"
#include "readers.h"
#include "wanted.h"

/* ---- which encoders ---------------------------------------------------------------------------------------------- */

/* Those whose rows depend on the text alone, and that somebody reads. */
static place_set encoders_of(const tern_model *model, place_set run)
{
    place_set found = 0;
    for (place_set left = run; left; left &= left - 1) {
        const uint32_t place = first_place(left);
        const component_model *c = &model->component[place];
        if (TERN_RETOKENIZERS >> c->factory & 1) break;
        if (!tok2vec_joins(&c->encoder) || c->encoder.reads) continue;
        if (c->factory != COMPONENT_TOK2VEC || listeners_of(model, place, run)) found |= AT_PLACE(place);
    }
    return found;
}

/* The most rows of padding that one of them needs. */
static size_t reach_of(const tern_model *model, place_set encoders)
{
    size_t most = 0;
    for (; encoders; encoders &= encoders - 1) {
        const size_t reach = tok2vec_reach(&model->component[first_place(encoders)].encoder);
        if (reach > most) most = reach;
    }
    return most;
}

/* ---- texts -> rows ----------------------------------------------------------------------------------------------- */

static int keep_text(texts_ahead *ahead, const char *text, size_t len)
{
    const size_t begin = ahead->byte_start[ahead->count];
    if (buffer_reserve(&ahead->bytes, begin + len + 1, 1)) return -1;
    if (len) memcpy((char *)ahead->bytes.data + begin, text, len);
    ahead->byte_start[ahead->count + 1] = begin + len;
    return 0;
}

/* Cuts the next text into tokens and gives them to the encoders. -1 if it cannot join the others. */
static int join_text(tern_ctx *ctx, const char *text, size_t len, const tern_options *options, size_t reach)
{
    texts_ahead *ahead = &ctx->ahead;
    const size_t before = ahead->start[ahead->count], padding = (ahead->count + 2) * reach;
    if (len > TERN_AHEAD_BYTES || tokens_of_text(ctx, text, len, options, NULL)) return -1;
    if (before + ctx->doc.token_count + padding > AHEAD_ROWS) return -1;
    if (token_features(ctx, ahead->run) || keep_text(ahead, text, len)) return -1;
    for (place_set left = ahead->encoders; left; left &= left - 1) {
        const uint32_t place = first_place(left);
        if (tok2vec_join(&ctx->model->component[place].encoder, &ctx->doc, ahead->start, ahead->count,
                         &ctx->component[place].encoder))
            return -1;
    }
    ahead->start[++ahead->count] = before + ctx->doc.token_count;
    return 0;
}

/* 0, or -1 if interrupted. */
static int run_encoders(tern_ctx *ctx)
{
    const texts_ahead *ahead = &ctx->ahead;
    for (place_set left = ahead->encoders; left; left &= left - 1) {
        const uint32_t place = first_place(left);
        if (tok2vec_run_joint(&ctx->model->component[place].encoder, ahead->start, ahead->count, ctx->doc.interruption,
                              &ctx->component[place].encoder))
            return -1;
    }
    return 0;
}

/* The rows of a text that no other could join are kept, too: its run need not make them again. */
static void encode_ahead(tern_ctx *ctx, const char *const *texts, const size_t *lengths, size_t count,
                         const tern_options *options)
{
    texts_ahead *ahead = &ctx->ahead;
    const size_t reach = reach_of(ctx->model, ahead->encoders);
    if (count > TERN_AHEAD_TEXTS) count = TERN_AHEAD_TEXTS;
    while (ahead->count < count)
        if (join_text(ctx, texts[ahead->count], lengths[ahead->count], options, reach)) break;
    if (!ahead->count || run_encoders(ctx)) ahead->count = 0;
}

size_t tern_run_ahead(tern_ctx *ctx, const char *const *texts, const size_t *lengths, size_t count,
                      const tern_options *options)
{
    if (!ctx || !texts || !lengths) return 0;
    const tern_options everything = {.want = tern_model_offers(ctx->model)};
    if (!options) options = &everything;
    interruption stop = {.ask = options->interrupt, .user = options->interrupt_user};
    texts_ahead *ahead = &ctx->ahead;
    tern_ctx_trim(ctx);
    ahead->count = ahead->next = 0;
    if (count < 2 || !tern_model_has_tokenizer(ctx->model) || check_options(ctx, options, NULL)) return 0;
    ahead->run = components_to_run(ctx->model, options);
    ahead->encoders = encoders_of(ctx->model, ahead->run);
    if (!ahead->encoders) return 0;
    ctx_begin_run(ctx, &stop, options->memory);
    encode_ahead(ctx, texts, lengths, count, options);
    ctx_end_run(ctx);
    return ahead->count > 1 ? ahead->count : 0;
}

/* ---- rows -> runs ------------------------------------------------------------------------------------------------ */

static int is_next(const texts_ahead *ahead, const text_view *text, place_set run)
{
    const size_t begin = ahead->byte_start[ahead->next], bytes = ahead->byte_start[ahead->next + 1] - begin;
    return run == ahead->run && bytes == text->byte_count
           && (!bytes || !memcmp((char *)ahead->bytes.data + begin, text->bytes, bytes));
}

void ahead_begin_run(tern_ctx *ctx, place_set run)
{
    texts_ahead *ahead = &ctx->ahead;
    if (ahead->next == ahead->count) return;
    ahead->is_current = is_next(ahead, &ctx->text, run);
    if (ahead->is_current) ahead->next++;
    else ahead->count = ahead->next = 0;
}

const float *ahead_rows(const tern_ctx *ctx, uint32_t encoder, size_t begin)
{
    const texts_ahead *ahead = &ctx->ahead;
    if (!ahead->is_current || ctx->in_sentence || !(ahead->encoders & AT_PLACE(encoder))) return NULL;
    const tok2vec_weights *w = &ctx->model->component[encoder].encoder;
    const float *rows = ctx->component[encoder].encoder.joint.data;
    return rows + (tok2vec_joint_row(w, ahead->start, ahead->next - 1) + begin) * w->width;
}
