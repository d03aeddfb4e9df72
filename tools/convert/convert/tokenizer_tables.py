"""Tables of spaCy's rule tokenizer (spacy/tokenizer.pyx): special cases with their NORMs, phrases of its second pass."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from spacy.attrs import NORM, ORTH, intify_attrs
from spacy.strings import hash_string
from spacy.tokenizer import Tokenizer

from .constants import NO_STRING, TOKENIZER_MAX_PHRASE, TOKENIZER_MAX_RULE
from .container import Section, tensor
from .errors import ConvertError
from .maps import build_map
from .no_tokenizer import ADVICE
from .strings import StringTable

PREFIX_OF_PHRASE, PHRASE = 0, 1

EXPRESSIONS = {
    "prefix": ("prefix_search", "search"),
    "suffix": ("suffix_search", "search"),
    "infix": ("infix_finditer", "finditer"),
    "url_match": ("url_match", "match"),
    "token_match": ("token_match", "match"),
}
"""Section name -> attribute of the tokenizer and the method of re.Pattern that it must be bound to."""


@dataclass(frozen=True)
class Piece:
    """A token of a special case. norm: None if the exception has none."""

    text: str
    norm: str | None


def check_tokenizer(tokenizer: Any) -> None:
    if type(tokenizer) is not Tokenizer:
        raise ConvertError(
            f"tokenizer {type(tokenizer).__module__}.{type(tokenizer).__qualname__} is not supported, only "
            "spacy.tokenizer.Tokenizer, whose expressions and special cases may be your own: train the pipeline "
            f"with that, or {ADVICE}"
        )


def pattern_of(tokenizer: Any, name: str) -> str | None:
    """The pattern of an expression (a key of EXPRESSIONS) or None. Refuses what is not a method of a Unicode re.Pattern."""
    attribute, method = EXPRESSIONS[name]
    function = getattr(tokenizer, attribute)
    if function is None:
        return None
    owner = getattr(function, "__self__", None)
    if not isinstance(owner, re.Pattern) or getattr(function, "__name__", None) != method:
        raise ConvertError(
            f"the tokenizer's {attribute} is not the `{method}` of a compiled expression: "
            f"write what it finds as a regular expression, nlp.tokenizer.{attribute} = re.compile(...).{method}, "
            "and save the pipeline"
        )
    if not isinstance(owner.pattern, str) or re.compile(owner.pattern).flags != owner.flags:
        raise ConvertError(
            f"the tokenizer's {attribute} was compiled with flags outside its pattern, which spaCy "
            "loses when it saves a pipeline: write them into the pattern, such as (?i)"
        )
    return owner.pattern


def read_rules(tokenizer: Any) -> dict[str, list[Piece]]:
    """Special cases by text, sorted. The texts of a rule's pieces add up to its key."""
    strings = tokenizer.vocab.strings
    rules: dict[str, list[Piece]] = {}
    for key in sorted(tokenizer.rules or {}):
        specs = [intify_attrs(spec, strings_map=strings, _do_deprecated=True) for spec in tokenizer.rules[key]]
        # NORM 0 means "no NORM" to a token (spacy/tokens/token.pyx)
        pieces = [Piece(strings[spec[ORTH]], strings[spec[NORM]] if spec.get(NORM) else None) for spec in specs]
        if not key or "".join(piece.text for piece in pieces) != key or not all(piece.text for piece in pieces):
            raise ConvertError(
                f"the pieces of the tokenizer's special case {key!r} do not add up to it: correct it with "
                "nlp.tokenizer.add_special_case and save the pipeline"
            )
        rules[key] = pieces
    return rules


def _copy_without_rules(tokenizer: Any) -> Tokenizer:
    """Same expressions, no special cases: what Tokenizer._tokenize_affixes(text, False) computes."""
    return Tokenizer(
        tokenizer.vocab,
        rules={},
        prefix_search=tokenizer.prefix_search,
        suffix_search=tokenizer.suffix_search,
        infix_finditer=tokenizer.infix_finditer,
        token_match=tokenizer.token_match,
        url_match=tokenizer.url_match,
    )


def _needs_second_pass(tokenizer: Any, key: str) -> bool:
    """The condition of Tokenizer.add_special_case."""
    return bool(
        not tokenizer.faster_heuristics
        or tokenizer.find_prefix(key)
        or tokenizer.find_infix(key)
        or tokenizer.find_suffix(key)
        or " " in key
    )


def read_phrases(tokenizer: Any, rules: dict[str, list[Piece]]) -> list[tuple[str, ...]]:
    """Token sequences that the second pass looks for, in the order of their rules, without duplicates."""
    blind = _copy_without_rules(tokenizer)
    phrases = (tuple(token.text for token in blind(key)) for key in rules if _needs_second_pass(tokenizer, key))
    return list(dict.fromkeys(phrases))


def extended_hash(sequence: int, token: int) -> int:
    """phrase_hash of engine/base/hash.h. token: its 64-bit hash."""
    mixed = ((sequence ^ token) * 0xC6A4A7935BD1E995) & 0xFFFFFFFFFFFFFFFF
    return mixed ^ (mixed >> 47)


def phrase_hash(sequence: int, token: str) -> int:
    """Hash of a sequence of tokens that a token is appended to (engine/base/hash.h); an empty sequence is 0."""
    return extended_hash(sequence, hash_string(token))


def phrase_entries(phrases: Sequence[tuple[str, ...]]) -> dict[int, int]:
    """Hash of every beginning of a phrase -> PHRASE where it is one, else PREFIX_OF_PHRASE."""
    entries: dict[int, int] = {}
    owner: dict[int, tuple[str, ...]] = {}
    for phrase in phrases:
        value = 0
        for length, token in enumerate(phrase, start=1):
            value = phrase_hash(value, token)
            if owner.setdefault(value, phrase[:length]) != phrase[:length]:
                raise ConvertError(
                    f"the hashes of the special cases {owner[value]} and {phrase[:length]} are equal: remove one"
                )
            entries[value] = max(entries.get(value, 0), PHRASE if length == len(phrase) else PREFIX_OF_PHRASE)
    return entries


def _rule_sections(rules: dict[str, list[Piece]], strings: StringTable) -> list[Section]:
    starts, rows = [0], []
    for pieces in rules.values():
        for piece in pieces:
            norm = NO_STRING if piece.norm is None else strings.number(piece.norm)
            rows.append((len(piece.text.encode("utf-8")), len(piece.text), norm))
        starts.append(len(rows))
    numbers = {hash_string(key): number for number, key in enumerate(rules)}
    if len(numbers) != len(rules):
        raise ConvertError("two special cases of the tokenizer have the same hash: please report this")
    pieces_table = tensor("tokenizer/rule_pieces", rows, "u4") if rows else tensor("tokenizer/rule_pieces", [], "u4")
    return [
        build_map("tokenizer/rules", numbers),
        tensor("tokenizer/rule_start", starts, "u4"),
        Section(pieces_table.name, pieces_table.array.reshape(-1, 3)),
    ]


def tokenizer_sections(tokenizer: Any, strings: StringTable, suffix_reversed: bool) -> list[Section]:
    """All tokenizer/ sections of a spacy.Tokenizer."""
    rules = read_rules(tokenizer)
    phrases = read_phrases(tokenizer, rules)
    longest_rule = max((len(key.encode("utf-8")) for key in rules), default=0)
    longest_phrase = max(map(len, phrases), default=0)
    if longest_rule > TOKENIZER_MAX_RULE or longest_phrase > TOKENIZER_MAX_PHRASE:
        raise ConvertError(
            f"the tokenizer's special cases have up to {longest_rule} bytes and {longest_phrase} tokens; "
            f"{TOKENIZER_MAX_RULE} bytes and {TOKENIZER_MAX_PHRASE} tokens are supported: remove the longest"
        )
    return [
        tensor("tokenizer/settings", [int(suffix_reversed), longest_rule, longest_phrase], "u4"),
        *_rule_sections(rules, strings),
        build_map("tokenizer/phrases", phrase_entries(phrases)),
    ]


def stale_cache_chunk(tokenizer: Any) -> str | None:
    """A chunk that the loaded tokenizer cuts otherwise than its rules say, or None.

    Tokenizer.from_bytes leaves in the cache what the last rule's chunks gave without special cases, because adding a rule
    flushes the cache before it tokenizes the rule's text. tern follows the rules.
    """
    if not tokenizer.rules:
        return None
    last = max(tokenizer.rules)
    if " " not in last or not _needs_second_pass(tokenizer, last):
        return None
    fresh = Tokenizer(
        tokenizer.vocab,
        rules=tokenizer.rules,
        prefix_search=tokenizer.prefix_search,
        suffix_search=tokenizer.suffix_search,
        infix_finditer=tokenizer.infix_finditer,
        token_match=tokenizer.token_match,
        url_match=tokenizer.url_match,
        faster_heuristics=tokenizer.faster_heuristics,
    )
    for chunk in last.split():
        if [token.text for token in fresh(chunk)] != [token.text for token in tokenizer(chunk)]:
            return chunk
    return None
