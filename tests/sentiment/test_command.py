"""The whole command on small made data: a plain spaCy pipeline, the same every time, with its card."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import train_sentiment
from common import SPACY_PACKAGE
from made_data import write_config, write_lexicon, write_texts, write_vectors

PACKAGE = Path(train_sentiment.__file__).parent
TEXTS = ["The hotel is superb.", "An awful song. Good cake.", ""]
OPEN = "import json, spacy; print(json.dumps([doc.cats for doc in spacy.load({!r}).pipe({})]))"


def run(folder: Path, output: Path) -> Path:
    command = [
        sys.executable, "-m", "train_sentiment", write_texts(folder / "train.jsonl"), "-o", output, "--pipeline", SPACY_PACKAGE,
        "--vectors", write_vectors(folder / "vectors"), "--lexicon", write_lexicon(folder / "lexicon.txt"),
        "--config", write_config(folder / "config.cfg", PACKAGE / "config.cfg"), "--no-baselines",
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent), "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run([*map(str, command)], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return output


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sentiment")
    return run(folder, folder / "first")


def test_plain_spacy_opens_it(trained: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-c", OPEN.format(str(trained), TEXTS)]
    done = subprocess.run(command, env=environment, capture_output=True, check=True)
    superb, both, empty = json.loads(done.stdout)
    assert list(superb) == ["NEGATIVE", "NEUTRAL", "POSITIVE"] and sum(superb.values()) == pytest.approx(1, abs=1e-6)
    assert max(superb, key=superb.__getitem__) == "POSITIVE"
    assert set(empty.values()) == {0.0} or sum(empty.values()) == pytest.approx(1, abs=1e-6)


def test_it_learned_what_was_to_learn(trained: Path) -> None:
    metrics = json.loads((trained / "metrics.json").read_text())
    assert metrics["model"]["macro_f1"] > 0.9
    assert metrics["calibration_error"]["after"] < metrics["calibration_error"]["before"] + 0.05
    assert metrics["texts"] == {"learned": 204, "development": 36}


def test_the_card_says_what_it_is_made_of(trained: Path) -> None:
    card, metrics = (trained / "MODEL_CARD.md").read_text(), json.loads((trained / "metrics.json").read_text())
    for part in (
        "MIT",
        "Hutto",
        f"{metrics['model']['macro_f1']:.3f}",
        "MIXED",
        "## Limits",
        metrics["origin"]["data_sha256"],
    ):
        assert part in card
    assert str(trained.parent) not in card, "no path of this machine"


def test_the_same_seed_gives_the_same_files(trained: Path, tmp_path: Path) -> None:
    def files(folder: Path) -> dict[str, str]:
        paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in ("metrics.json",)]
        return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}

    assert files(run(tmp_path, tmp_path / "second")) == files(trained)
