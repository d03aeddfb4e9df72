#include "sentiment_json.h"

#include "json_out.h"
#include "names.h"

/* The keys of a form. */
typedef struct key_set {
    const char *sentiment, *confidence, *scores, *score[SENTIMENT_CLASSES]; /* confidence NULL: has none */
    const char *sentences, *text, *start, *end;
} key_set;

static const key_set keys_of[] = {
    [FORMAT_TERN] = {"sentiment",
                     "confidence",
                     "scores",
                     {"positive", "negative", "neutral", "mixed"},
                     "sentences",
                     "text",
                     "start",
                     "end"},
    [FORMAT_COMPREHEND] = {"Sentiment",
                           NULL,
                           "SentimentScore",
                           {"Positive", "Negative", "Neutral", "Mixed"},
                           "Sentences",
                           "Text",
                           "BeginOffset",
                           "EndOffset"},
};

int sentiment_format_from_name(const char *name, size_t len)
{
    static const char *const names[] = {[FORMAT_TERN] = "tern", [FORMAT_COMPREHEND] = "comprehend"};
    return name_index(names, sizeof names / sizeof *names, name, len);
}

/* The members that a text and a sentence have in common. */
static void write_sentiment(bytes *out, const sentiment *of, const key_set *keys)
{
    sentiment_class best = sentiment_best(of);
    bytes_format(out, "\"%s\": \"%s\"", keys->sentiment, sentiment_name(best));
    if (keys->confidence) {
        bytes_format(out, ", \"%s\": ", keys->confidence);
        json_out_score(out, of->score[best]);
    }
    bytes_format(out, ", \"%s\": {", keys->scores);
    for (sentiment_class c = 0; c < SENTIMENT_CLASSES; c++) {
        bytes_format(out, c ? ", \"%s\": " : "\"%s\": ", keys->score[c]);
        json_out_score(out, of->score[c]);
    }
    bytes_text(out, "}");
}

static void write_sentence(bytes *out, const char *text, const tern_sentence *sentence, const sentiment *of,
                           const key_set *keys, offset_unit unit)
{
    offset_pair offsets = offsets_of(&sentence->span, unit);
    bytes_format(out, "{\"%s\": ", keys->text);
    json_out_string(out, text + sentence->span.byte_start, sentence->span.byte_end - sentence->span.byte_start);
    bytes_format(out, ", \"%s\": %zu, \"%s\": %zu, ", keys->start, offsets.start, keys->end, offsets.end);
    write_sentiment(out, of, keys);
    bytes_text(out, "}");
}

/* Sentences between two questions whether to go on: under a millisecond. */
enum { SENTENCE_STRIDE = 32 };

static int write_sentences(bytes *out, const char *text, const tern_doc *doc, const sentiment_labels *labels,
                           const sentiment_options *options, offset_unit offsets)
{
    const key_set *keys = &keys_of[options->format];
    tern_sentence sentence;
    bytes_format(out, ", \"%s\": [", keys->sentences);
    for (size_t i = 0; tern_doc_sentence(doc, i, &sentence) == TERN_OK; i++) {
        if (options->interrupt && i % SENTENCE_STRIDE == 0 && options->interrupt(options->interrupt_user)) return -1;
        const sentiment of = sentiment_of_sentence(doc, i, labels);
        bytes_text(out, i ? ", " : "");
        write_sentence(out, text, &sentence, &of, keys, offsets);
    }
    bytes_text(out, "]");
    return 0;
}

int sentiment_json(bytes *out, const char *text, const tern_doc *doc, const sentiment_labels *labels,
                   const sentiment_options *options, offset_unit offsets)
{
    const sentiment whole = sentiment_of_doc(doc, labels);
    bytes_text(out, "{");
    write_sentiment(out, &whole, &keys_of[options->format]);
    if (options->sentences && write_sentences(out, text, doc, labels, options, offsets)) return -1;
    bytes_text(out, "}");
    return 0;
}
