"""What an embedding reads of a token (spacy/tokens/doc.pyx get_token_attr): a feature that the engine has, or one that is the same
of every token, whose row becomes a part of the bias of the layer that mixes the rows."""

from __future__ import annotations

from typing import Any

from spacy.attrs import IDS

from .constants import ATTR_OF_PATTERNS, Attr
from .errors import ConvertError
from .token_flags import ATTRS, SAME, attr_number, check_flag, same_value

DIFFERING = (*Attr.__members__, *(name for name in ATTRS if name not in Attr.__members__))
"""Features that tokens differ in: of their texts, and what components before have set."""
FEATURES = (*DIFFERING, *SAME)


def feature_name(column: Any) -> str:
    """attrs may have names in any case, or numbers."""
    if isinstance(column, str):
        return column.upper()
    return next((name for name, number in IDS.items() if number == column), str(column))


def feature_number(name: str) -> int:
    """Of a feature in a file."""
    return int(Attr[name]) if name in Attr.__members__ else ATTR_OF_PATTERNS + attr_number(name)


def constant_value(name: str, vocab: Any) -> int | None:
    """What every token has; None if it differs."""
    try:
        check_flag(name, vocab)
    except ConvertError as error:
        raise ConvertError(f"feature {name}: {error}: train the component without it") from error
    return same_value(name, vocab)
