"""One document of several (Doc.from_docs)."""

from __future__ import annotations

import copy
import warnings

from .. import attrs as _attrs
from ..errors import Errors, Warnings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .doc import Doc


def _attributes(doc_class: Any, attrs: Any) -> list[int]:
    spacy = _attrs.IDS["SPACY"]
    if attrs is None:
        found = list(doc_class._get_array_attrs())
    else:
        found = [number for number in {_attrs.intify_attr(attr) for attr in attrs} if number]
    return found if spacy in found else [*found, spacy]


def _lacks_blank(doc: Doc) -> bool:
    return len(doc) > 0 and not doc[-1].is_space


def _join_user_data(docs: Sequence[Doc], starts: list[int]) -> dict[Any, Any]:
    found = {}
    for doc, offset in zip(docs, starts):
        for key, value in doc.user_data.items():
            if not (isinstance(key, tuple) and len(key) == 4 and key[0] == "._."):
                warnings.warn(Warnings.W102.format(key=key, value=value), stacklevel=4)
                continue
            kind, name, start, end = key
            if start is None and end is None:
                warnings.warn(Warnings.W101.format(name=name), stacklevel=4)
                continue
            found[(kind, name, start + offset, None if end is None else end + offset)] = copy.copy(value)
    return found


def _join_spans(joined: Doc, docs: Sequence[Doc], starts: list[int]) -> None:
    for doc, offset in zip(docs, starts):
        for key, group in doc.spans.items():
            target = joined.spans.setdefault(key)
            for span in group:
                bounds = (span.start_char + offset, span.end_char + offset)
                other = joined.char_span(*bounds, label=span.label, kb_id=span.kb_id, span_id=span.id)
                if other is None or other.text != span.text:
                    raise ValueError(Errors.E873.format(key=key, text=span.text))
                target.append(other)


def join(docs: Sequence[Doc], ensure_whitespace: bool, attrs: Any, exclude: set[str]) -> Doc | None:
    """With ensure_whitespace a blank follows each document that does not end in white space."""
    import numpy

    from .doc import Doc

    docs = list(docs)
    if not docs:
        return None
    vocab = docs[0].vocab
    if any(doc.vocab is not vocab for doc in docs):
        raise ValueError(Errors.E999)
    numbers = _attributes(Doc, attrs)
    arrays = [doc.to_array(numbers).reshape(len(doc), len(numbers)) for doc in docs]
    words: list[str] = []
    spaces: list[bool] = []
    starts: list[int] = []
    offset = 0
    for i, doc in enumerate(docs):
        starts.append(offset)
        words += [token.text for token in doc]
        spaces += [bool(token.whitespace_) for token in doc]
        offset += len(doc.text)
        if ensure_whitespace and _lacks_blank(doc):
            offset += not spaces[-1]
            if i < len(docs) - 1:
                spaces[-1] = True
                arrays[i][-1][numbers.index(_attrs.IDS["SPACY"])] = 1
    user_data = {} if "user_data" in exclude else _join_user_data(docs, starts)
    joined = Doc(vocab, words=words, spaces=spaces, user_data=user_data)
    joined.from_array(numbers, numpy.concatenate(arrays))
    if "spans" not in exclude:
        _join_spans(joined, docs, starts)
    if "tensor" not in exclude and any(len(doc) for doc in docs):
        joined.tensor = numpy.vstack([doc.tensor for doc in docs if len(doc)])
    return joined
