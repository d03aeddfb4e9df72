"""A reference document out of a dict of annotations (Example.from_dict)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..attrs import IDS
from ..errors import Errors
from ..tokens import Doc, Span
from ..util_more import to_ternary_int
from .tags import biluo_tags_to_spans, offsets_to_biluo_tags

if TYPE_CHECKING:
    from ..vocab import Vocab

_ATTRIBUTES = {
    "words": "ORTH", "tags": "TAG", "pos": "POS", "lemmas": "LEMMA", "deps": "DEP", "heads": "HEAD", "sent_starts": "SENT_START",
    "morphs": "MORPH", "spaces": "SPACY",
}  # fmt: skip
_OF_THE_WHOLE = ("cats", "links", "spans")


def fixed(given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(of the tokens, by attribute; of the document), whichever of spaCy's forms the dict has."""
    tokens, whole = dict(given.get("token_annotation", {})), dict(given.get("doc_annotation", {}))
    for key, value in given.items():
        if value is None or key in ("token_annotation", "doc_annotation", "ids"):
            continue
        if key in _OF_THE_WHOLE:
            whole[key] = value
        elif key in ("ner", "entities"):
            whole["entities"] = value
        else:
            tokens[key] = value
    found = {}
    for key, value in tokens.items():
        if key in ("text", "ids", "brackets"):
            continue
        name = key if key in _ATTRIBUTES.values() else _ATTRIBUTES.get(key.lower())
        if name is None:
            keys = {*_ATTRIBUTES, *_ATTRIBUTES.values()}
            raise KeyError(Errors.E983.format(key=key, dict="token_annotation", keys=keys))
        found[name] = value
    if _is_said(found.get("ORTH")) and not _is_said(found.get("SPACY")):
        found["SPACY"] = _guessed_spaces(given.get("text", given.get("raw")), found["ORTH"])
    if "HEAD" in found:
        found.pop("SENT_START", None)  # sentences follow from the heads
    return found, whole


def _is_said(values: Any) -> bool:
    return values is not None and any(value is not None for value in values)


def _guessed_spaces(text: str | None, words: Sequence[str]) -> list[bool] | None:
    if text is None:
        return None
    spaces = []
    at = 0
    for word in words:
        start = text.find(word, at)
        if start >= 0:
            at = start + len(word)
        spaces.append(start < 0 or text[at : at + 1] == " ")
    return spaces


def doc_of(vocab: Vocab, tokens: Mapping[str, Any], whole: Mapping[str, Any]) -> Doc:
    doc = Doc(vocab, words=tokens["ORTH"], spaces=tokens["SPACY"])
    for key, value in whole.items():
        if value and key not in ("entities", *_OF_THE_WHOLE):
            raise ValueError(Errors.E974.format(obj="doc", key=key))
    columns = dict(tokens)
    if whole.get("links"):
        columns["ENT_KB_ID"] = _link_ids(doc, whole["links"])
    numbers = {key: _numbers(vocab, key, values) for key, values in columns.items() if key not in ("ORTH", "SPACY")}
    if "entities" in whole:
        _set_entities(doc, whole["entities"])
    if "spans" in whole:
        _set_spans(doc, whole["spans"])
    doc._set_columns({IDS[key]: values for key, values in numbers.items()})
    doc.cats.update(whole.get("cats", {}))
    return doc


def _numbers(vocab: Vocab, key: str, values: Sequence[Any]) -> list[int]:
    if key not in IDS:
        raise ValueError(Errors.E974.format(obj="token", key=key))
    if key == "HEAD":
        return [0 if head is None else head - i for i, head in enumerate(values)]
    if key == "DEP":
        return [vocab.strings.add("" if value is None else value) for value in values]
    if key == "SENT_START":
        return [to_ternary_int(value) for value in values]
    if key == "MORPH":
        return [vocab.morphology.add(value) for value in values]
    if not all(isinstance(value, str) for value in values):
        raise TypeError(Errors.E969.format(field=key, types={type(value) for value in values}))
    return [vocab.strings.add(value) for value in values]


def _set_entities(doc: Doc, given: Any) -> None:
    if given is None:
        return
    if not isinstance(given, (list, tuple)):
        raise ValueError(Errors.E973)
    if not given:
        doc.ents = []
        return
    first = given[0]
    if isinstance(first, (list, tuple)):
        given = offsets_to_biluo_tags(doc, given)
    elif isinstance(first, Span):
        given = list(given)
    elif not (isinstance(first, str) or first is None):
        raise ValueError(Errors.E973)
    spans = given if isinstance(first, Span) else biluo_tags_to_spans(doc, given)
    doc.set_ents([span for span in spans if span.label], missing=[span for span in spans if not span.label])


def _set_spans(doc: Doc, groups: Any) -> None:
    if not isinstance(groups, dict):
        raise ValueError(Errors.E879)
    for key, given in groups.items():
        if not isinstance(given, list) or any(not isinstance(one, (list, tuple)) or len(one) < 2 for one in given):
            raise ValueError(Errors.E879)
        spans: Any = [doc.char_span(one[0], one[1], **dict(zip(("label", "kb_id"), one[2:4]))) for one in given]
        doc.spans[key] = spans


def _link_ids(doc: Doc, links: Mapping[tuple[int, int], Mapping[str, float]]) -> list[str]:
    starts = {token.idx: token.i for token in doc}
    ends = {token.idx + len(token): token.i for token in doc}
    found = [""] * len(doc)
    for (start, end), weights in links.items():
        true = [key for key, weight in weights.items() if weight == 1.0]
        if len(true) > 1:
            raise ValueError(Errors.E980)
        if true:
            if start not in starts or end not in ends:
                raise ValueError(Errors.E981)
            for i in range(starts[start], ends[end] + 1):
                found[i] = true[0]
    return found
