"""What the tests of the npm package need: Node, and the package that tools/npm has made."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from common import BUILD


@pytest.fixture(scope="session", autouse=True)
def npm_package() -> Path:
    """Its folder."""
    if not shutil.which("node"):
        pytest.skip("node is not installed")
    if not (BUILD / "npm" / "package.json").is_file():
        pytest.skip("tools/npm has not been run")
    return BUILD / "npm"
