"""Subtrees of dependency parses."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..errors import Errors, Warnings
from .doclike import bounds, is_span
from .keys import Keyed, OnMatch
from .matcher import Matcher
from .relations import RELATIONS

_NEEDED = ("RIGHT_ID", "RIGHT_ATTRS", "REL_OP", "LEFT_ID")
Positions = Mapping[int, Sequence[int]]


class _Pattern(NamedTuple):
    keys: list[int]
    """Of the token matcher, for every node."""
    relations: list[tuple[int, str] | None]
    """For every node (the node before it that it depends on, operator); None: the anchor."""


class DependencyMatcher(Keyed):
    """Finds tokens by patterns: nodes, each with what is said of its token and how it depends on a node before."""

    def __init__(self, vocab: Any, *, validate: bool = False) -> None:
        """vocab: that of the documents. validate: check what is said of tokens when patterns are added."""
        self.vocab = vocab
        self._matcher = Matcher(vocab, validate=validate)
        self._raw_patterns: dict[int, list[Any]] = {}
        self._patterns: dict[int, list[_Pattern]] = {}
        self._callbacks: dict[int, OnMatch | None] = {}

    def __reduce__(self) -> Any:
        return unpickle_matcher, (self.vocab, self._raw_patterns, self._callbacks)

    def _given(self) -> dict[int, list[Any]]:
        return self._raw_patterns

    # ---- rules ----

    def add(self, key: str | int, patterns: Any, *, on_match: OnMatch | None = None) -> None:
        """Adds patterns to a key. on_match(matcher, doc, i, matches) is called for every match."""
        if on_match is not None and not callable(on_match):
            raise ValueError(Errors.E171.format(arg_type=type(on_match)))
        if not isinstance(patterns, list):
            raise ValueError(Errors.E948.format(arg_type=type(patterns)))
        for pattern in patterns:
            if len(pattern) == 0:
                raise ValueError(Errors.E012.format(key=key))
            _check(pattern, key)
        number = self._normalize_key(key)
        self._raw_patterns.setdefault(number, []).extend(patterns)
        self._callbacks[number] = on_match
        known = self._patterns.setdefault(number, [])
        for pattern in patterns:
            known.append(self._compiled(number, len(known), pattern))

    def _compiled(self, key: int, place: int, pattern: Sequence[dict[str, Any]]) -> _Pattern:
        keys, relations = [], []
        nodes: dict[Any, int] = {}
        for number, node in enumerate(pattern):
            token_key = self._normalize_key(f"{key}||{place}||{number}")
            self._matcher.add(token_key, [[node["RIGHT_ATTRS"]]])
            keys.append(token_key)
            relations.append((nodes[node["LEFT_ID"]], node["REL_OP"]) if number else None)
            nodes[node["RIGHT_ID"]] = number
        return _Pattern(keys, relations)

    def remove(self, key: str | int) -> None:
        """Removes a key and its patterns. Raises ValueError if it is not there."""
        number = self._normalize_key(key)
        if number not in self._patterns:
            raise ValueError(Errors.E175.format(key=key))
        for pattern in self._patterns.pop(number):
            for token_key in pattern.keys:
                self._matcher.remove(token_key)
        del self._raw_patterns[number], self._callbacks[number]

    # ---- matching ----

    def __call__(self, doclike: Any) -> list[tuple[int, list[int]]]:
        """(key, tokens in the order of the pattern's nodes) for every match. Of a Span, tokens count from its start."""
        doc, _, _ = bounds(doclike)
        if is_span(doclike):
            doc = doclike.as_doc(copy_user_data=True)
        trees = self._by_tree(doc)
        related = _Related(doc)
        matches = [
            (key, found)
            for key, patterns in self._patterns.items()
            for pattern in patterns
            for positions in trees
            for found in _matches(pattern, positions, related)
        ]
        for number, (key, _) in enumerate(matches):
            on_match = self._callbacks.get(key)
            if on_match is not None:
                on_match(self, doc, number, matches)
        return matches

    def _by_tree(self, doc: Any) -> list[Positions]:
        """For every tree, in the order of their first matches: key of the token matcher -> tokens."""
        trees: dict[int, dict[int, list[int]]] = {}
        roots: dict[int, int] = {}
        for key, start, end in self._matcher(doc):
            if start + 1 != end:
                texts = [token.text for token in doc[start:end]]
                warnings.warn(Warnings.W110.format(tokens=texts, pattern=self._matcher.get(key)[1][0][0]), stacklevel=2)
            if start not in roots:
                roots[start] = ([doc[start], *doc[start].ancestors])[-1].i
            trees.setdefault(roots[start], {}).setdefault(key, []).append(start)
        return list(trees.values())


class _Related:
    """Tokens that stand to a token in a relation, each found once."""

    def __init__(self, doc: Any) -> None:
        self.doc = doc
        self._known: dict[tuple[int, str], frozenset[int]] = {}

    def __call__(self, token: int, operator: str) -> frozenset[int]:
        key = (token, operator)
        if key not in self._known:
            self._known[key] = frozenset(RELATIONS[operator](self.doc, token))
        return self._known[key]


def _matches(
    pattern: _Pattern, positions: Positions, related: Callable[[int, str], frozenset[int]]
) -> Iterator[list[int]]:
    """All choices of a token for every node, in the order of spaCy's product; what fails early is not gone into."""
    candidates = [positions.get(key, ()) for key in pattern.keys]
    if not all(candidates):
        return
    chosen: list[int] = []
    waiting = [iter(candidates[0])]
    while waiting:
        token = next(waiting[-1], None)
        if token is None:
            waiting.pop()
            if chosen:
                chosen.pop()
            continue
        relation = pattern.relations[len(chosen)]
        if relation is not None and token not in related(chosen[relation[0]], relation[1]):
            continue
        if len(chosen) + 1 == len(candidates):
            yield [*chosen, token]
        else:
            chosen.append(token)
            waiting.append(iter(candidates[len(chosen)]))


def _check(pattern: Any, key: Any) -> None:
    """Raises ValueError for a pattern that is none."""
    known: set[Any] = set()
    for number, node in enumerate(pattern):
        if not isinstance(node, dict):
            raise ValueError(Errors.E1008)
        if "RIGHT_ATTRS" not in node and "RIGHT_ID" not in node:
            raise ValueError(Errors.E098.format(key=key))
        if number == 0:
            if "RIGHT_ID" not in node or "REL_OP" in node or "LEFT_ID" in node:
                raise ValueError(Errors.E099.format(key=key))
        else:
            _check_node(node, known, key)
        known.add(node["RIGHT_ID"])
        if node["RIGHT_ATTRS"].get("OP", "") in ("?", "*", "+"):
            raise ValueError(Errors.E1016.format(node=node))


def _check_node(node: dict[str, Any], known: set[Any], key: Any) -> None:
    missing = [name for name in _NEEDED if name not in node]
    if missing:
        raise ValueError(Errors.E100.format(required=set(_NEEDED), missing=", ".join(missing)))
    unsupported = [name for name in node if name not in _NEEDED]
    if unsupported:
        warnings.warn(Warnings.W126.format(unsupported=", ".join(unsupported)), stacklevel=2)
    if node["RIGHT_ID"] in known or node["LEFT_ID"] not in known:
        raise ValueError(Errors.E101.format(key=key))
    if node["REL_OP"] not in RELATIONS:
        raise ValueError(Errors.E1007.format(op=node["REL_OP"]))


def unpickle_matcher(vocab: Any, patterns: Any, callbacks: Any) -> DependencyMatcher:
    matcher = DependencyMatcher(vocab)
    for key, listed in patterns.items():
        matcher.add(key, listed, on_match=callbacks.get(key))
    return matcher
