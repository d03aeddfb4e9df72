"""Runs spaCy and tern over the same texts and says what differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

import numpy as np
import oracle
import oracle_inside
import pytest
from common import REDUCED
from corpus import project_texts
from differences import first_decision_difference, first_difference, first_layer_difference, first_score_difference
from oracle_inside import Layers, Trace
from random_texts import TextMaker
from stages import Stages, marks

spacy_alone = pytest.mark.skipif(REDUCED, reason="spaCy alone runs, without sanitizers")
Starts = Optional[Sequence[Sequence[int]]]


@dataclass(frozen=True)
class Comparison:
    """One pipeline of oracle.PIPELINES."""

    package: str
    pipeline: str
    program: Path  # stages
    model: Path

    @property
    def nlp(self) -> Any:
        return oracle.pipeline(self.package, self.pipeline)

    def stages(self, *flags: str) -> Stages:
        return Stages(self.program, self.model, *flags)

    def lines(self, texts: Sequence[str], sent_starts: Starts = None) -> Iterator[dict[str, Any]]:
        """What stages reads."""
        components = oracle.PIPELINES[self.pipeline]
        for i, text in enumerate(texts):
            line: dict[str, Any] = {"text": text}
            if components:
                line["components"] = components
            if sent_starts:
                line["sent_starts"] = marks(sent_starts[i])
            yield line

    def differences(self, texts: Sequence[str], sent_starts: Starts = None) -> list[str]:
        """One line for each text that differs; the first says where it comes from."""
        found: list[str] = []
        wanted = oracle.answers(self.nlp, texts, sent_starts)
        answers = self.stages("--features").answers(self.lines(texts, sent_starts))
        for i, (text, want, got) in enumerate(zip(texts, wanted, answers)):
            difference = first_difference(text, want, got)
            if difference and not found:
                inside = self.explanation(text, sent_starts[i] if sent_starts else None)
                difference += f"\n{inside}" if inside else ""
            if difference:
                found.append(difference)
        return found

    def explanation(self, text: str, sent_starts: Sequence[int] | None = None) -> str | None:
        """The first layer, score or decision that differs."""
        everything = oracle.pipeline(self.package, "everything")
        starts = [sent_starts] if sent_starts is not None else None
        got = next(self.stages("--layers", "--scores", "--trace").answers(self.lines([text], starts)))
        want = inside(everything, text, sent_starts) if "layers" in got else None
        return first_inner_difference(want, got) if want else None


@dataclass(frozen=True)
class Inside:
    """What spaCy computes on its way to a document."""

    layers: dict[str, Layers]  # of each encoder
    scores: dict[str, np.ndarray]  # of each classifier
    traces: dict[str, Trace]  # of each decider
    names: dict[str, list[str]]  # of each decider's classes


def inside(nlp: Any, text: str, sent_starts: Sequence[int] | None = None) -> Inside | None:
    """nlp: a pipeline with all components. None: the text has no tokens."""
    starts = [sent_starts] if sent_starts is not None else None
    doc = next(oracle.prepared(nlp, [text], starts))
    if len(doc) == 0:
        return None
    layers = {name: oracle_inside.layers(nlp, name, doc) for name in oracle_inside.ENCODERS}
    scores = {name: oracle_inside.scores(nlp, name, doc) for name in oracle_inside.CLASSIFIERS}
    traces = {
        name: oracle_inside.trace(nlp, name, next(oracle.prepared(nlp, [text], starts)))
        for name in oracle_inside.DECIDERS
    }
    return Inside(layers, scores, traces, {name: oracle_inside.class_names(nlp, name) for name in traces})


def first_inner_difference(want: Inside, got: dict[str, Any]) -> str | None:
    """got: an answer of stages --layers --scores --trace."""
    for encoder, layers in want.layers.items():
        difference = first_layer_difference(encoder, layers, got["layers"][encoder])
        if difference:
            return difference
    for classifier, scores in want.scores.items():
        difference = first_score_difference(classifier, scores, got["scores"][classifier])
        if difference:
            return difference
    for decider, trace in want.traces.items():
        difference = first_decision_difference(decider, want.names[decider], trace, got["trace"][decider])
        if difference:
            return difference
    return None


# ---- random texts ----------------------------------------------------------------------------------------------------


def text_maker(package: str, seed: int) -> TextMaker:
    """Random texts that know the tokenizer's exceptions and cut pieces from the project's texts."""
    return TextMaker(seed, list(oracle.pipeline(package, "ner").tokenizer.rules), project_texts())
