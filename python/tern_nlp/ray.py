"""tern in Ray Data: a Dataset's texts annotated by actors, each of which opens the model once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from . import beside
from .components import names_in

if TYPE_CHECKING:
    from ray.data import Dataset

ROWS = 1024
"""Given to an actor at once where nobody says how many."""
_REMEDY = (
    "Every worker needs it: by a path that it has there, in a package that is installed there, or in the working_dir of "
    "ray.init's runtime_env."
)


def annotate(
    dataset: Dataset,
    column: str = "text",
    *,
    model: str | os.PathLike[str],
    fields: Iterable[str] | None = None,
    disable: Iterable[str] = (),
    batch_size: int = ROWS,
    actors: int | tuple[int, int] | None = None,
    **options: Any,
) -> Dataset:
    """The Dataset, with what nlp.annotate finds in a column of strings as further columns of Arrow, and error. model: a name or a
    path, as of tern_nlp.load, that every worker has. fields: columns, or parts of one as "tokens.lemma"; None: all that the model
    has, which is then opened here, too. batch_size: rows that an actor gets at once. actors: how many, or the least and the most;
    None: from one to as many as Ray has processors for. options: of map_batches, as num_cpus or resources.

    A text that cannot be annotated has its reason in the column error, nulls in the others, and does not stop the job; None has
    nulls and no error. ValueError, TypeError: a column or field that is not there, is no string, or is there twice; of columns that
    Ray does not know yet, actors say it."""
    pool = beside.imported("ray.data", "ray").ActorPoolStrategy
    model, off = os.fspath(model), tuple(names_in(disable))
    chosen = beside.wanted(fields, model, off)
    known = dataset.schema(fetch_if_missing=False)
    if known is not None and hasattr(known.base_schema, "names"):
        beside.text_column(known.base_schema, column)
        beside.beside(known.names, chosen)
    least, most = (1, None) if actors is None else (actors, actors) if isinstance(actors, int) else actors
    return dataset.map_batches(
        Annotator,
        batch_size=batch_size,
        batch_format="pyarrow",
        zero_copy_batch=True,
        compute=pool(min_size=least, max_size=most),
        fn_constructor_args=(model, off, column, chosen),
        **options,
    )


class Annotator:
    """What an actor of annotate's runs: a function of a pyarrow.Table."""

    def __init__(self, model: str, disable: Sequence[str], column: str, fields: Sequence[str]) -> None:
        self._nlp, self._column, self._fields = beside.opened(model, disable, _REMEDY), column, fields

    def __call__(self, table: Any) -> Any:
        """The table, with further columns."""
        import pyarrow as pa

        batches = [
            found
            for batch in table.to_batches()
            for found in beside.annotated(self._nlp, batch, self._column, self._fields)
        ]
        beside.text_column(table.schema, self._column)
        return pa.Table.from_batches(batches, beside.schema_beside(table.schema, self._fields))
