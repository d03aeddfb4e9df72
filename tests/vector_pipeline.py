"""A small pipeline whose encoders read static vectors, by key or floret's, trained by spaCy for the tests; and its
file with a table of
any size."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import spacy
from convert import container
from convert.build import convert
from convert.container import Section
from convert.tiny_recipe import INFIX, LEMMA_TABLES, PREFIX, RULER_PATTERNS, RULES, SUFFIX
from convert.vectors import VectorTable, key_sections
from spacy.lookups import Lookups
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc
from spacy.training import Example
from spacy.vectors import Vectors

WIDTH, COLUMNS, ROWS = 16, 24, 300
SEED = 7
SYMBOLS = ("X", "_", "ORG", "DATE", "number")  # words whose ids are reserved numbers
PEOPLE, FIRMS, PLACES = (
    ("Ada", "Turing", "Apple", "Rose"),
    ("IBM", "Apple", "Acme", "X"),
    ("London", "U.K.", "Paris", "Rose"),
)
VERBS = ("bought", "left", "likes", "saw")


class VectorPipeline(NamedTuple):
    """folder: what spaCy loads; model: the file."""

    folder: Path
    model: Path


def make(folder: Path, texts: Iterable[str], floret: dict[str, Any] | None = None) -> VectorPipeline:
    """Trained and converted into the folder. texts: most of their words get vectors; floret: settings, for all words
    to have some.
    """
    made = VectorPipeline(folder / "pipeline", folder / "pipeline.tern")
    train(made.folder, texts, floret)
    groups = convert(str(made.folder), lambda what: None).groups
    made.model.write_bytes(container.write([group.sections for group in groups]))
    return made


def _encoder(width: int, depth: int) -> dict[str, Any]:
    return {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.MultiHashEmbed.v2",
            "width": width,
            "attrs": ["NORM", "PREFIX", "SHAPE"],
            "rows": [200, 100, 100],
            "include_static_vectors": True,
        },
        "encode": {
            "@architectures": "spacy.MaxoutWindowEncoder.v2",
            "width": width,
            "window_size": 1,
            "maxout_pieces": 2,
            "depth": depth,
        },
    }


def _settings() -> dict[str, Any]:
    listener = {"@architectures": "spacy.Tok2VecListener.v1", "width": WIDTH, "upstream": "*"}
    transition = {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "extra_state_tokens": False,
        "hidden_width": WIDTH,
        "maxout_pieces": 2,
        "use_upper": True,
    }
    return {
        "tok2vec": {"model": _encoder(WIDTH, 2)},
        "tagger": {"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": listener}},
        "parser": {"model": {**transition, "state_type": "parser", "tok2vec": listener}, "min_action_freq": 1},
        "senter": {"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": _encoder(6, 2)}},
        "ner": {"model": {**transition, "state_type": "ner", "tok2vec": _encoder(WIDTH, 3)}},
    }


def _vectors(words: Iterable[str]) -> Vectors:
    """Most words have a row; rows are shared, some are equal, some nobody has."""
    choose = random.Random(SEED)
    data = np.random.RandomState(SEED).uniform(-3, 3, (ROWS, COLUMNS)).astype("float32")
    data[ROWS // 2 : ROWS // 2 + 50] = data[:50]
    vectors = Vectors(data=data)
    for word in [*SYMBOLS, *sorted(set(words))]:
        if word in SYMBOLS or choose.random() < 0.8:
            vectors.add(word, row=choose.randrange(ROWS - 20))
    return vectors


def _floret_vectors(settings: dict[str, Any]) -> Vectors:
    """Random rows, without floret's own training: spaCy hashes as it would for a trained table."""
    data = np.random.RandomState(SEED).uniform(-3, 3, (ROWS, COLUMNS)).astype("float32")
    return Vectors(data=data, mode="floret", **settings)


def _example(nlp: Any, choose: random.Random) -> Example:
    person, verb, firm, place = (choose.choice(words) for words in (PEOPLE, VERBS, FIRMS, PLACES))
    words = [person, verb, firm, "in", place, "."]
    doc = {
        "words": words * 2,
        "tags": ["NNP", "VBD", "NNP", "IN", "NNP", "."] * 2,
        "heads": [1, 1, 1, 1, 3, 1, 7, 7, 7, 7, 9, 7],
        "deps": ["nsubj", "ROOT", "dobj", "prep", "pobj", "punct"] * 2,
        "sent_starts": [1, 0, 0, 0, 0, 0] * 2,
        "entities": ["U-PERSON", "O", "U-ORG", "O", "U-GPE", "O"] * 2,
    }
    return Example.from_dict(Doc(nlp.vocab, words=doc["words"]), doc)


def _add_tables(nlp: Any) -> None:
    """The components without a network."""
    lookups = Lookups()
    for name, table in LEMMA_TABLES.items():
        lookups.add_table(name, table)
    nlp.add_pipe("attribute_ruler", before="ner").add_patterns(RULER_PATTERNS)
    nlp.add_pipe("lemmatizer", before="ner").initialize(lookups=lookups)


def train(folder: Path, texts: Iterable[str], floret: dict[str, Any] | None = None) -> None:
    """Leaves the pipeline in the folder."""
    spacy.util.fix_random_seed(SEED)
    nlp = spacy.blank("en")
    nlp.tokenizer = Tokenizer(
        nlp.vocab,
        rules=RULES,
        prefix_search=re.compile(PREFIX).search,
        suffix_search=re.compile(SUFFIX).search,
        infix_finditer=re.compile(INFIX).finditer,
    )  # English's takes long to convert
    words = (token.text for text in texts for token in nlp.make_doc(text))
    nlp.vocab.vectors = _vectors(words) if floret is None else _floret_vectors(floret)
    for name, settings in _settings().items():
        nlp.add_pipe(name, config=settings)
    choose = random.Random(SEED)
    examples = [_example(nlp, choose) for _ in range(40)]
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(15):
        nlp.update(examples, sgd=optimizer, drop=0.1)
    _add_tables(nlp)
    nlp.disable_pipe("senter")
    nlp.to_disk(folder)


def enlarged(file: bytes, ids: list[int], rows: int) -> bytes:
    """The file with a made-up table of so many rows for the texts with these ids and for as many others as there are rows."""
    sections = container.read(file)
    numbers = np.random.RandomState(SEED)
    others = numbers.randint(1, 2**63, size=rows, dtype=np.uint64) * np.uint64(2)
    keys = np.unique(np.concatenate([np.array(ids, dtype=np.uint64), others]))
    index = key_sections(VectorTable(keys, np.arange(len(keys)) % rows, np.zeros((rows, 1))))
    sections.update({section.name: section for section in index})
    for name, section in sections.items():
        if name.endswith("/static"):
            table = np.tile(numbers.uniform(-1, 1, (1000, section.array.shape[1])).astype("<f4"), (-(-rows // 1000), 1))
            sections[name] = replace(section, array=table[:rows])
    late = [section for section in sections.values() if _is_of_vectors(section)]
    return container.write([[section for section in sections.values() if not _is_of_vectors(section)], late])


def _is_of_vectors(section: Section) -> bool:
    return section.name.startswith("vectors/") or section.name.endswith("/static")
