#include "wanted.h"

#include "error.h"

tern_status check_options(const tern_ctx *ctx, const tern_options *options, tern_error *err)
{
    /* no classifier, no cats, and no spans, no tensor: as in spaCy */
    unsigned missing = options->want & ~(tern_model_offers(ctx->model) | TERN_CATS | TERN_SPANS | TERN_TENSOR);
    if (missing)
        return fail(err, TERN_E_UNSUPPORTED, 0, "the model has no component for what is wanted (mask %#x)", missing);
    const tern_model *model = ctx->model;
    missing = options->components & ~tern_model_components(model);
    if (missing)
        return fail(err, TERN_E_UNSUPPORTED, 0, "the model lacks a component that is asked for (mask %#x)", missing);
    if (options->places && options->components)
        return fail(err, TERN_E_ARGUMENT, 0, "tern_run: components and places are both set, which is one too many");
    if (model->pipeline_length < PIPELINE_MAX_LENGTH && options->places >> model->pipeline_length)
        return fail(err, TERN_E_UNSUPPORTED, 0, "the model has no component at a place that is asked for");
    if (!options->sent_starts && options->sent_start_count)
        return fail(err, TERN_E_ARGUMENT, 0, "tern_run: sent_start_count is set, sent_starts is NULL");
    if (!options->preset_entities && options->preset_entity_count)
        return fail(err, TERN_E_ARGUMENT, 0, "tern_run: preset_entity_count is set, preset_entities is NULL");
    if (options->sentence_cats && ~options->want & (TERN_CATS | TERN_SENTENCES))
        return fail(err, TERN_E_ARGUMENT, 0, "tern_run: sentence_cats needs TERN_CATS and TERN_SENTENCES in want");
    if (!(options->min_score >= 0 && options->min_score <= 1))
        return fail(err, TERN_E_ARGUMENT, 0, "tern_run: min_score is not from 0 to 1");
    if (options->min_score > 0 && !options->entity_scores)
        return fail(err, TERN_E_ARGUMENT, 0, "tern_run: min_score needs entity_scores");
    return TERN_OK;
}

/* ---- what is wanted -> what runs --------------------------------------------------------------------------------- */

#define ENTITY_PATTERNS                                                                                                \
    (1u << PATTERN_ENT_TYPE | 1u << PATTERN_ENT_IOB | 1u << PATTERN_ENT_ID | 1u << PATTERN_ENT_KB_ID)

/* What token patterns look at, or encoders embed (tested: bits 1 << PATTERN_*). */
static unsigned tested_annotations(uint32_t tested)
{
    unsigned found = 0;
    if (tested & ENTITY_PATTERNS) found |= TERN_ENTITIES;
    if (tested >> PATTERN_SENT_START & 1) found |= TERN_SENTENCES;
    if (tested >> PATTERN_LEMMA & 1) found |= TERN_LEMMAS;
    if (tested & (1u << PATTERN_POS | 1u << PATTERN_TAG | 1u << PATTERN_DEP | 1u << PATTERN_HEAD | 1u << PATTERN_MORPH))
        found |= TERN_TAGS;
    return found;
}

static int some_ruler_tests_lemmas(const tern_model *model)
{
    for (place_set left = model->of_factory[COMPONENT_ATTRIBUTE_RULER]; left; left &= left - 1)
        if (model->component[first_place(left)].ruler.tests_lemmas) return 1;
    return 0;
}

static int some_lemmatizer_is_spanish(const tern_model *model)
{
    for (place_set left = model->of_factory[COMPONENT_LEMMATIZER]; left; left &= left - 1)
        if (model->component[first_place(left)].lemmatizer.kind == LEMMATIZER_SPANISH) return 1;
    return 0;
}

/* What is looked at before tokens are joined or split; the rest of what they have follows from the roots of what is
 * joined. */
static unsigned wanted_for_tokens(const tern_model *model, place_set allowed)
{
    unsigned want = TERN_DEPENDENCIES;
    if (places_of(model, TERN_MERGE_ENTITIES) & allowed) want |= TERN_ENTITIES;
    if (places_of(model, TERN_MERGE_NOUN_CHUNKS) & allowed) want |= TERN_POS;
    return want;
}

/* Couplings: entities and parses do not cross sentence starts, and Spanish lemmas depend on them; the ruler's patterns
 * test tags, dependencies and lemmas, and may change each of the annotations of a token. */
static place_set needed_components(const tern_model *model, unsigned want, place_set allowed)
{
    if (places_of(model, TERN_RETOKENIZERS) & allowed) want |= wanted_for_tokens(model, allowed);
    if (want & TERN_NOUN_CHUNKS) want |= TERN_DEPENDENCIES | TERN_POS;
    const unsigned of_tokens = TERN_DEPENDENCIES | TERN_TAGS | TERN_POS | TERN_MORPHS | TERN_LEMMAS;
    if (want & (of_tokens | TERN_ENTITIES | TERN_SPANS)) want |= tested_annotations(model->pattern_attrs);
    if (want) want |= tested_annotations(model->encoder_reads);
    const int lemmas = want & TERN_LEMMAS || (want & of_tokens && some_ruler_tests_lemmas(model));
    unsigned needed = TERN_RETOKENIZERS | TERN_DOC_CLEANER;
    if (want & TERN_ENTITIES) needed |= TERN_NER | TERN_ENTITY_RULER;
    if (want & (TERN_ENTITIES | TERN_SENTENCES)) needed |= TERN_PARSER | TERN_SENTER | TERN_SENTENCIZER | TERN_TOK2VEC;
    if (want & of_tokens)
        needed |= TERN_TAGGER | TERN_MORPHOLOGIZER | TERN_PARSER | TERN_ATTRIBUTE_RULER | TERN_TOK2VEC;
    if (lemmas) needed |= TERN_LEMMATIZER | TERN_TRAINABLE_LEMMATIZER;
    if (want & TERN_CATS) needed |= TERN_TEXTCATS | TERN_TOK2VEC;
    if (want & TERN_SPANS) needed |= TERN_SPAN_MAKERS | TERN_SPAN_RULER | TERN_TOK2VEC;
    if (want & TERN_ENTITIES) needed |= TERN_SPAN_RULER;
    if (want & TERN_TENSOR) needed |= TERN_TOK2VEC;
    if (lemmas && some_lemmatizer_is_spanish(model)) needed |= TERN_SENTER | TERN_SENTENCIZER;
    if (needed & TERN_PARSER && model->of_factory[COMPONENT_PARSER] & allowed) needed |= TERN_SENTER | TERN_SENTENCIZER;
    return places_of(model, needed) & allowed;
}

place_set components_to_run(const tern_model *model, const tern_options *options)
{
    place_set allowed = options->places       ? options->places
                        : options->components ? places_of(model, options->components)
                                              : model->default_places;
    return needed_components(model, options->want, allowed);
}

int gives_tensor(const tern_model *model, unsigned want, place_set run)
{
    const place_set encoders = run & model->of_factory[COMPONENT_TOK2VEC];
    if (!encoders || !(want & TERN_TENSOR)) return 0;
    place_set behind = run & model->of_factory[COMPONENT_DOC_CLEANER] & ~places_before(last_place(encoders));
    for (; behind; behind &= behind - 1)
        if (model->component[first_place(behind)].empties_tensor) return 0;
    return 1;
}
