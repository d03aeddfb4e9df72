"""Tables by name: what languages know of words beyond rules."""

from __future__ import annotations

from collections import OrderedDict

from . import _msgpack
from .strings import get_string_id
from .util import ensure_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

UNSET = object()


class Table(OrderedDict):  # type: ignore[type-arg]
    """A dict whose keys are strings or their ids, alike."""

    def __init__(self, name: str | None = None, data: Mapping[Any, Any] | None = None) -> None:
        super().__init__()
        self.name = name
        if data:
            self.update(data)

    @classmethod
    def from_dict(cls, data: Mapping[Any, Any], name: str | None = None) -> Table:
        """A table with these entries."""
        return cls(name=name, data=data)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(get_string_id(key), value)

    def set(self, key: Any, value: Any) -> None:
        """Sets an entry."""
        self[key] = value

    def __getitem__(self, key: Any) -> Any:
        return super().__getitem__(get_string_id(key))

    def get(self, key: Any, default: Any = None) -> Any:
        """The value of a key, a string or its id, or the default."""
        return super().get(get_string_id(key), default)

    def __contains__(self, key: object) -> bool:
        return super().__contains__(get_string_id(key))

    def __reduce__(self) -> Any:
        return (Table, (self.name, dict(self)))

    def to_bytes(self) -> bytes:
        """What to_disk writes, as bytes. exclude: parts to leave out."""
        return _msgpack.dumps({"name": self.name, "dict": dict(self)})

    def from_bytes(self, bytes_data: bytes) -> Table:
        """Takes what to_bytes gave."""
        loaded = _msgpack.loads(bytes_data)
        self.name = loaded["name"]
        self.clear()
        self.update(loaded.get("dict", {}))
        return self


class Lookups:
    """Tables by name."""

    def __init__(self) -> None:
        self._tables: dict[str, Table] = {}

    def __contains__(self, name: str) -> bool:
        return self.has_table(name)

    def __len__(self) -> int:
        return len(self._tables)

    @property
    def tables(self) -> list[str]:
        """Names of the tables."""
        return list(self._tables)

    def add_table(self, name: str, data: Mapping[Any, Any] | None = None) -> Table:
        """A new table with this name. ValueError if there is one."""
        if name in self._tables:
            raise ValueError(f"[E158] Can't add table '{name}' to lookups because it already exists.")
        return self._tables.setdefault(name, Table(name=name, data=data))

    def set_table(self, name: str, table: Table) -> None:
        """Puts a table in the place of the one with its name."""
        self._tables[name] = table

    def get_table(self, name: str, default: Any = UNSET) -> Any:
        """The table of a name, or the default; KeyError without one."""
        if name not in self._tables and default is UNSET:
            raise KeyError(f"[E159] Can't find table '{name}' in lookups. Available tables: {self.tables}")
        return self._tables.get(name, default)

    def remove_table(self, name: str) -> Table:
        """Takes a table out and returns it."""
        if name not in self._tables:
            raise KeyError(f"[E159] Can't find table '{name}' in lookups. Available tables: {self.tables}")
        return self._tables.pop(name)

    def has_table(self, name: str) -> bool:
        """Is there a table of this name?"""
        return name in self._tables

    def to_bytes(self, **kwargs: Any) -> bytes:
        """What to_disk writes, as bytes. exclude: parts to leave out."""
        return _msgpack.dumps({name: dict(table) for name, table in self._tables.items()})

    def from_bytes(self, bytes_data: bytes, **kwargs: Any) -> Lookups:
        """Takes what to_bytes gave."""
        self._tables = {name: Table(name, data) for name, data in _msgpack.loads(bytes_data).items()}
        return self

    def to_disk(self, path: str | Path, filename: str = "lookups.bin", **kwargs: Any) -> None:
        """Saves it under a path. exclude: parts to leave out."""
        path = ensure_path(path)
        path.mkdir(exist_ok=True)
        (path / filename).write_bytes(self.to_bytes())

    def from_disk(self, path: str | Path, filename: str = "lookups.bin", **kwargs: Any) -> Lookups:
        """Reads what to_disk saved."""
        file = ensure_path(path) / filename
        return self.from_bytes(file.read_bytes()) if file.is_file() else self


def __getattr__(name: str) -> Any:
    """Says where the rest of spaCy's is."""
    from .elsewhere import missing

    raise missing(__name__, name)
