"""`python -m convert --wheel`: a pipeline as a wheel, which pip installs and tern_nlp.load finds by name."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

spacy = pytest.importorskip("spacy")
from click.testing import CliRunner
from convert.__main__ import main

PROGRAM = """
import tern_nlp

assert tern_nlp.util.is_package("de_little")
tern_nlp.cli.download("de_little")
print([sent.text for sent in tern_nlp.load("de_little")("Das ist gut. Das auch.").sents])
"""


@pytest.fixture
def pipeline(tmp_path: Path) -> Path:
    nlp = spacy.blank("de")
    nlp.add_pipe("sentencizer")
    nlp.meta.update({"name": "little", "version": "1.2.3", "license": "MIT", "description": "Little.\nIndeed."})
    nlp.to_disk(tmp_path / "pipeline")
    return tmp_path / "pipeline"


def make_wheel(pipeline: Path, folder: Path) -> Path:
    done = CliRunner().invoke(main, [str(pipeline), "--wheel", str(folder)])
    assert done.exit_code == 0, done.output
    (wheel,) = folder.iterdir()
    return wheel


def test_an_installed_wheel_is_found_by_name(pipeline: Path, package_folder: Path, tmp_path: Path) -> None:
    wheel = make_wheel(pipeline, tmp_path / "wheels")
    assert wheel.name == "tern_de_little-1.2.3-py3-none-any.whl"
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", str(tmp_path / "site")]
    subprocess.run([*pip, str(wheel)], check=True, timeout=120)
    search = os.pathsep.join([str(tmp_path / "site"), str(package_folder)])
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "PYTHONPATH": search},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout == "['Das ist gut.', 'Das auch.']\n", done.stderr


def test_the_same_pipeline_gives_the_same_wheel(pipeline: Path, tmp_path: Path) -> None:
    assert make_wheel(pipeline, tmp_path / "a").read_bytes() == make_wheel(pipeline, tmp_path / "b").read_bytes()


def test_somewhere_to_write_is_wanted(pipeline: Path) -> None:
    done = CliRunner().invoke(main, [str(pipeline), "--manifest", "m.json", "--wheel", "wheels"])
    assert done.exit_code == 2
    assert "--manifest belongs to -o FILE" in done.output


def test_what_is_not_there_is_said_as_spacy_does(package: Any) -> None:
    assert package.util.is_package("en_core_web_sm")
    package.cli.download("en_core_web_sm")
    assert not package.util.is_package("xx_no_such_thing")
    with pytest.raises(OSError, match=r"E050.*--wheel"):
        package.cli.download("xx_no_such_thing")
