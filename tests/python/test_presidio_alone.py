"""Presidio on tern_nlp alone: `import spacy` leads to tern_nlp, in a process of its own. The same results as with spaCy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("spacy")

from corpus import project_texts
from spacy.language import Language
from test_libraries import ABOUT_PEOPLE, artifacts, engine_on

TEXTS = [*ABOUT_PEOPLE, *project_texts()[:30]]
WORDS = ["the", "The", "person", ",", "!", "n't", "x"]
PROGRAM = """
import json, sys
import as_spacy
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import SpacyNlpEngine
from facts import artifacts

given = json.load(sys.stdin)
engine = SpacyNlpEngine(models=[{"lang_code": "en", "model_name": "en_core_web_sm"}])
engine.load()
analyzer = AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])
print(json.dumps({
    "one": [artifacts(engine.process_text(text, "en")) for text in given["texts"]],
    "batches": [
        [text, artifacts(found), context]
        for text, found, context in engine.process_batch(
            [(text, {"number": i}) for i, text in enumerate(given["texts"])], "en", batch_size=4, as_tuples=True)
    ],
    "words": [[engine.is_stopword(word, "en"), engine.is_punct(word, "en")] for word in given["words"]],
    "found": [sorted(map(str, analyzer.analyze(text, language="en"))) for text in given["texts"]],
    "spacy": type(engine.nlp["en"]).__module__,
}))
"""
FACTS = """
def artifacts(found):
    return [
        [token.text for token in found.tokens], list(found.tokens_indices), list(found.lemmas),
        [[entity.start_char, entity.end_char, entity.label_] for entity in found.entities], list(found.scores),
        sorted(set(found.keywords)),
    ]
"""


def plain(found: tuple[Any, ...]) -> Any:
    *rest, keywords = found
    return json.loads(json.dumps([*rest, sorted(keywords)]))


def test_presidio_without_spacy(package_folder: Path, nlp_full: Language, tmp_path: Path) -> None:
    presidio = pytest.importorskip("presidio_analyzer", reason="presidio-analyzer is not installed")
    (tmp_path / "facts.py").write_text(FACTS)
    path = os.pathsep.join([str(tmp_path), str(Path(__file__).parent), str(package_folder)])
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps({"texts": TEXTS, "words": WORDS}),
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    got = json.loads(done.stdout.splitlines()[-1])
    want = engine_on(nlp_full, presidio)
    analyzer = presidio.AnalyzerEngine(nlp_engine=want, supported_languages=["en"])
    assert got["spacy"] == "tern_nlp.lang.en"
    assert got["one"] == [plain(artifacts(want.process_text(text, "en"))) for text in TEXTS]
    assert got["batches"] == [[text, one, {"number": i}] for i, (text, one) in enumerate(zip(TEXTS, got["one"]))]
    assert got["words"] == [[want.is_stopword(word, "en"), want.is_punct(word, "en")] for word in WORDS]
    assert got["found"] == [sorted(map(str, analyzer.analyze(text, language="en"))) for text in TEXTS]
