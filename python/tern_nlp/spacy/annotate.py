"""A result of the engine -> spaCy's Doc."""

from __future__ import annotations

from itertools import count

import numpy as np
from spacy.tokens import Doc, Span, SpanGroup
from spacy.vocab import Vocab

from .. import _tern

TOKEN_ATTRIBUTES = (
    (_tern.TAGS, ("TAG",)),
    (_tern.POS, ("POS",)),
    (_tern.MORPHS, ("MORPH",)),
    (_tern.LEMMAS, ("LEMMA",)),
    (_tern.DEPENDENCIES, ("HEAD", "DEP")),
    (_tern.ENTITIES, ("ENT_IOB", "ENT_TYPE", "ENT_ID")),
)
"""Annotation -> attributes of spaCy's that hold it."""


_zones = count(1)


class Strings:
    """Gives a vocabulary the strings of results, each once."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab
        self._memo = _tern.StringMemo()
        self._zone_memo = self._memo
        self._zone = "tern_nlp zone"

    def _known(self) -> _tern.StringMemo:
        """What a memory zone is given is gone at its end, so it has a memo of its own. Zones have no names: a string tells one from
        the next."""
        if not getattr(self.vocab, "in_memory_zone", False):
            return self._memo
        if self._zone not in self.vocab.strings:
            self._zone = f"tern_nlp zone {next(_zones)}"
            self.vocab.strings.add(self._zone)
            self._zone_memo = _tern.StringMemo()
        return self._zone_memo

    def add(self, result: _tern.Result) -> None:
        for string in self._known().new_strings(result):
            self.vocab.strings.add(string)


def new_doc(vocab: Vocab, result: _tern.Result) -> Doc:
    """Its tokens, of which the vocabulary has the strings."""
    doc = Doc(vocab, words=result.orths(), spaces=result.spaces())
    for i, norm in result.special_norms():
        doc[i].norm_ = norm
    return doc


def _attributes(annotations: int) -> tuple[str, ...]:
    found = [name for bit, names in TOKEN_ATTRIBUTES if annotations & bit for name in names]
    if annotations & _tern.SENTENCES and not annotations & _tern.DEPENDENCIES:
        found.append("SENT_START")  # else spaCy takes it from the heads
    return tuple(found)


def _set_tokens(doc: Doc, result: _tern.Result) -> None:
    names = _attributes(result.annotations)
    if names and len(doc):
        columns = np.frombuffer(result.array(names), dtype=np.uint64).reshape(len(names), len(doc))
        doc.from_array(list(names), columns.T)


def _set_spans(doc: Doc, result: _tern.Result) -> None:
    for key, has_scores, spans in result.span_groups():
        group = SpanGroup(doc, name=key, spans=[Span(doc, start, end, label=label) for start, end, label, _ in spans])
        if has_scores and len(doc):  # as spancat.py does, where nothing is suggested
            group.attrs["scores"] = np.array([np.float32(score) for *_, score in spans])
        doc.spans[key] = group


def _set_tensor(doc: Doc, result: _tern.Result) -> None:
    width, rows = result.tensor()
    if width:
        doc.tensor = np.frombuffer(rows, dtype=np.float32).reshape(len(doc), width).copy()


def annotate(doc: Doc, result: _tern.Result) -> None:
    """Sets what the result has; the document has its tokens, the vocabulary its strings."""
    _set_tokens(doc, result)
    if result.annotations & _tern.CATS:
        doc.cats.update(result.cats())
    if result.annotations & _tern.SPANS:
        _set_spans(doc, result)
    _set_tensor(doc, result)
