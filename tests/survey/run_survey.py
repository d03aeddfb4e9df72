"""How many of the configurations that people train convert, and whether those that do give spaCy's documents.

    python tests/survey/run_survey.py CONFIGS.jsonl.gz [--texts 300] [--part 1/1 | --shapes 3,14 | --count] [--stages PROGRAM]

A line of the file is one configuration: {"nlp": ..., "components": ..., "repository": number, "vectors": is there a table}. Each
repository is one vote, shared by its configurations. Of each distinct shape (the configuration with its sizes made small) that
converts, spaCy makes a pipeline with random weights; it is converted, and every field of every text is compared. Labels and tables
are made up; scorers are spaCy's, as they change no document. --part 2/10: the second tenth of the shapes is
compared; --shapes: these numbers of it; --count: none. Exit code 1: a document differs or a shape was not made.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import json
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools" / "convert"), str(ROOT / "tests"), str(ROOT / "tests" / "parity")]

import convert.build
import convert.check
import numpy as np
import small_pipelines as small
import spacy
from categories import first_cats_difference
from convert.check import Planned, planned, reasons_when_created
from convert.errors import ConvertError
from convert.no_tokenizer import without_tokenizer
from convert.running_config import interpolated
from convert.tiny import seed_weights
from corpus import project_texts
from spacy.lookups import Lookups
from spacy.tokens import Doc, Span
from spacy.util import load_model_from_config
from spacy.vectors import Vectors
from thinc.api import Config

SIZES = {"width": 24, "hidden_width": 16, "embed_size": 200, "rows": 200, "length": 1024}
SEED = 5
OFFICIAL = re.compile(r"^[a-z]{2,3}_(?:core|ent|dep)_[a-z]+_(?:sm|md|lg)$")
SCORES = 1e-4
"""How near categories are: random weights make more of a rounding than trained ones."""
CATS = {"one": 1.0, "two": 0.0, "three": 0.0}
OUTCOMES = ("equal", "differs", "not made")


# ---- which convert ---------------------------------------------------------------------------------------------------


def sourced(name: str, settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """A component that is taken from an official pipeline: these have spaCy's default settings, all but their encoder's size."""
    if not OFFICIAL.match(str(settings.get("source"))):
        return settings
    original = str(settings.get("component", name))
    return {"factory": "trainable_lemmatizer" if original == "trainable_lemmatizer" else original}


def reasons_of(row: Mapping[str, Any], given_words: bool = False) -> tuple[Config | None, list[str]]:
    """The filled configuration, and why not all of it converts. given_words: without its tokenizer."""
    components = {name: sourced(name, settings) for name, settings in row["components"].items()}
    try:
        config = interpolated(Config({"nlp": row["nlp"], "components": components}))
        found = planned(without_tokenizer(config) if given_words else config)
        reasons = found.reasons or reasons_of_created(found)
    except ConvertError as error:
        return None, [str(error)]
    except Exception as error:  # the survey goes on
        return None, [f"{type(error).__name__}: {error}"]
    return found.config, [str(error) for error in reasons]


CREATED: dict[str, list[ConvertError]] = {}


def reasons_of_created(found: Planned) -> list[ConvertError]:
    """Asked once for each configuration: many say the same."""
    key = json.dumps(found.config, sort_keys=True)
    if key not in CREATED:
        CREATED[key] = reasons_when_created(found, lambda what: None)[0]
    return CREATED[key]


def kind_of(reason: str) -> str:
    """The reason without what is peculiar to one configuration."""
    return re.sub(r"component [\w.-]+", "component X", reason.split(": train")[0])[:120]


# ---- those that do, beside spaCy -------------------------------------------------------------------------------------


def small_sizes(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {key: small_size(key, value) for key, value in node.items()}
    return [small_sizes(value) for value in node] if isinstance(node, list) else node


def small_size(key: str, value: Any) -> Any:
    if key == "rows" and isinstance(value, list):
        return [SIZES["rows"]] * len(value)
    if key == "nO":  # as many as there are labels, which are made up
        return None
    return SIZES[key] if key in SIZES and isinstance(value, int) else small_sizes(value)


def reads_vectors(node: Any) -> bool:
    """Some configurations ask for vectors that a setting of the training names."""
    if isinstance(node, Mapping):
        asked = any(node.get(key) for key in ("include_static_vectors", "pretrained_vectors"))
        return bool(asked) or any(map(reads_vectors, node.values()))
    return False


def some_vectors() -> Vectors:
    words = sorted({word for text in project_texts()[:100] for word in text.split()})
    return Vectors(data=np.random.RandomState(SEED).normal(size=(len(words), 20)).astype("f4"), keys=words)


def values_of(node: Any, key: str) -> Iterator[Any]:
    """Of each setting of that name, however deep."""
    if isinstance(node, Mapping):
        yield from (value for name, value in node.items() if name == key)
        node = list(node.values())
    for value in node if isinstance(node, list) else ():
        yield from values_of(value, key)


def some_spans(doc: Doc) -> list[Span]:
    """The entities and, of another label, longer spans over them."""
    longer = [Span(doc, max(ent.start - 1, 0), min(ent.end + 1, len(doc)), "LONGER") for ent in doc.ents]
    return [Span(doc, ent.start, ent.end, ent.label) for ent in doc.ents] + longer


def gold_docs(spans_keys: Iterable[str]) -> list[Doc]:
    docs = small.gold_docs(small.edit_lemma, count=60)
    for doc in docs:
        doc.cats = CATS
        for key in spans_keys:
            doc.spans[key] = some_spans(doc)
        doc.tensor = np.zeros((0,), dtype="f4")  # or a listener that is initialised would read it
    return docs


def tables_for(lemmatizer: Any) -> Lookups:
    lookups = Lookups()
    for names in lemmatizer.get_lookups_config(lemmatizer.mode):
        for name in names:
            lookups.add_table(name, {"noun": {}} if name != "lemma_lookup" else {"words": "word"})
    return lookups


def initialised(config: Config, vectors: bool) -> Any:
    """The pipeline as a training makes it, with random weights."""
    nlp = load_model_from_config(config, auto_fill=True)
    disabled = nlp.disabled
    for name in disabled:  # they are trained, too
        nlp.enable_pipe(name)
    nlp.vocab.vectors = some_vectors() if vectors or reads_vectors(config) else nlp.vocab.vectors
    nlp.config["initialize"]["components"] = {}
    lemmatizers = [name for name in nlp.pipe_names if nlp.get_pipe_meta(name).factory == "lemmatizer"]
    with nlp.select_pipes(disable=lemmatizers):
        gold = gold_docs(sorted(set(values_of(nlp.config["components"], "spans_key"))))
        nlp.initialize(lambda: small.examples(nlp, gold))
    for name in lemmatizers:
        nlp.get_pipe(name).initialize(lookups=tables_for(nlp.get_pipe(name)))
    stream = np.random.RandomState(SEED)
    for _, pipe in nlp.pipeline:
        if hasattr(getattr(pipe, "model", None), "walk"):
            seed_weights(pipe.model, stream)
    for name in disabled:
        nlp.disable_pipe(name)
    return nlp


def remember_expressions() -> None:
    """The same language has the same expressions: they are compiled once."""
    known: dict[str, Any] = {}
    compile_them = convert.build.compile_expressions

    def remembered(tokenizer: Any, progress: Any) -> Any:
        key = repr(
            [
                getattr(getattr(function, "__self__", None), "pattern", None)
                for function in (
                    tokenizer.prefix_search,
                    tokenizer.suffix_search,
                    tokenizer.infix_finditer,
                    tokenizer.token_match,
                    tokenizer.url_match,
                )
            ]
        )
        if key not in known:
            known[key] = compile_them(tokenizer, progress)
        return known[key]

    convert.build.compile_expressions = convert.check.compile_expressions = remembered


@functools.cache
def texts_of(count: int) -> list[str]:
    return [text for text in project_texts() if text.strip()][:count]


def compared(config: Config, vectors: bool, stages: Path, texts: Sequence[str]) -> tuple[str, str]:
    """One of OUTCOMES; what differs first, or why there is nothing to compare."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            pair = small.saved_pair(initialised(config, vectors), Path(folder), stages)
        except Exception as error:  # the survey goes on
            return "not made", f"{type(error).__name__}: {error}"
        pair.nlp.pipe = lambda docs, batch_size: map(pair.nlp, docs)
        difference = next(iter(pair.differences(texts)), None) or differing_categories(pair, texts)
        return ("differs", difference) if difference else ("equal", "")


def differing_categories(pair: small.Pair, texts: Sequence[str]) -> str | None:
    factories = [pair.nlp.get_pipe_meta(name).factory for name in pair.nlp.pipe_names]
    if not any(factory.startswith("textcat") for factory in factories):
        return None
    answers = pair.stages().answers([{"text": text, "want": ["cats"]} for text in texts])
    found = (first_cats_difference(pair.nlp(text), answer["cats"], SCORES) for text, answer in zip(texts, answers))
    return next(filter(None, found), None)


def rows_of(path: str) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


class Survey:
    """shapes: those that convert, by their configuration; is there a table of vectors."""

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self.rows, self.size_of = rows, Counter(row["repository"] for row in rows)
        self.votes, self.only = defaultdict(float), defaultdict(float)
        self.converting, self.given_words = [0, 0.0], [0, 0.0]
        self.shapes: dict[str, tuple[Config, bool]] = {}
        for row in rows:
            self._add(row)

    def _add(self, row: Mapping[str, Any]) -> None:
        vote = 1 / self.size_of[row["repository"]]
        config, reasons = reasons_of(row)
        kinds = {kind_of(reason) for reason in reasons}
        for kind in kinds:
            self.votes[kind] += vote
            self.only[kind] += vote if len(kinds) == 1 else 0
        if not kinds and config is not None:
            count(self.converting, vote)
            tiny = Config(small_sizes({"nlp": config["nlp"], "components": config["components"]}))
            self.shapes.setdefault(json.dumps([tiny, row["vectors"]], sort_keys=True), (tiny, row["vectors"]))
        elif not reasons_of(row, given_words=True)[1]:
            count(self.given_words, vote)

    def print(self) -> None:
        total = len(self.size_of)
        print(f"{self.converting[0]} of {len(self.rows)} convert: {self.converting[1]:.1f} of {total} votes")
        print(f"{self.given_words[0]} more convert with --no-tokenizer: {self.given_words[1]:.1f} votes")
        both = self.converting[1] + self.given_words[1]
        print(f"together {both / total:.1%} of the votes, {self.converting[1] / total:.1%} without that")
        print("votes  only  reason")
        for kind in sorted(self.votes, key=lambda kind: -self.votes[kind]):
            print(f"{self.votes[kind]:5.2f} {self.only[kind]:5.2f}  {kind}")


def count(numbers: list[float], vote: float) -> None:
    numbers[0] += 1
    numbers[1] += vote


def part_of(shapes: Sequence[Any], part: str) -> list[tuple[int, Any]]:
    """The numbered shapes of a part such as 2/10."""
    number, parts = map(int, part.split("/"))
    return list(enumerate(shapes))[number - 1 :: parts]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("configs")
    parser.add_argument("--texts", type=int, default=300)
    parser.add_argument("--part", default="1/1")
    parser.add_argument("--shapes", type=lambda numbers: {int(number) for number in numbers.split(",")})
    parser.add_argument("--count", action="store_true")
    parser.add_argument("--stages", type=Path, default=ROOT / "build" / "tests" / "stages")
    options = parser.parse_args()
    remember_expressions()
    survey = Survey(list(rows_of(options.configs)))
    survey.print()
    chosen = [] if options.count else part_of(list(survey.shapes.values()), options.part)
    chosen = [each for each in chosen if options.shapes is None or each[0] in options.shapes]
    texts, outcomes = texts_of(options.texts), Counter()
    for number, (config, vectors) in chosen:
        begin = time.monotonic()
        outcome, why = compared(config, vectors, options.stages, texts)
        outcomes[outcome] += 1
        names = ", ".join(config["nlp"]["pipeline"])
        print(f"shape {number} ({names}), {time.monotonic() - begin:.0f} s: {outcome} {why[:500]}".rstrip(), flush=True)
    counts = ", ".join(f"{outcomes[outcome]} {outcome}" for outcome in OUTCOMES)
    print(f"{len(chosen)} of {len(survey.shapes)} shapes beside spaCy, {len(texts)} texts each: {counts}")
    return 1 if outcomes["equal"] < len(chosen) else 0


if __name__ == "__main__":
    sys.exit(main())
