"""A result of the engine -> spaCy's Doc. Short documents are many: each call of numpy and of spaCy counts."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import count

import numpy as np
from spacy.attrs import IDS
from spacy.tokens import Doc, MorphAnalysis, Span, SpanGroup
from spacy.vocab import Vocab

from .. import _tern

TOKEN_ATTRIBUTES = (
    (_tern.TAGS, ("TAG",)),
    (_tern.POS, ("POS",)),
    (_tern.LEMMAS, ("LEMMA",)),
    (_tern.DEPENDENCIES, ("HEAD", "DEP")),
    (_tern.ENTITIES, ("ENT_IOB", "ENT_TYPE", "ENT_ID")),
)
"""Annotation -> attributes of spaCy's that hold it; MORPH is set otherwise, for from_array looks up each token's."""
NUMBER, REAL = np.dtype(np.uint64), np.dtype(np.float32)

_zones = count(1)


class _Morphs(dict):
    """Id -> analysis of a vocabulary."""

    def __init__(self, vocab: Vocab) -> None:
        super().__init__()
        self._vocab = vocab

    def __missing__(self, key: int) -> MorphAnalysis:
        self._vocab.morphology.add(self._vocab.strings[key])
        self[key] = analysis = MorphAnalysis.from_id(self._vocab, key)
        return analysis


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

    def add(self, results: Iterable[_tern.Result]) -> None:
        new_strings, add = self._known().new_strings, self.vocab.strings.add
        for result in results:
            for string in new_strings(result):
                add(string)


def new_doc(vocab: Vocab, result: _tern.Result) -> Doc:
    """Its tokens, of which the vocabulary has the strings."""
    doc = Doc(vocab, words=result.orths(), spaces=result.spaces())
    for i, norm in result.special_norms():
        doc[i].norm_ = norm
    return doc


@cache
def _attributes(annotations: int) -> tuple[tuple[str, ...], list[int]]:
    """Names and numbers."""
    names = [name for bit, names in TOKEN_ATTRIBUTES if annotations & bit for name in names]
    if annotations & _tern.SENTENCES and not annotations & _tern.DEPENDENCIES:
        names.append("SENT_START")  # else spaCy takes it from the heads
    return tuple(names), [IDS[name] for name in names]


def _set_tokens(doc: Doc, result: _tern.Result, annotations: int) -> None:
    tokens = len(result)
    names, numbers = _attributes(annotations)
    if names and tokens:
        columns = np.ndarray((tokens, len(names)), NUMBER, result.array(names), 0, (8, 8 * tokens))
        doc.from_array(numbers, columns)


def _set_morphs(doc: Doc, result: _tern.Result, morphs: _Morphs) -> None:
    for token, key in zip(doc, result.ids("MORPH")):
        if key:
            token.morph = morphs[key]


def _set_spans(doc: Doc, result: _tern.Result) -> None:
    for key, has_scores, spans in result.span_groups():
        group = SpanGroup(doc, name=key, spans=[Span(doc, start, end, label=label) for start, end, label, _ in spans])
        if has_scores and len(doc):  # as spancat.py does, where nothing is suggested
            group.attrs["scores"] = np.array([np.float32(score) for *_, score in spans])
        doc.spans[key] = group


def _set_tensor(doc: Doc, result: _tern.Result) -> None:
    width, rows = result.tensor()
    if width:
        doc.tensor = np.ndarray((len(result), width), REAL, rows)


class Annotator:
    """Sets what results have on documents of a vocabulary; they have their tokens, the vocabulary the strings."""

    def __init__(self, vocab: Vocab) -> None:
        self._morphs = _Morphs(vocab)

    def __call__(self, doc: Doc, result: _tern.Result) -> None:
        annotations = result.annotations
        _set_tokens(doc, result, annotations)
        if annotations & _tern.MORPHS:
            _set_morphs(doc, result, self._morphs)
        if annotations & _tern.CATS:
            doc.cats.update(result.cats())
        if annotations & _tern.SPANS:
            _set_spans(doc, result)
        _set_tensor(doc, result)
