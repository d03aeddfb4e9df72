"""Attributes of a document's tokens by number, as arrays of numpy's."""

from __future__ import annotations

from .. import _tern
from .. import attrs as _attrs
from ..errors import Errors, Warnings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from typing_extensions import Self

DOCBIN_ALL_ATTRS = (
    "ORTH", "NORM", "TAG", "HEAD", "DEP", "ENT_IOB", "ENT_TYPE", "ENT_KB_ID", "ENT_ID", "LEMMA", "MORPH", "POS", "SENT_START",
)  # fmt: skip
_ID = _attrs.IDS


def attr_numbers(attrs: Any) -> list[int]:
    """Out of a name, a number, or several of them; KeyError for a name that is none."""
    names = [attrs] if isinstance(attrs, str) or not hasattr(attrs, "__iter__") else attrs
    try:
        return [_ID[name.upper()] if hasattr(name, "upper") else int(name) for name in names]
    except KeyError as error:
        keys = [key for key in _ID if not key.startswith("FLAG")]
        raise KeyError(Errors.E983.format(dict="IDS", key=error, keys=keys)) from None


class Arrays(_tern.Doc):
    """What Doc has of them."""

    __slots__ = ()

    def to_array(self, py_attr_ids: Any) -> Any:
        """Attributes of the tokens (numpy, uint64): [tokens, attributes], or [tokens] of one."""
        import numpy

        attrs = attr_numbers(py_attr_ids)
        array = numpy.frombuffer(self._array(attrs), dtype=numpy.uint64).copy()
        return array.reshape(len(self), len(attrs)) if len(attrs) >= 2 else array.reshape((len(self),))

    def from_array(self, attrs: Any, array: Any) -> Self:
        """Sets attributes from such an array. Heads count from the token."""
        import numpy

        numbers = attr_numbers(attrs)
        if array.dtype != numpy.uint64:
            import warnings

            warnings.warn(Warnings.W028.format(type=array.dtype), stacklevel=2)
        if len(array) != len(self):
            raise ValueError(Errors.E971.format(array_length=len(array), doc_length=len(self)))
        if not numbers:
            raise ValueError("from_array: an attribute is wanted")
        columns = array.reshape(len(self), len(numbers)).astype(numpy.uint64, copy=False)
        self._check_array(numbers, columns)
        if _ID["MORPH"] in numbers:
            for key in {int(key) for key in columns[:, numbers.index(_ID["MORPH"])]}:
                self.vocab.morphology.add(self.vocab.strings[key])
        self._set_array(numbers, numpy.ascontiguousarray(columns).tobytes())
        if {_ID["HEAD"], _ID["DEP"]} <= set(numbers) and columns[:, numbers.index(_ID["DEP"])].any():
            self._set_children(0, len(self))
        return self

    def _check_array(self, numbers: list[int], columns: Any) -> None:
        if _ID["HEAD"] in numbers:
            for i, value in enumerate(columns[:, numbers.index(_ID["HEAD"])].astype("int32").tolist()):
                if not 0 <= i + value < len(self):
                    unsigned = columns[i, numbers.index(_ID["HEAD"])]
                    raise ValueError(Errors.E190.format(index=i, value=unsigned, rel_head_index=value))
        if _ID["ENT_IOB"] in numbers:
            for value in columns[:, numbers.index(_ID["ENT_IOB"])].tolist():
                if value >= len(_attrs.IOB_STRINGS):
                    raise ValueError(Errors.E982.format(values=_attrs.IOB_STRINGS, value=value))

    def count_by(self, attr_id: int, exclude: Any = None, counts: Any = None) -> dict[int, int] | None:
        """How often each value of an attribute is met; into counts, if given."""
        from collections import Counter

        found: Any = Counter() if counts is None else counts
        for value, token in zip(self._column(attr_numbers(attr_id)[0]), self):
            if exclude is None or not exclude(token):
                found[value & 0xFFFFFFFFFFFFFFFF] += 1
        return dict(found) if counts is None else None

    def get_lca_matrix(self) -> Any:
        """For each two tokens the index of their lowest common ancestor, or -1 (numpy, int32)."""
        from .trees import lca_matrix

        return lca_matrix(self, 0, len(self))

    def to_utf8_array(self, nr_char: int = -1) -> Any:
        """The words' bytes (numpy, uint8), the first, the last, the second, the last but one …; 255 where there are no more."""
        import numpy

        words = [token.orth_.encode("utf8") for token in self]
        width = max((len(word) for word in words), default=0) if nr_char == -1 else nr_char
        array = numpy.full((len(words), width), 255, dtype="uint8")
        for row, word in zip(array, words):
            order = [byte for pair in zip(word, reversed(word)) for byte in pair][: len(word)]
            row[: min(width, len(order))] = order[:width]
        return array

    @staticmethod
    def _get_array_attrs() -> tuple[int, ...]:
        return (_ID["LENGTH"], _ID["SPACY"], *(_ID[name] for name in DOCBIN_ALL_ATTRS))
