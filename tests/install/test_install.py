"""cmake --install into an empty folder, used from there: the tool, pkg-config, find_package; in C and in C++.

The program that is built is the usage example at the top of engine/tern.h, taken from the header itself.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from common import BUILD, ROOT, VERSION
from elf import faults

EXPECTED = "Alan Turing PERSON\nLondon GPE\n"  # spaCy 3.8, en_core_web_sm 3.8.0


def call(command: list[str], cwd: Path, env: dict[str, str] | None = None) -> str:
    """Standard output; a failure shows everything."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TERN_")}
    done = subprocess.run(
        command, cwd=cwd, env={**environment, **(env or {})}, capture_output=True, text=True, timeout=300, check=False
    )
    if done.returncode != 0:
        pytest.fail(f"{command}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}", pytrace=False)
    return done.stdout


def header_example() -> str:
    """The indented code of tern.h's first comment as a program."""
    comment = (ROOT / "engine" / "tern.h").read_text(encoding="utf-8").split("*/")[0]
    code = re.findall(r"^ \*     (.*)$", comment, re.MULTILINE)
    assert len(code) >= 8, "tern.h has lost its example"
    body = "\n".join("    " + line for line in code)
    return (
        f"#include <tern.h>\n#include <stdio.h>\n#include <string.h>\n\nint main(void)\n{{\n{body}\n    return 0;\n}}\n"
    )


@pytest.fixture(scope="module")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where tern is installed: not where CMake was told at configure time, and moved once after that."""
    first = tmp_path_factory.mktemp("install") / "first"
    call(["cmake", "--install", str(BUILD), "--prefix", str(first)], ROOT)
    moved = first.with_name("moved")
    first.rename(moved)
    return moved


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("consumer")
    shutil.copy(Path(__file__).parent / "consumer" / "CMakeLists.txt", folder)
    for name in ("consumer.c", "consumer.cpp"):
        (folder / name).write_text(header_example(), encoding="utf-8")
    return folder


def libdir(prefix: Path) -> Path:
    return next(prefix.rglob("libtern.a")).parent


def test_files(prefix: Path) -> None:
    files = {str(path.relative_to(prefix)) for path in prefix.rglob("*") if path.is_file()}
    library = libdir(prefix).relative_to(prefix)
    for name in [
        "bin/tern",
        "libexec/tern/bootstrap",
        "include/tern.h",
        f"{library}/libtern.a",
        f"{library}/pkgconfig/tern.pc",
        f"{library}/cmake/tern/ternConfig.cmake",
        f"{library}/cmake/tern/ternConfigVersion.cmake",
    ]:
        assert name in files
    assert [name for name in files if name.endswith(".h")] == ["include/tern.h"]  # the only public header
    assert any(name.startswith("share/doc/tern/") and "LICENSE" in name for name in files)
    for name in ("bin/tern", "libexec/tern/bootstrap"):
        assert faults(prefix / name) == []


def test_models(prefix: Path) -> None:
    """Each with the manifest that is its own, and its licence."""
    folder = prefix / "share" / "tern"
    models = sorted(folder.glob("*.tern"))
    assert [path.stem for path in models] == ["en_core_web_sm", "sentiment"]
    for path in models:
        manifest = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        data = path.read_bytes()
        assert (manifest["file"], manifest["size"]) == (path.name, len(data))
        assert manifest["sha256"] == hashlib.sha256(data).hexdigest()
        licence = (folder / f"LICENSE-{path.stem}").read_text(encoding="utf-8")
        assert manifest["model"]["license"] == "MIT" and "Permission is hereby granted, free of charge" in licence
        assert licence.startswith(f"{path.name} ")


def test_installed_tool_finds_its_weights(prefix: Path, tmp_path: Path) -> None:
    tern = str(prefix / "bin" / "tern")
    output = call([tern, "ner", "Alan Turing was born in London."], tmp_path)
    assert [line.split("\t")[-2:] for line in output.splitlines()] == [["PERSON", "Alan Turing"], ["GPE", "London"]]
    assert call([tern, "sentiment", "I love strawberry cake!"], tmp_path).startswith("POSITIVE\t")


def test_installed_tool_through_a_symbolic_link(prefix: Path, tmp_path: Path) -> None:
    (tmp_path / "tern").symlink_to(prefix / "bin" / "tern")
    assert "London" in call([str(tmp_path / "tern"), "ner", "Alan Turing was born in London."], tmp_path)


@pytest.mark.parametrize(
    "compiler, source", [(["cc", "-std=c11"], "consumer.c"), (["c++", "-std=c++11"], "consumer.cpp")], ids=["C", "C++"]
)
def test_pkg_config(compiler: list[str], source: str, prefix: Path, project: Path, tmp_path: Path) -> None:
    env = {"PKG_CONFIG_PATH": str(libdir(prefix) / "pkgconfig")}
    flags = call(["pkg-config", "--cflags", "--libs", "tern"], tmp_path, env).split()
    program = tmp_path / "program"
    call(
        [*compiler, "-Wall", "-Wextra", "-Wpedantic", "-Werror", str(project / source), *flags, "-o", str(program)],
        tmp_path,
    )
    assert call([str(program)], ROOT) == EXPECTED  # the example opens weights/ relative to the repository
    assert call(["pkg-config", "--modversion", "tern"], tmp_path, env).strip() == VERSION
    assert call(["pkg-config", "--print-requires", "--print-requires-private", "tern"], tmp_path, env) == ""


@pytest.fixture(scope="module")
def built(prefix: Path, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    call(["cmake", "-S", str(project), "-B", str(folder), f"-DCMAKE_PREFIX_PATH={prefix}"], project)
    call(["cmake", "--build", str(folder)], project)
    return folder


@pytest.mark.parametrize("program", ["consumer_c", "consumer_cpp"])
def test_find_package(program: str, built: Path) -> None:
    assert call([str(built / program)], ROOT) == EXPECTED


def test_library_defines_no_names_but_its_own(build_dir: Path) -> None:
    """A program may have a function called like one of the engine's."""
    symbols = subprocess.run(
        ["nm", "-g", "--defined-only", str(build_dir / "libtern.a")], capture_output=True, text=True, check=True
    ).stdout
    names = [line.split()[-1] for line in symbols.splitlines() if len(line.split()) == 3]
    assert "tern_run" in names
    assert [name for name in names if not name.startswith("tern_")] == []
