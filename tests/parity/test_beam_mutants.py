"""The comparison with spaCy's beams notices what is broken in the search on purpose."""

from __future__ import annotations

from typing import Callable

import pytest

spacy = pytest.importorskip("spacy")

import oracle
import small_pipelines as small
from mutant_rounds import Round, check_mutant, each_mutant, first_difference_of
from mutants import BEAM_MUTANTS, EngineBuild, EngineMutant
from random_texts import TextMaker
from test_beam import RECIPES, SHORT

pytestmark = pytest.mark.long

SEED = 22
NAMES = ("untrained", "trained, 4", "random, 4, 1 piece, extra tokens", "random, 16, no upper")


@pytest.fixture(scope="module")
def rounds(
    engine: EngineBuild, make_texts: Callable[[int], TextMaker], tmp_path_factory: pytest.TempPathFactory
) -> list[Round]:
    texts, found = SHORT + make_texts(SEED).texts_of(60), []
    for name in NAMES:
        pair = small.saved_pair(RECIPES[name](), tmp_path_factory.mktemp("pipeline"), engine.program)
        found.append(Round(pair.file, texts, lambda nlp=pair.nlp: list(oracle.answers(nlp, texts, batch_size=1))))
    return found


def test_nothing_broken(engine: EngineBuild, rounds: list[Round]) -> None:
    assert first_difference_of(rounds, engine.program) is None


@each_mutant(BEAM_MUTANTS)
def test_beam_mutant(mutant: EngineMutant, engine: EngineBuild, rounds: list[Round]) -> None:
    check_mutant(mutant, engine, rounds)
