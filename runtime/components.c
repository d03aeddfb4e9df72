#include "components.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VARIABLE "TERN_COMPONENTS"
#define SHOWN_NAME 40   /* bytes of a wrong name that a message repeats */

void components_names(unsigned mask, char out[COMPONENTS_NAMES_SIZE])
{
    size_t used = 0;
    out[0] = '\0';
    for (unsigned bit = 1; tern_component_name(bit) && used < COMPONENTS_NAMES_SIZE; bit <<= 1)
        if (mask & bit)
            used += (size_t)snprintf(out + used, COMPONENTS_NAMES_SIZE - used, "%s%s", used ? ", " : "", tern_component_name(bit));
}

/* The name as a message may repeat it: short, printable ASCII. */
static int unknown_name(const char *name, size_t len, char *error)
{
    char shown[SHOWN_NAME + 4], names[COMPONENTS_NAMES_SIZE];
    size_t count = len < SHOWN_NAME ? len : SHOWN_NAME;
    for (size_t i = 0; i < count; i++) {
        unsigned char c = (unsigned char)name[i];
        shown[i] = c >= 0x20 && c < 0x7F ? name[i] : '?';
    }
    snprintf(shown + count, sizeof shown - count, "%s", len > count ? "..." : "");
    components_names(COMPONENTS_ALL, names);
    snprintf(error, COMPONENTS_ERROR_SIZE, "there is no component \"%s\" (known: %s)", shown, names);
    return -1;
}

int components_parse(const char *list, unsigned *mask, char error[COMPONENTS_ERROR_SIZE])
{
    *mask = 0;
    for (;;) {
        list += strspn(list, " ");
        size_t item = strcspn(list, ","), len = item;
        while (len && list[len - 1] == ' ')
            len--;
        unsigned component = tern_component_from_name(list, len);
        if (!component)
            return unknown_name(list, len, error);
        *mask |= component;
        if (!list[item])
            return 0;
        list += item + 1;
    }
}

int components_check(unsigned mask, const tern_model *model, char error[COMPONENTS_ERROR_SIZE])
{
    char first[COMPONENTS_NAMES_SIZE], names[COMPONENTS_NAMES_SIZE];
    unsigned missing = mask & ~tern_model_components(model);
    if (!missing)
        return 0;
    components_names(missing & (0u - missing), first);   /* its lowest bit */
    components_names(tern_model_components(model), names);
    snprintf(error, COMPONENTS_ERROR_SIZE, "the model has no component \"%s\" (it has: %s)", first, names);
    return -1;
}

/* Puts VARIABLE before the sentence. */
static int bad_variable(char error[COMPONENTS_ERROR_SIZE])
{
    char reason[COMPONENTS_ERROR_SIZE - sizeof VARIABLE - 2];
    snprintf(reason, sizeof reason, "%s", error);
    snprintf(error, COMPONENTS_ERROR_SIZE, VARIABLE ": %s", reason);
    return -1;
}

int components_default(const tern_model *model, unsigned *mask, char error[COMPONENTS_ERROR_SIZE])
{
    const char *list = getenv(VARIABLE);
    *mask = tern_model_default_components(model);
    if (!list || !*list)
        return 0;
    return components_parse(list, mask, error) || components_check(*mask, model, error) ? bad_variable(error) : 0;
}

int components_default_for_entities(const tern_model *model, unsigned *mask, char error[COMPONENTS_ERROR_SIZE])
{
    if (components_default(model, mask, error))
        return -1;
    if (*mask & TERN_NER)
        return 0;
    if (components_check(TERN_NER, model, error))
        return -1;
    snprintf(error, COMPONENTS_ERROR_SIZE, "\"ner\" must be among the components, it finds the entities");
    return bad_variable(error);
}
