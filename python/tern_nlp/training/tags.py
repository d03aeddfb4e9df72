"""Entities as a tag for each token: B begins one, I goes on, L is its last, U one of one token, O is none, - is unknown."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..errors import Errors, Warnings

if TYPE_CHECKING:
    from ..tokens import Doc, Span


def iob_to_biluo(tags: Iterable[str]) -> list[str]:
    """I of the last token becomes L, B of a single one U."""
    tags, found = list(tags), []
    at = 0
    while at < len(tags):
        if tags[at] == "O":
            found.append("O")
            at += 1
            continue
        kind = tags[at][1:]
        end = at + 1
        while end < len(tags) and tags[end] in (f"I{kind}", f"L{kind}"):
            end += 1
        label = tags[at][2:]
        if end == at + 1 and not label:
            raise ValueError(Errors.E177.format(tag=tags[at]))
        inner = [f"I-{label}"] * (end - at - 2)
        found += [f"U-{label}"] if end == at + 1 else [f"B-{label}", *inner, f"L-{label}"]
        at = end
    return found


def biluo_to_iob(tags: Iterable[str | None]) -> list[str | None]:
    """The other way."""
    return [None if tag is None else tag.replace("U-", "B-", 1).replace("L-", "I-", 1) for tag in tags]


def offsets_to_biluo_tags(doc: Doc, entities: Iterable[tuple[int, int, Any]], missing: Any = "O") -> list[Any]:
    """Of (start, end, label) in code points. Where an entity does not begin or end with a token, tags are "-". missing: the tag of
    tokens outside of all."""
    entities = list(entities)
    starts = {token.idx: token.i for token in doc}
    ends = {token.idx + len(token): token.i for token in doc}
    tags: list[Any] = ["-"] * len(doc)
    owner: dict[int, tuple[int, int, Any]] = {}
    for entity in entities:
        start, end, label = entity
        if not label:
            for at in starts:
                if start <= at < end:
                    tags[starts[at]] = "O"
            continue
        _own(owner, entity)
        first, last = starts.get(start), ends.get(end)
        if first is not None and last is not None:
            tags[first : last + 1] = _entity_tags(last + 1 - first, label)
    within = {at for start, end, _ in entities for at in range(start, end)}
    for token in doc:
        if within.isdisjoint(range(token.idx, token.idx + len(token))):
            tags[token.i] = missing
    if "-" in tags and missing != "-":
        given, text = str(entities), doc.text
        shown = (each[:50] + "..." if len(each) > 50 else each for each in (text, given))
        warnings.warn(Warnings.W030.format(**dict(zip(("text", "entities"), shown))), stacklevel=2)
    return tags


def _own(owner: dict[int, tuple[int, int, Any]], entity: tuple[int, int, Any]) -> None:
    for at in range(entity[0], entity[1]):
        if at in owner:
            raise ValueError(Errors.E103.format(span1=tuple(owner[at]), span2=tuple(entity)))
        owner[at] = entity


def _entity_tags(length: int, label: Any) -> list[str]:
    return [f"U-{label}"] if length == 1 else [f"B-{label}", *[f"I-{label}"] * (length - 2), f"L-{label}"]


def doc_to_biluo_tags(doc: Doc, missing: Any = "O") -> list[Any]:
    return offsets_to_biluo_tags(doc, [(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents], missing=missing)


def tags_to_entities(tags: Iterable[str | None]) -> list[tuple[str, int, int]]:
    """(label, first token, last token) of each entity; of each token without a tag, an empty label."""
    tags, found = list(tags), []
    start = None
    for i, tag in enumerate(tags):
        kind = "-" if tag is None else tag[:1]
        if kind == "-":
            if start is None:
                found.append(("", i, i))
            start = None
        elif kind in ("I", "L") and start is None:
            raise ValueError(Errors.E067.format(start=kind, tags=tags[: i + 1]))
        elif kind == "U":
            found.append((tag[2:], i, i))  # type: ignore[index]
        elif kind == "B":
            start = i
        elif kind == "L":
            found.append((tag[2:], start, i))  # type: ignore[index,arg-type]
            start = None
        elif kind not in ("O", "I"):
            raise ValueError(Errors.E068.format(tag=tag))
    return found


def biluo_tags_to_spans(doc: Doc, tags: Iterable[str | None]) -> list[Span]:
    """Entities as spans; tokens without a tag are spans without a label."""
    from ..tokens import Span

    return [Span(doc, start, end + 1, label=label) for label, start, end in tags_to_entities(tags)]


def biluo_tags_to_offsets(doc: Doc, tags: Iterable[str | None]) -> list[tuple[int, int, str]]:
    """(start, end, label) of each in code points."""
    return [(span.start_char, span.end_char, span.label_) for span in biluo_tags_to_spans(doc, tags)]


def split_bilu_label(label: str) -> list[str]:
    return label.split("-", 1)


def remove_bilu_prefix(label: str) -> str:
    return label.split("-", 1)[1]
