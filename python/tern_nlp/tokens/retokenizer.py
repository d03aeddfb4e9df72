"""Merging and splitting tokens (Doc.retokenize)."""

from __future__ import annotations

from .. import attrs as _attrs
from ..errors import Errors
from .token import Token
from .underscore import is_writable_attr

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from .doc import Doc
    from .span import Span

_ID = _attrs.IDS
_KEPT = [_ID[name] for name in "TAG POS MORPH LEMMA NORM DEP HEAD SENT_START ENT_IOB ENT_TYPE ENT_KB_ID ENT_ID".split()]
_HEAD, _DEP, _IOB, _TYPE, _LEMMA, _NORM, _MORPH = (
    _ID[name] for name in ("HEAD", "DEP", "ENT_IOB", "ENT_TYPE", "LEMMA", "NORM", "MORPH")
)


class _Row:
    """A token while the document is rebuilt: word, space, attributes; its head as an index."""

    def __init__(self, word: str, space: bool, values: dict[int, int]) -> None:
        self.word, self.space, self.values = word, space, values

    def copy(self) -> _Row:
        return _Row(self.word, self.space, dict(self.values))


def _rows(doc: Doc) -> list[_Row]:
    columns = {attr: doc._column(attr) for attr in _KEPT}
    rows = []
    for i, token in enumerate(doc):
        values = {attr: column[i] for attr, column in columns.items()}
        values[_HEAD] += i
        rows.append(_Row(token.text, bool(token.whitespace_), values))
    return rows


def _rebuild(doc: Doc, rows: list[_Row]) -> None:
    doc._clear()
    doc._append([row.word for row in rows], [row.space for row in rows])
    for i, row in enumerate(rows):
        row.values[_HEAD] -= i
        for attr, value in row.values.items():
            doc._set(i, attr, value)
    if doc.has_annotation("DEP"):
        doc._set_children(0, len(doc))
    doc._vector = doc._vector_norm = doc._scores = None


def _checked_extensions(extensions: Any) -> dict[str, Any]:
    if not isinstance(extensions, dict):
        raise ValueError(Errors.E120.format(value=repr(extensions)))
    for key in extensions:
        extension = Token.get_extension(key)
        if not extension:
            raise ValueError(Errors.E118.format(attr=key))
        if not is_writable_attr(extension):
            raise ValueError(Errors.E119.format(attr=key))
    return extensions


class Retokenizer:
    """Collects what is to be done, and does it at the end of the with statement."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self._merges: list[tuple[Span, dict[Any, Any]]] = []
        self._splits: list[tuple[int, list[str], list[tuple[int, int]], dict[Any, Any]]] = []
        self._taken: set[int] = set()
        self._merged: set[tuple[int, int]] = set()

    def _attributes(self, attrs: Mapping[Any, Any], many: bool) -> dict[Any, Any]:
        found: dict[Any, Any] = _attrs.intify_attrs(
            {key: value for key, value in attrs.items() if key != "_"}, strings_map=self.doc.vocab.strings
        )
        if "_" in attrs:
            extensions = attrs["_"]
            for one in extensions if many else [extensions]:
                _checked_extensions(one)
            found["_"] = extensions
        return found

    def _morph(self, value: Any) -> int:
        return self.doc.vocab.morphology.add(self.doc.vocab.strings.as_string(value))

    def merge(self, span: Span, attrs: Mapping[Any, Any] | None = None) -> None:
        """Makes one token of a span; attributes of the new token may be given."""
        if (span.start, span.end) in self._merged:
            return
        if span.end <= span.start:
            raise ValueError(Errors.E199.format(start=span.start, end=span.end))
        for token in span:
            if token.i in self._taken:
                raise ValueError(Errors.E102.format(token=repr(token)))
            self._taken.add(token.i)
        self._merged.add((span.start, span.end))
        found = self._attributes(attrs or {}, many=False)
        if _MORPH in found:
            found[_MORPH] = self._morph(found[_MORPH])
        self._merges.append((span, found))

    def split(
        self, token: Token, orths: Sequence[str], heads: Iterable[Any], attrs: Mapping[Any, Any] | None = None
    ) -> None:
        """Makes several tokens of one. heads: of each part a token, or (token, part) of one that is split; attrs: name -> a value
        for each part."""
        if "".join(orths) != token.text:
            raise ValueError(Errors.E117.format(new="".join(orths), old=token.text))
        found = self._attributes(attrs or {}, many=True)
        if _MORPH in found:
            found[_MORPH] = [self._morph(value) for value in found[_MORPH]]
        places = [(head.idx, 0) if isinstance(head, Token) else (head[0].idx, head[1]) for head in heads]
        self._splits.append((token.idx, list(orths), places, found))

    def __enter__(self) -> Retokenizer:
        self._merges, self._splits = [], []
        return self

    def __exit__(self, *args: Any) -> None:
        if self._merges:
            _merge(self.doc, sorted(self._merges, key=lambda merge: merge[0].start))
        for start, orths, heads, attrs in sorted(self._splits, key=lambda split: split[:3]):
            i = _token_at(self.doc, start, Errors.E122)
            indices = []
            for head_start, part in heads:
                head = _token_at(self.doc, head_start, Errors.E123)
                indices.append(head + part + (len(orths) - 1 if head > i else 0))
            _split(self.doc, i, orths, indices, attrs)


def _token_at(doc: Doc, start: int, error: str) -> int:
    i = doc._token_at(start)
    if i < 0 or doc[i].idx != start:
        raise IndexError(error)
    return i


def _set_attribute(doc: Doc, row: _Row, i: int, attr: Any, value: Any) -> None:
    if attr == "_":
        for name, custom in value.items():
            doc[i]._.set(name, custom)
        return
    number = doc.vocab.strings.add(value) if isinstance(value, str) else int(value)
    if attr in row.values:
        row.values[attr] = number
    elif attr == _ID["SPACY"]:
        row.space = bool(value)
    elif attr != _NORM:
        doc.vocab[row.word]._set_attribute(attr, number)


# ---- merging ---------------------------------------------------------------------------------------------------------


def _merged_row(rows: list[_Row], span: Span, root: int) -> _Row:
    row, head = rows[span.start], rows[root]
    start_iob, start_type = row.values[_IOB], row.values[_TYPE]
    for name in ("TAG", "POS", "MORPH", "ENT_IOB", "ENT_TYPE"):
        row.values[_ID[name]] = head.values[_ID[name]]
    if row.values[_IOB] in (1, 3):
        before = rows[span.start - 1].values[_TYPE] if span.start else None
        goes_on = start_iob == 1 and span.start > 0 and start_type == before == row.values[_TYPE]
        row.values[_IOB] = 1 if goes_on else 3
    row.values[_LEMMA] = span.doc.vocab.strings.add(span.lemma_)
    row.values[_NORM] = 0
    return row


def _keep_vector(doc: Doc, word: str, span: Span) -> None:
    if doc.vocab.vectors_length > 0 and not doc.vocab.get_vector(word).any():
        doc.vocab.set_vector(word, span.vector)


def _merge(doc: Doc, merges: list[tuple[Span, dict[Any, Any]]]) -> None:
    rows = _rows(doc)
    roots = [span.root.i for span, _ in merges]
    words = [span.text for span, _ in merges]
    for (span, _), root in zip(merges, roots):
        _merged_row(rows, span, root)
    for (span, _), root, word in zip(merges, roots, words):
        rows[span.start].values[_DEP] = rows[root].values[_DEP]
        _keep_vector(doc, word, span)
    for (span, attrs), root, word in zip(merges, roots, words):
        row = rows[span.start]
        row.word, row.space = word, rows[span.end - 1].space
        for attr, value in attrs.items():
            _set_attribute(doc, row, span.start, attr, value)
        row.values[_HEAD] = rows[root].values[_HEAD]
    gone = {i for span, _ in merges for i in range(span.start, span.end - 1)}
    if tensor_rows := doc._tensor_rows():
        doc._replace_rows([slice(i, i + 1) for i in range(tensor_rows) if i not in gone])
    inner = {i: span.start for span, _ in merges for i in range(span.start + 1, span.end)}
    left = [i for i in range(len(rows)) if i not in inner]
    place = {old: new for new, old in enumerate(left)}
    kept = [rows[i] for i in left]
    for row in kept:
        head = row.values[_HEAD]
        row.values[_HEAD] = place[inner.get(head, head)]
    for i, row in enumerate(kept):
        if row.values[_IOB] == 1 and (i == 0 or kept[i - 1].values[_TYPE] != row.values[_TYPE]):
            row.values[_IOB] = 3
    _rebuild(doc, kept)


# ---- splitting -------------------------------------------------------------------------------------------------------


def _split(doc: Doc, at: int, orths: list[str], heads: list[int], attrs: dict[Any, Any]) -> None:
    if len(heads) != len(orths):
        raise ValueError(Errors.E115)
    rows, more = _rows(doc), len(orths) - 1
    for row in rows:
        if row.values[_HEAD] > at:
            row.values[_HEAD] += more
    parts = []
    for i, (orth, head) in enumerate(zip(orths, heads)):
        part = rows[at].copy()
        part.word, part.space = orth, i == more and rows[at].space
        if i == 0 and part.values[_LEMMA]:
            part.values[_LEMMA] = doc.vocab.strings.add(orth)
        elif i:
            # _retokenize.pyx asks the row that lies there: of a token behind it, or an empty one
            part.values = {**dict.fromkeys(_KEPT, 0), _IOB: part.values[_IOB]}
            if part.values[_IOB] == 3:
                part.values[_IOB] = 1
            below = rows[at + i].values if at + i < len(rows) else {}
            part.values.update({attr: value for attr, value in below.items() if attr not in (_IOB, _HEAD)})
            if part.values[_LEMMA]:
                part.values[_LEMMA] = doc.vocab.strings.add(orth)
        part.values[_NORM] = 0
        part.values[_HEAD] = head
        parts.append(part)
    rows[at : at + 1] = parts
    if tensor_rows := doc._tensor_rows():
        doc._replace_rows([slice(0, at), len(orths), slice(at + 1, tensor_rows), 1])
    custom = attrs.pop("_", ())
    for attr, values in attrs.items():
        for part, value in zip(parts, values):
            _set_attribute(doc, part, at, attr, value)
    _rebuild(doc, rows)
    for i, extensions in enumerate(custom):
        for name, value in extensions.items():
            doc[at + i]._.set(name, value)
