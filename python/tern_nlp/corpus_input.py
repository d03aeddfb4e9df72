"""Reading a corpus of Parquet, Arrow and JSON Lines files: batches of rows, in order, from any row on."""

from __future__ import annotations

import fnmatch
import glob
import gzip
import json
import os
from collections.abc import Iterator, Sequence
from typing import Any

from .corpora import CorpusError

ROWS = 1024
"""Rows that are looked at together."""


def filesystem(path: str) -> tuple[Any, str]:
    """pyarrow's for a path or a URI, and the path in it. What pyarrow does not know, fsspec may, if it is installed."""
    import pyarrow
    from pyarrow import fs

    if "://" not in path:
        return fs.LocalFileSystem(), os.path.abspath(path)
    try:
        return fs.FileSystem.from_uri(path)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowNotImplementedError) as error:
        try:
            import fsspec
        except ImportError:
            raise CorpusError(f"{path}: {error}; fsspec may know it, but is not installed") from None
        try:
            system, inside = fsspec.core.url_to_fs(path)
        except (ValueError, ImportError) as failure:
            raise CorpusError(f"{path}: {failure}") from None
        return fs.PyFileSystem(fs.FSSpecHandler(system)), inside


def expanded(pattern: str) -> list[str]:
    """The files that a pattern stands for, in the order of their names; a name that is no pattern stands for itself."""
    if not any(sign in pattern for sign in "*?["):
        return [pattern]
    if "://" not in pattern:
        found = [pattern] if os.path.exists(pattern) else sorted(glob.glob(pattern, recursive=True))
    else:
        found = _remote(pattern)
    if not found:
        raise CorpusError(f"no file is called {pattern}")
    return found


def _remote(pattern: str) -> list[str]:
    """Files of one folder: a pattern is in the last part alone."""
    from pyarrow import fs

    folder, _, name = pattern.rpartition("/")
    system, inside = filesystem(folder)
    infos = system.get_file_info(fs.FileSelector(inside))
    names = (info.base_name for info in infos if info.type == fs.FileType.File)
    return [f"{folder}/{one}" for one in sorted(names) if fnmatch.fnmatchcase(one, name)]


# ---- sources ---------------------------------------------------------------------------------------------------------


class Rows:
    """Some rows: batch, a record batch of the columns that stay; texts; errors: of rows that could not be read, by row."""

    def __init__(self, batch: Any, texts: list[Any], errors: dict[int, str]) -> None:
        self.batch, self.texts, self.errors = batch, texts, errors


class Tabular:
    """A file of columns."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text
        self.system, self.inside = filesystem(path)
        self.schema: Any = None

    @property
    def columns(self) -> Any:
        """The schema of all columns. CorpusError if there is no column of texts."""
        import pyarrow

        types = pyarrow.types
        if self.schema.names.count(self.text) != 1:
            names = ", ".join(self.schema.names)
            raise CorpusError(
                f"{self.path} has no column {self.text!r}, or several; it has: {names}. --text names another"
            )
        kind = self.schema.field(self.text).type
        value = kind.value_type if types.is_dictionary(kind) else kind
        views = getattr(types, "is_string_view", lambda _: False)
        if not (types.is_string(value) or types.is_large_string(value) or types.is_null(value) or views(value)):
            raise CorpusError(f"the column {self.text!r} of {self.path} has the type {kind}, and texts are wanted")
        return self.schema

    def read(self, start: int, schema: Any) -> Iterator[Rows]:
        """From a row on, with the columns of a schema."""
        import pyarrow

        for batch in self.batches(start, schema.names):
            batch = pyarrow.record_batch(batch.columns, schema=schema)  # what is said beside the types may differ
            for at in range(0, batch.num_rows, ROWS):
                piece = batch.slice(at, ROWS)
                yield Rows(piece, piece.column(schema.names.index(self.text)).to_pylist(), {})

    def batches(self, start: int, names: list[str]) -> Iterator[Any]:
        raise NotImplementedError


class ParquetSource(Tabular):
    """Read by row groups."""

    def __init__(self, path: str, text: str) -> None:
        from pyarrow import parquet

        super().__init__(path, text)
        self.file = parquet.ParquetFile(self.system.open_input_file(self.inside))
        self.schema = self.file.schema_arrow

    def batches(self, start: int, names: list[str]) -> Iterator[Any]:
        metadata, group = self.file.metadata, 0
        while group < metadata.num_row_groups and metadata.row_group(group).num_rows <= start:
            start -= metadata.row_group(group).num_rows
            group += 1
        groups = list(range(group, metadata.num_row_groups))
        for batch in self.file.iter_batches(ROWS, row_groups=groups, columns=names):
            if start < batch.num_rows:
                yield batch.slice(start).select(names)
            start = max(0, start - batch.num_rows)


class ArrowSource(Tabular):
    """A file or a stream of Arrow's; Feather is the first."""

    def __init__(self, path: str, text: str) -> None:
        super().__init__(path, text)
        self.schema = self._open().schema

    def _open(self) -> Any:
        import pyarrow

        local = "://" not in self.path
        file = pyarrow.memory_map(self.inside) if local else self.system.open_input_file(self.inside)
        try:
            return pyarrow.ipc.open_file(file)
        except pyarrow.ArrowInvalid:
            file.seek(0)
            return pyarrow.ipc.open_stream(file)

    def batches(self, start: int, names: list[str]) -> Iterator[Any]:
        reader = self._open()
        count = getattr(reader, "num_record_batches", None)
        for batch in reader if count is None else map(reader.get_batch, range(count)):
            if start < batch.num_rows:
                yield batch.slice(start).select(names)
            start = max(0, start - batch.num_rows)


class JsonSource:
    """JSON Lines: the columns are the members of all records, of the types that hold all values."""

    def __init__(self, path: str, text: str, keep: Sequence[str] | None) -> None:
        self.path, self.text, self.keep = path, text, keep
        self.system, self.inside = filesystem(path)

    def _lines(self) -> Iterator[bytes]:
        with self.system.open_input_stream(self.inside, compression=None) as raw:
            packed = self.path.lower().endswith(".gz")
            try:
                yield from gzip.GzipFile(fileobj=raw) if packed else _lines_of(raw)
            except EOFError as error:
                raise CorpusError(f"{self.path} cannot be read: {error}") from None

    def _records(self) -> Iterator[tuple[dict[str, Any], str | None]]:
        for line in self._lines():
            try:
                record = json.loads(line)
                if not isinstance(record, dict):
                    raise ValueError("a record is an object")
                yield record, None
            except (ValueError, RecursionError) as error:
                yield {}, f"the line is no JSON record: {error}"

    @property
    def columns(self) -> Any:
        """Reads all of the file."""
        import pyarrow

        found = pyarrow.schema([pyarrow.field(self.text, pyarrow.string())])
        for rows in _chunks(self._records(), 8 * ROWS):
            kept = [{name: value for name, value in record.items() if name != self.text} for record, _ in rows]
            names = dict.fromkeys(name for record in kept for name in record)
            for name in names if self.keep is None else [name for name in names if name in self.keep]:
                found = self._with(found, name, [record.get(name) for record in kept])
        return found

    def _with(self, schema: Any, name: str, values: list[Any]) -> Any:
        import pyarrow

        try:
            new = pyarrow.schema([pyarrow.field(name, pyarrow.array(values).type)])
            return pyarrow.unify_schemas([schema, new], promote_options="permissive")
        except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError, OverflowError, UnicodeEncodeError) as error:
            raise CorpusError(
                f"the values of {name!r} in {self.path} cannot be one column: {error}. --keep names those that stay"
            ) from None

    def read(self, start: int, schema: Any) -> Iterator[Rows]:
        """From a line on, with the columns of a schema."""
        import pyarrow

        for chunk in _chunks(self._records(), ROWS, start):
            texts = [record.get(self.text) for record, _ in chunk]
            errors = {row: error for row, (_, error) in enumerate(chunk) if error}
            columns = []
            for field in schema:
                values = [record.get(field.name) for record, _ in chunk]
                if field.name == self.text:
                    values = [value if _is_text(value) else None for value in values]
                columns.append(pyarrow.array(values, field.type))
            yield Rows(pyarrow.record_batch(columns, schema=schema), texts, errors)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not any("\ud800" <= sign <= "\udfff" for sign in value)


def _lines_of(stream: Any) -> Iterator[bytes]:
    rest = b""
    while True:
        block = stream.read(1 << 20)
        if not block:
            break
        lines = (rest + block).split(b"\n")
        rest = lines.pop()
        yield from lines
    if rest:
        yield rest


def _chunks(items: Iterator[Any], size: int, start: int = 0) -> Iterator[list[Any]]:
    from itertools import islice

    items = islice(items, start, None)
    while True:
        chunk = list(islice(items, size))
        if not chunk:
            return
        yield chunk


# ---- a corpus --------------------------------------------------------------------------------------------------------


class Corpus:
    """Files, one after the other. keep: columns that stay besides that of the texts; None: all."""

    def __init__(self, patterns: Sequence[str], text: str, keep: Sequence[str] | None) -> None:
        self.text = text
        self.paths = [path for pattern in patterns for path in expanded(pattern)]
        self.sources = [self._opened(path, keep) for path in self.paths]
        self.schema = self._common([source.columns for source in self.sources], keep)

    def _opened(self, path: str, keep: Sequence[str] | None) -> Any:
        import pyarrow

        kind: Any = {".parquet": ParquetSource, ".arrow": ArrowSource, ".feather": ArrowSource}.get(
            os.path.splitext(path.lower())[1]
        )
        is_json = path.lower().endswith((".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz"))
        if kind is None and not is_json:
            raise CorpusError(f"{path}: what is read beside Parquet and Arrow files are .jsonl and .jsonl.gz")
        try:
            return JsonSource(path, self.text, keep) if is_json else kind(path, self.text)
        except (OSError, pyarrow.ArrowException) as error:
            raise CorpusError(f"{path} cannot be read: {error}") from None

    def _common(self, schemas: list[Any], keep: Sequence[str] | None) -> Any:
        import pyarrow

        if all(isinstance(source, JsonSource) for source in self.sources):
            try:
                schemas = [pyarrow.unify_schemas(schemas, promote_options="permissive")] * len(schemas)
            except pyarrow.ArrowException as error:
                raise CorpusError(f"the files cannot be one: {error}. --keep names the columns that stay") from None
        first = self._chosen(schemas[0], self.paths[0], keep)
        for path, schema in zip(self.paths[1:], schemas[1:]):
            other = self._chosen(schema, path, keep)
            for field in first:
                if field.name not in other.names or other.field(field.name).type != field.type:
                    theirs = other.field(field.name).type if field.name in other.names else "not there"
                    raise CorpusError(
                        f"the column {field.name!r} is {field.type} in {self.paths[0]} and {theirs} in {path}: "
                        "annotate them one by one, or leave it out with --keep"
                    )
        return first

    def _chosen(self, schema: Any, path: str, keep: Sequence[str] | None) -> Any:
        import pyarrow

        missing = [name for name in keep or () if name not in schema.names]
        if missing:
            raise CorpusError(f"{path} has no column {missing[0]!r}; it has: {', '.join(schema.names)}")
        names = [name for name in schema.names if keep is None or name in keep or name == self.text]
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            raise CorpusError(f"{path} has several columns {twice[0]!r}: leave them out with --keep")
        metadata = dict(schema.metadata or {})
        if len(names) < len(schema.names):
            metadata.pop(b"pandas", None)  # it tells of all columns
        return pyarrow.schema([schema.field(name) for name in names], metadata)

    @property
    def identity(self) -> list[list[Any]]:
        """Which files they are, and whether they have changed: name, size, time of change."""
        infos = [source.system.get_file_info(source.inside) for source in self.sources]
        return [[path, info.size, info.mtime_ns] for path, info in zip(self.paths, infos)]

    def read(self, place: tuple[int, int]) -> Iterator[tuple[int, int, Rows]]:
        """(number of the file, row in it, rows) from a place on."""
        import pyarrow

        for number in range(place[0], len(self.sources)):
            at = place[1] if number == place[0] else 0
            try:
                for rows in self.sources[number].read(at, self.schema):
                    yield number, at, rows
                    at += len(rows.texts)
            except (OSError, pyarrow.ArrowException) as error:
                raise CorpusError(f"{self.paths[number]} cannot be read from row {at + 1:,} on: {error}") from None
