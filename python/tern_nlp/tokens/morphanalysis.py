"""MorphAnalysis: the morphology of a token."""

from __future__ import annotations

from .. import _tern
from ..errors import Errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class MorphAnalysis(_tern.MorphAnalysis):
    """A single morphological analysis: a set of features."""

    __slots__ = ()

    def __contains__(self, feature: Any) -> bool:
        key = self.vocab.strings.as_int(feature)
        return any(pair[1] == key for pair in self.vocab.morphology.pairs(self.key))

    def __iter__(self) -> Iterator[str]:
        for _, feature in self.vocab.morphology.pairs(self.key):
            yield self.vocab.strings[feature]

    def __len__(self) -> int:
        return len(self.vocab.morphology.pairs(self.key))

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: Any) -> bool:
        if isinstance(other, str):
            raise ValueError(Errors.E977)
        return bool(self.key == other.key)

    def __ne__(self, other: Any) -> bool:
        return bool(self.key != other.key)

    def get(self, field: Any, default: Any = None) -> Any:
        """The values of a field, as a list."""
        key = self.vocab.strings.as_int(field)
        found = [
            self.vocab.strings[pair[1]].split("=")[1]
            for pair in self.vocab.morphology.pairs(self.key)
            if pair[0] == key
        ]
        return found or ([] if default is None else default)

    def to_json(self) -> str:
        """As a string: "Case=Nom|Number=Sing"."""
        text = self.vocab.strings[self.key]
        return "" if text == "_" else text

    def to_dict(self) -> dict[str, str]:
        """Feature -> value."""
        return self.vocab.morphology.feats_to_dict(self.to_json())

    __str__ = to_json
    __repr__ = to_json
