"""What a user does: spacy init config, spacy train, convert. The file gives the documents of the pipeline that was trained."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Callable

import pytest

spacy = pytest.importorskip("spacy")

import small_pipelines as small
from common import ROOT, SPACY_PACKAGE
from comparison import text_maker
from corpus import project_texts
from spacy.tokens import DocBin

SEED, STEPS, TIMEOUT_SECONDS = 12, 25, 300
# Characters of real text, more tokens than TRANSITION_KEPT (engine/components/transition.h). Of as much random text two of 90,037
# decisions had margins of 1.2e-6 and 7e-7 after so few steps, which float32 does not decide.
LONG = 120_000


def python(*arguments: object) -> None:
    """python -m arguments"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tools" / "convert")}
    done = subprocess.run(
        [sys.executable, "-m", *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{arguments}: {done.stdout[-2000:]}{done.stderr[-2000:]}"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small .spacy file with every annotation that the pipelines learn."""
    docs = small.gold_docs(small.edit_lemma, 100)
    for i, doc in enumerate(docs):
        doc.cats = {"EVEN": float(i % 2 == 0), "ODD": float(i % 2)}
    path = tmp_path_factory.mktemp("corpus") / "corpus.spacy"
    DocBin(docs=docs, store_user_data=True).to_disk(path)
    return path


def trained(folder: Path, corpus: Path, components: str) -> Path:
    """The pipeline's folder after a few steps, which learn fast."""
    config = folder / "config.cfg"
    python("spacy", "init", "config", config, "--lang", "en", "--pipeline", components, "--optimize", "efficiency")
    python(
        "spacy",
        "train",
        config,
        "--output",
        folder / "out",
        "--paths.train",
        corpus,
        "--paths.dev",
        corpus,
        "--training.max_steps",
        STEPS,
        "--training.eval_frequency",
        STEPS,
        "--training.optimizer.learn_rate",
        0.005,
    )
    return folder / "out" / "model-last"


@pytest.mark.parametrize(
    "components, exclude",
    [
        ("tagger,morphologizer,trainable_lemmatizer,parser,ner,textcat", ["textcat"]),
        pytest.param("tok2vec,ner", [], marks=pytest.mark.long),
    ],
)
def test_trained_and_converted(
    components: str, exclude: Sequence[str], corpus: Path, tmp_path: Path, program: Callable[[str], Path]
) -> None:
    pipeline, file = trained(tmp_path, corpus, components), tmp_path / "model.tern"
    python("convert", pipeline, "-o", file, *(word for name in exclude for word in ("--exclude", name)))
    pair = small.Pair(spacy.load(pipeline, exclude=list(exclude)), file, program("tests/stages"))
    maker = text_maker(SPACY_PACKAGE, SEED)
    project = "\n".join(project_texts())
    long_text = (project * (LONG // len(project) + 1))[:LONG]
    texts: list[str] = project_texts()[::4] + maker.texts_of(100) + [long_text]
    assert any(doc.ents for doc in pair.nlp.pipe(texts))
    small.report(pair.differences(texts), texts)
