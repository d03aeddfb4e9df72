#include "operations.h"

#include <string.h>

#include "chars.h"
#include "components.h"
#include "entity_types.h"
#include "json_out.h"
#include "names.h"
#include "redaction.h"
#include "sentiment_json.h"

static const char *const languages[] = {"en", "es", "fr", "de", "it",    "pt", "ar",
                                        "hi", "ja", "ko", "zh", "zh-TW", NULL};
static const char *const syntax_languages[] = {"en", "es", "fr", "de", "it", "pt", NULL};

/* ---- what is said of a text -------------------------------------------------------------------------------------- */

/* "Text", "BeginOffset" and "EndOffset", the object being open. */
static void write_piece(bytes *out, const char *text, const tern_span *span)
{
    bytes_text(out, "\"Text\": ");
    json_out_string(out, text + span->byte_start, span->byte_end - span->byte_start);
    bytes_text(out, ", \"BeginOffset\": ");
    json_out_size(out, span->char_start);
    bytes_text(out, ", \"EndOffset\": ");
    json_out_size(out, span->char_end);
}

/* Before an item of a list that is open. */
static void begin_item(bytes *out) { bytes_text(out, out->len && out->data[out->len - 1] == '[' ? "{" : ", {"); }

static void write_entities(bytes *out, const operation_text *of)
{
    tern_entity entity;
    bytes_text(out, "{\"Entities\": [");
    for (size_t i = 0; !tern_doc_entity(of->doc, i, &entity); i++) {
        begin_item(out);
        bytes_text(out, "\"Score\": ");
        json_out_score(out, entity.score);
        bytes_format(out, ", \"Type\": \"%s\", ", entity_type_of(entity.label));
        write_piece(out, of->text, &entity.span);
        bytes_text(out, "}");
    }
    bytes_text(out, "]}");
}

static void write_key_phrases(bytes *out, const operation_text *of)
{
    tern_noun_chunk chunk;
    bytes_text(out, "{\"KeyPhrases\": [");
    for (size_t i = 0; !tern_doc_noun_chunk(of->doc, i, &chunk); i++) {
        if (chunk.token_start == chunk.token_end) continue; /* a text has at least one character in the service model */
        begin_item(out);
        write_piece(out, of->text, &chunk.span);
        bytes_text(out, "}");
    }
    bytes_text(out, "]}");
}

static int is_white(const char *text, const tern_span *span)
{
    const char *p = text + span->byte_start, *end = text + span->byte_end;
    while (p < end)
        if (!is_space_char(next_char(&p, end))) return 0;
    return 1;
}

/* "O" for X, which the service does not have, and where the model has set none. */
static const char *tag_of(const char *pos) { return *pos && strcmp(pos, "X") && strcmp(pos, "SPACE") ? pos : "O"; }

static void write_syntax(bytes *out, const operation_text *of)
{
    tern_token token;
    size_t id = 0;
    bytes_text(out, "{\"SyntaxTokens\": [");
    for (size_t i = 0; !tern_doc_token(of->doc, i, &token); i++) {
        if (is_white(of->text, &token.span)) continue;
        begin_item(out);
        bytes_format(out, "\"TokenId\": %zu, ", ++id);
        write_piece(out, of->text, &token.span);
        bytes_format(out, ", \"PartOfSpeech\": {\"Tag\": \"%s\"}}", tag_of(token.pos));
    }
    bytes_text(out, "]}");
}

/* What patterns and the model find, ordered. */
static void find_pii(const operation_text *of, pii_list *found, bytes *out)
{
    const redaction_options options = redaction_by_type();
    redaction_find(of->text, of->len, of->doc, &options, found);
    out->failed |= found->failed;
}

static void write_pii(bytes *out, const operation_text *of)
{
    pii_list found = {0};
    text_place at = {0};
    find_pii(of, &found, out);
    bytes_text(out, "{\"Entities\": [");
    for (size_t i = 0; i < found.count; i++) { /* without one, item is NULL */
        const pii_span *span = &found.item[i];
        begin_item(out);
        bytes_text(out, "\"Score\": ");
        json_out_score(out, span->score);
        text_place_move(&at, of->text + at.byte, span->start - at.byte);
        bytes_format(out, ", \"Type\": \"%s\", \"BeginOffset\": %zu", span->label, at.character);
        text_place_move(&at, of->text + at.byte, span->end - at.byte);
        bytes_format(out, ", \"EndOffset\": %zu}", at.character);
    }
    bytes_text(out, "]}");
    pii_free(&found);
}

/* Each type that is there once, with its greatest score. */
static void write_pii_labels(bytes *out, const operation_text *of)
{
    pii_list found = {0};
    double best[PII_TYPES] = {0};
    find_pii(of, &found, out);
    for (size_t i = 0; i < found.count; i++) {
        const pii_span *span = &found.item[i];
        double *score = &best[pii_type_from_name(span->label, strlen(span->label))];
        if (span->score > *score) *score = span->score;
    }
    bytes_text(out, "{\"Labels\": [");
    for (pii_type type = 0; type < PII_TYPES; type++) {
        if (best[type] <= 0) continue;
        begin_item(out);
        bytes_format(out, "\"Name\": \"%s\", \"Score\": ", pii_type_name(type));
        json_out_score(out, best[type]);
        bytes_text(out, "}");
    }
    bytes_text(out, "]}");
    pii_free(&found);
}

static void write_sentiment(bytes *out, const operation_text *of)
{
    const sentiment_options options = {.format = FORMAT_COMPREHEND};
    sentiment_json(out, of->text, of->doc, &of->model->sentiment, &options, OFFSETS_CODEPOINT);
}

/* ---- models ------------------------------------------------------------------------------------------------------ */

static int offers(const named_model *model, unsigned what) { return (tern_model_offers(model->model) & what) == what; }

static int has_entities(const named_model *model)
{
    return model->tasks & TASK_BIT(TASK_NER) && offers(model, TERN_ENTITIES);
}

static int has_key_phrases(const named_model *model) { return offers(model, TERN_NOUN_CHUNKS); }

static int has_syntax(const named_model *model) { return offers(model, TERN_POS); }

static int has_sentiment(const named_model *model) { return (model->tasks & TASK_BIT(TASK_SENTIMENT)) != 0; }

static tern_options entity_options(const handler_settings *settings)
{
    tern_options options = model_options(TERN_ENTITIES, settings);
    options.entity_scores = 1;
    return options;
}

/* What TERN_COMPONENTS leaves out counts for entities only: without a tagger there is no syntax. */
static tern_options options_by_default(unsigned want, const handler_settings *settings)
{
    handler_settings own = *settings;
    own.components = components_by_default(settings->model);
    return model_options(want, &own);
}

static tern_options key_phrase_options(const handler_settings *settings)
{
    return options_by_default(TERN_NOUN_CHUNKS, settings);
}

static tern_options syntax_options(const handler_settings *settings) { return options_by_default(TERN_POS, settings); }

/* ---- the table --------------------------------------------------------------------------------------------------- */

static const operation_kind entities = {.result = "entities",
                                        .task = TASK_NER,
                                        .can = has_entities,
                                        .options = entity_options,
                                        .write = write_entities,
                                        .languages = languages,
                                        .may_have_document = 1};
static const operation_kind key_phrases = {.result = "noun chunks",
                                           .task = TASK_NER,
                                           .can = has_key_phrases,
                                           .options = key_phrase_options,
                                           .write = write_key_phrases,
                                           .languages = languages};
static const operation_kind syntax = {.result = "parts of speech",
                                      .task = TASK_NER,
                                      .can = has_syntax,
                                      .options = syntax_options,
                                      .write = write_syntax,
                                      .languages = syntax_languages};
static const operation_kind sentiments = {.result = "sentiments",
                                          .task = TASK_SENTIMENT,
                                          .can = has_sentiment,
                                          .options = model_sentiment_options,
                                          .write = write_sentiment,
                                          .languages = languages};

static const operation_kind pii = {.result = "personal data",
                                   .task = TASK_REDACT,
                                   .can = has_entities,
                                   .options = entity_options,
                                   .write = write_pii,
                                   .languages = languages};
static const operation_kind pii_labels = {.result = "personal data",
                                          .task = TASK_REDACT,
                                          .can = has_entities,
                                          .options = entity_options,
                                          .write = write_pii_labels,
                                          .languages = languages};

static const operation operations[] = {
    {"DetectEntities", &entities, 0, OPERATION_MAX_LONG_TEXT},
    {"DetectKeyPhrases", &key_phrases, 0, OPERATION_MAX_LONG_TEXT},
    {"DetectPiiEntities", &pii, 0, OPERATION_MAX_LONG_TEXT},
    {"ContainsPiiEntities", &pii_labels, 0, OPERATION_MAX_LONG_TEXT},
    {"DetectSentiment", &sentiments, 0, OPERATION_MAX_TEXT},
    {"DetectSyntax", &syntax, 0, OPERATION_MAX_TEXT},
    {"BatchDetectEntities", &entities, 1, OPERATION_MAX_TEXT},
    {"BatchDetectKeyPhrases", &key_phrases, 1, OPERATION_MAX_TEXT},
    {"BatchDetectSentiment", &sentiments, 1, OPERATION_MAX_TEXT},
    {"BatchDetectSyntax", &syntax, 1, OPERATION_MAX_TEXT},
};
enum { OPERATIONS = sizeof operations / sizeof *operations };

const operation *operation_find(const char *target)
{
    const size_t prefix = strlen(OPERATION_TARGET);
    if (strncmp(target, OPERATION_TARGET, prefix) != 0) return NULL;
    for (size_t i = 0; i < OPERATIONS; i++)
        if (!strcmp(target + prefix, operations[i].name)) return &operations[i];
    return NULL;
}

static int is_language(const named_model *model, const char *code, size_t len)
{
    return strlen(model->language) == len && !memcmp(model->language, code, len);
}

const named_model *operation_model(const operation *op, const model_set *models, const char *language, size_t len)
{
    for (const named_model *m = models->item; m < models->item + models->count; m++)
        if (op->kind->can(m) && tern_model_has_tokenizer(m->model) && (!language || is_language(m, language, len)))
            return m;
    return NULL;
}

void operation_unknown(const char *target, problem *why)
{
    char shown[NAME_SHOWN_SIZE];
    name_shown(target, strlen(target), shown);
    problem_set(why, -1, "there is no operation \"%s\" here; of Amazon Comprehend there are", shown);
    for (size_t i = 0; i < OPERATIONS; i++) problem_add(why, "%s %s", i ? "," : "", operations[i].name);
}
