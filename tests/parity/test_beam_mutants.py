"""The comparison with spaCy's beams notices what is broken in the search on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable

import pytest

spacy = pytest.importorskip("spacy")

import oracle
import small_pipelines as small
from differences import first_difference
from mutants import BEAM_MUTANTS, EngineBuild, EngineMutant
from random_texts import TextMaker
from stages import Stages
from test_beam import RECIPES, SHORT

pytestmark = pytest.mark.long

SEED = 22
NAMES = ("untrained", "trained, 4", "random, 4, 1 piece, extra tokens", "random, 16, no upper")


@dataclass(frozen=True)
class Round:
    """A pipeline's answers to the texts."""

    model: Path
    texts: list[str]
    wanted: list[dict[str, Any]]

    def first_difference(self, program: Path) -> str | None:
        answers = Stages(program, self.model, "--features").answers(({"text": text} for text in self.texts), timeout=60)
        found = (first_difference(*answer) for answer in zip(self.texts, self.wanted, answers))
        return next(filter(None, found), None)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> EngineBuild:
    return EngineBuild(tmp_path_factory.mktemp("engine"))


@pytest.fixture(scope="module")
def rounds(
    engine: EngineBuild, make_texts: Callable[[int], TextMaker], tmp_path_factory: pytest.TempPathFactory
) -> list[Round]:
    texts, found = SHORT + make_texts(SEED).texts_of(60), []
    for name in NAMES:
        pair = small.saved_pair(RECIPES[name](), tmp_path_factory.mktemp("pipeline"), engine.program)
        found.append(Round(pair.file, texts, list(oracle.answers(pair.nlp, texts, batch_size=1))))
    return found


def first_difference_of(rounds: list[Round], program: Path) -> str | None:
    return next(filter(None, (each.first_difference(program) for each in rounds)), None)


def test_nothing_broken(engine: EngineBuild, rounds: list[Round]) -> None:
    assert first_difference_of(rounds, engine.program) is None


@pytest.mark.parametrize("mutant", BEAM_MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_beam_mutant(mutant: EngineMutant, engine: EngineBuild, rounds: list[Round]) -> None:
    difference = first_difference_of(rounds, engine.mutant(mutant))
    assert difference is not None, "not noticed"
    assert difference.startswith(mutant.noticed_in), difference
