/* fuzz_model - any bytes as a model file. What opens must run.
 *
 * An input that begins with the format's magic is a file. Any other is a list of patches to the tiny model, 16 bytes each, so
 * that small inputs reach deep. In both cases the checksums are made right before the file is opened. */
#include "fuzz.h"
#include "hash.h"

#include <string.h>

enum { HEADER_SIZE = 64, RECORD_SIZE = 128, PATCH_SIZE = 16, MAX_SIZE = 1 << 20 };

static unsigned char *tiny;
static size_t tiny_size, tiny_sections;

static uint64_t number(const unsigned char *p, size_t width)
{
    uint64_t value = 0;
    for (size_t i = 0; i < width; i++) value |= (uint64_t)p[i] << (8 * i);
    return value;
}

static void put_u32(unsigned char *p, uint32_t value)
{
    for (size_t i = 0; i < 4; i++) p[i] = (unsigned char)(value >> (8 * i));
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    FILE *file = fopen(TERN_SOURCE_DIR "/tests/data/tiny.tern", "rb");
    REQUIRE(file);
    tiny = malloc(MAX_SIZE);
    REQUIRE(tiny);
    tiny_size = fread(tiny, 1, MAX_SIZE, file);
    fclose(file);
    REQUIRE(tiny_size > HEADER_SIZE && tiny_size < MAX_SIZE);
    tiny_sections = (size_t)number(tiny + 24, 4);
    return 0;
}

/* patch: u8 where (even: into a section's content, odd: into the header and the table), u8 width, u8 section, u8 -,
 * u32 position, u64 value. */
static void apply(unsigned char *file, const uint8_t *patch)
{
    static const size_t widths[4] = {1, 2, 4, 8};
    size_t width = widths[patch[1] & 3], begin = 0, size = HEADER_SIZE + tiny_sections * RECORD_SIZE;
    if (!(patch[0] & 1)) {
        const unsigned char *record = tiny + HEADER_SIZE + patch[2] % tiny_sections * RECORD_SIZE;
        begin = (size_t)number(record + 56, 8);
        size = (size_t)number(record + 64, 8);
    }
    if (size < width) return;
    size_t at = begin + number(patch + 4, 4) % (size / width) * width;
    memcpy(file + at, patch + 8, width);
}

static void fix_checksums(unsigned char *file, size_t size)
{
    if (size < HEADER_SIZE) return;
    size_t table = (size_t)number(file + 24, 4) * RECORD_SIZE;
    if (table <= size - HEADER_SIZE) put_u32(file + 48, crc32c(file + HEADER_SIZE, table));
    put_u32(file + 52, crc32c(file, 52));
}

/* Also the sentences' categories, which are not among what a run without options makes. */
static void run_text(tern_ctx *ctx, const char *text, unsigned offers)
{
    const tern_options sentences = {.want = offers, .sentence_cats = 1};
    const tern_doc *doc;
    if (!tern_run(ctx, text, strlen(text), NULL, &doc, NULL)) fuzz_check_doc(doc, text, strlen(text));
    if (!(offers & TERN_CATS && offers & TERN_SENTENCES)) return;
    if (!tern_run(ctx, text, strlen(text), &sentences, &doc, NULL)) fuzz_check_doc(doc, text, strlen(text));
}

static void run_texts(const tern_model *model)
{
    static const char *const texts[] = {"", "Alan Turing was born on June 23, 1912, in London.",
                                        "I can't pay U.S. $1,000 to (https://a.co/b?c=d)... :-)\n\n e.g. 3pm \xce\xa3\xce\x91\xce\xa3 \xc4\xb0"};
    tern_ctx *ctx;
    if (tern_ctx_new(model, &ctx, NULL)) return;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) run_text(ctx, texts[i], tern_model_offers(model));
    tern_ctx_free(ctx);
}

static void open_and_run(const unsigned char *file, size_t size)
{
    tern_model *model;
    tern_error err = {0};
    tern_status status = tern_model_open_memory(file, size, &model, &err);
    if (status) {
        REQUIRE(!model && err.code == status && err.msg[0]);
        return;
    }
    tern_model_verify(model, NULL);
    run_texts(model);
    tern_model_close(model);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int is_file = size >= 4 && !memcmp(data, tiny, 4);
    size_t file_size = is_file ? size : tiny_size;
    unsigned char *file = aligned_alloc(64, (file_size + 63) / 64 * 64);
    REQUIRE(file);
    memcpy(file, is_file ? data : tiny, file_size);
    for (size_t i = 0; !is_file && i + PATCH_SIZE <= size; i += PATCH_SIZE) apply(file, data + i);
    fix_checksums(file, file_size);
    open_and_run(file, file_size);
    free(file);
    return 0;
}
