#include "components.h"

#include <stdio.h>
#include <string.h>

#include "environment.h"
#include "names.h"

#define VARIABLE "TERN_COMPONENTS"

void components_of(const tern_model *model, char out[COMPONENTS_NAMES_SIZE])
{
    static const char rest[] = ", ...";
    const size_t count = tern_model_component_count(model), room = COMPONENTS_NAMES_SIZE - sizeof rest - 1;
    size_t used = (size_t)snprintf(out, room, count ? "(it has: " : "(it is a tokenizer alone");
    tern_component c;
    for (size_t place = 0; tern_model_component(model, place, &c) == TERN_OK; place++) {
        if (used + strlen(c.name) + 2 >= room) {
            used += (size_t)snprintf(out + used, sizeof rest, "%s", rest);
            break;
        }
        used += (size_t)snprintf(out + used, room - used, "%s%s", place ? ", " : "", c.name);
    }
    snprintf(out + used, COMPONENTS_NAMES_SIZE - used, ")");
}

uint64_t components_made_by(const tern_model *model, unsigned factories)
{
    uint64_t places = 0;
    tern_component c;
    for (size_t place = 0; tern_model_component(model, place, &c) == TERN_OK; place++)
        if (c.component & factories) places |= (uint64_t)1 << place;
    return places;
}

uint64_t components_by_default(const tern_model *model)
{
    uint64_t places = 0;
    tern_component c;
    for (size_t place = 0; tern_model_component(model, place, &c) == TERN_OK; place++)
        if (c.is_default) places |= (uint64_t)1 << place;
    return places;
}

static int lacks(const tern_model *model, const char *name, problem *why)
{
    char has[COMPONENTS_NAMES_SIZE];
    components_of(model, has);
    return problem_set(why, -1, "the model has no component \"%s\" %s", name, has);
}

int components_find(const char *name, size_t len, const tern_model *model, uint64_t *places, unsigned *lacking)
{
    tern_component c;
    for (size_t place = 0; tern_model_component(model, place, &c) == TERN_OK; place++)
        if (strlen(c.name) == len && !memcmp(c.name, name, len)) {
            *places |= (uint64_t)1 << place;
            return 1;
        }
    unsigned factory = tern_component_from_name(name, len);
    uint64_t made = components_made_by(model, factory);
    *places |= made;
    if (!made) *lacking |= factory;
    return factory != 0;
}

int components_parse(const char *list, const tern_model *model, uint64_t *places, unsigned *lacking, problem *why)
{
    *places = 0;
    *lacking = 0;
    for (;;) {
        list += strspn(list, " ");
        size_t item = strcspn(list, ","), len = item;
        while (len && list[len - 1] == ' ') len--;
        if (!components_find(list, len, model, places, lacking)) {
            char shown[NAME_SHOWN_SIZE];
            name_shown(list, len, shown);
            return lacks(model, shown, why);
        }
        if (!list[item]) return 0;
        list += item + 1;
    }
}

int components_check(unsigned factories, const tern_model *model, problem *why)
{
    unsigned missing = factories & ~tern_model_components(model);
    return missing ? lacks(model, tern_component_name(missing & (0u - missing)), why) : 0;
}

int components_default(const tern_model *model, uint64_t *places, problem *why)
{
    const char *list = environment(VARIABLE);
    unsigned lacking;
    *places = components_by_default(model);
    if (!list) return 0;
    return components_parse(list, model, places, &lacking, why) || components_check(lacking, model, why)
               ? problem_at(why, VARIABLE)
               : 0;
}

int components_default_for_entities(const tern_model *model, uint64_t *places, problem *why)
{
    if (components_default(model, places, why)) return -1;
    if (*places & components_made_by(model, COMPONENTS_OF_ENTITIES)) return 0;
    if (components_check(TERN_NER, model, why)) return -1;
    problem_set(why, -1, "\"ner\" must be among the components, it finds the entities");
    return problem_at(why, VARIABLE);
}
