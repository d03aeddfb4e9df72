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

    @property
    def environment(self) -> dict[str, str]:
        """Of measure."""
        return {**os.environ, **components_environment(self.only)}


def components_environment(only: Sequence[str] | None) -> dict[str, str]:
    return {"TERN_COMPONENTS": ",".join(only)} if only else {}


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
        **also: Any,
    ) -> None:
        """Summaries of all samples of each, and how many times better tern is; more_is_better None: neither is better."""
        row: dict[str, Any] = {
            "unit": unit,
            **{who: summary(values) for who, values in samples.items() if values},
            **also,
        }
        if more_is_better is not None and "tern" in row and "spaCy" in row:
            tern, spacy = row["tern"]["median"], row["spaCy"]["median"]
            better, worse = (tern, spacy) if more_is_better else (spacy, tern)
            if worse:
                row["ratio"] = rounded(better / worse)
        self.results.setdefault(section, {})[name] = row

    def inside_measure(self, pipeline: Pipeline, mode: str, texts: Sequence[str]) -> list[tuple[int, int]]:
        """(nanoseconds, tokens) of each text after an unmeasured pass, inside the program measure."""
        command = [self.build / "tests" / "measure", self.model, mode]
        done = subprocess.run(command, input=jsonl(texts), stdout=subprocess.PIPE, env=pipeline.environment, check=True)
        return [(int(ns), int(tokens)) for ns, tokens in (line.split() for line in done.stdout.splitlines())]

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
