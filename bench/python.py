#!/usr/bin/env python3
"""spaCy with tern inside (tern_nlp.spacy) and tern_nlp alone beside the pipeline without, alternating in one process, on one core.

    python bench/python.py [--package NAME] [--kernels NAME] [--rounds N] [--texts FILE.jsonl]

Takes the package out of the build tree (make build-tests). The first two rows are what users get; the others say where it goes.
"""

from __future__ import annotations

import os

for _name in ("OPENBLAS", "OMP", "MKL", "BLIS"):  # before numpy and spaCy are loaded
    os.environ[f"{_name}_NUM_THREADS"] = "1"

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from operator import attrgetter
from pathlib import Path
from threading import Thread
from typing import Any, Callable

import click

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "parity")]

from common import BUILD, SPACY_PACKAGE
from corpus import project_texts, read_texts


def timed(work: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


ATTRIBUTES = """i idx text orth_ text_with_ws whitespace_ lemma_ norm_ lower_ shape_ prefix_ suffix_ tag_ pos_ dep_ morph head
    left_edge right_edge n_lefts n_rights is_sent_start ent_type_ ent_iob_ ent_id_ ent_kb_id_ is_alpha is_ascii is_digit is_lower
    is_upper is_title is_punct is_space is_stop is_currency is_quote is_bracket is_left_punct is_right_punct like_num like_url
    like_email""".split()
read = attrgetter(*ATTRIBUTES)


def two_threads(work: Callable[[Sequence[str]], Any], texts: Sequence[str]) -> None:
    threads = [Thread(target=work, args=(texts[i::2],)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


PATTERNS = [
    [{"LOWER": "in"}, {"ENT_TYPE": "GPE"}],
    [{"POS": "ADJ", "OP": "+"}, {"POS": "NOUN"}],
    [{"LEMMA": {"IN": ["be", "have"]}}, {"OP": "?"}, {"TAG": "VBN"}],
]


def matchers(module: Any, vocab: Any, phrases: Sequence[Any]) -> dict[str, Any]:
    """Matchers of spaCy's or of tern's, filled. phrases: documents of the same vocabulary."""
    token = module.Matcher(vocab)
    token.add("P", PATTERNS)
    found = {"Matcher": token}
    for attr in ("ORTH", "LOWER"):
        found[f"PhraseMatcher, {attr}"] = module.PhraseMatcher(vocab, attr=attr)
        for i, phrase in enumerate(phrases):
            found[f"PhraseMatcher, {attr}"].add(f"K{i % 50}", [phrase])
    return found


def measure_matchers(without: Any, own: Any, texts: list[str], rounds: int) -> None:
    """Each matcher on the documents of its own library, in seconds of the processor."""
    from spacy import matcher as theirs
    from tern_nlp import matcher as ours

    spans = [list(doc.noun_chunks) for doc in without.pipe(texts[::4])]
    phrases = sorted({span.text for listed in spans for span in listed})
    pairs = [
        (matchers(module, nlp.vocab, [nlp.make_doc(text) for text in phrases]), list(nlp.pipe(texts)))
        for module, nlp in ((theirs, without), (ours, own))
    ]
    tokens = sum(len(doc) for doc in pairs[0][1])
    print(f"matchers: {len(phrases)} phrases, {len(PATTERNS)} patterns, {tokens} tokens")
    for name in pairs[0][0]:
        seconds = []
        for _ in range(rounds):
            seconds.append([])
            for matcher, docs in ((found[name], docs) for found, docs in pairs):
                begin = time.process_time()
                count = sum(len(matcher(doc)) for doc in docs)
                seconds[-1].append(time.process_time() - begin)
        spacys, terns = (statistics.median(column) / tokens * 1e9 for column in zip(*seconds))
        times = statistics.median(a / b for a, b in seconds)
        print(f"{name:30} {count:7} matches {spacys:8.0f} ns a token of spaCy's {terns:8.0f} ns {times:8.2f} ×")


@click.command()
@click.option("--package", default=SPACY_PACKAGE, help="A pipeline of spaCy's.", show_default=True)
@click.option("--kernels", help="tern's matrix kernels: avx512, avx2, portable.")
@click.option("--rounds", default=3, show_default=True)
@click.option("--texts", "file", type=click.Path(exists=True, path_type=Path), help="JSON Lines with texts.")
def main(package: str, kernels: str | None, rounds: int, file: Path | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        install = ["cmake", "--install", str(BUILD), "--component", "python", "--prefix", folder]
        subprocess.run(install, check=True, stdout=subprocess.DEVNULL)
        sys.path.insert(0, folder)
        measure(package, kernels, rounds, read_texts(file) if file else project_texts())


def measure(package: str, kernels: str | None, rounds: int, texts: list[str]) -> None:
    import spacy
    import tern_nlp.spacy
    from tern_nlp import _tern

    if kernels:
        _tern.use_kernels(kernels)
    without, inside = spacy.load(package), tern_nlp.spacy.load(package)
    engine = inside.get_pipe("tern").engine
    own = tern_nlp.load(engine.source)
    docs = list(inside.pipe(texts))
    tokens = sum(len(doc) for doc in docs)

    def run(some: Sequence[str]) -> None:
        engine.model.run(list(some), engine.want, engine.places)

    rows: dict[str, Callable[[], Any]] = {
        "spaCy: nlp.pipe": lambda: [None for _ in without.pipe(texts)],
        "tern inside: nlp.pipe": lambda: [None for _ in inside.pipe(texts)],
        "tern inside: nlp(text)": lambda: [inside(text) for text in texts],
        "tern inside: make_doc": lambda: [inside.make_doc(text) for text in texts],
        "spaCy: make_doc": lambda: [without.make_doc(text) for text in texts],
        "tern_nlp: nlp.pipe": lambda: [None for _ in own.pipe(texts)],
        "tern_nlp: text, label of ents": lambda: [(e.text, e.label_) for doc in own.pipe(texts) for e in doc.ents],
        "tern_nlp: all attributes": lambda: [read(token) for doc in own.pipe(texts) for token in doc],
        "tern_nlp: annotate": lambda: list(own.annotate(texts)),
        "tern_nlp: annotate, ents": lambda: list(own.annotate(texts, fields=["ents"])),
        "tern_nlp: pipe, two threads": lambda: [None for _ in own.pipe(texts, n_process=2)],
        "the engine": lambda: run(texts),
        "the engine, tokens": lambda: engine.model.run(texts, _tern.TOKENS),
        "the engine, two threads": lambda: two_threads(run, texts),
    }
    for work in rows.values():
        work()
    found: dict[str, list[float]] = {name: [] for name in rows}
    for _ in range(rounds):
        for name, work in rows.items():
            found[name].append(timed(work))
    print(f"{package}, {len(texts)} texts, {tokens} tokens, kernels {_tern.kernels()}, median of {rounds} rounds")
    for name, seconds in found.items():
        middle = statistics.median(seconds)
        times = statistics.median(a / b for a, b in zip(found["spaCy: nlp.pipe"], seconds))
        print(f"{name:30} {tokens / middle:10,.0f} tokens/s {middle / tokens * 1e6:8.2f} µs a token {times:8.2f} ×")
    measure_matchers(without, own, texts, rounds)


if __name__ == "__main__":
    main()
