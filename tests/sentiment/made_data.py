"""Small made data for tests of train_sentiment: rated texts, a lexicon, a pipeline with vectors, a small model."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import spacy

VALENCES = {"good": 1.9, "lovely": 2.8, "superb": 3.1, "bad": -2.5, "awful": -2.0, "rude": -2.0}
THINGS = ("cake", "phone", "film", "hotel", "song", "book", "plan", "room")
PLAIN = ("red", "wooden", "small", "new")


def write_texts(path: Path, documents: int = 40) -> Path:
    """Reviews of five sentences and tweets; the word of the lexicon decides the rating."""
    rng = random.Random(1)
    with open(path, "w", encoding="utf-8") as out:
        for number in range(documents):
            for sentence in (1, 2, 3, 4, 5, 0):
                word = rng.choice([*VALENCES, *PLAIN])
                mean = VALENCES.get(word, 0.0)
                row = {
                    "id": f"review:{number}_{sentence}" if sentence else f"tweet:{number}",
                    "domain": "review" if sentence else "tweet",
                    "text": f"The {rng.choice(THINGS)} is {word}.",
                    "mean": mean,
                    "ratings": [round(mean)] * 19 + [0],
                }
                out.write(json.dumps(row) + "\n")
    return path


def write_lexicon(path: Path) -> Path:
    path.write_text("".join(f"{word}\t{value}\t0.5\t[]\n" for word, value in VALENCES.items()), encoding="utf-8")
    return path


def write_vectors(path: Path) -> Path:
    """A blank pipeline with vectors for the words of the texts; cake and phone share a row, X9 is a word that is not kept."""
    rng = np.random.RandomState(2)
    nlp = spacy.blank("en")
    nlp.vocab.vectors = spacy.vectors.Vectors(strings=nlp.vocab.strings, shape=(20, 8))
    nlp.vocab.vectors.data[:] = rng.normal(size=(20, 8))
    for row, word in enumerate(["cake", *THINGS[2:], *VALENCES, "X9", "elsewhere"]):
        nlp.vocab.vectors.add(nlp.vocab.strings.add(word), row=row)
    nlp.vocab.vectors.add(nlp.vocab.strings.add("phone"), row=0)
    nlp.to_disk(path)
    return path


def write_config(path: Path, shipped: Path) -> Path:
    """The shipped configuration, smaller and longer trained."""
    from thinc.api import Config

    small = {
        "model.tok2vec.embed.width": 16,
        "model.tok2vec.embed.rows": [200, 50, 50, 50],
        "model.tok2vec.encode.width": 16,
        "training.epochs": 12,
        "training.batch_texts": 16,
        "training.warmup_steps": 10,
        "augmentation.negations": 10,
        "augmentation.contrasts": 4,
        "distillation.teachers": 2,
        "distillation.texts": 40,
    }
    Config().from_disk(shipped, overrides=small).to_disk(path)
    return path
