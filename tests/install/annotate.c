/* annotate.c - an example of the C API beyond entities: every field of every token, and the sentences.
 *
 *     annotate MODEL < TEXT
 *
 * A line for each sentence: "sentence", its tokens (half open), its text. A line for each token: its place in code
 * points, bytes and UTF-16 units, its text, whether a space follows, whether it begins a sentence, tag, pos, morph,
 * lemma, dep, head. */
#include <stdio.h>
#include <stdlib.h>

#include "tern.h"

/* Some text; a longer one needs a larger buffer, not other calls. */
#define MAX_TEXT 65536

static void print_piece(const char *text, const tern_span *span)
{
    putchar('\t');
    fwrite(text + span->byte_start, 1, span->byte_end - span->byte_start, stdout);
}

static void print_sentences(const tern_doc *doc, const char *text)
{
    for (size_t i = 0; i < tern_doc_sentence_count(doc); i++) {
        tern_sentence s;
        tern_doc_sentence(doc, i, &s);
        printf("sentence\t%zu\t%zu", s.token_start, s.token_end);
        print_piece(text, &s.span);
        putchar('\n');
    }
}

static void print_tokens(const tern_doc *doc, const char *text)
{
    for (size_t i = 0; i < tern_doc_token_count(doc); i++) {
        tern_token t;
        tern_doc_token(doc, i, &t);
        printf("%zu\t%zu\t%zu\t%zu\t%zu\t%zu", t.span.char_start, t.span.char_end, t.span.byte_start, t.span.byte_end,
               t.span.utf16_start, t.span.utf16_end);
        print_piece(text, &t.span);
        printf("\t%d\t%d\t%s\t%s\t%s\t", t.space, t.sent_start, t.tag, t.pos, t.morph);
        fwrite(t.lemma, 1, t.lemma_len, stdout); /* as the text, it may hold U+0000 */
        printf("\t%s\t%zu\t", t.dep, t.head);
        fwrite(t.norm, 1, t.norm_len, stdout);
        printf("\n");
    }
}

static int fail(const char *what)
{
    fprintf(stderr, "%s\n", what);
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    static char text[MAX_TEXT];
    tern_model *model;
    tern_ctx *ctx;
    const tern_doc *doc;
    tern_error err;
    size_t len = fread(text, 1, sizeof text, stdin);
    if (argc != 2) return fail("usage: annotate MODEL < TEXT");
    if (tern_model_open(argv[1], &model, &err)) return fail(err.msg);
    if (tern_ctx_new(model, &ctx, &err)) {
        tern_model_close(model);
        return fail(err.msg);
    }
    int status = EXIT_SUCCESS;
    const tern_options options = {.want = TERN_EVERYTHING & ~TERN_ENTITIES}; /* ner need not run */
    if (tern_run(ctx, text, len, &options, &doc, &err)) {
        status = fail(err.msg);
    } else {
        print_sentences(doc, text);
        print_tokens(doc, text);
    }
    tern_ctx_free(ctx);
    tern_model_close(model);
    return status;
}
