#include "redaction_labels.h"

#include <string.h>

#include "components.h"
#include "json_in.h"

/* Whether this component of the description finds entities. */
static int finds_entities(const tern_model *model, const char *name)
{
    tern_component component;
    for (size_t i = 0; tern_model_component(model, i, &component) == TERN_OK; i++)
        if (!strcmp(component.name, name)) return (component.component & COMPONENTS_OF_ENTITIES) != 0;
    return 0;
}

/* Appends the labels of one component, each with NUL behind it. */
static void append_labels(const json_node *labels, bytes *out)
{
    bytes label = {0};
    for (const json_node *n = json_first(labels); n; n = json_next(n))
        if (json_string(n, &label)) bytes_append(out, label.data, label.len + 1);
    out->failed |= label.failed;
    bytes_free(&label);
}

/* All of them. *open: a component does not say which it may set. */
static void labels_of(const tern_model *model, bytes *out, int *open)
{
    const char *meta;
    size_t len;
    json_error error;
    *open = 0;
    if (tern_model_meta(model, &meta, &len) != TERN_OK) return;
    json_doc *doc = json_parse(meta, len, &error);
    const json_node *components = doc ? json_member(json_root(doc), "components") : NULL;
    for (const json_node *n = json_first(components); n; n = json_next(n)) {
        if (!finds_entities(model, json_key(n))) continue;
        const json_node *labels = json_member(n, "labels");
        *open |= labels == NULL;
        append_labels(labels, out);
    }
    json_free(doc);
}

static int is_there(const bytes *labels, const char *name, size_t len)
{
    for (size_t i = 0; i < labels->len; i += strlen(labels->data + i) + 1)
        if (strlen(labels->data + i) == len && !memcmp(labels->data + i, name, len)) return 1;
    return 0;
}

int redaction_choose(const char *name, size_t len, const tern_model *model, redaction_options *options, bytes *labels)
{
    bytes known = {0};
    int open;
    const int type = pii_type_from_name(name, len);
    labels_of(model, &known, &open);
    const int is_label = len && !memchr(name, '\0', len) && (is_there(&known, name, len) || (open && type < 0));
    bytes_free(&known);
    options->chosen = 1;
    if (type >= 0) options->types |= PII_BIT(type);
    if (is_label) {
        bytes_append(labels, name, len);
        bytes_append(labels, "", 1);
    }
    return type >= 0 || is_label ? 0 : -1;
}

void redaction_list_labels(const tern_model *model, problem *why)
{
    bytes known = {0};
    int open;
    labels_of(model, &known, &open);
    problem_add(why, " (of entities:");
    for (size_t i = 0; i < known.len; i += strlen(known.data + i) + 1)
        problem_add(why, "%s%s", i ? ", " : " ", known.data + i);
    problem_add(why, "%s; of what patterns find:", known.len ? "" : " none");
    for (pii_type type = 0; type < PII_TYPES; type++) problem_add(why, "%s%s", type ? ", " : " ", pii_type_name(type));
    problem_add(why, ")");
    bytes_free(&known);
}
