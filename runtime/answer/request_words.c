#include "request_words.h"

#include <stdio.h>
#include <stdlib.h>

#include "request.h"

#define BAD_REQUEST 400
#define NO_MEMORY 500

static int no_memory(problem *why) { return problem_set(why, NO_MEMORY, "out of memory"); }

static int reserve(request_words *w, size_t count, int with_spaces)
{
    w->word = calloc(count + 1, sizeof *w->word);
    w->length = calloc(count + 1, sizeof *w->length);
    w->space = with_spaces ? calloc(count + 1, 1) : NULL;
    return w->word && w->length && (w->space || !with_spaces) ? 0 : -1;
}

/* Appends word number i to the text. */
static int read_word(const json_node *node, size_t i, bytes *word, request_words *w, problem *why)
{
    char name[48];
    snprintf(name, sizeof name, "\"tokens\"[%zu]", i);
    int status = request_text(node, name, word, why);
    if (status) return status;
    if (!word->len) return problem_set(why, BAD_REQUEST, "%s is empty: leave it out", name);
    w->length[i] = word->len;
    bytes_append(&w->text, word->data, word->len);
    return w->text.failed ? no_memory(why) : 0;
}

static int read_words(const json_node *tokens, request_words *w, problem *why)
{
    bytes word = {0};
    size_t i = 0;
    int status = 0;
    for (const json_node *n = json_first(tokens); n && !status; n = json_next(n), i++)
        status = read_word(n, i, &word, w, why);
    bytes_free(&word);
    const char *at = w->text.data; /* it moves no more */
    for (size_t k = 0; k < i && !status; at += w->length[k++]) w->word[k] = at;
    return status;
}

static int read_spaces(const json_node *spaces, request_words *w, problem *why)
{
    size_t i = 0;
    for (const json_node *n = json_first(spaces); n; n = json_next(n), i++) {
        if (json_type_of(n) != JSON_BOOL)
            return problem_set(why, BAD_REQUEST, "\"spaces\"[%zu] must be true or false, not %s", i,
                               json_type_name(json_type_of(n)));
        w->space[i] = (unsigned char)json_is_true(n);
    }
    return 0;
}

static int check_arrays(const json_node *tokens, const json_node *spaces, problem *why)
{
    if (json_type_of(tokens) != JSON_ARRAY)
        return problem_set(why, BAD_REQUEST, "\"tokens\" must be an array of strings, not %s",
                           json_type_name(json_type_of(tokens)));
    if (!spaces) return 0;
    if (json_type_of(spaces) != JSON_ARRAY)
        return problem_set(why, BAD_REQUEST, "\"spaces\" must be an array of true and false, not %s",
                           json_type_name(json_type_of(spaces)));
    if (json_array_size(tokens) == json_array_size(spaces)) return 0;
    return problem_set(why, BAD_REQUEST, "\"tokens\" has %zu items and \"spaces\" %zu: send one for each token",
                       json_array_size(tokens), json_array_size(spaces));
}

int request_words_read(const json_node *tokens, const json_node *spaces, request_words *out, problem *why)
{
    if (json_type_of(spaces) == JSON_NULL) spaces = NULL;
    int status = check_arrays(tokens, spaces, why);
    if (status) return status;
    const size_t count = json_array_size(tokens);
    if (reserve(out, count, spaces != NULL)) return no_memory(why);
    status = read_words(tokens, out, why);
    if (!status) status = read_spaces(spaces, out, why);
    out->words = (tern_words){.count = count, .words = out->word, .lengths = out->length, .spaces = out->space};
    return status;
}

void request_words_free(request_words *words)
{
    bytes_free(&words->text);
    free(words->word);
    free(words->length);
    free(words->space);
    *words = (request_words){0};
}
