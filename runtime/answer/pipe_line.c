#include "pipe_line.h"

#include "doc_json.h"
#include "request_words.h"

/* What a line holds; memory: its own. */
typedef struct pipe_line {
    bytes text;
    request_words given;
    int of_words;
} pipe_line;

/* A member that has a value. */
static const json_node *with_value(const json_node *root, const char *key)
{
    const json_node *member = json_member(root, key);
    return json_type_of(member) == JSON_NULL ? NULL : member;
}

/* The tokens that Doc.to_json() writes beside the text: what they say comes from the text again. */
static int are_answers(const json_node *tokens)
{
    const json_node *first = json_first(tokens);
    return json_type_of(tokens) == JSON_ARRAY && (!first || json_type_of(first) == JSON_OBJECT);
}

/* Text or words of a line, which may be empty. 0; or 400 or 500 with a sentence in why. */
static int read_members(const json_node *root, pipe_line *line, problem *why)
{
    const json_node *text = json_member(root, "text"), *spaces = with_value(root, "spaces");
    const json_node *tokens = text ? with_value(root, "tokens") : json_member(root, "tokens");
    if (json_type_of(root) != JSON_OBJECT)
        return problem_set(why, 400, "expected an object like {\"text\": \"...\"}, not %s",
                           json_type_name(json_type_of(root)));
    int status = request_check_names(root, why);
    if (status) return status;
    if (text && are_answers(tokens)) tokens = NULL;
    line->of_words = tokens != NULL;
    if (text && tokens) return request_both("\"text\"", "\"tokens\"", why);
    if (tokens) return request_words_read(tokens, spaces, &line->given, why);
    if (!text) return problem_set(why, 400, "\"text\" is missing: send {\"text\": \"...\"} (keys are case-sensitive)");
    return spaces ? request_spaces_alone(why) : request_text(text, "\"text\"", &line->text, why);
}

/* 0 or -1. */
static int read_line(const json_node *root, pipe_line *line, response *out)
{
    problem why;
    int status = read_members(root, line, &why);
    if (status) respond_refusal(out, status, why.text);
    return status ? -1 : 0;
}

void handle_pipe(tern_ctx *ctx, const char *line, size_t len, const handler_settings *settings, response *out)
{
    pipe_line read = {.text = {0}};
    const tern_doc *result;
    const unsigned want = (TERN_EVERYTHING & ~(unsigned)(TERN_NORMS | TERN_NOUN_CHUNKS)) | settings->besides;
    json_doc *doc = response_parse(out, line, len);
    if (!doc) return;
    int failed = read_line(json_root(doc), &read, out);
    json_free(doc);
    const tern_options options = model_options(want, settings);
    const run_input input = {
        .text = read.text.data, .len = read.text.len, .words = read.of_words ? &read.given.words : NULL};
    if (!failed && !model_run(ctx, &input, &options, settings, &result, out)) {
        const run_input text = text_of_run(&input, result);
        response_begin(out);
        out->tokens = tern_doc_token_count(result);
        out->entities = tern_doc_entity_count(result);
        doc_json(&out->body, text.text, text.len, result);
        response_end(out);
    }
    bytes_free(&read.text);
    request_words_free(&read.given);
}
