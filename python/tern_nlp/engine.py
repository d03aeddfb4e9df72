"""A .tern file as components of a pipeline: it cuts texts into words and annotates them, all in one go where it can."""

from __future__ import annotations

import json
import os

from . import _tern, unseen_changes, util
from . import attrs as _attrs
from .errors import Errors
from .preset_entities import preset_entities, set_entities
from .tokens import Doc
from .vocab import Vocab

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

BATCH = 64
"""Texts that the engine is given at once where nobody says how many."""

_SETS = {
    "tagger": "TAG",
    "morphologizer": "POS MORPH",
    "parser": "HEAD DEP SENT_START",
    "senter": "SENT_START",
    "sentencizer": "SENT_START",
    "attribute_ruler": "TAG POS MORPH LEMMA",
    "lemmatizer": "LEMMA",
    "trainable_lemmatizer": "LEMMA",
}
"""Factory -> what of the tokens it sets, besides entities."""
_RULERS = {"entity_ruler", "span_ruler"}
_FINDS_ENTITIES = {"ner", *_RULERS}


class EngineComponent:
    """One component of the file. Those that follow each other run together; this one alone when it is called."""

    def __init__(self, engine: Engine, name: str, factory: str, place: int, labels: Sequence[str]) -> None:
        self.engine = engine
        self.name = name
        self.factory = factory
        self.place = place
        self._labels = tuple(labels)

    @property
    def labels(self) -> tuple[str, ...]:
        """What it may say, as spaCy's component has it."""
        return self._labels

    @property
    def label_data(self) -> tuple[str, ...]:
        return self._labels

    @property
    def vocab(self) -> Vocab:
        return self.engine.vocab

    def score(self, examples: Iterable[Any], **settings: Any) -> dict[str, Any]:
        """What the component is measured by."""
        from .pipeline.scorers import SCORERS

        score = SCORERS.get(self.factory)
        return {} if score is None else score(examples, **{"labels": self.labels, "spans_key": "sc", **settings})

    def __call__(self, doc: Doc) -> Doc:
        self.engine.annotate([doc], [self], [self])
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = BATCH) -> Iterator[Doc]:
        for doc in stream:
            yield self(doc)

    def initialize(self, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError("tern does not train: train the pipeline with spaCy and convert it")

    update = rehearse = initialize


class LanguageChunks:
    """The noun chunks of a language, which is asked when somebody wants them."""

    def __init__(self, code: str) -> None:
        self.code = code

    def __call__(self, doclike: Any) -> Any:
        try:
            from .lang import language_class

            found = language_class(self.code).Defaults.syntax_iterators.get("noun_chunks")
        except ImportError:
            found = None
        if found is None:
            raise NotImplementedError(Errors.E894.format(lang=self.code))
        return found(doclike)


class Engine:
    """An open .tern file and the vocabulary of its documents."""

    def __init__(self, path: str | os.PathLike[str], vocab: Vocab, model: _tern.Model | None = None) -> None:
        self.path = os.path.abspath(path)
        self.vocab = vocab
        self.scores = False
        """Do its documents' entities get scores?"""
        self.model = _tern.Model(self.path) if model is None else model
        self.description: dict[str, Any] = json.loads(self.model.meta)
        if vocab.get_noun_chunks is None:
            vocab.get_noun_chunks = LanguageChunks(self.description.get("model", {}).get("lang", ""))
        self.want = (self.model.offers | _tern.TENSOR | _tern.NORMS) & ~_tern.NOUN_CHUNKS
        said = self.description.get("components", {})
        self.components = [
            EngineComponent(self, name, factory, place, said.get(name, {}).get("labels", ()))
            for place, (name, factory, _) in enumerate(self.model.components)
        ]
        self.enabled = [component for component, row in zip(self.components, self.model.components) if row[2]]

    def __reduce__(self) -> Any:
        return (_engine_of, (self.path, self.vocab, self.scores))

    @staticmethod
    def mask(components: Iterable[EngineComponent]) -> int:
        return sum({1 << component.place for component in components})

    def _results(self, run: Any, documents: list[Any], components: Sequence[EngineComponent], *rest: Any) -> list[Any]:
        mask = self.mask(components)
        # A mask of 0 is what runs by default.
        return run(documents, self.want if mask else _tern.NORMS, mask, *rest, scores=self.scores)

    def docs(self, texts: Sequence[str], components: Sequence[EngineComponent]) -> list[Doc]:
        """Of texts; the engine runs without the interpreter's lock."""
        results = self._results(self.model.run, list(texts), components)
        return [Doc._from_result(self.vocab, result) for result in results]

    def annotate(
        self, docs: Sequence[Doc], components: Sequence[EngineComponent], new: Sequence[EngineComponent]
    ) -> None:
        """Sets what the new ones among components find in documents that are there already. Those before them run again, for what
        they hand on; entities are the document's, whoever has set them."""
        run = [component for component in components if component in new or component.factory not in _FINDS_ENTITIES]
        for doc in docs:
            unseen_changes.check(doc, new)
            self._apply(doc, self._result_of(doc, run), new)

    def _result_of(self, doc: Doc, components: Sequence[EngineComponent]) -> Any:
        """As a text, if its tokens are the file's own, with the norms of its special cases; else as words."""
        given = [self._sentence_starts(doc)], [preset_entities(doc)]
        if self.model.has_tokenizer and self._cuts_alike(doc):
            return self._results(self.model.run, [doc.text], components, *given)[0]
        words = ([token.text for token in doc], bytes(bool(token.whitespace_) for token in doc))
        return self._results(self.model.run_words, [words], components, *given)[0]

    def _cuts_alike(self, doc: Doc) -> bool:
        result = self.model.run([doc.text], _tern.TOKENS)[0]
        numbers = (_attrs.IDS["ORTH"], _attrs.IDS["SPACY"])
        columns = result.array(("ORTH", "SPACY"))
        half = len(columns) // 2
        return len(result) == len(doc) and all(
            doc._array([number]) == column for number, column in zip(numbers, (columns[:half], columns[half:]))
        )

    @staticmethod
    def _sentence_starts(doc: Doc) -> bytes | None:
        starts = doc._column(_attrs.IDS["SENT_START"])
        return bytes(start & 255 for start in starts) if any(starts[1:]) else None

    def _apply(self, doc: Doc, result: Any, new: Sequence[EngineComponent]) -> None:
        found = Doc._from_result(self.vocab, result)
        names = {name for component in new for name in _SETS.get(component.factory, "").split()}
        numbers = [_attrs.IDS[name] for name in sorted(names) if name == "SENT_START" or found.has_annotation(name)]
        if numbers:
            doc._set_array(numbers, found._array(numbers))
        if result.annotations & _tern.ENTITIES and any(component.factory in _FINDS_ENTITIES for component in new):
            set_entities(doc, found, is_by_ner=all(component.factory not in _RULERS for component in new))
            doc._add_scores(found)
        if _attrs.IDS["DEP"] in numbers and len(doc):
            doc._set_children(0, len(doc))
        doc.cats.update(found.cats)
        for key, group in found.spans.items():
            doc.spans[key] = group.copy(doc=doc)
        if found._tensor is not None:
            doc._tensor = found._tensor


def _engine_of(path: str, vocab: Vocab, scores: bool) -> Engine:
    engine = Engine(path, vocab)
    engine.scores = scores
    return engine


class EngineTokenizer:
    """Cuts texts into words, as the file says. What else a Tokenizer has (rules, add_special_case, infix_finditer …) it has of one
    with the rules of the file's language, which is made when somebody asks for it."""

    def __init__(self, engine: Engine, own: Any = None) -> None:
        self.engine = engine
        self._own = own

    def __reduce__(self) -> Any:
        return (EngineTokenizer, (self.engine, self._own))

    @property
    def vocab(self) -> Vocab:
        return self.engine.vocab

    def takes_engine(self, text: str) -> bool:
        """Does the engine cut this text, or rules that somebody has changed?"""
        return self._own is None or self._own.takes_engine(text)

    def __call__(self, text: str) -> Doc:
        return self.engine.docs([text], [])[0] if self.takes_engine(text) else self._own(text)

    def pipe(self, texts: Iterable[str], batch_size: int = 1000) -> Iterator[Doc]:
        for batch in util.minibatch(texts, batch_size):
            if all(map(self.takes_engine, batch)):
                yield from self.engine.docs(batch, [])
            else:
                yield from map(self, batch)

    def score(self, examples: Iterable[Any], **settings: Any) -> dict[str, Any]:
        """How well it cuts: Scorer.score_tokenization."""
        from .scorer import Scorer

        return Scorer.score_tokenization(examples)

    def _with_rules(self) -> Any:
        if self._own is None:
            from .lang._tokenizers import tokenizer_of_file

            self._own = tokenizer_of_file(self.engine)
        return self._own

    def __getattr__(self, name: str) -> Any:
        # to_bytes and the like are for rules that are not the file's
        if name.startswith("_") or (name in ("to_disk", "to_bytes") and self._own is None):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(self._with_rules(), name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in ("engine", "_own"):
            super().__setattr__(name, value)
        else:
            setattr(self._with_rules(), name, value)
