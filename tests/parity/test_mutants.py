"""The parity comparison notices what is broken on purpose: in the model file, and in the engine.

Each mutant is run over the project's texts in several pipelines, also asked for one thing only and with preset sentence
starts; for the order of equal scores there is a model all of whose scores are equal; then layers, scores and decisions are
looked at. With --all there are more texts.
"""

from __future__ import annotations

import functools
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
from comparison import Comparison, first_inner_difference, inside
from corpus import project_texts
from differences import FIELDS, FIELDS_OF, first_difference
from mutant_rounds import Round, each_mutant, expect_noticed, first_difference_of
from mutants import ENGINE_MUTANTS, KERNELS, MODEL_MUTANTS, EngineBuild, EngineMutant, ModelMutant, fill, mutate_model
from stages import Stages


def round_of(
    compared: Comparison,
    texts: Sequence[str],
    starts: Sequence[Sequence[int]] | None = None,
    want: str | None = None,
    wanted: Callable[[], list[dict[str, Any]]] | None = None,
) -> Round:
    """want: what is asked for alone. wanted: spaCy's answers, if they are there."""
    lines = [{**line, "want": [want]} if want else line for line in compared.lines(texts, starts)]
    differ = functools.partial(first_difference, fields=FIELDS_OF[want] if want else FIELDS)
    wanted = wanted or (lambda: list(oracle.answers(compared.nlp, texts, starts)))
    return Round(compared.model, texts, wanted, lines, differ=differ)


class Rounds:
    """Parts of the pipeline first: what is wrong with a part shows there. Layers, scores and decisions come last: spaCy takes
    long to show them."""

    def __init__(self, comparison: Callable[[str], Comparison], nlp: Any, texts: Sequence[str]) -> None:
        compared = comparison("full")
        full = round_of(compared, texts)
        choose = random.Random(1)
        starts = [choose.choices([1, -1, 0], k=len(nlp.make_doc(text))) for text in texts]
        self.rounds = [
            round_of(comparison("ner"), texts),
            round_of(comparison("senter"), texts),
            full,
            *(round_of(compared, texts[::2], want=want, wanted=lambda: full.wanted[::2]) for want in FIELDS_OF),
            *(round_of(comparison(pipeline), texts, starts) for pipeline in ("ner", "senter", "everything")),
        ]
        inner = {text: inside(nlp, text) for text in texts[::5]}
        self.inner = {text: want for text, want in inner.items() if want}

    def first_difference(self, program: Path, model: Path) -> str | None:
        return first_difference_of(self.rounds, program, model)

    def first_inner_difference(self, program: Path, model: Path) -> str | None:
        answers = Stages(program, model, "--layers", "--scores", "--trace").texts(self.inner)
        pairs = zip(self.inner.values(), answers)
        return next(filter(None, (first_inner_difference(want, got) for want, got in pairs)), None)


@pytest.fixture(scope="module")
def texts(amount: Callable[[int, int], int]) -> list[str]:
    return project_texts()[:: amount(5, 1)]


@pytest.fixture(scope="module")
def rounds(comparison: Callable[[str], Comparison], nlp_everything: Any, texts: list[str]) -> Rounds:
    return Rounds(comparison, nlp_everything, texts)


@pytest.fixture(scope="module")
def ties(model_file: Path, engine: EngineBuild, texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> Round:
    """A model and a pipeline whose every class always scores 0."""
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

    model = mutate_model(model_file, tmp_path_factory.mktemp("model") / "equal.tern", zero)
    lines = Comparison(SPACY_PACKAGE, "everything", engine.program, model).lines(texts)
    wanted = list(oracle.answers(nlp, texts))
    return Round(model, texts, lambda: wanted, lines, flags=())


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
    use_kernels(kernels, engine.program, model_file, monkeypatch)
    assert rounds.first_difference(engine.program, model_file) is None
    assert rounds.first_inner_difference(engine.program, model_file) is None


def test_equal_scores(engine: EngineBuild, ties: Round) -> None:
    """parser_model.pyx arg_max_if_valid, numpy's argmax: the first of equal classes wins."""
    assert ties.first_difference(engine.program) is None


@each_mutant(MODEL_MUTANTS)
def test_model_mutant(
    mutant: ModelMutant, engine: EngineBuild, rounds: Rounds, model_file: Path, tmp_path: Path
) -> None:
    broken = mutate_model(model_file, tmp_path / "mutant.tern", mutant.change)
    difference = rounds.first_difference(engine.program, broken)
    if difference is None:
        difference = rounds.first_inner_difference(engine.program, broken)
    expect_noticed(mutant, difference)


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
    ties: Round,
    model_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = engine.mutant(mutant)
    use_kernels(kernels, program, model_file, monkeypatch)
    difference = (
        rounds.first_difference(program, model_file)
        or ties.first_difference(program)
        or rounds.first_inner_difference(program, model_file)
    )
    expect_noticed(mutant, difference)
