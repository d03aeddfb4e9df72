/* cli_components.h - --only, --exclude, --norm, --noun-chunks, --scores and --min-score. */
#ifndef TERN_CLI_COMPONENTS_H
#define TERN_CLI_COMPONENTS_H

#include <getopt.h>
#include "handler.h"

#define CLI_ONLY 256 /* option numbers; a subcommand's own begin at CLI_OPTIONS */
#define CLI_EXCLUDE 257
#define CLI_NORM 258
#define CLI_NOUN_CHUNKS 259
#define CLI_SCORES 260
#define CLI_MIN_SCORE 261
#define CLI_OPTIONS 262
#define CLI_BESIDES_OPTIONS                                                                                            \
    {"norm", no_argument, NULL, CLI_NORM}, { "noun-chunks", no_argument, NULL, CLI_NOUN_CHUNKS }
#define CLI_COMPONENT_OPTIONS                                                                                          \
    {"only", required_argument, NULL, CLI_ONLY}, { "exclude", required_argument, NULL, CLI_EXCLUDE }
#define CLI_SCORE_OPTIONS                                                                                              \
    {"scores", no_argument, NULL, CLI_SCORES}, { "min-score", required_argument, NULL, CLI_MIN_SCORE }
#define CLI_COMPONENT_HELP                                                                                             \
    "      --only COMPONENTS     run only these, separated by commas, as spaCy does with all others excluded\n"        \
    "      --exclude COMPONENTS  run the default ones but these: what uses their results does without\n"
/* The sentence goes on with "has them". */
#define CLI_COMPONENT_NAMES                                                                                            \
    "Components are called as in the pipeline, or all of a kind by spaCy's factory: tok2vec tagger\n"                  \
    "morphologizer parser senter sentencizer attribute_ruler lemmatizer trainable_lemmatizer ner\n"                    \
    "entity_ruler span_ruler textcat textcat_multilabel spancat spancat_singlelabel span_finder\n"                     \
    "merge_entities merge_noun_chunks merge_subtokens token_splitter doc_cleaner, as far as the model\n"

typedef struct cli_components {
    const char *only, *exclude; /* as given; NULL: not given */
} cli_components;

/* The number from 0 to 1 that --min-score is. CLI_OK, or CLI_USAGE after having said why. */
int cli_min_score(const char *subcommand, const char *value, double *out);

/* The settings for a model: what --only or --exclude says, else TERN_COMPONENTS, else the model's default. CLI_OK, or
 * CLI_USAGE or CLI_FAILED after having said why. */
int cli_settings(const char *subcommand, const cli_components *given, const tern_model *model, handler_settings *out);

#endif
