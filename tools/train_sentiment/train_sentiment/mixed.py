"""MIXED (experimental): a text whose sentences carry both signs clearly.

The rule, which the runtime follows: the text's sentences (the pipeline's senter) are scored one by one, each as a document
of its own tokens. If there are at least two, and the greatest POSITIVE and the greatest NEGATIVE among them are both above
0.6, the text is MIXED: its mixed score is the smaller of the two, and the scores of the whole text are scaled to share the
rest. Otherwise the mixed score is 0 and the scores are the whole text's. So the scores always sum to 1 and the sentiment is
always the greatest of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from .data import LABELS, NEGATIVE, POSITIVE
from .training import predict

CLEARLY = 0.6
SENTIMENTS = (*LABELS, "MIXED")


def with_mixed(text_scores: np.ndarray, sentence_scores: np.ndarray) -> np.ndarray:
    """(4,) scores in the order of SENTIMENTS, of a text's (3,) scores and its sentences' (sentences, 3)."""
    mixed = 0.0
    if len(sentence_scores) >= 2:
        least = min(sentence_scores[:, POSITIVE].max(), sentence_scores[:, NEGATIVE].max())
        mixed = float(least) if least > CLEARLY else 0.0
    return np.append(text_scores * (1 - mixed), mixed)


def split_sentences(nlp: Language, text: str) -> list[Doc]:
    """The sentences of a text, each as a document of its tokens."""
    doc = nlp.get_pipe("senter")(nlp.make_doc(text))
    return [sentence.as_doc() for sentence in doc.sents]


def score(nlp: Language, texts: Sequence[str]) -> np.ndarray:
    """(texts, 4) scores in the order of SENTIMENTS."""
    model = nlp.get_pipe("textcat").model
    whole = predict(model, [nlp.make_doc(text) for text in texts])
    sentences = [split_sentences(nlp, text) for text in texts]
    flat = predict(model, [sentence for parts in sentences for sentence in parts])
    ends = np.cumsum([len(parts) for parts in sentences])
    scores = [with_mixed(w, s) for w, s in zip(whole, np.split(flat, ends[:-1]))]
    return np.array(scores).reshape(len(texts), len(SENTIMENTS))
