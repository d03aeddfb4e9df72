"""Files with static vectors: damaged ones, of floret's too, and one with half a million rows, of which opening reads none."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Callable, NamedTuple

import pytest

pytest.importorskip("spacy")

from common import forget
from convert import container
from model_bytes import F32, U32, ModelBytes
from spacy.strings import get_string_id
from vector_pipeline import VectorPipeline, enlarged

OK, E_FORMAT = 0, 4
KEYS, START, STATIC = "vectors/keys", "vectors/start", "ner/tok2vec/static"


def outcome_of(content: bytes, folder: Path, open_files) -> Callable:
    """outcome(damage): what opening, and running a few texts, says to the damaged file."""
    path = folder / "damaged.tern"

    def call(damage: Callable[[ModelBytes], None]):
        model = ModelBytes(content)
        damage(model)
        path.write_bytes(model.seal().data)
        return open_files([path])[0]

    return call


@pytest.fixture(scope="module")
def outcome(vector_pipeline: VectorPipeline, tmp_path_factory: pytest.TempPathFactory, open_files) -> Callable:
    return outcome_of(vector_pipeline.model.read_bytes(), tmp_path_factory.mktemp("damaged"), open_files)


def test_undamaged_file(outcome) -> None:
    assert outcome(lambda model: None).status == OK


# ---- what opening refuses ----------------------------------------------------------------------------------------------


class Case(NamedTuple):
    damage: Callable[[ModelBytes], None]
    words: str


REFUSED: dict[str, Case] = {
    "no keys": Case(lambda m: m.remove(KEYS), "no section vectors/keys"),
    "no starts": Case(lambda m: m.remove(START), "no section vectors/start"),
    "no index": Case(lambda m: (m.remove(KEYS), m.remove(START)), "tok2vec/static no vectors/keys"),
    "starts of another number": Case(lambda m: m.replace(START, bytes(4 * 6), [6]), "vectors/start power of two"),
    "two starts": Case(lambda m: m.replace(START, bytes(4 * 2), [2]), "vectors/start power of two"),
    "keys of u32": Case(
        lambda m: m.set_record(KEYS, "dtype", U32) or m.set_record(KEYS, "size", m.size(KEYS) // 2),
        "vectors/keys dtype",
    ),
    "starts of f32": Case(lambda m: m.set_record(START, "dtype", F32), "vectors/start dtype"),
    "rows of u32": Case(lambda m: m.set_record(STATIC, "dtype", U32), "ner/tok2vec/static dtype"),
    "rows of another width": Case(lambda m: m.replace(STATIC, bytes(4 * 30), [10, 3]), "ner/tok2vec/static shape"),
    "no rows": Case(lambda m: m.replace(STATIC, b"", [0, 16]), "ner/tok2vec/static dimension"),
    "rows left out": Case(lambda m: m.remove(STATIC), "ner/tok2vec/mix/W shape"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(outcome, name: str) -> None:
    found = outcome(REFUSED[name].damage)
    assert found.status == E_FORMAT, found
    assert all(word in found.message for word in REFUSED[name].words.split()), found


# ---- what cannot be seen without reading the tables: it must do no harm -----------------------------------------------


def fill(section: str, value: int) -> Callable[[ModelBytes], None]:
    def damage(model: ModelBytes) -> None:
        at = model.offset(section)
        model.data[at : at + model.size(section)] = bytes([value]) * model.size(section)

    return damage


def all_rows_beyond(model: ModelBytes) -> None:
    """Every key leads to the largest row that its bits can say."""
    bits = (model.dims(START)[0] - 2).bit_length()
    for i in range(model.dims(KEYS)[0]):
        model.set_number(KEYS, i, model.number(KEYS, i) | ((1 << bits) - 1))


def falling_starts(model: ModelBytes) -> None:
    starts = [model.number(START, i) for i in range(model.dims(START)[0])]
    for i, start in enumerate(reversed(starts)):
        model.set_number(START, i, start)


HARMLESS: dict[str, Callable[[ModelBytes], None]] = {
    "rows beyond the table": all_rows_beyond,
    "a table of one row": lambda m: m.replace(STATIC, bytes(4 * 16), [1, 16]),
    "falling starts": falling_starts,
    "starts beyond the keys": fill(START, 0xFF),
    "starts of nothing": fill(START, 0),
    "keys of ones": fill(KEYS, 0xFF),
    "keys of zeros": fill(KEYS, 0),
    "one key": lambda m: m.replace(KEYS, bytes(8), [1]),
    "two starts more than keys": lambda m: m.replace(START, b"\xff\0\0\0" * 3, [3]),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless(outcome, name: str) -> None:
    assert outcome(HARMLESS[name]).status == OK


# ---- floret ------------------------------------------------------------------------------------------------------------

FLORET = "vectors/floret"


@pytest.fixture(scope="module")
def floret_outcome(vector_pipeline: VectorPipeline, tmp_path_factory: pytest.TempPathFactory, open_files) -> Callable:
    """As outcome(), of a file whose rows are found by pieces."""
    sections = container.read(vector_pipeline.model.read_bytes())
    for name in (KEYS, START):
        del sections[name]
    strings = [0, 1]  # whichever these are
    content = container.write([[*sections.values(), container.tensor(FLORET, [4, 5, 2, 2166136261, *strings], "u4")]])
    return outcome_of(content, tmp_path_factory.mktemp("floret"), open_files)


def test_undamaged_floret_file(floret_outcome) -> None:
    assert floret_outcome(lambda model: None).status == OK


def setting(index: int, value: int) -> Callable[[ModelBytes], None]:
    return lambda model: model.set_number(FLORET, index, value)


FLORET_REFUSED: dict[str, Case] = {
    "minn above maxn": Case(setting(0, 6), "vectors/floret out of range"),
    "maxn too large": Case(setting(1, 33), "vectors/floret out of range"),
    "maxn huge": Case(setting(1, 2**32 - 1), "vectors/floret out of range"),
    "no hashes": Case(setting(2, 0), "vectors/floret out of range"),
    "five hashes": Case(setting(2, 5), "vectors/floret out of range"),
    "bow beyond the strings": Case(setting(4, 2**32 - 1), "vectors/floret string number"),
    "eow beyond the strings": Case(
        lambda m: m.set_number(FLORET, 5, m.dims("strings/id")[0]), "vectors/floret string number"
    ),
    "five settings": Case(lambda m: m.replace(FLORET, bytes(20), [5]), "vectors/floret shape"),
    "settings of f32": Case(lambda m: m.set_record(FLORET, "dtype", F32), "vectors/floret dtype"),
    "no settings": Case(lambda m: m.remove(FLORET), "tok2vec/static no vectors/keys"),
}


@pytest.mark.parametrize("name", FLORET_REFUSED)
def test_floret_refused(floret_outcome, name: str) -> None:
    found = floret_outcome(FLORET_REFUSED[name].damage)
    assert found.status == E_FORMAT, found
    assert all(word in found.message for word in FLORET_REFUSED[name].words.split()), found


@pytest.mark.parametrize(
    "damage",
    [setting(0, 0), setting(1, 32), setting(2, 4), setting(3, 0), lambda m: m.replace(STATIC, bytes(64), [1, 16])],
)
def test_floret_harmless(floret_outcome, damage: Callable[[ModelBytes], None]) -> None:
    assert floret_outcome(damage).status == OK


# ---- half a million rows -----------------------------------------------------------------------------------------------

ROWS = 500_000
WORDS = ["Apple", "bought", "London"]
PLACES = 2 + 2
"""Of a file that a word is looked up at: start, key, its row for the shared encoder and for the recogniser's."""
TOUCHED = 256 * 1024
"""Bytes that the system may read and map for one place: more than the page asked for."""


def mapped(pid: int, model: Path) -> int:
    """Bytes of the file that the process has in memory (proc_pid_smaps(5))."""
    smaps = Path(f"/proc/{pid}/smaps").read_text(encoding="utf-8")
    parts = re.findall(rf"^[0-9a-f].*{re.escape(model.name)}$((?:\n[A-Z].*)*)", smaps, re.MULTILINE)
    assert parts
    return 1024 * sum(int(size) for part in parts for size in re.findall(r"^Rss: +(\d+) kB", part, re.MULTILINE))


def faults(pid: int) -> int:
    """Page faults of the process so far (proc_pid_stat(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return int(fields[7]) + int(fields[9])


class Use(NamedTuple):
    """After the model was opened and a text without vectors was read; after a text of WORDS."""

    mapped: list[int]
    faults: list[int]


def use(tern: Path, model: Path) -> Use:
    forget(model)
    found = Use([], [])
    with subprocess.Popen(
        [str(tern), "pipe", "-m", str(model)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        for text in ("\\n", " ".join(WORDS)):
            process.stdin.write(f'{{"text": "{text}"}}\n'.encode())
            process.stdin.flush()
            assert b"tokens" in process.stdout.readline()
            found.mapped.append(mapped(process.pid, model))
            found.faults.append(faults(process.pid))
    return found


def test_opening_does_not_read_the_table(vector_pipeline: VectorPipeline, program, tmp_path: Path) -> None:
    small, large = vector_pipeline.model, tmp_path / "large.tern"
    large.write_bytes(enlarged(small.read_bytes(), [get_string_id(word) for word in WORDS], ROWS))
    assert large.stat().st_size > small.stat().st_size + 80_000_000
    with_small, with_large = use(program("tern"), small), use(program("tern"), large)
    assert with_large.mapped[0] < with_small.mapped[0] + PLACES * TOUCHED
    assert with_large.faults[0] < with_small.faults[0] + 32
    assert with_large.mapped[1] - with_large.mapped[0] < len(WORDS) * PLACES * TOUCHED
    assert (
        with_large.faults[1] - with_large.faults[0]
        < with_small.faults[1] - with_small.faults[0] + len(WORDS) * PLACES * 4
    )
