"""The tokenizers of spaCy's languages on random texts: a few a day, all with --all.

Languages and texts depend on the day, which pytest prints at its head and --language-day chooses, so that a failure can be
repeated.
"""

from __future__ import annotations

from pathlib import Path
from typing import Callable

import pytest

pytest.importorskip("spacy")

import languages
from common import REDUCED
from convert.config_check import plan_conversion
from convert.errors import ConvertError
from model_bytes import ModelBytes
from mutants import fill, mutate_model
from stages import Stages

CHARACTERS = 100_000 if REDUCED else 800_000


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "day_language" in metafunc.fixturenames:
        config = metafunc.config
        every = config.getoption("--all")
        codes = languages.languages()[0] if every else languages.few_of(config.getoption("--language-day"))
        metafunc.parametrize("day_language", codes)


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """converted("fr"): the file of the language's tokenizer."""
    folder = tmp_path_factory.mktemp("languages")
    files: dict[str, Path] = {}

    def convert(code: str) -> Path:
        if code not in files:
            files[code] = languages.convert_blank(code, folder)[0]
        return files[code]

    return convert


def test_the_languages_of_spacy() -> None:
    ruled, others = languages.languages()
    assert others == ["ja", "ko", "th", "vi", "zh"]
    assert len(ruled) == 74 + 1 and len(set(ruled)) == len(ruled)
    assert {code for day in range(-(-75 // languages.FEW)) for code in languages.few_of(day)} == set(ruled)


def test_random_texts(day_language: str, amount, program, pytestconfig: pytest.Config, tmp_path: Path) -> None:
    day, texts = pytestconfig.getoption("--language-day"), amount(300, 1000)
    report = languages.compare(day_language, day, texts, program("tests/stages"), tmp_path)
    if report.differences:
        pytest.fail(
            f"{len(report.differences)} of {texts} texts differ (again with --language-day {day} --all -k "
            f"'random_texts and {day_language}'); the first:\n{report.differences[0]}",
            pytrace=False,
        )


@pytest.mark.parametrize("code", ["ja", "ko", "th", "vi", "zh"])
def test_tokenizers_of_other_libraries_are_refused(code: str) -> None:
    config = languages.blank("xx").config.interpolate()
    config["nlp"]["lang"] = code
    config["nlp"]["tokenizer"] = {"@tokenizers": languages.tokenizer_name(code)}
    with pytest.raises(ConvertError, match=rf"language '{code}': tokenizer spacy\.{code}\.\w+ is not supported"):
        plan_conversion(config)


# ---- the comparison notices ----------------------------------------------------------------------------------------------


def no_token_match(model: ModelBytes) -> None:
    fill(model, "dfa/token_match/accept", 0)


def no_stems(model: ModelBytes) -> None:
    for row in range(model.dims("norms/stems")[0]):
        model.set_number("norms/stems", 3 * row + 1, 0)


def stems_of_any_length(model: ModelBytes) -> None:
    for row in range(model.dims("norms/stems")[0]):
        model.set_number("norms/stems", 3 * row + 2, 10)


@pytest.mark.parametrize(
    "code, change, field",
    [("fr", no_token_match, "start "), ("hi", no_stems, "norm "), ("ne", stems_of_any_length, "norm ")],
)
def test_a_damaged_table_is_noticed(code: str, change, field: str, converted, program, tmp_path: Path) -> None:
    texts = languages.LanguageTexts(code, languages.blank(code), 1).texts_of(300)
    assert languages.differences(code, texts, program("tests/stages"), converted(code)) == []
    mutant = mutate_model(converted(code), tmp_path / "mutant.tern", change)
    found = languages.differences(code, texts, program("tests/stages"), mutant)
    assert len(found) > 5 and any(difference.startswith(field) for difference in found)


def open_damaged(change: Callable[[ModelBytes], None], path: Path, tmp_path: Path, open_model: Path, run) -> str:
    model = ModelBytes(path.read_bytes())
    change(model)
    (tmp_path / "damaged.tern").write_bytes(model.seal().data)
    done = run("tests/open_model", tmp_path / "damaged.tern")
    assert done.returncode == 0
    return done.stdout.decode()


@pytest.mark.parametrize(
    "change, words",
    [
        (
            lambda model: model.set_number("norms/stems", 0, model.dims("strings/id")[0]),
            "section norms/stems: holds a value",
        ),
        (lambda model: model.set_number("norms/stems", 1, 30), "section norms/stems: holds a value"),
        (lambda model: model.remove("norms/stems"), "no section norms/stems"),
        (lambda model: model.set("features", 1 << 63), "required features 0x8000000000000000"),
    ],
)
def test_damaged_stems_are_refused(change, words: str, converted, program, run, tmp_path: Path) -> None:
    assert words in open_damaged(change, converted("hi"), tmp_path, program("tests/open_model"), run)


# ---- hostile texts ---------------------------------------------------------------------------------------------------------


HOSTILE = {
    "a token_match that reads on, asked again for each suffix": ("fr", "", "a", ","),
    "a prefix that is found anywhere, and never closed": ("id", "", "<a", ""),
    "the same, once, before suffixes": ("id", "<a", "a", ")"),
    "the same, many times": ("ms", "", "<a", ")"),
    "an infix that wants a hyphen after any word": ("pt", "", "a", ""),
    "an infix that wants a second part": ("el", "", "1.", ""),
    "a prefix that wants a sign after any number": ("it", "", "1", ")"),
    "a suffix that is read back over letters after each prefix": ("el", "", "α'", "α"),
    "numbers and what may follow them": ("tr", "", "1.", "'"),
    "a suffix with an alternative that is empty": ("hu", "", "a", ","),
}
"""What -> language, a beginning, two units to repeat."""


def hostile(beginning: str, first: str, second: str, count: int) -> str:
    return beginning + first * count + second * count


LONG = ("the same, many times",)  # takes long to convert


@pytest.mark.parametrize(
    "what", [pytest.param(what, marks=pytest.mark.long) if what in LONG else what for what in HOSTILE]
)
def test_hostile_text(what: str, converted, program) -> None:
    """Equal while short; then so long that quadratic time would be minutes."""
    code, *parts = HOSTILE[what]
    texts = [hostile(*parts, count) for count in (1, 2, 3, 17, 40, 90)]
    found = languages.differences(code, texts, program("tests/stages"), converted(code))
    assert not found, found[0]
    text = hostile(*parts, CHARACTERS // len(parts[1] + parts[2]))
    got = next(Stages(program("tests/stages"), converted(code)).texts([text], timeout=60))
    assert got["end"][-1] == len(text)
