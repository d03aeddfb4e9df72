#include "pii_checks.h"

#include <string.h>

int check_luhn(const char *digits, size_t len)
{
    unsigned sum = 0;
    for (size_t i = 0; i < len; i++) {
        const unsigned digit = (unsigned)(digits[len - 1 - i] - '0');
        sum += i % 2 ? 2 * digit - (digit > 4 ? 9 : 0) : digit;
    }
    return sum % 10 == 0;
}

/* The product of the dihedral group of order 10. */
static unsigned dihedral(unsigned a, unsigned b)
{
    if (a < 5) return b < 5 ? (a + b) % 5 : 5 + (a + b - 5) % 5;
    return b < 5 ? 5 + (a - b) % 5 : (a - b + 5) % 5;
}

int check_verhoeff(const char *digits, size_t len)
{
    static const unsigned step[10] = {1, 5, 7, 6, 2, 8, 3, 0, 9, 4};
    unsigned sum = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned digit = (unsigned)(digits[len - 1 - i] - '0');
        for (size_t turn = 0; turn < i % 8; turn++) digit = step[digit];
        sum = dihedral(sum, digit);
    }
    return sum == 0;
}

int check_iban(const char *code, size_t len)
{
    unsigned rest = 0;
    for (size_t i = 0; i < len; i++) {
        const char c = code[(i + 4) % len];
        rest = c >= 'A' ? (rest * 100 + (unsigned)(c - 'A' + 10)) % 97 : (rest * 10 + (unsigned)(c - '0')) % 97;
    }
    return rest == 1;
}

int check_nhs(const char *digits)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < 10; i++) sum += (10 - i) * (unsigned)(digits[i] - '0');
    return sum % 11 == 0;
}

int check_utr(const char *digits)
{
    static const unsigned weight[9] = {6, 7, 8, 9, 10, 5, 4, 3, 2};
    unsigned sum = 0;
    for (size_t i = 0; i < 9; i++) sum += weight[i] * (unsigned)(digits[i + 1] - '0');
    return digits[0] == "21987654321"[sum % 11];
}

int check_aba(const char *digits)
{
    static const unsigned weight[3] = {3, 7, 1};
    unsigned sum = 0;
    for (size_t i = 0; i < 9; i++) sum += weight[i % 3] * (unsigned)(digits[i] - '0');
    return sum % 10 == 0;
}

int check_vin(const char *code)
{
    static const char letters[] = "ABCDEFGHJKLMNPRSTUVWXYZ", values[] = "12345678123457923456789";
    static const unsigned weight[17] = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
    unsigned sum = 0;
    for (size_t i = 0; i < 17; i++) {
        const char *letter = code[i] >= 'A' ? strchr(letters, code[i]) : NULL;
        sum += weight[i] * (unsigned)((letter ? values[letter - letters] : code[i]) - '0');
    }
    return code[8] == "0123456789X"[sum % 11];
}
