"""--no-tokenizer: the file has no tokenizer, says so, and neither the tokenizer nor its part of the folder was asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import spacy
from click.testing import CliRunner
from convert.__main__ import main
from convert.constants import Feature
from convert.container import read
from model_bytes import ModelBytes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A pipeline whose tokenizer is not registered anywhere, with a sentencizer and the data of nobody's tokenizer."""
    nlp = spacy.blank("xx")
    nlp.add_pipe("sentencizer")
    nlp.to_disk(tmp_path / "own")
    config = tmp_path / "own" / "config.cfg"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("spacy.Tokenizer.v1", "own.Tokenizer.v1"), encoding="utf-8")
    (tmp_path / "own" / "tokenizer").write_bytes(b"\xff")
    return tmp_path / "own"


def test_file(folder: Path, tmp_path: Path) -> None:
    output, manifest = tmp_path / "own.tern", tmp_path / "own.json"
    command = [str(folder), "-o", str(output), "--manifest", str(manifest), "--no-tokenizer"]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    sections = read(output.read_bytes())
    assert not [name for name in sections if name.startswith(("tokenizer/", "dfa/"))]
    assert ModelBytes(output.read_bytes()).get("features") == Feature.GIVEN_WORDS
    assert json.loads(sections["meta"].data)["left_out"] == ["tokenizer"]
    assert json.loads(manifest.read_text())["command"] == f"python -m convert {' '.join(command)}"


def test_without_the_flag_it_is_refused_with_the_flag(folder: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(main, [str(folder), "-o", str(tmp_path / "own.tern")])
    assert done.exit_code == 2
    assert "tokenizer own.Tokenizer.v1 is not supported" in done.output
    assert "convert with --no-tokenizer and give the file words that are cut already" in done.output


def test_an_ordinary_file_says_nothing(tmp_path: Path) -> None:
    spacy.blank("xx").to_disk(tmp_path / "xx")
    assert CliRunner().invoke(main, [str(tmp_path / "xx"), "-o", str(tmp_path / "xx.tern")]).exit_code == 0
    data = (tmp_path / "xx.tern").read_bytes()
    assert ModelBytes(data).get("features") == 0
    assert json.loads(read(data)["meta"].data)["left_out"] == []
