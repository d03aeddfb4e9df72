"""The driver of the tests that break the engine on purpose (mutants.py): texts through pipelines, whose answers are compared with
spaCy's.

A module has a fixture with its rounds, a test that the engine as it is differs in none of them, and one that each mutant does.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Callable

import pytest
from differences import first_difference
from mutants import EngineBuild, EngineMutant, ModelMutant
from stages import Stages

Answer = dict[str, Any]


class Round:
    """Texts through a pipeline, to compare any program with. wanted: spaCy's answers, which are computed once they are asked for.
    lines: what the program reads, if that is not the texts alone. differ: what is wrong with an answer, or None."""

    def __init__(
        self,
        model: Path,
        texts: Sequence[str],
        wanted: Callable[[], list[Answer]],
        lines: Iterable[Mapping[str, Any]] | None = None,
        flags: Sequence[str] = ("--features",),
        differ: Callable[[str, Answer, Answer], str | None] = first_difference,
    ) -> None:
        self.model, self.texts, self.flags, self.differ = model, texts, flags, differ
        self.lines = [{"text": text} for text in texts] if lines is None else list(lines)
        self._wanted = wanted

    @functools.cached_property
    def wanted(self) -> list[Answer]:
        return self._wanted()

    def first_difference(self, program: Path, model: Path | None = None) -> str | None:
        """model: in place of the round's own."""
        answers = Stages(program, model or self.model, *self.flags).answers(self.lines, timeout=120)
        return next(filter(None, map(self.differ, self.texts, self.wanted, answers)), None)


def first_difference_of(rounds: Iterable[Round], program: Path, model: Path | None = None) -> str | None:
    return next(filter(None, (each.first_difference(program, model) for each in rounds)), None)


def expect_noticed(mutant: EngineMutant | ModelMutant, difference: str | None) -> None:
    """In one of the stages that it names, if it names some."""
    assert difference is not None, "not noticed"
    assert not mutant.noticed_in or difference.startswith(mutant.noticed_in), difference


def check_mutant(mutant: EngineMutant, engine: EngineBuild, rounds: Iterable[Round]) -> None:
    expect_noticed(mutant, first_difference_of(rounds, engine.mutant(mutant)))


def each_mutant(mutants: Sequence[EngineMutant | ModelMutant]) -> pytest.MarkDecorator:
    """A test of each."""
    return pytest.mark.parametrize("mutant", mutants, ids=[mutant.name.replace(" ", "-") for mutant in mutants])
