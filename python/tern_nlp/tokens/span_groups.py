"""SpanGroups: what Doc.spans is."""

from __future__ import annotations

import warnings
import weakref
from collections import UserDict

from .. import _msgpack
from ..errors import Errors, Warnings
from .span_group import SpanGroup

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .doc import Doc
    from .span import Span


class SpanGroups(UserDict):  # type: ignore[type-arg]
    """Groups of spans by key. A list of spans that is set becomes a group."""

    _EMPTY_BYTES = _msgpack.dumps([])

    def __init__(self, doc: Doc, items: Iterable[tuple[str, SpanGroup]] = ()) -> None:
        self.doc_ref = weakref.ref(doc)
        super().__init__(items)

    def _ensure_doc(self) -> Doc:
        doc = self.doc_ref()
        if doc is None:
            raise ValueError(Errors.E865)
        return doc

    def __setitem__(self, key: str, value: SpanGroup | Iterable[Span]) -> None:
        group = value if isinstance(value, SpanGroup) else SpanGroup(self._ensure_doc(), name=key, spans=value)
        assert group.doc is self.doc_ref()
        super().__setitem__(key, group)

    def setdefault(self, key: str, default: Any = None) -> SpanGroup:
        if not isinstance(default, SpanGroup):
            default = SpanGroup(self._ensure_doc(), name=key, spans=default or ())
        return super().setdefault(key, default)

    def copy(self, doc: Doc | None = None) -> SpanGroups:
        """The same for this document, or for another one with the same text and tokens."""
        doc = self._ensure_doc() if doc is None else doc
        return SpanGroups(doc, items=[(key, group.copy(doc=doc)) for key, group in self.items()])

    def to_bytes(self) -> bytes:
        """What to_disk writes, as bytes. exclude: parts to leave out."""
        if not self:
            return self._EMPTY_BYTES
        message: dict[bytes, list[str]] = {}
        for key, group in self.items():
            message.setdefault(group.to_bytes(), []).append(key)
        return _msgpack.dumps(message)

    def from_bytes(self, bytes_data: bytes) -> SpanGroups:
        """Of this version, or of spaCy's before 3.5: a list of groups that know their names."""
        message = _msgpack.loads(bytes_data) if bytes_data and bytes_data != self._EMPTY_BYTES else []
        self.clear()
        doc = self._ensure_doc()
        if isinstance(message, dict):
            for data, keys in message.items():
                for key in keys:
                    self[key] = SpanGroup(doc).from_bytes(data)
            return self
        for data in message:
            group = SpanGroup(doc).from_bytes(data)
            if group.name in self:
                values = self[group.name]
                warnings.warn(Warnings.W120.format(group_name=group.name, group_values=values), stacklevel=2)
            self[group.name] = group
        return self
