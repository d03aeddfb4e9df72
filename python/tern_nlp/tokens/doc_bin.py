"""DocBin: many documents in one piece, without their vocabulary."""

from __future__ import annotations

import zlib

from .. import _msgpack, util
from .. import attrs as _attrs
from ..errors import Errors
from .doc import Doc
from .doc_arrays import DOCBIN_ALL_ATTRS
from .doc_bytes import token_strings
from .span_groups import SpanGroups

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import Any

    from ..vocab import Vocab

_ORTH, _SPACY = _attrs.IDS["ORTH"], _attrs.IDS["SPACY"]


class DocBin:
    """Packs documents: the attributes named, and the strings for them. spaCy reads what it writes, and the other way round."""

    def __init__(
        self, attrs: Iterable[Any] = DOCBIN_ALL_ATTRS, store_user_data: bool = False, docs: Iterable[Doc] = ()
    ) -> None:
        attrs = list(attrs)
        wrong = [attr for attr in attrs if _attrs.intify_attr(attr) is None]
        if wrong:
            raise KeyError(Errors.E983.format(dict="attrs", key=wrong, keys=_attrs.IDS.keys()))
        numbers = sorted(number for number in map(_attrs.intify_attr, attrs) if number is not None)
        self.version = "0.1"
        self.attrs = [_ORTH, *(number for number in numbers if number not in (_ORTH, _SPACY))]
        self.tokens: list[Any] = []
        self.spaces: list[Any] = []
        self.cats: list[dict[Any, Any]] = []
        self.span_groups: list[bytes] = []
        self.user_data: list[bytes | None] = []
        self.flags: list[dict[str, Any]] = []
        self.strings: set[str] = set()
        self.store_user_data = store_user_data
        for doc in docs:
            self.add(doc)

    def __len__(self) -> int:
        return len(self.tokens)

    def add(self, doc: Doc) -> None:
        """Packs one more."""
        self.tokens.append(doc.to_array(self.attrs).reshape(len(doc), len(self.attrs)))
        self.spaces.append(doc.to_array(_SPACY).reshape(len(doc), 1).astype(bool))
        self.flags.append({"has_unknown_spaces": doc.has_unknown_spaces})
        self.strings |= token_strings(doc) | {token.text for token in doc}
        self.cats.append(doc.cats)
        if self.store_user_data:
            self.user_data.append(_msgpack.dumps(doc.user_data))
        self.span_groups.append(doc.spans.to_bytes())

    def get_docs(self, vocab: Vocab) -> Iterator[Doc]:
        """The documents, of a vocabulary, which gets their strings."""
        for string in self.strings:
            vocab.strings.add(string)
        for i, tokens in enumerate(self.tokens):
            spaces = None if self.flags[i].get("has_unknown_spaces") else self.spaces[i].reshape(-1).tolist()
            doc = Doc(vocab, words=tokens[:, self.attrs.index(_ORTH)].tolist(), spaces=spaces)
            doc.from_array(self.attrs, tokens)
            doc.cats = self.cats[i]
            if self.span_groups[i] and self.span_groups[i] != SpanGroups._EMPTY_BYTES:
                doc.spans.from_bytes(self.span_groups[i])
            user_data = self.user_data[i] if i < len(self.user_data) else None
            if user_data is not None:
                doc.user_data.update(_msgpack.loads(user_data, use_list=False))
            yield doc

    def merge(self, other: DocBin) -> None:
        """Adds the documents of another one, with the same attributes."""
        for name in ("attrs", "store_user_data"):
            mine, its = getattr(self, name), getattr(other, name)
            if mine != its:
                raise ValueError(Errors.E166.format(param=name, current=mine, other=its))
        for name in ("tokens", "spaces", "cats", "span_groups", "flags", "user_data"):
            getattr(self, name).extend(getattr(other, name))
        self.strings.update(other.strings)

    def to_bytes(self) -> bytes:
        """What to_disk writes, as bytes. exclude: parts to leave out."""
        import numpy

        message = {
            "version": self.version,
            "attrs": self.attrs,
            "tokens": b"".join(tokens.tobytes("C") for tokens in self.tokens),
            "spaces": b"".join(spaces.tobytes("C") for spaces in self.spaces),
            "lengths": numpy.asarray([len(tokens) for tokens in self.tokens], dtype="int32").tobytes("C"),
            "strings": sorted(self.strings),
            "cats": self.cats,
            "flags": self.flags,
            "span_groups": self.span_groups,
        }
        if self.store_user_data:
            message["user_data"] = self.user_data
        return zlib.compress(_msgpack.dumps(message))

    def from_bytes(self, bytes_data: bytes) -> DocBin:
        """Takes what to_bytes gave."""
        import numpy

        try:
            message = _msgpack.loads(zlib.decompress(bytes_data))
        except zlib.error:
            raise ValueError(Errors.E1014) from None
        self.attrs = message["attrs"]
        self.strings = set(message["strings"])
        lengths = numpy.frombuffer(message["lengths"], dtype="int32")
        bounds: Any = numpy.cumsum(lengths)[:-1] if len(lengths) else []
        tokens = numpy.frombuffer(message["tokens"], dtype="uint64").reshape(-1, len(self.attrs))
        spaces = numpy.frombuffer(message["spaces"], dtype=bool).reshape(-1, 1)
        if len(tokens) != lengths.sum() or len(spaces) != lengths.sum():
            raise ValueError(Errors.E1014)
        self.tokens = numpy.split(tokens, bounds) if len(lengths) else []
        self.spaces = numpy.split(spaces, bounds) if len(lengths) else []
        self.cats = message["cats"]
        self.span_groups = message.get("span_groups", [b""] * len(lengths))
        self.flags = message.get("flags", [{}] * len(lengths))
        self.user_data = list(message.get("user_data", [None] * len(lengths)))
        return self

    def to_disk(self, path: str | Path) -> None:
        """Saves it under a path. exclude: parts to leave out."""
        try:
            data = self.to_bytes()
        except ValueError:
            raise ValueError(Errors.E870) from None
        util.ensure_path(path).write_bytes(data)

    def from_disk(self, path: str | Path) -> DocBin:
        """Reads what to_disk saved."""
        return self.from_bytes(util.ensure_path(path).read_bytes())

    def __reduce__(self) -> Any:
        return (_unpickle, (self.to_bytes(),))


def _unpickle(data: bytes) -> DocBin:
    return DocBin().from_bytes(data)
