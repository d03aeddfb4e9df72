"""tern gives the document that spaCy gives: every field, with the whole pipeline and parts of it, spaCy run beside it.

Every failure shows the first divergence: field, token, both values, text; and the first layer, score or decision inside that
differs, a decision with spaCy's margin. TERN_RANDOM_SEED chooses other random texts.
"""

from __future__ import annotations

import os
import random

import pytest

pytest.importorskip("spacy")

from common import REDUCED
from corpus import CORPUS, TEXTS, project_texts, read_texts

RANDOM_TEXTS = 100 if REDUCED else 500
RANDOM_SEED = int(os.environ.get("TERN_RANDOM_SEED", "3"))
TRANSITION_KEPT = 16384  # tokens (transition.h)
RANDOM_PARTS = [0, *(pytest.param(part, marks=pytest.mark.long) for part in range(1, 40))]
PIPELINES = ("full", "ner", "senter for parser", "senter")


def report(differences: list[str], texts: int) -> None:
    if differences:
        pytest.fail(f"{len(differences)} of {texts} texts differ; the first:\n{differences[0]}", pytrace=False)


# ---- short texts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("pipeline", PIPELINES)
def test_project_texts(comparison, pipeline: str, name: str) -> None:
    texts = read_texts(TEXTS[name])
    assert len(texts) > 30
    report(comparison(pipeline).differences(texts), len(texts))


@pytest.mark.skipif(not CORPUS.is_file(), reason=f"no {CORPUS}")
@pytest.mark.parametrize("pipeline", PIPELINES)
def test_corpus(comparison, pipeline: str) -> None:
    texts = read_texts(CORPUS)
    assert len(texts) > 100
    report(comparison(pipeline).differences(texts), len(texts))


@pytest.mark.parametrize("part", RANDOM_PARTS)
@pytest.mark.parametrize("pipeline", PIPELINES)
def test_random_texts(comparison, make_texts, pipeline: str, part: int) -> None:
    texts = make_texts(RANDOM_SEED * 1000 + part).texts_of(RANDOM_TEXTS)
    report(comparison(pipeline).differences(texts), len(texts))


@pytest.mark.parametrize("pipeline", ["everything", "ner", "senter"])
def test_preset_sentence_starts(comparison, some_texts, pipeline: str) -> None:
    """1, -1 and 0 at random, as a caller would leave them, for the parser, the senter and NER."""
    choose = random.Random(RANDOM_SEED)
    texts = some_texts(RANDOM_SEED * 1000 + 200)
    compared = comparison(pipeline)
    weights = [(1, 1, 1), (4, 1, 1), (1, 6, 0)]
    starts = [choose.choices([1, -1, 0], choose.choice(weights), k=len(compared.nlp.make_doc(text))) for text in texts]
    report(compared.differences(texts, starts), len(texts))
    alone = compared.stages().answers(compared.lines(texts))
    preset = compared.stages().answers(compared.lines(texts, starts))
    changed = sum(a["sents"] != b["sents"] or a["entities"] != b["entities"] for a, b in zip(alone, preset))
    assert changed > len(texts) / 5  # the starts did matter


# ---- whole documents -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pipeline", ["full", *(pytest.param(name, marks=pytest.mark.long) for name in ("ner", "senter for parser"))]
)
def test_long_document(comparison, make_texts, amount, pipeline: str) -> None:
    """With more tokens than the parser and NER keep the numbers of."""
    text = make_texts(RANDOM_SEED * 1000 + 400).long_text(amount(80_000, 150_000))
    assert len(comparison(pipeline).nlp.make_doc(text)) > TRANSITION_KEPT
    report(comparison(pipeline).differences([text]), 1)


def test_long_document_of_sentences(comparison, amount) -> None:
    """Prose, whose sentences are longer and whose trees are deeper than those of random texts."""
    prose = project_texts() + (read_texts(CORPUS) if CORPUS.is_file() else [])
    random.Random(RANDOM_SEED).shuffle(prose)
    report(comparison("full").differences(["\n".join(prose)[: amount(20_000 if REDUCED else 40_000, 150_000)]]), 1)


@pytest.fixture(scope="module")
def longest_answer(comparison, make_texts) -> dict:
    """Everything about a text of spaCy's greatest length, 1,000,000 code points; with sanitizers, of a tenth."""
    longest = comparison("full").nlp.max_length
    text = make_texts(RANDOM_SEED * 1000 + 500).long_text(longest // 10 if REDUCED else longest)
    return {"text": text, **next(comparison("full").stages().texts([text]))}


def test_longest_text_is_all_tokens(longest_answer) -> None:
    """Accepted, and every character is in a token or is the space after one."""
    assert "error" not in longest_answer, longest_answer["error"]
    text, at = longest_answer["text"], 0
    for start, end, space in zip(longest_answer["start"], longest_answer["end"], longest_answer["space"]):
        assert start == at and end > start
        at = end + space
    assert at == len(text)
    spaces = zip(longest_answer["end"], longest_answer["space"])
    assert all(text[end] == " " for end, space in spaces if space)


def test_longest_text_is_parsed(longest_answer) -> None:
    """Sentences follow each other, a token's way up ends at a root of its sentence, entities stay in theirs."""
    tokens, head = len(longest_answer["start"]), longest_answer["head"]
    ends = [end for _, end in longest_answer["sents"]]
    assert [start for start, _ in longest_answer["sents"]] == [0, *ends[:-1]] and ends[-1] == tokens
    sentence = [number for number, (start, end) in enumerate(longest_answer["sents"]) for _ in range(start, end)]
    rooted = [head[i] == i for i in range(tokens)]
    for i in range(tokens):
        way = [i]
        while not rooted[way[-1]] and len(way) <= tokens:
            way.append(head[way[-1]])
        assert rooted[way[-1]] and sentence[way[-1]] == sentence[i]
        for token in way:
            rooted[token] = True
    assert all(longest_answer["tag"]) and all(longest_answer["dep"])
    assert all(sentence[start] == sentence[end - 1] for start, end, _ in longest_answer["entities"])


def test_too_long_text(comparison) -> None:
    """One code point more is an error, as in spaCy (E088), even if it takes four bytes."""
    for character in ("a", "😀"):
        got = next(comparison("full").stages().texts([character * (comparison("full").nlp.max_length + 1)]))
        assert "1000001" in got["error"].replace(",", "")


@pytest.mark.parametrize(
    "unit",
    [
        "(",
        ")",
        "'",
        ":)",
        "a.",
        "x.Com ",
        "http://a",
        "$",
        "-",
        "A",
        "\u0301",
        " \n",
        "don't",
        "the ",
        "do n't ",
        "what did you want to do ",
    ],
)
def test_hostile_text(comparison, unit: str) -> None:
    """Texts on which spaCy's time grows with the square or worse: equal while short, and thousands of them still end."""
    texts = [unit * count for count in (1, 2, 3, 50, 201)]
    report(comparison("full").differences(texts), len(texts))
    count = 2_000 if REDUCED else 20_000
    got = next(comparison("full").stages().texts([unit * count], timeout=120))
    assert got["end"][-1] + got["space"][-1] == count * len(unit)
