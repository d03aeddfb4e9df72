"""What a worker of a cluster does: it opens a model once, and puts what is found beside the other columns of record batches."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Iterator, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any

from . import loading, tables

if TYPE_CHECKING:
    from .language import Language

_opened: dict[tuple[str, tuple[str, ...]], tuple[tuple[int, ...], Language]] = {}
"""(file, what does not run) -> which file that was, and its pipeline."""
_lock = Lock()


def imported(name: str, extra: str) -> Any:
    """A module that is imported only where it is used. ImportError says which extra of the package has it."""
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError as error:
        raise ImportError(f"this needs {name}: pip install 'tern-nlp[{extra}]' ({error})") from error


def opened(model: str, disable: Sequence[str] = (), remedy: str = "") -> Language:
    """The pipeline of a name or a file, opened once in a process, and anew when its file is another. OSError says where it is
    missing; remedy: what is to be done then."""
    try:
        file = model if os.path.isdir(model) else os.path.abspath(loading.model_file(model))
    except OSError as error:
        raise OSError(f"{error} Machine: {socket.gethostname()}. {remedy}".rstrip()) from None
    facts = os.stat(file)
    which = (facts.st_mtime_ns, facts.st_size, facts.st_ino)
    key = (file, tuple(disable))
    with _lock:
        if key not in _opened or _opened[key][0] != which:
            _opened[key] = which, loading.load(file, disable=disable)
        return _opened[key][1]


def wanted(fields: Iterable[str] | None, model: str, disable: Sequence[str]) -> list[str]:
    """The fields of nlp.annotate. None: all that the model has, for which it is opened here. ValueError: there is no such one."""
    if fields is None:
        nlp = opened(model, disable, "With fields=[…] it is not opened here, but by workers alone.")
        return tables.offered(nlp.tokenizer.engine if nlp._is_engines() else None)
    fields = [fields] if isinstance(fields, str) else [str(field) for field in fields]
    tables.Columns(fields)
    return fields


def beside(names: Iterable[str], fields: Sequence[str]) -> list[str]:
    """The fields that are made beside columns of these names: the text is there already, if they have it. ValueError: one of
    another name is, too."""
    have = {name.lower() for name in names}
    fields = [field for field in fields if field != "text" or "text" not in have]
    twice = [repr(name) for name in tables.Columns(fields).children if name in have]
    if twice:
        raise ValueError(f"there is a column {', '.join(twice)} already, and one of this name is to be made: rename it")
    return fields


def annotated(nlp: Language, batch: Any, column: str, fields: Sequence[str], size: int | None = None) -> Iterator[Any]:
    """The rows of a pyarrow.RecordBatch, in batches of at most so many, with what is found in a column of texts beside them."""
    import pyarrow as pa

    texts = batch.column(text_column(batch.schema, column))
    fields = beside(batch.schema.names, fields)
    first = 0
    for table in nlp.annotate(texts, fields=fields, batch_size=size):
        found = pa.record_batch(table)
        rows = batch.slice(first, found.num_rows)
        first += found.num_rows
        yield pa.RecordBatch.from_arrays([*rows.columns, *found.columns], schema=schema_beside(batch.schema, fields))


def schema_beside(schema: Any, fields: Sequence[str]) -> Any:
    """A pyarrow.Schema with the columns of fields behind its own."""
    import pyarrow as pa

    return pa.schema([*schema, *pa.schema(tables.Columns(beside(schema.names, fields)))])


_TEXTS = ("string", "large_string", "string_view", "null")


def text_column(schema: Any, column: str) -> str:
    """The column of a pyarrow.Schema, if it is there and may have texts in it. ValueError, TypeError."""
    import pyarrow as pa

    only_one(schema.names, column)
    kind = schema.field(column).type
    values = kind.value_type if pa.types.is_dictionary(kind) else kind
    # An extension type is Ray's for any objects of Python, of which each is answered for itself.
    if str(values) not in _TEXTS and not isinstance(values, pa.BaseExtensionType):
        raise not_texts(column, str(kind))
    return column


def only_one(names: Sequence[str], column: str) -> None:
    """ValueError: there is none of this name, or there are several."""
    count = list(names).count(column)
    if count == 0:
        raise ValueError(f"there is no column {column!r}; there are: {', '.join(names)}")
    if count > 1:
        raise ValueError(f"there are {count} columns {column!r}")


def not_texts(column: str, kind: str) -> TypeError:
    """What is said of a column of another type."""
    return TypeError(f"column {column!r} is of type {kind}, and a column of strings is wanted")
