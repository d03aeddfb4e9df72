"""--code FILE and the code of a package: functions that a pipeline asks for; what an error in them, or their absence, says."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import catalogue
import pytest
import spacy
from click.testing import CliRunner
from convert.__main__ import main

CALLBACK = "tern_test.callback.v1"
REGISTER = f'''import spacy


@spacy.registry.callbacks("{CALLBACK}")
def make():
    def change(nlp):
        {{}}
        return nlp
    return change
'''


@pytest.fixture(autouse=True)
def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test knows the functions of another."""
    monkeypatch.setattr(catalogue, "REGISTRY", dict(catalogue.REGISTRY))


spacy.blank("en")  # spaCy registers a language when it is first asked for: once for all tests


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A pipeline with a component that needs no training."""
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.to_disk(tmp_path / "pipeline")
    return tmp_path / "pipeline"


def with_callback(folder: Path, moment: str) -> None:
    path = folder / "config.cfg"
    text = path.read_text(encoding="utf-8").replace(f"{moment} = null\n", "")
    path.write_text(
        text.replace("[nlp.tokenizer]", f'[nlp.{moment}]\n@callbacks = "{CALLBACK}"\n\n[nlp.tokenizer]'),
        encoding="utf-8",
    )


def code(folder: Path, text: str, name: str = "functions.py") -> str:
    path = folder.parent / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def convert_it(pipeline: Any, folder: Path, *options: str) -> Any:
    result = CliRunner().invoke(main, [str(pipeline), "-o", str(folder.parent / "x.tern"), *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    return result


def refusal(folder: Path, *options: str) -> str:
    result = convert_it(folder, folder, *options)
    lines = result.output.strip().splitlines()
    assert result.exit_code == 2 and len(lines) == 1, result.output
    return str(lines[0])


@pytest.mark.parametrize("moment", ["after_creation", "after_pipeline_creation"])
def test_a_callback_that_may_change_the_pipeline(folder: Path, moment: str) -> None:
    with_callback(folder, moment)
    message = refusal(folder)
    assert (
        f"[nlp.{moment}] @callbacks = '{CALLBACK}' is a function that is not known here, which may change the pipeline"
        in message
    )
    assert "--code FILE" in message
    assert convert_it(folder, folder, "--code", code(folder, REGISTER.format("pass"))).exit_code == 0


def test_a_callback_of_the_language_is_a_warning(folder: Path) -> None:
    with_callback(folder, "before_creation")
    result = convert_it(folder, folder)
    assert result.exit_code == 0 and "convert: warning: [nlp.before_creation]" in result.output
    known = convert_it(folder, folder, "-c", code(folder, REGISTER.format("nlp.Defaults.stop_words = set()")))
    assert known.exit_code == 0 and "before_creation" not in known.output


def test_a_callback_whose_change_counts(folder: Path) -> None:
    """It runs: the tokenizer that it makes is the one that is refused."""
    with_callback(folder, "after_creation")
    body = "nlp.tokenizer = type('Mine', (), {'from_disk': lambda self, path, exclude=(): self})()"
    assert "Mine is not supported, only spacy.tokenizer.Tokenizer" in refusal(
        folder, "--code", code(folder, REGISTER.format(body))
    )


@pytest.mark.parametrize(
    "body, words",
    [
        (
            "nlp.add_pipe('sentencizer', name='more')",
            "from sentencizer to sentencizer, more: save what spaCy loads with nlp.to_disk",
        ),
        ("nlp.remove_pipe('sentencizer')", "from sentencizer to nothing: save"),
        ("nlp.disable_pipe('sentencizer')", "from sentencizer to sentencizer (disabled): save"),
        ("1 / 0", "functions.py, line 7: ZeroDivisionError: division by zero: correct it"),
    ],
)
def test_a_callback_that_makes_another_pipeline(folder: Path, body: str, words: str) -> None:
    with_callback(folder, "after_pipeline_creation")
    assert words in refusal(folder, "--code", code(folder, REGISTER.format(body)))


@pytest.mark.parametrize(
    "text, words",
    [
        ("x = 1\n\n\n1 / 0\n", "functions.py, line 4: ZeroDivisionError: division by zero: correct it"),
        ("def f(:\n", "functions.py, line 1: SyntaxError"),
        ("x = '\0'\n", "null bytes: correct it"),  # a ValueError without a line until Python 3.11.3
        (
            "import no_such_module_of_tern\n",
            "line 1: ModuleNotFoundError: No module named 'no_such_module_of_tern': install it",
        ),
        ("import sys\nsys.exit(0)\n", "functions.py, line 2: SystemExit: 0: correct it"),
    ],
)
def test_code_with_an_error(folder: Path, text: str, words: str) -> None:
    assert words in refusal(folder, "--code", code(folder, text))


def test_code_that_is_no_python_file(folder: Path) -> None:
    assert "functions.txt is not a Python file: its name must end in .py" in refusal(
        folder, "--code", code(folder, "x = 1\n", "functions.txt")
    )
    assert "there is no such file; give the path of a Python file" in refusal(
        folder, "--code", str(folder.parent / "absent.py")
    )
    assert "there is no such file" in refusal(folder, "--code", str(folder))


def test_several_files_and_the_manifest(folder: Path) -> None:
    """In their order; a data class finds the module that it is in; the manifest tells how the file is made again."""
    with_callback(folder, "after_creation")
    first = code(
        folder,
        "from __future__ import annotations\nimport dataclasses, sys\nsys.tern_test = 1\n\n\n@dataclasses.dataclass\n"
        "class Settings:\n    size: int = 1\n",
        "first.py",
    )
    second = code(
        folder, "import sys\nassert sys.tern_test\ndel sys.tern_test\n" + REGISTER.format("pass"), "second.py"
    )
    manifest = folder.parent / "manifest.json"
    result = convert_it(folder, folder, "-c", first, "-c", second, "--manifest", str(manifest))
    assert result.exit_code == 0, result.output
    assert json.loads(manifest.read_text(encoding="utf-8"))["command"].endswith(f" --code {first} --code {second}")


def test_a_language_of_ones_own(folder: Path) -> None:
    path = folder / "config.cfg"
    path.write_text(path.read_text(encoding="utf-8").replace('lang = "en"', 'lang = "qx"'), encoding="utf-8")
    assert "[nlp] lang = 'qx' is no language that spaCy" in refusal(folder)
    text = "import spacy\nfrom spacy.lang.en import English\n\n\n@spacy.registry.languages('qx')\nclass Mine(English):\n    lang = 'qx'\n"  # noqa: E501
    assert convert_it(folder, folder, "--code", code(folder, text)).exit_code == 0


@pytest.mark.parametrize(
    "extra, words", [("", None), ("import no_such_module_of_tern\n", "package tern_test_pipeline cannot be imported")]
)
def test_code_in_a_package(folder: Path, monkeypatch: pytest.MonkeyPatch, extra: str, words: str | None) -> None:
    """`spacy package --code` puts it into the package, where spacy.load finds it; so does the converter, if it is needed."""
    with_callback(folder, "after_creation")
    package = folder.parent / "site" / "tern_test_pipeline"
    shutil.copytree(folder, package)
    (package / "__init__.py").write_text(extra + REGISTER.format("pass"), encoding="utf-8")
    monkeypatch.syspath_prepend(str(package.parent))
    monkeypatch.delitem(sys.modules, "tern_test_pipeline", raising=False)
    result = convert_it("tern_test_pipeline", folder)
    sys.modules.pop("tern_test_pipeline", None)
    assert result.exit_code == (2 if words else 0) and (words or "") in result.output, result.output
