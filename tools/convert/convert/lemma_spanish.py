"""Tables of the Spanish rule lemmatizer (spacy/lang/es/lemmatizer.py).

Its rules are regular expressions to spaCy; those of every published table are plain texts, and only such are supported.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .constants import LEMMATIZER_MAX_FEATURES, LEMMATIZER_MAX_RULES, SpanishList
from .errors import ConvertError
from .lemma_checks import check_exceptions, exceptions, texts

INDEX_OF = {pos: pos for pos in ("ADJ", "ADV", "DET", "NOUN", "NUM", "PRON", "VERB")} | {"AUX": "VERB"}
"""Parts of speech with tables -> the one whose index they ask."""
LISTS = {
    SpanishList.ADVERBS: "adverbs",
    SpanishList.DET: "det",
    SpanishList.PRON: "pron",
    SpanishList.FIXED: "det_and_pron_fixed",
    SpanishList.GENERAL: "det_and_pron_general",
    SpanishList.NUM: "num",
    SpanishList.VOWELS: "voc_alt_1",
    SpanishList.DIPHTHONGS: "voc_alt_2",
    SpanishList.ACCENTS: "accents",
}
"""Lists of rules that the algorithm names."""
_ANYWHERE = ("voc_alt_1", "voc_alt_2", "accents")
_WHOLE_WORDS = ("adverbs", "det", "pron", "det_and_pron_fixed", "num")

_SPECIAL = set(".^$*+?{}[]\\|()")

Rule = tuple[str, str]


@dataclass(frozen=True)
class SpanishTables:
    """lists: rules (old, new), LISTS first. groups: POS, number of a list, the features a token must have. index: by POS.
    exceptions: POS -> word -> forms."""

    lists: list[list[Rule]]
    groups: list[tuple[str, int, list[str]]]
    index: dict[str, list[str]]
    exceptions: dict[str, dict[str, list[str]]]


def _rules(pipe: Any, name: str) -> list[Rule]:
    rules = [tuple(rule) for rule in pipe.lookups.get_table("lemma_rules").get(name, [])]
    where = f"component {pipe.name}: list {name} of the lemmatizer's rules"
    if len(rules) > LEMMATIZER_MAX_RULES or any(
        len(rule) != 2 or not all(isinstance(text, str) for text in rule) for rule in rules
    ):
        raise ConvertError(f"{where} has more than {LEMMATIZER_MAX_RULES} rules, or one that is not a pair of texts")
    if name not in _WHOLE_WORDS and any(set(old) & _SPECIAL or "\\" in new for old, new in rules):
        raise ConvertError(f"{where} has a rule that is a regular expression, which is not supported, only plain texts")
    if name in _ANYWHERE and any(not old for old, _ in rules):
        raise ConvertError(f"{where} has a rule whose old text is empty")
    if name == "voc_alt_1":  # compared with single characters
        rules = [rule for rule in rules if len(rule[0]) == 1]
    return [(rule[0], rule[1]) for rule in rules]


def _groups(pipe: Any, names: list[str]) -> list[tuple[str, int, list[str]]]:
    """Adds the lists that groups name to names."""
    groups: list[tuple[str, int, list[str]]] = []
    table = pipe.lookups.get_table("lemma_rules_groups")
    for pos in INDEX_OF:
        for name, features in table.get(pos.lower(), []):
            if name not in names:
                names.append(name)
            groups.append((pos, names.index(name), sorted(features)))
    if any(len(features) > LEMMATIZER_MAX_FEATURES for _, _, features in groups):
        raise ConvertError(
            f"component {pipe.name}: a group of the lemmatizer's rules has more than {LEMMATIZER_MAX_FEATURES} features"
        )
    return groups


def read_spanish(pipe: Any) -> SpanishTables:
    """The tables of a SpanishLemmatizer; an exception without a form, on which spaCy fails, is refused."""
    names = [LISTS[number] for number in sorted(LISTS)]
    groups = _groups(pipe, names)
    lists = [_rules(pipe, name) for name in names]
    where = {pos: f"component {pipe.name}: the lemmatizer's table for {pos}" for pos in INDEX_OF}
    words, irregular = (pipe.lookups.get_table(name) for name in ("lemma_index", "lemma_exc"))
    index = {pos: texts(words.get(pos.lower(), []), f"{where[pos]}: index words") for pos in INDEX_OF}
    forms = {pos: exceptions(irregular.get(pos.lower(), {}), where[pos]) for pos in INDEX_OF}
    for table in forms.values():
        check_exceptions(pipe, table)
    return SpanishTables(lists, groups, index, forms)
