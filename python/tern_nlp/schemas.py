"""What token patterns may look like, with spaCy's words for what is wrong (spacy/schemas.py, which pydantic checks)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .attrs import NAMES

Place = tuple[Any, ...]
Wrong = Iterator[tuple[Place, str]]
Check = Callable[[Any], Wrong]
"""Gives what is wrong with a value, and where in it."""

_OPERATORS = ("+", "*", "?", "!")
_BOUNDS = r"^(\{\d+\}|\{\d+,\d*\}|\{\d*,\d+\})$"
_NONE = "Value error, None / null is not allowed"


# ---- values ----------------------------------------------------------------------------------------------------------


def _one_of(kind: tuple[type, ...], message: str, but: tuple[type, ...] = ()) -> Check:
    def check(value: Any) -> Wrong:
        if not isinstance(value, kind) or isinstance(value, but):
            yield (), message

    return check


_text = _one_of((str,), "Input should be a valid string")
_whole = _one_of((int,), "Input should be a valid integer", (bool,))
_real = _one_of((float,), "Input should be a valid number")
_flag = _one_of((bool,), "Input should be a valid boolean")
_any_text = _one_of((str, bytes, bytearray), "Input should be a valid string")
_any_list = _one_of((list, tuple, set, frozenset), "Input should be a valid list")


def _list_of(item: Check) -> Check:
    def check(value: Any) -> Wrong:
        if not isinstance(value, (list, tuple, set, frozenset)):
            yield (), "Input should be a valid list"
            return
        for number, one in enumerate(value):
            for place, message in item(one):
                yield (number, *place), message

    return check


def _any_of(**choices: Check) -> Check:
    """One of several; where none fits, all that is wrong with each, under its name."""

    def check(value: Any) -> Wrong:
        found = {name: list(choice(value)) for name, choice in choices.items()}
        if all(found.values()):
            for name, listed in found.items():
                for place, message in listed:
                    yield (name, *place), message

    return check


def _any_whole(value: Any) -> Wrong:
    if isinstance(value, str):
        if not re.fullmatch(r"\s*[+-]?\d+(_\d+)*(\.0*)?\s*", value):
            yield (), "Input should be a valid integer, unable to parse string as an integer"
    elif isinstance(value, float) and not value.is_integer():
        yield (), "Input should be a valid integer, got a number with a fractional part"
    else:
        yield from _one_of((int, float), "Input should be a valid integer")(value)


def _any_real(value: Any) -> Wrong:
    if isinstance(value, str):
        try:
            float(value)
        except ValueError:
            yield (), "Input should be a valid number, unable to parse string as a number"
    else:
        yield from _one_of((int, float), "Input should be a valid number")(value)


def _any_flag(value: Any) -> Wrong:
    if not isinstance(value, (bool, int, float, str)):
        yield (), "Input should be a valid boolean"
    elif value not in (0, 1) and str(value).lower() not in "0 1 f t n y no yes off on false true".split():
        yield (), "Input should be a valid boolean, unable to interpret input"


def _iob(value: Any) -> Wrong:
    if isinstance(value, (list, dict, set)) or value not in ("", "I", "O", "B", 0, 1, 2, 3):
        yield (), "Input should be '', 'I', 'O', 'B', 0, 1, 2 or 3"


def _operator(value: Any) -> Wrong:
    if not (isinstance(value, str) and value in _OPERATORS):
        yield (), "Input should be '+', '*', '?' or '!'"


def _bounded(value: Any) -> Wrong:
    if not isinstance(value, (str, bytes)):
        yield (), "Input should be a valid string"
    elif isinstance(value, bytes) or not re.search(_BOUNDS, value) or value.endswith("\n"):
        yield (), f"String should match pattern '{_BOUNDS}'"


# ---- dicts -----------------------------------------------------------------------------------------------------------


def _fields(name: str, fields: Mapping[str, Check], alias: Callable[[str], str]) -> Check:
    """A dict with some of the fields, by their aliases or, where there is none, by their names."""

    def check(value: Any) -> Wrong:
        if not isinstance(value, dict):
            yield (), f"Input should be a valid dictionary or instance of {name}"
            return
        used = set()
        for field, check_field in fields.items():
            key = alias(field) if alias(field) in value else field
            if key in value:
                used.add(key)
                for place, message in [((), _NONE)] if value[key] is None else check_field(value[key]):
                    yield (key, *place), message
        for key in value:
            if key not in used:
                yield (key,), "Extra inputs are not permitted" if isinstance(key, str) else "Keys should be strings"

    return check


def _texts(value: Any) -> Wrong:
    """TokenPatternString, which may have another within."""
    yield from _text_tests(value)


_nested = _any_of(str=_text, TokenPatternString=_texts)
_text_tests = _fields(
    "TokenPatternString",
    {
        **dict.fromkeys(("REGEX", "FUZZY", *(f"FUZZY{edits}" for edits in range(1, 10))), _nested),
        **{kind: _list_of(_text) for kind in ("IN", "NOT_IN", "IS_SUBSET", "IS_SUPERSET", "INTERSECTS")},
    },
    str.lower,
)
_number = _any_of(int=_whole, float=_real)
_NUMBER_KINDS = {"EQ": "==", "NEQ": "!=", "GEQ": ">=", "LEQ": "<=", "GT": ">", "LT": "<"}
_number_tests = _fields(
    "TokenPatternNumber",
    {
        "REGEX": _text,
        **{kind: _list_of(_whole) for kind in ("IN", "NOT_IN", "IS_SUBSET", "IS_SUPERSET", "INTERSECTS")},
        **dict.fromkeys(_NUMBER_KINDS, _number),
    },
    lambda name: _NUMBER_KINDS.get(name, name.lower()),
)
_string_value = _any_of(TokenPatternString=_texts, str=_text)
_extension = _any_of(
    TokenPatternString=_texts,
    TokenPatternNumber=_number_tests,
    str=_any_text,
    int=_any_whole,
    float=_any_real,
    **{"list[any]": _any_list},
    bool=_any_flag,
)


def _extensions(value: Any) -> Wrong:
    if not isinstance(value, dict):
        yield (), "Input should be a valid dictionary"
        return
    for key, item in value.items():
        if not isinstance(key, str):
            yield (key, "[key]"), "Input should be a valid string"
        for place, message in _extension(item):
            yield (key, *place), message


_FLAGS = (
    "spacy is_alpha is_ascii is_digit is_lower is_upper is_title is_punct is_space is_bracket is_quote is_left_punct "
    "is_right_punct is_currency is_stop is_sent_start sent_start like_num like_url like_email"
).split()
_FIELDS: dict[str, Check] = {
    **dict.fromkeys("orth text lower pos tag morph dep lemma shape ent_type".split(), _string_value),
    "ent_iob": _iob,
    **dict.fromkeys(("ent_id", "ent_kb_id", "norm"), _string_value),
    "length": _any_of(TokenPatternNumber=_number_tests, int=_whole, float=_real),
    **dict.fromkeys(_FLAGS, _flag),
    "op": _any_of(**{"str-enum[TokenPatternOperatorSimple]": _operator, "constrained-str": _bounded}),
    "underscore": _extensions,
}
_token = _fields("TokenPattern", _FIELDS, lambda name: "_" if name == "underscore" else name.upper())
PHRASE_ATTRS = {name.upper() for name in _FIELDS}
"""What a PhraseMatcher takes for an attribute's name, as spaCy does: the names of a token pattern's fields."""


def _named(token: Any) -> Any:
    """Numbers of attributes as names."""
    if not isinstance(token, dict):
        return token
    return {NAMES[key] if isinstance(key, int) and key < len(NAMES) else key: value for key, value in token.items()}


class DocJSONSchema:
    """The form of Doc.to_json, for validate."""

    @staticmethod
    def problem(obj: Any) -> str | None:
        from .tokens.doc_json import problem

        return problem(obj)


def validate(schema: Any, obj: Any) -> list[str]:
    """What is wrong with JSON of a form, as sentences."""
    if not hasattr(schema, "problem"):
        raise NotImplementedError(
            "tern_nlp validates DocJSONSchema alone: use spaCy, or tern_nlp.spacy, for other schemas"
        )
    message = schema.problem(obj)
    return [] if message is None else [message]


def validate_token_pattern(obj: Any) -> list[str]:
    """What is wrong with a token pattern, as sentences."""
    pattern = [_named(token) for token in obj] if isinstance(obj, list) else obj
    found: dict[str, list[str]] = {}
    for place, message in _list_of(_token)(pattern):
        found.setdefault(" -> ".join(map(str, ("pattern", *place))), []).append(message)
    if isinstance(pattern, list) and not pattern:
        found["pattern"] = ["List should have at least 1 item after validation, not 0"]
    return [f"[{place}] {', '.join(messages)}" for place, messages in found.items()]


def __getattr__(name: str) -> Any:
    """Says where the rest of spaCy's is."""
    from .elsewhere import missing

    raise missing(__name__, name)
