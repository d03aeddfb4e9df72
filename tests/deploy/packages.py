"""The packages that tools/package made, for the tests of them: build/tern-lambda-<architecture>.zip and build-package/.

A test module imports the fixture: `from packages import package  # noqa: F401`. Its tests run for this machine's architecture, and
with --all for the other one, under qemu; what has not been made is skipped.
"""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pytest
from common import ROOT

MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}  # by Lambda's name: as compilers and uname say
HOST = next((arch for arch, machine in MACHINES.items() if machine == os.uname().machine), "")


def model_files(names: Iterable[str]) -> set[str]:
    """The paths in a package of some models of weights/: each with its manifest, its licence and, if it has one, its card."""
    files = {file for name in names for file in (f"{name}.tern", f"{name}.json", f"LICENSE-{name}", f"{name}.md")}
    return {f"weights/{file}" for file in files if not file.endswith(".md") or (ROOT / "weights" / file).exists()}


class Package(NamedTuple):
    arch: str
    archive: Path
    programs: Path  # bootstrap and tern
    libraries: Path  # what they are linked from, with the compiler

    def models(self) -> list[str]:
        """What TERN_WEIGHTS named when it was made."""
        with zipfile.ZipFile(self.archive) as archive:
            return [Path(name).stem for name in archive.namelist() if name.endswith(".tern")]

    def emulator(self) -> list[str]:
        """What runs a program of this architecture: nothing, or qemu's path, which is a static program itself."""
        if self.arch == HOST:
            return []
        path = shutil.which(f"qemu-{MACHINES[self.arch]}-static")
        if path is None:
            pytest.skip(f"no qemu-{MACHINES[self.arch]}-static: install qemu-user-static")
        return [path]


@pytest.fixture(
    scope="module", params=[pytest.param(arch, marks=[] if arch == HOST else pytest.mark.long) for arch in MACHINES]
)
def package(request: pytest.FixtureRequest) -> Package:
    arch = request.param
    kept = ROOT / "build-package"
    found = Package(arch, ROOT / "build" / f"tern-lambda-{arch}.zip", kept / arch, kept / f"deps-{arch}")
    if not found.archive.exists() or not found.programs.exists():
        pytest.skip(f"no package: run TERN_ARCH={arch} tools/package first")
    return found
