"""Vectors: rows of numbers for words. numpy is imported when a row is made or asked for."""

from __future__ import annotations

import json
import warnings
from enum import Enum

from . import _msgpack, util
from . import attrs as _attrs
from .errors import Errors, Warnings
from .floret import FLORET, Floret
from .strings import StringStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from typing import Any


class Mode(str, Enum):
    """Rows by keys; floret's are made of hashed subwords."""

    default = "default"
    floret = "floret"

    @classmethod
    def values(cls) -> list[str]:
        return list(cls.__members__)


class BaseVectors:
    """Base of tables of another kind: vectors by key, shape, get_batch."""


class Vectors(BaseVectors):
    """A table of vectors: several keys may share a row."""

    def __init__(
        self,
        *,
        strings: StringStore | None = None,
        shape: tuple[int, int] | None = None,
        data: Any = None,
        keys: Iterable[Any] | None = None,
        name: str | None = None,
        mode: str = Mode.default,
        attr: str | int = "ORTH",
        **settings: Any,
    ) -> None:
        """settings: of floret's kind, Floret's."""
        if mode not in Mode.values():
            raise ValueError(Errors.E202.format(name="vectors", mode=mode, modes=Mode.values()))
        self.strings = StringStore() if strings is None else strings
        self.name = name
        self.mode = Mode(mode).value
        number = _attrs.intify_attr(attr)
        self.attr = _attrs.IDS["ORTH"] if number is None else number
        self._floret = Floret(**settings)
        self.key2row: dict[int, int] = {}
        self._shape = shape or (0, 0)
        self._data = data
        if self._is_floret():
            self._floret.check(data, keys)
        self._unset: set[int] = set(range(self.shape[0])) if data is None else set()
        for row, key in enumerate(keys if keys is not None else ()):
            self.add(key, row=row)

    def _is_floret(self) -> bool:
        return self.mode == Mode.floret.value

    def __getattr__(self, name: str) -> Any:
        """The settings of floret's kind: minn, maxn, hash_count …"""
        if name in FLORET:
            return getattr(self._floret, name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    @property
    def data(self) -> Any:
        """The table, [rows, width], float32."""
        if self._data is None:
            import numpy

            self._data = numpy.zeros(self._shape, dtype="f")
        return self._data

    @data.setter
    def data(self, data: Any) -> None:
        self._data = data

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, width)"""
        return self._shape if self._data is None else self._data.shape

    @property
    def size(self) -> int:
        """Rows times width."""
        return self.shape[0] * self.shape[1]

    @property
    def is_full(self) -> bool:
        """Is every row taken?"""
        return self._is_floret() or not self._unset

    @property
    def n_keys(self) -> int:
        """-1 of floret's kind, which has a vector for every word."""
        return -1 if self._is_floret() else len(self.key2row)

    def _row(self, key: int) -> int:
        """Of a key; -1 without one."""
        return self.key2row.get(key, -1)

    def __reduce__(self) -> Any:
        return (_unpickle, (self.to_bytes(),))

    def _key(self, key: Any) -> int:
        return self.strings[key] if isinstance(key, str) else int(key)

    def __getitem__(self, key: Any) -> Any:
        """The vector of a key; of several keys, their rows."""
        if self._is_floret():
            return self.get_batch([key])[0]
        if isinstance(key, (str, int)) or not hasattr(key, "__iter__"):
            row = self._row(self._key(key))
            if row < 0:
                raise KeyError(Errors.E058.format(key=key))
            return self.data[row]
        return self.data[[self.key2row[self._key(one)] for one in key]]

    def __setitem__(self, key: Any, vector: Any) -> None:
        if not self._may_change("Vectors.__setitem__"):
            return
        row = self.key2row[self._key(key)]
        self.data[row] = vector
        self._unset.discard(row)

    def _may_change(self, method: str) -> bool:
        """Not of floret's kind, about which it warns."""
        if self._is_floret():
            warnings.warn(Warnings.W115.format(method=method), stacklevel=3)
        return not self._is_floret()

    def __iter__(self) -> Iterator[int]:
        yield from self.key2row

    def __len__(self) -> int:
        return self.shape[0]

    def __contains__(self, key: Any) -> bool:
        return self._is_floret() or self._row(self._key(key)) >= 0

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Vectors):
            return NotImplemented
        return self.shape == other.shape and self.key2row == other.key2row and bool((self.data == other.data).all())

    __hash__ = None  # type: ignore[assignment]

    def add(self, key: Any, *, vector: Any = None, row: int | None = None) -> int:
        """Gives a key a row, or the row a vector; returns the row."""
        if not self._may_change("Vectors.add"):
            return -1
        key = self._key(key)
        if row is None and key in self.key2row:
            row = self.key2row[key]
        elif row is None:
            if self.is_full:
                raise ValueError(Errors.E060.format(rows=self.shape[0], cols=self.shape[1]))
            row = min(self._unset)
        elif not 0 <= row < self.shape[0]:
            raise ValueError(Errors.E197.format(row=row, key=key))
        self.key2row[key] = int(row)
        if vector is not None:
            self.data[row] = vector
        self._unset.discard(row)
        return row

    def get_batch(self, keys: Iterable[Any]) -> Any:
        """The vectors of several keys. A key without one has the last row, as in spaCy."""
        import numpy

        if self._is_floret():
            texts = [self.strings.as_string(key) for key in keys]
            return numpy.stack([self._floret.vector(text, self.data) for text in texts])
        return numpy.ascontiguousarray(self.data[self.find(keys=list(keys))])

    def _get_ngrams(self, key: str) -> list[str]:
        return self._floret.pieces(key)

    def _get_ngram_hashes(self, piece: str) -> list[int]:
        return self._floret.hashes(piece)

    def resize(self, shape: tuple[int, int], inplace: bool = False) -> Any:
        """Another size; keys whose row is gone are removed and returned."""
        import numpy

        if not self._may_change("Vectors.resize"):
            return -1
        if inplace and shape[1] != self.shape[1]:
            raise ValueError(Errors.E193.format(new_dim=shape[1], curr_dim=self.shape[1]))
        old = self.data
        self._data = numpy.zeros(shape, dtype=old.dtype)
        rows, width = min(shape[0], old.shape[0]), min(shape[1], old.shape[1])
        self._data[:rows, :width] = old[:rows, :width]
        gone = [(key, row) for key, row in self.key2row.items() if row >= shape[0]]
        for key, _ in gone:
            del self.key2row[key]
        self._unset = set(range(shape[0])) - set(self.key2row.values())
        return gone

    def keys(self) -> Any:
        """The keys."""
        return self.key2row.keys()

    def values(self) -> Iterator[Any]:
        """The rows that have a key: their numbers, as in spaCy."""
        yield from (row for row in range(self.shape[0]) if row not in self._unset)

    def items(self) -> Iterator[tuple[int, Any]]:
        """(key, vector) of all keys."""
        yield from ((key, self.data[row]) for key, row in self.key2row.items())

    def find(self, *, key: Any = None, keys: Any = None, row: Any = None, rows: Any = None) -> Any:
        """Row of a key, rows of keys, key of a row, keys of rows; -1 for a key without a row."""
        import numpy

        self._want_keys("Use Vectors[key] instead.")
        if sum(one is None for one in (key, keys, row, rows)) != 3:
            raise ValueError(Errors.E059.format(kwargs={"key": key, "keys": keys, "row": row, "rows": rows}))
        if key is not None:
            return self._row(self._key(key))
        if keys is not None:
            return numpy.asarray([self._row(self._key(one)) for one in keys], dtype="i")
        row2key = {at: one for one, at in self.key2row.items()}
        return row2key[row] if row is not None else numpy.asarray([row2key[at] for at in rows], dtype="uint64")

    def _want_keys(self, alternative: str) -> None:
        if self._is_floret():
            raise ValueError(Errors.E858.format(mode=self.mode, alternative=alternative))

    def most_similar(self, queries: Any, *, batch_size: int = 1024, n: int = 1, sort: bool = True) -> Any:
        """For each row of queries the n nearest vectors: (keys, rows, scores)."""
        import numpy

        self._want_keys("")
        filled = sorted(set(self.key2row.values()))
        if len(filled) < n:
            raise ValueError(Errors.E198.format(n=n, n_rows=len(filled)))
        vectors = self.data[filled]
        norms = numpy.linalg.norm(vectors, axis=1, keepdims=True)
        norms[norms == 0] = 1
        vectors = vectors / norms
        rows = numpy.zeros((queries.shape[0], n), dtype="i")
        scores = numpy.zeros((queries.shape[0], n), dtype="f")
        for i in range(0, queries.shape[0], batch_size):
            batch = queries[i : i + batch_size]
            lengths = numpy.linalg.norm(batch, axis=1, keepdims=True)
            lengths[lengths == 0] = 1
            found = numpy.dot(batch / lengths, vectors.T)
            # as spaCy chooses and orders them, so that equally near ones are the same
            best = numpy.argpartition(found, -n, axis=1)[:, -n:]
            near = numpy.partition(found, -n, axis=1)[:, -n:]
            if sort and n >= 2:
                order = numpy.argsort(near, axis=1)[:, ::-1]
                near, best = (numpy.take_along_axis(each, order, 1) for each in (near, best))
            rows[i : i + batch_size], scores[i : i + batch_size] = best, near
        scores = numpy.clip(numpy.around(scores, decimals=4), -1, 1)
        row2key = {row: key for key, row in self.key2row.items()}
        table_rows = numpy.asarray(filled)[rows]
        keys = numpy.asarray([[row2key[int(row)] for row in line] for line in table_rows], dtype="uint64")
        return keys, table_rows.astype("i"), scores

    # ---- saving

    def _get_cfg(self) -> dict[str, Any]:
        floret = {**vars(self._floret), "attr": self.attr} if self._is_floret() else {}
        return {"mode": self.mode, **floret}

    def _set_cfg(self, cfg: dict[str, Any]) -> None:
        self.mode = Mode(cfg.get("mode", Mode.default)).value
        self.attr = cfg.get("attr", _attrs.IDS["ORTH"])
        self._floret = Floret(**{name: cfg[name] for name in FLORET if name in cfg})

    def _use(self, data: Any) -> None:
        self._data = data

    def _use_keys(self, key2row: dict[int, int]) -> None:
        self.key2row = key2row

    def _sync_unset(self) -> None:
        self._unset = set(range(self.shape[0])) - set(self.key2row.values())

    def to_bytes(self, *, exclude: Iterable[str] = (), **kwargs: Any) -> bytes:
        """What to_disk writes, as bytes. exclude: parts to leave out."""
        getters = {
            "strings": self.strings.to_bytes,
            "key2row": lambda: _msgpack.dumps(self.key2row),
            "vectors": lambda: _msgpack.dumps(self.data),
            "vectors.cfg": lambda: json.dumps(self._get_cfg(), separators=(",", ":")).encode("utf-8"),
        }
        return util.to_bytes(getters, exclude)

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = (), **kwargs: Any) -> Vectors:
        """Takes what to_bytes gave."""
        setters: dict[str, Callable[[Any], Any]] = {
            "strings": self.strings.from_bytes,
            "key2row": lambda value: self.key2row.update(_msgpack.loads(value)),
            "vectors": lambda value: self._use(_msgpack.loads(value)),
            "vectors.cfg": lambda value: self._set_cfg(json.loads(value)),
        }
        util.from_bytes(data, setters, exclude)
        self._sync_unset()
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = (), **kwargs: Any) -> None:
        """Saves it under a path. exclude: parts to leave out."""
        import numpy

        def save_rows(file: Path) -> None:
            with file.open("wb") as opened:
                numpy.save(opened, self.data, allow_pickle=False)

        writers = {
            "strings": lambda file: self.strings.to_disk(file.with_suffix(".json")),
            "vectors": save_rows,
            "key2row": lambda file: file.write_bytes(_msgpack.dumps(self.key2row)),
            "vectors.cfg": lambda file: file.write_text(json.dumps(self._get_cfg()), encoding="utf-8"),
        }
        util.to_disk(path, writers, exclude)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = (), **kwargs: Any) -> Vectors:
        """Reads what to_disk saved."""
        import numpy

        def if_there(read: Callable[[Path], Any]) -> Callable[[Path], Any]:
            return lambda file: read(file) if file.is_file() else None

        readers = {
            "strings": lambda file: self.strings.from_disk(file.with_suffix(".json")),
            "vectors": if_there(lambda file: self._use(numpy.load(str(file), allow_pickle=False))),
            "key2row": if_there(lambda file: self._use_keys(_msgpack.loads(file.read_bytes()))),
            "vectors.cfg": if_there(lambda file: self._set_cfg(json.loads(file.read_text("utf-8")))),
        }
        util.from_disk(path, readers, exclude)
        self._sync_unset()
        return self

    def clear(self) -> None:
        """Forgets the keys."""
        if self._is_floret():
            raise ValueError(Errors.E859)
        self.key2row = {}
        self._sync_unset()


def _unpickle(data: bytes) -> Vectors:
    return Vectors().from_bytes(data)


def __getattr__(name: str) -> Any:
    """Says where the rest of spaCy's is."""
    from .elsewhere import missing

    raise missing(__name__, name)
