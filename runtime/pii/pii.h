/* pii.h - what a text says of persons, found by patterns: by the form of a value, by its check digits, by the word
 * beside it. Types are called as in Amazon Comprehend (PiiEntityType). NAME, ADDRESS and DATE_TIME come from a model's
 * entities (pii_type_of_entity); an ADDRESS is also a street with its number. Nothing here is a guarantee:
 * docs/redact.md says what is found, how sure it is, and what is not.
 *
 * The time is linear in the text's length, whatever is in it. */
#ifndef TERN_PII_H
#define TERN_PII_H

#include <stddef.h>
#include <stdint.h>

typedef enum pii_type {
    PII_NAME,
    PII_ADDRESS,
    PII_DATE_TIME,
    PII_AGE,
    PII_EMAIL,
    PII_PHONE,
    PII_URL,
    PII_IP_ADDRESS,
    PII_MAC_ADDRESS,
    PII_USERNAME,
    PII_PASSWORD,
    PII_PIN,
    PII_CREDIT_DEBIT_NUMBER,
    PII_CREDIT_DEBIT_CVV,
    PII_CREDIT_DEBIT_EXPIRY,
    PII_BANK_ACCOUNT_NUMBER,
    PII_BANK_ROUTING,
    PII_INTERNATIONAL_BANK_ACCOUNT_NUMBER,
    PII_SWIFT_CODE,
    PII_SSN,
    PII_US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER,
    PII_PASSPORT_NUMBER,
    PII_DRIVER_ID,
    PII_LICENSE_PLATE,
    PII_VEHICLE_IDENTIFICATION_NUMBER,
    PII_AWS_ACCESS_KEY,
    PII_AWS_SECRET_KEY,
    PII_CA_SOCIAL_INSURANCE_NUMBER,
    PII_CA_HEALTH_NUMBER,
    PII_UK_NATIONAL_INSURANCE_NUMBER,
    PII_UK_NATIONAL_HEALTH_SERVICE_NUMBER,
    PII_UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER,
    PII_IN_AADHAAR,
    PII_IN_PERMANENT_ACCOUNT_NUMBER,
    PII_IN_VOTER_NUMBER,
    PII_TYPES
} pii_type;

#define PII_BIT(type) (UINT64_C(1) << (type))
#define PII_ALL (PII_BIT(PII_TYPES) - 1)
#define PII_OF_ENTITIES (PII_BIT(PII_NAME) | PII_BIT(PII_ADDRESS) | PII_BIT(PII_DATE_TIME))

/* "EMAIL", ...; the type of that name, or -1. */
const char *pii_type_name(pii_type type);
int pii_type_from_name(const char *name, size_t len);

/* What an entity of this label is, by entity_types.h: PERSON is a NAME, GPE an ADDRESS, TIME a DATE_TIME; or -1. */
int pii_type_of_entity(const char *label);

/* How sure a pattern is. */
#define PII_PROVED 1.0 /* check digits fit, and so does the form, or a word beside it says so */
#define PII_SHAPED 0.9 /* hardly anything else has this form; or a word says what it is, and the form fits */
#define PII_CUED 0.8   /* only the word beside it says what it is */
#define PII_LIKELY 0.7 /* other things may have this form */

/* Bytes, half open. label is a constant, or the model's. */
typedef struct pii_span {
    size_t start, end;
    const char *label;
    double score;
    int of_entity; /* 1: a model found it */
} pii_span;

/* Starts as {0}. failed: memory ran out, and something is missing. */
typedef struct pii_list {
    pii_span *item;
    size_t count, capacity;
    int failed;
} pii_list;

void pii_add(pii_list *list, pii_span span);
void pii_free(pii_list *list);

/* Appends what patterns find of these types (PII_BIT) in text, which is UTF-8 and may contain U+0000. */
void pii_find(const char *text, size_t len, uint64_t types, pii_list *out);

/* Makes the list ordered and without overlaps. The one rule: patterns come before entities, of patterns the longer one
 * comes first, then the surer one, then the one that begins first, then the order of pii_type. What comes later keeps
 * what is left of it, without white space and marks at its ends, if there is a letter or a digit in it: so that nothing
 * that was found becomes visible. */
void pii_settle(const char *text, size_t len, pii_list *list);

/* In a list that is settled: neighbours labelled ADDRESS become one where nothing but commas, blanks, a house number, a
 * code of a state or a postal code stands between them; a postal code of the USA behind one belongs to it. The score is
 * the least. */
void pii_join_addresses(const char *text, size_t len, pii_list *list);

#endif
