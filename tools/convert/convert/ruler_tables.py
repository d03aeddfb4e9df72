"""Tables of the attribute ruler (spacy/pipeline/attributeruler.py): token patterns as sets of ids, and what they set.

Rules of plain patterns, as those of the official pipelines, have tables of their own, which are found by a token's tag. Where a
rule has another pattern, all are written as token patterns of any kind (pattern_tables.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from spacy.parts_of_speech import IDS as POS_IDS
from spacy.strings import get_string_id
from spacy.symbols import NAMES

from .constants import NO_STRING, RULER_MAX_LIST, RulerAttr
from .container import Section, tensor
from .errors import ConvertError
from .maps import build_map
from .pattern_reader import PatternReader
from .pattern_tables import flat, pattern_sections
from .pattern_test import Pattern
from .regex_strings import matching_texts
from .strings import StringTable

SET = ("TAG", "POS", "MORPH", "LEMMA", "DEP")
"""Attributes that a rule may set, in the order of the file."""
EMPTY_MORPH = "_"  # Morphology.EMPTY_MORPH
LONGEST = 300
"""Characters of a rule that a refusal prints."""


@dataclass(frozen=True)
class Test:
    """attribute: RULER_*. values: ids (0/1 for IS_SPACE), ascending; the token's must, or must not, be among them."""

    attribute: int
    negated: bool
    values: tuple[int, ...]

    def holds(self, value: int) -> bool:
        return (value in self.values) != self.negated


TokenPattern = tuple[Test, ...]


@dataclass(frozen=True)
class Row:
    """A pattern of a rule. target: index of the token that is changed. changes: attribute -> new text ("" for no MORPH)."""

    tokens: tuple[TokenPattern, ...]
    target: int
    changes: Mapping[str, str]


NOTHING = Row(((Test(RulerAttr.ORTH, False, (int(get_string_id("")),)),),), 0, {})
"""Of a ruler without rules: it changes nothing, of a token without a text, which there is none. A section is never empty."""


class _Reader:
    """Reads the patterns of one rule; where, rule: words that name and show it in a refusal."""

    def __init__(self, component: str, number: int, rule: Mapping[str, Any]) -> None:
        self.where = f"component {component}, rule {number}"
        shown = json.dumps(rule, ensure_ascii=False, default=str)
        self.rule = shown if len(shown) <= LONGEST else shown[:LONGEST] + " ..."

    def refuse(self, what: str) -> ConvertError:
        return ConvertError(
            f"{self.where}: {what}: change or remove it, and save the pipeline. The rule is {self.rule}"
        )

    def _value(self, name: str, value: Any) -> int:
        if name == "IS_SPACE":
            if value not in (0, 1):
                raise self.refuse(f"IS_SPACE is compared with {value!r}, not with true or false")
            return int(value)
        if not isinstance(value, str):
            raise self.refuse(f"{name} is compared with {value!r}, which is not supported, only texts")
        return int(get_string_id(value))

    def _values(self, name: str, values: Any) -> tuple[int, ...]:
        if not isinstance(values, (list, tuple, set)) or not values:
            raise self.refuse(f"a list of values of {name} is empty or not a list")
        return tuple(sorted({self._value(name, value) for value in values}))

    def _expanded(self, name: str, pattern: Any) -> tuple[int, ...]:
        if name == "IS_SPACE" or not isinstance(pattern, str):
            raise self.refuse(f"REGEX of {name} with {pattern!r} is not supported, only a text, and not of IS_SPACE")
        try:
            texts = matching_texts(pattern)
        except ConvertError as error:
            raise self.refuse(
                f"REGEX {pattern!r} is not supported, only what few texts match, as ^(a|bc?)$: {error}"
            ) from error
        if not texts:
            raise self.refuse(f"REGEX {pattern!r} matches nothing, so that the rule never applies")
        return self._values(name, texts)

    def _predicate(self, name: str, predicate: str, value: Any, vocab: Any) -> Test:
        kind = predicate.upper()
        if kind == "REGEX":
            return Test(RulerAttr[name], False, self._expanded(name, value))
        if kind not in ("IN", "NOT_IN"):
            raise self.refuse(f"{predicate} is not supported, only IN, NOT_IN and REGEX")
        if name == "MORPH" and isinstance(
            value, (list, tuple, set)
        ):  # spaCy normalises lists of analyses, single ones not
            value = [vocab.morphology.normalize_features(item) for item in value]
        return Test(RulerAttr[name], kind == "NOT_IN", self._values(name, value))

    def token(self, spec: Any, vocab: Any) -> TokenPattern:
        """Tests of one token, in the order of its keys."""
        if not isinstance(spec, Mapping) or not spec:
            raise self.refuse("a pattern without tests, which any token matches, is not supported")
        tests: list[Test] = []
        for key, value in spec.items():
            name = key.upper() if isinstance(key, str) else NAMES[key]
            name = "ORTH" if name == "TEXT" else name
            if name == "OP":
                raise self.refuse(f"the quantifier OP = {value!r} is not supported, only one token for each pattern")
            if name not in RulerAttr.__members__:
                raise self.refuse(f"a test of {name} is not supported, only of {', '.join(RulerAttr.__members__)}")
            if isinstance(value, Mapping):
                if not value:
                    raise self.refuse(f"the test of {name} is empty")
                tests.extend(self._predicate(name, kind, operand, vocab) for kind, operand in value.items())
            else:
                tests.append(Test(RulerAttr[name], False, (self._value(name, value),)))
        return tuple(tests)

    def changes(self, attrs: Mapping[Any, Any], strings: Any) -> dict[str, str]:
        """attrs: ids as spaCy has normalised them -> attribute's name -> text."""
        changes: dict[str, str] = {}
        for key, value in attrs.items():
            name = key if isinstance(key, str) else NAMES[key]
            if name not in SET:
                raise self.refuse(
                    f"it sets {'extension attributes' if name == '_' else name}, which is not supported, "
                    f"only {', '.join(SET)}"
                )
            text = strings[value]
            if not text or name == "POS" and text not in POS_IDS:
                kind = "parts of speech of Universal Dependencies" if name == "POS" else "texts that are not empty"
                raise self.refuse(f"it sets {name} to {text!r}, which is not supported, only {kind}")
            changes[name] = "" if name == "MORPH" and text == EMPTY_MORPH else text
        return changes

    def target(self, index: int, length: int) -> int:
        if not -length <= index < length:
            raise self.refuse(f"it changes token {index} of a pattern of {length}")
        return index % length


def read_rows(ruler: Any) -> list[Row]:
    """Rows in spaCy's order: by rule, then by pattern."""
    rows: list[Row] = []
    for number, pattern in enumerate(ruler.patterns):
        reader = _Reader(ruler.name, number, pattern)
        changes = reader.changes(ruler.attrs[number], ruler.vocab.strings)
        for specs in pattern["patterns"]:
            tokens = tuple(reader.token(spec, ruler.vocab) for spec in specs)
            rows.append(Row(tokens, reader.target(ruler.indices[number], len(tokens)), changes))
    return rows or [NOTHING]


def _tag_tests(row: Row) -> list[Test]:
    return [test for test in row.tokens[0] if test.attribute == RulerAttr.TAG]


def tag_lists(rows: Sequence[Row]) -> tuple[dict[int, int], list[list[int]]]:
    """Id of a TAG -> list number; the lists: numbers of the rows whose first token may have that tag, list 0 for any other."""
    lists = [[number for number, row in enumerate(rows) if all(test.negated for test in _tag_tests(row))]]
    numbers: dict[int, int] = {}
    for tag in sorted({value for row in rows for test in _tag_tests(row) if not test.negated for value in test.values}):
        numbers[tag] = len(lists)
        lists.append([number for number, row in enumerate(rows) if all(test.holds(tag) for test in _tag_tests(row))])
    return numbers, lists


def _changed(row: Any, name: str, strings: StringTable) -> int:
    """A lemma may be any text, as a line feed's is."""
    if name not in row.changes:
        return NO_STRING
    return (strings.number if name == "LEMMA" else strings.label)(row.changes[name])


def _place(reader: _Reader, index: int, patterns: Sequence[Pattern]) -> tuple[int, int, int]:
    """1 if the token that is changed counts from the match's end; 0; its place."""
    least = min(pattern.least for pattern in patterns)
    if not -least <= index < least:
        raise reader.refuse(f"it changes token {index} of a match that may have only {least}")
    return (1, 0, -index) if index < 0 else (0, 0, index)


def _any_sections(ruler: Any, strings: StringTable) -> list[Section]:
    """Of rules with token patterns of any kind."""
    patterns: list[Pattern] = []
    rules: list[tuple[int, ...]] = []
    for number, rule in enumerate(ruler.patterns):
        reader = _Reader(ruler.name, number, rule)
        changes = reader.changes(ruler.attrs[number], ruler.vocab.strings)
        tokens = PatternReader(ruler.vocab, reader.refuse)
        own = [Pattern(number, tokens.nodes(specs)) for specs in rule["patterns"]]
        if own:
            row = Row((), 0, changes)
            place = _place(reader, ruler.indices[number], own)
            rules.append((*place, *(_changed(row, name, strings) for name in SET)))
        else:
            rules.append((0, 0, 0, *(NO_STRING for _ in SET)))
        patterns += own
    return [
        tensor("attribute_ruler/rules", rules, "u4"),
        *pattern_sections("attribute_ruler/patterns", patterns, strings),
    ]


def ruler_sections(ruler: Any, strings: StringTable) -> list[Section]:
    """All attribute_ruler/ sections of an AttributeRuler."""
    try:
        rows = read_rows(ruler)
    except ConvertError:
        return _any_sections(ruler, strings)
    numbers, lists = tag_lists(rows)
    if max(map(len, lists)) > RULER_MAX_LIST:  # token patterns are found by more than their tags
        return _any_sections(ruler, strings)
    first_token, tokens = flat([row.tokens for row in rows])
    first_test, tests = flat(tokens)
    first_value, values = flat([test.values for test in tests])
    rules = [
        (first, len(row.tokens), row.target, *(_changed(row, name, strings) for name in SET))
        for first, row in zip(first_token, rows)
    ]
    list_start, listed = flat(lists)
    return [
        tensor("attribute_ruler/rules", rules, "u4"),
        tensor("attribute_ruler/tokens", [(first, len(token)) for first, token in zip(first_test, tokens)], "u4"),
        tensor(
            "attribute_ruler/tests",
            [(test.attribute, int(test.negated), first, len(test.values)) for first, test in zip(first_value, tests)],
            "u4",
        ),
        Section("attribute_ruler/values", np.array(values, dtype="<u8")),
        build_map("attribute_ruler/by_tag", numbers),
        tensor("attribute_ruler/list_start", list_start, "u4"),
        tensor("attribute_ruler/lists", listed, "u4"),
    ]
