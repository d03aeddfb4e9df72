"""The parity comparison notices what is broken on purpose: in the model file, and in the engine.

Each mutant is run over the project's texts in several pipelines, also asked for one thing only and with preset sentence
starts; then layers, scores and decisions are looked at. For the order of equal scores there is a model all of whose scores
are equal.
"""

from __future__ import annotations

import random
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable

import pytest

pytest.importorskip("spacy")

import numpy as np
import oracle
from common import SPACY_PACKAGE
from comparison import Comparison, first_inner_difference
from corpus import project_texts
from differences import FIELDS, FIELDS_OF, first_difference
from mutants import ENGINE_MUTANTS, KERNELS, MODEL_MUTANTS, EngineBuild, EngineMutant, ModelMutant, fill, mutate_model
from stages import Stages


class Round:
    """Texts through one pipeline, with spaCy's answers computed once, to compare any program and model with."""

    def __init__(
        self, compared: Comparison, texts: Sequence[str], preset: bool = False, want: str | None = None
    ) -> None:
        choose = random.Random(1)
        sizes = [len(compared.nlp.make_doc(text)) for text in texts]
        starts = [choose.choices([1, -1, 0], k=size) for size in sizes] if preset else None
        self.texts = texts
        self.wanted = list(oracle.answers(compared.nlp, texts, starts))
        self.lines = [{**line, "want": [want]} if want else line for line in compared.lines(texts, starts)]
        self.fields = FIELDS_OF[want] if want else FIELDS

    def first_difference(self, program: Path, model: Path) -> str | None:
        answers = Stages(program, model, "--features").answers(self.lines, timeout=60)
        for text, want, got in zip(self.texts, self.wanted, answers):
            difference = first_difference(text, want, got, self.fields)
            if difference:
                return difference
        return None


class Rounds:
    """Parts of the pipeline first: what is wrong with a part shows there."""

    def __init__(self, comparison: Callable[[str], Comparison], nlp: Any) -> None:
        texts = project_texts()
        self.nlp = nlp
        self.rounds = [
            Round(comparison("ner"), texts),
            Round(comparison("senter"), texts),
            Round(comparison("full"), texts),
            *(Round(comparison("full"), texts[::5], want=want) for want in FIELDS_OF),
            *(Round(comparison(pipeline), texts, preset=True) for pipeline in ("ner", "senter", "everything")),
        ]
        self.inner_texts = [text for text in texts if text][::5]

    def first_difference(self, program: Path, model: Path) -> str | None:
        differences = (round.first_difference(program, model) for round in self.rounds)
        return next(filter(None, differences), None) or self._inner_difference(program, model)

    def _inner_difference(self, program: Path, model: Path) -> str | None:
        answers = Stages(program, model, "--layers", "--scores", "--trace").texts(self.inner_texts)
        pairs = zip(self.inner_texts, answers)
        return next(filter(None, (first_inner_difference(self.nlp, text, got) for text, got in pairs)), None)


@pytest.fixture(scope="module")
def rounds(comparison: Callable[[str], Comparison], nlp_everything: Any) -> Rounds:
    return Rounds(comparison, nlp_everything)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> EngineBuild:
    return EngineBuild(tmp_path_factory.mktemp("engine"))


@pytest.fixture(scope="module")
def equal_scores(model_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """Model file and pipeline whose every class always scores 0."""
    nlp = oracle.load(SPACY_PACKAGE, "everything")
    layers = {
        "ner": ("ner/upper", "upper"),
        "parser": ("parser/upper", "upper"),
        "tagger": ("tagger", "softmax"),
        "senter": ("senter", "softmax"),
    }

    def zero(model) -> None:
        for component, (section, reference) in layers.items():
            layer = nlp.get_pipe(component).model.get_ref(reference)
            for name in ("W", "b"):
                layer.set_param(name, np.zeros_like(layer.get_param(name)))
            fill(model, f"{section}/W", 0)  # weights and bias

    return mutate_model(model_file, tmp_path_factory.mktemp("model") / "equal.tern", zero), nlp


def differences_on_ties(program: Path, equal_scores: tuple[Path, Any]) -> list[str]:
    model, nlp = equal_scores
    texts = project_texts()
    lines = Comparison(SPACY_PACKAGE, "everything", program, model).lines(texts)
    answers = zip(texts, oracle.answers(nlp, texts), Stages(program, model).answers(lines, timeout=60))
    return [
        difference for text, want, got in answers for difference in [first_difference(text, want, got)] if difference
    ]


def use_kernels(name: str, program: Path, model_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For the programs of this test; skips it where this CPU has none of that name."""
    monkeypatch.setenv("TERN_GEMM", name)
    said = subprocess.run(
        [str(program), str(model_file)], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False
    ).stderr
    if "cannot run here" in said:
        pytest.skip(f"this CPU has no {name}")


@pytest.mark.parametrize("kernels", KERNELS)
def test_nothing_broken(
    kernels: str, engine: EngineBuild, rounds: Rounds, model_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a mutation the comparison finds nothing: what the others find is their mutation."""
    use_kernels(kernels, engine.program(), model_file, monkeypatch)
    assert rounds.first_difference(engine.program(), model_file) is None


def test_equal_scores(engine: EngineBuild, equal_scores: tuple[Path, Any]) -> None:
    """parser_model.pyx arg_max_if_valid, numpy's argmax: the first of equal classes wins."""
    assert differences_on_ties(engine.program(), equal_scores) == []


@pytest.mark.parametrize("mutant", MODEL_MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_model_mutant(
    mutant: ModelMutant, engine: EngineBuild, rounds: Rounds, model_file: Path, tmp_path: Path
) -> None:
    broken = mutate_model(model_file, tmp_path / "mutant.tern", mutant.change)
    difference = rounds.first_difference(engine.program(), broken)
    assert difference is not None, "not noticed"
    assert difference.startswith(mutant.noticed_in), difference


# One of the arithmetic is in each set of kernels.
CASES = [
    (mutant, kernels)
    for mutant in ENGINE_MUTANTS
    for kernels in (KERNELS if mutant.file == "kernels_simd.h" else KERNELS[:1])
]


@pytest.mark.parametrize(
    "mutant, kernels", CASES, ids=[f"{mutant.name.replace(' ', '-')}-{kernels}" for mutant, kernels in CASES]
)
def test_engine_mutant(
    mutant: EngineMutant,
    kernels: str,
    engine: EngineBuild,
    rounds: Rounds,
    equal_scores: tuple[Path, Any],
    model_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = engine.mutant(mutant)
    use_kernels(kernels, program, model_file, monkeypatch)
    difference = rounds.first_difference(program, model_file)
    if difference is None:
        difference = next(iter(differences_on_ties(program, equal_scores)), None)
    assert difference is not None, "not noticed"
    assert difference.startswith(mutant.noticed_in), difference
