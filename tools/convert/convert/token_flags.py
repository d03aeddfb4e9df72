"""What a language says of its words besides what the engine computes: flags such as IS_STOP, the numbers of their vectors, and what
it says of all words alike (engine/patterns/token_flags.h)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from spacy.attrs import IDS
from spacy.strings import get_string_id

from .constants import ATTR_OF_PATTERNS, PATTERN_FLAGS, PatternAttr
from .container import Section, tensor
from .maps import id_table
from .pattern_flags import OF_CHARACTERS, OF_WORDS, flag_test
from .pattern_regex import automata_sections
from .pattern_tables import Operands
from .pattern_test import Test
from .strings import StringTable

ATTRS = (*PatternAttr.__members__, *OF_WORDS)
"""Names of what patterns, phrases and embeddings may look at."""
SAME = ("LANG", "IS_OOV_DEPRECATED", *(name for name in IDS if name.startswith("FLAG")))
"""What is the same of every word. A flag that somebody adds to a vocabulary is Python, and is not saved."""
NO_ID = 2**64 - 1
"""ID of a word without a vector (spacy/lexeme.pyx OOV_RANK)."""


def attr_number(name: str) -> int:
    """PATTERN_* of it, or that of the flag."""
    return PATTERN_FLAGS + IDS[name] if name in OF_WORDS else int(PatternAttr[name])


def check_flag(name: str, vocab: Any) -> None:
    """Raises ConvertError if it is a flag for which the language has a function of its own."""
    if name in OF_CHARACTERS or name in OF_WORDS:
        flag_test(name, vocab)


def same_value(name: str, vocab: Any) -> int | None:
    """What every token has; None if it differs."""
    if name == "LANG":
        return int(get_string_id(vocab.lang))
    if name == "ID" and not getattr(vocab.vectors, "key2row", None):
        return NO_ID
    return 0 if name in SAME else None


# ---- sections --------------------------------------------------------------------------------------------------------


def _looked_at(sections: Iterable[Section]) -> set[int]:
    """Numbers of what embeddings, phrases and token patterns look at."""
    found: set[int] = set()
    for section in sections:
        if section.name.endswith("/attrs"):
            found |= {int(number) - ATTR_OF_PATTERNS for number in section.array}
        elif section.name.endswith("/phrases/settings"):
            found.add(int(section.array[0]))
        elif section.name.endswith("/patterns/tests"):
            found |= set(section.array[:, 1].tolist())
    return found


def _vector_numbers(vocab: Any) -> dict[int, int]:
    """Id of a word -> its number. A word has the number that it had when spaCy first saw it: those of special cases are
    older than the vectors that a pipeline loads, and have none."""
    numbers = {int(key): int(row) for key, row in vocab.vectors.key2row.items()}
    for lexeme in vocab:
        if lexeme.rank == NO_ID:
            numbers.pop(lexeme.orth, None)
        else:
            numbers[lexeme.orth] = lexeme.rank
    return numbers


def token_flag_sections(vocab: Any, sections: Sequence[Section], strings: StringTable) -> list[Section]:
    """flags/ and word_ids/, if some section looks at what they tell."""
    looked_at = _looked_at(sections)
    ids = id_table("word_ids", _vector_numbers(vocab)) if PatternAttr.ID in looked_at else []
    flags = {name: flag_test(name, vocab) for name in OF_WORDS if attr_number(name) in looked_at}
    return [*ids, *flag_sections(flags, strings)]


def flag_sections(flags: Mapping[str, Test], strings: StringTable) -> list[Section]:
    """flags/; nothing if there are none."""
    if not flags:
        return []
    operands = Operands(strings)
    rows = [operands.row(test) for test in flags.values()]
    return [
        tensor("flags/numbers", [IDS[name] for name in flags], "u4"),
        tensor("flags/tests", rows, "u4"),
        Section("flags/values", np.array(operands.values or [0], dtype="<u8")),
        *automata_sections("flags", operands.expressions),
    ]
