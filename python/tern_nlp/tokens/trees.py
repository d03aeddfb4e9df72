"""The lowest common ancestors of tokens."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .token import Token


def lowest_common_ancestor(one: Token, other: Token) -> int:
    """Its index in the document, or -1."""
    if one == other or other.head == one:
        return one.i
    if one.head == other:
        return other.i
    above = set(one.ancestors)
    if other in above:
        return other.i
    for ancestor in other.ancestors:
        if ancestor == one or ancestor in above:
            return ancestor.i
    return -1


def lca_matrix(doc: Any, start: int, end: int) -> Any:
    """Of the tokens from start to end, as indices from start; -1 without one, or where it is outside (numpy, int32)."""
    import numpy

    matrix = numpy.full((end - start, end - start), -1, dtype=numpy.int32)
    for j in range(end - start):
        token = doc[start + j]
        matrix[j, j] = j
        sent = token.sent
        for k in range(j + 1, min(end, sent.end) - start):
            lca = lowest_common_ancestor(token, doc[start + k])
            if start <= lca < end:
                matrix[j, k] = matrix[k, j] = lca - start
    return matrix
