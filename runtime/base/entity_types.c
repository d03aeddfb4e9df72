#include "entity_types.h"

#include <string.h>

/* Labels of OntoNotes (English, Chinese, Japanese, Dutch, Finnish), then those that other pipelines have besides; a
 * label that is the name of a type is that type. */
const entity_type_row entity_types[] = {
    {"PERSON", "PERSON"},
    {"NORP", "OTHER"}, /* nationalities, religious and political groups */
    {"FAC", "LOCATION"},
    {"ORG", "ORGANIZATION"},
    {"GPE", "LOCATION"},
    {"LOC", "LOCATION"},
    {"PRODUCT", "COMMERCIAL_ITEM"},
    {"EVENT", "EVENT"},
    {"WORK_OF_ART", "TITLE"},
    {"LAW", "OTHER"},
    {"LANGUAGE", "OTHER"},
    {"DATE", "DATE"},
    {"TIME", "DATE"}, /* Comprehend's DATE has times of the day */
    {"PERCENT", "QUANTITY"},
    {"MONEY", "QUANTITY"},
    {"QUANTITY", "QUANTITY"},
    {"ORDINAL", "QUANTITY"},
    {"CARDINAL", "QUANTITY"},
    /* WikiNER: French, German, Spanish, Italian, Portuguese, Russian, Catalan */
    {"PER", "PERSON"},
    {"MISC", "OTHER"},
    /* Polish */
    {"persName", "PERSON"},
    {"placeName", "LOCATION"},
    {"geogName", "LOCATION"},
    {"orgName", "ORGANIZATION"},
    {"date", "DATE"},
    {"time", "DATE"},
    /* Romanian */
    {"DATETIME", "DATE"},
    {"PERIOD", "DATE"},
    {"FACILITY", "LOCATION"},
    {"NUMERIC_VALUE", "QUANTITY"},
    /* Norwegian, Swedish */
    {"GPE_LOC", "LOCATION"},
    {"GPE_ORG", "ORGANIZATION"},
    {"PROD", "COMMERCIAL_ITEM"},
    {"EVT", "EVENT"},
    {"PRS", "PERSON"},
    {"TME", "DATE"},
    {"MSR", "QUANTITY"},
    {"WRK", "TITLE"},
    {"EVN", "EVENT"},
    /* Korean */
    {"PS", "PERSON"},
    {"LC", "LOCATION"},
    {"OG", "ORGANIZATION"},
    {"DT", "DATE"},
    {"TI", "DATE"},
    {"QT", "QUANTITY"},
    /* models of one's own that have Comprehend's types */
    {"LOCATION", "LOCATION"},
    {"ORGANIZATION", "ORGANIZATION"},
    {"COMMERCIAL_ITEM", "COMMERCIAL_ITEM"},
    {"TITLE", "TITLE"},
};
const size_t entity_type_count = sizeof entity_types / sizeof *entity_types;

const char *entity_type_of(const char *label)
{
    for (size_t i = 0; i < entity_type_count; i++)
        if (!strcmp(entity_types[i].label, label)) return entity_types[i].type;
    return "OTHER";
}
