"""Tokens per second by kernel set: tern with TERN_GEMM, beside spaCy whose libraries are held to the same instructions, and
beside an earlier tern, in the same run and in turns."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from measured import KERNEL_SETS, Bench, Program, environment_with, jsonl, timed

# OpenBLAS's kernels for what a set has. None: what it chooses by itself.
OPENBLAS_CORE = {"avx512": None, "avx2": "Haswell", "neon": None, "portable": "Prescott"}
# numpy's names for what lies above a set, new and old ones (numpy/_core/src/common/npy_cpu_features.c).
ABOVE = {"avx512": (), "avx2": ("X86_V4", "AVX512"), "neon": (), "portable": ("X86_V3", "X86_V4", "AVX", "FMA", "F16C")}
PIPELINES: dict[str, tuple[str, ...]] = {"whole pipeline": (), "NER alone": ("ner",)}
WORDS = 8_000  # of the texts, which spaCy takes some seconds for
CHILD = Path(__file__).parent / "spacy_child.py"


class Turn(NamedTuple):
    """What is measured once in a round."""

    kernels: str
    pipeline: str


def runs(program: Program, kernels: str) -> bool:
    """Whether this build and this processor have the set."""
    done = subprocess.run(
        [program.measure, program.model, "tokenize"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment_with(TERN_GEMM=kernels),
    )
    return done.returncode == 0


def sets_here(program: Program) -> list[str]:
    return [kernels for kernels in KERNEL_SETS if runs(program, kernels)]


# ---------------------------------------------------------------------- tern


def library_rate(program: Program, turn: Turn, texts: Sequence[str]) -> float:
    pairs = program.inside_measure("run", texts, PIPELINES[turn.pipeline], turn.kernels)
    return sum(tokens for _, tokens in pairs) / sum(ns for ns, _ in pairs) * 1e9


def pipe_rate(program: Program, turn: Turn, texts: Sequence[str], tokens: int) -> float:
    """From exec to the end, JSON included."""
    only = PIPELINES[turn.pipeline]
    command = [program.build / "tern", "pipe", *(["--only", ",".join(only)] if only else []), "-m", program.model]
    environment = environment_with(TERN_GEMM=turn.kernels)
    lines = jsonl(texts)
    return tokens / timed(
        lambda: subprocess.run(command, input=lines, stdout=subprocess.DEVNULL, env=environment, check=True)
    )


# ---------------------------------------------------------------------- spaCy


def limits(kernels: str) -> dict[str, str]:
    """Variables that hold OpenBLAS and numpy to the instructions of a set."""
    from numpy._core import _multiarray_umath as umath  # no public name gives it

    above = (
        [
            name
            for name in umath.__cpu_dispatch__
            if umath.__cpu_features__.get(name) and name.startswith(ABOVE[kernels])
        ]
        if ABOVE[kernels]
        else []
    )
    core = OPENBLAS_CORE[kernels]
    return {
        **({"OPENBLAS_CORETYPE": core} if core else {}),
        **({"NPY_DISABLE_CPU_FEATURES": " ".join(above)} if above else {}),
    }


class Limited:
    """spaCy in its process, which waits while others are measured."""

    def __init__(self, package: str, texts: Path, kernels: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, CHILD, package, texts],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment_with(**limits(kernels)),
            text=True,
        )
        self.with_what: dict[str, Any] = self._answer()

    def _answer(self) -> dict[str, Any]:
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"spaCy's process ended with {self.process.wait()}")
        return json.loads(line)

    def rate(self, pipeline: str, products: str) -> float:
        asked = {"only": list(PIPELINES[pipeline]) or None, "products": products}
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        found = self._answer()
        return found["tokens"] / found["seconds"]

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


# ---------------------------------------------------------------------- in turns


Samples = dict[str, list[float]]


def measure_turn(
    programs: Sequence[Program], spacy: Limited, turn: Turn, texts: Sequence[str], tokens: int, found: Samples
) -> None:
    for program in programs:
        for what, rate in (
            ("library", library_rate(program, turn, texts)),
            ("tern pipe", pipe_rate(program, turn, texts, tokens)),
        ):
            found.setdefault(f"{program.name}: {what}", []).append(rate)
    for products in ("blis", "openblas"):
        found.setdefault(products, []).append(spacy.rate(turn.pipeline, products))


def record(bench: Bench, turn: Turn, found: Samples, kernels_of_spacy: dict[str, Any]) -> None:
    """Rates of rounds that are whole."""
    rounds = min(map(len, found.values()))
    name = f"{turn.kernels}, {turn.pipeline}"
    also = {"kernels": turn.kernels, "pipeline": turn.pipeline}
    for what in ("library", "tern pipe"):
        tern = found[f"tern: {what}"][:rounds]
        for label, products in (("nlp.pipe", "blis"), ("nlp.pipe by OpenBLAS", "openblas")):
            bench.record(
                "sets",
                f"{name}: {what} / {label}",
                "tokens/s",
                {"tern": tern, "spaCy": found[products][:rounds]},
                True,
                paired=True,
                spacy_kernels=kernels_of_spacy,
                **also,
            )
        before = found.get(f"before: {what}")
        if before:
            columns = {"tern": tern, "before": before[:rounds]}
            bench.record("against", f"{name}: {what}", "tokens/s", columns, True, paired=True, **also)


def some_texts(bench: Bench) -> list[str]:
    """Of so many words, in the given order."""
    taken: list[str] = []
    words = 0
    for text in bench.texts:
        if words >= bench.few(WORDS, 800):
            break
        taken.append(text)
        words += len(text.split())
    return taken


def sets(bench: Bench) -> Iterator[None]:
    """Rounds go over all sets and pipelines, every other one backwards: what slows the machine slows all."""
    texts = some_texts(bench)
    file = bench.folder / "sets.jsonl"
    file.write_bytes(jsonl(texts))
    tokens = sum(count for _, count in bench.program.inside_measure("tokenize", texts))
    names = sets_here(bench.program)
    turns = [Turn(kernels, pipeline) for kernels in names for pipeline in PIPELINES]
    programs = {
        kernels: [program for program in bench.programs if program is bench.program or runs(program, kernels)]
        for kernels in names
    }
    found: dict[Turn, Samples] = {turn: {} for turn in turns}
    with contextlib.ExitStack() as stack:
        spacy = {kernels: Limited(bench.package, file, kernels) for kernels in names}
        for child in spacy.values():
            stack.callback(child.end)
        for child in spacy.values():
            for pipeline in PIPELINES:  # loads it, unmeasured
                child.rate(pipeline, "blis")
                yield
        try:
            for i in range(bench.rounds):
                for turn in turns[:: -1 if i % 2 else 1]:
                    measure_turn(programs[turn.kernels], spacy[turn.kernels], turn, texts, tokens, found[turn])
                    yield
        finally:
            for turn in turns:
                if found[turn]:
                    record(bench, turn, found[turn], spacy[turn.kernels].with_what)
