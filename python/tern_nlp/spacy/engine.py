"""A model in the hands of a spaCy pipeline: what runs of it, for which documents. Tokenizer and component share one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from spacy.attrs import ENT_IOB, ORTH, SENT_START, SPACY
from spacy.tokens import Doc
from spacy.vocab import Vocab

from .. import _tern
from .annotate import Strings, annotate, new_doc

LOOKED_AT = (ORTH, SPACY, SENT_START, ENT_IOB)
"""What a document may bring along; the first two make its tokens."""
FOUND_BY_SPACY = _tern.NORMS | _tern.NOUN_CHUNKS
"""What spaCy makes of a document when it is asked for."""
FINDS_ENTITIES = {"ner", "entity_ruler", "span_ruler"}


def _places(model: _tern.Model, components: Sequence[str] | None) -> int:
    """The mask of components by their names; None: 0, those that run by default."""
    if components is None:
        return 0
    names = [name for name, _, _ in model.components]
    unknown = [name for name in components if name not in names]
    if unknown:
        raise ValueError(f"the model has no component {unknown[0]!r}: it has {', '.join(names) or 'none'}")
    return sum(1 << names.index(name) for name in components)


class Engine:
    """components: names of those that run; None: as the model says; an empty list: none, only tokens are made."""

    def __init__(self, vocab: Vocab, source: Path | bytes, components: Sequence[str] | None = None) -> None:
        self.vocab = vocab
        self.source = source
        self.components = None if components is None else tuple(components)
        self.model = _tern.Model(source)
        self.places = _places(self.model, self.components)
        self.want = _tern.TOKENS
        if components is None or components:
            self.want = (self.model.offers & ~FOUND_BY_SPACY) | _tern.TENSOR
        self.has_tokenizer = self.model.has_tokenizer
        self._strings = Strings(vocab)
        running = [row for place, row in enumerate(self.model.components) if self._runs(place, row)]
        self._finds_entities = any(factory in FINDS_ENTITIES for _, factory, _ in running)

    def _runs(self, place: int, row: tuple[str, str, bool]) -> bool:
        return row[2] if self.components is None else bool(self.places >> place & 1)

    def make_doc(self, text: str) -> Doc:
        result = self.model.run([text], _tern.TOKENS)[0]
        self._strings.add(result)
        return new_doc(self.vocab, result)

    def annotate(self, docs: Sequence[Doc]) -> None:
        """Runs the components on documents and sets what they find. Raises what the engine says of one of them, with its index."""
        given = [doc.to_array(LOOKED_AT) for doc in docs]
        starts = [self._sent_starts(tokens) for tokens in given]
        for tokens in given:
            self._check_entities(tokens)
        for doc, result in zip(docs, self._results(docs, given, starts)):
            self._strings.add(result)
            annotate(doc, result)

    def _check_entities(self, tokens: Any) -> None:
        if self._finds_entities and tokens[:, 3].any():
            raise ValueError(
                "the document has entities already, which tern's components do not take into account: set them after tern, or "
                "leave those that find entities to spaCy, as in tern_nlp.spacy.load(name, keep=['ner'])"
            )

    @staticmethod
    def _sent_starts(tokens: Any) -> bytes | None:
        """What a component before tern has set. The first token always starts a sentence."""
        column = tokens[:, 2]
        return column.astype(np.uint8).tobytes() if column[1:].any() else None

    def _results(self, docs: Sequence[Doc], given: Sequence[Any], starts: Sequence[Any]) -> list[_tern.Result]:
        if not self.has_tokenizer:
            return self._run_words(docs, given, starts)
        texts = [doc.text for doc in docs]
        if any(start is not None for start in starts):
            return [self._run_either(*item) for item in zip(docs, texts, given, starts)]
        results = self.model.run(texts, self.want, self.places)
        for i, result in enumerate(results):
            if not _same_tokens(result, given[i]):
                results[i] = self._run_words(docs[i : i + 1], given[i : i + 1], [None])[0]
        return results

    def _run_either(self, doc: Doc, text: str, tokens: Any, starts: bytes | None) -> _tern.Result:
        """As a text, if the tokens are tern's own, with its norms; else as words."""
        if _same_tokens(self.model.run([text], _tern.TOKENS)[0], tokens):
            return self.model.run([text], self.want, self.places, [starts])[0]
        return self._run_words([doc], [tokens], [starts])[0]

    def _run_words(self, docs: Sequence[Doc], given: Sequence[Any], starts: Sequence[Any]) -> list[_tern.Result]:
        words = [
            ([token.text for token in doc], tokens[:, 1].astype(np.uint8).tobytes()) for doc, tokens in zip(docs, given)
        ]
        return self.model.run_words(words, self.want, self.places, list(starts))


def _same_tokens(result: _tern.Result, tokens: Any) -> bool:
    if len(result) != len(tokens):
        return False
    columns = np.frombuffer(result.array(("ORTH", "SPACY")), dtype=np.uint64).reshape(2, len(tokens))
    return np.array_equal(columns, tokens.T[:2])
