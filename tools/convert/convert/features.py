"""What an embedding reads of a token (spacy/tokens/doc.pyx get_token_attr): a feature that the engine has, or one that is the same
of every token, whose row becomes a part of the bias of the layer that mixes the rows."""

from __future__ import annotations

from typing import Any

from spacy.attrs import IDS
from spacy.strings import get_string_id

from .constants import ATTR_OF_PATTERNS, Attr, PatternAttr
from .errors import ConvertError
from .pattern_flags import OF_CHARACTERS

OF_THE_LANGUAGE = ("ID", "LANG", "IS_OOV_DEPRECATED")
"""Features of words that are the same of every word: ID where words have no vectors, the others always."""
HEAD = "HEAD"
"""As long as no parser has set it, 0."""
DIFFERING = (*Attr.__members__, *(name for name in PatternAttr.__members__ if name not in Attr.__members__))
"""Features that tokens differ in: of their texts, and what components before have set."""
FEATURES = (*DIFFERING, *OF_THE_LANGUAGE, HEAD)
NO_ID = 2**64 - 1
"""ID of a word without a vector (spacy/lexeme.pyx OOV_RANK)."""


def feature_name(column: Any) -> str:
    """attrs may have names in any case, or numbers."""
    if isinstance(column, str):
        return column.upper()
    return next((name for name, number in IDS.items() if number == column), str(column))


def feature_number(name: str) -> int:
    """Of a feature in a file."""
    return int(Attr[name]) if name in Attr.__members__ else ATTR_OF_PATTERNS + PatternAttr[name]


def constant_value(name: str, vocab: Any) -> int | None:
    """What every token has; None if it differs. config_check.py has seen to it that no component has set HEAD."""
    if name in OF_CHARACTERS and vocab.lex_attr_getters.get(IDS[name]) is not OF_CHARACTERS[name]:
        raise ConvertError(
            f"feature {name}: the language has a function of its own for it, which is Python: train the component without it"
        )
    if name in DIFFERING:
        return None
    if name == "LANG":
        return int(get_string_id(vocab.lang))
    if name == "ID" and getattr(vocab.vectors, "key2row", None):
        raise ConvertError(
            "feature ID is the number of a word's vector, which is not supported, only that of pipelines whose words have "
            "none: train it without ID, or without vectors"
        )
    return NO_ID if name == "ID" else 0
