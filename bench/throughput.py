"""Tokens per second over all texts, what a token takes to be found, and what the whole pipeline costs more than NER alone."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence

from measured import Bench, Pipeline, jsonl, timed

PAIRS = (("library", "nlp(text)"), ("library", "nlp.pipe"), ("tern pipe", "nlp.pipe"))  # of what rates() gives

MOST_ROUNDS = 3  # each takes spaCy a quarter of a minute


def library_rate(bench: Bench, pipeline: Pipeline) -> float:
    pairs = bench.inside_measure(pipeline, "run", bench.texts)
    return sum(tokens for _, tokens in pairs) / sum(ns for ns, _ in pairs) * 1e9


def rates(bench: Bench, pipeline: Pipeline, tokens: int) -> dict[str, float]:
    command = [bench.build / "tern", "pipe", *pipeline.options, "-m", bench.model]
    lines = jsonl(bench.texts)
    return {
        "library": library_rate(bench, pipeline),
        "nlp(text)": tokens / timed(lambda: [pipeline.nlp(text) for text in bench.texts]),
        "tern pipe": tokens
        / timed(lambda: subprocess.run(command, input=lines, stdout=subprocess.DEVNULL, check=True)),
        "nlp.pipe": tokens / timed(lambda: list(pipeline.nlp.pipe(bench.texts))),
    }


def record_rates(
    bench: Bench, name: str, samples: list[dict[str, float]], pairs: Sequence[tuple[str, str]] = PAIRS
) -> None:
    for tern, spacy in pairs:
        columns = {who: [sample[key] for sample in samples] for who, key in (("tern", tern), ("spaCy", spacy))}
        bench.record("throughput", f"{name}: {tern} / {spacy}", "tokens/s", columns, more_is_better=True)


def tokenizer_ns(bench: Bench) -> dict[str, float]:
    """Nanoseconds a token."""
    pairs = bench.inside_measure(bench.ner, "tokenize", bench.texts)
    tokens = sum(count for _, count in pairs)
    return {
        "tern": sum(ns for ns, _ in pairs) / tokens,
        "spaCy": 1e9 * timed(lambda: [bench.ner.nlp.make_doc(text) for text in bench.texts]) / tokens,
    }


def throughput(bench: Bench) -> Iterator[None]:
    """spaCy has run over the texts once before: its caches are warm."""
    pipelines = (bench.whole, bench.ner)
    tokens = [sum(len(doc) for doc in pipeline.nlp.pipe(bench.texts)) for pipeline in pipelines][0]
    found: dict[str, list[dict[str, float]]] = {pipeline.name: [] for pipeline in pipelines}
    tokenizer: list[dict[str, float]] = []
    try:
        for _ in range(min(bench.rounds, MOST_ROUNDS)):
            tokenizer.append(tokenizer_ns(bench))
            for pipeline in pipelines:
                found[pipeline.name].append(rates(bench, pipeline, tokens))
                yield
    finally:
        record_all(bench, found, tokenizer)


def record_all(bench: Bench, found: dict[str, list[dict[str, float]]], tokenizer: list[dict[str, float]]) -> None:
    for name, samples in found.items():
        record_rates(bench, name, samples)
    bench.record(
        "throughput", "tokenizer", "ns a token", {who: [one[who] for one in tokenizer] for who in ("tern", "spaCy")}
    )
    pairs = list(zip(found[bench.whole.name], found[bench.ner.name]))
    times = {
        who: [ner[key] / whole[key] for whole, ner in pairs]
        for who, key in (("tern", "library"), ("spaCy", "nlp(text)"))
    }
    bench.record("throughput", "whole pipeline takes the time of NER alone", "times", times, None)
