"""--check: what of a configuration would convert, before any training."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import catalogue
import pytest
import spacy
from click.testing import CliRunner
from common import SPACY_PACKAGE
from convert.__main__ import main
from convert.check import Report, check
from convert.errors import ConvertError
from convert.tiny_recipe import SETTINGS
from spacy.cli.init_config import init_config
from thinc.api import Config


@pytest.fixture(autouse=True)
def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test knows the functions of another."""
    monkeypatch.setattr(catalogue, "REGISTRY", dict(catalogue.REGISTRY))


spacy.blank("en")  # spaCy registers a language when it is first asked for: once for all tests

TAGGER = """
[nlp]
lang = "en"
pipeline = ["tagger"]

[components]

[components.tagger]
factory = "tagger"
"""


def quickstart(*components: str) -> Config:
    return init_config(lang="en", pipeline=list(components), optimize="efficiency", silent=True)


def with_a_factory_of_a_package(*components: str) -> Config:
    config = quickstart(*components)
    config["nlp"]["pipeline"].append("mine")
    config["components"]["mine"] = {"factory": "mine"}
    return config


def written(folder: Path, config: Config | str) -> str:
    path = folder / "config.cfg"
    path.write_text(config if isinstance(config, str) else config.to_str(interpolate=False), encoding="utf-8")
    return str(path)


def report(folder: Path, config: Config | str, **options: Any) -> Report:
    return check(written(folder, config), lambda what: None, **options)


def sentences(found: Report) -> list[str]:
    return [str(reason) for reason in found.reasons]


def test_the_quickstart(tmp_path: Path) -> None:
    """Nothing is written beside it."""
    path = written(tmp_path, quickstart("tagger", "parser", "ner"))
    result = CliRunner().invoke(main, ["--check", path])
    assert result.exit_code == 0 and result.output == f"{path} converts: tok2vec, tagger, parser, ner\n"
    assert [file.name for file in tmp_path.iterdir()] == ["config.cfg"]


def test_every_reason_is_told(tmp_path: Path) -> None:
    """Of the tokenizer, of components, of both; and what converts."""
    config = with_a_factory_of_a_package("parser", "ner")
    config["nlp"]["tokenizer"] = {"@tokenizers": "spacy.zh.ChineseTokenizer"}
    config["components"]["parser"]["learn_tokens"] = True
    config["components"]["ner"]["model"]["maxout_pieces"] = 9
    result = CliRunner().invoke(main, ["--check", "--json", written(tmp_path, config)])
    answer = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (answer["converts"], answer["components"]) == (False, ["tok2vec"])
    assert [reason["component"] for reason in answer["reasons"]] == [None, "ner", "mine", "parser"]
    words = ["spacy.zh.ChineseTokenizer", "maxout_pieces 9", "package's own", "learn_tokens = true"]
    assert all(word in reason["sentence"] for word, reason in zip(words, answer["reasons"]))


def test_a_tokenizer_that_stays_behind(tmp_path: Path) -> None:
    config = quickstart("ner")
    config["nlp"]["tokenizer"] = {"@tokenizers": "spacy.zh.ChineseTokenizer"}
    path = written(tmp_path, config)
    assert CliRunner().invoke(main, ["--check", path]).exit_code == 1
    assert CliRunner().invoke(main, ["--check", "--no-tokenizer", path]).exit_code == 0


def test_reasons_are_sentences_on_standard_error(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["--check", written(tmp_path, with_a_factory_of_a_package("tagger"))])
    assert result.exit_code == 1 and "convert: component mine (factory mine) is not supported" in result.stderr
    assert result.stdout.endswith("config.cfg does not convert as it is\n")


def test_without_what_does_not_convert(tmp_path: Path) -> None:
    found = report(tmp_path, with_a_factory_of_a_package("ner"), exclude=["mine"])
    assert not found.reasons and found.components == ["tok2vec", "ner"]


def test_what_listens_to_a_refused_encoder_is_no_reason_of_its_own(tmp_path: Path) -> None:
    config = quickstart("ner", "tagger")
    config["components"]["tok2vec"]["model"]["encode"]["maxout_pieces"] = 99
    found = report(tmp_path, config)
    assert [reason.component for reason in found.reasons] == ["tok2vec"]


def test_what_is_left_to_spacys_defaults(tmp_path: Path) -> None:
    found = report(tmp_path, TAGGER)
    assert not found.reasons and found.components == ["tagger"]


def test_a_component_of_an_installed_pipeline(tmp_path: Path) -> None:
    """Its settings are read, as spaCy would copy it."""
    source = f'source = "{SPACY_PACKAGE}"\nreplace_listeners = ["model.tok2vec"]'
    found = report(tmp_path, TAGGER.replace('factory = "tagger"', source))
    assert not found.reasons and found.components == ["tagger"]
    found = report(tmp_path, TAGGER.replace('factory = "tagger"', f'source = "{SPACY_PACKAGE}"\ncomponent = "mine"'))
    assert "which has no component mine" in sentences(found)[0]


def test_a_component_of_a_pipeline_that_is_not_here(tmp_path: Path) -> None:
    found = report(tmp_path, TAGGER.replace('factory = "tagger"', 'source = "no/such/pipeline"'))
    assert sentences(found)[0].startswith("component tagger is taken from the pipeline 'no/such/pipeline' (source)")
    assert found.reasons[0].component == "tagger" and len(found.reasons) == 1


def test_functions_that_are_not_known(tmp_path: Path) -> None:
    callback = TAGGER.replace("[components]", '[nlp.after_creation]\n@callbacks = "mine.v1"\n\n[components]')
    assert "[nlp.after_creation] @callbacks = 'mine.v1'" in sentences(report(tmp_path, callback))[0]
    code = tmp_path / "mine.py"
    code.write_text('import spacy\n\n\n@spacy.registry.callbacks("mine.v1")\ndef make():\n    return lambda nlp: nlp\n')
    assert not report(tmp_path, callback, code=[str(code)]).reasons
    code.write_text(
        "import spacy\n\n\n@spacy.registry.callbacks('mine.v1')\ndef make():\n    return add\n\n\n"
        "def add(nlp):\n    nlp.tokenizer = None\n    return nlp\n"
    )
    assert "NoneType" in sentences(report(tmp_path, callback, code=[str(code)]))[0]


def test_what_spacy_cannot_create(tmp_path: Path) -> None:
    found = report(tmp_path, TAGGER + "overwrite = 17.5\n")
    assert sentences(found)[0].startswith("spaCy cannot create the pipeline: [components.tagger] overwrite = 17.5")
    assert found.reasons[0].component == "tagger"


def test_what_is_nothing_to_check(tmp_path: Path) -> None:
    with pytest.raises(ConvertError, match=r"\[nlp\] lang = 'qqq' is no language"):
        report(tmp_path, TAGGER.replace('"en"', '"qqq"'))
    result = CliRunner().invoke(main, ["--check", str(tmp_path / "none.cfg")])
    assert result.exit_code == 2 and "is neither an installed package nor a folder" in result.output


def test_a_folder_and_a_package(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("ner", config=SETTINGS["ner"])
    nlp.to_disk(tmp_path / "pipeline")
    assert check(str(tmp_path / "pipeline"), lambda what: None).components == ["ner"]
    assert "ner" in check(SPACY_PACKAGE, lambda what: None).components


def test_options_that_do_not_go_together(tmp_path: Path) -> None:
    path = written(tmp_path, TAGGER)
    for options, words in (([path], "-o FILE"), ([path, "-o", "x.tern", "--json"], "--json belongs to --check")):
        result = CliRunner().invoke(main, options)
        assert result.exit_code == 2 and words in result.output
