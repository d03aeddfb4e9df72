#include "doc_html.h"

#include "arcs.h"
#include "doc_parts.h"
#include "html_out.h"
#include "labels.h"

/* ---- entities ---------------------------------------------------------------------------------------------------- */

static const char entities_style[] =
    "main { max-width: 48rem; margin: 0 auto; font-size: 1.1rem; line-height: 2.1; white-space: pre-wrap; "
    "overflow-wrap: anywhere; unicode-bidi: plaintext; tab-size: 4; }\n"
    "mark { color: #16181d; padding: .22em .4em; margin: 0 .1em; border-radius: .35em; line-height: 1; "
    "-webkit-box-decoration-break: clone; box-decoration-break: clone; unicode-bidi: isolate; }\n"
    "mark small { font-size: .62em; font-weight: 700; letter-spacing: .03em; margin-inline-start: .55em; opacity: .7; "
    "white-space: nowrap; vertical-align: .08em; user-select: none; unicode-bidi: isolate; }\n";

static void write_entity(bytes *out, const char *text, const tern_entity *entity)
{
    bytes_format(out, "<mark style=\"background: %s\">", label_style_of(entity->label)->css);
    html_out_text(out, text + entity->span.byte_start, entity->span.byte_end - entity->span.byte_start);
    bytes_text(out, "<small>");
    html_out_cstring(out, entity->label);
    bytes_text(out, "</small></mark>");
}

void doc_html_entities(bytes *out, const char *text, size_t len, const tern_doc *doc)
{
    tern_entity entity;
    size_t shown = 0;
    html_out_begin(out, "Named entities", entities_style);
    bytes_text(out, "<main>");
    for (size_t i = 0; !tern_doc_entity(doc, i, &entity); i++) {
        html_out_text(out, text + shown, entity.span.byte_start - shown);
        write_entity(out, text, &entity);
        shown = entity.span.byte_end;
    }
    html_out_text(out, text + shown, len - shown);
    bytes_text(out, "</main>\n");
    html_out_end(out);
}

/* ---- dependencies ------------------------------------------------------------------------------------------------ */

static const char arcs_style[] =
    "body { --line: #7d8794; --name: #0b5cad; --quiet: #5d6673; }\n"
    "@media (prefers-color-scheme: dark) { body { --line: #8d97a5; --name: #86bdff; --quiet: #a3acb9; } }\n"
    "figure { margin: 0 0 1.5rem; overflow-x: auto; }\n"
    "svg { display: block; font-family: inherit; }\n"
    "svg text { text-anchor: middle; fill: currentColor; }\n"
    ".word { font-size: 17px; }\n"
    ".space { opacity: .45; }\n"
    "svg .pos { font-size: 11px; fill: var(--quiet); letter-spacing: .04em; }\n"
    "svg .dep { font-size: 12px; fill: var(--name); }\n"
    ".arc { fill: none; stroke: var(--line); stroke-width: 1.5; }\n"
    ".tip { fill: var(--line); }\n";

void doc_html_arcs(bytes *out, const char *text, const tern_doc *doc)
{
    html_out_begin(out, "Dependencies", arcs_style);
    bytes_text(out, "<main>\n");
    for (size_t i = 0; i < doc_part_count(doc) && !out->failed; i++) {
        bytes_text(out, "<figure>\n");
        if (arcs_draw(out, text, doc, doc_part_at(doc, i))) out->failed = 1;
        bytes_text(out, "</figure>\n");
    }
    bytes_text(out, "</main>\n");
    html_out_end(out);
}
