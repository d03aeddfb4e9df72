"""tern in Spark: texts of a DataFrame annotated by workers, each of which opens the model once. Spark Connect, too."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from types import GenericAlias
from typing import TYPE_CHECKING, Any

from . import beside, tables
from .components import names_in

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.column import Column

    from .language import Language

_ENTITY = ["ents.text", "ents.start", "ents.end", "ents.label"]
_REMEDY = (
    "Every worker needs it: by a path that it has there, in a package that is installed there, or sent by "
    "tern_nlp.spark.ship(spark, file)."
)


def annotate(
    df: DataFrame,
    column: str = "text",
    *,
    model: str | os.PathLike[str],
    fields: Iterable[str] | None = None,
    disable: Iterable[str] = (),
    batch_size: int | None = None,
) -> DataFrame:
    """The DataFrame, with what nlp.annotate finds in a column of strings as further columns: array<struct<…>>, and error. model: a
    name or a path, as of tern_nlp.load, that every worker has, or what ship gives. fields: columns, or parts of one as
    "tokens.lemma"; None: all that the model has, which is then opened here, too. batch_size: texts that run together.

    A text that cannot be annotated has its reason in the column error, nulls in the others, and does not stop the job; null has
    nulls and no error. ValueError, TypeError: a column or field that is not there, is no string, or is there twice."""
    types = beside.imported("pyspark.sql.types", "spark")
    beside.imported("pyarrow", "spark")
    _check(df, column, types)
    model, off = os.fspath(model), tuple(names_in(disable))
    chosen = beside.beside(df.columns, beside.wanted(fields, model, off))
    schema = types.StructType([*df.schema.fields, *_fields_of(chosen)])

    def annotate(batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            yield from beside.annotated(_opened(model, off), batch, column, chosen, batch_size)

    return df.mapInArrow(annotate, schema)


def entities(
    *, model: str | os.PathLike[str], disable: Iterable[str] = (), batch_size: int | None = None
) -> Callable[..., Column]:
    """A pandas UDF of a column of strings that gives array<struct<text, start, end, label>>: df.select(entities(model=…)("text")).
    Null where the text is null or cannot be annotated; annotate also says why. model, disable, batch_size: as there."""
    udf = beside.imported("pyspark.sql.functions", "spark").pandas_udf
    series = beside.imported("pandas", "spark").Series
    beside.imported("pyarrow", "spark")
    model, off = os.fspath(model), tuple(names_in(disable))

    def entities(texts: Any) -> Any:
        import pyarrow as pa

        for batch in texts:
            annotations = _opened(model, off).annotate(batch, fields=_ENTITY, batch_size=batch_size)
            yield series(pa.table(annotations).column("ents").to_pylist(), dtype=object)

    # Spark reads what it is called with; names would be looked up in this module, which has no pandas.
    batches = GenericAlias(Iterator, (series,))
    entities.__annotations__ = {"texts": batches, "return": batches}
    return udf(entities, _fields_of(_ENTITY)[0].dataType)


def ship(spark: SparkSession, file: str | os.PathLike[str]) -> str:
    """Sends a .tern file to every worker, as SparkContext.addFile does, or by Spark Connect as an artifact. Gives the name that is
    model= of annotate and entities. The file stays where it is while the session lives, and another one needs another name."""
    path = os.path.abspath(os.fspath(file))
    if not os.path.isfile(path):
        raise FileNotFoundError(f"there is no file {path}")
    if type(spark).__module__.startswith("pyspark.sql.connect"):
        spark.addArtifacts(path, file=True)
    else:
        spark.sparkContext.addFile(path)
    return os.path.basename(path)


def _check(df: DataFrame, column: str, types: Any) -> None:
    beside.only_one(df.columns, column)
    kind = df.schema[column].dataType
    if not isinstance(kind, (types.StringType, types.NullType)):
        raise beside.not_texts(
            column, f'{kind.simpleString()} (df.withColumn({column!r}, df[{column!r}].cast("string")))'
        )


def _fields_of(fields: list[str]) -> list[Any]:
    """StructFields of the columns that nlp.annotate makes."""
    import pyarrow as pa

    types = beside.imported("pyspark.sql.pandas.types", "spark")
    return list(types.from_arrow_schema(pa.schema(tables.Columns(fields))).fields)


def _opened(model: str, disable: tuple[str, ...]) -> Language:
    """On a worker: a file that was sent, if there is one of this name."""
    from pyspark import SparkFiles

    sent = SparkFiles.get(os.path.basename(model))
    return beside.opened(sent if os.path.isfile(sent) else model, disable, _REMEDY)
