#include "readers.h"

#include "error.h"

uint32_t encoder_of(const tern_model *model, uint32_t place, place_set run)
{
    if (!model->component[place].listens) return place;
    place_set before = run & model->of_factory[COMPONENT_TOK2VEC] & places_before(place);
    return before ? last_place(before) : NO_PLACE;
}

place_set listeners_of(const tern_model *model, uint32_t encoder, place_set run)
{
    place_set found = 0;
    for (place_set left = run & places_behind(encoder); left; left &= left - 1) {
        uint32_t place = first_place(left);
        if (factory_at(model, place) == COMPONENT_TOK2VEC) break;
        if (model->component[place].listens) found |= AT_PLACE(place);
    }
    return found;
}

/* The components behind an encoder that change the tokens. */
static place_set retokenizers_behind(const tern_model *model, uint32_t encoder, place_set run)
{
    return run & places_of(model, TERN_RETOKENIZERS) & places_behind(encoder);
}

place_set retokenizers_between(const tern_model *model, uint32_t encoder, uint32_t place, place_set run)
{
    return retokenizers_behind(model, encoder, run) & places_before(place);
}

place_set late_listeners(const tern_model *model, uint32_t encoder, place_set run)
{
    const place_set changes = retokenizers_behind(model, encoder, run);
    return changes ? listeners_of(model, encoder, run) & ~places_before(first_place(changes)) : 0;
}

tern_status check_widths(const tern_model *model, place_set run, tern_error *err)
{
    for (place_set left = run; left; left &= left - 1) {
        uint32_t place = first_place(left), encoder = encoder_of(model, place, run);
        const component_model *c = &model->component[place];
        if (c->width && encoder != NO_PLACE && model->component[encoder].width != c->width)
            return fail(err, TERN_E_UNSUPPORTED, 0,
                        "the component %.60s cannot read the rows of %.60s, which have another width: run it with the "
                        "tok2vec that it was trained with",
                        c->name, model->component[encoder].name);
    }
    return TERN_OK;
}

static int sets_spans(const component_model *c)
{
    return (TERN_SPAN_MAKERS >> c->factory & 1)
           || (c->factory == COMPONENT_SPAN_RULER && c->span_ruler.spans_key != NO_STRING);
}

tern_status check_retokenizers(const tern_model *model, place_set run, tern_error *err)
{
    const place_set changes = run & places_of(model, TERN_RETOKENIZERS);
    const place_set splits = changes & places_of(model, TERN_TOKEN_SPLITTER);
    for (place_set left = changes ? run : 0; left; left &= left - 1) {
        uint32_t place = first_place(left), encoder = encoder_of(model, place, run);
        const component_model *c = &model->component[place];
        if (sets_spans(c) && changes & places_behind(place))
            return fail(err, TERN_E_UNSUPPORTED, 0,
                        "the component %.60s sets spans of tokens that a later component joins or splits: leave one of "
                        "them out",
                        c->name);
        if (c->listens && encoder != NO_PLACE && retokenizers_between(model, encoder, place, run) & splits)
            return fail(
                err, TERN_E_UNSUPPORTED, 0,
                "the component %.60s listens to an encoder that ran before tokens were split: leave one of them out",
                c->name);
    }
    return TERN_OK;
}
