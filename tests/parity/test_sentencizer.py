"""The sentencizer, alone, before and after what else sets sentence starts: spaCy's documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import pytest

spacy = pytest.importorskip("spacy")

import small_pipelines as small
from convert.tiny_recipe import SETTINGS
from corpus import project_texts

SEED = 13
MARKS = ["?", "...", "\n", "and", "X", "。"]


def components(*names: str, **settings: Any) -> Any:
    """A pipeline of the tiny model's networks, with random weights, and a sentencizer."""
    nlp = spacy.blank("en")
    for name in names:
        nlp.add_pipe(name, config=settings if name == "sentencizer" else SETTINGS[name])
    if len(names) > 1:
        small.randomise(nlp, small.gold_docs(count=40))
    return nlp


RECIPES: dict[str, Callable[[], Any]] = {
    "alone": lambda: components("sentencizer"),
    "other marks": lambda: components("sentencizer", punct_chars=MARKS),
    "before ner": lambda: components("sentencizer", "ner"),
    "before the parser": lambda: components("sentencizer", "tok2vec", "parser", "ner"),
    "after the parser": lambda: components("tok2vec", "parser", "sentencizer", "ner"),
    "over the parser's": lambda: components("tok2vec", "parser", "sentencizer", "ner", overwrite=True),
    "over the senter's": lambda: components("senter", "sentencizer", overwrite=True, punct_chars=MARKS),
}


@pytest.mark.parametrize("recipe", list(RECIPES))
def test_sentence_starts(
    recipe: str, some_texts: Callable[[int], list[str]], tmp_path: Path, program: Callable[[str], Path]
) -> None:
    texts = ["...", "? a", "Yes.) No.", "\n", " .a", *some_texts(SEED)]
    pair = small.saved_pair(RECIPES[recipe](), tmp_path, program("tests/stages"))
    small.report(pair.differences(texts), texts)
    answers = list(pair.stages().texts(texts))
    assert sum(len(answer["sents"]) > 1 for answer in answers) > len(texts) / 20
    assert sum(0 in answer["sent_start"] for answer in answers) == 0


@pytest.mark.parametrize("first", ["sentencizer", "senter"])
def test_dependencies_alone(first: str, tmp_path: Path, program: Callable[[str], Path]) -> None:
    """Where nobody wants sentences, a parse still does not cross those that were set before it."""
    texts = project_texts()[:200]
    stages = small.saved_pair(components(first, "tok2vec", "parser"), tmp_path, program("tests/stages")).stages()
    alone = stages.answers({"text": text, "want": ["dependencies"]} for text in texts)
    assert [(got["head"], got["dep"]) for got in alone] == [(want["head"], want["dep"]) for want in stages.texts(texts)]
