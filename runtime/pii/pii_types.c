/* pii_types.c - the names of the types, and lists of what was found. */
#include "pii.h"

#include <stdlib.h>
#include <string.h>

#include "entity_types.h"
#include "names.h"

static const char *const type_names[PII_TYPES] = {
    [PII_NAME] = "NAME",
    [PII_ADDRESS] = "ADDRESS",
    [PII_DATE_TIME] = "DATE_TIME",
    [PII_AGE] = "AGE",
    [PII_EMAIL] = "EMAIL",
    [PII_PHONE] = "PHONE",
    [PII_URL] = "URL",
    [PII_IP_ADDRESS] = "IP_ADDRESS",
    [PII_MAC_ADDRESS] = "MAC_ADDRESS",
    [PII_USERNAME] = "USERNAME",
    [PII_PASSWORD] = "PASSWORD",
    [PII_PIN] = "PIN",
    [PII_CREDIT_DEBIT_NUMBER] = "CREDIT_DEBIT_NUMBER",
    [PII_CREDIT_DEBIT_CVV] = "CREDIT_DEBIT_CVV",
    [PII_CREDIT_DEBIT_EXPIRY] = "CREDIT_DEBIT_EXPIRY",
    [PII_BANK_ACCOUNT_NUMBER] = "BANK_ACCOUNT_NUMBER",
    [PII_BANK_ROUTING] = "BANK_ROUTING",
    [PII_INTERNATIONAL_BANK_ACCOUNT_NUMBER] = "INTERNATIONAL_BANK_ACCOUNT_NUMBER",
    [PII_SWIFT_CODE] = "SWIFT_CODE",
    [PII_SSN] = "SSN",
    [PII_US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER] = "US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER",
    [PII_PASSPORT_NUMBER] = "PASSPORT_NUMBER",
    [PII_DRIVER_ID] = "DRIVER_ID",
    [PII_LICENSE_PLATE] = "LICENSE_PLATE",
    [PII_VEHICLE_IDENTIFICATION_NUMBER] = "VEHICLE_IDENTIFICATION_NUMBER",
    [PII_AWS_ACCESS_KEY] = "AWS_ACCESS_KEY",
    [PII_AWS_SECRET_KEY] = "AWS_SECRET_KEY",
    [PII_CA_SOCIAL_INSURANCE_NUMBER] = "CA_SOCIAL_INSURANCE_NUMBER",
    [PII_CA_HEALTH_NUMBER] = "CA_HEALTH_NUMBER",
    [PII_UK_NATIONAL_INSURANCE_NUMBER] = "UK_NATIONAL_INSURANCE_NUMBER",
    [PII_UK_NATIONAL_HEALTH_SERVICE_NUMBER] = "UK_NATIONAL_HEALTH_SERVICE_NUMBER",
    [PII_UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER] = "UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER",
    [PII_IN_AADHAAR] = "IN_AADHAAR",
    [PII_IN_PERMANENT_ACCOUNT_NUMBER] = "IN_PERMANENT_ACCOUNT_NUMBER",
    [PII_IN_VOTER_NUMBER] = "IN_VOTER_NUMBER",
};

const char *pii_type_name(pii_type type) { return type_names[type]; }

int pii_type_from_name(const char *name, size_t len) { return name_index(type_names, PII_TYPES, name, len); }

int pii_type_of_entity(const char *label)
{
    const char *type = entity_type_of(label);
    return !strcmp(type, "PERSON")     ? PII_NAME
           : !strcmp(type, "LOCATION") ? PII_ADDRESS
           : !strcmp(type, "DATE")     ? PII_DATE_TIME
                                       : -1;
}

void pii_add(pii_list *list, pii_span span)
{
    if (list->count == list->capacity && !list->failed) {
        const size_t capacity = list->capacity ? 2 * list->capacity : 16;
        pii_span *item = realloc(list->item, capacity * sizeof *item);
        list->failed = item == NULL;
        if (item) {
            list->item = item;
            list->capacity = capacity;
        }
    }
    if (!list->failed) list->item[list->count++] = span;
}

void pii_free(pii_list *list)
{
    free(list->item);
    *list = (pii_list){0};
}
