"""Pieces of markup. Browsers draw them as those of spaCy; tests compare the markup itself."""

from __future__ import annotations

SVG = (
    '\n<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" xml:lang="{lang}" id="{id}" '
    'class="displacy" width="{width}" height="{height}" direction="{dir}" style="max-width: none; height: {height}px; '
    'color: {color}; background: {bg}; font-family: {font}; direction: {dir}">{content}</svg>\n'
)
_TSPAN = '    <tspan class="displacy-{kind}"{dy} fill="currentColor" x="{{x}}">{{{field}}}</tspan>\n'
_WORD, _LEMMA, _TAG = (
    _TSPAN.format(kind=kind, dy=dy, field=field)
    for kind, dy, field in (("word", "", "text"), ("lemma", ' dy="2em"', "lemma"), ("tag", ' dy="2em"', "tag"))
)
_TOKEN = '\n<text class="displacy-token" fill="currentColor" text-anchor="middle" y="{y}">\n'
WORD = f"{_TOKEN}{_WORD}{_TAG}</text>\n"
WORD_WITH_LEMMA = f"{_TOKEN}{_WORD}{_LEMMA}{_TAG}</text>\n"
ARC = (
    '\n<g class="displacy-arrow">\n'
    '    <path class="displacy-arc" id="arrow-{id}-{i}" stroke-width="{stroke}px" d="{arc}" fill="none" '
    'stroke="currentColor"/>\n'
    '    <text dy="1.25em" style="font-size: 0.8em; letter-spacing: 1px">\n'
    '        <textPath xlink:href="#arrow-{id}-{i}" class="displacy-label" startOffset="50%" side="{label_side}" '
    'fill="currentColor" text-anchor="middle">{label}</textPath>\n'
    "    </text>\n"
    '    <path class="displacy-arrowhead" d="{head}" fill="currentColor"/>\n'
    "</g>\n"
)

FIGURE = '\n<figure style="margin-bottom: 6rem">{content}</figure>\n'
TITLE = '\n<h2 style="margin: 0">{title}</h2>\n'
PAGE = (
    '\n<!DOCTYPE html>\n<html lang="{lang}">\n    <head>\n        <title>displaCy</title>\n    </head>\n\n'
    "    <body style=\"font-size: 16px; font-family: -apple-system, BlinkMacSystemFont, 'Segoe UI', Helvetica, Arial, "
    "sans-serif, 'Apple Color Emoji', 'Segoe UI Emoji', 'Segoe UI Symbol'; padding: 4rem 2rem; direction: {dir}\">"
    "{content}</body>\n</html>\n"
)
KB_LINK = '\n <a style="text-decoration: none; color: inherit; font-weight: normal" href="{kb_url}">{kb_id}</a>\n'

ENTS = '\n<div class="entities" style="line-height: 2.5; direction: {dir}">{content}</div>\n'
ENT = (
    '\n<mark class="entity" style="background: {bg}; padding: 0.45em 0.6em; margin: 0 0.25em; line-height: 1; '
    'border-radius: 0.35em;">\n    {text}\n'
    '    <span style="font-size: 0.8em; font-weight: bold; line-height: 1; border-radius: 0.35em; vertical-align: middle; '
    'margin-left: 0.5rem">{label}{kb_link}</span>\n</mark>\n'
)

SPANS = '\n<div class="spans" style="line-height: 2.5; direction: {dir}">{content}</div>\n'
SPAN = (
    '\n<span style="font-weight: bold; display: inline-block; position: relative; height: {total_height}px;">\n'
    "    {text}\n    {span_slices}\n    {span_starts}\n</span>\n"
)
_BAR = "background: {bg}; top: {top_offset}px; height: 4px; "
_WIDE = "left: -1px; width: calc(100% + 2px); position: absolute;"
SPAN_SLICE = f'\n<span style="{_BAR}{_WIDE}">\n</span>\n'
SPAN_START = (
    f'\n<span style="{_BAR}border-top-left-radius: 3px; border-bottom-left-radius: 3px; {_WIDE}">\n'
    '    <span style="background: {bg}; z-index: 10; color: #000; top: -0.5em; padding: 2px 3px; position: absolute; '
    'font-size: 0.6em; font-weight: bold; line-height: 1; border-radius: 3px">\n'
    "        {label}{kb_link}\n    </span>\n</span>\n\n"
)
