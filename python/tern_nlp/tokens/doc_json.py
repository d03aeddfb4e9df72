"""Documents as JSON: Doc.to_json and from_json."""

from __future__ import annotations

import json

from .. import attrs as _attrs
from ..errors import Errors
from ..parts_of_speech import IDS as POS_IDS
from ..util import get_words_and_spaces
from .span import Span
from .token import Token

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .doc import Doc

_ATTRS = {name: name.lower() for name in ("POS", "HEAD", "DEP", "LEMMA", "TAG", "MORPH")}

# ---- writing ---------------------------------------------------------------------------------------------------------


def _token(token: Token, has: dict[str, bool]) -> dict[str, Any]:
    data: dict[str, Any] = {"id": token.i, "start": token.idx, "end": token.idx + len(token)}
    if has["TAG"]:
        data["tag"] = token.tag_
    if has["POS"]:
        data["pos"] = token.pos_
    if has["MORPH"]:
        data["morph"] = token.morph.to_json()
    if has["LEMMA"]:
        data["lemma"] = token.lemma_
    if has["DEP"]:
        data["dep"] = token.dep_
        data["head"] = token.head.i
    return data


def _span(span: Span) -> dict[str, Any]:
    return {"start": span.start_char, "end": span.end_char, "label": span.label_, "kb_id": span.kb_id_}


def _entity(ent: Span, with_score: bool) -> dict[str, Any]:
    data: dict[str, Any] = {"start": ent.start_char, "end": ent.end_char, "label": ent.label_}
    return {**data, "score": ent.score} if with_score else data


def to_json(doc: Doc, underscore: list[str] | None, scores: bool) -> dict[str, Any]:
    data: dict[str, Any] = {"text": doc.text}
    if doc.has_annotation("ENT_IOB"):
        data["ents"] = [_entity(ent, scores) for ent in doc.ents]
    if doc.has_annotation("SENT_START"):
        data["sents"] = [{"start": sent.start_char, "end": sent.end_char} for sent in doc.sents]
    if doc.cats:
        data["cats"] = doc.cats
    has = {name: doc.has_annotation(name) for name in ("TAG", "MORPH", "POS", "LEMMA", "DEP")}
    data["tokens"] = [_token(token, has) for token in doc]
    if doc.spans:
        data["spans"] = {key: [_span(span) for span in group] for key, group in doc.spans.items()}
    if underscore:
        _add_custom(doc, underscore, data)
    return data


def _checked(attr: str, value: Any) -> Any:
    try:
        json.dumps(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(Errors.E107.format(attr=attr, value=repr(value))) from None
    return value


def _add_custom(doc: Doc, underscore: list[str], data: dict[str, Any]) -> None:
    found = set()
    for attr in underscore:
        if doc.has_extension(attr):
            data.setdefault("_", {})[attr] = _checked(attr, doc._.get(attr))
            found.add(attr)
    for key, value in list(doc.user_data.items()):
        if type(key) is not tuple or len(key) < 4 or key[0] != "._." or key[1] not in underscore:
            continue
        _, attr, start, end = key[:4]
        found.add(attr)
        _checked(attr, value)
        if start is not None and end is None:
            data.setdefault("underscore_token", {}).setdefault(attr, []).append({"start": start, "value": value})
        elif start is not None:
            place = {"start": start, "end": end, "value": value}
            data.setdefault("underscore_span", {}).setdefault(attr, []).append(place)
    for attr in underscore:
        if attr not in found:
            raise ValueError(Errors.E106.format(attr=attr, opts=underscore))


# ---- reading ---------------------------------------------------------------------------------------------------------

_INTEGERS, _TOKEN = ("start", "end"), ("id", "start", "end")


def problem(data: Any) -> str | None:
    """What is wrong with the form of the JSON, or None."""
    if not isinstance(data, dict):
        return "a JSON object is wanted"
    if not isinstance(data.get("text"), str):
        return "text -> a string is required"
    tokens = data.get("tokens")
    if not isinstance(tokens, list):
        return "tokens -> a list is required"
    for i, token in enumerate(tokens):
        if not isinstance(token, dict) or any(not isinstance(token.get(key), int) for key in _TOKEN):
            return f"tokens -> {i} -> the numbers id, start and end are required"
        for key, value in token.items():
            if key in ("tag", "pos", "morph", "lemma", "dep") and not isinstance(value, str):
                return f"tokens -> {i} -> {key} -> a string is wanted"
    return _problem_of_spans(data)


def _problem_of_spans(data: dict[str, Any]) -> str | None:
    groups = {name: data.get(name, []) for name in ("ents", "sents")}
    spans = data.get("spans", {})
    if not isinstance(spans, dict):
        return "spans -> a JSON object is wanted"
    for name, items in {**groups, **{f"spans -> {key}": value for key, value in spans.items()}}.items():
        for i, item in enumerate(items if isinstance(items, list) else [None]):
            if not isinstance(item, dict) or any(not isinstance(item.get(key), int) for key in _INTEGERS):
                return f"{name} -> {i} -> the numbers start and end are required"
    return None


def _columns(doc_json: dict[str, Any]) -> tuple[list[str], dict[str, list[Any]]]:
    words: list[str] = []
    columns: dict[str, list[Any]] = {}
    for token in doc_json["tokens"]:
        words.append(doc_json["text"][token["start"] : token["end"]])
        for attr, key in _ATTRS.items():
            if key not in token:
                continue
            if token["id"] != 0 and attr not in columns:
                raise ValueError(Errors.E1040.format(partial_attrs=attr))
            columns.setdefault(attr, []).append(token[key])
    partial = {_ATTRS[attr] for attr, column in columns.items() if len(column) != len(words)}
    if partial:
        raise ValueError(Errors.E1040.format(partial_attrs=partial))
    return words, columns


def _piece(doc: Doc, item: dict[str, Any], kind: str, **ids: Any) -> Span:
    span = doc.char_span(item["start"], item["end"], **ids)
    if span is None:
        raise ValueError(Errors.E1039.format(obj=kind, start=item["start"], end=item["end"]))
    return span


def from_json(doc: Doc, doc_json: dict[str, Any], validate: bool) -> Doc:
    message = problem(doc_json) if validate else None
    if message:
        raise ValueError(Errors.E1038.format(message=message))
    words, columns = _columns(doc_json)
    doc._append(*get_words_and_spaces(words, doc_json["text"]))
    if "HEAD" in columns and "DEP" not in columns:
        raise ValueError(Errors.E1017)
    for name in set(columns.get("POS", ())):
        if name not in POS_IDS:
            raise ValueError(Errors.E1021.format(pp=name))
    if "DEP" in columns:
        heads = columns.get("HEAD", range(len(words)))
        columns["HEAD"] = [head - i for i, head in enumerate(heads)]
    doc._set_columns({_attrs.IDS[name]: doc._column_ids(name, column) for name, column in columns.items()})
    doc.cats = doc_json.get("cats", {})
    _set_spans(doc, doc_json)
    _set_custom(doc, doc_json)
    return doc


def _set_spans(doc: Doc, doc_json: dict[str, Any]) -> None:
    for sent in doc_json.get("sents", ()) if not doc.has_annotation("DEP") else ():
        for i, token in enumerate(_piece(doc, sent, "sentence")):
            token.is_sent_start = i == 0
    for key, items in doc_json.get("spans", {}).items():
        doc.spans[key] = [_piece(doc, item, "span", label=item["label"], kb_id=item["kb_id"]) for item in items]
    if "ents" in doc_json:
        doc.ents = [_piece(doc, item, "entity", label=item["label"]) for item in doc_json["ents"]]


def _set_custom(doc: Doc, doc_json: dict[str, Any]) -> None:
    for attr, value in doc_json.get("_", {}).items():
        if not doc.has_extension(attr):
            doc.set_extension(attr, default=None)
        doc._.set(attr, value)
    for attr, items in doc_json.get("underscore_token", {}).items():
        if not Token.has_extension(attr):
            Token.set_extension(attr, default=None)
        for item in items:
            doc[doc._token_at(item["start"])]._.set(attr, item["value"])
    for attr, items in doc_json.get("underscore_span", {}).items():
        if not Span.has_extension(attr):
            Span.set_extension(attr, default=None)
        for item in items:
            _piece(doc, item, "span")._.set(attr, item["value"])
