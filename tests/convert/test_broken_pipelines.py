"""A folder that spaCy cannot load: one sentence says which file, which setting with which value, why, and what to do."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any, Callable

import pytest
import spacy
from click.testing import CliRunner
from convert.__main__ import main
from convert.container import read
from convert.tiny import build_pipeline

Fault = Callable[[Path], Any]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder without faults."""
    folder = tmp_path_factory.mktemp("sound") / "pipeline"
    build_pipeline(folder)
    return folder


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "pipeline"))


def convert_it(folder: Path, *options: str) -> Any:
    """What the command line did; a traceback is none of the ends that it may have."""
    result = CliRunner().invoke(main, [str(folder), "-o", str(folder.parent / "x.tern"), *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    return result


def refusal(folder: Path, *options: str) -> str:
    result = convert_it(folder, *options)
    lines = result.output.strip().splitlines()
    assert result.exit_code == 2 and len(lines) == 1, result.output
    assert not list(folder.parent.glob("x.tern*"))
    return str(lines[0])


def edit(*changes: str) -> Fault:
    """Replaces in config.cfg: old, new, old, new ..."""

    def change(folder: Path) -> None:
        text = (folder / "config.cfg").read_text(encoding="utf-8")
        for old, new in zip(changes[::2], changes[1::2]):
            assert old in text, old
            text = text.replace(old, new, 1)
        (folder / "config.cfg").write_text(text, encoding="utf-8")

    return change


def put(name: str, data: bytes) -> Fault:
    return lambda folder: (folder / name).write_bytes(data)


def remove(name: str) -> Fault:
    def change(folder: Path) -> None:
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()

    return change


NER = "[components.ner]\n"

FAULTS = {
    "a wrong type": (
        edit("update_with_oracle_cut_size = 100", 'update_with_oracle_cut_size = "many"'),
        ["[components.parser] update_with_oracle_cut_size = 'many': ", "correct config.cfg"],
    ),
    "a wrong type in a model": (
        edit("use_upper = true", 'use_upper = "x"'),
        ["[components.parser.model] use_upper = 'x': ", "correct config.cfg"],
    ),
    "a wrong type in nlp": (
        edit("batch_size = 1000", 'batch_size = "x"'),
        ["[nlp] batch_size = 'x': ", "correct config.cfg"],
    ),
    "a missing setting": (
        edit('attrs = ["NORM", "PREFIX", "SUFFIX", "SHAPE", "SPACY", "IS_SPACE"]\n', ""),
        ["MultiHashEmbed.v2 in component tok2vec has 0 features", "train it with such a number"],
    ),
    "an extra setting": (
        edit(NER, NER + 'colour = "red"\n'),
        ["[components.ner] colour = 'red': ", "correct config.cfg", "--exclude ner converts the rest"],
    ),
    "an extra setting in a model": (
        edit("use_upper = true\n", "use_upper = true\ndepht = 3\n"),
        ["[components.parser.model] depht = 3: ", "correct config.cfg"],
    ),
    "a function that nobody registered": (
        edit('@vectors = "spacy.Vectors.v1"', '@vectors = "mine.v1"'),
        ["[nlp.vectors] @vectors = 'mine.v1' is a function that is not known here", "--code FILE"],
    ),
    "an architecture that nobody registered": (
        edit("spacy.TransitionBasedParser.v2", "spacy.TransitionBasedParser.v9"),
        [
            "architecture spacy.TransitionBasedParser.v9 in component parser is not supported, only spacy.TransitionBasedParser.v1",
            "--exclude parser converts the rest",
        ],
    ),
    "an unknown factory": (
        edit('factory = "ner"', 'factory = "my_ner"'),
        ["component ner (factory my_ner)", "--exclude ner converts"],
    ),
    "no factory": (
        edit('factory = "ner"\n', ""),
        ["[components.ner] has no factory", "nlp.to_disk", "--exclude ner converts"],
    ),
    "a component of another pipeline": (
        edit('factory = "ner"\n', 'source = "no_such_pipeline"\n'),
        ["taken from the pipeline 'no_such_pipeline' (source)", "model-best"],
    ),
    "a path that is not there": (
        edit(NER, NER + "colour = ${paths.gone}\n"),
        ["config.cfg cannot be read", "'colour' in section 'components.ner'", "paths.gone", "correct it"],
    ),
    "a wrong language": (
        edit('lang = "en"', 'lang = "qq"'),
        ["[nlp] lang = 'qq' is no language", "correct it", "--code FILE"],
    ),
    "no language": (edit('lang = "en"', "lang = 3"), ["config.cfg: [nlp] lang = 3 is not a language's code"]),
    "a pipeline that is no list": (
        edit("pipeline = [", 'pipeline = "ner"\nbefore = ['),
        ["[nlp] pipeline = 'ner' is not a list"],
    ),
    "a component without a section": (
        edit('pipeline = ["', 'pipeline = ["other","'),
        ["[nlp] pipeline names 'other'", "no section [components.other]", "add it"],
    ),
    "an open section": (edit("[nlp]\n", "[nlp\n"), ["config.cfg cannot be read", "[line 11]: '[nlp'", "correct it"]),
    "a line without =": (edit("batch_size = 1000", "batch_size 1000"), ["[line 18]: 'batch_size 1000'", "correct it"]),
    "a section twice": (edit("[nlp]\n", "[training]\n\n[nlp]\n"), ["section 'training' already exists", "correct it"]),
    "a setting twice": (
        edit("batch_size = 1000", "batch_size = 1000\nbatch_size = 2"),
        ["option 'batch_size' in section 'nlp'"],
    ),
    "a configuration that is not UTF-8": (
        put("config.cfg", b'[nlp]\nlang = "\xff"\n'),
        ["config.cfg cannot be read", "0xff"],
    ),
    "an empty configuration": (put("config.cfg", b""), ["config.cfg: it has no section [nlp]", "nlp.to_disk"]),
    "half a meta.json": (
        put("meta.json", b'{"lang": "en",'),
        ["meta.json cannot be read", "line 1 column 15", "copy it"],
    ),
    "a meta.json that is a list": (put("meta.json", b"[]"), ["meta.json is not a JSON object", "nlp.to_disk"]),
    "a meta.json without a language": (put("meta.json", b'{"name": "x"}'), ["'lang'", "correct meta.json"]),
    "no meta.json": (remove("meta.json"), ["meta.json cannot be read: No such file", "copy it"]),
    "no weights": (remove("ner/model"), ["ner/model cannot be read: No such file", "copy the whole folder again"]),
    "no component": (remove("ner"), ["ner/moves cannot be read: No such file", "copy the whole folder again"]),
    "no tokenizer": (remove("tokenizer"), ["/tokenizer cannot be read: No such file", "copy the whole folder again"]),
    "damaged weights": (
        put("ner/model", b"\x81\xa3abc"),
        ["/ner cannot be read", "copy the whole folder again", "--exclude ner converts"],
    ),
    "damaged strings": (put("vocab/strings.json", b"[1,"), ["/vocab cannot be read", "copy the whole folder again"]),
    "weights that Git LFS has not fetched": (
        put("ner/model", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"),
        ["ner/model is a pointer of Git LFS", "git lfs pull"],
    ),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("fault, words", FAULTS.values(), ids=FAULTS)
def test_a_fault(folder: Path, fault: Fault, words: list[str]) -> None:
    fault(folder)
    message = refusal(folder)
    assert all(word in message for word in words), message
    assert len(message) < 1000
    with pytest.raises(Exception):  # spaCy refuses the same folder
        spacy.load(folder)


def with_meta(folder: Path, **changes: Any) -> None:
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    (folder / "meta.json").write_text(json.dumps({**meta, **changes}), encoding="utf-8")


def test_a_pipeline_of_spacy_2(folder: Path) -> None:
    with_meta(folder, spacy_version=">=2.3.0,<2.4.0")
    remove("config.cfg")(folder)
    message = refusal(folder)
    assert (
        "is a pipeline of spaCy 2 (meta.json: spacy_version >=2.3.0,<2.4.0), which spaCy 3 cannot load: train it again"
        in message
    )


@pytest.mark.filterwarnings("ignore")
def test_a_pipeline_of_another_spacy_3_that_cannot_be_loaded(folder: Path) -> None:
    with_meta(folder, spacy_version=">=3.99.0,<4.0.0")
    edit(NER, NER + "new_setting = 1\n")(folder)
    assert f"the pipeline was made for spaCy >=3.99.0,<4.0.0, and this is {spacy.__version__}" in refusal(folder)


@pytest.mark.filterwarnings("ignore")
def test_a_component_that_needs_a_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the lemmatizers of the official Russian pipelines."""
    monkeypatch.setitem(sys.modules, "pymorphy3", None)
    nlp = spacy.blank("ru")
    nlp.add_pipe("sentencizer")
    nlp.to_disk(tmp_path / "pipeline")
    edit(
        '["sentencizer"]',
        '["sentencizer","lemmatizer"]',
        "[components]\n",
        '[components]\n\n[components.lemmatizer]\nfactory = "lemmatizer"\nmode = "pymorphy3"\n',
    )(tmp_path / "pipeline")
    message = refusal(tmp_path / "pipeline")
    assert "requires the pymorphy3 library" in message and "install what it asks for" in message
    assert message.endswith("--exclude lemmatizer converts the rest of the pipeline: sentencizer")
    assert convert_it(tmp_path / "pipeline", "--exclude", "lemmatizer").exit_code == 0


def test_the_folder_above(folder: Path) -> None:
    assert f"it has no config.cfg: did you mean {folder}?" in refusal(folder.parent)


def test_a_file_instead_of_a_folder(folder: Path) -> None:
    assert "config.cfg is a file: give the folder of the pipeline" in refusal(folder / "config.cfg")


ONLY_FOR_TRAINING = (
    "[training]\n",
    "[training]\nunknown_setting = ${paths.gone}\n",
    '@scorers = "spacy.ner_scorer.v1"',
    '@scorers = "my_scorer.v1"',
    "before_update = null\n",
    "",
    "[components]\n",
    '[training.before_update]\n@callbacks = "mine.v1"\n\n[components]\n',
    '[training.logger]\n@loggers = "spacy.ConsoleLogger.v1"\nprogress_bar = false\n',
    '[training.logger]\n@loggers = "spacy.WandbLogger.v99"\nproject_name = "x"\n',
    "before_init = null\n",
    "",
    "[components]\n",
    '[initialize.before_init]\n@callbacks = "mine.v1"\n\n[components]\n',
    '@readers = "spacy.Corpus.v1"',
    '@readers = "my_corpus.v1"',
    '@batchers = "spacy.batch_by_words.v1"',
    '@batchers = "my_batcher.v1"',
    '@optimizers = "Adam.v1"',
    '@optimizers = "MyAdam.v1"',
)


def test_what_only_training_asks_for(folder: Path, sound: Path) -> None:
    """Functions that nobody has registered, and a path that is nowhere, change nothing but the source's checksums."""
    edit(*ONLY_FOR_TRAINING)(folder)
    with pytest.raises(Exception):
        spacy.load(folder)
    result = convert_it(folder)
    assert result.exit_code == 0 and "not known" not in result.output, result.output
    other = CliRunner().invoke(main, [str(sound), "-o", str(folder.parent / "sound.tern")])
    assert other.exit_code == 0
    made, expected = (read((folder.parent / name).read_bytes()) for name in ("x.tern", "sound.tern"))
    assert list(made) == list(expected)
    assert [name for name in made if made[name].data != expected[name].data] == ["meta"]
