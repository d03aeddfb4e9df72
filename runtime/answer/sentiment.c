#include "sentiment.h"

#include <string.h>

#include "chars.h"
#include "components.h"

static const char *const names[SENTIMENT_CLASSES] = {
    [SENTIMENT_POSITIVE] = "POSITIVE",
    [SENTIMENT_NEGATIVE] = "NEGATIVE",
    [SENTIMENT_NEUTRAL] = "NEUTRAL",
    [SENTIMENT_MIXED] = "MIXED",
};

const char *sentiment_name(sentiment_class of) { return names[of]; }

/* ---- the model --------------------------------------------------------------------------------------------------- */

static tern_status refuse(const tern_doc *doc, problem *why)
{
    problem_set(why, -1,
                "it is no sentiment model: that has a textcat with the labels POSITIVE, NEGATIVE and NEUTRAL; its "
                "labels are");
    tern_cat cat;
    for (size_t i = 0; tern_doc_cat(doc, i, &cat) == TERN_OK; i++) {
        bytes label = {0};
        escape_label(&label, cat.label);
        problem_add(why, "%s%s", i ? ", " : " ", label.data ? label.data : "");
        bytes_free(&label);
    }
    return TERN_E_UNSUPPORTED;
}

/* Index of the category of this label; that of the end without one. */
static size_t find_label(const tern_doc *doc, const char *label)
{
    size_t i = 0;
    for (tern_cat cat; tern_doc_cat(doc, i, &cat) == TERN_OK && strcmp(cat.label, label) != 0; i++) {
    }
    return i;
}

static tern_status read_labels(const tern_doc *doc, unsigned components, sentiment_labels *out, problem *why)
{
    size_t count = tern_doc_cat_count(doc);
    if (!(components & TERN_TEXTCAT) || components & TERN_TEXTCAT_MULTILABEL || count != SENTIMENT_MIXED)
        return refuse(doc, why);
    for (sentiment_class c = 0; c < SENTIMENT_MIXED; c++) {
        out->category[c] = find_label(doc, names[c]);
        if (out->category[c] == count) return refuse(doc, why);
    }
    return TERN_OK;
}

static uint64_t sentiment_components(const tern_model *model)
{
    return components_by_default(model) | components_made_by(model, TERN_TEXTCAT);
}

/* An empty document has all labels, and runs no network. */
tern_status sentiment_find_labels(const tern_model *model, sentiment_labels *out, problem *why)
{
    const unsigned components = tern_model_components(model);
    const tern_options options = {.want = TERN_CATS,
                                  .components = components & (TERN_TEXTCAT | TERN_TEXTCAT_MULTILABEL)};
    const tern_words none = {.count = 0};
    const tern_doc *doc;
    tern_ctx *ctx;
    tern_status status = tern_ctx_new(model, &ctx, NULL);
    if (!status) status = tern_run_words(ctx, &none, &options, &doc, NULL);
    if (status) /* nothing else can fail */
        problem_set(why, -1, "out of memory at the start: give the process more");
    else status = read_labels(doc, components, out, why);
    tern_ctx_free(ctx);
    return status;
}

/* Not what the model offers: a component may be off by default. */
int sentiment_finds_sentences(const tern_model *model)
{
    return (sentiment_components(model) & components_made_by(model, TERN_PARSER | TERN_SENTER | TERN_SENTENCIZER)) != 0;
}

tern_options sentiment_run_options(const tern_model *model)
{
    const int sentences = sentiment_finds_sentences(model);
    return (tern_options){.want = TERN_CATS | (sentences ? TERN_SENTENCES : 0u),
                          .places = sentiment_components(model),
                          .sentence_cats = sentences};
}

/* ---- scores ------------------------------------------------------------------------------------------------------ */

sentiment sentiment_of_sentence(const tern_doc *doc, size_t sentence, const sentiment_labels *labels)
{
    sentiment of = {{0}};
    tern_cat cat;
    for (sentiment_class c = 0; c < SENTIMENT_MIXED; c++)
        if (tern_doc_sentence_cat(doc, sentence, labels->category[c], &cat) == TERN_OK) of.score[c] = cat.score;
    return of;
}

sentiment sentiment_with_mixed(const sentiment *whole, size_t sentences, double positive, double negative)
{
    double least = positive < negative ? positive : negative;
    sentiment of = *whole;
    of.score[SENTIMENT_MIXED] = sentences >= 2 && least > SENTIMENT_CLEARLY ? least : 0;
    for (sentiment_class c = 0; c < SENTIMENT_MIXED; c++)
        of.score[c] = whole->score[c] * (1 - of.score[SENTIMENT_MIXED]);
    return of;
}

sentiment sentiment_of_doc(const tern_doc *doc, const sentiment_labels *labels)
{
    sentiment whole = {{0}};
    double greatest[SENTIMENT_MIXED] = {0};
    size_t sentences = tern_doc_sentence_count(doc);
    tern_cat cat;
    for (sentiment_class c = 0; c < SENTIMENT_MIXED; c++)
        if (tern_doc_cat(doc, labels->category[c], &cat) == TERN_OK) whole.score[c] = cat.score;
    for (size_t i = 0; i < sentences; i++) {
        sentiment of = sentiment_of_sentence(doc, i, labels);
        for (sentiment_class c = 0; c < SENTIMENT_MIXED; c++)
            if (of.score[c] > greatest[c]) greatest[c] = of.score[c];
    }
    return sentiment_with_mixed(&whole, sentences, greatest[SENTIMENT_POSITIVE], greatest[SENTIMENT_NEGATIVE]);
}

sentiment_class sentiment_best(const sentiment *of)
{
    sentiment_class best = SENTIMENT_POSITIVE;
    for (sentiment_class c = SENTIMENT_NEGATIVE; c < SENTIMENT_CLASSES; c++)
        if (of->score[c] > of->score[best]) best = c;
    return best;
}
