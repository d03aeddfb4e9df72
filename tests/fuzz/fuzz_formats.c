/* fuzz_formats - any bytes as a text that is shown to people, with the tiny model behind it: what is not UTF-8 is
 * refused, and whatever is in it, JSON is JSON, a page has no markup of its own, a table no control characters. */
#include "doc_conllu.h"
#include "doc_html.h"
#include "doc_json.h"
#include "doc_table.h"
#include "doc_tree.h"
#include "fuzz.h"

#include <string.h>

static tern_ctx *ctx;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    ctx = fuzz_context("tests/data/tiny.tern", NULL);
    return 0;
}

static void require_no_controls(const bytes *out, const char *allowed)
{
    for (size_t i = 0; i < out->len; i++) {
        unsigned char c = (unsigned char)out->data[i];
        REQUIRE((c >= 0x20 && c != 0x7F) || (c && strchr(allowed, c)));
    }
}

static size_t count(const bytes *out, char c)
{
    size_t found = 0;
    for (size_t i = 0; i < out->len; i++) found += out->data[i] == c;
    return found;
}

static void check_page(const bytes *out)
{
    require_no_controls(out, "\t\n\r");
    REQUIRE(count(out, '<') == count(out, '>'));
    REQUIRE(!memcmp(out->data + out->len - 8, "</html>\n", 8));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bytes out; /* kept: its memory is re-used */
    const char *text = (const char *)data;
    const tern_doc *doc;
    if (tern_run(ctx, text, size, NULL, &doc, NULL)) return 0;
    bytes_clear(&out);
    doc_json(&out, text, size, doc, DOC_JSON_SCORES);
    fuzz_require_json(out.data, out.len);
    bytes_clear(&out);
    doc_html_entities(&out, text, size, doc);
    check_page(&out);
    bytes_clear(&out);
    doc_html_arcs(&out, text, doc);
    check_page(&out);
    bytes_clear(&out);
    doc_table(&out, text, doc, 0);
    require_no_controls(&out, "\n");
    bytes_clear(&out);
    doc_tree(&out, text, doc, 0);
    require_no_controls(&out, "\n");
    bytes_clear(&out);
    doc_conllu(&out, text, size, doc);
    REQUIRE(!out.len || !memcmp(out.data + out.len - 2, "\n\n", 2));
    REQUIRE(!out.failed);
    return 0;
}
