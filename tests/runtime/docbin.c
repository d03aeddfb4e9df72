/* docbin.c - a corpus as a .spacy file, for tests/runtime/test_docbin.py.
 *
 *     docbin MODEL SPOOL OUT < LINES        annotates and spools; makes OUT of SPOOL
 *     docbin SPOOL OUT                      makes OUT of a spool that is there
 *
 * LINES: JSON with "text" and perhaps "user_data". The spool stays. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "docbin.h"
#include "docbin_spool.h"
#include "json_in.h"
#include "msgpack_out.h"
#include "tern.h"

static int fail(const char *what)
{
    fprintf(stderr, "%s\n", what);
    return EXIT_FAILURE;
}

static void read_all(FILE *file, bytes *out)
{
    static char block[65536];
    size_t len;
    while ((len = fread(block, 1, sizeof block, file)) > 0) bytes_append(out, block, len);
}

static int spool_line(const tern_model *model, tern_ctx *ctx, const char *line, size_t len, bytes *out)
{
    json_error error;
    json_doc *json = json_parse(line, len, &error);
    if (!json) return fail(error.msg);
    const json_node *data = json_member(json_root(json), "user_data");
    bytes text = {.data = NULL}, user_data = {.data = NULL};
    const tern_doc *doc;
    tern_error err = {.code = TERN_OK};
    const tern_options options = {.want = TERN_EVERYTHING & tern_model_offers(model)};
    if (json_string(json_member(json_root(json), "text"), &text)
        && !tern_run(ctx, text.data, text.len, &options, &doc, &err)) {
        if (data) msgpack_json(&user_data, data, line);
        docbin_spool(out, model, doc, text.data, user_data.data, user_data.len);
    }
    bytes_free(&text);
    bytes_free(&user_data);
    json_free(json);
    return err.code ? fail(err.msg) : EXIT_SUCCESS;
}

static int spool_lines(const tern_model *model, tern_ctx *ctx, FILE *spool)
{
    bytes lines = {.data = NULL}, record = {.data = NULL};
    int status = EXIT_SUCCESS;
    read_all(stdin, &lines);
    for (size_t at = 0; at < lines.len && status == EXIT_SUCCESS;) {
        const char *end = memchr(lines.data + at, '\n', lines.len - at);
        const size_t len = end ? (size_t)(end - lines.data) - at : lines.len - at;
        bytes_clear(&record);
        status = spool_line(model, ctx, lines.data + at, len, &record);
        if (record.failed || fwrite(record.data, 1, record.len, spool) != record.len) status = fail("cannot spool");
        at += len + 1;
    }
    bytes_free(&lines);
    bytes_free(&record);
    return status;
}

static int spool_with(const char *path, FILE *spool)
{
    tern_error err;
    tern_model *model;
    tern_ctx *ctx;
    if (tern_model_open(path, &model, &err)) return fail(err.msg);
    int status = tern_ctx_new(model, &ctx, &err) ? fail(err.msg) : spool_lines(model, ctx, spool);
    tern_ctx_free(ctx);
    tern_model_close(model);
    return status;
}

int main(int argc, char **argv)
{
    if (argc != 3 && argc != 4) return fail("usage: docbin [MODEL] SPOOL OUT");
    problem why;
    FILE *spool = fopen(argv[argc - 2], argc == 4 ? "wb+" : "rb"), *out = fopen(argv[argc - 1], "wb");
    if (!spool || !out) return fail("cannot open the files");
    if (argc == 4 && spool_with(argv[1], spool)) return EXIT_FAILURE;
    fseek(spool, 0, SEEK_END);
    if (docbin_assemble(spool, (uint64_t)ftell(spool), out, &why)) return fail(why.text);
    fclose(spool);
    return fclose(out) ? fail("cannot close") : EXIT_SUCCESS;
}
