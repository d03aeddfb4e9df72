"""Components' settings as bytes and files, in spaCy's formats: msgpack, JSON and JSON lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Union

from ..util import ensure_path

PathLike = Union[str, Path]


def read_json(path: PathLike) -> Any:
    return json.loads(ensure_path(path).read_text(encoding="utf-8"))


def write_json(path: PathLike, value: Any) -> None:
    ensure_path(path).write_text(json.dumps(value, ensure_ascii=False, indent=2), encoding="utf-8")


def read_jsonl(path: PathLike) -> list[Any]:
    with ensure_path(path).open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def write_jsonl(path: PathLike, values: Iterable[Any]) -> None:
    text = "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)
    ensure_path(path).write_text(text, encoding="utf-8")


def to_disk(path: PathLike, parts: Mapping[str, Callable[[Path], Any]], exclude: Iterable[str] = ()) -> Path:
    """A folder with a file for each part. exclude: names without an ending."""
    folder, left_out = ensure_path(path), set(exclude)
    folder.mkdir(exist_ok=True)
    for name, part in parts.items():
        if name.split(".")[0] not in left_out:
            part(folder / name)
    return folder


def from_disk(path: PathLike, parts: Mapping[str, Callable[[Path], Any]], exclude: Iterable[str] = ()) -> Path:
    folder, left_out = ensure_path(path), set(exclude)
    for name, part in parts.items():
        if name.split(".")[0] not in left_out:
            part(folder / name)
    return folder
