"""A small pipeline that says whether a text is positive, negative or neutral, trained by spaCy on made sentences for the tests."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import spacy
from convert import container
from convert.build import convert
from spacy.language import Language
from spacy.training import Example
from spacy.vectors import Vectors
from train_sentiment.mixed import SENTIMENTS, with_mixed

SEED = 3
CLASSES = ("NEUTRAL", "POSITIVE", "NEGATIVE")  # not in the order of anybody else, so that names decide
ORDER = ("POSITIVE", "NEGATIVE", "NEUTRAL", "MIXED")  # of the scores in an answer
WORDS = {
    "POSITIVE": ("love", "great", "wonderful", "enjoyed", "excellent"),
    "NEGATIVE": ("hate", "terrible", "awful", "loathed", "horrible"),
    "NEUTRAL": ("saw", "blue", "daily", "bought", "square"),
}
THINGS = ("cake", "film", "room", "phone", "train", "street", "book", "Paris")
FRAMES = ("I {} the {}.", "We {} this {}!", "The {} {} was there.", "It's a {} {}, isn't it?", "That {} {}…")


class Opinions(NamedTuple):
    """folder: what spaCy loads; model: the file."""

    folder: Path
    model: Path


def sentences(count: int, seed: int) -> list[tuple[str, str]]:
    """Sentences and their classes."""
    rng = random.Random(seed)
    chosen = [rng.choice(CLASSES) for _ in range(count)]
    return [(rng.choice(FRAMES).format(rng.choice(WORDS[name]), rng.choice(THINGS)), name) for name in chosen]


def texts(count: int, seed: int) -> list[str]:
    """Of one to five sentences each."""
    rng = random.Random(seed)
    pool = [sentence for sentence, _ in sentences(3 * count, seed)]
    return [rng.choice((" ", "\n\n", "  ")).join(rng.choices(pool, k=rng.randint(1, 5))) for _ in range(count)]


def train(
    labels: Sequence[str] = CLASSES,
    before: Sequence[str] = ("sentencizer",),
    name: str = "textcat",
    vectors: Vectors | None = None,
) -> Language:
    encoder = {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.MultiHashEmbed.v2",
            "width": 16,
            "attrs": ["NORM", "SUFFIX"],
            "rows": [300, 100],
            "include_static_vectors": vectors is not None,
        },
        "encode": {
            "@architectures": "spacy.MaxoutWindowEncoder.v2",
            "width": 16,
            "window_size": 1,
            "maxout_pieces": 2,
            "depth": 1,
        },
    }
    model = {
        "@architectures": "spacy.TextCatReduce.v1",
        "exclusive_classes": name == "textcat",
        "tok2vec": encoder,
        "use_reduce_first": False,
        "use_reduce_last": False,
        "use_reduce_max": True,
        "use_reduce_mean": True,
    }
    spacy.util.fix_random_seed(SEED)
    nlp = spacy.blank("en")
    nlp.vocab.vectors = vectors or nlp.vocab.vectors
    for component in before:
        nlp.add_pipe(component)
    nlp.add_pipe(name, config={"model": model})
    renamed = dict(zip(CLASSES, labels))
    examples = [
        Example.from_dict(nlp.make_doc(text), {"cats": {label: float(label == renamed[said]) for label in labels}})
        for text, said in sentences(240, SEED)
    ]
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(6):
        for batch in spacy.util.minibatch(examples, 16):
            nlp.update(batch, sgd=optimizer)
    return nlp


def save(nlp: Language, folder: Path) -> Opinions:
    made = Opinions(folder / "pipeline", folder / "opinions.tern")
    nlp.to_disk(made.folder)
    groups = convert(str(made.folder), lambda what: None).groups
    made.model.write_bytes(container.write([group.sections for group in groups]))
    return made


def expected(nlp: Language, text: str) -> dict[str, Any]:
    """What tern should answer with "sentences": the rule of train_sentiment.mixed on spaCy's scores of text and sentences."""
    doc = nlp(text)
    spans = list(doc.sents)
    # A sentence as_doc is scored as it is; the pipeline would look for sentences in it again.
    documents = [span.as_doc() for span in spans]
    scored = [dict(zip(nlp.get_pipe("textcat").labels, row)) for row in nlp.get_pipe("textcat").predict(documents)]
    order = [label for label in SENTIMENTS if label != "MIXED"]

    def answer(scores: np.ndarray) -> dict[str, Any]:
        named = dict(zip(SENTIMENTS, map(float, scores)))
        best = max(named, key=lambda label: named[label])
        return {
            "sentiment": best,
            "confidence": named[best],
            "scores": {label.lower(): named[label] for label in ORDER},
        }

    def row(cats: dict[str, float]) -> np.ndarray:
        return np.array([cats[label] for label in order])

    rows = np.array([row(cats) for cats in scored])
    parts = [
        {"text": span.text, "start": span.start_char, "end": span.end_char, **answer(np.append(scores, 0.0))}
        for span, scores in zip(spans, rows)
    ]
    return {**answer(with_mixed(row(doc.cats), rows)), "sentences": parts}
