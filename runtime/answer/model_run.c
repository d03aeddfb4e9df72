#include "model_run.h"

static void put_limits(tern_options *options, const handler_settings *settings)
{
    options->max_chars = settings->max_chars;
    options->memory = settings->memory;
    options->interrupt = settings->interrupt;
    options->interrupt_user = settings->interrupt_user;
}

/* options: the limits are put in here. */
static int run(tern_ctx *ctx, const run_input *input, tern_options *options, const handler_settings *settings,
               const tern_doc **doc, response *out)
{
    tern_error err;
    put_limits(options, settings);
    if (!input->words && !tern_model_has_tokenizer(settings->model))
        return respond_bad_request(out, "the model has no tokenizer: instead of a text, send its words, {\"tokens\": "
                                        "[\"...\", ...], \"spaces\": [true, ...]} (to the command tern pipe)");
    tern_status status = input->words ? tern_run_words(ctx, input->words, options, doc, &err)
                                      : tern_run(ctx, input->text, input->len, options, doc, &err);
    return status ? respond_engine_error(out, &err, settings->max_chars) : 0;
}

static tern_options options_for(unsigned want, const handler_settings *settings)
{
    tern_options options = {.want = want & tern_model_offers(settings->model), .places = settings->components};
    if (!settings->components) /* to the engine, 0 means its default */
        options.want &= TERN_NORMS;
    return options;
}

int model_run(tern_ctx *ctx, const run_input *input, unsigned want, const handler_settings *settings,
              const tern_doc **doc, response *out)
{
    tern_options options = options_for(want, settings);
    return run(ctx, input, &options, settings, doc, out);
}

int model_run_sentiment(tern_ctx *ctx, const run_input *input, const handler_settings *settings, const tern_doc **doc,
                        response *out)
{
    tern_options options = sentiment_run_options(settings->model);
    return run(ctx, input, &options, settings, doc, out);
}

size_t model_run_ahead(tern_ctx *ctx, const next_texts *next, unsigned want, const handler_settings *settings)
{
    tern_options options = options_for(want, settings);
    put_limits(&options, settings);
    return tern_run_ahead(ctx, next->texts, next->lengths, next->count, &options);
}

size_t model_run_sentiment_ahead(tern_ctx *ctx, const next_texts *next, const handler_settings *settings)
{
    tern_options options = sentiment_run_options(settings->model);
    put_limits(&options, settings);
    return tern_run_ahead(ctx, next->texts, next->lengths, next->count, &options);
}

run_input text_of_run(const run_input *input, const tern_doc *doc)
{
    run_input text = *input;
    if (input->words) tern_doc_text(doc, &text.text, &text.len);
    return text;
}
