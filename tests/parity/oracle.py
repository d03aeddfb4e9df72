"""spaCy's side of the parity tests: what a pipeline gives for a text, in the form that tests/parity/stages.c prints."""

from __future__ import annotations

import functools
import platform
import unicodedata
import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import spacy
import thinc
from spacy.attrs import IS_SPACE, LOWER, NORM, ORTH, PREFIX, SENT_START, SHAPE, SPACY, SUFFIX
from spacy.language import Language
from spacy.tokens import Doc, SpanGroup

ATTRS = (
    "NORM",
    "PREFIX",
    "SUFFIX",
    "SHAPE",
    "SPACY",
    "IS_SPACE",
    "LOWER",
    "ORTH",
)  # the order of ATTR_* in engine/model/model.h
# What Doc.has_annotation is asked, and what tern calls it.
ANNOTATIONS = {
    "ENT_IOB": "entities",
    "SENT_START": "sentences",
    "DEP": "dependencies",
    "TAG": "tags",
    "POS": "pos",
    "MORPH": "morphs",
    "LEMMA": "lemmas",
}

COMPONENTS = ("tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer", "ner")
# Components by pipeline; None: as spacy.load gives it.
PIPELINES: dict[str, tuple[str, ...] | None] = {
    "full": None,
    "ner": ("ner",),
    "senter for parser": tuple(name for name in COMPONENTS if name != "parser"),
    "senter": ("senter",),
    "everything": COMPONENTS,
}


def load(package: str, name: str) -> Language:
    """The package with the components of PIPELINES[name]; the others are not loaded."""
    wanted = PIPELINES[name]
    if wanted is None:
        return spacy.load(package)
    nlp = spacy.load(package, exclude=[name for name in COMPONENTS if name not in wanted])
    for component in nlp.disabled:
        nlp.enable_pipe(component)
    assert set(nlp.pipe_names) == set(wanted)
    return nlp


@functools.cache
def pipeline(package: str, name: str) -> Language:
    """load(), once for each; not to be changed."""
    return load(package, name)


def versions(nlp: Language) -> dict[str, str]:
    """What an answer depends on."""
    return {
        "model": f"{nlp.meta['lang']}_{nlp.meta['name']}",
        "model_version": nlp.meta["version"],
        "spacy": spacy.__version__,
        "thinc": thinc.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "unicode": unicodedata.unidata_version,
    }


def spans_of(group: SpanGroup) -> list[list[Any]]:
    """[token start, token end, label, score] of each span; score 0 in a group without scores."""
    scores = np.asarray(group.attrs.get("scores", np.zeros(len(group)))).reshape(-1).tolist()
    return [[span.start, span.end, span.label_, score] for span, score in zip(group, scores)]


def noun_chunks(doc: Doc) -> dict[str, Any]:
    """{"noun_chunks": ...}; nothing where spaCy has none or raises an error."""
    if doc.noun_chunks_iterator is None or not doc.has_annotation("DEP"):
        return {}
    try:
        return {"noun_chunks": [[chunk.start, chunk.end] for chunk in doc.noun_chunks]}
    except (IndexError, ValueError):
        return {}


def answer(doc: Doc) -> dict[str, Any]:
    """Everything that a document says, and the features that the embeddings hash; the keys of stages.c."""
    start = [token.idx for token in doc]
    columns = doc.to_array([NORM, PREFIX, SUFFIX, SHAPE, SPACY, IS_SPACE, LOWER, ORTH, SENT_START]).astype(np.uint64)
    columns = columns.reshape(len(doc), len(ATTRS) + 1)
    return {
        "start": start,
        "end": [idx + len(token) for idx, token in zip(start, doc)],
        "space": columns[:, 4].tolist(),
        "sent_start": np.ascontiguousarray(columns[:, -1]).view(np.int64).tolist(),
        "head": [token.head.i for token in doc],
        "tag": [token.tag_ for token in doc],
        "pos": [token.pos_ for token in doc],
        "morph": [str(token.morph) for token in doc],
        "dep": [token.dep_ for token in doc],
        "lemma": [token.lemma_ for token in doc],
        "entities": [[ent.start, ent.end, ent.label_] for ent in doc.ents],
        "entity_ids": [[ent.start, ent.ent_id_] for ent in doc.ents],
        "sents": [[sent.start, sent.end] for sent in doc.sents] if doc.has_annotation("SENT_START") else [],
        "annotations": [name for attr, name in ANNOTATIONS.items() if doc.has_annotation(attr)]
        + ["cats"] * bool(doc.cats)
        + ["spans"] * bool(doc.spans),
        "spans": [[key, spans_of(group)] for key, group in doc.spans.items()],
        "cats": [[label, score] for label, score in doc.cats.items()],
        "norm": [token.norm_ for token in doc],
        "attrs": columns[:, :-1].T.tolist(),
        **noun_chunks(doc),
    }


def prepared(nlp: Language, texts: Iterable[str], sent_starts: Sequence[Sequence[int]] | None) -> Iterator[Doc]:
    """Documents from the tokenizer, with the sentence starts (1, -1, 0 per token) that somebody has set before."""
    for i, text in enumerate(texts):
        doc = nlp.make_doc(text)
        for token, value in zip(doc, sent_starts[i] if sent_starts else ()):
            token.is_sent_start = {1: True, -1: False, 0: None}[value]
        yield doc


def answers(
    nlp: Language, texts: Iterable[str], sent_starts: Sequence[Sequence[int]] | None = None, batch_size: int = 64
) -> Iterator[dict[str, Any]]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"\[W108\]")  # the lemmatizer misses part-of-speech tags
        for doc in nlp.pipe(prepared(nlp, texts, sent_starts), batch_size=batch_size):
            yield answer(doc)
