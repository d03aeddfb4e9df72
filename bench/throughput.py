"""Tokens per second over all texts, and what the whole pipeline costs more than NER alone."""
from __future__ import annotations

import subprocess
from typing import Dict, Iterator, List

from measured import Bench, Pipeline, jsonl, timed


def library_rate(bench: Bench, pipeline: Pipeline) -> float:
    pairs = bench.inside_measure(pipeline, "run", bench.texts)
    return sum(tokens for _, tokens in pairs) / sum(ns for ns, _ in pairs) * 1e9


def rates(bench: Bench, pipeline: Pipeline, tokens: int) -> Dict[str, float]:
    command = [bench.build / "tern", "pipe", *pipeline.options, "-m", bench.model]
    lines = jsonl(bench.texts)
    return {
        "library": library_rate(bench, pipeline),
        "nlp(text)": tokens / timed(lambda: [pipeline.nlp(text) for text in bench.texts]),
        "tern pipe": tokens / timed(lambda: subprocess.run(command, input=lines, stdout=subprocess.DEVNULL, check=True)),
        "nlp.pipe": tokens / timed(lambda: list(pipeline.nlp.pipe(bench.texts))),
    }


def throughput(bench: Bench) -> Iterator[None]:
    """spaCy has run over the texts once before: its caches are warm."""
    pipelines = (bench.whole, bench.ner)
    tokens = [sum(len(doc) for doc in pipeline.nlp.pipe(bench.texts)) for pipeline in pipelines][0]
    found: Dict[str, List[Dict[str, float]]] = {pipeline.name: [] for pipeline in pipelines}
    for _ in range(bench.rounds):
        for pipeline in pipelines:
            found[pipeline.name].append(rates(bench, pipeline, tokens))
            yield
    for name, samples in found.items():
        for tern, spacy in (("library", "nlp(text)"), ("tern pipe", "nlp.pipe")):
            columns = [[sample[key] for sample in samples] for key in (tern, spacy)]
            bench.record(f"{name}: {tern} / {spacy}", "tokens/s", *columns, more_is_better=True)
    pairs = list(zip(found[bench.whole.name], found[bench.ner.name]))
    times = {key: [ner[key] / whole[key] for whole, ner in pairs] for key in ("library", "nlp(text)")}
    bench.record("whole pipeline takes the time of NER alone", "times", times["library"], times["nlp(text)"], None)
