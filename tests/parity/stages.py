"""tern's side of the parity tests: runs the C program stages, and finds the first difference to spaCy's answer."""
from __future__ import annotations

import json
import subprocess
import threading
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence

import numpy as np

from oracle import ATTRS, Layers, Trace

LAYER_TOLERANCE = 2e-5
SCORE_TOLERANCE = 1e-4


class Stages:
    """One running stages program: Stages(program, model, "--trace").answers(lines)."""

    def __init__(self, program: Path, model: Path, *flags: str) -> None:
        self.command = [str(program), str(model), *flags]

    def answers(self, lines: Iterable[Mapping[str, Any]], timeout: float = 600.0) -> Iterator[Dict[str, Any]]:
        """One answer a line. A program that dies, hangs or leaves lines out is an AssertionError with what it said."""
        process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        errors: List[bytes] = []
        sent = [0]

        def feed() -> None:
            try:
                for line in lines:
                    process.stdin.write(json.dumps(line).encode() + b"\n")
                    sent[0] += 1
                process.stdin.close()
            except BrokenPipeError:
                pass

        workers = [threading.Thread(target=feed), threading.Thread(target=lambda: errors.append(process.stderr.read()))]
        watchdog = threading.Timer(timeout, process.kill)
        for thread in [*workers, watchdog]:
            thread.start()
        received = 0
        at_end = False
        try:
            for output in process.stdout:
                received += 1
                yield json.loads(output)
            at_end = True
        finally:
            if not at_end:   # the caller wants no more
                process.kill()
            process.wait()
            watchdog.cancel()
            for thread in workers:
                thread.join()
            process.stdout.close()
            process.stderr.close()
        said = b"".join(errors).decode("utf-8", "replace")
        assert process.returncode == 0, f"stages ended with {process.returncode}: {said}"
        assert received == sent[0], f"stages answered {received} of {sent[0]} lines: {said}"

    def texts(self, texts: Iterable[str], timeout: float = 600.0) -> Iterator[Dict[str, Any]]:
        return self.answers(({"text": text} for text in texts), timeout)


def marks(sent_starts: Iterable[int]) -> str:
    """Preset sentence starts as stages.c reads them."""
    return "".join("-0+"[value + 1] for value in sent_starts)


def floats(digits: str, columns: int) -> np.ndarray:
    return np.frombuffer(bytes.fromhex(digits), dtype="<f4").reshape(-1, columns)


def _differing(want: Sequence[Any], got: Sequence[Any]) -> int:
    """Index of the first element that differs."""
    for i, (a, b) in enumerate(zip(want, got)):
        if a != b:
            return i
    return min(len(want), len(got))


def _element(sequence: Sequence[Any], index: int) -> str:
    return repr(sequence[index]) if index < len(sequence) else "nothing"


def first_difference(text: str, want: Mapping[str, Any], got: Mapping[str, Any]) -> Optional[str]:
    """The first exact stage and token that differ, with both values; None if everything is equal."""
    if "error" in got:
        return f"tern fails with {got['error']!r} on text {text[:300]!r}"
    stages = [(key, want[key], got[key]) for key in ("start", "end", "space", "sent_start", "norm")]
    stages += [(name, want["attrs"][i], got["attrs"][i]) for i, name in enumerate(ATTRS)]
    stages += [("entities", want["entities"], got["entities"])]
    for stage, expected, found in stages:
        if expected != found:
            i = _differing(expected, found)
            token = i
            if stage == "entities":   # the token where the two decisions part
                token = min(e[i][0] for e in (expected, found) if i < len(e))
            where = text[want["start"][token]:want["end"][token]] if token < len(want["start"]) else ""
            return (
                f"{stage} {i} (token {token}, {where!r}): spaCy {_element(expected, i)}, tern {_element(found, i)}"
                f" in text {text[:300]!r}"
            )
    return None


def first_layer_difference(want: Layers, got: Mapping[str, Any], tolerance: float = LAYER_TOLERANCE) -> Optional[str]:
    """Embedding sums bitwise; then each layer within the tolerance."""
    width = want.layers[0].shape[1]
    sums = floats(got["embed"], want.embed.shape[1])
    if sums.shape != want.embed.shape:
        return f"embedding sums: spaCy has shape {want.embed.shape}, tern {sums.shape}"
    if sums.tobytes() != np.ascontiguousarray(want.embed).tobytes():
        token, column = np.argwhere(sums.view(np.uint32) != np.ascontiguousarray(want.embed).view(np.uint32))[0]
        return (
            f"embedding sum of token {token}, feature {ATTRS[column // width]}, column {column % width}:"
            f" spaCy {want.embed[token, column]!r}, tern {sums[token, column]!r}"
        )
    if len(want.layers) != len(got["layers"]):
        return f"layers: spaCy has {len(want.layers)}, tern {len(got['layers'])}"
    for depth, expected in enumerate(want.layers):
        found = floats(got["layers"][depth], width)
        wrong = np.argwhere(~(np.abs(found - expected) <= tolerance)) if found.shape == expected.shape else [(0, 0)]
        if len(wrong):
            token, column = wrong[0]
            return (
                f"layer {depth}, token {token}, column {column}: spaCy {expected[token, column]!r},"
                f" tern {found[token, column] if found.shape == expected.shape else found.shape!r}"
            )
    return None


def first_decision_difference(names: Sequence[str], want: Trace, got: Mapping[str, Any]) -> Optional[str]:
    """What is allowed and what is chosen exactly, the scores within the tolerance; a wrong choice comes with its margin."""
    classes = len(names)
    scores = floats(got["scores"], classes)
    if len(scores) != len(want.scores) or len(got["chosen"]) != len(want.chosen):
        return f"decisions: spaCy takes {len(want.chosen)}, tern {len(got['chosen'])}"
    valid = np.array([digit == "1" for digit in got["valid"]], dtype=bool).reshape(-1, classes)
    for step in range(len(want.chosen)):
        if (valid[step] != want.valid[step]).any():
            cls = int(np.argwhere(valid[step] != want.valid[step])[0][0])
            return f"decision {step}: {names[cls]} is {'' if want.valid[step, cls] else 'not '}allowed in spaCy"
        if not (np.abs(scores[step] - want.scores[step]) <= SCORE_TOLERANCE).all():
            cls = int(np.abs(scores[step] - want.scores[step]).argmax())
            return f"decision {step}: score of {names[cls]}: spaCy {want.scores[step, cls]!r}, tern {scores[step, cls]!r}"
        if want.chosen[step] != got["chosen"][step]:
            best, other = want.chosen[step], got["chosen"][step]
            margin = want.scores[step, best] - want.scores[step, other]
            return f"decision {step}: spaCy {names[best]}, tern {names[other]}; spaCy's margin between them {margin!r}"
    return None
