"""spaCy's side of the parity tests: what each stage gives for a text, in the form that tests/parity/stages.c prints."""
from __future__ import annotations

import json
import platform
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, Sequence

import numpy as np
import spacy
import thinc
from spacy.attrs import IS_SPACE, NORM, PREFIX, SENT_START, SHAPE, SPACY, SUFFIX
from spacy.language import Language
from spacy.tokens import Doc

HERE = Path(__file__).resolve().parent
ATTRS = ("NORM", "PREFIX", "SUFFIX", "SHAPE", "SPACY", "IS_SPACE")   # the order of ATTR_* in engine/model_bind.h
ENCODER_PAD = 4   # MaxoutWindowEncoder: window 1, depth 4 (spacy/ml/models/tok2vec.py: with_array(..., pad=receptive_field))


def project_texts() -> List[str]:
    """The texts written for this project, in a fixed order."""
    texts: List[str] = []
    for path in sorted((HERE / "texts").glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            texts.extend(json.loads(line)["text"] for line in lines)
    return texts


def versions(nlp: Language) -> Dict[str, str]:
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


def answer(doc: Doc) -> Dict[str, Any]:
    """Every exact stage of an annotated document; the keys of stages.c."""
    start = [token.idx for token in doc]
    columns = doc.to_array([NORM, PREFIX, SUFFIX, SHAPE, SPACY, IS_SPACE, SENT_START]).astype(np.uint64).reshape(len(doc), 7)
    return {
        "start": start,
        "end": [idx + len(token) for idx, token in zip(start, doc)],
        "space": columns[:, 4].tolist(),
        "sent_start": columns[:, 6].view(np.int64).tolist() if len(doc) else [],
        "norm": [token.norm_ for token in doc],
        "attrs": columns[:, :6].T.tolist(),
        "entities": [[ent.start, ent.end, ent.label_] for ent in doc.ents],
    }


def answers(nlp: Language, texts: Iterable[str]) -> Iterator[Dict[str, Any]]:
    for doc in nlp.pipe(texts, batch_size=256):
        yield answer(doc)


def answer_with_sent_starts(nlp: Language, docs: Sequence[Doc], sent_starts: Sequence[Sequence[int]]) -> List[Dict[str, Any]]:
    """NER over documents whose sentence starts (1, -1, 0 per token) somebody has set before."""
    for doc, starts in zip(docs, sent_starts):
        for token, value in zip(doc, starts):
            token.is_sent_start = {1: True, -1: False, 0: None}[value]
    return [answer(doc) for doc in nlp.get_pipe("ner").pipe(docs, batch_size=256)]


@dataclass
class Layers:
    embed: np.ndarray          # [tokens][features * width], before the mixing maxout
    layers: List[np.ndarray]   # mixed embedding, then one per convolution: [tokens][width] each


def layers(nlp: Language, doc: Doc) -> Layers:
    """Outputs of thinc's own layers, run one after the other."""
    embed, encode = nlp.get_pipe("ner").model.get_ref("tok2vec").layers[0].layers
    extract, _, sums, mix, _ = embed.layers
    keys = np.ascontiguousarray(extract.predict([doc])[0])
    summed = sums.layers[0].predict(keys)
    row = mix.layers[0].predict(summed)
    found = [row]
    padded = np.pad(row, ((ENCODER_PAD, ENCODER_PAD), (0, 0)))
    for convolution in encode.layers[0].layers:
        padded = convolution.predict(padded)
        found.append(padded[ENCODER_PAD:-ENCODER_PAD])
    return Layers(summed, found)


def tower(nlp: Language, doc: Doc) -> np.ndarray:
    """The encoder's output as spaCy itself computes it; the last of layers() must be this."""
    return nlp.get_pipe("ner").model.get_ref("tok2vec").layers[0].predict([doc])[0]


@dataclass
class Trace:
    scores: np.ndarray   # [steps][classes]
    valid: np.ndarray    # [steps][classes] bool
    chosen: List[int]    # [steps]


def trace(nlp: Language, doc: Doc) -> Trace:
    """Decision by decision through spaCy's step model; doc must carry no entities yet and gets them."""
    ner = nlp.get_pipe("ner")
    moves = ner.moves
    names = [moves.get_class_name(i) for i in range(moves.n_moves)]
    step_model = ner.model.predict([doc])
    first = states = moves.init_batch([doc])
    scores: List[np.ndarray] = []
    valid: List[List[bool]] = []
    while states and not states[0].is_final():
        row = step_model.predict(states)
        scores.append(row[0].copy())
        # "U-" cannot be looked up by name; it is for blocked tokens, which a fresh document has none of (ner.pyx Unit)
        valid.append([name != "U-" and bool(moves.is_valid(states[0], name)) for name in names])
        states = ner.transition_states(states, row)
    ner.set_annotations([doc], first)
    table = np.array(scores, dtype=np.float32).reshape(len(scores), len(names))
    allowed = np.array(valid, dtype=bool).reshape(len(scores), len(names))
    chosen = np.where(allowed, table, -np.inf).argmax(axis=1).tolist() if len(scores) else []
    return Trace(table, allowed, chosen)
