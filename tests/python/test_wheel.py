"""The wheel: made as pip makes it, installed into a folder of its own, found by spaCy through its entry point."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from common import MODEL, ROOT, VERSION

pytest.importorskip("scikit_build_core")
pytest.importorskip("spacy")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(folder)]
    done = subprocess.run([*pip, str(ROOT / "python")], capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = folder.glob("*.whl")
    return found


def test_wheel(wheel: Path) -> None:
    assert re.fullmatch(rf"tern_nlp-{re.escape(VERSION)}-cp39-abi3-linux_\w+\.whl", wheel.name)
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {"tern_nlp", f"tern_nlp-{VERSION}.dist-info"}
    modules = [
        *(
            f"tern_nlp/{path.relative_to(ROOT / 'python' / 'tern_nlp')}"
            for path in (ROOT / "python" / "tern_nlp").rglob("*.py")
        ),
        *(f"tern_nlp/convert/{path.name}" for path in (ROOT / "tools" / "convert" / "convert").glob("*.py")),
        "tern_nlp/_tern.abi3.so",
        "tern_nlp/_tern.pyi",
        "tern_nlp/py.typed",
        "tern_nlp/LICENSE-spacy",
        "tern_nlp/weights/en_core_web_sm.tern",
        "tern_nlp/weights/LICENSE-en_core_web_sm",
    ]
    assert sorted(name for name in names if name.startswith("tern_nlp/")) == sorted(modules)


def test_installed_wheel(wheel: Path, tmp_path: Path) -> None:
    program = f"""
import spacy
nlp = spacy.blank("en")
nlp.add_pipe("tern", config={{"model": {str(MODEL)!r}}})
print([(ent.text, ent.label_) for ent in nlp("Alan Turing was born in London.").ents])
import tern_nlp
print(tern_nlp.__file__)
"""
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", str(tmp_path / "site")]
    subprocess.run([*pip, str(wheel)], check=True, timeout=300)
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
    )
    entities, place = done.stdout.splitlines() or [done.stderr, ""]
    assert entities == "[('Alan Turing', 'PERSON'), ('London', 'GPE')]"
    assert place == str(tmp_path / "site" / "tern_nlp" / "__init__.py")
