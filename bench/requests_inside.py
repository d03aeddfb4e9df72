"""Milliseconds per request for entities: JSON body in, JSON body out, without a network, on a whole core."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from measured import Bench, Pipeline, jsonl, timed
from texts import of_length

REQUEST_TOKENS = (15, 60, 150, 1500)
REQUESTS_PER_LENGTH = 20
REQUESTS_OF_LONG_TEXTS = 5  # of over 1,000 tokens


def spacy_request(nlp: Any, body: bytes) -> bytes:
    doc = nlp(json.loads(body)["text"])
    entities = [{"text": e.text, "label": e.label_, "start": e.start_char, "end": e.end_char} for e in doc.ents]
    return json.dumps({"entities": entities}).encode()


def requests(bench: Bench) -> Iterator[None]:
    """tern runs what entities need: the shared encoder, parser and NER. spaCy runs everything, or just that, too."""
    pipelines = (bench.whole, bench.entities, bench.ner)
    for tokens in REQUEST_TOKENS:
        count = REQUESTS_PER_LENGTH if tokens <= 1000 else REQUESTS_OF_LONG_TEXTS
        texts = of_length(bench.texts, tokens, count)
        bodies = jsonl(texts).splitlines()
        tern: dict[str, list[float]] = {pipeline.name: [] for pipeline in pipelines}
        spacy: dict[str, list[float]] = {pipeline.name: [] for pipeline in pipelines}
        for pipeline in pipelines:  # unmeasured
            for body in bodies:
                spacy_request(pipeline.nlp, body)
        try:
            for _ in range(bench.rounds):
                for pipeline in pipelines:
                    tern[pipeline.name].extend(ns / 1e6 for ns, _ in bench.inside_measure(pipeline, "request", texts))
                    spacy[pipeline.name].extend(milliseconds(pipeline, body) for body in bodies)
                yield
        finally:
            for name in tern:
                columns = {"tern": tern[name], "spaCy": spacy[name]}
                bench.record("requests", f"{name}: request of {tokens} tokens", "ms", columns)


def milliseconds(pipeline: Pipeline, body: bytes) -> float:
    return 1e3 * timed(lambda: spacy_request(pipeline.nlp, body))
