"""Phrases, found by one attribute of their tokens."""

from __future__ import annotations

import warnings
from array import array
from collections.abc import Iterable, Iterator
from typing import Any

from .._tern import PhraseTrie
from ..attrs import IDS
from ..errors import Errors, Warnings
from ..schemas import PHRASE_ATTRS
from ..tokens import Doc
from .doclike import ANNOTATED, bounds, column, columns, is_doc, make_span, require_annotation
from .keys import OnMatch
from .matcher import Match, matched_stream

_TERMINAL = 826361138722620965
"""With this value of a token spaCy's trie marks the end of a phrase (spacy/matcher/phrasematcher.pyx)."""

_FREE, _DELETED = 0, 1


def _attr_number(attr: int | str | None) -> int:
    if isinstance(attr, int):
        return attr
    name = (attr or "ORTH").upper()
    name = {"TEXT": "ORTH", "IS_SENT_START": "SENT_START"}.get(name, name)
    if name not in PHRASE_ATTRS:
        raise ValueError(Errors.E152.format(attr=name))
    return IDS.get(name)  # type: ignore[return-value]


class _Keys:
    """Keys of one phrase, in the order in which spaCy goes through them: that of a hash table (preshed/maps.pyx)."""

    def __init__(self) -> None:
        self.slots = [_FREE] * 8

    def __iter__(self) -> Iterator[int]:
        return (key for key in self.slots if key > _DELETED)

    def add(self, key: int) -> None:
        slots, deleted = self.slots, -1
        at = key & (len(slots) - 1)
        while slots[at] not in (_FREE, key):
            if slots[at] == _DELETED:
                deleted = at
            at = (at + 1) & (len(slots) - 1)
        if deleted >= 0:
            if slots[at] == key:
                slots[at] = _DELETED
            at = deleted
        slots[at] = key
        if (sum(map(bool, slots)) + 1) * 5 >= len(slots) * 3:
            known = list(self)
            self.slots = [_FREE] * (2 * len(slots))
            for other in known:
                self.add(other)

    def remove(self, key: int) -> None:
        """With the last key spaCy forgets the phrase."""
        left = [_DELETED if known == key else known for known in self.slots]
        self.slots = left if any(known > _DELETED for known in left) else [_FREE] * 8


class PhraseMatcher:
    """Finds phrases, given as documents, in documents: as many as you like in the same time."""

    def __init__(self, vocab: Any, attr: int | str | None = "ORTH", validate: bool = False) -> None:
        """attr: the attribute of tokens that is compared. validate: warn of phrases that are annotated needlessly."""
        self.vocab, self.attr, self._validate = vocab, _attr_number(attr), validate
        self._callbacks: dict[str, OnMatch | None] = {}
        self._calls_back = False
        self._docs: dict[str, set[tuple[int, ...]]] = {}
        self._trie = PhraseTrie()
        self._keys: list[int | _Keys] = []
        """Key or keys of every phrase, by the trie's numbers; 0: none."""

    def __len__(self) -> int:
        """Number of keys."""
        return len(self._callbacks)

    def __contains__(self, key: str) -> bool:
        return key in self._callbacks

    def __reduce__(self) -> Any:
        return unpickle_matcher, (self.vocab, self._docs, self._callbacks, self.attr)

    # ---- phrases ----

    def add(self, key: str, docs: Any, *_docs: Any, on_match: OnMatch | None = None) -> None:
        """Adds phrases to a key. on_match(matcher, doc, i, matches) is called for every match."""
        if docs is None or callable(docs):  # before spaCy 2.2.2: add(key, on_match, *docs)
            on_match, docs = docs, _docs
        _ = self.vocab[key]
        self._callbacks[key] = on_match
        self._calls_back = self._calls_back or on_match is not None
        self._docs.setdefault(key, set())
        if is_doc(docs):
            raise ValueError(Errors.E179.format(key=key))
        number = self.vocab.strings[key]
        for doc in docs:
            if len(doc):
                self._add_phrase(key, number, self._phrase(key, doc))

    def _phrase(self, key: str, doc: Any) -> array[int]:
        if not is_doc(doc):
            return array("Q", doc)
        if self.attr in ANNOTATED:
            require_annotation(doc, self.attr)
        elif self._validate and any(doc.has_annotation(attr) for attr in ANNOTATED):
            warnings.warn(Warnings.W012.format(key=key, attr=self.vocab.strings[self.attr]), stacklevel=2)
        return column(doc, self.attr, 0, len(doc))

    def _add_phrase(self, key: str, number: int, phrase: array[int]) -> None:
        self._docs[key].add(tuple(phrase))
        if _TERMINAL in phrase:
            warnings.warn(Warnings.W021, stacklevel=2)
            phrase = phrase[: phrase.index(_TERMINAL)]
        if not phrase:
            return
        place = self._trie.add(phrase.tobytes())
        if place == len(self._keys):
            self._keys.append(0)
        known = self._keys[place]
        if isinstance(known, _Keys):
            known.add(number)
        elif known not in (0, number):
            self._keys[place] = several = _Keys()
            several.add(known)
            several.add(number)
        else:
            self._keys[place] = number

    def remove(self, key: str) -> None:
        """Removes a key and its phrases. Raises KeyError if it is not there."""
        if key not in self._docs:
            raise KeyError(key)
        number = self.vocab.strings[key]
        for phrase in self._docs[key]:
            if _TERMINAL in phrase:
                phrase = phrase[: phrase.index(_TERMINAL)]
            if not phrase:
                continue
            place = self._trie.add(array("Q", phrase).tobytes())
            known = self._keys[place]
            if isinstance(known, _Keys):
                known.remove(number)
            elif known == number:
                self._keys[place] = 0
        del self._callbacks[key], self._docs[key]

    # ---- matching ----

    def __call__(self, doclike: Any, *, as_spans: bool = False) -> Any:
        """Matches of a Doc or a Span: (key, start, end), in tokens of the Doc; or Spans."""
        if isinstance(doclike, Doc):
            doc = doclike
            matches = self._trie.find_doc(self._keys, doc, self.attr, 0, len(doc))
        elif doclike is None or len(doclike) == 0:
            return []
        else:
            doc, start, end = bounds(doclike)
            matches = self._find(doc, start, end)
        for number, (key, _, _) in enumerate(matches if self._calls_back else ()):
            on_match = self._callbacks.get(self.vocab.strings[key])
            if on_match is not None:
                on_match(self, doc, number, matches)
        if as_spans:
            return [make_span(doc, first, last, key) for key, first, last in matches]
        return matches

    def _find(self, doc: Any, start: int, end: int) -> list[Match]:
        if isinstance(doc, Doc):
            return self._trie.find_doc(self._keys, doc, self.attr, start, end)
        return self._trie.find(self._keys, columns(doc, [self.attr], start, end), start)

    def pipe(
        self, stream: Iterable[Any], batch_size: int = 1000, return_matches: bool = False, as_tuples: bool = False
    ) -> Iterator[Any]:
        """Deprecated: call the matcher."""
        return matched_stream(self, stream, return_matches, as_tuples)


def unpickle_matcher(vocab: Any, docs: Any, callbacks: Any, attr: int) -> PhraseMatcher:
    matcher = PhraseMatcher(vocab, attr=attr)
    for key, phrases in docs.items():
        matcher.add(key, phrases, on_match=callbacks.get(key))
    return matcher
