"""spaCy's token patterns (spacy/matcher/matcher.pyx) -> nodes of tests. What cannot be tested is refused by name."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Callable

from spacy.attrs import IDS
from spacy.matcher.matcher import _get_attr_values, _get_operators
from spacy.strings import get_string_id

from .constants import PATTERN_MAX_EDITS, PATTERN_MAX_TESTS, PatternAttr, Predicate, Quantifier
from .errors import ConvertError
from .pattern_flags import FLAGS, flag_test
from .pattern_regex import compile_search
from .pattern_test import ALWAYS, NEVER, Node, Spec, Test
from .regex import UnsupportedPattern
from .token_flags import SAME, same_value

NAME_OF = {number: name for name, number in IDS.items()}
NUMBERS = ("LENGTH", "ENT_IOB", "ID", "HEAD", "IDX")
TEXTS = tuple(attr.name for attr in PatternAttr if attr.name not in (*NUMBERS, *FLAGS))
MOST = 0xFFFFFFFFFFFFFFFF
SETS = ("IS_SUBSET", "IS_SUPERSET", "INTERSECTS")


def _among(attr: PatternAttr, values: Iterable[int]) -> Test:
    return Test(Predicate.AMONG, attr, False, tuple(sorted(set(values))))


def _compared(attr: PatternAttr, operator: str, number: Any) -> Test:
    """What integers from 0 on compare so with a number."""
    least, most = {
        "==": (math.ceil(number), math.floor(number)),
        "!=": (math.ceil(number), math.floor(number)),
        ">=": (math.ceil(number), MOST),
        ">": (math.floor(number) + 1, MOST),
        "<=": (0, math.floor(number)),
        "<": (0, math.ceil(number) - 1),
    }[operator]
    least, most = max(least, 0), min(most, MOST)
    test = Test(Predicate.RANGE, attr, False, (least, most)) if least <= most else NEVER
    return test.not_() if operator == "!=" else test


class PatternReader:
    """Reads token patterns of a pipeline. refuse: makes the error that shows the pattern, with a reason."""

    def __init__(self, vocab: Any, refuse: Callable[[str], ConvertError]) -> None:
        self.vocab, self.refuse = vocab, refuse

    # ---- one test ----

    def _attr(self, name: str) -> PatternAttr:
        """The attribute itself; of a flag any, for its value is 0 or 1, and of what all words share."""
        if name in FLAGS or name in SAME:
            return PatternAttr.SPACY
        if name not in PatternAttr.__members__:
            raise self.refuse(f"a test of {name} is not supported, only of {', '.join([*TEXTS, *NUMBERS, *FLAGS])}")
        return PatternAttr[name]

    def _for_flag(self, name: str, test: Test) -> Test:
        """A test of the value 0 or 1 of a flag, as one of what the flag says; of a value that all words share, its answer."""
        same = same_value(name, self.vocab)
        if test in (ALWAYS, NEVER):
            return test
        if same is not None:
            return ALWAYS if test.holds(same) else NEVER
        if name not in FLAGS:
            return test
        of_0, of_1 = test.holds(0), test.holds(1)
        if of_0 == of_1:
            return ALWAYS if of_0 else NEVER
        try:
            flag = flag_test(name, self.vocab)
        except ConvertError as error:
            raise self.refuse(f"a test of {name} is not supported: {error}") from error
        return flag if of_1 else flag.not_()

    def _expressions(self, name: str, patterns: Iterable[Any], negated: bool = False) -> Test:
        found = tuple(patterns)
        if name not in TEXTS:
            raise self.refuse(f"REGEX of {name} is not supported, only of texts")
        for pattern in found:
            if not isinstance(pattern, str):
                raise self.refuse(f"REGEX {pattern!r} is not supported, only a text")
            try:
                compile_search(pattern)
            except UnsupportedPattern as error:
                raise self.refuse(f"REGEX {pattern!r} is not supported: {error}") from error
        return Test(Predicate.FOUND, self._attr(name), negated, found)

    def _near(self, name: str, texts: Iterable[Any], fuzzy: int, negated: bool = False) -> Test:
        """fuzzy: edits, or -1: by the length of the text (spacy/matcher/levenshtein.pyx)."""
        rows = []
        for text in texts:
            if not isinstance(text, str) or name not in TEXTS:
                raise self.refuse(f"FUZZY of {name} with {text!r} is not supported, only of texts with a text")
            edits = fuzzy if fuzzy >= 0 else max(2, round(0.3 * len(text)))
            if edits > PATTERN_MAX_EDITS:
                raise self.refuse(f"FUZZY of a text of {len(text)} characters is not supported, only of shorter ones")
            rows.append((text, edits))
        return Test(Predicate.NEAR, self._attr(name), negated, tuple(rows))

    def _ids(self, name: str, values: Any) -> list[int]:
        """What a set of spaCy's holds."""
        if not isinstance(values, Iterable) or isinstance(values, Mapping):
            raise self.refuse(f"a list of values of {name} is not a list")
        items = list(values)
        if not all(isinstance(item, (str, int)) for item in items):
            raise self.refuse(f"{name} is compared with {items!r}, which are not all texts or whole numbers")
        if name == "MORPH":
            return [int(self.vocab.morphology.add(item)) for item in items]
        return [int(get_string_id(item)) for item in items]

    def _membership(self, name: str, kind: str, values: Any, regex: bool, fuzzy: int | None) -> Test:
        negated = kind == "NOT_IN"
        if regex:
            if name == "MORPH":
                raise self.refuse(f"REGEX with {kind} of MORPH is not supported, only of other texts")
            return self._expressions(name, values, negated)
        if fuzzy is not None:
            texts = [self.vocab.strings[item] for item in self._ids(name, values)] if name == "MORPH" else values
            return self._near(name, texts, fuzzy, negated)
        test = _among(self._attr(name), self._ids(name, values))
        return test.not_() if negated else test

    def _sets(self, name: str, kind: str, values: Any, regex: bool) -> Test:
        """Of attributes other than MORPH the value is a set of one."""
        if regex:
            raise self.refuse(f"REGEX with {kind} is not supported, only with IN and NOT_IN")
        ids = tuple(sorted(set(self._ids(name, values))))
        if name == "MORPH":
            kinds = {"IS_SUBSET": Predicate.SUBSET, "IS_SUPERSET": Predicate.SUPERSET}
            return Test(kinds.get(kind, Predicate.INTERSECTS), PatternAttr.MORPH, False, ids)
        if kind == "IS_SUPERSET" and len(ids) != 1:
            return NEVER if ids else ALWAYS
        return _among(self._attr(name), ids)

    def _predicate(self, name: str, kind: str, value: Any, regex: bool, fuzzy: int | None) -> Test | None:
        """None: spaCy warns of what it does not know, and goes on without it."""
        if kind in ("IN", "NOT_IN"):
            return self._membership(name, kind, value, regex, fuzzy)
        if kind in SETS:
            return self._sets(name, kind, value, regex)
        if kind in ("==", "!=", ">=", "<=", ">", "<"):
            if not isinstance(value, (int, float)) or not math.isfinite(value):
                raise self.refuse(f"{name} {kind} {value!r} is not supported, only comparisons with numbers")
            return _compared(self._attr(name), kind, value)
        if kind == "REGEX":
            return self._expressions(name, [value])
        return self._near(name, [value], int(kind[5:] or -1)) if kind.startswith("FUZZY") else None

    def _predicates(self, name: str, kinds: Mapping[str, Any], regex: bool, fuzzy: int | None) -> list[Test]:
        """matcher.pyx _get_extra_predicates_dict."""
        tests: list[Test] = []
        for key, value in kinds.items():
            kind = key.upper()
            if kind == "REGEX" and isinstance(value, Mapping):
                tests += self._predicates(name, value, True, None)
            elif kind.startswith("FUZZY") and kind[5:] in ("", *"123456789"):
                if regex:
                    raise self.refuse("FUZZY inside of REGEX is not supported, only the other way round")
                if isinstance(value, Mapping):
                    tests += self._predicates(name, value, False, int(kind[5:] or -1))
                else:
                    tests += [self._for_flag(name, self._near(name, [value], int(kind[5:] or -1)))]
            elif not kind.startswith("FUZZY"):
                test = self._predicate(name, kind, value, regex, fuzzy)
                tests += [self._for_flag(name, test)] if test is not None else []
        return tests

    # ---- one token ----

    def spec(self, spec: Mapping[Any, Any]) -> Spec:
        if "_" in spec:
            raise self.refuse("it tests extension attributes (_), which are Python")
        tests: list[Test] = []
        for attr, value in _get_attr_values(spec, self.vocab.strings):
            name = NAME_OF.get(attr, str(attr))
            tests.append(self._for_flag(name, _among(self._attr(name), [value])))
        for key, value in spec.items():
            if isinstance(value, Mapping):
                name = key.upper() if isinstance(key, str) else NAME_OF.get(key, str(key))
                name = "ORTH" if name == "TEXT" else name
                if name not in IDS:
                    raise self.refuse(f"{name} with a comparison is not supported, only with a value")
                tests += self._predicates(name, value, False, None)
        distinct = sorted({test for test in tests if test != ALWAYS}, key=lambda test: (test.kind, repr(test)))
        if len(distinct) > PATTERN_MAX_TESTS:
            raise self.refuse(f"a token has {len(distinct)} tests; {PATTERN_MAX_TESTS} are possible")
        return tuple(distinct) or (ALWAYS,)

    def nodes(self, specs: Iterable[Any]) -> tuple[Node, ...]:
        """matcher.pyx _preprocess_pattern."""
        found: list[Node] = []
        for spec in specs:
            tests = self.spec(spec) if spec else (ALWAYS,)
            operators = _get_operators(spec) if spec else (Quantifier.ONE,)
            found += [Node(Quantifier(operator), tests) for operator in operators]
        if not found:
            raise self.refuse("a pattern of no tokens is not supported")
        return tuple(found)
