"""Measures a pipeline on texts of documents it has not seen, and calibrates it there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language

from . import baselines, measures, mixed
from .data import CLEAR, LABELS, NEGATIVE, POSITIVE, Row, domains_of, labels_of
from .fit import fold
from .training import predict

CHECKS = Path(__file__).parent / "checks.jsonl"
WINDOW = 5
RATED = (CLEAR, 2 * CLEAR)


def figures(rows: Sequence[Row], predicted: np.ndarray) -> dict[str, Any]:
    gold = labels_of(rows)
    return {
        "macro_f1": measures.macro_f1(gold, predicted),
        "accuracy": float((gold == predicted).mean()),
        "classes": dict(zip(LABELS, measures.f1_of_classes(gold, predicted))),
        "domains": measures.by_domain(rows, predicted),
    }


def windows(rows: Sequence[Row]) -> list[list[Row]]:
    """Runs of five consecutive sentences of one document, not overlapping."""
    documents: dict[str, list[Row]] = {}
    for row in rows:
        documents.setdefault(row.source, []).append(row)
    return [d[i : i + WINDOW] for d in documents.values() for i in range(0, len(d) - WINDOW + 1, WINDOW)]


def mixed_figures(nlp: Language, rows: Sequence[Row]) -> dict[str, Any]:
    """How often MIXED is said of windows of five sentences and is so, and how often of one rated text.

    A window is mixed where one of its sentences is rated `limit` or more and another -`limit` or less: by the limit of the
    classes, and by a stricter one.
    """
    runs = windows(rows)
    of_window = mixed.score(nlp, [" ".join(row.text for row in run) for run in runs]).argmax(1) == len(LABELS)
    of_text = mixed.score(nlp, [row.text for row in rows]).argmax(1) == len(LABELS)
    out: dict[str, Any] = {"windows": len(runs), "said": int(of_window.sum()), "limits": []}
    for limit in RATED:
        gold = np.array(
            [max(r.mean for r in run) >= limit and min(r.mean for r in run) <= -limit for run in runs], dtype=bool
        )
        both, mixed_windows = int((gold & of_window).sum()), int(gold.sum())
        precision, recall = both / max(1, out["said"]), both / max(1, mixed_windows)
        out["limits"].append({"limit": limit, "mixed": mixed_windows, "precision": precision, "recall": recall})
    return {**out, "single_texts": len(rows), "said_of_single_texts": int(of_text.sum())}


def check_figures(nlp: Language) -> dict[str, Any]:
    """Hand-written sentences by kind: right, all, and the texts that were not."""
    checks = [json.loads(line) for line in CHECKS.read_text(encoding="utf-8").splitlines()]
    scores = predict(nlp.get_pipe("textcat").model, [nlp.make_doc(check["text"]) for check in checks])
    out: dict[str, Any] = {}
    for check, said in zip(checks, scores.argmax(1)):
        kind = out.setdefault(check["kind"], {"right": 0, "all": 0, "wrong": []})
        kind["all"] += 1
        if LABELS[said] == check["label"]:
            kind["right"] += 1
        else:
            kind["wrong"].append({"text": check["text"], "label": check["label"], "said": LABELS[said]})
    return out


def mistakes(rows: Sequence[Row], scores: np.ndarray, count: int = 10) -> list[dict[str, Any]]:
    """Of each domain, the texts of the opposite sign of which the model was surest."""
    out = []
    gold, said = labels_of(rows), scores.argmax(1)
    for domain in domains_of(rows):
        opposite = [i for i, r in enumerate(rows) if r.domain == domain and {gold[i], said[i]} == {NEGATIVE, POSITIVE}]
        for i in sorted(opposite, key=lambda i: -scores[i].max())[:count]:
            row = rows[i]
            confidence = round(float(scores[i].max()), 2)
            out.append(
                {"id": row.id, "mean": row.mean, "said": LABELS[said[i]], "confidence": confidence, "text": row.text}
            )
    return out


def evaluate(
    nlp: Language, learned: Sequence[Row], held: Sequence[Row], held_out: np.ndarray, compare: bool
) -> dict[str, Any]:
    """Figures on the held rows; nlp is calibrated on them in passing.

    held_out: (learned, 3) scores of the learned rows by models that did not learn them (fit.teach): many more texts to measure on.
    """
    model, gold = nlp.get_pipe("textcat").model, labels_of(held)
    docs = [nlp.make_doc(row.text) for row in held]
    raw = predict(model, docs)
    calibration = measures.calibrate_taught(raw, gold, held_out, labels_of(learned))
    fold(nlp, calibration)
    scores = predict(model, docs)
    before, after = measures.calibration_error(raw, gold), measures.calibration_error(scores, gold)
    metrics: dict[str, Any] = {
        "texts": {"learned": len(learned), "development": len(held)},
        "calibration": calibration,
        "calibration_error": {"before": before, "after": after},
        "loss": measures.loss(scores, gold),
        "model": figures(held, scores.argmax(1)),
        "before_calibration": figures(held, raw.argmax(1)),
        "mixed": mixed_figures(nlp, [row for row in held if row.source != row.id]),
        "checks": check_figures(nlp),
        "mistakes": mistakes(held, scores),
        "teachers": figures(learned, measures.calibrated(held_out, **calibration).argmax(1)),
    }
    if compare:
        metrics["vader"] = figures(held, baselines.vader(held))
        metrics["tfidf"] = figures(held, baselines.tfidf(learned, held))
        metrics["vader_of_learned"] = figures(learned, baselines.vader(learned))
    return metrics
