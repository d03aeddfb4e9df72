"""Pipelines made for the tests, with the components that no installed package has.

Their labels come from what the installed pipeline says of the project's texts; their weights are trained on that, or random,
which chooses every label now and then. Each is saved, loaded by spaCy, and converted.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable

import numpy as np
import oracle
import pytest
import spacy
from common import REDUCED, SPACY_PACKAGE
from convert import container
from convert.build import convert
from convert.tiny import seed_weights
from corpus import project_texts
from differences import first_difference
from spacy.language import Language
from spacy.tokens import Doc, Token
from spacy.training import Example
from stages import Stages, marks

WIDTH = 32
SEED = 5
SENTENCES = 240
PASSES = 2 if REDUCED else 8


# ---- settings --------------------------------------------------------------------------------------------------------


def encoder(width: int = WIDTH, depth: int = 2) -> dict[str, Any]:
    """A Tok2Vec of the features that spaCy's quickstart takes."""
    return {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.MultiHashEmbed.v2",
            "width": width,
            "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE"],
            "rows": [500, 200, 500, 200],
            "include_static_vectors": False,
        },
        "encode": {
            "@architectures": "spacy.MaxoutWindowEncoder.v2",
            "width": width,
            "window_size": 1,
            "maxout_pieces": 3,
            "depth": depth,
        },
    }


def listener(width: int = WIDTH) -> dict[str, Any]:
    return {"@architectures": "spacy.Tok2VecListener.v1", "width": width, "upstream": "*"}


def labeller(**settings: Any) -> dict[str, Any]:
    """Settings of a tagger, morphologizer or trainable lemmatizer that listens to the shared encoder."""
    return {"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": listener()}, **settings}


# ---- what they learn -------------------------------------------------------------------------------------------------


def edit_lemma(token: Token) -> None:
    """Sets a lemma that needs edits."""
    token.lemma_ = edited(token.text)


def edited(word: str) -> str:
    """A lemma that needs edits at both ends, inside them, and of the whole word."""
    if len(word) == 1:
        return word.lower()
    if len(word) % 3 == 0:
        return word.swapcase()[::-1] if len(word) == 3 else "ge" + word[1:-2] + "en"
    return word[1:3] + "é" + word[3:] if len(word) % 5 == 0 else word.lower()


@functools.cache
def _annotated_docs() -> list[Doc]:
    texts = [text for text in project_texts() if text.strip()]
    random.Random(SEED).shuffle(texts)
    return list(oracle.pipeline(SPACY_PACKAGE, "full").pipe(texts[:SENTENCES]))


def gold_docs(change: Callable[[Token], None] | None = None, count: int = SENTENCES) -> list[Doc]:
    """Annotated documents; change: what is done to each token after that."""
    docs = [doc.copy() for doc in _annotated_docs()[:count]]
    for doc in docs:
        for token in doc if change else ():
            change(token)
    return docs


def examples(nlp: Language, docs: Sequence[Doc]) -> list[Example]:
    return [Example(nlp.make_doc(doc.text), Doc(nlp.vocab).from_bytes(doc.to_bytes())) for doc in docs]


def train(nlp: Language, docs: Sequence[Doc], passes: int = PASSES, learn_rate: float = 0.001) -> None:
    """A few passes over the documents, the same on every run. learn_rate: the more, the sooner it says something."""
    sample = examples(nlp, docs)
    spacy.util.fix_random_seed(SEED)
    optimizer = nlp.initialize(lambda: sample)
    optimizer.learn_rate = learn_rate
    order = random.Random(SEED)
    for _ in range(passes):
        order.shuffle(sample)
        for begin in range(0, len(sample), 16):
            nlp.update(sample[begin : begin + 16], sgd=optimizer)


def randomise(nlp: Language, docs: Sequence[Doc], label_files: dict[str, Path] | None = None) -> None:
    """Labels from the documents, or, by component, from a JSON file of its label_data; weights from a fixed stream."""
    sample = examples(nlp, docs)
    for name, path in (label_files or {}).items():
        nlp.config["initialize"]["components"][name] = {
            "labels": {"@readers": "spacy.read_labels.v1", "path": str(path)}
        }
    nlp.initialize(lambda: sample)
    stream = np.random.RandomState(SEED)
    for _, pipe in nlp.pipeline:
        if hasattr(pipe, "model") and hasattr(pipe.model, "walk"):
            seed_weights(pipe.model, stream)


# ---- beside tern -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pair:
    """A pipeline as spaCy loads it and the file that was made of it."""

    nlp: Language
    file: Path
    program: Path  # stages

    def stages(self, *flags: str) -> Stages:
        return Stages(self.program, self.file, *flags)

    def differences(
        self,
        texts: Sequence[str],
        only: Sequence[str] | None = None,
        sent_starts: Sequence[Sequence[int]] | None = None,
        batch_size: int = 64,
    ) -> list[str]:
        """One line for each text that differs. only: names of the components that run; None: as loaded. sent_starts: 1, -1, 0
        per token, set before. batch_size: texts that spaCy has at once."""
        lines = [{"text": text, "components": list(only)} if only else {"text": text} for text in texts]
        for line, starts in zip(lines, sent_starts or ()):
            line["sent_starts"] = marks(starts)
        with self.nlp.select_pipes(enable=list(only) if only else self.nlp.pipe_names):
            wanted = list(oracle.answers(self.nlp, texts, sent_starts, batch_size))
        answers = self.stages("--features").answers(lines)
        found = [first_difference(text, want, got) for text, want, got in zip(texts, wanted, answers)]
        return [difference for difference in found if difference]


def report(differences: Sequence[str], texts: Sequence[str]) -> None:
    """Fails with the first difference."""
    if differences:
        pytest.fail(f"{len(differences)} of {len(texts)} texts differ; the first:\n{differences[0]}", pytrace=False)


def convert_folder(folder: Path, file: Path, given_words: bool = False, temperature: float | None = None) -> None:
    """given_words: without the tokenizer. temperature: of ner's scores."""
    conversion = convert(str(folder), lambda what: None, given_words=given_words, temperature=temperature)
    file.write_bytes(container.write([group.sections for group in conversion.groups], conversion.required))


def saved_pair(nlp: Language, folder: Path, program: Path) -> Pair:
    """Saves a pipeline to folder, loads it again, converts it."""
    nlp.to_disk(folder / "pipeline")
    convert_folder(folder / "pipeline", folder / "model.tern")
    return Pair(spacy.load(folder / "pipeline"), folder / "model.tern", program)
