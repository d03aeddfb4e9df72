"""Runs spaCy and tern over the same texts and says what differs; also in several processes."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

import oracle
import oracle_inside
from corpus import project_texts
from differences import first_decision_difference, first_difference, first_layer_difference, first_score_difference
from random_texts import TextMaker
from stages import Stages, marks

Starts = Optional[Sequence[Sequence[int]]]


@dataclass(frozen=True)
class Comparison:
    """One pipeline of oracle.PIPELINES; small enough to be sent to another process."""

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
        return first_inner_difference(everything, text, got, sent_starts) if "layers" in got else None


def first_inner_difference(
    nlp: Any, text: str, got: dict[str, Any], sent_starts: Sequence[int] | None = None
) -> str | None:
    """nlp: a pipeline with all components. got: an answer of stages --layers --scores --trace."""
    starts = [sent_starts] if sent_starts is not None else None
    doc = next(oracle.prepared(nlp, [text], starts))
    if len(doc) == 0:
        return None
    for encoder in oracle_inside.ENCODERS:
        difference = first_layer_difference(encoder, oracle_inside.layers(nlp, encoder, doc), got["layers"][encoder])
        if difference:
            return difference
    for classifier in oracle_inside.CLASSIFIERS:
        scores = oracle_inside.scores(nlp, classifier, doc)
        difference = first_score_difference(classifier, scores, got["scores"][classifier])
        if difference:
            return difference
    for decider in oracle_inside.DECIDERS:
        trace = oracle_inside.trace(nlp, decider, next(oracle.prepared(nlp, [text], starts)))
        names = oracle_inside.class_names(nlp, decider)
        difference = first_decision_difference(decider, names, trace, got["trace"][decider])
        if difference:
            return difference
    return None


# ---- random texts ----------------------------------------------------------------------------------------------------


def text_maker(package: str, seed: int) -> TextMaker:
    """Random texts that know the tokenizer's exceptions and cut pieces from the project's texts."""
    return TextMaker(seed, list(oracle.pipeline(package, "ner").tokenizer.rules), project_texts())


def random_differences(comparison: Comparison, seed: int, count: int) -> list[str]:
    return comparison.differences(text_maker(comparison.package, seed).texts_of(count))


def worker_pool() -> ProcessPoolExecutor:
    """As many processes as there are cores, at most 4: each loads spaCy."""
    return ProcessPoolExecutor(min(len(os.sched_getaffinity(0)), 4), multiprocessing.get_context("spawn"))
