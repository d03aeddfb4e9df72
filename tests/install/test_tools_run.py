"""tools/run on a build/ that somebody or something left half made: it ends with a program that runs. A project of one program in
place of tern's sources, with tern's tools."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Callable

import pytest
from common import ROOT

PROJECT = """\
cmake_minimum_required(VERSION 3.18)
project(tern LANGUAGES C)
option(TERN_TESTS "" OFF)
find_package(PkgConfig REQUIRED)
if(TERN_TESTS AND DEFINED CACHE{NEEDED})
  pkg_check_modules(MISSING REQUIRED ${NEEDED})
endif()
add_executable(tern tern.c)
"""
PROGRAM = (
    '#include <stdio.h>\nint main(int argc, char **argv) { printf("%d %s\\n", argc, argv[argc - 1]); return 0; }\n'
)


class Project:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.build = folder / "build"
        shutil.copytree(
            ROOT / "tools", folder / "tools", ignore=shutil.ignore_patterns("convert", "train_sentiment", "__pycache__")
        )
        (folder / "CMakeLists.txt").write_text(PROJECT)
        (folder / "tern.c").write_text(PROGRAM)

    def cmake(self, *options: str, check: bool = True) -> None:
        subprocess.run(
            ["cmake", "-S", ".", "-B", "build", *options],
            cwd=self.folder,
            capture_output=True,
            timeout=120,
            check=check,
        )

    def make(self) -> None:
        subprocess.run(["cmake", "--build", "build"], cwd=self.folder, capture_output=True, timeout=120, check=True)

    def run(self, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["tools/run", "a text"],
            cwd=self.folder,
            env={**os.environ, **env},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def cache(self) -> str:
        return (self.build / "CMakeCache.txt").read_text(encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "checkout").mkdir()
    return Project(tmp_path / "checkout")


def tests_that_cannot_be_built(project: Project) -> None:
    project.cmake("-DTERN_TESTS=ON", "-DNEEDED=no-such-library", check=False)
    assert "TERN_TESTS:BOOL=ON" in project.cache()


def interrupted_while_it_was_configured(project: Project) -> None:
    project.cmake()
    cache = project.cache()
    (project.build / "CMakeCache.txt").write_text(cache[: len(cache) // 2])
    shutil.rmtree(next(project.build.glob("CMakeFiles/3.*")))


def interrupted_before_there_was_a_cache(project: Project) -> None:
    project.cmake()
    (project.build / "CMakeCache.txt").unlink()
    (project.build / "Makefile").unlink()


def interrupted_while_it_was_built(project: Project) -> None:
    project.cmake()
    project.make()
    for file in project.build.rglob("tern.c.o"):
        file.write_bytes(file.read_bytes()[:100])  # and newer than its source
    (project.build / "tern").unlink()


def another_compiler_that_is_gone(project: Project) -> None:
    compiler = project.folder.parent / "cc"
    compiler.write_text(f'#!/bin/sh\nexec {shutil.which("cc")} "$@"\n')
    compiler.chmod(0o755)
    project.cmake(f"-DCMAKE_C_COMPILER={compiler}")
    compiler.unlink()


def another_generator_that_is_gone(project: Project) -> None:
    project.cmake()
    cache = project.cache().replace("CMAKE_GENERATOR:INTERNAL=Unix Makefiles", "CMAKE_GENERATOR:INTERNAL=Ninja")
    (project.build / "CMakeCache.txt").write_text(cache.replace("/make", "/no-such-ninja"))


def another_machine(project: Project) -> None:
    project.cmake()
    project.make()
    (project.build / "tern").write_bytes(b"\x7fELF of another machine")


def another_place(project: Project) -> None:
    project.cmake()
    project.make()
    copy = project.folder.with_name("copy")
    project.folder.rename(copy)
    project.folder, project.build = copy, copy / "build"


def another_place_of_the_build_alone(project: Project) -> None:
    project.cmake()
    project.build.rename(project.folder / "other")
    shutil.copytree(project.folder / "other", project.build)


def none(project: Project) -> None:
    pass


@pytest.mark.parametrize(
    "left",
    [
        none,
        tests_that_cannot_be_built,
        interrupted_while_it_was_configured,
        interrupted_before_there_was_a_cache,
        interrupted_while_it_was_built,
        another_compiler_that_is_gone,
        another_generator_that_is_gone,
        another_machine,
        another_place,
        another_place_of_the_build_alone,
    ],
)
def test_a_half_made_build(left: Callable[[Project], None], project: Project) -> None:
    left(project)
    if project.build.exists():
        (project.build / "package.zip").write_text("kept")
    done = project.run()
    assert (done.returncode, done.stdout) == (0, "3 a text\n"), done.stderr
    again = project.run()
    assert (again.returncode, again.stdout) == (0, "3 a text\n") and "from the beginning" not in again.stderr, (
        again.stderr
    )
    if left is not none:
        assert (project.build / "package.zip").read_text() == "kept"


def test_a_build_that_works_stays_as_it_is(project: Project) -> None:
    options = {"TERN_TESTS:BOOL": "ON", "CMAKE_BUILD_TYPE:STRING": "Debug", "CMAKE_C_FLAGS:STRING": "-g3"}
    project.cmake(*(f"-D{name}={value}" for name, value in options.items()))
    project.make()
    made = (project.build / "tern").stat().st_mtime_ns
    done = project.run()
    assert (done.returncode, done.stdout) == (0, "3 a text\n"), done.stderr
    assert (project.build / "tern").stat().st_mtime_ns == made
    assert [f"{name}={value}" for name, value in options.items() if f"{name}={value}" not in project.cache()] == []


def test_sources_that_do_not_compile(project: Project) -> None:
    """The compiler's words, and no endless attempts."""
    project.cmake()
    (project.folder / "tern.c").write_text("int main(void) { return no_such_name; }\n")
    done = project.run()
    assert done.returncode == 1
    assert "no_such_name" in done.stderr and done.stderr.count("Building build ...") == 2
    assert done.stderr.rstrip().endswith("Building build: failed (exit code 2), see above")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may remove everything")
def test_a_build_of_somebody_else(project: Project) -> None:
    project.cmake("-DTERN_TESTS=ON", "-DNEEDED=no-such-library", check=False)
    project.build.chmod(0o555)
    try:
        done = project.run()
    finally:
        project.build.chmod(0o755)
    assert done.returncode == 1 and "remove it, as the user who made it" in done.stderr
