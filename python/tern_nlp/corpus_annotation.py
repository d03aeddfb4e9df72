"""The rows of a corpus with their annotations, in order, by several threads."""

from __future__ import annotations

import base64
import json
import math
from collections import deque
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from .corpora import CorpusError
from .tables import BATCH, Columns, offered
from .workers import ordered

if TYPE_CHECKING:
    from .corpus_input import Corpus, Rows

MEMBERS = ("ents", "sents", "cats", "tokens", "spans")
"""What Doc.to_json has besides the text."""


class Part:
    """Some rows that are done. data: a table, or lines; place: where the next row is; whole: a batch of texts ends here, so that a
    run that begins at this place makes the same batches."""

    def __init__(self, data: Any, place: tuple[int, int], rows: int, errors: list[dict[str, Any]]) -> None:
        self.data, self.place, self.rows, self.errors = data, place, rows, errors
        self.whole = True


class Waiting:
    """Rows that were read, and are being annotated."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self.rows: deque[tuple[int, int, Rows]] = deque()

    def texts(self, place: tuple[int, int]) -> Iterator[Any]:
        """Reads."""
        for number, at, rows in self.corpus.read(place):
            self.rows.append((number, at, rows))
            yield from rows.texts

    def take(self, count: int) -> list[tuple[int, int, Rows]]:
        """The first so many of them; pieces of what was read together."""
        from .corpus_input import Rows

        taken = []
        while count:
            number, at, rows = self.rows[0]
            some = min(count, len(rows.texts))
            errors = {row: error for row, error in rows.errors.items() if row < some}
            taken.append((number, at, Rows(rows.batch.slice(0, some), rows.texts[:some], errors)))
            rest = {row - some: error for row, error in rows.errors.items() if row >= some}
            self.rows[0] = (number, at + some, Rows(rows.batch.slice(some), rows.texts[some:], rest))
            if not self.rows[0][2].texts:
                self.rows.popleft()
            count -= some
        return taken


def _listed(
    corpus: Corpus, taken: Sequence[tuple[int, int, Rows]], errors: Sequence[str | None]
) -> list[dict[str, Any]]:
    """Errors of rows, with the file and the row, from 1."""
    places = ((number, at + i) for number, at, rows in taken for i in range(len(rows.texts)))
    return [
        {"file": corpus.paths[number], "row": row + 1, "error": error}
        for (number, row), error in zip(places, errors)
        if error
    ]


def _after(taken: Sequence[tuple[int, int, Rows]]) -> tuple[int, int]:
    number, at, rows = taken[-1]
    return number, at + len(rows.texts)


class Tables:
    """Columns of annotations beside those that stay: nlp.annotate's."""

    def __init__(self, nlp: Any, corpus: Corpus, fields: Sequence[str] | None, threads: int) -> None:
        import pyarrow

        self.nlp, self.corpus, self.threads = nlp, corpus, threads
        known = offered(nlp.tokenizer.engine if nlp._is_engines() else None)
        self.fields = [field for field in (known if fields is None else fields) if field != "text"]
        names = list(Columns(self.fields).children)
        _refuse_twins(corpus, names)
        found = pyarrow.schema(nlp.annotate([], fields=self.fields))
        self.schema = pyarrow.schema([*corpus.schema, *found], corpus.schema.metadata)

    def parts(self, place: tuple[int, int], done: int) -> Iterator[Part]:
        """From a place on, before which so many rows are done."""
        import pyarrow

        waiting = Waiting(self.corpus)
        texts = waiting.texts(place)
        for table in self.nlp.annotate(texts, fields=self.fields, batch_size=BATCH, n_process=self.threads):
            found = pyarrow.record_batch(table)
            if not found.num_rows:
                continue
            taken = waiting.take(found.num_rows)
            part = self._part(found, taken)
            done += found.num_rows
            part.whole = done % BATCH == 0
            yield part

    def _part(self, found: Any, taken: Sequence[tuple[int, int, Rows]]) -> Part:
        import pyarrow

        errors = found.column("error").to_pylist() if found.column("error").null_count < found.num_rows else []
        read = [rows.errors.get(i) for _, _, rows in taken for i in range(len(rows.texts))]
        if any(read):
            errors = [new or old for new, old in zip(read, errors or [None] * len(read))]
            columns = [*found.columns[:-1], pyarrow.array(errors, pyarrow.string())]
            found = pyarrow.record_batch(columns, schema=found.schema)
        kept = pyarrow.Table.from_batches([rows.batch for _, _, rows in taken], self.corpus.schema).combine_chunks()
        columns = [*kept.columns, *found.columns]
        table = pyarrow.table(columns, schema=self.schema)
        return Part(table, _after(taken), found.num_rows, _listed(self.corpus, taken, errors))


def _refuse_twins(corpus: Corpus, names: Sequence[str]) -> None:
    for name in corpus.schema.names:
        if name in names:
            raise CorpusError(
                f"the files have a column {name!r} already, as the annotations: --keep names the columns that stay, "
                "--fields those that are made"
            )


class Documents:
    """Lines as spaCy's Doc.to_json has them, with the columns that stay as further members."""

    schema = None

    def __init__(self, nlp: Any, corpus: Corpus, fields: Sequence[str] | None, threads: int) -> None:
        self.nlp, self.corpus, self.threads = nlp, corpus, threads
        wrong = [field for field in fields or () if field not in (*MEMBERS, "text")]
        if wrong:
            raise CorpusError(f"--fields: there is no {wrong[0]!r} in JSON Lines; there are: {', '.join(MEMBERS)}")
        self.left_out = [name for name in MEMBERS if fields is not None and name not in fields]
        self.kept = [name for name in corpus.schema.names if name != corpus.text]
        clash = [name for name in self.kept if name in (*MEMBERS, "text", "error")]
        if clash:
            raise CorpusError(
                f"the column {clash[0]!r} has the name of an annotation: --keep names the columns that stay"
            )

    def parts(self, place: tuple[int, int], done: int) -> Iterator[Part]:
        """From a place on; how many rows are done before it does not matter here."""
        return ordered(self._part, self._batches(place), self.threads)

    def _batches(self, place: tuple[int, int]) -> Iterator[list[tuple[int, int, Rows]]]:
        for number, at, rows in self.corpus.read(place):
            yield [(number, at, rows)]

    def _part(self, taken: list[tuple[int, int, Rows]]) -> Part:
        (_, _, rows) = taken[0]
        found = self._answers(rows.texts)
        others = rows.batch.select(self.kept).to_pylist() if self.kept else [{}] * len(found)
        lines, errors = [], []
        for i, (answer, other) in enumerate(zip(found, others)):
            answer = {"error": rows.errors[i]} if i in rows.errors else answer
            errors.append(answer.get("error"))
            line = json.dumps({**answer, **_plain(other)}, ensure_ascii=False, allow_nan=False)
            lines.append(line.encode("utf8", "backslashreplace") + b"\n")
        return Part(b"".join(lines), _after(taken), len(found), _listed(self.corpus, taken, errors))

    def _answers(self, texts: list[Any]) -> list[dict[str, Any]]:
        try:
            if all(isinstance(text, str) for text in texts):
                return [self._answer(doc) for doc in self.nlp.pipe(texts)]
        except Exception:  # noqa: S110  (which of them it was is found out below)
            pass
        return [self._single(text) for text in texts]

    def _single(self, text: Any) -> dict[str, Any]:
        if text is None:
            return {"text": None}
        try:
            return self._answer(self.nlp(text))
        except Exception as error:
            return {"error": f"{type(error).__name__}: {error}"}

    def _answer(self, doc: Any) -> dict[str, Any]:
        found: dict[str, Any] = doc.to_json()
        if doc.cats:
            found["cats"] = {label: float(score) for label, score in doc.cats.items()}
        return {name: value for name, value in found.items() if name not in self.left_out}


def _plain(value: Any) -> Any:
    """A value of Arrow's as JSON has it: times as in ISO 8601, bytes in base 64, what has no finite number as null."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
