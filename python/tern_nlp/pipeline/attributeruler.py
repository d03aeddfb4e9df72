"""Attributes of tokens by rules: the component attribute_ruler."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from .. import _msgpack, symbols
from ..attrs import IDS, intify_attrs
from ..errors import Errors
from ..matcher import Matcher
from ..tokens.retokenizer import _checked_extensions
from ..util import from_bytes, to_bytes
from .ruler_patterns import Ruler
from .saving import PathLike, from_disk, to_disk
from .scorers import attribute_ruler_score

MORPH = IDS["MORPH"]
Attrs = dict[Any, Any]


def normalized_attrs(vocab: Any, attrs: Mapping[Any, Any]) -> Attrs:
    """Numbers for names and texts; MORPH in its normal form."""
    found: Attrs = intify_attrs({key: value for key, value in attrs.items() if key != "_"}, strings_map=vocab.strings)
    if MORPH in found:
        found[MORPH] = vocab.morphology.add(vocab.strings.as_string(found[MORPH]))
    if "_" in attrs:
        found["_"] = _checked_extensions(attrs["_"])
    return found


def set_attrs(token: Any, attrs: Attrs) -> None:
    for attr, value in attrs.items():
        if attr != "_":
            token.doc._set(token.i, attr, value)
    for name, value in attrs.get("_", {}).items():
        token._.set(name, value)


class AttributeRuler(Ruler):
    """Sets attributes of tokens that patterns match: those of later rules prevail."""

    def __init__(
        self,
        vocab: Any,
        name: str = "attribute_ruler",
        *,
        validate: bool = False,
        scorer: Callable[..., Any] | None = attribute_ruler_score,
    ) -> None:
        self.vocab, self.name, self.validate, self.scorer = vocab, name, validate, scorer
        self.clear()

    def clear(self) -> None:
        """Forgets all rules."""
        self.matcher = Matcher(self.vocab, validate=self.validate)
        self.attrs: list[Attrs] = []
        self._attrs_unnormed: list[Attrs] = []
        self.indices: list[int] = []

    def initialize(
        self,
        get_examples: Any,
        *,
        nlp: Any = None,
        patterns: Iterable[Attrs] | None = None,
        tag_map: Mapping[str, Attrs] | None = None,
        morph_rules: Mapping[str, Mapping[str, Attrs]] | None = None,
    ) -> None:
        """Rules as patterns, and in the two forms of spaCy 2."""
        self.clear()
        if patterns:
            self.add_patterns(patterns)
        if tag_map:
            self.load_from_tag_map(tag_map)
        if morph_rules:
            self.load_from_morph_rules(morph_rules)

    # ---- documents ----

    def match(self, doc: Any) -> list[tuple[int, int, int, int]]:
        """(rule, key, start, end), by rule."""
        strings = self.vocab.strings
        matches = self.matcher(doc, allow_missing=True)
        return sorted((int(strings[key]), key, start, end) for key, start, end in matches)

    def set_annotations(self, doc: Any, matches: Iterable[tuple[int, int, int, int]]) -> None:
        """Sets the attributes of matches."""
        for rule, key, start, end in matches:
            index, length = self.indices[rule], end - start
            if not -length <= index < length:
                patterns, words = self.matcher.get(key), [token.text for token in doc[start:end]]
                raise ValueError(Errors.E1001.format(patterns=patterns, span=words, index=index))
            set_attrs(doc[start + index % length], self.attrs[rule])

    # ---- rules ----

    def add(self, patterns: Iterable[Any], attrs: Attrs, index: int = 0) -> None:
        """Of what patterns match the token at the index, which counts from the end if it is negative, gets attributes."""
        key = str(len(self.attrs))
        self.matcher.add(self.vocab.strings.add(key), patterns)
        self._attrs_unnormed.append(attrs)
        self.attrs.append(normalized_attrs(self.vocab, attrs))
        self.indices.append(index)

    def add_patterns(self, patterns: Iterable[Attrs]) -> None:
        """patterns: {"patterns": …, "attrs": …, "index": …}."""
        for rule in patterns:
            self.add(**rule)

    @property
    def patterns(self) -> list[Attrs]:
        """All rules, as add_patterns takes them."""
        return [
            {"patterns": self.matcher.get(str(number))[1], "attrs": attrs, "index": index}
            for number, (attrs, index) in enumerate(zip(self._attrs_unnormed, self.indices))
        ]

    def load_from_tag_map(self, tag_map: Mapping[str, Attrs]) -> None:
        """tag_map: tag -> attributes and features."""
        for tag, attrs in tag_map.items():
            found, features = _split_morph_attrs(attrs)
            found["MORPH"] = self._normal(found.get("MORPH", features))
            self.add([[{"TAG": tag}]], found)

    def load_from_morph_rules(self, morph_rules: Mapping[str, Mapping[str, Attrs]]) -> None:
        """morph_rules: tag -> word -> attributes and features."""
        for tag, words in morph_rules.items():
            for word, attrs in words.items():
                found, features = _split_morph_attrs(attrs)
                if "MORPH" in found or features:
                    found["MORPH"] = self._normal(found.get("MORPH", features))
                self.add([[{"ORTH": word, "TAG": tag}]], found)

    def _normal(self, morph: Any) -> str:
        return self.vocab.strings[self.vocab.morphology.add(morph)]

    # ---- saving ----

    def to_bytes(self, exclude: Iterable[str] = ()) -> bytes:
        """What to_disk writes, as bytes. exclude: parts to leave out."""
        parts = {
            "vocab": lambda: self.vocab.to_bytes(exclude=exclude),
            "patterns": lambda: _msgpack.dumps(self.patterns),
        }
        return to_bytes(parts, exclude)

    def from_bytes(self, bytes_data: bytes, exclude: Iterable[str] = ()) -> AttributeRuler:
        """Adds the rules to those that are there, as spaCy does."""
        parts = {
            "vocab": lambda saved: self.vocab.from_bytes(saved, exclude=exclude),
            "patterns": lambda saved: self.add_patterns(_msgpack.loads(saved)),
        }
        from_bytes(bytes_data, parts, exclude)
        return self

    def to_disk(self, path: PathLike, exclude: Iterable[str] = ()) -> None:
        """Saves it under a path. exclude: parts to leave out."""
        parts: dict[str, Callable[[Path], Any]] = {
            "vocab": lambda file: self.vocab.to_disk(file, exclude=exclude),
            "patterns": lambda file: file.write_bytes(_msgpack.dumps(self.patterns)),
        }
        to_disk(path, parts, exclude)

    def from_disk(self, path: PathLike, exclude: Iterable[str] = ()) -> AttributeRuler:
        """Reads what to_disk saved."""
        parts: dict[str, Callable[[Path], Any]] = {
            "vocab": lambda file: self.vocab.from_disk(file, exclude=exclude),
            "patterns": lambda file: self.add_patterns(_msgpack.loads(file.read_bytes())),
        }
        from_disk(path, parts, exclude)
        return self


def _split_morph_attrs(attrs: Mapping[Any, Any]) -> tuple[Attrs, Attrs]:
    """Attributes of tokens, and features."""
    is_attr = {key: key == "_" or key in symbols.IDS or key in symbols.IDS.values() for key in attrs}
    return (
        {key: value for key, value in attrs.items() if is_attr[key]},
        {key: value for key, value in attrs.items() if not is_attr[key]},
    )
