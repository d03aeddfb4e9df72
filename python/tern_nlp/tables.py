"""Annotated documents as tables, in Arrow's memory layout: pyarrow, polars, pandas and duckdb take them without copies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Callable

from . import _tern, util
from .engine import Engine
from .tokens import Doc
from .workers import ordered

if TYPE_CHECKING:
    from .running import Running

BATCH = 256
"""Texts in one record batch where nobody says how many."""
MOST_BYTES = 1 << 28
"""A record batch that has grown to that many ends, so that offsets fit into 32 bits and memory stays small."""

COLUMNS: dict[str, tuple[str, ...]] = dict(_tern.table_columns())
"""Column -> names of what is in its structs."""
_ALWAYS = "error"

_TOKEN_WANTS = {
    "lemma": _tern.LEMMAS,
    "norm": _tern.NORMS,
    "tag": _tern.TAGS,
    "pos": _tern.POS,
    "morph": _tern.MORPHS,
    "dep": _tern.DEPENDENCIES,
    "head": _tern.DEPENDENCIES,
    "ent_type": _tern.ENTITIES,
    "ent_iob": _tern.ENTITIES,
}
_WANTS = {
    "ents": _tern.ENTITIES,
    "sents": _tern.SENTENCES,
    "noun_chunks": _tern.NOUN_CHUNKS,
    "spans": _tern.SPANS,
    "cats": _tern.CATS,
}


class Columns:
    """The columns of a table, out of names as "ents", or "tokens.lemma" for a part of one."""

    def __init__(self, fields: Iterable[str]) -> None:
        if isinstance(fields, str):
            fields = [fields]
        chosen: dict[str, set[str]] = {_ALWAYS: set()}
        for field in fields:
            name, _, child = str(field).partition(".")
            if name not in COLUMNS or (child and (child not in COLUMNS[name] or name == "cats")):
                known = ", ".join(COLUMNS.get(name) or (name for name in COLUMNS if name != _ALWAYS))
                raise ValueError(f"fields: there is no {field!r}; there are: {known}")
            chosen.setdefault(name, set()).update((child,) if child else _all_of(name))
        self.children = {name: [c for c in COLUMNS[name] if c in chosen[name]] for name in COLUMNS if name in chosen}
        """Column -> the children chosen, in the order of the table."""

    @property
    def masks(self) -> tuple[int, ...]:
        """For the extension module: a number for each column of COLUMNS, with a bit for each child."""
        return tuple(self._mask(name) if name in self.children else 0 for name in COLUMNS)

    def __arrow_c_schema__(self) -> Any:
        """The table's schema, as a capsule of Arrow's C data interface."""
        return _tern.table_schema(self.masks)

    def _mask(self, name: str) -> int:
        return sum(1 << COLUMNS[name].index(child) for child in self.children[name]) if COLUMNS[name] else 1

    @property
    def scores(self) -> bool:
        """Are scores of entities among them?"""
        return "score" in self.children.get("ents", ())

    @property
    def want(self) -> int:
        """What the engine is to find for them."""
        want = 0
        for name, children in self.children.items():
            want |= _WANTS.get(name, 0)
            for child in children if name == "tokens" else ():
                want |= _TOKEN_WANTS.get(child, 0)
        return want


def _all_of(name: str) -> tuple[str, ...]:
    """What a column has unless its parts are named: scores of entities take time."""
    return tuple(child for child in COLUMNS[name] if (name, child) != ("ents", "score"))


def offered(engine: Engine | None) -> list[str]:
    """The columns that a pipeline fills, as far as its file says."""
    if engine is None:
        return ["text", "tokens", "ents", "sents"]
    return ["text", "tokens", *(name for name, want in _WANTS.items() if engine.model.offers & want)]


# ---- a document as a row ---------------------------------------------------------------------------------------------


def _pieces(doc: Doc, name: str) -> Iterable[Any] | None:
    """What a column lists; None where it is not annotated."""
    if name == "tokens":
        return doc
    if name == "ents":
        return doc.ents if doc.has_annotation("ENT_IOB") else None
    if name == "sents":
        return doc.sents if doc.has_annotation("SENT_START") else None
    if name == "spans":
        return [(key, i, span) for key, group in doc.spans.items() for i, span in enumerate(group)]
    try:
        return list(doc.noun_chunks)
    except (NotImplementedError, ValueError):  # a language without, a document without a parse
        return None


_TOKEN: dict[str, Callable[[Any], Any]] = {
    "text": lambda token: token.text,
    "start": lambda token: token.idx,
    "end": lambda token: token.idx + len(token),
    "space": lambda token: bool(token.whitespace_),
    "lemma": lambda token: token.lemma_,
    "norm": lambda token: token.norm_,
    "tag": lambda token: token.tag_,
    "pos": lambda token: token.pos_,
    "morph": lambda token: str(token.morph),
    "dep": lambda token: token.dep_,
    "head": lambda token: token.head.i,
    "ent_type": lambda token: token.ent_type_,
    "ent_iob": lambda token: token.ent_iob_,
}
_SPAN: dict[str, Callable[[Any], Any]] = {
    "text": lambda span: span.text,
    "start": lambda span: span.start_char,
    "end": lambda span: span.end_char,
    "label": lambda span: span.label_,
    "id": lambda span: span.id_,
    "kb_id": lambda span: span.kb_id_,
    "token_start": lambda span: span.start,
    "token_end": lambda span: span.end,
    "score": lambda span: span.score,
}


def _score(doc: Doc, key: str, i: int) -> float | None:
    scores = doc.spans[key].attrs.get("scores")
    return None if scores is None else float(scores[i])


def _column(doc: Doc, name: str, children: Sequence[str]) -> Any:
    if name == "cats":
        return {str(label): float(score) for label, score in doc.cats.items()}
    pieces = _pieces(doc, name)
    if pieces is None:
        return None
    if name != "spans":
        getters = _TOKEN if name == "tokens" else _SPAN
        return [{child: getters[child](piece) for child in children} for piece in pieces]
    return [
        {
            child: key if child == "group" else _score(doc, key, i) if child == "score" else _SPAN[child](span)
            for child in children
        }
        for key, i, span in pieces
    ]


def row(doc: Doc, fields: Iterable[str] | None = None) -> dict[str, Any]:
    """A document as nlp.annotate has it, in dicts and lists. fields: those of annotate; None: all."""
    return _row(doc, Columns(COLUMNS if fields is None else fields))


def _row(doc: Doc, columns: Columns) -> dict[str, Any]:
    return {
        name: doc.text if name == "text" else None if name == _ALWAYS else _column(doc, name, children)
        for name, children in columns.children.items()
    }


# ---- tables ----------------------------------------------------------------------------------------------------------


class Annotations:
    """Annotated texts as a stream of record batches: what nlp.annotate gives. It runs when it is read, every time anew; of
    texts that are an iterator only once."""

    def __init__(
        self,
        nlp: Running,
        texts: Iterable[Any],
        columns: Columns,
        batch_size: int,
        threads: int,
        disable: Sequence[str],
    ) -> None:
        self._nlp, self._texts, self._columns = nlp, texts, columns
        self._size, self._threads, self._disable = batch_size, threads, disable

    @property
    def column_names(self) -> list[str]:
        """Names of the columns."""
        return list(self._columns.children)

    def __iter__(self) -> Iterator[_tern.Table]:
        """The record batches, each with __arrow_c_array__."""
        texts = self._texts.to_pylist() if hasattr(self._texts, "to_pylist") else self._texts
        for tables in ordered(self._tables, util.minibatch(texts, self._size), self._threads):
            yield from tables

    def __arrow_c_schema__(self) -> Any:
        """The schema, as a capsule of Arrow's C data interface."""
        return self._columns.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """The record batches, as a capsule of Arrow's C stream interface. It has the schema that it has, whatever is requested."""
        return _tern.table_stream(self._columns.masks, iter(self))

    def _tables(self, batch: list[Any]) -> list[_tern.Table]:
        first, rest = self._nlp._plan(self._disable)
        if rest or not self._nlp._is_engines() or any(isinstance(text, (Doc, bytes)) for text in batch):
            return [_tern.Table(self._columns.masks, [self._row(text) for text in batch])]
        engine: Engine = self._nlp.tokenizer.engine
        mask, scores = engine.mask(first), self._columns.scores or engine.scores
        want = self._columns.want & (engine.model.offers | _tern.NORMS) if mask else self._columns.want & _tern.NORMS
        return engine.model.annotate(batch, self._columns.masks, want, mask, self._nlp.max_length, MOST_BYTES, scores)

    def _row(self, text: Any) -> dict[str, Any]:
        if text is None:
            return self._failure(None, None)
        try:
            return _row(self._nlp(text, disable=self._disable), self._columns)
        except Exception as error:
            return self._failure(text, f"{type(error).__name__}: {error}")

    def _failure(self, text: Any, error: str | None) -> dict[str, Any]:
        text = text.text if isinstance(text, Doc) else text
        found = dict.fromkeys(self._columns.children, None)
        if "text" in found and isinstance(text, str) and text == _printable(text):
            found["text"] = text
        return {**found, _ALWAYS: error and _printable(error)}


def _printable(text: str) -> str:
    """Without what has no UTF-8."""
    return text.encode("utf8", "backslashreplace").decode()
