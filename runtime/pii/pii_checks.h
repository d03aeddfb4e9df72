/* pii_checks.h - check digits. Strings of digits or of upper-case letters and digits, of len characters. */
#ifndef TERN_PII_CHECKS_H
#define TERN_PII_CHECKS_H

#include <stddef.h>

int check_luhn(const char *digits, size_t len);     /* ISO/IEC 7812-1, annex B */
int check_verhoeff(const char *digits, size_t len); /* J. Verhoeff, Error Detecting Decimal Codes, 1969 */
int check_iban(const char *code, size_t len); /* ISO 7064 MOD 97-10 over the code with its first four at the end */
int check_nhs(const char *digits);            /* 10: NHS Data Dictionary, modulus 11 */
int check_utr(const char *digits);            /* 10: HMRC, modulus 11, the first is the check digit */
int check_aba(const char *digits);            /* 9: ABA, weights 3 7 1 */
int check_vin(const char *code);              /* 17: 49 CFR 565.15, position 9 */

#endif
