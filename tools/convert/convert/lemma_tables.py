"""Tables of the English rule lemmatizer (spacy/pipeline/lemmatizer.py, spacy/lang/en/lemmatizer.py)."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Sequence, Tuple

from spacy.parts_of_speech import IDS as POS_IDS

from .container import Section, tensor
from .errors import ConvertError
from .maps import build_map
from .strings import NO_STRING, StringTable
from .tokenizer_tables import phrase_hash
from .word_set import WordSets

MODE = "rule"
EXCEPTIONS_LOAD = 0.75
"""Fuller than other maps: it is the largest one, and only words without a lemma ask it."""
_WITHOUT_TABLES = ("", "EOL", "SPACE")
"""Parts of speech that spaCy lower-cases before it asks any table."""


@dataclass(frozen=True)
class LemmaPart:
    """Tables of a part of speech. rules: (old ending, new ending). exceptions: word -> forms. Both in file order."""

    pos: str
    rules: List[Tuple[str, str]]
    words: List[str]
    exceptions: Dict[str, List[str]]


def check_lemmatizer(pipe: Any) -> None:
    """Refuses every other mode, and lemmas that are overwritten."""
    if pipe.mode != MODE:
        raise ConvertError(f"component {pipe.name}: lemmatizer mode {pipe.mode!r} is not supported, only {MODE!r}")
    if pipe.overwrite:
        raise ConvertError(f"component {pipe.name}: overwrite = true is not supported")


def _texts(values: Any, what: str) -> List[str]:
    if isinstance(values, str) or not all(isinstance(value, str) for value in values):
        raise ConvertError(f"{what} are not a list of texts")
    return list(values)


def _part(pipe: Any, pos: str) -> LemmaPart:
    """The tables' outer keys are string ids of lower-cased names, which Table.get takes care of."""
    index, exceptions, rules = (pipe.lookups.get_table(f"lemma_{table}", {}).get(pos.lower()) or {}
                                for table in ("index", "exc", "rules"))
    where = f"component {pipe.name}: the lemmatizer's table for {pos}"
    words = _texts(index, f"{where}: index words")
    if "" in words:
        raise ConvertError(f"{where} has an empty index word")
    pairs = [tuple(_texts(rule, f"{where}: rules")) for rule in rules]
    if any(len(pair) != 2 for pair in pairs):
        raise ConvertError(f"{where} has a rule that is not a pair of endings")
    return LemmaPart(pos, [(pair[0], pair[1]) for pair in pairs], words,
                     {word: _texts(forms, f"{where}: exceptions") for word, forms in dict(exceptions).items()})


def read_parts(pipe: Any) -> List[LemmaPart]:
    """Parts of speech with a table that is not empty, by name: the others are only lower-cased."""
    parts = [_part(pipe, pos) for pos in sorted(POS_IDS) if pos not in _WITHOUT_TABLES]
    return [part for part in parts if part.rules or part.words or part.exceptions]


def exception_key(part: int, word: str) -> int:
    """Key of a word in lemmatizer/exceptions (engine/model_bind.h)."""
    return phrase_hash(part + 1, word)


def _exception_sections(parts: Sequence[LemmaPart], strings: StringTable) -> List[Section]:
    entries: Dict[int, int] = {}
    starts, forms = [0], []
    for number, part in enumerate(parts):
        for word, lemmas in part.exceptions.items():
            key = exception_key(number, word)
            if key in entries:
                raise ConvertError(f"the hash of the lemmatizer's exception {word!r} ({part.pos}) is that of another one")
            entries[key] = len(starts) - 1
            forms.extend(strings.number(lemma) for lemma in lemmas)
            starts.append(len(forms))
    if not forms:
        return []
    return [build_map("lemmatizer/exceptions", entries, EXCEPTIONS_LOAD), tensor("lemmatizer/exception_start", starts, "u4"),
            tensor("lemmatizer/exception_forms", forms, "u4")]


def _word_sections(parts: Sequence[LemmaPart]) -> Tuple[List[Section], Mapping[str, int]]:
    """lemmatizer/words, and the root edge of every part that has index words."""
    sets = WordSets()
    roots = {part.pos: sets.add(part.words) for part in parts if part.words}
    edges, first = sets.layout()
    sections = [tensor("lemmatizer/words", edges, "u4")] if roots else []
    return sections, {pos: first[node] for pos, node in roots.items()}


def lemmatizer_sections(pipe: Any, strings: StringTable) -> List[Section]:
    """All lemmatizer/ sections of an EnglishLemmatizer."""
    check_lemmatizer(pipe)
    parts = read_parts(pipe)
    if not parts:
        raise ConvertError(f"component {pipe.name} has no tables: initialize it or remove it")
    words, roots = _word_sections(parts)
    rows, rules = [], []
    for part in parts:
        rows.append((strings.number(part.pos), len(rules), len(part.rules), roots.get(part.pos, NO_STRING)))
        rules.extend((strings.number(old), strings.number(new)) for old, new in part.rules)
    suffix_rules = [tensor("lemmatizer/suffix_rules", rules, "u4")] if rules else []
    return [tensor("lemmatizer/parts", rows, "u4"), *suffix_rules, *words, *_exception_sections(parts, strings)]
