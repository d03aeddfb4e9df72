"""How many of the configurations that people train convert, and whether those that do give spaCy's documents.

    python tests/survey/run_survey.py CONFIGS.jsonl.gz [--texts 300] [--shapes 0] [--stages build/tests/stages]

A line of the file is one configuration: {"nlp": ..., "components": ..., "repository": number, "vectors": is there a table}. Each
repository is one vote, shared by its configurations. Of each distinct shape (the configuration with its sizes made small) that
converts, spaCy makes a pipeline with random weights; it is converted, and every field of every text is compared. Labels and tables
are made up. --shapes: how many shapes are compared, 0 for all, -1 for none. Exit code 1: a document differs.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import json
import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools" / "convert"), str(ROOT / "tests"), str(ROOT / "tests" / "parity")]

import convert.build
import numpy as np
import small_pipelines as small
import spacy
from convert.check import planned
from convert.errors import ConvertError
from convert.tiny import seed_weights
from corpus import project_texts
from spacy.lookups import Lookups
from spacy.tokens import Doc
from spacy.util import load_model_from_config
from spacy.vectors import Vectors
from thinc.api import Config

SIZES = {"width": 24, "hidden_width": 16, "embed_size": 200, "rows": 200, "length": 1024}
SEED = 5
OFFICIAL = re.compile(r"^[a-z]{2,3}_(?:core|ent|dep)_[a-z]+_(?:sm|md|lg)$")
CATS = {"one": 1.0, "two": 0.0, "three": 0.0}


# ---- which convert ---------------------------------------------------------------------------------------------------


def sourced(name: str, settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """A component that is taken from an official pipeline: these have spaCy's default settings, all but their encoder's size."""
    if not OFFICIAL.match(str(settings.get("source"))):
        return settings
    original = str(settings.get("component", name))
    return {"factory": "trainable_lemmatizer" if original == "trainable_lemmatizer" else original}


def reasons_of(row: Mapping[str, Any]) -> tuple[Config | None, list[str]]:
    """The filled configuration, and why not all of it converts."""
    components = {name: sourced(name, settings) for name, settings in row["components"].items()}
    try:
        found = planned(Config({"nlp": row["nlp"], "components": components}))
    except ConvertError as error:
        return None, [str(error)]
    except Exception as error:  # the survey goes on
        return None, [f"{type(error).__name__}: {error}"]
    return found.config, [str(error) for error in found.reasons]


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
    return SIZES[key] if key in SIZES and isinstance(value, int) else small_sizes(value)


def some_vectors() -> Vectors:
    words = sorted({word for text in project_texts()[:100] for word in text.split()})
    return Vectors(data=np.random.RandomState(SEED).normal(size=(len(words), 20)).astype("f4"), keys=words)


def gold_docs() -> list[Doc]:
    docs = small.gold_docs(small.edit_lemma, count=60)
    for doc in docs:
        doc.cats = CATS
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
    nlp.vocab.vectors = some_vectors() if vectors else nlp.vocab.vectors
    nlp.config["initialize"]["components"] = {}
    lemmatizers = [name for name in nlp.pipe_names if nlp.get_pipe_meta(name).factory == "lemmatizer"]
    with nlp.select_pipes(disable=lemmatizers):
        nlp.initialize(lambda: small.examples(nlp, gold_docs()))
    for name in lemmatizers:
        nlp.get_pipe(name).initialize(lookups=tables_for(nlp.get_pipe(name)))
    stream = np.random.RandomState(SEED)
    for _, pipe in nlp.pipeline:
        if hasattr(getattr(pipe, "model", None), "walk"):
            seed_weights(pipe.model, stream)
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

    convert.build.compile_expressions = remembered


@functools.cache
def texts_of(count: int) -> list[str]:
    return [text for text in project_texts() if text.strip()][:count]


def compared(config: Config, vectors: bool, stages: Path, texts: Sequence[str]) -> str | None:
    """What differs first, or why there is nothing to compare."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            pair = small.saved_pair(initialised(config, vectors), Path(folder), stages)
        except Exception as error:  # the survey goes on
            return f"not made: {type(error).__name__}: {error}"
        pair.nlp.pipe = lambda docs, batch_size: map(pair.nlp, docs)
        return next(iter(pair.differences(texts)), None)


def rows_of(path: str) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("configs")
    parser.add_argument("--texts", type=int, default=300)
    parser.add_argument("--shapes", type=int, default=0)
    parser.add_argument("--stages", type=Path, default=ROOT / "build" / "tests" / "stages")
    options = parser.parse_args()
    rows = list(rows_of(options.configs))
    size_of = Counter(row["repository"] for row in rows)
    votes, only = defaultdict(float), defaultdict(float)
    shapes: dict[str, tuple[Config, bool]] = {}
    converting, votes_for = 0, 0.0
    for row in rows:
        vote = 1 / size_of[row["repository"]]
        config, reasons = reasons_of(row)
        kinds = {kind_of(reason) for reason in reasons}
        for kind in kinds:
            votes[kind] += vote
            only[kind] += vote if len(kinds) == 1 else 0
        if not kinds and config is not None:
            converting, votes_for = converting + 1, votes_for + vote
            tiny = Config(small_sizes({"nlp": config["nlp"], "components": config["components"]}))
            shapes.setdefault(json.dumps([tiny, row["vectors"]], sort_keys=True), (tiny, row["vectors"]))
    print(
        f"{converting} of {len(rows)} convert: {votes_for:.1f} of {len(size_of)} votes, {votes_for / len(size_of):.1%}"
    )
    print("votes  only  reason")
    for kind in sorted(votes, key=lambda kind: -votes[kind]):
        print(f"{votes[kind]:5.2f} {only[kind]:5.2f}  {kind}")
    remember_expressions()
    chosen = list(shapes.values())[: options.shapes or None] if options.shapes >= 0 else []
    texts, different = texts_of(options.texts), 0
    for number, (config, vectors) in enumerate(chosen):
        difference = compared(config, vectors, options.stages, texts)
        different += difference is not None
        if difference is not None:
            print(f"shape {number} ({', '.join(config['nlp']['pipeline'])}): {difference[:500]}")
    print(f"{len(chosen)} of {len(shapes)} shapes beside spaCy, {len(texts)} texts each: {different} differ")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
