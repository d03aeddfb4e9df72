"""The comparison of scores of entities notices what is broken on purpose."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import pytest

spacy = pytest.importorskip("spacy")

import small_pipelines as small
from corpus import project_texts
from mutant_rounds import Round, check_mutant, each_mutant, first_difference_of
from mutants import SCORE_MUTANTS, EngineBuild, EngineMutant
from test_entity_scores import ABSOLUTE, scores_by_definition
from test_token_changes import make

pytestmark = pytest.mark.long

TEMPERATURE = 2.5


def first_score_difference(text: str, want: dict[str, Any], got: dict[str, Any]) -> str | None:
    if want["entities"] != got["entities"]:
        return f"entities of {text!r}"
    near = [abs(a - b) <= ABSOLUTE for a, b in zip(want["entity_scores"], got["entity_scores"])]
    return None if all(near) else f"score in {text!r}: {want['entity_scores']}, {got['entity_scores']}"


@pytest.fixture(scope="module")
def rounds(engine: EngineBuild, tmp_path_factory: pytest.TempPathFactory) -> list[Round]:
    folder = tmp_path_factory.mktemp("pipeline")
    nlp = make(["+ner"], folder / "pipeline")
    nlp.rename_pipe("own_ner", "ner")
    nlp.to_disk(folder / "pipeline")
    small.convert_folder(folder / "pipeline", folder / "model.tern", temperature=TEMPERATURE)
    texts = project_texts()[::40]

    def wanted() -> list[dict[str, Any]]:
        found = [scores_by_definition(nlp, nlp.make_doc(text), TEMPERATURE) for text in texts]
        return [
            {"entities": [list(each[:3]) for each in one], "entity_scores": [each[3] for each in one]} for one in found
        ]

    return [Round(folder / "model.tern", texts, wanted, flags=("--entity-scores",), differ=first_score_difference)]


def test_nothing_broken(engine: EngineBuild, rounds: list[Round]) -> None:
    assert first_difference_of(rounds, engine.program) is None
    assert sum(len(each["entities"]) for each in rounds[0].wanted) > 20


@each_mutant(SCORE_MUTANTS)
def test_score_mutant(mutant: EngineMutant, engine: EngineBuild, rounds: list[Round]) -> None:
    check_mutant(mutant, engine, rounds)
