"""What is measured, and where the results go."""

from __future__ import annotations

import contextlib
import functools
import json
import math
import os
import statistics
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable

from local_lambda import functions
from local_lambda.environment import Spec

SIGNIFICANT_DIGITS = 5
KERNEL_SETS = ("avx512", "avx2", "neon", "portable")  # the engine's, best first
OTHERS = ("spaCy", "wink-nlp", "before")  # with whom tern is compared


@dataclass(frozen=True)
class Pipeline:
    """The same components in spaCy and in tern."""

    name: str
    only: tuple[str, ...] | None  # None: those that run by default
    nlp: Any  # only these are loaded
    excluded: tuple[str, ...]  # what spacy.load left out

    @property
    def options(self) -> list[str]:
        """Of the command line."""
        return ["--only", ",".join(self.only)] if self.only else []


def components_environment(only: Sequence[str] | None) -> dict[str, str]:
    return {"TERN_COMPONENTS": ",".join(only)} if only else {}


def environment_with(**also: str) -> dict[str, str]:
    return {**os.environ, **also}


@dataclass(frozen=True)
class Program:
    """A build of tern, and the model that it runs with."""

    name: str  # tern, or before: an earlier one
    build: Path
    model: Path
    revision: str = ""

    @property
    def measure(self) -> Path:
        return self.build / "tests" / "measure"

    def inside_measure(
        self, mode: str, texts: Sequence[str], only: Sequence[str] | None = None, kernels: str | None = None
    ) -> list[tuple[int, int]]:
        """(nanoseconds, tokens) of each text after an unmeasured pass, inside the program measure."""
        environment = environment_with(**components_environment(only), **({"TERN_GEMM": kernels} if kernels else {}))
        command = [self.measure, self.model, mode]
        done = subprocess.run(command, input=jsonl(texts), stdout=subprocess.PIPE, env=environment, check=True)
        return [(int(ns), int(tokens)) for ns, tokens in (line.split() for line in done.stdout.splitlines())]


def load_pipeline(package: str, name: str, only: tuple[str, ...] | None) -> Pipeline:
    import spacy

    names = spacy.load(package).component_names
    excluded = tuple(component for component in names if only and component not in only)
    return Pipeline(name, only, spacy.load(package, exclude=list(excluded)), excluded)


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile: a value that was measured."""
    ranked = sorted(values)
    return ranked[max(math.ceil(percent / 100 * len(ranked)), 1) - 1]


def rounded(value: float) -> float:
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}")


def summary(samples: Sequence[float]) -> dict[str, Any]:
    return {
        "median": rounded(statistics.median(samples)),
        "p95": rounded(percentile(samples, 95)),
        "p99": rounded(percentile(samples, 99)),
        "samples": [rounded(value) for value in samples],
    }


def ratio_of(tern: Sequence[float], other: Sequence[float], more_is_better: bool, paired: bool) -> dict[str, Any]:
    """{"ratio"} and, of rounds, {"spread"}; nothing where it would be by zero."""

    def ratio(mine: float, theirs: float) -> float:
        return mine / theirs if more_is_better else theirs / mine

    if not paired:
        tern, other = [statistics.median(tern)], [statistics.median(other)]
    if not all(other if more_is_better else tern):
        return {}
    if not paired:
        return {"ratio": rounded(ratio(tern[0], other[0]))}
    ratios = [ratio(*pair) for pair in zip(tern, other)]
    return {"ratio": rounded(statistics.median(ratios)), "spread": [rounded(min(ratios)), rounded(max(ratios))]}


@dataclass
class Bench:
    """What the measurements need, and where their results go.

    results[section][name] = {"unit": ..., "tern": {"median", "p95", "p99", "samples"}, "spaCy": ..., "ratio": ...}
    """

    build: Path
    bootstrap: Path  # what runs on Lambda
    model: Path
    package: str
    texts: list[str]
    rounds: int
    quick: bool  # few samples: proves that it works
    core: int  # on which the measurements without a local Lambda run
    folder: Path  # for what is left beside the results
    unlimited: str | None  # None: environments have Lambda's limits; else why they do not
    results: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    before: Program | None = None  # an earlier tern, which runs in the same rounds

    @functools.cached_property
    def program(self) -> Program:
        return Program("tern", self.build, self.model)

    @property
    def programs(self) -> list[Program]:
        return [self.program, *([self.before] if self.before else [])]

    @functools.cached_property
    def whole(self) -> Pipeline:
        return load_pipeline(self.package, "whole pipeline", None)

    @functools.cached_property
    def entities(self) -> Pipeline:
        """What the whole pipeline's entities need."""
        return load_pipeline(self.package, "tok2vec, parser, NER", ("tok2vec", "parser", "ner"))

    @functools.cached_property
    def ner(self) -> Pipeline:
        return load_pipeline(self.package, "NER alone", ("ner",))

    @property
    def specs(self) -> tuple[Spec, Spec]:
        """The functions that are compared in local environments."""
        return functions.tern(self.bootstrap, self.model), functions.spacy(self.package)

    @property
    def throttle(self) -> bool:
        return self.unlimited is None

    def few(self, many: int, few: int) -> int:
        return few if self.quick else many

    def record(
        self,
        section: str,
        name: str,
        unit: str,
        samples: Mapping[str, Sequence[float]],
        more_is_better: bool | None = False,
        paired: bool = False,
        **also: Any,
    ) -> None:
        """Summaries of all samples of each, and how many times better tern is; more_is_better None: neither is better.

        paired: samples belong together by round, so the ratio is the median of the rounds' ratios, and "spread" the least
        and the largest of them.
        """
        row: dict[str, Any] = {
            "unit": unit,
            **{who: summary(values) for who, values in samples.items() if values},
            **also,
        }
        other = next((who for who in OTHERS if who in row), None)
        if more_is_better is not None and "tern" in row and other:
            row.update(ratio_of(samples["tern"], samples[other], more_is_better, paired))
        self.results.setdefault(section, {})[name] = row

    def inside_measure(self, pipeline: Pipeline, mode: str, texts: Sequence[str]) -> list[tuple[int, int]]:
        """(nanoseconds, tokens) of each text after an unmeasured pass, with the pipeline's components."""
        return self.program.inside_measure(mode, texts, pipeline.only)

    @contextlib.contextmanager
    def on_one_core(self) -> Iterator[None]:
        """Child processes inherit it."""
        before = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {self.core})
        try:
            yield
        finally:
            os.sched_setaffinity(0, before)


def jsonl(texts: Sequence[str]) -> bytes:
    return "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()


def timed(work: Callable[[], Any]) -> float:
    """Seconds."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin
