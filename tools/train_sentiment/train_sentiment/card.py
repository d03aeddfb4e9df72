"""The model card, and what is printed of the figures."""

from __future__ import annotations

import hashlib
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from spacy.language import Language
from thinc.api import Config

from .data import LABELS
from .mixed import CLEARLY

NAMES = {"model": "this model", "vader": "VADER's rules", "tfidf": "TF-IDF, logistic regression"}
LIBRARIES = ("spacy", "thinc", "numpy")


def table(metrics: dict[str, Any]) -> str:
    """Macro-F1 overall and by domain, accuracy, F1 by class, of the model and what it is compared with."""
    domains = list(metrics["model"]["domains"])
    lines = [
        "| | macro-F1 | " + " | ".join(domains) + " | accuracy | " + " | ".join(LABELS) + " |",
        "|---" * (len(domains) + len(LABELS) + 3) + "|",
    ]
    for key, name in NAMES.items():
        if key in metrics:
            m = metrics[key]
            values = [m["macro_f1"], *m["domains"].values(), m["accuracy"], *m["classes"].values()]
            lines.append(f"| {name} | " + " | ".join(f"{value:.3f}" for value in values) + " |")
    return "\n".join(lines)


def by_domain(figures: dict[str, Any]) -> str:
    """Macro-F1 of each domain in a line."""
    return ", ".join(f"{domain} {value:.3f}" for domain, value in figures["domains"].items())


def summary(metrics: dict[str, Any]) -> str:
    """For the terminal."""
    error, calibration = metrics["calibration_error"], metrics["calibration"]
    mixed = metrics["mixed"]["limits"][0]
    checks = ", ".join(f"{kind} {c['right']}/{c['all']}" for kind, c in metrics["checks"].items())
    return (
        f"{table(metrics)}\n"
        f"without calibration: macro-F1 {metrics['before_calibration']['macro_f1']:.3f}\n"
        f"teachers on what they did not learn: macro-F1 {metrics['teachers']['macro_f1']:.3f}; {by_domain(metrics['teachers'])}\n"
        f"calibration error {error['before']:.3f}, {error['after']:.3f} with temperature {calibration['temperature']:.2f}"
        f" and {calibration['neutral']:.1f} added to NEUTRAL\n"
        f"MIXED of windows: precision {mixed['precision']:.2f}, recall {mixed['recall']:.2f}\n"
        f"written sentences: {checks}"
    )


def origin(nlp: Language, seed: int, config: str, train: Path) -> dict[str, Any]:
    """What the same model is made of again. config: the text of config.cfg."""
    settings = Config().from_str(config)
    rows, columns = nlp.vocab.vectors.shape
    return {
        "data_sha256": hashlib.sha256(train.read_bytes()).hexdigest(),
        "sources": [source["name"] for source in nlp.meta["sources"]],
        "seed": seed,
        "config": config,
        **{part: settings[part] for part in ("distillation", "selection")},
        "versions": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
        "vectors": {"rows": rows, "columns": columns, "keys": nlp.vocab.vectors.n_keys},
    }


def text(metrics: dict[str, Any]) -> str:
    """The card, in Markdown."""
    mixed, error, calibration, source = (
        metrics[key] for key in ("mixed", "calibration_error", "calibration", "origin")
    )
    versions = ", ".join(f"{name} {number}" for name, number in source["versions"].items())
    vectors = source["vectors"]
    wrong = "\n".join(
        f"* {m['said']} {m['confidence']}, rated {m['mean']:.2f} ({m['id']}): {' '.join(m['text'].split())}"
        for m in metrics["mistakes"]
    )
    checks = "\n".join(
        f"* {kind}: {c['right']} of {c['all']}; wrong: "
        + ("; ".join(f"“{w['text']}” {w['said']}" for w in c["wrong"]) or "none")
        for kind, c in metrics["checks"].items()
    )
    windows = "\n".join(
        f"* {m['mixed']} hold a sentence rated {m['limit']} or more and one rated -{m['limit']} or less:"
        f" precision {m['precision']:.2f}, recall {m['recall']:.2f}"
        for m in mixed["limits"]
    )
    distillation, selection = source["distillation"], source["selection"]
    rules = (
        f"\n(VADER's rules there: {by_domain(metrics['vader_of_learned'])})" if "vader_of_learned" in metrics else ""
    )
    temperature, neutral = calibration["temperature"], calibration["neutral"]
    uncorrected = metrics["before_calibration"]["macro_f1"]
    held, learned = metrics["texts"]["development"], metrics["texts"]["learned"]
    return f"""# Sentiment of English texts

A spaCy pipeline (senter, textcat) that gives POSITIVE, NEGATIVE and NEUTRAL scores; `spacy.load` opens it without further
code. Made by `python -m train_sentiment`.

## Data and licences

* Texts and ratings: Hutto and Gilbert, VADER (ICWSM 2014): sentences of Amazon reviews, movie reviews and New York Times
  editorials, and tweets, each rated by about 20 people from -4 to 4. MIT licence, (c) 2016 C.J. Hutto. sha256 of the file
  `{source["data_sha256"]}`.
* Lexicon columns: vaderSentiment's word list, negations and boosters. MIT, the same author.
* Tokenizer, word norms and senter: `{source["sources"][0]}`; word vectors: `{source["sources"][1]}`. Explosion, MIT.
* Sentences for negation and contrast, made from these (augment.py).
* {distillation["texts"]} texts without a rating, parts and mixtures of the rated ones (unlabelled.py).

The model is under the MIT licence, too.

## Classes

A text is POSITIVE where the mean of its ratings is 0.5 or more, NEGATIVE where it is -0.5 or less, otherwise NEUTRAL. It learns
from soft targets: half the shares of the votes, half the probability of each class of the mean under the votes' standard error.
While it learns, a second output that is dropped afterwards predicts how often each of the nine ratings was given. The texts
without a rating have the mean scores of {distillation["teachers"]} such models ("teachers"), each of which learned without one fold of the
documents, and none of which learned a development text.

## Figures

On {held} texts of source documents of which nothing was learned ({learned} texts were learned). The delivered
model learned from all of them, with the same settings and teachers. Settings and temperature were chosen on these {held} texts:
{selection["configurations"]} configurations were tried there with one to {selection["seeds"]} seeds each, so new texts of the same kinds will do a little worse.

{table(metrics)}

Calibration: expected calibration error {error["before"]:.3f} before, {error["after"]:.3f} after: temperature
{temperature:.2f} and {neutral:.1f} more for NEUTRAL are folded into the last layer (macro-F1 without them {uncorrected:.3f};
by domain {by_domain(metrics["before_calibration"])}). The addition was chosen on what the teachers say of texts that they did not
learn.

The teachers, each on the learned texts of its own fold, with the same calibration: many more texts, of models that learned
fewer ({learned} texts). macro-F1 {metrics["teachers"]["macro_f1"]:.3f}; by domain
{by_domain(metrics["teachers"])}{rules}.

Sentences written to look at negation and contrast (checks.jsonl), none of which was learned. Who wrote them also wrote the
frames of the made sentences, so they flatter:

{checks}

## MIXED (experimental)

The sentences of the pipeline's senter are scored one by one; with one above {CLEARLY} for POSITIVE and one above {CLEARLY} for
NEGATIVE the text is MIXED (mixed.py says how the scores are shared out). A text of one sentence is never MIXED.

Of {mixed["windows"]} windows of five sentences MIXED was said of {mixed["said"]}.
{windows}
Of {mixed["single_texts"]} single rated sentences it was said of {mixed["said_of_single_texts"]}, where senter saw several
sentences.

## Limits

* English; short texts of the kinds above. News is hardest: sentiment there is in the facts. Movie reviews are hardly ever
  NEUTRAL, in the data as in what the model says.
* Irony, comparisons, negations and contrasts over more than a few words are often misread; long texts are better read by
  sentence.
* Raters were American crowd workers, the texts are older than 2014: words and emoji of later years are unknown. Names of
  people and groups carry what the texts say of them: do not judge people by these scores.

The surest mistakes on development, by domain:

{wrong}

## Made with

{versions}; seed {source["seed"]}.
Vectors: {vectors["keys"]} words, {vectors["rows"]} distinct rows, projected to {vectors["columns"]} columns.

```ini
{source["config"].strip()}
```
"""
