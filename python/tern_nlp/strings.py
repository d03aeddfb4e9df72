"""StringStore: strings and their 64-bit ids."""

from __future__ import annotations

import json
from contextlib import contextmanager

from . import _tern
from . import symbols as symbols  # gives the store its symbols

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import Any

_IDS = _tern.StringStore()


def get_string_id(key: Any) -> Any:
    """The id of a string; anything else is given back."""
    return _IDS[key] if isinstance(key, str) else key


def hash_string(string: str) -> int:
    """The same, of a string."""
    return _IDS[string]


class StringStore(_tern.StringStore):
    """Looks up strings by ids and ids by strings. An id is a hash of the string or, of spaCy's symbols, their number."""

    __slots__ = ("_zone",)

    def __init__(self, strings: Iterable[str] | None = None, freeze: bool = False) -> None:
        self._zone: int | None = None
        for string in strings if strings is not None else ():
            self.add(string)

    def add(self, string: Any, allow_transient: bool | None = None) -> int:
        """Adds a string and returns its id. What is added within a memory zone is forgotten with it."""
        return super().add(string)

    def __iter__(self) -> Iterator[str]:
        return iter(self._strings())

    def keys(self) -> list[int]:
        """The strings, in the order in which they were added."""
        return self.values()

    def items(self) -> list[tuple[str, int]]:
        """(string, id), in the order in which they were added."""
        return list(zip(self._strings(), self.values()))

    def as_int(self, key: Any) -> int:
        """The id of a string or an id."""
        return self[key] if isinstance(key, str) else key

    def as_string(self, key: Any) -> str:
        """The string of an id or a string."""
        return key if isinstance(key, str) else self[key]

    @contextmanager
    def memory_zone(self, mem: Any = None) -> Iterator[Any]:
        """Forgets at its end what was added meanwhile."""
        count = len(self)
        try:
            yield mem
        finally:
            self._cut(count)

    def __reduce__(self) -> Any:
        return (StringStore, (list(self),))

    def to_bytes(self, **kwargs: Any) -> bytes:
        """What to_disk writes, as bytes. exclude: parts to leave out."""
        return json.dumps(sorted(self), ensure_ascii=False, separators=(",", ":")).encode("utf8")

    def from_bytes(self, bytes_data: bytes, **kwargs: Any) -> StringStore:
        """The strings of the bytes come first, those that were there stay behind them."""
        before = list(self)
        strings = json.loads(bytes_data)
        self._cut(0)
        for string in [*strings, *before]:
            self.add(string)
        return self

    def to_disk(self, path: str | Path) -> None:
        """Saves it under a path. exclude: parts to leave out."""
        from pathlib import Path

        Path(path).write_bytes(self.to_bytes())

    def from_disk(self, path: str | Path) -> StringStore:
        """Reads what to_disk saved."""
        from pathlib import Path

        return self.from_bytes(Path(path).read_bytes())
