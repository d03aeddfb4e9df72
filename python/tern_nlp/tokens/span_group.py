"""SpanGroup: spans of a document, which may overlap."""

from __future__ import annotations

import struct
import weakref
from copy import deepcopy

from .. import _msgpack
from ..errors import Errors
from .span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from .doc import Doc

_FORMAT = ">QQQllll"


class SpanGroup:
    """A list of spans with a name and attributes. It does not keep its document alive."""

    def __init__(
        self, doc: Doc, *, name: str = "", attrs: dict[str, Any] | None = None, spans: Iterable[Span] = ()
    ) -> None:
        self._doc_ref = weakref.ref(doc)
        self.name = name
        self.attrs = dict(attrs) if attrs is not None else {}
        self._items: list[tuple[int, ...]] = []
        for span in spans:
            self.append(span)

    @property
    def doc(self) -> Doc:
        """The document, as long as somebody has it."""
        doc = self._doc_ref()
        if doc is None:
            raise RuntimeError(Errors.E865)
        return doc

    def _item(self, span: Span) -> tuple[int, ...]:
        if span.doc is not self.doc:
            raise ValueError(Errors.E855.format(obj="span"))
        return (span.id, span.kb_id, span.label, span.start, span.end, span.start_char, span.end_char)

    def _span(self, item: tuple[int, ...]) -> Span:
        span_id, kb_id, label, start, end, start_char, end_char = item
        span = Span(self.doc, start, end, label=label, kb_id=kb_id, span_id=span_id)
        span.start_char, span.end_char = start_char, end_char
        return span

    def _index(self, i: int) -> int:
        if not -len(self) <= i < len(self):
            raise IndexError(Errors.E856.format(i=i, length=len(self)))
        return i % len(self)

    def __repr__(self) -> str:
        return str(list(self))

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Span]:
        for item in list(self._items):
            yield self._span(item)

    def __getitem__(self, i: int) -> Span:
        return self._span(self._items[self._index(i)])

    def __setitem__(self, i: int, span: Span) -> None:
        item = self._item(span)
        self._items[self._index(i)] = item

    def __delitem__(self, i: int) -> None:
        # span_group.pyx deletes the one before; for the first there is none
        at = self._index(i) - 1
        del self._items[max(at, 0)]

    def append(self, span: Span) -> None:
        """Adds a span of the same document."""
        if not isinstance(span, Span):
            raise TypeError(f"a Span is wanted, and this is {type(span)}")
        self._items.append(self._item(span))

    def extend(self, spans_or_span_group: SpanGroup | Iterable[Span]) -> None:
        """Adds those of another group, with the attributes that are not here, or of a list."""
        self._concat(spans_or_span_group, inplace=True)

    def __iadd__(self, other: SpanGroup | Iterable[Span]) -> SpanGroup:
        return self._concat(other, inplace=True)

    def __add__(self, other: SpanGroup) -> SpanGroup:
        return self._concat(other) if isinstance(other, SpanGroup) else NotImplemented

    def _concat(self, other: SpanGroup | Iterable[Span], *, inplace: bool = False) -> SpanGroup:
        target = self if inplace else self.copy()
        if not isinstance(other, SpanGroup):
            target._items += [self._item(span) for span in other]
            return target
        if other.doc is not self.doc:
            raise ValueError(Errors.E855.format(obj="span group"))
        target.attrs.update({key: value for key, value in deepcopy(other.attrs).items() if key not in target.attrs})
        target._items += other._items
        return target

    @property
    def has_overlap(self) -> bool:
        """Do two of them share a token?"""
        spans = sorted(self)
        return any(after.start < before.end for before, after in zip(spans, spans[1:]))

    def to_bytes(self) -> bytes:
        """What to_disk writes, as bytes. exclude: parts to leave out."""
        spans = [struct.pack(_FORMAT, *item) for item in self._items]
        return _msgpack.dumps({"name": self.name, "attrs": self.attrs, "spans": spans})

    def from_bytes(self, bytes_data: bytes) -> SpanGroup:
        """Takes what to_bytes gave."""
        message = _msgpack.loads(bytes_data)
        self.name, self.attrs = message["name"], dict(message["attrs"])
        self._items = [struct.unpack(_FORMAT, data) for data in message["spans"]]
        return self

    def copy(self, doc: Doc | None = None) -> SpanGroup:
        """The same for this document, or for another one with the same text and tokens."""
        doc = self.doc if doc is None else doc
        group = SpanGroup(doc, name=self.name, attrs=deepcopy(self.attrs))
        if doc is self.doc:
            group._items = list(self._items)
            return group
        for i, span in enumerate(self):
            other = doc.char_span(span.start_char, span.end_char, label=span.label_, kb_id=span.kb_id, span_id=span.id)
            if other is None:
                raise ValueError(Errors.E1052.format(i=i))
            for key in (span.kb_id, span.id):
                if key in self.doc.vocab.strings:
                    doc.vocab.strings.add(self.doc.vocab.strings[key])
            group.append(other)
        return group
