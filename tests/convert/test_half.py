"""`--half`: the engine computes with the rounded weights, and with nothing else that differs."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from common import BUILD, MODEL, ROOT
from convert import container
from convert.__main__ import main
from convert.container import Group, Section, half_if_exact, halved
from convert.errors import ConvertError
from convert.tiny import build_pipeline

TEXTS = ROOT / "tests" / "parity" / "texts" / "documents.jsonl"


def _documents(model: Path) -> bytes:
    command = [BUILD / "tern", "pipe", "-m", model]
    return subprocess.run(command, input=TEXTS.read_bytes(), check=True, stdout=subprocess.PIPE).stdout


def _rounded(section: Section) -> Section:
    is_float = section.array.dtype == np.dtype("<f4")
    return Section(section.name, section.array.astype("<f2").astype("<f4") if is_float else section.array, section.kind)


def test_documents_are_those_of_the_rounded_weights(tmp_path: Path) -> None:
    sections = list(container.read(MODEL.read_bytes()).values())
    half, rounded = tmp_path / "half.tern", tmp_path / "rounded.tern"
    half.write_bytes(container.write([halved(Group("all", sections)).sections]))
    rounded.write_bytes(container.write([[_rounded(section) for section in sections]]))
    assert half.stat().st_size < 0.6 * rounded.stat().st_size
    assert _documents(half) == _documents(rounded)
    assert subprocess.run([BUILD / "tern", "verify", half]).returncode == 0


@pytest.mark.parametrize("value", [65504.0, 2.0**-24, -(2.0**-14), 0.0, 1.0009765625])
def test_what_half_precision_holds_stays(value: float) -> None:
    assert halved(Group("", [container.tensor("x", [value], "f4")])).sections[0].array[0] == value


def test_a_weight_that_half_precision_cannot_hold_is_refused() -> None:
    with pytest.raises(ConvertError, match="ner/upper/W: a weight is too large for half precision"):
        halved(Group("", [container.tensor("ner/upper/W", [1e5], "f4")]))


@pytest.mark.parametrize(
    "values, dtype", [([1.0, -0.0, 65504.0, 2.0**-24], "<f2"), ([1.0, 0.1], "<f4"), ([1e5], "<f4"), ([2.0**-25], "<f4")]
)
def test_half_only_where_nothing_is_lost(values: list, dtype: str) -> None:
    section = half_if_exact(container.tensor("x", values, "f4"))
    assert (
        section.array.dtype == np.dtype(dtype)
        and section.array.astype("f4").tolist() == container.tensor("x", values, "f4").array.tolist()
    )


def test_numbers_that_are_no_weights_stay() -> None:
    section = container.tensor("strings/start", [70000], "u4")
    assert halved(Group("", [section])).sections[0].array[0] == 70000


def test_command_line(tmp_path: Path) -> None:
    build_pipeline(tmp_path / "pipeline")
    result = CliRunner().invoke(main, [str(tmp_path / "pipeline"), "-o", str(tmp_path / "half.tern"), "--half"])
    assert result.exit_code == 0, result.output
    dtypes = {str(section.array.dtype) for section in container.read((tmp_path / "half.tern").read_bytes()).values()}
    assert "float16" in dtypes and "float32" not in dtypes
