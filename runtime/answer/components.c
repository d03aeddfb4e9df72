#include "components.h"

#include <stdio.h>
#include <string.h>

#include "environment.h"
#include "names.h"

#define VARIABLE "TERN_COMPONENTS"

void components_of(const tern_model *model, char out[COMPONENTS_NAMES_SIZE])
{
    const unsigned mask = tern_model_components(model);
    size_t used = (size_t)snprintf(out, COMPONENTS_NAMES_SIZE, mask ? "(it has: " : "(it is a tokenizer alone");
    const char *comma = "";
    for (unsigned bit = 1; tern_component_name(bit) && used < COMPONENTS_NAMES_SIZE; bit <<= 1)
        if (mask & bit) {
            used += (size_t)snprintf(out + used, COMPONENTS_NAMES_SIZE - used, "%s%s", comma, tern_component_name(bit));
            comma = ", ";
        }
    if (used < COMPONENTS_NAMES_SIZE) snprintf(out + used, COMPONENTS_NAMES_SIZE - used, ")");
}

static int lacks(const tern_model *model, const char *name, problem *why)
{
    char has[COMPONENTS_NAMES_SIZE];
    components_of(model, has);
    return problem_set(why, -1, "the model has no component \"%s\" %s", name, has);
}

int components_parse(const char *list, const tern_model *model, unsigned *mask, problem *why)
{
    *mask = 0;
    for (;;) {
        list += strspn(list, " ");
        size_t item = strcspn(list, ","), len = item;
        while (len && list[len - 1] == ' ') len--;
        unsigned component = tern_component_from_name(list, len);
        if (!component) {
            char shown[NAME_SHOWN_SIZE];
            name_shown(list, len, shown);
            return lacks(model, shown, why);
        }
        *mask |= component;
        if (!list[item]) return 0;
        list += item + 1;
    }
}

int components_check(unsigned mask, const tern_model *model, problem *why)
{
    unsigned missing = mask & ~tern_model_components(model);
    return missing ? lacks(model, tern_component_name(missing & (0u - missing)), why) : 0;
}

int components_default(const tern_model *model, unsigned *mask, problem *why)
{
    const char *list = environment(VARIABLE);
    *mask = tern_model_default_components(model);
    if (!list) return 0;
    return components_parse(list, model, mask, why) || components_check(*mask, model, why) ? problem_at(why, VARIABLE)
                                                                                           : 0;
}

int components_default_for_entities(const tern_model *model, unsigned *mask, problem *why)
{
    if (components_default(model, mask, why)) return -1;
    if (*mask & TERN_NER) return 0;
    if (components_check(TERN_NER, model, why)) return -1;
    problem_set(why, -1, "\"ner\" must be among the components, it finds the entities");
    return problem_at(why, VARIABLE);
}
