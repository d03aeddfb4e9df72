"""How far tern's numbers are from spaCy's, set by set of kernels, and how far that is from changing a decision.

    .venv/bin/python tests/parity/margins.py [--texts FILE.jsonl] [--every N] SET ...

Of en_core_web_sm, for each SET (openblas: the plain product): the largest difference to spaCy in any layer of an encoder
and in any score; decisions that differ. Of spaCy alone: the smallest margin between the best and the second best class that
is allowed, for NER and parser, and each decision below 1e-4. The texts: the project's own, or the file's."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parent.parent)]

import numpy as np
import oracle
import oracle_inside
from common import SPACY_PACKAGE
from comparison import Inside, inside
from corpus import project_texts, read_texts
from differences import floats
from stages import Stages

ROOT = Path(__file__).resolve().parents[2]
PROGRAM, MODEL = ROOT / "build/tests/stages", ROOT / "weights/en_core_web_sm.tern"
NEAR = 1e-4


def margins_of(trace: oracle_inside.Trace) -> list[float]:
    """Of each decision: infinite where one class alone is allowed."""
    found = []
    for scores, valid in zip(trace.scores, trace.valid):
        ranked = np.sort(scores[valid])
        found.append(float(ranked[-1] - ranked[-2]) if len(ranked) > 1 else float("inf"))
    return found


def report_margins(wants: Sequence[Inside | None], names: dict[str, list[str]]) -> None:
    for decider in oracle_inside.DECIDERS:
        all_margins = [
            (margin, number, step, want.traces[decider])
            for number, want in enumerate(wants)
            if want
            for step, margin in enumerate(margins_of(want.traces[decider]))
        ]
        near = sorted(found[:3] for found in all_margins if found[0] < NEAR)
        print(f"{decider}: {len(all_margins)} decisions, smallest margin {min(m[0] for m in all_margins):.2g}")
        for margin, number, step in near:
            chosen = wants[number].traces[decider].chosen[step]
            print(f"  below {NEAR:g}: {margin:.2g}, decision {step} of text {number}: {names[decider][chosen]}")


def largest(values: np.ndarray) -> float:
    return float(np.abs(values).max()) if values.size else 0.0


def differences(want: Inside, got: dict[str, Any]) -> dict[str, float]:
    """Largest difference of each encoder, classifier and decider; "differing" counts decisions."""
    found = {"differing": 0.0}
    for encoder, layers in want.layers.items():
        ours = [floats(rows, layer.shape[1]) for rows, layer in zip(got["layers"][encoder]["layers"], layers.layers)]
        found[f"layers of {encoder}"] = max(largest(a - b) for a, b in zip(layers.layers, ours))
    for classifier, scores in want.scores.items():
        ours = floats(got["scores"][classifier], scores.shape[1])
        found[f"scores of {classifier}"] = largest(scores[-len(ours) :] - ours)
        found["differing"] += float((scores[-len(ours) :].argmax(1) != ours.argmax(1)).sum())
    for decider, trace in want.traces.items():
        chosen = got["trace"][decider]["chosen"]
        if list(chosen) != list(trace.chosen):
            found["differing"] += 1
            continue
        found[f"scores of {decider}"] = largest(
            floats(got["trace"][decider]["scores"], trace.scores.shape[1]) - trace.scores
        )
    return found


def report_set(name: str, texts: Sequence[str], wants: Sequence[Inside | None]) -> None:
    os.environ["TERN_GEMM"] = name
    most: dict[str, float] = {}
    differing = 0.0
    for want, got in zip(wants, Stages(PROGRAM, MODEL, "--layers", "--scores", "--trace").texts(texts)):
        for key, value in differences(want, got).items() if want else ():
            if key == "differing":
                differing += value
            else:
                most[key] = max(most.get(key, 0.0), value)
    print(f"{name}: differing decisions {differing:.0f}; " + ", ".join(f"{k} {v:.2g}" for k, v in most.items()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, help="JSON lines with a text each, in place of the project's")
    parser.add_argument("--every", type=int, default=1, help="every N-th text")
    parser.add_argument("sets", nargs="+", metavar="SET")
    options = parser.parse_args()
    texts = (read_texts(options.texts) if options.texts else project_texts())[:: options.every]
    nlp = oracle.pipeline(SPACY_PACKAGE, "everything")
    wants = [inside(nlp, text) for text in texts]
    print(f"{len(texts)} texts")
    report_margins(wants, {decider: oracle_inside.class_names(nlp, decider) for decider in oracle_inside.DECIDERS})
    for name in options.sets:
        report_set(name, texts, wants)


if __name__ == "__main__":
    main()
