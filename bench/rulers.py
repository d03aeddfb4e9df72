"""The entity ruler beside spaCy's: 1,000 token patterns and 20,000 phrases; what 100,000 phrases cost at the start."""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from measured import Bench, Program, timed
from processes import PEAK_OF_COMMAND
from texts import ROOT, SENTENCE

SEED = 17
TOKEN_PATTERNS, PHRASES, MANY = 1000, 20_000, 100_000
LABELS = ("DRUG", "GENE", "ORG", "PLACE")
MOST_ROUNDS = 3


def phrases(words: Sequence[str], count: int, source: random.Random) -> list[dict[str, Any]]:
    """Distinct phrases of two to four words of the texts, of which few follow each other there."""
    found: set[str] = set()
    while len(found) < count:
        found.add(" ".join(source.choices(words, k=source.randint(2, 4))))
    return [{"label": source.choice(LABELS), "pattern": phrase} for phrase in sorted(found)]


def token_patterns(docs: Sequence[Any], count: int, source: random.Random) -> list[dict[str, Any]]:
    """Of words as they follow each other in the texts; a word may be any of a kind, or be left out."""
    found = []
    while len(found) < count:
        doc = source.choice(docs)
        begin = source.randrange(len(doc))
        specs: list[dict[str, Any]] = [{"LOWER": doc[begin].lower_}]
        for token in doc[begin + 1 : begin + source.randint(2, 4)]:
            choices = (
                {"LOWER": token.lower_},
                {"LOWER": {"IN": [token.lower_, "and", "of"]}},
                {"IS_TITLE": True, "OP": "+"},
                {"IS_PUNCT": True, "OP": "?"},
                {"TEXT": {"REGEX": "^[A-Z][a-z]+$"}},
            )
            specs.append(source.choice(choices))
        found.append({"label": source.choice(LABELS), "pattern": specs})
    return found


def with_ruler(patterns: Sequence[dict[str, Any]]) -> Any:
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns(list(patterns))
    return nlp


def converted(nlp: Any, folder: Path, name: str) -> Path:
    """Its .tern file."""
    if str(ROOT / "tools" / "convert") not in sys.path:
        sys.path.insert(0, str(ROOT / "tools" / "convert"))
    from convert import container
    from convert.build import convert

    nlp.to_disk(folder / name)
    conversion = convert(str(folder / name), lambda what: None)
    file = folder / f"{name}.tern"
    file.write_bytes(container.write([group.sections for group in conversion.groups], conversion.required))
    return file


def tern_seconds(program: Program, texts: Sequence[str]) -> dict[str, float]:
    whole, tokens = (1e-9 * sum(ns for ns, _ in program.inside_measure(mode, texts)) for mode in ("run", "tokenize"))
    return {"whole": whole, "ruler": whole - tokens}


def spacy_seconds(nlp: Any, texts: Sequence[str]) -> dict[str, float]:
    ruler, docs = nlp.get_pipe("entity_ruler"), [nlp.make_doc(text) for text in texts]
    return {"whole": timed(lambda: list(nlp.pipe(texts))), "ruler": timed(lambda: [ruler(doc) for doc in docs])}


def started(bench: Bench, model: Path) -> tuple[float, float]:
    """(milliseconds from exec to its end, peak MB) of `tern ner` on a sentence."""
    command = [str(bench.build / "tern"), "ner", "-m", str(model), SENTENCE]
    begin = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    elapsed = time.perf_counter() - begin
    measured = [sys.executable, "-S", "-E", "-c", PEAK_OF_COMMAND, *command]
    peak = subprocess.run(measured, stdout=subprocess.PIPE, check=True).stdout.split()[-1]
    return 1e3 * elapsed, int(peak) / 1024


def record_start(bench: Bench, words: Sequence[str]) -> None:
    """tern with many phrases, and with two: neither is better by much."""
    models = [
        converted(with_ruler(phrases(words, count, random.Random(SEED))), bench.folder, f"phrases-{count}")
        for count in (2, MANY)
    ]
    samples = [[started(bench, model) for _ in range(bench.few(20, 3))] for model in models]
    for i, (what, unit) in enumerate((("exec to end", "ms"), ("peak memory", "MB"))):
        few, many = ([sample[i] for sample in found] for found in samples)
        note = f"`tern ner` with {MANY:,} phrases; with two it has {statistics.median(few):.3g} {unit}"
        bench.record("rulers", f"{what}, {MANY:,} phrases", unit, {"tern": many}, None, note=note)
    bench.record("rulers", f"file of {MANY:,} phrases", "MB", {"tern": [models[1].stat().st_size / 1e6]}, None)


def rulers(bench: Bench) -> Iterator[None]:
    """spaCy has run over the texts once before: its caches are warm."""
    source = random.Random(SEED)
    docs = [doc for doc in map(bench.ner.nlp.make_doc, bench.texts) if len(doc) > 4]
    words = sorted({token.text for doc in docs for token in doc if token.is_alpha})
    nlp = with_ruler(token_patterns(docs, TOKEN_PATTERNS, source) + phrases(words, bench.few(PHRASES, 500), source))
    program = Program("tern", bench.build, converted(nlp, bench.folder, "rulers"))
    found = sum(len(doc.ents) for doc in nlp.pipe(bench.texts))
    samples: dict[str, list[dict[str, float]]] = {"tern": [], "spaCy": []}
    try:
        for _ in range(min(bench.rounds, MOST_ROUNDS)):
            samples["tern"].append(tern_seconds(program, bench.texts))
            samples["spaCy"].append(spacy_seconds(nlp, bench.texts))
            yield
    finally:
        for key, name in (("ruler", "entity_ruler"), ("whole", "tokenizer and entity_ruler")):
            seconds = {who: [one[key] for one in each] for who, each in samples.items()}
            note = f"{TOKEN_PATTERNS:,} token patterns and {PHRASES:,} phrases find {found:,} entities"
            bench.record("rulers", f"{name}: all texts", "s", seconds, paired=True, note=note)
    record_start(bench, words)
    yield
