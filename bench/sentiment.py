#!/usr/bin/env python3
"""Sentiment: tern beside spaCy's textcat, alternating on the same machine.

    python bench/sentiment.py --pipeline FOLDER [--quick] [--out FOLDER]

Writes <commit>-<CPU>-sentiment.json and .md. What is measured, and how: bench/README.md.
"""

from __future__ import annotations

import os

for _name in ("OPENBLAS", "OMP", "MKL", "BLIS"):  # before numpy and spaCy are loaded
    os.environ[f"{_name}_NUM_THREADS"] = "1"

import json
import math
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import click
import cold
import machine
import models
import report
import warm
from local_lambda import functions
from local_lambda.environment import Spec
from local_lambda.front import response_of
from local_lambda.function import Function
from measured import Bench, jsonl, load_pipeline, timed
from official import OFFICIAL, converted, pipeline_folder
from run import FILE, FOLDER, chosen_bootstrap, limits_missing, results_folder
from texts import ROOT, SENTENCE, SENTENCE_SENTIMENT, choose, lines_of, of_length
from throughput import rates, record_rates

PATH = "/sentiment"
ENTITIES = ROOT / "weights" / "en_core_web_sm.tern"
SAME = 1e-5  # as far as scores of tern and spaCy may differ
WORDS = 50_000  # over which tokens per second are counted: a classifier takes a tenth of a pipeline's time
QUICK_WORDS = 5_000
TOKENS = 15  # of a short request
REQUESTS = (200, 100)  # of tern, of spaCy


class Model(NamedTuple):
    file: Path  # tern's
    folder: Path  # spaCy's


@dataclass
class Compared:
    """A function with one model or both, and what of its starts has been measured: found[name of the row][who]."""

    name: str
    bench: Bench
    entities: Model | None = None
    sentiment: Model | None = None
    found: dict[str, dict[str, list[cold.Start]]] = field(default_factory=dict)
    answer: Any = None

    @property
    def specs(self) -> tuple[Spec, Spec]:
        names = {"ner": self.entities, "sentiment": self.sentiment}
        tern = functions.tern(self.bench.bootstrap, {name: model.file for name, model in names.items() if model})
        entities = str(self.entities.folder) if self.entities else None
        if self.sentiment:
            return tern, functions.spacy_sentiment(str(self.sentiment.folder), entities)
        assert entities
        return tern, functions.spacy(entities)

    def model_files(self, spec: Spec) -> list[Path]:
        given = [model for model in (self.entities, self.sentiment) if model]
        if spec.name == "tern":
            return [model.file for model in given]
        return [path for model in given for path in models.files_in(model.folder)]

    def start(self, spec: Spec, memory: int | None) -> cold.Start:
        """Raises ValueError if tern and spaCy do not find the same."""
        if self.sentiment:
            done = cold.start_once(spec, memory, SENTENCE_SENTIMENT, PATH, b"confidence")
        else:
            done = cold.start_once(spec, memory, SENTENCE)
        answer = json.loads(response_of(done.answer)[2])
        if self.answer is None:
            self.answer = answer
        if not same(answer, self.answer):
            raise ValueError(f"{spec.name}, {self.name}, answers {answer}, the other one {self.answer}")
        return done


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Answers of the same function. The score of MIXED, which spaCy's has not, is 0 for one sentence."""
    if "scores" not in one:
        return one == other
    first, second = ({"mixed": 0, **answer["scores"]} for answer in (one, other))
    return (
        one["sentiment"] == other["sentiment"]
        and first.keys() == second.keys()
        and all(math.isclose(first[name], second[name], abs_tol=SAME, rel_tol=0) for name in first)
    )


def record(bench: Bench, compared: Sequence[Compared]) -> None:
    for one in compared:
        for row, found in one.found.items():
            cold.record(bench, f"{one.name}, {row}", found)


# ---------------------------------------------------------------------- warm requests, tokens per second, sizes


def requests(compared: Compared, memory: int | None) -> Iterator[None]:
    """The pause between requests is warm.py's."""
    bench = compared.bench
    events = [cold.request_event(text, PATH) for text in of_length(bench.texts, TOKENS, bench.few(10, 3))]
    counts = [bench.few(count, 20) for count in REQUESTS]
    limit = memory or cold.UNLIMITED_MB
    one, other = (Function(spec, limit, 1, bench.throttle, cold.TIMEOUT) for spec in compared.specs)
    with one, other:
        warm.record(bench, limit, TOKENS, *warm.alternately((one, other), events, counts))
    yield


def sentiment_rate(bench: Bench, tokens: int) -> float:
    command = [bench.build / "tern", "sentiment", "--jsonl", "-m", bench.model]
    return tokens / timed(
        lambda: subprocess.run(command, input=jsonl(bench.texts), stdout=subprocess.DEVNULL, check=True)
    )


def throughput(bench: Bench) -> Iterator[None]:
    """spaCy has run over the texts once before. `tern sentiment` scores each sentence of a text, too: spaCy does not."""
    pipelines = (bench.whole, load_pipeline(bench.package, "textcat alone", ("textcat",)))
    tokens = [sum(len(doc) for doc in pipeline.nlp.pipe(bench.texts)) for pipeline in pipelines][0]
    found: dict[str, list[dict[str, float]]] = {pipeline.name: [] for pipeline in pipelines}
    for _ in range(bench.rounds):
        for pipeline in pipelines:
            found[pipeline.name].append(rates(bench, pipeline, tokens))
            yield
        found[bench.whole.name][-1]["tern sentiment --jsonl"] = sentiment_rate(bench, tokens)
    for name, samples in found.items():
        record_rates(bench, name, samples)
    record_rates(bench, bench.whole.name, found[bench.whole.name], [("tern sentiment --jsonl", "nlp.pipe")])


def sizes(bench: Bench) -> None:
    folder = sum(path.stat().st_size for path in models.files_in(Path(bench.package)))
    bench.record(
        "sizes",
        "sentiment model: file, spaCy's folder",
        "MB",
        {"tern": [bench.model.stat().st_size / 1e6], "spaCy": [folder / 1e6]},
    )


# ---------------------------------------------------------------------- the run


def measure(compared: list[Compared], memories: list[int | None], rounds: int) -> Iterator[None]:
    """Starts before throughput: a process that has not loaded spaCy forks quickly."""
    alone = next(one for one in compared if not one.entities)
    os.sync()  # what is not on the disk yet cannot be dropped
    for memory in memories:
        for cached in (True, False):
            yield from models.starts(compared, memory, cached, rounds)
    record(alone.bench, compared)
    for memory in memories:
        yield from requests(alone, memory)
    with alone.bench.on_one_core():
        yield from throughput(alone.bench)
    sizes(alone.bench)


def markdown(content: dict[str, Any]) -> str:
    parts = report.opening("Sentiment: tern beside spaCy", content)
    for section, found in content["results"].items():
        parts += [f"## {report.TITLES[section]}\n", report.compared(found)]
    return "\n".join(parts)


@click.command(help=__doc__.split("\n\n")[0], context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--pipeline", type=FOLDER, required=True, help="spaCy's sentiment model, as tools/train_sentiment writes it."
)
@click.option("--quick", is_flag=True, help="A few samples of everything: shows that it works.")
@click.option(
    "--entities", type=FOLDER, help="spaCy's pipeline of weights/en_core_web_sm.tern; default: the installed package's."
)
@click.option(
    "--memory", "memories", multiple=True, type=int, default=(512,), show_default=True, help="MB of an environment."
)
@click.option("--rounds", type=click.IntRange(min=1), default=5, show_default=True)
@click.option("--core", type=int, default=0, show_default=True, help="On which throughput is measured.")
@click.option("--build", type=FOLDER, default=ROOT / "build", help="Build tree.")
@click.option("--bootstrap", type=FILE, help="What runs in the environments; default: the package's, else the build's.")
@click.option("--texts", type=FILE, help='JSON Lines of {"text": ...}')
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Default: bench/results, of a quick run build/bench.",
)
def main(
    pipeline: Path,
    quick: bool,
    entities: Path | None,
    memories: tuple[int, ...],
    rounds: int,
    core: int,
    build: Path,
    bootstrap: Path | None,
    texts: Path | None,
    out: Path | None,
) -> None:
    about = machine.description()
    folder = results_folder(out, quick)
    models.CACHE.mkdir(parents=True, exist_ok=True)
    unlimited = limits_missing()
    runtime = chosen_bootstrap(bootstrap, build)
    (models.CACHE / "sentiment.tern").unlink(missing_ok=True)  # it may be that of another folder
    sentiment = Model(converted("sentiment", pipeline, models.CACHE), pipeline.resolve())
    ner = Model(ENTITIES, (entities or pipeline_folder(OFFICIAL[0], models.CACHE)).resolve())
    rounds = 1 if quick else rounds
    taken = models.enough(lines_of(choose(texts)), QUICK_WORDS if quick else WORDS)
    bench = Bench(
        build.resolve(),
        runtime,
        sentiment.file,
        str(sentiment.folder),
        taken,
        rounds,
        quick,
        core,
        models.CACHE,
        unlimited,
    )
    compared = [
        Compared("entities alone", bench, entities=ner),
        Compared("sentiment alone", bench, sentiment=sentiment),
        Compared("both models", bench, ner, sentiment),
    ]
    limits: list[int | None] = [None] if unlimited else list(memories)
    models.run_parts(measure(compared, limits, rounds), about)
    content = {
        "about": about,
        "quick": quick,
        "unlimited": unlimited,
        "bootstrap": runtime.name,
        "results": bench.results,
    }
    path = folder / f"{machine.file_name(about)}-sentiment.json"
    models.publish(path, content, markdown(content))


if __name__ == "__main__":
    main()
