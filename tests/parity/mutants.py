"""Deliberately broken copies: of the model file, and of the engine's sources. The parity tests must notice each of them."""
from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, List, Tuple

from model_bytes import ModelBytes

ROOT = Path(__file__).resolve().parent.parent.parent
ENGINE, RUNTIME = ROOT / "engine", ROOT / "runtime"
NO_STRING = 0xFFFFFFFF


def overwrite(model: ModelBytes, section: str, content: bytes) -> None:
    """New content of the same size."""
    begin, size = model.offset(section), model.size(section)
    assert len(content) == size
    model.data[begin:begin + size] = content


def fill(model: ModelBytes, section: str, byte: int) -> None:
    overwrite(model, section, bytes([byte]) * model.size(section))


def mutate_model(source: Path, target: Path, change: Callable[[ModelBytes], None]) -> Path:
    """A copy of the model file that the engine opens without complaint, but for the change."""
    model = ModelBytes(source.read_bytes())
    before = bytes(model.data)
    change(model)
    assert bytes(model.data) != before, "the mutation changed nothing"
    target.write_bytes(model.seal().data)
    return target


@dataclass
class ModelMutant:
    name: str
    change: Callable[[ModelBytes], None]
    noticed_in: Tuple[str, ...]   # stages, one of which must be the first to differ


def _next_seed(model: ModelBytes) -> None:
    model.set_number("ner/tok2vec/seeds", 1, model.number("ner/tok2vec/seeds", 1) + 1)


def _no_overrides(model: ModelBytes) -> None:
    """Tokenizer exceptions lose their NORM."""
    for i in range(2, model.dims("tokenizer/rule_pieces")[0] * 3, 3):
        model.set_number("tokenizer/rule_pieces", i, NO_STRING)


def _ascii_shapes(model: ModelBytes) -> None:
    """Letters beyond ASCII are not letters any more."""
    def class_of(code_point: int) -> int:
        block = model.number("chars/block", code_point >> 7)
        return model.number("chars/class", block * 128 + (code_point & 127))

    ascii_classes = {class_of(c) for c in range(128)}
    for i in range(model.dims("chars/flags")[0]):
        if i not in ascii_classes:
            model.set_number("chars/flags", i, model.number("chars/flags", i) & ~1)


def _swap_two_labels(model: ModelBytes) -> None:
    """U-DATE and U-PERSON."""
    a, b = (model.number("ner/moves", 2 * cls + 1) for cls in (55, 56))
    model.set_number("ner/moves", 2 * 55 + 1, b)
    model.set_number("ner/moves", 2 * 56 + 1, a)


def _one_weight(model: ModelBytes) -> None:
    model.set_number("ner/tok2vec/conv/3/W", 17, model.number("ner/tok2vec/conv/3/W", 17) + 0.01)


MODEL_MUTANTS = [
    ModelMutant("a hash seed is one too large", _next_seed, ("entities",)),
    ModelMutant("padding vectors of the lower layer are zero", lambda m: fill(m, "ner/lower/pad", 0), ("entities",)),
    ModelMutant("no NORM tables, lower case only", lambda m: fill(m, "norms", 0xFF), ("norm",)),
    ModelMutant("no NORM from tokenizer exceptions", _no_overrides, ("norm",)),
    ModelMutant("reserved symbols are hashed like other strings", lambda m: fill(m, "symbols", 0xFF),
                ("NORM", "PREFIX", "SUFFIX", "SHAPE")),
    ModelMutant("SHAPE knows ASCII letters only", _ascii_shapes, ("SHAPE",)),
    ModelMutant("the tokenizer has no second pass", lambda m: fill(m, "tokenizer/phrases", 0xFF),
                ("start", "end", "sent_start")),
    ModelMutant("lower casing is off", lambda m: fill(m, "chars/lower", 0), ("norm",)),
    ModelMutant("two labels are swapped", _swap_two_labels, ("entities",)),
    ModelMutant("one weight of the last convolution is off by 0.01", _one_weight, ("layer 4", "entities")),
]


@dataclass
class EngineMutant:
    name: str
    file: str
    old: str   # must occur exactly once
    new: str
    noticed_in: Tuple[str, ...]


ZERO_PADDING_AT_EVERY_LAYER = """window_layer(&w->conv[d], width, rows, s, x);
        if (before > d + 1) memset(x, 0, (before - d - 1) * width * sizeof *x);
        if (after > d + 1) memset(x + (rows - (after - d - 1)) * width, 0, (after - d - 1) * width * sizeof *x);"""

ENGINE_MUTANTS = [
    EngineMutant("layer norm's epsilon is 1e-5", "kernels.c", "LAYER_NORM_EPSILON 1e-8f", "LAYER_NORM_EPSILON 1e-5f",
                 ("layer",)),
    EngineMutant("padding is zero again at every layer", "tok2vec.c", "window_layer(&w->conv[d], width, rows, s, x);",
                 ZERO_PADDING_AT_EVERY_LAYER, ("entities", "layer")),
    EngineMutant("the last of equal scores wins", "transition.c", "scores[c] > scores[best]", "scores[c] >= scores[best]",
                 ("entities",)),
    EngineMutant("white space may begin an entity", "ner.c", "may_go_on && !is_space", "may_go_on",
                 ("entities", "decision")),
    EngineMutant("entities cross sentence starts", "ner.c", "&& doc->sent_start[next] != 1", "", ("entities",)),
    EngineMutant("an open entity looks at the current token twice", "ner.c", "(int32_t)s->token - 1", "(int32_t)s->token",
                 ("entities", "decision")),
    EngineMutant("SHAPE is LONG from 101 code points on", "lexeme.c", "SHAPE_LONG_FROM 100", "SHAPE_LONG_FROM 101",
                 ("SHAPE",)),
    EngineMutant("there is no final sigma", "unicode.c", "is_final_sigma(t, in, n, i) ? FINAL_SIGMA", "0 ? FINAL_SIGMA",
                 ("norm",)),
]


class EngineBuild:
    """Compiles the engine with the stages program outside the build tree; a mutant recompiles one file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.compiler = shlex.split(os.environ.get("CC", "cc"))
        self.flags = ["-std=c11", "-O1", "-ffp-contract=off", f"-I{ENGINE}", f"-I{RUNTIME}", *self._pkg_config("--cflags")]
        runtime = [RUNTIME / name for name in ("json_in.c", "json_out.c", "bytes.c")]
        sources = [*sorted(ENGINE.glob("*.c")), *runtime, ROOT / "tests" / "parity" / "stages.c"]
        self.objects = {source.name: self._compile(source, folder / f"{source.stem}.o") for source in sources}

    @staticmethod
    def _pkg_config(what: str) -> List[str]:
        done = subprocess.run(["pkg-config", what, "openblas", "libcjson"], stdout=subprocess.PIPE, check=True)
        return shlex.split(done.stdout.decode())

    def _compile(self, source: Path, target: Path) -> Path:
        subprocess.run([*self.compiler, *self.flags, "-c", str(source), "-o", str(target)], check=True)
        return target

    def _link(self, objects: List[Path], name: str) -> Path:
        program = self.folder / name
        libraries = [*self._pkg_config("--libs"), "-lm"]
        subprocess.run([*self.compiler, *map(str, objects), *libraries, "-o", str(program)], check=True)
        return program

    def program(self) -> Path:
        return self._link(list(self.objects.values()), "stages")

    def mutant(self, mutant: EngineMutant) -> Path:
        source = (ENGINE / mutant.file).read_text(encoding="utf-8")
        found = source.count(mutant.old)
        assert found == 1, f"{mutant.old!r} occurs {found} times in {mutant.file}: adapt the mutant {mutant.name!r}"
        folder = self.folder / "mutant"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        changed = folder / mutant.file
        changed.write_text(source.replace(mutant.old, mutant.new), encoding="utf-8")
        objects = {**self.objects, mutant.file: self._compile(changed, folder / "changed.o")}
        return self._link(list(objects.values()), "stages-mutant")
