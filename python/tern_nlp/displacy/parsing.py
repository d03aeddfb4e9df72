"""Documents as the dicts that are drawn."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, Optional

from ..errors import Warnings
from ..matcher.doclike import is_span

Options = Optional[Mapping[str, Any]]


def get_doc_settings(doc: Any) -> dict[str, Any]:
    """What the pictures need to know of the language."""
    return {"lang": doc.lang_, "direction": doc.vocab.writing_system.get("direction", "ltr")}


# ---- dependencies ----------------------------------------------------------------------------------------------------


def _merge_chunks(doc: Any) -> None:
    with doc.retokenize() as retokenizer:
        for chunk in list(doc.noun_chunks):
            root = chunk.root
            retokenizer.merge(chunk, attrs={"tag": root.tag_, "lemma": root.lemma_, "ent_type": root.ent_type_})


def _merge_punctuation(doc: Any) -> None:
    """With the word before it."""
    spans = []
    for word in doc[:-1]:
        end = word.i + 1
        while not word.is_punct and end < len(doc) and doc[end].is_punct:
            end += 1
        if end > word.i + 1:
            spans.append((doc[word.i : end], {"tag": word.tag_, "lemma": word.lemma_, "ent_type": word.ent_type_}))
    with doc.retokenize() as retokenizer:
        for span, attrs in spans:
            retokenizer.merge(span, attrs=attrs)


def _arc(word: Any) -> dict[str, Any]:
    start, end = sorted((word.i, word.head.i))
    return {"start": start, "end": end, "label": word.dep_, "dir": "left" if start == word.i else "right"}


def parse_deps(orig_doc: Any, options: Options = None) -> dict[str, Any]:
    """Words and arcs. options: collapse_punct (True), collapse_phrases, fine_grained, add_lemma."""
    options = options or {}
    if is_span(orig_doc):
        orig_doc = orig_doc.as_doc()
    doc = type(orig_doc)(orig_doc.vocab).from_bytes(orig_doc.to_bytes(exclude=["user_data", "user_hooks"]))
    if not doc.has_annotation("DEP"):
        warnings.warn(Warnings.W005, stacklevel=2)
    if options.get("collapse_phrases", False):
        _merge_chunks(doc)
    if options.get("collapse_punct", True):
        _merge_punctuation(doc)
    words = [
        {
            "text": word.text,
            "tag": word.tag_ if options.get("fine_grained") else word.pos_,
            "lemma": word.lemma_ if options.get("add_lemma") else None,
        }
        for word in doc
    ]
    arcs = [_arc(word) for word in doc if word.i != word.head.i]
    return {"words": words, "arcs": arcs, "settings": get_doc_settings(orig_doc)}


# ---- spans -----------------------------------------------------------------------------------------------------------


def _span(span: Any, template: str | None) -> dict[str, Any]:
    return {
        "start": span.start_char,
        "end": span.end_char,
        "label": span.label_,
        "kb_id": span.kb_id_ or "",
        "kb_url": template.format(span.kb_id_) if template else "#",
    }


def _text(doc: Any) -> dict[str, Any]:
    title = doc.user_data.get("title", None) if hasattr(doc, "user_data") else None
    return {"text": doc.text, "title": title, "settings": get_doc_settings(doc)}


def parse_ents(doc: Any, options: Options = None) -> dict[str, Any]:
    """Text and entities. options: kb_url_template, with {} for the id."""
    template = (options or {}).get("kb_url_template")
    ents = [_span(entity, template) for entity in doc.ents]
    if not ents:
        warnings.warn(Warnings.W006, stacklevel=2)
    return {**_text(doc), "ents": ents}


def parse_spans(doc: Any, options: Options = None) -> dict[str, Any]:
    """Text, tokens and the spans of a group. options: spans_key ("sc"), kb_url_template."""
    options = options or {}
    key, template = options.get("spans_key", "sc"), options.get("kb_url_template")
    group = doc.spans.get(key, [])
    spans = [{**_span(span, template), "start_token": span.start, "end_token": span.end} for span in group]
    if not spans:
        warnings.warn(Warnings.W117.format(spans_key=key, keys=list(doc.spans.keys())), stacklevel=2)
    return {**_text(doc), "spans": spans, "tokens": [token.text for token in doc]}
