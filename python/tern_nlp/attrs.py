"""Numbers of the attributes of tokens and words. A test compares them with spaCy's."""

from __future__ import annotations

from . import symbols
from .errors import Errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    def __getattr__(name: str) -> int: ...


IOB_STRINGS = ("", "I", "O", "B")

_NAMES = """
IS_ALPHA IS_ASCII IS_DIGIT IS_LOWER IS_PUNCT IS_SPACE IS_TITLE IS_UPPER LIKE_URL LIKE_NUM LIKE_EMAIL IS_STOP
IS_BRACKET IS_QUOTE IS_LEFT_PUNCT IS_RIGHT_PUNCT IS_CURRENCY ID ORTH LOWER NORM SHAPE PREFIX SUFFIX LENGTH
LEMMA POS TAG DEP ENT_IOB ENT_TYPE ENT_ID ENT_KB_ID HEAD SENT_START SPACY LANG MORPH IDX
""".split()

IDS: dict[str, int] = {
    "": 0,
    **{name: symbols.IDS[name] for name in _NAMES},
    **{f"FLAG{i}": i for i in range(19, 64)},
    "IS_OOV_DEPRECATED": 13,
}
"""Name -> number."""

NAMES = [name for name, _ in sorted(IDS.items(), key=lambda item: item[1])]
globals().update({name: number for name, number in IDS.items() if name})

# Keys of old tokenizer exceptions, which say nothing of a word's text or norm.
_OLD_KEYS = frozenset(
    """PunctType PunctSide Other Degree AdvType Number VerbForm PronType Aspect Tense PartType Poss Hyph ConjType NumType Foreign
    VerbType NounType Gender Mood Negative Voice Abbr Derivation Echo NameType NumForm NumValue Polite StyleVariant AdjType Person
    Variant AdpType Reflex Case Polarity PrepCase Animacy morph tenspect""".lower().split()
)


def intify_attr(name: Any) -> int | None:
    """The number of an attribute by its name, in either case; a number is given back. None for no attribute's name."""
    if isinstance(name, int):
        return name
    return IDS.get(name, IDS.get(name.upper()))


def _without_old_keys(attributes: Mapping[Any, Any]) -> dict[Any, Any]:
    names = {"F": "ORTH", "L": "LEMMA", "pos": "TAG"}
    renamed = {names.get(key, key): value for key, value in attributes.items()}
    return {key: value for key, value in renamed.items() if key == "MORPH" or str(key).lower() not in _OLD_KEYS}


def intify_attrs(
    stringy_attrs: Mapping[Any, Any], strings_map: Any = None, _do_deprecated: bool = False
) -> dict[int, Any]:
    """The same attributes with numbers for names and, where strings_map is a StringStore or a mapping, ids for strings."""
    found: dict[int, Any] = {}
    for name, value in (_without_old_keys(stringy_attrs) if _do_deprecated else stringy_attrs).items():
        key = intify_attr(name)
        if key is None:
            continue
        if key == IDS["ENT_IOB"]:
            if value in IOB_STRINGS:
                value = IOB_STRINGS.index(value)
            elif isinstance(value, str):
                raise ValueError(Errors.E1025.format(value=value))
        if strings_map is not None and isinstance(value, str):
            value = strings_map.add(value) if hasattr(strings_map, "add") else strings_map[value]
        found[key] = value
    return found
