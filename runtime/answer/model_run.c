#include "model_run.h"

static void put_limits(tern_options *options, const handler_settings *settings)
{
    options->max_chars = settings->max_chars;
    options->memory = settings->memory;
    options->interrupt = settings->interrupt;
    options->interrupt_user = settings->interrupt_user;
}

handler_settings model_settings(const handler_settings *settings, const named_model *model)
{
    handler_settings own = *settings;
    own.model = model->model;
    own.components = model->components;
    return own;
}

tern_options model_options(unsigned want, const handler_settings *settings)
{
    tern_options options = {.want = want & tern_model_offers(settings->model), .places = settings->components};
    if (!settings->components) /* to the engine, 0 means its default */
        options.want &= TERN_NORMS;
    options.entity_scores = settings->scores || settings->min_score > 0;
    options.min_score = settings->min_score;
    put_limits(&options, settings);
    return options;
}

tern_options model_sentiment_options(const handler_settings *settings)
{
    tern_options options = sentiment_run_options(settings->model);
    put_limits(&options, settings);
    return options;
}

tern_options redaction_run_options(const redaction_options *options, const handler_settings *settings)
{
    handler_settings own = *settings;
    if (!redaction_needs_entities(options)) own.components = 0;
    tern_options run = model_options(TERN_ENTITIES, &own);
    run.entity_scores = (run.want & TERN_ENTITIES) != 0;
    return run;
}

int model_run(tern_ctx *ctx, const run_input *input, const tern_options *options, const handler_settings *settings,
              const tern_doc **doc, response *out)
{
    tern_error err;
    if (!input->words && !tern_model_has_tokenizer(settings->model))
        return respond_bad_request(out, "the model has no tokenizer: instead of a text, send its words, {\"tokens\": "
                                        "[\"...\", ...], \"spaces\": [true, ...]} (to the command tern pipe)");
    tern_status status = input->words ? tern_run_words(ctx, input->words, options, doc, &err)
                                      : tern_run(ctx, input->text, input->len, options, doc, &err);
    return status ? respond_engine_error(out, &err, settings->max_chars) : 0;
}

run_input text_of_run(const run_input *input, const tern_doc *doc)
{
    run_input text = *input;
    if (input->words) tern_doc_text(doc, &text.text, &text.len);
    return text;
}
