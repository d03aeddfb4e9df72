/* open_model FILE... - for each file one line: the status of tern_model_open and, where that is TERN_OK, of running a
 * few texts; then the position and the message. The exit code is 0: a crash or a sanitizer's report is anything
 * else. */
#include "tern.h"

#include <stdio.h>
#include <string.h>

static const char *const texts[] = {
    "",
    "Alan Turing was born on June 23, 1912, in London, England.",
    ("I can't (won't) pay U.S. $1,000.50 to https://example.com/a?b=c... :-) 10km\n\n  e.g. 3pm 5\xe2\x82\xac "
     "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x94\xac"),
    "((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((",
};

static tern_status run_texts(const tern_model *model, tern_error *err)
{
    tern_ctx *ctx;
    const unsigned offers = tern_model_offers(model);
    const tern_options sentences = {.want = offers, .sentence_cats = 1};
    const tern_options *options = offers & TERN_CATS && offers & TERN_SENTENCES ? &sentences : NULL;
    tern_status status = tern_ctx_new(model, &ctx, err);
    for (size_t i = 0; i < sizeof texts / sizeof *texts && !status; i++) {
        const tern_doc *doc;
        status = tern_run(ctx, texts[i], strlen(texts[i]), options, &doc, err);
    }
    tern_ctx_free(ctx);
    return status;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        tern_model *model;
        tern_error err = {0};
        tern_status status = tern_model_open(argv[i], &model, &err);
        if (!status) status = run_texts(model, &err);
        tern_model_close(model);
        printf("%d %zu %s\n", (int)status, err.pos, err.msg);
    }
    return 0;
}
