"""What is measured, and where the results go."""
from __future__ import annotations

import json
import os
import statistics
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple


@dataclass(frozen=True)
class Pipeline:
    """The same components in spaCy and in tern."""

    name: str
    only: Optional[Tuple[str, ...]]   # None: those that run by default
    nlp: Any                          # only these are loaded
    excluded: Tuple[str, ...]         # what spacy.load left out

    @property
    def options(self) -> List[str]:
        """Of the command line."""
        return ["--only", ",".join(self.only)] if self.only else []

    @property
    def environment(self) -> Dict[str, str]:
        """Of bootstrap and measure."""
        return {**os.environ, **({"TERN_COMPONENTS": ",".join(self.only)} if self.only else {})}


def load_pipeline(package: str, name: str, only: Optional[Tuple[str, ...]]) -> Pipeline:
    import spacy

    names = spacy.load(package).component_names
    excluded = tuple(component for component in names if only and component not in only)
    return Pipeline(name, only, spacy.load(package, exclude=list(excluded)), excluded)


@dataclass
class Bench:
    """What the measurements need, and where their results go: results[name] = {"tern": ..., "spacy": ..., "unit": ...}."""

    build: Path
    model: Path
    package: str
    whole: Pipeline      # spacy.load as it is
    entities: Pipeline   # what the whole pipeline's entities need
    ner: Pipeline        # NER alone
    texts: List[str]
    rounds: int
    results: Dict[str, Dict[str, Any]] = field(default_factory=dict)

    def record(
        self,
        name: str,
        unit: str,
        tern: Sequence[float],
        spacy: Sequence[float] = (),
        more_is_better: Optional[bool] = False,
    ) -> None:
        """Medians of all samples, and how many times better tern is; more_is_better None: neither is better."""
        row: Dict[str, Any] = {"unit": unit, "tern": statistics.median(tern), "samples": {"tern": list(tern)}}
        if spacy:
            row["spacy"] = statistics.median(spacy)
            row["samples"]["spacy"] = list(spacy)
            if more_is_better is not None:
                row["ratio"] = row["tern"] / row["spacy"] if more_is_better else row["spacy"] / row["tern"]
        self.results[name] = row

    def inside_measure(self, pipeline: Pipeline, mode: str, texts: Sequence[str]) -> List[Tuple[int, int]]:
        """(nanoseconds, tokens) of each text after an unmeasured pass, inside the program measure."""
        command = [self.build / "tests" / "measure", self.model, mode]
        done = subprocess.run(command, input=jsonl(texts), stdout=subprocess.PIPE, env=pipeline.environment, check=True)
        return [(int(ns), int(tokens)) for ns, tokens in (line.split() for line in done.stdout.splitlines())]


def jsonl(texts: Sequence[str]) -> bytes:
    return "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()


def timed(work: Callable[[], Any]) -> float:
    """Seconds."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin
