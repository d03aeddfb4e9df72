/* pii_scanners.h - the scanners of pii_find, each in a file of its name. */
#ifndef TERN_PII_SCANNERS_H
#define TERN_PII_SCANNERS_H

#include "pii_scan.h"

void pii_scan_web(const pii_text *t);     /* EMAIL, URL */
void pii_scan_hosts(const pii_text *t);   /* IP_ADDRESS, MAC_ADDRESS */
void pii_scan_numbers(const pii_text *t); /* cards and numbers of persons that are digits */
void pii_scan_phones(const pii_text *t);  /* PHONE */
void pii_scan_codes(const pii_text *t);   /* IBAN and what else is letters and digits */
void pii_scan_cued(const pii_text *t);    /* what only a word before it tells: PIN, PASSWORD, ... */
void pii_scan_ages(const pii_text *t);    /* AGE */
void pii_scan_streets(const pii_text *t); /* ADDRESS */

#endif
