#include "text_answer.h"

#include "json_out.h"

/* All members of an entity or of a span of a group; the object is left open. */
static void write_labelled(bytes *out, const char *text, const tern_span *span, const char *label,
                           const request_options *options)
{
    offset_pair offsets = offsets_of(span, options->offsets);
    bytes_text(out, "{\"text\": ");
    json_out_string(out, text + span->byte_start, span->byte_end - span->byte_start);
    bytes_text(out, ", \"label\": ");
    json_out_cstring(out, label);
    const int is_spacy = options->format == FORMAT_SPACY;
    bytes_text(out, is_spacy ? ", \"start_char\": " : ", \"start\": ");
    json_out_size(out, offsets.start);
    bytes_text(out, is_spacy ? ", \"end_char\": " : ", \"end\": ");
    json_out_size(out, offsets.end);
}

int text_answer_is_over(const responder *by, response *out)
{
    return response_is_over(out, &by->settings->answer, by->before);
}

void text_answer_end(const responder *by, response *out)
{
    response_end(out);
    if (out->status == 200 && text_answer_is_over(by, out)) respond_too_large(out, &by->settings->answer);
}

tern_options text_answer_options(const responder *by)
{
    handler_settings own = *by->settings;
    if (by->task == TASK_SENTIMENT) return model_sentiment_options(&own);
    own.components = by->options->components;
    if (by->task == TASK_REDACT) return redaction_run_options(&by->options->redaction, &own);
    own.scores = by->options->scores;
    own.min_score = by->options->min_score;
    return model_options(TERN_ENTITIES | (by->options->spans ? (unsigned)TERN_SPANS : 0)
                             | (by->options->noun_chunks ? (unsigned)TERN_NOUN_CHUNKS : 0),
                         &own);
}

static void write_group(const responder *by, const char *text, const tern_doc *doc, size_t group, response *out)
{
    tern_span_group of;
    tern_group_span span;
    tern_doc_span_group(doc, group, &of);
    for (size_t i = 0; !tern_doc_group_span(doc, group, i, &span) && !text_answer_is_over(by, out); i++) {
        if (i) bytes_text(&out->body, ", ");
        write_labelled(&out->body, text, &span.span, span.label, by->options);
        if (of.has_scores) {
            bytes_text(&out->body, ", \"score\": ");
            json_out_double(&out->body, span.score);
        }
        bytes_text(&out->body, "}");
    }
}

/* Doc.spans: an array for each key. */
static void write_spans(const responder *by, const char *text, const tern_doc *doc, response *out)
{
    tern_span_group group;
    bytes_text(&out->body, ", \"spans\": {");
    for (size_t g = 0; !tern_doc_span_group(doc, g, &group) && !text_answer_is_over(by, out); g++) {
        if (g) bytes_text(&out->body, ", ");
        json_out_cstring(&out->body, group.key);
        bytes_text(&out->body, ": [");
        write_group(by, text, doc, g, out);
        bytes_text(&out->body, "]");
    }
    bytes_text(&out->body, "}");
}

static void write_noun_chunks(const responder *by, const char *text, const tern_doc *doc, response *out)
{
    tern_noun_chunk chunk;
    bytes_text(&out->body, ", \"noun_chunks\": [");
    for (size_t i = 0; !tern_doc_noun_chunk(doc, i, &chunk) && !text_answer_is_over(by, out); i++) {
        if (i) bytes_text(&out->body, ", ");
        write_labelled(&out->body, text, &chunk.span, "NP", by->options);
        bytes_text(&out->body, "}");
    }
    bytes_text(&out->body, "]");
}

static void write_entities(const responder *by, const char *text, const tern_doc *doc, response *out)
{
    bytes_text(&out->body, "{\"entities\": [");
    for (size_t i = 0; i < out->entities && !text_answer_is_over(by, out); i++) {
        tern_entity entity;
        if (tern_doc_entity(doc, i, &entity)) break;
        if (i) bytes_text(&out->body, ", ");
        write_labelled(&out->body, text, &entity.span, entity.label, by->options);
        if (by->options->scores) {
            bytes_text(&out->body, ", \"score\": ");
            json_out_score(&out->body, entity.score);
        }
        bytes_text(&out->body, "}");
    }
    bytes_text(&out->body, "]");
    if (by->options->spans) write_spans(by, text, doc, out);
    if (by->options->noun_chunks) write_noun_chunks(by, text, doc, out);
    bytes_text(&out->body, "}");
}

typedef struct writing {
    const responder *by;
    response *out;
} writing;

/* sentiment_options.interrupt */
static int ends_writing(void *user)
{
    const writing *w = user;
    const handler_settings *settings = w->by->settings;
    return text_answer_is_over(w->by, w->out) || (settings->interrupt && settings->interrupt(settings->interrupt_user));
}

static void write_sentiments(const responder *by, const char *text, const tern_doc *doc, response *out)
{
    static const tern_error interrupted = {.code = TERN_E_INTERRUPTED};
    sentiment_options options = by->options->sentiment;
    writing w = {.by = by, .out = out};
    options.interrupt = ends_writing;
    options.interrupt_user = &w;
    if (sentiment_json(&out->body, text, doc, by->labels, &options, by->options->offsets)
        && !text_answer_is_over(by, out))
        respond_engine_error(out, &interrupted, by->settings->max_chars);
}

static void write_redaction(const responder *by, const run_input *run, const tern_doc *doc, response *out)
{
    bytes_text(&out->body, "{");
    out->entities =
        redaction_json(run->text, run->len, doc, &by->options->redaction, by->options->offsets, "text", &out->body);
    bytes_text(&out->body, "}");
}

void text_answer(const responder *by, const run_input *input, response *out)
{
    const tern_options options = text_answer_options(by);
    const tern_doc *doc;
    if (model_run(by->ctx, input, &options, by->settings, &doc, out)) return;
    const run_input run = text_of_run(input, doc);
    response_begin(out);
    out->tokens = tern_doc_token_count(doc);
    out->entities = tern_doc_entity_count(doc);
    if (by->task == TASK_SENTIMENT) write_sentiments(by, run.text, doc, out);
    else if (by->task == TASK_REDACT) write_redaction(by, &run, doc, out);
    else write_entities(by, run.text, doc, out);
    tern_ctx_trim(by->ctx);
    text_answer_end(by, out);
}
