"""The vectors of a document: of its words, and the model's rows."""

from __future__ import annotations

import math

from .. import _tern
from .span import similarity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class DocVectors(_tern.Doc):
    """What Doc has of them."""

    __slots__ = ()
    _tensor: Any
    _vector: Any
    _vector_norm: Any
    user_hooks: dict[str, Callable[..., Any]]

    @property
    def tensor(self) -> Any:
        """The model's rows for the tokens (numpy, float32)."""
        if self._tensor is None or isinstance(self._tensor, tuple):
            import numpy

            width, rows = self._tensor or (0, b"")
            array = numpy.frombuffer(rows, dtype="float32").copy()
            self._tensor = array.reshape(-1, width) if width else array
        return self._tensor

    @tensor.setter
    def tensor(self, value: Any) -> None:
        self._tensor = value

    def _tensor_rows(self) -> int:
        """How many the tensor has."""
        if isinstance(self._tensor, tuple):
            width, rows = self._tensor
            return len(rows) // (4 * width) if width else 0
        return len(self._tensor) if self._tensor is not None and self._tensor.size else 0

    def _replace_rows(self, parts: list[slice | int]) -> None:
        """Makes the tensor of those slices of its rows, and of so many zero rows; numpy is not needed for it while nobody has
        asked for the tensor."""
        if isinstance(self._tensor, tuple):
            width, rows = self._tensor
            size = 4 * width
            pieces = [
                bytes(part * size) if isinstance(part, int) else rows[part.start * size : part.stop * size]
                for part in parts
            ]
            self._tensor = (width, b"".join(pieces))
            return
        import numpy

        width = self._tensor.shape[1]
        self._tensor = numpy.concatenate(
            [
                numpy.zeros((part, width), dtype="float32") if isinstance(part, int) else self._tensor[part]
                for part in parts
            ]
        )

    def extend_tensor(self, tensor: Any) -> None:
        """Puts further columns beside the tensor's."""
        import numpy

        self.tensor = numpy.array(tensor) if self.tensor.size == 0 else numpy.hstack((self.tensor, tensor))

    @property
    def has_vector(self) -> bool:
        """Does a token have a vector, or are there rows of the model's?"""
        hook = self.user_hooks.get("has_vector")
        if hook:
            return hook(self)
        if self.vocab.vectors.size:
            return any(token.has_vector for token in self)
        return self._tensor_rows() > 0

    @property
    def vector(self) -> Any:
        """The mean of the tokens' vectors; without a table of vectors that of the model's rows."""
        hook = self.user_hooks.get("vector")
        if hook:
            return hook(self)
        if self._vector is not None:
            return self._vector
        import numpy

        if len(self) and self.vocab.vectors.size > 0:
            self._vector = sum(token.vector for token in self) / len(self)
        elif len(self) and self.tensor.size > 0:
            self._vector = self.tensor.mean(axis=0)
        else:
            return numpy.zeros((self.vocab.vectors_length,), dtype="f")
        return self._vector

    @vector.setter
    def vector(self, value: Any) -> None:
        self._vector = value

    @property
    def vector_norm(self) -> float:
        """The length of the vector."""
        hook = self.user_hooks.get("vector_norm")
        if hook:
            return hook(self)
        if self._vector_norm is None:
            import numpy

            # squares of 32 bits, a sum of 64, as doc.pyx declares them
            values = numpy.asarray(self.vector, dtype="f")
            self._vector_norm = math.sqrt(sum((values * values).tolist()))
        return self._vector_norm

    @vector_norm.setter
    def vector_norm(self, value: float) -> None:
        self._vector_norm = value

    def similarity(self, other: Any) -> float:
        """The cosine of the angle between the vectors."""
        hook = self.user_hooks.get("similarity")
        return hook(self, other) if hook else similarity(self, other, "Doc")
