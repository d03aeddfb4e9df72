"""What spaCy, thinc and Python say about a pipeline that they cannot read, in one line: place, value, reason."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from thinc.api import ConfigValidationError

from . import user_code

LONGEST = 400
"""Characters of a reason: spaCy prints whole configurations."""
_NOISE = re.compile(r"^While reading from '<string>' |^at root: |(?<=errors): '<string>'|<class '|(?<=\w)'>|\\n(?=')")
"""What stands around the words that a user can act on; '<string>' is how thinc calls every config.cfg."""


def _plain(text: str) -> str:
    words = " ".join(_NOISE.sub("", text.strip()).split()).rstrip(".")
    return words if len(words) <= LONGEST else words[:LONGEST] + " ..."


def _node(config: Any, keys: Sequence[str]) -> Any:
    for key in keys:
        config = config.get(key) if isinstance(config, Mapping) else None
    return config


def _section(config: Any, keys: Sequence[str]) -> list[str] | None:
    """The section that has a setting: thinc names components without `components`, and what [nlp] has without `nlp`."""
    sections = [[*start, *keys[:-1]] for start in ([], ["components"], ["nlp"])]
    holders = [section for section in sections if section and isinstance(_node(config, section), Mapping)]
    return next((section for section in holders if keys[-1] in _node(config, section)), holders[0] if holders else None)


def _setting(error: Mapping[str, Any], config: Any) -> str:
    keys = ".".join(map(str, error.get("loc", []))).split(".")
    section, message = _section(config, keys), _plain(str(error.get("msg")))
    if section is None:
        return f"{'.'.join(keys)}: {message}"
    value = _node(config, [*section, keys[-1]])
    shown = "" if value is None else f" = {_plain(repr(value))}"
    return f"[{'.'.join(section)}] {keys[-1]}{shown}: {message}"


def reason(error: BaseException, config: Any = None) -> str:
    """config: the configuration that the error is about, whose values are shown."""
    if isinstance(error, ConfigValidationError):
        found = [_setting(item, config) for item in error.errors or []]
        return "; ".join(found) or _plain(str(error.desc or error))
    text = _plain(str(error).strip().split("\n\n")[0])
    known = isinstance(error, (OSError, ValueError)) and text
    return user_code.place(error) + (text if known else f"{type(error).__name__}: {text}".rstrip(": "))


def unreadable(path: Any, error: BaseException, config: Any = None) -> str:
    """Which file cannot be read, and why. path: of the file, or of the folder that it is in."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename} cannot be read: {error.strerror}"
    return f"{path} cannot be read: {reason(error, config)}"
