"""The word vectors of a .tern file, which `python -m convert --vectors` keeps for Python."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from .file_sections import array, sections
from .strings import StringStore
from .vectors import Mode, Vectors


class VectorsOfFile:
    """Opens them when somebody asks."""

    def __init__(self, path: str, facts: Mapping[str, Any]) -> None:
        """facts: what the pipeline says of its vectors."""
        self.path = path
        self.facts = facts

    def __call__(self, strings: StringStore) -> Vectors:
        found = sections(self.path)
        if "table/rows" not in found:
            name, count = os.path.basename(self.path), self.facts["vectors"]
            raise NotImplementedError(
                f"{name} was converted without its {count} word vectors: `python -m convert … --vectors` keeps them, and "
                "tern_nlp.spacy.load takes spaCy's"
            )
        settings = json.loads(array(self.path, found["table/settings"]).tobytes())
        data = array(self.path, found["table/rows"])
        if settings["mode"] == Mode.floret.value:
            return Vectors(strings=strings, data=data, name=self.facts.get("name"), **settings)
        keys, names = (array(self.path, found[f"table/{name}"]) for name in ("keys", "names"))
        return KeyedVectors(strings, data, keys, names, self.facts.get("name"))


class KeyedVectors(Vectors):
    """A table that finds rows in the file's keys until somebody asks for key2row, or changes it.

    keys u64[keys][2]: key and row, in spaCy's order. names: their texts as UTF-8, each with a NUL behind it.
    """

    def __init__(self, strings: StringStore, data: Any, keys: Any, names: Any, name: str | None) -> None:
        self._keys = keys
        self._names = names
        self._order: Any = None
        super().__init__(strings=strings, data=data, name=name)
        self._key2row: dict[int, int] | None = None

    @property
    def key2row(self) -> dict[int, int]:
        """Key -> row. Makes the keys' texts known to the vocabulary."""
        if self._key2row is None:
            self._key2row = dict(self._keys.tolist())
            for text in self._names.tobytes().decode("utf-8").split("\0"):
                self.strings.add(text)
            self._sync_unset()
        return self._key2row

    @key2row.setter
    def key2row(self, key2row: dict[int, int]) -> None:
        self._key2row = key2row

    @property
    def n_keys(self) -> int:
        return len(self._keys) if self._key2row is None else len(self._key2row)

    @property
    def is_full(self) -> bool:
        """Is every row taken?"""
        return bool(self.key2row) and super().is_full

    def _row(self, key: int) -> int:
        if self._key2row is not None:
            return self._key2row.get(key, -1)
        if self._order is None:
            order = self._keys[:, 0].argsort()
            self._order = self._keys[order, 0], self._keys[order, 1]
        keys, rows = self._order
        at = int(keys.searchsorted(keys.dtype.type(key)))
        return int(rows[at]) if at < len(keys) and int(keys[at]) == key else -1
