"""A model in the hands of a spaCy pipeline: what runs of it, for which documents. Tokenizer and component share one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable

import numpy as np
from spacy.attrs import DEP, ENT_IOB, HEAD, LEMMA, MORPH, NORM, ORTH, POS, SENT_START, SPACY, TAG
from spacy.tokens import Doc
from spacy.vocab import Vocab

from .. import _tern
from .annotate import Annotator, Strings, new_doc
from .preset_entities import PresetEntities

LOOKED_AT = [ORTH, SPACY, SENT_START, ENT_IOB, TAG, POS, MORPH, LEMMA, DEP, HEAD]
"""What a document may bring along; the first two make its tokens."""
WIDTH = len(LOOKED_AT)
STARTS = LOOKED_AT.index(SENT_START)
"""Of which the first row says nothing: the first token always starts a sentence."""
TOKENS_ALONE = 1 << LOOKED_AT.index(ORTH) | 1 << LOOKED_AT.index(SPACY)
ENTITIES = 1 << LOOKED_AT.index(ENT_IOB)
FOUND_BY_SPACY = _tern.NORMS | _tern.NOUN_CHUNKS
"""What spaCy makes of a document when it is asked for."""
KEEPS_SPANS = "span_ruler"
RULERS = {"entity_ruler", "span_ruler"}
SHORT, MANY = 500, 4096
"""Characters of a text that is remembered until the component's turn; how many are at most."""


def _places(model: _tern.Model, components: Sequence[str] | None) -> int:
    """The mask of components by their names; None: 0, those that run by default."""
    if components is None:
        return 0
    names = [name for name, _, _ in model.components]
    unknown = [name for name in components if name not in names]
    if unknown:
        raise ValueError(f"the model has no component {unknown[0]!r}: it has {', '.join(names) or 'none'}")
    return sum(1 << names.index(name) for name in components)


def _given(presets: Sequence[PresetEntities | None]) -> list[list[tuple[int, int, str, str]] | None]:
    return [None if preset is None else preset.given for preset in presets]


class Engine:
    """components: names of those that run; None: as the model says; an empty list: none, only tokens are made. fallback: takes a
    document that brings along what tern does not take into account; None: it is refused."""

    def __init__(
        self,
        vocab: Vocab,
        source: Path | bytes,
        components: Sequence[str] | None = None,
        fallback: Callable[[Doc], Any] | None = None,
    ) -> None:
        self.vocab = vocab
        self.source = source
        self.components = None if components is None else tuple(components)
        self.fallback = fallback
        self.model = _tern.Model(source)
        self.places = _places(self.model, self.components)
        self.want = _tern.TOKENS
        if components is None or components:
            self.want = (self.model.offers & ~FOUND_BY_SPACY) | _tern.TENSOR
        self.has_tokenizer = self.model.has_tokenizer
        self._strings, self._annotator = Strings(vocab), Annotator(vocab)
        running = [row for place, row in enumerate(self.model.components) if self._runs(place, row)]
        factories = {factory for _, factory, _ in running}
        self._keeps_spans = KEEPS_SPANS in factories
        self._finds_by_ner = factories.isdisjoint(RULERS)
        self._texts: dict[int, str] = {}

    def _runs(self, place: int, row: tuple[str, str, bool]) -> bool:
        return row[2] if self.components is None else bool(self.places >> place & 1)

    def make_doc(self, text: str) -> Doc:
        results = self.model.run([text], _tern.TOKENS)
        self._strings.add(results)
        doc = new_doc(self.vocab, results[0])
        if len(text) <= SHORT:
            if len(self._texts) >= MANY:
                self._texts.clear()
            self._texts[id(doc)] = text
        return doc

    def _text(self, doc: Doc) -> str:
        """Putting it together takes as long as making the document. One that is remembered may be another document's, by now, or
        this one's before a change: the tokens tell, which are compared anyway."""
        return self._texts.pop(id(doc), None) or doc.text

    def annotate_batch(self, docs: Sequence[Doc]) -> Sequence[Doc]:
        """Runs the components on documents and sets what they find. Returns those that are left: they are not as the tokenizer made
        them. Raises what the engine says of one of them; then nothing has been done."""
        if self.components is not None and not self.components:
            return []
        given = [doc.to_array(LOOKED_AT).tobytes() for doc in docs]
        if not self.has_tokenizer or not all(map(self._is_fresh, docs, given)):
            return docs
        texts = [self._text(doc) for doc in docs]
        presets = [self._presets(doc, rows) for doc, rows in zip(docs, given)]
        if any(presets) and not self._takes(texts, given, presets):
            return docs
        results = self.model.run(texts, self.want, self.places, None, _given(presets))
        self._strings.add(results)
        left = []
        for doc, rows, result, preset in zip(docs, given, results, presets):
            if result.agrees(rows, WIDTH):
                self._set(doc, result, preset)
            else:
                left.append(doc)
        return left

    def _is_fresh(self, doc: Doc, rows: bytes, allowed: int = TOKENS_ALONE | ENTITIES) -> bool:
        """Has it its tokens, perhaps entities, and nothing else that is looked at?"""
        return not _tern.used_columns(rows, WIDTH, STARTS) & ~allowed and not (self._keeps_spans and doc.spans)

    @staticmethod
    def _presets(doc: Doc, rows: bytes) -> PresetEntities | None:
        """None: nothing is known of any token."""
        return PresetEntities(doc) if _tern.used_columns(rows, WIDTH, STARTS) & ENTITIES else None

    def _takes(self, texts: list[str], given: list[bytes], presets: list[PresetEntities | None]) -> bool:
        """Are all entities such as the engine knows, and the tokens that they count its own?"""
        if not all(preset is None or preset.is_regular for preset in presets):
            return False
        return all(result.agrees(rows, WIDTH) for result, rows in zip(self.model.run(texts, _tern.TOKENS), given))

    def _set(self, doc: Doc, result: _tern.Result, preset: PresetEntities | None) -> None:
        self._annotator(doc, result)
        if preset is not None and result.annotations & _tern.ENTITIES:
            preset.keep_ids(doc, self._finds_by_ner)

    def annotate(self, doc: Doc) -> None:
        """One that has sentence starts already, or tokens that tern would not have cut so, or anything else."""
        rows = doc.to_array(LOOKED_AT).tobytes()
        preset = self._presets(doc, rows)
        result = self._result(doc, rows, preset)
        if result is not None:
            self._strings.add([result])
            self._set(doc, result, preset)
        elif self.fallback is not None:
            self.fallback(doc)
        else:
            raise ValueError(
                "the document has annotations already, which tern's components do not take into account: set them after "
                "tern, or leave those that look at them to spaCy, as in tern_nlp.spacy.load(name, keep=['ner'])"
            )

    def _result(self, doc: Doc, rows: bytes, preset: PresetEntities | None) -> _tern.Result | None:
        """None: it has what tern does not take into account."""
        if not self._is_fresh(doc, rows, TOKENS_ALONE | ENTITIES | 1 << STARTS):
            return None
        if preset is not None and not preset.is_regular:
            return None
        given = _given([preset])
        table = np.frombuffer(rows, dtype=np.uint64).reshape(-1, WIDTH)
        starts = table[:, STARTS].astype(np.uint8).tobytes() if table[1:, STARTS].any() else None
        if self.has_tokenizer:
            text = doc.text
            if self.model.run([text], _tern.TOKENS)[0].agrees(rows, WIDTH):
                return self.model.run([text], self.want, self.places, [starts], given)[0]
        words = ([token.text for token in doc], table[:, 1].astype(np.uint8).tobytes())
        result = self.model.run_words([words], self.want | _tern.NORMS, self.places, [starts], given)[0]
        return result if self._has_norms(doc, result) else None

    def _has_norms(self, doc: Doc, result: _tern.Result) -> bool:
        """Of words, tern has no special cases' norms, which its components embed."""
        return [self.vocab.strings.add(norm) for norm in result.strings("NORM")] == doc.to_array(NORM).tolist()
