"""Reads the numbers that C sources name, by enum or #define, as text: their layout and their folder do not matter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

STRING_OR_COMMENT = re.compile(r"""("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|/\*.*?\*/|//[^\n]*""", re.DOTALL)
DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)[ \t]+(\S.*)$", re.MULTILINE)
ENUM = re.compile(r"\benum\b\s*\w*\s*\{([^{}]*)\}")
SUFFIX_OR_CAST = re.compile(r"(?<=[0-9a-fA-F])[uUlL]+\b|\(\s*(?:size_t|u?int\d+_t)\s*\)|\bUINT\d+_C\b")
STANDARD = {"UINT32_MAX": 0xFFFFFFFF, "UINT64_MAX": 0xFFFFFFFFFFFFFFFF}


@dataclass
class Constants:
    """values: of each name; several where files use a name for different things. enums: name -> value of each, in their order."""

    values: dict[str, set[int]] = field(default_factory=dict)
    enums: list[dict[str, int]] = field(default_factory=list)


def _evaluate(expression: str, known: dict[str, int]) -> int | None:
    """The value of an expression of numbers and names, or None: of other expressions, too."""
    try:
        value = eval(" ".join(SUFFIX_OR_CAST.sub("", expression).split()), {"__builtins__": {}}, known)
    except (NameError, SyntaxError, TypeError):
        return None
    return value if type(value) is int else None


def _enumerators(body: str, known: dict[str, int]) -> Iterator[tuple[str, int]]:
    """Until one that cannot be evaluated."""
    value: int | None = -1
    for entry in filter(None, map(str.strip, body.split(","))):
        name, _, expression = (part.strip() for part in entry.partition("="))
        value = _evaluate(expression, known) if expression else value + 1
        if value is None:
            return
        known[name] = value
        yield name, value


def _read(text: str, known: dict[str, int]) -> tuple[list[tuple[str, int]], list[dict[str, int]]]:
    """(defined names, enums) of one file; what they say is added to known."""
    text = STRING_OR_COMMENT.sub(lambda found: found[1] or " ", text.replace("\\\n", " "))
    enums = [dict(_enumerators(body, known)) for body in ENUM.findall(text)]
    defines = [(name, _evaluate(body, known)) for name, body in DEFINE.findall(text)]
    found = [(name, value) for name, value in defines if value is not None]
    known.update(found)
    return found, enums


def read_constants(texts: Iterable[str]) -> Constants:
    """What C files say, which may use each other's names: so each is read again once all names are known."""
    texts, names = list(texts), dict(STANDARD)
    for text in texts:
        _read(text, names)
    constants = Constants()
    for text in texts:
        defines, enums = _read(text, dict(names))
        constants.enums += enums
        for name, value in [*defines, *(item for enum in enums for item in enum.items())]:
            constants.values.setdefault(name, set()).add(value)
    return constants


def constants_below(folder: Path, *patterns: str) -> Constants:
    """Of all files in a folder and its folders whose name fits one of the patterns."""
    files = sorted(path for pattern in patterns for path in folder.rglob(pattern))
    return read_constants(path.read_text(encoding="utf-8") for path in files)
