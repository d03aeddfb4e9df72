"""The first difference between spaCy's answer and tern's: which stage, which token, both values, a decision's margin."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from oracle import ATTRS
from oracle_inside import Layers, Trace

LAYER_TOLERANCE = 2e-5
SCORE_TOLERANCE = 1e-4
TOKENS = ("start", "end", "space")
FIELDS = (
    *("tag", "head", "dep", "sent_start", "pos", "morph", "lemma", "entities", "entity_ids"),
    *("sents", "spans", "annotations"),
)
# Fields by what tern can be asked for.
FIELDS_OF = {
    "entities": ("entities", "entity_ids", "sents", "sent_start"),
    "sentences": ("sents", "sent_start"),
    "dependencies": ("head", "dep"),
    "tags": ("tag",),
    "pos": ("pos",),
    "morphs": ("morph",),
    "lemmas": ("lemma",),
}
SPANS = ("entities", "entity_ids", "sents", "spans", "noun_chunks")  # whose elements are spans of tokens, not tokens


def floats(digits: str, columns: int) -> np.ndarray:
    return np.frombuffer(bytes.fromhex(digits), dtype="<f4").reshape(-1, columns)


# ---- documents -------------------------------------------------------------------------------------------------------


def _differing(want: Sequence[Any], got: Sequence[Any]) -> int:
    """Index of the first element that differs."""
    for i, (a, b) in enumerate(zip(want, got)):
        if a != b:
            return i
    return min(len(want), len(got))


def _element(sequence: Sequence[Any], index: int) -> str:
    return repr(sequence[index]) if index < len(sequence) else "nothing"


def _token(stage: str, index: int, want: Sequence[Any], got: Sequence[Any]) -> int:
    """The token where the two part."""
    if stage in SPANS:
        return min(e[index][0] for e in (want, got) if index < len(e))
    return index


def _values(answer: Mapping[str, Any], field: str) -> Sequence[Any]:
    """Groups of spans as one list, without their scores, which differ by rounding."""
    if field != "spans":
        return answer[field]
    return [[*span[:3], key] for key, spans in answer["spans"] for span in spans]


def _has_arcs(answer: Mapping[str, Any]) -> bool:
    """Without arcs spaCy may not know its own edges: left_edge of a token can lie behind the document, an IndexError (E040)."""
    return any(head != i for i, head in enumerate(answer["head"]))


def first_difference(
    text: str, want: Mapping[str, Any], got: Mapping[str, Any], fields: Collection[str] = FIELDS
) -> str | None:
    """The first exact stage and token that differ, with both values; None if everything is equal. Features are compared if
    tern shows them."""
    if "error" in got:
        return f"tern fails with {got['error']!r} on text {text[:300]!r}"
    stages = [(key, want[key], got[key]) for key in TOKENS]
    if "norm" in got:
        stages += [("norm", want["norm"], got["norm"])]
        stages += [(name, want["attrs"][i], got["attrs"][i]) for i, name in enumerate(ATTRS)]
    stages += [(key, _values(want, key), _values(got, key)) for key in FIELDS if key in fields]
    if "noun_chunks" in got and ("noun_chunks" in want or _has_arcs(want)):
        stages += [("noun_chunks", want.get("noun_chunks", [[0, "an error"]]), got["noun_chunks"])]
    for stage, expected, found in stages:
        if expected != found:
            i = _differing(expected, found)
            token = _token(stage, i, expected, found)
            is_word = stage != "annotations" and token < len(want["start"])
            word = repr(text[want["start"][token] : want["end"][token]]) if is_word else "none"
            return (
                f"{stage} {i} (token {token}, {word}): spaCy {_element(expected, i)}, tern {_element(found, i)}"
                f" in text {text[:300]!r}"
            )
    return None


# ---- numbers ---------------------------------------------------------------------------------------------------------


def first_layer_difference(
    encoder: str, want: Layers, got: Mapping[str, Any], tolerance: float = LAYER_TOLERANCE
) -> str | None:
    """Embedding sums bitwise; then static vectors and each layer within the tolerance."""
    width = want.layers[0].shape[1]
    sums, static = np.split(
        floats(got["embed"], want.embed.shape[1] + want.static.shape[1]), [want.embed.shape[1]], axis=1
    )
    sums = np.ascontiguousarray(sums)
    if sums.shape != want.embed.shape:
        return f"embedding sums of {encoder}: spaCy has shape {want.embed.shape}, tern {sums.shape}"
    if sums.tobytes() != np.ascontiguousarray(want.embed).tobytes():
        token, column = np.argwhere(sums.view(np.uint32) != np.ascontiguousarray(want.embed).view(np.uint32))[0]
        return (
            f"embedding sum of {encoder}, token {token}, feature {ATTRS[column // width]}, column {column % width}:"
            f" spaCy {want.embed[token, column]!r}, tern {sums[token, column]!r}"
        )
    difference = _first_beyond(want.static, static, tolerance)
    if difference:
        return f"static vectors of {encoder}, {difference}"
    if len(want.layers) != len(got["layers"]):
        return f"layers of {encoder}: spaCy has {len(want.layers)}, tern {len(got['layers'])}"
    for depth, expected in enumerate(want.layers):
        difference = _first_beyond(expected, floats(got["layers"][depth], width), tolerance)
        if difference:
            return f"layer {depth} of {encoder}, {difference}"
    return None


def _first_beyond(want: np.ndarray, got: np.ndarray, tolerance: float) -> str | None:
    if got.shape != want.shape:
        return f"spaCy has shape {want.shape}, tern {got.shape}"
    wrong = np.argwhere(~(np.abs(got - want) <= tolerance))
    if len(wrong) == 0:
        return None
    row, column = wrong[0]
    return f"token {row}, column {column}: spaCy {want[row, column]!r}, tern {got[row, column]!r}"


def first_score_difference(classifier: str, want: np.ndarray, got: str) -> str | None:
    """Scores of the tokens that tern shows, which are the last."""
    classes = want.shape[1]
    rows = floats(got, classes)
    if len(rows) == 0:
        return f"scores of {classifier}: tern has none"
    difference = _first_beyond(want[-len(rows) :], rows, SCORE_TOLERANCE)
    if difference:
        return f"scores of {classifier}, {difference}"
    wrong = np.flatnonzero(want[-len(rows) :].argmax(axis=1) != rows.argmax(axis=1))
    if len(wrong) == 0:
        return None
    ranked = np.sort(want[-len(rows) :][wrong[0]])
    return (
        f"scores of {classifier}, token {wrong[0]}: another class is best; spaCy's margin {ranked[-1] - ranked[-2]!r}"
    )


# ---- decisions -------------------------------------------------------------------------------------------------------


def first_decision_difference(decider: str, names: Sequence[str], want: Trace, got: Mapping[str, Any]) -> str | None:
    """What is allowed and what is chosen exactly, the scores within the tolerance; a wrong choice comes with its margin."""
    classes = len(names)
    scores = floats(got["scores"], classes)
    valid = np.array([digit == "1" for digit in got["valid"]], dtype=bool).reshape(-1, classes)
    for step in range(min(len(want.chosen), len(got["chosen"]))):
        where = f"decision {step} of {decider}"
        if (valid[step] != want.valid[step]).any():
            cls = int(np.argwhere(valid[step] != want.valid[step])[0][0])
            return f"{where}: {names[cls]} is {'' if want.valid[step, cls] else 'not '}allowed in spaCy"
        if not (np.abs(scores[step] - want.scores[step]) <= SCORE_TOLERANCE).all():
            cls = int(np.abs(scores[step] - want.scores[step]).argmax())
            return f"{where}: score of {names[cls]}: spaCy {want.scores[step, cls]!r}, tern {scores[step, cls]!r}"
        if want.chosen[step] != got["chosen"][step]:
            best, other = want.chosen[step], got["chosen"][step]
            margin = want.scores[step, best] - want.scores[step, other]
            return f"{where}: spaCy {names[best]}, tern {names[other]}; spaCy's margin between them {margin!r}"
    if len(want.chosen) != len(got["chosen"]):
        return f"decisions of {decider}: spaCy takes {len(want.chosen)}, tern {len(got['chosen'])}"
    return None
