"""How far scores of entities can be trusted: of the entities with a score near 0.9, are nine in ten right?

    .venv/bin/python tests/parity/reliability.py [--model FILE.tern] [--temperature T | --fit] [--beam 16] [--limit N] FILE ...
    .venv/bin/python tests/parity/reliability.py --agree en_core_web_md [--limit N] TEXTS.jsonl

FILE: sentences with known entities, a token and its tag on each line, as they are published:
*.iob2      Universal NER (github.com/UniversalNER, UNER_English-EWT and UNER_English-PUD), texts with their blanks; sentences
            of a document are one text
others      WNUT-17 (github.com/leondz/emerging_entities_17), tokens put together with blanks

An entity is right if a known one has its characters and its type. Both are compared leniently where the guidelines differ:
articles at the beginning and a genitive at the end do not count; of a known "Plano, Texas" each part is right, too; TYPES says
which types are the same; entities whose label has none there are left out. --agree: right is what another pipeline of spaCy's
says in the same characters with the same label.

Prints precision and mean score by bins of the score, the expected calibration error (ECE, over BINS bins of equal width) and how
well scores rank (AUC: how often a right entity has a higher score than a wrong one). --temperature: as if the file had this one;
--fit: the one with the best likelihood on every second text, beside the figures on the others. --beam: ranks beside the marginals
of spaCy's beam of that width, for the same entities. None of the data is in the repository."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tools/convert")]

import numpy as np
from common import SPACY_PACKAGE
from convert import container

PROGRAM, MODEL = ROOT / "build/tern", ROOT / "weights/en_core_web_sm.tern"
BINS = 10
TYPES = {
    "PERSON": {"PER", "person"},
    "GPE": {"LOC", "ORG", "location"},
    "LOC": {"LOC", "location"},
    "FAC": {"LOC", "location"},
    "ORG": {"ORG", "corporation", "group"},
    "PRODUCT": {"product"},
    "WORK_OF_ART": {"creative-work"},
}
"""Label of the pipeline -> the same of Universal NER and WNUT-17. A country that acts is a GPE here, there an ORG."""
ARTICLES, GENITIVES = ("the ", "a ", "an "), ("'s", "’s")

Place = tuple[int, int]


@dataclass(frozen=True)
class Known:
    """A text with its entities: place -> type."""

    text: str
    entities: dict[Place, str]
    types: frozenset[str]  # that the corpus has


@dataclass(frozen=True)
class Found:
    """An entity that the pipeline found, and whether it is right."""

    number: int  # of its text
    place: Place
    label: str
    score: float
    is_right: bool


# ---- corpora ---------------------------------------------------------------------------------------------------------


def sentences(path: Path) -> Iterator[tuple[bool, str, list[tuple[str, str]]]]:
    """Does it begin a document; its text, or ""; its tokens with their tags."""
    begins, text, tokens = True, "", []
    tagged = 1 if path.suffix != ".iob2" else 2
    for line in [*path.read_text(encoding="utf-8").splitlines(), ""]:
        if line.startswith("# newdoc"):
            begins = True
        elif line.startswith("# text = "):
            text = line[len("# text = ") :]
        elif line.strip() and not line.startswith("# "):
            fields = line.split("\t")
            tokens.append((fields[tagged - 1], fields[tagged]))
        elif not line.strip() and tokens:
            yield begins, text, tokens
            begins, text, tokens = path.suffix != ".iob2", "", []


def placed(text: str, tokens: Sequence[tuple[str, str]], start: int) -> dict[Place, str]:
    """Entities of a sentence whose text begins at start."""
    found: dict[Place, str] = {}
    at, place = 0, (0, 0)
    for word, tag in tokens:
        begin = text.find(word, at)
        if begin < 0:
            raise SystemExit(f"{word!r} is not in {text!r}")
        at = begin + len(word)
        if tag.startswith("B-"):
            place = (start + begin, start + at)
        elif tag.startswith("I-"):
            found.pop(place, None)
            place = (place[0], start + at)
        if tag != "O":
            found[place] = tag[2:]
    return found


def corpus(path: Path) -> list[Known]:
    texts: list[str] = []
    entities: list[dict[Place, str]] = []
    for begins, given, tokens in sentences(path):
        text = given or " ".join(word for word, _ in tokens)
        if begins or not texts:
            texts.append("")
            entities.append({})
        before = texts[-1] + " " if texts[-1] else ""
        entities[-1].update(placed(text, tokens, len(before)))
        texts[-1] = before + text
    types = frozenset(kind for found in entities for kind in found.values())
    return [Known(text, found, types) for text, found in zip(texts, entities)]


# ---- the pipelines ---------------------------------------------------------------------------------------------------


def with_temperature(model: Path, temperature: float, folder: Path) -> Path:
    """A copy of the file whose recogniser has it."""
    data = model.read_bytes()
    required = int.from_bytes(data[40:48], "little")
    sections = container.read(data)
    sections["ner/temperature"] = container.tensor("ner/temperature", [temperature], "f4")
    copy = folder / f"{temperature}.tern"
    copy.write_bytes(container.write([list(sections.values())], required))
    return copy


def entities_of(model: Path, texts: Sequence[str]) -> list[list[dict[str, Any]]]:
    """start, end, label and score of each entity."""
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    command = [str(PROGRAM), "pipe", "-m", str(model), "-j", "1", "--fields", "ents", "--scores"]
    run = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line)["ents"] for line in run.stdout.splitlines()]


def marginals(texts: Iterable[str], width: int) -> Iterator[dict[tuple[int, int, str], float]]:
    """Of spaCy's beam (ner.py scored_ents): (start, end, label) -> marginal."""
    import spacy

    nlp = spacy.load(SPACY_PACKAGE)
    ner = nlp.get_pipe("ner")
    with nlp.select_pipes(disable=["ner"]):
        for doc in nlp.pipe(texts):
            found = ner.scored_ents(ner.beam_parse([doc], width, drop=0.0, beam_density=0.0))[0] if len(doc) else {}
            yield {
                (doc[start].idx, doc[end - 1].idx + len(doc[end - 1]), label): score
                for (start, end, label), score in found.items()
            }


# ---- right or wrong --------------------------------------------------------------------------------------------------


def core(text: str, place: Place) -> Place:
    """Without what one guideline has in an entity and another has not."""
    start, end = place
    for article in ARTICLES:
        if text[start:end].lower().startswith(article):
            start += len(article)
            break
    for genitive in GENITIVES:
        if text[start:end].endswith(genitive):
            end -= len(genitive)
    return start, len(text[:end].rstrip())


def parts(text: str, place: Place) -> list[Place]:
    """The place, and what commas part in it."""
    found, start = [place], place[0]
    for part in text[place[0] : place[1]].split(", "):
        found.append((start, start + len(part)))
        start += len(part) + len(", ")
    return found


def judged(known: Sequence[Known], answers: Sequence[Sequence[dict[str, Any]]]) -> list[Found]:
    found = []
    for number, (each, ents) in enumerate(zip(known, answers)):
        right = {
            core(each.text, part): kind for place, kind in each.entities.items() for part in parts(each.text, place)
        }
        for ent in ents:
            kinds = (TYPES.get(ent["label"], set()) | {ent["label"]}) & each.types
            if not kinds:
                continue
            place = ent["start"], ent["end"]
            is_right = right.get(core(each.text, place)) in kinds
            found.append(Found(number, place, ent["label"], ent["score"], is_right))
    return found


def agreed(texts: Sequence[str], package: str) -> list[Known]:
    """What another pipeline says, as if it were known."""
    import spacy

    nlp = spacy.load(package)
    every = frozenset(nlp.get_pipe("ner").labels)
    return [
        Known(text, {(ent.start_char, ent.end_char): ent.label_ for ent in doc.ents}, every)
        for text, doc in zip(texts, nlp.pipe(texts))
    ]


# ---- figures ---------------------------------------------------------------------------------------------------------


def calibration_error(scores: np.ndarray, right: np.ndarray) -> float:
    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    gaps = [abs(float((right - scores)[bins == b].sum())) for b in range(BINS)]
    return sum(gaps) / max(len(scores), 1)


def auc(scores: np.ndarray, right: np.ndarray) -> float:
    """How often a right one is above a wrong one; equal ones count half."""
    good, bad = scores[right == 1], scores[right == 0]
    above = sum(float((good > score).sum()) + 0.5 * float((good == score).sum()) for score in bad)
    return above / max(len(good) * len(bad), 1)


def ranks(values: np.ndarray) -> np.ndarray:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - (counts - 1) / 2)[inverse]


def rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's."""
    return float(np.corrcoef(ranks(a), ranks(b))[0, 1])


def log_loss(found: Sequence[Found]) -> float:
    scores, right = columns(found)
    shares = np.clip(np.where(right == 1, scores, 1 - scores), 1e-6, 1)
    return float(-np.log(shares).mean())


def columns(found: Sequence[Found]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([each.score for each in found]), np.array([float(each.is_right) for each in found])


def report(title: str, found: Sequence[Found]) -> None:
    scores, right = columns(found)
    print(f"{title}: {len(found)} entities, {right.mean():.3f} right, mean score {scores.mean():.3f}")
    for low in range(BINS):
        inside = (scores >= low / BINS) & ((scores < (low + 1) / BINS) | (low == BINS - 1))
        if inside.any():
            print(
                f"  {low / BINS:.1f} to {(low + 1) / BINS:.1f}  {int(inside.sum()):6d}  score {scores[inside].mean():.3f}  "
                f"right {right[inside].mean():.3f}"
            )
    sure = scores >= 0.9
    share = right[sure].mean() if sure.any() else float("nan")
    print(f"  at least 0.9: {int(sure.sum())}, {share:.3f} right")
    print(f"  ECE {calibration_error(scores, right):.3f}, AUC {auc(scores, right):.3f}, log loss {log_loss(found):.3f}")


# ---- runs ------------------------------------------------------------------------------------------------------------


def fit(known: Sequence[Known], model: Path, folder: Path) -> None:
    half, rest = known[::2], known[1::2]
    found = {}
    for temperature in np.arange(0.8, 3.01, 0.2).round(2):
        copy = with_temperature(model, float(temperature), folder)
        found[temperature] = judged(half, entities_of(copy, [each.text for each in half]))
    best = min(found, key=lambda temperature: log_loss(found[temperature]))
    print(f"every second text, {len(half)}: the best temperature is {best}, log loss {log_loss(found[best]):.3f}")
    for temperature in (1.0, float(best)):
        copy = with_temperature(model, temperature, folder)
        report(
            f"the other {len(rest)}, temperature {temperature}",
            judged(rest, entities_of(copy, [each.text for each in rest])),
        )


def compare_beam(known: Sequence[Known], found: Sequence[Found], width: int) -> None:
    by_text = list(marginals([each.text for each in known], width))
    other = np.array([by_text[each.number].get((*each.place, each.label), 0.0) for each in found])
    scores, right = columns(found)
    print(f"beside the marginals of a beam of {width}, {len(known)} texts, {len(found)} entities:")
    print(f"  AUC {auc(scores, right):.3f}, of the marginals {auc(other, right):.3f}")
    print(f"  ECE {calibration_error(scores, right):.3f}, of the marginals {calibration_error(other, right):.3f}")
    print(f"  rank correlation {rank_correlation(scores, other):.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--agree", metavar="PACKAGE")
    parser.add_argument("--temperature", type=float)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--beam", type=int, metavar="WIDTH")
    parser.add_argument("--limit", type=int, help="texts")
    given = parser.parse_args()
    known: list[Known] = []
    for path in given.files:
        if given.agree:
            texts = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]
            known += agreed(texts[: given.limit], given.agree)
        else:
            known += corpus(path)
    known = known[: given.limit]
    with tempfile.TemporaryDirectory() as name:
        model = with_temperature(given.model, given.temperature, Path(name)) if given.temperature else given.model
        found = judged(known, entities_of(model, [each.text for each in known]))
        report(f"{len(known)} texts", found)
        if given.beam:
            compare_beam(known, found, given.beam)
        if given.fit:
            fit(known, given.model, Path(name))


if __name__ == "__main__":
    main()
