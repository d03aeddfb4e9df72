"""Writing a corpus: in finished pieces, so that a run that was stopped can go on, which at the end become one file."""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .corpora import CorpusError
from .corpus_input import filesystem

if TYPE_CHECKING:
    from .corpus_annotation import Part

PIECE = 1 << 25
"""Bytes in memory of what is written as one piece, or a batch more. In Parquet it is a row group."""


def kind_of(path: str) -> str:
    """The format of a file by its name: parquet, arrow, jsonl. CorpusError for any other."""
    endings = {"parquet": (".parquet",), "arrow": (".arrow", ".feather"), "jsonl": (".jsonl", ".jsonl.gz")}
    for kind, suffixes in endings.items():
        if path.lower().endswith(suffixes):
            return kind
    raise CorpusError(f"{path}: the name of the output ends with .parquet, .arrow, .feather, .jsonl or .jsonl.gz")


def folder_of(path: str) -> str:
    """Where the pieces of an output are until it is done: beside it; of one that is elsewhere, in the current folder."""
    return (path.rstrip("/").rpartition("/")[2] if "://" in path else path) + ".part"


def _sync(folder: str) -> None:
    number = os.open(folder or ".", os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


@contextmanager
def replaced(path: str, temporary: str | None = None) -> Iterator[Any]:
    """A file that is written under another name, and is there at once when all of it is on the disk."""
    temporary = temporary or f"{path}.new"
    with open(temporary, "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    _sync(os.path.dirname(path))


class Pieces:
    """The pieces of an output. Each is a file of its own, finished when the file that tells of it is there."""

    def __init__(self, path: str, kind: str, schema: Any) -> None:
        self.path, self.kind, self.schema = path, kind, schema
        self.folder = folder_of(path)
        self.count = self.rows = 0
        self.place = (0, 0)
        self.errors: list[dict[str, Any]] = []
        self._parts: list[Part] = []
        self._size = 0
        self._lock: Any = None

    # ---- beginning, and going on

    def begin(self, settings: dict[str, Any], resume: bool) -> None:
        """settings: what decides what the output is. CorpusError where pieces are there that may not be used."""
        run = os.path.join(self.folder, "run.json")
        if os.path.exists(run) and not resume:
            raise CorpusError(
                f"{self.folder} is left of a run that did not end: --resume goes on with it; to begin anew, remove it"
            )
        if os.path.isdir(self.folder) and not os.path.exists(run):
            shutil.rmtree(self.folder)
        os.makedirs(self.folder, exist_ok=True)
        self._lock_folder()
        if os.path.exists(run):
            self._go_on(run, settings)
            return
        with replaced(run) as file:
            file.write(json.dumps(settings).encode())
        _sync(os.path.dirname(os.path.abspath(self.folder)))

    def _lock_folder(self) -> None:
        self._lock = open(os.path.join(self.folder, "lock"), "w")  # noqa: SIM115  (held until the process ends)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CorpusError(f"another run is writing {self.path}") from None

    def _go_on(self, run: str, settings: dict[str, Any]) -> None:
        with open(run, "rb") as file:
            before = json.load(file)
        now = json.loads(json.dumps(settings))
        changed = [name for name in now if before.get(name) != now[name]]
        if changed:
            raise CorpusError(
                f"the run that left {self.folder} had other {', '.join(changed)}: give the same, or remove the folder to begin anew"
            )
        while os.path.exists(self._told(self.count + 1)):
            with open(self._told(self.count + 1), "rb") as file:
                told = json.load(file)
            self.count += 1
            self.rows, self.place = told["rows"], tuple(told["place"])
            self.errors += told["errors"]

    def _told(self, number: int) -> str:
        return os.path.join(self.folder, f"{number:05}.json")

    def _data(self, number: int) -> str:
        return os.path.join(self.folder, f"{number:05}.{self.kind}")

    # ---- pieces

    def add(self, part: Part) -> None:
        """More of it, which is written when there is enough."""
        self._parts.append(part)
        self._size += len(part.data) if isinstance(part.data, bytes) else part.data.nbytes
        self.rows += part.rows
        if self._size >= PIECE and part.whole:
            self.end()

    def end(self) -> None:
        """Writes what is there."""
        if not self._parts:
            return
        number = self.count + 1
        errors = [error for part in self._parts for error in part.errors]
        with replaced(self._data(number)) as file:
            self._write(file)
        told = {"rows": self.rows, "place": self._parts[-1].place, "errors": errors}
        with replaced(self._told(number)) as file:
            file.write(json.dumps(told).encode())
        self.count, self.errors = number, self.errors + errors
        self.place = self._parts[-1].place
        self._parts, self._size = [], 0

    def _write(self, file: Any) -> None:
        if self.kind == "jsonl":
            data = b"".join(part.data for part in self._parts)
            file.write(gzip.compress(data, 6, mtime=0) if self.path.lower().endswith(".gz") else data)
            return
        import pyarrow

        table = pyarrow.concat_tables([part.data for part in self._parts])
        with self._writer(file) as writer:
            self._write_table(writer, table)

    def _writer(self, file: Any) -> Any:
        import pyarrow
        from pyarrow import parquet

        if self.kind == "parquet":
            return parquet.ParquetWriter(file, self.schema)
        return pyarrow.ipc.new_file(file, self.schema)

    def _write_table(self, writer: Any, table: Any) -> None:
        if self.kind == "parquet":
            writer.write_table(table, row_group_size=max(1, table.num_rows))
        else:
            writer.write_table(table.combine_chunks().unify_dictionaries())

    # ---- the output

    def join(self) -> None:
        """Makes the output of all pieces, and removes them."""
        if "://" in self.path:
            system, inside = filesystem(self.path)
            with system.open_output_stream(inside, compression=None) as file:
                self._join(file)
        else:
            with replaced(self.path, os.path.join(self.folder, "output")) as file:
                self._join(file)
        os.unlink(os.path.join(self.folder, "run.json"))
        shutil.rmtree(self.folder)

    def _join(self, file: Any) -> None:
        if self.kind == "jsonl":
            for number in range(1, self.count + 1):
                with open(self._data(number), "rb") as piece:
                    shutil.copyfileobj(piece, file)
            return
        with self._writer(file) as writer:
            for table in self._tables():
                self._write_table(writer, table)

    def _tables(self) -> Iterator[Any]:
        """One for each piece; but those of a file of Arrow's, in which a column has one dictionary, are made together: they are
        mapped, so that only the numbers that refer to it take memory."""
        import pyarrow
        from pyarrow import parquet

        numbers = range(1, self.count + 1)
        if self.kind == "parquet":
            yield from (parquet.ParquetFile(self._data(number)).read() for number in numbers)
            return
        pieces = [pyarrow.ipc.open_file(pyarrow.memory_map(self._data(number))).read_all() for number in numbers]
        if pieces:
            whole = pyarrow.concat_tables(pieces).unify_dictionaries()
            yield from (pyarrow.Table.from_batches([batch]) for batch in whole.to_batches())
