"""A pipeline's configuration, as spaCy writes it: sections in brackets, values in JSON, ${section.name} for a value that stands
elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_REFERENCE = re.compile(r"\$\{([^}]+)\}")


class Config(dict):  # type: ignore[type-arg]
    """A dict of sections, in which sections may be."""

    def to_str(self) -> str:
        """The file's text."""
        return "\n".join(_section_lines(self, ())).lstrip("\n") + "\n"

    def from_str(self, text: str, *, interpolate: bool = True, overrides: Mapping[str, Any] | None = None) -> Config:
        """Takes a file's text in. overrides: values by their places, as "nlp.lang"."""
        read = _parse(text)
        for place, value in (overrides or {}).items():
            *section, name = place.split(".")
            _section(read, section)[name] = value
        self.clear()
        self.update(_interpolated(read, read) if interpolate else read)
        return self

    def to_bytes(self) -> bytes:
        """What to_disk writes, as bytes. exclude: parts to leave out."""
        return self.to_str().encode("utf-8")

    def from_bytes(self, data: bytes, **settings: Any) -> Config:
        """Takes what to_bytes gave."""
        return self.from_str(data.decode("utf-8"), **settings)

    def to_disk(self, path: str | Path) -> None:
        """Saves it under a path. exclude: parts to leave out."""
        Path(path).write_text(self.to_str(), encoding="utf-8")

    def from_disk(self, path: str | Path, **settings: Any) -> Config:
        """Reads what to_disk saved."""
        return self.from_str(Path(path).read_text("utf-8"), **settings)

    def copy(self) -> Config:
        """With sections of its own."""
        return Config(_copied(self))


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _copied(item) for key, item in value.items()}
    return list(value) if isinstance(value, list) else value


def _is_section(value: Any) -> bool:
    return isinstance(value, Mapping)


def _section_lines(section: Mapping[str, Any], place: tuple[str, ...]) -> list[str]:
    values = {key: value for key, value in section.items() if not _is_section(value)}
    lines = []
    if place and (values or not section or len(place) == 1):
        lines += ["", f"[{'.'.join(place)}]"]
    lines += [f"{key} = {_written(value)}" for key, value in values.items()]
    for key, value in section.items():
        if _is_section(value):
            lines += _section_lines(value, (*place, key))
    return lines


def _written(value: Any) -> str:
    if isinstance(value, str) and _REFERENCE.fullmatch(value):
        return value
    return json.dumps(list(value) if isinstance(value, (tuple, set, frozenset)) else value, ensure_ascii=False)


def _parse(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    section = found
    name = ""
    for line in text.splitlines():
        stripped = line.strip()
        if not stripped or stripped[0] in "#;":
            continue
        if stripped.startswith("[") and stripped.endswith("]") and line[0] == "[":
            section = _section(found, stripped[1:-1].split("."))
        elif line[0].isspace() and name:
            section[name] += f"\n{stripped}"
        else:
            name, is_there, value = (part.strip() for part in line.partition("="))
            if not is_there:
                raise ValueError(f"the configuration has a line that is neither a section nor a value: {line!r}")
            section[name] = value
    return {key: _read(value) for key, value in found.items()}


def _section(found: dict[str, Any], place: list[str]) -> dict[str, Any]:
    for part in place:
        found = found.setdefault(part, {})
    return found


def _read(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _read(item) for key, item in value.items()}
    try:
        return json.loads(value)
    except ValueError:
        return value  # a text without quotes, or a reference


def _interpolated(value: Any, whole: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        return {key: _interpolated(item, whole) for key, item in value.items()}
    found = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return value
    target: Any = whole
    for part in found[1].replace(":", ".").split("."):
        if not isinstance(target, Mapping) or part not in target:
            raise ValueError(f"the configuration refers to {found[1]!r}, which it does not have")
        target = target[part]
    return _interpolated(target, whole)
