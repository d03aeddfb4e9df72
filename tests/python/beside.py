"""Compares documents of two pipelines in every attribute."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from spacy.tokens import Doc

ATTRIBUTES = """ORTH SPACY NORM LOWER SHAPE TAG POS MORPH LEMMA DEP HEAD SENT_START ENT_IOB ENT_TYPE ENT_ID ENT_KB_ID
    IS_STOP""".split()
ANNOTATIONS = "TAG POS MORPH LEMMA DEP HEAD SENT_START ENT_IOB ENT_TYPE ENT_ID".split()
TOLERANCE = 2e-5
SCORE_TOLERANCE = 1e-5


def _spans(doc: Doc) -> dict[str, list[tuple[Any, ...]]]:
    return {
        key: [(span.start, span.end, span.label_, span.id_, span.kb_id_) for span in group]
        for key, group in doc.spans.items()
    }


def _scores(doc: Doc) -> dict[str, Any]:
    return {key: group.attrs.get("scores") for key, group in doc.spans.items()}


def _near(want: Any, got: Any, tolerance: float) -> bool:
    want, got = np.asarray(want), np.asarray(got)
    return want.shape == got.shape and want.dtype == got.dtype and bool(np.all(np.abs(want - got) <= tolerance))


def difference(want: Doc, got: Doc) -> str | None:
    """What of got is not as in want, or None."""
    if want.text != got.text or len(want) != len(got):
        return f"{want.text!r} -> {[token.text for token in got]}, not {[token.text for token in want]}"
    for name in ATTRIBUTES:
        a, b = want.to_array(name), got.to_array(name)
        if not np.array_equal(a, b):
            i = int(np.flatnonzero(a != b)[0])
            return f"{want.text!r}: {name} of token {i} ({want[i].text!r}) is {b[i]}, not {a[i]}"
    for name in ANNOTATIONS:
        if want.has_annotation(name) != got.has_annotation(name):
            return f"{want.text!r}: has_annotation({name!r}) is {got.has_annotation(name)}"
    if want.has_annotation("DEP") and [(t.n_lefts, t.n_rights, t.left_edge.i, t.right_edge.i) for t in want] != [
        (t.n_lefts, t.n_rights, t.left_edge.i, t.right_edge.i) for t in got
    ]:
        return f"{want.text!r}: the trees differ"
    if want.to_json() != {**got.to_json(), **({"cats": want.cats} if want.cats else {})}:
        return f"{want.text!r}: to_json() is {got.to_json()}, not {want.to_json()}"
    if _spans(want) != _spans(got):
        return f"{want.text!r}: spans are {_spans(got)}, not {_spans(want)}"
    return _number_difference(want, got)


def _number_difference(want: Doc, got: Doc) -> str | None:
    if not _near(want.tensor, got.tensor, TOLERANCE):
        return f"{want.text!r}: tensor {got.tensor.shape} {got.tensor.dtype} differs from {want.tensor.shape}"
    if list(want.cats) != list(got.cats) or not _near(
        list(want.cats.values()), list(got.cats.values()), SCORE_TOLERANCE
    ):
        return f"{want.text!r}: cats are {got.cats}, not {want.cats}"
    for key, scores in _scores(want).items():
        other = _scores(got)[key]
        if (scores is None) != (other is None) or (scores is not None and not _near(scores, other, SCORE_TOLERANCE)):
            return f"{want.text!r}: scores of spans[{key!r}] are {other}, not {scores}"
    if want.user_data != got.user_data or want.has_unknown_spaces != got.has_unknown_spaces:
        return f"{want.text!r}: user data or unknown spaces differ"
    return None


def differences(want: Iterable[Doc], got: Iterable[Doc]) -> list[str]:
    want, got = list(want), list(got)
    assert len(want) == len(got)
    return [found for found in map(difference, want, got) if found]
