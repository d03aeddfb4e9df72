"""The parity comparison notices what is broken on purpose: in the model file, and in the engine.

Each mutant is run over the project's texts, also with preset sentence starts; then layers and decisions are looked at.
For the order of equal scores there is a model all of whose scores are equal.
"""
from __future__ import annotations

import random
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

import pytest

spacy = pytest.importorskip("spacy")

import numpy as np  # noqa: E402
import oracle  # noqa: E402
from conftest import SPACY_PACKAGE  # noqa: E402
from mutants import ENGINE_MUTANTS, MODEL_MUTANTS, EngineBuild, EngineMutant, ModelMutant, fill, mutate_model  # noqa: E402
from stages import Stages, first_decision_difference, first_difference, first_layer_difference, marks  # noqa: E402


class Comparison:
    """spaCy's answers, computed once, to compare any program and model with."""

    def __init__(self, nlp: Any) -> None:
        moves = nlp.get_pipe("ner").moves
        self.names = [moves.get_class_name(i) for i in range(moves.n_moves)]
        self.texts = oracle.project_texts()
        self.wanted = list(oracle.answers(nlp, self.texts))
        choose = random.Random(1)
        docs = [nlp.make_doc(text) for text in self.texts]
        starts = [choose.choices([1, -1, 0], k=len(doc)) for doc in docs]
        self.preset = [{"text": text, "sent_starts": marks(values)} for text, values in zip(self.texts, starts)]
        self.wanted_preset = oracle.answer_with_sent_starts(nlp, docs, starts)
        self.inner_texts = [text for text in self.texts if text][::3]
        docs = [nlp.make_doc(text) for text in self.inner_texts]
        self.wanted_layers = [oracle.layers(nlp, doc) for doc in docs]
        self.wanted_traces = [oracle.trace(nlp, doc) for doc in docs]

    def first_difference(self, program: Path, model: Path) -> Optional[str]:
        return self._exact(program, model) or self._inner(program, model)

    def _exact(self, program: Path, model: Path) -> Optional[str]:
        lines: List[Dict[str, Any]] = [{"text": text} for text in self.texts]
        answers = Stages(program, model).answers(lines + self.preset)
        for text, want, got in zip(self.texts * 2, self.wanted + self.wanted_preset, answers):
            difference = first_difference(text, want, got)
            if difference:
                return difference
        return None

    def _inner(self, program: Path, model: Path) -> Optional[str]:
        answers = Stages(program, model, "--layers", "--trace").texts(self.inner_texts)
        for layers, trace, got in zip(self.wanted_layers, self.wanted_traces, answers):
            difference = first_layer_difference(layers, got) or first_decision_difference(self.names, trace, got["trace"])
            if difference:
                return difference
        return None


@pytest.fixture(scope="module")
def comparison(nlp_ner) -> Comparison:
    return Comparison(nlp_ner)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> EngineBuild:
    return EngineBuild(tmp_path_factory.mktemp("engine"))


@pytest.fixture(scope="module")
def equal_scores(model_file: Path, tmp_path_factory: pytest.TempPathFactory, nlp_ner) -> Tuple[Path, Any]:
    """Model file and pipeline whose every class always scores 0."""
    nlp = spacy.load(SPACY_PACKAGE, exclude=[name for name in spacy.load(SPACY_PACKAGE).component_names if name != "ner"])
    upper = nlp.get_pipe("ner").model.get_ref("upper")
    for name in ("W", "b"):
        upper.set_param(name, np.zeros_like(upper.get_param(name)))

    def zero(model) -> None:
        fill(model, "ner/upper/W", 0)
        fill(model, "ner/upper/b", 0)

    return mutate_model(model_file, tmp_path_factory.mktemp("model") / "equal.tern", zero), nlp


def differences_on_ties(program: Path, equal_scores: Tuple[Path, Any], texts: Sequence[str]) -> List[str]:
    model, nlp = equal_scores
    pairs = zip(texts, oracle.answers(nlp, texts), Stages(program, model).texts(texts))
    return [difference for text, want, got in pairs for difference in [first_difference(text, want, got)] if difference]


def test_nothing_broken(engine: EngineBuild, comparison: Comparison, model_file: Path) -> None:
    """Without a mutation the comparison finds nothing: what the others find is their mutation."""
    assert comparison.first_difference(engine.program(), model_file) is None


def test_equal_scores(engine: EngineBuild, equal_scores: Tuple[Path, Any]) -> None:
    """parser_model.pyx arg_max_if_valid: the first of equal classes wins."""
    assert differences_on_ties(engine.program(), equal_scores, oracle.project_texts()) == []


@pytest.mark.parametrize("mutant", MODEL_MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_model_mutant(
    mutant: ModelMutant, engine: EngineBuild, comparison: Comparison, model_file: Path, tmp_path: Path
) -> None:
    broken = mutate_model(model_file, tmp_path / "mutant.tern", mutant.change)
    difference = comparison.first_difference(engine.program(), broken)
    assert difference is not None, "not noticed"
    assert difference.startswith(mutant.noticed_in), difference


@pytest.mark.parametrize("mutant", ENGINE_MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_engine_mutant(
    mutant: EngineMutant, engine: EngineBuild, comparison: Comparison, equal_scores: Tuple[Path, Any], model_file: Path
) -> None:
    program = engine.mutant(mutant)
    difference = comparison.first_difference(program, model_file)
    if difference is None:
        difference = next(iter(differences_on_ties(program, equal_scores, oracle.project_texts())), None)
    assert difference is not None, "not noticed"
    assert difference.startswith(mutant.noticed_in), difference
