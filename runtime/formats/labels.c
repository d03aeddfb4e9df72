#include "labels.h"

#include <stddef.h>
#include <string.h>

const label_style *label_style_of(const char *label)
{
    static const label_style styles[] = {
        {"PERSON", "1;35", "#e7c6ff"}, {"NORP", "1;34", "#c8d6ff"},     {"FAC", "33", "#ecd9b8"},
        {"ORG", "1;36", "#a9e4ef"},    {"GPE", "1;32", "#b7ebb1"},      {"LOC", "32", "#cfe8a3"},
        {"PRODUCT", "36", "#a8ead5"},  {"EVENT", "1;33", "#ffd59e"},    {"WORK_OF_ART", "35", "#ffc9e5"},
        {"LAW", "34", "#d5ccf5"},      {"LANGUAGE", "1;34", "#bfe0ff"}, {"DATE", "1;33", "#ffe58a"},
        {"TIME", "33", "#f7efa0"},     {"PERCENT", "1;31", "#ffc6b8"},  {"MONEY", "1;31", "#ffbcbc"},
        {"QUANTITY", "31", "#f5d0c5"}, {"ORDINAL", "31", "#e4d7cf"},    {"CARDINAL", "31", "#dfe0e4"},
    };
    static const label_style other = {"", "7", "#d9dee3"};
    for (size_t i = 0; i < sizeof styles / sizeof *styles; i++)
        if (!strcmp(label, styles[i].label)) return &styles[i];
    return &other;
}
