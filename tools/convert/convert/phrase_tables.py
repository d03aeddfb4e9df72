"""Phrases of a spaCy PhraseMatcher as sections of a file (engine/patterns/phrase_matcher.h)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .constants import PATTERN_FLAGS, PHRASE_MAX_KEYS, PHRASE_MAX_TOKENS, PHRASE_SEEDED
from .container import Section, tensor
from .errors import ConvertError
from .maps import build_map
from .pattern_reader import NAME_OF
from .pattern_tables import flat
from .token_flags import ATTRS, attr_number, check_flag
from .tokenizer_tables import extended_hash

Phrases = Mapping[tuple[int, ...], Sequence[str]]
"""Values of the tokens -> keys, in the order in which spaCy gives them."""


def matcher_state(matcher: Any) -> tuple[dict[str, set[tuple[int, ...]]], int]:
    """What a PhraseMatcher is pickled as: key -> its phrases; number of the attribute."""
    _, (_, docs, _, attr) = matcher.__reduce__()[:2]
    return docs, attr


def _same_order(keys: Sequence[str], strings: Any) -> list[str]:
    """Keys of one phrase as spaCy goes through them: a hash table of 8 slots that doubles (preshed/maps.pyx)."""
    slots: list[int] = [0] * 8

    def put(table: list[int], number: int) -> None:
        at = number & (len(table) - 1)
        while table[at] and table[at] != number:
            at = (at + 1) & (len(table) - 1)
        table[at] = number

    for filled, key in enumerate(keys, start=1):
        put(slots, strings[key])
        if (filled + 1) * 5 >= len(slots) * 3:
            larger = [0] * (2 * len(slots))
            for number in filter(None, slots):
                put(larger, number)
            slots = larger
    return [strings[number] for number in slots if number]


def read_phrases(matcher: Any, strings: Any) -> Phrases:
    found: dict[tuple[int, ...], list[str]] = {}
    for key, phrases in matcher_state(matcher)[0].items():
        for phrase in sorted(phrases):
            found.setdefault(phrase, []).append(key)
    return {phrase: _same_order(keys, strings) if len(keys) > 1 else keys for phrase, keys in found.items()}


def _paths(phrases: Iterable[tuple[int, ...]], seed: int) -> dict[int, int]:
    """Hash of every beginning of a phrase -> 0, of a phrase 1 + its number. Raises ConvertError if two hashes are equal."""
    paths: dict[int, int] = {}
    owner: dict[int, tuple[int, ...]] = {}
    for number, phrase in enumerate(phrases):
        sequence = seed
        for length, value in enumerate(phrase, start=1):
            sequence = extended_hash(sequence, value)
            if owner.setdefault(sequence, phrase[:length]) != phrase[:length]:
                raise ConvertError("two phrases have the same hash: remove one of them, and save the pipeline")
            paths.setdefault(sequence, 0)
        paths[sequence] = 1 + number
    return paths


def _attr(component: str, matcher: Any) -> int:
    """Number of what the phrases are compared by."""
    name = NAME_OF.get(matcher_state(matcher)[1], "")
    try:
        if name not in ATTRS:
            raise ConvertError(f"use one of {', '.join(ATTRS)}")
        check_flag(name, matcher.vocab)
    except ConvertError as error:
        raise ConvertError(f"component {component}: phrase_matcher_attr {name} is not supported: {error}") from error
    return attr_number(name)


def _attr_and_paths(component: str, matcher: Any, phrases: Phrases) -> tuple[int, dict[int, int]]:
    """A hash that begins with 0 does not tell a value of 0 from two."""
    attr = _attr(component, matcher)
    if attr < PATTERN_FLAGS:
        with contextlib.suppress(ConvertError):
            return attr, _paths(phrases, 0)
    seed = attr if attr >= PATTERN_FLAGS else PHRASE_SEEDED + attr
    return seed, _paths(phrases, seed)


def phrase_sections(
    prefix: str, component: str, matcher: Any, numbers: Mapping[str, int], strings: Any
) -> list[Section]:
    """All PREFIX/ sections; none if there are no phrases. numbers: of the keys. strings: spaCy's."""
    phrases = read_phrases(matcher, strings)
    if not phrases:
        return []
    longest, most = max(map(len, phrases)), max(map(len, phrases.values()))
    if longest > PHRASE_MAX_TOKENS or most > PHRASE_MAX_KEYS:
        raise ConvertError(
            f"component {component}: a phrase has {longest} tokens, or {most} labels; {PHRASE_MAX_TOKENS} and "
            f"{PHRASE_MAX_KEYS} are possible: remove it, and save the pipeline"
        )
    attr, paths = _attr_and_paths(component, matcher, phrases)
    starts, keys = flat([[numbers[key] for key in listed] for listed in phrases.values()])
    return [
        tensor(f"{prefix}/settings", [attr, longest], "u4"),
        build_map(f"{prefix}/paths", paths),
        tensor(f"{prefix}/list_start", starts, "u4"),
        tensor(f"{prefix}/lists", keys, "u4"),
    ]
