"""Vectors: rows of numbers for words. numpy is imported when a row is made or asked for."""

from __future__ import annotations

from enum import Enum

from . import _msgpack, util
from . import attrs as _attrs
from .errors import Errors
from .strings import StringStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import Any


class Mode(str, Enum):
    """Rows by keys; floret's are made of hashed subwords."""

    default = "default"
    floret = "floret"

    @classmethod
    def values(cls) -> list[str]:
        return list(cls.__members__)


class Vectors:
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
        **floret: Any,
    ) -> None:
        if mode != Mode.default:
            raise NotImplementedError("vectors of floret's kind: run the pipeline with tern_nlp.spacy")
        self.strings = StringStore() if strings is None else strings
        self.name = name
        self.mode = Mode(mode)
        number = _attrs.intify_attr(attr)
        self.attr = _attrs.IDS["ORTH"] if number is None else number
        self.key2row: dict[int, int] = {}
        self._shape = shape or (0, 0)
        self._data = data
        self._unset: set[int] = set(range(self.shape[0]))
        for row, key in enumerate(keys if keys is not None else ()):
            self.add(key, row=row)

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
        return self._shape if self._data is None else self._data.shape

    @property
    def size(self) -> int:
        return self.shape[0] * self.shape[1]

    @property
    def is_full(self) -> bool:
        return not self._unset

    @property
    def n_keys(self) -> int:
        return len(self.key2row)

    def __reduce__(self) -> Any:
        return (_unpickle, (self.to_bytes(),))

    def _key(self, key: Any) -> int:
        return self.strings[key] if isinstance(key, str) else int(key)

    def __getitem__(self, key: Any) -> Any:
        """The vector of a key; of several keys, their rows."""
        if isinstance(key, (str, int)) or not hasattr(key, "__iter__"):
            row = self.key2row.get(self._key(key))
            if row is None:
                raise KeyError(f"[E058] Could not retrieve vector for key {key}.")
            return self.data[row]
        return self.data[[self.key2row[self._key(one)] for one in key]]

    def __setitem__(self, key: Any, vector: Any) -> None:
        self.data[self.key2row[self._key(key)]] = vector

    def __iter__(self) -> Iterator[int]:
        yield from self.key2row

    def __len__(self) -> int:
        return self.shape[0]

    def __contains__(self, key: Any) -> bool:
        return self._key(key) in self.key2row

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Vectors):
            return NotImplemented
        return self.shape == other.shape and self.key2row == other.key2row and bool((self.data == other.data).all())

    __hash__ = None  # type: ignore[assignment]

    def add(self, key: Any, *, vector: Any = None, row: int | None = None) -> int:
        """Gives a key a row, or the row a vector; returns the row."""
        key = self._key(key)
        if row is None and key in self.key2row:
            row = self.key2row[key]
        elif row is None:
            if self.is_full:
                raise ValueError(
                    f"[E060] Cannot add new key to vectors: the table is full. Current shape: {self.shape}."
                )
            row = min(self._unset)
        elif not 0 <= row < self.shape[0]:
            raise ValueError(f"[E865] Row {row} is not in the table of {self.shape[0]} rows.")
        self.key2row[key] = row
        if vector is not None:
            self.data[row] = vector
            self._unset.discard(row)
        elif row in self._unset and vector is None:
            self._unset.discard(row)
        return row

    def get_batch(self, keys: Iterable[Any]) -> Any:
        """The vectors of several keys; zeros for those without one."""
        import numpy

        rows = self.find(keys=list(keys))
        found = self.data[rows] if self.shape[0] else numpy.zeros((len(rows), self.shape[1]), dtype="f")
        found[rows < 0] = 0
        return found

    def resize(self, shape: tuple[int, int], inplace: bool = False) -> list[tuple[int, int]]:
        """Another size; keys whose row is gone are removed and returned."""
        import numpy

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
        return self.key2row.keys()

    def values(self) -> Iterator[Any]:
        yield from (self.data[row] for row in range(len(self.data)) if row not in self._unset)

    def items(self) -> Iterator[tuple[int, Any]]:
        yield from ((key, self.data[row]) for key, row in self.key2row.items())

    def find(self, *, key: Any = None, keys: Any = None, row: Any = None, rows: Any = None) -> Any:
        """Row of a key, rows of keys, keys of a row or of rows; -1 for a key without a row."""
        import numpy

        if sum(one is None for one in (key, keys, row, rows)) != 3:
            raise ValueError("[E059] One (and only one) keyword arg must be set: key, keys, row or rows.")
        if key is not None:
            return self.key2row.get(self._key(key), -1)
        if keys is not None:
            return numpy.asarray([self.key2row.get(self._key(one), -1) for one in keys], dtype="i")
        wanted = {row} if row is not None else set(rows)
        return numpy.asarray([one for one, at in self.key2row.items() if at in wanted], dtype="uint64")

    def most_similar(self, queries: Any, *, batch_size: int = 1024, n: int = 1, sort: bool = True) -> Any:
        """For each row of queries the n nearest vectors: (keys, rows, scores)."""
        import numpy

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
            best = numpy.argsort(-found, axis=1)[:, :n]
            rows[i : i + batch_size] = best
            scores[i : i + batch_size] = numpy.clip(numpy.around(numpy.take_along_axis(found, best, 1), 4), -1, 1)
        row2key = {row: key for key, row in self.key2row.items()}
        table_rows = numpy.asarray(filled)[rows]
        keys = numpy.asarray([[row2key[int(row)] for row in line] for line in table_rows], dtype="uint64")
        return keys, table_rows.astype("i"), scores

    def to_bytes(self, *, exclude: Iterable[str] = (), **kwargs: Any) -> bytes:
        getters = {
            "strings": self.strings.to_bytes,
            "vectors": lambda: _msgpack.dumps(self.data),
            "key2row": lambda: _msgpack.dumps(self.key2row),
            "attr": lambda: self.attr,
            "name": lambda: self.name,
        }
        return util.to_bytes(getters, exclude)

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = (), **kwargs: Any) -> Vectors:
        def take(name: str, value: Any) -> None:
            setattr(self, name, value)

        setters = {
            "strings": self.strings.from_bytes,
            "vectors": lambda value: take("_data", _msgpack.loads(value)),
            "key2row": lambda value: take("key2row", _msgpack.loads(value)),
            "attr": lambda value: take("attr", value),
            "name": lambda value: take("name", value),
        }
        util.from_bytes(data, setters, exclude)
        self._unset = set(range(self.shape[0])) - set(self.key2row.values())
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = (), **kwargs: Any) -> None:
        from pathlib import Path

        import numpy

        path = Path(path)
        path.mkdir(exist_ok=True)
        if "strings" not in exclude:
            self.strings.to_disk(path / "strings.json")
        with (path / "vectors").open("wb") as file:
            numpy.save(file, self.data, allow_pickle=False)
        (path / "key2row").write_bytes(_msgpack.dumps(self.key2row))
        (path / "vectors.cfg").write_bytes(_msgpack.dumps({"mode": self.mode.value, "attr": self.attr}))

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = (), **kwargs: Any) -> Vectors:
        from pathlib import Path

        import numpy

        path = Path(path)
        if "strings" not in exclude and (path / "strings.json").is_file():
            self.strings.from_disk(path / "strings.json")
        if (path / "vectors").is_file():
            self._data = numpy.load(str(path / "vectors"), allow_pickle=False)
        if (path / "key2row").is_file():
            self.key2row = _msgpack.loads((path / "key2row").read_bytes())
        self._unset = set(range(self.shape[0])) - set(self.key2row.values())
        return self

    def clear(self) -> None:
        """Makes all vectors zero and forgets the keys."""
        self._shape, self._data = self.shape, None
        self.key2row = {}
        self._unset = set(range(self.shape[0]))


def _unpickle(data: bytes) -> Vectors:
    return Vectors().from_bytes(data)
