"""Spans by rules: the component span_ruler, and future_entity_ruler."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable, Iterable
from typing import Any

from ..errors import Errors, Warnings
from ..matcher import Matcher, PhraseMatcher
from ..matcher.levenshtein import levenshtein_compare
from ..util import filter_chain_spans, from_bytes, to_bytes
from .ruler_patterns import Ruler, only_earlier
from .saving import PathLike, from_disk, read_jsonl, to_disk, write_jsonl
from .scorers import overlapping_labeled_spans_score

DEFAULT_SPANS_KEY = "ruler"
PatternType = dict[str, Any]
Filter = Callable[[Iterable[Any], Iterable[Any]], Iterable[Any]]


def _longest_first(spans: Iterable[Any]) -> list[Any]:
    return sorted(spans, key=lambda span: (span.end - span.start, -span.start), reverse=True)


def prioritize_new_ents_filter(entities: Iterable[Any], spans: Iterable[Any]) -> list[Any]:
    """Spans, the longest first, without overlaps, and the entities that overlap none of them."""
    kept, added = list(entities), []
    taken: set[int] = set()
    for span in _longest_first(spans):
        if taken.isdisjoint(range(span.start, span.end)):
            added.append(span)
            kept = [entity for entity in kept if entity.start >= span.end or entity.end <= span.start]
            taken.update(range(span.start, span.end))
    return kept + added


def make_prioritize_new_ents_filter() -> Filter:
    return prioritize_new_ents_filter


def prioritize_existing_ents_filter(entities: Iterable[Any], spans: Iterable[Any]) -> list[Any]:
    """Entities, and of the spans that overlap none of them the longest first, without overlaps."""
    kept, added = list(entities), []
    taken = {token for entity in kept for token in range(entity.start, entity.end)}
    for span in _longest_first(spans):
        if taken.isdisjoint(range(span.start, span.end)):
            added.append(span)
            taken.update(range(span.start, span.end))
    return kept + added


def make_preserve_existing_ents_filter() -> Filter:
    return prioritize_existing_ents_filter


class SpanRuler(Ruler):
    """Adds spans to documents, under a key of doc.spans, as entities, or both."""

    def __init__(
        self,
        nlp: Any,
        name: str = "span_ruler",
        *,
        spans_key: str | None = DEFAULT_SPANS_KEY,
        spans_filter: Filter | None = None,
        annotate_ents: bool = False,
        ents_filter: Filter = filter_chain_spans,
        phrase_matcher_attr: int | str | None = None,
        matcher_fuzzy_compare: Callable[[str, str, int], bool] = levenshtein_compare,
        validate: bool = False,
        overwrite: bool = False,
        scorer: Callable[..., Any] | None = overlapping_labeled_spans_score,
    ) -> None:
        """spans_key: None saves no spans. spans_filter, ents_filter: of what is there and what is found, what stays.
        overwrite: what is there goes away."""
        self.nlp, self.name, self.spans_key = nlp, name, spans_key
        self.annotate_ents, self.phrase_matcher_attr = annotate_ents, phrase_matcher_attr
        self.validate, self.overwrite, self.scorer = validate, overwrite, scorer
        self.spans_filter, self.ents_filter = spans_filter, ents_filter
        self.matcher_fuzzy_compare = matcher_fuzzy_compare
        self._match_label_id_map: dict[int, dict[str, str]] = {}
        self.clear()

    def clear(self) -> None:
        """Forgets all patterns."""
        self._patterns: list[PatternType] = []
        vocab = self.nlp.vocab
        self.matcher = Matcher(vocab, validate=self.validate, fuzzy_compare=self.matcher_fuzzy_compare)
        self.phrase_matcher = PhraseMatcher(vocab, attr=self.phrase_matcher_attr, validate=self.validate)

    def initialize(self, get_examples: Any, *, nlp: Any = None, patterns: Iterable[PatternType] | None = None) -> None:
        """Forgets all patterns and takes others."""
        self.clear()
        if patterns:
            self.add_patterns(patterns)

    def __len__(self) -> int:
        """Number of patterns."""
        return len(self._patterns)

    def __contains__(self, label: str) -> bool:
        return any(known["label"] == label for known in self._match_label_id_map.values())

    @property
    def key(self) -> str | None:
        """Under which spans are saved."""
        return self.spans_key

    # ---- documents ----

    def match(self, doc: Any) -> list[Any]:
        """Spans, in order, each once."""
        if len(self) == 0:
            warnings.warn(Warnings.W036.format(name=self.name), stacklevel=2)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="\\[W036")
            matches = [*self.matcher(doc), *self.phrase_matcher(doc)]
        make = type(doc[0:0])
        known = self._match_label_id_map
        found = {
            make(doc, start, end, label=known[key]["label"], span_id=known[key]["id"]) for key, start, end in matches
        }
        return sorted(found)

    def set_annotations(self, doc: Any, matches: list[Any]) -> None:
        """Sets the spans of matches."""
        if self.key:
            spans: Any = doc.spans[self.key] if self.key in doc.spans and not self.overwrite else []
            spans.extend(self.spans_filter(spans, matches) if self.spans_filter else matches)
            doc.spans[self.key] = spans
        if self.annotate_ents:
            entities = self.ents_filter([] if self.overwrite else list(doc.ents), matches)
            try:
                doc.ents = sorted(entities)
            except ValueError:
                raise ValueError(Errors.E854) from None

    # ---- patterns ----

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of the patterns."""
        return tuple(sorted({entry["label"] for entry in self._patterns}))

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of patterns."""
        return tuple(sorted({entry["id"] for entry in self._patterns if entry.get("id") is not None}))

    @property
    def patterns(self) -> list[PatternType]:
        """All patterns, as they were added."""
        return self._patterns

    def add_patterns(self, patterns: Iterable[PatternType]) -> None:
        """patterns: {"label": …, "pattern": a str or a list of dicts, "id": …}."""
        with only_earlier(self.nlp, self):
            phrases = []
            for entry in patterns:
                key = self._key(entry["label"], entry.get("id", ""))
                if isinstance(entry["pattern"], str):
                    phrases.append((key, entry["pattern"]))
                elif isinstance(entry["pattern"], list):
                    self.matcher.add(key, [entry["pattern"]])
                else:
                    raise ValueError(Errors.E097.format(pattern=entry["pattern"]))
                self._patterns.append(entry)
            for (key, _), doc in zip(phrases, self.nlp.pipe([text for _, text in phrases])):
                self.phrase_matcher.add(key, [doc])

    def _key(self, label: str, pattern_id: str) -> str:
        """Under which the matchers know a pattern."""
        key = repr((label, pattern_id))
        self._match_label_id_map[self.nlp.vocab.strings.add(key)] = {"label": label, "id": pattern_id}
        return key

    def remove(self, label: str) -> None:
        """Removes the patterns of a label. Raises ValueError if there is none."""
        if label not in self:
            raise ValueError(Errors.E1024.format(attr_type="label", label=label, component=self.name))
        self._patterns = [entry for entry in self._patterns if entry["label"] != label]
        self._remove_matches("label", label)

    def remove_by_id(self, pattern_id: str) -> None:
        """Removes the patterns with an id. Raises ValueError if there is none."""
        left = [entry for entry in self._patterns if entry.get("id") != pattern_id]
        if len(left) == len(self):
            raise ValueError(Errors.E1024.format(attr_type="ID", label=pattern_id, component=self.name))
        self._patterns = left
        self._remove_matches("id", pattern_id)

    def _remove_matches(self, field: str, value: str) -> None:
        for number, known in self._match_label_id_map.items():
            if known[field] == value:
                key = self.nlp.vocab.strings[number]
                for matcher in (self.phrase_matcher, self.matcher):
                    if key in matcher:
                        matcher.remove(key)

    # ---- saving ----

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """What to_disk writes, as bytes. exclude: parts to leave out."""
        return to_bytes({"patterns": lambda: json.dumps(self.patterns, ensure_ascii=False)}, exclude)

    def from_bytes(self, bytes_data: bytes, *, exclude: Iterable[str] = ()) -> SpanRuler:
        """Takes what to_bytes gave."""
        self.clear()
        from_bytes(bytes_data, {"patterns": lambda saved: self.add_patterns(json.loads(saved))}, exclude)
        return self

    def to_disk(self, path: PathLike, *, exclude: Iterable[str] = ()) -> None:
        """Saves it under a path. exclude: parts to leave out."""
        to_disk(path, {"patterns": lambda file: write_jsonl(file, self.patterns)})

    def from_disk(self, path: PathLike, *, exclude: Iterable[str] = ()) -> SpanRuler:
        """Reads what to_disk saved."""
        if not os.path.exists(path):
            raise ValueError(Errors.E146.format(path=path))
        self.clear()
        from_disk(path, {"patterns": lambda file: self.add_patterns(read_jsonl(file))})
        return self
