"""What the model is compared with: VADER's rules, and TF-IDF of words and pairs with logistic regression."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .data import NEGATIVE, NEUTRAL, POSITIVE, Row, labels_of


def vader(rows: Sequence[Row]) -> np.ndarray:
    """(rows,) classes by VADER's compound score and its author's thresholds."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyzer = SentimentIntensityAnalyzer()
    compound = np.array([analyzer.polarity_scores(row.text)["compound"] for row in rows])
    return np.where(compound >= 0.05, POSITIVE, np.where(compound <= -0.05, NEGATIVE, NEUTRAL))


def tfidf(train: Sequence[Row], rows: Sequence[Row]) -> np.ndarray:
    """(rows,) classes of a logistic regression trained on `train`."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    model = make_pipeline(words, LogisticRegression(max_iter=1000, class_weight="balanced"))
    return model.fit([row.text for row in train], labels_of(train)).predict([row.text for row in rows])
