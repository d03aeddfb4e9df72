"""Sequences of tokens, found by what is said of each token."""

from __future__ import annotations

import warnings
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ..errors import Errors, MatchPatternError, Warnings
from ..schemas import validate_token_pattern
from .doclike import ANNOTATED, SENT_START, bounds, columns, make_span, require_annotation
from .keys import Keyed, OnMatch
from .levenshtein import levenshtein_compare
from .pattern import Node, PatternReader
from .predicates import FuzzyCompare, Predicate, Predicates, check_answer
from .tables import Tables

GREEDY = ["FIRST", "LONGEST"]
Match = tuple[int, int, int]


class _Tokens:
    """The tokens of one call: their values, and answers of predicates."""

    def __init__(self, doc: Any, start: int, end: int, tables: Tables) -> None:
        self.doc, self.start, self.length = doc, start, end - start
        self.predicates: Sequence[Predicate] = tables.predicates
        self.columns = tables.columns
        attrs = [attr for attr in tables.columns if not isinstance(attr, str)]
        self.data = columns(doc, attrs, start, end)
        if SENT_START in tables.columns or len(attrs) < len(tables.columns):
            self.data = self._assembled(attrs)
        self.values = memoryview(self.data).cast("Q")

    def _assembled(self, attrs: list[int]) -> bytes:
        """With extensions in their places, and of SENT_START only whether it is 1."""
        known, values = memoryview(self.data).cast("Q"), array("Q")
        for attr in self.columns:
            if isinstance(attr, str):
                values.extend(self._extension(attr))
                continue
            place = attrs.index(attr) * self.length
            part = known[place : place + self.length]
            values.extend(part if attr != SENT_START else (int(value == 1) for value in part))
        return values.tobytes()

    def _extension(self, name: str) -> Iterator[int]:
        strings = self.doc.vocab.strings
        for token in self.doc[self.start : self.start + self.length]:
            value = token._.get(name)
            yield strings[value] if isinstance(value, str) else value

    def ask(self, predicate: int, token: int) -> bool | None:
        asked = self.predicates[predicate]
        number = 0 if asked.is_extension else self.values[self.columns[asked.attr] * self.length + token]
        return check_answer(asked(self.doc[self.start + token], number))


class Matcher(Keyed):
    """Finds tokens by patterns: lists of dicts, each of which says what holds of a token."""

    def __init__(self, vocab: Any, validate: bool = True, *, fuzzy_compare: FuzzyCompare = levenshtein_compare) -> None:
        """vocab: that of the documents. validate: check patterns when they are added. fuzzy_compare: for FUZZY."""
        self.vocab, self.validate, self._fuzzy_compare = vocab, validate, fuzzy_compare
        self._patterns: dict[int, list[Any]] = {}
        self._callbacks: dict[int, OnMatch | None] = {}
        self._filter: dict[int, str | None] = {}
        self._compiled: list[tuple[int, list[Node]]] = []
        self._seen_attrs: set[int] = set()
        self._predicates = Predicates(vocab, fuzzy_compare, fuzzy_compare is levenshtein_compare)
        self._reader = PatternReader(vocab, self._predicates)
        self._tables: Tables | None = None

    def __reduce__(self) -> Any:
        # greedy is not among them, as in spaCy (spacy/matcher/matcher.pyx)
        return unpickle_matcher, (self.vocab, self._patterns, self._callbacks, self.validate, self._fuzzy_compare)

    def _given(self) -> dict[int, list[Any]]:
        return self._patterns

    # ---- rules ----

    def add(self, key: str | int, patterns: Any, *, on_match: OnMatch | None = None, greedy: str | None = None) -> None:
        """Adds patterns to a key. on_match(matcher, doc, i, matches) is called for every match. greedy: of matches of the
        key that overlap keep the FIRST, or the LONGEST."""
        _check_arguments(patterns, on_match, greedy)
        self._check(key, patterns)
        number = self._normalize_key(key)
        compiled = [self._reader.nodes(pattern) for pattern in patterns]
        for nodes in compiled:
            self._compiled.append((number, nodes))
            self._seen_attrs.update(attr for node in nodes for attr, _ in node.values if not isinstance(attr, str))
        self._patterns.setdefault(number, []).extend(patterns)
        self._callbacks[number], self._filter[number] = on_match, greedy
        self._tables = None

    def _check(self, key: str | int, patterns: Sequence[Any]) -> None:
        errors = {}
        for number, pattern in enumerate(patterns):
            if len(pattern) == 0:
                raise ValueError(Errors.E012.format(key=key))
            if not isinstance(pattern, list):
                raise ValueError(Errors.E178.format(pat=pattern, key=key))
            if self.validate:
                errors[number] = validate_token_pattern(pattern)
        if any(errors.values()):
            raise MatchPatternError(key, errors)

    def remove(self, key: str | int) -> None:
        """Removes a key and its patterns. Raises ValueError if it is not there."""
        number = self._normalize_key(key)
        if number not in self._patterns:
            raise ValueError(Errors.E175.format(key=key))
        del self._patterns[number], self._callbacks[number]
        self._compiled = [pattern for pattern in self._compiled if pattern[0] != number]
        self._tables = None

    def _require_patterns(self) -> None:
        if len(self) == 0:
            warnings.warn(Warnings.W036.format(name="matcher"), stacklevel=2)

    # ---- matching ----

    def pipe(
        self, docs: Iterable[Any], batch_size: int = 1000, return_matches: bool = False, as_tuples: bool = False
    ) -> Iterator[Any]:
        """Deprecated: call the matcher."""
        return matched_stream(self, docs, return_matches, as_tuples)

    def __call__(
        self, doclike: Any, *, as_spans: bool = False, allow_missing: bool = False, with_alignments: bool = False
    ) -> Any:
        """Matches of a Doc or a Span: (key, start, end), or Spans. allow_missing: do not ask whether attributes are
        annotated. with_alignments: also, of each token, the number of the pattern's token that it was matched by."""
        self._require_patterns()
        doc, start, end = bounds(doclike)
        with_alignments = with_alignments and not as_spans
        if not allow_missing:
            for attr in ANNOTATED:
                if attr in self._seen_attrs:
                    require_annotation(doc, attr)
        matches = self._filtered(self._find(doc, start, end, with_alignments), end - start)
        if with_alignments:
            matches = [(*match[:3], _alignments(match)) for match in matches]
        results = matches
        if as_spans:
            results = [make_span(doc, start + first, start + last, key) for key, first, last in matches]
        for number, match in enumerate(matches):
            on_match = self._callbacks.get(match[0])
            if on_match is not None:
                on_match(self, doc, number, matches)
        return results

    def _find(self, doc: Any, start: int, end: int, with_alignments: bool) -> list[Any]:
        if not self._compiled or start >= end:
            return []
        tables = self._tables
        if tables is None:
            tables = self._tables = Tables(self._compiled, self._predicates.all)
        tokens = _Tokens(doc, start, end, tables)
        return tables.automaton.find(tokens.data, tokens.length, tokens.ask, with_alignments)

    def _filtered(self, matches: list[Any], length: int) -> list[Any]:
        """Matches of greedy keys come last."""
        if not any(self._filter.values()):
            return matches
        found = [match for match in matches if self._filter.get(match[0]) is None]
        by_key: dict[int, list[Any]] = {}
        for match in matches:
            if self._filter.get(match[0]) is not None:
                by_key.setdefault(match[0], []).append(match)
        for key, listed in by_key.items():
            found += _without_overlaps(listed, str(self._filter[key]), length)
        return found


def _check_arguments(patterns: Any, on_match: Any, greedy: str | None) -> None:
    if on_match is not None and not callable(on_match):
        raise ValueError(Errors.E171.format(arg_type=type(on_match)))
    if not isinstance(patterns, list):
        raise ValueError(Errors.E948.format(arg_type=type(patterns)))
    if greedy is not None and greedy not in GREEDY:
        raise ValueError(Errors.E947.format(expected=GREEDY, arg=greedy))


def _without_overlaps(matches: list[Any], greedy: str, length: int) -> list[Any]:
    if greedy == "FIRST":
        ordered = sorted(matches, key=lambda match: (match[1], -match[2]))
    else:
        ordered = sorted(matches, key=lambda match: (match[2] - match[1], -match[1]), reverse=True)
    taken, kept = bytearray(length), []
    for match in ordered:
        start, end = match[1], match[2]
        if taken.find(1, start, end) < 0:
            taken[start:end] = b"\1" * (end - start)
            kept.append(match)
    return kept


def _alignments(match: Any) -> list[int]:
    """Of several steps at one token the one of the last token of the pattern."""
    _, start, end, steps = match
    found = [0] * (end - start)
    for token, distance in sorted(steps, key=lambda step: (step[1], step[0])):
        if distance < end - start:
            found[distance] = token
    return found


def matched_stream(matcher: Any, docs: Iterable[Any], return_matches: bool, as_tuples: bool) -> Iterator[Any]:
    """What the deprecated `pipe` of matchers gives."""
    warnings.warn(Warnings.W105.format(matcher=type(matcher).__name__), DeprecationWarning, stacklevel=2)
    for item in docs:
        doc, *context = item if as_tuples else (item,)
        matches = matcher(doc)
        result = (doc, matches) if return_matches else doc
        yield (result, *context) if as_tuples else result


def unpickle_matcher(vocab: Any, patterns: Any, callbacks: Any, validate: bool, fuzzy_compare: Any) -> Matcher:
    matcher = Matcher(vocab, validate=validate, fuzzy_compare=fuzzy_compare)
    for key, listed in patterns.items():
        matcher.add(key, listed, on_match=callbacks.get(key))
    return matcher
