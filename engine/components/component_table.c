#include "component_table.h"

#include "attribute_ruler.h"
#include "doc_cleaner.h"
#include "entity_ruler.h"
#include "lemmatizer.h"
#include "merges.h"
#include "ner.h"
#include "parser.h"
#include "sentencizer.h"
#include "span_finder.h"
#include "span_ruler.h"
#include "spancat.h"
#include "tagger.h"
#include "textcat.h"
#include "tok2vec.h"
#include "token_splitter.h"
#include "trainable_lemmatizer.h"

const component_methods *const component_table[COMPONENT_COUNT] = {
    [COMPONENT_TOK2VEC] = &tok2vec_component,
    [COMPONENT_TAGGER] = &tagger_component,
    [COMPONENT_PARSER] = &parser_component,
    [COMPONENT_SENTER] = &senter_component,
    [COMPONENT_ATTRIBUTE_RULER] = &attribute_ruler_component,
    [COMPONENT_LEMMATIZER] = &lemmatizer_component,
    [COMPONENT_NER] = &ner_component,
    [COMPONENT_MORPHOLOGIZER] = &morphologizer_component,
    [COMPONENT_TRAINABLE_LEMMATIZER] = &trainable_lemmatizer_component,
    [COMPONENT_SENTENCIZER] = &sentencizer_component,
    [COMPONENT_TEXTCAT] = &textcat_component,
    [COMPONENT_TEXTCAT_MULTILABEL] = &textcat_multilabel_component,
    [COMPONENT_SPANCAT] = &spancat_component,
    [COMPONENT_SPANCAT_SINGLELABEL] = &spancat_singlelabel_component,
    [COMPONENT_SPAN_FINDER] = &span_finder_component,
    [COMPONENT_ENTITY_RULER] = &entity_ruler_component,
    [COMPONENT_SPAN_RULER] = &span_ruler_component,
    [COMPONENT_MERGE_ENTITIES] = &merge_entities_component,
    [COMPONENT_MERGE_NOUN_CHUNKS] = &merge_noun_chunks_component,
    [COMPONENT_MERGE_SUBTOKENS] = &merge_subtokens_component,
    [COMPONENT_TOKEN_SPLITTER] = &token_splitter_component,
    [COMPONENT_DOC_CLEANER] = &doc_cleaner_component,
};
