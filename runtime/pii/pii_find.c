/* pii_find.c - all scanners, one after the other. */
#include "pii.h"
#include "pii_scan.h"
#include "pii_scanners.h"

void pii_find(const char *text, size_t len, uint64_t types, pii_list *out)
{
    static void (*const scanners[])(const pii_text *) = {pii_scan_web,    pii_scan_hosts,  pii_scan_numbers,
                                                         pii_scan_phones, pii_scan_codes,  pii_scan_cued,
                                                         pii_scan_ages,   pii_scan_streets};
    const pii_text t = {.text = text, .len = len, .types = types, .out = out};
    for (size_t i = 0; i < sizeof scanners / sizeof *scanners; i++) scanners[i](&t);
}
