/* fuzz_model - any bytes as a model file. What opens must run, and what it then says is in order.
 *
 * An input that begins with the format's magic is a file, whose checksums are made right. Any other is a list of edits
 * of one of the small models (model_edits.h): of the tiny ones, and of those beside this file, which have the
 * components that the tiny ones lack. */
#define _POSIX_C_SOURCE 200809L /* posix_memalign */
#include "fuzz.h"
#include "model_edits.h"
#include "utf8.h"

#include <string.h>

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

/* At the end: numbers in the corpus keep their meaning. */
static const char *const paths[] = {
    "tests/data/tiny.tern",           "tests/data/tiny_sentiment.tern", "tests/fuzz/models/floret.tern",
    "tests/fuzz/models/french.tern",  "tests/fuzz/models/lookup.tern",  "tests/fuzz/models/macedonian.tern",
    "tests/fuzz/models/spanish.tern", "tests/fuzz/models/vectors.tern", "tests/fuzz/models/dutch.tern",
    "tests/fuzz/models/italian.tern", "tests/fuzz/models/polish.tern",  "tests/fuzz/models/spans.tern",
    "tests/fuzz/models/rulers.tern",  "tests/fuzz/models/words.tern",   "tests/fuzz/models/layers.tern",
    "tests/fuzz/models/beams.tern",   "tests/fuzz/models/merges.tern",  "tests/fuzz/models/flags.tern",
};
enum { MODELS = sizeof paths / sizeof *paths, MAX_SIZE = 1 << 18 };

static small_model models[MODELS];
static const unsigned char magic[4] = {0x89, 'T', 'R', 'N'};

static void load(const char *path, small_model *out)
{
    char full[4096];
    snprintf(full, sizeof full, "%s/%s", TERN_SOURCE_DIR, path);
    FILE *file = fopen(full, "rb");
    out->data = aligned_alloc(64, MAX_SIZE);
    REQUIRE(file && out->data);
    out->size = fread(out->data, 1, MAX_SIZE, file);
    REQUIRE(out->size > 64 && out->size < MAX_SIZE && !memcmp(out->data, magic, sizeof magic));
    out->sections = out->data[24] | (size_t)out->data[25] << 8;
    fclose(file);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    tern_error err;
    for (size_t i = 0; i < MODELS; i++) {
        tern_model *model;
        tern_ctx_free(fuzz_context(paths[i], &model)); /* it opens, with the kernels that TERN_GEMM names */
        tern_model_close(model);
        load(paths[i], &models[i]);
    }
    REQUIRE(tern_kernels() && tern_version()[0]);
    REQUIRE(tern_use_kernels("none", &err) == TERN_E_UNSUPPORTED && err.msg[0]);
    return 0;
}

static int is_file(const uint8_t *data, size_t size)
{
    return size >= sizeof magic && !memcmp(data, magic, sizeof magic);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
    if (is_file(data, size)) return LLVMFuzzerMutate(data, size, max);
    return edits_mutate(models, MODELS, data, size, max, seed);
}

/* ---- what a document says ---------------------------------------------------------------------------------------- */

static void check_text(const char *text, size_t len)
{
    const unsigned char *p = (const unsigned char *)text, *end = p + len;
    uint32_t code_point;
    for (size_t step; p < end; p += step) REQUIRE((step = utf8_decode(p, end, &code_point)) > 0);
}

/* Labels can be printed as they are. */
static void check_label(const char *label)
{
    check_text(label, strlen(label));
    for (const char *p = label; *p; p++) {
        unsigned char c = (unsigned char)*p;
        REQUIRE(c >= 0x20 && c != 0x7F);
        REQUIRE(c != 0xC2 || (unsigned char)p[1] >= 0xA0); /* C1 */
    }
}

static void check_tokens(const tern_doc *doc)
{
    tern_token token;
    for (size_t i = 0; !tern_doc_token(doc, i, &token); i++) {
        REQUIRE(token.head < tern_doc_token_count(doc) && token.sent_start >= -1 && token.sent_start <= 1);
        check_label(token.tag);
        check_label(token.pos);
        check_label(token.morph);
        check_label(token.dep);
        REQUIRE(!token.lemma[token.lemma_len]);
        check_text(token.lemma, token.lemma_len);
    }
}

static void check_sentences(const tern_doc *doc)
{
    tern_sentence sentence;
    size_t next = 0;
    for (size_t i = 0; !tern_doc_sentence(doc, i, &sentence); i++) {
        tern_cat cat;
        REQUIRE(sentence.token_start == next && sentence.token_end > next);
        next = sentence.token_end;
        for (size_t c = 0; !tern_doc_sentence_cat(doc, i, c, &cat); c++) check_label(cat.label);
    }
    REQUIRE(!next || next == tern_doc_token_count(doc));
}

static void check_groups(const tern_doc *doc)
{
    tern_span_group group;
    tern_group_span span;
    for (size_t g = 0; !tern_doc_span_group(doc, g, &group); g++) {
        size_t count = 0;
        check_label(group.key);
        for (; !tern_doc_group_span(doc, g, count, &span); count++) {
            REQUIRE(span.token_start < span.token_end && span.token_end <= tern_doc_token_count(doc));
            check_label(span.label);
        }
        REQUIRE(count == group.span_count);
    }
}

static void check_doc(const tern_doc *doc, const char *text, size_t len)
{
    tern_entity entity;
    tern_cat cat;
    fuzz_check_doc(doc, text, len);
    check_tokens(doc);
    check_sentences(doc);
    check_groups(doc);
    for (size_t i = 0; !tern_doc_entity(doc, i, &entity); i++) {
        check_label(entity.label);
        check_label(entity.id);
    }
    for (size_t i = 0; !tern_doc_cat(doc, i, &cat); i++) check_label(cat.label);
    tern_doc_annotations(doc);
}

/* ---- how a text is run ------------------------------------------------------------------------------------------- */

static void run(tern_ctx *ctx, const char *text, size_t len, const tern_options *options)
{
    const tern_doc *doc;
    tern_error err = {0};
    tern_status status = tern_run(ctx, text, len, options, &doc, &err);
    if (status) REQUIRE(!doc && err.code == status && err.msg[0]);
    else check_doc(doc, text, len);
}

/* The text's bytes as words of one to four code points, a few of which have blanks in them. */
static void run_words(tern_ctx *ctx, const char *text, size_t len, const tern_options *options)
{
    enum { MOST = 512 };
    static const char *words[MOST];
    static size_t lengths[MOST];
    static unsigned char spaces[MOST];
    tern_words given = {.words = words, .lengths = lengths, .spaces = spaces};
    const unsigned char *p = (const unsigned char *)text, *end = p + len;
    uint32_t code_point;
    for (size_t step; p < end && given.count < MOST; given.count++) {
        const unsigned char *begin = p;
        for (unsigned i = 0; p < end && i < 1 + (*begin & 3u); i++, p += step)
            step = (step = utf8_decode(p, end, &code_point)) ? step : 1;
        words[given.count] = (const char *)begin;
        lengths[given.count] = (size_t)(p - begin);
        spaces[given.count] = *begin >> 2 & 1;
    }
    const tern_doc *doc;
    tern_error err = {0};
    tern_status status = tern_run_words(ctx, &given, options, &doc, &err);
    if (status) {
        REQUIRE(!doc && err.code == status && err.msg[0]);
    } else {
        const char *whole;
        size_t whole_len;
        /* a component may have joined or split them */
        REQUIRE(!tern_doc_text(doc, &whole, &whole_len) && !tern_doc_token_count(doc) == !given.count);
        check_tokens(doc);
        check_groups(doc);
    }
}

/* The text as one word. */
static void look_up(tern_ctx *ctx, const char *text, size_t len)
{
    tern_lexeme word;
    tern_error err = {0};
    tern_status status = tern_lexeme_of(ctx, text, len, &word, &err);
    REQUIRE(!status == !err.msg[0] && !(word.flags & ~word.known) && !(word.known & ~(unsigned)TERN_WORD_EVERYTHING));
    const tern_form *const forms[] = {&word.lower, &word.norm, &word.shape, &word.prefix, &word.suffix};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        REQUIRE(!forms[i]->text[forms[i]->len]);
        check_text(forms[i]->text, forms[i]->len);
    }
}

/* Its first half, the rest and both again, after the context has been told. */
static void run_ahead(tern_ctx *ctx, const char *text, size_t len, const tern_options *options)
{
    const char *const parts[] = {text, text + len / 2, text};
    const size_t lengths[] = {len / 2, len - len / 2, len};
    REQUIRE(tern_run_ahead(ctx, parts, lengths, 3, options) <= 3);
    for (size_t i = 0; i < 3; i++) run(ctx, parts[i], lengths[i], options);
}

static int is_over(void *user)
{
    unsigned *left = user;
    return !*left || !--*left;
}

enum { MOST_PRESETS = 6 };

/* Preset entities, by the last bytes of an EDIT_OPTIONS: now and then there are some, and now and then they share
 * tokens or go beyond the text. */
static void draw_presets(const uint8_t *p, tern_preset_entity *given, tern_options *options)
{
    static const char *const labels[] = {"", "PERSON", "GPE", "A", "B", "a label of mine", "", "\xc3\x84"};
    size_t at = 0;
    if (p[15] & 3) return;
    options->preset_entities = given;
    options->preset_entity_count = (p[15] >> 2) % (MOST_PRESETS + 1);
    for (size_t i = 0; i < options->preset_entity_count; i++) {
        const uint8_t byte = p[8 + i];
        const size_t start = at + (byte & 3), end = start + 1 + (byte >> 2 & 1);
        given[i] = (tern_preset_entity){start, end, labels[byte >> 3 & 7], byte >> 6 ? labels[byte >> 5] : NULL};
        at = byte == 255 ? 0 : end;
    }
}

/* The bits of p[1] say which of the bytes count; p: an EDIT_OPTIONS. */
static void run_with(tern_ctx *ctx, const char *text, size_t len, const uint8_t *p)
{
    signed char starts[sizeof((edited_model *)NULL)->text];
    unsigned left = p[6];
    tern_options options = {.want = p[1] & 1 ? p[2] : TERN_EVERYTHING,
                            .components = (p[1] & 66) == 2 ? p[4] | (unsigned)p[5] << 8 : 0,
                            .places = p[1] & 64 ? p[4] | (uint64_t)p[5] << 8 : 0,
                            .max_chars = p[1] & 4 ? p[3] : 0,
                            .sentence_cats = p[1] >> 3 & 1};
    if (p[1] & 16) {
        options.interrupt = is_over;
        options.interrupt_user = &left;
    }
    for (size_t i = 0; i < sizeof starts; i++) starts[i] = (signed char)((p[8 + i % 8] >> (i / 8 % 4 * 2) & 3) % 3 - 1);
    if (p[1] & 32) {
        options.sent_starts = starts;
        options.sent_start_count = p[7];
    }
    tern_preset_entity given[MOST_PRESETS];
    draw_presets(p, given, &options);
    if (p[1] & 128) run_ahead(ctx, text, len, &options);
    else run(ctx, text, len, &options);
    if (options.preset_entities) run_words(ctx, text, len, &options);
}

static void run_everything(tern_ctx *ctx, const char *text, size_t len, unsigned offers)
{
    const tern_options sentences = {.want = offers, .components = UINT32_MAX, .sentence_cats = 1};
    run(ctx, text, len, NULL);
    run_words(ctx, text, len, NULL);
    look_up(ctx, text, len);
    run_ahead(ctx, text, len, NULL);
    run(ctx, text, len, &sentences); /* an error where the model has not what it takes */
}

static const char *const texts[] = {
    "", "Alan Turing was born on June 23, 1912, in London.",
    "I can't pay U.S. $1,000 to (https://a.co/b?c=d)... :-)\n\n e.g. 3pm \xce\xa3\xce\x91\xce\xa3 \xc4\xb0 8a.m. axes",
    "www.a.com", "a@b.c"};

static void run_texts(const tern_model *model, const edited_model *edited)
{
    tern_ctx *ctx;
    if (tern_ctx_new(model, &ctx, NULL)) return;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        run_everything(ctx, texts[i], strlen(texts[i]), tern_model_offers(model));
    if (edited->text_len) run_everything(ctx, edited->text, edited->text_len, tern_model_offers(model));
    if (edited->options)
        run_with(ctx, edited->text_len ? edited->text : texts[1],
                 edited->text_len ? edited->text_len : strlen(texts[1]), edited->options);
    tern_ctx_free(ctx);
}

/* ---- a model ----------------------------------------------------------------------------------------------------- */

static void describe(const tern_model *model)
{
    const char *meta;
    size_t len;
    tern_section section;
    REQUIRE(!tern_model_meta(model, &meta, &len));
    check_text(meta, len);
    for (size_t i = 0; !tern_model_section(model, i, &section); i++)
        REQUIRE(section.name && section.kind && section.dtype);
    for (unsigned bit = 1; bit; bit <<= 1) {
        const char *name = tern_component_name(bit);
        REQUIRE(!name || tern_component_from_name(name, strlen(name)) == bit);
    }
    REQUIRE(!(tern_model_default_components(model) & ~tern_model_components(model)));
}

static void open_and_run(const edited_model *edited)
{
    tern_model *model;
    tern_error err = {0};
    tern_status status = tern_model_open_memory(edited->data, edited->size, &model, &err);
    if (status) {
        REQUIRE(!model && err.code == status && err.msg[0]);
        return;
    }
    tern_model_verify(model, NULL);
    describe(model);
    run_texts(model, edited);
    tern_model_close(model);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    edited_model edited = {.size = size};
    void *file;
    if (!size) return 0;
    if (is_file(data, size)) {
        REQUIRE(!posix_memalign(&file, 64, size));
        memcpy(file, data, size);
        edited.data = file;
        edits_seal(edited.data, size);
    } else {
        edits_apply(&models[data[0] % MODELS], data + 1, size - 1, &edited);
    }
    open_and_run(&edited);
    free(edited.data);
    return 0;
}
