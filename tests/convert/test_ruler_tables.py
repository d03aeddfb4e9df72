"""The attribute ruler's tables, evaluated in plain Python, change documents as spaCy's AttributeRuler does."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import spacy
from convert.constants import MAP_ABSENT, NO_STRING
from convert.container import Section
from convert.errors import ConvertError
from convert.maps import map_get
from convert.regex_strings import matching_texts
from convert.ruler_tables import ruler_sections
from convert.strings import StringTable
from convert.tiny_recipe import RULER_PATTERNS
from spacy.tokens import Doc

TAG, POS, MORPH, LEMMA, DEP, LOWER, IS_SPACE = range(7)
Sections = dict[str, Section]


class Ruler:
    """Evaluates the tables of a file. changes(doc): for every token, the texts that it is given by attribute."""

    def __init__(self, sections: Sections, strings: list[str]) -> None:
        self.strings = strings
        self.by_tag = sections["attribute_ruler/by_tag"]
        for name in ("rules", "tokens", "tests", "values", "list_start", "lists"):
            setattr(self, name, sections[f"attribute_ruler/{name}"].array.tolist())
        self.fired: set[int] = set()

    def token_matches(self, pattern: int, values: Sequence[int]) -> bool:
        first, count = self.tokens[pattern]
        for attribute, negated, start, length in self.tests[first : first + count]:
            expected = self.values[start : start + length]
            assert expected == sorted(set(expected)) and expected
            if (values[attribute] in expected) == bool(negated):
                return False
        return True

    def candidates(self, tag: int) -> list[int]:
        number = map_get(self.by_tag, tag)
        number = 0 if number == MAP_ABSENT else number
        return self.lists[self.list_start[number] : self.list_start[number + 1]]

    def matches(self, features: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
        """(rule, first token) of every match, by rule."""
        found = []
        for token, values in enumerate(features):
            for number in self.candidates(values[TAG]):
                first, length = self.rules[number][:2]
                if token + length <= len(features) and all(
                    self.token_matches(first + at, features[token + at]) for at in range(length)
                ):
                    found.append((number, token))
        return sorted(found)

    def changes(self, features: Sequence[Sequence[int]]) -> list[dict[int, str]]:
        changed: list[dict[int, str]] = [{} for _ in features]
        for number, token in self.matches(features):
            self.fired.add(number)
            for attribute, text in enumerate(self.rules[number][3:]):
                if text != NO_STRING:
                    changed[token + self.rules[number][2]][attribute] = self.strings[text]
        return changed


def features_of(doc: Doc) -> list[list[int]]:
    return [[t.tag, t.pos, t.morph.key if t.has_morph() else 0, t.lemma, t.dep, t.lower, int(t.is_space)] for t in doc]


def texts_of(doc: Doc) -> list[tuple[str, ...]]:
    return [(t.tag_, t.pos_, str(t.morph), t.lemma_, t.dep_) for t in doc]


class Sampler:
    """Random documents in which the patterns of a ruler match often."""

    def __init__(self, ruler: Any, seed: int) -> None:
        self.vocab, self.random = ruler.vocab, random.Random(seed)
        self.patterns = [
            [{key.upper(): value for key, value in spec.items()} for spec in pattern]
            for rule in ruler.patterns
            for pattern in rule["patterns"]
        ]
        specs = [spec for pattern in self.patterns for spec in pattern]
        pool = {
            key: sorted({text for spec in specs for text in self.texts(spec.get(key))})
            for key in ("TAG", "DEP", "LOWER", "POS")
        }
        self.tags, self.deps, self.words = (pool[key] or ["x"] for key in ("TAG", "DEP", "LOWER"))
        self.parts = [text for text in pool["POS"] if text] + ["NOUN", "VERB"]

    @staticmethod
    def texts(value: Any) -> list[str]:
        if isinstance(value, dict):
            return [
                text
                for kind, operand in value.items()
                for text in (matching_texts(operand) if kind == "REGEX" else operand)
                if isinstance(text, str)
            ]
        return [value] if isinstance(value, str) else []

    def pick(self, spec: dict[str, Any], key: str, pool: Sequence[str]) -> str:
        """A text that often satisfies the spec's test of key."""
        value = spec.get(key)
        if isinstance(value, dict):
            value = {kind: operand for kind, operand in value.items() if kind != "NOT_IN"}
        wanted = self.texts(value)
        return self.random.choice(wanted if wanted and self.random.random() < 0.9 else list(pool))

    def doc(self) -> Doc:
        specs = [
            spec
            for _ in range(self.random.randint(0, 3))
            for spec in [*self.random.choice(self.patterns), *[{}] * self.random.randint(0, 1)]
        ]
        words = [
            self.random.choice([" ", "\n", "\u00a0 "])
            if spec.get("IS_SPACE")
            else self.cased(self.pick(spec, "LOWER", self.words))
            for spec in specs
        ]
        unset = self.random.random() < 0.2
        tags = ["" if unset else self.pick(spec, "TAG", self.tags) for spec in specs]
        deps = ["" if unset else self.pick(spec, "DEP", [*self.deps, "ROOT"]) or "dep" for spec in specs]
        doc = Doc(self.vocab, words=words, tags=tags, deps=deps, heads=list(range(len(specs))))
        for token, spec in zip(doc, specs):
            if "POS" in spec:
                token.pos_ = self.pick(spec, "POS", self.parts)
            if "MORPH" in spec:
                token.set_morph(self.pick(spec, "MORPH", ["Case=Nom", "Case=Gen"]))
            if "LEMMA" in spec:
                token.lemma_ = self.pick(spec, "LEMMA", ["be"])
        return doc

    def cased(self, word: str) -> str:
        return word.upper() if word.isascii() and self.random.random() < 0.3 else word


def compare(ruler: Any, tables: Ruler, documents: int) -> None:
    """Every document of the sampler comes out as spaCy's; every rule matches somewhere."""
    sampler = Sampler(ruler, seed=5)
    for _ in range(documents):
        doc = sampler.doc()
        expected = [list(texts) for texts in texts_of(doc)]
        changes = tables.changes(features_of(doc))
        for texts, change in zip(expected, changes):
            for attribute, text in change.items():
                texts[attribute] = text
        before = [token.text for token in doc]
        ruler(doc)
        assert [list(texts) for texts in texts_of(doc)] == expected, before
    assert tables.fired == set(range(len(tables.rules)))


def ruler_of(patterns: list[dict[str, Any]]) -> Any:
    ruler = spacy.blank("en").add_pipe("attribute_ruler")
    ruler.add_patterns(patterns)
    return ruler


def tables_of(ruler: Any) -> Ruler:
    strings = StringTable()
    sections = {section.name: section for section in ruler_sections(ruler, strings)}
    return Ruler(sections, strings.texts)


def strings_of(sections: Sections) -> list[str]:
    return sections["strings/bytes"].data.decode("utf-8").split("\0")[:-1]


def test_rules_of_the_package_change_documents_as_spacy_does(sections, nlp):
    tables = Ruler(sections, strings_of(sections))
    assert len(tables.rules) == 180  # 179 rules, one of which has two patterns
    compare(nlp.get_pipe("attribute_ruler"), tables, 6000)


def test_rules_of_the_tiny_model():
    ruler = ruler_of(RULER_PATTERNS)
    compare(ruler, tables_of(ruler), 1500)


EVERY_KIND: list[dict[str, Any]] = [
    {"patterns": [[{"pos": "NOUN", "MORPH": "Number=Sing"}]], "attrs": {"TAG": "NN"}},
    {"patterns": [[{"MORPH": {"IN": ["Number=Plur|Case=Gen", "_"]}}]], "attrs": {"LEMMA": "plural"}},
    {"patterns": [[{"MORPH": "_"}], [{"MORPH": ""}, {"LOWER": "a"}]], "attrs": {"DEP": "empty"}},
    {"patterns": [[{"MORPH": {"NOT_IN": ["Case=Nom"]}, "LEMMA": {"IN": ["be", "have"]}}]], "attrs": {"POS": "AUX"}},
    {
        "patterns": [[{"LOWER": "a"}, {"TAG": "B"}, {"LOWER": {"IN": ["c", "d"], "NOT_IN": ["d", "e"]}}]],
        "attrs": {"MORPH": "Case=Nom|Abbr=Yes"},
        "index": -2,
    },
    {"patterns": [[{"TAG": {"REGEX": "^(?:B|X{1,2}|)$"}, "DEP": {"NOT_IN": ["empty"]}}]], "attrs": {"LEMMA": "X"}},
    {
        "patterns": [[{"IS_SPACE": {"IN": [True]}}, {"IS_SPACE": False}]],
        "attrs": {"TAG": "_SP", "POS": "X"},
        "index": 1,
    },
    {
        "patterns": [[{"POS": {"NOT_IN": ["NOUN", ""]}, "LOWER": {"REGEX": r"\Ab\Z|^e$"}}]],
        "attrs": {"morph": "Number=Sing"},
    },
]


def test_every_kind_of_test():
    ruler = ruler_of(EVERY_KIND)
    tables = tables_of(ruler)
    compare(ruler, tables, 3000)
    assert {test[0] for test in tables.tests} == set(range(7))


def test_lists_by_tag_hold_every_rule_that_can_match(sections, nlp):
    """Whatever tag a token has, the tagger's and others, no rule outside its list has a first token that accepts the tag."""
    tables = Ruler(sections, strings_of(sections))
    tags = [*nlp.get_pipe("tagger").labels, "", "no such tag", *tables.strings[:50]]
    for tag in tags:
        number = nlp.vocab.strings.add(tag)
        listed = tables.candidates(number)
        assert listed == sorted(set(listed))
        accepting = []
        for rule, (first, *_) in enumerate(tables.rules):
            start, count = tables.tokens[first]
            tests = [test for test in tables.tests[start : start + count] if test[0] == TAG]
            if all((number in tables.values[test[2] : test[2] + test[3]]) != bool(test[1]) for test in tests):
                accepting.append(rule)
        assert set(accepting) <= set(listed), tag
        assert number == 0 or map_get(tables.by_tag, number) == MAP_ABSENT or accepting == listed
    assert len(tables.lists) < 20 * len(set(tags)) + 180


def test_values_are_spacys_ids(sections, nlp):
    values = sections["attribute_ruler/values"].array
    assert values.dtype == np.dtype("<u8")
    lower = {
        text
        for rule in nlp.get_pipe("attribute_ruler").patterns
        for pattern in rule["patterns"]
        for spec in pattern
        for text in Sampler.texts(spec.get("LOWER"))
    }
    assert {nlp.vocab.strings[text] for text in lower} <= set(values.tolist()) and len(lower) > 50


@pytest.mark.parametrize(
    "pattern",
    [
        [{"LENGTH": 1}],
        [{"TAG": "A", "OP": "+"}],
        [{"TAG": "A"}, {}],
        [{"TAG": {"IS_SUBSET": ["A"]}}],
        [{"LOWER": {"FUZZY": "a"}}],
        [{"LOWER": {"REGEX": {"IN": ["a"]}}}],
        [{"LOWER": {"REGEX": "a"}}],
        [{"LOWER": {"REGEX": "^a+$"}}],
        [{"LOWER": {"REGEX": "^$a"}}],
        [{"IS_SPACE": 3}],
        [{"TAG": 3}],
        [{"TAG": {"IN": []}}],
    ],
)
def test_another_pattern_is_written_as_any(pattern):
    """All rules then are; tests/parity/test_patterns.py compares what they match."""
    rules = [{"patterns": [[{"TAG": "A"}]], "attrs": {"POS": "X"}}, {"patterns": [pattern], "attrs": {"TAG": "X"}}]
    names = {section.name for section in ruler_sections(ruler_of(rules), StringTable())}
    assert {"attribute_ruler/rules", "attribute_ruler/patterns/start"} < names
    assert "attribute_ruler/by_tag" not in names


@pytest.mark.parametrize(
    "patterns, words",
    [
        ([{"patterns": [[{"_": {"x": 1}}]], "attrs": {"TAG": "X"}}], "rule 0: it tests extension attributes"),
        (
            [{"patterns": [[{"LOWER": {"REGEX": r"(a)\1"}}]], "attrs": {"TAG": "X"}}],
            r"rule 0: REGEX .* is not supported",
        ),
        ([{"patterns": [[{"LENGTH": {"REGEX": "a"}}]], "attrs": {"TAG": "X"}}], "REGEX of LENGTH is not supported"),
        ([{"patterns": [[{"LENGTH": {"FUZZY": "a"}}]], "attrs": {"TAG": "X"}}], "FUZZY of LENGTH"),
        ([{"patterns": [[{"MORPH": {"REGEX": {"IN": ["A=b"]}}}]], "attrs": {"TAG": "X"}}], "REGEX with IN of MORPH"),
        ([{"patterns": [[{"LOWER": {"REGEX": {"FUZZY": "a"}}}]], "attrs": {"TAG": "X"}}], "FUZZY inside of REGEX"),
        (
            [{"patterns": [[{"LOWER": {"REGEX": {"INTERSECTS": ["a"]}}}]], "attrs": {"TAG": "X"}}],
            "REGEX with INTERSECTS",
        ),
        ([{"patterns": [[{"LOWER": {">": "a"}}]], "attrs": {"TAG": "X"}}], "only comparisons with numbers"),
        (
            [{"patterns": [[{"TAG": "A"}, {"OP": "?"}]], "attrs": {"TAG": "X"}, "index": 1}],
            "it changes token 1 of a match that may have only 1",
        ),
        ([{"patterns": [[{"TAG": "A"}]], "attrs": {"NORM": "x"}}], "rule 0: it sets NORM, which is not supported"),
        (
            [{"patterns": [[{"TAG": "A"}]], "attrs": {"LEMMA": ""}}],
            "rule 0: it sets LEMMA to '', which is not supported",
        ),
        (
            [{"patterns": [[{"TAG": "A"}]], "attrs": {"POS": "FOO"}}],
            "rule 0: it sets POS to 'FOO', which is not supported",
        ),
        (
            [{"patterns": [[{"TAG": "A"}]], "attrs": {"TAG": "X"}, "index": 1}],
            "rule 0: it changes token 1 of a match that may have only 1",
        ),
        (
            [{"patterns": [[{"TAG": "A"}]], "attrs": {"TAG": "X\x1b[2J"}}],
            r"the label 'X\\x1b\[2J' has a control character: rename it",
        ),
    ],
)
def test_rule_that_is_not_supported(patterns, words):
    with pytest.raises(ConvertError, match=words):
        ruler_sections(ruler_of(patterns), StringTable())


def test_a_refused_rule_is_shown_whole_up_to_a_length():
    rules = [
        {"patterns": [[{"LOWER": "é", "_": {}}]], "attrs": {"TAG": "X"}, "index": 0},
        {"patterns": [[{"LOWER": "a" * 1000, "_": {}}]], "attrs": {"TAG": "X"}, "index": 0},
    ]
    messages = []
    for rule in rules:
        with pytest.raises(ConvertError) as raised:
            ruler_sections(ruler_of([rule]), StringTable())
        messages.append(str(raised.value))
    assert messages[0].endswith(
        ': change or remove it, and save the pipeline. The rule is {"patterns": [[{"LOWER": "é", "_": {}}]], '
        '"attrs": {"TAG": "X"}, "index": 0}'
    )
    assert messages[1].endswith("aaa ...") and len(messages[1]) < 600
