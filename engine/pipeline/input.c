#include "input.h"

#include "error.h"
#include "given_words.h"
#include "lexeme.h"
#include "places.h"

static size_t max_chars(const tern_options *options)
{
    return options->max_chars && options->max_chars < TERN_MAX_CHARS ? options->max_chars : TERN_MAX_CHARS;
}

tern_status tokens_of_text(tern_ctx *ctx, const char *text, size_t len, const tern_options *options, tern_error *err)
{
    if (!tern_model_has_tokenizer(ctx->model))
        return fail(err, TERN_E_UNSUPPORTED, 0,
                    "the model has no tokenizer, it was converted without: cut the text into words and give them to "
                    "tern_run_words");
    tern_status status = text_decode(ctx->model, text, len, max_chars(options), &ctx->tokenizer, &ctx->text, err);
    return status ? status : tokenize(&ctx->doc, &ctx->text, &ctx->tokenizer, err);
}

tern_status tokens_of_words(tern_ctx *ctx, const tern_words *words, const tern_options *options, tern_error *err)
{
    tern_doc *doc = &ctx->doc;
    const size_t most = max_chars(options);
    tern_status status = given_words_join(doc, words, most, &ctx->text, err);
    const char *text = doc->given_bytes ? doc->given_text.data : "";
    if (!status) status = text_decode(ctx->model, text, doc->given_bytes, most, &ctx->tokenizer, &ctx->text, err);
    return status ? status : given_words_cut(doc, words, &ctx->text, err);
}

static int some_ruler_tests_lower(const tern_model *model, place_set run)
{
    for (place_set left = run & model->of_factory[COMPONENT_ATTRIBUTE_RULER]; left; left &= left - 1)
        if (model->component[first_place(left)].ruler.tests_lower) return 1;
    return 0;
}

int token_features(tern_ctx *ctx, place_set run)
{
    const int with_lower = some_ruler_tests_lower(ctx->model, run) || ctx->model->encoder_attrs >> ATTR_LOWER & 1
                           || ctx->model->pattern_attrs >> PATTERN_LOWER & 1;
    return lexeme_features(&ctx->doc, &ctx->text, with_lower, &ctx->lexeme);
}
